//! Broad's small formats: the size line of GCT, class labels (CLS), gene sets in columns (GMX).

use memchr::memchr;

use crate::cohort::text::decoding::field_text;
use crate::cohort::text::names::{NamePatterns, is_gene_heading, is_sample_heading, key};
use crate::cohort::text::number::is_not_known;
use crate::cohort::{CohortError, GeneSet};

/// GCT's second line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cohort) struct GctSize {
    /// Genes.
    pub(in crate::cohort) rows: usize,
    /// Samples.
    pub(in crate::cohort) columns: usize,
    /// Columns that describe genes, after the names.
    pub(in crate::cohort) about_genes: usize,
    /// Rows that describe samples, after the header (GCT 1.3).
    pub(in crate::cohort) about_samples: usize,
}

/// The size a GCT file states, 1.2 (two numbers) or 1.3 (four).
pub(in crate::cohort) fn gct_size(prefix: &[u8]) -> Option<GctSize> {
    let mut lines = prefix.split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
    let version = lines.next()?;
    let numbers: Option<Vec<usize>> =
        std::str::from_utf8(lines.next()?).ok()?.split_ascii_whitespace().map(|f| f.parse().ok()).collect();
    match (version, numbers?.as_slice()) {
        (b"#1.3", &[rows, columns, about_genes, about_samples, ..]) => {
            Some(GctSize { rows, columns, about_genes, about_samples })
        }
        // 1.2's one description column is found as any other.
        (b"#1.2", &[rows, columns, ..]) => Some(GctSize { rows, columns, about_genes: 0, about_samples: 0 }),
        _ => None,
    }
}

/// A column of labels, in the order of a matrix' samples.
pub(in crate::cohort) type Labels = (String, Vec<Option<String>>);

/// Whether the text begins as CLS does: `8 2 1` and then `# names`, or `#numeric`.
pub(in crate::cohort) fn is_cls(text: &[u8]) -> bool {
    let (first, rest) = cut_line(text);
    let counts: Vec<&[u8]> = first.split(u8::is_ascii_whitespace).filter(|f| !f.is_empty()).collect();
    let number = |f: &&[u8]| f.iter().all(u8::is_ascii_digit);
    let categories = counts.len() == 3 && counts.iter().all(number) && rest.first() == Some(&b'#');
    categories || first.eq_ignore_ascii_case(b"#numeric")
}

/// Reads CLS; a column of categories is called after its file.
pub(in crate::cohort) fn read_cls(text: &[u8], name: &str) -> Result<Vec<Labels>, CohortError> {
    let text = field_text(text).0;
    let mut lines = text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty());
    let (_, first) = lines.next().ok_or_else(|| cls("The file is empty.", 1))?;
    if first.eq_ignore_ascii_case("#numeric") {
        let mut columns = Vec::new();
        while let Some((at, line)) = lines.next() {
            let heading = line.strip_prefix('#').ok_or_else(|| cls("A profile's name must begin with #.", at + 1))?;
            let (_, values) = lines.next().ok_or_else(|| cls("The last profile has no values.", at + 1))?;
            columns.push((heading.trim().to_owned(), values.split_ascii_whitespace().map(label).collect()));
        }
        return if columns.is_empty() { Err(cls("There is no profile.", 1)) } else { Ok(columns) };
    }
    let promised: usize = first.split_ascii_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0);
    let (_, names) = lines.next().ok_or_else(|| cls("The classes have no names.", 1))?;
    let names: Vec<&str> = names.trim_start_matches('#').split_ascii_whitespace().collect();
    let (at, labels) = lines.next().ok_or_else(|| cls("The line of labels is missing.", 2))?;
    let labels: Vec<&str> = labels.split_ascii_whitespace().collect();
    if labels.len() != promised {
        let what = format!("The first line promises {promised} labels and there are {}.", labels.len());
        return Err(cls(what, at + 1));
    }
    // Where the labels are not the names themselves, the first label used is the first class, and so on.
    let mut seen: Vec<&str> = Vec::new();
    for label in &labels {
        if !seen.contains(label) && seen.len() <= names.len() {
            seen.push(label);
        }
    }
    let by_name = labels.iter().all(|l| names.contains(l)) || seen.len() != names.len();
    let values = labels.iter().map(|l| {
        let class = seen.iter().position(|s| s == l).and_then(|at| names.get(at).copied());
        if by_name { label(l) } else { class.and_then(label) }
    });
    let values = values.collect();
    Ok(vec![(stem(name).to_owned(), values)])
}

fn label(word: &str) -> Option<String> {
    (!is_not_known(word)).then(|| word.to_owned())
}

/// A file's name without folders and endings.
fn stem(name: &str) -> &str {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    base.split('.').next().filter(|s| !s.is_empty()).unwrap_or(base)
}

fn cls(what: impl Into<String>, line: usize) -> CohortError {
    CohortError::new(
        "bad_cls",
        what,
        "A CLS file has three lines: counts, # and the classes' names, and one label per sample.",
    )
    .at_line(line)
}

/// Whether tab-separated text holds one gene set per column: a line of names, one of descriptions, then genes. `named`:
/// the file is called `.gmx`, which is believed where the cells allow it.
pub(in crate::cohort) fn is_gmx(text: &[u8], named: bool) -> bool {
    let lines: Vec<&[u8]> = text.split(|b| *b == b'\n').filter(|l| !l.trim_ascii().is_empty()).take(60).collect();
    let [names, about, genes @ ..] = lines.as_slice() else { return false };
    if genes.is_empty() {
        return false;
    }
    let cells = |line: &[u8]| -> Vec<String> {
        line.split(|b| *b == b'\t').map(|c| field_text(c.trim_ascii()).0.into_owned()).collect()
    };
    let (names, about) = (cells(names), cells(about));
    let genes: Vec<String> = genes.iter().flat_map(|line| cells(line)).filter(|c| !c.is_empty()).collect();
    let numbers = genes.iter().filter(|c| c.contains('.') && c.parse::<f64>().is_ok()).count();
    let like_genes = NamePatterns::of(genes.iter().map(String::as_str)).gene_share();
    let headed = names.first().is_some_and(|n| is_gene_heading(n) || is_sample_heading(n));
    let described = |c: &String| c.is_empty() || key(c) == "na" || c.starts_with("http") || c.starts_with('>');
    let words = numbers * 20 <= genes.len() && names.iter().any(|n| !n.is_empty());
    words && (named || !headed && like_genes >= 0.8 && about.len() == names.len() && about.iter().all(described))
}

/// Gene sets that grow row by row: the first record names them, the second describes them.
#[derive(Default)]
pub(in crate::cohort) struct SetsInColumns {
    rows: usize,
    sets: Vec<GeneSet>,
}

impl SetsInColumns {
    pub(in crate::cohort) fn push<'a>(&mut self, fields: impl Iterator<Item = &'a [u8]>) {
        self.rows += 1;
        for (at, field) in fields.enumerate() {
            let text = field_text(field).0;
            match (self.rows, self.sets.get_mut(at)) {
                (1, _) => self.sets.push(GeneSet { name: text.into_owned(), genes: Vec::new() }),
                (2, _) | (_, None) => {}
                (_, Some(set)) if !text.is_empty() => set.genes.push(text.into_owned()),
                _ => {}
            }
        }
    }

    /// The sets that have a name and genes, duplicates removed.
    pub(in crate::cohort) fn finish(self) -> Vec<GeneSet> {
        let mut sets = self.sets;
        sets.retain(|set| !set.name.is_empty() && !set.genes.is_empty());
        for set in &mut sets {
            let mut seen = std::collections::HashSet::new();
            set.genes.retain(|gene| seen.insert(gene.clone()));
        }
        sets
    }
}

fn cut_line(text: &[u8]) -> (&[u8], &[u8]) {
    let end = memchr(b'\n', text).unwrap_or(text.len());
    (text.get(..end).unwrap_or_default().trim_ascii(), text.get(end + 1..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_by_name_by_number_and_numeric() {
        let values = |text: &str| read_cls(text.as_bytes(), "a/type.cls").unwrap();
        let said = |column: &Labels| column.1.iter().map(|v| v.clone().unwrap_or_default()).collect::<Vec<_>>();
        let words = values("4 2 1\n# tumor normal\ntumor normal tumor normal\n");
        assert_eq!(
            (words[0].0.as_str(), said(&words[0])),
            ("type", ["tumor", "normal", "tumor", "normal"].map(String::from).to_vec())
        );
        // GSEA: the first label used is the first class named.
        assert_eq!(said(&values("3 2 1\n#tumor normal\n1 1 0\n")[0]), ["tumor", "tumor", "normal"]);
        let numeric = values("#numeric\n#purity\n0.5 0.25\n#age\n60 NA\n");
        assert_eq!((numeric[1].0.as_str(), numeric[1].1[1].clone()), ("age", None));
        for (text, line) in
            [("3 2 1\n# a b\na b\n", 3), ("3 2 1\n# a b\n", 2), ("#numeric\n", 1), ("#numeric\nx\n1\n", 2)]
        {
            let error = read_cls(text.as_bytes(), "x").unwrap_err();
            assert_eq!((error.code, error.line), ("bad_cls", Some(line)), "{text}");
        }
    }

    #[test]
    fn gene_sets_in_columns() {
        let text = b"S1\tS2\nna\thttp://x\nTP53\tMYC\nEGFR\t\nTP53\tESR1\n";
        assert!(is_gmx(text, false));
        assert!(!is_gmx(b"gene\tS2\nna\tna\nTP53\tMYC\n", false) && !is_gmx(b"S1\tS2\nna\tna\n1.5\t2.5\n", true));
        let mut sets = SetsInColumns::default();
        text.split(|b| *b == b'\n').filter(|l| !l.is_empty()).for_each(|l| sets.push(l.split(|b| *b == b'\t')));
        let sets = sets.finish();
        assert_eq!((sets[0].genes.len(), sets[1].genes.join(" ")), (2, "MYC ESR1".to_owned()));
    }

    #[test]
    fn sizes_of_gct() {
        let size = gct_size(b"#1.3\n12\t8\t2\t3\nid\n").unwrap();
        assert_eq!((size.rows, size.columns, size.about_genes, size.about_samples), (12, 8, 2, 3));
        assert_eq!(gct_size(b"#1.2\r\n2\t2\t\n").unwrap().about_samples, 0);
        assert!(gct_size(b"#1.2\nName\n").is_none() && gct_size(b"#1.3\n1\t2\n").is_none());
    }
}

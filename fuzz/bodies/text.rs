//! Bytes → up to three text files of one cohort: whatever they hold, a cohort or a typed error comes back.

use twinpurify::cohort::{Corrections, FileReader, LogBase, OpenedFile, compose_with};

/// Between two files.
const CUT: &[u8] = b"\n--file--\n";

/// Names whose endings are believed where the content leaves two readings.
const NAMES: [&str; 3] = ["a.tsv", "b_normal.gmx", "c.cls"];

/// The first byte chooses the chunks and the corrections; the rest are the files.
pub fn run(bytes: &[u8]) {
    let Some((first, mut rest)) = bytes.split_first() else { return };
    let chunk = [1, 7, 4096, usize::MAX][usize::from(first % 4)];
    let corrections = Corrections {
        one_scale: first & 4 != 0,
        undo_log: first & 8 != 0,
        log_base: (first & 16 != 0).then_some(LogBase::E),
        log_offset: (first & 32 != 0).then_some(f32::from(*first)),
        ..Corrections::default()
    };
    let mut files: Vec<OpenedFile> = Vec::new();
    for name in NAMES {
        let end = rest.windows(CUT.len()).position(|w| w == CUT);
        let own = &rest[..end.unwrap_or(rest.len())];
        if let Ok(mut file) = read(name, own, chunk) {
            file.share_names(&files);
            files.push(file);
        }
        match end {
            Some(end) => rest = &rest[end + CUT.len()..],
            None => break,
        }
    }
    let Ok(mut cohort) = compose_with(&files, corrections) else { return };
    let samples = cohort.matrix.samples.len();
    assert_eq!(samples, cohort.roles.value.len());
    assert!(cohort.matrix.rows.iter().all(|row| row.len() == samples));
    assert!(cohort.columns.iter().all(|column| column.values.len() == samples));
    let _ = cohort.summary();
    let quality = cohort.quality();
    assert!(quality.measures.iter().all(|measure| measure.values.len() == samples));
    if let Some(first) = cohort.matrix.samples.first().cloned() {
        let chosen = cohort.set_roles_of(&[(first, twinpurify::cohort::Role::AdjacentNormal)]);
        assert!(chosen.is_ok());
    }
}

fn read(name: &str, bytes: &[u8], chunk: usize) -> Result<OpenedFile, twinpurify::cohort::CohortError> {
    let mut reader = FileReader::new(name);
    for part in bytes.chunks(chunk.min(bytes.len()).max(1)) {
        reader.push(part)?;
    }
    reader.finish()
}

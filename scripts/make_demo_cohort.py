#!/usr/bin/env python3
"""Make demo/cptac_ucec: CPTAC endometrial carcinoma, cut to what a demonstration needs.

- Data: PyPI `cptac==0.4.1` (data Apache-2.0; Dou et al., Cell 2020;180:729-748), values untouched: log2(x + 1), two
  decimals. All 101 tumours and 14 adjacent normals.
- Genes: protein-coding by Debian's `r-bioc-org.hs.eg.db` (NCBI Gene), where a symbol that is no longer current counts
  when every gene it is an alias of is protein-coding; of these the 5,000 with the largest variance over the tumours,
  in the file's order. Names stay as they stand in the data.
- Needs pip, apt-get and dpkg-deb; nothing but those two registries is asked.

usage: scripts/make_demo_cohort.py [--compare COHORT_DIR]
"""

import argparse
import csv
import gzip
import io
import pathlib
import sqlite3
import statistics
import sys
import tempfile

import registry

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
OUTPUT = REPOSITORY / "demo" / "cptac_ucec"
WHEEL = "cptac==0.4.1"
WHEEL_SHA256 = "adf8af907497938134815dfc6b5986ffda5a4eb114d0a3c29e3eb1b3eed5de10"
DATA = "cptac/endometrial/data/"
ANNOTATION = "r-bioc-org.hs.eg.db"
ANNOTATION_FILE = "usr/lib/R/site-library/org.Hs.eg.db/extdata/org.Hs.eg.sqlite"
GENES = 5000
LARGEST_FILE = 1_500_000
# Column of the sample sheet -> column of clinical.txt.
COLUMNS = {
    "sample_id": "idx",
    "type": "Proteomics_Tumor_Normal",
    "patient": "Proteomics_Participant_ID",
    "subtype": "Genomics_subtype",
    "grade": "Histologic_Grade_FIGO",
    "histology": "Histologic_type",
    "stage": "tumor_Stage-Pathological",
    "figo_stage": "FIGO_stage",
    "msi_status": "MSI_status",
    "age": "Age",
    "purity_cancer": "Purity_Cancer",
    "purity_stroma": "Purity_Stroma",
    "purity_immune": "Purity_Immune",
    "estimate_stromal": "ESTIMATE_StromalScore",
    "estimate_immune": "ESTIMATE_ImmuneScore",
    "case_excluded": "Case_excluded",
}
TYPES = {"Tumor": "tumor", "Adjacent_normal": "normal"}
MISSING = {"", "NA"}


def protein_coding_symbols(database: pathlib.Path) -> set[str]:
    """Current symbols of protein-coding genes, and retired ones that can mean nothing else."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as annotation:
        kinds = dict(annotation.execute("select _id, gene_type from genetype"))
        current: dict[str, set[str]] = {}
        for gene, symbol in annotation.execute("select _id, symbol from gene_info"):
            current.setdefault(symbol, set()).add(kinds.get(gene, ""))
        retired: dict[str, set[str]] = {}
        for gene, alias in annotation.execute("select _id, alias_symbol from alias"):
            if alias not in current:
                retired.setdefault(alias, set()).add(kinds.get(gene, ""))
    return {name for names in (current, retired) for name, found in names.items() if found == {"protein-coding"}}


def sample_sheet(clinical: str) -> dict[str, dict[str, str]]:
    """Sample id -> its row; missing values are empty."""
    rows = csv.DictReader(io.StringIO(clinical), delimiter="\t")
    sheet = {}
    for row in rows:
        if row["Proteomics_Tumor_Normal"] not in TYPES:
            continue
        out = {name: "" if row[source] in MISSING else row[source] for name, source in COLUMNS.items()}
        out["type"] = TYPES[out["type"]]
        sheet[out["sample_id"]] = out
    return sheet


def most_variable(rows: list[list[str]], tumours: list[int]) -> list[list[str]]:
    """The GENES rows of largest variance over the tumour columns, in file order; ties go to the earlier row."""
    # Two decimals are exact as integers, so the choice does not hang on floating-point rounding.
    variance = [statistics.pvariance([round(float(row[column]) * 100) for column in tumours]) for row in rows]
    chosen = sorted(range(len(rows)), key=lambda index: (-variance[index], index))[:GENES]
    return [rows[index] for index in sorted(chosen)]


def tsv(rows: list[list[str]]) -> str:
    """Rows as tab-separated text."""
    return "".join("\t".join(row) + "\n" for row in rows)


def compare(folder: pathlib.Path, header: list[str], rows: list[list[str]], sheet: list[list[str]]) -> None:
    """Exit unless every value equals the one in another copy of the whole cohort."""
    def table(name: str) -> list[list[str]]:
        packed = folder / f"{name}.gz"
        text = gzip.decompress(packed.read_bytes()).decode() if packed.exists() else (folder / name).read_text()
        return [line.split("\t") for line in text.splitlines()]

    theirs, *their_rows = table("expression.tsv")
    column = {sample: index for index, sample in enumerate(theirs)}
    by_gene = {row[0]: row for row in their_rows}
    for row in rows:
        other = by_gene[row[0]]
        for sample, value in zip(header[1:], row[1:]):
            if float(value) != float(other[column[sample]]):
                sys.exit(f"{row[0]} of {sample}: {value}, but {other[column[sample]]} in {folder}")
    names, *their_samples = table("samples.tsv")
    their_sheet = {row[0]: dict(zip(names, row)) for row in their_samples}
    for row in sheet[1:]:
        for name, value in zip(sheet[0], row):
            other = their_sheet[row[0]].get(name, "")
            if value != other and not (value and other and float(value) == float(other)):
                sys.exit(f"{name} of {row[0]}: {value!r}, but {other!r} in {folder}")
    if len(their_sheet) != len(sheet) - 1:
        sys.exit(f"{len(sheet) - 1} samples, but {len(their_sheet)} in {folder}")
    print(f"equal to {folder}: {len(rows)} x {len(header) - 1} values, {len(sheet) - 1} x {len(sheet[0])} labels")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--compare", type=pathlib.Path, help="a folder with the whole cohort, to check against")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        package = registry.wheel(WHEEL, WHEEL_SHA256, work / "wheel")
        matrix = gzip.decompress(package.read(DATA + "transcriptomics_linear.cct.gz")).decode()
        clinical = package.read(DATA + "clinical.txt").decode("cp1252")  # a tumour-site note holds a Windows dash
        database, version = registry.debian_file(ANNOTATION, ANNOTATION_FILE, work / "annotation")
        coding = protein_coding_symbols(database)
    sheet = sample_sheet(clinical)
    header, *rows = [line.split("\t") for line in matrix.splitlines()]
    header[0] = "gene"
    unknown = [sample for sample in header[1:] if sample not in sheet]
    if unknown:
        sys.exit(f"clinical.txt does not say which of these are tumours: {', '.join(unknown)}")
    tumours = [i for i, sample in enumerate(header) if i and sheet[sample]["type"] == "tumor"]
    coding_rows = [row for row in rows if row[0] in coding]
    chosen = most_variable(coding_rows, tumours)
    samples = [list(COLUMNS), *([sheet[sample][name] for name in COLUMNS] for sample in header[1:])]
    print(f"{len(rows)} genes, {len(coding_rows)} protein-coding by {ANNOTATION} {version}, {len(chosen)} kept; "
          f"{len(tumours)} tumours, {len(header) - 1 - len(tumours)} adjacent normals")
    if options.compare:
        compare(options.compare, header, chosen, samples)
    for name, text in {"expression.tsv.gz": tsv([header, *chosen]), "samples.tsv.gz": tsv(samples)}.items():
        size = registry.write_gzip(OUTPUT / name, text)
        print(f"{(OUTPUT / name).relative_to(REPOSITORY)}: {size} bytes")
        if size > LARGEST_FILE:
            sys.exit(f"{name} is over {LARGEST_FILE} bytes")


if __name__ == "__main__":
    main()

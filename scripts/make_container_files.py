"""Write tests/files/containers: small containers with invented values, good and damaged.

    python3 scripts/make_container_files.py            (makes a throw-away environment with the writers)

The values are drawn from a fixed seed; sixteen samples of eight patients and forty genes, none of them anyone's.
"""

import gzip
import io
import pathlib
import random
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parent / "tests" / "files" / "containers"
PACKAGES = ["anndata==0.12.19", "h5py==3.16.0", "openpyxl==3.1.5", "pandas==2.3.3", "pyarrow", "scipy"]

GENES = """TP53 BRCA1 BRCA2 EGFR ERBB2 ESR1 PGR MKI67 GATA3 FOXA1 KRT5 KRT14 KRT17 CDH1 VIM COL1A1 COL1A2 FN1 ACTB GAPDH
CD3E CD8A PTPRC MS4A1 CD68 PDCD1 CTLA4 VEGFA HIF1A CA9 MYC CCND1 CDK4 CDK6 RB1 PTEN PIK3CA AKT1 SEPTIN2 MARCHF9""".split()
PATIENTS = [f"TCGA-ZZ-{n:04d}" for n in range(1, 9)]
SAMPLES = [p + "-01A" for p in PATIENTS] + [p + "-11A" for p in PATIENTS]
NORMAL = [s.endswith("-11A") for s in SAMPLES]
MEMBER_DATE = (2026, 1, 1, 0, 0, 0)


def values():
    draw = random.Random(4)
    base = [draw.uniform(2, 12) for _ in GENES]
    return [[round(b + draw.gauss(1.0 if n else 0.0, 0.7), 4) for n in NORMAL] for b in base]


VALUES = values()


def matrix_text(genes=GENES):
    lines = ["gene\t" + "\t".join(SAMPLES)]
    lines += [g + "\t" + "\t".join(f"{v:.4f}" for v in row) for g, row in zip(genes, VALUES)]
    return "\n".join(lines) + "\n"


def sheet_rows():
    yield ["sample_id", "subtype", "age", "event"]
    for at, sample in enumerate(SAMPLES):
        yield [sample, ["LumA", "Basal"][at % 2], 40 + at, at % 2]


def dated_rows():
    """With a column of real dates, which are no damage."""
    import datetime
    for at, row in enumerate(sheet_rows()):
        yield [*row[:2], datetime.date(2026, 3, at) if at else "biopsy", *row[2:]]


def sheet_text():
    return "".join("\t".join(map(str, row)) + "\n" for row in sheet_rows())


def zipped(members, **options):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, **options) as out:
        for name, data in members:
            out.writestr(zipfile.ZipInfo(name, MEMBER_DATE), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def tarred(members):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as out:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), 0
            out.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def gz(data):
    return gzip.compress(data, 9, mtime=0)


def write(name, data):
    (OUT / name).write_bytes(data)


def archives():
    matrix, sheet = matrix_text().encode(), sheet_text().encode()
    write("cohort.zip", zipped([("cohort/expression.tsv.gz", gz(matrix)), ("cohort/samples.tsv", sheet),
                                ("cohort/README.txt", b"invented\n"), ("__MACOSX/._samples.tsv", b"\0\1")]))
    portal = "#Sample\tSubtype\n#Sample\tSubtype\n#STRING\tSTRING\n#1\t1\nSAMPLE_ID\tSUBTYPE\n"
    portal += "".join(f"{s}\t{'LumA' if at % 2 else 'Basal'}\n" for at, s in enumerate(SAMPLES))
    rsem = "Hugo_Symbol\tEntrez_Gene_Id\t" + "\t".join(SAMPLES) + "\n"
    rsem += "".join(f"{g}\t{n}\t" + "\t".join(f"{2 ** v:.3f}" for v in row) + "\n"
                    for n, (g, row) in enumerate(zip(GENES, VALUES), 1))
    study = [("brca_zz/meta_study.txt", b"type_of_cancer: brca\n"), ("brca_zz/LICENSE", b"invented\n"),
             ("brca_zz/data_clinical_sample.txt", portal.encode()),
             ("brca_zz/data_mrna_seq_v2_rsem.txt", rsem.encode()),
             ("brca_zz/data_mrna_seq_v2_rsem_zscores_ref_all_samples.txt", rsem.encode()),
             ("brca_zz/data_mrna_agilent_microarray.txt", rsem.encode()),
             ("brca_zz/data_mutations.txt", b"Hugo_Symbol\tChromosome\nTP53\t17\n"),
             ("brca_zz/case_lists/cases_all.txt", b"cancer_study_identifier: brca_zz\n")]
    tar = tarred(study)
    write("study.tar.gz", gz(tar))
    write("truncated.tar.gz", gz(tar)[:2000])
    write("cut.tar", tar[:len(tar) // 2])
    write("escape.zip", zipped([("../../etc/expression.tsv", matrix), ("samples.tsv", sheet)]))
    write("nested.zip", zipped([("one.zip", zipped([("two.zip", zipped([("three.tsv", matrix)]))]))]))
    write("bomb.zip", zipped([("expression.tsv", b"gene\ts1\n" + b"0" * (64 << 20))]))
    encrypted = bytearray(zipped([("expression.tsv", matrix)]))
    # The flag of encryption in the member's header and in the directory.
    encrypted[6] |= 1
    at = encrypted.rindex(b"PK\x01\x02")
    encrypted[at + 8] |= 1
    write("encrypted.zip", bytes(encrypted))
    broken = bytearray(zipped([("expression.tsv", matrix), ("samples.tsv", sheet)]))
    broken[200] ^= 0xFF
    write("broken.zip", bytes(broken))
    write("truncated.zip", bytes(broken[: len(broken) // 2]))
    write("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))
    write("table.feather", b"ARROW1\0\0" + bytes(504))


def settled(book):
    """The workbook's bytes with every time stamp the same."""
    packed, out = io.BytesIO(), io.BytesIO()
    book.properties.created = book.properties.modified = __import__("datetime").datetime(2026, 1, 1)
    book.save(packed)
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                data = __import__("re").sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2026-01-01T00:00:00Z", data)
            new.writestr(zipfile.ZipInfo(name, MEMBER_DATE), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def workbooks():
    import datetime
    import openpyxl

    def book(genes, sheets=True, title=False):
        out = openpyxl.Workbook()
        sheet = out.active
        sheet.title = "Expression"
        if title:
            sheet.append(["Supplementary Table 1. Invented."])
        sheet.append(["gene", *SAMPLES])
        for gene, row in zip(genes, VALUES):
            sheet.append([gene, *row])
        if sheets:
            samples = out.create_sheet("Samples")
            for row in dated_rows():
                samples.append(row)
            notes = out.create_sheet("Hidden")
            notes.sheet_state = "hidden"
            notes["A1"] = "secret"
        return out

    dates = [datetime.date(2026, 9, 2) if g == "SEPTIN2" else "9-Mar" if g == "MARCHF9" else g for g in GENES]
    good = book(dates, title=True)
    second = good.create_sheet("Doubled")
    second.append(["gene", *SAMPLES])
    for gene, row in zip(GENES, VALUES):
        second.append([gene, *[2 * v for v in row]])
    write("cohort.xlsx", settled(good))
    unclear = [datetime.date(2026, 3, 1) if g == "MARCHF9" else g for g in GENES]
    write("unclear_date.xlsx", settled(book(unclear, sheets=False)))
    riken = [2.31e19 if g == "MARCHF9" else g for g in GENES]
    write("gene_number.xlsx", settled(book(riken, sheets=False)))
    formula = book(GENES, sheets=False)
    formula.active["B2"] = "=1+1"
    write("formula_without_value.xlsx", settled(formula))


def anndatas():
    import anndata
    import h5py
    import numpy
    import pandas
    import scipy.sparse

    x = numpy.array(VALUES, dtype="float32").T
    obs = pandas.DataFrame({
        "tissue": pandas.Categorical(["normal" if n else "tumor" for n in NORMAL]),
        "age": [40.5 + at for at in range(16)], "smoker": [at % 2 == 0 for at in range(16)],
        "grade": pandas.array([1, 2, None, 3] * 4, dtype="Int64")}, index=[f"S{at}" for at in range(16)])
    var = pandas.DataFrame({"length": range(40)}, index=GENES)
    data = anndata.AnnData(x.copy(), obs, var, layers={"counts": numpy.round(2 ** x).astype("float32")})
    data.write_h5ad(OUT / "dense.h5ad", compression="gzip")
    sparse = numpy.where(x > 6, numpy.round(2 ** x), 0).astype("float32")
    anndata.AnnData(scipy.sparse.csr_matrix(sparse), obs, var).write_h5ad(OUT / "csr.h5ad")
    anndata.AnnData(scipy.sparse.csc_matrix(sparse), obs, var).write_h5ad(OUT / "csc.h5ad")
    scaled = anndata.AnnData(x - x.mean(0), obs, var, layers={"counts": scipy.sparse.csr_matrix(sparse)})
    scaled.write_h5ad(OUT / "scaled.h5ad")
    # As scanpy leaves a log1p'd matrix, its genes under ids that say nothing.
    named = pandas.DataFrame({"feature_name": GENES}, index=[f"gene_{at}" for at in range(40)])
    logged = anndata.AnnData(numpy.log1p(2 ** x + 0.25).astype("float32"), obs, named, uns={"log1p": {"base": None}})
    logged.write_h5ad(OUT / "log1p.h5ad", compression="gzip")
    # X scaled over some of the genes, and raw: the logarithms of all, or counts beside logarithms.
    def beside_raw(values, raw, genes, **more):
        whole = anndata.AnnData(raw, obs, more.pop("named", var))
        found = anndata.AnnData(values[:, :genes].copy(), obs, whole.var.iloc[:genes], **more)
        found.raw = whole
        return found

    log = numpy.log1p(2 ** x + 0.25).astype("float32")
    beside_raw(log - log.mean(0), log, 12, uns={"log1p": {"base": None}}).write_h5ad(OUT / "raw_log.h5ad", compression="gzip")
    # An index that counts up from one stem names nothing, though each looks like a symbol.
    counting = pandas.DataFrame({"gene_symbols": GENES}, index=[f"GENE{at}" for at in range(40)])
    beside_raw(numpy.log1p(sparse), scipy.sparse.csr_matrix(sparse), 40, named=counting).write_h5ad(
        OUT / "raw_counts.h5ad", compression="gzip")
    with h5py.File(OUT / "absurd.h5ad", "w") as file:
        file.create_dataset("X", shape=(1 << 40, 1 << 20), chunks=(1024, 1024), dtype="f4")
        for name, rows in (("obs", 1 << 40), ("var", 1 << 20)):
            group = file.create_group(name)
            group.attrs["_index"] = "_index"
            group.create_dataset("_index", shape=(rows,), chunks=(1024,), dtype="i8")
    with h5py.File(OUT / "not_anndata.h5", "w") as file:
        file["values"] = numpy.arange(10)
    write("truncated.h5ad", (OUT / "dense.h5ad").read_bytes()[:9000])
    write("dense.h5ad.gz", gz((OUT / "dense.h5ad").read_bytes()))


def parquets():
    import pandas
    import pyarrow
    import pyarrow.parquet

    frame = pandas.DataFrame(VALUES, index=pandas.Index(GENES, name=None), columns=SAMPLES, dtype="float64")
    frame.to_parquet(OUT / "expression.parquet", compression="snappy")
    # A page's header that states a list of 2^31 - 1 booleans, which cost nothing to skip but time.
    damaged = bytearray((OUT / "expression.parquet").read_bytes())
    column = pyarrow.parquet.ParquetFile(OUT / "expression.parquet").metadata.row_group(0).column(0)
    at = column.dictionary_page_offset or column.data_page_offset
    damaged[at:at + 7] = bytes([0x19, 0xf1, 0xff, 0xff, 0xff, 0xff, 0x07])
    write("page_header.parquet", bytes(damaged))
    frame.reset_index(names="gene").to_parquet(OUT / "zstd.parquet", compression="zstd", index=False)
    rows = list(sheet_rows())
    sheet = pandas.DataFrame(rows[1:], columns=rows[0])
    sheet["drawn"] = pandas.Timestamp("2026-01-02")
    sheet.loc[0, "subtype"] = None
    sheet["tags"] = [["a", "b"]] * len(sheet)
    pyarrow.parquet.write_table(pyarrow.Table.from_pandas(sheet, preserve_index=False), OUT / "samples.parquet",
                                compression="gzip", row_group_size=5)
    whole = (OUT / "expression.parquet").read_bytes()
    write("truncated.parquet", whole[: len(whole) // 2])
    claim = bytearray(whole)
    claim[-8:-4] = struct.pack("<I", 0x7FFFFFFF)
    write("absurd_footer.parquet", bytes(claim))


def main():
    if "--here" not in sys.argv:
        sys.path.insert(0, str(HERE))
        from registry import venv_python
        with tempfile.TemporaryDirectory() as folder:
            python = venv_python(PACKAGES, pathlib.Path(folder) / "venv")
            subprocess.run([str(python), __file__, "--here"], check=True)
        return
    OUT.mkdir(parents=True, exist_ok=True)
    archives()
    workbooks()
    anndatas()
    parquets()
    for path in sorted(OUT.iterdir()):
        print(f"{path.stat().st_size:>8,} {path.name}")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Read the purified expression that `twinpurify train|embed --expression FILE` wrote, in every format, and compare them.

usage: scripts/check_expression.py DIR     (DIR holds expression.tsv, .gct, .h5ad, .parquet, run/ with expression_genes.csv)

Formats whose reader is not installed (pyarrow for Parquet, anndata or scanpy for .h5ad) are skipped, and said. Exits 0 when
everything that could be read agrees, 1 with the reason when something does not, 77 when there is no pandas.
"""

import json
import pathlib
import sys

try:
    import numpy as np
    import pandas as pd
except ImportError as missing:
    print(f"SKIPPED: {missing}")
    sys.exit(77)


def check(truth, what):
    if not truth:
        sys.exit(what)


def main():
    folder = pathlib.Path(sys.argv[1])
    read = []
    genes = pd.read_csv(folder / "run" / "expression_genes.csv", index_col="gene", keep_default_na=False)
    tsv = pd.read_csv(folder / "expression.tsv", sep="\t", index_col="gene", na_values=[""], keep_default_na=False)
    check(tsv.index.is_unique and list(tsv.index) == list(genes.index), "genes of the TSV")
    check((tsv.dtypes == float).all(), "values of the TSV")
    empty = genes["source"].isin(["not explained", "too few values"])
    check((tsv.isna().all(axis=1) == empty).all(), "genes without a purified value, and no others, are empty")
    r2 = pd.to_numeric(genes["r2"])
    check((r2[genes["source"] == "ridge"] > 0).all() and not (r2[genes["source"] == "not explained"] > 0).any(), "R² of the genes")
    read.append("tsv")
    # Text for spreadsheets gets an apostrophe where a name would be a formula; binary files hold names as they are.
    names = [name[1:] if name.startswith("'") else name for name in tsv.index]

    with open(folder / "expression.gct") as file:
        check(file.readline() == "#1.3\n", "version of the GCT")
        rows, columns, about_rows, about_columns = map(int, file.readline().split("\t"))
        body = pd.read_csv(file, sep="\t", index_col=0, keep_default_na=False, dtype=str)
    check((rows, columns, about_rows) == (*tsv.shape, 2), "sizes of the GCT")
    sheet, body = body.iloc[:about_columns, about_rows:], body.iloc[about_columns:]
    check(list(body["source"]) == list(genes["source"]), "row annotation of the GCT")
    gct = body.iloc[:, about_rows:].astype(float)
    check(list(gct.columns) == list(tsv.columns) and np.array_equal(gct.to_numpy(), tsv.to_numpy(), equal_nan=True), "GCT is TSV")
    read.append("gct")

    try:
        parquet = pd.read_parquet(folder / "expression.parquet").set_index("gene")
        same = np.array_equal(parquet.to_numpy(dtype=np.float32), tsv.to_numpy(dtype=np.float32), equal_nan=True)
        check(list(parquet.index) == names and list(parquet.columns) == list(tsv.columns) and same, "Parquet is TSV")
        read.append("parquet")
    except ImportError as missing:
        print(f"SKIPPED Parquet: {missing}")

    try:
        import anndata
    except ImportError as missing:
        print(f"SKIPPED AnnData: {missing}")
    else:
        data = anndata.read_h5ad(folder / "expression.h5ad")
        check(data.shape == (tsv.shape[1], tsv.shape[0]), f"shape of the AnnData: {data.shape}")
        check(list(data.obs_names) == list(tsv.columns) and list(data.var_names) == names, "names of the AnnData")
        purified = data.layers["purified"].T
        check(np.array_equal(purified, tsv.to_numpy(dtype=np.float32), equal_nan=True), "layer purified is TSV")
        check(np.isfinite(data.X).all() and not np.array_equal(data.X.T, purified), "X is raw")
        check(list(data.var["source"]) == list(genes["source"]), "var of the AnnData")
        check(set(data.obs.columns) == set(sheet.index), f"obs of the AnnData: {list(data.obs.columns)}")
        for name in data.obs.columns:
            if data.obs[name].dtype.kind == "f":
                check(np.allclose(data.obs[name], sheet.loc[name].replace("NA", "nan").astype(float), equal_nan=True), name)
        check({"X_pca", "X_twinpurify"} <= set(data.obsm) and data.obsm["X_pca"].shape[1] == 2, "obsm of the AnnData")
        about = data.uns["twinpurify"]
        config = json.loads(str(about["config"]))
        check(config["strength"] == json.loads((folder / "run" / "config.json").read_text())["strength"], "config in uns")
        again = folder / "again.h5ad"
        data.write_h5ad(again)
        check(anndata.read_h5ad(again).shape == data.shape, "anndata writes it again")
        read.append(f"h5ad (obsm {sorted(data.obsm)}, {about['scale']})")
    print(f"{tsv.shape[0]} genes × {tsv.shape[1]} tumours, {int(empty.sum())} empty: {', '.join(read)} read back and agree")


if __name__ == "__main__":
    main()

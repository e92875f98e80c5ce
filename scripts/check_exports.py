#!/usr/bin/env python3
"""Read what `twinpurify train --out DIR` wrote with pandas and safetensors, and compare the files with each other.

usage: scripts/check_exports.py DIR

Exits 0 when everything reads back, 1 with the reason when something does not, 77 when pandas or safetensors is not
installed (skipped).
"""

import json
import pathlib
import sys

try:
    import numpy as np
    import pandas as pd
    from safetensors import safe_open
except ImportError as missing:
    print(f"SKIPPED: {missing}")
    sys.exit(77)


def check(truth, what):
    if not truth:
        sys.exit(f"{what}")


def main():
    folder = pathlib.Path(sys.argv[1])
    read = lambda name: pd.read_csv(folder / name, index_col=0)
    embedding, raw, purified = read("embedding.csv"), read("pathways_raw.csv"), read("pathways_purified.csv")
    check(not embedding.isna().any().any() and embedding.to_numpy().dtype == np.float64, "values of the embedding")
    check(embedding.index.is_unique and list(embedding.index) == list(raw.index) == list(purified.index), "samples")
    check(list(raw.columns) == list(purified.columns), "gene sets")
    genes, losses = read("genes.csv"), read("loss.csv")
    check(list(embedding.columns) == list(genes.index), "the embedding of a profile names its genes")
    check((genes.iloc[:, -1] > 0).all() and genes.index.is_unique, "genes and their deviations")
    check(losses.index.is_monotonic_increasing and np.isfinite(losses["total"]).all(), "losses")
    for name in ("map_pca.csv", "map_umap.csv"):
        check(list(read(name).index) == list(embedding.index), name)
    with safe_open(folder / "model.safetensors", framework="numpy") as model:
        about = model.metadata() or {}
        shapes = {key: model.get_tensor(key).shape for key in model.keys()}
        finite = all(np.isfinite(model.get_tensor(key)).all() for key in model.keys() if model.get_tensor(key).dtype.kind == "f")
    check(shapes and finite, "tensors of the model")
    check(any(len(genes) in shape for shape in shapes.values()), f"no tensor is as wide as the {len(genes)} genes: {shapes}")
    json.loads((folder / "verdict.json").read_text())
    print(f"{len(embedding)} samples, {embedding.shape[1]} dimensions, {raw.shape[1]} gene sets, {len(genes)} genes, "
          f"{len(shapes)} tensors, metadata {sorted(about)}: all read back")


if __name__ == "__main__":
    main()

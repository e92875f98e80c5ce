"""Load a gzipped genes × samples table as a float32 matrix: `load_matrix.py polars|pandas FILE` prints one JSON object.

The clock starts after the imports; the memory the imports took is told apart.
"""

import json
import resource
import sys
import time


def peak_bytes():
    """Linux counts this in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def load_polars(polars, path):
    table = polars.read_csv(path, separator="\t")
    return table.drop(table.columns[0]).cast(polars.Float32).to_numpy()


def load_pandas(pandas, path):
    return pandas.read_csv(path, sep="\t", index_col=0).to_numpy(dtype="float32")


def main():
    peer, path = sys.argv[1:3]
    import numpy  # both need it

    if peer == "polars":
        import polars as library
    else:
        import pandas as library
    imports = peak_bytes()
    start = time.perf_counter()
    matrix = {"polars": load_polars, "pandas": load_pandas}[peer](library, path)
    seconds = time.perf_counter() - start
    genes, samples = matrix.shape
    print(json.dumps({
        "seconds": seconds, "peak_bytes": peak_bytes(), "imports_bytes": imports,
        "genes": genes, "samples": samples, "sum": float(matrix.sum(dtype=numpy.float64)),
    }))


if __name__ == "__main__":
    main()

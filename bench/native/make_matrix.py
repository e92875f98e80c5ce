"""Write the matrix that the bench loads: `make_matrix.py FILE`. 20,000 genes × 600 samples, log2, gzip, seeded."""

import gzip
import sys
from pathlib import Path

import numpy

GENES, SAMPLES, SEED = 20_000, 600, 7


def main():
    path = Path(sys.argv[1])
    random = numpy.random.default_rng(SEED)
    # One sample in ten an adjacent normal (TCGA sample type 11), so that the file is a cohort and not only a table.
    samples = [f"TCGA-AA-{i:04d}-{'11' if i % 10 == 0 else '01'}" for i in range(SAMPLES)]
    level = random.uniform(0, 12, GENES)
    unfinished = path.with_suffix(".part")
    with gzip.open(unfinished, "wt", compresslevel=6) as out:
        out.write("\t".join(["gene", *samples]) + "\n")
        for gene in range(GENES):
            values = numpy.maximum(level[gene] + random.normal(0, 1, SAMPLES), 0)
            out.write("\t".join([f"GENE{gene:05d}", *(f"{value:.4f}" for value in values)]) + "\n")
    unfinished.rename(path)


if __name__ == "__main__":
    main()

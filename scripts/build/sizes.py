"""Print what a visitor downloads, raw and gzipped: `sizes.py DIST [--check]`.

`--check` exits 1 when an artefact is over its budget.
"""

import gzip
import sys
from pathlib import Path

GENE_MAP = "gene_map.tsv.gz"

# Gzipped bytes. The demo cohorts are fetched only when asked for, so they have budgets of their own. The CPU engine's was raised from
# 2^20 for provenance, patients, the expression of every gene and the genes panel, and lowered again when its gradients were written
# out (1,252 kB before). What weighs most now, of 3,320 kB of code before gzip: burn-flex (435 kB: each operation comes for every
# type of number, and no feature leaves one out), and figures drawn through two backends (63 and 53 kB). binaryen's wasm-opt makes it 9 % smaller
# before gzip and 1 % larger after.
ARTEFACTS = {
    "page without engines": (150_000, lambda path: path.parts[0] not in ("engine", "demo") and path.name != GENE_MAP),
    "gene map": (700_000, lambda path: path.name == GENE_MAP),
    "CPU engine": (1_175_000, lambda path: path.parts[:2] == ("engine", "cpu")),
    # Fetched at the page's start with low priority, compiled when such a file is opened.
    # Raised from 700,000 when it came to write AnnData and Parquet as well as read them (669 kB before).
    "containers": (900_000, lambda path: path.parts[:2] == ("engine", "containers")),
    "GPU engine": (2_500_000, lambda path: path.parts[:2] == ("engine", "gpu")),
    "demo cohorts": (1_500_000, lambda path: path.parts[0] == "demo"),
}


def is_fetched(path):
    """Type declarations and licences travel with dist/, but no page asks for them."""
    return not path.name.endswith((".d.ts", "NOTICE.txt")) and not path.name.startswith("LICENSE")


def measure(dist):
    """(name, raw bytes, gzipped bytes, budget) of each artefact."""
    files = sorted(path for path in dist.rglob("*") if path.is_file())
    for name, (budget, belongs) in ARTEFACTS.items():
        contents = [
            path.read_bytes()
            for path in files
            if is_fetched(path) and belongs(path.relative_to(dist))
        ]
        # A host compresses file by file; what is compressed already gains nothing and is counted as it is.
        yield (
            name,
            sum(map(len, contents)),
            sum(min(len(data), len(gzip.compress(data, 9))) for data in contents),
            budget,
        )


def main():
    dist = Path(sys.argv[1])
    over = []
    print(f"{'download':<22}{'raw kB':>10}{'gzip kB':>10}{'budget kB':>11}")
    for name, raw, zipped, budget in measure(dist):
        print(f"{name:<22}{raw / 1000:>10,.0f}{zipped / 1000:>10,.0f}{budget / 1000:>11,.0f}")
        if zipped > budget:
            over.append(name)
    if over and "--check" in sys.argv:
        sys.exit(f"sizes.py: over budget: {', '.join(over)}")


if __name__ == "__main__":
    main()

"""Print what a visitor downloads, raw and gzipped: `sizes.py DIST [--check]`.

`--check` exits 1 when an artefact is over its budget.
"""

import gzip
import sys
from pathlib import Path

GENE_MAP = "gene_map.tsv.gz"

# Gzipped bytes. The demo cohorts are fetched only when asked for, so they have budgets of their own. Raised from 150,000 and
# 2^20 when strength, its directions and its price, the natural case, three browsers' journeys and the reading of awkward files
# came in, and again for provenance, patients, the expression of every gene and the genes panel: the page by 17 %. The engine was at
# 1,252 kB before its gradients were written out and automatic differentiation left it. What weighs most now: burn-flex's
# operations for types that are never used, and every figure drawn through two backends (its 119 kB function in
# `session::figures`).
ARTEFACTS = {
    "page without engines": (175_000, lambda path: path.parts[0] not in ("engine", "demo") and path.name != GENE_MAP),
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
    return not path.name.endswith(".d.ts") and not path.name.startswith(("LICENSE", "NOTICE"))


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

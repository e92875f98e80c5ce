#!/usr/bin/env python3
"""Writes natural_golden.json: Procrustes, components, nearest neighbours and ridge regression of two small embeddings of
the same samples, by NumPy, SciPy and scikit-learn. `src/readout/natural` must agree.

Needs numpy, scipy, scikit-learn; run it in this folder."""

import json

import numpy as np
import scipy
import sklearn
from scipy.spatial import procrustes
from scipy.stats import spearmanr
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.neighbors import NearestNeighbors

FOLDS, NEIGHBOURS, COMPONENTS = 5, 10, 5
PENALTIES = 10.0 ** np.linspace(-4, 4, 33)

rng = np.random.default_rng(13)
n, d = 64, 10
purity = rng.uniform(0.2, 0.9, n)
raw = rng.normal(size=(n, d)) * np.linspace(2.0, 0.5, d)
raw[:, 0] += 4 * purity
raw[:, 3] += 3 * purity**2
raw = np.round(raw @ np.linalg.qr(rng.normal(size=(d, d)))[0], 4)
axis = np.linalg.svd(raw * (purity - purity.mean())[:, None])[2][0]
purified = np.round(raw - np.outer(raw @ axis, axis) + 0.1 * np.tanh(raw), 4)
known = np.array([i % 9 != 4 for i in range(n)])
purity = np.round(purity, 4)


def components(x, y):
    scores = PCA(COMPONENTS).fit_transform(x)
    return max(abs(spearmanr(scores[:, j], y).statistic) for j in range(COMPONENTS))


def split(y):
    fold = np.arange(len(y)) % FOLDS
    return [(np.flatnonzero(fold != f), np.flatnonzero(fold == f)) for f in range(FOLDS)]


def r2(error, y):
    return 1 - error / ((y - y.mean()) ** 2).sum()


def neighbours(x, y):
    x = x - x.mean(axis=0)
    error = 0.0
    for train, test in split(y):
        near = NearestNeighbors(n_neighbors=NEIGHBOURS, metric="cosine").fit(x[train]).kneighbors(x[test])[1]
        error += ((y[test] - y[train][near].mean(axis=1)) ** 2).sum()
    return r2(error, y)


def ridge(x, y):
    """The penalty of a fold is the best of the other folds, each predicted without itself."""
    errors = np.zeros((FOLDS, len(PENALTIES)))
    for f, (train, test) in enumerate(split(y)):
        inner = x[train] - x[train].mean(axis=0)
        scale = (inner**2).sum() / len(train)
        for at, penalty in enumerate(PENALTIES):
            said = Ridge(alpha=penalty * scale).fit(x[train], y[train]).predict(x[test])
            errors[f, at] = ((y[test] - said) ** 2).sum()
    chosen = [errors[f, np.delete(errors, f, axis=0).sum(axis=0).argmin()] for f in range(FOLDS)]
    return r2(sum(chosen), y)


def read(x):
    x, y = x[known], purity[known]
    return {"components": components(x, y), "neighbours": neighbours(x, y), "ridge": ridge(x, y)}


maps = [PCA(2).fit_transform(x) for x in (raw, purified)]
golden = {
    "made_with": f"numpy {np.__version__}, scipy {scipy.__version__}, scikit-learn {sklearn.__version__}",
    "raw": raw.tolist(),
    "purified": purified.tolist(),
    "purity": [p if k else None for p, k in zip(purity.tolist(), known)],
    # SciPy's disparity is 1 − (Σ singular values)².
    "similarity": 1 - procrustes(*maps)[2],
    "from_raw": read(raw),
    "from_purified": read(purified),
}
print({k: v for k, v in golden.items() if k not in ("raw", "purified", "purity")})
with open("natural_golden.json", "w") as out:
    json.dump(golden, out, separators=(",", ":"))
    out.write("\n")

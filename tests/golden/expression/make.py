#!/usr/bin/env python3
"""Golden values of the ridge from the bottleneck of mixed views to unmixed genes: NumPy's SVD and scikit-learn's Ridge.

usage: python3 tests/golden/expression/make.py     (needs numpy and scikit-learn; writes ridge.json beside itself)
The views are all tumours' first, then all tumours' second …; genes are centred over the tumours. Predictors are the leading
principal components over all views. The penalty of each gene minimises n (|r|^2 / v) / (n - 1 - df)^2 over the grid, r the
residuals of all views and df the trace of the smoother averaged over a tumour's views. R2 is sklearn's r2_score of the tumours
as they are, each predicted by a Ridge fitted to the views of the other folds' tumours.
"""
import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score

rng = np.random.default_rng(20261127)


def case(n, v, d, genes, width, noise):
    clean = rng.normal(size=(n, d)) @ np.diag(np.linspace(2, 0.2, d)) + 0.4
    mixed = np.concatenate([clean * (1 - a) + 0.7 * a for a in rng.uniform(0, 0.6, (v, n, 1))])
    mixed += 0.2 * rng.normal(size=mixed.shape)
    y = clean @ rng.normal(size=(d, genes)) * (rng.uniform(size=genes) > 0.3) + noise * rng.normal(size=(n, genes))
    clean, mixed = clean.astype(np.float32), mixed.astype(np.float32)
    y = (y - y.mean(0)).round(6)
    y -= y.mean(0)
    order = rng.permutation(n)
    folds = [order[f * n // 5:(f + 1) * n // 5] for f in range(5)]
    centre = mixed.astype(float).mean(0)
    vt = np.linalg.svd(mixed - centre, full_matrices=False)[2][:width]
    t, z = (mixed - centre) @ vt.T, (clean - centre) @ vt.T
    q = t.shape[1]
    eigenvalues, vectors = np.linalg.eigh(t.T @ t)
    rows = np.tile(np.arange(n), v)
    average = np.zeros((n, n * v))
    average[rows, np.arange(n * v)] = 1 / v
    grid = eigenvalues.mean() * 10 ** (-6 + 10 * np.arange(41) / 40)

    def gcv(penalty, gene):
        hat = t @ np.linalg.solve(t.T @ t + penalty * np.eye(q), t.T)
        residual = y[rows, gene] - hat @ y[rows, gene]
        left = n - 1 - np.trace(average @ hat @ average.T * v)
        return n * (residual @ residual / v) / left ** 2 if left > 1e-6 * n else np.inf

    penalties = [float(min(grid, key=lambda p: gcv(p, g))) for g in range(genes)]
    predicted, r2 = [], []
    for gene, penalty in enumerate(penalties):
        predicted.append(Ridge(alpha=penalty).fit(t, y[rows, gene]).predict(z))
        out = np.zeros(n)
        for held in folds:
            inside = ~np.isin(rows, held)
            out[held] = Ridge(alpha=penalty).fit(t[inside], y[rows[inside], gene]).predict(z[held])
        r2.append(float(r2_score(y[:, gene], out)))
    print(n, v, d, width, np.round(r2, 3), np.round(np.array(penalties) / eigenvalues.mean(), 6))
    return {"width": width, "order": order.tolist(), "mixed": mixed.astype(float).round(9).tolist(), "clean": clean.astype(float).round(9).tolist(),
            "y": y.T.round(9).tolist(), "penalties": penalties, "predicted": np.array(predicted).round(9).tolist(), "r2": r2}


cases = [case(24, 3, 6, 7, 128, 1.0), case(40, 2, 12, 6, 5, 0.5), case(15, 4, 30, 5, 8, 2.0)]
(Path(__file__).parent / "ridge.json").write_text(json.dumps(cases) + "\n")

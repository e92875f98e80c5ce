"""Makes differences_golden.json: two-sample tests by scipy, effect sizes by their published formulas, FDR by statsmodels.

python3 -m venv v && v/bin/pip install scipy statsmodels && v/bin/python make_golden.py > differences_golden.json
"""
import json

import numpy as np
import scipy
import statsmodels
from scipy.stats import mannwhitneyu, ttest_ind
from scipy.special import gammaln
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

rng = np.random.default_rng(20260601)


def hedges(a, b):
    """g with the exact small-sample factor (Hedges 1981) and the large-sample interval (Hedges & Olkin 1985, 5.16)."""
    m, n = len(a), len(b)
    freedom = m + n - 2
    pooled = np.sqrt(((m - 1) * a.var(ddof=1) + (n - 1) * b.var(ddof=1)) / freedom)
    factor = np.exp(gammaln(freedom / 2) - gammaln((freedom - 1) / 2)) / np.sqrt(freedom / 2)
    g = factor * (a.mean() - b.mean()) / pooled
    half = norm.ppf(0.975) * np.sqrt((m + n) / (m * n) + g * g / (2 * (m + n)))
    return g, g - half, g + half


def cliff(a, b):
    """delta with the consistent variance and the asymmetric interval (Feng & Cliff 2004, eq. 9)."""
    d = np.sign(a[:, None] - b[None, :])
    delta, m, n = d.mean(), len(a), len(b)
    if abs(delta) == 1:  # no overlap, no variance: Cliff's inner end, from the smaller group
        inner = delta * (min(m, n) - norm.ppf(0.975) ** 2) / (min(m, n) + norm.ppf(0.975) ** 2)
        return delta, min(delta, inner), max(delta, inner)
    rows, columns = d.mean(1) - delta, d.mean(0) - delta
    variance = (n**2 * (rows**2).sum() + m**2 * (columns**2).sum() - ((d - delta) ** 2).sum()) / (m * n * (m - 1) * (n - 1))
    variance = max(variance, (1 - delta**2) / (m * n - 1))
    z = norm.ppf(0.975)
    middle, half = delta - delta**3, z * np.sqrt(variance) * np.sqrt((1 - delta**2) ** 2 + z**2 * variance)
    below = 1 - delta**2 + z**2 * variance
    return delta, max((middle - half) / below, -1), min((middle + half) / below, 1)


def pair(m, n, shift=0.0, scale=1.0, ties=False):
    a, b = rng.normal(shift, scale, m), rng.normal(0, 1, n)
    return (np.round(a * 2) / 2, np.round(b * 2) / 2) if ties else (a, b)


cases = [
    ("two small groups without ties: exact U", *pair(6, 7, 1.0)),
    ("one small group", *pair(4, 40, 0.5, 2.0)),
    ("groups of a cohort", *pair(60, 53, 0.6, 1.5)),
    ("tied values", *pair(30, 24, 0.8, 1.0, ties=True)),
    ("small and tied", *pair(5, 6, 1.0, 1.0, ties=True)),
    ("no difference", *pair(45, 40)),
    ("far apart: a tiny p", *pair(80, 70, 6.0)),
    ("nothing in common", np.arange(10.0, 15.0), np.arange(0.0, 6.0)),
]
out = []
for name, a, b in cases:
    welch, whitney = ttest_ind(a, b, equal_var=False), mannwhitneyu(a, b, alternative="two-sided", method="auto")
    out.append(dict(name=name, a=a.tolist(), b=b.tolist(), difference=float(a.mean() - b.mean()),
                    welch=dict(t=float(welch.statistic), freedom=float(welch.df), p=float(welch.pvalue)),
                    mann_whitney=dict(u=float(whitney.statistic), p=float(whitney.pvalue)),
                    hedges=[float(v) for v in hedges(a, b)], cliff=[float(v) for v in cliff(a, b)]))
p = np.concatenate([rng.uniform(size=20), rng.uniform(size=10) ** 6, [0.01, 0.01, 1.0]])
print(json.dumps(dict(made_with=f"numpy {np.__version__}, scipy {scipy.__version__}, statsmodels {statsmodels.__version__}",
                      tests=out, p=p.tolist(), fdr=multipletests(p, method="fdr_bh")[1].tolist()), indent=1))

"""Writes ranks.json: what SciPy, R and whole numbers make of some samples.

    apt-get install python3-scipy r-base-core && /usr/bin/python3 ranks.py > ranks.json

No test calls it; they hold package gate against the file. Neither SciPy nor R
counts ranks out where values are equal: there, all choices or orders are gone
through, or counted in whole numbers in another way than the package does.
"""

import itertools
import json
import math
import subprocess
import sys
from fractions import Fraction

import numpy
import scipy
from scipy.stats import kendalltau, mannwhitneyu, rankdata, theilslopes

random = numpy.random.default_rng(6)


def r(expression):
    out = subprocess.run(["Rscript", "-e", "cat(format({%s}, digits = 17), sep = '\\n')" % expression],
                         check=True, capture_output=True, text=True).stdout
    return [float(v) for v in out.split()]


def vector(values):
    return "c(%s)" % ",".join(repr(float(v)) for v in values)


def stepped(values, step):
    return (values if step is None else ((values / step).round() * step).round(6)).tolist()


def sample(n, shift=0., spread=.03, step=None):
    return stepped(40 * numpy.exp(random.normal(shift, spread, n)), step)


# Mann–Whitney, new larger than old.

def all_choices(old, new):
    ranks = (2 * rankdata(old + new)).round().astype(int).tolist()
    seen = sum(ranks[:len(old)])
    sums = [sum(c) for c in itertools.combinations(ranks, len(old))]
    return float(Fraction(sum(s <= seen for s in sums), len(sums)))


def whole_numbers(old, new):
    """The product of 1 + x·z^rank in one integer, with x and z far enough apart."""
    ranks = (2 * rankdata(old + new)).round().astype(int).tolist()
    bits, width = len(ranks) + 1, sum(ranks) + 1
    product = 1
    for rank in ranks:
        product += product << (bits * (width + rank))
    row = product >> (bits * width * len(old))
    counts = [(row >> (bits * s)) & ((1 << bits) - 1) for s in range(sum(ranks[:len(old)]) + 1)]
    return float(Fraction(sum(counts), math.comb(len(ranks), len(old))))


def scipy_p(method):
    return lambda old, new: float(mannwhitneyu(new, old, alternative="greater", method=method).pvalue)


mann_whitney = []


def test(why, p, old, new):
    mann_whitney.append({"why": why, "old": old, "new": new, "p": p(old, new)})


for n, m in [(1, 1), (1, 19), (2, 5), (3, 3), (5, 4), (10, 10), (12, 50), (25, 25), (50, 50)]:
    for shift in (0, .03, -.02):
        test("SciPy, exact", scipy_p("exact"), sample(n), sample(m, shift))
test("SciPy, exact, far out", scipy_p("exact"), sample(50), sample(50, .2))
for n, m in [(1, 5), (3, 3), (4, 6), (7, 7), (8, 6)]:
    for step in (1, 3):
        old, new = sample(n, step=step), sample(m, .02, step=step)
        test("equal values, all choices", all_choices, old, new)
        assert abs(all_choices(old, new) - whole_numbers(old, new)) < 1e-15
for n, m in [(10, 10), (10, 9), (20, 20), (25, 25), (12, 50)]:
    for step in (.1, 1):
        test("equal values, whole numbers", whole_numbers, sample(n, step=step), sample(m, .02, step=step))
for n, m, step in [(51, 50, None), (200, 80, None), (26, 25, 1), (50, 50, .1), (100, 60, 3)]:
    for shift in (0, .01):
        test("SciPy, approximate", scipy_p("asymptotic"), sample(n, step=step), sample(m, shift, step=step))

# Hodges–Lehmann.

ratio = []
for n, m in [(3, 3), (4, 4), (5, 5), (10, 10), (10, 7), (20, 4), (41, 50), (50, 50)]:
    for confidence in (.9, .95):
        old, new = sample(n), sample(m, .05)
        level = (1 - confidence) / 2
        if 1 / math.comb(n + m, n) > level + 1e-9:
            continue  # R gives the range instead, and a warning
        t = "w <- wilcox.test(log(%s), log(%s), conf.int = TRUE, conf.level = %g, exact = TRUE);" % (
            vector(new), vector(old), confidence)
        estimate, lo, hi = r(t + "exp(c(w$estimate, w$conf.int))")
        ratio.append({"old": old, "new": new, "confidence": confidence, "estimate": estimate, "lo": lo, "hi": hi})
quantiles = [{"n": n, "m": m, "k": int(r("qwilcox(.05, %d, %d)" % (n, m))[0])} for n, m in [(60, 60), (51, 50), (80, 40)]]

# Holm.

adjusted = []
for p in ([.01, .04, .03, .005], [.2], [.5, .5, .5], [0., 1., .02, .02, .9], random.uniform(0, .1, 90).tolist()):
    adjusted.append({"p": p, "holm": r("p.adjust(%s, 'holm')" % vector(p))})

# Mann–Kendall and Theil–Sen.


def scores(series):
    return [numpy.sign(b - a) for a, b in itertools.combinations(series, 2)]


def all_orders(series):
    seen = abs(sum(scores(series)))
    sums = [abs(sum(scores(s))) for s in itertools.permutations(series)]
    return float(Fraction(sum(bool(s >= seen) for s in sums), len(sums)))


def by_division(series):
    """Inversions by the multinomial [n]!/Π[t]! of Gauss, in whole numbers."""
    counts = [1]
    for n in range(1, len(series) + 1):
        product = [0] * (len(counts) + n - 1)
        for i in range(n):
            for j, c in enumerate(counts):
                product[i + j] += c
        counts = product
    for t in numpy.unique(series, return_counts=True)[1].tolist():
        for k in range(1, t + 1):  # divides by 1 + q + ... + q^(k−1)
            for i in range(len(counts)):
                counts[i] -= sum(counts[max(0, i - k + 1):i])
            assert not any(counts[len(counts) - k + 1:])
            counts = counts[:len(counts) - k + 1]
    seen, pairs = abs(sum(scores(series))), len(counts) - 1
    extreme = sum(c for d, c in enumerate(counts) if abs(pairs - 2 * d) >= seen)
    return float(Fraction(extreme, sum(counts)))


def r_p(series):
    return r("cor.test(1:%d, %s, method = 'kendall', exact = FALSE, continuity = TRUE)$p.value"
             % (len(series), vector(series)))[0]


def scipy_tau(series):
    return float(kendalltau(range(len(series)), series, method="exact").pvalue)


trend = []


def drift(why, p, series):
    slope = theilslopes(series, range(len(series)))[0]
    trend.append({"why": why, "series": series, "p": p(series),
                  "change": float(slope * (len(series) - 1) / numpy.median(series))})


def rising(n, by, step=None):
    return stepped(numpy.array(sample(n)) * (1 + by * numpy.arange(n) / n), step)


for n in (2, 3, 5, 10, 11, 30, 50):
    for by in (0, .06, -.1):
        drift("SciPy, exact", scipy_tau, rising(n, by))
for n in (3, 4, 6, 7, 8):
    for step in (1, 3):
        series = rising(n, .05, step)
        drift("equal values, all orders", all_orders, series)
        assert abs(all_orders(series) - by_division(series)) < 1e-15
for n in (10, 20, 50):
    for step in (.1, 1):
        drift("equal values, whole numbers", by_division, rising(n, .04, step))
for n, step in [(51, None), (150, None), (60, 1), (150, 3)]:
    for by in (0, .03):
        drift("R, approximate", r_p, rising(n, by, step))

json.dump({
    "made by": "SciPy %s, NumPy %s, R %s" % (scipy.__version__, numpy.__version__, ".".join(
        str(int(v)) for v in r("c(as.integer(R.version$major), as.numeric(strsplit(R.version$minor, '.', TRUE)[[1]]))"))),
    "mannWhitney": mann_whitney, "ratio": ratio, "quantiles": quantiles, "holm": adjusted, "trend": trend,
}, sys.stdout, separators=(",", ":"))
print()

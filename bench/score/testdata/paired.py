"""Writes paired.json: what SciPy and NumPy make of answers to the same sentences.

    apt-get install python3-scipy && /usr/bin/python3 paired.py > paired.json

No test calls it; they hold package score against the file.
"""

import json
import sys

import numpy
import scipy
from scipy.optimize import brentq
from scipy.stats import binom, norm

random = numpy.random.default_rng(1)


def mcnemar(broke, fixed):
    n = broke + fixed
    p = binom.sf(broke - 1, n, .5)
    return {"broke": broke, "fixed": fixed, "p": p, "mid": p - binom.pmf(broke, n, .5) / 2}


def likeliest(better, worse, n, change):
    """The share of worse, with better's held at worse's + change, by the slope of the likelihood's logarithm."""
    least, most = max(0, -change), (1 - change) / 2

    def slope(q):
        def term(count, share):
            return count / max(share, 1e-300) if count else 0
        return term(better, q + change) + term(worse, q) - 2 * term(n - better - worse, 1 - 2 * q - change)

    inside = 1e-15 * (most - least)
    if slope(least + inside) <= 0:
        return least
    if slope(most - inside) >= 0:
        return most
    return brentq(slope, least + inside, most - inside, xtol=1e-18, rtol=1e-15)


def tango(worse, better, n, confidence):
    z = norm.ppf((1 + confidence) / 2)
    seen = (better - worse) / n

    def end(sign):
        def score(change):
            q = likeliest(better, worse, n, change)
            return sign * (n * change - better + worse) - z * (n * (2 * q + change - change ** 2)) ** .5
        if sign * seen == 1:
            return sign
        return brentq(score, seen + sign * 1e-9 * (1 - sign * seen), sign * (1 - 1e-9), xtol=1e-15, rtol=1e-14)

    return {"worse": worse, "better": better, "n": n, "confidence": confidence, "lo": end(-1), "hi": end(1)}


def bootstrap(cells, draws=20000):
    """Percentiles and standard deviation of the change of macro-F1; cells are [want][old][new]."""
    cells = numpy.array(cells)
    labels, answers = len(cells), len(cells) + 1
    drawn = numpy.stack([random.multinomial(row.sum(), row.ravel() / row.sum(), draws) for row in cells], axis=1)
    drawn = drawn.reshape(draws, labels, answers, answers)

    def f1(answered):
        right = numpy.diagonal(answered, axis1=1, axis2=2)
        return (2 * right / (answered.sum(1)[:, :-1] + answered.sum(2))).mean(1)

    change = f1(drawn.sum(2)) - f1(drawn.sum(3))
    x = round(change.mean() + change.std() / 2, 4)
    return {"cells": cells.tolist(), "lo": numpy.quantile(change, .05), "hi": numpy.quantile(change, .95),
            "sd": change.std(), "x": x, "share": (change >= x).mean()}


counts = [(0, 0), (1, 0), (0, 1), (3, 3), (12, 5), (5, 12), (30, 0), (0, 30), (41, 17), (150, 120), (240, 150), (400, 310),
          (310, 400), (60, 380)]
pairs = [(0, 0, 1), (1, 0, 1), (0, 1, 1), (1, 1, 2), (2, 0, 2), (0, 0, 10), (1, 0, 10), (5, 5, 10), (10, 0, 10), (9, 1, 10),
         (7, 1, 21), (1, 7, 21), (0, 0, 300), (3, 0, 300), (4, 11, 300), (150, 20, 300), (0, 0, 5842), (19, 0, 5842),
         (12, 7, 5842), (800, 750, 5842), (5842, 0, 5842), (3000, 2842, 5842)]

# The study's sentences; each label has 20 changed answers or more.
json.dump({
    "made by": "SciPy %s, NumPy %s" % (scipy.__version__, numpy.__version__),
    "mcnemar": [mcnemar(*c) for c in counts],
    "tango": [tango(*c, confidence) for c in pairs for confidence in (.9, .95, .99)],
    "bootstrap": [
        bootstrap([[[480, 22, 9, 1], [14, 199, 11, 0], [6, 8, 87, 0], [2, 1, 0, 20]],
                   [[150, 21, 4, 0], [48, 2483, 61, 9], [5, 40, 275, 2], [0, 6, 1, 25]],
                   [[55, 6, 8, 0], [9, 362, 27, 1], [10, 58, 1299, 5], [0, 2, 1, 9]]]),
        bootstrap([[[70, 9, 6, 2], [1, 9, 1, 0], [1, 0, 1, 0], [0, 0, 0, 0]],
                   [[4, 1, 0, 0], [7, 78, 9, 0], [0, 1, 0, 0], [0, 3, 0, 0]],
                   [[3, 0, 2, 0], [0, 7, 9, 0], [3, 5, 71, 0], [0, 0, 0, 0]]]),
    ],
}, sys.stdout, separators=(",", ":"))
print()

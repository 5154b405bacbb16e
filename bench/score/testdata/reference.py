"""Writes reference.json: what scikit-learn, SciPy and NumPy make of some answers.

    apt-get install python3-sklearn && /usr/bin/python3 reference.py > reference.json

No test calls it; they hold package score against the file.
"""

import json
import sys

import numpy
import scipy
import sklearn
from scipy.stats import binomtest, entropy
from sklearn.calibration import calibration_curve
from sklearn.metrics import (accuracy_score, brier_score_loss,
                             matthews_corrcoef, precision_recall_fscore_support)

random = numpy.random.default_rng(1)
UNPARSED = "unparsed"


def scores(labels, counts):
    want, got = [], []
    for w, row in zip(labels, counts):
        for g, n in zip(labels + [UNPARSED], row):
            want += [w] * n
            got += [g] * n
    if not want:
        return None
    occur = sorted((set(want) | set(got)) - {UNPARSED})

    def prf(labels, average):
        values = precision_recall_fscore_support(want, got, labels=labels, average=average, zero_division=0)
        return [None if v is None else v.tolist() for v in values[:3]]

    right = accuracy_score(want, got, normalize=False)
    wilson = binomtest(int(right), len(want)).proportion_ci(method="wilson")
    return {
        "classes": prf(labels, None),
        "macro": prf(occur, "macro"),
        "weighted": prf(labels, "weighted"),
        "accuracy": accuracy_score(want, got),
        "wilson": [wilson.low, wilson.high],
        "mcc": float(matthews_corrcoef(want, got)),
    }


def table(name, labels, counts):
    counts = numpy.array(counts).tolist()
    dropped = [row[:-1] + [0] for row in counts]
    return {"name": name, "labels": labels, "counts": counts,
            "wrong": scores(labels, counts), "drop": scores(labels, dropped)}


def bootstrap(labels, counts, draws=20000):
    """Percentiles and standard deviation of macro-F1 by NumPy's own multinomial."""
    counts = numpy.array(counts)
    drawn = numpy.stack([random.multinomial(row.sum(), row / row.sum(), draws) for row in counts], axis=1)
    right = numpy.diagonal(drawn, axis1=1, axis2=2)
    f1 = (2 * right / (drawn.sum(1)[:, :-1] + drawn.sum(2))).mean(1)
    once = scores(labels, drawn[0].tolist())["macro"][2]
    assert abs(once - f1[0]) < 1e-12, "the formula is scikit-learn's"
    return {"lo": float(numpy.quantile(f1, .025)), "hi": float(numpy.quantile(f1, .975)), "sd": float(f1.std())}


def calibration(sentences, sharpness):
    p = random.dirichlet([.6, .8, .5], sentences)
    want = [int(random.choice(3, p=q ** sharpness / (q ** sharpness).sum())) for q in p]
    top, right = p.max(1), p.argmax(1) == want
    # Bins of equally many: no ties, and a multiple of 10.
    assert sentences % 10 == 0 and len(set(top)) == sentences
    share, mean = calibration_curve(right, top, n_bins=10, strategy="quantile")
    ordered = numpy.sort(p, axis=1)
    return {
        "probabilities": p.tolist(), "want": want,
        "brier": sum(brier_score_loss(numpy.array(want) == k, p[:, k]) for k in range(3)),
        "ece": float(abs(share - mean).mean()),
        "margin": (ordered[:, 2] - ordered[:, 1]).tolist(),
        "entropy": [float(entropy(q)) for q in p],
    }


three = ["negative", "neutral", "positive"]
study = [[511, 231, 98, 20], [187, 2611, 301, 31], [75, 402, 1363, 12]]
tables = [
    table("the study's set in size", three, study),
    table("perfect", three, [[5, 0, 0, 0], [0, 9, 0, 0], [0, 0, 7, 0]]),
    table("all wrong", three, [[0, 5, 0, 0], [0, 0, 9, 0], [7, 0, 0, 0]]),
    table("one answer to everything", three, [[0, 5, 0, 0], [0, 9, 0, 0], [0, 7, 0, 0]]),
    table("one label, all right", three, [[0, 0, 0, 0], [0, 4, 0, 0], [0, 0, 0, 0]]),
    table("one label, some wrong", three, [[0, 0, 0, 0], [1, 4, 2, 1], [0, 0, 0, 0]]),
    table("nothing parsed", three, [[0, 0, 0, 3], [0, 0, 0, 4], [0, 0, 0, 5]]),
    table("one label's answers never parsed", three, [[0, 0, 0, 3], [0, 8, 2, 0], [0, 1, 5, 1]]),
    table("label never given", three, [[0, 2, 2, 0], [0, 8, 2, 0], [0, 1, 5, 1]]),
    table("label nowhere right", three, [[0, 0, 0, 0], [3, 8, 2, 0], [0, 1, 5, 1]]),
    table("two labels", ["down", "up"], [[31, 12, 2], [9, 44, 0]]),
]
for i in range(6):
    k = int(random.integers(2, 7))
    labels = ["label%d" % j for j in range(k)]
    tables.append(table("random %d" % i, labels, random.poisson(random.gamma(.7, 12, (k, k + 1)))))

json.dump({
    "made by": "scikit-learn %s, SciPy %s, NumPy %s" % (sklearn.__version__, scipy.__version__, numpy.__version__),
    "tables": tables,
    "bootstrap": bootstrap(three, study),
    "calibration": [calibration(50, 1), calibration(40, .3)],
}, sys.stdout, separators=(",", ":"))
print()

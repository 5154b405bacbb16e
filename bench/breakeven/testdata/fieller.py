"""Writes fieller.json: at which lengths of answer SciPy and R tell two costs apart.

    apt-get install python3-scipy r-base-core && /usr/bin/python3 fieller.py > fieller.json

No test calls it; they hold package breakeven against the file. No formula of Fieller's is in it: the t test is asked at
lengths of answer from 1 token to ten million, and where its p-value crosses 5 % the crossing is searched. Of passes in
turns it is SciPy's paired test, of others Welch's statistic with the fewer degrees of freedom of the two. R's t.test must
find the p-value of 5 % at each crossing of the former.
"""

import json
import subprocess

import numpy
from scipy import optimize, stats

random = numpy.random.default_rng(11)
STEPS = numpy.concatenate([[0.], numpy.logspace(-4, 7, 1200)])  # tokens after the first
KINDS = ["less", "more", "not told", "not told,less", "not told,more", "less,not told", "more,not told", "more,not told,less",
         "less,not told,more", "not told,less,not told", "not told,more,not told"]  # all that can be


def test(high, low, turns, x):
    """p-values at some lengths, and the mean difference."""
    h, l = high[:, :1] + numpy.outer(high[:, 1], x), low[:, :1] + numpy.outer(low[:, 1], x)
    mean = l.mean(0) - h.mean(0)
    if turns:
        return stats.ttest_rel(l, h).pvalue, mean
    t = mean / numpy.sqrt(h.var(0, ddof=1) / len(h) + l.var(0, ddof=1) / len(l))
    return 2 * stats.t.sf(abs(t), min(len(h), len(l)) - 1), mean


def zones(high, low, turns):
    p, mean = test(high, low, turns, STEPS)
    found = numpy.where(p >= .05, "not told", numpy.where(mean < 0, "less", "more"))
    cuts, effects = [], [str(found[0])]
    crossing = lambda a, b: optimize.brentq(lambda x: test(high, low, turns, numpy.array([x]))[0][0] - .05, a, b, xtol=1e-12, rtol=1e-13)
    for i in numpy.flatnonzero(found[1:] != found[:-1]):
        ends = [STEPS[i], STEPS[i + 1]]
        if "not told" not in found[i:i + 2]:  # it lies between two steps
            ends.insert(1, optimize.brentq(lambda x: test(high, low, turns, numpy.array([x]))[1][0], *ends, xtol=1e-12))
            effects.append("not told")
        cuts += [float(crossing(a, b)) for a, b in zip(ends, ends[1:])]
        effects.append(str(found[i + 1]))
    return cuts, effects


def r_agrees(high, low, cuts):
    for x in cuts:
        more = (low[:, 0] + x * low[:, 1] - high[:, 0] - x * high[:, 1]).tolist()
        out = subprocess.run(["Rscript", "-e", "cat(t.test(c(%s))$p.value)" % ",".join(map(repr, more))],
                             check=True, capture_output=True, text=True)
        if abs(float(out.stdout) - .05) > 1e-6:
            return False
    return True


cases, seen = [], {}
for _ in range(20000):
    turns = bool(random.integers(2))
    n, m = random.integers(2, 13, 2)
    if turns:
        m = n
    mean = random.normal(0, 1, 2) * [.5, .01]  # seconds of the prompt, and of an answer token
    noise = 10 ** random.uniform(-2, .5)
    draw = lambda n: numpy.column_stack([2 + random.normal(0, .3, n) * noise, .06 + random.normal(0, .006, n) * noise])
    high, low = draw(n).round(6), (draw(m) + mean).round(6)
    cuts, effects = zones(high, low, turns)
    kind = ",".join(effects)
    assert kind in KINDS, kind
    if seen.get((turns, kind), 0) < 2:
        seen[turns, kind] = seen.get((turns, kind), 0) + 1
        assert not turns or r_agrees(high, low, cuts), cuts
        cases.append(dict(turns=turns, high=high.tolist(), low=low.tolist(), cuts=cuts, effects=effects))
    if len(cases) == 4 * len(KINDS):
        break
assert len(cases) == 4 * len(KINDS), seen
quantiles = [dict(df=df, t=float(stats.t.ppf(.975, df))) for df in (1, 2, 3, 4, 5, 9, 19, 29, 99)]
print(json.dumps(dict(cases=cases, quantiles=quantiles)).replace('}, {"turns', '},\n{"turns'))

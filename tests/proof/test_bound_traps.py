"""Traps of inequalities and of closed sums: tiny violations, ends, poles, kinks, empty ranges.

A false one is never `proved` (nor `conditional`); a true neighbour of it is never `refuted`.
"""

from __future__ import annotations

from functools import reduce

import pytest
import sympy as sp
from sympy import Abs, Max, Product, Rational, atan, cos, erf, exp, log, sin, sqrt, tanh
from sympy import KroneckerDelta as Delta
from sympy import Piecewise as Cases
from sympy import Sum as Total

from derive.proof import prove
from derive.terms import (
    Context,
    Domain,
    Statement,
    family,
    index,
    real,
    size,
)

x, y, z, r = (real(name) for name in "xyzr")
n, m = size("n"), size("m")
i, j, k = (index(name) for name in "ijk")
a, b = family("a", n), family("b", n)
longer = family("a", n + 1)
tiny, dust = Rational(1, 10**12), Rational(1, 10**30)
e = sp.E


def where(*facts: tuple[object, str, object]) -> Context:
    statements = (Statement(sp.S(left), relation, sp.S(right)) for left, relation, right in facts)
    return reduce(lambda context, fact: context.assume(fact), statements, Context())


ANYWHERE = Context()
POSITIVE = ANYWHERE.declare(x, Domain.POSITIVE)
NONNEGATIVE = ANYWHERE.declare(x, Domain.NONNEGATIVE)
UNIT = ANYWHERE.declare(x, Domain.UNIT)
RATIO = ANYWHERE.declare(r, Domain.POSITIVE)
entropy = -x * log(x) - (1 - x) * log(1 - x)
kink = Abs(x - Rational(1, 3)) + Abs(x + Rational(1, 7))
gelu, silu = x * (1 + erf(x / sqrt(2))) / 2, x / (1 + exp(-x))
chebyshev = x**8 - 8 * x**6 + 20 * x**4 - 16 * x**2 + 2
a_sum = Total(a[k], (k, 1, n))
q = sp.Symbol("q", integer=True)

Row = tuple[object, str, object, Context]

# False by a hair, at an end, at a pole, far away, or in one point.
FALSE: tuple[Row, ...] = (
    (exp(x), ">=", (1 + tiny) * x + 1, ANYWHERE),
    (exp(x), ">=", x + 1 + dust, ANYWHERE),
    (log(x), "<=", x - 1 - dust, ANYWHERE),
    ((x - 1) ** 2 * (exp(x) + 1), ">=", tiny * exp(-(x**2)), ANYWHERE),
    ((x - Rational(1, 3)) ** 2, ">=", tiny**2 * exp(-(x**2)), ANYWHERE),
    (1 + sin(x), ">", 0, ANYWHERE),
    (sin(x), ">=", -1 + tiny, ANYWHERE),
    (tanh(x), "<=", 1 - dust, ANYWHERE),
    (erf(x), "<=", 1 - dust, ANYWHERE),
    (atan(x), "<=", sp.pi / 2 - tiny, ANYWHERE),
    (x * exp(-x), "<=", exp(-1) - tiny, ANYWHERE),
    (x * exp(-x), "<", exp(-1), ANYWHERE),
    (exp(x), ">", e * x, ANYWHERE),
    (exp(x), "!=", x + 2, ANYWHERE),
    (log(1 + exp(x)), ">=", x + dust, ANYWHERE),
    (x * log(x), ">=", -exp(-1) + tiny, ANYWHERE),
    (x**x, ">=", exp(-exp(-1)) + tiny, POSITIVE),
    (sin(x), "<", x, NONNEGATIVE),
    (exp(x), ">", 1, NONNEGATIVE),
    (x * exp(x), ">", 0, NONNEGATIVE),
    (x * (1 - x), "<", Rational(1, 4), UNIT),
    (entropy, "<", log(2), UNIT),
    (entropy, "<=", log(2) - tiny, UNIT),
    (log(x), ">", 0, where((x, ">=", 1))),
    ((x - 1) * (2 - x) * exp(x), ">", 0, where((x, ">=", 1), (x, "<=", 2))),
    (x * exp(-x), "<", exp(-1), where((x, "<=", 1))),
    (exp(x), ">", exp(y) + x - y, where((x, ">=", y), (y, ">=", 0))),
    (exp(x * y), ">=", 1 + x * y + dust, ANYWHERE),
    (x**2 + y**2, ">=", 2 * (1 + tiny) * x * y, ANYWHERE),
    (x**2 + y**2 + z**2, ">", x * y + y * z + z * x, ANYWHERE),
    (exp(2 * x) - 2 * exp(x) * y + y**2, ">", 0, ANYWHERE),
    (sqrt(x), "<=", (1 + x) / 2 - dust, ANYWHERE),
    (sqrt(x**2 + 1), ">=", x + dust, ANYWHERE),
    (sqrt(x**2 + y**2), ">", (x + y) / sqrt(2), ANYWHERE),
    (kink, ">=", Rational(10, 21) + dust, ANYWHERE),
    (kink, ">", Rational(10, 21), ANYWHERE),
    (gelu, ">=", -Rational(1699, 10000), ANYWHERE),
    (silu, ">=", -Rational(2784, 10000), ANYWHERE),
    (chebyshev, ">=", -2 + tiny, ANYWHERE),
    (1 / x, ">=", -(10**6), ANYWHERE),
    (exp(1 / x), ">=", Rational(1, 2), ANYWHERE),
    (Max(x, 0) + exp(-x), ">=", 1 + dust, ANYWHERE),
    ((exp(x) - 1 - x) / (x + 10**6), ">=", 0, ANYWHERE),
    ((exp(x) + x**2) / (sin(x) + Rational(999, 1000)), ">", 0, ANYWHERE),
    ((exp(x) - 1 - x) / (x - y), ">=", 0, ANYWHERE),
    (x + 1 / x, ">=", 2, ANYWHERE),
    # sums
    (a_sum**2, "<", n * Total(a[k] ** 2, (k, 1, n)), ANYWHERE),
    (Total(a[k] * b[k], (k, 1, n)) ** 2, "<",
     Total(a[k] ** 2, (k, 1, n)) * Total(b[k] ** 2, (k, 1, n)), ANYWHERE),
    (log(Total(exp(a[k]), (k, 1, n))), ">", a_sum / n + log(n), ANYWHERE),
    (log(Total(exp(a[k]), (k, 1, n))), ">", a[i], ANYWHERE),
    (Abs(a_sum), ">=", Total(Abs(a[k]), (k, 1, n)), ANYWHERE),
    (Total(a[k], (k, 1, n - 1)) + a[1], ">=", a[1], where((a[1], ">", 0))),
    (Total(r**k, (k, 1, n)), ">", r / (1 - r), Context().declare(r, Domain.UNIT)),
    (Total(q * exp(q * (100 - x)), (q, -2, n)), ">=", 0, ANYWHERE),
    (Total(q, (q, -2, n)), ">=", 0, ANYWHERE),
    # closed forms
    ((r - 1) * Total(r**k, (k, 1, n)), "=", r ** (n + 1) - 1, RATIO),
    (Total(r**k, (k, 0, n - 1)), "=",
     Cases(((1 - r**n) / (1 - r), sp.Ne(r, 1)), (n + 1, True)), RATIO),
    (Total(k, (k, 1, n - 3)), "=", (n - 3) * (n - 2) / 2, ANYWHERE),
    (Total(1, (k, 1, n - 2)), "=", n - 2, ANYWHERE),
    (Total(1, (k, 1, n - m)), "=", n - m, ANYWHERE),
    (Total(1, (k, m, n)), "=", n - m + 1, ANYWHERE),
    (Total(k**2, (k, 3, n)), "=", n * (n + 1) * (2 * n + 1) / 6 - 5, ANYWHERE),
    (Total(1 / (k * (k + 1)), (k, 1, n)), "=", 1 - 1 / n, ANYWHERE),
    (Total(1 / (k * (k + 1)), (k, 0, n)), "=", 2 - 1 / (n + 1), ANYWHERE),
    (Total(longer[k + 1] - longer[k], (k, 1, n)), "=", longer[n] - longer[1], ANYWHERE),
    (Total(longer[k + 1] * longer[k], (k, 1, n)), "=", Total(longer[k] ** 2, (k, 1, n)), ANYWHERE),
    (Total((-1) ** k, (k, 1, n)), "=", 0, ANYWHERE),
    (Total(Total(i, (i, 1, k - 3)), (k, 1, n)), "=", Total((k - 3) * (k - 2) / 2, (k, 1, n)),
     ANYWHERE),
    (Total(Total(1, (i, 1, n - 2 * k)), (k, 1, n)), "=", Total(n - 2 * k, (k, 1, n)), ANYWHERE),
    (Total(Delta(2 * k, j), (k, 1, n)), "=", 1, ANYWHERE),
    (Product(2, (k, 1, n - 2)), "=", 2 ** (n - 2), ANYWHERE),
    (sin(3 * x), "=", 3 * sin(x) - 4 * sin(x) ** 3 + dust, ANYWHERE),
    (sin(x / 2), "=", sqrt((1 - cos(x)) / 2), ANYWHERE),
    (cos(sp.pi * n, evaluate=False), "=", 1, ANYWHERE),
)  # fmt: skip

TRUE: tuple[Row, ...] = (
    ((exp(x) - 1) / x, ">", 0, ANYWHERE),
    (x * exp(-x), "<=", exp(-1), ANYWHERE),
    (exp(x), ">=", e * x, ANYWHERE),
    (x * log(x), ">=", -exp(-1), ANYWHERE),
    (sin(x), "<=", x, NONNEGATIVE),
    (exp(x), ">", 1, POSITIVE),
    (entropy, "<=", log(2), UNIT),
    (log(x), ">=", 0, where((x, ">=", 1))),
    (x**2 + y**2 + z**2, ">=", x * y + y * z + z * x, ANYWHERE),
    (sqrt(x**2 + y**2), ">=", (x + y) / sqrt(2), ANYWHERE),
    (kink, ">=", Rational(10, 21), ANYWHERE),
    (gelu, ">=", -Rational(17, 100), ANYWHERE),
    (silu, ">=", -Rational(2785, 10000), ANYWHERE),
    (chebyshev, ">=", -2, ANYWHERE),
    (a_sum**2, "<=", n * Total(a[k] ** 2, (k, 1, n)), ANYWHERE),
    (log(Total(exp(a[k]), (k, 1, n))), ">=", a_sum / n + log(n), ANYWHERE),
    (log(Total(exp(a[k]), (k, 1, n))), ">=", a[i], ANYWHERE),
    ((r - 1) * Total(r**k, (k, 1, n)), "=", r ** (n + 1) - r, RATIO),
    (Total(r**k, (k, 0, n - 1)), "=",
     Cases(((1 - r**n) / (1 - r), sp.Ne(r, 1)), (n, True)), RATIO),
    (Total(1 / (k * (k + 1)), (k, 1, n)), "=", 1 - 1 / (n + 1), ANYWHERE),
    (Total(longer[k + 1] - longer[k], (k, 1, n)), "=", longer[n + 1] - longer[1], ANYWHERE),
    (sin(3 * x), "=", 3 * sin(x) - 4 * sin(x) ** 3, ANYWHERE),
)  # fmt: skip


def named(rows: tuple[Row, ...]) -> list[object]:
    return [pytest.param(*row, id=f"{row[0]} {row[1]} {row[2]}"[:90]) for row in rows]


@pytest.mark.parametrize(("left", "relation", "right", "context"), named(FALSE))
def test_false_is_never_proved(
    left: object, relation: str, right: object, context: Context
) -> None:
    outcome = prove(Statement(sp.S(left), relation, sp.S(right)), context)
    assert outcome.status in ("refuted", "undecided"), outcome
    assert "internal error" not in outcome.reason


def test_a_point_satisfies_the_hypotheses() -> None:
    """Also where a size stands as an index."""
    probabilities = ANYWHERE.declare(a, Domain.PROBABILITY)
    claim = Statement(exp(a[n] ** 2 + a[j] ** 2), "<=", exp(a[n] + a[j]))
    assert prove(claim, probabilities).status != "refuted"
    assert prove(Statement(a[n] + a[j], "<=", sp.S(2)), probabilities).status == "proved"


@pytest.mark.parametrize(("left", "relation", "right", "context"), named(TRUE))
def test_true_is_never_refuted(
    left: object, relation: str, right: object, context: Context
) -> None:
    outcome = prove(Statement(sp.S(left), relation, sp.S(right)), context)
    assert outcome.status != "refuted", outcome
    assert "internal error" not in outcome.reason

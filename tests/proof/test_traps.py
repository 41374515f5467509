"""Traps: statements that look true, or true only somewhere, and what may be said of them.

A false one is never `proved` nor `conditional`; one that needs a condition is `conditional` on
just that; a true one is never `refuted`; contradictory hypotheses make a claim vacuous.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import pytest
import sympy as sp
from sympy import Abs, Eq, Max, Min, Product, Rational, atan, cos, exp, log, sin, sqrt, tanh
from sympy import KroneckerDelta as Delta
from sympy import Piecewise as Cases
from sympy import Sum as Total

from derive.proof import prove
from derive.terms import (
    At,
    Context,
    Decimal,
    Definition,
    Domain,
    Membership,
    Partial,
    Statement,
    Vec,
    family,
    index,
    named_function,
    real,
    size,
    sum_except,
)

x, y, z, w, v, t = (real(name) for name in "xyzwvt")
n, m = size("n"), size("m")
i, j, k, r = (index(name) for name in "ijkr")
a, b, f, g, p = (family(name, n) for name in "abfgp")
square = family("V", n, n)
wide = family("W", m, n)
sigmoid, softmax = named_function("sigmoid"), named_function("softmax")
outer, inner, slope = (named_function(name) for name in ("outer", "inner", "slope"))
one, zero = sp.S.One, sp.S.Zero
# Both sides of a statement with this term have values only far from where one looks first.
far = sqrt(w - 100)
far_out = sqrt(w - 10_000)


@dataclass(frozen=True)
class Trap:
    """A statement in a context. `needs` are the conditions that may be asked for.

    Where conditions exclude each other, `cases` are the ways in which they can hold.
    """

    name: str
    lhs: object
    rhs: object
    context: Context = field(default_factory=Context)
    relation: str = "="
    needs: tuple[str, ...] = ()
    cases: tuple[tuple[str, ...], ...] = ()

    @property
    def statement(self) -> Statement:
        return Statement(sp.S(self.lhs), self.relation, sp.S(self.rhs))


def under(*facts: Statement | Membership) -> Context:
    context = Context()
    for fact in facts:
        context = context.assume(fact)
    return context


def says(lhs: object, relation: str, rhs: object) -> Statement:
    return Statement(sp.S(lhs), relation, sp.S(rhs))


def given(*pairs: tuple[sp.Expr, sp.Expr]) -> Context:
    return Context().define(*(Definition.of(head, body) for head, body in pairs))


def ratio(top: sp.Expr, bottom: sp.Expr) -> sp.Expr:
    """A quotient that is not cancelled."""
    return sp.Mul(top, sp.Pow(bottom, -1, evaluate=False), evaluate=False)


def exp_log(term: sp.Expr) -> sp.Expr:
    """e^ln of a term, not evaluated."""
    return exp(log(term, evaluate=False), evaluate=False)


def squared_root(term: sp.Expr) -> sp.Expr:
    """(√term)², not evaluated."""
    return sp.Pow(sqrt(term), 2, evaluate=False)


binary_y = Context().declare(y, Domain.BINARY)
sign_y = Context().declare(y, Domain.SIGN)
a_sum, b_sum = Total(a[k], (k, 1, n)), Total(b[k], (k, 1, n))
partial_sum = Total(f[j], (j, 1, i))
hidden_zero = sin(2 * x) - 2 * sin(x) * cos(x)
chain = given((inner(x), x * w), (outer(w), inner(w)))
slope_of_xw = given((slope(x), Partial(x * w, x)))
jump = Cases((5, Eq(x, 0)), (x, True))
weighted = Total(p[k] * log(p[k]), (k, 1, n))
sized = family("a", m)
largest = named_function("max")
bell = Partial(t * exp(-(t**2)), t)
whole_power = (x + y + z + w + v + t) ** 60
either = Cases((x, sp.Ne(x, 0)), (y, True))
upper = Cases((x, x > 0), (y, True))
upward = Cases((x, y > 0), (y, True))
ahead = Total(Cases((1, k > j), (0, True)), (k, 1, m))
silu = named_function("silu")(x)

FALSE = (
    # arithmetic, signs and sizes far from the eye
    Trap("factor 1 + 1e-12", (1 + Rational(1, 10**12)) * x, x),
    Trap("difference 1e-300", x + Rational(1, 10**300), x),
    Trap("sine of a tiny angle", sin(x / 10**30), x / 10**30),
    Trap("exp of a tiny number", exp(x / 10**40), 1 + x / 10**40),
    Trap("decimal of a symbol", Decimal("1.000000000001") * x, x),
    Trap("square of a sum", (x + y) ** 2, x**2 + y**2),
    Trap("minus inside a square", -(x**2), (-x) ** 2),
    Trap("root of a square", sqrt(x**2), x),
    Trap("root of x²y", sqrt(x**2 * y), x * sqrt(y)),
    Trap("root of a sum", sqrt(x**2 + y**2), x + y),
    Trap("abs of a sum", Abs(x + y), Abs(x) + Abs(y)),
    Trap("abs of a difference", Abs(x - 1), Abs(x) - 1),
    Trap("max less min", Max(x, y) - Min(x, y), x - y),
    Trap("max of three", Max(x, Max(y, z)), Max(x, y)),
    Trap("nested abs", Abs(Abs(x) - 1), Abs(x - 1)),
    Trap("exp of thirds and halves", exp(x / 2) * exp(x / 3), exp(x / 6)),
    Trap("square with exp halves", (exp(x / 2) + 1) ** 2, exp(x) + exp(x / 2) + 1),
    Trap("exp of a product", exp(x * y), exp(x) * exp(y)),
    Trap("log of a sum", log(exp(x) + exp(y)), x + y),
    Trap("log squared", log(x) ** 2, log(x**2)),
    Trap("log base dropped", log(x, 2), log(x)),
    Trap("atan undoes tan", atan(sp.tan(x)), x),
    Trap("sine squared", sin(x) ** 2, sin(x**2)),
    Trap("tanh as sigmoid", tanh(x), 2 * sigmoid(x) - 1),
    Trap("sigmoid is even", sigmoid(-x), sigmoid(x)),
    Trap("x^x by the power rule", Partial(x**x, x), x * x ** (x - 1)),
    Trap("root of 2 added", sqrt(2) + sqrt(3), sqrt(5)),
    # inequalities that fail in one place, or far away
    Trap("bounded by a million", x, 10**6, relation="<"),
    Trap("exp bounded", exp(x), 10**20, relation="<"),
    Trap("square positive", (x - Rational(1, 7)) ** 2, 0, relation=">"),
    Trap("never meets", x**2, x - Rational(1, 4), relation="!="),
    Trap("sum of squares positive", Total(a[k] ** 2, (k, 1, n)), 0, relation=">"),
    Trap("empty sum positive", Total(exp(a[k]), (k, 1, n - 1)), 0, relation=">"),
    Trap("sum without one positive", sum_except(exp(a[k]), k, n, j), 0, relation=">"),
    Trap("ln below x - 2", log(x), x - 2, relation="<="),
    Trap("ln above its tangent", log(x), x - 1, relation=">="),
    Trap("e^x strictly above", exp(x), x + 1, relation=">"),
    Trap("probabilities positive", p[i], 0, Context().declare(p, Domain.PROBABILITY), ">"),
    Trap("member below the sum", a[i], a_sum, relation="<="),
    Trap("sine strictly below 1", sin(x), 1, relation="<"),
    Trap("sigmoid slope strictly", sigmoid(x) * (1 - sigmoid(x)), Rational(1, 4), relation="<"),
    Trap("entropy positive", -weighted, 0, Context().declare(p, Domain.PROBABILITY), ">"),
    # sums: capture, reach, ranges
    Trap("square of a sum over k", a_sum**2, Total(a[k] ** 2, (k, 1, n))),
    Trap("product of sums", a_sum * b_sum, Total(a[k] * b[k], (k, 1, n))),
    Trap("sum of exps", exp(a_sum), Total(exp(a[k]), (k, 1, n))),
    Trap("sum in a sum counted once", Total(a_sum, (k, 1, n)), a_sum),
    Trap("abs through a sum", Total(Abs(a[k]), (k, 1, n)), Abs(a_sum)),
    Trap("transposed", Total(square[i, j] * a[i], (i, 1, n), (j, 1, n)),
         Total(square[j, i] * a[i], (i, 1, n), (j, 1, n))),
    Trap("trace is all", Total(square[k, k], (k, 1, n)),
         Total(square[i, j], (i, 1, n), (j, 1, n))),
    Trap("mean of squares", Total((a[k] - a_sum / n) ** 2, (k, 1, n)),
         Total(a[k] ** 2, (k, 1, n)) - a_sum**2 / n**2),
    Trap("mean of n - 1", a_sum / n, Total(a[k], (k, 1, n - 1)) / (n - 1)),
    Trap("count from 0", Total(1, (k, 0, n)), n),
    Trap("Σ k", Total(k, (k, 1, n)), n**2),
    Trap("Σ k²", Total(k**2, (k, 1, n)), n * (n + 1) / 2),
    Trap("size for size", Total(1, (i, 1, m)), n),
    Trap("product with a factor", Product(2 * a[k], (k, 1, n)), 2 * Product(a[k], (k, 1, n))),
    Trap("root of a product of squares", sqrt(Product(a[k] ** 2, (k, 1, n))),
         Product(a[k], (k, 1, n))),
    Trap("inner range", Total(partial_sum * g[i] - partial_sum * Total(g[r], (r, 1, n)) / n,
                              (i, 1, n)), 0),
    Trap("inner range, far", Total(partial_sum * g[i]
                                   - partial_sum * Total(g[r], (r, 1, n)) / n, (i, 1, n)) + far,
         far),
    Trap("triangle is the square", Total(a[j], (j, 1, i), (i, 1, n)), n * Total(a[j], (j, 1, n))),
    Trap("sum's sign from its tail",
         Total(a[k] + log(a[k]), (k, 2, n)) + Abs(a_sum) + far,
         Total(a[k] + log(a[k]), (k, 2, n)) + a_sum + far),
    Trap("indicators that leave out 0",
         Total(Cases((1, a[k] > 0), (0, True)) + Cases((1, a[k] < 0), (0, True)), (k, 1, n)), n),
    Trap("indicator of a square", Total(Cases((1, a[k] ** 2 > 0), (0, True)), (k, 1, n)), n),
    # deltas
    Trap("δ summed beyond its range", Total(Delta(i, j) * a[i], (i, 1, n), (j, 1, m)),
         Total(a[i], (i, 1, n))),
    Trap("δ to a number, far", Total(Delta(k, 3), (k, 1, n)) + far, 1 + far),
    Trap("δ to a number, farther", Total(Delta(k, 3), (k, 1, n)) + far_out, 1 + far_out),
    Trap("δ to a shifted index", Total(Delta(k, j + 1), (k, 1, n)) * a[j], a[j]),
    Trap("δ to another size", Total(Delta(k, n), (k, 1, m)) * a_sum + far, a_sum + far),
    Trap("δ as 1/n", Delta(i, j) * a[i] * b[j], a[i] * b[i]),
    Trap("δ squared twice", Delta(i, j) * Delta(j, k), Delta(i, k)),
    # derivatives
    Trap("product of members", Partial(a[i] * a[j], a[i], a[j]), 1),
    Trap("cube of members", Partial(Total(a[k] ** 3, (k, 1, n)), a[i], a[j]), 6 * a[i]),
    Trap("member 1 and member j", Partial(a[j] * a[1], a[1]), a[j]),
    Trap("softmax without δ", Partial(softmax(a, i), a[j]), -softmax(a, i) * softmax(a, j)),
    Trap("softmax diagonal only", Partial(softmax(a, i), a[j]),
         softmax(a, i) * (1 - softmax(a, i))),
    Trap("softmax scaled", softmax(Vec(2 * a[k], (k, n)), i), softmax(a, i)),
    Trap("chain rule forgotten", Partial(sigmoid(2 * x), x), sigmoid(2 * x) * (1 - sigmoid(2 * x))),
    Trap("binary variable", Partial(y**2, y), 1, binary_y),
    Trap("binary variable, nested", Partial(Partial(y**2 * x, x), y), 1, binary_y),
    Trap("binary variable, far", Partial(Partial(y**2 * x, x), y) + far, 1 + far, binary_y),
    Trap("sign variable", Partial(y**2, y), 0, sign_y),
    Trap("slope of max", Partial(Max(x, y), x), 1),
    Trap("slope of max(x³, 0)", Partial(Max(x**3, 0), x), 3 * x**2),
    Trap("curvature of x|x|", Partial(x * Abs(x), x, x), 2),
    Trap("curvature of max²", Partial(Max(x, 0) ** 2, x, x), 2),
    Trap("slope of the root of a square", Partial(sqrt(x**2), x), 1),
    Trap("equal variables are not one", Partial(x * y, y), 2 * y, under(says(x, "=", y))),
    Trap("equal variables are not one, turned", Partial(x * y, y), 2 * y,
         under(says(y, "=", x))),
    Trap("derivative at a point", At(Partial(t**2, t), t, 3), 2 * t),
    Trap("chain at a point", At(Partial(sin(t), t), t, 2 * x), 2 * cos(2 * x)),
    Trap("bound variable defined outside", At(t**2, t, 3), 25, given((t, sp.S(5)))),
    Trap("bound variable defined outside, far", At(t**2, t, 3) + far, 25 + far,
         given((t, sp.S(5)))),
    Trap("bound variable assumed outside", At(t**2, t, 3), 25, under(says(t, "=", 5))),
    Trap("bound variable positive outside", At(Abs(t), t, -1), -1, under(says(t, ">", 0))),
    Trap("held at equal indices",
         Partial(sigmoid(a[i]) * sigmoid(a[j]), sigmoid(a[i])), sigmoid(a[j])),
    Trap("held under a sum",
         Partial(Total(sigmoid(a[k]), (k, 1, n)) + sigmoid(a[j]), sigmoid(a[j])), 1),
    Trap("a sum differentiated by its size", Partial(a_sum, n), 0),
    Trap("shadowed parameter", outer(v), v**2, chain),
    Trap("shadowed derivative", Partial(outer(v), w), 0, chain),
    Trap("a derivative's variable as the argument", slope(w), 2 * w, slope_of_xw),
    Trap("a step that the variable does not move", Partial(sp.sign(y) * x**2, x),
         Partial(sp.sign(y) * x**2, x) + 1 - sp.sign(y) ** 2),
    Trap("a point by the name of the variable", Partial(t * At(bell, t, x), t),
         (1 - 2 * t**2) * exp(-(t**2))),
    # equations that leak from one case into another
    Trap("a root solved in one case",
         Cases((0, sqrt(x) - y - 1 >= 0), (y**2 - x, True)) + far, far, under(says(x, ">", 0))),
    Trap("a root solved in one case, doubled",
         Cases((0, sqrt(x) - 2 * y >= 0), (y**2 - x, True)) + far, far, under(says(x, ">", 0))),
    Trap("a sine solved in one case",
         Cases((0, sin(x) - y - 1 <= 0), (y**2 - 1 + cos(x) ** 2, True)) + far, far),
    Trap("a root that may be negative", x, sqrt(y), under(says(x**2, "=", y))),
    Trap("squares agree", x, y, under(says(x**2, "=", y**2))),
    Trap("sines agree", x, y, under(says(sin(x), "=", sin(y)))),
    Trap("a factor cancelled", x, y, under(says(z * x, "=", z * y))),
    Trap("a factor is not zero here", x, 0, under(says(x * y, "=", 0))),
    Trap("even power of a negative", (x**2) ** (y / 2), x**y, under(says(x, "<", 0))),
    Trap("even power of a negative, far", (x**2) ** (y / 2) + far, x**y + far,
         under(says(x, "<", 0))),
    # numbers
    Trap("π as 3.14", sp.pi, Decimal("3.14")),
    Trap("a third", Rational(1, 3), Decimal("0.333")),
    Trap("ln 2 rounded wrongly", log(2), Decimal("0.694")),
    Trap("sign of a decimal", -log(2), Decimal("0.69")),
    Trap("almost one", one, Decimal("0.999")),
    Trap("Ramanujan's number", exp(sp.pi * sqrt(163)), 640320**3 + 744),
    Trap("almost an integer", sin(11) ** 2 + cos(11) ** 2 + Rational(1, 10**50), 1),
    # what SymPy gets wrong, or evaluates at once
    Trap("sum of a Piecewise by doit", Total(Cases((1, Eq(k, j)), (0, True)), (k, 1, n)) * a[j], 0),
    Trap("derivative of a softmax's logarithm", Partial(log(Total(exp(a[k]), (k, 1, n))), a[j]), 0),
    Trap("derivative of a name", Partial(w, x), 0, given((w, x**2))),
    Trap("derivative of a sum by an indexed", Partial(Total(a[k] ** 2, (k, 1, n)), a[j]), 0),
    Trap("slope at the kink by Max", At(Partial(Max(t, 0), t), t, 0), Rational(1, 2)),
    Trap("slope at the kink by Piecewise", At(Partial(Cases((t, t > 0), (0, True)), t), t, 0), 0),
    Trap("slope of |x| at 0 by sign", At(Partial(Abs(t), t), t, 0), 0),
    Trap("roots of negatives below 1", Total(sqrt(k), (k, -1, 2)), 2 + sqrt(2)),
    Trap("log of a negative point", At(log(t), t, -1), 0, under(says(t, ">", 0))),
    Trap("root of a negative point", At(sqrt(t), t, -1), 1, under(says(t, ">", 0))),
    Trap("a jump's derivative at the jump", At(Partial(jump.subs(x, t), t), t, 0), 1),
    Trap("real limit of a sum", Total(1, (k, 1, x)), x, under(says(x, ">=", 1))),
    Trap("half a limit", Total(1, (k, 1, n / 2)), n / 2, under(says(n, ">=", 2))),
)  # fmt: skip

# The sides agree, but one is defined on more, in a way that no condition of ours says.
OPEN = (
    Trap("a divisor that is zero in an empty sum",
         Total(ratio(one, Cases((1, x > 0), (0, True))), (k, 2, n)),
         ratio(n - 1, Cases((1, x > 0), (0, True)))),
    Trap("a divisor that is zero in a sum without its member",
         sum_except(ratio(a[k], Cases((1, x > 0), (0, True))), k, n, j),
         Total(ratio((1 - Delta(k, j)) * a[k], Cases((1, x > 0), (0, True))), (k, 1, n))),
)  # fmt: skip

# False, and a counterexample has to be found.
REFUTED = (
    Trap("a size as an index", sized[m], Total(sized[k], (k, 1, m))),
    Trap("a size as an index, squared", sized[m] * Total(sized[k], (k, 1, m)),
         Total(sized[k] ** 2, (k, 1, m))),
    Trap("a power too long to expand", whole_power, whole_power + 1),
    Trap("what vanishes, squared", (silu - x / (1 + exp(-x))) ** 2 + 1, 0),
    Trap("a limit that is a variable", Total((a[i] - b[i]) * f[i], (i, 1, w)),
         Total((a[i] - b[i]) * f[i], (i, 1, n))),
)  # fmt: skip

CONDITIONAL = (
    Trap("e^ln of y|y|", y * Abs(y) / 2, exp_log(y * Abs(y) / 2), needs=("y > 0",)),
    Trap("x/x", ratio(x, x), 1, needs=("x != 0",)),
    Trap("0/x", ratio(zero, x), 0, needs=("x != 0",)),
    Trap("a cancelled factor", (x**2 - 1) / (x - 1), x + 1, needs=("x != 1",)),
    Trap("log of a square", log(x**2), 2 * log(x), needs=("x > 0",)),
    Trap("log of a product", log(x * y), log(x) + log(y), needs=("x > 0", "y > 0")),
    Trap("log of a quotient", log(x / y), log(x) - log(y), needs=("x > 0", "y > 0")),
    Trap("log of a root of a square", log(sqrt(x**2)), log(x), needs=("x > 0",)),
    Trap("log of |x|", x * log(Abs(x)), x * log(x), needs=("x > 0",)),
    Trap("exp of a log", exp(log(x, evaluate=False), evaluate=False), x, needs=("x > 0",)),
    Trap("square of a root", sp.Mul(sqrt(x), sqrt(x), evaluate=False), x, needs=("x >= 0",)),
    Trap("root of a product", sqrt(x * y), sqrt(x) * sqrt(y), needs=("x >= 0", "y >= 0")),
    Trap("cube and its root", (x**3) ** Rational(1, 3), x, needs=("x >= 0",)),
    Trap("fourth root of a square", (x**2) ** Rational(1, 4), sqrt(x), needs=("x >= 0",)),
    Trap("powers of powers", (x**y) ** z, x ** (y * z), needs=("x > 0",)),
    Trap("tangent times cosine", sp.tan(x) * cos(x), sin(x), needs=("cos(x) != 0",)),
    Trap("second slope of |x|", Partial(Abs(x), x, x), 0, needs=("x != 0",)),
    Trap("second slope of max", Partial(Max(x, 0), x, x), 0, needs=("x != 0",)),
    Trap("third slope of max²", Partial(Max(x, 0) ** 2, x, x, x), 0, needs=("x != 0",)),
    Trap("slope of |x| as sign", Partial(Abs(x), x), sp.sign(x), needs=("x != 0",)),
    Trap("slope of max as a case", Partial(Max(x, 0), x), Cases((1, x > 0), (0, True)),
         needs=("x != 0",)),
    Trap("curvature of x|x| as sign", Partial(x * Abs(x), x, x), 2 * sp.sign(x),
         needs=("x != 0",)),
    Trap("slope at a jump", Partial(jump, x), 1, needs=("x != 0",)),
    Trap("slope at a step", Partial(Cases((1, x > 0), (0, True)), x), 0, needs=("x != 0",)),
    Trap("slope of ln as of ln|x|", Partial(log(x), x), 1 / Abs(x), needs=("x > 0",)),
    Trap("probability over itself", ratio(p[i], p[i]), 1,
         Context().declare(p, Domain.PROBABILITY), needs=("p[i] != 0", "p[i] > 0")),
    Trap("binary over itself", ratio(y, y), 1, binary_y, needs=("y != 0",)),
    Trap("case with a quotient", Cases((1 / x, x > 0), (0, True)), Max(x, 0) / x**2,
         needs=("x != 0",)),
    Trap("difference over its size", (x - y) / Abs(x - y), sp.sign(x - y), needs=("x != y",)),
    # one side's own condition must not hide a case from the other side
    Trap("x/x beside |x|", sp.Mul(x, 1 / x, Abs(x), evaluate=False), Abs(x), needs=("x != 0",)),
    Trap("x/x beside max", sp.Add(ratio(x, x), Max(x, 0), evaluate=False), 1 + Max(x, 0),
         needs=("x != 0",)),
    Trap("√x beside |x|", sqrt(x) + Abs(x), sqrt(Abs(x)) + Abs(x), needs=("x >= 0",)),
    Trap("√x times |x|", sqrt(x) * Abs(x), (x**2) ** Rational(1, 4) * Abs(x), needs=("x >= 0",)),
    Trap("√x beside max", sqrt(x) + Max(x, y), sqrt(Abs(x)) + Max(x, y), needs=("x >= 0",)),
    Trap("√x² under abs", x**2 + y**2,
         y**2 + Abs(sp.Pow(sqrt(x), 2, evaluate=False), evaluate=False) ** 2, needs=("x >= 0",)),
    Trap("ln beside a maximum", log(x) + Max(x, 1), log(Abs(x)) + Max(x, 1), needs=("x > 0",)),
    Trap("slopes of e^ln", Partial(x, x), Partial(exp_log(x), x), needs=("x > 0",)),
    Trap("slopes of xx/x", Partial(x, x), Partial(sp.Mul(x, x, 1 / x, evaluate=False), x),
         needs=("x != 0",)),
    Trap("√x beside a case", sqrt(x) * either * Abs(x) / y**2,
         (x**2) ** Rational(1, 4) * either * Abs(x) / y**2, needs=("x >= 0",)),
    Trap("roots of opposite sizes", sqrt(1 - n), sqrt(n - 1), needs=("n <= 1",)),
    Trap("root of a sum of negatives", sqrt(Total(-Rational(3, 2), (i, 2, n))), 0,
         needs=("3*n/2 <= 3/2",)),
    Trap("xy/x below a maximum", Max(3 * x, 2 * y),
         Max(3 * x, sp.Mul(2, x, y, 1 / x, evaluate=False), evaluate=False),
         needs=("x != 0", "y != 0")),
    Trap("slope of |xy|", Partial(Abs(x * y), x), y * sp.sign(x * y), needs=("x != 0",)),
    Trap("curvature of a sum of maxima",
         Partial(Total(Max(a[k], 0), (k, 1, n)), a[j], a[j]), 0,
         needs=("a[k] != 0", "a[j] != 0")),
    Trap("a log of a product with e^ln", log(x * y) * Abs(y),
         log(sp.Mul(y, exp_log(x), evaluate=False), evaluate=False) * Abs(y), needs=("y >= 0",)),
    Trap("half a log of a square", Max(log(x), Abs(x)), Max(log(x**2) / 2, Abs(x)),
         needs=("x > 0",)),
    Trap("an extremum of quotients",
         largest(Vec(1 / a[k], (k, n))) - largest(Vec(1 / a[j], (j, n))) + x, x,
         needs=("a[k] != 0",)),
    Trap("an argument of a definition", sigmoid(squared_root(x)), sigmoid(x), needs=("x >= 0",)),
    Trap("an argument that the definition ignores", outer(ratio(x, x)), inner(w),
         given((inner(x), x * w), (outer(v), inner(w))), needs=("x != 0",)),
    Trap("a vector's members as an argument", softmax(Vec(exp_log(a[k]), (k, n)), i),
         softmax(a, i), needs=("a[k] > 0",)),
    Trap("log of a negative multiple", log(-2 * y), squared_root(log(-2 * y)),
         needs=("log(-y) + log(2) >= 0", "log(-2*y) >= 0")),
    Trap("tail of logs and a square",
         Total(log(a[k]), (k, 2, n)) + log(a[i] ** 2) / 2,
         Total(log(a[k]), (k, 2, n)) + log(a[i]), needs=("a[k] > 0", "a[i] > 0")),
    Trap("head of logs and a square",
         Total(log(a[k]), (k, 1, n - 1)) + log(a[n] ** 2) / 2, Total(log(a[k]), (k, 1, n)),
         needs=("a[k] > 0", "a[n] > 0")),
    Trap("logs but one", sum_except(log(a[k]), k, n, j) + log(a[j] ** 2) / 2,
         Total(log(a[k]), (k, 1, n)), needs=("a[k] > 0", "a[j] > 0")),
)  # fmt: skip

# Conditions that cannot hold together are told apart.
APART = (
    Trap("e^ln of a product", x * y, exp_log(x * y),
         cases=(("x > 0", "y > 0"), ("x < 0", "y < 0"))),
    Trap("e^ln of xy|y|", x * y * Abs(y), exp_log(x * y * Abs(y)),
         cases=(("x > 0", "y > 0"), ("x < 0", "y < 0"))),
    Trap("root of a product, squared", x * (y - 2), squared_root(x * (y - 2)),
         cases=(("x > 0", "y >= 2"), ("x = 0",), ("x < 0", "y <= 2"))),
    Trap("root of x + |y|, squared", x + Abs(y), squared_root(x + Abs(y)),
         cases=(("y > 0", "x + y >= 0"), ("y = 0", "x >= 0"), ("y < 0", "x >= y"))),
    Trap("root of a case", sqrt(x) + upper, exp_log(upper) + sqrt(Abs(x)),
         cases=(("x > 0",), ("x = 0", "y > 0"))),
)  # fmt: skip

VACUOUS = (
    Trap("ln x = ln -x", log(x), log(-x)),
    Trap("roots of opposite signs", sqrt(x - 1) * sqrt(-x), sqrt(x - 1) * sqrt(-x)),
    Trap("divisor that is always zero", ratio(hidden_zero, hidden_zero), 1),
    Trap("divisor that is always zero, twice", 2 * ratio(hidden_zero, hidden_zero),
         1 + ratio(hidden_zero, hidden_zero)),
    Trap("domain, then value", x + 1, 0, under(says(x, ">", 0), says(x, "=", -1))),
    Trap("value, then domain", x + 1, 0, under(says(x, "=", -1), says(x, ">", 0))),
    Trap("two values", y, 2 * y, under(says(x, "=", 1), says(x, "=", 2))),
    Trap("binary half", y, Rational(1, 2), binary_y.assume(says(y, "=", Rational(1, 2)))),
    Trap("binary half, square", y**2, y,
         under(Membership(y, Domain.BINARY), says(y, "=", Rational(1, 2)))),
    Trap("probabilities of 2", Total(p[k], (k, 1, n)), 2 * n,
         Context().declare(p, Domain.PROBABILITY).assume(says(p[i], "=", 2))),
    Trap("within (0, 1) and a sign", x**2, 1,
         under(Membership(x, Domain.UNIT), Membership(x, Domain.SIGN))),
    Trap("a sign and within (0, 1)", x**2, 1,
         under(Membership(x, Domain.SIGN), Membership(x, Domain.UNIT))),
    Trap("above 1 and below 0", one, 2, under(says(x, ">", 1), says(x, "<", 0))),
    Trap("a negative square", one, 2, under(says(x**2, "=", -1))),
    Trap("x = x + 1", one, 2, under(says(x, "=", x + 1))),
    Trap("e^x = 0", one, 2, under(says(exp(x), "=", 0))),
    Trap("|x| negative", one, 2, under(says(Abs(x), "=", -1))),
    Trap("sin x = 2", one, 2, under(says(sin(x), "=", 2))),
    Trap("i = j and i ≠ j", a[i], 2 * a[i], under(says(i, "=", j), says(i, "!=", j))),
    Trap("two members of one", a[i], b[j],
         under(says(i, "!=", j), says(n, "=", 1))),
    Trap("never defined", ratio(one, zero), ratio(one, zero)),
    Trap("log of -1", log(-1, evaluate=False), log(-1, evaluate=False)),
)  # fmt: skip

TRUE = (
    Trap("a row of probabilities", Total(wide[i, k], (k, 1, n)), 1,
         Context().declare(wide, Domain.PROBABILITY)),
    Trap("a delta to an index without a range", Total(Delta(i, j) * x, (i, 1, m)), x),
    Trap("a bound variable shadows a definition", At(t**2, t, 3), 9, given((t, sp.S(5)))),
    Trap("definitions see what they saw", outer(v), v * w, chain),
    Trap("a name's index is not the sum's", Total(y, (k, 1, n)), n * y, given((y, x * k))),
    Trap("a value under a sum", Total(x, (i, 1, n)), n * x, under(says(x, "=", a[i]))),
    Trap("integers stay integers", cos(2 * sp.pi * real("c")) - cos(2 * sp.pi * real("c")), 0),
    Trap("whole turns", cos(2 * sp.pi * sp.Symbol("c", integer=True), evaluate=False), 1,
         under(says(3 * sp.Symbol("c", integer=True), "=", 2 * sp.Symbol("d", integer=True)))),
    Trap("binary cases", y * (1 - y), 0, binary_y),
    Trap("binary quotient", 1 / (1 + y), 1 - y / 2, binary_y),
    Trap("sign squares", y**3, y, sign_y),
    Trap("binary slope", Partial(y**2, y), 2 * y, binary_y),
    Trap("binary slope, nested", Partial(Partial(y**2 * x, x), y), 2 * y, binary_y),
    Trap("the last term", Total(a[k], (k, 1, n - 1)) + a[n], Total(a[k], (k, 1, n))),
    Trap("the last two terms", Total(a[k], (k, 1, n - 2)) + a[n - 1] + a[n],
         Total(a[k], (k, 1, n))),
    Trap("one member", Total(a[k], (k, 1, n)), a[1], under(says(n, "=", 1))),
    Trap("the same letter twice", Total(a[i] * Total(a[i], (i, 1, n)), (i, 1, n)), a_sum**2),
    Trap("a shifted softmax", softmax(Vec(a[k] + a[i], (k, n)), i), softmax(a, i)),
    Trap("a shifted softmax, letters swapped", softmax(Vec(a[i] + a[k], (i, n)), k),
         softmax(a, k)),
    Trap("softmax of letters under a sum",
         Total(softmax(Vec(a[j] * x, (j, n)), j) * b[j], (j, 1, n)),
         Total(softmax(Vec(a[k] * x, (k, n)), j) * b[j], (j, 1, n))),
    Trap("a derivative at its argument", slope(w), w, slope_of_xw),
    Trap("a derivative at a number", slope(2), w, slope_of_xw),
    Trap("a batch of one-hot rows", Total(wide[i, j], (i, 1, m), (j, 1, n)), m,
         Context().declare(wide, Domain.ONE_HOT)),
    Trap("a batch of probabilities", Total(wide[i, j], (i, 1, m), (j, 1, n)), m,
         Context().declare(wide, Domain.PROBABILITY)),
    Trap("kinks that cancel", Partial(Max(x, 0) - Max(-x, 0), x), 1),
    Trap("slope of x|x|", Partial(x * Abs(x), x), 2 * Abs(x)),
    Trap("slope of max²", Partial(Max(x, 0) ** 2, x), 2 * Max(x, 0)),
    Trap("slope of ln|x|", Partial(log(Abs(x)), x), 1 / x),
    Trap("slope of a root", Partial(sqrt(x), x), 1 / (2 * sqrt(x))),
    Trap("|x| over x", Abs(x) / x, sp.sign(x) ** 2 * x / Abs(x)),
    Trap("cubes under ln", log(x**3), 3 * log(x)),
    Trap("wide sums swap", Total(Total(wide[i, j], (i, 1, m)), (j, 1, n)),
         Total(Total(wide[i, j], (j, 1, n)), (i, 1, m))),
    Trap("ln below its tangent", log(x), x - 1, relation="<="),
    Trap("a sum of absolute values", Total(Abs(k - 2), (k, 1, 3)), 2),
    Trap("from below one", Total(sp.Abs(sp.Symbol("q", integer=True)),
                                 (sp.Symbol("q", integer=True), -2, 2)), 6),
)  # fmt: skip

PROVED = (
    Trap("a case under a sum", ahead, ahead),
    Trap("a case under a maximum", Max(log(x / y), Abs(upward)),
         Max(sp.Mul(x, Abs(upward), 1 / x, evaluate=False), log(x / y), evaluate=False)),
    Trap("a point inside a derivative", Partial(t * At(bell, t, x), t),
         (1 - 2 * x**2) * exp(-(x**2))),
    Trap("a step that the variable does not reach", Partial(x * sp.sign(y), x), sp.sign(y)),
    Trap("numbers compared under a maximum", Max(x, 2 * log(2)), Max(x, log(4))),
    Trap("a root of the larger number", sqrt(Max(2 * log(2), 1)), sqrt(2 * log(2))),
    Trap("a product and its pieces under ln", log(x * y),
         log(sp.Mul(x, x, y, 1 / x, evaluate=False), evaluate=False)),
    Trap("a case that no side has", 1 / (x - y) + Abs(x - y), 1 / (x - y) + sqrt((x - y) ** 2)),
    Trap("slope of a root of a product", Partial(-y * sqrt(x * y), x),
         -y * sqrt(x * y) / (2 * x)),
    Trap("sign of a shifted log", Max(exp(Rational(1, 2)), log(-2 * x)),
         Max(exp(Rational(1, 2)), 3 * log(2 ** Rational(1, 3) * (-x) ** Rational(1, 3)))),
    Trap("log of a reciprocal", log(x * y), -log(1 / (x * y), evaluate=False)),
    Trap("a maximum above 1 under a root", Max(1, y), sp.Pow(sqrt(Max(1, y)), 2, evaluate=False)),
    Trap("a maximum above 3 under ln", sqrt(x) + Max(3, x), sqrt(x) + exp_log(Max(3, x))),
    Trap("sign of a log", sp.sign(log(2 * x)),
         sp.sign(3 * log(2 ** Rational(1, 3) * x ** Rational(1, 3)))),
    Trap("logs of a matrix", Total(log(wide[i, j]), (i, 1, m), (j, 1, n)),
         Total(Total(log(wide[i, j]), (j, 1, n)), (i, 1, m))),
    Trap("e^ln of a power", exp(x * log(2)), 2**x),
)  # fmt: skip


def named(rows: tuple[Trap, ...]) -> list[object]:
    return [pytest.param(row, id=row.name) for row in rows]


def test_there_are_enough_and_none_twice() -> None:
    rows = (*FALSE, *CONDITIONAL, *VACUOUS)
    assert len({str((r.statement, r.context.hypotheses, r.context.domains)) for r in rows}) >= 120
    everything = (*rows, *OPEN, *REFUTED, *APART, *TRUE, *PROVED)
    assert len({r.name for r in everything}) == len(everything)


@pytest.mark.parametrize("trap", named((*FALSE, *OPEN)))
def test_false_is_never_proved(trap: Trap) -> None:
    outcome = prove(trap.statement, trap.context)
    assert outcome.status in ("refuted", "undecided"), outcome


@pytest.mark.parametrize("trap", named(CONDITIONAL))
def test_what_needs_a_condition_says_which(trap: Trap) -> None:
    outcome = prove(trap.statement, trap.context)
    assert outcome.status == "conditional", outcome
    conditions = {str(c) for c in outcome.conditions}
    assert conditions or outcome.alternatives
    assert conditions <= set(trap.needs)


@pytest.mark.parametrize("trap", named(REFUTED))
def test_false_is_refuted_within_its_time(trap: Trap) -> None:
    start = time.perf_counter()
    outcome = prove(trap.statement, trap.context, seconds=5)
    assert outcome.status == "refuted", outcome
    assert time.perf_counter() - start < 10


@pytest.mark.parametrize("trap", named(APART))
def test_conditions_that_exclude_each_other_are_cases(trap: Trap) -> None:
    outcome = prove(trap.statement, trap.context)
    assert outcome.status == "conditional", outcome
    cases = {frozenset(map(str, case)) for case in outcome.alternatives}
    assert cases == {frozenset(case) for case in trap.cases}
    for condition in outcome.conditions:
        having = sum(condition in case for case in outcome.alternatives)
        assert having in (0, len(outcome.alternatives)), condition


@pytest.mark.parametrize("trap", named(VACUOUS))
def test_what_speaks_of_nothing_is_undecided(trap: Trap) -> None:
    outcome = prove(trap.statement, trap.context)
    assert outcome.status == "undecided", outcome
    assert "internal error" not in outcome.reason


@pytest.mark.parametrize("trap", named(TRUE))
def test_true_is_never_refuted(trap: Trap) -> None:
    outcome = prove(trap.statement, trap.context)
    assert outcome.status != "refuted", outcome
    assert "internal error" not in outcome.reason


@pytest.mark.parametrize("trap", named(PROVED))
def test_a_condition_that_both_sides_have_is_none(trap: Trap) -> None:
    outcome = prove(trap.statement, trap.context)
    assert outcome.status == "proved", outcome

"""Random terms over the whole term language, and random points for them.

Letters are bound here and free there, definitions nest, and sums stand in exponents, in
logarithms and under derivatives. `reals()` draws terms that may be undefined at some points,
`positives()` terms that are positive wherever they are defined.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import sympy as sp
from flint import fmpq

from derive.functions import catalogue
from derive.proof.balls import evaluate
from derive.proof.jets import Number, real_part
from derive.proof.valuation import Point
from derive.terms import (
    At,
    Context,
    Definition,
    Domain,
    Partial,
    Vec,
    family,
    index,
    named_function,
    real,
    size,
)

x, t, u = map(real, ("x", "t", "u"))
p = sp.Symbol("p", positive=True)
n, m = size("n"), size("m")
i, j, k = LETTERS = tuple(map(index, "ijk"))  # within 1..n
c = index("c")  # within 1..m
z, q, W = family("z", n), family("q", n), family("W", n, m)
v = family("v", n)
a, L, s = family("a", n), real("L"), real("s")
f, g, h = (named_function(name) for name in ("f_own", "g_own", "h_own"))

CONTEXT = (
    Context()
    .with_library(catalogue.definitions)
    .declare(q, Domain.POSITIVE)
    .define(
        Definition.of(a[i], sp.exp(z[i]) / sp.Sum(sp.exp(z[k]), (k, 1, n))),
        Definition.of(s, sp.Sum(q[k] * z[k], (k, 1, n)) + x),
        Definition.of(L, -sp.Sum(q[j] * sp.log(a[j]), (j, 1, n)) + s * x),
        Definition.of(f(t), t * sp.exp(-(t**2))),
        Definition.of(g(v, k), sp.Sum(v[i] * v[k], (i, 1, n)) - v[k] ** 2 + f(v[k])),
        Definition.of(h(t, u), sp.log(1 + t**2) * u + s),
    )
)
NUMBERS = tuple(map(sp.Rational, ("0", "1", "2", "-1", "1/2", "-3/2", "2/3")))
softmax, sigmoid = catalogue["softmax"], catalogue["sigmoid"]


def random_term(rng: Random, depth: int) -> sp.Expr:
    """A term without the infinities and complex numbers that SymPy may make of it."""
    while True:
        try:
            term = reals(rng, depth)
        except (TypeError, ValueError):
            continue
        if not term.has(sp.zoo, sp.nan, sp.oo, -sp.oo, sp.I):
            return term


def leaves(rng: Random) -> sp.Expr:
    here = rng.choice(LETTERS)
    choices = [x, x, p, n, z[here], z[here], q[here], a[here], s, sp.Integer(2), here, W[here, c]]
    choices += [sp.KroneckerDelta(here, rng.choice(LETTERS)), rng.choice(NUMBERS), L]
    return rng.choice(choices)


def reals(rng: Random, depth: int = 3) -> sp.Expr:
    """A term with real values, where it has any."""
    if depth <= 0 or rng.randint(0, 5) == 0:
        return leaves(rng)
    return rng.choice(_REAL)(rng, depth - 1)


def positives(rng: Random, depth: int = 2) -> sp.Expr:
    """A term with positive values."""
    if depth <= 0 or rng.randint(0, 4) == 0:
        return rng.choice([p, n, q[rng.choice(LETTERS)], sp.Integer(3), a[rng.choice(LETTERS)]])
    kind = rng.choice(["exp", "square", "sum", "product", "quotient", "total"])
    match kind:
        case "exp":
            return sp.exp(reals(rng, depth - 1))
        case "square":
            return 1 + reals(rng, depth - 1) ** 2
        case "sum":
            return positives(rng, depth - 1) + positives(rng, depth - 1)
        case "product":
            return positives(rng, depth - 1) * positives(rng, depth - 1)
        case "quotient":
            return positives(rng, depth - 1) / positives(rng, depth - 1)
    return sp.Sum(positives(rng, depth - 1), (rng.choice(LETTERS), 1, n))


def arithmetic(rng: Random, depth: int) -> sp.Expr:
    left, right = reals(rng, depth), reals(rng, depth)
    kind = rng.choice(["+", "-", "*", "*", "/", "^"])
    match kind:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / rng.choice([positives(rng, depth), right])
    return left ** rng.choice([2, 3, -1, -2])


def transcendental(rng: Random, depth: int) -> sp.Expr:
    inside = reals(rng, depth)
    positive = rng.choice([positives(rng, depth), positives(rng, depth), inside])
    choices = [sp.exp(inside), sp.exp(inside / 2), sp.tanh(inside), sigmoid(inside), f(inside)]
    choices += [sp.log(positive), sp.log(positive), sp.sqrt(positive), sp.sin(inside)]
    choices += [positive ** sp.Rational(2, 3), 2**inside, positive**x, sp.cosh(inside)]
    choices += [sp.erf(inside), sp.atan(inside), h(inside, x), sp.log(positive, 2)]
    return rng.choice(choices)


def cases(rng: Random, depth: int) -> sp.Expr:
    left, right = reals(rng, depth), reals(rng, depth)
    where = rng.choice([sp.Gt(left, right), sp.Ge(left, 0), sp.Ne(i, j), sp.Eq(i, k)])
    piecewise = sp.Piecewise((left, where), (right, True))
    choices = [sp.Max(left, right), sp.Min(left, right), sp.Abs(left), sp.sign(left), piecewise]
    return rng.choice(choices)


def binders(rng: Random, depth: int) -> sp.Expr:
    one, two = rng.choice(LETTERS), rng.choice(LETTERS)
    body = reals(rng, depth)
    single = sp.Sum(body, (one, 1, n))
    choices = [single, single, sp.Sum(body * W[two, c], (c, 1, m)), sp.exp(single)]
    choices += [sp.Sum(body * z[one] + W[two, c], (c, 1, m), (two, 1, n))]
    choices += [sp.Sum(body * sp.Sum(reals(rng, depth), (two, 1, n)), (one, 1, n))]
    choices += [sp.Product(positives(rng, depth), (one, 1, n)), single**2]
    choices += [sp.Sum(body, (one, 2, n)), sp.Sum(body, (one, 1, 2)), sp.Product(body, (one, 1, 2))]
    return rng.choice(choices)


def applications(rng: Random, depth: int) -> sp.Expr:
    one, two = rng.choice(LETTERS), rng.choice(LETTERS)
    body = reals(rng, depth)
    choices = [softmax(z, two), softmax(Vec(body, (one, n)), two), g(z, two)]
    choices += [g(Vec(body, (one, n)), two), catalogue["logsumexp"](Vec(body, (one, n)))]
    return rng.choice(choices)


def derivatives(rng: Random, depth: int) -> sp.Expr:
    body = reals(rng, depth)
    variable = rng.choice([x, p, z[rng.choice(LETTERS)], z[rng.choice(LETTERS)], q[i]])
    other = rng.choice([x, z[rng.choice(LETTERS)]])
    value = reals(rng, 0)
    choices = [Partial(body, variable), Partial(body, variable), Partial(body, variable, other)]
    choices += [sp.Sum(Partial(body, z[k]) * z[k], (k, 1, n)), Partial(L, z[j])]
    choices += [At(Partial(f(t) * body, t), t, value), At(Partial(f(t), t, t), t, x * value)]
    return rng.choice(choices)


_REAL: tuple[Callable[[Random, int], sp.Expr], ...] = (
    *(arithmetic, arithmetic, transcendental, transcendental),
    *(cases, binders, binders, applications, derivatives),
)


# -- points ---------------------------------------------------------------------------------------


def points(rng: Random) -> Point:
    """Sizes up to 3, indices within them, and rationals that seldom coincide."""

    def number(low: int) -> Number:
        return fmpq(rng.randint(low, 23), 11)

    sizes = {n: rng.randint(1, 3), m: rng.randint(1, 2)}
    integers = {**sizes, **{s: rng.randint(1, sizes[n]) for s in LETTERS}}
    integers[c] = rng.randint(1, sizes[m])
    members: dict[tuple[sp.IndexedBase, tuple[int, ...]], Number] = {}
    for row in range(1, sizes[n] + 1):
        members[z, (row,)] = number(-23)
        members[q, (row,)] = number(1)
        members |= {(W, (row, col)): number(-23) for col in range(1, sizes[m] + 1)}
    scalars = {x: number(-23), p: number(1), t: number(-23), u: number(-23)}
    return Point(scalars, members, integers)


def ball_of(term: sp.Expr, point: Point, context: Context = CONTEXT, bits: int = 200) -> Number:
    """The value of a term in balls, or an exception of `NoValueError`'s kind."""
    return real_part(evaluate(term, context, point, bits))

"""The laws of sums for random members: swapped, split, multiplied, sifted, differentiated."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
import sympy as sp

from derive.proof import prove
from derive.terms import Partial, Statement, family, index, product_of, real, size, sum_of

n = size("n")
x = real("x")
i, k, q = index("i"), index("k"), index("q")
u, v, w, a = family("u", n), family("v", n), family("w", n), family("a", n, n)
delta = sp.KroneckerDelta

Sides = tuple[sp.Expr, sp.Expr]


def member(chance: random.Random, indices: list[sp.Symbol]) -> sp.Expr:
    """A term in members at these indices."""
    term = sp.S.One
    for _ in range(chance.choice([1, 2, 2, 3])):
        e, f = chance.choice(indices), chance.choice(indices)
        atoms = [
            v[e], w[e], u[e], x, a[e, f], v[e] ** 2, sp.exp(v[e]), sp.exp(-w[e] * x),
            1 / (1 + sp.exp(v[e])), sp.log(1 + w[e] ** 2), sp.tanh(u[e]), sp.sqrt(1 + v[e] ** 2),
        ]  # fmt: skip
        atom = chance.choice(atoms)
        term = term * atom if chance.random() < 0.75 else term + atom
    return term


def total(term: sp.Expr, *over: sp.Symbol) -> sp.Expr:
    return sum_of(term, *((index_, 1, n) for index_ in over))


def at(term: sp.Expr, there: sp.Expr) -> sp.Expr:
    return term.xreplace({k: there})


LAWS: dict[str, Callable[[sp.Expr, sp.Expr, sp.Expr], Sides]] = {
    "renamed": lambda f, g, h: (total(f, k), total(at(f, q), q)),
    "swapped": lambda f, g, h: (total(total(h, k), q), total(total(h, q), k)),
    "product": lambda f, g, h: (total(f, k) * total(g, q), total(total(f * g, q), k)),
    "linear": lambda f, g, h: (total(f + at(f, k) * 2, k), 3 * total(f, k)),
    "sum of two": lambda f, g, h: (
        total(f + g.xreplace({q: k}), k),
        total(f, k) + total(g.xreplace({q: k}), k),
    ),
    "square": lambda f, g, h: (total(f, k) ** 2, total(total(f * at(f, q), q), k)),
    "sifted": lambda f, g, h: (total(delta(k, i) * f, k), at(f, i)),
    "slope": lambda f, g, h: (Partial(total(f, k), v[i]), Partial(at(f, i), v[i])),
    "slopes inside": lambda f, g, h: (
        Partial(total(total(h, k), q), x),
        total(total(Partial(h, x), k), q),
    ),
    "one apart": lambda f, g, h: (total(f, k), at(f, i) + total((1 - delta(k, i)) * f, k)),
    "last apart": lambda f, g, h: (sum_of(f, (k, 1, n - 1)), total(f, k) - at(f, n)),
    "centred": lambda f, g, h: (total(at(f, q) - total(f, k) / n, q), sp.S.Zero),
    "variance": lambda f, g, h: (
        total((at(f, q) - total(f, k) / n) ** 2, q),
        total(f**2, k) - total(f, k) ** 2 / n,
    ),
    "exponential": lambda f, g, h: (sp.exp(total(f, k)), product_of(sp.exp(f), (k, 1, n))),
    "log-sum-exp": lambda f, g, h: (
        Partial(sp.log(total(sp.exp(f), k)), x),
        total(sp.exp(f) * Partial(f, x), k) / total(sp.exp(f), k),
    ),
    "chain": lambda f, g, h: (
        Partial(total(f, k) ** 2, v[i]),
        2 * total(f, k) * Partial(total(f, k), v[i]),
    ),
}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("law", LAWS)
def test_law(law: str, seed: int) -> None:
    chance = random.Random(f"{law} {seed}")
    f, g, h = (member(chance, indices) for indices in ([k], [q], [k, q]))
    left, right = LAWS[law](f, g, h)
    true = prove(Statement(left, "=", right))
    assert true.status == "proved", f"{left} = {right}: {true.reason}"
    nudge = sp.Rational(1, 1000) * chance.choice([sp.S.One, x, v[i]])
    assert prove(Statement(left, "=", right + nudge)).status == "refuted"


def test_summands_over_several_denominators() -> None:
    e, f = sp.exp(v[k]), sp.exp(x * w[k])
    spread = total(e / (f * e + f), k) + total(1 / (f * e + f), k)
    assert prove(Statement(spread, "=", total(1 / f, k))).status == "proved"
    assert prove(Statement(spread, "=", total(1 / e, k))).status == "refuted"
    both = 1 / ((1 + e) * (1 + f))
    apart = prove(Statement(total(e * both, k) + total(both, k), "=", total(1 / (1 + f), k)))
    assert apart.status == "proved"

"""A parameter that is called by its own name: J(θ) where J's body uses θ through another name."""

from __future__ import annotations

import sympy as sp

from derive.proof import prove
from derive.terms import (
    Context,
    Definition,
    Partial,
    Statement,
    family,
    index,
    named_function,
    size,
    sum_of,
)

n = size("n")
k, j = index("k"), index("j")
t, u, x, y = (family(letter, n) for letter in "tuxy")
H, J = named_function("h"), named_function("J")
CONTEXT = (
    Context()
    .define(Definition.of(H(x), sum_of(t[k] * x[k], (k, 1, n))))
    .define(Definition.of(J(t), H(y)))
)


def status(left: sp.Expr, right: sp.Expr) -> str:
    return prove(Statement(left, "=", right), CONTEXT).status


def test_what_the_body_uses_elsewhere_is_the_same_name() -> None:
    assert status(J(t), sum_of(t[k] * y[k], (k, 1, n))) == "proved"
    assert status(Partial(J(t), t[j]), y[j]) == "proved"
    assert status(Partial(J(t), t[j]), 2 * y[j]) == "refuted"
    assert status(Partial(J(t), t[j]), y[j] + x[j]) == "refuted"


def test_another_argument_changes_nothing_that_the_body_does_not_say() -> None:
    assert status(Partial(J(u), u[j]), sp.Integer(0)) == "proved"


def test_two_families_of_one_name_keep_their_own_members() -> None:
    p, q = family("p", n), family("p", size("m"))
    outcome = prove(Statement(sum_of(p[k], (k, 1, n)), "=", sum_of(q[k], (k, 1, size("m")))))
    assert outcome.status == "refuted"


def test_an_index_that_is_bound_is_handed_over_by_its_own_name() -> None:
    i = index("i")
    share = named_function("share")
    context = Context().define(Definition.of(share(x, i), x[i] ** 2))
    claim = Statement(sum_of(share(x, i), (i, 1, n)), "=", sum_of(x[k] ** 2, (k, 1, n)))
    assert prove(claim, context).status == "proved"

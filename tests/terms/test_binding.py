"""Binders at points: substituting, renaming and comparing keep what a term means.

Random terms over letters that are free here and bound there are evaluated by
`plain.value`, which knows no substitution, for sizes of 1 to 3.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import sympy as sp
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from plain import tuples, value

from derive.terms import (
    At,
    Partial,
    Vec,
    alpha_equal,
    bound_symbols,
    canonical,
    evaluated,
    family,
    free,
    fresh,
    index,
    map_terms,
    named_function,
    real,
    rebuild,
    rename_bound,
    size,
    substitute,
    sum_except,
)

n = size("n")
# k_1 is the name that a renamed k gets: it may be taken already, bound or free.
LETTERS = tuple(map(index, ("i", "k", "k_1")))
x, t, t_1 = map(real, ("x", "t", "t_1"))
a, b = family("a", n), family("b", n)
W = family("W", n, n)
SCALARS = (x, t, t_1)


@st.composite
def terms(draw: st.DrawFn, depth: int = 3) -> sp.Expr:
    """A term over the letters, the scalars and the families, with sums, products and points."""
    if depth == 0 or draw(st.integers(0, 4)) == 0:
        return draw(leaves())
    kind = draw(st.sampled_from(["add", "mul", "pow", "sum", "sum", "product", "at", "vec", "two"]))
    part = terms(depth=depth - 1)
    if kind == "add":
        return sp.Add(draw(part), draw(part), evaluate=False)
    if kind == "mul":
        return sp.Mul(draw(part), draw(part), evaluate=False)
    if kind == "pow":
        return sp.Pow(draw(part), 2, evaluate=False)
    letter = draw(st.sampled_from(LETTERS))
    if kind == "sum":
        return sp.Sum(draw(part), (letter, 1, n))
    if kind == "product":
        return sp.Product(draw(leaves()), (letter, 1, n))
    if kind == "at":
        return At(draw(part), draw(st.sampled_from((t, t_1))), draw(leaves()))
    if kind == "vec":
        # Only members of families have a value, so that the family is put in for one at once.
        held = family("held", n)
        member = held[draw(st.sampled_from(LETTERS))]
        return sp.Sum(substitute(member, {held: Vec(draw(part), (letter, n))}), (letter, 1, n))
    other = draw(st.sampled_from([s for s in LETTERS if s != letter]))
    return sp.Sum(draw(part), (letter, 1, draw(st.sampled_from((other, n)))), (other, 1, n))


@st.composite
def leaves(draw: st.DrawFn) -> sp.Expr:
    i, k = draw(st.sampled_from(LETTERS)), draw(st.sampled_from(LETTERS))
    return draw(
        st.sampled_from([a[i], b[k], W[i, k], x, t, t_1, i, n, sp.KroneckerDelta(i, k), sp.S(2)])
    )


@st.composite
def points(draw: st.DrawFn) -> dict[sp.Basic, Any]:
    """A size, letters within it, scalars and tables of fractions."""
    numbers = st.fractions(-3, 3, max_denominator=4)
    high = draw(st.integers(1, 3))
    point: dict[sp.Basic, Any] = {n: Fraction(high)}
    point |= {s: Fraction(draw(st.integers(1, high))) for s in LETTERS}
    point |= {s: draw(numbers) for s in SCALARS}
    for base in (a, b, W):
        shape = (high,) * len(base.shape)
        point[base] = {at: draw(numbers) for at in tuples(*shape)}.__getitem__
    return point


def entering() -> st.SearchStrategy[sp.Expr]:
    """What a substitution puts in: anything with a value, full of letters that may be captured."""
    return terms(depth=1)


@st.composite
def mappings(draw: st.DrawFn) -> dict[sp.Basic, sp.Expr]:
    mapping: dict[sp.Basic, sp.Expr] = {}
    for scalar in draw(st.lists(st.sampled_from(SCALARS), unique=True, max_size=2)):
        mapping[scalar] = draw(entering())
    if draw(st.booleans()):
        old, new = draw(st.sampled_from(LETTERS)), draw(st.sampled_from(LETTERS))
        mapping[old] = new
    if draw(st.booleans()):
        mapping[a] = draw(
            st.one_of(st.just(b), st.builds(Vec, entering(), st.just((LETTERS[1], n))))
        )
    elif draw(st.booleans()):
        mapping[a[draw(st.sampled_from(LETTERS))]] = draw(entering())
    return mapping


POINT = {
    n: Fraction(2),
    x: Fraction(1),
    t: Fraction(3),
    t_1: Fraction(5),
    **{s: Fraction(j) for s, j in zip(LETTERS, (1, 2, 2), strict=True)},
    **{base: (lambda at: Fraction(at[0] ** 2 * (at[-1] + 1))) for base in (a, b, W)},
}
NESTED = sp.Sum(sp.Sum(W[LETTERS[1], LETTERS[2]] * x, (LETTERS[2], 1, n)), (LETTERS[1], 1, n))


@settings(max_examples=250, deadline=None)
@given(terms(), mappings(), points())
@example(NESTED, {x: LETTERS[1]}, POINT)
def test_substituting_is_evaluating_at_the_new_values(
    term: sp.Expr, mapping: dict[sp.Basic, sp.Expr], point: dict[sp.Basic, Any]
) -> None:
    there = {**point, **{k: value(v, point) for k, v in mapping.items()}}
    assert value(substitute(term, mapping), point) == value(term, there)


@pytest.mark.parametrize(
    ("term", "mapping", "expected"),
    [
        (sp.Sum(a[LETTERS[1]] * x, (LETTERS[1], 1, n)), {x: LETTERS[1]}, {LETTERS[1], a, n}),
        (At(t * x, t, x), {x: t}, {t}),
        (Vec(a[LETTERS[1]] + x, (LETTERS[1], n)), {x: b[LETTERS[1]]}, {a, b, n, LETTERS[1]}),
    ],
)
def test_what_enters_stays_free(
    term: sp.Expr, mapping: dict[sp.Basic, sp.Expr], expected: set[sp.Basic]
) -> None:
    assert free(substitute(term, mapping)) == expected


@given(terms(), points())
def test_free_is_what_the_value_depends_on(term: sp.Expr, point: dict[sp.Basic, Any]) -> None:
    """The value needs nothing but the free symbols and families."""
    needed = free(term)
    assert needed <= {n, *LETTERS, *SCALARS, a, b, W}
    assert value(term, {k: v for k, v in point.items() if k in needed}) == value(term, point)


@given(terms(), points(), st.data())
def test_without_what_is_free_there_is_no_value(
    term: sp.Expr, point: dict[sp.Basic, Any], data: st.DataObject
) -> None:
    """Sizes aside, which belong to families whether or not they matter to the value."""
    names = sorted(free(term) - {n}, key=str)
    assume(names)
    lost = data.draw(st.sampled_from(names))
    with pytest.raises(KeyError):
        value(term, {k: v for k, v in point.items() if k != lost})


def renamed(term: sp.Basic, number: int = 0) -> sp.Basic:
    """The same term with every bound symbol called by a name that stands nowhere else."""
    for s in bound_symbols(term):
        number += 1
        term = rename_bound(
            term, s, sp.Symbol(f"{s}_new_{number}_{len(str(term))}", **s.assumptions0)
        )
    if isinstance(term, sp.IndexedBase) or not term.args:
        return term
    return rebuild(term, tuple(renamed(arg, number + 10 * j) for j, arg in enumerate(term.args)))


@given(terms(), points())
def test_bound_names_do_not_matter(term: sp.Expr, point: dict[sp.Basic, Any]) -> None:
    other = renamed(term)
    assert value(other, point) == value(term, point)
    assert alpha_equal(term, other)
    assert canonical(term) == canonical(other)
    assert value(canonical(term), point) == value(term, point)


@st.composite
def neighbours(draw: st.DrawFn) -> tuple[sp.Expr, sp.Expr]:
    """A term, and the same term with some of its leaves changed."""
    term = draw(terms())
    letters = {s: draw(st.sampled_from(LETTERS)) for s in LETTERS}
    families = {a: draw(st.sampled_from((a, b))), b: draw(st.sampled_from((a, b)))}
    swap = {**letters, **families}

    def changed(node: sp.Basic) -> sp.Basic:
        if node in swap:
            return swap[node]
        if isinstance(node, sp.IndexedBase) or not node.args:
            return node
        return rebuild(node, tuple(changed(arg) for arg in node.args))

    return term, changed(term)


@settings(max_examples=80, deadline=None)
@given(neighbours(), st.lists(points(), min_size=3, max_size=3))
def test_alpha_equal_terms_have_equal_values(
    pair: tuple[sp.Expr, sp.Expr], several: list[dict[sp.Basic, Any]]
) -> None:
    left, right = pair
    if alpha_equal(left, right):
        assert free(left) == free(right)
        assert all(value(left, p) == value(right, p) for p in several)


@given(terms(), terms())
def test_alpha_equality_is_an_equivalence(left: sp.Expr, right: sp.Expr) -> None:
    assert alpha_equal(left, left)
    assert alpha_equal(left, right) == alpha_equal(right, left)


i, k, k_1 = LETTERS


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (sp.Sum(a[k], (k, 1, n)), sp.Sum(a[i], (k, 1, n))),
        (sp.Sum(a[k] * b[i], (k, 1, n)), sp.Sum(a[i] * b[k], (i, 1, n))),
        (sp.Sum(a[k], (k, 1, n)), sp.Product(a[k], (k, 1, n))),
        (sp.Sum(W[i, k], (i, 1, n)), sp.Sum(W[k, i], (i, 1, n))),
        (sp.Sum(a[k], (k, 1, n)), sp.Sum(a[k], (k, 2, n))),
        (Vec(a[k], (k, n)), Vec(a[k], (k, 3))),
        (At(x * t, t, x), At(x * t, x, t)),
        (sp.Mul(x, sp.Pow(x, -1), evaluate=False), sp.S.One),
    ],
)
def test_what_differs_is_not_alpha_equal(left: sp.Expr, right: sp.Expr) -> None:
    assert not alpha_equal(left, right)


@pytest.mark.parametrize("letter", LETTERS)
def test_fresh_names_are_free(letter: sp.Symbol) -> None:
    taken: frozenset[sp.Basic] = frozenset(LETTERS)
    for _ in range(4):
        new = fresh(letter, taken)
        assert str(new) not in {str(s) for s in taken}
        assert new.assumptions0 == letter.assumptions0
        taken |= {new}


@given(terms(), points())
def test_evaluation_keeps_the_value(term: sp.Expr, point: dict[sp.Basic, Any]) -> None:
    assert value(evaluated(term), point) == value(term, point)


@given(terms())
def test_rebuilding_without_change_changes_nothing(term: sp.Expr) -> None:
    assert map_terms(term, lambda node: node) == term
    assert substitute(term, {}) is term


def test_rebuilding_keeps_a_term_as_written() -> None:
    written = sp.Mul(x, sp.Pow(x, -1, evaluate=False), evaluate=False)
    assert substitute(written, {x: t}) == sp.Mul(t, sp.Pow(t, -1, evaluate=False), evaluate=False)
    assert substitute(sp.exp(t, evaluate=False), {t: sp.S(0)}) == sp.exp(0, evaluate=False)
    assert evaluated(substitute(written, {x: t})) == 1


def test_all_keys_are_replaced_at_once() -> None:
    assert substitute(x + 2 * t, {x: t, t: x}) == t + 2 * x
    f = named_function("f")
    assert substitute(f(x) * x, {f(x): t, x: sp.S(2)}) == 2 * t
    assert substitute(sp.Sum(a[k], (k, 1, n)) * k, {k: i}) == sp.Sum(a[k], (k, 1, n)) * i
    assert evaluated(substitute(a[k] - b[k], {a: b, b: a})) == b[k] - a[k]


def test_derivatives_do_not_bind() -> None:
    assert free(Partial(a[i] * x, x)) == {a, n, i, x}
    assert substitute(Partial(a[i] * x, a[k]), {k: i}) == Partial(a[i] * x, a[i])


@pytest.mark.parametrize("high", [1, 2, 3])
def test_sum_except_leaves_out(high: int) -> None:
    term = sum_except(a[k], k, n, i)
    table = {(j,): Fraction(j * j + 1) for j in range(1, high + 1)}
    for left_out in range(1, high + 1):
        point = {n: Fraction(high), i: Fraction(left_out), a: table.__getitem__}
        assert value(term, point) == sum(v for at, v in table.items() if at != (left_out,))


# A binder whose own name is free in its limit or its point: the two must be told apart.
_CLASHING = [
    (At(t**2, t, t), t),
    (At(t * x, t, t + x), t),
    (sp.Sum(a[k], (k, 1, k)), k),
]


@pytest.mark.parametrize(("term", "name"), _CLASHING)
@settings(max_examples=20)
@given(point=points())
def test_a_name_bound_and_free_at_once(
    term: sp.Expr, name: sp.Symbol, point: dict[sp.Basic, Any]
) -> None:
    new = {t: x + 1, k: sp.S.One}[name]
    there = {**point, name: value(new, point)}
    assert value(substitute(term, {name: new}), point) == value(term, there)


def test_free_occurrences_are_not_renamed() -> None:
    assert not alpha_equal(At(t**2, t, t), At(x**2, x, x))
    assert not alpha_equal(sp.Sum(a[k], (k, 1, k)), sp.Sum(a[i], (i, 1, i)))

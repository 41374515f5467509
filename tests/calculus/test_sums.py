"""Deltas under sums: contracted where the ranges allow it, and the value never changes."""

from __future__ import annotations

import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from derive.calculus.sums import contract, factors, summed
from derive.terms import alpha_equal, family, index, size

n, m = size("n"), size("m")
i, j, k = index("i"), index("j"), index("k")
v, w = family("v", n), family("w", n)
delta = sp.KroneckerDelta


def test_a_delta_in_range_picks_one_term() -> None:
    term = sp.Sum(delta(k, j) * v[k], (k, 1, n))
    assert contract(term, {j: n}) == v[j]


def test_a_delta_out_of_range_stays() -> None:
    term = sp.Sum(delta(k, j) * v[k], (k, 1, n))
    assert contract(term, {j: m}).has(sp.KroneckerDelta)
    assert contract(term, {}).has(sp.KroneckerDelta)
    assert contract(sp.Sum(delta(k, j) * v[k], (k, 2, n)), {j: n}).has(sp.Sum)


def test_the_first_and_the_last_index_are_in_range() -> None:
    assert contract(sp.Sum(delta(k, 1) * v[k], (k, 1, n)), {}) == v[1]
    assert contract(sp.Sum(delta(k, n) * v[k], (k, 1, n)), {}) == v[n]
    assert contract(sp.Sum(delta(k, 2) * v[k], (k, 1, n)), {}).has(sp.Sum)


def test_an_inner_bound_index_is_in_the_outer_range() -> None:
    term = sp.Sum(v[i] * sp.Sum(delta(i, k) * w[k], (k, 1, n)), (i, 1, n))
    assert alpha_equal(contract(term, {}), sp.Sum(v[i] * w[i], (i, 1, n)))


def test_a_sum_is_split_only_when_asked() -> None:
    term = sp.Sum(v[k] * (delta(k, j) - w[j]), (k, 1, n))
    assert contract(term, {j: n}).has(sp.KroneckerDelta)
    expected = v[j] - w[j] * sp.Sum(v[k], (k, 1, n))
    assert alpha_equal(contract(term, {j: n}, split=True), expected)


def test_cases_with_a_common_delta() -> None:
    body = sp.Piecewise((v[k] * delta(k, j), v[k] > 0), (0, True))
    found = contract(sp.Sum(body, (k, 1, n)), {j: n})
    assert found == sp.Piecewise((v[j], v[j] > 0), (0, True))


def test_constants_move_out_and_an_empty_body_counts() -> None:
    limit = (k, sp.S.One, n)
    assert summed(3 * v[k] / w[j], limit) == 3 * sp.Sum(v[k], (k, 1, n)) / w[j]
    assert summed(w[j], limit) == n * w[j]


def test_exponentials_are_factors() -> None:
    assert sorted(factors(sp.exp(v[i] + v[j])), key=str) == [sp.exp(v[i]), sp.exp(v[j])]


def _value(term: sp.Expr, count: int, numbers: list[int], picked: int) -> sp.Expr:
    """The term for a size, values and a j: sums written out one by one."""
    if isinstance(term, sp.Sum):
        ((bound, low, high),) = term.limits
        top = int(high.subs(n, count))
        terms = (term.function.subs(bound, t) for t in range(int(low), top + 1))
        return sp.Add(*(_value(t, count, numbers, picked) for t in terms))
    if isinstance(term, sp.Indexed):
        return sp.Integer(numbers[int(term.indices[0].subs(j, picked)) - 1])
    if not term.args:
        return term.subs({j: picked, n: count})
    return term.func(*(_value(t, count, numbers, picked) for t in term.args))


_leaves = st.sampled_from([v[k], v[j], delta(k, j), sp.Integer(2), sp.Integer(-1)])
_bodies = st.recursive(
    _leaves,
    lambda inner: st.builds(sp.Add, inner, inner) | st.builds(sp.Mul, inner, inner),
    max_leaves=6,
)


@given(
    body=_bodies,
    numbers=st.lists(st.integers(-3, 3), min_size=4, max_size=4),
    count=st.integers(1, 4),
    pick=st.integers(0, 3),
    split=st.booleans(),
)
def test_contraction_keeps_the_value(
    body: sp.Expr, numbers: list[int], count: int, pick: int, split: bool
) -> None:
    picked = pick % count + 1
    term = sp.Sum(body, (k, 1, n))
    found = contract(term, {j: n}, split=split)
    expected = _value(term, count, numbers, picked)
    assert sp.expand(_value(found, count, numbers, picked) - expected) == 0

"""Every rule: its documentation, its name, and its derivative against finite differences."""

from __future__ import annotations

import math

import pytest
import sympy as sp

from derive.calculus import RULES, Rule, differentiate
from derive.calculus.elementary import ELEMENTARY
from derive.calculus.rules import slope
from derive.calculus.scope import Scope
from derive.errors import UnsupportedError
from derive.terms import Context, Partial, family, index, real, size

z, c = real("z"), real("c")
n, i, j, k = size("n"), index("i"), index("j"), index("k")
v = family("v", n)
W = family("W", n, n)


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.apply.__name__)
def test_a_rule_says_its_formula_an_example_and_a_source(rule: Rule) -> None:
    for part in ("∂", "Example:", "Source:"):
        assert part in rule.documentation or (part == "∂" and "′" in rule.documentation)


def test_rule_functions_have_names_of_their_own() -> None:
    names = [r.apply.__name__ for r in RULES]
    assert len(set(names)) == len(names)


def _quotient(f: sp.Expr, at: float, step: float = 1e-5) -> float:
    above, below = (complex(f.subs(z, at + s).evalf()).real for s in (step, -step))
    return (above - below) / (2 * step)


@pytest.mark.parametrize("function", ELEMENTARY, ids=lambda f: f.__name__)
def test_elementary_rows_against_finite_differences(function: type[sp.Function]) -> None:
    at = 1.7 if function is sp.acosh else 0.4
    found = ELEMENTARY[function][1](z)
    assert complex(found.subs(z, at).evalf()).real == pytest.approx(
        _quotient(function(z), at), rel=1e-7
    )


SAMPLES = {
    "constant": sp.Integer(3) + c,
    "index rule": z,
    "power": z**5 + z**c,
    "exponent": c**z,
    "both": z**z,
    "product": z * sp.sin(z) * sp.exp(z),
    "quotient": (1 + z**2) / (2 + sp.cos(z)),
    "reciprocal": 1 / (1 + z**4),
    "chain": sp.exp(sp.sin(z**2)),
    "root": sp.sqrt(1 + z**2),
    "cases": sp.Piecewise((z**2, z > 1), (2 * z - 1, True)),
    "maximum": sp.Max(z**2, z / 2),
    "minimum": sp.Min(z**2, 3 * z),
    "modulus": sp.Abs(z**3 - 2),
    "nested": sp.log(1 + sp.exp(z)) * sp.tanh(z),
}


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("at", [0.3, 1.9])
def test_derivatives_against_finite_differences(name: str, at: float) -> None:
    values = {c: 1.5}
    found = differentiate(SAMPLES[name], z).result.subs(values).subs(z, at)
    expected = _quotient(SAMPLES[name].subs(values), at)
    assert float(found) == pytest.approx(expected, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("name", SAMPLES)
def test_all_at_once_is_the_same_as_line_by_line(name: str) -> None:
    at_once = slope(SAMPLES[name], Scope(Context(), z)).subs({c: 1.5, z: 0.3})
    lines = differentiate(SAMPLES[name], z).result.subs({c: 1.5, z: 0.3})
    assert float(at_once) == pytest.approx(float(lines))


def test_members_give_a_delta_for_each_index() -> None:
    p, q = index("p"), index("q")
    delta = sp.KroneckerDelta
    assert differentiate(W[p, q], W[i, j]).result == delta(p, i) * delta(q, j)


def test_a_product_over_k() -> None:
    found = differentiate(sp.Product(v[k], (k, 1, n)), v[j])
    assert found.result == sp.Product(v[k], (k, 1, n)) / v[j]
    assert math.isclose(float(found.result.subs(n, 1).has(Partial)), 0.0)


def test_a_term_without_a_rule_is_said_to_have_none() -> None:
    with pytest.raises(UnsupportedError, match="no rule fits"):
        slope(sp.zeta(z), Scope(Context(), z))

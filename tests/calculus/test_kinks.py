"""Kinks: where the derivative stops, what the subgradient is, and where it goes on smoothly."""

from __future__ import annotations

import pytest
import sympy as sp

from derive.calculus import differentiate
from derive.functions import Entry, catalogue
from derive.terms import Statement, real

z, alpha = real("z"), real("alpha")
half = sp.Rational(1, 2)


def test_relu_stops_at_its_kink() -> None:
    found = differentiate(sp.Max(0, z), z)
    assert found.result.args == ((1, z > 0), (0, z < 0))
    (kink,) = found.kinks
    assert (kink.at, kink.low, kink.high) == (0, 0, 1)


def test_a_jump_has_no_subgradient() -> None:
    step = sp.Piecewise((1, z >= 0), (0, True))
    (kink,) = differentiate(step, z).kinks
    assert (kink.at, kink.low, kink.high) == (0, None, None)


def test_a_value_at_one_point_is_a_jump_there() -> None:
    found = differentiate(sp.Piecewise((1, sp.Eq(z, 0)), (0, True)), z)
    assert found.kinks[0].low is None
    assert found.result.args[0][1] == sp.Ne(z, 0)


def test_a_smooth_passage_keeps_its_condition() -> None:
    smooth = sp.Piecewise((z**2 / 2, sp.Abs(z) < 1), (sp.Abs(z) - half, True))
    found = differentiate(smooth, z)
    assert found.kinks == ()
    assert found.result.args[0] == (z, sp.Abs(z) < 1)
    assert found.result.args[1][1] == sp.true


def test_a_bent_passage_does_not() -> None:
    bent = sp.Piecewise((z**2, z < 1), (z, True))
    found = differentiate(bent, z)
    assert [c for _, c in found.result.args] == [z < 1, z > 1]
    (kink,) = found.kinks
    assert (kink.at, kink.low, kink.high) == (1, 1, 2)


def test_three_cases_have_two_kinks() -> None:
    clipped = sp.Piecewise((-1, z < -1), (1, z > 1), (z, True))
    found = differentiate(clipped, z)
    assert sorted(k.at for k in found.kinks) == [-1, 1]


def test_a_modulus_says_where_it_holds() -> None:
    found = differentiate(sp.Abs(z), z)
    assert found.result == sp.sign(z)
    assert found.conditions == (Statement(z, "!=", sp.S.Zero),)
    assert found.check()


WITH_KINKS = [e for e in catalogue.values() if e.kinks and not e.sizes]


@pytest.mark.parametrize("entry", WITH_KINKS, ids=lambda e: e.name)
def test_the_catalogue_and_the_engine_agree_on_kinks(entry: Entry) -> None:
    variable = entry.kinks[0].variable
    declared = {k.at: k for k in entry.kinks if k.variable == variable}
    found = {k.at: k for k in differentiate(entry.formula, variable).kinks}
    assert found.keys() == declared.keys()
    for place, kink in found.items():
        assert (kink.low is None) == (declared[place].low is None)

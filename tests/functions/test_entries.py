"""Sweeps over the registry: every entry's facts against its own formula."""

from __future__ import annotations

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.errors import DefinitionError, UnknownNameError
from derive.functions import Entry, Kink, catalogue

ENTRIES = list(catalogue.values())
EXAMPLES = [6, pytest.param(60, marks=pytest.mark.slow)]
STEP = sp.Rational(1, 10**9)

at_points = pytest.mark.parametrize("examples", EXAMPLES)
every_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.name)


def sweep(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, derandomize=True, database=None)


def having(fact: str) -> pytest.MarkDecorator:
    entries = [e for e in ENTRIES if getattr(e, fact)]
    assert entries
    return pytest.mark.parametrize("entry", entries, ids=lambda e: e.name)


@every_entry
def test_formula_uses_its_parameters_alone(entry: Entry) -> None:
    entry.check_closed()
    assert set(entry.domains) <= set(entry.params)


@every_entry
def test_says_what_it_is(entry: Entry) -> None:
    assert entry.name.isidentifier()
    assert entry.title
    assert entry.symbol
    assert entry.sources
    assert entry.family in {"activation", "loss", "information", "likelihood"}


@every_entry
def test_application_stays_folded_and_unfolds_to_the_formula(entry: Entry) -> None:
    application = entry(*entry.params, *entry.out)
    assert application == entry.head
    assert entry.definition.unfold(*application.args) == entry.formula


@every_entry
@at_points
def test_values_are_in_the_range(entry: Entry, examples: int, points, exact) -> None:
    @sweep(examples)
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        point = data.draw(points(entry))
        low, high = (exact(end, point) for end in (entry.range.inf, entry.range.sup))
        value = exact(entry.formula, point)
        assert (low <= value) == sp.true
        assert (value <= high) == sp.true
        if isinstance(entry.range, sp.FiniteSet):
            assert value in entry.range

    check()


@having("limits")
@at_points
def test_limits(entry: Entry, examples: int, points, exact) -> None:
    @sweep(examples)
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        point = data.draw(points(entry))
        for at, limit in entry.limits.items():
            near = sp.sign(at) * 10**3 if at.is_infinite else abs(at - STEP)
            value = sp.N(exact(entry.formula, {**point, entry.params[0]: near}), 30)
            expected = exact(limit, point)
            if expected.is_infinite:
                assert value * sp.sign(expected) > 10
            else:
                assert abs(value - expected) < sp.Rational(1, 500)

    check()


@having("forms")
@at_points
def test_forms_agree_with_the_formula(entry: Entry, examples: int, points, exact) -> None:
    @sweep(examples)
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        point = data.draw(points(entry))
        value = sp.N(exact(entry.formula, point), 30)
        for form in entry.forms:
            assert abs(sp.N(exact(form, point), 30) - value) < 1e-20, form

    check()


def _slopes(entry: Entry, variable: sp.Expr, at: sp.Expr, point, exact) -> tuple:
    """The difference quotients to the left and to the right of a value of one variable."""

    def value(x: sp.Expr) -> sp.Expr:
        moved = dict(point)
        if isinstance(variable, sp.Indexed):
            indices = tuple(int(exact(i, point)) for i in variable.indices)
            moved[variable.base] = {**point[variable.base], indices: x}
        else:
            moved[variable] = x
        return exact(entry.formula, moved)

    here = value(at)
    left = sp.N((here - value(at - STEP)) / STEP, 20)
    return left, sp.N((value(at + STEP) - here) / STEP, 20)


def _free_indices(kink: Kink) -> dict:
    indices = kink.variable.indices if isinstance(kink.variable, sp.Indexed) else ()
    return {i: sp.Integer(2) for i in indices}


@having("kinks")
@at_points
def test_kinks_are_what_difference_quotients_see(
    entry: Entry, examples: int, points, exact
) -> None:
    @sweep(examples)
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        drawn = data.draw(points(entry))
        for kink in entry.kinks:
            point = drawn | _free_indices(kink)
            left, right = _slopes(entry, kink.variable, exact(kink.at, point), point, exact)
            if kink.low is None:
                assert max(abs(left), abs(right)) > 10**3
                continue
            low, high = (sp.N(exact(k, point), 20) for k in (kink.low, kink.high))
            assert abs(min(left, right) - low) < 1e-6
            assert abs(max(left, right) - high) < 1e-6
            for slope in kink.conventions.values():
                assert low <= sp.N(exact(slope, point), 20) <= high

    check()


@pytest.mark.parametrize(
    "entry",
    [e for e in ENTRIES if not e.sizes],
    ids=lambda e: e.name,
)
def test_no_kink_is_missing(entry: Entry, exact) -> None:
    """At every whole number, where the cases of these formulas meet for these parameters."""
    fixed = {"y": 1, "alpha": sp.Rational(1, 2), "delta": 2, "T": 2, "w": 3, "x": 1}
    point = {p: sp.S(fixed[str(p)]) for p in entry.params[1:]}
    declared = {exact(k.at, point) for k in entry.kinks}
    unit = entry.params[0] in entry.domains
    for at in [sp.Rational(k, 5) if unit else sp.Integer(k) for k in range(1 if unit else -4, 5)]:
        left, right = _slopes(entry, entry.params[0], at, point, exact)
        assert (abs(left - right) > 1e-6) == (at in declared), at


def test_symbols_tell_functions_apart() -> None:
    seen: dict[tuple[str, int], str] = {}
    for entry in ENTRIES:
        key = (entry.symbol, len(entry.params))
        assert seen.setdefault(key, entry.name) == entry.name


def test_aliases_lead_to_their_entries() -> None:
    for alias, name in catalogue.aliases.items():
        assert catalogue[alias].name == name
        assert alias not in list(catalogue)
    assert catalogue["mse"].name == "squared_error_mean"


def test_every_loss_of_a_sample_has_its_reductions() -> None:
    for base in (
        "squared_error",
        "half_squared_error",
        "absolute_error",
        "smooth_l1",
        "nll",
        "binary_cross_entropy",
        "categorical_cross_entropy",
        "softmax_cross_entropy",
        "sigmoid_cross_entropy",
    ):
        for kind in ("sum", "mean", "weighted_mean"):
            assert f"{base}_{kind}" in catalogue


@pytest.mark.parametrize(
    "entry", [e for e in ENTRIES if e.name.endswith("_weighted_mean")], ids=lambda e: e.name
)
@at_points
def test_equal_weights_weigh_nothing(entry: Entry, examples: int, points, exact) -> None:
    """The weighted mean with equal weights is the mean (for targets that sum to 1)."""
    mean = catalogue[entry.name.replace("_weighted_mean", "_mean")]
    weights = entry.params[-1]

    @sweep(examples)
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        point = data.draw(points(entry))
        point[weights] = {at: sp.Rational(7, 3) for at in point[weights]}
        difference = sp.N(exact(entry.formula, point) - exact(mean.formula, point), 30)
        assert abs(difference) < 1e-20

    check()


def test_an_unknown_name_is_met_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"no 'sigmod'; did you mean sigmoid"):
        catalogue["sigmod"]


def test_a_wrong_number_of_arguments_is_named() -> None:
    with pytest.raises(DefinitionError, match=r"sigmoid\(z\): takes 1 argument\(s\), found 2"):
        catalogue["sigmoid"](1, 2)

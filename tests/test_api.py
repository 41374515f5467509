"""The public face in Python: names, derivations, NumPy functions, and what they refuse."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
import sympy as sp

import derive as dv
from derive.errors import DefinitionError, ReadError, UnknownNameError
from derive.functions import catalogue

z = dv.real("z")
PUBLIC = ("verify", "verify_many", "differentiate", "numpy_function", "catalogue", "prove", "Claim")
GAUSS = "f(z) = z e^{-z^2}"
TEMPERATURE = r"a_j = \frac{e^{z_j / T}}{\sum_k e^{z_k / T}}"


def test_the_example_of_the_contract() -> None:
    d = dv.differentiate(dv.sigmoid(z), z)
    assert d.result == dv.sigmoid(z) * (1 - dv.sigmoid(z))
    assert dv.sigmoid(z).func.__name__ == "sigmoid"
    assert d.check()
    assert all(text.strip() for text in (d.latex(), d.markdown(), d.text(), d.html()))
    f = dv.numpy_function(d.result)
    assert f(np.array([0.0, 1000.0, -1000.0])) == pytest.approx([0.25, 0.0, 0.0])
    assert f.source.startswith('"""')


def test_the_catalogue_is_public() -> None:
    assert dv.catalogue["softmax_cross_entropy"].name == "softmax_cross_entropy"
    with pytest.raises(UnknownNameError, match="did you mean softmax"):
        dv.catalogue["softmx"]


def test_public_names_are_what_they_are_to_users() -> None:
    """Packages of the same name come in between as soon as something imports them."""
    assert not any(isinstance(getattr(dv, name), ModuleType) for name in PUBLIC)


def test_every_public_name_is_there() -> None:
    for name in dir(dv):
        assert getattr(dv, name) is not None, name
    assert set(PUBLIC) <= set(dir(dv))
    assert set(catalogue) <= set(dir(dv))


@pytest.mark.parametrize("name", ["sigmod", "_hidden", "eval"])
def test_an_attribute_that_is_not_there(name: str) -> None:
    with pytest.raises(AttributeError, match=f"module 'derive' has no attribute '{name}'"):
        getattr(dv, name)


@pytest.mark.parametrize(
    ("given", "name", "claim"),
    [
        (GAUSS, "f", "(1 - 2 z^2) e^{-z^2}"),
        (r"g(z) = \ln(1 + z^2)", "g", r"\frac{2 z}{1 + z^2}"),
        (r"h(z) = \sigma(3 z + 1)", "h", r"3 \sigma(3 z + 1)(1 - \sigma(3 z + 1))"),
    ],
)
def test_a_callers_function_derived_proved_printed_and_run(
    given: str, name: str, claim: str
) -> None:
    derivation = dv.show(name, [given])
    assert derivation.check()
    assert dv.verify(f"{name}'(z) = {claim}", given=[given]).status == "proved"
    f = dv.numpy_function(name, given=[given], grad=True)
    at = np.linspace(-2, 2, 9)
    value, slope = f.value_and_grad(at)
    assert value == pytest.approx(f(at))
    assert slope == pytest.approx((f(at + 1e-6) - f(at - 1e-6)) / 2e-6, abs=1e-6)
    assert dv.numpy_function(derivation)(at) == pytest.approx(slope)


def test_what_a_derivation_derived_can_be_verified_and_read_back() -> None:
    derivation = dv.show("a", [TEMPERATURE], wrt="z")
    assert derivation.check()
    a, n, j, k = dv.family("a", dv.size("n")), dv.size("n"), dv.index("j"), dv.index("k")
    temperature = next(s for s in derivation.result.free_symbols if str(s) == "T")
    wanted = a[j] * (sp.KroneckerDelta(j, k) - a[k]) / temperature
    assert sp.simplify(derivation.result - wanted) == 0
    assert n in derivation.result.atoms(sp.Symbol)


def test_definitions_as_latex_and_as_terms_give_the_same() -> None:
    f = dv.Definition.of(dv.real("L"), z**3)
    by_term = dv.differentiate(dv.real("L"), z, given=[f])
    by_latex = dv.differentiate(dv.real("L"), z, given=["L = z^3"])
    assert by_term.result == by_latex.result == 3 * z**2


def test_arguments_in_the_order_that_is_asked_for() -> None:
    x, y = dv.real("x"), dv.real("y")
    assert dv.numpy_function(x - 2 * y, args=[y, x])(1.0, 5.0) == pytest.approx(3.0)
    assert dv.numpy_function(x - 2 * y, args=["x", "y"])(1.0, 5.0) == pytest.approx(-9.0)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_derivatives_of_each_order(order: int) -> None:
    derivation = dv.show("f", ["f(x) = x^5"], order=order)
    x = dv.real("x")
    assert sp.expand(derivation.result - sp.diff(x**5, x, order)) == 0


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (lambda: dv.show("sigmod"), UnknownNameError, "did you mean sigmoid"),
        (lambda: dv.show("sigmoid", wrt="w"), UnknownNameError, "variables of sigmoid: no 'w'"),
        (lambda: dv.numpy_function("soft_max"), UnknownNameError, "did you mean softmax"),
        (lambda: dv.show("f", ["f(x) ="]), ReadError, "line 1, column 7: found the end"),
        (lambda: dv.show("f", ["f(x) = f(x) + 1"]), dv.DeriveError, "f"),
        (lambda: dv.show("c", ["c = 3"]), DefinitionError, "no variable to differentiate by"),
        (lambda: dv.show("a", ["a = b", "b = a"]), DefinitionError, "defined through itself"),
    ],
)
def test_what_the_public_functions_refuse(wrong, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        wrong()

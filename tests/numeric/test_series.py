"""Taylor polynomials where a term is a difference of nearby values around 0."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import sympy as sp

import derive as dv
from derive.functions import catalogue
from derive.numeric import check_compiled, compile_entry, compile_expression
from derive.numeric.series import near_zero
from derive.terms import family, index, real, size

x, y = real("x"), real("y")
n, k = size("n"), index("k")
z = family("z", n)


@pytest.mark.parametrize(
    ("term", "at_zero"),
    [
        (sp.exp(x) - 1 - x, 0.0),
        (sp.log(1 + x) - x, 0.0),
        (x - sp.sin(x), 0.0),
        (1 / (sp.exp(x) - 1) - 1 / x, -0.5),
        (1 / sp.tanh(x) - 1 / x, 0.0),
        (sp.cos(x) / x - sp.sin(x) / x**2, 0.0),
        ((x - sp.tanh(x)) / x**3, 1 / 3),
    ],
    ids=str,
)
def test_what_cancels_at_zero_keeps_its_digits(term, at_zero):
    f = compile_expression(term)
    report = check_compiled(f, points=150)
    assert report.ok, str(report)
    for number in (1e-300, 1e-9, 1e-3, 0.04, 0.3, -0.2):
        exact = check_at(term, number)
        assert abs(f(number) - exact) <= 8 * np.spacing(abs(exact)), number
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert f(0.0) == pytest.approx(at_zero, rel=1e-15)
    assert np.isnan(f(np.nan))


def check_at(term, number):
    """The value in four hundred digits."""
    return float(term.subs(x, sp.Rational(number)).evalf(400))


def test_under_a_sum_and_beside_other_variables():
    loss = sp.Sum(y * (sp.exp(z[k]) - 1 - z[k]), (k, 1, n))
    found = compile_expression(loss, [z, y])(np.array([1e-9, -1e-9]), 2.0)
    np.testing.assert_allclose(found, 2e-18, rtol=1e-15)


def test_gradients_of_removable_singularities():
    for term in (sp.sin(x) / x, (sp.exp(x) - 1) / x, sp.log(1 + x) / x):
        gradient = dv.numpy_function(term, grad=True).value_and_grad(np.array([0.0, 1e-9]))[1]
        slope = float(sp.series(term, x, 0, 3).removeO().coeff(x, 1))
        np.testing.assert_allclose(gradient, slope, atol=2e-9)


@pytest.mark.parametrize(
    "term",
    [1 + x, x - x**3, sp.exp(x) + 1, 1 / x + 1, sp.exp(x) - y, x + sp.I, sp.Abs(x) - x],
    ids=str,
)
def test_what_does_not_cancel_stays(term):
    assert near_zero(term) == term


@pytest.mark.parametrize("name", ["sigmoid", "gelu", "mish", "softmax_cross_entropy", "huber"])
def test_the_catalogue_needs_none(name):
    assert "Taylor" not in compile_entry(catalogue[name]).source

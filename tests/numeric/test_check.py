"""check_numeric, and the accuracy of the catalogue in units in the last place."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import derive as dv
from derive.errors import DefinitionError
from derive.functions import catalogue
from derive.terms import real

x = real("x")
# Always in the default run; the others are swept by `make accuracy`.
SAMPLE = ("sigmoid", "tanh", "relu", "softplus", "log_sigmoid", "softsign", "gelu", "squared_error")


@pytest.mark.parametrize("name", SAMPLE)
def test_the_sample_is_within_a_few_units(name):
    report = dv.check_numeric(name, points=80)
    assert report.ok, str(report)


@pytest.mark.slow
@pytest.mark.parametrize("name", list(catalogue))
def test_every_entry_is_within_a_few_units(name):
    report = dv.check_numeric(name, points=400)
    assert report.ok, str(report)


def test_a_wrong_gradient_is_found_with_its_worst_point():
    report = dv.check_numeric(np.tanh, lambda a: 1 - np.tanh(a))
    assert not report
    assert "FAIL claimed gradient against the complex step" in str(report)
    assert "at x = " in str(report)


def test_a_right_gradient_passes_by_either_method():
    assert dv.check_numeric(np.tanh, lambda a: 1 - np.tanh(a) ** 2)
    report = dv.check_numeric(lambda a: np.sum(np.abs(a)), np.sign, like=[np.zeros(3)])
    assert report.ok, str(report)
    assert "central differences" in str(report)


def test_an_expression_and_a_derivation_are_checked():
    assert dv.check_numeric(sp.exp(-x) / (1 + sp.exp(-x)), points=60)
    assert dv.check_numeric(dv.differentiate(dv.sigmoid(x), x), points=60)


def test_a_function_needs_the_gradient_that_is_claimed():
    with pytest.raises(DefinitionError, match="claimed"):
        dv.check_numeric(np.tanh)


def test_autograd_is_asked_where_it_is_installed():
    pytest.importorskip("torch")
    report = dv.check_numeric(lambda a: a * a * a, lambda a: 3 * a * a, like=[np.zeros(2)])
    assert report.ok, str(report)
    assert "against PyTorch's autograd" in str(report)
    assert not dv.check_numeric(lambda a: a * a, lambda a: a)

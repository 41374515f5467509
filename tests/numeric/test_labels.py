"""Targets by class number: the same values as one-hot ones, without the zeros."""

from __future__ import annotations

import numpy as np
import pytest

import derive as dv
from derive.cli import run
from derive.errors import UnknownNameError, UnsupportedError
from derive.functions import catalogue
from derive.terms import shape_of

rng = np.random.default_rng(3)
# Whatever has a family y that multiplies a logarithm or a score, sums and means of it too.
ENTRIES = [
    e.name
    for e in catalogue.values()
    if e.name.partition("_")[0] in ("softmax", "categorical", "class", "nll")
    and any(str(p) == "y" and shape_of(p) for p in e.params)
]


def arguments(name, batch=()):
    """Arguments with a one-hot y, and with the numbers of its classes."""
    lengths, hot, numbers = {"n": 4, "m": 5}, [], []
    for p in catalogue[name].params:
        shape = (*batch, *(lengths[str(s)] for s in shape_of(p)))
        if str(p) == "y":
            numbers.append(rng.integers(0, 5, shape[:-1]))
            hot.append(np.eye(5)[numbers[-1]])
        else:
            hot.append(rng.uniform(0.1, 0.9, shape))
            numbers.append(hot[-1])
    return hot, numbers


@pytest.mark.parametrize("batch", [(), (3,)])
@pytest.mark.parametrize("name", ENTRIES)
def test_numbers_of_classes_mean_their_one_hot_family(name, batch):
    hot, numbers = arguments(name, batch)
    wanted = dv.numpy_function(name, grad=True).value_and_grad(*hot)
    found = dv.numpy_function(name, grad=True, labels="y").value_and_grad(*numbers)
    for ours, theirs in zip(found, wanted, strict=True):
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, rtol=1e-13, atol=1e-15)


def test_there_are_entries_to_test():
    assert len(ENTRIES) >= 12


def test_single_precision_stays_and_a_million_classes_fit():
    f = dv.numpy_function("softmax_cross_entropy", grad=True, labels="y")
    z = rng.normal(size=(2, 1_000_000)).astype(np.float32)
    value, slope = f.value_and_grad(z, np.array([0, 999_999]))
    assert value.dtype == slope.dtype == np.float32
    np.testing.assert_allclose(slope.sum(axis=-1), 0, atol=1e-3)


def test_what_is_no_class_is_refused():
    f = dv.numpy_function("softmax_cross_entropy", labels="y")
    z = np.zeros((2, 3))
    with pytest.raises(TypeError, match="y has dtype float64; class numbers are integers"):
        f(z, np.array([0.0, 1.0]))
    for wrong in (-1, 3):
        with pytest.raises(ValueError, match="y has a class below 0 or beyond 2"):
            f(z, np.array([0, wrong]))


def test_a_name_that_is_none_is_refused():
    with pytest.raises(UnknownNameError, match="labels: no 'w'"):
        dv.numpy_function("softmax_cross_entropy", labels="w")
    with pytest.raises(UnsupportedError, match="for NumPy alone"):
        dv.numpy_function("softmax_cross_entropy", labels="y", target="torch")


def test_the_command_takes_labels(capsys):
    assert run(["numpy", "softmax_cross_entropy", "--labels", "y"]) == 0
    assert "class numbers from 0" in capsys.readouterr().out

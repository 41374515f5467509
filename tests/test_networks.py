"""Networks compiled from their derivations: all gradients at once against autograd."""

from __future__ import annotations

import autograd.numpy as np
import numpy
import pytest
from autograd import grad

import derive as dv
from bench.networks import loss, perceptron
from derive.calculus import Network, backward
from derive.errors import UnknownNameError
from derive.numeric import compile_expression

LAYER = [
    r"z_i = \sum_{j=1}^n W_{ij} x_j + b_i",
    r"a_i = \sigma(z_i)",
    r"L = \frac12 \sum_i (a_i - y_i)^2",
]


@pytest.mark.parametrize("sizes", [(3, 5, 2), (2, 2, 4, 3)])
def test_compiled_gradients_agree_with_autograd(sizes: tuple[int, ...]) -> None:
    rng = np.random.default_rng(len(sizes))
    context, parameters = perceptron(len(sizes) - 1, "tanh")
    found = backward(context, loss, *parameters)
    arguments = Network(context, loss).parameters
    arrays = {"x": rng.normal(size=sizes[0]), "y": rng.normal(size=sizes[-1])}
    for position, p in enumerate(parameters):
        layer = position // 2 + 1
        arrays[str(p)] = rng.normal(size=(sizes[layer], sizes[layer - 1])[: len(p.shape)])

    def value(given: dict) -> float:
        state = given["x"]
        for weight, bias in zip(parameters[::2], parameters[1::2], strict=True):
            state = np.tanh(np.dot(given[str(weight)], state) + given[str(bias)])
        return np.sum((state - given["y"]) ** 2) / 2

    expected = grad(value)(arrays)
    for p in parameters:
        function = compile_expression(found[p], arguments, context=found.context)
        ours = function(*(arrays[str(a)] for a in arguments))
        numpy.testing.assert_allclose(ours, expected[str(p)], rtol=1e-10)


def test_a_model_in_latex() -> None:
    found = dv.model(LAYER).gradients("L", ["W", "b", "x"])
    assert found.check()
    printed = found.latex()
    assert r"\delta_i = \frac{\partial L}{\partial z_i}" in printed
    assert r"\frac{\partial L}{\partial W_{ij}}" in printed
    assert "δ_i = ∂L/∂z_i" in found.text()
    assert r"\frac{\partial L}{\partial W} = \delta x^\top" in [
        f.latex for f in dv.matrix_forms(found)
    ]


def test_every_parameter_by_default() -> None:
    found = dv.model(LAYER).gradients("L")
    assert sorted(str(v) for v in found.gradients) == ["W", "b", "x", "y"]


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(UnknownNameError, match="model: no 'V'"):
        dv.model(LAYER).gradients("L", "V")


def test_show_goes_backwards_through_a_value() -> None:
    printed = dv.show("L", LAYER, "W").text()
    assert "∂L/∂W_ij" in printed
    assert "put in the derivatives above" in printed

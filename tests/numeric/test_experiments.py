"""Small experiments with known outcomes, run with generated functions only."""

from __future__ import annotations

import numpy as np
import pytest

import derive as dv
from examples import descent


def test_steps_of_the_descents():
    found = {name: len(values) - 1 for name, values in descent.curves().items()}
    assert found == {
        "sigmoid from 0.9 to 0.5": 67,
        "ReLU from 0.9 to 0.5": 2,
        "loss below 0.001, squared error": 287,
        "loss below 0.001, cross-entropy": 67,
    }


def test_the_plot_shows_every_curve():
    text = descent.svg({"one": [1.0, 0.5], "two": [0.9, 0.4, 0.1]})
    assert text.count("<polyline") == 2
    assert "two: 2 steps" in text


def test_softmax_of_three_logits():
    found = dv.numpy_function("softmax")([3.0, 1.0, -3.0])
    np.testing.assert_allclose(found, [0.88, 0.12, 0.0], atol=5e-3)


def labels(classes, count):
    return np.eye(count)[classes]


def sigmoid(z):
    return dv.numpy_function("sigmoid")(z)


def flat(rows):
    return np.ravel(rows)


# What PyTorch printed for these inputs, to four digits.
PRINTED = [
    ("softmax_cross_entropy_mean", [[2, 3, 1], [3, 7, 9]], labels([1, 2], 3), 0.2684),
    (
        "softmax_cross_entropy_mean",
        [[1.4746, 0.7613, -0.5468], [1.1310, 0.2323, 0.5530]],
        labels([0, 1], 3),
        1.0299,
    ),
    ("sigmoid_cross_entropy_mean", [-0.4477, 1.1807, 0.9555], [0.0, 0.0, 1.0], 0.7560),
    (
        "absolute_error_mean",
        flat([[0.7813, 2.5570, 0.2680], [1.8305, 1.4230, 0.6720]]),
        flat([[-0.6951, -0.0510, 0.8427], [-1.0945, -1.2718, -0.8232]]),
        1.9624,
    ),
    (
        "squared_error_mean",
        flat([[0.3067, -0.0677, -1.5623], [-0.3898, -0.1272, -1.0483]]),
        flat([[-0.7882, 1.1236, -1.2984], [0.0710, -2.2593, 1.3296]]),
        2.1834,
    ),
]


@pytest.mark.parametrize(("name", "prediction", "target", "printed"), PRINTED)
def test_losses_that_a_framework_printed(name, prediction, target, printed):
    assert dv.numpy_function(name)(prediction, target) == pytest.approx(printed, abs=1e-4)


def test_the_loss_of_probabilities_is_that_of_logits():
    loss = dv.numpy_function("binary_cross_entropy_mean")
    found = loss(sigmoid([-0.4477, 1.1807, 0.9555]), [0.0, 0.0, 1.0])
    assert found == pytest.approx(0.7560, abs=1e-4)

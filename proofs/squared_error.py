"""Squared error: through a sigmoid unit, and its mean over n samples."""

import sympy as sp

from derive.functions import catalogue
from derive.terms import At, Definition, Partial, Statement, family, index, real, size
from derive.verdicts.theorem import Theorem, library

sigmoid, half = catalogue["sigmoid"], catalogue["half_squared_error"]
n = size("n")
i, j = index("i"), index("j")
a, b, t, w, x, y, z, L = (real(name) for name in "abtwxyzL")
slope = At(Partial(sigmoid(t), t), t, z)

unit = library().define(
    Definition.of(z, w * x + b), Definition.of(a, sigmoid(z)), Definition.of(L, half(a, y))
)

weight_derivative = Theorem(
    "squared_error_sigmoid_weight",
    "∂L/∂w = (a − y) σ′(z) x",
    Statement(Partial(L, w), "=", (a - y) * slope * x),
    unit,
    entries=("half_squared_error", "sigmoid"),
)

bias_derivative = Theorem(
    "squared_error_sigmoid_bias",
    "∂L/∂b = (a − y) σ′(z)",
    Statement(Partial(L, b), "=", (a - y) * slope),
    unit,
    entries=("half_squared_error", "sigmoid"),
)

weight_derivative_closed = Theorem(
    "squared_error_sigmoid_weight_closed",
    "∂L/∂w = (a − y) a (1 − a) x",
    Statement(Partial(L, w), "=", (a - y) * a * (1 - a) * x),
    unit,
    entries=("half_squared_error", "sigmoid"),
)

A, X, Y = (family(name, n) for name in "axy")
mean = catalogue["squared_error_mean"]

mean_gradient = Theorem(
    "mean_squared_error_gradient",
    "∂MSE/∂a_j = (2/n)(a_j − y_j)",
    Statement(Partial(mean(A, Y), A[j]), "=", 2 * (A[j] - Y[j]) / n),
    entries=("squared_error_mean",),
)

line = library().define(Definition.of(A[i], w * X[i] + b))

regression_weight = Theorem(
    "linear_regression_weight",
    "for a_i = w x_i + b, ∂MSE/∂w = (2/n) Σ_i (a_i − y_i) x_i",
    Statement(Partial(mean(A, Y), w), "=", 2 * sp.Sum((A[i] - Y[i]) * X[i], (i, 1, n)) / n),
    line,
    entries=("squared_error_mean",),
)

regression_bias = Theorem(
    "linear_regression_bias",
    "for a_i = w x_i + b, ∂MSE/∂b = (2/n) Σ_i (a_i − y_i)",
    Statement(Partial(mean(A, Y), b), "=", 2 * sp.Sum(A[i] - Y[i], (i, 1, n)) / n),
    line,
    entries=("squared_error_mean",),
)

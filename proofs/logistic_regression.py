"""Binary cross-entropy of a sigmoid: a − y, for one sample and for the mean over n."""

import sympy as sp

from derive.functions import catalogue
from derive.terms import Definition, Domain, Partial, Statement, family, index, real, size
from derive.verdicts.theorem import Theorem, declared, library

sigmoid, bce = catalogue["sigmoid"], catalogue["binary_cross_entropy"]
mean_bce = catalogue["binary_cross_entropy_mean"]
n, d = size("n"), size("d")
i, j, k = index("i"), index("j"), index("k")
a, b, w, y, z, C = (real(name) for name in "abwyzC")

prediction_derivative = Theorem(
    "binary_cross_entropy_derivative",
    "∂L/∂a = (a − y)/(a(1 − a))",
    Statement(Partial(bce(a, y), a), "=", (a - y) / (a * (1 - a))),
    declared({a: Domain.UNIT}),
    entries=("binary_cross_entropy",),
)

logit_derivative = Theorem(
    "sigmoid_cross_entropy_derivative",
    "∂L/∂z = a − y for a = σ(z)",
    Statement(Partial(bce(a, y), z), "=", a - y),
    library().define(Definition.of(a, sigmoid(z))),
    entries=("binary_cross_entropy", "sigmoid"),
)

entry_derivative = Theorem(
    "sigmoid_cross_entropy_entry_derivative",
    "the catalogue's loss on a logit has the derivative σ(z) − y",
    Statement(Partial(catalogue["sigmoid_cross_entropy"](z, y), z), "=", sigmoid(z) - y),
    entries=("sigmoid_cross_entropy", "sigmoid"),
)

A, X, Y, Z = (family(name, n) for name in "axyz")
line = library().define(
    Definition.of(Z[i], w * X[i] + b),
    Definition.of(A[i], sigmoid(Z[i])),
    Definition.of(C, mean_bce(A, Y)),
)

weight_gradient = Theorem(
    "logistic_regression_weight",
    "∂C/∂w = (1/n) Σ_i (a_i − y_i) x_i",
    Statement(Partial(C, w), "=", sp.Sum((A[i] - Y[i]) * X[i], (i, 1, n)) / n),
    line,
    entries=("binary_cross_entropy_mean", "sigmoid"),
)

bias_gradient = Theorem(
    "logistic_regression_bias",
    "∂C/∂b = (1/n) Σ_i (a_i − y_i)",
    Statement(Partial(C, b), "=", sp.Sum(A[i] - Y[i], (i, 1, n)) / n),
    line,
    entries=("binary_cross_entropy_mean", "sigmoid"),
)

features, weights = family("x", n, d), family("w", d)
plane = library().define(
    Definition.of(Z[i], sp.Sum(weights[k] * features[i, k], (k, 1, d)) + b),
    Definition.of(A[i], sigmoid(Z[i])),
    Definition.of(C, mean_bce(A, Y)),
)

weights_gradient = Theorem(
    "logistic_regression_weights",
    "with d features, ∂C/∂w_j = (1/n) Σ_i (a_i − y_i) x_ij",
    Statement(Partial(C, weights[j]), "=", sp.Sum((A[i] - Y[i]) * features[i, j], (i, 1, n)) / n),
    plane,
    entries=("binary_cross_entropy_mean", "sigmoid"),
)

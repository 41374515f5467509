"""Rectifiers: derivatives on either side of 0, and none at 0 (see kinks.py)."""

import sympy as sp

from derive.functions import catalogue
from derive.terms import Domain, Partial, Statement, real
from derive.verdicts.theorem import Theorem, declared

relu, leaky_relu = catalogue["relu"], catalogue["leaky_relu"]
z, alpha = real("z"), real("alpha")

relu_derivative = Theorem(
    "relu_derivative",
    "ReLU′ is 1 to the right of 0, 0 to the left, and undefined at 0",
    Statement(Partial(relu(z), z), "=", sp.Piecewise((1, z > 0), (0, z < 0))),
    entries=("relu",),
)

leaky_relu_derivative = Theorem(
    "leaky_relu_derivative",
    "LeakyReLU′ is 1 to the right of 0, α to the left, and undefined at 0",
    Statement(Partial(leaky_relu(z, alpha), z), "=", sp.Piecewise((1, z > 0), (alpha, z < 0))),
    declared({alpha: Domain.UNIT}),
    entries=("leaky_relu",),
)

leaky_relu_slope = Theorem(
    "leaky_relu_slope_derivative",
    "the derivative in the slope α is min(z, 0)",
    Statement(Partial(leaky_relu(z, alpha), alpha), "=", sp.Min(z, 0)),
    declared({alpha: Domain.UNIT}),
    entries=("leaky_relu",),
)

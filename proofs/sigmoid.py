"""The logistic sigmoid: its derivative, its symmetry, its inverse."""

import sympy as sp

from derive.functions import catalogue
from derive.terms import Domain, Partial, Statement, real
from derive.verdicts.theorem import Theorem, declared

sigmoid = catalogue["sigmoid"]
z, p = real("z"), real("p")
s = sigmoid(z)

derivative = Theorem(
    "sigmoid_derivative",
    "σ′ = σ(1 − σ)",
    Statement(Partial(s, z), "=", s * (1 - s)),
    entries=("sigmoid",),
)

second_derivative = Theorem(
    "sigmoid_second_derivative",
    "σ″ = σ(1 − σ)(1 − 2σ)",
    Statement(Partial(s, z, z), "=", s * (1 - s) * (1 - 2 * s)),
    entries=("sigmoid",),
)

reflection = Theorem(
    "sigmoid_reflection",
    "σ(−z) = 1 − σ(z)",
    Statement(sigmoid(-z), "=", 1 - s),
    entries=("sigmoid",),
)

logit_of_sigmoid = Theorem(
    "logit_of_sigmoid",
    "the logit undoes the sigmoid: ln(σ/(1 − σ)) = z",
    Statement(sp.log(s / (1 - s)), "=", z),
    entries=("sigmoid",),
)

sigmoid_of_logit = Theorem(
    "sigmoid_of_logit",
    "the sigmoid undoes the logit: σ(ln(p/(1 − p))) = p",
    Statement(sigmoid(sp.log(p / (1 - p))), "=", p),
    declared({p: Domain.UNIT}),
    entries=("sigmoid",),
)

softplus_derivative = Theorem(
    "softplus_derivative",
    "softplus′ = σ",
    Statement(Partial(catalogue["softplus"](z), z), "=", s),
    entries=("softplus", "sigmoid"),
)

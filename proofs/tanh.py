"""The hyperbolic tangent: a sigmoid in other units, and its derivative."""

from derive.functions import catalogue
from derive.terms import Partial, Statement, real
from derive.verdicts.theorem import Theorem

sigmoid, tanh = catalogue["sigmoid"], catalogue["tanh"]
z = real("z")
t = tanh(z)

through_sigmoid = Theorem(
    "tanh_through_sigmoid",
    "tanh(z) = 2σ(2z) − 1",
    Statement(t, "=", 2 * sigmoid(2 * z) - 1),
    entries=("tanh", "sigmoid"),
)

derivative = Theorem(
    "tanh_derivative",
    "tanh′ = 1 − tanh²",
    Statement(Partial(t, z), "=", 1 - t**2),
    entries=("tanh",),
)

derivative_factored = Theorem(
    "tanh_derivative_factored",
    "tanh′ = (1 + tanh)(1 − tanh)",
    Statement(Partial(t, z), "=", (1 + t) * (1 - t)),
    entries=("tanh",),
)

odd = Theorem(
    "tanh_odd",
    "tanh(−z) = −tanh(z)",
    Statement(tanh(-z), "=", -t),
    entries=("tanh",),
)

"""Absolute error, smooth L1, Huber, hinge and perceptron: derivatives case by case."""

import sympy as sp

from derive.functions import catalogue
from derive.terms import Domain, Partial, Statement, real
from derive.verdicts.theorem import Theorem, declared, library

a, y, f, delta = real("a"), real("y"), real("f"), real("delta")
signed = declared({y: Domain.SIGN})

absolute_derivative = Theorem(
    "absolute_error_derivative",
    "|a − y| has the slope sign(a − y) for a ≠ y",
    Statement(Partial(catalogue["absolute_error"](a, y), a), "=", sp.sign(a - y)),
    library().assume(Statement(a, "!=", y), r"a \neq y"),
    entries=("absolute_error",),
)

smooth_l1_derivative = Theorem(
    "smooth_l1_derivative",
    "smooth L1 has slope a − y within distance 1, and ±1 beyond",
    Statement(
        Partial(catalogue["smooth_l1"](a, y), a),
        "=",
        sp.Piecewise((a - y, sp.Abs(a - y) < 1), (sp.sign(a - y), True)),
    ),
    entries=("smooth_l1",),
)

huber_derivative = Theorem(
    "huber_derivative",
    "the Huber loss has slope a − y within distance δ, and ±δ beyond",
    Statement(
        Partial(catalogue["huber"](a, y, delta), a),
        "=",
        sp.Piecewise((a - y, sp.Abs(a - y) <= delta), (delta * sp.sign(a - y), True)),
    ),
    declared({delta: Domain.POSITIVE}),
    entries=("huber",),
)

hinge_derivative = Theorem(
    "hinge_derivative",
    "the hinge loss has slope −y inside the margin, 0 beyond, and none at y f = 1",
    Statement(
        Partial(catalogue["hinge"](f, y), f),
        "=",
        sp.Piecewise((-y, y * f < 1), (0, y * f > 1)),
    ),
    signed,
    entries=("hinge",),
)

perceptron_derivative = Theorem(
    "perceptron_derivative",
    "the perceptron loss has slope −y where y f < 0, 0 where y f > 0, and none at f = 0",
    Statement(
        Partial(catalogue["perceptron"](f, y), f),
        "=",
        sp.Piecewise((-y, y * f < 0), (0, y * f > 0)),
    ),
    signed,
    entries=("perceptron",),
)

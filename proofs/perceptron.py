"""A two-layer perceptron: the recursion of the error terms, for any activation and for several."""

from collections.abc import Callable

import sympy as sp

from derive.functions import catalogue
from derive.terms import (
    At,
    Context,
    Definition,
    Partial,
    Statement,
    family,
    index,
    named_function,
    real,
    size,
    sum_of,
)
from derive.verdicts.theorem import Theorem, library

ACTIVATIONS = ("sigmoid", "tanh", "softplus", "silu", "gelu")

n, h, p = size("n"), size("h"), size("p")
i, j, k = index("i"), index("j"), index("k")
L, t = real("L"), real("t")
x = family("x", n)
W_1, b_1, z_1, a_1 = (
    family("W^[1]", h, n),
    family("b^[1]", h),
    family("z^[1]", h),
    family("a^[1]", h),
)
W_2, b_2, z_2 = family("W^[2]", p, h), family("b^[2]", p), family("z^[2]", p)


Activation = Callable[[sp.Expr], sp.Expr]


def perceptron(activation: Activation) -> Context:
    """Both layers, with a loss that depends on z^{[2]} in any way."""
    return (
        library()
        .define(
            Definition.of(z_1[i], sum_of(W_1[i, j] * x[j], (j, 1, n)) + b_1[i]),
            Definition.of(a_1[i], activation(z_1[i])),
            Definition.of(z_2[i], sum_of(W_2[i, j] * a_1[j], (j, 1, h)) + b_2[i]),
        )
        .depends(L, z_2)
    )


def theorems(name: str, title: str, activation: Activation) -> tuple[Theorem, ...]:
    """δ^{[1]} = (W^{[2]ᵀ} δ^{[2]}) ⊙ f′(z^{[1]}), and the gradients of the first layer."""
    context = perceptron(activation)
    slope = At(Partial(activation(t), t), t, z_1[i])
    error = sum_of(W_2[k, i] * Partial(L, z_2[k]), (k, 1, p)) * slope
    entries = (name,) if name in catalogue else ()
    parts = (
        ("error", "δ^[1] = (W^[2]ᵀ δ^[2]) ⊙ f′(z^[1])", z_1[i], error),
        ("weight", "∂L/∂W^[1] = δ^[1] xᵀ", W_1[i, j], error * x[j]),
        ("bias", "∂L/∂b^[1] = δ^[1]", b_1[i], error),
        ("input", "∂L/∂x = W^[1]ᵀ δ^[1]", x[j], sum_of(W_1[i, j] * error, (i, 1, h))),
    )
    return tuple(
        Theorem(
            f"perceptron_{name}_{part}",
            f"{title}: {says}",
            Statement(Partial(L, variable), "=", right),
            context,
            entries,
        )
        for part, says, variable, right in parts
    )


ANY = theorems("any", "any differentiable f", named_function("f"))
PERCEPTRONS = tuple(
    t for name in ACTIVATIONS for t in theorems(name, catalogue[name].title, catalogue[name])[:3]
)

output_weight = Theorem(
    "perceptron_output_weight",
    "∂L/∂W^[2] = δ^[2] a^[1]ᵀ",
    Statement(Partial(L, W_2[i, j]), "=", Partial(L, z_2[i]) * a_1[j]),
    perceptron(catalogue["tanh"]),
    entries=("tanh",),
)

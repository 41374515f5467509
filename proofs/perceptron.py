"""A two-layer perceptron: the recursion of the error terms, for several activations."""

from derive.functions import Entry, catalogue
from derive.terms import (
    At,
    Context,
    Definition,
    Partial,
    Statement,
    family,
    index,
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


def perceptron(activation: Entry) -> Context:
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


def theorems(activation: Entry) -> tuple[Theorem, ...]:
    """δ^{[1]} = (W^{[2]ᵀ} δ^{[2]}) ⊙ f′(z^{[1]}), and the gradients of the first layer."""
    context = perceptron(activation)
    slope = At(Partial(activation(t), t), t, z_1[i])
    error = sum_of(W_2[k, i] * Partial(L, z_2[k]), (k, 1, p)) * slope
    return (
        Theorem(
            f"perceptron_{activation.name}_error",
            f"{activation.title}: δ^[1] = (W^[2]ᵀ δ^[2]) ⊙ f′(z^[1])",
            Statement(Partial(L, z_1[i]), "=", error),
            context,
            entries=(activation.name,),
        ),
        Theorem(
            f"perceptron_{activation.name}_weight",
            f"{activation.title}: ∂L/∂W^[1] = δ^[1] xᵀ",
            Statement(Partial(L, W_1[i, j]), "=", error * x[j]),
            context,
            entries=(activation.name,),
        ),
        Theorem(
            f"perceptron_{activation.name}_bias",
            f"{activation.title}: ∂L/∂b^[1] = δ^[1]",
            Statement(Partial(L, b_1[i]), "=", error),
            context,
            entries=(activation.name,),
        ),
    )


PERCEPTRONS = tuple(t for name in ACTIVATIONS for t in theorems(catalogue[name]))

output_weight = Theorem(
    "perceptron_output_weight",
    "∂L/∂W^[2] = δ^[2] a^[1]ᵀ",
    Statement(Partial(L, W_2[i, j]), "=", Partial(L, z_2[i]) * a_1[j]),
    perceptron(catalogue["tanh"]),
    entries=("tanh",),
)

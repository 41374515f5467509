"""Networks of any depth, number of indices and nesting, to measure derivations on."""

from __future__ import annotations

import sympy as sp

from derive.functions import catalogue
from derive.terms import Context, Definition, family, index, real, size, sum_of
from derive.verdicts.theorem import library

loss = real("L")
i, j = index("i"), index("j")


def perceptron(depth: int, activation: str = "sigmoid") -> tuple[Context, list[sp.IndexedBase]]:
    """`depth` layers with half the squared error behind them, and the weights and biases."""
    sizes = [size(f"n_{layer}") for layer in range(depth + 1)]
    values = family("x", sizes[0])
    definitions, parameters = [], []
    for layer in range(1, depth + 1):
        rows, columns = sizes[layer], sizes[layer - 1]
        weight, bias = family(f"W^[{layer}]", rows, columns), family(f"b^[{layer}]", rows)
        before, after = family(f"z^[{layer}]", rows), family(f"a^[{layer}]", rows)
        linear = sum_of(weight[i, j] * values[j], (j, 1, columns)) + bias[i]
        definitions += [
            Definition.of(before[i], linear),
            Definition.of(after[i], catalogue[activation](before[i])),
        ]
        parameters += [weight, bias]
        values = after
    target = family("y", sizes[-1])
    total = sum_of((values[i] - target[i]) ** 2, (i, 1, sizes[-1])) / 2
    return library().define(*definitions, Definition.of(loss, total)), parameters


def contraction(rank: int) -> tuple[Context, sp.IndexedBase]:
    """½ Σ (Σ_k W_{ik} X_{k j…})² with `rank` indices on the result, and its W."""
    indices = [index(f"i_{r}") for r in range(1, rank + 1)]
    sizes = [size(f"n_{r}") for r in range(1, rank + 1)]
    inner, k = size("m"), index("k")
    weight = family("W", sizes[0], inner)
    data, result = family("X", inner, *sizes[1:]), family("Z", *sizes)
    product = sum_of(weight[indices[0], k] * data[(k, *indices[1:])], (k, 1, inner))
    total = sum_of(
        result[tuple(indices)] ** 2, *((r, 1, n) for r, n in zip(indices, sizes, strict=True))
    )
    context = library().define(
        Definition.of(result[tuple(indices)], product), Definition.of(loss, total / 2)
    )
    return context, weight


def nested(depth: int) -> tuple[Context, sp.Symbol]:
    """tanh of tanh of … of w x, each with a name of its own, and w."""
    w, value = real("w"), real("w") * real("x")
    definitions = []
    for level in range(1, depth + 1):
        head = real(f"u_{level}")
        definitions.append(Definition.of(head, catalogue["tanh"](value)))
        value = head
    return library().define(*definitions, Definition.of(loss, value**2 / 2)), w

"""Derivation time against the number of layers, of indices and of nested definitions.

Run as `python -m bench.depth`.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from bench.networks import contraction, loss, nested, perceptron
from derive.calculus import Backward, backward

LAYERS = (1, 2, 5, 10, 20, 35, 50)
INDICES = (1, 2, 3, 4, 5)
DEPTHS = (1, 2, 5, 10, 20, 50)


def show(title: str, steps: tuple[int, ...], derive: Callable[[int], Backward]) -> None:
    """A line for each step: processor time, and how much has been written."""
    derive(1)
    for step in steps:
        start = time.process_time()
        found = derive(step)
        taken = time.process_time() - start
        lines = sum(len(part.lines) for part in found.parts)
        each = 1e3 * taken / step
        print(f"{step:4} {title:20}{taken:8.2f} s {each:8.0f} ms each {lines:6} lines", flush=True)


def layers(depth: int) -> Backward:
    """All gradients of a perceptron."""
    context, parameters = perceptron(depth)
    return backward(context, loss, *parameters)


def indices(rank: int) -> Backward:
    """The gradient in a matrix whose product has this many indices."""
    context, weight = contraction(rank)
    return backward(context, loss, weight)


def definitions(depth: int) -> Backward:
    """The gradient in a scalar through this many named values."""
    context, w = nested(depth)
    return backward(context, loss, w)


def main() -> None:
    show("layers", LAYERS, layers)
    show("indices", INDICES, indices)
    show("nested definitions", DEPTHS, definitions)


if __name__ == "__main__":
    main()

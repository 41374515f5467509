"""How far a learning rate of 0.2 gets: sigmoid and ReLU fed back, and two losses of a neuron.

Everything that is computed comes from functions that `derive` generated. Writes a plot, an SVG
file, if a name is given: `python examples/descent.py descent.svg`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

import derive as dv

RATE = 0.2
LIMIT = 0.001


def falling(name: str, start: float, until: float = 0.5) -> list[float]:
    """The values of an activation whose input steps down its own slope, until it is `until`."""
    f = dv.numpy_function(name, grad=True)
    x, values = start, []
    while True:
        value, slope = f.value_and_grad(x)
        values.append(float(value))
        if value <= until:
            return values
        x = x - RATE * slope


def training(loss: Callable[[float], tuple[float, float]], until: float = LIMIT) -> list[float]:
    """The losses of a weight that starts at ln 9, until the loss is below `until`."""
    w, losses = float(np.log(9)), []
    while True:
        value, slope = loss(w)
        losses.append(float(value))
        if value < until:
            return losses
        w = w - RATE * slope


def squared_error_of_sigmoid(target: float = 0.5) -> Callable[[float], tuple[float, float]]:
    """Half the squared error of σ(w) and its slope in w, by the chain rule."""
    sigmoid = dv.numpy_function("sigmoid", grad=True)
    error = dv.numpy_function("half_squared_error", grad=True)

    def loss(w: float) -> tuple[float, float]:
        a, slope = sigmoid.value_and_grad(w)
        value, outer = error.value_and_grad(a, target)
        return value, outer * slope

    return loss


def cross_entropy_of_sigmoid(target: float = 0.5) -> Callable[[float], tuple[float, float]]:
    """Cross-entropy above its minimum, the target's own entropy, and its slope in w."""
    f = dv.numpy_function("sigmoid_cross_entropy", grad=True)

    def loss(w: float) -> tuple[float, float]:
        value, slope = f.value_and_grad(w, target)
        return value - f(np.log(target / (1 - target)), target), slope

    return loss


def svg(curves: dict[str, list[float]], width: int = 640, height: int = 360) -> str:
    """The curves over their steps, each scaled to its largest value."""
    colours = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd")
    longest = max(map(len, curves.values())) - 1
    lines = []
    for place, (name, values) in enumerate(curves.items()):
        top = max(values)
        points = " ".join(
            f"{40 + (width - 60) * at / longest:.1f},{height - 30 - (height - 60) * v / top:.1f}"
            for at, v in enumerate(values)
        )
        style = f'fill="none" stroke="{colours[place]}" stroke-width="2"'
        lines.append(f'<polyline points="{points}" {style}/>')
        lines.append(
            f'<text x="{width // 2}" y="{40 + 18 * place}" fill="{colours[place]}">'
            f"{name}: {len(values) - 1} steps</text>"
        )
    body = "\n".join(lines)
    box = f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>\n{body}\n</svg>\n'


def curves() -> dict[str, list[float]]:
    """What is plotted, by name."""
    return {
        "sigmoid from 0.9 to 0.5": falling("sigmoid", float(np.log(9))),
        "ReLU from 0.9 to 0.5": falling("relu", 0.9),
        "loss below 0.001, squared error": training(squared_error_of_sigmoid()),
        "loss below 0.001, cross-entropy": training(cross_entropy_of_sigmoid()),
    }


def main() -> None:
    found = curves()
    for name, values in found.items():
        print(f"{name}: {len(values) - 1} steps")
    print("softmax of (3, 1, -3):", dv.numpy_function("softmax")([3.0, 1.0, -3.0]))
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(svg(found), encoding="utf-8")


if __name__ == "__main__":
    main()

"""The gradients of a perceptron against PyTorch's autograd, in double precision.

Run by `make compare`, which installs the `frameworks` extra first.
"""

from __future__ import annotations

import numpy as np
import torch

from bench.networks import loss, perceptron
from derive.calculus import Network, backward
from derive.numeric import compile_expression

SIZES = (3, 5, 4, 2)
TOLERANCE = 1e-10


def main() -> None:
    rng = np.random.default_rng(0)
    context, parameters = perceptron(len(SIZES) - 1, "tanh")
    found = backward(context, loss, *parameters)
    arguments = Network(context, loss).parameters
    arrays = {"x": rng.normal(size=SIZES[0]), "y": rng.normal(size=SIZES[-1])}
    for position, p in enumerate(parameters):
        layer = position // 2 + 1
        arrays[str(p)] = rng.normal(size=(SIZES[layer], SIZES[layer - 1])[: len(p.shape)])
    tensors = {
        k: torch.tensor(v, dtype=torch.float64, requires_grad=True) for k, v in arrays.items()
    }
    value = tensors["x"]
    for weight, bias in zip(parameters[::2], parameters[1::2], strict=True):
        value = torch.tanh(tensors[str(weight)] @ value + tensors[str(bias)])
    ((value - tensors["y"]) ** 2).sum().div(2).backward()
    worst = 0.0
    for p in parameters:
        function = compile_expression(found[p], arguments, context=found.context)
        ours, theirs = function(*(arrays[str(a)] for a in arguments)), tensors[str(p)].grad.numpy()
        error = float(np.max(np.abs(ours - theirs) / np.maximum(np.abs(theirs), 1e-300)))
        worst = max(worst, error)
        print(f"dL/d{p!s:8} relative difference {error:.1e}")
    if worst > TOLERANCE:
        raise SystemExit(f"compare: {worst:.1e} is more than {TOLERANCE:.0e}")


if __name__ == "__main__":
    main()

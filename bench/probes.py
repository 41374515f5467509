"""The ten probe tasks: what a calculus of neural networks has to do at symbolic sizes.

Each is derived, printed and proved; `python -m bench.probes` prints how long that took.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

import sympy as sp

from derive.functions import catalogue
from derive.latex.derivation import Derivation, differentiate
from derive.proof import prove
from derive.terms import (
    Context,
    Definition,
    Domain,
    Partial,
    Statement,
    family,
    index,
    real,
    size,
    sum_of,
)
from derive.verdicts.theorem import library

n = size("n")
i, j, k = index("i"), index("j"), index("k")
z, w, b, L, mu, s = (real(name) for name in ("z", "w", "b", "L", "mu", "s"))
alpha, eps = real("alpha"), sp.Symbol("epsilon", positive=True)
zs, a, x, y, p, u = (family(name, n) for name in ("z", "a", "x", "y", "p", "hat x"))
named = {name: catalogue[name] for name in catalogue}
sigmoid, softmax, tanh = named["sigmoid"], named["softmax"], named["tanh"]
delta = sp.KroneckerDelta
Result = TypeVar("Result")
S = sigmoid(z)


@dataclass(frozen=True)
class Task:
    """One derivative to find: of `expr` in `variables`, to reach `expected`."""

    name: str
    expr: sp.Expr
    variables: tuple[sp.Expr, ...]
    expected: sp.Expr
    context: Context

    def run(self) -> tuple[Derivation, str, str]:
        """The derivation, its LaTeX, and what the prover says of the claim as a whole."""
        found = differentiate(
            self.expr, *self.variables, context=self.context, towards=self.expected
        )
        claim = Statement(Partial(self.expr, *self.variables), "=", self.expected)
        return found, found.latex(), prove(claim, found.setting).status


activated = library().define(Definition.of(a[i], softmax(zs, i)))
labelled = activated.define(Definition.of(L, -sum_of(y[k] * sp.log(a[k]), (k, 1, n)))).assume(
    Statement(sum_of(y[k], (k, 1, n)), "=", sp.S.One), r"\sum_k y_k = 1"
)
batch = library().define(
    Definition.of(zs[i], w * x[i] + b),
    Definition.of(a[i], sigmoid(zs[i])),
    Definition.of(L, -sum_of(y[i] * sp.log(a[i]) + (1 - y[i]) * sp.log(1 - a[i]), (i, 1, n)) / n),
)
divergence = activated.declare(p, Domain.PROBABILITY)
normalized = (
    library()
    .define(
        Definition.of(mu, sum_of(x[k], (k, 1, n)) / n),
        Definition.of(s, sp.sqrt(sum_of((x[k] - mu) ** 2, (k, 1, n)) / n + eps)),
        Definition.of(u[i], (x[i] - mu) / s),
    )
    .depends(L, u)
)


def g(at: sp.Expr) -> sp.Expr:
    """∂L/∂x̂ at a member."""
    return Partial(L, u[at])


def scalar(name: str, expected: sp.Expr, *also: sp.Expr) -> Task:
    """A catalogue function of one variable."""
    return Task(f"{name}'", named[name](z, *also), (z,), expected, library())


phi = (1 + sp.erf(z / sp.sqrt(2))) / 2
tanh_softplus = tanh(named["softplus"](z))
TASKS: Mapping[str, tuple[Task, ...]] = MappingProxyType(
    {
        "1 sigmoid": (scalar("sigmoid", S * (1 - S)),),
        "2 tanh": (
            scalar("tanh", 1 - tanh(z) ** 2),
            scalar("tanh", 4 / (sp.exp(z) + sp.exp(-z)) ** 2),
        ),
        "3 rectifiers": (
            scalar("relu", sp.Piecewise((1, z > 0), (0, z < 0))),
            scalar("leaky_relu", sp.Piecewise((1, z > 0), (alpha, z < 0)), alpha),
        ),
        "4 softmax Jacobian": (
            Task("softmax", a[i], (zs[j],), a[i] * (delta(i, j) - a[j]), activated),
        ),
        "5 softmax + cross-entropy": (Task("cross-entropy", L, (zs[j],), a[j] - y[j], labelled),),
        "6 sigmoid + binary cross-entropy": (
            Task("z", named["sigmoid_cross_entropy"](z, b), (z,), S - b, library()),
            Task("w", L, (w,), sum_of((a[i] - y[i]) * x[i], (i, 1, n)) / n, batch),
            Task("b", L, (b,), sum_of(a[i] - y[i], (i, 1, n)) / n, batch),
        ),
        "7 KL and its logit gradient": (
            Task("KL", named["kl_divergence"](p, a), (zs[j],), a[j] - p[j], divergence),
        ),
        "8 smooth rectifiers": (
            scalar("gelu", phi + z * sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi)),
            scalar("silu", S * (1 + z * (1 - S))),
            scalar("mish", tanh_softplus + z * S * (1 - tanh_softplus**2)),
            scalar("softplus", S),
        ),
        "9 log-sum-exp Hessian": (
            Task(
                "logsumexp",
                named["logsumexp"](zs),
                (zs[j], zs[i]),
                softmax(zs, i) * (delta(i, j) - softmax(zs, j)),
                library(),
            ),
        ),
        "10 layer norm": (
            Task(
                "input",
                L,
                (x[j],),
                (n * g(j) - sum_of(g(k), (k, 1, n)) - u[j] * sum_of(g(k) * u[k], (k, 1, n)))
                / (n * s),
                normalized,
            ),
        ),
    }
)

KL_IS_EXCESS = Statement(
    named["kl_divergence"](p, a), "=", named["cross_entropy"](p, a) - named["entropy"](p)
)
"""The other half of task 7, an identity, proved in `divergence`."""


def timed(action: Callable[[], Result]) -> tuple[float, Result]:
    """Processor time of one call, and what it returned."""
    start = time.process_time()
    result = action()
    return time.process_time() - start, result


def main() -> None:
    for title, tasks in TASKS.items():
        for task in tasks:
            taken, (_, _, status) = timed(task.run)
            print(f"{title:34}{task.name:14}{taken:7.3f} s  {status}")
    taken, outcome = timed(lambda: prove(KL_IS_EXCESS, divergence))
    print(f"{'7 KL = CE - H':48}{taken:7.3f} s  {outcome.status}")


if __name__ == "__main__":
    main()

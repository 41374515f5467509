"""The derivations that several tests look at, by name: expression, variables, context."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import sympy as sp

from derive.functions import catalogue
from derive.terms import (
    Context,
    Definition,
    Statement,
    family,
    index,
    real,
    size,
)

z, beta, w, x, b = map(real, ("z", "beta", "w", "x", "b"))
a1, y1, L = map(real, "ayL")
T = sp.Symbol("T", positive=True)
n, m = size("n"), size("m")
i, j, k = map(index, "ijk")
zs, ys, a = (family(name, n) for name in "zya")
ws, X = family("w", m), family("x", n, m)
sigmoid, softmax = catalogue["sigmoid"], catalogue["softmax"]

LIBRARY = Context().with_library(catalogue.definitions)
SUM_TO_ONE = Statement(sp.Sum(ys[k], (k, 1, n)), "=", sp.S.One)


def softmax_of(logit: sp.Expr) -> Definition:
    """a_i as the softmax of a logit written with the index i."""
    return Definition.of(a[i], sp.exp(logit) / sp.Sum(sp.exp(logit.subs(i, k)), (k, 1, n)))


CROSS_ENTROPY = Definition.of(L, -sp.Sum(ys[j] * sp.log(a[j]), (j, 1, n)))
LOGITS = LIBRARY.define(softmax_of(zs[i]), CROSS_ENTROPY)
ONE_UNIT = LIBRARY.define(
    Definition.of(z, w * x + b),
    Definition.of(a1, sigmoid(z)),
    Definition.of(L, -(y1 * sp.log(a1) + (1 - y1) * sp.log(1 - a1))),
)
BATCH = LIBRARY.define(
    Definition.of(zs[i], sp.Sum(ws[k] * X[i, k], (k, 1, m)) + b),
    Definition.of(a[i], sigmoid(zs[i])),
    Definition.of(L, -sp.Sum(ys[i] * sp.log(a[i]) + (1 - ys[i]) * sp.log(1 - a[i]), (i, 1, n)) / n),
)
SQUARED = LIBRARY.define(
    Definition.of(z, w * x + b),
    Definition.of(a1, sigmoid(z)),
    Definition.of(L, (a1 - y1) ** 2 / 2),
)
ENTROPY = LIBRARY.define(
    softmax_of(zs[i]),
    Definition.of(L, sp.Sum(ys[k] * sp.log(ys[k] / a[k]), (k, 1, n))),
).assume(SUM_TO_ONE, r"\sum_k y_k = 1")

Case = tuple[sp.Expr, tuple[sp.Expr, ...], Context, sp.Expr]

_s, _sb = sigmoid(z), sigmoid(beta * z)
HEADLINES: Mapping[str, Case] = MappingProxyType(
    {
        "sigmoid": (_s, (z,), LIBRARY, _s * (1 - _s)),
        "sigmoid_twice": (_s, (z, z), LIBRARY, _s * (1 - _s) * (1 - 2 * _s)),
        "tanh": (catalogue["tanh"](z), (z,), LIBRARY, 1 - catalogue["tanh"](z) ** 2),
        "softplus": (catalogue["softplus"](z), (z,), LIBRARY, _s),
        "silu": (catalogue["silu"](z), (z,), LIBRARY, _s * (1 + z - z * _s)),
        "relu": (
            catalogue["relu"](z),
            (z,),
            LIBRARY,
            sp.Piecewise((1, z > 0), (0, z < 0), evaluate=False),
        ),
        "softmax": (
            softmax(zs, i),
            (zs[j],),
            LIBRARY,
            softmax(zs, i) * (sp.KroneckerDelta(i, j) - softmax(zs, j)),
        ),
        "logsumexp": (
            sp.log(sp.Sum(sp.exp(zs[k]), (k, 1, n))),
            (zs[j],),
            LIBRARY,
            softmax(zs, j),
        ),
        "cross_entropy": (L, (zs[j],), LOGITS.assume(SUM_TO_ONE, r"\sum_k y_k = 1"), a[j] - ys[j]),
        "cross_entropy_any_target": (
            L,
            (zs[j],),
            LOGITS,
            a[j] * sp.Sum(ys[k], (k, 1, n)) - ys[j],
        ),
        "cross_entropy_temperature": (
            L,
            (zs[j],),
            LIBRARY.define(softmax_of(zs[i] / T), CROSS_ENTROPY).assume(SUM_TO_ONE),
            (a[j] - ys[j]) / T,
        ),
        "kl_divergence_logits": (L, (zs[j],), ENTROPY, a[j] - ys[j]),
        "binary_cross_entropy": (L, (z,), ONE_UNIT.without("z"), a1 - y1),
        "binary_cross_entropy_weight": (L, (w,), ONE_UNIT, (a1 - y1) * x),
        "binary_cross_entropy_batch": (
            L,
            (ws[j],),
            BATCH,
            sp.Sum((a[i] - ys[i]) * X[i, j], (i, 1, n)) / n,
        ),
        "binary_cross_entropy_batch_bias": (L, (b,), BATCH, sp.Sum(a[i] - ys[i], (i, 1, n)) / n),
        "squared_error_weight": (L, (w,), SQUARED, (a1 - y1) * a1 * (1 - a1) * x),
        "gauss": (z * sp.exp(-(z**2)), (z,), LIBRARY, (1 - 2 * z**2) * sp.exp(-(z**2))),
        "log_square": (sp.log(1 + z**2), (z,), LIBRARY, 2 * z / (1 + z**2)),
        "swish": (z * _sb, (z,), LIBRARY, _sb + beta * z * _sb * (1 - _sb)),
    }
)

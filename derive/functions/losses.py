"""Losses of a scalar prediction, `loss(prediction, target, parameters)`, with their reductions."""

from __future__ import annotations

from types import MappingProxyType

import sympy as sp

from derive.functions.entry import Entry, Kink
from derive.functions.reductions import reductions
from derive.terms import Domain, named_function, real

a, y, z = real("a"), real("y"), real("z")
delta = real("delta")
weight = real("w")

_sigmoid, _softplus = named_function("sigmoid"), named_function("softplus")
_HALF = sp.Rational(1, 2)
_NONNEGATIVE = sp.Interval(0, sp.oo)


def _minus(term: sp.Expr) -> sp.Expr:
    """−(p + q) as it is written, where SymPy's own minus makes −p − q of it."""
    return sp.Mul(-1, term, evaluate=False)


squared_error = Entry(
    name="squared_error",
    title="squared error",
    family="loss",
    params=(a, y),
    formula=(a - y) ** 2,
    symbol=r"\operatorname{SE}",
    aliases=("squared_loss", "l2_loss"),
    range=_NONNEGATIVE,
    sources=("PyTorch documentation, torch.nn.MSELoss",),
)
squared_error_reductions = reductions(
    squared_error,
    sum_aliases=("sse", "sum_of_squared_errors"),
    mean_aliases=("mse", "mean_squared_error"),
)

half_squared_error = Entry(
    name="half_squared_error",
    title="half squared error",
    family="loss",
    params=(a, y),
    formula=_HALF * (a - y) ** 2,
    symbol=r"\operatorname{HSE}",
    range=_NONNEGATIVE,
    note="The factor 1/2 makes the derivative a - y.",
    sources=("Nielsen, Neural Networks and Deep Learning (2015), chapter 1",),
)
half_squared_error_reductions = reductions(half_squared_error, mean_aliases=("half_mse",))

absolute_error = Entry(
    name="absolute_error",
    title="absolute error",
    family="loss",
    params=(a, y),
    formula=sp.Abs(a - y),
    symbol=r"\operatorname{AE}",
    aliases=("l1", "l1_loss", "absolute_loss"),
    range=_NONNEGATIVE,
    kinks=(
        Kink(
            a,
            y,
            sp.S.NegativeOne,
            sp.S.One,
            MappingProxyType({"PyTorch": sp.S.Zero, "JAX": sp.S.One}),
        ),
    ),
    sources=("PyTorch documentation, torch.nn.L1Loss",),
)
absolute_error_reductions = reductions(absolute_error, mean_aliases=("mae", "mean_absolute_error"))

smooth_l1 = Entry(
    name="smooth_l1",
    title="smooth L1 loss",
    family="loss",
    params=(a, y),
    formula=sp.Piecewise((_HALF * (a - y) ** 2, sp.Abs(a - y) < 1), (sp.Abs(a - y) - _HALF, True)),
    forms=(named_function("huber")(a, y, sp.S.One),),
    symbol=r"\operatorname{smoothL1}",
    aliases=("smooth_l1_loss",),
    range=_NONNEGATIVE,
    sources=("Girshick, Fast R-CNN (2015), arXiv:1504.08083, eq. 3",),
)
smooth_l1_reductions = reductions(smooth_l1)

huber = Entry(
    name="huber",
    title="Huber loss",
    family="loss",
    params=(a, y, delta),
    formula=sp.Piecewise(
        (_HALF * (a - y) ** 2, sp.Abs(a - y) <= delta),
        (delta * (sp.Abs(a - y) - delta / 2), True),
    ),
    symbol=r"\operatorname{Huber}",
    aliases=("huber_loss",),
    domains={delta: Domain.POSITIVE},
    range=_NONNEGATIVE,
    sources=("Huber, Robust estimation of a location parameter (1964)",),
)
huber_reductions = reductions(huber)

_BINARY_CROSS_ENTROPY = y * sp.log(a) + (1 - y) * sp.log(1 - a)

binary_cross_entropy = Entry(
    name="binary_cross_entropy",
    title="binary cross-entropy",
    family="loss",
    params=(a, y),
    formula=_minus(_BINARY_CROSS_ENTROPY),
    symbol=r"\operatorname{BCE}",
    aliases=("bce", "binary_log_loss"),
    domains={a: Domain.UNIT},
    range=_NONNEGATIVE,
    note="The range is that for targets in [0, 1].",
    sources=("PyTorch documentation, torch.nn.BCELoss",),
)
binary_cross_entropy_reductions = reductions(binary_cross_entropy, mean_aliases=("mean_bce",))

rescaled_binary_cross_entropy = Entry(
    name="rescaled_binary_cross_entropy",
    title="binary cross-entropy with a rescaling weight",
    family="loss",
    params=(a, y, weight),
    formula=_minus(weight * _BINARY_CROSS_ENTROPY),
    symbol=r"\operatorname{rescaledBCE}",
    domains={a: Domain.UNIT, weight: Domain.POSITIVE},
    range=_NONNEGATIVE,
    note="Its mean divides by the number of samples, not by the sum of the weights.",
    sources=("PyTorch documentation, torch.nn.BCELoss, argument weight",),
)
rescaled_binary_cross_entropy_reductions = reductions(rescaled_binary_cross_entropy, lifted=3)[:2]

sigmoid_cross_entropy = Entry(
    name="sigmoid_cross_entropy",
    title="binary cross-entropy of a logit",
    family="loss",
    params=(z, y),
    formula=_minus(y * sp.log(_sigmoid(z)) + (1 - y) * sp.log(1 - _sigmoid(z))),
    forms=(
        _softplus(z) - y * z,
        sp.Max(z, 0) - z * y + sp.log(1 + sp.exp(-sp.Abs(z))),
        named_function("binary_cross_entropy")(_sigmoid(z), y),
    ),
    symbol=r"\operatorname{BCE}_{\sigma}",
    aliases=("bce_with_logits", "binary_cross_entropy_with_logits"),
    range=_NONNEGATIVE,
    note="The range is that for targets in [0, 1].",
    sources=("PyTorch documentation, torch.nn.BCEWithLogitsLoss",),
)
sigmoid_cross_entropy_reductions = reductions(sigmoid_cross_entropy)

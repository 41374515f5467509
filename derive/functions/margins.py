"""Losses of a classifier's decision value `f` for a label `y`, with their reductions."""

from __future__ import annotations

import sympy as sp

from derive.functions.entry import Entry, Kink
from derive.functions.reductions import reductions
from derive.terms import Domain, real

f, y = real("f"), real("y")
tolerance = real("T")
_SIGNED = {y: Domain.SIGN}
_HASTIE = "Hastie, Tibshirani, Friedman, The Elements of Statistical Learning (2009), section 10.6"

zero_one = Entry(
    name="zero_one",
    title="0-1 loss",
    family="loss",
    params=(f, y),
    formula=sp.Piecewise((0, sp.Eq(f, y)), (1, True)),
    symbol=r"\operatorname{ZO}",
    aliases=("zero_one_loss", "misclassification"),
    range=sp.FiniteSet(0, 1),
    kinks=(Kink(f, y, None, None),),
    sources=(_HASTIE,),
)
zero_one_reductions = reductions(zero_one, mean_aliases=("error_rate",))

tolerant_zero_one = Entry(
    name="tolerant_zero_one",
    title="0-1 loss with a tolerance",
    family="loss",
    params=(f, y, tolerance),
    formula=sp.Piecewise((1, sp.Abs(f - y) >= tolerance), (0, True)),
    symbol=r"\operatorname{ZO}_{T}",
    domains={tolerance: Domain.POSITIVE},
    range=sp.FiniteSet(0, 1),
    kinks=(Kink(f, y - tolerance, None, None), Kink(f, y + tolerance, None, None)),
    note="For real-valued predictions: an error below T counts as none.",
    sources=("The 0-1 loss of the event |f - y| >= T",),
)

hinge = Entry(
    name="hinge",
    title="hinge loss",
    family="loss",
    params=(f, y),
    formula=sp.Max(0, 1 - y * f),
    forms=(sp.Piecewise((1 - y * f, y * f < 1), (0, True)),),
    symbol=r"\operatorname{Hinge}",
    aliases=("hinge_loss",),
    domains=_SIGNED,
    range=sp.Interval(0, sp.oo),
    kinks=(Kink(f, 1 / y, sp.Min(0, -y), sp.Max(0, -y)),),
    sources=("Cortes, Vapnik, Support-vector networks (1995)", _HASTIE),
)
hinge_reductions = reductions(hinge)

perceptron = Entry(
    name="perceptron",
    title="perceptron loss",
    family="loss",
    params=(f, y),
    formula=sp.Max(0, -y * f),
    forms=(sp.Piecewise((-y * f, y * f < 0), (0, True)),),
    symbol=r"\operatorname{Perceptron}",
    aliases=("perceptron_loss",),
    domains=_SIGNED,
    range=sp.Interval(0, sp.oo),
    kinks=(Kink(f, sp.S.Zero, sp.Min(0, -y), sp.Max(0, -y)),),
    sources=("Rosenblatt, The perceptron: a probabilistic model for information storage (1958)",),
)
perceptron_reductions = reductions(perceptron)

exponential_loss = Entry(
    name="exponential_loss",
    title="exponential loss",
    family="loss",
    params=(f, y),
    formula=sp.exp(-y * f),
    symbol=r"\operatorname{Exp}",
    domains=_SIGNED,
    range=sp.Interval.open(0, sp.oo),
    sources=(_HASTIE,),
)
exponential_loss_reductions = reductions(exponential_loss)

logistic_loss = Entry(
    name="logistic_loss",
    title="logistic loss of a decision value",
    family="loss",
    params=(f, y),
    formula=sp.log(1 + sp.exp(-y * f)),
    symbol=r"\operatorname{Logistic}",
    domains=_SIGNED,
    range=sp.Interval.open(0, sp.oo),
    sources=(_HASTIE,),
)
logistic_loss_reductions = reductions(logistic_loss)

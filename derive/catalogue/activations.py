"""Activations: what a layer does to its pre-activation `z`."""

from __future__ import annotations

import sympy as sp

from derive.catalogue.entry import Entry
from derive.terms import family, index, real, size

z = real("z")
n = size("n")
i, k = index("i"), index("k")
z_family = family("z", n)

sigmoid = Entry(
    name="sigmoid",
    title="logistic sigmoid",
    family="activation",
    params=(z,),
    formula=1 / (1 + sp.exp(-z)),
    forms=(sp.exp(z) / (1 + sp.exp(z)),),
    symbol=r"\sigma",
    aliases=("logistic", "expit"),
    range=sp.Interval.open(0, 1),
    limits={-sp.oo: sp.S.Zero, sp.oo: sp.S.One},
    sources=("Goodfellow, Bengio, Courville, Deep Learning (2016), eq. 3.30",),
)

softmax = Entry(
    name="softmax",
    title="softmax",
    family="activation",
    params=(z_family,),
    out=(i,),
    formula=sp.exp(z_family[i]) / sp.Sum(sp.exp(z_family[k]), (k, 1, n)),
    symbol=r"\operatorname{softmax}",
    notation="member",
    range=sp.Interval.Lopen(0, 1),
    sources=("Bridle, Probabilistic interpretation of feedforward outputs (1990)",),
)

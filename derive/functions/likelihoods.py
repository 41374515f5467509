"""Likelihoods: how probable a model makes the data."""

from __future__ import annotations

import sympy as sp

from derive.functions.entry import Entry
from derive.terms import Domain, family, index, real, size

N = size("N")
i = index("i")
p, x = real("p"), real("x")
data = family("D", N)
_BISHOP = "Bishop, Pattern Recognition and Machine Learning (2006), section 2.1"

bernoulli = Entry(
    name="bernoulli",
    title="Bernoulli probability",
    family="likelihood",
    params=(p, x),
    formula=p**x * (1 - p) ** (1 - x),
    symbol=r"\operatorname{Bernoulli}",
    domains={p: Domain.UNIT, x: Domain.BINARY},
    range=sp.Interval.open(0, 1),
    sources=(_BISHOP,),
)

bernoulli_log_likelihood = Entry(
    name="bernoulli_log_likelihood",
    title="Bernoulli log-likelihood",
    family="likelihood",
    params=(p, data),
    formula=sp.Sum(data[i] * sp.log(p) + (1 - data[i]) * sp.log(1 - p), (i, 1, N)),
    symbol=r"\ell",
    domains={p: Domain.UNIT, data: Domain.BINARY},
    range=sp.Interval.open(-sp.oo, 0),
    sources=(_BISHOP,),
)

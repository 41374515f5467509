"""Functions of a whole vector of logits: softmax, its logarithm and log-sum-exp."""

from __future__ import annotations

import sympy as sp

from derive.functions.entry import Entry
from derive.terms import family, index, named_function, size

n = size("n")
i, k = index("i"), index("k")
z = family("z", n)
_softmax, _logsumexp = named_function("softmax"), named_function("logsumexp")

softmax = Entry(
    name="softmax",
    title="softmax",
    family="activation",
    params=(z,),
    out=(i,),
    formula=sp.exp(z[i]) / sp.Sum(sp.exp(z[k]), (k, 1, n)),
    forms=(sp.exp(z[i] - _logsumexp(z)), 1 / sp.Sum(sp.exp(z[k] - z[i]), (k, 1, n))),
    symbol=r"\operatorname{softmax}",
    notation="member",
    range=sp.Interval.Lopen(0, 1),
    note="The value 1 is taken for n = 1 only.",
    sources=(
        "Bridle, Probabilistic interpretation of feedforward classification network outputs (1990)",
        "Goodfellow, Bengio, Courville, Deep Learning (2016), eq. 6.29",
    ),
)

logsumexp = Entry(
    name="logsumexp",
    title="log-sum-exp",
    family="activation",
    params=(z,),
    formula=sp.log(sp.Sum(sp.exp(z[k]), (k, 1, n))),
    symbol=r"\operatorname{LSE}",
    aliases=("lse", "log_sum_exp"),
    range=sp.Interval.open(-sp.oo, sp.oo),
    sources=("Boyd, Vandenberghe, Convex Optimization (2004), section 3.1.5",),
)

log_softmax = Entry(
    name="log_softmax",
    title="logarithm of the softmax",
    family="activation",
    params=(z,),
    out=(i,),
    formula=z[i] - sp.log(sp.Sum(sp.exp(z[k]), (k, 1, n))),
    forms=(sp.log(_softmax(z, i)), z[i] - _logsumexp(z)),
    symbol=r"\operatorname{logsoftmax}",
    notation="member",
    aliases=("logsoftmax",),
    range=sp.Interval(-sp.oo, 0),
    note="The value 0 is taken for n = 1 only.",
    sources=("PyTorch documentation, torch.nn.LogSoftmax",),
)

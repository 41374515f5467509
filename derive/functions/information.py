"""Information: of an outcome, of a distribution, of one distribution as seen from another."""

from __future__ import annotations

import sympy as sp

from derive.functions.entry import Entry
from derive.terms import Domain, family, index, named_function, real, size

n = size("n")
k = index("k")
prob = real("p")
p, q = family("p", n), family("q", n)
_entropy, _cross_entropy = named_function("entropy"), named_function("cross_entropy")
_BOTH = {p: Domain.PROBABILITY, q: Domain.PROBABILITY}
_NONNEGATIVE = sp.Interval(0, sp.oo)
_ZERO = "A term with p_k = 0 counts as 0, the limit of p ln p."
_COVER = "Cover, Thomas, Elements of Information Theory (2006), chapter 2"
_SHANNON = "Shannon, A mathematical theory of communication (1948)"


def _sum(term: sp.Expr) -> sp.Expr:
    return sp.Sum(term, (k, 1, n))


def log2(term: sp.Expr) -> sp.Expr:
    """The logarithm to base 2."""
    return sp.log(term) / sp.log(2)


information = Entry(
    name="information",
    title="information content",
    family="information",
    params=(prob,),
    formula=-sp.log(prob),
    forms=(sp.log(1 / prob),),
    symbol="I",
    aliases=("self_information", "surprisal", "information_content"),
    domains={prob: Domain.UNIT},
    range=sp.Interval.open(0, sp.oo),
    limits={sp.S.Zero: sp.oo, sp.S.One: sp.S.Zero},
    sources=(_SHANNON,),
)

information_bits = Entry(
    name="information_bits",
    title="information content in bits",
    family="information",
    params=(prob,),
    formula=-log2(prob),
    symbol="I_{2}",
    domains={prob: Domain.UNIT},
    range=sp.Interval.open(0, sp.oo),
    limits={sp.S.Zero: sp.oo, sp.S.One: sp.S.Zero},
    sources=(_SHANNON,),
)

log_loss = Entry(
    name="log_loss",
    title="logarithmic loss, of the probability that was given to the outcome",
    family="loss",
    params=(prob,),
    formula=-sp.log(prob),
    symbol=r"\operatorname{LogLoss}",
    aliases=("logarithmic_loss",),
    domains={prob: Domain.UNIT},
    range=sp.Interval.open(0, sp.oo),
    limits={sp.S.Zero: sp.oo, sp.S.One: sp.S.Zero},
    sources=("Good, Rational decisions (1952)",),
)

entropy = Entry(
    name="entropy",
    title="entropy",
    family="information",
    params=(p,),
    formula=-_sum(p[k] * sp.log(p[k])),
    forms=(_sum(p[k] * sp.log(1 / p[k])),),
    symbol="H",
    aliases=("shannon_entropy",),
    domains={p: Domain.PROBABILITY},
    range=_NONNEGATIVE,
    note=_ZERO,
    sources=(_SHANNON, _COVER),
)

entropy_bits = Entry(
    name="entropy_bits",
    title="entropy in bits",
    family="information",
    params=(p,),
    formula=-_sum(p[k] * log2(p[k])),
    forms=(_entropy(p) / sp.log(2),),
    symbol="H_{2}",
    domains={p: Domain.PROBABILITY},
    range=_NONNEGATIVE,
    note=_ZERO,
    sources=(_SHANNON, _COVER),
)

cross_entropy = Entry(
    name="cross_entropy",
    title="cross-entropy of two distributions",
    family="information",
    params=(p, q),
    formula=-_sum(p[k] * sp.log(q[k])),
    symbol="H",
    domains=_BOTH,
    range=_NONNEGATIVE,
    note=_ZERO,
    sources=(_COVER,),
)

cross_entropy_bits = Entry(
    name="cross_entropy_bits",
    title="cross-entropy of two distributions in bits",
    family="information",
    params=(p, q),
    formula=-_sum(p[k] * log2(q[k])),
    forms=(_cross_entropy(p, q) / sp.log(2),),
    symbol="H_{2}",
    domains=_BOTH,
    range=_NONNEGATIVE,
    note=_ZERO,
    sources=(_COVER,),
)

kl_divergence = Entry(
    name="kl_divergence",
    title="Kullback-Leibler divergence",
    family="information",
    params=(p, q),
    formula=_sum(p[k] * sp.log(p[k] / q[k])),
    forms=(
        -_sum(p[k] * sp.log(q[k] / p[k])),
        _sum(p[k] * (sp.log(p[k]) - sp.log(q[k]))),
        _cross_entropy(p, q) - _entropy(p),
    ),
    symbol=r"D_{\mathrm{KL}}",
    notation="infix",
    aliases=("kl", "relative_entropy"),
    domains=_BOTH,
    range=_NONNEGATIVE,
    note=_ZERO,
    sources=("Kullback, Leibler, On information and sufficiency (1951)", _COVER),
)

kl_divergence_bits = Entry(
    name="kl_divergence_bits",
    title="Kullback-Leibler divergence in bits",
    family="information",
    params=(p, q),
    formula=_sum(p[k] * log2(p[k] / q[k])),
    forms=(
        _sum(p[k] * (log2(p[k]) - log2(q[k]))),
        named_function("kl_divergence")(p, q) / sp.log(2),
    ),
    symbol=r"D_{\mathrm{KL},2}",
    notation="infix",
    domains=_BOTH,
    range=_NONNEGATIVE,
    note=_ZERO,
    sources=(_COVER,),
)

"""Losses over m classes, of probabilities, log-probabilities and logits, with their reductions.

The target y is a vector over the classes: one-hot where PyTorch takes a class index, or soft.
"""

from __future__ import annotations

import sympy as sp

from derive.functions.entry import Entry
from derive.functions.reductions import reductions
from derive.terms import Domain, family, index, named_function, size

m = size("m")
k = index("k")
a, x, y, z = (family(name, m) for name in "axyz")
w = family("w", m)

_softmax, _log_softmax = named_function("softmax"), named_function("log_softmax")
_logsumexp = named_function("logsumexp")
_NONNEGATIVE = sp.Interval(0, sp.oo)
_TARGETS = "The range is that for targets that are probability vectors."


def _minus_sum(term: sp.Expr) -> sp.Expr:
    return -sp.Sum(term, (k, 1, m))


categorical_cross_entropy = Entry(
    name="categorical_cross_entropy",
    title="categorical cross-entropy",
    family="loss",
    params=(a, y),
    formula=_minus_sum(y[k] * sp.log(a[k])),
    symbol=r"\operatorname{CE}",
    aliases=("cce",),
    domains={a: Domain.UNIT},
    range=_NONNEGATIVE,
    note=_TARGETS,
    sources=("Goodfellow, Bengio, Courville, Deep Learning (2016), section 6.2",),
)

class_weighted_cross_entropy = Entry(
    name="class_weighted_cross_entropy",
    title="class-weighted categorical cross-entropy",
    family="loss",
    params=(a, y, w),
    formula=_minus_sum(w[k] * y[k] * sp.log(a[k])),
    symbol=r"\operatorname{wCE}",
    domains={a: Domain.UNIT, w: Domain.POSITIVE},
    range=_NONNEGATIVE,
    note=_TARGETS,
    sources=("PyTorch documentation, torch.nn.CrossEntropyLoss, argument weight",),
)
categorical_cross_entropy_reductions = reductions(
    categorical_cross_entropy, class_weighted=class_weighted_cross_entropy
)

nll = Entry(
    name="nll",
    title="negative log-likelihood of log-probabilities",
    family="loss",
    params=(x, y),
    formula=_minus_sum(y[k] * x[k]),
    symbol=r"\operatorname{NLL}",
    aliases=("nll_loss", "negative_log_likelihood"),
    range=sp.S.Reals,
    note="x holds log-probabilities, such as log_softmax gives.",
    sources=("PyTorch documentation, torch.nn.NLLLoss",),
)

class_weighted_nll = Entry(
    name="class_weighted_nll",
    title="class-weighted negative log-likelihood of log-probabilities",
    family="loss",
    params=(x, y, w),
    formula=_minus_sum(w[k] * y[k] * x[k]),
    symbol=r"\operatorname{wNLL}",
    domains={w: Domain.POSITIVE},
    range=sp.S.Reals,
    note="x holds log-probabilities, such as log_softmax gives.",
    sources=("PyTorch documentation, torch.nn.NLLLoss, argument weight",),
)
nll_reductions = reductions(nll, class_weighted=class_weighted_nll)

softmax_cross_entropy = Entry(
    name="softmax_cross_entropy",
    title="cross-entropy of the softmax of logits",
    family="loss",
    params=(z, y),
    formula=_minus_sum(y[k] * sp.log(_softmax(z, k))),
    forms=(
        _logsumexp(z) * sp.Sum(y[k], (k, 1, m)) - sp.Sum(y[k] * z[k], (k, 1, m)),
        _minus_sum(y[k] * _log_softmax(z, k)),
    ),
    symbol=r"\operatorname{CE}_{\operatorname{softmax}}",
    aliases=("cross_entropy_with_logits", "softmax_cross_entropy_with_logits"),
    range=_NONNEGATIVE,
    note=_TARGETS,
    sources=("PyTorch documentation, torch.nn.CrossEntropyLoss",),
)

class_weighted_softmax_cross_entropy = Entry(
    name="class_weighted_softmax_cross_entropy",
    title="class-weighted cross-entropy of the softmax of logits",
    family="loss",
    params=(z, y, w),
    formula=_minus_sum(w[k] * y[k] * sp.log(_softmax(z, k))),
    symbol=r"\operatorname{wCE}_{\operatorname{softmax}}",
    domains={w: Domain.POSITIVE},
    range=_NONNEGATIVE,
    note=_TARGETS,
    sources=("PyTorch documentation, torch.nn.CrossEntropyLoss, argument weight",),
)
softmax_cross_entropy_reductions = reductions(
    softmax_cross_entropy, class_weighted=class_weighted_softmax_cross_entropy
)

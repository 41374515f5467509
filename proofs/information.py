"""Entropy, cross-entropy and the Kullback-Leibler divergence, and how they hang together."""

import sympy as sp

from derive.functions import catalogue
from derive.terms import Definition, Domain, Partial, Statement, family, index, size
from derive.verdicts.theorem import Theorem, declared

H, cross, kl = catalogue["entropy"], catalogue["cross_entropy"], catalogue["kl_divergence"]
softmax = catalogue["softmax"]
n = size("n")
j, k = index("j"), index("k")
p, q, z, a = (family(name, n) for name in "pqza")
distributions = declared({p: Domain.PROBABILITY, q: Domain.PROBABILITY})
logits = declared({p: Domain.PROBABILITY}).define(Definition.of(a[k], softmax(z, k)))

kl_is_excess = Theorem(
    "kl_is_cross_entropy_minus_entropy",
    "D_KL(p ‖ q) = H(p, q) − H(p)",
    Statement(kl(p, q), "=", cross(p, q) - H(p)),
    distributions,
    entries=("kl_divergence", "cross_entropy", "entropy"),
)

cross_entropy_splits = Theorem(
    "cross_entropy_is_entropy_plus_kl",
    "H(p, q) = H(p) + D_KL(p ‖ q)",
    Statement(cross(p, q), "=", H(p) + kl(p, q)),
    distributions,
    entries=("cross_entropy", "entropy", "kl_divergence"),
)

kl_of_itself = Theorem(
    "kl_of_itself",
    "D_KL(p ‖ p) = 0",
    Statement(kl(p, p), "=", sp.S.Zero),
    distributions,
    entries=("kl_divergence",),
)

kl_logit_gradient = Theorem(
    "kl_gradient_in_logits",
    "∂D_KL(p ‖ a)/∂z_j = a_j − p_j for a = softmax(z)",
    Statement(Partial(kl(p, a), z[j]), "=", a[j] - p[j]),
    logits,
    entries=("kl_divergence", "softmax"),
)

cross_entropy_logit_gradient = Theorem(
    "cross_entropy_gradient_in_logits",
    "∂H(p, a)/∂z_j = a_j − p_j for a = softmax(z)",
    Statement(Partial(cross(p, a), z[j]), "=", a[j] - p[j]),
    logits,
    entries=("cross_entropy", "softmax"),
)

kl_bits = Theorem(
    "kl_bits",
    "in bits, D_KL is 1/ln 2 times as large",
    Statement(catalogue["kl_divergence_bits"](p, q), "=", kl(p, q) / sp.log(2)),
    distributions,
    entries=("kl_divergence_bits", "kl_divergence"),
)

"""Softmax over n classes: it sums to 1, ignores shifts, and has a_i(δ_ij − a_j) as Jacobian."""

import sympy as sp

from derive.functions import catalogue
from derive.terms import Definition, Partial, Statement, Vec, family, index, real, size
from derive.verdicts.theorem import Theorem, library

softmax, sigmoid = catalogue["softmax"], catalogue["sigmoid"]
logsumexp, log_softmax = catalogue["logsumexp"], catalogue["log_softmax"]
n = size("n")
i, j, k = index("i"), index("j"), index("k")
z, a = family("z", n), family("a", n)
pair = family("z", 2)
c = real("c")
delta = sp.KroneckerDelta(i, j)
activated = library().define(Definition.of(a[i], softmax(z, i)))

sums_to_one = Theorem(
    "softmax_sums_to_one",
    "the entries of a softmax sum to 1",
    Statement(sp.Sum(softmax(z, i), (i, 1, n)), "=", sp.S.One),
    entries=("softmax",),
)

shift_invariance = Theorem(
    "softmax_shift_invariance",
    "softmax(z + c) = softmax(z)",
    Statement(softmax(Vec(z[k] + c, (k, n)), i), "=", softmax(z, i)),
    entries=("softmax",),
)

two_classes = Theorem(
    "softmax_of_two_classes",
    "for two classes, softmax(z)₁ = σ(z₁ − z₂)",
    Statement(softmax(pair, 1), "=", sigmoid(pair[1] - pair[2])),
    entries=("softmax", "sigmoid"),
)

jacobian = Theorem(
    "softmax_jacobian",
    "∂a_i/∂z_j = a_i(δ_ij − a_j)",
    Statement(Partial(a[i], z[j]), "=", a[i] * (delta - a[j])),
    activated,
    entries=("softmax",),
)

jacobian_diagonal = Theorem(
    "softmax_jacobian_diagonal",
    "∂a_i/∂z_j = a_i(1 − a_i) for i = j",
    Statement(Partial(a[i], z[j]), "=", a[i] * (1 - a[i])),
    activated.assume(Statement(i, "=", j), "i = j"),
    entries=("softmax",),
)

jacobian_off_diagonal = Theorem(
    "softmax_jacobian_off_diagonal",
    "∂a_i/∂z_j = −a_i a_j for i ≠ j",
    Statement(Partial(a[i], z[j]), "=", -a[i] * a[j]),
    activated.assume(Statement(i, "!=", j), r"i \neq j"),
    entries=("softmax",),
)

logsumexp_gradient = Theorem(
    "logsumexp_gradient",
    "the gradient of log-sum-exp is softmax",
    Statement(Partial(logsumexp(z), z[j]), "=", softmax(z, j)),
    entries=("logsumexp", "softmax"),
)

logsumexp_hessian = Theorem(
    "logsumexp_hessian",
    "the Hessian of log-sum-exp is the softmax Jacobian",
    Statement(Partial(logsumexp(z), z[j], z[i]), "=", softmax(z, i) * (delta - softmax(z, j))),
    entries=("logsumexp", "softmax"),
)

log_softmax_jacobian = Theorem(
    "log_softmax_jacobian",
    "∂ ln a_i/∂z_j = δ_ij − a_j",
    Statement(Partial(log_softmax(z, i), z[j]), "=", delta - softmax(z, j)),
    entries=("log_softmax", "softmax"),
)

"""The log-derivative trick for a categorical distribution a = softmax(z)."""

import sympy as sp

from derive.functions import catalogue
from derive.terms import Definition, Partial, Statement, family, index, real, size, sum_of
from derive.verdicts.theorem import Theorem, library

softmax = catalogue["softmax"]
n = size("n")
i, j = index("i"), index("j")
J = real("J")
z, a, f = family("z", n), family("a", n), family("f", n)
policy = library().define(
    Definition.of(a[i], softmax(z, i)), Definition.of(J, sum_of(a[i] * f[i], (i, 1, n)))
)
score = Partial(sp.log(a[i]), z[j])

identity = Theorem(
    "score_function_identity",
    "∂/∂z_j Σ_i a_i f_i = Σ_i a_i f_i ∂ ln a_i/∂z_j",
    Statement(Partial(J, z[j]), "=", sum_of(a[i] * f[i] * score, (i, 1, n))),
    policy,
    entries=("softmax",),
)

closed = Theorem(
    "score_function_closed",
    "∂J/∂z_j = a_j (f_j − J): what is better than the mean is raised",
    Statement(Partial(J, z[j]), "=", a[j] * (f[j] - J)),
    policy,
    entries=("softmax",),
)

no_bias = Theorem(
    "score_function_mean",
    "the score has mean 0, so a baseline changes nothing",
    Statement(sum_of(a[i] * score, (i, 1, n)), "=", sp.S.Zero),
    policy,
    entries=("softmax",),
)

"""Hessians and Hessian-vector products: log-sum-exp, logistic regression, cross-entropy, MSE."""

import sympy as sp

from derive.functions import catalogue
from derive.terms import Definition, Partial, Statement, family, index, real, size, sum_of
from derive.verdicts.theorem import Theorem, library

softmax, sigmoid = catalogue["softmax"], catalogue["sigmoid"]
m, n = size("m"), size("n")
i, j, k = index("i"), index("j"), index("k")
L = real("L")
z, a, v, y = family("z", n), family("a", n), family("v", n), family("y", n)
delta = sp.KroneckerDelta
probabilities = Definition.of(a[i], softmax(z, i))
spread = library().define(probabilities, Definition.of(L, sp.log(sum_of(sp.exp(z[k]), (k, 1, n)))))

logsumexp_hessian = Theorem(
    "logsumexp_hessian_matrix",
    "∂²L/∂z∂z = diag(a) − a aᵀ",
    Statement(Partial(L, z[i], z[j]), "=", delta(i, j) * a[i] - a[i] * a[j]),
    spread,
    entries=("softmax",),
)

logsumexp_product = Theorem(
    "logsumexp_hessian_vector",
    "the Hessian times v: a ⊙ (v − aᵀv)",
    Statement(
        sum_of(Partial(L, z[i], z[j]) * v[j], (j, 1, n)),
        "=",
        a[i] * (v[i] - sum_of(a[j] * v[j], (j, 1, n))),
    ),
    spread,
    entries=("softmax",),
)

logsumexp_variance = Theorem(
    "logsumexp_curvature",
    "vᵀ H v is the variance of v under a",
    Statement(
        sum_of(sum_of(v[i] * Partial(L, z[i], z[j]) * v[j], (j, 1, n)), (i, 1, n)),
        "=",
        sum_of(a[i] * v[i] ** 2, (i, 1, n)) - sum_of(a[i] * v[i], (i, 1, n)) ** 2,
    ),
    spread,
    entries=("softmax",),
)

cross_entropy = (
    library()
    .define(probabilities, Definition.of(L, -sum_of(y[k] * sp.log(a[k]), (k, 1, n))))
    .assume(Statement(sum_of(y[k], (k, 1, n)), "=", sp.S.One), r"\sum_k y_k = 1")
)

cross_entropy_product = Theorem(
    "softmax_cross_entropy_hessian_vector",
    "the Hessian times v: a ⊙ (v − aᵀv)",
    Statement(
        sum_of(Partial(L, z[j], z[i]) * v[j], (j, 1, n)),
        "=",
        a[i] * (v[i] - sum_of(a[j] * v[j], (j, 1, n))),
    ),
    cross_entropy,
    entries=("softmax",),
)

X, w, p, t = family("X", m, n), family("w", n), family("p", m), family("y", m)
fit = sum_of(X[i, k] * w[k], (k, 1, n))
logistic = library().define(
    Definition.of(p[i], sigmoid(fit)),
    Definition.of(L, -sum_of(t[i] * sp.log(p[i]) + (1 - t[i]) * sp.log(1 - p[i]), (i, 1, m)) / m),
)

logistic_hessian = Theorem(
    "logistic_regression_hessian",
    "∂²L/∂w∂w = (1/m) Xᵀ diag(p(1 − p)) X",
    Statement(
        Partial(L, w[j], w[k]),
        "=",
        sum_of(p[i] * (1 - p[i]) * X[i, j] * X[i, k], (i, 1, m)) / m,
    ),
    logistic,
    entries=("sigmoid",),
)

logistic_product = Theorem(
    "logistic_regression_hessian_vector",
    "the Hessian times v: (1/m) Xᵀ(p(1 − p) ⊙ X v)",
    Statement(
        sum_of(Partial(L, w[j], w[k]) * v[k], (k, 1, n)),
        "=",
        sum_of(p[i] * (1 - p[i]) * X[i, j] * sum_of(X[i, k] * v[k], (k, 1, n)), (i, 1, m)) / m,
    ),
    logistic,
    entries=("sigmoid",),
)

regression = library().define(
    Definition.of(p[i], sp.exp(fit)), Definition.of(L, sum_of((p[i] - t[i]) ** 2, (i, 1, m)) / 2)
)

gauss_newton = Theorem(
    "squared_error_gauss_newton",
    "∂²L/∂w∂w = Σ_i ∂p_i/∂w (∂p_i/∂w)ᵀ + Σ_i (p_i − y_i) ∂²p_i/∂w∂w: Gauss-Newton and the rest",
    Statement(
        Partial(L, w[j], w[k]),
        "=",
        sum_of(Partial(p[i], w[j]) * Partial(p[i], w[k]), (i, 1, m))
        + sum_of((p[i] - t[i]) * Partial(p[i], w[j], w[k]), (i, 1, m)),
    ),
    regression,
)

"""The Kullback-Leibler divergence between two Gaussians with diagonal covariance."""

import sympy as sp

from derive.terms import Definition, Partial, Statement, family, index, real, size, sum_of
from derive.verdicts.theorem import Theorem, library

n = size("n")
j, k = index("j"), index("k")
L = real("L")
mu, nu = family("mu", n), family("nu", n)
sigma, tau = family("sigma", n, positive=True), family("tau", n, positive=True)

divergence = sum_of(
    sp.log(tau[k] / sigma[k])
    + (sigma[k] ** 2 + (mu[k] - nu[k]) ** 2) / (2 * tau[k] ** 2)
    - sp.Rational(1, 2),
    (k, 1, n),
)
context = library().define(Definition.of(L, divergence))

mean = Theorem(
    "gaussian_kl_mean",
    "∂D_KL/∂μ_j = (μ_j − ν_j)/τ_j²",
    Statement(Partial(L, mu[j]), "=", (mu[j] - nu[j]) / tau[j] ** 2),
    context,
)

deviation = Theorem(
    "gaussian_kl_deviation",
    "∂D_KL/∂σ_j = σ_j/τ_j² − 1/σ_j",
    Statement(Partial(L, sigma[j]), "=", sigma[j] / tau[j] ** 2 - 1 / sigma[j]),
    context,
)

other_mean = Theorem(
    "gaussian_kl_other_mean",
    "∂D_KL/∂ν_j = (ν_j − μ_j)/τ_j²",
    Statement(Partial(L, nu[j]), "=", (nu[j] - mu[j]) / tau[j] ** 2),
    context,
)

other_deviation = Theorem(
    "gaussian_kl_other_deviation",
    "∂D_KL/∂τ_j = 1/τ_j − (σ_j² + (μ_j − ν_j)²)/τ_j³",
    Statement(
        Partial(L, tau[j]), "=", 1 / tau[j] - (sigma[j] ** 2 + (mu[j] - nu[j]) ** 2) / tau[j] ** 3
    ),
    context,
)

of_itself = Theorem(
    "gaussian_kl_of_itself",
    "D_KL = 0 for equal means and deviations",
    Statement(L, "=", sp.S.Zero),
    library()
    .define(Definition.of(L, divergence), Definition.of(nu[k], mu[k]))
    .define(Definition.of(tau[k], sigma[k])),
)

log_variance = family("v", n)
variational = library().define(
    Definition.of(
        L, sum_of(sp.exp(log_variance[k]) + mu[k] ** 2 - 1 - log_variance[k], (k, 1, n)) / 2
    )
)

log_variance_gradient = Theorem(
    "gaussian_kl_log_variance",
    "against a standard normal, in v = ln σ²: ∂D_KL/∂v_j = (e^{v_j} − 1)/2",
    Statement(Partial(L, log_variance[j]), "=", (sp.exp(log_variance[j]) - 1) / 2),
    variational,
)

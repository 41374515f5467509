"""Layer, batch and RMS normalisation backward: input, scale and shift, under any loss."""

import sympy as sp

from derive.terms import Definition, Partial, Statement, family, index, real, size, sum_of
from derive.verdicts.theorem import NetworkTheorem, Theorem, library

m, n = size("m"), size("n")
i, j, k = index("i"), index("j"), index("k")
L, mu, s, r = real("L"), real("mu"), real("s"), real("r")
eps = sp.Symbol("epsilon", positive=True)
x, u, y = family("x", n), family("hat x", n), family("y", n)
gamma, beta = family("gamma", n), family("beta", n)

layer_mean = Definition.of(mu, sum_of(x[k], (k, 1, n)) / n)
layer_scale = Definition.of(s, sp.sqrt(sum_of((x[k] - mu) ** 2, (k, 1, n)) / n + eps))
layer_unit = Definition.of(u[i], (x[i] - mu) / s)
affine = Definition.of(y[i], gamma[i] * u[i] + beta[i])
normalized = library().define(layer_mean, layer_scale, layer_unit)


def g(index: sp.Expr) -> sp.Expr:
    """∂L/∂x̂ at a member."""
    return Partial(L, u[index])


layer_norm_input = Theorem(
    "layer_norm_input",
    "∂L/∂x_j = (n g_j − Σ_k g_k − x̂_j Σ_k g_k x̂_k)/(n s) with g = ∂L/∂x̂",
    Statement(
        Partial(L, x[j]),
        "=",
        (n * g(j) - sum_of(g(k), (k, 1, n)) - u[j] * sum_of(g(k) * u[k], (k, 1, n))) / (n * s),
    ),
    normalized.depends(L, u),
)

through_affine = library().define(affine).depends(L, y)

layer_norm_gamma = Theorem(
    "layer_norm_gamma",
    "∂L/∂γ_i = x̂_i ∂L/∂y_i",
    Statement(Partial(L, gamma[i]), "=", u[i] * Partial(L, y[i])),
    through_affine,
)

layer_norm_beta = Theorem(
    "layer_norm_beta",
    "∂L/∂β_i = ∂L/∂y_i",
    Statement(Partial(L, beta[i]), "=", Partial(L, y[i])),
    through_affine,
)

layer_norm_output = Theorem(
    "layer_norm_output",
    "∂L/∂x̂_i = γ_i ∂L/∂y_i",
    Statement(Partial(L, u[i]), "=", gamma[i] * Partial(L, y[i])),
    through_affine,
)

X, U, Y = family("x", m, n), family("hat x", m, n), family("y", m, n)
batch_affine = library().define(Definition.of(Y[i, j], gamma[j] * U[i, j] + beta[j])).depends(L, Y)

batch_norm_gamma = Theorem(
    "batch_norm_gamma",
    "∂L/∂γ_j = Σ_i x̂_ij ∂L/∂y_ij",
    Statement(Partial(L, gamma[j]), "=", sum_of(U[i, j] * Partial(L, Y[i, j]), (i, 1, m))),
    batch_affine,
)

batch_norm_beta = Theorem(
    "batch_norm_beta",
    "∂L/∂β_j = Σ_i ∂L/∂y_ij",
    Statement(Partial(L, beta[j]), "=", sum_of(Partial(L, Y[i, j]), (i, 1, m))),
    batch_affine,
)

batch_norm_output = Theorem(
    "batch_norm_output",
    "∂L/∂x̂_ij = γ_j ∂L/∂y_ij",
    Statement(Partial(L, U[i, j]), "=", gamma[j] * Partial(L, Y[i, j])),
    batch_affine,
)

means, variances, deviations = family("mu", n), family("v", n), family("s", n)
C = family("C", m, n)
batch_norm = NetworkTheorem(
    "batch_norm",
    "∂L/∂x_ij = (m g_ij − Σ_k g_kj − x̂_ij Σ_k g_kj x̂_kj)/(m s_j) with g = C diag(γ), and the "
    "gradients of γ and β, for any loss with ∂L/∂y = C",
    L,
    {
        X[i, j]: gamma[j]
        * (
            m * C[i, j]
            - sum_of(C[k, j], (k, 1, m))
            - U[i, j] * sum_of(C[k, j] * U[k, j], (k, 1, m))
        )
        / (m * deviations[j]),
        gamma[j]: sum_of(C[i, j] * U[i, j], (i, 1, m)),
        beta[j]: sum_of(C[i, j], (i, 1, m)),
    },
    library().define(
        Definition.of(means[j], sum_of(X[i, j], (i, 1, m)) / m),
        Definition.of(variances[j], sum_of((X[i, j] - means[j]) ** 2, (i, 1, m)) / m),
        Definition.of(deviations[j], sp.sqrt(variances[j] + eps)),
        Definition.of(U[i, j], (X[i, j] - means[j]) / deviations[j]),
        Definition.of(Y[i, j], gamma[j] * U[i, j] + beta[j]),
        Definition.of(L, sum_of(C[i, j] * Y[i, j], (i, 1, m), (j, 1, n))),
    ),
)

rms = Definition.of(r, sp.sqrt(sum_of(x[k] ** 2, (k, 1, n)) / n + eps))
root_mean_square = (
    library()
    .define(rms, Definition.of(u[i], x[i] / r), Definition.of(y[i], gamma[i] * u[i]))
    .depends(L, y)
)

rms_norm_input = Theorem(
    "rms_norm_input",
    "∂L/∂x_j = (γ_j g_j − x̂_j (1/n) Σ_k γ_k g_k x̂_k)/r with g = ∂L/∂y",
    Statement(
        Partial(L, x[j]),
        "=",
        (
            gamma[j] * Partial(L, y[j])
            - u[j] * sum_of(gamma[k] * Partial(L, y[k]) * u[k], (k, 1, n)) / n
        )
        / r,
    ),
    root_mean_square,
)

rms_norm_gamma = Theorem(
    "rms_norm_gamma",
    "∂L/∂γ_j = x̂_j ∂L/∂y_j",
    Statement(Partial(L, gamma[j]), "=", u[j] * Partial(L, y[j])),
    root_mean_square,
)

"""A linear layer backward, for one sample and for a batch, under any loss of its output."""

from derive.terms import Definition, Partial, Statement, family, index, real, size, sum_of
from derive.verdicts.theorem import Theorem, library

m, n, p = size("m"), size("n"), size("p")
i, j, k = index("i"), index("j"), index("k")
L = real("L")

W, x, b, z = family("W", p, n), family("x", n), family("b", p), family("z", p)
layer = (
    library().define(Definition.of(z[i], sum_of(W[i, j] * x[j], (j, 1, n)) + b[i])).depends(L, z)
)

weight = Theorem(
    "linear_layer_weight",
    "∂L/∂W_ij = δ_i x_j with δ = ∂L/∂z: ∂L/∂W = δ xᵀ",
    Statement(Partial(L, W[i, j]), "=", Partial(L, z[i]) * x[j]),
    layer,
)

bias = Theorem(
    "linear_layer_bias",
    "∂L/∂b_i = δ_i",
    Statement(Partial(L, b[i]), "=", Partial(L, z[i])),
    layer,
)

layer_input = Theorem(
    "linear_layer_input",
    "∂L/∂x_j = Σ_i W_ij δ_i: ∂L/∂x = Wᵀ δ",
    Statement(Partial(L, x[j]), "=", sum_of(W[i, j] * Partial(L, z[i]), (i, 1, p))),
    layer,
)

X, Z = family("X", m, n), family("Z", m, p)
batch = (
    library()
    .define(Definition.of(Z[i, k], sum_of(X[i, j] * W[k, j], (j, 1, n)) + b[k]))
    .depends(L, Z)
)

batch_weight = Theorem(
    "linear_layer_batch_weight",
    "for m samples, ∂L/∂W_kj = Σ_i δ_ik x_ij: ∂L/∂W = Δᵀ X",
    Statement(Partial(L, W[k, j]), "=", sum_of(Partial(L, Z[i, k]) * X[i, j], (i, 1, m))),
    batch,
)

batch_bias = Theorem(
    "linear_layer_batch_bias",
    "for m samples, ∂L/∂b_k = Σ_i δ_ik: ∂L/∂b = Δᵀ 1",
    Statement(Partial(L, b[k]), "=", sum_of(Partial(L, Z[i, k]), (i, 1, m))),
    batch,
)

batch_input = Theorem(
    "linear_layer_batch_input",
    "for m samples, ∂L/∂x_ij = Σ_k δ_ik W_kj: ∂L/∂X = Δ W",
    Statement(Partial(L, X[i, j]), "=", sum_of(Partial(L, Z[i, k]) * W[k, j], (k, 1, p))),
    batch,
)

"""Convolution, embedding look-up, dropout and the residual connection backward."""

import sympy as sp

from derive.functions import catalogue
from derive.terms import Definition, Partial, Statement, family, index, real, size, sum_of
from derive.verdicts.theorem import Theorem, library

tanh = catalogue["tanh"]
K, N, d, m, n = size("K"), size("N"), size("d"), size("m"), size("n")
i, j, k, v = index("i"), index("j"), index("k"), index("v")
L = real("L")
x, y, w, h = family("x", n), family("y", n), family("w", K), family("h", n)

signal = family("x", n + K - 1)
convolved = (
    library().define(Definition.of(y[i], sum_of(w[k] * signal[i + k - 1], (k, 1, K)))).depends(L, y)
)

convolution_kernel = Theorem(
    "convolution_kernel",
    "∂L/∂w_k = Σ_i ∂L/∂y_i x_{i+k−1}",
    Statement(Partial(L, w[k]), "=", sum_of(Partial(L, y[i]) * signal[i + k - 1], (i, 1, n))),
    convolved,
)

E, H, U, e = family("E", N, d), family("H", m, d), family("u", m, N), family("e", d)
looked_up = (
    library().define(Definition.of(H[i, j], sum_of(U[i, k] * E[k, j], (k, 1, N)))).depends(L, H)
)

embedding_table = Theorem(
    "embedding_table",
    "∂L/∂E_kj = Σ_i u_ik ∂L/∂H_ij: each row collects the samples that looked it up",
    Statement(Partial(L, E[k, j]), "=", sum_of(U[i, k] * Partial(L, H[i, j]), (i, 1, m))),
    looked_up,
)

one_row = (
    library()
    .define(Definition.of(e[j], sum_of(sp.KroneckerDelta(k, v) * E[k, j], (k, 1, N))))
    .depends(L, e)
    .assume(Statement(v, "<=", N), r"v \leq N")
)

embedding_row = Theorem(
    "embedding_row",
    "a one-hot row looks up: e_j = E_vj",
    Statement(e[j], "=", E[v, j]),
    one_row,
)

embedding_row_gradient = Theorem(
    "embedding_row_gradient",
    "∂L/∂E_kj = δ_kv ∂L/∂e_j: only row v gets a gradient",
    Statement(Partial(L, E[k, j]), "=", sp.KroneckerDelta(k, v) * Partial(L, e[j])),
    one_row,
)

mask, keep = family("r", n), sp.Symbol("q", positive=True)

dropout_input = Theorem(
    "dropout_input",
    "for a fixed mask r, ∂L/∂x_i = (r_i/q) ∂L/∂y_i",
    Statement(Partial(L, x[i]), "=", mask[i] / keep * Partial(L, y[i])),
    library().define(Definition.of(y[i], mask[i] * x[i] / keep)).depends(L, y),
)

residual_input = Theorem(
    "residual_input",
    "for y = x + h with h fixed, ∂L/∂x_j = ∂L/∂y_j",
    Statement(Partial(L, x[j]), "=", Partial(L, y[j])),
    library().define(Definition.of(y[i], x[i] + h[i])).depends(L, y),
)

W = family("W", n, n)
residual_block = (
    library()
    .define(
        Definition.of(h[i], tanh(sum_of(W[i, j] * x[j], (j, 1, n)))),
        Definition.of(y[i], x[i] + h[i]),
    )
    .depends(L, y)
)

residual_block_input = Theorem(
    "residual_block_input",
    "for y = x + tanh(W x), ∂L/∂x_j = ∂L/∂y_j + Σ_i W_ij (1 − h_i²) ∂L/∂y_i",
    Statement(
        Partial(L, x[j]),
        "=",
        Partial(L, y[j]) + sum_of(W[i, j] * (1 - h[i] ** 2) * Partial(L, y[i]), (i, 1, n)),
    ),
    residual_block,
    entries=("tanh",),
)

"""Convolution, embedding look-up, dropout and the residual connection backward."""

import sympy as sp

from derive.functions import catalogue
from derive.terms import Definition, Partial, Statement, family, index, real, size, sum_of
from derive.verdicts.theorem import NetworkTheorem, Theorem, library

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

reached = sp.And(i <= j, j + 1 <= i + K)
convolution_input = Theorem(
    "convolution_input",
    "∂L/∂x_j = Σ_i ∂L/∂y_i w_{j−i+1}, over those i with 1 ≤ j − i + 1 ≤ K",
    Statement(
        Partial(L, signal[j]),
        "=",
        sum_of(
            Partial(L, y[i]) * sp.Piecewise((w[j - i + 1], reached), (0, True)),
            (i, 1, n),
        ),
    ),
    convolved,
)

C, D, S = size("C"), size("D"), size("S")
c, o = index("c"), index("o")
b, g = family("b", D), family("g", D, n)
kernels, channels, maps = family("w", D, C, K), family("x", C, S * (n - 1) + K), family("y", D, n)
offset = S * (i - 1)
touched = sp.And(offset + 1 <= j, j <= offset + K)

convolution = NetworkTheorem(
    "convolution",
    "1-D convolution with C channels, D kernels of width K, a bias and the stride S, in one piece",
    L,
    {
        kernels[o, c, k]: sum_of(g[o, i] * channels[c, offset + k], (i, 1, n)),
        b[o]: sum_of(g[o, i], (i, 1, n)),
        channels[c, j]: sum_of(
            sum_of(
                g[o, i] * sp.Piecewise((kernels[o, c, j - offset], touched), (0, True)),
                (o, 1, D),
            ),
            (i, 1, n),
        ),
    },
    library().define(
        Definition.of(
            maps[o, i],
            sum_of(sum_of(kernels[o, c, k] * channels[c, offset + k], (k, 1, K)), (c, 1, C)) + b[o],
        ),
        Definition.of(L, sum_of(g[o, i] * maps[o, i], (o, 1, D), (i, 1, n))),
    ),
)

pooled = family("x", S * n)
mean_pooling = NetworkTheorem(
    "mean_pooling",
    "means of windows of S: each input of window i gets ∂L/∂y_i/S",
    L,
    {
        pooled[j]: sum_of(
            y[i] * sp.Piecewise((1, sp.And(offset + 1 <= j, j <= S * i)), (0, True)), (i, 1, n)
        )
        / S
    },
    library().define(
        Definition.of(y[i], sum_of(pooled[offset + k], (k, 1, S)) / S),
        Definition.of(L, sum_of(y[i] ** 2, (i, 1, n)) / 2),
    ),
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

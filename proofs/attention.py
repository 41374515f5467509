"""Scaled dot-product attention backward, link by link: values, weights, scores, Q and K."""

import sympy as sp

from derive.functions import catalogue
from derive.terms import Definition, Partial, Statement, Vec, family, index, real, size, sum_of
from derive.verdicts.theorem import Theorem, library

softmax = catalogue["softmax"]
m, n, d, p = size("m"), size("n"), size("d"), size("p")
i, j, k, r = index("i"), index("j"), index("k"), index("r")
L = real("L")
Q, K, V = family("Q", m, d), family("K", n, d), family("V", n, p)
S, A, out = family("S", m, n), family("A", m, n), family("O", m, p)

scores = Definition.of(S[i, j], sum_of(Q[i, k] * K[j, k], (k, 1, d)) / sp.sqrt(d))
weights = Definition.of(A[i, j], softmax(Vec(S[i, r], (r, n)), j))
output = Definition.of(out[i, k], sum_of(A[i, j] * V[j, k], (j, 1, n)))

values_gradient = Theorem(
    "attention_values",
    "∂L/∂V = Aᵀ ∂L/∂O",
    Statement(Partial(L, V[j, k]), "=", sum_of(A[i, j] * Partial(L, out[i, k]), (i, 1, m))),
    library().define(output).depends(L, out),
)

weights_gradient = Theorem(
    "attention_weights",
    "∂L/∂A = ∂L/∂O Vᵀ",
    Statement(Partial(L, A[i, j]), "=", sum_of(Partial(L, out[i, k]) * V[j, k], (k, 1, p))),
    library().define(output).depends(L, out),
)

scores_gradient = Theorem(
    "attention_scores",
    "∂L/∂S_ij = A_ij (∂L/∂A_ij − Σ_r A_ir ∂L/∂A_ir)",
    Statement(
        Partial(L, S[i, j]),
        "=",
        A[i, j] * (Partial(L, A[i, j]) - sum_of(A[i, r] * Partial(L, A[i, r]), (r, 1, n))),
    ),
    library().define(weights).depends(L, A),
    entries=("softmax",),
)

queries_gradient = Theorem(
    "attention_queries",
    "∂L/∂Q = ∂L/∂S K/√d",
    Statement(
        Partial(L, Q[i, k]), "=", sum_of(Partial(L, S[i, j]) * K[j, k], (j, 1, n)) / sp.sqrt(d)
    ),
    library().define(scores).depends(L, S),
)

keys_gradient = Theorem(
    "attention_keys",
    "∂L/∂K = (∂L/∂S)ᵀ Q/√d",
    Statement(
        Partial(L, K[j, k]), "=", sum_of(Partial(L, S[i, j]) * Q[i, k], (i, 1, m)) / sp.sqrt(d)
    ),
    library().define(scores).depends(L, S),
)

rows_sum_to_zero = Theorem(
    "attention_scores_rows",
    "each row of ∂L/∂S sums to 0, for a shift of the scores changes nothing",
    Statement(
        sum_of(
            A[i, j] * (Partial(L, A[i, j]) - sum_of(A[i, r] * Partial(L, A[i, r]), (r, 1, n))),
            (j, 1, n),
        ),
        "=",
        sp.S.Zero,
    ),
    library().define(weights).depends(L, A),
    entries=("softmax",),
)

"""Scaled dot-product attention backward: link by link, in one piece, and with several heads."""

import sympy as sp

from derive.functions import catalogue
from derive.terms import Definition, Partial, Statement, Vec, family, index, real, size, sum_of
from derive.verdicts.theorem import NetworkTheorem, Theorem, library

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

G = family("G", m, p)
any_loss = Definition.of(L, sum_of(G[i, k] * out[i, k], (i, 1, m), (k, 1, p)))


def through_scores(at: sp.Expr, to: sp.Expr) -> sp.Expr:
    """∂L/∂S = A ⊙ (G Vᵀ − row sums of A ⊙ G Vᵀ)."""
    mean = sum_of(A[at, r] * sum_of(G[at, k] * V[r, k], (k, 1, p)), (r, 1, n))
    return A[at, to] * (sum_of(G[at, k] * V[to, k], (k, 1, p)) - mean)


attention = NetworkTheorem(
    "attention",
    "attention in one piece: ∂L/∂V = Aᵀ G, ∂L/∂Q = S̄ K/√d, ∂L/∂K = S̄ᵀ Q/√d with "
    "S̄ = A ⊙ (G Vᵀ − (A ⊙ G Vᵀ)11ᵀ) for any loss with ∂L/∂O = G",
    L,
    {
        V[j, k]: sum_of(A[i, j] * G[i, k], (i, 1, m)),
        Q[i, k]: sum_of(through_scores(i, j) * K[j, k], (j, 1, n)) / sp.sqrt(d),
        K[j, k]: sum_of(through_scores(i, j) * Q[i, k], (i, 1, m)) / sp.sqrt(d),
    },
    library().define(scores, weights, output, any_loss),
    entries=("softmax",),
)

# Several heads: t is the head, e a feature of the model.
h, D = size("h"), size("D")
t, e, s = index("t"), index("e"), index("s")
X, Y, C = family("X", n, D), family("Y", n, D), family("C", n, D)
W_Q, W_K, W_V = family("W^Q", h, D, d), family("W^K", h, D, d), family("W^V", h, D, p)
W_O = family("W^O", h, p, D)
Q_h, K_h, V_h = family("Q", h, n, d), family("K", h, n, d), family("V", h, n, p)
S_h, A_h, O_h = family("S", h, n, n), family("A", h, n, n), family("O", h, n, p)

multi_head = library().define(
    Definition.of(Q_h[t, i, k], sum_of(X[i, e] * W_Q[t, e, k], (e, 1, D))),
    Definition.of(K_h[t, i, k], sum_of(X[i, e] * W_K[t, e, k], (e, 1, D))),
    Definition.of(V_h[t, i, k], sum_of(X[i, e] * W_V[t, e, k], (e, 1, D))),
    Definition.of(S_h[t, i, j], sum_of(Q_h[t, i, k] * K_h[t, j, k], (k, 1, d)) / sp.sqrt(d)),
    Definition.of(A_h[t, i, j], softmax(Vec(S_h[t, i, r], (r, n)), j)),
    Definition.of(O_h[t, i, k], sum_of(A_h[t, i, j] * V_h[t, j, k], (j, 1, n))),
    Definition.of(Y[i, e], sum_of(sum_of(O_h[t, i, k] * W_O[t, k, e], (k, 1, p)), (t, 1, h))),
    Definition.of(L, sum_of(C[i, e] * Y[i, e], (i, 1, n), (e, 1, D))),
)


def head_output(at: sp.Expr, unit: sp.Expr) -> sp.Expr:
    """∂L/∂O of head t: C W_Oᵀ."""
    return sum_of(C[at, e] * W_O[t, unit, e], (e, 1, D))


def head_weights(at: sp.Expr, to: sp.Expr) -> sp.Expr:
    """∂L/∂A of head t."""
    return sum_of(head_output(at, s) * V_h[t, to, s], (s, 1, p))


def head_scores(at: sp.Expr, to: sp.Expr) -> sp.Expr:
    """∂L/∂S of head t."""
    mean = sum_of(A_h[t, at, r] * head_weights(at, r), (r, 1, n))
    return A_h[t, at, to] * (head_weights(at, to) - mean)


multi_head_attention = NetworkTheorem(
    "multi_head_attention",
    "self-attention with h heads: the gradients of all projections, for any loss with ∂L/∂Y = C",
    L,
    {
        W_O[t, k, e]: sum_of(O_h[t, i, k] * C[i, e], (i, 1, n)),
        W_V[t, e, k]: sum_of(
            X[i, e] * sum_of(A_h[t, j, i] * head_output(j, k), (j, 1, n)), (i, 1, n)
        ),
        Q_h[t, i, k]: sum_of(head_scores(i, j) * K_h[t, j, k], (j, 1, n)) / sp.sqrt(d),
        K_h[t, j, k]: sum_of(head_scores(i, j) * Q_h[t, i, k], (i, 1, n)) / sp.sqrt(d),
        W_Q[t, e, k]: sum_of(
            X[i, e] * sum_of(head_scores(i, j) * K_h[t, j, k], (j, 1, n)), (i, 1, n)
        )
        / sp.sqrt(d),
        W_K[t, e, k]: sum_of(
            X[j, e] * sum_of(head_scores(i, j) * Q_h[t, i, k], (i, 1, n)), (j, 1, n)
        )
        / sp.sqrt(d),
    },
    multi_head,
    entries=("softmax",),
)

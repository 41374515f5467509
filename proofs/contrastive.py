"""InfoNCE: each sample is to find its partner among m."""

import sympy as sp

from derive.functions import catalogue
from derive.terms import Definition, Partial, Statement, Vec, family, index, real, size, sum_of
from derive.verdicts.theorem import NetworkTheorem, Theorem, library

softmax = catalogue["softmax"]
m, d = size("m"), size("d")
i, j, k = index("i"), index("j"), index("k")
L = real("L")
T = sp.Symbol("T", positive=True)
S, P, U, V = family("s", m, m), family("p", m, m), family("u", m, d), family("v", m, d)

info_nce = library().define(
    Definition.of(P[i, j], softmax(Vec(S[i, k] / T, (k, m)), j)),
    Definition.of(L, -sum_of(sp.log(P[i, i]), (i, 1, m)) / m),
)

similarity_gradient = Theorem(
    "info_nce_similarity",
    "∂L/∂s_ij = (p_ij − δ_ij)/(m T)",
    Statement(Partial(L, S[i, j]), "=", (P[i, j] - sp.KroneckerDelta(i, j)) / (m * T)),
    info_nce,
    entries=("softmax",),
)

products = (
    library().define(Definition.of(S[i, j], sum_of(U[i, k] * V[j, k], (k, 1, d)))).depends(L, S)
)

query_gradient = Theorem(
    "info_nce_query",
    "∂L/∂u_ik = Σ_j ∂L/∂s_ij v_jk",
    Statement(Partial(L, U[i, k]), "=", sum_of(Partial(L, S[i, j]) * V[j, k], (j, 1, m))),
    products,
)

key_gradient = Theorem(
    "info_nce_key",
    "∂L/∂v_jk = Σ_i ∂L/∂s_ij u_ik",
    Statement(Partial(L, V[j, k]), "=", sum_of(Partial(L, S[i, j]) * U[i, k], (i, 1, m))),
    products,
)

in_one_piece = NetworkTheorem(
    "info_nce",
    "in one piece: ∂L/∂U = (P − I) V/(m T) and ∂L/∂V = (P − I)ᵀ U/(m T)",
    L,
    {
        U[i, k]: (sum_of(P[i, j] * V[j, k], (j, 1, m)) - V[i, k]) / (m * T),
        V[j, k]: (sum_of(P[i, j] * U[i, k], (i, 1, m)) - U[j, k]) / (m * T),
    },
    info_nce.define(Definition.of(S[i, j], sum_of(U[i, k] * V[j, k], (k, 1, d)))),
    entries=("softmax",),
)

"""Linear, logistic and softmax regression over a batch, with L2 regularisation."""

import sympy as sp

from derive.functions import catalogue
from derive.terms import Definition, Partial, Statement, Vec, family, index, real, size, sum_of
from derive.verdicts.theorem import NetworkTheorem, Theorem, library

sigmoid, softmax = catalogue["sigmoid"], catalogue["softmax"]
m, n, K = size("m"), size("n"), size("K")
i, j, k = index("i"), index("j"), index("k")
b, L, F = real("b"), real("L"), real("F")
lam = sp.Symbol("lambda", positive=True)
X, w, y, a = family("X", m, n), family("w", n), family("y", m), family("a", m)
penalty = lam / 2 * sum_of(w[k] ** 2, (k, 1, n))
fit = sum_of(X[i, k] * w[k], (k, 1, n))

linear = library().define(Definition.of(L, sum_of((fit - y[i]) ** 2, (i, 1, m)) / m + penalty))

linear_gradient = Theorem(
    "linear_regression_gradient",
    "∂L/∂w = (2/m) Xᵀ(Xw − y) + λ w",
    Statement(
        Partial(L, w[j]), "=", 2 * sum_of((fit - y[i]) * X[i, j], (i, 1, m)) / m + lam * w[j]
    ),
    linear,
)

linear_hessian = Theorem(
    "linear_regression_hessian",
    "∂²L/∂w∂w = (2/m) XᵀX + λ I",
    Statement(
        Partial(L, w[j], w[k]),
        "=",
        2 * sum_of(X[i, j] * X[i, k], (i, 1, m)) / m + lam * sp.KroneckerDelta(j, k),
    ),
    linear,
)

plain = library().define(Definition.of(L, sum_of((fit - y[i]) ** 2, (i, 1, m)) / m))
gram = sum_of(sum_of(X[i, j] * X[i, k], (i, 1, m)) * w[k], (k, 1, n))
moment = sum_of(X[i, j] * y[i], (i, 1, m))

normal_equations = Theorem(
    "normal_equations",
    "the gradient vanishes where XᵀX w = Xᵀy",
    Statement(Partial(L, w[j]), "=", sp.S.Zero),
    plain.assume(Statement(gram, "=", moment), r"X^\top X w = X^\top y"),
)

logistic = library().define(
    Definition.of(a[i], sigmoid(fit + b)),
    Definition.of(
        L, -sum_of(y[i] * sp.log(a[i]) + (1 - y[i]) * sp.log(1 - a[i]), (i, 1, m)) / m + penalty
    ),
)

logistic_weights = Theorem(
    "logistic_regression_l2_weights",
    "∂L/∂w = (1/m) Xᵀ(a − y) + λ w",
    Statement(Partial(L, w[j]), "=", sum_of((a[i] - y[i]) * X[i, j], (i, 1, m)) / m + lam * w[j]),
    logistic,
    entries=("sigmoid",),
)

logistic_bias = Theorem(
    "logistic_regression_l2_bias",
    "∂L/∂b = (1/m) Σ_i (a_i − y_i)",
    Statement(Partial(L, b), "=", sum_of(a[i] - y[i], (i, 1, m)) / m),
    logistic,
    entries=("sigmoid",),
)

W, Y, Z, A = family("W", K, n), family("Y", m, K), family("Z", m, K), family("A", m, K)
labels = Statement(sum_of(Y[i, k], (k, 1, K)), "=", sp.S.One)
classes = (
    library()
    .define(
        Definition.of(A[i, j], softmax(Vec(Z[i, k], (k, K)), j)),
        Definition.of(L, -sum_of(sum_of(Y[i, j] * sp.log(A[i, j]), (j, 1, K)), (i, 1, m)) / m),
    )
    .assume(labels, r"\sum_k Y_{ik} = 1")
)

softmax_logits = Theorem(
    "softmax_regression_logits",
    "∂L/∂Z = (1/m)(A − Y)",
    Statement(Partial(L, Z[i, j]), "=", (A[i, j] - Y[i, j]) / m),
    classes,
    entries=("softmax",),
)

bias = family("b", K)
squares = sum_of(sum_of(W[j, k] ** 2, (j, 1, K)), (k, 1, n))
affine = (
    library()
    .define(
        Definition.of(Z[i, j], sum_of(X[i, k] * W[j, k], (k, 1, n)) + bias[j]),
        Definition.of(L, F + lam / 2 * squares),
    )
    .depends(F, Z)
)

softmax_weights = Theorem(
    "softmax_regression_l2_weights",
    "∂L/∂W = (∂F/∂Z)ᵀ X + λ W for the loss F of the logits Z = X Wᵀ + b",
    Statement(
        Partial(L, W[j, k]),
        "=",
        sum_of(Partial(F, Z[i, j]) * X[i, k], (i, 1, m)) + lam * W[j, k],
    ),
    affine,
)

softmax_bias = Theorem(
    "softmax_regression_l2_bias",
    "∂L/∂b_j = Σ_i ∂F/∂Z_ij",
    Statement(Partial(L, bias[j]), "=", sum_of(Partial(F, Z[i, j]), (i, 1, m))),
    affine,
)

softmax_regression = NetworkTheorem(
    "softmax_regression",
    "in one piece, with L2: ∂L/∂W = (1/m)(A − Y)ᵀ X + λ W and ∂L/∂b = (1/m)(A − Y)ᵀ 1",
    L,
    {
        W[j, k]: sum_of((A[i, j] - Y[i, j]) * X[i, k], (i, 1, m)) / m + lam * W[j, k],
        bias[j]: sum_of(A[i, j] - Y[i, j], (i, 1, m)) / m,
    },
    library()
    .define(
        Definition.of(Z[i, j], sum_of(X[i, k] * W[j, k], (k, 1, n)) + bias[j]),
        Definition.of(A[i, j], softmax(Vec(Z[i, k], (k, K)), j)),
        Definition.of(
            L,
            -sum_of(sum_of(Y[i, j] * sp.log(A[i, j]), (j, 1, K)), (i, 1, m)) / m
            + lam / 2 * squares,
        ),
    )
    .assume(labels, r"\sum_k Y_{ik} = 1"),
    entries=("softmax",),
)

"""Cross-entropy over m classes: its gradient in the logits, and one-hot targets."""

import sympy as sp

from derive.functions import catalogue
from derive.terms import Definition, Domain, Partial, Statement, Vec, family, index, size
from derive.verdicts.theorem import Theorem, declared, library

softmax, loss = catalogue["softmax"], catalogue["softmax_cross_entropy"]
m, n = size("m"), size("n")
i, j, k, q, c = (index(name) for name in "ijkqc")
L = sp.Symbol("L", real=True)
a, y, z = (family(name, m) for name in "ayz")
Y, Z = family("y", n, m), family("z", n, m)

output = library().define(
    Definition.of(a[j], softmax(z, j)),
    Definition.of(L, -sp.Sum(y[j] * sp.log(a[j]), (j, 1, m))),
)
normalized = Statement(sp.Sum(y[k], (k, 1, m)), "=", sp.S.One)
SUM_IS_ONE = r"\sum_k y_k = 1"

gradient = Theorem(
    "softmax_cross_entropy_gradient",
    "∂L/∂z_j = a_j − y_j for targets that sum to 1",
    Statement(Partial(L, z[j]), "=", a[j] - y[j]),
    output.assume(normalized, SUM_IS_ONE),
    entries=("softmax_cross_entropy", "softmax"),
)

general_gradient = Theorem(
    "softmax_cross_entropy_gradient_any_target",
    "∂L/∂z_j = a_j Σ_k y_k − y_j for any targets",
    Statement(Partial(L, z[j]), "=", a[j] * sp.Sum(y[k], (k, 1, m)) - y[j]),
    output,
    entries=("softmax_cross_entropy", "softmax"),
)

chain_rule = Theorem(
    "softmax_cross_entropy_chain_rule",
    "∂L/∂z_j = Σ_q ∂L/∂a_q · ∂a_q/∂z_j",
    Statement(Partial(L, z[j]), "=", sp.Sum(Partial(L, a[q]) * Partial(a[q], z[j]), (q, 1, m))),
    output,
    entries=("softmax_cross_entropy", "softmax"),
)

entry_gradient = Theorem(
    "softmax_cross_entropy_entry_gradient",
    "the catalogue's loss on logits has the gradient softmax(z)_j − y_j",
    Statement(Partial(loss(z, y), z[j]), "=", softmax(z, j) - y[j]),
    library().assume(normalized, SUM_IS_ONE),
    entries=("softmax_cross_entropy", "softmax"),
)

hessian = Theorem(
    "softmax_cross_entropy_hessian",
    "∂²L/∂z_i∂z_j = a_i(δ_ij − a_j) for targets that sum to 1",
    Statement(Partial(L, z[j], z[i]), "=", a[i] * (sp.KroneckerDelta(i, j) - a[j])),
    output.assume(normalized, SUM_IS_ONE),
    entries=("softmax_cross_entropy", "softmax"),
)

row = Vec(Z[i, k], (k, m))
batch_gradient = Theorem(
    "softmax_cross_entropy_batch_gradient",
    "for a mean over n samples, ∂L/∂z_ij = (a_ij − y_ij)/n",
    Statement(
        Partial(catalogue["softmax_cross_entropy_mean"](Z, Y), Z[i, j]),
        "=",
        (softmax(row, j) - Y[i, j]) / n,
    ),
    library().assume(Statement(sp.Sum(Y[i, k], (k, 1, m)), "=", sp.S.One), r"\sum_k y_{ik} = 1"),
    entries=("softmax_cross_entropy_mean", "softmax"),
)

one_hot = (
    library()
    .define(Definition.of(y[k], sp.KroneckerDelta(k, c)))
    .assume(Statement(c, "<=", m), r"c \leq m")
)

log_loss_is_cross_entropy = Theorem(
    "log_loss_is_cross_entropy_for_one_hot_targets",
    "for a one-hot target of class c, the cross-entropy is −ln a_c",
    Statement(catalogue["categorical_cross_entropy"](a, y), "=", catalogue["log_loss"](a[c])),
    one_hot.declare(a, Domain.UNIT),
    entries=("categorical_cross_entropy", "log_loss"),
)

one_hot_gradient = Theorem(
    "softmax_cross_entropy_one_hot_gradient",
    "for a one-hot target of class c, ∂L/∂z_j = a_j − δ_jc",
    Statement(Partial(loss(z, y), z[j]), "=", softmax(z, j) - sp.KroneckerDelta(j, c)),
    one_hot,
    entries=("softmax_cross_entropy", "softmax"),
)

prediction_gradient = Theorem(
    "categorical_cross_entropy_gradient",
    "the gradient in the probabilities is −y_j/a_j",
    Statement(Partial(catalogue["categorical_cross_entropy"](a, y), a[j]), "=", -y[j] / a[j]),
    declared({a: Domain.UNIT}),
    entries=("categorical_cross_entropy",),
)

"""Temperature, label smoothing and the focal loss: variants of softmax cross-entropy."""

import sympy as sp

from derive.functions import catalogue
from derive.terms import (
    Definition,
    Domain,
    Partial,
    Statement,
    Vec,
    family,
    index,
    real,
    size,
    sum_of,
)
from derive.verdicts.theorem import Theorem, library

softmax, sigmoid = catalogue["softmax"], catalogue["sigmoid"]
n = size("n")
i, j, k, c = index("i"), index("j"), index("k"), index("c")
L, z, p = real("L"), real("z"), real("p")
logits, a, y = family("z", n), family("a", n), family("y", n)
T, eps, gamma = (sp.Symbol(name, positive=True) for name in ("T", "epsilon", "gamma"))
delta = sp.KroneckerDelta
labels = Statement(sum_of(y[k], (k, 1, n)), "=", sp.S.One)
SUM_IS_ONE = r"\sum_k y_k = 1"
cross_entropy = Definition.of(L, -sum_of(y[k] * sp.log(a[k]), (k, 1, n)))
warm = library().define(Definition.of(a[i], softmax(Vec(logits[k] / T, (k, n)), i)))

temperature_jacobian = Theorem(
    "temperature_softmax_jacobian",
    "∂a_i/∂z_j = a_i(δ_ij − a_j)/T",
    Statement(Partial(a[i], logits[j]), "=", a[i] * (delta(i, j) - a[j]) / T),
    warm,
    entries=("softmax",),
)

temperature_slope = Theorem(
    "temperature_softmax_in_temperature",
    "∂a_i/∂T = −a_i (z_i − Σ_k a_k z_k)/T²",
    Statement(
        Partial(a[i], T), "=", -a[i] * (logits[i] - sum_of(a[k] * logits[k], (k, 1, n))) / T**2
    ),
    warm,
    entries=("softmax",),
)

temperature_gradient = Theorem(
    "temperature_cross_entropy_gradient",
    "∂L/∂z_j = (a_j − y_j)/T for targets that sum to 1",
    Statement(Partial(L, logits[j]), "=", (a[j] - y[j]) / T),
    warm.define(cross_entropy).assume(labels, SUM_IS_ONE),
    entries=("softmax",),
)

smooth = (
    library()
    .define(
        Definition.of(a[i], softmax(logits, i)),
        Definition.of(L, -sum_of(((1 - eps) * y[k] + eps / n) * sp.log(a[k]), (k, 1, n))),
    )
    .assume(labels, SUM_IS_ONE)
)

smoothing_gradient = Theorem(
    "label_smoothing_gradient",
    "∂L/∂z_j = a_j − (1 − ε) y_j − ε/n",
    Statement(Partial(L, logits[j]), "=", a[j] - (1 - eps) * y[j] - eps / n),
    smooth,
    entries=("softmax",),
)

binary = library().define(
    Definition.of(p, sigmoid(z)), Definition.of(L, -((1 - p) ** gamma) * sp.log(p))
)

focal_gradient = Theorem(
    "focal_loss_gradient",
    "∂L/∂z = (1 − p)^γ (γ p ln p − (1 − p)) for a positive example",
    Statement(Partial(L, z), "=", (1 - p) ** gamma * (gamma * p * sp.log(p) - (1 - p))),
    binary,
    entries=("sigmoid",),
)

focal_in_probability = Theorem(
    "focal_loss_in_probability",
    "∂L/∂p = γ(1 − p)^{γ−1} ln p − (1 − p)^γ/p",
    Statement(
        Partial(L, p),
        "=",
        gamma * (1 - p) ** (gamma - 1) * sp.log(p) - (1 - p) ** gamma / p,
    ),
    library().declare(p, Domain.UNIT).define(Definition.of(L, -((1 - p) ** gamma) * sp.log(p))),
)

many = (
    library()
    .define(
        Definition.of(a[i], softmax(logits, i)),
        Definition.of(L, -((1 - a[c]) ** gamma) * sp.log(a[c])),
    )
    .assume(Statement(a[c], "<", 1), "a_c < 1")
)

focal_logits = Theorem(
    "focal_loss_logits",
    "∂L/∂z_j = (1 − a_c)^{γ−1}(γ a_c ln a_c − (1 − a_c))(δ_jc − a_j)",
    Statement(
        Partial(L, logits[j]),
        "=",
        (1 - a[c]) ** (gamma - 1)
        * (gamma * a[c] * sp.log(a[c]) - (1 - a[c]))
        * (delta(j, c) - a[j]),
    ),
    many,
    entries=("softmax",),
)

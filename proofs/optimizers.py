"""One step of SGD, momentum and Adam as definitions, and what follows from them."""

import sympy as sp

from derive.terms import Definition, Statement, family, index, real, size
from derive.verdicts.theorem import Theorem, library

n = size("n")
i = index("i")
eta, eps = sp.Symbol("eta", positive=True), sp.Symbol("epsilon", positive=True)
beta, mu = real("beta"), real("mu")
beta_1, beta_2 = real("beta_1"), real("beta_2")
w, g, g_2, v = family("w", n), family("g", n), family("g_2", n), family("v", n)
v_1, v_2, w_1, w_2 = (family(name, n) for name in ("v_1", "v_2", "w_1", "w_2"))

sgd = library().define(
    Definition.of(w_1[i], w[i] - eta * g[i]), Definition.of(w_2[i], w_1[i] - eta * g_2[i])
)

sgd_two_steps = Theorem(
    "sgd_two_steps",
    "two steps of SGD: w₂ = w − η(g + g₂)",
    Statement(w_2[i], "=", w[i] - eta * (g[i] + g_2[i])),
    sgd,
)

momentum = library().define(
    Definition.of(v_1[i], beta * v[i] + g[i]),
    Definition.of(w_1[i], w[i] - eta * v_1[i]),
    Definition.of(v_2[i], beta * v_1[i] + g_2[i]),
    Definition.of(w_2[i], w_1[i] - eta * v_2[i]),
)

momentum_two_steps = Theorem(
    "momentum_two_steps",
    "two steps of momentum: w₂ = w − η(β(1 + β) v + (1 + β) g + g₂)",
    Statement(w_2[i], "=", w[i] - eta * (beta * (1 + beta) * v[i] + (1 + beta) * g[i] + g_2[i])),
    momentum,
)

heavy_ball = Theorem(
    "momentum_heavy_ball",
    "w₂ = w₁ − η g₂ + β(w₁ − w): momentum without v",
    Statement(w_2[i], "=", w_1[i] - eta * g_2[i] + beta * (w_1[i] - w[i])),
    momentum,
)

first, second = family("m_1", n), family("s_1", n)
adam = (
    library()
    .define(
        Definition.of(first[i], (1 - beta_1) * g[i]),
        Definition.of(second[i], (1 - beta_2) * g[i] ** 2),
        Definition.of(
            w_1[i],
            w[i] - eta * (first[i] / (1 - beta_1)) / (sp.sqrt(second[i] / (1 - beta_2)) + eps),
        ),
    )
    .assume(Statement(beta_1, "<", 1), r"\beta_1 < 1")
    .assume(Statement(beta_2, "<", 1), r"\beta_2 < 1")
)

adam_first_step = Theorem(
    "adam_first_step",
    "the first step of Adam from m = s = 0 is w − η g/(|g| + ε), whatever β₁ and β₂",
    Statement(w_1[i], "=", w[i] - eta * g[i] / (sp.Abs(g[i]) + eps)),
    adam,
)

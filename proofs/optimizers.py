"""Steps of SGD, momentum, Nesterov, weight decay and Adam as definitions, and what follows."""

import sympy as sp

from derive.terms import Definition, Domain, Statement, family, index, real, size, sum_of
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

t, k = size("t"), index("k")
velocity, history = real("v"), family("g", t + 1)
decay = sp.Symbol("beta", positive=True)

momentum_unrolled = Theorem(
    "momentum_unrolled",
    "a step later v = Σ_{k≤t} β^{t−k} g_k is Σ_{k≤t+1} β^{t+1−k} g_k: old gradients fade",
    Statement(
        decay * velocity + history[t + 1],
        "=",
        sum_of(decay ** (t + 1 - k) * history[k], (k, 1, t + 1)),
    ),
    library()
    .declare(decay, Domain.UNIT)
    .define(Definition.of(velocity, sum_of(decay ** (t - k) * history[k], (k, 1, t)))),
)

nesterov = library().define(
    Definition.of(v_1[i], beta * v[i] + g[i]),
    Definition.of(w_1[i], w[i] - eta * (beta * v_1[i] + g[i])),
)

nesterov_step = Theorem(
    "nesterov_step",
    "Nesterov's step is w − η(β² v + (1 + β) g)",
    Statement(w_1[i], "=", w[i] - eta * (beta**2 * v[i] + (1 + beta) * g[i])),
    nesterov,
)

lam = sp.Symbol("lambda", positive=True)
weight_decay = Theorem(
    "sgd_weight_decay",
    "SGD on a loss with λ/2 |w|² shrinks w first: w₁ = (1 − ηλ) w − η g",
    Statement(w_1[i], "=", (1 - eta * lam) * w[i] - eta * g[i]),
    library().define(Definition.of(w_1[i], w[i] - eta * (g[i] + lam * w[i]))),
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

fading, fading_2 = (sp.Symbol(f"beta_{p}", positive=True) for p in (1, 2))
m_t, s_t = family("m", n), family("s", n)
constant_gradient = (
    library()
    .declare(fading, Domain.UNIT)
    .declare(fading_2, Domain.UNIT)
    .define(
        Definition.of(m_t[i], (1 - fading**t) * g[i]),
        Definition.of(s_t[i], (1 - fading_2**t) * g[i] ** 2),
    )
)

ADAM = tuple(
    Theorem(f"adam_{name}", title, Statement(left, "=", right), constant_gradient)
    for name, title, left, right in (
        (
            "first_moment",
            "under a constant gradient m = (1 − β₁^t) g becomes (1 − β₁^{t+1}) g",
            fading * m_t[i] + (1 - fading) * g[i],
            (1 - fading ** (t + 1)) * g[i],
        ),
        (
            "second_moment",
            "under a constant gradient s = (1 − β₂^t) g² becomes (1 − β₂^{t+1}) g²",
            fading_2 * s_t[i] + (1 - fading_2) * g[i] ** 2,
            (1 - fading_2 ** (t + 1)) * g[i] ** 2,
        ),
        (
            "step",
            "so that every step t of Adam under a constant gradient is w − η g/(|g| + ε)",
            w[i] - eta * (m_t[i] / (1 - fading**t)) / (sp.sqrt(s_t[i] / (1 - fading_2**t)) + eps),
            w[i] - eta * g[i] / (sp.Abs(g[i]) + eps),
        ),
    )
)

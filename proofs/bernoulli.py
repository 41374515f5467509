"""The maximum likelihood estimate of a Bernoulli parameter is the mean of the data."""

import sympy as sp

from derive.functions import catalogue
from derive.terms import Domain, Partial, Statement, family, index, real, size
from derive.verdicts.theorem import Theorem, declared

likelihood = catalogue["bernoulli_log_likelihood"]
N = size("N")
i = index("i")
p = real("p")
D = family("D", N)
total = sp.Sum(D[i], (i, 1, N))
score = sp.Sum(D[i] / p - (1 - D[i]) / (1 - p), (i, 1, N))
inside = declared({p: Domain.UNIT})

score_formula = Theorem(
    "bernoulli_score",
    "the score is Σ_i (D_i/p − (1 − D_i)/(1 − p))",
    Statement(Partial(likelihood(p, D), p), "=", score),
    inside,
    entries=("bernoulli_log_likelihood",),
)

score_factored = Theorem(
    "bernoulli_score_factored",
    "p(1 − p) times the score is Σ_i D_i − N p",
    Statement(p * (1 - p) * score, "=", total - N * p),
    inside,
    entries=("bernoulli_log_likelihood",),
)

estimate = Theorem(
    "bernoulli_maximum_likelihood",
    "the score vanishes at p = (1/N) Σ_i D_i",
    Statement(score, "=", sp.S.Zero),
    inside.assume(Statement(total, "=", N * p), r"p = \frac{1}{N} \sum_i D_i"),
    entries=("bernoulli_log_likelihood",),
)

concave = Theorem(
    "bernoulli_second_derivative",
    "the second derivative is −Σ_i (D_i/p² + (1 − D_i)/(1 − p)²)",
    Statement(
        Partial(likelihood(p, D), p, p),
        "=",
        -sp.Sum(D[i] / p**2 + (1 - D[i]) / (1 - p) ** 2, (i, 1, N)),
    ),
    inside,
    entries=("bernoulli_log_likelihood",),
)

"""Bounds of functions of one variable: proved by pieces, replayed, and never for a dip."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial

import pytest
import sympy as sp

import derive
from derive.proof import CheckError, Outcome, check, prepare, prove
from derive.proof.bounds import Bound, ByBalls, BySign, BySlope, Piece
from derive.proof.certificate import Certificate
from derive.proof.leaf import Leaf
from derive.proof.refute import survey
from derive.terms import Context, Hypothesis, Statement, real

x, y = real("x"), real("y")
exp, log, tanh, erf, sqrt = sp.exp, sp.log, sp.tanh, sp.erf, sp.sqrt
Q = sp.Rational
sigma = 1 / (1 + exp(-x))


def judged(lhs: sp.Expr, relation: str, rhs: sp.Expr, *facts: Statement) -> Outcome:
    hypotheses = tuple(Hypothesis(fact, str(fact)) for fact in facts)
    return prove(
        Statement(sp.sympify(lhs), relation, sp.sympify(rhs)), Context(hypotheses=hypotheses)
    )


above = partial(Statement, x, ">")

TRUE = [
    (log(1 + x), "<=", x, ()),
    (x / (1 + x), "<=", log(1 + x), ()),
    (log(1 + x), "<", x, (above(0),)),
    (x * sigma, ">", Q(-2785, 10000), ()),
    (x * erf(x), ">=", 0, ()),
    (erf(x), "<", 1, ()),
    (sp.atan(x), "<", sp.pi / 2, ()),
    (x * log(x), ">=", -exp(-1), ()),
    (x - 1 - log(x), ">", 0, (above(1),)),
    (exp(x), ">=", sp.E * x, ()),
    (sqrt(1 + x), "<=", 1 + x / 2, ()),
    (1 - sp.cos(x), "<=", x**2 / 2, ()),
    (x - x**3 / 6, "<=", sp.sin(x), (above(0),)),
    (x**2 * exp(-x), "<=", 4 * exp(-2), (above(0),)),
    ((x - Q(1, 3)) ** 2 * exp(x), ">=", 0, ()),
    (x**4 - 2 * x**2 + 1 + (exp(x) - 1) ** 2, ">", 0, ()),
    (exp(x) + exp(y), ">=", 2 * exp((x + y) / 2), ()),
    (exp(x) - exp(y), ">=", exp(y) * (x - y), ()),
]

NARROW = exp(-(10**8) * (x - Q(1, 3)) ** 2)
TINY = Q(1, 10**30)

FALSE = [
    (1, ">", (1 + Q(1, 10**6)) * NARROW, ()),
    (1, ">", NARROW, ()),
    (x**2 + 1, ">=", (Q(10, 9) + Q(1, 10**9)) * NARROW, ()),
    ((x - Q(1, 3)) ** 2, ">=", TINY, ()),
    ((x - Q(1, 3)) ** 2, ">", 0, ()),
    (exp(x), ">=", 1 + x + TINY, ()),
    (exp(x), ">", 1 + x, ()),
    (exp(-x), ">", TINY, ()),
    (tanh(x), "<", 1 - TINY, ()),
    (erf(x), "<=", 1 - TINY, ()),
    (log(1 + x), "<=", x - TINY, ()),
    (log(1 + x), "<=", x * (1 - Q(1, 10**12)), ()),
    (x * log(x), ">=", -exp(-1) + TINY, ()),
    (x * sigma, ">", Q(-278, 1000), ()),
    (log(x), "<", sqrt(x) / 2, ()),
    (x**2 * exp(-x), "<", 4 * exp(-2), (above(0),)),
    (log(1 + exp(x)), ">", x + TINY, ()),
    (sp.sin(x), "<", 1, ()),
    (x - x**3 / 6, "<=", sp.sin(x), ()),
    (
        y * (1 - y) * (x - 2) ** 2,
        ">",
        0,
        (Statement(y, ">", sp.S.Zero), Statement(y, "<", sp.S.One)),
    ),
    (y**2 * exp(x), ">", 0, ()),
    (1 / x, ">", 0, ()),
    (x + 1 / x, ">", 0, ()),
    ((exp(x) - 1 - x) / (x + 10**6), ">=", 0, ()),
    ((exp(x) + x**2) / (sp.sin(x) + Q(999, 1000)), ">", 0, ()),
    ((exp(x) - x) / (exp(x) - 2), ">", 0, ()),
    ((1 + x**2) / (log(2 + x**2) - Q(3, 4)), ">", 0, ()),
    (1 / (x - 2) ** 3 + 10**9, ">", 0, ()),
    (exp(x) - exp(y), ">=", exp(y) * (x - y) + TINY, ()),
    (log(x) - log(y), ">=", (x - y) / y, ()),
]


def show(case: object) -> str:
    return str(case) if isinstance(case, sp.Basic | str) else ""


@pytest.mark.parametrize(("lhs", "relation", "rhs", "facts"), TRUE, ids=show)
def test_is_proved_and_replayed(
    lhs: sp.Expr, relation: str, rhs: sp.Expr, facts: tuple[Statement, ...]
) -> None:
    outcome = judged(lhs, relation, rhs, *facts)
    assert outcome.status == "proved", outcome.reason
    assert outcome.certificate is not None
    assert check(outcome.certificate) == len(outcome.certificate.leaves)


@pytest.mark.parametrize(("lhs", "relation", "rhs", "facts"), FALSE, ids=show)
def test_is_not_proved(
    lhs: sp.Expr, relation: str, rhs: sp.Expr, facts: tuple[Statement, ...]
) -> None:
    assert judged(lhs, relation, rhs, *facts).status in ("refuted", "undecided")


SHARP = {"<=": "<", ">=": ">", "<": "<", ">": ">"}


@pytest.mark.slow
@pytest.mark.parametrize(("lhs", "relation", "rhs", "facts"), TRUE, ids=show)
def test_a_neighbour_that_is_proved_has_no_counterexample(
    lhs: sp.Expr, relation: str, rhs: sp.Expr, facts: tuple[Statement, ...]
) -> None:
    up = 1 if relation in ("<", "<=") else -1
    context = Context(hypotheses=tuple(Hypothesis(f, str(f)) for f in facts))
    right = sp.sympify(rhs)
    near = [right, right - up * Q(1, 10**9), right * (1 + Q(1, 10**6)), right * (1 - Q(1, 10**6))]
    for other in near:
        claim = Statement(sp.sympify(lhs), SHARP[relation], other)
        if prove(claim, context).status == "proved":
            setting = prepare((claim.lhs, claim.rhs), context)
            found = survey(claim, setting, 200, time.monotonic() + 5)
            assert found.counterexample is None, claim


# -- proofs that were tampered with -------------------------------------------------------------


def softplus_proof() -> tuple[Certificate, Bound]:
    """ln(1 + e^x) − x/2 ≥ ln 2 by one cut at 0."""
    certificate = judged(log(1 + exp(x)), "<=", log(2) + x / 2 + x**2 / 8).certificate
    assert certificate is not None
    assert isinstance(certificate.tree, Leaf)
    assert certificate.tree.bound is not None
    return certificate, certificate.tree.bound


def refused(certificate: Certificate, bound: Bound) -> None:
    assert isinstance(certificate.tree, Leaf)
    with pytest.raises(CheckError):
        check(replace(certificate, tree=replace(certificate.tree, bound=bound)))


def test_the_proof_is_said_in_words() -> None:
    certificate, _ = softplus_proof()
    assert any("slope" in line for line in certificate.lines())
    assert certificate.as_json()["proof"]["bound"]


def test_a_missing_piece_is_noticed() -> None:
    certificate, bound = softplus_proof()
    assert len(bound.pieces) > 1
    refused(certificate, replace(bound, pieces=bound.pieces[1:]))
    refused(certificate, replace(bound, pieces=bound.pieces[:-1]))
    refused(certificate, replace(bound, pieces=()))


def test_a_gap_is_noticed() -> None:
    certificate, bound = softplus_proof()
    shifted = replace(bound.pieces[1], low=sp.Integer(1))
    refused(certificate, replace(bound, pieces=(bound.pieces[0], shifted, *bound.pieces[2:])))


def test_the_other_sign_is_refused() -> None:
    certificate, bound = softplus_proof()
    refused(certificate, replace(bound, sign=-bound.sign))


@pytest.mark.parametrize(
    "proof",
    [
        BySign(),
        ByBalls(()),
        BySlope(True, sp.S.One, (Piece(-sp.oo, sp.oo, BySign()),)),
        BySlope(False, exp(x), (Piece(-sp.oo, sp.oo, BySign()),)),
        BySlope(True, -exp(x), (Piece(-sp.oo, sp.oo, BySign()),)),
    ],
)
def test_a_made_up_proof_is_refused(proof: BySign | ByBalls | BySlope) -> None:
    certificate, bound = softplus_proof()
    refused(certificate, replace(bound, pieces=(Piece(-sp.oo, sp.oo, proof),)))


def test_balls_that_hold_zero_are_refused() -> None:
    certificate = judged(x * sigma, ">", Q(-2785, 10000)).certificate
    assert certificate is not None
    bound = next(leaf.bound for leaf in certificate.leaves)
    assert bound is not None
    coarse = tuple(
        replace(p, proof=ByBalls(())) if isinstance(p.proof, ByBalls) else p for p in bound.pieces
    )
    assert coarse != bound.pieces
    refused(certificate, replace(bound, pieces=coarse))


GAUSSIANS = r"\ln\frac{s}{r} + \frac{r^2 + (a - b)^2}{2 s^2} - \frac12"
POSITIVE = (r"r > 0", r"s > 0")


@pytest.mark.parametrize(
    ("claim", "given"),
    [
        (GAUSSIANS + r" \ge 0", POSITIVE),
        (r"\frac12 (v + \mu^2 - 1 - \ln v) \ge 0", (r"v > 0",)),
        (r"\ln r - \ln s \le \frac{r - s}{s}", POSITIVE),
        (r"\ln r - \ln s \ge \frac{r - s}{r}", POSITIVE),
        (r"2 \ln r + \ln s \le r^2 s - 1", POSITIVE),
    ],
)
def test_constants_times_logarithms(claim: str, given: tuple[str, ...]) -> None:
    assert derive.verify(claim, assuming=given).status == "proved"


@pytest.mark.parametrize(
    ("claim", "given"),
    [
        (GAUSSIANS + " > 0", POSITIVE),
        (GAUSSIANS + r" \ge \frac{1}{1000}", POSITIVE),
        (r"\frac12 (v + \mu^2 - 1 - \ln v) > 0", (r"v > 0",)),
        (r"\ln r - \ln s < \frac{r - s}{s}", POSITIVE),
        (r"e^x > 1 + x", ()),
        (r"-\sum_i p_i \ln p_i < \ln n", (r"p_i > 0", r"\sum_{i=1}^n p_i = 1")),
        (r"\sqrt{r s} < \frac{r + s}{2}", POSITIVE),
    ],
)
def test_bounds_that_are_reached_are_not_strict(claim: str, given: tuple[str, ...]) -> None:
    assert derive.verify(claim, assuming=given).status == "refuted"


@pytest.mark.parametrize(
    ("claim", "given"),
    [
        (r"x \sigma(x) \ge -0.2784", ()),
        (r"\sigma'(x) \le 0.2499", ()),
        (r"|\tanh x - \tanh y| \le 0.99 |x - y|", ()),
        (r"x - \frac{x^3}{6} \le \sin x", (r"x \le 0",)),
        (r"a^2 + b^2 + c^2 \ge ab + bc + ca + \frac{1}{100}", ()),
        (r"x \ln x \ge -0.3678", (r"x > 0",)),
    ],
)
def test_bounds_that_fail_a_little_are_refuted(claim: str, given: tuple[str, ...]) -> None:
    verdict = derive.verify(claim, assuming=given)
    assert verdict.status == "refuted"
    assert verdict.steps[0].counterexample is not None

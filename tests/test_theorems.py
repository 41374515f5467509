"""Every theorem in proofs/ is proved, derived where it is a derivative, and can fail."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import sympy as sp

from derive.functions import catalogue
from derive.terms import Partial, Statement
from derive.verdicts.theorem import (
    AnyTheorem,
    KinkTheorem,
    NetworkTheorem,
    Theorem,
    load_theorems,
)

THEOREMS = load_theorems(Path(__file__).parent.parent / "proofs")
DERIVATIVES = [
    t for t in THEOREMS if isinstance(t, Theorem) and isinstance(t.statement.lhs, Partial)
]

# Their lines take seconds to prove one by one; `make sweep` does it.
HEAVY = re.compile(
    r"info_nce_sim|layer_norm_input|perceptron_(softplus|silu|gelu|sigmoid)|residual_block"
    r"|lstm_|rnn_(state|input$)|_hessian|gauss_newton|attention_scores$|softmax_regression"
)
LINE_BY_LINE = [
    pytest.param(t, id=t.name, marks=[pytest.mark.slow] if HEAVY.search(t.name) else [])
    for t in DERIVATIVES
]

every_theorem = pytest.mark.parametrize("theorem", THEOREMS, ids=lambda t: t.name)


def false_neighbour(theorem: AnyTheorem) -> AnyTheorem:
    """The theorem with its right side negated, or with an interval that is too long."""
    if isinstance(theorem, KinkTheorem):
        return replace(theorem, high=theorem.high + 1)
    if isinstance(theorem, NetworkTheorem):
        first, *others = theorem.gradients.items()
        wrong_first = (first[0], sp.Mul(-1, first[1], evaluate=False))
        return replace(theorem, gradients=dict([*others, wrong_first]))
    right = theorem.statement.rhs
    wrong = sp.S.One if right == 0 else sp.Mul(-1, right, evaluate=False)
    return replace(theorem, statement=Statement(theorem.statement.lhs, "=", wrong))


@every_theorem
def test_is_proved(theorem: AnyTheorem) -> None:
    outcome = theorem.prove()
    assert outcome.status == "proved", outcome.reason


@every_theorem
def test_its_false_neighbour_is_not_proved(theorem: AnyTheorem) -> None:
    assert false_neighbour(theorem).prove().status != "proved"


@pytest.mark.parametrize("theorem", LINE_BY_LINE)
def test_is_derived_line_by_line(theorem: Theorem) -> None:
    derivation = theorem.derivation()
    assert derivation is not None
    assert derivation.result == theorem.statement.rhs
    check = derivation.check()
    assert check, str(check)


@every_theorem
def test_names_entries_that_exist(theorem: AnyTheorem) -> None:
    assert theorem.title
    for name in theorem.entries:
        assert catalogue[name].name == name


def test_hypotheses_are_cited() -> None:
    """The gradient a − y rests on the labels' sum; the one without that hypothesis does not."""
    by_name = {t.name: t for t in THEOREMS}
    gradient = by_name["softmax_cross_entropy_gradient"]
    assert gradient.prove().hypotheses == (r"\sum_k y_k = 1",)
    without = replace(gradient, context=replace(gradient.context, hypotheses=()))
    assert without.prove().status != "proved"
    assert by_name["softmax_cross_entropy_gradient_any_target"].prove().hypotheses == ()

"""Proofs are replayed by the checker, and a proof that was tampered with does not pass."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest
import sympy as sp

from derive.proof import Certificate, CheckError, check, prove
from derive.proof.certificate import SignCases
from derive.terms import Statement, real
from derive.verdicts.theorem import Theorem, load_theorems

PROOFS = Path(__file__).parents[2] / "proofs"
THEOREMS = [t for t in load_theorems(PROOFS) if isinstance(t, Theorem)]
x = real("x")


@pytest.mark.parametrize("theorem", THEOREMS[::4], ids=lambda t: t.name)
def test_a_proof_is_replayed(theorem: Theorem) -> None:
    certificate = theorem.prove().certificate
    assert certificate is not None
    assert check(certificate) == len(certificate.leaves)


@pytest.mark.slow
@pytest.mark.parametrize("theorem", THEOREMS, ids=lambda t: t.name)
def test_every_proof_is_replayed(theorem: Theorem) -> None:
    certificate = theorem.prove().certificate
    assert certificate is not None
    assert check(certificate) == len(certificate.leaves)


def proof_in_cases() -> Certificate:
    outcome = prove(Statement(sp.Abs(x) ** 3, "=", sp.Abs(x**3)))
    assert outcome.status == "proved"
    assert outcome.certificate is not None
    return outcome.certificate


def test_a_missing_case_is_noticed() -> None:
    certificate = proof_in_cases()
    tree = certificate.tree
    assert isinstance(tree, SignCases)
    fewer = replace(tree, branches={k: v for k, v in tree.branches.items() if k != -1})
    with pytest.raises(CheckError, match="missing"):
        check(replace(certificate, tree=fewer))


def test_another_statement_is_noticed() -> None:
    certificate = proof_in_cases()
    wrong = Statement(sp.Abs(x) ** 3, "=", x**3)
    with pytest.raises(CheckError, match="leaf"):
        check(replace(certificate, statement=wrong))


def test_a_leaf_for_all_cases_has_to_hold_in_each_of_them() -> None:
    certificate = proof_in_cases()
    wrong = Statement(sp.Abs(x) ** 3, "=", x**3)
    positive = next(leaf for leaf in certificate.leaves if leaf.kind == "equal")
    with pytest.raises(CheckError, match="leaf"):
        check(replace(certificate, statement=wrong, tree=positive))


def test_a_proof_prints_as_text_and_as_plain_data() -> None:
    certificate = proof_in_cases()
    assert certificate.lines()[0] == "cases by the sign of x"
    data = certificate.as_json()
    assert data["proof"]["rule"] == "cases by sign"
    assert data["proof"]["negative"]["normal form"] == "-x**3"


def test_the_lines_of_a_proof_can_be_read_late_and_leave_the_process() -> None:
    outcome = prove(Statement(1 / (1 + x**2), "<=", sp.Integer(1)))
    assert outcome.certificate is not None
    for leaf in outcome.certificate.leaves:
        assert leaf.compared is not None
        leaf.compared[0].field.deadline = 0.0
    told = pickle.loads(pickle.dumps(outcome.steps))
    assert type(told) is tuple
    assert outcome.steps == told
    assert "has the right sign" in told[0]

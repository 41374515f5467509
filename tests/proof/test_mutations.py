"""False neighbours of every theorem: none is proved, and hardly any is left undecided."""

from __future__ import annotations

from collections import Counter

import pytest
import sympy as sp

from bench.mutants import CHANGES, Witnesses, false_mutants
from bench.soundness import Judged, equations, sweep
from derive.terms import free
from derive.verdicts import Theorem

THEOREMS = equations()


def report(judged: list[Judged]) -> str:
    lines = (f"{o.theorem}: {o.statement}: {o.status}: {o.reason}" for o in judged)
    return "\n".join(lines)


def assert_sound(judged: list[Judged], refuted: float) -> None:
    wrong = [one for one in judged if one.wrong]
    assert not wrong, report(wrong)
    counts = Counter(one.status for one in judged)
    missed = [one for one in judged if one.status != "refuted"]
    assert counts["refuted"] >= refuted * len(judged), f"{counts}\n{report(missed)}"


@pytest.mark.parametrize("theorem", THEOREMS, ids=lambda theorem: theorem.name)
def test_a_theorem_holds_at_its_witnesses(theorem: Theorem) -> None:
    """Otherwise a mutant that differs there would not be known to be false."""
    witnesses = Witnesses(theorem.statement, theorem.context)
    assert witnesses.known
    assert witnesses.against(theorem.statement.rhs) is None


def test_every_kind_of_slip_is_made() -> None:
    made = set()
    for theorem in THEOREMS:
        rhs = theorem.statement.rhs
        names = sorted(free(rhs), key=str)
        nodes = [node for node in sp.preorder_traversal(rhs) if isinstance(node, sp.Expr)]
        for change in CHANGES:
            if any(next(change(node, names), None) is not None for node in nodes):
                made.add(change.__name__)
    assert made == {change.__name__ for change in CHANGES}


def test_mutants_are_the_same_every_time() -> None:
    theorem = THEOREMS[0]
    first, second = (list(false_mutants(theorem.statement, theorem.context, 5)) for _ in "ab")
    assert [m for m, _ in first] == [m for m, _ in second]


def test_a_sample_of_mutants() -> None:
    judged = list(sweep(each=4, every=3))
    assert len(judged) > 100
    assert_sound(judged, refuted=0.98)


@pytest.mark.slow
def test_ten_thousand_mutants() -> None:
    judged = list(sweep())
    assert len(judged) >= 10_000
    assert_sound(judged, refuted=0.995)

"""Other names, other sides, other order, fused with the truth: verdicts stay what they are."""

from __future__ import annotations

import pytest
import sympy as sp

from bench import metamorphic
from bench.metamorphic import CHANGES, FUSIONS, renamed
from bench.soundness import Judged, equations
from derive.proof import Outcome, prove
from derive.verdicts import Theorem

SAMPLE = equations()[5::32]
STATUSES = {"true proved", "true conditional", "false refuted", "false undecided"}


def judged(theorem: Theorem) -> list[Judged]:
    return list(metamorphic.metamorphic(theorem, count=1))


@pytest.mark.parametrize("theorem", SAMPLE, ids=lambda theorem: theorem.name)
def test_what_changes_nothing_changes_no_verdict(theorem: Theorem) -> None:
    rows = judged(theorem)
    assert not [row for row in rows if row.wrong]
    assert {row.status for row in rows} <= STATUSES
    assert sum(row.status == "true proved" for row in rows) >= 5
    made = {row.statement.split(":")[0] for row in rows}
    assert made >= {*CHANGES, *FUSIONS} - {"put_in", "other_order"}


def test_every_change_is_made_somewhere() -> None:
    made = {
        name
        for theorem in equations()
        for name, change in CHANGES.items()
        if next(change(theorem.statement, theorem.context), None) is not None
    }
    assert made == set(CHANGES)


@pytest.mark.parametrize("theorem", SAMPLE, ids=lambda theorem: theorem.name)
def test_nothing_keeps_its_name(theorem: Theorem) -> None:
    def names(statement: sp.Basic) -> set[str]:
        return {s.name for s in statement.atoms(sp.Symbol)}

    ((statement, context),) = renamed(theorem.statement, theorem.context)
    for old, new in (
        (theorem.statement.lhs, statement.lhs),
        (theorem.statement.rhs, statement.rhs),
    ):
        assert names(old).isdisjoint(names(new))
        assert len(names(old)) == len(names(new))
    assert len(context.hypotheses) == len(theorem.context.hypotheses)
    assert len(context.definitions) == len(theorem.context.definitions)
    assert prove(statement, context).status == "proved"


@pytest.mark.parametrize("status", ["proved", "refuted"])
def test_a_prover_that_always_says_the_same_is_found_out(
    status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def same(*_: object) -> Outcome:
        return Outcome("proved" if status == "proved" else "refuted", "as always")

    monkeypatch.setattr(metamorphic, "prove", same)
    assert any(row.wrong for row in judged(SAMPLE[0]))

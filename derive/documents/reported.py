"""What is said of one formula, and the count of all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from derive.documents.pieces import Found
from derive.documents.task import Fact, Judged
from derive.errors import ReadError
from derive.verdicts.verdict import ORDER, Status, StepVerdict


@dataclass(frozen=True)
class Reported:
    """What is said of one formula.

    `kind` is claim, definition, expression or unread; `offset` is where (in the formula's
    source) the trouble or the step at fault stands; `notes` say how it was read; `remarks` are
    what a reader should know and is no alarm; `expected` is what the author said to expect.
    """

    found: Found
    kind: str
    verdict: Status | None
    reason: str
    steps: tuple[StepVerdict, ...] = ()
    offset: int = 0
    notes: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    taken: tuple[str, ...] = ()
    expected: str = ""
    remarks: tuple[str, ...] = ()

    def place(self, step: StepVerdict | None = None) -> int:
        """The file's offset of a step's right side, or of the trouble."""
        return self.found.source.place(self.offset if step is None else step.offset)


def unread(found: Found, error: ReadError) -> Reported:
    """What is said of a formula that cannot be read."""
    return Reported(found, "unread", "undecided", f"unread: {error}", offset=error.offset)


def as_definition(step: StepVerdict, reason: str) -> StepVerdict:
    """A step that gives a meaning or a hypothesis rather than claims something."""
    return replace(
        step, verdict="definition", reason=reason, counterexample=None, suggestion=None,
        hypotheses=(),
    )  # fmt: skip


def reported_of(found: Found, judged: Judged) -> Reported:
    """What is said of a formula that was judged."""
    steps = judged.steps
    if not steps:
        return Reported(found, "definition", "definition", "it says where its names live")
    worst = min(steps, key=lambda s: ORDER.index(s.verdict))
    kind = "definition" if worst.verdict == "definition" else "claim"
    return Reported(
        found,
        kind,
        worst.verdict,
        worst.reason,
        steps,
        worst.offset,
        judged.readings,
        judged.facts,
        judged.taken,
        remarks=judged.remarks,
    )


def summary(reports: Iterable[Reported]) -> dict[str, int]:
    """How many formulas have each verdict, and how many were not read."""
    table: dict[str, int] = {"formulas": 0}
    table.update(dict.fromkeys((*reversed(ORDER), "expression", "unread"), 0))
    for said in reports:
        table["formulas"] += 1
        key = said.kind if said.kind in ("unread", "expression") else said.verdict
        table[str(key)] += 1
    return table

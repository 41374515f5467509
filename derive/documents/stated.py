"""Values that a text gives to letters, where a claim holds with them and not without."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from derive.documents.task import Fact, Judged, Task
from derive.verdicts.verdict import StepVerdict


def with_values_stated(
    task: Task,
    judged: Judged,
    known: Callable[[], Sequence[Fact]],
    paragraph: int,
    judge: Callable[[Task], Judged],
) -> Judged:
    """The steps, judged once more with the values among the known facts where they fail without.

    "With $s = 1$ we have $o = i$": what holds with a value that the same paragraph states, which
    begins in line `paragraph`, is proved; with one from further up it is conditional.
    """
    usual = task.numeric | task.defining | task.updates | task.zeros
    failed = {s.offset for s in judged.steps if s.verdict in ("refuted", "undecided")} - usual
    facts = known() if failed else ()
    values = [f for f in facts if f.kind == "value"]
    if not values:
        return judged
    again = replace(task, facts=tuple(facts), numeric=task.numeric | failed, only=frozenset(failed))
    right = {s.offset for s in judge(again).steps if s.verdict == "proved"}
    near = all(f.line >= paragraph for f in values)

    def settled(step: StepVerdict) -> StepVerdict:
        if step.offset not in right:
            return step
        said = tuple(f.text for f in values)
        reason = f"with {', '.join(said)}, as the text has it"
        return replace(step, verdict="proved" if near else "conditional", reason=reason,
                       hypotheses=said, counterexample=None, suggestion=None)  # fmt: skip

    return replace(judged, steps=tuple(map(settled, judged.steps)))


def with_old_values(
    task: Task, judged: Judged, before: Mapping[str, Fact], judge: Callable[[Task], Judged]
) -> Judged:
    """The numeric steps, judged once more with the values that an update has replaced.

    In w ← 0.3, v ← 0.5 - 0.1 w the w on the right is often the one before the step.
    """
    wrong = {s.offset for s in judged.steps if s.verdict == "refuted"} & task.numeric
    old = [before.get(f.key, f) if f.kind == "value" else f for f in task.facts]
    if not wrong or tuple(old) == task.facts:
        return judged
    again = judge(replace(task, facts=tuple(old), only=frozenset(wrong)))
    right = {s.offset for s in again.steps if s.verdict == "proved"}
    said = "with the values before the update"
    steps = (
        replace(s, verdict="proved", reason=said, counterexample=None, suggestion=None)
        if s.offset in right
        else s
        for s in judged.steps
    )
    return replace(judged, steps=tuple(steps))

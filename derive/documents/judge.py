"""Judging one formula among the facts that its document has stated: runs in a worker."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from derive.catalogue import catalogue
from derive.errors import DefinitionError, DeriveError, ReadError
from derive.latex import Formula, Step, read_all
from derive.terms import Context, Definition, NamedFunction, Statement
from derive.verdicts.claims import judged_step
from derive.verdicts.surroundings import base_context, defines, with_assumption, with_formula
from derive.verdicts.verdict import StepVerdict


@dataclass(frozen=True)
class Fact:
    """Something that the document has stated, as LaTeX to be read with a claim.

    `kind` is definition, value (for numeric steps only) or assumption; `name` and `key` are
    those of its left side; `names` what its right side uses; `foreign` says that it comes from
    another section, so that a claim need not speak of the same thing.
    """

    text: str
    kind: str
    line: int
    name: str = ""
    key: str = ""
    names: frozenset[str] = frozenset()
    section: tuple[int, ...] = ()
    foreign: bool = False


@dataclass(frozen=True)
class Task:
    """A formula to judge.

    `defining` and `updates` are the steps (by the offset of their right sides) that give a
    name its meaning or a new value; `numeric` those at which values are put in.
    """

    source: str
    facts: tuple[Fact, ...] = ()
    defining: frozenset[int] = frozenset()
    updates: frozenset[int] = frozenset()
    numeric: frozenset[int] = frozenset()
    words: tuple[str, ...] = ()
    single: bool = False
    seconds: float = 10.0


@dataclass(frozen=True)
class Judged:
    """What came of a task: its steps, or where and why it could not be read or judged.

    `trouble` is why it is unread, at `offset`; `stopped` why it was not judged. `facts` are those that were in force; `taken` the catalogue's names that were understood.
    """

    steps: tuple[StepVerdict, ...] = ()
    readings: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    taken: tuple[str, ...] = ()
    trouble: str = ""
    offset: int = 0
    stopped: str = ""
    dropped: tuple[Fact, ...] = field(default=())


def judge_task(task: Task) -> Judged:
    """Judge a formula; what it finds is in what it returns, it raises nothing."""
    deadline = time.monotonic() + task.seconds
    try:
        judged = _attempt(task, deadline)
        foreign = [f for f in task.facts if f.foreign]
        if foreign and any(s.verdict in ("refuted", "undecided") for s in judged.steps):
            own = replace(task, facts=tuple(f for f in task.facts if not f.foreign))
            judged = _better(judged, _attempt(own, deadline))
    except ReadError as error:
        return Judged(trouble=str(error), offset=error.offset)
    except RecursionError:
        return Judged(trouble="the formula is nested too deeply")
    return judged


def _better(first: Judged, second: Judged) -> Judged:
    """Of two ways to see a formula, step by step the one in which it holds."""
    if len(first.steps) != len(second.steps):
        return first
    good = ("proved", "conditional", "definition")
    steps = [
        b if b.verdict in good and a.verdict not in good else a
        for a, b in zip(first.steps, second.steps, strict=True)
    ]
    return replace(first, steps=tuple(steps))


def _attempt(task: Task, deadline: float) -> Judged:
    formula, facts, dropped = _read(task)
    plain, numeric = _contexts(formula[:-1], facts)
    claim = formula[-1]
    steps = _steps(claim, task, plain, numeric, deadline)
    if dropped:
        steps = [_less_sure(s, dropped) for s in steps]
    return Judged(
        tuple(steps), claim.readings, tuple(facts), _taken(claim, plain), dropped=tuple(dropped)
    )


def _read(task: Task) -> tuple[list[Formula], list[Fact], list[Fact]]:
    """The facts and the claim read together; a fact that does not go with it is left out."""
    facts = list(task.facts)
    dropped: list[Fact] = []
    read = partial(read_all, context=base_context(), words=task.words)
    while True:
        try:
            return read([*(f.text for f in facts), task.source]), facts, dropped
        except ReadError as error:
            guilty = [f for f in facts if f.text == error.source and f.text != task.source]
            if not guilty:
                break
            facts.remove(guilty[0])
            dropped.append(guilty[0])
    read([task.source])
    kept: list[Fact] = []
    for fact in facts:
        try:
            read([*(f.text for f in [*kept, fact]), task.source])
        except ReadError:
            dropped.append(fact)
        else:
            kept.append(fact)
    return read([*(f.text for f in kept), task.source]), kept, dropped


def _contexts(formulas: Sequence[Formula], facts: Sequence[Fact]) -> tuple[Context, Context]:
    """The context of symbolic steps, and the one in which the values stand too."""
    plain = base_context()
    for wanted in (("definition",), ("assumption",)):
        for formula, fact in zip(formulas, facts, strict=True):
            if fact.kind in wanted:
                plain = _with(plain, formula, fact)
    numeric = plain
    for formula, fact in zip(formulas, facts, strict=True):
        if fact.kind == "value":
            numeric = _with(numeric, formula, fact)
    return plain, numeric


def _with(context: Context, formula: Formula, fact: Fact) -> Context:
    try:
        if fact.kind == "assumption":
            return with_assumption(context, formula)
        return with_formula(context, formula)
    except DeriveError:
        return context


def _steps(
    formula: Formula, task: Task, plain: Context, numeric: Context, deadline: float
) -> list[StepVerdict]:
    verdicts: list[StepVerdict] = []
    trusted: tuple[object, str] | None = None
    for position, step in enumerate(formula.steps):
        statement, lhs = step.statement, step.lhs_latex
        chained = position > 0 and formula.steps[position - 1].statement.rhs == statement.lhs
        new = _introduces(step, task, plain)
        if new is not None:
            verdicts.append(new)
            definition = defines(statement, plain)
            if definition is not None and step.offset in task.defining:
                plain, numeric = _defined(plain, definition), _defined(numeric, definition)
            trusted = None
            continue
        if chained and trusted is not None and verdicts[-1].verdict == "refuted":
            statement, lhs = Statement(trusted[0], statement.relation, statement.rhs), trusted[1]
        else:
            trusted = (statement.lhs, lhs)
        context = numeric if step.offset in task.numeric else plain
        seconds = max(deadline - time.monotonic(), 0.0)
        if not seconds:
            reason = f"the time limit of {task.seconds:g} s for one formula was reached"
            verdicts.append(StepVerdict(lhs, step.rhs_latex, statement.relation, "undecided",
                                        reason, offset=step.offset))  # fmt: skip
            continue
        verdicts.append(
            judged_step(statement, lhs, step.rhs_latex, context, seconds, step.offset)
        )
    return verdicts


def _introduces(step: Step, task: Task, context: Context) -> StepVerdict | None:
    """The verdict on a step that gives a name its meaning or a new value; None for a claim."""
    if step.offset in task.updates:
        reason = f"an update: it gives {step.lhs_latex} a new value"
    elif step.offset in task.defining:
        reason = "the left side is a new name, which this defines"
    elif _says_argument(step.statement, context):
        reason = "both sides apply the same function: this says what its argument is"
    else:
        return None
    return StepVerdict(step.lhs_latex, step.rhs_latex, "=", "definition", reason,
                       offset=step.offset)  # fmt: skip


def _says_argument(statement: Statement, context: Context) -> bool:
    """σ(z) = σ(w x + b) says what z is, if nothing has said so."""
    lhs, rhs = statement.lhs, statement.rhs
    if statement.relation != "=" or not isinstance(lhs, NamedFunction):
        return False
    if type(lhs) is not type(rhs) or len(lhs.args) != 1:
        return False
    new = defines(Statement(lhs.args[0], "=", rhs.args[0]), context)
    return new is not None and context.definition_of(lhs.args[0]) is None


def _defined(context: Context, definition: Definition) -> Context:
    try:
        return context.define(definition)
    except DefinitionError:
        return context


def _less_sure(step: StepVerdict, dropped: Sequence[Fact]) -> StepVerdict:
    """A refutation that does not know all that the document says is none."""
    if step.verdict != "refuted":
        return step
    reason = (
        f"what line {dropped[0].line} states does not read together with this formula; "
        f"without it, {step.reason}"
    )
    return replace(step, verdict="undecided", reason=reason)


def _taken(formula: Formula, context: Context) -> tuple[str, ...]:
    """The catalogue's names that the formula uses and the document does not define."""
    sides = [t for step in formula.steps for t in (step.statement.lhs, step.statement.rhs)]
    names = {type(f).__name__ for t in sides for f in t.atoms(NamedFunction)}
    return tuple(sorted(n for n in names if n in catalogue and n not in context.definitions))

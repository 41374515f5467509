"""Judging one formula among the facts that its document has stated: runs in a worker."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import chain

import sympy as sp

from derive.documents.known import with_losses_of_errors, with_roles
from derive.documents.remarks import remark_on
from derive.documents.steps import Effort, Outcomes, Steps, is_settled
from derive.documents.task import Fact, Judged, Task
from derive.documents.together import Together
from derive.documents.unknowns import are_connected, reached
from derive.errors import DeriveError, ReadError
from derive.functions import catalogue
from derive.latex import Formula
from derive.terms import Context, NamedFunction, Partial, Statement, index, parts, shape_of
from derive.verdicts.matrices import verify_matrices
from derive.verdicts.surroundings import (
    base_context,
    defines,
    with_assumption,
    with_conditions,
    with_formula,
)
from derive.verdicts.twofold import in_known_sets
from derive.verdicts.verdict import StepVerdict


def judge_task(task: Task) -> Judged:
    """Judge a formula; what it finds is in what it returns, it raises nothing.

    The facts of the formula's own section come first, with what other sections say of letters
    that these facts leave open in no way: another section may have used a letter for something
    else. What holds with fewer facts holds; what fails has to fail with the first choice.
    """
    deadline = time.monotonic() + task.seconds
    try:
        judged = _best(task, deadline)
    except ReadError as error:
        judged = Judged(trouble=str(error), offset=error.offset)
    except RecursionError:
        return Judged(trouble="the formula is nested too deeply")
    matrix = _matrix_in(task)
    if matrix or judged.trouble or any(s.verdict == "undecided" for s in judged.steps):
        found = _in_matrices(task, judged, deadline)
        if found is not None:
            return found
    if matrix:
        # What was read of a matrix as of a vector, or of a number, says nothing of the matrix.
        reason = f"{matrix} is a matrix; the formula was read without its shape"
        steps = [s if s.verdict == "definition" else s.unsure(reason) for s in judged.steps]
        return replace(judged, steps=tuple(steps))
    return judged


def _matrix_in(task: Task) -> str:
    """The letter of a matrix that the text declares and the formula has without indices."""
    for fact in task.facts:
        if fact.kind == "assumption" and r"\times" in fact.text:
            for name in sorted(fact.names):
                letter = name.rpartition(" ")[2]
                if re.search(rf"(?<![A-Za-z]){letter}\}}?(?![A-Za-z]|\s*_)", task.source):
                    return letter
    return ""


def _in_matrices(task: Task, judged: Judged, deadline: float) -> Judged | None:
    """The verdict on an equation of matrices, where the text declares their shapes."""
    if task.source.count("=") != 1 or task.defining:
        return None
    given = [f for f in task.facts if f.kind == "definition"]
    assumed = [f for f in task.facts if f.kind == "assumption"]
    written = [task.source.rstrip(" .,;\n"), *(f.text for f in given)]
    claim, *texts = _without_arguments(written, given)
    verdict = verify_matrices(claim, texts, [f.text for f in assumed],
                              base_context(), deadline - time.monotonic())  # fmt: skip
    if verdict is None or verdict.status == "undecided":
        return None
    offset = judged.steps[0].offset if judged.steps else task.source.index("=") + 1
    steps = tuple(replace(s, offset=offset) for s in verdict.steps)
    return Judged(steps, verdict.readings, (*given, *assumed))


def _without_arguments(texts: list[str], given: Sequence[Fact]) -> list[str]:
    """J(w) as the value J: in matrix notation a loss is a number that is defined."""
    for fact in given:
        name = fact.left.partition("(")[0].strip()
        if fact.params and name and not name.endswith(r"\left"):
            texts = [text.replace(fact.left, name) for text in texts]
    return texts


def _best(task: Task, deadline: float) -> Judged:
    choices = _choices(task.facts)
    if task.samples:
        # What ∂C/∂a means hangs on how C is defined.
        choices = choices[:1]
    read = Together(task)
    outcomes: Outcomes = {}
    first = _Attempt.of(read, choices[0], deadline, outcomes)
    claims = {s.offset for s in first.claim.steps} - task.defining - task.updates
    if not claims:
        return first.judged(first.steps({}, "thorough"))
    done: dict[int, StepVerdict] = {}
    attempts = (_Attempt.of(read, facts, deadline, outcomes) for facts in choices[1:])
    tried: list[_Attempt] = []
    for attempt in chain([first], attempts):
        tried.append(attempt)
        plain = attempt is first and not task.only
        found = attempt.steps(done, "plain" if plain else "screened")
        done |= {s.offset: s for s in found if is_settled(s)}
        if len(done) == len(found):
            return attempt.judged(found) if attempt is first else first.judged(found)
        if time.monotonic() > deadline:
            break
    if task.only:
        return first.judged([done.get(s.offset, s) for s in found])
    # What no choice proves is looked at closely: missing hypotheses, what was meant. There,
    # the text has to say how that which is differentiated depends on the variable.
    open_steps = claims - set(done)
    close = next((a for a in tried if a.is_connected(open_steps)), first)
    return close.judged(close.steps(done, "thorough"))


def _choices(facts: tuple[Fact, ...]) -> list[tuple[Fact, ...]]:
    """Near facts; all; those of the section; no conditions; no definitions of letters."""
    own = tuple(f for f in facts if not f.foreign)
    inputs = frozenset[str]().union(*(f.names for f in own))
    near = tuple(f for f in facts if not (f.foreign and f.name in inputs))
    free_ = tuple(f for f in own if f.kind != "assumption")
    bare = tuple(f for f in free_ if f.kind != "definition" or f.key.endswith(")"))
    found: list[tuple[Fact, ...]] = []
    for choice in (near, facts, own, free_, bare):
        if choice not in found:
            found.append(choice)
    return found


@dataclass(frozen=True)
class _Attempt:
    """A formula read with some of the facts."""

    task: Task
    claim: Formula
    kept: tuple[Fact, ...]
    dropped: tuple[Fact, ...]
    contexts: tuple[Context, Context]
    deadline: float
    outcomes: Outcomes

    @classmethod
    def of(
        cls, read: Together, facts: tuple[Fact, ...], deadline: float, outcomes: Outcomes
    ) -> _Attempt:
        formulas, kept, dropped = read(facts)
        formulas, kept = _fitting(formulas, kept)
        plain, numeric = (
            with_losses_of_errors(c, formulas[-1]) for c in _contexts(formulas[:-1], kept)
        )
        contexts = (with_conditions(plain, formulas[-1]), with_conditions(numeric, formulas[-1]))
        return cls(
            read.task, formulas[-1], tuple(kept), tuple(dropped), contexts, deadline, outcomes
        )

    def steps(self, done: Mapping[int, StepVerdict], effort: Effort) -> list[StepVerdict]:
        steps = Steps(
            self.claim, self.task, *self.contexts, self.deadline, done, effort, self.outcomes
        )
        found = steps.run()
        return [self._less_sure(s) for s in found]

    def _less_sure(self, step: StepVerdict) -> StepVerdict:
        """A refutation that does not know all that the document says is none."""
        if step.verdict != "refuted":
            return step
        twice = two_readings(self.claim.readings)
        if twice:
            reason = f"{twice} is read as two things: {step.reason}"
            return step.unsure(reason)
        (step,) = in_known_sets([step], self.claim.readings)
        if step.verdict != "refuted":
            return step
        sides = [t for s in self.claim.steps if s.offset == step.offset
                 for t in (s.statement.lhs, s.statement.rhs)]  # fmt: skip
        spoken = reached(sides, self.contexts[0])
        missing = [f for f in self.dropped if not f.name or f.name in spoken]
        if not missing:
            return step
        reason = (
            f"what line {missing[0].line} states does not read together with this formula; "
            f"without it, {step.reason}"
        )
        return step.unsure(reason)

    def is_connected(self, offsets: Set[int]) -> bool:
        """Whether what is differentiated in these steps depends on the variable, as defined."""
        steps = [s.statement for s in self.claim.steps if s.offset in offsets]
        derivatives = [p for s in steps for side in (s.lhs, s.rhs) for p in parts(side, Partial)]
        derivatives.sort(key=str)
        inside = reached([p.expr for p in derivatives], self.contexts[0])
        # A function that the text defines, though not among these facts, is no unknown one.
        told = {f.name for f in self.task.facts if f.params} - set(self.contexts[0].definitions)
        return not told & inside and are_connected(derivatives, self.contexts[0])

    def judged(self, steps: Sequence[StepVerdict]) -> Judged:
        taken = _taken(self.claim, self.contexts[0])
        remarks = []
        for step in self.claim.steps:
            new = defines(step.statement, base_context())
            if step.offset in self.task.defining and new is not None:
                remarks.append(remark_on(new, self.task.heading, self.task.said))
        said = tuple(r for r in remarks if r is not None)
        return Judged(tuple(steps), self.claim.readings, self.kept, taken, remarks=said)


def _fitting(formulas: list[Formula], facts: list[Fact]) -> tuple[list[Formula], list[Fact]]:
    """Without what another section says of a function of one value, where it has a family."""
    claim = formulas[-1]
    sides = [t for s in claim.steps for t in (s.statement.lhs, s.statement.rhs)]
    of_families = {type(f).__name__ for t in sides for f in parts(t, NamedFunction)
                   if any(isinstance(a, sp.IndexedBase) for a in f.args)}  # fmt: skip

    def fits(formula: Formula, fact: Fact) -> bool:
        heads = [s.statement.lhs for s in formula.steps]
        return not fact.foreign or not any(
            isinstance(h, NamedFunction) and type(h).__name__ in of_families
            and not any(shape_of(a) for a in h.args)
            for h in heads
        )  # fmt: skip

    pairs = [(x, f) for x, f in zip(formulas, facts, strict=False) if fits(x, f)]
    return [*(x for x, _ in pairs), claim], [f for _, f in pairs]


def _contexts(formulas: Sequence[Formula], facts: Sequence[Fact]) -> tuple[Context, Context]:
    """The context of symbolic steps, and the one in which the values stand too."""
    pairs = list(zip(formulas, facts, strict=True))
    plain = base_context()
    for formula, fact in pairs:
        if fact.kind == "definition":
            plain = _with(plain, formula, fact)
    values = {fact.name for fact in facts if fact.kind == "value"}
    numeric = plain
    for formula, fact in pairs:
        if fact.kind == "value":
            numeric = _with(numeric, formula, fact)
        elif fact.kind != "definition":
            plain = _with(plain, formula, fact)
            # A name that has a value needs no condition any more.
            if not fact.names & values:
                numeric = _with(numeric, formula, fact)
    return plain, numeric


def _with(context: Context, formula: Formula, fact: Fact) -> Context:
    try:
        if fact.kind == "case":
            return _with_case(context, formula, fact)
        if fact.kind == "assumption":
            return with_assumption(context, formula)
        return with_roles(with_formula(context, formula), formula)
    except DeriveError:
        return context


def _with_case(context: Context, formula: Formula, fact: Fact) -> Context:
    """`q = j` between indices: alone, the reader cannot know that they are indices."""
    for step in formula.steps:
        sides = [index(s.name) if isinstance(s, sp.Symbol) else s
                 for s in (step.statement.lhs, step.statement.rhs)]  # fmt: skip
        statement = Statement(sides[0], step.statement.relation, sides[1])
        context = context.assume(statement, fact.text)
    return context


def two_readings(readings: Sequence[str]) -> str:
    """A letter that a formula applies like a family and has as a number too, if there is one."""
    applied = {
        r.partition("(")[0] for r in readings if r.endswith("read as the members of a family")
    }
    alone = {r.partition(" ")[0] for r in readings if r.endswith("read as a variable of its own")}
    return min(applied & alone, default="")


def _taken(formula: Formula, context: Context) -> tuple[str, ...]:
    """The catalogue's names that the formula uses and the document does not define."""
    sides = [t for step in formula.steps for t in (step.statement.lhs, step.statement.rhs)]
    names = {type(f).__name__ for t in sides for f in parts(t, NamedFunction)}
    named = {n for n in names if n in catalogue and n not in context.definitions}
    sources = [d.source.partition(": ") for n in names for d in context.definitions.get(n, ())]
    return tuple(sorted(named | {entry for told, _, entry in sources if told == "catalogue"}))

"""Judging one formula among the facts that its document has stated: runs in a worker."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import sympy as sp

from derive.catalogue import catalogue
from derive.documents.values import values_put_in
from derive.errors import DefinitionError, DeriveError, ReadError
from derive.latex import Formula, Step, read_all
from derive.latex.lookup import entries_by_name, is_private
from derive.terms import (
    Context,
    Definition,
    NamedFunction,
    Partial,
    Statement,
    free,
    index,
    map_terms,
    name_of,
)
from derive.verdicts.claims import judged_step
from derive.verdicts.hypotheses import Attempt, single_sample
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
    name its meaning or a new value; `numeric` those at which values are put in, `arithmetic`
    those between two numbers; `samples` are the letters that differ from sample to sample.
    `words` are names of several letters; `without` names the
    unstated hypotheses that the document rules out.
    """

    source: str
    facts: tuple[Fact, ...] = ()
    defining: frozenset[int] = frozenset()
    updates: frozenset[int] = frozenset()
    numeric: frozenset[int] = frozenset()
    arithmetic: frozenset[int] = frozenset()
    words: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    samples: frozenset[str] = frozenset()
    seconds: float = 10.0


@dataclass(frozen=True)
class Judged:
    """What came of a task: its steps, or where and why it could not be read or judged.

    `trouble` is why it is unread, at `offset`; `stopped` why it was not judged. `facts` are
    those that were in force; `taken` the catalogue's names that were understood.
    """

    steps: tuple[StepVerdict, ...] = ()
    readings: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    taken: tuple[str, ...] = ()
    trouble: str = ""
    offset: int = 0
    stopped: str = ""


GOOD = ("proved", "definition")


def judge_task(task: Task) -> Judged:
    """Judge a formula; what it finds is in what it returns, it raises nothing.

    The facts of the formula's own section come first, with what other sections say of letters
    that these facts leave open in no way: another section may have used a letter for something
    else. What holds with fewer facts holds; what fails has to fail with the first choice.
    """
    deadline = time.monotonic() + task.seconds
    done: dict[int, StepVerdict] = {}
    try:
        choices = _choices(task.facts)
        if task.samples:
            # What ∂C/∂a means hangs on how C is defined.
            choices = choices[:1]
        for facts in choices:
            attempt = _Attempt.of(task, facts, deadline)
            found = attempt.steps(done, thorough=False)
            done |= {s.offset: s for s in found if s.verdict in GOOD}
            if len(done) == len(found) or time.monotonic() > deadline:
                break
        # What no choice proves is looked at closely: missing hypotheses, what was meant.
        first = _Attempt.of(task, choices[0], deadline)
        return first.judged(first.steps(done, thorough=True))
    except ReadError as error:
        return Judged(trouble=str(error), offset=error.offset)
    except RecursionError:
        return Judged(trouble="the formula is nested too deeply")


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

    @classmethod
    def of(cls, task: Task, facts: tuple[Fact, ...], deadline: float) -> _Attempt:
        formulas, kept, dropped = _read(task, facts)
        contexts = _contexts(formulas[:-1], kept)
        return cls(task, formulas[-1], tuple(kept), tuple(dropped), contexts, deadline)

    def steps(self, done: Mapping[int, StepVerdict], thorough: bool) -> list[StepVerdict]:
        found = _Steps(self.claim, self.task, *self.contexts, self.deadline, done, thorough).run()
        return [_less_sure(s, self.dropped) for s in found] if self.dropped else found

    def judged(self, steps: Sequence[StepVerdict]) -> Judged:
        taken = _taken(self.claim, self.contexts[0])
        return Judged(tuple(steps), self.claim.readings, self.kept, taken)


def _read(task: Task, stated: tuple[Fact, ...]) -> tuple[list[Formula], list[Fact], list[Fact]]:
    """The facts and the claim read together; a fact that does not go with it is left out."""
    facts = list(stated)
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
        return _with_roles(with_formula(context, formula), formula)
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


def _with_roles(context: Context, formula: Formula) -> Context:
    """The p and q of what is called a KL divergence are probabilities, as in the catalogue."""
    for step in formula.steps:
        head = step.statement.lhs
        if not isinstance(head, NamedFunction) or type(head).__name__ not in context.definitions:
            continue
        for entry in entries_by_name().get(type(head).__name__, ()):
            if len(entry.params) != len(head.args) or is_private(type(head).__name__):
                continue
            for formal, actual in zip(entry.params, head.args, strict=True):
                if isinstance(actual, sp.IndexedBase) and formal in entry.domains:
                    context = context.declare(actual, entry.domains[formal])
    return context


class _Steps:
    """Judges the steps of one formula, in order."""

    def __init__(
        self,
        formula: Formula,
        task: Task,
        plain: Context,
        numeric: Context,
        deadline: float,
        done: Mapping[int, StepVerdict],
        thorough: bool,
    ) -> None:
        self.formula = formula
        self.task = task
        self.plain = plain
        self.numeric = numeric
        self.deadline = deadline
        self.done = done
        self.thorough = thorough

    def run(self) -> list[StepVerdict]:
        verdicts: list[StepVerdict] = []
        stands: tuple[sp.Expr, str] | None = None
        previous: Step | None = None
        for step in self.formula.steps:
            chained = previous is not None and previous.statement.rhs == step.statement.lhs
            if not chained:
                stands = None
            previous = step
            new = self._introduced(step)
            if new is not None:
                verdicts.append(new)
                stands = None
                continue
            verdict = self.done.get(step.offset)
            if verdict is None:
                verdict = self._judged(step, step.statement, step.lhs_latex)
            if stands is not None and verdict.verdict not in GOOD:
                # The side before does not stand: this one may still equal the last that does.
                statement = Statement(stands[0], step.statement.relation, step.statement.rhs)
                other = self._judged(step, statement, stands[1])
                if other.verdict in ("proved", "conditional"):
                    verdict = other
            if verdict.verdict not in GOOD:
                stands = stands or (step.statement.lhs, step.lhs_latex)
            else:
                stands = None
            verdicts.append(verdict)
        return verdicts

    def _introduced(self, step: Step) -> StepVerdict | None:
        """The verdict on a step that gives a name its meaning or a new value; None for a claim."""
        if step.offset in self.task.updates:
            reason = f"an update: it gives {step.lhs_latex} a new value"
        elif step.offset in self.task.defining:
            reason = "the left side is a new name, which this defines"
            self._define(step)
        elif _says_argument(step.statement, self.plain):
            reason = SAYS_ARGUMENT
        else:
            return None
        return StepVerdict(step.lhs_latex, step.rhs_latex, "=", "definition", reason,
                           offset=step.offset)  # fmt: skip

    def _define(self, step: Step) -> None:
        definition = defines(step.statement, self.plain)
        if definition is None:
            return
        formula = Formula(self.formula.source, (step,))
        self.plain = _with_roles(_defined(self.plain, definition), formula)
        self.numeric = _with_roles(_defined(self.numeric, definition), formula)

    def _judged(self, step: Step, statement: Statement, lhs: str) -> StepVerdict:
        context = self.plain
        if step.offset in self.task.arithmetic and not _names_of(statement):
            context = base_context()
        elif step.offset in self.task.numeric:
            context = self.numeric
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            reason = f"the time limit of {self.task.seconds:g} s for one formula was reached"
            return StepVerdict(lhs, step.rhs_latex, statement.relation, "undecided", reason,
                               offset=step.offset)  # fmt: skip
        statement, context = _with_values_named(statement, context)
        one = self._for_one_sample(statement, context)
        if one is not None:
            statement, context = one.statement, one.context
        verdict = judged_step(
            statement,
            lhs,
            step.rhs_latex,
            context,
            seconds,
            step.offset,
            self.task.without if self.thorough else None,
        )
        if one is not None and verdict.verdict == "proved":
            reason = f"true under a hypothesis that is not stated: {one.words}"
            return replace(verdict, verdict="conditional", reason=reason, hypotheses=(one.label,))
        if verdict.verdict in ("refuted", "undecided") and step.offset in self.task.numeric:
            filled = values_put_in(statement, context, seconds)
            if filled is not None:
                status, reason, needs = filled
                return replace(verdict, verdict=status, reason=reason, hypotheses=needs,
                               counterexample=None, suggestion=None)  # fmt: skip
        letter = _shadowed_index(statement)
        if verdict.verdict == "proved" and letter is not None:
            said = (
                rf"\text{{the }} {letter} \text{{ of the sum is another than the free }} {letter}"
            )
            reason = f"{letter} is bound by a sum and stands free beside it: true if they differ"
            return replace(verdict, verdict="conditional", reason=reason, hypotheses=(said,))
        unknown = _unknown_under_derivative(statement, context)
        if verdict.verdict == "refuted" and unknown:
            reason = f"the document does not say what {unknown[0]} is"
            return replace(verdict, verdict="undecided", reason=reason, counterexample=None,
                           suggestion=None)  # fmt: skip
        return verdict

    def _for_one_sample(self, statement: Statement, context: Context) -> Attempt | None:
        """∂C/∂a where C sums over samples and a is one sample's: there is one sample only."""
        by = {
            v.name
            for side in (statement.lhs, statement.rhs)
            for p in side.atoms(Partial)
            for v in p.variables
            if isinstance(v, sp.Symbol) and isinstance(p.expr, sp.Symbol)
        }
        if not by & self.task.samples:
            return None
        return next(single_sample(statement, context), None)


SAYS_ARGUMENT = "both sides apply the same function: this says what its argument is"


def _names_of(statement: Statement) -> list[sp.Basic]:
    return sorted(free(statement.lhs) | free(statement.rhs), key=str)


def _with_values_named(statement: Statement, context: Context) -> tuple[Statement, Context]:
    """∂L/∂σ(z) of an L that is not known: σ(z) becomes a variable that is defined as σ(z)."""
    held = {
        v: None
        for side in (statement.lhs, statement.rhs)
        for partial_ in sorted(side.atoms(Partial), key=str)
        for v in partial_.variables
        if isinstance(v, NamedFunction) and not _is_defined(partial_.expr, context)
    }
    for k, application in enumerate(held):
        name = sp.Symbol(f"{type(application).__name__}_value{k or ''}", real=True)

        def named(node: sp.Expr, a: sp.Expr = application, s: sp.Symbol = name) -> sp.Expr:
            return s if node == a else node

        sides = [map_terms(x, named) for x in (statement.lhs, statement.rhs)]
        statement = Statement(sides[0], statement.relation, sides[1])
        context = context.define(Definition.of(name, application))
    return statement, context


def _is_defined(term: sp.Expr, context: Context) -> bool:
    return name_of(term) is None or context.definition_of(term) is not None


def _unknown_under_derivative(statement: Statement, context: Context) -> list[str]:
    """The names without a definition whose derivative only one side knows of."""
    found: list[str] = []
    for here, there in ((statement.lhs, statement.rhs), (statement.rhs, statement.lhs)):
        for p in sorted(here.atoms(Partial), key=str):
            unknown = not _is_defined(p.expr, context) and p.expr not in p.variables
            if unknown and name_of(p.expr) not in _under_defined(there, context):
                found.append(str(name_of(p.expr)))
    return found


def _under_defined(term: sp.Expr, context: Context) -> set[str | None]:
    """The names that the defined values under a term's derivatives are made of."""
    todo = [p.expr for p in term.atoms(Partial) if _is_defined(p.expr, context)]
    reached: set[str | None] = set()
    while todo:
        for s in free(todo.pop()):
            name = name_of(s)
            if name not in reached:
                reached.add(name)
                todo += [d.body for d in context.definitions.get(str(name), ())]
    return reached


def _shadowed_index(statement: Statement) -> str | None:
    """The letter of ∂(Σ_q …)/∂a_q: it is bound in the sum and free outside."""
    for side in (statement.lhs, statement.rhs):
        for p in side.atoms(Partial):
            bound = {k.name for s in p.expr.atoms(sp.Sum) for k in s.variables}
            for v in p.variables:
                inside = v.indices if isinstance(v, sp.Indexed) else ()
                clash = [str(i) for i in inside if str(i) in bound]
                if clash:
                    return clash[0]
    return None


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
    return replace(step, verdict="undecided", reason=reason, counterexample=None, suggestion=None)


def _taken(formula: Formula, context: Context) -> tuple[str, ...]:
    """The catalogue's names that the formula uses and the document does not define."""
    sides = [t for step in formula.steps for t in (step.statement.lhs, step.statement.rhs)]
    names = {type(f).__name__ for t in sides for f in t.atoms(NamedFunction)}
    return tuple(sorted(n for n in names if n in catalogue and n not in context.definitions))

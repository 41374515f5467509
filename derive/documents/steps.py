"""The steps of one formula, judged in order."""

from __future__ import annotations

import decimal
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import sympy as sp

from derive.documents.coefficients import naming_coefficients, numbered_members_as_letters
from derive.documents.known import with_roles
from derive.documents.roles import (
    at_points,
    consequence,
    set_to_zero,
    speaks_of_all,
    with_definition,
)
from derive.documents.task import Task
from derive.documents.unknowns import (
    Bearing,
    bearing,
    holds_for_some,
    unknown_under_derivative,
    with_values_beside_members,
    with_values_named,
)
from derive.documents.values import values_put_in, with_slopes_found, within_rounding
from derive.latex import Formula, Step
from derive.proof import Outcome, prove, with_layers
from derive.terms import (
    Context,
    Decimal,
    NamedFunction,
    Partial,
    Statement,
    free,
    name_of,
    parts,
)
from derive.verdicts.attempts import Attempt
from derive.verdicts.claims import judged_step
from derive.verdicts.hypotheses import single_sample
from derive.verdicts.judge import meant_by
from derive.verdicts.nearby import is_size
from derive.verdicts.screen import Screen
from derive.verdicts.suggest import Reading
from derive.verdicts.surroundings import base_context, defines
from derive.verdicts.verdict import ORDER, Status, StepVerdict

GOOD = ("proved", "definition")
BOUND_AND_FREE = "is bound by a sum and stands free beside it: true if they differ"
SAYS_ARGUMENT = "both sides apply the same function: this says what its argument is"


def is_settled(verdict: StepVerdict) -> bool:
    """Whether other facts can make no more of a step: it is proved, if only on its letters."""
    return verdict.verdict in GOOD or verdict.reason.endswith(BOUND_AND_FREE)


Effort = Literal["screened", "plain", "thorough"]
"""Whether a step is proved if points do not speak against it; proved or refuted; or looked at
closely, for unstated hypotheses and for what was meant."""

Outcomes = dict[tuple[int, Statement, Bearing], Outcome]
"""What the prover said of a step as it stands, by the step's offset and what bears on it."""


class Steps:
    """Judges the steps of one formula, in order. `outcomes` is what is known of them already."""

    def __init__(
        self,
        formula: Formula,
        task: Task,
        plain: Context,
        numeric: Context,
        deadline: float,
        done: Mapping[int, StepVerdict],
        effort: Effort,
        outcomes: Outcomes,
    ) -> None:
        self.formula = formula
        self.task = task
        self.plain = plain
        self.numeric = numeric
        self.deadline = deadline
        self.done = done
        self.effort = effort
        self.outcomes = outcomes

    def run(self) -> list[StepVerdict]:
        verdicts: list[StepVerdict] = []
        stands: tuple[sp.Expr, str] | None = None
        previous: Step | None = None
        for step in self.formula.steps:
            if self.task.only and step.offset not in self.task.only:
                continue
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
            repaired = False
            if stands is not None and verdict.verdict not in GOOD:
                # The side before does not stand: this one may still equal the last that does.
                statement = Statement(stands[0], step.statement.relation, step.statement.rhs)
                other = self._judged(step, statement, stands[1])
                # What holds of a wrong side on a condition, and of the right one not, is wrong.
                worse = verdict.verdict == "conditional" and other.verdict == "refuted"
                if other.verdict in ("proved", "conditional") or worse:
                    verdict, repaired = other, other.verdict == "proved"
            if verdict.verdict not in GOOD:
                stands = stands or (step.statement.lhs, step.lhs_latex)
            elif repaired:
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
        elif self._names_anew(step):
            reason = "the name before the sign is new, and this says what it is"
        elif step is self.formula.steps[0] and speaks_of_all(step.statement, self.plain):
            reason = "it says what the function of one value is of all values"
        else:
            return None
        return StepVerdict(step.lhs_latex, step.rhs_latex, "=", "definition", reason,
                           offset=step.offset)  # fmt: skip

    def _names_anew(self, step: Step) -> bool:
        """`f(x) = L = …` with an L of which nothing is known: no value of it can be wrong."""
        name, first = step.statement.lhs, self.formula.steps[0].statement.lhs
        if step is self.formula.steps[0] or step.statement.relation != "=":
            return False
        plain = isinstance(name, sp.Symbol | sp.IndexedBase | sp.Indexed) and not is_size(name)
        known = {name_of(s) for h in self.plain.hypotheses for t in h.terms for s in free(t)}
        taken = known | {name_of(s) for t in (first, step.statement.rhs) for s in free(t)}
        defined = str(name_of(name)) in self.plain.definitions
        return plain and not defined and name_of(name) not in taken

    def _define(self, step: Step) -> None:
        definition = defines(step.statement, self.plain)
        if definition is None:
            return
        formula = Formula(self.formula.source, (step,))
        self.plain = with_roles(with_definition(self.plain, definition), formula)
        self.numeric = with_roles(with_definition(self.numeric, definition), formula)

    def _judged(self, step: Step, statement: Statement, lhs: str) -> StepVerdict:
        context = self._context_of(step, statement)
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            reason = f"the time limit of {self.task.seconds:g} s for one formula was reached"
            return StepVerdict(lhs, step.rhs_latex, statement.relation, "undecided", reason,
                               offset=step.offset)  # fmt: skip
        if statement.relation == "!=":
            return self._differing(step, statement, lhs, context, seconds)
        if context is self.numeric:
            statement = with_slopes_found(statement, self.plain, context)
        statement, context = with_values_named(statement, context)
        context = with_layers(statement, context)[0]
        special = self._special(step, statement, lhs, context)
        if special is not None:
            return special
        statement = with_values_beside_members(statement, context)
        one = self._for_one_sample(statement, context)
        if one is not None:
            return self._judged_for_one_sample(step, statement, lhs, one)
        unknown = unknown_under_derivative(statement, context)
        without = self.task.without if self.effort == "thorough" else None
        verdict = self._asked(step, statement, lhs, context, without, not unknown)
        if verdict.verdict in ("refuted", "undecided") and step.offset in self.task.numeric:
            filled = values_put_in(statement, context, seconds)
            if filled is not None:
                status, reason, needs = filled
                return replace(verdict, verdict=status, reason=reason, hypotheses=needs,
                               counterexample=None, suggestion=None)  # fmt: skip
        if verdict.verdict == "refuted" and within_rounding(statement, context):
            return replace(verdict, verdict="proved", reason="to the digits that are written",
                           counterexample=None, suggestion=None)  # fmt: skip
        if verdict.verdict == "proved":
            return _with_letter_of_a_sum(verdict, statement)
        return self._blamed(_with_right_value(verdict, statement), statement, unknown, context)

    def _context_of(self, step: Step, statement: Statement) -> Context:
        """What holds at a step: arithmetic needs nothing, some steps put values in."""
        if step.offset in self.task.arithmetic and not _names_of(statement):
            return base_context()
        return self.numeric if step.offset in self.task.numeric else self.plain

    def _asked(
        self,
        step: Step,
        statement: Statement,
        lhs: str,
        context: Context,
        without: frozenset[str] | None,
        suggest: bool,
    ) -> StepVerdict:
        """The prover's verdict, with unstated hypotheses and suggestions where these are sought."""
        seconds = self.deadline - time.monotonic()
        outcome = self._outcome(step.offset, statement, context, seconds)
        suggest = suggest and step.offset not in self.task.soft
        others = step.others if lhs == step.lhs_latex else ()
        return judged_step(statement, lhs, step.rhs_latex, context, seconds, step.offset, without,
                           outcome, suggest, others)  # fmt: skip

    def _judged_for_one_sample(
        self, step: Step, statement: Statement, lhs: str, one: Attempt
    ) -> StepVerdict:
        """What is proved for one sample holds on that condition."""
        verdict = self._asked(step, one.statement, lhs, one.context, None, False)
        if verdict.verdict == "proved":
            reason = f"true under a hypothesis that is not stated: {one.words}"
            return replace(verdict, verdict="conditional", reason=reason, hypotheses=(one.label,))
        if verdict.verdict == "refuted" and self.effort == "thorough":
            meant = meant_by(statement, self.plain, Reading(one.context, one.change))
            return replace(verdict, suggestion=meant)
        return verdict

    def _blamed(
        self,
        verdict: StepVerdict,
        statement: Statement,
        unknown: Sequence[str],
        context: Context,
    ) -> StepVerdict:
        """A refuted step, unless the formula or the document leaves open what it says."""
        if verdict.verdict != "refuted":
            return verdict
        numbered = numbered_members_as_letters(statement)
        fresh = sorted(free(numbered.rhs) - free(numbered.lhs), key=str)
        told = context.definitions
        fresh = [s for s in fresh if (x := str(name_of(s))) in self.task.fresh and x not in told]
        if fresh:
            return naming_coefficients(verdict, numbered, fresh)
        some = not unknown and holds_for_some(statement, self.plain)
        if not (unknown or some):
            return verdict
        reason = (
            "it holds for some values and not for all; the text does not say which are meant"
            if some
            else f"the document does not say what {unknown[0]} is"
        )
        return replace(verdict, verdict="undecided", reason=reason, counterexample=None,
                       suggestion=None)  # fmt: skip

    def _outcome(
        self, offset: int, statement: Statement, context: Context, seconds: float
    ) -> Outcome:
        """What the prover says of a step as it stands; it is asked once."""
        key = (offset, statement, bearing(statement, context))
        if key not in self.outcomes:
            screened = self.effort == "screened" and statement.relation == "="
            if screened and not Screen(statement, context).may_hold():
                return Outcome("undecided", "a point speaks against it")
            self.outcomes[key] = prove(statement, context, seconds, points_first=True)
        return self.outcomes[key]

    def _special(
        self, step: Step, statement: Statement, lhs: str, context: Context
    ) -> StepVerdict | None:
        """The verdict on a step that says something else than that its sides are equal."""
        found: tuple[str, str] | None = None
        status: Status = "conditional"
        if step.offset in self.task.consequences:
            found = consequence(statement, context)
        elif step.offset in self.task.zeros and statement.rhs == 0:
            found, status = set_to_zero(statement, context, self.task.objectives), "proved"
        elif step.offset in self.task.from_points:
            return self._from_points(step, statement, lhs, context)
        if found is None:
            return None
        reason, needed = found
        return StepVerdict(lhs, step.rhs_latex, "=", status, reason, (needed,),
                           offset=step.offset)  # fmt: skip

    def _from_points(
        self, step: Step, statement: Statement, lhs: str, context: Context
    ) -> StepVerdict | None:
        """A formula for P(X) where the text gives P(0) and P(1): judged at each point."""
        found = at_points(statement, context)
        if found is None:
            return None
        cases, where = found
        worst: StepVerdict | None = None
        for case in cases:
            verdict = judged_step(case, lhs, step.rhs_latex, context, self.task.seconds,
                                  step.offset, None)  # fmt: skip
            if worst is None or ORDER.index(verdict.verdict) < ORDER.index(worst.verdict):
                worst = verdict
        assert worst is not None
        return replace(worst, hypotheses=(where, *worst.hypotheses))

    def _differing(
        self, step: Step, statement: Statement, lhs: str, context: Context, seconds: float
    ) -> StepVerdict:
        """`A \\neq B` says in a text that A and B are not the same, not that they never meet."""
        equal = Statement(statement.lhs, "=", statement.rhs)
        verdict = judged_step(equal, lhs, step.rhs_latex, context, seconds, step.offset, None)
        differ, same = verdict.verdict == "refuted", verdict.verdict == "proved"
        status: Status = "conditional" if differ else "refuted" if same else "undecided"
        reason = "they differ in general, though not everywhere" if differ else verdict.reason
        needs = (r"\text{in general}",) if differ else ()
        return replace(verdict, relation="!=", verdict=status, reason=reason, hypotheses=needs,
                       counterexample=None, suggestion=None)  # fmt: skip

    def _for_one_sample(self, statement: Statement, context: Context) -> Attempt | None:
        """∂C/∂a where C sums over samples and a is one sample's: there is one sample only."""
        by = {
            v.name
            for side in (statement.lhs, statement.rhs)
            for p in parts(side, Partial)
            for v in p.variables
            if isinstance(v, sp.Symbol) and isinstance(p.expr, sp.Symbol)
        }
        if not by & self.task.samples:
            return None
        return next(single_sample(statement, context), None)


def _names_of(statement: Statement) -> list[sp.Basic]:
    return sorted(free(statement.lhs) | free(statement.rhs), key=str)


def _with_right_value(verdict: StepVerdict, statement: Statement) -> StepVerdict:
    """A wrong decimal with the right one, to as many places."""
    point = verdict.counterexample
    if point is None or point.assignment or not isinstance(statement.rhs, Decimal):
        return verdict
    try:
        right = decimal.Decimal(point.lhs).quantize(decimal.Decimal(10) ** -statement.rhs.places)
    except decimal.InvalidOperation:
        return verdict
    return replace(verdict, suggestion=str(right))


def _with_letter_of_a_sum(verdict: StepVerdict, statement: Statement) -> StepVerdict:
    """A step whose sum binds a letter that is free beside it holds where the two differ."""
    letter = _shadowed_index(statement)
    if letter is None:
        return verdict
    said = rf"\text{{the }} {letter} \text{{ of the sum is another than the free }} {letter}"
    reason = f"{letter} {BOUND_AND_FREE}"
    return replace(verdict, verdict="conditional", reason=reason, hypotheses=(said,))


def _shadowed_index(statement: Statement) -> str | None:
    """The letter of ∂(Σ_q …)/∂a_q: it is bound in the sum and free outside."""
    for side in (statement.lhs, statement.rhs):
        for p in parts(side, Partial):
            bound = {k.name for s in parts(p.expr, sp.Sum) for k in s.variables}
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

"""`verify`: a claim as people write it, in its surroundings, to a verdict."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from derive.errors import DeriveError, ReadError
from derive.latex import Formula
from derive.latex.formula import COMPONENTWISE
from derive.latex.writer import latex
from derive.proof import Outcome
from derive.terms import Context, Statement, free, name_of
from derive.verdicts.hypotheses import leaves_base_open
from derive.verdicts.implications import Implied, implications
from derive.verdicts.judge import judge
from derive.verdicts.matrices import verify_matrices, verify_shaped, without_shapes
from derive.verdicts.surroundings import (
    Assumed,
    Given,
    base_context,
    defines,
    read_together,
    with_conditions,
)
from derive.verdicts.twofold import fails_in_another, in_known_sets, twofold_reading
from derive.verdicts.verdict import StepVerdict, Verdict

SECONDS = 10.0


def verify(
    claim: str | Statement,
    given: Sequence[Given] = (),
    assuming: Sequence[Assumed] = (),
    *,
    context: Context | None = None,
    seconds: float = SECONDS,
) -> Verdict:
    """Judge a claim: an equation, a chain of equations, an inequality or a numeric value.

    `claim` is LaTeX or a `Statement`; of `A \\implies B`, B is judged with A as a hypothesis.
    `given` are definitions, `assuming` hypotheses (LaTeX or terms); `context` is what they are
    added to, by default the catalogue alone. A claim that cannot be read is `undecided` with a
    reason that begins `unread:`. Raises `DeriveError` if `given` or `assuming` cannot be read or
    cannot stand.
    """
    start = time.perf_counter()
    context = base_context() if context is None else context
    if isinstance(claim, Statement):
        _, context = read_together("0", given, assuming, context)
        step = judged_step(claim, latex(claim.lhs), latex(claim.rhs), context, seconds, 0)
        return Verdict.of([step], time.perf_counter() - start)
    if not claim.strip():
        raise ReadError(claim, 0, "nothing", "a claim")
    implied = implications(claim)
    if implied:
        return _verify_implied(claim, implied, given, assuming, context, seconds)
    return _verify_formula(claim, given, assuming, context, seconds)


def _verify_formula(
    claim: str,
    given: Sequence[Given],
    assuming: Sequence[Assumed],
    context: Context,
    seconds: float,
) -> Verdict:
    """The verdict on one formula, about matrices or about numbers."""
    start = time.perf_counter()
    matrices = verify_matrices(claim, given, assuming, context, seconds)
    if matrices is not None:
        return matrices
    try:
        formula, inner = read_together(claim, given, assuming, context)
    except ReadError as error:
        shaped = verify_shaped(claim, given, assuming, context, seconds)
        if shaped is not None:
            return shaped
        if error.source != claim:
            raise
        return _unread(claim, error, time.perf_counter() - start)
    if not formula.steps:
        alone = ReadError(claim, 0, "no relation", "an equation or an inequality to judge")
        return _unread(claim, alone, time.perf_counter() - start)
    steps = in_known_sets(judge_formula(formula, inner, seconds), formula.readings)
    steps = without_shapes(steps, assuming)
    verdict = Verdict.of(steps, time.perf_counter() - start, formula.readings)
    if verdict.status == "undecided":
        shaped = verify_shaped(claim, given, assuming, context, seconds)
        return verdict if shaped is None or shaped.status == "undecided" else shaped
    return verdict


def _verify_implied(
    claim: str,
    implied: Sequence[Implied],
    given: Sequence[Given],
    assuming: Sequence[Assumed],
    context: Context,
    seconds: float,
) -> Verdict:
    """The verdict on what is to follow from premises, each with them as hypotheses."""
    start = time.perf_counter()
    steps: list[StepVerdict] = []
    readings: dict[str, None] = {}
    for part in implied:
        left = seconds - (time.perf_counter() - start)
        premises = (*assuming, *part.premises)
        try:
            found = verify(part.claim, given, premises, context=context, seconds=left)
        except ReadError as error:
            if error.source not in part.premises:
                raise
            begin = part.places[part.premises.index(error.source)]
            unread = _unread(claim, error, time.perf_counter() - start)
            return Verdict.of([replace(unread.steps[0], offset=begin + error.offset)], left)
        steps += [replace(step, offset=step.offset + part.offset) for step in found.steps]
        readings |= dict.fromkeys(found.readings)
    return Verdict.of(steps, time.perf_counter() - start, tuple(readings))


def judge_formula(formula: Formula, context: Context, seconds: float) -> list[StepVerdict]:
    """The verdicts on a formula's steps, in order.

    A first step whose left side is a new name defines it for the rest. After a refuted step
    the next side is compared with the last one that stands.
    """
    verdicts: list[StepVerdict] = []
    context = with_conditions(context, formula)
    open_base = leaves_base_open([formula.source])
    without = frozenset() if open_base else frozenset(("other_base",))
    if any(COMPONENTWISE in reading for reading in formula.readings):
        # The index that is read into it is summed over by nobody.
        without |= {"implied_sum"}
    trusted: tuple[object, str] | None = None
    for position, step in enumerate(formula.steps):
        statement, lhs_latex = step.statement, step.lhs_latex
        chained = position > 0 and formula.steps[position - 1].statement.rhs == statement.lhs
        definition = None if chained else defines(statement, context)
        if definition is not None and name_is_new(definition.name, context):
            context = context.define(definition)
            verdicts.append(_definition(step.lhs_latex, step.rhs_latex, step.offset))
            trusted = None
            continue
        if chained and trusted is not None and verdicts[-1].verdict == "refuted":
            statement = Statement(trusted[0], statement.relation, statement.rhs)
            lhs_latex = trusted[1]
        else:
            trusted = (statement.lhs, lhs_latex)
        verdicts.append(
            judged_step(
                statement,
                lhs_latex,
                step.rhs_latex,
                context,
                seconds,
                step.offset,
                without,
                others=step.others if statement == step.statement else (),
            )
        )
    return verdicts


def name_is_new(name: str, context: Context) -> bool:
    """Whether nothing gives this name a meaning yet, or says anything of it."""
    if name in context.definitions or name in context.library:
        return False
    terms = [d.body for group in context.definitions.values() for d in group]
    terms += [term for h in context.hypotheses for term in h.terms]
    return name not in {name_of(s) for term in (*terms, *context.domains) for s in free(term)}


def _definition(lhs: str, rhs: str, offset: int) -> StepVerdict:
    reason = "the left side is a new name, which this defines"
    return StepVerdict(lhs, rhs, "=", "definition", reason, offset=offset)


def judged_step(
    statement: Statement,
    lhs: str,
    rhs: str,
    context: Context,
    seconds: float,
    offset: int,
    without: frozenset[str] | None = frozenset(),
    outcome: Outcome | None = None,
    suggest: bool = True,
    others: Sequence[Statement] = (),
) -> StepVerdict:
    """The verdict on one relation; `lhs` and `rhs` are its sides as written.

    `without` names the unstated hypotheses that are out of the question; with None the step is
    only proved or refuted as it stands. `outcome` is what the prover says of it, if known; with
    `suggest`, what was meant is looked for where it is refuted. What the step may say as well
    (`others`) must not hold if it is refuted.
    """
    start = time.perf_counter()
    try:
        outcome, hypotheses, meant = judge(statement, context, seconds, without, outcome, suggest)
    except DeriveError as error:
        return StepVerdict(lhs, rhs, statement.relation, "undecided", str(error), offset=offset)
    if outcome.status == "refuted":
        twofold = twofold_reading(statement, others, context, start + seconds - time.perf_counter())
        if twofold is not None:
            reason = f"{twofold}; else {outcome.reason}"
            outcome, meant = Outcome("undecided", reason), None
    left = start + seconds - time.perf_counter()
    holds = outcome.status in ("proved", "conditional")
    if holds and fails_in_another(statement, others, context, left):
        reason = "it fails if what follows is differentiated too; brackets would say"
        outcome, hypotheses, meant = Outcome("undecided", reason), (), None
    return StepVerdict(
        lhs,
        rhs,
        statement.relation,
        outcome.status,
        outcome.reason,
        hypotheses,
        outcome.counterexample,
        meant,
        time.perf_counter() - start,
        offset,
        outcome.steps,
    )


def _unread(claim: str, error: ReadError, seconds: float) -> Verdict:
    step = StepVerdict(claim, "", "=", "undecided", f"unread: {error}", offset=error.offset)
    return Verdict.of([step], seconds)

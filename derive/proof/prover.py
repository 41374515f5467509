"""The prover: a statement and a context in, an `Outcome` out.

`proved` needs the exact search to close every case, the checker to make its moves again, and
the ball audit to find no witness against it; `refuted` needs a point with disjoint balls.
Everything else is `conditional`, with the condition, or `undecided`, with the reason.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace

from derive.errors import DeriveError
from derive.functions import catalogue
from derive.proof.assumptions import Setting, prepare
from derive.proof.certificate import Certificate
from derive.proof.checker import CheckError, check
from derive.proof.conditions import AUDIT_POINTS, WIDE_POINTS, cases, fails_under, joined, needed
from derive.proof.decimals import judge_decimal
from derive.proof.dependencies import undefined_functions
from derive.proof.induction import at_first_times, by_induction
from derive.proof.influence import namesakes, refuse_siblings
from derive.proof.labels import perhaps_members, refuse_slopes
from derive.proof.layers import with_layers
from derive.proof.leaf import Leaf
from derive.proof.recurrences import unrolled
from derive.proof.refute import AUDIT_BITS, Survey, constants_compare, fails_somewhere, survey
from derive.proof.search import Room, run_search
from derive.proof.verdict import Outcome
from derive.terms import Context, Decimal, Hypothesis, Partial, Statement

FIRST_POINTS = 2
REFUTE_POINTS = 24


def prove(
    statement: Statement,
    context: Context | None = None,
    seconds: float = 10.0,
    *,
    points_first: bool = False,
) -> Outcome:
    """Decide a statement in a context (by default, that of the catalogue alone).

    With `points_first` no proof is sought of what a point refutes: the answer to a false
    statement comes sooner, but a proof of it would go unnoticed. Never raises for what the
    statement says: what cannot be decided comes back `undecided`.
    """
    context = context or Context()
    if not context.library:
        context = context.with_library(catalogue.definitions)
    deadline = time.monotonic() + seconds
    try:
        members = perhaps_members(statement, context)
        refuse_slopes(statement, members)
        inductive = _by_induction(statement, context, deadline)
        if inductive is not None:
            return inductive
        context, trouble = with_layers(statement, context)
        steps = unrolled(statement, context)
        inside = context
        if steps.context is not context:
            inside = _without_consequences(steps.context, deadline)
        outcome = _judged(steps.statement, inside, deadline, points_first)
    except (DeriveError, RecursionError) as error:
        return Outcome("undecided", _sentence(error))
    except Exception as error:
        # A surprise is never a verdict and never a crash.
        return Outcome("undecided", f"internal error: {type(error).__name__}: {error}")
    if outcome.status != "refuted":
        return outcome
    # What fails at a point may hold all the same.
    trouble = trouble or _mixed_up(statement, inside) or _mixed_up(steps.statement, inside)
    if members and not trouble:
        trouble = f"{', '.join(members)} may be members, or names of their own"
    if steps.open and not trouble:
        early = at_first_times(statement, context, steps.letter)
        return _refuted_early(early, context, deadline) or Outcome("undecided", steps.open)
    return Outcome("undecided", trouble) if trouble else outcome


def _refuted_early(
    claims: Iterable[Statement], context: Context, deadline: float
) -> Outcome | None:
    """The refutation of what a claim says of one of the first times."""
    for statement in claims:
        outcome = prove(statement, context, deadline - time.monotonic())
        if outcome.status == "refuted":
            return outcome
    return None


def _by_induction(statement: Statement, context: Context, deadline: float) -> Outcome | None:
    """The verdict on a closed form of a recurrence, if the claim is one."""

    def inner(said: Statement, where: Context) -> Outcome:
        return _judged(said, where, deadline, False)

    return by_induction(statement, context, inner)


def _mixed_up(statement: Statement, context: Context) -> str:
    twice = ", ".join(namesakes(statement, context))
    return f"{twice} is an index in one formula and a number in another" if twice else ""


def _judged(statement: Statement, context: Context, deadline: float, points_first: bool) -> Outcome:
    refuse_siblings(statement, context)
    setting = prepare((statement.lhs, statement.rhs), context)
    refuted = _refuted_at_once(statement, setting, deadline) if points_first else None
    if refuted is not None:
        return refuted
    if not context.hypotheses:
        return _decide(statement, setting, deadline)
    room = Room()
    certain = _certainly_needed(statement, context)
    lean = _proved_by_fewer(statement, context, certain, setting, deadline, room)
    if lean is not None:
        return lean
    if len(certain) + 1 == len(context.hypotheses):
        certain = context.hypotheses
    outcome = _decide(statement, setting, deadline, room)
    if outcome.status in ("proved", "conditional"):
        needed = _needed(statement, context, certain, deadline, outcome, room)
        outcome = replace(outcome, hypotheses=needed)
    return outcome


def _refuted_at_once(statement: Statement, setting: Setting, deadline: float) -> Outcome | None:
    """The refutation by one of the first points, where a point may refute at all."""
    sides = (statement.lhs, statement.rhs)
    if statement.relation == "~=" or any(side.has(Decimal) for side in sides):
        return None
    if _undefined(statement, setting):
        return None
    found = survey(statement, setting, FIRST_POINTS, deadline, AUDIT_BITS)
    return None if found.counterexample is None else _refuted_or_open(found, (), "")


def _undefined(statement: Statement, setting: Setting) -> list[str]:
    """The functions without a definition that keep a statement from being refuted."""
    unknown = undefined_functions(statement, setting.context)
    if any(side.has(Partial) for side in (statement.lhs, statement.rhs)):
        # A derivative may be one of any function, but not of one that is defined otherwise.
        return [name for name in unknown if name in setting.context.definitions]
    return unknown


def _without_consequences(context: Context, deadline: float) -> Context:
    """The context without the equations that its definitions imply.

    What a recurrence gives for some steps may be stated too; it adds nothing.
    """
    bare = replace(context, hypotheses=())
    kept = []
    for h in context.hypotheses:
        said, left = h.statement, min(1.0, deadline - time.monotonic())
        equation = said if isinstance(said, Statement) and said.relation == "=" else None
        if equation is None or prove(equation, bare, left).status != "proved":
            kept.append(h)
    return replace(context, hypotheses=tuple(kept))


def _decide(
    statement: Statement, setting: Setting, deadline: float, room: Room | None = None
) -> Outcome:
    if statement.relation == "~=":
        about = "an approximate equation is judged only where one side is a decimal"
        return judge_decimal(statement, setting) or Outcome("undecided", about)
    trouble = ""
    found_tree: Certificate | None = None
    try:
        # Where no proof is found there has to be time for a counterexample.
        seconds = 0.75 * (deadline - time.monotonic())
        found_tree = run_search(statement, setting, seconds, room=room)
    except (DeriveError, RecursionError) as error:
        trouble = _sentence(error)
    leaves = () if found_tree is None else found_tree.leaves
    if found_tree is not None and not any(leaf.kind == "open" for leaf in leaves):
        return _closed(found_tree, setting, deadline)
    numeric = judge_decimal(statement, setting)
    if numeric is not None:
        return numeric
    if statement.relation != "=" and constants_compare(statement, setting):
        return Outcome("proved", "the two numbers lie in disjoint balls in this order")
    unknown = _undefined(statement, setting)
    if unknown:
        return Outcome("undecided", f"{', '.join(unknown)} has no definition here")
    found = survey(statement, setting, REFUTE_POINTS, deadline)
    return _refuted_or_open(found, leaves, trouble)


def _closed(certificate: Certificate, setting: Setting, deadline: float) -> Outcome:
    """Every case is closed: the audit at points of the whole setting has the last word."""
    statement, leaves = certificate.statement, certificate.leaves
    proved = [leaf for leaf in leaves if leaf.kind == "equal"]
    if not leaves:
        return Outcome("undecided", "vacuous: the hypotheses contradict each other")
    if not proved:
        return Outcome("undecided", "vacuous: nowhere are both sides defined")
    try:
        if certificate.has_cases:
            check(certificate, deadline)
    except CheckError as error:
        return Outcome(
            "undecided", f"internal error: the proof does not hold when it is replayed: {error}"
        )
    audit = survey(statement, setting, AUDIT_POINTS, deadline, AUDIT_BITS)
    if not audit.agreeing and audit.counterexample is None:
        audit = survey(statement, setting, WIDE_POINTS, deadline)
    conditions = needed(certificate)
    if audit.counterexample is not None:
        if conditions and not fails_under(conditions, certificate, deadline):
            # x^n > 0 for x > 0, and for some n elsewhere, but not for all.
            return _refuted_or_open(audit, leaves, "")
        return Outcome(
            "undecided",
            "internal error: the proof and the numeric audit disagree; please report this claim",
            counterexample=audit.counterexample,
        )
    if time.monotonic() > deadline:
        return Outcome("undecided", "the time limit was reached")
    if not audit.points:
        return Outcome("undecided", "vacuous: no point was found at which the hypotheses hold")
    if not audit.agreeing:
        where = audit.trouble or "no point was found at which both sides are defined"
        return Outcome("undecided", f"vacuous: {where}")
    if conditions:
        conditions, alternatives = cases(certificate, conditions, deadline)
        if time.monotonic() > deadline:
            return Outcome("undecided", "the time limit was reached")
        if not (conditions or alternatives):
            return Outcome("undecided", "vacuous: no point was found at which the conditions hold")
        return Outcome(
            "conditional",
            "the sides agree wherever both are defined, but one is defined on more",
            conditions=joined(conditions),
            alternatives=alternatives,
            certificate=certificate,
        )
    reason = "; ".join((_reason(statement, leaves), *setting.adopted))
    return Outcome("proved", reason, certificate=certificate)


def _reason(statement: Statement, leaves: tuple[Leaf, ...]) -> str:
    closed = sum(leaf.kind == "equal" for leaf in leaves)
    in_cases = f" in each of {closed} cases" if closed > 1 else ""
    if statement.relation != "=":
        return f"the difference of the sides has the right sign{in_cases}"
    return f"both sides have the same normal form{in_cases}"


def _refuted_or_open(found: Survey, leaves: tuple[Leaf, ...], trouble: str) -> Outcome:
    if found.counterexample is not None:
        at = ", ".join(f"{k} = {v}" for k, v in found.counterexample.assignment.items())
        where = f"at {at}" if at else "as it stands"
        return Outcome(
            "refuted",
            f"the sides differ {where}: {found.counterexample.lhs} "
            f"against {found.counterexample.rhs}",
            counterexample=found.counterexample,
        )
    if not found.points:
        return Outcome("undecided", "vacuous: no point was found at which the hypotheses hold")
    if trouble:
        return Outcome("undecided", trouble)
    line = next((leaf.line for leaf in leaves if leaf.kind == "open"), "")
    return Outcome(
        "undecided",
        f"no proof was found, and no counterexample at {found.agreeing} points: {line[:200]}",
    )


Hypotheses = tuple[Hypothesis, ...]


def _with_only(statement: Statement, context: Context, hypotheses: Hypotheses) -> Setting:
    return prepare((statement.lhs, statement.rhs), replace(context, hypotheses=hypotheses))


def _certainly_needed(statement: Statement, context: Context) -> Hypotheses:
    """The hypotheses without which the claim fails at a point that satisfies the others."""
    found = []
    for hypothesis in context.hypotheses:
        others = tuple(h for h in context.hypotheses if h != hypothesis)
        try:
            if fails_somewhere(statement, _with_only(statement, context, others)):
                found.append(hypothesis)
        except (DeriveError, RecursionError):
            continue
    return tuple(found)


def _proved_by_fewer(
    statement: Statement,
    context: Context,
    certain: Hypotheses,
    whole: Setting,
    deadline: float,
    room: Room,
) -> Outcome | None:
    """A proof from the hypotheses alone that are certainly needed, if they are not all."""
    if len(certain) == len(context.hypotheses) or statement.relation == "~=":
        return None
    try:
        setting = _with_only(statement, context, certain)
        seconds = min(2.0, deadline - time.monotonic())
        certificate = run_search(statement, setting, seconds, frozenset(), room)
    except (DeriveError, RecursionError):
        return None
    outcome = _closed(certificate, whole, deadline)
    if outcome.status != "proved":
        return None
    return replace(outcome, hypotheses=tuple(h.label for h in certain))


def _needed(
    statement: Statement,
    context: Context,
    certain: Hypotheses,
    deadline: float,
    outcome: Outcome,
    room: Room,
) -> tuple[str, ...]:
    """The hypotheses that the proof cannot do without, found by leaving them out in turn."""
    needed = context.hypotheses
    leaves = () if outcome.certificate is None else outcome.certificate.leaves
    allowed = frozenset(need for leaf in leaves for need in leaf.needs)
    for hypothesis in context.hypotheses:
        if hypothesis in certain:
            continue
        fewer = tuple(h for h in needed if h != hypothesis)
        try:
            seconds = min(2.0, deadline - time.monotonic())
            setting = _with_only(statement, context, fewer)
            found = run_search(statement, setting, seconds, allowed, room).leaves
        except (DeriveError, RecursionError):
            continue
        if any(leaf.kind == "equal" for leaf in found):
            needed = fewer
    return tuple(h.label for h in needed)


def _sentence(error: BaseException) -> str:
    if isinstance(error, RecursionError):
        return "the expression is nested too deeply"
    return str(error) or type(error).__name__

"""Judge one statement: prove, refute, look for a missing hypothesis, and for what was meant."""

from __future__ import annotations

import time
from dataclasses import replace

from derive.latex.writer import latex
from derive.proof import Outcome, prove, unrolled
from derive.terms import Context, Decimal, Statement
from derive.verdicts.hypotheses import standard_hypotheses
from derive.verdicts.screen import Screen
from derive.verdicts.suggest import Reading, suggestion


def judge(
    statement: Statement,
    context: Context,
    seconds: float,
    without: frozenset[str] | None = frozenset(),
    outcome: Outcome | None = None,
    suggest: bool = True,
) -> tuple[Outcome, tuple[str, ...], str | None]:
    """The outcome, the hypotheses that it rests on (LaTeX), and a suggestion (LaTeX).

    `without` names the unstated hypotheses that are out of the question; with None there is
    neither a search for one nor a suggestion. `outcome` is what the prover says of the
    statement as it stands, if that is known; without `suggest` nothing is suggested. Within
    `seconds`, as far as the parts that look at the clock can keep to it.
    """
    deadline = time.monotonic() + seconds
    if outcome is None:
        outcome = prove(statement, context, seconds)
    if outcome.status == "conditional":
        return outcome, (*outcome.hypotheses, *needs(outcome)), None
    if outcome.status == "proved" or outcome.reason.startswith(("vacuous", "internal error")):
        return outcome, outcome.hypotheses, None
    if without is None:
        return outcome, outcome.hypotheses, None
    for attempt in standard_hypotheses(statement, context, without):
        left = deadline - time.monotonic()
        if left <= 0:
            break
        if not _may_hold(attempt.statement, attempt.context):
            continue
        found = prove(attempt.statement, attempt.context, left)
        if found.status in ("proved", "conditional"):
            reason = f"true under a hypothesis that is not stated: {attempt.words}"
            conditional = replace(found, status="conditional", reason=reason)
            used = tuple(h for h in found.hypotheses if h != attempt.label)
            return conditional, (*used, attempt.label, *needs(found)), None
    meant = None
    if suggest and outcome.status == "refuted" and time.monotonic() < deadline:
        steps = unrolled(statement, context)
        meant = meant_by(steps.statement, steps.context)
    return outcome, outcome.hypotheses, meant


def _may_hold(statement: Statement, context: Context) -> bool:
    """Whether an equation holds at points; a decimal only has to agree in its digits."""
    decimals = any(side.has(Decimal) for side in (statement.lhs, statement.rhs))
    return statement.relation != "=" or decimals or Screen(statement, context, 2).may_hold()


def needs(outcome: Outcome) -> tuple[str, ...]:
    """The conditions of an outcome as LaTeX; cases that exclude each other as one."""
    if outcome.alternatives:
        cases = (",\\ ".join(latex(c) for c in case) for case in outcome.alternatives)
        return (r" \text{ or } ".join(cases),)
    return tuple(latex(c) for c in outcome.conditions)


def meant_by(statement: Statement, context: Context, judged: Reading | None = None) -> str | None:
    """What was probably meant by a refuted equation, in LaTeX: its right side, or all of it.

    `judged` says how a statement is read before it is proved, by default as it stands.
    """
    try:
        found = suggestion(statement, context, judged or Reading(context))
        if found is None:
            return None
        return latex(found.rhs) if found.lhs == statement.lhs else latex(found)
    except Exception:
        # A near miss that SymPy cannot even build is not what was meant.
        return None

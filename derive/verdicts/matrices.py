"""Claims in matrix notation: translated to indices, then judged like any other."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence

from derive.errors import ReadError
from derive.latex import read_all
from derive.latex.writer import latex
from derive.matrix import (
    Inferred,
    Matrices,
    ShapeError,
    declared_arrays,
    inferred,
    is_matrix_text,
    may_have_shapes,
)
from derive.proof import prove
from derive.terms import Context, Statement, free, name_of
from derive.verdicts.judge import needs
from derive.verdicts.surroundings import with_assumption
from derive.verdicts.verdict import StepVerdict, Verdict


def verify_matrices(
    claim: str,
    given: Sequence[object],
    assuming: Sequence[object],
    context: Context,
    seconds: float,
) -> Verdict | None:
    """The verdict on an equation of matrices; None if the formulas are no matrix notation.

    Sides whose shapes cannot match are refuted, the reason showing the shapes.
    """
    texts = [x for x in (claim, *given, *assuming) if isinstance(x, str)]
    if len(texts) != 1 + len(given) + len(assuming):
        return None
    defined = [str(x) for x in given]
    said = [str(x) for x in assuming]
    if not is_matrix_text(claim, defined, said):
        return None
    start = time.perf_counter()
    names = Matrices()
    try:
        said = [text for text in said if not names.declare(text)]
        context = context.define(*names.define(defined))
        for text in said:
            context = context.assume(names.statement(text), text)
        equations = names.steps(claim)
        judged = [_step(*equation, context, seconds) for equation in equations]
    except ReadError:
        return None
    except ShapeError as error:
        # What is given has no meaning: that says nothing of the claim.
        return _alone(claim, "undecided", str(error), start)
    readings = tuple(reading for _, reading in judged if reading)
    return Verdict.of([step for step, _ in judged], time.perf_counter() - start, readings)


def verify_shaped(
    claim: str,
    given: Sequence[object],
    assuming: Sequence[object],
    context: Context,
    seconds: float,
) -> Verdict | None:
    """The verdict on a claim in matrix notation that leaves the shapes to its letters.

    None if it is no such claim, or if there are no shapes, or several, with which it can be read.
    """
    texts = [x for x in (claim, *given, *assuming) if isinstance(x, str)]
    if len(texts) != 1 + len(given) + len(assuming) or not may_have_shapes(texts):
        return None
    start = time.perf_counter()

    def read(names: Inferred) -> tuple[Context, list[tuple[str, str, int, Statement]]]:
        said = [text for text in map(str, assuming) if not names.declare(text)]
        inner = context.define(*names.define([str(x) for x in given]))
        for text in said:
            inner = _assuming(text, names, inner)
        return inner, [(left, right, at, step()) for left, right, at, step in names.steps(claim)]

    found = inferred(read)
    if found is None:
        return None
    names, (context, equations) = found
    judged = []
    for left, right, offset, statement in equations:
        judged.append(_judged(left, right, offset, statement, context, seconds))
    readings = [f"{name} read as {shape}" for name, shape in names.shapes()]
    readings += [reading for _, reading in judged]
    elapsed = time.perf_counter() - start
    return Verdict.of([step for step, _ in judged], elapsed, tuple(readings))


def _assuming(text: str, names: Inferred, context: Context) -> Context:
    """The context with a hypothesis, about matrices or about numbers alone."""
    try:
        return context.assume(names.statement(text), text)
    except ReadError:
        (formula,) = read_all([text], context)
    spoken_of = {str(name_of(x)) for s in formula.steps for t in (s.statement.lhs, s.statement.rhs)
                 for x in free(t)}  # fmt: skip
    if any(name in names.names and not names.names[name].is_scalar for name in spoken_of):
        raise ReadError(text, 0, "a relation", "an equation of matrices, or one about numbers")
    return with_assumption(context, formula)


def without_shapes(steps: Sequence[StepVerdict], assuming: Sequence[object]) -> list[StepVerdict]:
    """Verdicts on formulas that were read without the shapes of matrices: they decide nothing.

    Nor do those in which vectors are multiplied by ×.
    """
    matrices, vectors = declared_arrays([text for text in assuming if isinstance(text, str)])

    def unshaped(step: StepVerdict) -> StepVerdict:
        text = f"{step.lhs} {step.rhs}"
        names = matrices | vectors if r"\times" in text else matrices
        found = [n for n in sorted(names) if re.search(rf"(?<![A-Za-z]){n}(?![A-Za-z]|\s*_)", text)]
        if not found or step.verdict == "definition":
            return step
        reason = f"{found[0]} is no number; the formula was read without its shape"
        return step.unsure(reason)

    return [unshaped(step) for step in steps]


def _step(
    left: str,
    right: str,
    offset: int,
    read: Callable[[], Statement],
    context: Context,
    seconds: float,
) -> tuple[StepVerdict, str]:
    """The verdict on one equation of a chain, and how it was read."""
    try:
        statement = read()
    except ShapeError as error:
        return StepVerdict(left.strip(), right.strip(), "=", "refuted", str(error)), ""
    return _judged(left, right, offset, statement, context, seconds)


def _judged(
    left: str, right: str, offset: int, statement: Statement, context: Context, seconds: float
) -> tuple[StepVerdict, str]:
    start = time.perf_counter()
    outcome = prove(statement, context, seconds)
    step = StepVerdict(
        left.strip(),
        right.strip(),
        "=",
        outcome.status,
        outcome.reason,
        (*outcome.hypotheses, *needs(outcome)),
        outcome.counterexample,
        None,
        time.perf_counter() - start,
        offset,
        outcome.steps,
    )
    return step, f"in entries: {latex(statement)}"


def _alone(claim: str, status: str, reason: str, start: float) -> Verdict:
    left, _, right = claim.partition("=")
    step = StepVerdict(left.strip(), right.strip(), "=", status, reason)  # type: ignore[arg-type]
    return Verdict.of([step], time.perf_counter() - start)

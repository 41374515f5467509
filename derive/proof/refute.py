"""Counterexamples: points at which two balls are disjoint, or the wrong way round."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

import sympy as sp
from flint import arb, ctx, fmpq

from derive.errors import DeriveError
from derive.proof.assumptions import Setting
from derive.proof.balls import evaluate, evaluate_all
from derive.proof.dependencies import examples
from derive.proof.descent import descent
from derive.proof.jets import Number, ball, real_part
from derive.proof.sampling import Sampler, describe
from derive.proof.valuation import NoValueError, Point
from derive.proof.verdict import Counterexample
from derive.terms import Partial, Statement, subterms

PRECISIONS = (64, 128, 320, 1000)
# Where a proof is only audited, equal values would otherwise be computed at every precision.
AUDIT_BITS = (192,)
FEW_POINTS = 5
ORDERS = ("<", "<=", ">", ">=")


@dataclass(frozen=True)
class Survey:
    """What sampling showed: a counterexample if any, and at how many points both sides agree.

    `points` counts those at which the hypotheses hold, `agreeing` those at which both sides
    have values that no precision tells apart.
    """

    counterexample: Counterexample | None
    points: int
    agreeing: int
    trouble: str = ""


def survey(
    statement: Statement,
    setting: Setting,
    count: int,
    deadline: float,
    precisions: tuple[int, ...] = PRECISIONS,
) -> Survey:
    """Evaluate both sides at up to `count` points, until they differ somewhere."""
    sampler = Sampler((statement.lhs, statement.rhs), setting)
    setting = sampler.setting
    points = agreeing = 0
    trouble = ""
    constant = not (sampler.scalars or sampler.families or sampler.integers)
    drawn: Iterable[Point] = sampler.points(1 if constant else count)
    seen: list[Point] = []
    if statement.relation != "=" and not constant:
        drawn = chain(drawn, sampler.corners())
    if statement.relation in ORDERS and not constant and precisions == PRECISIONS:
        drawn = chain(drawn, descent(statement, sampler, seen, deadline))
    for point in drawn:
        points += 1
        seen.append(point)
        if time.monotonic() > deadline:
            return Survey(None, points, agreeing, "the time limit was reached")
        try:
            found = differ(statement, setting, point, precisions)
        except DeriveError as error:
            trouble = trouble or str(error)
            continue
        if isinstance(found, Counterexample):
            return Survey(found, points, agreeing)
        agreeing += found
    return Survey(None, points, agreeing, trouble)


def fails_somewhere(statement: Statement, setting: Setting) -> bool:
    """Whether one of a few points tells the sides apart, or only one has a value there.

    The latter counts where there is no derivative and no definition that would answer for it.
    """
    terms = (statement.lhs, statement.rhs)
    sampler = Sampler(terms, setting)
    plain = not any(_answers_for_itself(side, sampler.setting) for side in terms)
    for point in sampler.points(FEW_POINTS):
        try:
            found = differ(statement, sampler.setting, point, AUDIT_BITS)
        except DeriveError:
            return False
        if isinstance(found, Counterexample):
            return True
        if plain and not found and _one_sided(terms, sampler.setting, point):
            return True
    return False


def _answers_for_itself(term: sp.Expr, setting: Setting) -> bool:
    """Whether a term has a part that may be undefined without a condition being asked for."""
    for part in subterms(term):
        if isinstance(part, Partial):
            return True
        definition = setting.context.definition_of(part)
        if definition is not None and not _is_total(definition.body, setting):
            return True
    return False


def _is_total(term: sp.Expr, setting: Setting) -> bool:
    """Whether a term has a value everywhere: sums and products of variables."""
    if setting.context.definition_of(term) is not None:
        return False
    if isinstance(term, sp.Symbol | sp.Indexed | sp.Number):
        return True
    if isinstance(term, sp.Sum):
        return _is_total(term.function, setting)
    return isinstance(term, sp.Add | sp.Mul) and all(_is_total(a, setting) for a in term.args)


def _one_sided(terms: tuple[sp.Expr, sp.Expr], setting: Setting, point: Point) -> bool:
    """Whether one side certainly has no value at a point where the other has one."""
    states = set()
    for term in terms:
        try:
            states.add(_is_finite(real_part(evaluate(term, setting.witness, point, *AUDIT_BITS))))
        except NoValueError as error:
            if not error.settled:
                return False
            states.add(False)
        except ZeroDivisionError:
            return False
    return len(states) == 2


def differ(
    statement: Statement,
    setting: Setting,
    point: Point,
    precisions: tuple[int, ...] = PRECISIONS,
) -> Counterexample | bool:
    """A counterexample at this point; else whether both sides have a value there."""
    compared = False
    for bits in precisions:
        try:
            sides = (statement.lhs, statement.rhs)
            left, right = map(real_part, evaluate_all(sides, setting.witness, point, bits))
        except NoValueError as error:
            if error.settled:
                return False
            continue
        except ZeroDivisionError:
            continue
        if not (_is_finite(left) and _is_finite(right)):
            continue
        verdict = _compare(left, right, statement.relation, bits)
        if verdict is False:
            assignment = {**describe(point), **examples(setting.witness)}
            return Counterexample(assignment, *_digits(left, right))
        if verdict is True:
            return True
        compared = True
    return compared


def _is_finite(value: Number) -> bool:
    return not isinstance(value, arb) or bool(value.is_finite())


def _compare(left: Number, right: Number, relation: str, bits: int) -> bool | None:
    """Whether the relation holds between the balls; None if they do not tell."""
    if isinstance(left, fmpq) and isinstance(right, fmpq):
        return {
            "=": left == right,
            "!=": left != right,
            "<": left < right,
            "<=": left <= right,
            ">": left > right,
            ">=": left >= right,
        }[relation]
    ctx_before = ctx.prec
    ctx.prec = bits
    try:
        a, b = ball(left), ball(right)
        if relation == "=":
            return None if a.overlaps(b) else False
        if relation == "!=":
            return True if not a.overlaps(b) else None
        if a.is_exact() and b.is_exact() and a == b:
            return relation in ("<=", ">=")
        below, above = bool(a < b), bool(a > b)
        if not (below or above):
            return None
        return below if relation in ("<", "<=") else above
    finally:
        ctx.prec = ctx_before


def _digits(left: Number, right: Number) -> tuple[str, str]:
    """Both values to the fewest digits (at least four) that tell them apart; four if equal."""
    for digits in (4, 6, 10, 20, 40, 100, 300):
        one, other = _text(left, digits), _text(right, digits)
        if one != other:
            return one, other
    return _text(left, 4), _text(right, 4)


def _text(value: Number, digits: int) -> str:
    ctx_before = ctx.prec
    ctx.prec = max(64, digits * 4)
    try:
        number = ball(value)
        small = number.contains(0) and bool(abs(number) < arb(10) ** -digits)
        return "0" if small else str(number.str(digits, radius=False))
    finally:
        ctx.prec = ctx_before


def constants_compare(statement: Statement, setting: Setting) -> bool:
    """Whether an inequality between numbers without variables is settled by disjoint balls."""
    for bits in PRECISIONS:
        left = constant_value(statement.lhs, setting, bits)
        right = constant_value(statement.rhs, setting, bits)
        if left is None or right is None:
            return False
        if not left.overlaps(right):
            return _compare(left, right, statement.relation, bits) is True
    return False


def constant_number(term: sp.Expr, setting: Setting, bits: int) -> Number | None:
    """The value of a term without variables (a rational if it is one), or None."""
    sampler = Sampler((term,), setting)
    setting = sampler.setting
    if sampler.scalars or sampler.families or sampler.integers:
        return None
    try:
        return real_part(evaluate(term, setting.witness, Point(), bits))
    except (NoValueError, DeriveError, ZeroDivisionError):
        return None


def constant_value(term: sp.Expr, setting: Setting, bits: int) -> arb | None:
    """The value of a term without variables as a ball, or None."""
    value = constant_number(term, setting, bits)
    return None if value is None else ball(value)

"""A few points at which a wrong right side is seen at once, before anything is proved."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import islice

import sympy as sp
from flint import arb, ctx, fmpq

from derive.errors import DeriveError
from derive.proof import prepare
from derive.proof.balls import Evaluator
from derive.proof.jets import Number, ball, real_part
from derive.proof.sampling import Sampler
from derive.proof.valuation import NoValueError, Point
from derive.terms import Context, Statement

BITS = 128
POINTS = 3
DRAWN = 24
"""How many points are tried: ln p has a value at few of those that are drawn for p."""


class Place:
    """A point, and what terms are worth there: definitions are evaluated once for all of them."""

    def __init__(self, context: Context, point: Point) -> None:
        self.context = context
        self.point = point
        self.evaluator = Evaluator(context, point)

    def value(self, term: sp.Expr) -> Number | None:
        """The value of a term, if it has a finite one."""
        before = ctx.prec
        ctx.prec = BITS
        try:
            value = real_part(self.evaluator(term))
        except (NoValueError, DeriveError, ZeroDivisionError):
            # It stopped halfway, in the middle of a sum perhaps.
            self.evaluator = Evaluator(self.context, self.point)
            return None
        finally:
            ctx.prec = before
        return None if isinstance(value, arb) and not value.is_finite() else value


class Screen:
    """Points for an equation in its context, with the values of its left side.

    A screen discards: two sides that differ at a point are not equal. It proves nothing.
    """

    def __init__(self, statement: Statement, context: Context, points: int = POINTS) -> None:
        self.statement = statement
        self.context = context
        self.count = points

    @cached_property
    def points(self) -> list[tuple[Place, Number]]:
        """The points at which the left side has a value, with it."""
        return list(islice(self._valued(), self.count))

    def _valued(self) -> Iterator[tuple[Place, Number]]:
        bodies = [d.body for group in self.context.definitions.values() for d in group]
        terms = (self.statement.lhs, self.statement.rhs)
        try:
            sampler = Sampler((*terms, *bodies), prepare(terms, self.context))
            witness = sampler.setting.witness
            for point in sampler.points(max(self.count, DRAWN)):
                place = Place(witness, point)
                left = place.value(self.statement.lhs)
                if left is not None:
                    yield place, left
        except DeriveError:
            return

    def differs(self) -> bool:
        """Whether a point tells the two sides apart."""
        return self._compare(self.statement.rhs)[0]

    def may_hold(self) -> bool:
        """Whether the two sides agree at some points and differ at none of them.

        What has values at no point is never proved: the audit would find none either.
        """
        agreeing = 0
        for place, left in self._valued():
            right = place.value(self.statement.rhs)
            if right is not None and not _same(left, right):
                return False
            agreeing += right is not None
            if agreeing == self.count:
                break
        return agreeing > 0

    def passes(self, rhs: sp.Expr) -> bool:
        """Whether a right side has the left side's value, at one point at least."""
        differs, agrees = self._compare(rhs)
        return agrees and not differs

    def _compare(self, rhs: sp.Expr) -> tuple[bool, bool]:
        """Whether a point tells the sides apart, and whether they agree at one before that."""
        agrees = False
        for place, left in self.points:
            right = place.value(rhs)
            if right is not None and not _same(left, right):
                return True, agrees
            agrees |= right is not None
        return False, agrees

    def has_factor(self, factor: sp.Expr) -> bool:
        """Whether the left side is the right side times a factor, at every point."""
        found = False
        for place, left, right in self._sides:
            value = place.value(factor)
            if value is None or not _same(left, value * right):
                return False
            found |= not _same(left, fmpq(0))
        return found

    @cached_property
    def _sides(self) -> list[tuple[Place, Number, Number]]:
        valued = ((p, left, p.value(self.statement.rhs)) for p, left in self.points)
        return [(p, left, right) for p, left, right in valued if right is not None]


def _same(left: Number, right: Number) -> bool:
    if isinstance(left, fmpq) and isinstance(right, fmpq):
        return bool(left == right)
    before = ctx.prec
    ctx.prec = BITS
    try:
        return bool(ball(left).overlaps(ball(right)))
    finally:
        ctx.prec = before

"""A few points at which a wrong right side is seen at once, before anything is proved."""

from __future__ import annotations

from functools import cached_property
from itertools import islice

import sympy as sp
from flint import arb, ctx, fmpq

from derive.errors import DeriveError
from derive.proof import prepare
from derive.proof.balls import evaluate
from derive.proof.jets import Number, ball, real_part
from derive.proof.sampling import Sampler
from derive.proof.valuation import NoValueError, Point
from derive.terms import Context, Statement

BITS = 128
POINTS = 3
DRAWN = 24
"""How many points are tried: ln p has a value at few of those that are drawn for p."""


class Screen:
    """Points for an equation in its context, with the values of its left side.

    A screen discards: two sides that differ at a point are not equal. It proves nothing.
    """

    def __init__(self, statement: Statement, context: Context, points: int = POINTS) -> None:
        self.statement = statement
        self.context = context
        self.count = points

    @cached_property
    def points(self) -> list[tuple[Point, Number]]:
        """The points at which the left side has a value, with it."""
        bodies = [d.body for group in self.context.definitions.values() for d in group]
        terms = (self.statement.lhs, self.statement.rhs)
        try:
            sampler = Sampler((*terms, *bodies), prepare(terms, self.context))
            self.witness = sampler.setting.witness
            drawn = sampler.points(max(self.count, DRAWN))
            valued = ((p, self._value(self.statement.lhs, p)) for p in drawn)
            return list(islice(((p, v) for p, v in valued if v is not None), self.count))
        except DeriveError:
            return []

    def _value(self, term: sp.Expr, point: Point) -> Number | None:
        try:
            value = real_part(evaluate(term, self.witness, point, BITS))
        except (NoValueError, DeriveError, ZeroDivisionError):
            return None
        return None if isinstance(value, arb) and not value.is_finite() else value

    def differs(self) -> bool:
        """Whether a point tells the two sides apart."""
        return self._compare(self.statement.rhs)[0]

    def passes(self, rhs: sp.Expr) -> bool:
        """Whether a right side has the left side's value, at one point at least."""
        differs, agrees = self._compare(rhs)
        return agrees and not differs

    def _compare(self, rhs: sp.Expr) -> tuple[bool, bool]:
        """Whether a point tells the sides apart, and whether they agree at one before that."""
        agrees = False
        for point, left in self.points:
            right = self._value(rhs, point)
            if right is not None and not _same(left, right):
                return True, agrees
            agrees |= right is not None
        return False, agrees

    def has_factor(self, factor: sp.Expr) -> bool:
        """Whether the left side is the right side times a factor, at every point."""
        found = False
        for point, left, right in self._sides:
            value = self._value(factor, point)
            if value is None or not _same(left, value * right):
                return False
            found |= not _same(left, fmpq(0))
        return found

    @cached_property
    def _sides(self) -> list[tuple[Point, Number, Number]]:
        valued = ((p, left, self._value(self.statement.rhs, p)) for p, left in self.points)
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

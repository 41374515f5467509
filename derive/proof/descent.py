"""Steps towards a point at which an inequality fails, from the points where it nearly does."""

from __future__ import annotations

import time
from collections.abc import Iterator

from flint import fmpq

from derive.errors import DeriveError
from derive.proof.balls import evaluate
from derive.proof.jets import ball, real_part
from derive.proof.sampling import Sampler
from derive.proof.valuation import NoValueError, Point
from derive.terms import Statement

BITS = 64
STARTS = 3
STEPS = tuple(fmpq(1, n) for n in (1, 2, 4, 8, 16, 32, 64, 128))
TRIED = 60
"""How many points are looked at from each start."""


def descent(
    statement: Statement, sampler: Sampler, points: list[Point], deadline: float
) -> Iterator[Point]:
    """Better and better points, by one coordinate at a time; the numbers only lead the way."""
    excesses = [(_excess(statement, sampler, p), k) for k, p in enumerate(points)]
    known = sorted(((e, k) for e, k in excesses if e is not None), reverse=True)
    for excess, k in known[:STARTS]:
        yield from _climb(statement, sampler, points[k], excess, deadline)


def _climb(
    statement: Statement,
    sampler: Sampler,
    point: Point,
    excess: float,
    deadline: float,
) -> Iterator[Point]:
    tried = 0
    for step in STEPS:
        improved = True
        while improved and tried < TRIED and time.monotonic() < deadline:
            improved = False
            for near in sampler.beside(point, step):
                tried += 1
                found = _excess(statement, sampler, near)
                if found is not None and found > excess:
                    point, excess, improved = near, found, True
                    yield point
                    break


def _excess(statement: Statement, sampler: Sampler, point: Point) -> float | None:
    """By how much the side that should be smaller is larger."""
    witness = sampler.setting.witness
    try:
        left, right = (
            float(ball(real_part(evaluate(side, witness, point, BITS))).mid())
            for side in (statement.lhs, statement.rhs)
        )
    except (NoValueError, DeriveError, ZeroDivisionError, ValueError, OverflowError):
        return None
    gap = left - right if statement.relation in ("<", "<=") else right - left
    return gap if gap == gap else None

"""Exact rational points that satisfy a setting's domains and hypotheses."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace

import sympy as sp
from flint import arb, fmpq

from derive.errors import DeriveError, UnsupportedError
from derive.proof.assumptions import Fact, Setting
from derive.proof.balls import Evaluator
from derive.proof.jets import Number, add, ball
from derive.proof.unknowns import variables, with_solutions
from derive.proof.valuation import NoValueError, Point
from derive.terms import (
    Domain,
    Statement,
    free,
)

CORNER_BITS = 4
SIZES = (2, 3, 1, 2, 4, 3, 5)
SCALES = (1, 1, 1, 8, 1, 64, 1000)
TRIES = 12
# What may be a share of a whole.
_SHARES = (Domain.POSITIVE, Domain.NONNEGATIVE, Domain.UNIT)


class _Corner(random.Random):
    """Draws 8, which is scaled to 1, or what is nearest to 0: by the bits of a pattern in turn."""

    def __init__(self, pattern: int) -> None:
        super().__init__(0)
        self.pattern = pattern
        self.drawn = 0

    def randint(self, a: int, b: int) -> int:
        bit = self.pattern >> (self.drawn % CORNER_BITS) & 1
        self.drawn += 1
        return min(max(8 * bit, a), b)


class Sampler:
    """Points for the variables of some terms; the same ones every time."""

    def __init__(self, terms: tuple[sp.Expr, ...], setting: Setting) -> None:
        setting, self.solved = with_solutions(setting)
        self.setting = setting
        self.random = random.Random(20)
        self.scale = 1
        self.scalars, self.families, self.integers = variables(terms, setting)
        # A family of which the tenth member is mentioned has no fewer.
        self.lowest: dict[sp.Expr, int] = {}
        for fact in setting.facts:
            s = fact.statement
            if s.relation == ">=" and s.lhs in self.integers and s.rhs.is_Integer:
                self.lowest[s.lhs] = max(int(s.rhs), self.lowest.get(s.lhs, 1))

    def points(self, count: int, deadline: float = math.inf) -> Iterator[Point]:
        """Up to `count` points at which every hypothesis holds, as far as the time allows."""
        found = 0
        for attempt in range(count * TRIES):
            if found >= count or time.monotonic() > deadline:
                return
            point = self._point(attempt)
            if point is not None:
                found += 1
                yield point

    def corners(self) -> Iterator[Point]:
        """Points of zeros and ones, and of equal shares: where a bound is reached, if anywhere."""
        usual = self.random
        seen: list[Point] = []
        for attempt in range(2**CORNER_BITS):
            self.random = _Corner(attempt)
            point = self._point(attempt % len(SIZES))
            if point is not None and point not in seen:
                seen.append(point)
                yield point
        self.random = usual

    def beside(self, point: Point, step: fmpq) -> Iterator[Point]:
        """The points one step along each coordinate, moved on so that the hypotheses hold."""
        for coordinate in (*point.scalars, *point.members):
            is_member = isinstance(coordinate, tuple)
            name = coordinate[0] if isinstance(coordinate, tuple) else coordinate
            old = point.members[coordinate] if is_member else point.scalars[coordinate]
            # What adds up to 1 by its domain cannot move alone.
            apart = self.setting.context.domain_of(name) in (Domain.PROBABILITY, Domain.ONE_HOT)
            for move in () if apart else (step, -step):
                near = _moved(point, coordinate, old + move) if isinstance(old, fmpq) else point
                found = self._satisfy(near) if self._in_domain(near, coordinate) else None
                if found is not None and found != point:
                    yield found

    def _point(self, attempt: int) -> Point | None:
        sizes = self._sizes(attempt)
        integers = dict(sizes)
        for i in self.integers:
            if i not in sizes:
                high = self._range_of(i, sizes)
                integers[i] = self.random.randint(1, max(high, 1))
        self._align_indices(integers)
        # Some conditions hold only far out: every round of sizes goes further.
        self.scale = SCALES[(attempt // len(SIZES)) % len(SCALES)]
        scalars = {s: self._value(self.setting.context.domain_of(s)) for s in self.scalars}
        members: dict[tuple[sp.IndexedBase, tuple[int, ...]], Number] = {}
        for base in self.families:
            members.update(self._family(base, integers))
        point = Point(scalars, members, integers)
        return self._satisfy(point)

    def _sizes(self, attempt: int) -> dict[sp.Symbol, int]:
        in_shapes = {s for f in self.families for d in f.shape or () for s in free(d)}
        in_shapes |= {s for size in self.setting.ranges.values() for s in free(size)}
        sizes = [s for s in self.integers if s in in_shapes or s not in self.setting.ranges]
        return {
            s: SIZES[(attempt + (attempt // len(SIZES) + 1) * k) % len(SIZES)]
            + self.lowest.get(s, 1)
            - 1
            for k, s in enumerate(sizes)
        }

    def _range_of(self, i: sp.Symbol, sizes: Mapping[sp.Symbol, int]) -> int:
        size = self.setting.ranges.get(i)
        if size is None:
            # An index that no family shows is drawn within every range that there is.
            return min(sizes.values(), default=3)
        value = size.xreplace({k: sp.Integer(v) for k, v in sizes.items()})
        return int(value) if value.is_Integer else 3

    def _align_indices(self, integers: dict[sp.Symbol, int]) -> None:
        for h in self.setting.facts:
            s = h.statement
            if s.relation == "=" and s.lhs in integers:
                if s.rhs in integers:
                    integers[s.lhs] = integers[s.rhs]
                elif s.rhs.is_Integer and s.rhs > 0:
                    integers[s.lhs] = int(s.rhs)

    def _value(self, domain: Domain) -> fmpq:
        choose = self.random.randint
        match domain:
            case Domain.POSITIVE | Domain.NONNEGATIVE:
                least = int(domain is Domain.POSITIVE)
                return fmpq(choose(least, 24) * self.scale, 8)
            case Domain.UNIT | Domain.PROBABILITY:
                return fmpq(choose(1, 15), 16)
            case Domain.BINARY | Domain.ONE_HOT:
                return fmpq(choose(0, 1))
            case Domain.SIGN:
                return fmpq(choose(0, 1) * 2 - 1)
            case Domain.INTEGER:
                return fmpq(choose(-3, 3) * self.scale)
        return fmpq(choose(-24, 24) * self.scale, 8)

    def _family(
        self, base: sp.IndexedBase, integers: dict[sp.Symbol, int]
    ) -> dict[tuple[sp.IndexedBase, tuple[int, ...]], Number]:
        swap = {k: sp.Integer(v) for k, v in integers.items()}
        sizes = [s.xreplace(swap) for s in base.shape]
        if not all(s.is_Integer for s in sizes):
            raise UnsupportedError(f"the size of {base.label} is not known: {base.shape}")
        shape = [int(s) for s in sizes]
        domain = self.setting.context.domain_of(base)
        addresses: list[tuple[int, ...]] = [()]
        for s in shape:
            addresses = [(*a, k) for a in addresses for k in range(1, s + 1)]
        if base in self.setting.ranges:
            high = max(self._range_of(base, integers), 1)
            return {(base, a): fmpq(self.random.randint(1, high)) for a in addresses}
        if domain is not Domain.PROBABILITY:
            return {(base, a): self._value(domain) for a in addresses}
        # A probability may be zero, though most hypotheses and terms exclude it.
        lowest = 0 if self.random.randint(0, 3) == 0 else 1
        weights = {a: self.random.randint(lowest, 9) for a in addresses}
        totals: dict[tuple[int, ...], int] = {}
        for a, weight in weights.items():
            totals[a[:-1]] = totals.get(a[:-1], 0) + weight
        for a in addresses:
            if not totals[a[:-1]]:
                weights[a] = totals[a[:-1]] = 1
        return {(base, a): fmpq(w, totals[a[:-1]]) for a, w in weights.items()}

    # -- hypotheses -----------------------------------------------------------------------

    def _satisfy(self, point: Point) -> Point | None:
        """The point, moved so that the equations hold; None if a hypothesis fails there."""
        integers, moved = point.integers, False
        for fact in self.setting.facts:
            for here in self._everywhere(integers, fact):
                point = point.where(here)
                held = self._holds(point, fact.statement)
                if held is False and fact.statement.relation == "=":
                    solved = self._scaled(point, fact.statement)
                    solved = solved or _on_sphere(point, fact.statement)
                    solved = solved or self._solve(point, fact.statement)
                    if solved is None:
                        return None
                    point, moved = solved, True
                elif held is not True:
                    return None
        for fact in self.setting.facts if moved else ():
            for here in self._everywhere(integers, fact):
                if not self._holds(point.where(here), fact.statement):
                    return None
        found = point.where(integers)
        return found if all(self._may_hold(found, *each) for each in self.solved) else None

    def _may_hold(self, point: Point, symbol: sp.Symbol, equation: Statement) -> bool:
        """Whether both sides have values that no ball tells apart, and the symbol its domain's."""
        residual = self._residual(point, equation)
        if residual is None or not ball(residual).contains(0):
            return False
        value = ball(Evaluator(self.setting.witness, point)(symbol))
        domain = self.setting.context.domain_of(symbol)
        return bool(
            domain is Domain.REAL
            or (domain in _SHARES and value > 0 and (domain is not Domain.UNIT or value < 1))
        )

    def _everywhere(
        self, integers: Mapping[sp.Symbol, int], fact: Fact
    ) -> list[Mapping[sp.Symbol, int]]:
        """The integers of a point, with every value of the indices that a fact ranges over."""
        found = [integers]
        for i in fact.free_indices(self.setting.ranges):
            high = self._range_of(i, found[0])
            found = [{**p, i: value} for p in found for value in range(1, high + 1)]
        return found

    def _residual(self, point: Point, statement: Statement) -> Number | None:
        try:
            value = Evaluator(self.setting.witness, point)
            return add(value(statement.lhs), -value(statement.rhs))
        except (NoValueError, DeriveError, ZeroDivisionError, TypeError):
            return None

    def _holds(self, point: Point, statement: Statement) -> bool | None:
        residual = self._residual(point, statement)
        if residual is None:
            return None
        tests = {
            "=": residual == 0,
            "!=": residual != 0,
            "<": residual < 0,
            "<=": residual <= 0,
            ">": residual > 0,
            ">=": residual >= 0,
        }
        return bool(tests.get(statement.relation, False))

    def _scaled(self, point: Point, statement: Statement) -> Point | None:
        """Scale a positive family so that the equation holds: one member alone cannot give way."""
        names = free(statement.lhs) | free(statement.rhs)
        for base in self.families:
            if base not in names or self.setting.context.domain_of(base) not in _SHARES:
                continue
            addresses = [a for a in point.members if a[0] == base]
            if len(base.shape) > 1:
                # The equation may be about one row.
                before = self._residual(point, statement)
                addresses = [
                    a
                    for a in addresses
                    if self._residual(_scaled_members(point, [a], fmpq(2)), statement) != before
                ]
            values = [
                self._residual(_scaled_members(point, addresses, fmpq(s)), statement)
                for s in (1, 2, 3)
            ]
            scale = _root(values, start=1)
            if scale is not None:
                moved = _scaled_members(point, addresses, scale)
                if all(self._in_domain(moved, a) for a in addresses):
                    return moved
        return None

    def _solve(self, point: Point, statement: Statement) -> Point | None:
        """Move one coordinate on which the equation depends linearly."""
        for coordinate in self._coordinates(point, statement):
            values = [
                self._residual(_moved(point, coordinate, fmpq(at)), statement) for at in (0, 1, 2)
            ]
            root = _root(values, start=0)
            if root is not None:
                moved = _moved(point, coordinate, root)
                if self._in_domain(moved, coordinate):
                    return moved
        return None

    def _coordinates(self, point: Point, statement: Statement) -> list[object]:
        names = free(statement.lhs) | free(statement.rhs)
        members: list[object] = [a for a in reversed(list(point.members)) if a[0] in names]
        scalars: list[object] = [s for s in point.scalars if s in names]
        return [*members, *scalars]

    def _in_domain(self, point: Point, coordinate: object) -> bool:
        if isinstance(coordinate, tuple):
            value, domain = point.members[coordinate], self.setting.context.domain_of(coordinate[0])
        else:
            value = point.scalars[coordinate]
            domain = self.setting.context.domain_of(coordinate)
        if domain in (Domain.POSITIVE, Domain.UNIT) and value <= 0:
            return False
        if domain is Domain.INTEGER and value.q != 1:
            return False
        if domain is Domain.PROBABILITY and value < 0:
            return False
        if domain is Domain.UNIT and value >= 1:
            return False
        if domain is Domain.SIGN and value not in (1, -1):
            return False
        if domain is Domain.BINARY and value not in (0, 1):
            return False
        return not (domain is Domain.NONNEGATIVE and value < 0)


def _root(values: list[Number | None], start: int) -> fmpq | None:
    """Where a function with these values at three integers from `start` on is zero, if linear."""
    exact = [value for value in values if isinstance(value, fmpq)]
    if len(exact) < len(values):
        return None
    first, second, third = exact
    slope = second - first
    if slope == 0 or third - second != slope:
        return None
    return start - first / slope


Member = tuple[sp.IndexedBase, tuple[int, ...]]


def _on_sphere(point: Point, statement: Statement) -> Point | None:
    """The point moved onto Σ u_k² = 1, if that is the equation, by rational numbers."""
    total = statement.lhs
    if not isinstance(total, sp.Sum) or statement.rhs != 1 or len(total.limits) != 1:
        return None
    square = total.function
    member = square.base if isinstance(square, sp.Pow) and square.exp == 2 else None
    if not isinstance(member, sp.Indexed) or member.indices != total.limits[0][:1]:
        return None
    addresses = sorted((a for a in point.members if a[0] == member.base), key=str)
    if not addresses:
        return None
    *free_ones, last = addresses
    length = sum((point.members[a] ** 2 for a in free_ones), fmpq(0))
    moved = {a: 2 * point.members[a] / (length + 1) for a in free_ones}
    moved[last] = (length - 1) / (length + 1)
    return replace(point, members={**point.members, **moved})


def _scaled_members(point: Point, addresses: list[Member], scale: fmpq) -> Point:
    members = {**point.members, **{a: scale * point.members[a] for a in addresses}}
    return Point(point.scalars, members, point.integers)


def _moved(point: Point, coordinate: object, value: fmpq) -> Point:
    if isinstance(coordinate, tuple):
        return replace(point, members={**point.members, coordinate: value})
    return replace(point, scalars={**point.scalars, coordinate: value})


def describe(point: Point) -> dict[str, str]:
    """A point as text: every size, index, scalar and member with its exact value."""
    told = {str(k): str(v) for k, v in sorted(point.integers.items(), key=str)}
    told |= {str(k): _text(v) for k, v in sorted(point.scalars.items(), key=str)}
    for (base, indices), value in sorted(point.members.items(), key=str):
        told[f"{base.label}_{','.join(map(str, indices))}"] = _text(value)
    return told


def _text(value: Number) -> str:
    return value.str(20, radius=False) if isinstance(value, arb) else str(value)

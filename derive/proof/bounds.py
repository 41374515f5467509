"""Proofs that a function of one variable keeps a sign: what they say and how they are checked.

The line is cut into pieces. On each, the sign is read off the form of the function, or balls
around its values on small intervals lie on one side of zero, or the function leaves a value of
that sign at one end (a limit, if the end is infinite) and its slope keeps it going that way,
which is shown in the same manner. Nothing is searched for here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import sympy as sp
from flint import arb

from derive.errors import DeriveError
from derive.proof.algebra import Algebra
from derive.proof.asymptotics import Asymptotics, NoLimitError
from derive.proof.curves import Curve, Span
from derive.proof.enclosure import BITS, Enclosure, precision
from derive.proof.field import Frac, UndefinedTermError
from derive.proof.region import Split
from derive.proof.signs import ANY, NEGATIVE, NONNEGATIVE, NONPOSITIVE, NONZERO, POSITIVE, Sign

FAILURES = (DeriveError, Split, UndefinedTermError, NoLimitError, ValueError, ZeroDivisionError)


@dataclass(frozen=True)
class BySign:
    """The form of the function shows its sign."""


@dataclass(frozen=True)
class ByBalls:
    """Between these cuts, and between them and the ends, balls show the sign."""

    cuts: tuple[sp.Rational, ...]


@dataclass(frozen=True)
class BySlope:
    """Times a positive factor, it moves away from its value at one end (`rising`: the lower)."""

    rising: bool
    factor: sp.Expr
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Piece:
    """An open interval (infinite ends are ±∞) with the proof of the sign on it."""

    low: sp.Expr
    high: sp.Expr
    proof: BySign | ByBalls | BySlope


@dataclass(frozen=True)
class Bound:
    """The whole proof: by which variable, which sign (±1), and the pieces of its domain."""

    variable: sp.Expr
    sign: int
    pieces: tuple[Piece, ...]

    def lines(self, depth: int = 1) -> Iterator[str]:
        """The proof for people."""
        sign = "at least zero" if self.sign > 0 else "at most zero"
        yield f"{'  ' * depth}as a function of {self.variable} the difference is {sign}:"
        for piece in self.pieces:
            yield from _lines(piece, depth + 1)


def _lines(piece: Piece, depth: int) -> Iterator[str]:
    where = f"{'  ' * depth}on ({piece.low}, {piece.high}): "
    proof = piece.proof
    if isinstance(proof, BySign):
        yield where + "by its form"
    elif isinstance(proof, ByBalls):
        yield where + f"by balls on {len(proof.cuts) + 1} intervals"
    else:
        times = "" if proof.factor == 1 else f" times {proof.factor}"
        way = f"rising from {piece.low}" if proof.rising else f"falling to {piece.high}"
        yield where + f"the difference{times} is {way}, since its slope keeps its sign:"
        for below in proof.pieces:
            yield from _lines(below, depth + 1)


def holds(algebra: Algebra, value: Frac, wanted: Sign, bound: Bound) -> bool:
    """Whether a proof shows that a value has one of the signs that are wanted."""
    strict = 0 not in wanted
    if bound.sign not in wanted:
        return False
    target = value if bound.sign > 0 else -value
    try:
        with precision(BITS):
            return BoundCheck(algebra, bound.variable).whole(target, bound.pieces, strict)
    except FAILURES:
        return False


def directions(wanted: Sign) -> tuple[int, ...]:
    """The signs that may be shown for one of those wanted."""
    table = {
        POSITIVE: (1,), NONNEGATIVE: (1,), NEGATIVE: (-1,), NONPOSITIVE: (-1,), NONZERO: (1, -1),
    }  # fmt: skip
    return table.get(wanted, ())


class BoundCheck:
    """Checks the pieces of a proof over one variable."""

    def __init__(self, algebra: Algebra, variable: sp.Expr) -> None:
        self.algebra = algebra
        self.curve = Curve(algebra, variable)
        self.enclosure = Enclosure(algebra.field, self.curve.number)

    def end(self, term: sp.Expr) -> Frac | None:
        """An end of a piece in normal form; None if it is infinite."""
        if term in (sp.oo, -sp.oo):
            return None
        with self.curve.within(Span(None, None)):
            return self.algebra.normal(term)

    def span(self, piece: Piece) -> Span:
        """The interval of a piece. Raises `ValueError` if it is none."""
        span = Span(self.end(piece.low), self.end(piece.high))
        if piece.low is sp.oo or piece.high is -sp.oo:
            raise ValueError("an interval beyond infinity")
        for end in (span.low, span.high):
            if end is not None and self.curve.moving(end):
                raise ValueError("an end that moves")
        if span.low is None or span.high is None:
            return span
        if self.curve.fixed_sign(span.high - span.low) != POSITIVE:
            raise ValueError("an interval that may be empty")
        return span

    def whole(self, value: Frac, pieces: tuple[Piece, ...], strict: bool) -> bool:
        """Whether the pieces cover the domain of the variable and show the sign there."""
        if not self.curve.is_plain(value) or not pieces or not _in_a_row(pieces):
            return False
        spans = [self.span(piece) for piece in pieces]
        domain = self.curve.domain()
        covered = self._reaches(spans[0].low, domain.low, NONPOSITIVE) and self._reaches(
            spans[-1].high, domain.high, NONNEGATIVE
        )
        if not covered or not self._allowed(spans[0]):
            return False
        if strict and not self._positive_between(value, spans):
            return False
        return all(
            self.piece(value, span, piece, strict)
            for span, piece in zip(spans, pieces, strict=True)
        )

    def _reaches(self, end: Frac | None, domain: Frac | None, beyond: Sign) -> bool:
        if end is None:
            return True
        return domain is not None and self.curve.fixed_sign(end - domain) <= beyond

    def _allowed(self, first: Span) -> bool:
        """Whether no piece lies where the variable can never be: its generator has its own sign."""
        own = self.algebra.field.generators[self.curve.number].sign
        if own == ANY:
            return True
        low = first.low
        return own <= NONNEGATIVE and low is not None and self.curve.fixed_sign(low) <= NONNEGATIVE

    def _positive_between(self, value: Frac, spans: list[Span]) -> bool:
        """Whether the value is positive where pieces meet and at ends that belong to them."""
        places = [span.low for span in spans[1:]]
        facts = self.algebra.facts
        for end in (spans[0].low, spans[-1].high):
            if end is not None and 0 in facts.of_frac(self.curve.x - end):
                places.append(end)
        for place in places:
            if place is None:
                return False
            try:
                here = self.curve.at(value, place)
            except UndefinedTermError:
                continue  # nothing is claimed where there is no value
            if self.curve.fixed_sign(here) != POSITIVE:
                return False
        return True

    def piece(self, value: Frac, span: Span, piece: Piece, strict: bool) -> bool:
        """Whether the sign on one piece is shown."""
        value = self.curve.reduced(value, span)
        proof = piece.proof
        if isinstance(proof, BySign):
            wanted = POSITIVE if strict else NONNEGATIVE
            return self.curve.sign(value, span) <= wanted
        if isinstance(proof, ByBalls):
            low, high = self.curve.end(span.low), self.curve.end(span.high)
            if low is None or high is None:
                return False
            ends = [low, *(arb(sp_rational(c)) for c in proof.cuts), high]
            return all(self.positive(value, a.union(b)) for a, b in pairwise(ends))
        return self.by_slope(value, span, proof, strict)

    def positive(self, value: Frac, interval: arb) -> bool:
        """Whether a value is positive throughout an interval, by its ball or that of its slope."""
        if self.enclosure(value, interval) > 0:
            return True
        slope = self.curve.slope(value, Span(None, None))
        middle = arb(interval.mid())
        change = self.enclosure(slope, interval) * (interval - middle)
        return bool(self.enclosure(value, middle) + change > 0)

    def by_slope(self, value: Frac, span: Span, proof: BySlope, strict: bool) -> bool:
        """Whether the value moves away from a start of its sign."""
        scaled = self.scaled(value, span, proof.factor)
        start = self.start(scaled, span, proof.rising)
        if not start <= NONNEGATIVE or not _in_a_row(proof.pieces):
            return False
        spans = [self.span(piece) for piece in proof.pieces]
        if not (_same(spans[0].low, span.low) and _same(spans[-1].high, span.high)):
            return False
        slope = self.outward(scaled, span, proof.rising)
        wanted = strict and start != POSITIVE
        return all(
            self.piece(slope, inner, piece, wanted)
            for inner, piece in zip(spans, proof.pieces, strict=True)
        )

    def scaled(self, value: Frac, span: Span, factor: sp.Expr) -> Frac:
        """The value times a factor that is positive on the span, smooth there together.

        Raises `ValueError` if it is not.
        """
        if factor == 1:
            scaled = value
        else:
            with self.curve.within(span):
                normal = self.algebra.normal(factor)
            if self.curve.sign(normal, span) != POSITIVE or not self.curve.is_plain(normal):
                raise ValueError("a factor that may not be positive")
            scaled = value * normal
        if not self.curve.is_regular(scaled, span):
            raise ValueError("a function that may not be smooth")
        return scaled

    def start(self, value: Frac, span: Span, rising: bool) -> Sign:
        """The signs of the value at the end that it starts from, or of its limit there."""
        end = span.low if rising else span.high
        if end is not None:
            try:
                return self.curve.fixed_sign(self.curve.at(value, end))
            except UndefinedTermError:
                pass
        with self.curve.within(span):
            kind, limit = Asymptotics(self.curve, end, from_below=not rising).tends_to(value)
        sign = self.curve.fixed_sign(limit)
        return sign if kind == 0 or sign in (POSITIVE, NEGATIVE) else ANY

    def outward(self, value: Frac, span: Span, rising: bool) -> Frac:
        """The slope, in the direction away from where the value starts."""
        slope = self.curve.slope(value, span)
        return slope if rising else -slope


def _in_a_row(pieces: tuple[Piece, ...]) -> bool:
    return bool(pieces) and all(a.high == b.low for a, b in pairwise(pieces))


def _same(a: Frac | None, b: Frac | None) -> bool:
    return a is b if a is None or b is None else a.same(b)


def sp_rational(value: sp.Rational) -> arb:
    """A rational number as a ball."""
    return arb(int(value.p)) / int(value.q)

"""The search for a proof that a function of one variable keeps a sign (see `bounds`).

Numbers suggest where to cut and which way the function moves; nothing that they suggest is
believed before `bounds` has checked it.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from math import cos, isfinite, pi

import sympy as sp
from flint import arb

from derive.proof.algebra import Algebra
from derive.proof.bounds import (
    FAILURES,
    Bound,
    BoundCheck,
    ByBalls,
    BySign,
    BySlope,
    Piece,
    directions,
    holds,
)
from derive.proof.curves import Curve, Span
from derive.proof.enclosure import BITS, precision
from derive.proof.field import Frac
from derive.proof.polynomials import Poly
from derive.proof.restore import restore_poly
from derive.proof.signs import NONNEGATIVE, POSITIVE, Sign

MAX_DEPTH = 5
MAX_NODES = 60
MAX_HALVINGS = 9
MAX_VARIABLES = 3
SAMPLES = 40
TOUCHING = 1e-20


def find_bound(algebra: Algebra, value: Frac, wanted: Sign) -> Bound | None:
    """A proof that a value has one of the wanted signs, as a function of one of its variables."""
    variables = Curve.candidates(algebra, value)
    for variable in variables if len(variables) <= MAX_VARIABLES else ():
        for sign in directions(wanted):
            try:
                with precision(BITS):
                    search = BoundSearch(algebra, variable)
                    pieces = search.run(value if sign > 0 else -value, 0 not in wanted)
            except FAILURES:
                continue
            if pieces is not None:
                bound = Bound(variable, sign, pieces)
                if holds(algebra, value, wanted, bound):
                    return bound
    return None


class BoundSearch(BoundCheck):
    """Looks for the pieces of a proof over one variable."""

    def __init__(self, algebra: Algebra, variable: sp.Expr) -> None:
        super().__init__(algebra, variable)
        self.nodes = 0

    def run(self, value: Frac, strict: bool) -> tuple[Piece, ...] | None:
        """The pieces of the whole domain, if the value seems to be nonnegative there."""
        if not self.curve.is_plain(value):
            return None
        return self.pieces(value, self.curve.domain(), MAX_DEPTH, strict)

    def pieces(self, value: Frac, span: Span, depth: int, strict: bool) -> tuple[Piece, ...] | None:
        """Pieces that show that a value is nonnegative (if `strict`, positive) on a span."""
        self.nodes += 1
        self.algebra.field.watch()
        if self.nodes > MAX_NODES:
            return None
        divisor = value.den
        value = self.curve.reduced(value, span)
        if self.curve.sign(value, span) <= (POSITIVE if strict else NONNEGATIVE):
            return (self.made(span, BySign()),)
        if depth == 0:
            return None
        if self.curve.is_lone(value) and self._is_numeric(span):
            return self._by_numbers(value, span, depth, strict)
        return self._by_names(value, span, depth, strict, divisor)

    def made(self, span: Span, proof: BySign | ByBalls | BySlope) -> Piece:
        """A piece with its ends as terms."""
        show = self.curve.show
        return Piece(show(span.low, -sp.oo), show(span.high, sp.oo), proof)

    def _is_numeric(self, span: Span) -> bool:
        try:
            self.curve.end(span.low), self.curve.end(span.high)
        except ValueError:
            return False
        return True

    # -- other variables: where the value vanishes, by name --------------------------------

    def _by_names(
        self, value: Frac, span: Span, depth: int, strict: bool, divisor: Poly
    ) -> tuple[Piece, ...] | None:
        factors = self._factors(value)
        if not divisor.is_constant():
            # The slope of the fraction may be simpler than that of its numerator.
            factors = (1 / restore_poly(self.algebra.field, divisor), *factors)
        found = self._by_slope(value, span, depth, strict, factors)
        if found is not None:
            return (found,)
        for place in self._places(value, span):
            below, above = Span(span.low, place), Span(place, span.high)
            falls = self._by_slope(value, below, depth, strict, factors, rising=False)
            if falls is None:
                continue
            rises = self._by_slope(value, above, depth, strict, factors, rising=True)
            if rises is not None:
                return falls, rises
        return None

    def _places(self, value: Frac, span: Span) -> Iterator[Frac]:
        """Inner places named by other variables, or 0 and 1, where the value vanishes."""
        algebra, sign = self.algebra, self.curve.fixed_sign
        named = [
            algebra.field.frac(g)
            for g in value.generators
            if algebra.field.generators[g].kind == "atom" and g != self.curve.number
        ]
        for place in [*named, algebra.field.zero, algebra.field.one, *(-n for n in named)]:
            low = span.low is None or sign(place - span.low) == POSITIVE
            high = span.high is None or sign(span.high - place) == POSITIVE
            if low and high and self._vanishes(value, place):
                yield place

    def _vanishes(self, value: Frac, place: Frac) -> bool:
        try:
            return self.curve.at(value, place).is_zero
        except FAILURES:
            return False

    # -- by the slope ------------------------------------------------------------------------

    def _by_slope(
        self,
        value: Frac,
        span: Span,
        depth: int,
        strict: bool,
        factors: tuple[sp.Expr, ...] | None = None,
        rising: bool | None = None,
    ) -> Piece | None:
        for factor in self._factors(value) if factors is None else factors:
            try:
                scaled = self.scaled(value, span, factor)
            except FAILURES:
                continue
            for way in (True, False) if rising is None else (rising,):
                piece = self._one_way(scaled, span, depth, strict, factor, way)
                if piece is not None:
                    return piece
        return None

    def _one_way(
        self,
        scaled: Frac,
        span: Span,
        depth: int,
        strict: bool,
        factor: sp.Expr,
        rising: bool,
    ) -> Piece | None:
        try:
            start = self.start(scaled, span, rising)
            if not start <= NONNEGATIVE:
                return None
            slope = self.outward(scaled, span, rising)
        except FAILURES:
            return None
        if self._seems_negative(slope, span):
            return None
        below = self.pieces(slope, span, depth - 1, strict and start != POSITIVE)
        return None if below is None else self.made(span, BySlope(rising, factor, below))

    def _factors(self, value: Frac) -> tuple[sp.Expr, ...]:
        """Factors that may make the slope simpler: what some terms or coefficients have."""
        field, curve = self.algebra.field, self.curve
        found: dict[sp.Expr, None] = {sp.S.One: None}
        for powers, _ in field.terms(value.num):
            exponential = [(g, e) for g, e in powers if field.generators[g].kind == "exp"]
            moving = tuple((g, e) for g, e in exponential if curve.moves(g))
            if moving:
                found[1 / restore_poly(field, field.monomial(moving))] = None
        for g in curve.moving(value):
            kind = field.generators[g].kind
            if kind in ("ln", "function") and int(value.num.degrees()[g]) == 1:
                coefficient = restore_poly(field, value.num.derivative(g))
                found[1 / coefficient] = None
                found[-1 / coefficient] = None
        return tuple(found)

    # -- one variable alone: numbers suggest the cuts ----------------------------------------

    def _by_numbers(
        self, value: Frac, span: Span, depth: int, strict: bool
    ) -> tuple[Piece, ...] | None:
        if self._seems_negative(value, span):
            return None
        for factor in self._factors(value):
            try:
                scaled = self.scaled(value, span, factor)
                cuts = self._cuts(scaled, span)
            except FAILURES:
                continue
            found = None if cuts is None else self._pieces(value, span, cuts, factor, depth, strict)
            if found is not None:
                return found
        return None

    def _pieces(
        self,
        value: Frac,
        span: Span,
        cuts: list[Frac],
        factor: sp.Expr,
        depth: int,
        strict: bool,
    ) -> tuple[Piece, ...] | None:
        pieces: list[Piece] = []
        for low, high in pairwise([span.low, *cuts, span.high]):
            inner = Span(low, high)
            piece = self._by_balls(value, inner)
            if piece is None:
                piece = self._by_slope(value, inner, depth, strict, (factor,))
            if piece is None:
                return None
            pieces.append(piece)
        return tuple(pieces)

    def _by_balls(self, value: Frac, span: Span) -> Piece | None:
        low, high = self.curve.end(span.low), self.curve.end(span.high)
        if low is None or high is None:
            return None
        try:
            if not all(self.enclosure(value, end) > 0 for end in (low, high)):
                return None
            cuts = self._halved(value, low, high, MAX_HALVINGS)
        except FAILURES:
            return None
        return None if cuts is None else self.made(span, ByBalls(tuple(cuts)))

    def _halved(self, value: Frac, low: arb, high: arb, depth: int) -> list[sp.Rational] | None:
        if self.positive(value, low.union(high)):
            return []
        if depth == 0:
            return None
        cut = _rational(Fraction(float((low + high) / 2)))
        middle = arb(int(cut.p)) / int(cut.q)
        left = self._halved(value, low, middle, depth - 1)
        right = None if left is None else self._halved(value, middle, high, depth - 1)
        return None if left is None or right is None else [*left, cut, *right]

    def _seems_negative(self, value: Frac, span: Span) -> bool:
        """Whether a value is negative at a sample point; without numbers, nothing is known."""
        if not (self.curve.is_lone(value) and self._is_numeric(span)):
            return False
        return any(self.enclosure(value, arb(x)) < 0 for x in self._samples(span))

    def _samples(self, span: Span) -> list[float]:
        """Points all over a span, closer together towards its ends."""
        low, high = (None if e is None else float(e.mid()) for e in map(self.curve.end,
                     (span.low, span.high)))  # fmt: skip
        steps = [(k + 0.5) / SAMPLES for k in range(SAMPLES)]
        if low is not None and high is not None:
            width = high - low
            points = [low + width * (1 - cos(pi * u)) / 2 for u in steps]
        elif low is not None:
            points = [low + u / (1 - u) for u in steps]
        elif high is not None:
            points = [high - u / (1 - u) for u in reversed(steps)]
        else:
            points = [(2 * u - 1) / (u * (1 - u)) for u in steps]
        return [p for p in points if isfinite(p)]

    def _cuts(self, scaled: Frac, span: Span) -> list[Frac] | None:
        """Where to cut: at places where the value touches zero, and on both sides of others
        where its slope changes sign. None if it touches zero at a place without a name."""
        slope = self.curve.slope(scaled, span)
        signed = [
            (x, ball > 0)
            for x in self._samples(span)
            for ball in [self.enclosure(slope, arb(x))]
            if ball > 0 or ball < 0
        ]
        turns = [self._turn(slope, a, b, up) for (a, up), (b, too) in pairwise(signed) if up != too]
        cuts: list[Frac] = []
        ends = [self.curve.end(span.low), self.curve.end(span.high)]
        known = sorted([*(float(e) for e in ends if e is not None), *(float(t) for t in turns)])
        for turn in turns:
            if abs(self.enclosure(scaled, turn)) < TOUCHING:
                place = self._named(scaled, turn)
                if place is None:
                    return None
                cuts.append(place)
                continue
            here = float(turn)
            gaps = [abs(here - other) for other in known if other != here]
            width = min([1.0, *(g / 4 for g in gaps if g > 0)])
            for side in (here - width, here + width):
                cuts.append(self._number(_rational(_simple(side, width / 4))))
        return cuts

    def _turn(self, slope: Frac, low: float, high: float, falling: bool) -> arb:
        """Where the slope changes sign, to many digits."""
        a, b = Fraction(low), Fraction(high)
        for _ in range(100):
            middle = (a + b) / 2
            ball = self.enclosure(slope, _ball(middle))
            if not (ball > 0 or ball < 0):
                return _ball(middle)
            if (ball > 0) == falling:
                a = middle
            else:
                b = middle
        return _ball((a + b) / 2)

    def _named(self, value: Frac, place: arb) -> Frac | None:
        """An exact number close to a place, at which the value vanishes."""
        for term in _names(float(place)):
            number = self._number(term)
            if self._vanishes(value, number):
                return number
        return None

    def _number(self, term: sp.Expr) -> Frac:
        with self.curve.within(Span(None, None)):
            return self.algebra.normal(term)


def _names(x: float) -> Iterator[sp.Expr]:
    """Numbers that are close to x: fractions, their exponentials, logarithms and roots."""
    for inside, name in (
        (x, lambda r: r),
        (float(sp.log(x)) if x > 0 else None, sp.exp),
        (float(sp.exp(x)) if abs(x) < 10 else None, sp.log),
        (x * x if x > 0 else None, sp.sqrt),
    ):
        if inside is not None:
            simple = Fraction(inside).limit_denominator(60)
            if abs(float(simple) - inside) < 1e-12:
                yield name(_rational(simple))


def _ball(value: Fraction) -> arb:
    return arb(value.numerator) / value.denominator


def _rational(value: Fraction) -> sp.Rational:
    return sp.Rational(value.numerator, value.denominator)


def _simple(x: float, within: float) -> Fraction:
    """A fraction with few digits near x."""
    scale = 1
    while 1 / scale > within:
        scale *= 2
    return Fraction(round(x * scale), scale)

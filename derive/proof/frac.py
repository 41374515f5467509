"""Fractions of polynomials; sums and products of them that are not multiplied out.

One common denominator for many different ones has a number of terms that doubles with each:
so fractions without a common factor in their denominators are added by being put side by
side, and large ones between which nothing cancels are multiplied by being put side by side.
Whoever asks such a value for its numerator gets it multiplied out.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, reduce
from math import comb
from operator import add, mul
from typing import TYPE_CHECKING, Any

from flint import fmpq

from derive.errors import LimitError, UnsupportedError
from derive.proof.polynomials import Poly

if TYPE_CHECKING:
    from derive.proof.field import Field, Key

MAX_PRODUCT = 60_000
MAX_DEGREE = 400
# Factors with fewer terms than this, all in all, are multiplied at once.
LARGE = 40


class UndefinedTermError(Exception):
    """A term has no value here: a division by zero, the logarithm of a negative number.

    `needs` is what it would take, as a polynomial and the signs that it would have to have.
    """

    def __init__(self, reason: str, needs: tuple[Poly, frozenset[int]] | None = None) -> None:
        super().__init__(reason)
        self.needs = needs


class Frac:
    """An element of the field: a reduced fraction whose denominator is monic."""

    __slots__ = ("den", "field", "num")
    loose = False

    def __init__(self, field: Field, num: Poly, den: Poly) -> None:
        self.field = field
        self.num = num
        self.den = den

    @classmethod
    def make(cls, field: Field, num: Poly, den: Poly) -> Frac:
        """The fraction in lowest terms. Raises `UndefinedTermError` if the denominator is zero."""
        num = field.reduce(num)
        if den.is_one():
            return cls(field, num, den)
        den = field.reduce(den)
        if den.is_zero():
            raise UndefinedTermError("a division by zero")
        if num.is_zero():
            return field.zero
        if not den.is_constant():
            for g in field.used(den):
                if field.generators[g].kind in ("delta", "indicator"):
                    raise UnsupportedError("a case distinction stands in a denominator")
            common = num.gcd(den)
            if not common.is_constant():
                num, den = divmod(num, common)[0], divmod(den, common)[0]
        lead = den.leading_coefficient()
        if lead != 1:
            num, den = num / lead, den / lead
        return cls(field, num, den)

    def __add__(self, other: Frac) -> Frac:
        if self.is_zero or other.is_zero:
            return other if self.is_zero else self
        if self.loose or other.loose:
            return _gathered(self.field, self.parts, other.parts)
        whole = self.den.is_one() or other.den.is_one() or self.den == other.den
        if not whole and _apart(self, other):
            return LooseSum(self.field, (self, other))
        return self.joined(other)

    def joined(self, other: Frac) -> Frac:
        """The sum over a common denominator."""
        if self.den == other.den:
            if self.den.is_one():
                return Frac(self.field, self.field.reduce(self.num + other.num), self.den)
            return Frac.make(self.field, self.num + other.num, self.den)
        _guard(len(self.num) * len(other.den), len(other.num) * len(self.den))
        return Frac.make(
            self.field, self.num * other.den + other.num * self.den, self.den * other.den
        )

    def __neg__(self) -> Frac:
        return Frac(self.field, -self.num, self.den)

    def __sub__(self, other: Frac) -> Frac:
        return self + (-other)

    def __mul__(self, other: Frac) -> Frac:
        if self.loose or other.loose:
            return _loosely_multiplied(self, other)
        for one, value in ((self, other), (other, self)):
            if one.num.is_one() and one.den.is_one():
                return value
        if _is_large(self, other) and _separate(self, other):
            return LooseProduct(self.field, (self, other))
        if self.den.is_one() and other.den.is_one():
            _guard(len(self.num) * len(other.num))
            return Frac(self.field, self.field.reduce(self.num * other.num), self.den)
        _guard(len(self.num) * len(other.num), len(self.den) * len(other.den))
        return Frac.make(self.field, self.num * other.num, self.den * other.den)

    def __truediv__(self, other: Frac) -> Frac:
        if self.loose or other.loose:
            return self * other.inverse
        return Frac.make(self.field, self.num * other.den, self.den * other.num)

    def __pow__(self, exponent: int) -> Frac:
        if abs(exponent) * max(self._degree(), 1) > MAX_DEGREE:
            raise LimitError(f"a power of degree above {MAX_DEGREE}")
        _guard(_power_terms(len(self.num), exponent), _power_terms(len(self.den), exponent))
        if exponent < 0:
            return Frac.make(self.field, self.den**-exponent, self.num**-exponent)
        return Frac.make(self.field, self.num**exponent, self.den**exponent)

    def _degree(self) -> int:
        return max(int(self.num.total_degree()), int(self.den.total_degree()))

    @property
    def parts(self) -> tuple[Frac, ...]:
        """Summands that are kept apart: their denominators share no factor."""
        return (self,)

    @property
    def factors(self) -> tuple[Frac, ...]:
        """Factors that are kept apart: nothing cancels between them."""
        return (self,)

    @property
    def inverse(self) -> Frac:
        """One over it."""
        return Frac.make(self.field, self.den, self.num)

    @property
    def is_zero(self) -> bool:
        return bool(self.num.is_zero())

    @property
    def rational(self) -> fmpq | None:
        """Its value if it is a rational number."""
        if self.num.is_constant() and self.den.is_constant():
            return fmpq(0) if self.num.is_zero() else self.num.leading_coefficient()
        return None

    @property
    def integer(self) -> int | None:
        """Its value if it is an integer."""
        value = self.rational
        return int(value.p) if value is not None and value.q == 1 else None

    @property
    def key(self) -> Key:
        """What equal fractions have in common, in this field."""
        return (self.field.key(self.num), self.field.key(self.den))

    @property
    def text(self) -> Key:
        """The same in every field that has these generators in this order."""
        return (self.field.known(self.num).text, self.field.known(self.den).text)

    @property
    def generators(self) -> list[int]:
        """The numbers of the generators that occur in it."""
        if self.den.is_one():
            return list(self.field.used(self.num))
        return sorted({*self.field.used(self.num), *self.field.used(self.den)})

    @property
    def indices(self) -> frozenset[Any]:
        """The index symbols that occur in it."""
        if self.den.is_one():
            return self.field.indices(self.num)
        return self.field.indices(self.num) | self.field.indices(self.den)

    def same(self, other: Frac) -> bool:
        """Whether the two are equal: the polynomial identity at the end of every proof."""
        if len(self.factors) > 1 or len(other.factors) > 1:
            found = _same_products(self, other)
            return found or (bool(self.field.relations) and (self - other).is_zero)
        if self.loose or other.loose:
            return (self - other).is_zero
        return bool(self.field.reduce(self.num * other.den - other.num * self.den).is_zero())


def _guard(*terms: int) -> None:
    """Refuse a product before it is multiplied out: cancellation rarely saves such a one."""
    if max(terms) > MAX_PRODUCT:
        raise LimitError(f"an expression would grow beyond {MAX_PRODUCT} terms")


def _power_terms(terms: int, exponent: int) -> int:
    """How many terms a power of a sum has."""
    return comb(abs(exponent) + terms - 1, terms - 1) if terms else 0


class _Loose(Frac):
    """A value that is multiplied out when its numerator or denominator is asked for."""

    loose = True

    def __init__(self, field: Field, pieces: tuple[Frac, ...]) -> None:
        self.field = field
        self.pieces = pieces

    @cached_property
    def _plain(self) -> Frac:
        raise NotImplementedError

    @property
    def num(self) -> Poly:
        return self._plain.num

    @property
    def den(self) -> Poly:
        return self._plain.den

    @property
    def rational(self) -> fmpq | None:
        return None if self._is_free else self._plain.rational

    @property
    def _is_free(self) -> bool:
        """Whether its form tells what it is: it is not zero, and no number."""
        return not (self.field.relations or self.field.products)

    @property
    def is_zero(self) -> bool:
        return not self._is_free and self._plain.is_zero


class LooseSum(_Loose):
    """At least two fractions, in lowest terms, whose denominators share no factor.

    Without relations it is not zero: each denominator would have to divide its numerator.
    """

    @cached_property
    def _plain(self) -> Frac:
        first, *others = self.pieces
        num, den = first.num, first.den
        for part in others:
            _guard(len(num) * len(part.den), len(part.num) * len(den), len(den) * len(part.den))
            num, den = num * part.den + part.num * den, den * part.den
        return Frac.make(self.field, num, den)

    @property
    def parts(self) -> tuple[Frac, ...]:
        return self.pieces

    @property
    def inverse(self) -> Frac:
        return self._plain.inverse

    def __neg__(self) -> Frac:
        return LooseSum(self.field, tuple(-part for part in self.pieces))


class LooseProduct(_Loose):
    """At least two fractions, none of them zero or a number, between which nothing cancels."""

    @cached_property
    def _plain(self) -> Frac:
        return reduce(_multiplied_out, self.pieces)

    @property
    def generators(self) -> list[int]:
        return sorted({g for factor in self.pieces for g in factor.generators})

    @property
    def factors(self) -> tuple[Frac, ...]:
        return self.pieces

    @property
    def inverse(self) -> Frac:
        return LooseProduct(self.field, tuple(f.inverse for f in self.pieces))

    def __pow__(self, exponent: int) -> Frac:
        if exponent == 0:
            return self.field.one
        return LooseProduct(self.field, tuple(f**exponent for f in self.pieces))

    def __neg__(self) -> Frac:
        first, *others = self.pieces
        return LooseProduct(self.field, (-first, *others))


def _apart(one: Frac, other: Frac) -> bool:
    """Whether two denominators share no generator, and thus no factor."""
    used = one.field.used(one.den), one.field.used(other.den)
    return set(used[0]).isdisjoint(used[1]) and one.field.is_plain((*used[0], *used[1]))


def _gathered(field: Field, parts: Iterable[Frac], more: Iterable[Frac]) -> Frac:
    """A sum of parts, those with a common factor in their denominators put together."""
    kept = list(parts)
    for part in more:
        apart = []
        for known in kept:
            if known.den != part.den and _apart(known, part):
                apart.append(known)
            else:
                part = known.joined(part)
        kept = apart if part.is_zero else [*apart, part]
    if len(kept) > 1:
        return LooseSum(field, tuple(kept))
    return kept[0] if kept else field.zero


def _is_large(one: Frac, other: Frac) -> bool:
    return max(len(one.num) * len(other.num), len(one.den) * len(other.den)) > LARGE


def _separate(one: Frac, other: Frac) -> bool:
    """Whether nothing cancels between two values that are no numbers and have no relations."""
    used = one.generators, other.generators
    return (
        bool(used[0] and used[1])
        and one.field.is_plain((*used[0], *used[1]))
        and _coprime(one.num, other.den, one.field)
        and _coprime(other.num, one.den, one.field)
    )


def _coprime(one: Poly, other: Poly, field: Field) -> bool:
    if set(field.used(one)).isdisjoint(field.used(other)):
        return True
    return bool(one.gcd(other).is_constant())


def _loosely_multiplied(one: Frac, other: Frac) -> Frac:
    field = one.field
    for left, right in ((one, other), (other, one)):
        if len(left.parts) > 1 and not right.loose and right.den.is_one():
            return reduce(add, (part * right for part in left.parts), field.zero)
    if len(one.factors) == len(other.factors) == 1 and not _is_large(one, other):
        return _multiplied_out(one, other)
    kept = list(one.factors)
    for factor in other.factors:
        apart = []
        for known in kept:
            if _separate(known, factor):
                apart.append(known)
            else:
                factor = _multiplied_out(known, factor)
        kept = [*apart, factor]
    return _product(field, kept)


def _product(field: Field, factors: list[Frac]) -> Frac:
    """A product of factors that do not cancel; numbers go into one of the others."""
    numbers = [f for f in factors if not f.generators]
    others = [f for f in factors if f.generators]
    number = reduce(_multiplied_out, numbers, field.one)
    if number.is_zero or not others:
        return number
    others[0] = _multiplied_out(others[0], number)
    return LooseProduct(field, tuple(others)) if len(others) > 1 else others[0]


def _multiplied_out(one: Frac, other: Frac) -> Frac:
    _guard(len(one.num) * len(other.num), len(one.den) * len(other.den))
    return Frac.make(one.field, one.num * other.num, one.den * other.den)


def _same_products(one: Frac, other: Frac) -> bool:
    """Whether products are equal, by cancelling what their factors have in common.

    Exact without relations: what is left has no common factor, so it is equal if it is numbers.
    """
    field = one.field
    left = [*(f.num for f in one.factors), *(f.den for f in other.factors)]
    right = [*(f.num for f in other.factors), *(f.den for f in one.factors)]
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            if not set(field.used(a)).isdisjoint(field.used(b)):
                common = a.gcd(b)
                a, right[j] = divmod(a, common)[0], divmod(b, common)[0]
        left[i] = a
    if not all(poly.is_constant() for poly in (*left, *right)):
        return False
    return bool(reduce(mul, left) == reduce(mul, right))

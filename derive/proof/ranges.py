"""Sums and products over ranges that do not run from 1 to a size: split into that and the rest."""

from __future__ import annotations

import sympy as sp
from flint import fmpq

from derive.errors import LimitError, UnsupportedError
from derive.proof.algebra import Algebra
from derive.proof.field import Field, Frac, Generator
from derive.proof.powers import FinerGrain
from derive.proof.restore import restore
from derive.proof.signs import NONNEGATIVE
from derive.proof.sums import Rebuilder, product_over, sum_multi

MAX_EXPLICIT = 64


def sum_over(algebra: Algebra, body: Frac, k: sp.Symbol, low: Frac, high: Frac) -> Frac:
    """Σ of a body over low ≤ k ≤ high; an empty range gives 0."""
    return _over_range(algebra, body, k, low, high, _Sum)


def product_between(algebra: Algebra, body: Frac, k: sp.Symbol, low: Frac, high: Frac) -> Frac:
    """Π of a body over low ≤ k ≤ high; an empty range gives 1."""
    return _over_range(algebra, body, k, low, high, _Product)


class _Sum:
    @staticmethod
    def empty(field: Field) -> Frac:
        return field.zero

    @staticmethod
    def join(a: Frac, b: Frac) -> Frac:
        return a + b

    @staticmethod
    def remove(a: Frac, b: Frac) -> Frac:
        return a - b

    @staticmethod
    def whole(algebra: Algebra, body: Frac, k: sp.Symbol, high: Frac) -> Frac:
        return sum_multi(algebra, body, [(k, high)])


class _Product:
    @staticmethod
    def empty(field: Field) -> Frac:
        return field.one

    @staticmethod
    def join(a: Frac, b: Frac) -> Frac:
        return a * b

    @staticmethod
    def remove(a: Frac, b: Frac) -> Frac:
        raise UnsupportedError("a product that leaves out a member")

    @staticmethod
    def whole(algebra: Algebra, body: Frac, k: sp.Symbol, high: Frac) -> Frac:
        return product_over(algebra, body, k, high)


Folding = type[_Sum] | type[_Product]


def _over_range(
    algebra: Algebra, body: Frac, k: sp.Symbol, low: Frac, high: Frac, fold: Folding
) -> Frac:
    first, last = low.integer, high.integer
    if first is None:
        return _from_symbol(algebra, body, k, low, high, fold)

    def at(term: sp.Expr) -> Frac:
        return Rebuilder.of_indices(algebra, {k: term})(body)

    if last is not None:
        if last - first >= MAX_EXPLICIT:
            raise LimitError(f"a range of more than {MAX_EXPLICIT} explicit terms")
        total = fold.empty(algebra.field)
        for number in range(first, last + 1):
            total = fold.join(total, at(sp.Integer(number)))
        return total
    base, shift = split_shift(algebra.field, high)
    if fold is _Product:
        base, shift = _from_shortest(algebra, base, shift)
    count = high - algebra.field.constant(first - 1)
    least = base - algebra.field.constant(int(shift < 0))
    if any(algebra.facts.of_frac(x) - NONNEGATIVE for x in (least, count)):
        # A range that ends before it begins is empty, and removing members would be wrong;
        # what is removed from its end has to be a member, whose index is at least 1.
        raise UnsupportedError("a range that may be shorter than empty")
    total = fold.whole(algebra, body, k, base)
    size = restore(algebra.field, base)
    for number in range(first, 1):
        total = fold.join(total, at(sp.Integer(number)))
    for number in range(1, shift + 1):
        total = fold.join(total, at(size + number))
    for number in range(1, first):
        total = fold.remove(total, at(sp.Integer(number)))
    for number in range(-shift):
        total = fold.remove(total, at(size - number))
    return total


def _from_shortest(algebra: Algebra, base: Frac, shift: int) -> tuple[Frac, int]:
    """The limit of a product, counted from the shortest: nothing is taken out of a product."""
    key = ("range", base.text)
    lowest = int(algebra.grains.setdefault(key, fmpq(min(shift, 0))))
    if shift < lowest:
        raise FinerGrain(key, fmpq(shift))
    return base + algebra.field.constant(lowest), shift - lowest


def _from_symbol(
    algebra: Algebra, body: Frac, k: sp.Symbol, low: Frac, high: Frac, fold: Folding
) -> Frac:
    """What the range up to `high` has beyond the one up to low − 1."""
    one = algebra.field.one
    inside = _is_inside(algebra, low, high)
    wanted = (low - one,) if inside else (low - one, high - low + one)
    if any(algebra.facts.of_frac(x) - NONNEGATIVE for x in wanted):
        raise UnsupportedError("a range that may be shorter than empty")
    whole, before = (_over_range(algebra, body, k, one, x, fold) for x in (high, low - one))
    return fold.remove(whole, before)


def _is_inside(algebra: Algebra, low: Frac, high: Frac) -> bool:
    """Whether a range begins at an index that goes no further than its end, or just after it."""
    for i, size in algebra.bound.items():
        ahead = (low - algebra.normal(i)).integer if i in low.indices else None
        if ahead is not None and ahead <= 1 and size.same(high):
            return True
    return False


def split_shift(field: Field, high: Frac) -> tuple[Frac, int]:
    """A limit n + 2 as (n, 2)."""
    if not high.den.is_constant():
        raise UnsupportedError("a range whose limit is a fraction")
    constant = fmpq(0)
    for powers, coefficient in field.terms(high.num):
        if not powers:
            constant = coefficient
    whole = all(
        c.q == 1 and all(_is_integer(field.generators[g]) for g, _ in powers)
        for powers, c in field.terms(high.num)
    )
    if not whole:
        raise UnsupportedError("a range whose limit is not known to be an integer")
    shift = int(constant.p)
    return high - field.constant(shift), shift


def _is_integer(generator: Generator) -> bool:
    return generator.kind == "atom" and bool(generator.parts[0].is_integer)

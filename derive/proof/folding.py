"""Sums and products of terms: numbers are added up, ranges left to their normal form."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from derive.errors import LimitError, UnsupportedError
from derive.proof.field import Frac, UndefinedTermError
from derive.proof.ranges import MAX_EXPLICIT, product_between, split_shift, sum_over
from derive.proof.slopes import Slopes
from derive.terms import as_term, evaluated, free, parts, substitute, sum_of

MAX_NUMBERS = 2000


class Folding(Slopes):
    """The part of a `Normalizer` that sums and multiplies over ranges."""

    def _sum(self, term: sp.Sum) -> Frac:
        return self._fold(term.function, tuple(term.limits), sum_over, sp.Add)

    def _product(self, term: sp.Product) -> Frac:
        return self._fold(term.function, tuple(term.limits), product_between, sp.Mul)

    def _fold(
        self,
        body: sp.Expr,
        limits: tuple[sp.Tuple, ...],
        over: Callable[..., Frac],
        join: type[sp.Expr],
    ) -> Frac:
        """A sum or a product, the outermost index first."""
        if not limits:
            return self(body)
        *inner, (k, low, high) = limits
        centre = _centre(body, k)
        if centre is not None:
            body, turned = _instance(body, tuple(inner), k, centre - k)
            inner, low, high = list(turned), centre - high, centre - low
        first, last = self(low), self(high)
        start, end = first.integer, last.integer
        if end is not None and start is not None:
            # Numbers add up to a number; terms with variables would pile up.
            limit = MAX_EXPLICIT if inner or free(body) - {k} else MAX_NUMBERS
            if end - start >= limit:
                raise LimitError(f"a range of more than {limit} explicit terms")
            numbers = range(start, end + 1)
        else:
            # Indices count from 1; what lies below is written out.
            numbers = range(min(start if start is not None else 1, 1), 1)
        explicit = [
            self._fold(*_instance(body, tuple(inner), k, number), over, join) for number in numbers
        ]
        value = self.field.zero if join is sp.Add else self.field.one
        for part in explicit:
            value = value + part if join is sp.Add else value * part
        if end is not None and start is not None:
            return value
        rest = self._folded_range(body, tuple(inner), k, first, last, over, join)
        return value + rest if join is sp.Add else value * rest

    def _folded_range(
        self,
        body: sp.Expr,
        inner: tuple[sp.Tuple, ...],
        k: sp.Symbol,
        first: Frac,
        last: Frac,
        over: Callable[..., Frac],
        join: type[sp.Expr],
    ) -> Frac:
        one = self.field.one
        if first.integer is not None and first.integer < 1:
            first = one
        before = self.algebra.guarded
        # Members that the whole range has and this one lacks need not be defined.
        plain = first.integer == 1 and split_shift(self.field, last)[1] == 0
        self.algebra.guarded = before or not plain
        new = self.algebra.fresh_index(last)
        try:
            with self.algebra.binding([(new, last)]):
                value = self._fold(*_instance(body, inner, k, new), over, join)
            return over(self.algebra, value, new, first, last)
        except UndefinedTermError as error:
            if plain:
                raise
            raise UnsupportedError(f"a range that may be empty, and {error}") from None
        finally:
            self.algebra.guarded = before


def _centre(body: sp.Expr, k: sp.Symbol) -> sp.Expr | None:
    """The t of a sum over members g_{t-k} alone, which is one over g_j with j = t − k."""
    places = {i for x in parts(body, sp.Indexed) for i in x.indices if k in free(i)}
    if not places or k in places:
        return None
    found = {i + k for i in places}
    if len(found) != 1:
        return None
    (centre,) = map(evaluated, found)
    return centre if k not in centre.free_symbols and centre.is_integer else None


def _instance(
    body: sp.Expr, limits: tuple[sp.Tuple, ...], k: sp.Symbol, value: sp.Expr | int
) -> tuple[sp.Expr, tuple[sp.Tuple, ...]]:
    """The body and the inner limits of a sum at one value of the outermost index."""
    swap = {k: as_term(value)}
    if not limits:
        return substitute(body, swap), ()
    term = substitute(sum_of(body, *limits), swap)
    return term.function, tuple(term.limits)

"""What was found of polynomials: the same ones come back again and again.

FLINT's polynomials cannot be hashed, but comparing two takes no time. So the polynomials of a
field are numbered as they are met, and what was found of one is kept with its number.
"""

from __future__ import annotations

from functools import cached_property
from math import gcd, lcm
from typing import Any

from flint import Ordering, fmpq, fmpq_mpoly_ctx

Poly = Any  # flint.fmpq_mpoly; python-flint ships no types
Powers = tuple[tuple[int, int], ...]
Factors = tuple[fmpq, list[tuple[Poly, int]]]

# The letter of all generators: a generator's name is this and its number.
LETTER = "x"
MAX_KEPT = 4096


class Known:
    """One polynomial and what was found of it, each part when it is first asked for."""

    def __init__(self, poly: Poly, number: int) -> None:
        self.poly = poly
        self.number = number

    @cached_property
    def used(self) -> tuple[int, ...]:
        """The numbers of the generators that occur in it."""
        return tuple([g for g, degree in enumerate(self.poly.degrees()) if degree > 0])

    @cached_property
    def terms(self) -> tuple[tuple[Powers, fmpq], ...]:
        """The terms as (((generator, exponent), ...), coefficient)."""
        used = self.used
        return tuple(
            (tuple([(g, int(exponents[g])) for g in used if exponents[g]]), coefficient)
            for exponents, coefficient in self.poly.terms()
        )

    @cached_property
    def text(self) -> str:
        """Its terms written out: unlike a number, the same in a field of another size."""
        return str(self.terms)

    @cached_property
    def factors(self) -> Factors:
        """The content and the irreducible factors with their multiplicities."""
        poly = self.poly
        if len(poly) > 1 and poly.total_degree() == 1:
            content = _content(poly)
            return content, [(poly / content, 1)]
        if len(self.used) * 2 > poly.context().nvars() or len(poly) < 2:
            return poly.factor()
        return self._factors_of_few()

    def _factors_of_few(self) -> Factors:
        """Factored among the generators that occur: FLINT pays for all that the ring has."""
        context, used = self.poly.context(), self.used
        small = fmpq_mpoly_ctx.get((LETTER, len(used)), Ordering.lex)
        place = {g: n for n, g in enumerate(used)}
        content, found = small.from_dict(
            {_vector(powers, place, len(used)): c for powers, c in self.terms}
        ).factor()
        width = context.nvars()
        factors = []
        for factor, multiplicity in found:
            terms = {}
            for exponents, c in factor.terms():
                vector = [0] * width
                for g, e in zip(used, exponents, strict=True):
                    vector[g] = e
                terms[tuple(vector)] = c
            factors.append((context.from_dict(terms), multiplicity))
        return content, factors


def _content(poly: Poly) -> fmpq:
    """What is left over it is primitive over ℤ, with a positive leading coefficient."""
    coefficients = poly.coeffs()
    above = gcd(*(int(c.p) for c in coefficients))
    below = lcm(*(int(c.q) for c in coefficients))
    return fmpq(above if coefficients[0] > 0 else -above, below)


def _vector(powers: Powers, place: dict[int, int], width: int) -> tuple[int, ...]:
    vector = [0] * width
    for g, e in powers:
        vector[place[g]] = e
    return tuple(vector)


class Polynomials:
    """The polynomials of one field that were looked into, by identity and by value."""

    def __init__(self) -> None:
        # Those of as many terms and of one degree, side by side with what is known of them.
        self._alike: dict[tuple[int, int], tuple[list[Poly], list[Known]]] = {}
        self._count = 0
        # An object that is kept keeps its identity.
        self._by_id: dict[int, tuple[Poly, Known]] = {}

    def __call__(self, poly: Poly) -> Known:
        """What is known of a polynomial."""
        kept = self._by_id.get(id(poly))
        if kept is not None:
            return kept[1]
        polys, each = self._alike.setdefault((len(poly), poly.total_degree()), ([], []))
        if poly in polys:
            known = each[polys.index(poly)]
        else:
            known = Known(poly, self._count)
            self._count += 1
            polys.append(poly)
            each.append(known)
        if len(self._by_id) > MAX_KEPT:
            self._by_id.clear()
        self._by_id[id(poly)] = (poly, known)
        return known

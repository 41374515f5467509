"""Exact arithmetic: fractions of polynomials over ℚ in independent generators.

Everything that the prover decides ends here, as the question whether a polynomial is zero.
A generator stands for a subterm that the arithmetic does not look into: a symbol, e^z, ln f,
Σ_k y_k, √f. Generators may carry a relation (s² = f, δ² = δ), by which every polynomial is
reduced. Missing a relation can make a true equation look open, never a false one look true.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import inf
from time import monotonic
from typing import Any

import sympy as sp
from flint import Ordering, fmpq, fmpq_mpoly_ctx

from derive.errors import LimitError
from derive.proof.frac import Frac as Frac
from derive.proof.frac import UndefinedTermError as UndefinedTermError
from derive.proof.polynomials import LETTER, Factors, Poly, Polynomials, Powers
from derive.terms import index

Key = tuple[Any, ...]

# The room of the first attempt, and by how much it grows: every operation pays for all of it.
SMALL = 24
GROWTH = 3
MAX_TERMS = 4000


class CapacityExceeded(Exception):
    """More generators than the field has room for; the caller starts again with more."""


@dataclass(frozen=True)
class Generator:
    """One generator: `kind` and `key` identify it, `parts` is what it is made of.

    `indices` are the index symbols that occur free in it, `sign` the signs it can have.
    """

    kind: str
    key: Key
    parts: tuple[Any, ...]
    indices: frozenset[Any]
    sign: frozenset[int] = frozenset((-1, 0, 1))


@cache
def _ring(capacity: int) -> tuple[Any, tuple[Poly, ...]]:
    """FLINT's ring with this many generators, and these."""
    ring = fmpq_mpoly_ctx.get((LETTER, capacity), Ordering.lex)
    return ring, tuple(ring.gens())


class Field:
    """The generators of one proof and arithmetic over them, up to a deadline."""

    def __init__(self, capacity: int = SMALL, deadline: float = inf) -> None:
        self.capacity = capacity
        self.deadline = deadline
        self.ctx, self.gens = _ring(capacity)
        self.generators: list[Generator] = []
        self.numbers: dict[Key, int] = {}
        # gen -> (power, polynomial that this power equals)
        self.relations: dict[int, tuple[int, Poly]] = {}
        # pairs of generators -> what their product equals
        self.products: dict[tuple[int, int], Poly] = {}
        self.known = Polynomials()
        self._indices: dict[int, frozenset[Any]] = {}
        self._reduced: set[int] = set()
        self._rules = (0, 0)
        # The terms that generators stand for, by number; see `restore`.
        self.restored: dict[int, sp.Expr] = {}
        self.fresh_count = 0
        # The names of bound indices, by their range and their place among those in scope.
        self._ranges: dict[Key, int] = {}
        self._bound_names: dict[tuple[str, int, int], sp.Symbol] = {}
        self.zero = Frac(self, self.ctx.constant(0), self.ctx.constant(1))
        self.one = self.constant(1)

    def constant(self, value: int | fmpq) -> Frac:
        """A rational number."""
        return Frac(self, self.ctx.constant(value), self.ctx.constant(1))

    def number(self, generator: Generator) -> int:
        """The number of a generator, the same for equal keys."""
        known = self.numbers.get((generator.kind, generator.key))
        if known is None:
            known = len(self.generators)
            if known >= self.capacity:
                raise CapacityExceeded
            self.numbers[generator.kind, generator.key] = known
            self.generators.append(generator)
        return known

    def frac(self, number: int) -> Frac:
        """A generator as an element of the field."""
        return Frac(self, self.gens[number], self.ctx.constant(1))

    def of(self, generator: Generator) -> Frac:
        """Enter a generator and return it as an element."""
        return self.frac(self.number(generator))

    def bound_name(self, letter: str, range_key: Key, place: int) -> sp.Symbol:
        """The name of a bound index: the same one for the same range and place."""
        number = self._ranges.setdefault(range_key, len(self._ranges) + 1)
        key = (letter, number, place)
        name = self._bound_names.get(key)
        if name is None:
            name = self._bound_names[key] = index(f"_{letter}{place}_{number}")
        return name

    def multiply_to(self, one: int, other: int, value: Poly | None = None) -> None:
        """Have the product of two generators replaced by a smaller polynomial, zero by default."""
        pair = (min(one, other), max(one, other))
        self.products[pair] = self.ctx.constant(0) if value is None else value

    def is_plain(self, numbers: Iterable[int]) -> bool:
        """Whether no relation ties these generators: they multiply like variables."""
        tied = self.relations.keys() | {g for pair in self.products for g in pair}
        return not tied or tied.isdisjoint(numbers)

    def watch(self) -> None:
        """Raise `LimitError` once the time is over: every piece of arithmetic looks here."""
        if monotonic() > self.deadline:
            raise LimitError("the time limit was reached")

    def used(self, poly: Poly) -> tuple[int, ...]:
        """The numbers of the generators that occur in a polynomial."""
        return self.known(poly).used

    def indices(self, poly: Poly) -> frozenset[Any]:
        """The index symbols that occur in a polynomial's generators."""
        known = self.known(poly)
        found = self._indices.get(known.number)
        if found is None:
            each = (self.generators[g].indices for g in known.used)
            found = self._indices[known.number] = frozenset().union(*each)
        return found

    def terms(self, poly: Poly) -> tuple[tuple[Powers, fmpq], ...]:
        """The terms of a polynomial as (((generator, exponent), ...), coefficient)."""
        return self.known(poly).terms

    def factor(self, poly: Poly) -> Factors:
        """The content and the irreducible factors of a polynomial with their multiplicities."""
        return self.known(poly).factors

    def monomial(self, powers: Powers, coefficient: fmpq | int = 1) -> Poly:
        """The polynomial with this one term."""
        result = self.ctx.constant(coefficient)
        for g, e in powers:
            result *= self.gens[g] if e == 1 else self.gens[g] ** e
        return result

    def key(self, poly: Poly) -> int:
        """The number of a polynomial, the same for equal ones: in this field alone."""
        return self.known(poly).number

    def reduce(self, poly: Poly) -> Poly:
        """Reduce by the generators' relations until none applies."""
        self.watch()
        if len(poly) > MAX_TERMS:
            raise LimitError(f"an expression grew beyond {MAX_TERMS} terms")
        while self._reducible(poly):
            total = self.ctx.constant(0)
            for powers, coefficient in self.terms(poly):
                total += self._reduced_term(powers, coefficient)
            poly = total
        return poly

    def _reducible(self, poly: Poly) -> bool:
        if not self.relations and not self.products:
            return False
        rules = (len(self.relations), len(self.products))
        if rules != self._rules:
            self._rules = rules
            self._reduced.clear()
        key = self.key(poly)
        if key in self._reduced:
            return False
        if self._matches_rule(poly):
            return True
        self._reduced.add(key)
        return False

    def _matches_rule(self, poly: Poly) -> bool:
        degrees = poly.degrees()
        if any(degrees[g] >= power for g, (power, _) in self.relations.items()):
            return True
        return any(
            degrees[a] and degrees[b] and any(m[a] and m[b] for m in poly.monoms())
            for a, b in self.products
        )

    def _reduced_term(self, powers: Powers, coefficient: fmpq) -> Poly:
        present = {g for g, _ in powers}
        for pair, value in self.products.items():
            if present.issuperset(pair):
                left = tuple((g, e - (g in pair)) for g, e in powers)
                return self.monomial(left, coefficient) * value
        result = self.ctx.constant(coefficient)
        kept = []
        for g, e in powers:
            power, value = self.relations.get(g, (e + 1, None))
            if e >= power:
                result *= value ** (e // power)
                e %= power
            if e:
                kept.append((g, e))
        return result * self.monomial(tuple(kept))

"""Smart constructors: each takes normal forms to the normal form of a function of them,
so that equal terms meet in one form."""

from __future__ import annotations

from functools import reduce

import sympy as sp
from flint import fmpq

from derive.proof.angles import Angles
from derive.proof.field import Frac
from derive.proof.polynomials import Poly
from derive.proof.region import SplitIndex
from derive.proof.signs import ANY, NEGATIVE, NONNEGATIVE, NONPOSITIVE, NONZERO, POSITIVE, Sign
from derive.terms import Domain, Partial, free


class Algebra(Angles):
    """All constructors: atoms, deltas and indicators besides functions and powers."""

    def atom(self, term: sp.Expr) -> Frac:
        """A symbol or a member of a family, with what its domain says of it; or a slope."""
        if isinstance(term, Partial):
            return self.slope(*term.args)
        if isinstance(term, sp.Indexed):
            term = self._named(term)
            found = frozenset(s for i in term.indices for s in i.free_symbols)
        else:
            term = self.region.index(term) if is_index_name(term) else term
            if isinstance(term, sp.Integer):
                return self.rational(int(term))
            found = frozenset([term]) if is_index_name(term) else frozenset()
        name, sign, square, below_one = _IN_DOMAIN[self.domain_of(term)]
        relation = None if square is None else (2, self.field.ctx.constant(1) if square else None)
        value = self.enter("atom", (term,), (term, name), found, sign, relation)
        if below_one is not None:
            self._at_most(value - self.field.one, below_one)
        if is_index_name(term):
            self._at_most(self.field.one - value, NONPOSITIVE)
        return value

    def slope(self, here: sp.Expr, *there: sp.Expr) -> Frac:
        """The unknown derivative of one atom by others that it depends on directly.

        Unknown functions are smooth, so the order of the variables does not matter.
        """
        term = Partial(self._named(here), *sorted(map(self._named, there), key=str))
        indices = frozenset(s for s in free(term) if is_index_name(s))
        return self.enter("slope", (term,), (term,), indices)

    def _named(self, term: sp.Expr) -> sp.Expr:
        """An atom with its indices as the region calls them."""
        if isinstance(term, sp.Indexed):
            indices = tuple(self.region.index(i) for i in term.indices)
            if term.base in self.region.symmetric:
                indices = tuple(sorted(indices, key=str))
            return term if indices == term.indices else sp.Indexed(term.base, *indices)
        return term

    def _at_most(self, value: Frac, sign: Sign) -> None:
        """Note that a polynomial has this sign (a rule may have made it something else)."""
        if value.den.is_constant() and not value.num.is_constant():
            self.facts.add(value.num, sign)

    def delta(self, left: sp.Expr, right: sp.Expr) -> Frac:
        """The Kronecker delta of two indices."""
        left, right = self.region.index(left), self.region.index(right)
        difference = sp.expand(left - right)
        if difference == 0:
            return self.field.one
        if difference.is_Integer or self.region.are_apart(left, right):
            return self.field.zero
        symbols = frozenset(difference.free_symbols)
        if not self.is_bound(symbols):
            raise SplitIndex(left, right)
        a, b = sorted((left, right), key=str)
        return self.enter("delta", (a, b), (str(a), str(b)), symbols, NONNEGATIVE, (2, None))

    def indicator(self, value: Frac, signs: Sign) -> Frac:
        """1 where the value has one of these signs, else 0."""
        known = self.facts.of_frac(value)
        if not (known <= signs or not known & signs):
            known = self.decide(value)
        if known <= signs:
            return self.field.one
        if not known & signs:
            return self.field.zero
        result = self.field.zero
        for s in sorted(signs & known):
            result = result + self._has_sign(value, s)
        return result

    def _has_sign(self, value: Frac, sign: int) -> Frac:
        """The indicator that a value has exactly this sign, from those of its factors."""
        one, zero = self.field.one, self.field.zero
        content, factors = self.field.factor(value.num * value.den)
        start = 1 if content > 0 else -1
        table = {s: one if s == start else zero for s in (-1, 0, 1)}
        for factor, multiplicity in factors:
            marks = {s: self._mark(factor, s) for s in (-1, 0, 1)}
            for _ in range(2 - multiplicity % 2):
                new = dict.fromkeys((-1, 0, 1), zero)
                for a, x in table.items():
                    for b, y in marks.items():
                        new[a * b] = new[a * b] + x * y
                table = new
        return table[sign]

    def _mark(self, factor: Poly, sign: int) -> Frac:
        """The indicator of a sign of an irreducible polynomial, as a generator."""
        known = self.facts.of_irreducible(factor)
        if known <= {sign}:
            return self.field.one
        if sign not in known:
            return self.field.zero
        if sign == min(known):
            others = (self._mark(factor, s) for s in sorted(known - {sign}))
            return reduce(lambda a, b: a - b, others, self.field.one)
        pair = self._index_pair(factor)
        if pair is not None and sign == 0:
            return self.delta(*pair)
        indices = self.field.indices(factor)
        key = (self.field.key(factor), sign)
        parts = (self.of(factor), sign)
        result = self.enter("indicator", parts, key, indices, NONNEGATIVE, (2, None))
        here = self.field.numbers["indicator", key]
        other = self.field.numbers.get(("indicator", (key[0], 1 - sign)))
        if other is not None:
            self.field.multiply_to(here, other)
        if sign == 0:
            self._vanishes(here, factor)
        for g in () if pair is None else self.delta(*pair).generators:
            # 1[i < j] · δ_ij is zero.
            self.field.multiply_to(here, g)
        return result

    def _vanishes(self, mark: int, factor: Poly) -> None:
        """1[f = 0] · f is zero: for f = x − y, 1[f = 0] · x is 1[f = 0] · y."""
        # What gives way is the leading generator, so that each step leads to smaller terms.
        first = self.field.used(factor)[0]
        slope = factor.derivative(first)
        if slope.is_constant():
            gens = self.field.gens
            rest = gens[first] - factor / slope.leading_coefficient()
            self.field.multiply_to(mark, first, rest * gens[mark])

    def _index_pair(self, factor: Poly) -> tuple[sp.Expr, sp.Expr] | None:
        """The indices in i − j; None for other polynomials."""
        terms = self.field.terms(factor)
        if len(terms) != 2 or {c for _, c in terms} != {fmpq(1), fmpq(-1)}:
            return None
        if any(len(powers) != 1 or powers[0][1] != 1 for powers, _ in terms):
            return None
        atoms = [self.field.generators[powers[0][0]] for powers, _ in terms]
        if any(g.kind != "atom" or not is_index_name(g.parts[0]) for g in atoms):
            return None
        return atoms[0].parts[0], atoms[1].parts[0]


def is_index_name(term: sp.Expr) -> bool:
    """Whether a term is an index or a size: a positive integer symbol."""
    return isinstance(term, sp.Symbol) and bool(term.is_integer and term.is_positive)


# Of each domain: its name, the signs in it, whether squares are 1 (False: x itself) and the
# signs of x − 1.
_IN_DOMAIN: dict[Domain, tuple[str, Sign, bool | None, Sign | None]] = {
    domain: (domain.name, sign, square, below_one)
    for domain, sign, square, below_one in (
        (Domain.REAL, ANY, None, None),
        (Domain.INTEGER, ANY, None, None),
        (Domain.POSITIVE, POSITIVE, None, None),
        (Domain.NONNEGATIVE, NONNEGATIVE, None, None),
        (Domain.UNIT, POSITIVE, None, NEGATIVE),
        (Domain.PROBABILITY, NONNEGATIVE, None, NONPOSITIVE),
        (Domain.ONE_HOT, NONNEGATIVE, None, None),
        (Domain.BINARY, NONNEGATIVE, False, NONPOSITIVE),
        (Domain.SIGN, NONZERO, True, None),
    )
}

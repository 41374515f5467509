"""What signs a polynomial can have, given the signs of generators and known facts.

A sign is a set of possible values among -1, 0, 1; the answers are sound and may be wider
than the truth. Products go by factors, sums by terms, and what remains by Fourier-Motzkin
elimination over the monomials, exactly over ℚ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from itertools import product

from flint import fmpq, fmpz_poly

from derive.proof.field import Field, Frac
from derive.proof.polynomials import Poly

Sign = frozenset[int]

NEGATIVE: Sign = frozenset((-1,))
ZERO: Sign = frozenset((0,))
POSITIVE: Sign = frozenset((1,))
NONNEGATIVE: Sign = frozenset((0, 1))
NONPOSITIVE: Sign = frozenset((-1, 0))
NONZERO: Sign = frozenset((-1, 1))
ANY: Sign = frozenset((-1, 0, 1))

MAX_CONSTRAINTS = 120


@cache
def times(a: Sign, b: Sign) -> Sign:
    """The signs of a product."""
    return frozenset(x * y for x, y in product(a, b))


@cache
def plus(a: Sign, b: Sign) -> Sign:
    """The signs of a sum."""
    found: set[int] = set()
    for x, y in product(a, b):
        if x * y == -1:
            return ANY
        found.add(x or y)
    return frozenset(found)


class Facts:
    """Polynomials of known sign. Facts are irreducible and with a positive leading term."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.known: dict[int, tuple[Poly, Sign]] = {}
        self.contradiction = False
        # What knows more of a polynomial than its terms say, such as that exp is monotone.
        self.oracle: Callable[[Poly], Sign] | None = None
        # Signs that were found under the facts as they are now.
        self.answers: dict[int, Sign] = {}
        # The facts as linear rows; made when they are first asked for.
        self.rows: list[Row] | None = None

    def copy(self) -> Facts:
        """An independent copy."""
        new = Facts(self.field)
        new.known = dict(self.known)
        new.contradiction = self.contradiction
        return new

    def add(self, poly: Poly, sign: Sign) -> None:
        """Note that a polynomial has one of these signs."""
        if poly.leading_coefficient() < 0:
            poly, sign = -poly, times(sign, NEGATIVE)
        poly = _monic(poly)
        key = self.field.key(poly)
        now = sign & (self.known[key][1] if key in self.known else ANY)
        if key not in self.known or self.known[key][1] != now:
            self.answers.clear()
            self.rows = None
        self.known[key] = (poly, now)
        self.contradiction |= not now

    def clash(self) -> bool:
        """Whether a product has a sign that those of its factors exclude."""
        return any(
            not self.possible(poly)
            for poly, _ in tuple(self.known.values())
            if len(self.field.factor(poly)[1]) > 1
        )

    def sign(self, poly: Poly) -> Sign:
        """The signs that a polynomial can have; facts that contradict each other say nothing."""
        return self.possible(poly) or ANY

    def possible(self, poly: Poly) -> Sign:
        """The signs that the facts leave open: none, if they contradict each other."""
        key = self.field.key(poly)
        found = self.answers.get(key)
        if found is None:
            found = self.answers[key] = self._possible(poly)
        return found

    def _possible(self, poly: Poly) -> Sign:
        whole = self.known.get(self.field.key(_monic(poly))) if self.known else None
        content, factors = self.field.factor(poly)
        result = POSITIVE if content > 0 else NEGATIVE
        if content == 0:
            return ZERO
        for factor, multiplicity in factors:
            of_factor = self._irreducible(factor)
            power = of_factor if multiplicity % 2 else times(of_factor, of_factor) - {-1}
            result = times(result, power)
        if len(result) > 1 and len(factors) > 1 and self.oracle is not None and self._marks(poly):
            result = result & self.oracle(poly)
        if whole is None:
            return result
        return result & (whole[1] if poly.leading_coefficient() > 0 else times(whole[1], NEGATIVE))

    def _marks(self, poly: Poly) -> bool:
        """Whether an indicator ties the factors of a polynomial to each other."""
        return any(self.field.generators[g].kind == "indicator" for g in self.field.used(poly))

    def of_frac(self, value: Frac) -> Sign:
        """The signs of a fraction where it is defined."""
        if value.is_zero:
            return ZERO
        return times(self.sign(value.num), self.sign(value.den) - ZERO) or ANY

    def of_irreducible(self, poly: Poly) -> Sign:
        """The signs of a polynomial that does not factor."""
        return self._irreducible(poly) or ANY

    def _irreducible(self, poly: Poly) -> Sign:
        flip = poly.leading_coefficient() < 0
        if flip:
            poly = -poly
        poly = _monic(poly)
        known = self.known.get(self.field.key(poly))
        sign = self._of_terms(poly) & (known[1] if known else ANY)
        if len(sign) > 1:
            sign = sign & self._of_one_variable(poly)
        if len(sign) > 1 and self.oracle is not None:
            sign = sign & self.oracle(poly)
        if len(sign) > 1 and self._worth_elimination(poly):
            sign = self._by_elimination(poly, sign)
        return times(sign, NEGATIVE) if flip else sign

    def _of_terms(self, poly: Poly) -> Sign:
        total = ZERO
        for powers, coefficient in self.field.terms(poly):
            total = plus(total, self._of_term(powers, coefficient))
        return total

    def _of_term(self, powers: Iterable[tuple[int, int]], coefficient: fmpq) -> Sign:
        sign = POSITIVE if coefficient > 0 else NEGATIVE
        for g, e in powers:
            of_generator = self.of_generator(g)
            sign = times(sign, of_generator if e % 2 else frozenset(x * x for x in of_generator))
        return sign

    def of_generator(self, g: int) -> Sign:
        """The signs of a generator: its own, narrowed by what is known."""
        known = self.known.get(self.field.key(self.field.gens[g]))
        return self.field.generators[g].sign & (known[1] if known else ANY)

    def _of_one_variable(self, poly: Poly) -> Sign:
        """The sign of a polynomial in one generator without a real root in its range."""
        used = self.field.used(poly)
        if len(used) != 1 or poly.total_degree() < 2:
            return ANY
        g = used[0]
        coefficients = [fmpq(0)] * (int(poly.degrees()[g]) + 1)
        for powers, c in self.field.terms(poly):
            coefficients[powers[0][1] if powers else 0] = c
        common = 1
        for c in coefficients:
            common = common * int(c.q)
        roots = fmpz_poly([int(c * common) for c in coefficients]).complex_roots()
        real = [r.real for r, _ in roots if r.imag == 0]
        of_generator = self.of_generator(g)
        if any(-1 in of_generator or not (r < 0) for r in real):
            return ANY
        return POSITIVE if coefficients[-1] > 0 else NEGATIVE

    def _worth_elimination(self, poly: Poly) -> bool:
        return bool(self.known) and (len(poly) > 1 or poly.total_degree() == 1)

    def _by_elimination(self, poly: Poly, sign: Sign) -> Sign:
        rows = self._connected({m for m, _ in self.field.terms(poly) if m})
        if not rows:
            return sign
        for value in sorted(sign):
            assumed = _constraints(poly, frozenset((value,)))
            if infeasible([*rows, *map(self._row, assumed)]):
                sign = sign - {value}
        return sign

    def _connected(self, monomials: set[Monomial]) -> list[Row]:
        """The facts that share monomials with some, directly or by others, and their signs.

        Nothing at all if there are none, or too many: what else is known is no help.
        """
        if self.rows is None:
            each = (c for p, s in self.known.values() for c in _constraints(p, s))
            self.rows = [self._row(c) for c in each]
        waiting = self.rows
        rows: list[Row] = []
        while True:
            near = [row for row in waiting if not monomials.isdisjoint(row[0])]
            if not near:
                break
            waiting = [row for row in waiting if monomials.isdisjoint(row[0])]
            rows += near
            monomials = monomials.union(*(row[0] for row in near)) - {()}
        if not rows or len(rows) > MAX_CONSTRAINTS:
            return []
        for m in sorted(monomials):
            sign = self._of_term(m, fmpq(1))
            if sign <= NONNEGATIVE:
                rows.append(({m: fmpq(1)}, sign == POSITIVE))
            elif sign <= NONPOSITIVE:
                rows.append(({m: fmpq(-1)}, sign == NEGATIVE))
        return rows

    def _row(self, constraint: tuple[Poly, bool]) -> Row:
        return dict(self.field.terms(constraint[0])), constraint[1]


def _monic(poly: Poly) -> Poly:
    """The polynomial with leading coefficient one, up to its sign."""
    lead = poly.leading_coefficient()
    return poly if lead == 1 or lead == 0 else poly / abs(lead)


Monomial = tuple[tuple[int, int], ...]
Row = tuple[dict[Monomial, fmpq], bool]


def _constraints(poly: Poly, sign: Sign) -> list[tuple[Poly, bool]]:
    """A fact as rows p > 0 (True) or p ≥ 0 (False)."""
    if sign <= NONNEGATIVE:
        rows = [(poly, sign == POSITIVE)]
        return [*rows, (-poly, False)] if sign == ZERO else rows
    return [(-poly, sign == NEGATIVE)] if sign <= NONPOSITIVE else []


def infeasible(rows: list[Row]) -> bool:
    """Fourier-Motzkin: whether linear rows have no common solution. Gives up as False."""
    while True:
        up: dict[Monomial, int] = {}
        down: dict[Monomial, int] = {}
        for row, strict in rows:
            for m, c in row.items():
                if m:
                    count = up if c > 0 else down
                    count[m] = count.get(m, 0) + 1
            if not row or (len(row) == 1 and () in row):
                constant = row.get((), 0)
                if constant < 0 or (strict and constant == 0):
                    return True
        variables = up.keys() | down.keys()
        if not variables or len(rows) > MAX_CONSTRAINTS:
            return False
        counts = [(up.get(m, 0), down.get(m, 0), m) for m in variables]
        *_, chosen = min((a * b - a - b, m) for a, b, m in counts)
        rows = _eliminate(rows, chosen)


def _eliminate(rows: list[Row], m: Monomial) -> list[Row]:
    up: list[Row] = []
    down: list[Row] = []
    kept: list[Row] = []
    for row in rows:
        c = row[0].get(m)
        (kept if c is None else up if c > 0 else down).append(row)
    for (a, strict_a), (b, strict_b) in product(up, down):
        scale = -b[m]
        combined = {k: c * scale for k, c in a.items()}
        scale = a[m]
        for k, c in b.items():
            total = combined.pop(k, None)
            total = c * scale if total is None else total + c * scale
            if total:
                combined[k] = total
        kept.append((combined, strict_a or strict_b))
    return kept

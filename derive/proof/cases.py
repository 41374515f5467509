"""The moves of a proof: enter a hypothesis, take a case, normalize. Each is checked here.

The search decides which moves to make and the checker makes the same ones again; neither can
make one that is not sound.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import sympy as sp
from flint import fmpq

from derive.errors import UnsupportedError
from derive.proof.algebra import Algebra, is_index_name
from derive.proof.assumptions import Fact, Setting
from derive.proof.field import Field, Frac, Generator, UndefinedTermError
from derive.proof.normal import Normalizer
from derive.proof.polynomials import Poly
from derive.proof.region import Region, Split
from derive.proof.restore import restore_poly
from derive.proof.rows import row_equations
from derive.proof.signs import (
    NEGATIVE,
    NONNEGATIVE,
    NONPOSITIVE,
    NONZERO,
    POSITIVE,
    ZERO,
    Facts,
    Sign,
    times,
)
from derive.proof.wording import condition_statement
from derive.terms import Statement, free

ALLOWED: dict[str, Sign] = {
    "=": ZERO,
    "!=": NONZERO,
    "<": NEGATIVE,
    "<=": NONPOSITIVE,
    ">": POSITIVE,
    ">=": NONNEGATIVE,
}

_SOLVED_FIRST = ("sum", "product", "function", "root", "slope", "opaque", "atom")


class Cases:
    """The moves over one field in one setting; `grains` says how fine exponentials are."""

    def __init__(self, field: Field, setting: Setting, grains: dict[object, fmpq]) -> None:
        self.field = field
        self.setting = setting
        self.grains = grains

    def start(self) -> Region:
        """Everywhere: no hypothesis entered, no case taken."""
        ranges = MappingProxyType(dict(self.setting.ranges))
        plain = Region(Facts(self.field), ranges=ranges, symmetric=self.setting.symmetric)
        rows = row_equations(self.normalizer(plain), self.setting.facts, self.setting.ranges)
        return replace(plain, rows=rows)

    def normalizer(self, region: Region) -> Normalizer:
        """What brings terms into normal form in a region."""
        return Normalizer(self.field, region, self.setting.context, self.grains)

    # -- hypotheses -------------------------------------------------------------------

    def enter(self, region: Region, fact: Fact) -> Region | None:
        """The region with a hypothesis in force; None if the two exclude each other."""
        s = fact.statement
        if s.relation not in ALLOWED:
            raise UnsupportedError(f"a hypothesis with the relation {s.relation}")
        if s.relation in ("=", "!=") and fact.about_indices and self._has_index(s):
            return self._enter_indices(region, s)
        normal = self.normalizer(region)
        try:
            difference = normal(s.lhs) - normal(s.rhs)
        except UndefinedTermError:
            return None
        return self._with_sign(region, normal, difference, ALLOWED[s.relation])

    def _has_index(self, s: Statement) -> bool:
        return s.lhs in self.setting.ranges or s.rhs in self.setting.ranges

    def _enter_indices(self, region: Region, s: Statement) -> Region | None:
        same = region.index(s.lhs - s.rhs) == 0
        if same:
            return region if s.relation == "=" else None
        changed = self.take_index(region, s.lhs, s.rhs, s.relation == "=", told=False)
        return None if changed.contradictory() else changed

    def _with_sign(
        self, region: Region, normal: Normalizer, value: Frac, sign: Sign
    ) -> Region | None:
        """The region where a value has this sign; for zero, with the equation in force."""
        facts = normal.algebra.facts
        known = facts.of_frac(value)
        if not known & sign:
            return None
        if known <= sign and (sign != ZERO or value.is_zero):
            return region
        region = self._with_conditions(region, normal)
        poly = value.num if sign == ZERO else value.num * value.den
        _, factors = self.field.factor(poly)
        if sign == NONZERO:
            for factor, _ in factors:
                region = region.with_sign(normal.algebra.radicand(factor), NONZERO)
            return region
        loose = [(f, e) for f, e in factors if len(facts.of_irreducible(f)) > 1]
        if len(loose) == 1 and loose[0][1] % 2:
            rest = facts.sign(divmod(poly, loose[0][0])[0])
            if rest in (POSITIVE, NEGATIVE):
                of_factor = times(sign, rest)
                region = region.with_sign(loose[0][0], of_factor)
                if 0 not in of_factor:
                    region = region.with_sign(normal.algebra.radicand(loose[0][0]), of_factor)
        elif len(loose) > 1 and sign != ZERO:
            # Of a product with several factors of unknown sign only the sign of the whole is known.
            region = region.with_sign(poly, sign)
        return self.with_equation(region, poly) if sign == ZERO else region

    def _with_conditions(self, region: Region, normal: Normalizer) -> Region:
        """A hypothesis that holds is defined as well."""
        facts = region.facts.copy()
        for condition in normal.conditions:
            if not condition.bound:
                facts.add(condition.poly, condition.sign)
        return replace(region, facts=facts)

    # -- cases --------------------------------------------------------------------------

    def possible(self, region: Region, poly: Poly) -> Sign:
        """The signs that a polynomial can have in a region: the cases that there are.

        What one side of a claim needs to be defined is no reason to leave a case out: there the
        other side may have a value. Only the region and the domains of the atoms count.
        """
        algebra = self.normalizer(region).algebra
        term = restore_poly(self.field, poly)
        for atom in sorted(term.atoms(sp.Symbol, sp.Indexed), key=str):
            if not isinstance(atom, sp.Symbol) or atom in free(term):
                algebra.atom(atom)
        return algebra.facts.possible(poly)

    def take_sign(self, region: Region, poly: Poly, sign: int) -> Region:
        """The part of a region where a polynomial has this sign."""
        case = condition_statement(region.facts, poly, frozenset((sign,)))
        smaller = region.with_sign(poly, frozenset((sign,)), case)
        return self.with_equation(smaller, poly) if sign == 0 else smaller

    def take_index(
        self, region: Region, left: sp.Expr, right: sp.Expr, equal: bool, told: bool = True
    ) -> Region:
        """The part of a region where two indices are equal, or where they differ."""
        if not all(is_index_name(t) or t.is_Integer for t in (left, right)):
            raise UnsupportedError(f"a case distinction over {left} = {right}")
        change = region.with_equal_indices if equal else region.with_unequal_indices
        case = Statement(left, "=" if equal else "!=", right)
        return change(left, right, case if told else None)

    def take_value(self, region: Region, term: sp.Expr, value: int) -> Region:
        """The part of a region where a variable has one of the values that its domain allows."""
        difference = self.normalizer(region)(term) - self.field.constant(value)
        if difference.is_zero:
            return region
        case = Statement(term, "=", sp.Integer(value))
        smaller = region.with_sign(difference.num, ZERO, case)
        return self.with_equation(smaller, difference.num)

    # -- equations ----------------------------------------------------------------------

    def with_equation(self, region: Region, poly: Poly) -> Region:
        """Use poly = 0: solved for a generator where that is possible, else as a relation."""
        region = self._with_equal_indices(region, poly)
        choice = self._solvable(region, poly)
        if choice is None:
            inner = self._inverted(region, poly)
            if inner is not None:
                return self.with_equation(region, inner)
            return replace(region, relations=(*region.relations, poly))
        g, value = choice
        rules = {n: self._with_rule(v, g, value) for n, v in region.rules.items()}
        rules[g] = value
        return replace(region, rules=MappingProxyType(rules))

    def _with_equal_indices(self, region: Region, poly: Poly) -> Region:
        """An equation between indices, such as c − 1 = 0, holds for the indices as such too."""
        sides: dict[int, list[sp.Expr]] = {1: [], -1: []}
        for powers, coefficient in self.field.terms(poly):
            term: sp.Expr = sp.Integer(abs(int(coefficient.p)))
            if powers:
                generator = self.field.generators[powers[0][0]]
                lone = len(powers) == 1 and powers[0][1] == 1 and generator.kind == "atom"
                if not lone or not is_index_name(generator.parts[0]) or abs(coefficient) != 1:
                    return region
                term = generator.parts[0]
            elif coefficient.q != 1:
                return region
            sides[1 if coefficient > 0 else -1].append(term)
        if len(sides[1]) != 1 or len(sides[-1]) != 1:
            return region
        left, right = sides[1][0], sides[-1][0]
        return region if region.index(left - right) == 0 else region.with_equal_indices(left, right)

    def _with_rule(self, value: Frac, g: int, replacement: Frac) -> Frac:
        if g not in value.generators:
            return value
        result = []
        for poly in (value.num, value.den):
            total = self.field.zero
            for powers, c in self.field.terms(poly):
                term = self.field.constant(c)
                for h, e in powers:
                    term = term * (replacement if h == g else self.field.frac(h)) ** e
                total = total + term
            result.append(total)
        return result[0] / result[1]

    def _solvable(self, region: Region, poly: Poly) -> tuple[int, Frac] | None:
        """A generator in which the polynomial is linear, and what it equals then."""
        candidates = []
        for g in self.field.used(poly):
            kind = self.field.generators[g].kind
            if int(poly.degrees()[g]) != 1 or kind not in _SOLVED_FIRST:
                continue
            coefficient = poly.derivative(g)
            if 0 in region.facts.sign(coefficient) or self._nested(g, poly):
                continue
            order = _SOLVED_FIRST.index(kind)
            name = str(restore_poly(self.field, self.field.gens[g]))
            candidates.append((order, not coefficient.is_constant(), name, g, coefficient))
        if not candidates:
            return None
        # By name, not by number: a replay numbers its generators in another order.
        *_, g, coefficient = min(candidates, key=lambda c: c[:3])
        rest = poly - coefficient * self.field.gens[g]
        return g, Frac.make(self.field, -rest, coefficient)

    def _inverted(self, region: Region, poly: Poly) -> Poly | None:
        """e^b = v > 0 as b = ln v, and ln f = v as f = e^v, if that can be solved for an atom."""
        algebra = self.normalizer(region).algebra
        for g in self.field.used(poly):
            generator = self.field.generators[g]
            if generator.kind not in ("exp", "ln") or int(poly.degrees()[g]) != 1:
                continue
            coefficient = poly.derivative(g)
            if not coefficient.is_constant() or self._nested(g, poly):
                continue
            rest = poly - coefficient * self.field.gens[g]
            value = Frac.make(self.field, -rest, coefficient)
            try:
                equation = self._equation_inside(algebra, generator, value)
            except Split:
                continue
            if equation is not None and self._solvable(region, equation.num) is not None:
                return equation.num
        return None

    def _equation_inside(self, algebra: Algebra, generator: Generator, value: Frac) -> Frac | None:
        """b − ln v for e^b = v, and f − e^v for ln f = v, where they are equivalent."""
        if generator.kind == "exp" and algebra.facts.of_frac(value) == POSITIVE:
            basis, grain = generator.parts
            exponent: Frac = basis
            return exponent - algebra.ln(value) * self.field.constant(grain)
        if generator.kind == "ln" and algebra.facts.sign(generator.parts[0]) == POSITIVE:
            return algebra.of(generator.parts[0]) - algebra.exp(value)
        return None

    def _nested(self, g: int, poly: Poly) -> bool:
        """Whether a generator also stands inside another one of the polynomial."""
        others = [h for h in self.field.used(poly) if h != g]
        term = restore_poly(self.field, self.field.gens[g])
        return any(restore_poly(self.field, self.field.gens[h]).has(term) for h in others)

"""Derivatives and values at a point, in normal form.

The operand is read in general position, without the equations of the region, differentiated
there, and the result brought back: an identity on a boundary says nothing of a derivative.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import MappingProxyType

import sympy as sp
from flint import fmpq

from derive.errors import UnsupportedError
from derive.proof.algebra import Algebra, is_index_name
from derive.proof.differential import Differential
from derive.proof.field import Field, Frac, UndefinedTermError
from derive.proof.norms import cauchy
from derive.proof.polynomials import Poly
from derive.proof.region import Condition, Region, SplitSign
from derive.proof.signs import NONZERO, ZERO, Facts
from derive.proof.sums import Rebuilder
from derive.terms import At, Context, Domain, Partial, name_of, substitute


class Slopes:
    """The part of a `Normalizer` that differentiates."""

    def __init__(
        self,
        field: Field,
        region: Region,
        context: Context,
        grains: dict[object, fmpq],
        held: tuple[sp.Expr, ...] = (),
        real_again: tuple[sp.Expr, ...] = (),
    ) -> None:
        self.field = field
        self.region = region
        self.context = context
        self.grains = grains
        self.held = held
        self.real_again = real_again
        self.algebra = Algebra(field, region, grains, context, self._domain_of, self)
        self.algebra.lemmas = partial(cauchy, self.algebra)
        self.memo: dict[sp.Expr, Frac] = {}
        # What read the operands of derivatives and of values at a point, and differentiated them.
        self.operands: dict[sp.Expr, list[tuple[Slopes, list[Differential]]]] = {}

    def _domain_of(self, term: sp.Expr) -> Domain:
        base = term.base if isinstance(term, sp.Indexed) else term
        domain = self.context.domain_of(term)
        # A variable that is differentiated by moves freely: y² = y is no identity for it.
        if base in self.real_again and domain in (Domain.BINARY, Domain.SIGN):
            return Domain.REAL
        return domain

    def __call__(self, term: sp.Expr) -> Frac:
        """The normal form of a term."""
        raise NotImplementedError

    @property
    def conditions(self) -> list[Condition]:
        """What the terms read so far need to be defined."""
        return self.algebra.conditions

    def unfolded(self, body: sp.Expr) -> Frac:
        """A definition's body: that it is defined at all is the context's word."""
        before = self.algebra.supplied
        self.algebra.supplied = True
        try:
            return self(body)
        finally:
            self.algebra.supplied = before

    def _partial(self, term: Partial) -> Frac:
        return self._kinkwise(term, self._weak_region(), depth=0)[-1]

    def _weak_region(self) -> Region:
        """The region's open facts: an identity on a boundary says nothing of a derivative."""
        facts = Facts(self.field)
        for poly, sign in self.algebra.facts.known.values():
            generators = [self.field.generators[g] for g in self.field.used(poly)]
            about_indices = all(g.kind == "atom" and is_index_name(g.parts[0]) for g in generators)
            if 0 not in sign or about_indices:
                facts.add(poly, sign)
        return replace(self.region, facts=facts, rules=MappingProxyType({}), relations=(), rows=())

    def _kinkwise(self, term: Partial, region: Region, depth: int) -> list[Frac]:
        """Value and derivatives; at a possible kink those of both sides have to agree."""
        try:
            return self._differentiated(term, region)
        except SplitSign as split:
            if depth > 3 or self.algebra.facts.sign(split.poly) != ZERO:
                raise
            if not self._moves(term, region, split.poly):
                # The case does not change along the variables: it is read where it is.
                return self._kinkwise(term, region.with_sign(split.poly, ZERO), depth + 1)
            sides = [
                self._kinkwise(term, region.with_sign(split.poly, frozenset((s,))), depth + 1)
                for s in (-1, 1)
            ]
            low, high = sides
            meet = all(_agree(a, b, split.poly) for a, b in zip(low, high, strict=True))
            # The value at the point itself has to fit as well: there may be a jump to it.
            if meet and _agree(low[0], self(term.expr), split.poly):
                return low
            raise UndefinedTermError("a kink", (split.poly, NONZERO)) from None

    def _differentiated(self, term: Partial, region: Region) -> list[Frac]:
        """Value and derivatives in general position, then brought back to this region."""
        child = self._child(term, region)
        slopes: list[Differential] = []
        self.operands.setdefault(term, []).append((child, slopes))
        values = [child(term.expr)]
        for variable in term.variables:
            target = self._target(child, variable)
            if variable in child.held and target not in values[0].generators:
                raise UnsupportedError(f"{term.expr} is not expressed through {variable}")
            slopes.append(Differential(child.algebra, self.field.generators[target]))
            values.append(slopes[-1](values[-1]))
        back = Rebuilder(self.algebra, self._again, self.region.index, lambda generator: True)
        self._adopt(child.conditions, back)
        return [back(value) for value in values]

    def _child(self, term: Partial, region: Region) -> Slopes:
        """What reads the operand: its variables are free of their definitions and domains."""
        names = {name_of(v) for v in term.variables if isinstance(v, sp.Symbol | sp.Indexed)}
        held = tuple(v for v in term.variables if not isinstance(v, sp.Symbol | sp.Indexed))
        bases = tuple(v.base if isinstance(v, sp.Indexed) else v for v in term.variables)
        context = self.context.without(*sorted(n for n in names if n))
        self._refuse_unknown(term, context)
        again = (*self.real_again, *bases)
        child = type(self)(self.field, region, context, self.grains, (*self.held, *held), again)
        child.algebra.bound = dict(self.algebra.bound)
        # A claim about a derivative speaks of the points where the function is defined.
        child.algebra.operand = True
        return child

    def _moves(self, term: Partial, region: Region, poly: Poly) -> bool:
        """Whether a polynomial changes with the variables of a derivative."""
        child = self._child(term, region)
        value = child.algebra.of(poly)
        for variable in term.variables:
            generator = self.field.generators[self._target(child, variable)]
            if not Differential(child.algebra, generator)(value).is_zero:
                return True
        return False

    def _target(self, child: Slopes, variable: sp.Expr) -> int:
        """The generator of a variable; a size or an index is none that can be varied."""
        value = child(variable)
        used = value.generators
        if len(used) != 1 or value.num != self.field.gens[used[0]] or is_index_name(variable):
            raise UnsupportedError(f"a derivative with respect to {variable}")
        return used[0]

    def _refuse_unknown(self, term: Partial, context: Context) -> None:
        """A bare name without a definition may depend on anything."""
        bare = term.expr
        if not isinstance(bare, sp.Symbol | sp.Indexed) or context.definition_of(bare) is not None:
            return
        same_family = isinstance(bare, sp.Indexed) and any(
            isinstance(v, sp.Indexed) and v.base == bare.base for v in term.variables
        )
        if bare not in term.variables and not same_family and not context.dependencies_of(bare):
            raise UnsupportedError(f"it is not known how {bare} depends on {term.variables[0]}")

    def _again(self, atom: sp.Expr) -> Frac:
        """An atom read anew in this context, with conditions as the context's word."""
        if isinstance(atom, Partial) and self.context.definition_of(atom.expr) is None:
            return self.algebra.slope(*atom.args)
        return self.unfolded(atom)

    def _adopt(self, conditions: list[Condition], back: Rebuilder) -> None:
        """Take over what the operand of a derivative needs, in this context's terms."""
        for condition in conditions:
            before = (self.algebra.supplied, self.algebra.operand)
            self.algebra.supplied, self.algebra.operand = condition.supplied, condition.operand
            with self.algebra.binding(condition.bound):
                value = back.poly(condition.poly)
                if condition.sufficient:
                    if not self.algebra.facts.of_frac(value) <= condition.sign:
                        self.algebra.note(value.num, condition.sign, sufficient=True)
                else:
                    self.algebra.require(value.num * value.den, condition.sign)
            self.algebra.supplied, self.algebra.operand = before

    def _at(self, term: At) -> Frac:
        """A value at a point: read in general position, then with the point put in."""
        expr, variable, point = term.args
        value = self(point)
        # The variable is bound: nothing that holds for a free one of its name holds for it.
        self.field.fresh_count += 1
        inside = sp.Symbol(f"_t{self.field.fresh_count}", real=True)
        expr = substitute(expr, {variable: inside})
        region = self._weak_region()
        while True:
            inner = type(self)(
                self.field, region, self.context, self.grains, self.held, self.real_again
            )
            inner.algebra.bound = dict(self.algebra.bound)
            self.operands[term] = [(inner, [])]

            def atom(found: sp.Expr) -> Frac:
                return value if found == inside else self._again(found)

            back = Rebuilder(self.algebra, atom, self.region.index, lambda generator: True)
            try:
                result = inner(expr)
            except SplitSign as split:
                there = back.poly(split.poly)
                sign = self.algebra.decide(there)
                if len(sign) > 1 or self.algebra.facts.sign(split.poly) <= sign:
                    raise UnsupportedError("a case under a sum at a point") from None
                region = region.with_sign(split.poly, sign)
                continue
            inner.algebra.supplied = self.algebra.supplied
            inner.algebra.operand = self.algebra.operand
            self._adopt(inner.conditions, back)
            return back(result)


def _agree(one: Frac, other: Frac, poly: Poly) -> bool:
    """Whether two values are the same where a polynomial is zero."""
    return one.same(other) or not divmod((one - other).num, poly)[1]

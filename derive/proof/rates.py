"""Derivatives at a point: the variables carry a rate while the operand is evaluated."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import product

import sympy as sp
from flint import fmpq

from derive.errors import UnsupportedError
from derive.proof.jets import Jet, Number, constant, depth, raised
from derive.proof.valuation import Address, Valuation
from derive.terms import (
    At,
    Partial,
    free,
    name_of,
)


@lru_cache(maxsize=4096)
def _indices(term: sp.Expr) -> tuple[sp.Symbol, ...]:
    """The free symbols of a term that can stand for an index or a size."""
    return tuple(sorted((s for s in free(term) if isinstance(s, sp.Symbol)), key=str))


class Rates(Valuation):
    """The values of derivatives, by jets."""

    def alone(self, term: sp.Expr) -> Number:
        """The value of a term, whatever was evaluated before it."""
        self.hits = set()
        return self(term)

    def once(self, term: sp.Expr, value: Callable[[sp.Expr], Number]) -> Number:
        """The value of a term, found once in each state: the same stands in many members."""
        if self.nesting or self.arrays or self.scalars is not self.outermost:
            return value(term)
        at = tuple(self.integers[s] for s in _indices(term) if s in self.integers)
        values = self.values_here()
        if (term, at) not in values:
            values[term, at] = value(term)
        return values[term, at]

    def _partial(self, term: Partial) -> Number:
        return self.once(term, self._rate)

    def _rate(self, term: Partial) -> Number:
        saved, level, context = self.held, self.level, self.context
        names = [name_of(v) for v in term.variables if isinstance(v, sp.Symbol | sp.Indexed)]
        for v in term.variables:
            if isinstance(v, sp.Symbol) and v.is_integer and v.is_positive:
                raise UnsupportedError(f"a derivative with respect to {v}")
        try:
            for v in term.variables:
                self._hold(v)
            self.context = context.without(*[n for n in names if n])
            self._refuse_unknown(term)
            value = self(term.expr)
            self._refuse_unused(term)
        finally:
            self.held, self.level, self.context = saved, level, context
        for outermost in range(level + len(term.variables), level, -1):
            value = value.rate if depth(value) == outermost else fmpq(0)
        return value

    def _hold(self, variable: sp.Expr) -> None:
        """Let a variable carry a rate of its own."""
        here = self._address(variable)
        if isinstance(variable, sp.Indexed):
            self._freeze(variable.base, here)
        value = self.held[here] if here in self.held else self(variable)
        self.held = {
            **self.held,
            here: Jet(raised(value, self.level), constant(1, self.level)),
        }
        self.level += 1

    def _refuse_unused(self, term: Partial) -> None:
        for v in term.variables:
            if not isinstance(v, sp.Symbol | sp.Indexed) and v not in self.hits:
                raise UnsupportedError(f"{term.expr} is not expressed through {v}")

    def _address(self, variable: sp.Expr) -> Address | sp.Expr:
        if isinstance(variable, sp.Indexed):
            return variable.base.label.name, tuple(self.integer(i) for i in variable.indices)
        return (variable.name, ()) if isinstance(variable, sp.Symbol) else variable

    def _freeze(self, base: sp.IndexedBase, here: Address | sp.Expr) -> None:
        """The members of a family that is varied keep their values and vary independently."""
        first = (1,) * len(base.shape)
        if base in self.arrays or self.definition_of_member(base, first) is None:
            return
        sizes = [range(1, self.integer(s) + 1) for s in base.shape]
        each = {(base.label.name, i): self.member(base, i) for i in product(*sizes)}
        self.held = {**each, **self.held}

    def _refuse_unknown(self, term: Partial) -> None:
        bare = term.expr
        if isinstance(bare, sp.Symbol | sp.Indexed) and self.context.definition_of(bare) is None:
            same = isinstance(bare, sp.Indexed) and any(
                isinstance(v, sp.Indexed) and v.base == bare.base for v in term.variables
            )
            if bare not in term.variables and not same and bare not in self.scalars_bound():
                raise UnsupportedError(f"it is not known how {bare} depends on its variables")

    def scalars_bound(self) -> set[sp.Symbol]:
        """The symbols that stand for a parameter here, whose dependence is thus known."""
        return {s for s in self.scalars if s not in self.point.scalars}

    def _at(self, term: At) -> Number:
        expr, variable, point = term.args
        value = self(point)
        before = (self.scalars, self.held)
        self.scalars = {**self.scalars, variable: value}
        # The variable is bound here: one of the same name outside is another.
        self.held = {k: v for k, v in self.held.items() if k != (variable.name, ())}
        try:
            return self(expr)
        finally:
            self.scalars, self.held = before

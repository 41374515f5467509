"""Conditions and cases: np.where, with a branch kept finite where it is not taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp

from derive.errors import UnsupportedError
from derive.numeric.arrays import Array
from derive.numeric.base import Base, Guard
from derive.numeric.graph import ADD, ATOM, COMPARE, MUL, Hole
from derive.numeric.scalars import number, safe_point
from derive.terms import free

_RELATIONS: Mapping[type, str] = {
    sp.Eq: "==",
    sp.Ne: "!=",
    sp.Lt: "<",
    sp.Le: "<=",
    sp.Gt: ">",
    sp.Ge: ">=",
}


@dataclass
class Cases(Base):
    """Piecewise, Kronecker deltas that have to be tested, and conditions."""

    def cases(self, term: sp.Piecewise) -> Array:
        """The branches by np.where; no branch is taken where no condition holds: nan."""
        *branches, (last, condition) = term.args
        earlier = [c for _, c in branches]
        if condition == sp.true:
            result = self._branch(last, sp.Or(*earlier), otherwise=True)
            loses_nan = not (free(last) & frozenset().union(*map(free, earlier)))
            if loses_nan and all(isinstance(c, sp.Lt | sp.Le | sp.Gt | sp.Ge) for c in earlier):
                otherwise = self.condition(sp.And(*map(sp.Not, earlier)))
                result = self._where(otherwise, result, Array(self.graph.number("np.nan")))
        else:
            result = Array(self.graph.number("np.nan"))
            branches, earlier = [*branches, (last, condition)], [*earlier, condition]
        for position in range(len(branches) - 1, -1, -1):
            value, condition = branches[position]
            taken = self._branch(value, sp.And(condition, *map(sp.Not, earlier[:position])))
            result = self._where(self.condition(condition), taken, result)
        return result

    def _where(self, test: Array, yes: Array, no: Array) -> Array:
        result = self.call("np.where", "chosen", test, yes, no)
        if yes.node.python and no.node.python:
            node = self.graph.node(Hole(result.node, ATOM), ".astype(dtype)", hint="chosen")
            return Array(node, result.labels)
        return result

    def _branch(self, value: sp.Expr, condition: sp.Basic, otherwise: bool = False) -> Array:
        safe = safe_point(value, set(self.axes.lengths))
        if not safe:
            return self.array(value)
        with self.guard(Guard(self.condition(condition), safe, otherwise)):
            return self.array(value)

    def guarded(self, leaf: sp.Expr, array: Array) -> Array:
        """A variable, set to a safe value where the branches that it stands in are not taken."""
        for guard in self.guards:
            if leaf in guard.safe:
                other = Array(self.graph.number(number(guard.safe[leaf])))
                pair = (other, array) if guard.otherwise else (array, other)
                array = self.call("np.where", "kept", guard.condition, *pair)
        return array

    def condition(self, condition: sp.Basic) -> Array:
        """A condition as an array of booleans."""
        if condition in (sp.true, sp.false):
            return Array(self.graph.number(str(condition == sp.true)))
        if isinstance(condition, sp.Not):
            inner = self.condition(condition.args[0])
            return Array(self.graph.node("~", Hole(inner.node, ATOM), binding=MUL), inner.labels)
        if isinstance(condition, sp.ITE):
            test, yes, no = condition.args
            condition = sp.Or(sp.And(test, yes), sp.And(sp.Not(test), no))
        if isinstance(condition, sp.And | sp.Or):
            sign = "&" if isinstance(condition, sp.And) else "|"
            parts = [self.condition(c) for c in sorted(condition.args, key=sp.default_sort_key)]
        elif condition.func in _RELATIONS:
            sign, parts = _RELATIONS[condition.func], [self.array(a) for a in condition.args]
        else:
            raise UnsupportedError(f"{condition} is not a condition that can be tested")
        holes, labels = self.aligned(parts)
        out: list[str | Hole] = []
        for hole in holes:
            out += [f" {sign} ", Hole(hole.node, ADD)] if out else [Hole(hole.node, ADD)]
        return Array(self.graph.node(*out, binding=COMPARE, hint="test"), labels)

    def delta(self, term: sp.KroneckerDelta) -> Array:
        """A Kronecker delta that nothing could resolve: 1 where its indices are equal."""
        test = self.condition(sp.Eq(*term.args[:2]))
        node = self.graph.node(Hole(test.node, ATOM), ".astype(dtype)", hint="delta")
        return Array(node, test.labels)

"""Sums, products over an index, and the primitives that reduce a whole family."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from derive.numeric.arrays import Array, Labels, align, contract, flatten, ordered, reduce
from derive.numeric.base import Base
from derive.numeric.graph import ATOM, Hole, Node
from derive.numeric.primitives import code_of, is_primitive, primitive_name
from derive.numeric.scalars import fraction
from derive.terms import Vec, free


@dataclass
class Sums(Base):
    """The reductions."""

    def sum(self, term: sp.Sum) -> Array:
        """Σ, as a contraction of what its body multiplies."""
        with self.scope({k: n for k, _, n in reversed(term.limits)}) as over:
            return self._sum_of(term.function, over)

    def _sum_of(self, body: sp.Expr, over: set[sp.Symbol]) -> Array:
        if isinstance(body, sp.Add) and self._splits(body):
            return self.added(body.args, lambda part: self._sum_of(part, over))
        sign, above, below = fraction(body)
        inside = [f for f in above if free(f) & over] + [1 / f for f in below if free(f) & over]
        arrays = [self.array(f) for f in inside]
        absent = over - {k for a in arrays for k in a.labels}
        outside = [f for f in above if not free(f) & over]
        outside += [self.axes.lengths[k] for k in self.axes.sorted(absent)]
        result = self.product(outside)
        if over - absent:
            total = contract(self.graph, self.axes, arrays, over - absent)
            result = self.operate("*", result, total) if outside else total
        under = [f for f in below if not free(f) & over]
        if under:
            result = self.operate("/", result, self.product(under))
        return self.negated(result) if sign < 0 else result

    def _splits(self, body: sp.Add) -> bool:
        """Whether summing term by term spares an array larger than any that is given."""
        whole = self._labels(body)
        for part in body.args:
            factors = [self._labels(f) for f in sp.Mul.make_args(part)]
            if len(factors) > 1 and all(f < whole for f in factors):
                return True
        return False

    def _labels(self, term: sp.Expr) -> frozenset[sp.Symbol]:
        return frozenset(free(term)) & frozenset(self.axes.lengths)

    def product_over(self, term: sp.Product) -> Array:
        """Π, with a factor that does not run raised to the number of members."""
        with self.scope({k: n for k, _, n in reversed(term.limits)}) as over:
            body = self.array(term.function)
            absent = over - set(body.labels)
            if over - absent:
                body = reduce(self.graph, "prod", body, over - absent)
            for k in self.axes.sorted(absent):
                length = Array(self.graph.number(self.size(self.axes.lengths[k])))
                body = self.call("np.power", "power", body, length)
            return body

    def primitive(self, term: sp.Expr) -> Array:
        """An application of a primitive, to arrays or to the members of a family."""
        name = primitive_name(term)
        assert name is not None
        code, hint = code_of(name)
        if not isinstance(term.args[0], Vec):
            return self._elementwise(term, name, code, hint)
        family = term.args[0]
        if name == "sum_others" and free(term.args[1]) & free(family.body):
            return self._masked(family, term.args[1])
        with self.scope(dict(zip(family.indices, family.shape, strict=True))) as over:
            body = self.array(family.body)
            outer = tuple(k for k in body.labels if k not in over)
            node = align(self.graph, body, (*outer, *family.indices))
            flat = flatten(self.graph, node, len(family.indices))
            arguments = [flat]
            if name == "log_sum":
                # The sum itself may be needed too.
                whole = Array(flat, (*outer, family.indices[0]))
                over = {family.indices[0]}
                arguments.append(reduce(self.graph, "sum", whole, over).node)
                arguments += self._shifted(family, outer)
            call = self.graph.call(code, *arguments, hint=hint)
        return Array(call, outer) if name != "sum_others" else self._others(call, outer, term)

    def _shifted(self, members: Vec, outer: Labels) -> list[Node]:
        """The v and m of a family e^(v - m)."""
        shift = sp.Add(*(t for t in members.body.exp.args if is_primitive(-t, "largest")))
        value = align(self.graph, self.array(members.body.exp - shift), (*outer, *members.indices))
        return [value, align(self.graph, self.array(-shift), outer)]

    def _elementwise(self, term: sp.Expr, name: str, code: str, hint: str) -> Array:
        arrays = [self.solid(self.array(a)) for a in term.args]
        if name == "clipped":
            (a, b), labels = self.aligned([arrays[0], self.array(term.args[1])])
            return Array(self.graph.clipped(a.node, self.graph.negative(b.node), b.node), labels)
        if name == "share":
            return self.operate("/", *arrays)
        if term not in self.pairs:
            return self.call(code, hint, *arrays)
        helper, place = self.pairs[term]
        both = self.call(helper, "both", *arrays)
        return Array(self.graph.node(Hole(both.node, ATOM), f"[{place}]", hint=hint), both.labels)

    def _masked(self, family: Vec, target: sp.Expr) -> Array:
        """The sum without a member on which its terms depend: there they are left out."""
        ((k, n),) = zip(family.indices, family.shape, strict=True)
        body = sp.Piecewise((family.body, sp.Ne(k, target)), (0, True))
        return self.sum(sp.Sum(body, (k, 1, n)))

    def _others(self, call: Node, outer: Labels, term: sp.Expr) -> Array:
        """The sums without one member, at the member that is left out."""
        target = term.args[1]
        if target in self.axes.lengths:
            return ordered(self.graph, Array(call, (*outer, target)), self.axes)
        place = str(int(target) - 1) if target.is_Integer else f"{self.size(target)} - 1"
        return Array(self.graph.node(Hole(call, ATOM), f"[..., {place}]"), outer)

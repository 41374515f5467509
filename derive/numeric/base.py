"""What every part of the lowering shares: the graph, the arguments and the axes in scope."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import sympy as sp

from derive.errors import UnsupportedError
from derive.numeric.arrays import Array, Axes, align
from derive.numeric.graph import Graph, Hole
from derive.numeric.scalars import is_binary, late, negative

# What Python itself computes of a number such as a size: NumPy's number would make float32 wider.
_OF_NUMBERS = ("np.sqrt", "np.log", "np.exp", "np.log1p", "np.expm1", "np.log2", "np.log10")


@dataclass(frozen=True, eq=False)
class Guard:
    """A branch that is taken where `condition` holds; elsewhere its variables are `safe`.

    With `otherwise` it is the other way round, so that nan takes the last branch.
    """

    condition: Array
    safe: Mapping[sp.Expr, sp.Expr]
    otherwise: bool = False


@dataclass
class Base:
    """Code over the arguments `names` (symbol or family → its name in the code).

    `sizes` maps each size that the arguments' shapes give to its name in the code.
    """

    graph: Graph
    names: Mapping[sp.Basic, str]
    sizes: Mapping[sp.Symbol, str]
    axes: Axes = field(default_factory=Axes)
    guards: tuple[Guard, ...] = ()
    pairs: Mapping[sp.Expr, tuple[str, int]] = field(default_factory=dict)

    def array(self, term: sp.Expr) -> Array:
        """The code of a term, with the labels that it depends on."""
        raise NotImplementedError

    @contextmanager
    def scope(self, limits: Mapping[sp.Symbol, sp.Expr]) -> Iterator[set[sp.Symbol]]:
        """With these indices running, innermost of all."""
        before = self.axes
        self.axes = Axes({**before.lengths, **limits})
        try:
            yield set(limits)
        finally:
            self.axes = before

    @contextmanager
    def guard(self, guard: Guard) -> Iterator[None]:
        """With one more branch entered."""
        before = self.guards
        self.guards = (*before, guard)
        try:
            yield
        finally:
            self.guards = before

    def aligned(self, arrays: Sequence[Array]) -> tuple[list[Hole], tuple[sp.Symbol, ...]]:
        """The arrays as holes with the same axes, and these axes."""
        labels = self.axes.union(arrays)
        return [Hole(align(self.graph, a, labels)) for a in arrays], labels

    def solid(self, array: Array) -> Array:
        """The array, also where it is a Python number."""
        if not array.node.python:
            return array
        return Array(self.graph.node("np.asarray(", array.node, ", dtype=dtype)"), array.labels)

    def call(self, function: str, hint: str, *arguments: Array) -> Array:
        """An elementwise function of arrays, or of one Python number, which stays one."""
        if function in _OF_NUMBERS and len(arguments) == 1 and arguments[0].node.python:
            parts = (function.replace("np.", "math."), "(", arguments[0].node, ")")
            return Array(self.graph.node(*parts, python=True, hint=hint))
        holes, labels = self.aligned(arguments)
        return Array(self.graph.call(function, *(h.node for h in holes), hint=hint), labels)

    def operate(self, sign: str, left: Array, right: Array) -> Array:
        """Two arrays multiplied or divided, elementwise."""
        (a, b), labels = self.aligned((left, right))
        return Array(self.graph.binary(sign, a.node, b.node), labels)

    def negated(self, array: Array) -> Array:
        """Minus the array."""
        return Array(self.graph.negative(array.node), array.labels)

    def product(self, factors: Sequence[sp.Expr]) -> Array:
        """The factors multiplied, those with few axes first, large numbers last."""
        if not factors:
            return Array(self.graph.number("1"))
        # 4 z may overflow where 4 (z f(z)) does not.
        ordered = sorted(factors, key=lambda f: bool(f.is_Rational and f > 1))
        arrays = sorted((self.array(f) for f in ordered), key=lambda a: len(a.labels))
        result = arrays[0]
        for other in arrays[1:]:
            result = self.operate("*", result, other)
        return result

    def scaled(self, result: Array, factor: sp.Rational) -> Array:
        """An array times a positive rational number."""
        for part, sign in ((factor.p, "*"), (factor.q, "/")):
            if part != 1:
                result = self.operate(sign, result, Array(self.graph.number(str(part))))
        return result

    def added(self, terms: Sequence[sp.Expr], code: Callable[[sp.Expr], Array]) -> Array:
        """The terms added, each by its own code, in a good order."""
        parts = sorted(terms, key=late)
        factor = _common_factor(parts)
        if factor != 1:
            # 2 a - 2 y overflows where 2 (a - y) does not.
            return self.scaled(self.added([p / factor for p in parts], code), factor)
        arrays = [code(-p if negative(p) else p) for p in parts]
        holes, labels = self.aligned(arrays)
        # The first terms of a sum are a node of their own, which may be shared.
        total = holes[0].node
        if negative(parts[0]):
            total = self.graph.negative(total)
        for part, hole in zip(parts[1:], holes[1:], strict=True):
            total = self.graph.binary("-" if negative(part) else "+", total, hole.node)
        return Array(total, labels)

    def size(self, size: sp.Expr) -> str:
        """A size as an integer in the code."""
        if size.is_Integer:
            return str(size)
        if size in self.sizes:
            return self.sizes[size]
        if isinstance(size, sp.Add | sp.Mul):
            sign = " + " if isinstance(size, sp.Add) else " * "
            inner = sorted(map(self.size, size.args), reverse=True)
            return f"({sign.join(inner)})"
        raise UnsupportedError(f"the size {size} cannot be read from the arguments' shapes")


def _common_factor(parts: Sequence[sp.Expr]) -> sp.Rational:
    """What all terms have in common: z/6 + 1/2 is (z + 3)/6, which is exact where it vanishes."""
    common = {abs(p.as_coeff_Mul()[0]) for p in parts if not p.is_Rational}
    (factor, *others) = common or {sp.S.One}
    number = sum((p for p in parts if p.is_Rational), start=sp.S.Zero) / factor
    if others or not factor.is_Rational or not is_binary(number):
        return sp.S.One
    # To multiply by a power of 2 is exact anyway.
    exact = is_binary(factor) and is_binary(1 / factor)
    return sp.S.One if number != 0 and exact else factor

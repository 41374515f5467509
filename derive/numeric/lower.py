"""From a term in index notation to a graph of array code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp

from derive.errors import UnsupportedError
from derive.numeric.arrays import Array, Labels, align, ordered
from derive.numeric.cases import Cases
from derive.numeric.graph import ATOM, MUL, Hole, Node
from derive.numeric.labels import Label, is_label
from derive.numeric.normal import split_diagonal
from derive.numeric.primitives import is_primitive
from derive.numeric.rewrites import stable
from derive.numeric.scalars import fraction, number
from derive.numeric.sums import Sums
from derive.terms import free

# A SymPy function, NumPy's name for it, and the name that its value gets.
_FUNCTIONS: Mapping[type, tuple[str, str]] = {
    sp.exp: ("np.exp", "e"),
    sp.log: ("np.log", "log"),
    sp.Abs: ("np.abs", "size"),
    sp.sign: ("np.sign", "sign"),
    sp.Heaviside: ("np.heaviside", "step"),
    sp.sin: ("np.sin", "sin"),
    sp.cos: ("np.cos", "cos"),
    sp.tan: ("np.tan", "tan"),
    sp.asin: ("np.arcsin", "angle"),
    sp.acos: ("np.arccos", "angle"),
    sp.atan: ("np.arctan", "angle"),
    sp.atan2: ("np.arctan2", "angle"),
    sp.sinh: ("np.sinh", "sinh"),
    sp.cosh: ("np.cosh", "cosh"),
    sp.tanh: ("np.tanh", "tanh"),
    sp.asinh: ("np.arcsinh", "asinh"),
    sp.acosh: ("np.arccosh", "acosh"),
    sp.atanh: ("np.arctanh", "atanh"),
    sp.floor: ("np.floor", "floor"),
    sp.ceiling: ("np.ceil", "ceil"),
    sp.Mod: ("np.mod", "mod"),
    sp.erf: ("special.erf", "erf"),
    sp.erfc: ("special.erfc", "erfc"),
    sp.erfinv: ("special.erfinv", "erfinv"),
    sp.gamma: ("special.gamma", "gamma"),
    sp.loggamma: ("special.gammaln", "loggamma"),
    sp.digamma: ("special.psi", "digamma"),
}
# Powers up to this are multiplied out, which is faster and more exact than np.power.
_WHOLE = 16


@dataclass
class Lowering(Sums, Cases):
    """Turns terms into nodes of one graph, so that they share what they have in common."""

    _seen: dict[tuple[object, ...], Array] = field(default_factory=dict)

    def result(self, term: sp.Expr, labels: Labels) -> Node:
        """The node of a term with exactly these labels as its last axes, or a Python number."""
        if len(labels) > 1 and len(set(map(self.axes.lengths.get, labels[-2:]))) == 1:
            parts = split_diagonal(term, *labels[-2:])
            if parts is not None:
                off = self.result(stable(parts[0]), labels)
                on = self.result(stable(parts[1]), labels[:-1])
                length = self.graph.number(self.size(self.axes.lengths[labels[-1]]))
                return self.graph.call("_with_diagonal", self._solid(off), self._solid(on), length)
        return align(self.graph, self.array(term), labels)

    def _solid(self, node: Node) -> Node:
        """The node as an array, even where it is a Python number."""
        return self.graph.node("np.full((1, 1), ", node, ", dtype=dtype)") if node.python else node

    def array(self, term: sp.Expr) -> Array:
        """The code of a term, with the labels that it depends on."""
        key = (term, self.guards, tuple(self.axes.lengths.items()))
        if key not in self._seen:
            self._seen[key] = self._lower(term)
        return self._seen[key]

    def _lower(self, term: sp.Expr) -> Array:
        if is_primitive(term):
            return self.primitive(term)
        if isinstance(term, Label) or (isinstance(term, sp.Indexed) and is_label(term.base)):
            # In code labels count from 0.
            place, one = self._label(term), self.graph.number("1")
            return Array(self.graph.binary("+", place.node, one), place.labels)
        if term in self.names:
            return self.guarded(term, Array(self.graph.argument(self.names[term])))
        match term:
            case sp.Indexed():
                return self.guarded(term, self._member(term))
            case sp.Add():
                return self.added(term.args, self.array)
            case sp.Mul():
                return self._mul(term)
            case sp.Sum():
                return self.sum(term)
            case sp.Product():
                return self.product_over(term)
            case sp.Piecewise():
                return self.cases(term)
            case sp.KroneckerDelta():
                return self.delta(term)
            case sp.Max() | sp.Min():
                return self._extreme(term)
        if term.is_number:
            return Array(self.graph.number(number(term)))
        if isinstance(term, sp.Symbol):
            return self._symbol(term)
        if isinstance(term, sp.Pow):
            return self._pow(term)
        known = _FUNCTIONS.get(term.func)
        if known is None:
            raise UnsupportedError(f"{term.func.__name__} has no NumPy code here: {term}")
        return self.call(*known, *(self.array(a) for a in term.args))

    # Leaves

    def _symbol(self, term: sp.Symbol) -> Array:
        if term in self.sizes:
            return Array(self.graph.number(self.sizes[term]))
        if term in self.axes.lengths:
            n = self.size(self.axes.lengths[term])
            return Array(self.graph.node(f"np.arange(1, {n} + 1, dtype=dtype)", hint="at"), (term,))
        raise UnsupportedError(f"{term} is neither an argument nor an index whose range is known")

    def _member(self, term: sp.Indexed) -> Array:
        """A member of a family: an index that runs is an axis, any other is taken."""
        name = self.names.get(term.base)
        if name is None:
            raise UnsupportedError(f"{term.base} is not among the arguments")
        if isinstance(term.indices[-1], Label | sp.Indexed):
            return self._picked(term, name)
        labels: list[sp.Symbol] = []
        marks = []
        for i, length in zip(term.indices, term.base.shape, strict=True):
            running = self.axes.sorted(set(free(i)))
            if running:
                marks.append(self._slice(term, i, running, length))
                labels += running
            else:
                marks.append(str(int(i) - 1) if i.is_Integer else f"{self.size(i)} - 1")
        node = self.graph.argument(name)
        if any(mark != ":" for mark in marks):
            node = self.graph.view(node, f"[..., {', '.join(marks)}]")
        for label in [k for k in dict.fromkeys(labels) if labels.count(k) > 1]:
            node, labels = self._diagonal(node, labels, label)
        return ordered(self.graph, Array(node, tuple(labels)), self.axes)

    def _label(self, term: sp.Expr) -> Array:
        """A label as it is given, with the indices of its family."""
        if isinstance(term, sp.Indexed):
            return self._member(term)
        return Array(self.graph.argument(self.names[term]))

    def _picked(self, term: sp.Indexed, name: str) -> Array:
        """The member whose last index is a label."""
        *before, place = term.indices
        at = self._label(place)
        labels = self.axes.sorted({*before, *at.labels})
        if tuple(before) not in ((), labels):
            raise UnsupportedError(f"{term}: the indices before a label have to run")
        whole = Array(self.graph.argument(name), tuple(before))
        if not before and labels:
            nodes = [self.graph.view(whole.node, f"[..., {'None, ' * len(labels)}:]")]
        else:
            nodes = [whole.node]
        nodes.append(align(self.graph, at, labels))
        return Array(self.graph.call("_picked", *nodes, hint="picked"), labels)

    def _diagonal(
        self, node: Node, labels: list[sp.Symbol], label: sp.Symbol
    ) -> tuple[Node, list[sp.Symbol]]:
        """An index that stands twice runs along the diagonal of its two axes."""
        while labels.count(label) > 1:
            first, second = [p - len(labels) for p, k in enumerate(labels) if k == label][:2]
            text = f", axis1={first}, axis2={second})"
            node = self.graph.node("np.diagonal(", node, text, hint="diagonal", view=True)
            del labels[second], labels[first]
            labels.append(label)
        return node, labels

    def _slice(self, term: sp.Indexed, i: sp.Expr, running: Labels, whole: sp.Expr) -> str:
        """The members that a running index, shifted at most, reaches."""
        start, length = sp.expand(i - running[0]), self.axes.lengths[running[0]]
        if len(running) > 1 or free(start) & set(running):
            raise UnsupportedError(f"{term}: only an index itself, shifted at most, can run")
        if start == 0 and length == whole:
            return ":"
        first = "" if start == 0 else self.size(start)
        last = "" if sp.expand(start + length - whole) == 0 else self.size(start + length)
        return f"{first}:{last}"

    # Arithmetic

    def _mul(self, term: sp.Expr) -> Array:
        sign, above, below = fraction(term)
        steep = [f for f in below if f.is_Pow and f.exp.is_Integer and not f.base.is_number]
        if steep and len(above) + len(below) > 1:
            below = [f for f in below if f not in steep]
            # One after the other they stay in range where their power would not.
            above = [*above, *(1 / f.base for f in steep for _ in range(f.exp))]
        steady = [f for f in below if _at_least_one(f)]
        few = self._labels(sp.Mul(*steady))
        large = [f for f in above if not self._labels(f) <= few]
        if steady and large:
            # A quotient of small arrays and one product cost less than a division of large ones.
            share = self.product([f for f in above if f not in large])
            share = self.operate("/", share, self.product(steady))
            result = self.operate("*", self.product(large), share)
            below = [f for f in below if f not in steady]
        else:
            result = self.product(above)
        if below:
            result = self.operate("/", result, self.product(below))
        return self.negated(result) if sign < 0 else result

    def _pow(self, term: sp.Pow) -> Array:
        base, power = term.as_base_exp()
        if power.is_Integer and power < -1:
            # 1/d² overflows in d² where (1/d)² does not.
            return self._power_of(self._mul(1 / base), -power)
        if power.is_number and power.is_negative:
            return self._mul(term)
        if base == 2:
            return self.call("np.exp2", "power", self.array(power))
        array = self.array(base)
        if not (power.is_Rational and power.q <= 2 and power.p <= _WHOLE):
            return self.call("np.power", "power", array, self.array(power))
        if power.q == 2:
            array = self.call("np.sqrt", "root", array)
        return self._power_of(array, power.p)

    def _power_of(self, array: Array, power: int) -> Array:
        return Array(self._whole_power(array.node, int(power)), array.labels)

    def _whole_power(self, node: Node, power: int) -> Node:
        if power == 1:
            return node
        if node.python:
            return self.graph.node(Hole(node, ATOM), f"**{power}", binding=MUL, python=True)
        if power % 2:
            rest = self._whole_power(node, power - 1)
            return self.graph.binary("*", rest, node)
        return self.graph.call("np.square", self._whole_power(node, power // 2), hint="square")

    def _extreme(self, term: sp.Expr) -> Array:
        larger = isinstance(term, sp.Max)
        bounds = [a for a in term.args if a.is_number]
        terms = sorted((a for a in term.args if not a.is_number), key=sp.default_sort_key)
        if bounds and len(terms) == 1:
            # For a number clip is several times faster than np.maximum.
            (bound,) = bounds
            if bound == 0 and self.graph.methods:
                helper = "_over_zero" if larger else "_under_zero"
                return self.call(helper, "bound", self.solid(self.array(terms[0])))
            return self._clipped(terms[0], *((bound, sp.oo) if larger else (-sp.oo, bound)))
        function = "np.maximum" if larger else "np.minimum"
        result, *others = (self.array(a) for a in [*terms, *bounds])
        for other in others:
            result = self.call(function, "bound", result, other)
        return result

    def _clipped(self, term: sp.Expr, low: sp.Expr, high: sp.Expr) -> Array:
        (a, b, c), labels = self.aligned(
            [self.solid(self.array(term)), self.array(low), self.array(high)]
        )
        return Array(self.graph.clipped(a.node, b.node, c.node), labels)


def _at_least_one(term: sp.Expr) -> bool:
    """Whether a term is a sum of e^(v - max v), which is neither tiny nor huge."""
    return (
        isinstance(term, sp.Sum)
        and isinstance(term.function, sp.exp)
        and any(is_primitive(-t, "largest") for t in sp.Add.make_args(term.function.exp))
    )

"""Arrays with named axes: index notation on one side, NumPy's trailing axes on the other.

The last axes of an array carry its labels, in the order of `Axes.order`; whatever stands in
front of them is batch and broadcasts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import sympy as sp

from derive.numeric.graph import ATOM, MUL, Graph, Hole, Node

Labels = tuple[sp.Symbol, ...]


@dataclass(frozen=True)
class Array:
    """A node whose last axes carry these labels."""

    node: Node
    labels: Labels = ()


@dataclass
class Axes:
    """The labels in scope: each with its length, outermost first."""

    lengths: dict[sp.Symbol, sp.Expr] = field(default_factory=dict)

    def sorted(self, labels: set[sp.Symbol]) -> Labels:
        """These labels, outermost first."""
        return tuple(k for k in self.lengths if k in labels)

    def union(self, arrays: Sequence[Array]) -> Labels:
        """All labels of these arrays."""
        return self.sorted({k for a in arrays for k in a.labels})


def align(graph: Graph, array: Array, labels: Labels) -> Node:
    """The array with length-one axes where it lacks a label of `labels`."""
    if array.labels == labels or array.node.python:
        return array.node
    index = ", ".join([":" if k in array.labels else "None" for k in labels])
    return graph.view(array.node, f"[..., {index}]")


def ordered(graph: Graph, array: Array, axes: Axes) -> Array:
    """The array with its axes in the order of the labels in scope."""
    labels = axes.sorted(set(array.labels))
    if labels == array.labels:
        return array
    if len(labels) == 2:
        return Array(graph.view(array.node, ".mT"), labels)
    source = tuple(array.labels.index(k) - len(labels) for k in labels)
    target = tuple(range(-len(labels), 0))
    moved = graph.node("np.moveaxis(", array.node, f", {source}, {target})", hint=array.node.hint)
    return Array(moved, labels)


def reduce(graph: Graph, function: str, array: Array, over: set[sp.Symbol]) -> Array:
    """`function` over these labels of the array."""
    places = [p - len(array.labels) for p, k in enumerate(array.labels) if k in over]
    axis = str(places[0]) if len(places) == 1 else str(tuple(places))
    ufunc, hint = _REDUCED[function]
    if graph.methods:
        parts: tuple[str | Node | Hole, ...] = (f"{ufunc}.reduce(", array.node, f", axis={axis})")
    else:
        parts = (Hole(array.node, ATOM), f".{function}(axis={axis})")
    node = graph.node(*parts, hint=hint, into="call")
    return Array(node, tuple(k for k in array.labels if k not in over))


_REDUCED = {"sum": ("np.add", "total"), "prod": ("np.multiply", "product")}


def flatten(graph: Graph, node: Node, axes: int) -> Node:
    """The array with its last axes, this many, as one."""
    return node if axes == 1 else graph.call("_flat", node, graph.number(str(axes)))


def contract(graph: Graph, axes: Axes, factors: Sequence[Array], over: set[sp.Symbol]) -> Array:
    """The sum over these labels of a product, without ever making the product if that is larger."""
    groups: dict[Labels, Array] = {}
    for f in factors:
        if f.labels in groups:
            groups[f.labels] = _times(graph, groups[f.labels], f)
        else:
            groups[f.labels] = f
    if len(groups) == 1:
        return _inner(graph, factors, over)
    left, right, *_ = sorted(groups.values(), key=lambda a: -len(a.labels))
    if len(groups) == 2 and len(left.labels) == 2 and len(right.labels) == 1:
        (k,) = right.labels
        if k in over:
            last = left.labels[-1] == k
            matrix = left.node if last else graph.view(left.node, ".mT")
            rest = left.labels[:-1] if last else left.labels[1:]
            product = Array(graph.call("_matvec", matrix, right.node, hint="total"), rest)
            return reduce(graph, "sum", product, over - {k}) if len(over) > 1 else product
    if len(groups) == 2 and [len(g.labels) for g in (left, right)] == [2, 2] and len(over) == 1:
        return _matmul(graph, axes, left, right, over)
    return _einsum(graph, axes, list(groups.values()), over)


def _times(graph: Graph, a: Array, b: Array) -> Array:
    return Array(graph.binary("*", a.node, b.node), a.labels)


def _inner(graph: Graph, factors: Sequence[Array], over: set[sp.Symbol]) -> Array:
    """A sum of a product of arrays with the same axes."""
    labels = factors[0].labels
    if len(factors) > 1 and set(labels[-1:]) == over:
        *first, last = factors
        product = first[0]
        for f in first[1:]:
            product = _times(graph, product, f)
        return Array(graph.call("np.vecdot", product.node, last.node, hint="total"), labels[:-1])
    product = factors[0]
    for f in factors[1:]:
        product = _times(graph, product, f)
    return reduce(graph, "sum", product, over)


def _matmul(graph: Graph, axes: Axes, a: Array, b: Array, over: set[sp.Symbol]) -> Array:
    """The sum over k of a[i, k] b[k, j], each turned if it has to be."""
    (k,) = over
    labels = axes.union([a, b])
    result = tuple(x for x in labels if x != k)
    if len(result) != 2:
        return _einsum(graph, axes, [a, b], over)
    left, right = (a, b) if result[0] in a.labels else (b, a)
    first = left.node if left.labels[-1] == k else graph.view(left.node, ".mT")
    second = right.node if right.labels[0] == k else graph.view(right.node, ".mT")
    node = graph.node(Hole(first, MUL), " @ ", Hole(second, MUL + 1), binding=MUL, hint="total")
    return Array(node, result)


def _einsum(graph: Graph, axes: Axes, factors: Sequence[Array], over: set[sp.Symbol]) -> Array:
    letters = dict(zip(axes.lengths, "ijklmnopqrstuvwxyzabcdefgh", strict=False))
    result = tuple(k for k in axes.union(factors) if k not in over)
    spelled = ["..." + "".join(letters[k] for k in f.labels) for f in factors]
    target = "..." + "".join(letters[k] for k in result)
    parts: list[str | Node] = [f'np.einsum("{",".join(spelled)}->{target}"']
    for f in factors:
        parts += [", ", f.node]
    return Array(graph.node(*parts, ", optimize=True)", hint="total"), result)

"""Array code as a graph: equal pieces of code are one node, so shared work is done once.

A node is a piece of NumPy source with holes for other nodes. It knows nothing of index
names: `z[i]` and `z[k]` are the same array, and so are the sums over `i` and over `k`.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from derive.numeric.helpers import helper

# How tightly a piece of source binds.
COMPARE, ADD, MUL, ATOM = 0, 1, 2, 4

_OPERATORS = {"+": "np.add", "-": "np.subtract", "*": "np.multiply", "/": "np.divide"}

# A line longer than this is split by naming its parts.
_LONG = 60


@dataclass(frozen=True, eq=False)
class Hole:
    """A place for a node, in parentheses if it binds less tightly than `binding`."""

    node: Node
    binding: int = ADD


Part = str | Hole


@dataclass(frozen=True, eq=False)
class Node:
    """A piece of source.

    `binding` is how tightly it binds; `python` says that it is a Python number (which takes
    the dtype of what it meets); `hint` is the name it gets if it needs one; `leaf` that it is
    an argument or a name that needs none; `view` that its array may share memory with an
    argument; `reads` holds the arguments it depends on; `into` how it is written into an
    array: "call" by one more argument `out=`, any other text is the function for its operands.
    """

    parts: tuple[Part, ...]
    binding: int
    python: bool
    hint: str
    leaf: bool
    view: bool
    reads: frozenset[str]
    into: str

    @property
    def children(self) -> tuple[Node, ...]:
        return tuple(p.node for p in self.parts if isinstance(p, Hole))


@dataclass
class Graph:
    """Makes nodes (equal ones once) and writes them out as lines of source."""

    _known: dict[tuple[object, ...], Node] = field(default_factory=dict)
    helpers: set[str] = field(default_factory=set)
    # Whether arrays are clipped by their own method, which is NumPy's fastest way.
    methods: bool = True

    def node(
        self,
        *parts: Part | Node,
        binding: int = ATOM,
        python: bool = False,
        hint: str = "t",
        view: bool = False,
        into: str = "",
    ) -> Node:
        """The node of this source; a bare node in it stands where any expression may."""
        return self._intern(parts, binding=binding, python=python, hint=hint, view=view, into=into)

    def binary(self, sign: str, left: Node, right: Node) -> Node:
        """Two arrays or numbers joined by +, -, * or /."""
        binding = MUL if sign in "*/" else ADD
        # a - (b + c), a - (b - c) and a / (b * c) keep their parentheses, a + (b + c) loses them.
        loose = ADD if sign == "+" else MUL if sign == "-" else MUL + 1
        return self.node(
            Hole(left, binding),
            f" {sign} ",
            Hole(right, loose),
            binding=binding,
            python=left.python and right.python,
            into=_OPERATORS[sign],
        )

    def clipped(self, node: Node, low: Node, high: Node) -> Node:
        """An array between two bounds."""
        if not self.methods:
            return self.call("np.clip", node, low, high, hint="clipped")
        parts = (Hole(node, ATOM), ".clip(", low, ", ", high, ")")
        return self.node(*parts, hint="clipped", into="call")

    def negative(self, node: Node) -> Node:
        """Minus an array or number."""
        hole, python = Hole(node, MUL), node.python
        return self.node("-", hole, binding=MUL, python=python, into="np.negative")

    def argument(self, name: str) -> Node:
        """The array of an argument."""
        return self._intern((name,), hint=name, leaf=True, view=True, reads=frozenset([name]))

    def view(self, node: Node, tail: str) -> Node:
        """An array seen in another way: `node` with this indexing or attribute behind it."""
        return self._intern((Hole(node, ATOM), tail), hint=node.hint, view=node.view)

    def number(self, text: str) -> Node:
        """A Python number, or the name of one."""
        binding = MUL if text.startswith("-") else ATOM
        return self._intern((text,), binding=binding, python=True, leaf=True)

    def call(self, function: str, *arguments: Node, hint: str = "t", tail: str = "") -> Node:
        """A call; a function whose name begins with `_` is a helper that the module then has."""
        if function.startswith("_"):
            self.helpers.add(function)
        parts: list[Part | Node] = [f"{function}("]
        for position, argument in enumerate(arguments):
            parts += [", ", argument] if position else [argument]
        return self.node(*parts, f"{tail})", hint=hint, into="call" * _takes_out(function))

    def _intern(
        self,
        parts: Iterable[Part | Node],
        *,
        binding: int = ATOM,
        python: bool = False,
        hint: str = "t",
        leaf: bool = False,
        view: bool = False,
        reads: frozenset[str] = frozenset(),
        into: str = "",
    ) -> Node:
        holes = tuple(Hole(p, COMPARE) if isinstance(p, Node) else p for p in parts)
        key = tuple((id(p.node), p.binding) if isinstance(p, Hole) else p for p in holes)
        if key not in self._known:
            for part in holes:
                if isinstance(part, Hole):
                    reads |= part.node.reads
            self._known[key] = Node(holes, binding, python, hint, leaf, view, reads, into)
        return self._known[key]


@cache
def _takes_out(function: str) -> bool:
    """Whether a function writes into an array that it is given as `out=`."""
    if function.startswith("_"):
        return "out" in inspect.signature(helper(function)).parameters
    module, _, name = function.partition(".")
    return module == "special" or isinstance(getattr(np, name, None), np.ufunc)


def write(
    outputs: Sequence[Node], taken: Iterable[str], targets: Sequence[str]
) -> tuple[list[str], list[str]]:
    """The lines that compute these nodes, and the source of each node after them.

    What is used twice, and what makes a line long, gets a name that none of `taken` is. Where
    that is possible an output is written into its target, if that is not empty.
    """
    uses, final = _count(outputs), {id(o) for o in outputs}
    names: dict[int, str] = {}
    texts: dict[int, str] = {}
    used = set(taken)
    lines: list[str] = []

    def shown(part: Part) -> str:
        if isinstance(part, str):
            return part
        text = names.get(id(part.node)) or texts[id(part.node)]
        loose = id(part.node) not in names and part.node.binding < part.binding
        return f"({text})" if loose else text

    for node in _in_order(outputs):
        text = "".join(shown(p) for p in node.parts)
        texts[id(node)] = text
        long = len(text) > _LONG and id(node) not in final
        if not node.leaf and (uses[id(node)] > 1 or long):
            names[id(node)] = name = _unused(node.hint, used)
            used.add(name)
            lines.append(f"{name} = {text}")

    def written(node: Node, target: str) -> str:
        if id(node) in names or not node.into or node.python or not target:
            return names.get(id(node)) or texts[id(node)]
        if node.into == "call":
            return f"{texts[id(node)][:-1]}, out={target})"
        operands = [names.get(id(c)) or texts[id(c)] for c in node.children]
        return f"{node.into}({', '.join(operands)}, out={target})"

    return lines, [written(o, t) for o, t in zip(outputs, targets, strict=True)]


def _in_order(outputs: Sequence[Node]) -> list[Node]:
    """Every node after the nodes that it needs."""
    done: dict[int, Node] = {}
    todo: list[tuple[Node, bool]] = [(o, False) for o in reversed(outputs)]
    while todo:
        node, ready = todo.pop()
        if id(node) in done:
            continue
        if ready:
            done[id(node)] = node
        else:
            todo.append((node, True))
            todo += [(c, False) for c in reversed(node.children)]
    return list(done.values())


def _count(outputs: Sequence[Node]) -> dict[int, int]:
    uses: dict[int, int] = {}
    for node in [*outputs, *(c for n in _in_order(outputs) for c in n.children)]:
        uses[id(node)] = uses.get(id(node), 0) + 1
    return uses


def _unused(hint: str, used: set[str]) -> str:
    if hint not in used:
        return hint
    number = 2
    while f"{hint}{number}" in used:
        number += 1
    return f"{hint}{number}"

"""The syntax tree: what is written, with what is undecided left undecided.

`a(b + c)` is a `Term` of two items (application or product is decided later), `y_i` a
`Script`, and a sum's reach stays open: `Big` is an item like any other in its term.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, dataclass_transform, overload

_T = TypeVar("_T")
_N = TypeVar("_N", bound="Node")


@dataclass_transform(frozen_default=True)
def node(kind: type[_T]) -> type[_T]:
    """A frozen dataclass, as the type checker sees it; refusing at run time takes half the time."""
    return dataclass(unsafe_hash=True)(kind)


class _Kept(Generic[_T]):
    """What a node works out when it is first asked; `functools` would take a lock each time."""

    def __init__(self, work: Callable[[Any], _T]) -> None:
        self.work = work
        self.__doc__ = work.__doc__

    @overload
    def __get__(self, node: None, kind: type) -> _Kept[_T]: ...
    @overload
    def __get__(self, node: Node, kind: type) -> _T: ...
    def __get__(self, node: Node | None, kind: type) -> _Kept[_T] | _T:
        if node is None:
            return self
        found = self.work(node)
        setattr(node, self.work.__name__, found)
        return found


@node
class Node:
    """A piece of the source, from `start` to `end`."""

    start: int
    end: int

    @_Kept
    def children(self) -> tuple[Node, ...]:
        """The nodes directly inside, in source order of their fields."""
        found: list[Node] = []
        # A look at its dictionary would make one for each node.
        contents: tuple[str, ...] = self.__match_args__[2:]
        for name in contents:
            value = getattr(self, name)
            if isinstance(value, Node):
                found.append(value)
            elif isinstance(value, tuple):
                for item in value:
                    if isinstance(item, Node):
                        found.append(item)
                    elif isinstance(item, tuple):
                        found += [x for x in item if isinstance(x, Node)]
        return tuple(found)

    @_Kept
    def nodes(self) -> tuple[Node, ...]:
        """The node and everything in it, outermost first; worked out once, as all ask for it."""
        found: list[Node] = [self]
        for child in self.children:
            found += child.nodes
        return tuple(found)

    @_Kept
    def _by_kind(self) -> dict[type[Node], list[Node]]:
        table: dict[type[Node], list[Node]] = {}
        for node in self.nodes:
            table.setdefault(type(node), []).append(node)
        return table

    def of(self, kind: type[_N]) -> Sequence[_N]:
        """Those of its `nodes` that are of this kind."""
        return self._by_kind.get(kind, ())  # type: ignore[return-value]


class _Leaf(Node):
    """A node with none inside."""

    @_Kept
    def children(self) -> tuple[Node, ...]:
        return ()

    @_Kept
    def nodes(self) -> tuple[Node, ...]:
        return (self,)


@node
class Number(_Leaf):
    text: str


@node
class Name(_Leaf):
    """A letter or word in its canonical spelling (`alpha`, `hat y`, `loss`).

    `upright` says that it was set upright or by \\operatorname: a word rather than letters.
    """

    text: str
    upright: bool = False


@node
class Constant(_Leaf):
    """π or ∞."""

    text: str


@node
class Function(_Leaf):
    """A word such as `log` that takes an argument, with or without brackets."""

    text: str


@node
class Big(_Leaf):
    """Σ or Π; its limits are the scripts on it."""

    kind: str


@node
class Integral(_Leaf):
    """∫; its limits are the scripts on it, and a differential ends what it reaches over."""


@node
class Matrix(Node):
    """Rows of entries in brackets (`kind` is that of the environment)."""

    rows: tuple[tuple[Node, ...], ...]
    kind: str


@node
class Differential(_Leaf):
    """∂, or an upright d."""

    text: str


@node
class Script(Node):
    """Something with a subscript, a superscript or primes."""

    base: Node
    sub: Node | None = None
    sup: Node | None = None
    primes: int = 0


@node
class Group(Node):
    """Something in delimiters: `(`, `[`, `\\{` or the invisible `{`."""

    body: Node
    delimiter: str


@node
class Bars(Node):
    """|x| or ‖x‖."""

    body: Node
    double: bool


@node
class Evaluation(Node):
    """\\left. expression \\right|_{x = 0}"""

    body: Node
    point: Node


@node
class Fraction(Node):
    numerator: Node
    denominator: Node


@node
class Root(Node):
    body: Node
    degree: Node | None


@node
class Binomial(Node):
    upper: Node
    lower: Node


@node
class Postfix(Node):
    """A factorial or a percentage."""

    body: Node
    text: str


@node
class Cases(Node):
    """Rows of a value and its condition (`None`: otherwise)."""

    rows: tuple[tuple[Node, Node | None], ...]


@node
class Text(_Leaf):
    """Words inside a formula."""

    words: str


@node
class Dots(_Leaf):
    """An ellipsis."""


@node
class Term(Node):
    """Factors side by side; `ops[k]` stands before item k: nothing, `*` or `/`."""

    items: tuple[Node, ...]
    ops: tuple[str, ...]


@node
class Addition(Node):
    """Terms with their signs, `+` or `-`."""

    terms: tuple[Node, ...]
    signs: tuple[str, ...]


@node
class Chain(Node):
    """Parts with a relation before each but the first; a chain may begin with a relation."""

    parts: tuple[Node | None, ...]
    relations: tuple[str, ...]


@node
class Condition(Node):
    """What a formula says beside another: under what that holds (`x > 0`, `for i = 1, ..., n`)."""

    body: Listing


@node
class Listing(Node):
    """Things separated by `,`, `;`, `|` or `||`."""

    items: tuple[Node, ...]
    separators: tuple[str, ...]

    @_Kept
    def _by_kind(self) -> dict[type[Node], list[Node]]:
        """That of a formula, from those of its chains, which are asked as well."""
        table: dict[type[Node], list[Node]] = {Listing: [self]}
        for item in self.items:
            for kind, nodes in item._by_kind.items():
                table.setdefault(kind, []).extend(nodes)
        return table


_WRAPPERS = frozenset({Group, Term, Addition, Chain, Listing})


def bare(node: Node) -> Node:
    """Without invisible braces and one-item wrappers."""
    while type(node) in _WRAPPERS:
        if isinstance(node, Group):
            inner = node.body if node.delimiter == "{" else None
        elif isinstance(node, Term):
            inner = node.items[0] if len(node.items) == 1 else None
        elif isinstance(node, Addition):
            inner = node.terms[0] if node.signs == ("+",) else None
        elif isinstance(node, Chain):
            inner = None if node.relations else node.parts[0]
        else:
            assert isinstance(node, Listing)
            inner = node.items[0] if len(node.items) == 1 else None
        if inner is None:
            break
        node = inner
    return node


def unscripted(node: Node) -> Node:
    """What scripts stand on, if any do."""
    return node.base if isinstance(node, Script) else node


def argument_group(node: Node) -> Group | None:
    """The bracket `(...)` or `[...]`, with or without scripts, that may hold arguments."""
    group = node.base if isinstance(node, Script) else node
    return group if isinstance(group, Group) and group.delimiter in ("(", "[") else None


def arguments(group: Group) -> tuple[Node, ...]:
    """What stands in a bracket, comma by comma."""
    return group.body.items if isinstance(group.body, Listing) else (group.body,)

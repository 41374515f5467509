"""The syntax tree: what is written, with what is undecided left undecided.

`a(b + c)` is a `Term` of two items (application or product is decided later), `y_i` a
`Script`, and a sum's reach stays open: `Big` is an item like any other in its term.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Node:
    """A piece of the source, from `start` to `end`."""

    start: int
    end: int

    @cached_property
    def children(self) -> tuple[Node, ...]:
        """The nodes directly inside, in source order of their fields."""
        found: list[Node] = []
        for value in list(vars(self).values()):
            if isinstance(value, Node):
                found.append(value)
            elif isinstance(value, tuple):
                for item in value:
                    if isinstance(item, Node):
                        found.append(item)
                    elif isinstance(item, tuple):
                        found += [x for x in item if isinstance(x, Node)]
        return tuple(found)

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The node and everything in it, outermost first; worked out once, as all ask for it."""
        found: list[Node] = [self]
        for child in self.children:
            found += child.nodes
        return tuple(found)


@dataclass(frozen=True)
class Number(Node):
    text: str


@dataclass(frozen=True)
class Name(Node):
    """A letter or word in its canonical spelling (`alpha`, `hat y`, `loss`).

    `upright` says that it was set upright or by \\operatorname: a word rather than letters.
    """

    text: str
    upright: bool = False


@dataclass(frozen=True)
class Constant(Node):
    """π or ∞."""

    text: str


@dataclass(frozen=True)
class Function(Node):
    """A word such as `log` that takes an argument, with or without brackets."""

    text: str


@dataclass(frozen=True)
class Big(Node):
    """Σ or Π; its limits are the scripts on it."""

    kind: str


@dataclass(frozen=True)
class Integral(Node):
    """∫; its limits are the scripts on it, and a differential ends what it reaches over."""


@dataclass(frozen=True)
class Matrix(Node):
    """Rows of entries in brackets (`kind` is that of the environment)."""

    rows: tuple[tuple[Node, ...], ...]
    kind: str


@dataclass(frozen=True)
class Differential(Node):
    """∂, or an upright d."""

    text: str


@dataclass(frozen=True)
class Script(Node):
    """Something with a subscript, a superscript or primes."""

    base: Node
    sub: Node | None = None
    sup: Node | None = None
    primes: int = 0


@dataclass(frozen=True)
class Group(Node):
    """Something in delimiters: `(`, `[`, `\\{` or the invisible `{`."""

    body: Node
    delimiter: str


@dataclass(frozen=True)
class Bars(Node):
    """|x| or ‖x‖."""

    body: Node
    double: bool


@dataclass(frozen=True)
class Evaluation(Node):
    """\\left. expression \\right|_{x = 0}"""

    body: Node
    point: Node


@dataclass(frozen=True)
class Fraction(Node):
    numerator: Node
    denominator: Node


@dataclass(frozen=True)
class Root(Node):
    body: Node
    degree: Node | None


@dataclass(frozen=True)
class Binomial(Node):
    upper: Node
    lower: Node


@dataclass(frozen=True)
class Postfix(Node):
    """A factorial or a percentage."""

    body: Node
    text: str


@dataclass(frozen=True)
class Cases(Node):
    """Rows of a value and its condition (`None`: otherwise)."""

    rows: tuple[tuple[Node, Node | None], ...]


@dataclass(frozen=True)
class Text(Node):
    """Words inside a formula."""

    words: str


@dataclass(frozen=True)
class Dots(Node):
    """An ellipsis."""


@dataclass(frozen=True)
class Term(Node):
    """Factors side by side; `ops[k]` stands before item k: nothing, `*` or `/`."""

    items: tuple[Node, ...]
    ops: tuple[str, ...]


@dataclass(frozen=True)
class Addition(Node):
    """Terms with their signs, `+` or `-`."""

    terms: tuple[Node, ...]
    signs: tuple[str, ...]


@dataclass(frozen=True)
class Chain(Node):
    """Parts with a relation before each but the first; a chain may begin with a relation."""

    parts: tuple[Node | None, ...]
    relations: tuple[str, ...]


@dataclass(frozen=True)
class Condition(Node):
    """What a formula says beside another: under what that holds (`x > 0`, `for i = 1, ..., n`)."""

    body: Listing


@dataclass(frozen=True)
class Listing(Node):
    """Things separated by `,`, `;`, `|` or `||`."""

    items: tuple[Node, ...]
    separators: tuple[str, ...]


def bare(node: Node) -> Node:
    """Without invisible braces and one-item wrappers."""
    while True:
        if isinstance(node, Group) and node.delimiter == "{":
            node = node.body
        elif (isinstance(node, Term) and len(node.items) == 1) or (
            isinstance(node, Addition) and len(node.terms) == 1 and node.signs == ("+",)
        ):
            node = node.items[0] if isinstance(node, Term) else node.terms[0]
        elif (isinstance(node, Chain) and not node.relations) or (
            isinstance(node, Listing) and len(node.items) == 1
        ):
            inner = node.parts[0] if isinstance(node, Chain) else node.items[0]
            assert inner is not None
            node = inner
        else:
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

"""What a left side names: a symbol, a member of a family, a function's application."""

from __future__ import annotations

from dataclasses import dataclass, replace

from derive.latex import syntax as s
from derive.latex.roles import Roles, index_parts, label_text
from derive.latex.shared import is_deviation, squared_name

_NO_ROLES = Roles()


@dataclass(frozen=True)
class Head:
    """A left side that is a name: `z`, `z_1`, `a_i`, `f(x)`, `P(0)`.

    `name` is the letter or word; `kind` tells symbols, members and applications apart; `key`
    is equal for left sides that a new definition would replace: `a_i` and `a_j` have one key,
    `z_1` and `z_2` have two. `indices` are the index letters, with where they stand.
    """

    name: str
    kind: str
    key: str
    indices: tuple[str, ...] = ()


def head_of(node: s.Node) -> Head | None:
    """What a left side introduces, if it is a name with or without indices or arguments."""
    node = s.bare(node)
    if isinstance(node, s.Name):
        return Head(node.text, "symbol", node.text)
    if isinstance(node, s.Script):
        return _scripted(node)
    if isinstance(node, s.Term) and len(node.items) > 1 and is_logarithm(node.items[0]):
        # ln L = ... gives L its meaning.
        rest = s.Term(node.items[1].start, node.end, node.items[1:], ("", *node.ops[2:]))
        return head_of(rest) if not any(node.ops) else None
    if isinstance(node, s.Term) and len(node.items) == 2 and not node.ops[1]:
        inner, group = node.items
        if isinstance(group, s.Group) and group.delimiter in ("(", "["):
            return _applied(inner, group)
    return None


def is_logarithm(node: s.Node) -> bool:
    """Whether a node is the word ln or log."""
    return isinstance(node, s.Function) and node.text in ("log", "ln")


def _scripted(node: s.Script) -> Head | None:
    base = s.bare(node.base)
    if isinstance(base, s.Term) and node.sub is not None and node.sup is None:
        applied = head_of(base)
        letters = index_parts(node.sub, _NO_ROLES)
        if applied is None or letters is None:
            return None
        indices = tuple(x.text for x in letters if isinstance(x, s.Name))
        return Head(applied.name, "call", f"{applied.key}_{len(letters)}", indices)
    if not isinstance(base, s.Name) or node.primes:
        return None
    raised = s.bare(node.sup) if node.sup is not None else None
    squared = squared_name(node)
    if squared is not None and is_deviation(squared):
        inner = _scripted(replace(node, sup=None)) if node.sub is not None else None
        kind, key = ("symbol", squared) if inner is None else (inner.kind, inner.key)
        return Head(squared, kind, f"{key}^2", () if inner is None else inner.indices)
    if raised is not None and not (isinstance(raised, s.Group) and raised.delimiter in ("(", "[")):
        return None
    parts: list[s.Node] = []
    for piece in (node.sub, raised.body if isinstance(raised, s.Group) else None):
        if piece is None:
            continue
        found = index_parts(piece, _NO_ROLES)
        if found is None:
            label = label_text(piece)
            return (
                None
                if label is None
                else Head(f"{base.text}_{label}", "symbol", f"{base.text}_{label}")
            )
        parts += found
    return _member(base.text, parts)


def _member(name: str, parts: list[s.Node]) -> Head:
    letters = tuple(p.text for p in parts if isinstance(p, s.Name))
    marks = ["." if isinstance(p, s.Name) else getattr(p, "text", "?") for p in parts]
    return Head(name, "member", f"{name}_{','.join(marks)}", letters)


def _applied(inner: s.Node, group: s.Group) -> Head | None:
    named = head_of(inner)
    if named is None:
        return None
    body = group.body
    arguments = body.items if isinstance(body, s.Listing) else (body,)
    if group.delimiter == "[":
        return _member(named.name, [s.bare(a) for a in arguments])
    if not all(_is_parameter(a) for a in map(s.bare, arguments)):
        return None
    marks = [a.text if isinstance(a, s.Number) else "." for a in map(s.bare, arguments)]
    return Head(named.key if named.kind == "symbol" else named.name, "call",
                f"{named.key}({','.join(marks)})")  # fmt: skip


def _is_parameter(node: s.Node) -> bool:
    """What a definition may apply its name to: a name, a number, f(x), a condition on names."""
    if isinstance(node, s.Term):
        return len(node.items) == 2 and isinstance(node.items[1], s.Group)
    return not isinstance(node, s.Addition | s.Fraction)

r"""One name for one thing: dz, Δw, layers (`a^{[l]}`, `w^l_{jk}`); dL/dz is a derivative.

These need one formula alone; what a name means is not asked here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache
from typing import Any, TypeVar

from derive.latex import syntax as s
from derive.latex.roles import is_transposition

_LAYERED = frozenset(
    {"a", "z", "w", "W", "b", "A", "Z", "B", "h", "H", "x", "o", "u", "v", "s"}
    | {"delta", "nabla", "theta", "Theta", "net"}
)
_HEADS = frozenset({"Q", "K", "V", "O"})
_PREFIXES = ("d", "Delta")
_LAYERS = frozenset({"l", "L", "ell"})
_N = TypeVar("_N", bound=s.Node)


def mapped(node: _N, function: Callable[[s.Node], s.Node]) -> _N:
    """The node with its children mapped; the node itself where nothing changes."""

    def value(x: Any) -> Any:
        if isinstance(x, tuple):
            return tuple(value(y) for y in x)
        return function(x) if isinstance(x, s.Node) else x

    changed = {}
    kind: Any = type(node)
    for name in _field_names(kind):
        old = getattr(node, name)
        new = value(old)
        if new is not old and new != old:
            changed[name] = new
    return replace(node, **changed) if changed else node


@cache
def _field_names(kind: type[s.Node]) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind))


def respelled(tree: s.Listing) -> s.Listing:
    """The tree with names that are written in several pieces as one."""
    tree = mapped(tree, _without_home)
    prefixed = any(name.text in _PREFIXES for name in tree.of(s.Name))
    if not prefixed and not any(map(_may_change, tree.of(s.Script))):
        return tree
    tree = _without_primed_indices(tree)
    alone = {name for name in _PREFIXES if _stands_alone(tree, name)}

    def rewrite(node: s.Node) -> s.Node:
        if isinstance(node, s.Fraction) and is_derivative(node):
            return mapped(node, _layered_below)
        node = mapped(node, rewrite)
        if isinstance(node, s.Term):
            return _joined(node, alone)
        return _layered(node)

    result = rewrite(tree)
    assert isinstance(result, s.Listing)
    return result


def _without_home(item: s.Node) -> s.Node:
    r"""`a = b \in \mathbb{R}^n` without where the value lives, of which nothing is made."""
    if not isinstance(item, s.Chain) or item.relations[-1:] != ("in",) or "=" not in item.relations:
        return item
    last = item.parts[-2]
    return replace(item, parts=item.parts[:-1], relations=item.relations[:-1],
                   end=item.end if last is None else last.end)  # fmt: skip


def _without_primed_indices(tree: s.Listing) -> s.Listing:
    r"""The k' of \sum_{k'} as a letter that the formula does not use."""
    primed: dict[str, str] = {}
    names = {x.text for x in tree.nodes if isinstance(x, s.Name)}
    for node in tree.nodes:
        if isinstance(node, s.Script) and isinstance(node.base, s.Big) and node.sub is not None:
            for inner in node.sub.nodes:
                if isinstance(inner, s.Script) and inner.primes and isinstance(inner.base, s.Name):
                    free = [x for x in "lmpqruvjk" if x not in names | set(primed.values())]
                    primed.setdefault(inner.base.text, free[0])
    if not primed:
        return tree

    def rewrite(node: s.Node) -> s.Node:
        letter = (
            node.base.text if isinstance(node, s.Script) and isinstance(node.base, s.Name) else ""
        )
        if isinstance(node, s.Script) and node.primes == 1 and letter in primed and not node.sub:
            return s.Name(node.start, node.end, primed[letter])
        return mapped(node, rewrite)

    return mapped(tree, rewrite)


def _layered_below(node: s.Node) -> s.Node:
    return _layered(mapped(node, _layered_below))


def _may_change(node: s.Script) -> bool:
    if isinstance(node.base, s.Big):
        return any(isinstance(x, s.Script) and x.primes for x in (node.sub or node).nodes)
    if not isinstance(node.base, s.Name) or node.sup is None:
        return False
    return layer_of(node.base.text, node.sup)[0] is not None


# -- layers ---------------------------------------------------------------------------------------


def _layered(node: s.Node) -> s.Node:
    r"""`a^{[l]}_i` as the member i of a family `a^[l]`; indices in `a^{[l](i)}` stay above."""
    if not isinstance(node, s.Script) or not isinstance(node.base, s.Name) or node.sup is None:
        return node
    label, rest = layer_of(node.base.text, node.sup)
    if label is None:
        return node
    base = replace(node.base, text=f"{node.base.text}^{label}")
    if node.sub is None and rest is None and not node.primes:
        return replace(base, end=node.end)
    return replace(node, base=base, sup=rest)


def layer_of(letter: str, sup: s.Node) -> tuple[str | None, s.Node | None]:
    """The layer that a superscript names, and what else stands there."""
    plain = s.bare(sup)
    pieces = plain.items if isinstance(plain, s.Term) and not any(plain.ops) else (plain,)
    first = pieces[0]
    if not isinstance(first, s.Group):
        text = _layer_text(plain)
        if letter.split(" ")[-1] == "W" and isinstance(plain, s.Name) and plain.text in _HEADS:
            return plain.text, None
        network = letter.split(" ")[-1] in _LAYERED
        return (text, None) if text is not None and network else (None, None)
    inside = _label(s.bare(first.body))
    if inside is None or first.delimiter not in ("[", "("):
        return None, None
    if first.delimiter == "(" and _layer_text(s.bare(first.body)) is None:
        return None, None
    label = f"[{inside}]" if first.delimiter == "[" else f"({inside})"
    if len(pieces) == 1:
        return label, None
    rest = pieces[1]
    indexed = isinstance(rest, s.Group) and rest.delimiter == "("
    if len(pieces) == 2 and (indexed or is_transposition(rest)):
        return label, rest
    return None, None


def _layer_text(node: s.Node) -> str | None:
    """`l`, `L` or `l-1` as a layer's label."""
    letters = [x.text for x in node.nodes if isinstance(x, s.Name)]
    return _label(node) if len(letters) == 1 and letters[0] in _LAYERS else None


def _label(node: s.Node) -> str | None:
    """A letter or number, with a number added or taken away."""
    if isinstance(node, s.Name | s.Number):
        return node.text
    if isinstance(node, s.Addition) and node.signs[0] == "+" and len(node.terms) == 2:
        parts = [_label(s.bare(t)) for t in node.terms]
        if parts[0] is not None and parts[1] is not None:
            return f"{parts[0]}{node.signs[1]}{parts[1]}"
    return None


# -- d and Δ --------------------------------------------------------------------------------------


def _joined(term: s.Term, alone: set[str]) -> s.Node:
    """dL/dz as a fraction; `dz` and `Δw` as one name each."""
    items, ops = list(term.items), list(term.ops)
    k = 0
    while k + 1 < len(items):
        if "d" not in alone and _is_quotient(items, ops, k):
            above, below = _pair(*items[k : k + 2]), _pair(*items[k + 2 : k + 4])
            items[k : k + 4] = [s.Fraction(above.start, below.end, above, below)]
            del ops[k + 1 : k + 4]
        elif ops[k + 1] == "":
            name = _prefixed(items[k], items[k + 1], alone)
            integrated = any(isinstance(s.unscripted(x), s.Integral) for x in items[:k])
            if name is not None and not integrated:
                items[k : k + 2] = [name]
                del ops[k + 1]
        k += 1
    if len(items) == len(term.items):
        return term
    return items[0] if len(items) == 1 else replace(term, items=tuple(items), ops=tuple(ops))


def _pair(first: s.Node, second: s.Node) -> s.Term:
    return s.Term(first.start, second.end, (first, second), ("", ""))


def _is_quotient(items: list[s.Node], ops: list[str], k: int) -> bool:
    """d L / d z on one line."""
    if k + 3 >= len(items) or [*ops[k + 1 : k + 4]] != ["", "/", ""]:
        return False
    pairs = ((items[k], items[k + 1]), (items[k + 2], items[k + 3]))
    return all(_adjacent(d, x) and _is_letter(d, "d") and _is_name(x) for d, x in pairs)


def _prefixed(first: s.Node, second: s.Node, alone: set[str]) -> s.Node | None:
    """The name that `d` or `Δ` makes with the letter after it."""
    prefix = first.text if isinstance(first, s.Name) else ""
    if prefix not in _PREFIXES or prefix in alone or not _is_name(second):
        return None
    if prefix == "d" and not _adjacent(first, second):
        return None
    letter = s.unscripted(second)
    assert isinstance(letter, s.Name)
    base = s.Name(first.start, letter.end, f"{prefix} {letter.text}")
    if isinstance(second, s.Script):
        return replace(second, start=first.start, base=base)
    return base


def _stands_alone(tree: s.Node, letter: str) -> bool:
    """Whether a letter is also a value of its own, so that it is a factor elsewhere too."""
    paired: set[int] = set()
    for node in tree.nodes:
        if isinstance(node, s.Term):
            for k, (first, second) in enumerate(zip(node.items, node.items[1:], strict=False)):
                if node.ops[k + 1] == "" and _is_name(second):
                    paired.add(first.start)
        elif isinstance(node, s.Fraction) and is_derivative(node):
            paired |= {x.start for x in (node.numerator.nodes + node.denominator.nodes)}
    return any(_is_letter(x, letter) and x.start not in paired for x in tree.nodes)


def is_derivative(node: s.Fraction) -> bool:
    """Whether a fraction is a derivative: d or ∂ begins above and below."""
    return all(_begins_with_d(x) for x in (node.numerator, node.denominator))


def _begins_with_d(node: s.Node) -> bool:
    plain = s.bare(node)
    first = s.bare(s.unscripted(plain.items[0] if isinstance(plain, s.Term) else plain))
    return isinstance(first, s.Differential) or _is_letter(first, "d")


def _is_letter(node: s.Node, letter: str) -> bool:
    return isinstance(node, s.Name) and node.text == letter


def _is_name(node: s.Node) -> bool:
    letter = s.unscripted(node)
    return isinstance(letter, s.Name) and letter.text not in ("d", "e") and not letter.upright


def _adjacent(first: s.Node, second: s.Node) -> bool:
    return first.end == second.start

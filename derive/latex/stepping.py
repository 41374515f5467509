r"""Values that follow each other: the c_t and c_{t-1} of `c_t = f c_{t-1} + i g` are two values.

A family that is defined by its own earlier members is no sum of anything: at each step the
member before is a number like any other. So the members by the step t become names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from derive.latex import syntax as s
from derive.latex.roles import bound_letters
from derive.latex.spelling import mapped


def with_steps_named(
    trees: Sequence[s.Listing], taken: Iterable[str]
) -> tuple[list[s.Listing], tuple[str, ...]]:
    """The formulas with `c_t` and `c_{t-1}` as names, and what to say of it; `taken` stay."""
    letters = {x for tree in trees for x in _stepping(tree)}
    for tree in trees:
        for node in tree.nodes:
            if isinstance(node, s.Script) and isinstance(node.base, s.Big) and node.sub is not None:
                letters -= bound_letters(node.sub)
            elif isinstance(node, s.Script) and node.sub is not None:
                letters -= _among_others(node.sub)
    letters -= set(taken)
    if not letters:
        return list(trees), ()

    def rewrite(node: s.Node) -> s.Node:
        named = isinstance(node, s.Script) and isinstance(node.base, s.Name)
        if named and isinstance(node, s.Script) and node.sub is not None:
            place = _place(node.sub)
            if place is not None and place[0] in letters:
                return _named(mapped(node, rewrite), place)
        return mapped(node, rewrite)

    notes = tuple(f"the values at {x} and at the steps beside it read as values of their own"
                  for x in sorted(letters))  # fmt: skip
    return [mapped(tree, rewrite) for tree in trees], notes


def _named(node: s.Node, place: tuple[str, int]) -> s.Node:
    assert isinstance(node, s.Script)
    assert isinstance(node.base, s.Name)
    letter, offset = place
    label = f"{letter}{offset:+d}" if offset else letter
    base = replace(node.base, text=f"{node.base.text}_{label}", end=node.end)
    if node.sup is None and not node.primes:
        return base
    return replace(node, base=base, sub=None)


def _stepping(tree: s.Listing) -> Iterator[str]:
    """The letters t of definitions such as `c_t = f c_{t-1} + ...`."""
    for chain in tree.items:
        if not isinstance(chain, s.Chain) or chain.relations[:1] != ("=",):
            continue
        head = chain.parts[0]
        plain = None if head is None else s.bare(head)
        if not isinstance(plain, s.Script) or not isinstance(plain.base, s.Name):
            continue
        place = None if plain.sub is None else _place(plain.sub)
        if place is None:
            continue
        for part in chain.parts[1:]:
            for node in part.nodes if part is not None else ():
                same = isinstance(node, s.Script) and node.base.nodes[0] == replace(
                    plain.base, start=node.base.start, end=node.base.end
                )
                other = (
                    _place(node.sub) if same and isinstance(node, s.Script) and node.sub else None
                )
                if other is not None and other[0] == place[0] and other[1] != place[1]:
                    yield place[0]


def _place(sub: s.Node) -> tuple[str, int] | None:
    """The letter and the offset of a subscript such as t, t-1 or t+1."""
    plain = s.bare(sub)
    if isinstance(plain, s.Name):
        return (plain.text, 0) if len(plain.text) == 1 else None
    if (
        not isinstance(plain, s.Addition)
        or len(plain.terms) != 2
        or plain.signs[0] not in ("", "+")
    ):
        return None
    letter, number = (s.bare(x) for x in plain.terms)
    if not isinstance(letter, s.Name) or not isinstance(number, s.Number):
        return None
    if len(letter.text) != 1 or not number.text.isdigit():
        return None
    return letter.text, int(number.text) * (-1 if plain.signs[1] == "-" else 1)


def _among_others(sub: s.Node) -> set[str]:
    """The letters of a subscript with several indices, or with more than a step in it."""
    if _place(sub) is not None:
        return set()
    return {x.text for x in sub.nodes if isinstance(x, s.Name)}

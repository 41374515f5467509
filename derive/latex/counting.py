"""Members counted from 0: Σ_{i=0}^{n-1} x_i is the sum over all of x, here x_1 to x_n."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.latex import syntax as s
from derive.latex.roles import Roles, index_parts
from derive.latex.spelling import mapped

_NO_ROLES = Roles()


def counted_from_one(trees: Sequence[s.Listing]) -> tuple[list[s.Listing], tuple[str, ...]]:
    """The formulas with every family that a sum from 0 runs over counted from 1.

    Where the sums from 0 say no more than "all of them", they run from 1 afterwards; otherwise
    they stay, and the members' indices go up by one.
    """
    sums = [found for tree in trees for found in _sums(tree)]
    moved = {f for x in sums if x.low == "0" for f in x.reaching}
    if not moved or any(x.bracketed & moved for x in sums):
        return list(trees), ()
    own = [x for x in sums if x.families & moved]
    plain = all(x.low == "0" and x.plain and not x.counts for x in own)
    letters = {x.letter for x in own} if plain else set()
    going_up = {x.letter for x in own} - letters
    going_up |= {y.text for x in own for y in x.limit if isinstance(y, s.Name)}
    used = [x.text for tree in trees for x in tree.nodes if isinstance(x, s.Name)]

    def rewrite(node: s.Node) -> s.Node:
        node = mapped(node, rewrite)
        if not isinstance(node, s.Script) or node.sub is None:
            return node
        if isinstance(node.base, s.Big):
            return _over_all(node, letters, used)
        if isinstance(node.base, s.Name) and node.base.text in moved:
            return replace(node, sub=_later(node.sub, going_up))
        return node

    named = ", ".join(sorted(moved))
    return [mapped(tree, rewrite) for tree in trees], (f"{named} read as counted from 1",)


class _Sum:
    """A sum with a lower limit: its letter, what that indexes, and whether it counts too.

    `reaching` are the families that it runs over from the limit on, as x_k and not x_{t-k}.
    """

    def __init__(self, letter: str, low: str, high: s.Node | None, body: Sequence[s.Node]) -> None:
        self.letter = letter
        self.low = low
        self.limit = () if high is None else high.nodes
        self.families: set[str] = set()
        self.reaching: set[str] = set()
        self.bracketed: set[str] = set()
        self.plain = True
        indices: set[int] = set()
        nodes = [x for item in body for x in item.nodes]
        for node in nodes:
            for name, index in _members(node):
                inside = [x for part in index for x in part.nodes]
                if letter in {x.text for x in inside if isinstance(x, s.Name)}:
                    self.families.add(name)
                    self.plain &= all(isinstance(x, s.Name) for x in index)
                    if any(isinstance(x, s.Name) and x.text == letter for x in index):
                        self.reaching.add(name)
                    if isinstance(node, s.Term) and not self.plain:
                        self.bracketed.add(name)
                    indices |= {x.start for x in inside}
        mine = [x for x in nodes if isinstance(x, s.Name) and x.text == letter]
        self.counts = any(x.start not in indices for x in mine)


def _members(node: s.Node) -> list[tuple[str, list[s.Node]]]:
    """The members that a node writes, x_i or x[i], with their indices."""
    if isinstance(node, s.Script) and isinstance(node.base, s.Name) and node.sub is not None:
        parts = index_parts(node.sub, _NO_ROLES) or []
        return [] if node.base.text == "delta" and len(parts) == 2 else [(node.base.text, parts)]
    found = []
    if isinstance(node, s.Term):
        for head, group in zip(node.items, node.items[1:], strict=False):
            name = s.unscripted(head)
            closed = isinstance(group, s.Group) and group.delimiter == "["
            if closed and isinstance(group, s.Group) and isinstance(name, s.Name):
                found.append((name.text, [s.bare(group.body)]))
    return found


def _sums(tree: s.Listing) -> list[_Sum]:
    found = []
    for node in tree.of(s.Term) if tree.of(s.Big) else ():
        for k, item in enumerate(node.items):
            if isinstance(item, s.Script) and isinstance(item.base, s.Big) and item.sub is not None:
                chain = s.bare(item.sub)
                if not isinstance(chain, s.Chain) or chain.relations != ("=",):
                    continue
                letter, low = (s.bare(p) for p in chain.parts if p is not None)
                if isinstance(letter, s.Name) and isinstance(low, s.Number):
                    found.append(_Sum(letter.text, low.text, item.sup, node.items[k + 1 :]))
    return found


def _over_all(node: s.Script, letters: set[str], used: Sequence[str]) -> s.Script:
    """Σ_{i=0}^{n-1} as Σ_{i=1}^{n}; a last index that is used for nothing else needs no name."""
    chain = s.bare(node.sub) if node.sub is not None else None
    if not isinstance(chain, s.Chain) or len(chain.parts) != 2:
        return node
    letter, low = (None if p is None else s.bare(p) for p in chain.parts)
    if not isinstance(letter, s.Name) or letter.text not in letters:
        return node
    if not isinstance(low, s.Number) or low.text != "0":
        return node
    if node.sup is None:
        return replace(node, sub=letter)
    high = s.bare(node.sup)
    if isinstance(high, s.Name) and used.count(high.text) == 1:
        return replace(node, sub=letter, sup=None)
    below = replace(chain, parts=(letter, replace(low, text="1")))
    return replace(node, sub=below, sup=_plus_one(high))


def _later(sub: s.Node, going_up: set[str]) -> s.Node:
    """An index as it is when counting from 1: numbers, and these letters, go up."""
    plain = s.bare(sub)
    if isinstance(plain, s.Listing):
        return replace(plain, items=tuple(_later(item, going_up) for item in plain.items))
    names = {x.text for x in plain.nodes if isinstance(x, s.Name)}
    if isinstance(plain, s.Number) or (names & going_up and _is_sum_of_names(plain)):
        return _plus_one(plain)
    return sub


def _is_sum_of_names(node: s.Node) -> bool:
    """Whether an index is k, k + 1 or t − k: in several letters such as ij, one would go up."""
    terms = node.terms if isinstance(node, s.Addition) else (node,)
    return all(isinstance(s.bare(x), s.Name | s.Number) for x in terms)


def _plus_one(node: s.Node) -> s.Node:
    if isinstance(node, s.Number) and node.text.isdigit():
        return replace(node, text=str(int(node.text) + 1))
    if isinstance(node, s.Addition) and len(node.terms) == 2 and node.signs == ("+", "-"):
        last = s.bare(node.terms[1])
        if isinstance(last, s.Number) and last.text == "1":
            return node.terms[0]
    one = s.Number(node.start, node.end, "1")
    return s.Addition(node.start, node.end, (node, one), ("+", "+"))

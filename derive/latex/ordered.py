r"""Sums over ordered indices: `\sum_{i < j}` as Σ_j Σ_{i=1}^{j-1}, or up to a j that is given."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from derive.latex import syntax as s
from derive.latex.reach import used_letters
from derive.latex.roles import Roles
from derive.latex.spelling import mapped

_NO_ROLES = Roles()
_ORDERS = {"<": 1, "<=": 0}
_MIRROR = {">": "<", ">=": "<="}


def with_ordered_sums(tree: s.Listing) -> s.Listing:
    """The formula with every such sum written with limits."""
    if not any(_pair(node) for node in tree.nodes):
        return tree

    def in_item(item: s.Node) -> s.Node:
        given = used_letters(_without_pairs(item), _NO_ROLES)

        def rewrite(node: s.Node) -> s.Node:
            node = mapped(node, rewrite)
            if not isinstance(node, s.Term):
                return node
            items: list[s.Node] = []
            ops: list[str] = []
            for op, inner in zip(node.ops, node.items, strict=True):
                sums = _with_limits(inner, given)
                items += sums
                ops += [op, *[""] * (len(sums) - 1)]
            return s.Term(node.start, node.end, tuple(items), tuple(ops))

        return rewrite(item)

    return s.Listing(tree.start, tree.end, tuple(map(in_item, tree.items)), tree.separators)


def _pair(node: s.Node) -> tuple[s.Name, str, s.Name, s.Node | None] | None:
    """The smaller letter, the relation, the larger one and its limit, below a big operator."""
    if not isinstance(node, s.Script) or not isinstance(node.base, s.Big) or node.sub is None:
        return None
    chain = s.bare(node.sub)
    if not isinstance(chain, s.Chain) or None in chain.parts:
        return None
    parts = [s.bare(p) for p in chain.parts if p is not None]
    relations, limit = list(chain.relations), node.sup
    if relations[0] in _MIRROR:
        parts, relations = parts[::-1], [_MIRROR.get(r, "") for r in relations[::-1]]
    first = parts[0]
    if len(parts) == 4 and isinstance(first, s.Number) and first.text == "1" and limit is None:
        # 1 ≤ i < j ≤ n
        if relations[0] != "<=" or relations[2] != "<=":
            return None
        limit, parts, relations = parts[3], parts[1:3], relations[1:2]
    if len(parts) != 2 or relations[0] not in _ORDERS:
        return None
    small, large = parts
    if not isinstance(small, s.Name) or not isinstance(large, s.Name):
        return None
    return small, relations[0], large, limit


def _without_pairs(node: s.Node) -> s.Node:
    """The formula without these sums, which shows the letters that they do not bind."""
    node = mapped(node, _without_pairs)
    if isinstance(node, s.Term):
        first = next((k for k, item in enumerate(node.items) if _pair(item)), None)
        if first is not None:
            one = s.Number(node.start, node.end, "1")
            return replace(node, items=(*node.items[:first], one), ops=node.ops[: first + 1])
    return node


def _with_limits(node: s.Node, given: Container[str]) -> list[s.Node]:
    """The sums that a sum over ordered indices stands for; the node itself if it is none."""
    found = _pair(node)
    if found is None:
        return [node]
    small, relation, large, limit = found
    apart = _ORDERS[relation]
    assert isinstance(node, s.Script)
    if small.text in given and large.text not in given:
        return [_sum(node, large, _moved(small, apart, "+"), limit)]
    inner = _sum(node, small, s.Number(small.start, small.end, "1"), _moved(large, apart, "-"))
    return [inner] if large.text in given else [_sum(node, large, None, limit), inner]


def _sum(node: s.Script, letter: s.Name, low: s.Node | None, high: s.Node | None) -> s.Node:
    if low is None and high is not None:
        low = s.Number(letter.start, letter.end, "1")
    below: s.Node = letter
    if low is not None:
        below = s.Chain(letter.start, letter.end, (letter, low), ("=",))
    return s.Script(node.start, node.end, node.base, below, high)


def _moved(letter: s.Name, by: int, sign: str) -> s.Node:
    if not by:
        return letter
    one = s.Number(letter.start, letter.end, str(by))
    return s.Addition(letter.start, letter.end, (letter, one), ("+", sign))

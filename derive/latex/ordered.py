r"""Sums over two indices: `\sum_{i < j}` as Σ_j Σ_{i=1}^{j-1}, or up to a j that is given.

`\sum_{i \neq j} x_i x_j` runs over both where nothing else has the j and the summand treats
them alike; in `\sum_{j \neq t} \max(0, s_j - s_t + 1)` the t is given.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace

from derive.latex import syntax as s
from derive.latex.notation import INDEX_LETTERS
from derive.latex.reach import used_letters
from derive.latex.roles import Roles, bound_letters
from derive.latex.spelling import mapped

_NO_ROLES = Roles()
_ORDERS = {"<": 1, "<=": 0}
_MIRROR = {">": "<", ">=": "<="}


def with_ordered_sums(tree: s.Listing) -> s.Listing:
    """The formula with every such sum written with limits."""
    if not any(_pair(node) or _apart(node) for node in tree.of(s.Script)):
        return tree

    def in_item(item: s.Node) -> s.Node:
        given = used_letters(_without_pairs(item), _NO_ROLES)
        return _rewritten(item, frozenset(given))

    return s.Listing(tree.start, tree.end, tuple(map(in_item, tree.items)), tree.separators)


def _rewritten(node: s.Node, given: frozenset[str]) -> s.Node:
    """A formula with these letters given, or bound by the sums around."""
    if not isinstance(node, s.Term):
        return mapped(node, lambda inner: _rewritten(inner, given))
    items: list[s.Node] = []
    ops: list[str] = []
    for k, (op, item) in enumerate(zip(node.ops, node.items, strict=True)):
        inner = _rewritten(item, given)
        sums = _with_limits(inner, given)
        apart = _apart(inner)
        if apart is not None and _is_of_pairs(apart, node.items[k + 1 :], given):
            sums = [_over(inner, apart[1]), inner]
        for x in sums:
            if isinstance(x, s.Script) and isinstance(x.base, s.Big) and x.sub is not None:
                given |= bound_letters(x.sub)
        items += sums
        ops += [op, *[""] * (len(sums) - 1)]
    return s.Term(node.start, node.end, tuple(items), tuple(ops))


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


def _apart(node: s.Node) -> tuple[s.Name, s.Name] | None:
    r"""The two letters of `\sum_{i \neq j}`."""
    if not isinstance(node, s.Script) or not isinstance(node.base, s.Big) or node.sub is None:
        return None
    chain = s.bare(node.sub)
    if not isinstance(chain, s.Chain) or chain.relations != ("!=",) or node.sup is not None:
        return None
    one, other = (None if p is None else s.bare(p) for p in chain.parts)
    if not isinstance(one, s.Name) or not isinstance(other, s.Name):
        return None
    return (one, other) if {one.text, other.text} <= INDEX_LETTERS else None


def _is_of_pairs(
    letters: tuple[s.Name, s.Name], body: Sequence[s.Node], given: Container[str]
) -> bool:
    """Whether nothing else has the second letter, and the summand treats the two alike."""
    one, other = (x.text for x in letters)
    turned = {one: other, other: one}
    alike = sorted(_key(x, {}) for x in body) == sorted(_key(x, turned) for x in body)
    both = any(isinstance(x, s.Script) and other in _key(x, {}) for y in body for x in y.nodes)
    return other not in given and alike and both


def _key(node: s.Node, turned: Mapping[str, str]) -> str:
    """A text that is equal for products in another order, with some letters for others."""
    node = s.bare(node)
    if isinstance(node, s.Name):
        letters = [turned.get(x, x) for x in node.text]
        indices = set(node.text) <= INDEX_LETTERS
        return "".join(sorted(letters)) if indices and len(letters) > 1 else turned.get(
            node.text, node.text
        )  # fmt: skip
    inside = [_key(x, turned) for x in node.children]
    if isinstance(node, s.Term) and set(node.ops) <= {"", "*"}:
        inside.sort()
    if isinstance(node, s.Addition):
        inside = sorted(map("".join, zip(node.signs, inside, strict=True)))
    return f"{type(node).__name__}{getattr(node, 'text', '')}({','.join(inside)})"


def _without_pairs(node: s.Node) -> s.Node:
    """The formula without these sums, which shows the letters that they do not bind."""
    node = mapped(node, _without_pairs)
    if isinstance(node, s.Term):
        marked = (k for k, item in enumerate(node.items) if _pair(item) or _apart(item))
        first = next(marked, None)
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


def _over(node: s.Node, letter: s.Name) -> s.Node:
    assert isinstance(node, s.Script)
    return _sum(node, letter, None, None)


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

r"""Names with a sign above or below: the s^+ and s^- of a pair are no positive parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.latex import syntax as s
from derive.latex.roles import sign_of
from derive.latex.spelling import mapped


def signed_names(trees: Sequence[s.Listing]) -> set[str]:
    """The letters of which s^+ and s^- are names: some letter has a minus, or others as s_j.

    Where the letter stands alone as well, x^+ and x^- are its positive and negative part.
    """
    signs: dict[str, set[str]] = {}
    indexed: set[str] = set()
    scripted: set[int] = set()
    scripts = [x for tree in trees for x in tree.of(s.Script)]
    if not any(sign_of(x.sup) or sign_of(x.sub) for x in scripts):
        return set()
    for node in scripts:
        if not isinstance(node.base, s.Name):
            continue
        sign = sign_of(node.sup) or sign_of(node.sub)
        if sign:
            signs.setdefault(node.base.text, set()).add(sign)
            scripted.add(id(node.base))
        elif node.sub is not None:
            indexed.add(node.base.text)
            scripted.add(id(node.base))
    alone = {x.text for tree in trees for x in tree.of(s.Name) if id(x) not in scripted}
    letters = signs.keys() - alone
    return letters if any("-" in signs[x] for x in letters) else letters & indexed


def with_signs(tree: s.Listing, names: set[str]) -> s.Listing:
    """The tree with s^+ and s^- as names of these letters."""

    def rewrite(node: s.Node) -> s.Node:
        node = mapped(node, rewrite)
        if not isinstance(node, s.Script) or not isinstance(node.base, s.Name):
            return node
        above, below = sign_of(node.sup), sign_of(node.sub)
        if node.base.text not in names or not (above or below):
            return node
        mark = f"^{above}" if above else f"_{below}"
        base = replace(node.base, text=node.base.text + mark, end=node.end)
        rest = replace(node, base=base, sup=None) if above else replace(node, base=base, sub=None)
        return rest if rest.sub or rest.sup or rest.primes else base

    return mapped(tree, rewrite)

r"""Names with a mark: the s^+ and s^- of a pair, the a^{(1)} and a^{(2)} of two layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from derive.latex import syntax as s
from derive.latex.roles import head_name, sign_of
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


# -- numbers --------------------------------------------------------------------------------------


def numbered_names(trees: Sequence[s.Listing]) -> set[str]:
    r"""The letters with nothing but numbers in brackets above: a^{(2)}_i is of the second layer.

    Beside x^{(i)}, the x^{(2)} is the second sample; f^{(2)}(x) is a derivative.
    """
    found: set[str] = set()
    others: set[str] = set()
    for node in (x for tree in trees for x in tree.of(s.Script)):
        if isinstance(node.base, s.Name) and (inside := _in_brackets(node.sup)) is not None:
            (found if isinstance(inside, s.Number) else others).add(node.base.text)
    applied = {head_name(s.unscripted(x)) for tree in trees for term in tree.of(s.Term)
               for x, y in pairwise(term.items) if s.argument_group(y) is not None}  # fmt: skip
    return found - others - applied


def _in_brackets(sup: s.Node | None) -> s.Node | None:
    raised = None if sup is None else s.bare(sup)
    if isinstance(raised, s.Group) and raised.delimiter == "(":
        return s.bare(raised.body)
    return None


def with_numbers(tree: s.Listing, names: set[str]) -> s.Listing:
    """The tree with a^{(2)} as a name for these letters."""

    def rewrite(node: s.Node) -> s.Node:
        node = mapped(node, rewrite)
        if not isinstance(node, s.Script) or not isinstance(node.base, s.Name):
            return node
        inside = _in_brackets(node.sup)
        if node.base.text not in names or not isinstance(inside, s.Number):
            return node
        base = replace(node.base, text=f"{node.base.text}^({inside.text})")
        rest = replace(node, base=base, sup=None)
        return rest if rest.sub or rest.primes else replace(base, end=node.end)

    return mapped(tree, rewrite)

r"""What several formulas together say of a name: σ² that is a value of its own, \mathbf{z} and z_i.

Formulas that are read together are respelt together, so that one thing has one name in all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from derive.latex import syntax as s
from derive.latex.marked import numbered_names, signed_names, with_numbers, with_signs
from derive.latex.notation import PROBABILITIES
from derive.latex.roles import Roles, head_name, index_parts, label_text
from derive.latex.spelling import is_derivative, mapped

_DEVIATIONS = frozenset({"sigma", "hat sigma", "s", "tau"})
_NO_ROLES = Roles()


def with_shared_names(
    trees: Sequence[s.Listing], taken: Iterable[str]
) -> tuple[list[s.Listing], tuple[str, ...]]:
    """The formulas with one name for one thing, and what to say of it; `taken` stay as they are."""
    known = set(taken)
    signed = signed_names(trees)
    trees = [with_signs(tree, signed) for tree in trees] if signed else trees
    numbered = numbered_names(trees)
    trees = [with_numbers(tree, numbered) for tree in trees] if numbered else trees
    squared = {x for tree in trees for x in _squared(tree)} - known
    plain = {x for x in _bold_vectors(trees) if x not in known}
    if not squared and not plain:
        return list(trees), ()

    def rewrite(node: s.Node) -> s.Node:
        if isinstance(node, s.Term) and squared:
            node = _with_heads_kept(node, rewrite)
        else:
            found = _square(node, squared)
            node = mapped(node, rewrite) if found is None else found
        if isinstance(node, s.Name) and node.text in plain:
            return replace(node, text=plain_name(node.text))
        return node

    notes = [f"{x}^2 read as a variable of its own" for x in sorted(squared)]
    notes += [f"{x} read as the vector of the {plain_name(x)}_i" for x in sorted(plain)]
    changed = [mapped(tree, rewrite) for tree in trees]
    return changed, tuple(notes)


# -- squares --------------------------------------------------------------------------------------


def squared_name(node: s.Node) -> str | None:
    r"""The name that is squared in `\sigma_B^2`, for the letters of standard deviations."""
    node = s.bare(node)
    raised = s.bare(node.sup) if isinstance(node, s.Script) and node.sup is not None else None
    if not isinstance(node, s.Script) or not isinstance(raised, s.Number) or raised.text != "2":
        return None
    return _name_of(node) if not node.primes else None


def is_deviation(name: str) -> bool:
    """Whether a name is one of a standard deviation, whose square is given as often as itself."""
    return name.partition("_")[0] in _DEVIATIONS


def _name_of(node: s.Node) -> str | None:
    base = s.unscripted(node)
    if not isinstance(base, s.Name):
        return None
    sub = node.sub if isinstance(node, s.Script) else None
    if sub is None or index_parts(sub, _NO_ROLES) is not None:
        return base.text
    label = label_text(sub)
    return None if label is None else f"{base.text}_{label}"


def _squared(tree: s.Listing) -> set[str]:
    """What is given a value, or differentiated by, as a square."""
    found: set[str | None] = set()
    for item in tree.items:
        if isinstance(item, s.Chain) and item.relations[:1] == ("=",) and item.parts[0] is not None:
            names = map(squared_name, (item.parts[0], *_arguments_of(item.parts[0])))
            found |= {name for name in names if name is not None and is_deviation(name)}
    for node in tree.of(s.Fraction):
        if is_derivative(node) and _is_first_order(node.numerator):
            below = s.bare(node.denominator)
            if isinstance(below, s.Term) and len(below.items) == 2:
                found.add(squared_name(below.items[1]))
    return {x for x in found if x is not None}


def _arguments_of(head: s.Node) -> tuple[s.Node, ...]:
    """What a left side such as ℓ(μ, σ²) is taken of; densities are left alone."""
    plain = s.bare(head)
    if isinstance(plain, s.Term) and (head_name(plain.items[0]) or "p") in PROBABILITIES:
        return ()
    group = plain.items[1] if isinstance(plain, s.Term) and len(plain.items) == 2 else None
    return s.arguments(group) if isinstance(group, s.Group) and group.delimiter == "(" else ()


def _is_first_order(numerator: s.Node) -> bool:
    plain = s.bare(numerator)
    first = plain.items[0] if isinstance(plain, s.Term) else plain
    return not isinstance(first, s.Script)


def _square(node: s.Node, squared: set[str]) -> s.Node | None:
    """A squared name as a name, and the name alone as its root."""
    if not isinstance(node, s.Name | s.Script) or not isinstance(s.unscripted(node), s.Name):
        return None
    name = _name_of(node)
    if name not in squared or (isinstance(node, s.Script) and node.primes):
        return None
    own = _square_name(node)
    if squared_name(node) is not None:
        return own
    root = s.Root(node.start, node.end, own, None)
    if isinstance(node, s.Script) and node.sup is not None:
        return s.Script(node.start, node.end, root, None, node.sup)
    return root


def _square_name(node: s.Node) -> s.Node:
    base = s.unscripted(node)
    assert isinstance(base, s.Name)
    sub = node.sub if isinstance(node, s.Script) else None
    if sub is not None and index_parts(sub, _NO_ROLES) is not None:
        return s.Script(node.start, node.end, replace(base, text=f"{base.text}^2"), sub)
    return s.Name(node.start, node.end, f"{_name_of(node)}^2")


def _with_heads_kept(node: s.Term, rewrite: Callable[[s.Node], s.Node]) -> s.Term:
    """A product with its factors rewritten, but the σ of σ(z), which is a function."""
    items = []
    for k, item in enumerate(node.items):
        follows = k + 1 < len(node.items) and node.ops[k + 1] == ""
        called = follows and s.argument_group(node.items[k + 1]) is not None
        is_head = called and isinstance(s.unscripted(item), s.Name)
        items.append(mapped(item, rewrite) if is_head else rewrite(item))
    return replace(node, items=tuple(items))


# -- bold letters ---------------------------------------------------------------------------------


def plain_name(name: str) -> str:
    r"""The name without its boldness: `hat bold y` is `hat y`."""
    return name.replace("bold ", "").replace("vec ", "")


def _bold_vectors(trees: Sequence[s.Listing]) -> set[str]:
    r"""Bold letters without an index whose plain letter has only members: \mathbf{z} and z_i."""
    if not any(_is_bold(name) for tree in trees for name in tree.of(s.Name)):
        return set()
    members: set[str] = set()
    alone: set[str] = set()
    bold: set[str] = set()
    for tree in trees:
        scripted: set[int] = set()
        for node in tree.of(s.Script):
            if isinstance(node.base, s.Name):
                parts = None if node.sub is None else index_parts(node.sub, _NO_ROLES)
                if parts is None:
                    continue
                scripted.add(node.base.start)
                if any(isinstance(p, s.Name) for p in parts):
                    members.add(node.base.text)
        for name in tree.of(s.Name):
            if name.start not in scripted:
                (bold if _is_bold(name) else alone).add(name.text)
    return {x for x in bold if plain_name(x) in members - alone and x not in members}


def _is_bold(name: s.Name) -> bool:
    return "bold " in name.text or "vec " in name.text

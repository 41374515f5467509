"""Which names are families, functions and indices: a survey of all formulas read together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import sympy as sp

from derive.latex import syntax as s
from derive.latex.notation import GREEK
from derive.terms import Context, free
from derive.terms.nodes import NamedFunction

INDEX_LETTERS = frozenset("ijklmnpqrstc")
"""A subscript of these letters is an index; other letters are one where a sum binds them."""

FUNCTION_LETTERS = frozenset({"f", "g", "h", "F", "G", "phi", "varphi", "psi"})
"""Letters whose application f(2z) is never a product."""

_LABELS = frozenset({"in", "it", "is", "st", "tr", "sp", "ml", "pi", "lr", "min", "sim", "mil"})


@dataclass
class Roles:
    """What the survey found. `ranks` has the families, by the number of their indices."""

    ranks: dict[str, int] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    functions: set[str] = field(default_factory=set)
    vector_functions: set[str] = field(default_factory=set)
    bound: set[str] = field(default_factory=set)
    sizes: set[str] = field(default_factory=set)
    objects: dict[str, sp.Expr] = field(default_factory=dict)
    families: dict[str, sp.IndexedBase] = field(default_factory=dict)
    arguments: dict[str, sp.Expr] = field(default_factory=dict)

    def is_index_letter(self, text: str) -> bool:
        return text in INDEX_LETTERS or text in self.bound


def walk(node: s.Node) -> Iterator[s.Node]:
    """The node and everything in it, outermost first."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(s.children(current)))


def index_parts(sub: s.Node, roles: Roles) -> list[s.Node] | None:
    """A subscript as a list of indices (`ij`, `i,j`, `i+1`, `2`), or None if it is a label."""
    sub = s.bare(sub)
    if isinstance(sub, s.Listing):
        found: list[s.Node] = []
        for item in sub.items:
            parts = index_parts(item, roles)
            if parts is None or len(parts) != 1 or sub.separators[0] not in (",", ";"):
                return None
            found += parts
        return found
    if isinstance(sub, s.Name) and len(sub.text) > 1 and sub.text not in GREEK:
        return None if sub.upright else _letters(sub, roles)
    if isinstance(sub, s.Name):
        return [sub] if roles.is_index_letter(sub.text) else None
    if isinstance(sub, s.Number):
        return [sub] if sub.text.isdigit() else None
    if isinstance(sub, s.Term) and set(sub.ops) == {""}:
        pieces = [index_parts(item, roles) for item in sub.items]
        return None if None in pieces else [x for p in pieces if p is not None for x in p]
    if isinstance(sub, s.Addition):
        pieces = [index_parts(t, roles) for t in sub.terms]
        return [sub] if all(p is not None and len(p) == 1 for p in pieces) else None
    return None


def _letters(name: s.Name, roles: Roles) -> list[s.Node] | None:
    """`ij` as two indices; a word such as `new`, `in` or `max` is a label."""
    letters = list(name.text)
    if len(letters) > 3 or not all(roles.is_index_letter(x) for x in letters):
        return None
    if name.text in _LABELS and not roles.bound.issuperset(letters):
        return None
    return [s.Name(name.start + k, name.start + k + 1, x) for k, x in enumerate(letters)]


def label_text(node: s.Node) -> str | None:
    """A subscript or superscript as the label that it is in a name: `new`, `KL`, `[l]`."""
    node = s.bare(node)
    if isinstance(node, s.Name | s.Number | s.Function):
        return node.text
    if isinstance(node, s.Text):
        return node.words
    if isinstance(node, s.Listing | s.Term | s.Script | s.Group):
        inside = [label_text(x) for x in s.children(node)]
        if None in inside:
            return None
        glue = "," if isinstance(node, s.Listing) else ""
        text = glue.join(x for x in inside if x is not None)
        if isinstance(node, s.Group):
            return node.delimiter + text + {"(": ")", "[": "]"}.get(node.delimiter, "")
        return text
    return None


def head_name(node: s.Node) -> str | None:
    """The name of a letter, or of a letter with a label that can only be one (`D_{KL}`)."""
    if isinstance(node, s.Name):
        return node.text
    if isinstance(node, s.Script) and isinstance(node.base, s.Name) and not node.primes:
        sub = label_text(node.sub) if node.sub is not None else ""
        if sub is None or node.sup is not None:
            return None
        return f"{node.base.text}_{sub}" if sub else node.base.text
    return None


def survey(trees: list[s.Listing], context: Context, known: frozenset[str]) -> Roles:
    """The roles of all names in these formulas and in the context; `known` are functions."""
    roles = Roles(known=known)
    _from_context(context, roles)
    for tree in trees:
        for node in walk(tree):
            if isinstance(node, s.Script) and isinstance(node.base, s.Big) and node.sub is not None:
                roles.bound |= bound_letters(node.sub)
                upper = s.bare(node.sup) if node.sup is not None else None
                if isinstance(upper, s.Name):
                    roles.sizes.add(upper.text)
    for tree in trees:
        for node in walk(tree):
            _survey_node(node, roles)
        for item in tree.items:
            if isinstance(item, s.Chain):
                _survey_heads(item, roles)
    for tree in trees:
        for node in walk(tree):
            if isinstance(node, s.Term):
                _survey_calls(node, roles)
    return roles


def bound_letters(sub: s.Node) -> set[str]:
    """The letters that a sum with this below it binds."""
    sub = s.bare(sub)
    if isinstance(sub, s.Listing):
        return set().union(*(bound_letters(item) for item in sub.items))
    if isinstance(sub, s.Chain):
        first = sub.parts[0]
        return bound_letters(first) if first is not None else set()
    if isinstance(sub, s.Name):
        if len(sub.text) > 1 and sub.text not in GREEK and not sub.upright:
            return set(sub.text)
        return {sub.text}
    return set()


def _survey_node(node: s.Node, roles: Roles) -> None:
    if not isinstance(node, s.Script) or not isinstance(node.base, s.Name):
        return
    if node.primes:
        roles.functions.add(node.base.text)
    count = len(raised_index(node, roles))
    if node.sub is not None:
        parts = index_parts(node.sub, roles)
        if parts is None or all(isinstance(p, s.Number) for p in parts):
            return
        count += len(parts)
    if count:
        roles.ranks.setdefault(node.base.text, count)


def raised_index(node: s.Script, roles: Roles) -> list[s.Node]:
    """The index in x^{(i)}: a sample's number in brackets above."""
    sup = s.bare(node.sup) if node.sup is not None else None
    if isinstance(sup, s.Group) and sup.delimiter == "(":
        return index_parts(sup.body, roles) or []
    return []


def _survey_heads(chain: s.Chain, roles: Roles) -> None:
    """`f(x) = ...`: what stands applied alone on a left side is a function."""
    head = chain.parts[0]
    if head is None or not chain.relations:
        return
    head = s.bare(head)
    if not isinstance(head, s.Term) or len(head.items) != 2 or head.ops[1]:
        return
    name, group = head_name(head.items[0]), head.items[1]
    if name is None or not isinstance(group, s.Group) or group.delimiter != "(":
        return
    arguments = group.body.items if isinstance(group.body, s.Listing) else (group.body,)
    plain = [s.bare(a) for a in arguments]
    if all(isinstance(a, s.Number) or _is_bound(a, roles) for a in plain):
        return
    roles.functions.add(name)
    if len(plain) == 1 and _ranges_over(plain[0], chain, roles):
        roles.vector_functions.add(name)


def _is_bound(node: s.Node, roles: Roles) -> bool:
    return isinstance(node, s.Name) and node.text in roles.bound


def _ranges_over(argument: s.Node, chain: s.Chain, roles: Roles) -> bool:
    """Whether φ(z_j) = ... uses members of z other than z_j: then φ takes the family z."""
    if not isinstance(argument, s.Script) or argument.sub is None:
        return False
    parts = index_parts(argument.sub, roles)
    if parts is None or not isinstance(argument.base, s.Name):
        return False
    for part in chain.parts[1:]:
        for node in walk(part) if part is not None else ():
            same = isinstance(node, s.Script) and head_base(node) == argument.base.text
            if same and isinstance(node, s.Script) and node.sub is not None:
                other = index_parts(node.sub, roles)
                if other is not None and _texts(other) != _texts(parts):
                    return True
    return False


def head_base(node: s.Script) -> str | None:
    """The letter that carries the scripts."""
    return node.base.text if isinstance(node.base, s.Name) else None


def _texts(parts: list[s.Node]) -> list[str]:
    return [p.text for p in parts if isinstance(p, s.Name | s.Number)]


def _survey_calls(term: s.Term, roles: Roles) -> None:
    """`P(i)`, `p(x_i)`, `a[i]`: families in function's clothes."""
    for head, following in zip(term.items, term.items[1:], strict=False):
        group = following.base if isinstance(following, s.Script) else following
        name = head_name(head)
        if name is None or not isinstance(group, s.Group) or group.delimiter not in ("(", "["):
            continue
        if group.delimiter == "(" and name in roles.functions | roles.known | FUNCTION_LETTERS:
            continue
        parts = call_indices(group, roles)
        if parts is not None and not all(isinstance(p, s.Number) for p in parts):
            roles.ranks.setdefault(name, len(parts))


def call_indices(group: s.Group, roles: Roles) -> list[s.Node] | None:
    """The indices in `(i)`, `(x_i)` or `[i]`, if that is what the brackets hold."""
    body = group.body
    items = body.items if isinstance(body, s.Listing) else (body,)
    found: list[s.Node] = []
    for item in items:
        plain = s.bare(item)
        if group.delimiter == "[":
            parts: list[s.Node] | None = (
                [plain] if isinstance(plain, s.Name) else index_parts(plain, roles)
            )
        elif _is_bound(plain, roles) or isinstance(plain, s.Number):
            parts = [plain]
        elif isinstance(plain, s.Script) and isinstance(plain.base, s.Name) and plain.sub:
            if plain.sup is not None or plain.primes:
                return None
            parts = index_parts(plain.sub, roles)
        else:
            return None
        if parts is None or len(parts) != 1:
            return None
        found += parts
    return found


def _from_context(context: Context, roles: Roles) -> None:
    """The symbols, families and functions that the context already has."""
    terms: list[sp.Basic] = []
    for group in context.definitions.values():
        for d in group:
            if isinstance(d.head, NamedFunction):
                roles.functions.add(d.name)
                roles.arguments[d.name] = d.params[0] if d.params else d.head
                if len(d.params) > 1 and isinstance(d.params[0], sp.IndexedBase):
                    roles.vector_functions.add(d.name)
            # A parameter's letter says nothing about that letter elsewhere.
            own = {p for p in d.params if isinstance(p, sp.Symbol)}
            for found in sorted((free(d.head) | free(d.body)) - own, key=str):
                _note_object(found, roles)
    for key in context.domains:
        terms.append(key)
    for h in context.hypotheses:
        terms += [h.statement.lhs, h.statement.rhs]
    for term in terms:
        for found in sorted(free(term), key=str):
            _note_object(found, roles)


def _note_object(found: sp.Basic, roles: Roles) -> None:
    if isinstance(found, sp.IndexedBase):
        name = str(found.label)
        roles.families.setdefault(name, found)
        roles.ranks.setdefault(name, len(found.shape or ()))
    elif isinstance(found, sp.Symbol):
        roles.objects.setdefault(found.name, found)

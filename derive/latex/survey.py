"""The survey of all formulas read together: which names are families, functions, indices."""

from __future__ import annotations

import sympy as sp

from derive.latex import syntax as s
from derive.latex.lookup import entries_by_name
from derive.latex.reach import implied_letter
from derive.latex.roles import (
    FUNCTION_LETTERS,
    Roles,
    bound_letters,
    call_indices,
    head_name,
    index_parts,
    is_bound,
    raised_index,
    walk,
)
from derive.terms import Context, free, shape_of
from derive.terms.nodes import NamedFunction


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
            if isinstance(node, s.Term):
                _survey_bare_sums(node, roles)
    for numbered in (False, True):
        for tree in trees:
            for item in tree.items:
                if isinstance(item, s.Chain):
                    _survey_heads(item, roles, numbered)
        for tree in trees:
            for node in walk(tree):
                if isinstance(node, s.Term):
                    _survey_calls(node, roles)
                    _survey_arguments(node, roles)
    return roles


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


def _survey_bare_sums(term: s.Term, roles: Roles) -> None:
    """A Σ without an index binds the one letter over which it can run."""
    for k, item in enumerate(term.items):
        base = item.base if isinstance(item, s.Script) else item
        if isinstance(base, s.Big) and (not isinstance(item, s.Script) or item.sub is None):
            letter = implied_letter(term.items[k + 1 :], roles)
            if letter is not None:
                roles.bound.add(letter)


def _survey_heads(chain: s.Chain, roles: Roles, numbered: bool) -> None:
    """`f(x) = ...`: what stands applied alone on a left side is a function.

    `P(0) = 0.9` says so only if P is not a family elsewhere (`numbered`: the second round).
    """
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
    counted = all(isinstance(a, s.Number) or is_bound(a, roles) for a in plain)
    if counted and (not numbered or name in roles.ranks):
        return
    roles.functions.add(name)
    if len(plain) == 1 and _ranges_over(plain[0], chain, roles):
        roles.vector_functions.add(name)


def _ranges_over(argument: s.Node, chain: s.Chain, roles: Roles) -> bool:
    """Whether φ(z_j) = ... uses members of z other than z_j: then φ takes the family z."""
    if not isinstance(argument, s.Script) or argument.sub is None:
        return False
    parts = index_parts(argument.sub, roles)
    if parts is None or not isinstance(argument.base, s.Name):
        return False
    for part in chain.parts[1:]:
        for node in walk(part) if part is not None else ():
            same = isinstance(node, s.Script) and _letter(node) == argument.base.text
            if same and isinstance(node, s.Script) and node.sub is not None:
                other = index_parts(node.sub, roles)
                if other is not None and _texts(other) != _texts(parts):
                    return True
    return False


def _letter(node: s.Script) -> str | None:
    return node.base.text if isinstance(node.base, s.Name) else None


def _survey_arguments(term: s.Term, roles: Roles) -> None:
    """The z of softmax(z) is a family because softmax takes one."""
    for head, following in zip(term.items, term.items[1:], strict=False):
        group = following.base if isinstance(following, s.Script) else following
        name = head_name(head)
        if name not in roles.known or not isinstance(group, s.Group) or group.delimiter != "(":
            continue
        arguments = group.body.items if isinstance(group.body, s.Listing) else (group.body,)
        entries = [e for e in entries_by_name()[name] if len(e.params) == len(arguments)]
        for k, argument in enumerate(arguments):
            ranks = {len(shape_of(e.params[k])) for e in entries}
            plain = s.bare(argument)
            if isinstance(plain, s.Name) and len(ranks) == 1 and plain.text not in roles.objects:
                rank = ranks.pop()
                if rank:
                    roles.ranks.setdefault(plain.text, rank)


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


def _from_context(context: Context, roles: Roles) -> None:
    """The symbols, families and functions that the context already has."""
    terms: list[sp.Basic] = []
    for group in context.definitions.values():
        for d in group:
            if isinstance(d.head, NamedFunction):
                roles.functions.add(d.name)
                roles.parameters[d.name] = d.params
                if len(d.params) > 1 and isinstance(d.params[0], sp.IndexedBase):
                    roles.vector_functions.add(d.name)
            # A parameter's letter says nothing about that letter elsewhere.
            own = {p for p in d.params if isinstance(p, sp.Symbol)}
            for found in sorted((free(d.head) | free(d.body)) - own, key=str):
                _note_object(found, roles)
    for key in context.domains:
        terms.append(key)
    for h in context.hypotheses:
        terms += h.terms
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

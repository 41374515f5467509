"""Names in terms: which are taken, a short one for an index, bound ones that give way."""

from __future__ import annotations

import sympy as sp

from derive.terms import bound_symbols, index, name_of, rebuild, rename_bound

_INDEX_NAMES = "qrstpklmuvijh"


def names_in(*terms: sp.Basic) -> set[str]:
    """Every symbol's and family's name in the terms, bound ones included."""
    names: set[str] = set()
    for term in terms:
        for node in sp.preorder_traversal(term):
            name = name_of(node)
            if name is not None:
                names.add(name)
            names |= {s.name for s in bound_symbols(node)}
    return names


def fresh_index(taken: set[str]) -> sp.Symbol:
    """An index with a short name that is not taken."""
    for name in _INDEX_NAMES:
        if name not in taken:
            return index(name)
    number = 1
    while f"q_{number}" in taken:
        number += 1
    return index(f"q_{number}")


def freshened(term: sp.Expr, taken: set[str]) -> sp.Expr:
    """The term with bound indices renamed where their names are taken by something else."""
    clashing = [
        s for node in sp.preorder_traversal(term) for s in bound_symbols(node) if s.name in taken
    ]
    if not clashing:
        return term
    return _freshened(term, taken, taken | names_in(term))


def _freshened(term: sp.Basic, taken: set[str], used: set[str]) -> sp.Expr:
    if isinstance(term, sp.IndexedBase) or not term.args:
        return term
    for symbol in bound_symbols(term):
        if symbol.name in taken:
            new = fresh_index(used)
            used = used | {new.name}
            term = rename_bound(term, symbol, new)
    args = tuple(_freshened(a, taken, used) for a in term.args)
    if args == term.args or isinstance(term, sp.Sum | sp.Product):
        return rebuild(term, args)
    return term.func(*args)

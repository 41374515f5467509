"""Bound indices named from the inside out, so that a part of a term is named as by itself.

`terms.canonical` counts from the outside: Σ_k e^(z_k) alone and inside another sum get other
names. Here a binder is named by how many are nested in it, so equal sums are equal anywhere.
"""

from __future__ import annotations

import sympy as sp

from derive.terms import bound_symbols, free, rebuild, substitute


def by_height(term: sp.Expr) -> sp.Expr:
    """The same term with every bound index called by the height of its binder."""
    return _named(_apart(term))[0]


def _apart(term: sp.Basic) -> sp.Basic:
    """The same term with no two binders' indices alike, so that new names capture nothing."""
    if isinstance(term, sp.IndexedBase) or not term.args:
        return term
    bound = bound_symbols(term)
    term = _renamed(term, {b: sp.Dummy(**b.assumptions0) for b in bound})
    return rebuild(term, tuple(_apart(a) for a in term.args))


def _named(term: sp.Basic) -> tuple[sp.Basic, int]:
    if isinstance(term, sp.IndexedBase) or not term.args:
        return term, 0
    parts = [_named(a) for a in term.args]
    height = max(h for _, h in parts)
    term = rebuild(term, tuple(t for t, _ in parts))
    bound = bound_symbols(term)
    if not bound:
        return term, height
    taken = {str(s) for s in free(term)}
    new = {}
    for place, b in enumerate(bound):
        name = f"_h{height + 1}_{place}"
        while name in taken:
            name += "_"
        new[b] = sp.Symbol(name, **b.assumptions0)
    return _renamed(term, new), height + 1


def _renamed(term: sp.Basic, new: dict[sp.Symbol, sp.Symbol]) -> sp.Basic:
    """A binder with its own indices renamed (not those of a binder inside that are alike)."""
    if not new:
        return term
    body, *limits = term.args
    named = (sp.Tuple(new[limit[0]], *limit[1:]) for limit in limits)
    return rebuild(term, (substitute(body, new), *named))

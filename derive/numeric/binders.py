"""Bound indices named from the inside out, so that a part of a term is named as by itself.

`terms.canonical` counts from the outside: Σ_k e^(z_k) alone and inside another sum get other
names. Here a binder is named by how many are nested in it, so equal sums are equal anywhere.
"""

from __future__ import annotations

import sympy as sp

from derive.terms import bound_symbols, rebuild, rename_bound


def by_height(term: sp.Expr) -> sp.Expr:
    """The same term with every bound index called by the height of its binder.

    No index may be bound twice, one inside the other (`terms.canonical` sees to that).
    """
    return _named(term)[0]


def _named(term: sp.Basic) -> tuple[sp.Basic, int]:
    if isinstance(term, sp.IndexedBase) or not term.args:
        return term, 0
    parts = [_named(a) for a in term.args]
    height = max(h for _, h in parts)
    term = rebuild(term, tuple(t for t, _ in parts))
    bound = bound_symbols(term)
    names = [f"_h{height + 1}_{place}" for place in range(len(bound))]
    if not bound or [b.name for b in bound] == names:
        return term, height + bool(bound)
    # By way of dummies, since one index may bear the name that another is to get.
    passing = [sp.Dummy(**b.assumptions0) for b in bound]
    for old, new in zip(bound, passing, strict=True):
        term = rename_bound(term, old, new)
    for old, name in zip(passing, names, strict=True):
        term = rename_bound(term, old, sp.Symbol(name, **old.assumptions0))
    return term, height + 1

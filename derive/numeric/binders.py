"""Bound indices named from the inside out, so that a part of a term is named as by itself.

`terms.canonical` counts from the outside: Σ_k e^(z_k) alone and inside another sum get other
names. Here a binder is named by how many are nested in it, so equal sums are equal anywhere.
"""

from __future__ import annotations

import sympy as sp

from derive.terms import bound_symbols, rebuild, substitute


def by_height(term: sp.Expr) -> sp.Expr:
    """The same term with every bound index called by the height of its binder."""
    return _named(term)[0]


def _named(term: sp.Basic) -> tuple[sp.Basic, int]:
    if isinstance(term, sp.IndexedBase) or not term.args:
        return term, 0
    parts = [_named(a) for a in term.args]
    height = max(h for _, h in parts)
    term = rebuild(term, tuple(t for t, _ in parts))
    bound = bound_symbols(term)
    if not bound:
        return term, height
    new = {
        b: sp.Symbol(f"_h{height + 1}_{place}", **b.assumptions0) for place, b in enumerate(bound)
    }
    if all(old == name for old, name in new.items()):
        return term, height + 1
    # Only free occurrences are renamed: a binder inside may have an index of the same name.
    body, *limits = term.args
    named = (sp.Tuple(new[limit[0]], *limit[1:]) for limit in limits)
    return rebuild(term, (substitute(body, new), *named)), height + 1

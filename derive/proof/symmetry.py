"""Symmetric matrices: what A_ij = A_ji for every i and j makes of a family."""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp

from derive.terms import Context, Partial, Statement, parts


def symmetric_families(
    facts: Iterable[Statement], terms: Iterable[sp.Expr], context: Context
) -> frozenset[sp.IndexedBase]:
    """The families without a definition that a fact makes symmetric.

    Not those by whose members a claim differentiates: there the members move apart.
    """
    moved = {v.base for t in terms for p in parts(t, Partial) for v in p.variables
             if isinstance(v, sp.Indexed)}  # fmt: skip
    found = {s.lhs.base for s in facts if s.relation == "=" and _turns(s.lhs, s.rhs)
             and context.definition_of(s.lhs) is None}  # fmt: skip
    return frozenset(found - moved)


def _turns(one: sp.Expr, other: sp.Expr) -> bool:
    """Whether two members are A_ij and A_ji, for any i and j."""
    if not (isinstance(one, sp.Indexed) and isinstance(other, sp.Indexed)):
        return False
    if one.base != other.base or len(one.indices) != 2:
        return False
    i, j = one.indices
    free = isinstance(i, sp.Symbol) and isinstance(j, sp.Symbol) and i != j
    return free and other.indices == (j, i) and not {i, j} & one.base.free_symbols

"""Names and looks of a line: bound indices that do not clash, e^a e^b instead of e^{a + b}."""

from __future__ import annotations

import sympy as sp

from derive.calculus.scope import fresh_index, names_in
from derive.terms import bound_symbols, rename_bound


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
    return term if args == term.args else term.func(*args)


def split_exponentials(term: sp.Expr) -> sp.Expr:
    """The term with e^{z_i + z_j} as e^{z_i} e^{z_j} (SymPy joins them), members only."""
    if isinstance(term, sp.IndexedBase | sp.Indexed) or not term.args:
        return term
    args = tuple(split_exponentials(a) for a in term.args)
    if isinstance(term, sp.exp) and isinstance(args[0], sp.Add):
        if all(a.atoms(sp.Indexed) for a in args[0].args):
            return sp.Mul(*(sp.exp(a) for a in args[0].args), evaluate=False)
        return term
    if args == term.args:
        return term
    if isinstance(term, sp.Mul):
        flat = [f for a in args for f in (a.args if isinstance(a, sp.Mul) else (a,))]
        return sp.Mul(*flat, evaluate=False)
    if isinstance(term, sp.Add):
        return sp.Add(*args, evaluate=False)
    return term.func(*args)

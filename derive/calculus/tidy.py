"""The look of a line: e^a e^b instead of e^{a + b}."""

from __future__ import annotations

import sympy as sp


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

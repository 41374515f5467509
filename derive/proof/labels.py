"""Names such as x_N and x_a beside the members x_i: they may be members, or names of their own."""

from __future__ import annotations

import sympy as sp

from derive.errors import UnsupportedError
from derive.proof.influence import reached_symbols
from derive.terms import Context, Partial, Statement, name_of, parts

_GREEK = ("alpha", "beta", "gamma", "kappa", "lambda", "mu", "nu", "rho", "tau")
"""Greek letters that count as often as they label."""


def perhaps_members(statement: Statement, context: Context) -> list[str]:
    """The names in what a claim is made of that may be members of its families.

    A word below a name, and a number, make a name of its own; so does a definition. δ with two
    letters may be Kronecker's.
    """
    symbols = reached_symbols((statement.lhs, statement.rhs), context)
    ranks = {str(x.label): len(x.shape or ()) for x in symbols if isinstance(x, sp.IndexedBase)}
    found = []
    for x in symbols:
        stem, _, label = str(x).partition("_")
        plain = isinstance(x, sp.Symbol) and str(x) not in context.definitions
        letters = len(label) - sum(len(g) - 1 for g in _GREEK if g in label)
        counts = ranks.get(stem, 2 if stem == "delta" else None)
        if plain and label.isalpha() and letters == counts:
            found.append(str(x))
    return sorted(found)


def refuse_slopes(statement: Statement, names: list[str]) -> None:
    """Raise `UnsupportedError` for a derivative by such a name, or of it."""
    for side in (statement.lhs, statement.rhs):
        for p in parts(side, Partial):
            said = [str(name_of(x)) for x in (p.expr, *p.variables)]
            mixed = [name for name in names if name in said]
            if mixed:
                stem = mixed[0].partition("_")[0]
                raise UnsupportedError(f"{mixed[0]} may be a member of {stem}, or not")

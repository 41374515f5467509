"""Steps that give new names to the coefficients of what stands before them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sympy as sp

from derive.latex import name_to_latex
from derive.latex.writer import latex
from derive.terms import Statement, free, map_terms, name_of
from derive.verdicts.verdict import StepVerdict


def numbered_members_as_letters(statement: Statement) -> Statement:
    """A statement in which w_3 is a letter of its own."""

    def letter(node: sp.Expr) -> sp.Expr:
        numbered = isinstance(node, sp.Indexed) and all(i.is_Integer for i in node.indices)
        if not numbered:
            return node
        return sp.Symbol(f"{node.base.label}_{','.join(map(str, node.indices))}", real=True)

    sides = [map_terms(side, letter) for side in (statement.lhs, statement.rhs)]
    return Statement(sides[0], statement.relation, sides[1])


def naming_coefficients(
    verdict: StepVerdict, statement: Statement, fresh: list[sp.Basic]
) -> StepVerdict:
    """`(w_2 w_1) x + (w_2 b_1 + b_2) = w_3 x + b_3`: new names for what stands there."""
    said = ", ".join(str(name_of(s)) for s in fresh)
    unsure = replace(verdict, verdict="undecided", counterexample=None, suggestion=None,
                     reason=f"it is not said what {said} is")  # fmt: skip
    vectors = augmented(statement, fresh)
    if vectors is not None:
        reason, needed = vectors
        return replace(unsure, verdict="conditional", reason=reason, hypotheses=(needed,))
    symbols = [s for s in fresh if isinstance(s, sp.Symbol)]
    others = sorted(statement.rhs.free_symbols - set(symbols), key=str)
    plain = not any(side.has(sp.Indexed, sp.Function) for side in (statement.lhs, statement.rhs))
    if len(symbols) != len(fresh) or not plain or not others:
        return unsure
    try:
        gap = sp.Poly(sp.expand(statement.lhs - statement.rhs), *others)
        found = sp.solve(gap.coeffs(), symbols, dict=True)
    except (sp.PolynomialError, NotImplementedError):
        return unsure
    if len(found) != 1 or set(found[0]) != set(symbols):
        return unsure
    needs = tuple(f"{name_to_latex(str(s))} = {latex(found[0][s])}" for s in symbols)
    return replace(unsure, verdict="conditional", hypotheses=needs,
                   reason=f"it gives names to coefficients: {said}")  # fmt: skip


def augmented(statement: Statement, fresh: Sequence[sp.Basic]) -> tuple[str, str] | None:
    """`w_1 x_1 + … + b = \\theta^T x`: a new name for all coefficients, with x_0 = 1."""
    theta = [s for s in fresh if isinstance(s, sp.IndexedBase)]
    total = statement.rhs
    if len(theta) != 1 or not isinstance(total, sp.Sum):
        return None
    factors = sp.Mul.make_args(total.function)
    others = [m.base for m in factors if isinstance(m, sp.Indexed) and m.base != theta[0]]
    if len(factors) != 2 or len(others) != 1 or not _is_linear(statement.lhs, others[0]):
        return None
    x = latex(others[0])
    return (
        f"it gives one name to all coefficients: {theta[0].label}",
        rf"{x} \text{{ has an entry that is }} 1,\ {latex(theta[0])} \text{{ all coefficients}}",
    )


def _is_linear(term: sp.Expr, base: sp.IndexedBase) -> bool:
    """Whether a term is a sum of multiples of a family's members and of what is free of it."""
    if base not in free(term):
        return True
    if isinstance(term, sp.Add):
        return all(_is_linear(a, base) for a in term.args)
    if isinstance(term, sp.Sum):
        return _is_linear(term.function, base)
    if isinstance(term, sp.Mul):
        carrying = [f for f in term.args if base in free(f)]
        return len(carrying) == 1 and _is_linear(carrying[0], base)
    return isinstance(term, sp.Indexed)

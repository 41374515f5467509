"""A claim with one more hypothesis, and what a search for one looks at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from derive.latex import name_to_latex
from derive.terms import Context, NamedFunction, Statement, parts


def unchanged(term: sp.Expr) -> sp.Expr:
    """The change that no change is."""
    return term


@dataclass(frozen=True)
class Attempt:
    """A statement in a context with one more hypothesis: its label (LaTeX) and it in words.

    `change` is what the hypothesis does to terms, if it is put into them (n = 1).
    """

    statement: Statement
    context: Context
    label: str
    words: str
    change: Callable[[sp.Expr], sp.Expr] = unchanged


def terms_of(statement: Statement, context: Context) -> list[sp.Expr]:
    """The sides, what the context defines, and what the catalogue's names in them stand for."""
    bodies = [d.body for group in context.definitions.values() for d in group]
    terms = [statement.lhs, statement.rhs, *bodies]
    applications = {f for t in terms for f in parts(t, NamedFunction)}
    for application in sorted(applications, key=str):
        definition = context.library.get(type(application).__name__)
        if definition is not None and len(definition.params) == len(application.args):
            terms.append(definition.unfold(*application.args))
    return terms


def base_name(base: sp.IndexedBase) -> str:
    """A family's letter in LaTeX."""
    return name_to_latex(str(base.label))

"""What the catalogue says of names: of the p and q of a divergence, of `L_1(x)` for an error x."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import sympy as sp

from derive.functions import Entry, catalogue
from derive.latex import Formula
from derive.latex.lookup import entries_by_name, is_private
from derive.terms import Context, Definition, NamedFunction, Partial, parts, shape_of


def with_losses_of_errors(context: Context, formula: Formula) -> Context:
    """The context with what the catalogue says of names that the document does not define.

    A loss of two values that hangs on their difference only may be applied to the difference.
    """
    sides = [t for s in formula.steps for t in (s.statement.lhs, s.statement.rhs)]
    used = {(f, f.args[0]) for t in sides for f in parts(t, NamedFunction) if len(f.args) == 1}
    used |= {(p.expr, p.variables[0]) for t in sides for p in parts(t, Partial)
             if isinstance(p.expr, sp.Symbol)}  # fmt: skip
    for f, error in sorted(used, key=str):
        name = type(f).__name__ if isinstance(f, NamedFunction) else str(f)
        entry = _of_errors().get(_plain(name))
        known = name in context.definitions or name in context.library
        if entry is not None and not known and isinstance(error, sp.Symbol):
            prediction, target = entry.params
            body = entry.formula.xreplace({prediction - target: error})
            told = replace(Definition.of(f, body), source=f"catalogue: {entry.name}")
            context = context.define(told)
    return context


@cache
def _of_errors() -> dict[str, Entry]:
    """The losses of a difference, by their names without marks."""
    found: dict[str, Entry] = {}
    for entry in catalogue.values():
        if entry.family == "loss" and len(entry.params) == 2 and _is_of_difference(entry):
            for name in (entry.name, *entry.aliases):
                found.setdefault(_plain(name), entry)
    return found


def _is_of_difference(entry: Entry) -> bool:
    prediction, target = entry.params
    if shape_of(prediction) or shape_of(target):
        return False
    error = sp.Dummy()
    left = entry.formula.xreplace({prediction - target: error})
    return not left.free_symbols & {prediction, target}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def with_roles(context: Context, formula: Formula) -> Context:
    """The p and q of what is called a KL divergence are probabilities, as in the catalogue."""
    for step in formula.steps:
        head = step.statement.lhs
        if not isinstance(head, NamedFunction) or type(head).__name__ not in context.definitions:
            continue
        for entry in entries_by_name().get(type(head).__name__, ()):
            if len(entry.params) != len(head.args) or is_private(type(head).__name__):
                continue
            for formal, actual in zip(entry.params, head.args, strict=True):
                if isinstance(actual, sp.IndexedBase) and formal in entry.domains:
                    context = context.declare(actual, entry.domains[formal])
    return context

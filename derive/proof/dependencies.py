"""Names without a definition whose derivative a claim speaks of: ∂a_i/∂z says that a depends on z.

For proofs such a name keeps unknown slopes, and the chain rule runs through them. For numbers
an example stands in: a quadratic function of what it depends on, with coefficients that a
counterexample states like any other value.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp
from sympy.core.function import AppliedUndef

from derive.terms import (
    Context,
    Definition,
    Domain,
    NamedFunction,
    Partial,
    Statement,
    Vec,
    family,
    index,
    name_of,
    parts,
    real,
    shape_of,
    subterms,
    sum_of,
)


def with_dependencies(terms: tuple[sp.Expr, ...], context: Context) -> Context:
    """The context with what the derivatives in a claim and its definitions imply."""
    found: dict[sp.Expr, dict[sp.Expr, None]] = {}
    bodies = [d.body for group in context.definitions.values() for d in group]
    for term in (*terms, *bodies):
        for node in subterms(term):
            if isinstance(node, Partial):
                _collect(node, context, found)
    for subject, variables in found.items():
        # What is reached through another variable is no direct dependency.
        direct = [
            v
            for v in variables
            if not any(_reaches(w, v, found, context) for w in variables if w != v)
        ]
        if subject not in context.dependencies:
            context = context.depends(subject, *direct)
    return context


def _collect(node: Partial, context: Context, found: dict[sp.Expr, dict[sp.Expr, None]]) -> None:
    bare = node.expr
    if not isinstance(bare, sp.Symbol | sp.Indexed) or context.definition_of(bare) is not None:
        return
    for v in node.variables:
        if isinstance(v, sp.Symbol | sp.Indexed) and name_of(v) != name_of(bare):
            found.setdefault(_subject(bare), {})[_subject(v)] = None


def _subject(term: sp.Expr) -> sp.Expr:
    return term.base if isinstance(term, sp.Indexed) else term


def _reaches(
    start: sp.Expr, goal: sp.Expr, found: dict[sp.Expr, dict[sp.Expr, None]], context: Context
) -> bool:
    """Whether a name depends on another, by its definition or by what is implied."""
    seen: set[sp.Expr] = set()
    todo = [start]
    while todo:
        subject = todo.pop()
        if subject in seen:
            continue
        seen.add(subject)
        for d in context.definitions.get(str(name_of(subject)), ()):
            todo += parts(d.body, sp.Symbol, sp.IndexedBase)
        todo += found.get(subject, {})
    return goal in seen


def with_examples(context: Context, terms: Sequence[sp.Expr]) -> Context:
    """The context with an example of a function for every name that only depends.

    The same for functions of scalars without a definition: an activation f may be any.
    """
    nodes = {node for term in terms for node in subterms(term)}
    applications = {f for f in nodes if isinstance(f, NamedFunction | AppliedUndef)}
    for application in sorted(applications, key=str):
        plain = not any(isinstance(a, sp.IndexedBase | Vec) for a in application.args)
        if plain and context.definition_of(application) is None:
            context = context.define(_function(application))
    for subject, variables in context.dependencies.items():
        if str(name_of(subject)) not in context.definitions and variables:
            context = context.define(_example(subject, variables, context))
    return context


def undefined_functions(statement: Statement, context: Context) -> list[str]:
    """The names of functions in a statement that nothing gives a meaning."""
    found = {
        type(f).__name__
        for side in (statement.lhs, statement.rhs)
        for f in parts(side, NamedFunction, AppliedUndef)
        if context.definition_of(f) is None and type(f).__name__ not in ("max", "min")
    }
    return sorted(found)


def _function(application: sp.Expr) -> Definition:
    """f(t) = c + Σ (p_i t_i + q_i t_i² + r_i t_i³), with coefficients of its own."""
    name = type(application).__name__
    formals = [real(f"t_{name}{i + 1}") for i in range(len(application.args))]
    body: sp.Expr = real(f"{name}_at")
    for i, t in enumerate(formals):
        for power in (1, 2, 3):
            body += real(f"{name}_{i + 1}{power}") * t**power
    return Definition.of(application.func(*formals), body, "example")


def _example(subject: sp.Expr, variables: tuple[sp.Expr, ...], context: Context) -> Definition:
    """a_i = c_i + Σ (p_i v + q_i v²), within the domain that is declared."""
    name = str(name_of(subject))
    shape = shape_of(subject)
    own = tuple(index(f"{c}_{name}") for c in "ijkl"[: len(shape)])
    total = _coefficient(f"{name}_at", shape, own)
    for v in variables:
        inner = tuple(index(f"{c}_{name}") for c in "pqrs"[: len(shape_of(v))])
        value = v[inner] if inner else v
        for power in (1, 2):
            label = f"{name}_{name_of(v)}{power}"
            term = _coefficient(label, (*shape, *shape_of(v)), (*own, *inner)) * value**power
            for k, size in zip(inner, shape_of(v), strict=True):
                term = sum_of(term, (k, 1, size))
            total += term
    domain = context.domain_of(subject)
    if domain is Domain.POSITIVE:
        total = sp.exp(total)
    elif domain in (Domain.UNIT, Domain.PROBABILITY):
        total = 1 / (1 + sp.exp(-total))
    return Definition.of(subject[own] if own else subject, total, "example")


def _coefficient(name: str, shape: tuple[sp.Expr, ...], indices: tuple[sp.Expr, ...]) -> sp.Expr:
    return family(name, *shape)[indices] if shape else real(name)


def examples(context: Context) -> dict[str, str]:
    """The functions that stand in for unknown ones, and what equations were solved for."""
    return {
        str(d.head): str(d.body)
        for group in context.definitions.values()
        for d in group
        if d.source in ("example", "solution")
    }

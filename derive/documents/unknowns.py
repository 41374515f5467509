"""Names of which a document does not say what they are: what may be said of them all the same."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from derive.proof import prove
from derive.terms import (
    Context,
    Definition,
    Hypothesis,
    NamedFunction,
    Partial,
    Statement,
    free,
    map_terms,
    name_of,
    parts,
    substitute,
)


def are_connected(derivatives: Sequence[Partial], context: Context) -> bool:
    """Whether what is differentiated, if it is defined, depends on each variable.

    ∂a/∂z says of an a without a definition that it depends on z.
    """
    told = {name_of(p.expr): {name_of(v) for v in p.variables}
            for p in derivatives if not _is_defined(p.expr, context)}  # fmt: skip
    for p in derivatives:
        reached = _under_defined(p, context)
        reached |= {v for name in reached & set(told) for v in told[name]}
        defined = _is_defined(p.expr, context)
        if defined and not {name_of(v) for v in p.variables} <= reached:
            return False
    return True


def reached(terms: Sequence[sp.Expr], context: Context) -> set[str | None]:
    """The names that terms are made of, by the definitions of the names in them too."""
    todo = list(terms)
    found: set[str | None] = set()
    while todo:
        term = todo.pop()
        applied = {type(f).__name__ for f in parts(term, NamedFunction)}
        for name in {name_of(s) for s in free(term)} | applied:
            if name not in found:
                found.add(name)
                todo += [d.body for d in context.definitions.get(str(name), ())]
                todo += [s.rhs for s in _recurrences(context) if name_of(s.lhs) == name]
    return found


Bearing = tuple[tuple[Hypothesis, ...], frozenset[object], frozenset[object]]


def bearing(statement: Statement, context: Context) -> Bearing:
    """What of a context bears on a statement: hypotheses, domains, definitions that names lead to.

    Two contexts that are alike in it say the same of the statement.
    """
    spoken = [statement.lhs, statement.rhs, *(t for h in context.hypotheses for t in h.terms)]
    groups = (context.definitions.get(str(n), ()) for n in reached(spoken, context))
    told = frozenset((d.head, d.params, d.body) for group in groups for d in group)
    return context.hypotheses, frozenset(context.domains.items()), told


def unknown_under_derivative(statement: Statement, context: Context) -> list[str]:
    """The names without a definition whose derivative only one side knows of."""
    found: list[str] = []
    for here, there in ((statement.lhs, statement.rhs), (statement.rhs, statement.lhs)):
        for p in sorted(parts(here, Partial), key=str):
            unknown = not _is_defined(p.expr, context) and p.expr not in p.variables
            # What both sides speak of is a value like any other.
            told = _shared(p, there, context)
            if unknown and not told and name_of(p.expr) not in _under_defined(there, context):
                found.append(str(name_of(p.expr)))
            found += _undefined_inside(p, there, context)
    return found


def _shared(p: Partial, there: sp.Expr, context: Context) -> bool:
    """Whether the other side has the derivative too, or one that the chain rule leads to."""
    for q in parts(there, Partial):
        if q == p:
            return True
        if name_of(q.expr) == name_of(p.expr):
            ours, theirs = ({name_of(v) for v in d.variables} for d in (p, q))
            inner = reached(q.variables, context) >= ours
            if inner or reached(p.variables, context) >= theirs:
                return True
    return False


def _under_defined(term: sp.Expr, context: Context) -> set[str | None]:
    """The names that the defined values under a term's derivatives are made of."""
    values = [p.expr for p in parts(term, Partial) if _is_defined(p.expr, context)]
    return reached(values, context)


def _is_defined(term: sp.Expr, context: Context) -> bool:
    named = isinstance(term, sp.Symbol | sp.Indexed | NamedFunction)
    return not named or context.definition_of(term) is not None or _is_stepwise(term, context)


def _is_stepwise(term: sp.Expr, context: Context) -> bool:
    """Whether an equation gives the members of a family from others, as a recurrence does."""
    heads = (s.lhs for s in _recurrences(context))
    return isinstance(term, sp.Indexed) and any(h.base == term.base for h in heads)


def _recurrences(context: Context) -> list[Statement]:
    """The equations that are hypotheses and give members their values."""
    said = (h.statement for h in context.hypotheses)
    equations = (s for s in said if isinstance(s, Statement) and s.relation == "=")
    return [s for s in equations if isinstance(s.lhs, sp.Indexed)]


_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
SECONDS = 1.0


def holds_for_some(statement: Statement, context: Context) -> bool:
    """Whether an inequality between several letters holds at a point, though not at all.

    Nobody says of data and weights where they live; which values are meant is then not known.
    """
    opposite = _OPPOSITE.get(statement.relation)
    letters = free(statement.lhs) | free(statement.rhs)
    if opposite is None or len(letters) < 2:
        return False
    against = Statement(statement.lhs, opposite, statement.rhs)
    return prove(against, context, SECONDS).status == "refuted"


def _undefined_inside(p: Partial, there: sp.Expr, context: Context) -> list[str]:
    """The functions without a meaning in what is differentiated here, and not on the other side."""
    if not _is_defined(p.expr, context):
        return []
    known = {*context.definitions, *context.library}
    names = reached([p.expr], context) - {name_of(s) for s in free(p.expr)}
    applied = {type(f).__name__ for name in names for d in context.definitions.get(str(name), ())
               for f in parts(d.body, NamedFunction)}  # fmt: skip
    told = {type(q.expr).__name__ for q in parts(there, Partial)}
    return sorted(applied - known - told)


def with_values_beside_members(statement: Statement, context: Context) -> Statement:
    """p(x) beside the p(x_i) of a sum: a number of which no more is known, and so is q(x)."""
    sides = (statement.lhs, statement.rhs)
    if any(side.has(Partial) for side in sides):
        return statement
    applied: dict[str, set[NamedFunction]] = {}
    for f in (f for side in sides for f in parts(side, NamedFunction)):
        applied.setdefault(type(f).__name__, set()).add(f)
    values: dict[sp.Basic, sp.Expr] = {}
    for name, found in sorted(applied.items()):
        f = min(found, key=str)
        plain = all(isinstance(a, sp.Symbol | sp.IndexedBase) for a in f.args)
        known = context.definition_of(f) is not None or name in context.definitions
        if len(found) == 1 and plain and not known:
            values[f] = sp.Symbol(str(f), real=True)
    members = {str(b.label) for side in sides for b in parts(side, sp.IndexedBase)}
    if not members & {type(f).__name__ for f in values}:
        return statement
    left, right = (substitute(side, values) for side in sides)
    return Statement(left, statement.relation, right)


def with_values_named(statement: Statement, context: Context) -> tuple[Statement, Context]:
    """∂L/∂σ(z) of an L that is not known: σ(z) becomes a variable that is defined as σ(z)."""
    held = {
        v: None
        for side in (statement.lhs, statement.rhs)
        for partial_ in sorted(parts(side, Partial), key=str)
        for v in partial_.variables
        if isinstance(v, NamedFunction) and not _is_defined(partial_.expr, context)
    }
    for k, application in enumerate(held):
        name = sp.Symbol(f"{type(application).__name__}_value{k or ''}", real=True)

        def named(node: sp.Expr, a: sp.Expr = application, s: sp.Symbol = name) -> sp.Expr:
            return s if node == a else node

        sides = [map_terms(x, named) for x in (statement.lhs, statement.rhs)]
        statement = Statement(sides[0], statement.relation, sides[1])
        context = context.define(Definition.of(name, application))
    return statement, context

"""What moves a value that a recurrence gives: parameters, and what enters before its time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sympy as sp

from derive.errors import UnsupportedError
from derive.proof.stepping import Rule
from derive.terms import Context, NamedFunction, Partial, Statement, evaluated, free, name_of, parts


def reached_names(
    terms: Iterable[sp.Expr], context: Context, bodies: Mapping[str, Sequence[sp.Expr]]
) -> set[str]:
    """The names that terms are made of, by definitions and by these bodies of others too."""
    return set(_reached(terms, context, bodies)[0])


def reached_symbols(terms: Iterable[sp.Expr], context: Context) -> list[sp.Basic]:
    """The symbols and families that terms are made of, by definitions too."""
    return list(_reached(terms, context, {})[1])


def bodies_of(names: Iterable[str], context: Context) -> list[sp.Expr]:
    """The bodies of everything that defines these names."""
    return [d.body for name in names for d in context.definitions.get(name, ())]


def namesakes(statement: Statement, context: Context) -> list[str]:
    """The letters that stand for two things in what a claim and its hypotheses are made of.

    Such as the c of x_c, an index, beside the c of u = c, which may be any number.
    """
    said = [t for h in context.hypotheses for t in h.terms]
    symbols = _reached((statement.lhs, statement.rhs, *said), context, {})[1]
    letters = [str(x) for x in symbols if isinstance(x, sp.Symbol)]
    return sorted({x for x in letters if letters.count(x) > 1})


def refuse_siblings(statement: Statement, context: Context) -> None:
    """Raise `UnsupportedError` for ∂a/∂b where both are made of x, and a not by way of b.

    It is 0 to who takes b for a variable of its own, and (da/dx)/(db/dx) to who does not.
    """
    for side in (statement.lhs, statement.rhs):
        for p in parts(side, Partial):
            for v in p.variables:
                if all(context.definition_of(x) is not None for x in (p.expr, v)):
                    mine, theirs = (_reached([x], context, {}) for x in (p.expr, v))
                    shared = mine[1].keys() & theirs[1].keys()
                    common = sorted(str(name_of(x)) for x in shared if _is_variable(x, context))
                    if common and str(name_of(v)) not in mine[0]:
                        raise UnsupportedError(
                            f"{p.expr} and {v} are both made of {', '.join(common)}:"
                            " what stays fixed in the derivative is not said"
                        )


def _is_variable(x: sp.Basic, context: Context) -> bool:
    index = isinstance(x, sp.Symbol) and x.is_integer
    return not index and str(name_of(x)) not in context.definitions


def _reached(
    terms: Iterable[sp.Expr], context: Context, bodies: Mapping[str, Sequence[sp.Expr]]
) -> tuple[dict[str, None], dict[sp.Basic, None]]:
    todo: list[tuple[sp.Expr, tuple[sp.Expr, ...]]] = [(term, ()) for term in terms]
    names: dict[str, None] = {}
    symbols: dict[sp.Basic, None] = {}
    while todo:
        term, formal = todo.pop()
        symbols |= dict.fromkeys(free(term) - set(formal))
        applied = {type(f).__name__ for f in parts(term, NamedFunction)}
        for name in ({str(name_of(x)) for x in free(term)} | applied) - names.keys():
            names[name] = None
            todo += [(d.body, d.params) for d in context.definitions.get(name, ())]
            todo += [(body, ()) for body in bodies.get(name, ())]
    return names, symbols


def influence(
    v: sp.Expr, rule: Rule, offset: int, rules: Mapping[str, Rule], context: Context, now: sp.Expr
) -> str:
    """How a member of a recurrence, so far from now, may depend on v.

    "" if not at all: v is no part of it, or enters later. "always" for a parameter; "timed" for
    what has members of its own in time, of which some move it and some do not.
    """
    bodies = {name: [r.body] for name, r in rules.items()}
    reached = reached_names([rule.body], context, bodies)
    name = str(name_of(v))
    if name not in reached:
        return ""
    if not isinstance(v, sp.Indexed):
        return "always"
    steps = [rule, *(r for n, r in rules.items() if n in reached and n != rule.name)]
    hidden = any(
        name in {str(name_of(x)) for x in free(d.body)}
        for other in reached - rules.keys()
        for d in context.definitions.get(other, ())
    )
    if not (hidden or _is_timed(v.base, steps)):
        return "always"
    latest = None if hidden else _latest(v.base, rule, steps)
    if latest is None:
        return "timed"
    position, last = latest
    time = evaluated(v.indices[position] - now)
    later = isinstance(time, sp.Integer) and -rule.step * int(time - offset) > last
    return "" if later else "timed"


def _latest(base: sp.IndexedBase, rule: Rule, steps: Sequence[Rule]) -> tuple[int, int] | None:
    """Which index of a family is its time, and how late a member may enter what a rule gives.

    None if that is not plain: if members stand for other times than fixed steps away, or are
    made of later ones.
    """
    forward = -rule.step
    direct = {r.name: list(r.places(base)) for r in steps}
    between = {r.name: [(o.name, p) for o in steps for p in r.places(o.head.base)] for r in steps}
    found = [p for places in direct.values() for p in places]
    through = [p for pairs in between.values() for _, p in pairs]
    positions = {p[0] for p in found if p is not None}
    if None in found or len(positions) != 1:
        return None
    if any(p is None or forward * p[1] > 0 for p in through):
        return None
    latest = {
        name: max((forward * p[1] for p in places if p), default=None)
        for name, places in direct.items()
    }
    for _ in steps:
        for name, pairs in between.items():
            by = [forward * p[1] + late for other, p in pairs
                  if p and (late := latest[other]) is not None]  # fmt: skip
            latest[name] = max(by if (own := latest[name]) is None else [own, *by], default=None)
    last = latest[rule.name]
    return None if last is None else (positions.pop(), last)


def _is_timed(base: sp.IndexedBase, steps: Iterable[Rule]) -> bool:
    """Whether the members of a family in these steps go with the time."""
    return any(
        x.base == base and any(i.has(step.letter) for i in x.indices)
        for step in steps
        for x in parts(step.body, sp.Indexed)
    )

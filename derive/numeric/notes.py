"""What a generated docstring says beside shapes: formula, domain, kinks, and what it rests on."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from derive.functions import Entry
from derive.numeric.normal import normal_form
from derive.numeric.outputs import Output
from derive.numeric.primitives import meaning
from derive.terms import Context, Domain, evaluated, map_terms, substitute


def about_entry(entry: Entry) -> tuple[str, ...]:
    """Title and formula, domain, and the entry's own note."""
    domains = [f"{p}: {entry.domains.get(p, Domain.REAL).value}" for p in entry.params]
    notes = (entry.note,) if entry.note else ()
    formula = f"{entry.title}: {entry.head} = {entry.formula}"
    return (formula, f"Domain: {'; '.join(domains)}.", *notes)


def about_derivation(reasons: Sequence[str]) -> tuple[str, ...]:
    """By which rules the gradient was derived."""
    if not reasons:
        return ()
    return (f"Derived line by line, each line proved: {'; '.join(reasons)}.",)


def about_rewrites(outputs: Sequence[Output]) -> tuple[str, ...]:
    """The identities, each proved, by which the formula was made stable."""
    used = {r.name: r for o in outputs for r in o.rewrites if not r.name.startswith("product_of")}
    near = "What cancels near 0 is its Taylor polynomial there, found in ball arithmetic."
    notes = (near,) if any(o.expanded for o in outputs) else ()
    if not used:
        return notes
    names = "; ".join(f"{r.name}: {_first_clause(r.text)}" for r in used.values())
    return (f"Stable by identities that are proved: {names}.", *notes)


def _first_clause(text: str) -> str:
    return text.strip().rstrip(".")


def about_kinks(
    entry: Entry, wrt: sp.Expr | None, gradient: sp.Expr | None, context: Context
) -> tuple[str, ...]:
    """What the gradient is where there is none: by convention the slope on the left."""
    if gradient is None or wrt is None:
        return ()
    notes = []
    for kink in entry.kinks:
        same = isinstance(kink.variable, sp.Indexed) == isinstance(wrt, sp.Indexed)
        if not same or getattr(kink.variable, "base", kink.variable) != getattr(wrt, "base", wrt):
            continue
        theirs, ours = (getattr(v, "indices", ()) for v in (kink.variable, wrt))
        moved = dict(zip(theirs, ours, strict=True))
        at = substitute(kink.at, moved)
        low, high = (None if t is None else substitute(t, moved) for t in (kink.low, kink.high))
        where = f"At the kink {wrt} = {at} there is no derivative"
        between = f" (subgradients from {low} to {high})" if low is not None else " (a jump)"
        notes.append(
            f"{where}{between}; the gradient there is {_there(gradient, wrt, at, context)}."
        )
    return tuple(notes)


def _there(gradient: sp.Expr, wrt: sp.Expr, at: sp.Expr, context: Context) -> str:
    """The value that the code gives at a kink, if it is plain; else how it is chosen."""
    value = map_terms(substitute(normal_form(gradient, context), {wrt: at}), meaning)
    value = evaluated(value)
    short = len(str(value)) <= 40 and not value.has(sp.Piecewise, sp.nan, sp.Sum)
    return str(value) if short else "the slope on the left"

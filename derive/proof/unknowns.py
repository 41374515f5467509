"""What there is to draw at a point: the variables of terms, and those that equations solve."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from derive.errors import DefinitionError, DeriveError
from derive.proof.algebra import is_index_name
from derive.proof.assumptions import Fact, Setting
from derive.proof.cases import Cases
from derive.proof.field import CapacityExceeded, Field
from derive.proof.powers import FinerGrain
from derive.proof.region import Split
from derive.proof.wording import restored
from derive.terms import Definition, NamedFunction, Statement, free, name_of, shape_of, subterms


def variables(
    terms: tuple[sp.Expr, ...], setting: Setting
) -> tuple[list[sp.Symbol], list[sp.IndexedBase], list[sp.Symbol]]:
    """The free scalars, families and integers of terms, through definitions; in a fixed order."""
    todo = [*terms, *(t for f in setting.facts for t in (f.statement.lhs, f.statement.rhs))]
    seen_names: set[str] = set()
    found: set[sp.Basic] = set()
    while todo:
        term = todo.pop()
        found |= free(term)
        names = {name_of(s) for s in free(term)} | {
            type(f).__name__ for f in subterms(term) if isinstance(f, NamedFunction)
        }
        for name in sorted(str(n) for n in names if n and n not in seen_names):
            seen_names.add(name)
            for d in setting.witness.definitions.get(name, ()):
                params = {p for p in d.params if isinstance(p, sp.Symbol | sp.IndexedBase)}
                found |= free(d.body) - params
                todo.append(_without(d.body, params))
    undefined = [s for s in found if str(name_of(s)) not in setting.witness.definitions]
    # Two families of one name differ in their sizes only.
    ordered = sorted(undefined, key=lambda s: (str(s), str(shape_of(s))))
    integers = [s for s in ordered if is_index_name(s)]
    scalars = [s for s in ordered if isinstance(s, sp.Symbol) and s not in integers]
    return scalars, [s for s in ordered if isinstance(s, sp.IndexedBase)], integers


def _without(body: sp.Expr, params: set[sp.Expr]) -> sp.Expr:
    """The body with scalar parameters as numbers, so that they are not taken for variables."""
    try:
        return body.xreplace({p: sp.Integer(1) for p in params if isinstance(p, sp.Symbol)})
    except (TypeError, ValueError):
        # SymPy cannot build it with a number there: a variable too many does no harm.
        return body


def with_solutions(setting: Setting) -> tuple[Setting, list[tuple[sp.Symbol, Statement]]]:
    """Equations such as e^x = 9, which no rational point satisfies, solved for a symbol.

    The symbol is then defined by its exact value, and every point gives it that. It comes back
    with its equation, whose sides may have no value at a point, as it may leave its domain.
    """
    facts, solved = [], []
    witness = setting.witness
    for fact in setting.facts:
        found = _solution(fact, setting)
        if found is None or str(name_of(found[0])) in witness.definitions:
            facts.append(fact)
        else:
            witness = witness.define(Definition.of(*found, "solution"))
            solved.append((found[0], fact.statement))
    return replace(setting, facts=tuple(facts), witness=witness), solved


def _solution(fact: Fact, setting: Setting) -> tuple[sp.Symbol, sp.Expr] | None:
    s = fact.statement
    transcendental = any(side.has(sp.exp, sp.log, NamedFunction) for side in (s.lhs, s.rhs))
    if s.relation != "=" or fact.about_indices or not transcendental:
        return None
    cases = Cases(Field(), setting, {})
    try:
        region = cases.enter(cases.start(), fact)
    except (DeriveError, Split, FinerGrain, CapacityExceeded):
        return None
    if region is None:
        return None
    for g, value in region.rules.items():
        generator = cases.field.generators[g]
        if generator.kind == "atom" and isinstance(generator.parts[0], sp.Symbol):
            try:
                found = restored(region.facts, value)
                Definition.of(generator.parts[0], found)
            except DefinitionError:
                continue
            return generator.parts[0], found
    return None

"""Hypotheses that a claim's letters suggest: λ > 0, i ≠ j, unit vectors, Φ of the normal."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from derive.latex.writer import latex
from derive.terms import (
    Context,
    Definition,
    NamedFunction,
    Statement,
    family,
    free,
    index,
    named_function,
    shape_of,
    sum_of,
)
from derive.terms.nodes import Partial
from derive.verdicts.attempts import Attempt, base_name, terms_of

_POSITIVE = frozenset({"lambda", "sigma", "epsilon", "varepsilon", "eta", "tau"})
"""Letters that people use for what is positive without saying so."""


def positive_parameters(statement: Statement, context: Context) -> Iterator[Attempt]:
    """That rates, scales and penalties such as λ and σ are positive, where a sign hangs on it."""
    spoken_of = {s for h in context.hypotheses for term in h.terms for s in free(term)}
    letters = [
        s
        for s in sorted(free(statement.lhs) | free(statement.rhs), key=str)
        if isinstance(s, sp.Symbol) and str(s).partition("_")[0] in _POSITIVE
        and s not in spoken_of and s not in context.domains and str(s) not in context.definitions
    ]  # fmt: skip
    if not letters:
        return
    label = ", ".join(rf"{latex(s)} > 0" for s in letters)
    for s in letters:
        context = context.assume(Statement(s, ">", sp.S.Zero), label)
    names = " and ".join(map(str, letters))
    yield Attempt(
        statement, context, label, f"{names} {'is' if len(letters) == 1 else 'are'} positive"
    )


def distinct_indices(statement: Statement, context: Context) -> Iterator[Attempt]:
    """i ≠ p for a derivative by s_i of what speaks of s_p: the other case is another formula."""
    sides = (statement.lhs, statement.rhs)
    found = sorted({v for side in sides for p in side.atoms(Partial) for v in p.variables
                    if isinstance(v, sp.Indexed)}, key=str)  # fmt: skip
    members = {m for t in terms_of(statement, context) for m in t.atoms(sp.Indexed)}
    for v in found:
        mine = [i for i in v.indices if isinstance(i, sp.Symbol)]
        same = {i for m in members if m.base == v.base for i in m.indices}
        others = sorted((same & _free(sides)) - set(mine), key=str)
        for i in mine:
            for p in others:
                label = rf"{latex(i)} \neq {latex(p)}"
                yield Attempt(
                    statement,
                    context.assume(Statement(i, "!=", p), label),
                    label,
                    f"{i} and {p} are not the same",
                )


def _free(sides: tuple[sp.Expr, sp.Expr]) -> set[sp.Basic]:
    return set(free(sides[0]) | free(sides[1]))


def unit_vectors(statement: Statement, context: Context) -> Iterator[Attempt]:
    """Vectors of norm 1, where a claim speaks of norms and products of two of them."""
    sides = (statement.lhs, statement.rhs)
    bases = sorted({b for b in _free(sides) if isinstance(b, sp.IndexedBase)}, key=str)
    squares = [t for side in sides for t in side.atoms(sp.Sum) if t.has(sp.Pow)]
    if len(bases) != 2 or not squares or any(len(shape_of(b)) != 1 for b in bases):
        return
    if any(str(b.label) in context.definitions for b in bases):
        return
    for base in bases:
        # As u / |u| for any u: a point with rational members of norm 1 is hard to find.
        k, n = index("k"), shape_of(base)[0]
        any_vector = family(f"{base.label}_any", n)
        q = index("q")
        length = sp.sqrt(sum_of(any_vector[q] ** 2, (q, 1, n)))
        context = context.define(Definition.of(base[k], any_vector[k] / length))
    labels = [rf"\|{base_name(base)}\| = 1" for base in bases]
    names = " and ".join(str(b.label) for b in bases)
    yield Attempt(statement, context, ", ".join(labels), f"{names} are unit vectors")


def normal_distribution(statement: Statement, context: Context) -> Iterator[Attempt]:
    """Φ as the distribution function of the standard normal, where nothing says what it is."""
    terms = terms_of(statement, context)
    if "Phi" in context.definitions or not any(
        type(f).__name__ == "Phi" and len(f.args) == 1
        for t in terms
        for f in t.atoms(NamedFunction)
    ):
        return
    x = sp.Symbol("x", real=True)
    value = (1 + sp.erf(x / sp.sqrt(2))) / 2
    told = Definition.of(named_function("Phi")(x), value)
    label = rf"\Phi(x) = {latex(value)}"
    words = "Φ is the distribution function of the standard normal"
    yield Attempt(statement, context.define(told), label, words)

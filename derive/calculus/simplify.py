"""From a derivative to the form that is wanted, in the lines that a lecturer would write."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import sympy as sp

from derive.calculus.algebra import best, rewrite, signed, weight
from derive.calculus.derivation import Line
from derive.calculus.fold import folded, lightest
from derive.calculus.scope import Ranges, Scope, is_name
from derive.calculus.sums import contract
from derive.calculus.tidy import split_exponentials
from derive.terms import (
    Context,
    Definition,
    Domain,
    Partial,
    Statement,
    canonical,
    evaluated,
    free,
    name_of,
    named_function,
    shape_of,
    substitute,
    sum_of,
)

LIBRARY_GAIN = 0.6
"""A name of the library is brought in only if it shortens the formula to this part of it."""


class Simplifier:
    """The last lines of one derivation."""

    def __init__(
        self,
        scope: Scope,
        claim: Partial,
        ranges: Ranges,
        wanted: str | Sequence[str | sp.Expr] | None,
    ) -> None:
        self.scope = scope
        self.claim = claim
        self.ranges = ranges
        self.wanted = wanted
        self._tidy: set[sp.Expr] = set()

    def _best(self, expr: sp.Expr) -> sp.Expr:
        """`best`, which does not look twice at what it gave."""
        if expr in self._tidy:
            return expr
        found = best(expr)
        self._tidy.add(plain(found))
        return found

    def lines(self, expr: sp.Expr, raw: bool = False) -> Iterator[Line]:
        """The lines from `expr` to its best form; `raw` if nothing is cancelled in it yet."""
        methods = [self._fold, self._algebra, self._index, self._hypothesis, self._algebra]
        for method in [self._collect, *methods] if raw else methods:
            for line in method(expr):
                if line.expr != expr:
                    expr = line.expr
                    yield line
        final = plain(expr)
        if split_exponentials(final) != expr and final != expr:
            yield Line(final, "algebra", "simplify")

    def _collect(self, expr: sp.Expr) -> Iterator[Line]:
        """Cancel, contract and move constants out of the sums, all in one line."""
        start = plain(expr)
        contracted = contract(start, self.ranges)
        rule = "algebra" if _same_deltas(start, contracted) else "index rule"
        yield Line(self._best(contracted), rule, "simplify" if rule == "algebra" else rule)

    def _algebra(self, expr: sp.Expr) -> Iterator[Line]:
        found = self._best(plain(expr))
        if weight(found) < weight(expr) - 0.01:
            yield Line(split_exponentials(found), "algebra", "simplify")

    def _index(self, expr: sp.Expr) -> Iterator[Line]:
        if expr.has(sp.KroneckerDelta):
            found = contract(plain(expr), self.ranges, split=True)
            yield Line(signed(found), "index rule", "index rule")

    def _hypothesis(self, expr: sp.Expr) -> Iterator[Line]:
        """Put in what the hypotheses say of the sums in the expression."""
        used: list[str] = []
        replace: dict[sp.Basic, sp.Expr] = {}
        for s in sorted(expr.atoms(sp.Sum), key=sp.default_sort_key):
            for pattern, value, label in _facts(self.scope.context, expr):
                mapping = _match(pattern, s)
                if mapping is not None:
                    replace[s] = substitute(value, mapping)
                    used.append(label)
                    break
        if replace:
            labels = tuple(dict.fromkeys(used))
            found = self._best(rewrite(expr, replace))
            yield Line(found, "hypothesis", "by hypothesis", labels)

    def _fold(self, expr: sp.Expr) -> Iterator[Line]:
        """In terms of names: the function's own value, the context's, the library's."""
        if self.wanted is None:
            return
        start = plain(expr)
        baseline: float | None = None
        choice: tuple[float, sp.Expr, sp.Expr] | None = None
        for name, limit in self._names(start):
            body = self.scope.unfold(name)
            found = None if body is None else lightest(folded(start, name, body))
            if found is None:
                continue
            baseline = weight(self._best(start)) if baseline is None else baseline
            if weight(found) > limit * baseline:
                continue
            if choice is None or weight(found) < choice[0] - 0.01:
                choice = (weight(found), found, name)
        if choice is not None:
            yield from self._folded_lines(expr, choice[1], choice[2])

    def _folded_lines(self, expr: sp.Expr, found: sp.Expr, name: sp.Expr) -> Iterator[Line]:
        # In ∂L/∂a the name a is no value, so nothing is to be written out there.
        if isinstance(found, sp.Mul | sp.Add) and not found.has(Partial):
            regrouped = self._unfolded(found, name)
            if plain(regrouped) != plain(expr):
                yield Line(regrouped, "algebra", "regroup")
        yield Line(found, "definition", "definition", about=(name,))

    def _unfolded(self, found: sp.Expr, name: sp.Expr) -> sp.Expr:
        """The folded form with the instances of the name written out."""
        replace: dict[sp.Basic, sp.Expr] = {}
        for node in sorted(found.atoms(type(name)), key=str):
            same = getattr(node, "base", node.func) == getattr(name, "base", name.func)
            body = self.scope.unfold(node) if same else None
            if body is not None:
                replace[node] = body
        return substitute(found, replace)

    def _names(self, expr: sp.Expr) -> Iterator[tuple[sp.Expr, float]]:
        """The names to try, with the share of the formula's weight that is good enough."""
        wanted = self._wanted_names()
        own = self.claim.expr
        known = is_name(own) and self.scope.definition_of(own) is not None
        if known and (wanted is None or _name(own) in wanted):
            yield own, 1.25
        for group in self.scope.context.definitions.values():
            for definition in group:
                if definition.general and (wanted is None or definition.name in wanted):
                    # z for w x + b has to make things shorter; a for σ(z) is worth more.
                    yield definition.head, 1.1 if definition.body.has(sp.Function) else 0.95
        for definition in self.scope.context.library.values():
            if wanted is None or definition.name in wanted:
                for head in _instances(definition, expr, self.claim):
                    yield head, LIBRARY_GAIN if wanted is None else 1.5

    def _wanted_names(self) -> set[str] | None:
        if self.wanted == "value":
            return None
        names = [self.wanted] if isinstance(self.wanted, str) else list(self.wanted or ())
        return {n if isinstance(n, str) else _name(n) for n in names}


def plain(term: sp.Expr) -> sp.Expr:
    """The term as SymPy evaluates it, but cases stay apart: 0 for z ≠ 0 is not 0."""
    if isinstance(term, sp.Piecewise):
        return sp.Piecewise(*((plain(e), c) for e, c in term.args), evaluate=False)
    return evaluated(term)


def _same_deltas(before: sp.Expr, after: sp.Expr) -> bool:
    return before.count(sp.KroneckerDelta) == after.count(sp.KroneckerDelta)


def _name(term: sp.Expr) -> str:
    return name_of(term) or str(term)


def _instances(definition: Definition, expr: sp.Expr, claim: Partial) -> Iterator[sp.Expr]:
    """Applications of a library function that the expression may hold.

    Functions of one scalar at the arguments of the exponentials, functions of one family at
    the families of the expression.
    """
    first, *rest = definition.params
    function = named_function(definition.name)
    if not definition.body.has(sp.exp) or definition.body.has(sp.Piecewise):
        return
    if not expr.has(sp.exp):
        return
    if isinstance(first, sp.Symbol) and not rest:
        seen: dict[sp.Expr, None] = {}
        for e in sorted(expr.atoms(sp.exp), key=sp.default_sort_key):
            seen[e.args[0]] = None
            if e.args[0].could_extract_minus_sign():
                seen[-e.args[0]] = None
        for argument in seen:
            yield function(argument)
    elif isinstance(first, sp.IndexedBase) and all(isinstance(r, sp.Symbol) for r in rest):
        families = sorted({m.base for m in expr.atoms(sp.Indexed)}, key=str)
        for base in families:
            if len(shape_of(base)) == len(shape_of(first)) == len(rest):
                yield function(base, *rest)


def _facts(context: Context, expr: sp.Expr) -> Iterator[tuple[sp.Expr, sp.Expr, str]]:
    """Equations whose left side is a sum: hypotheses, then declared domains."""
    for h in context.hypotheses:
        fact = h.statement
        if isinstance(fact, Statement) and fact.relation == "=":
            for lhs, rhs in ((fact.lhs, fact.rhs), (fact.rhs, fact.lhs)):
                if isinstance(lhs, sp.Sum):
                    yield lhs, rhs, h.label
    for base in sorted({m.base for m in expr.atoms(sp.Indexed)}, key=str):
        if context.domain_of(base) in (Domain.PROBABILITY, Domain.ONE_HOT) and base.shape:
            *outer, last = (
                sp.Symbol(f"i_{p}", integer=True, positive=True) for p in range(len(base.shape))
            )
            total = sum_of(base[(*outer, last)], (last, 1, base.shape[-1]))
            yield total, sp.S.One, rf"\sum_k {base.label}_k = 1"


def _match(pattern: sp.Expr, term: sp.Expr) -> dict[sp.Basic, sp.Expr] | None:
    """The values of the pattern's free indices that make it the term, up to bound names."""
    keys = sorted(
        {
            i
            for m in pattern.atoms(sp.Indexed)
            for i in m.indices
            if isinstance(i, sp.Symbol) and i in free(pattern)
        },
        key=str,
    )
    values = sorted({i for m in term.atoms(sp.Indexed) for i in m.indices}, key=str)
    goal = canonical(term)
    for choice in itertools.product(values, repeat=len(keys)):
        mapping: dict[sp.Basic, sp.Expr] = dict(zip(keys, choice, strict=True))
        if canonical(substitute(pattern, mapping)) == goal:
            return mapping
    return None

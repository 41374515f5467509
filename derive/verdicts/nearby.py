"""Right sides close to the one that was written: the slips that people make.

Each source yields candidates, of which none need be true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations

import sympy as sp

from derive.terms import (
    Context,
    Partial,
    Statement,
    bound_symbols,
    free,
    fresh,
    map_terms,
    rebuild,
    rename_bound,
    substitute,
    sum_of,
)
from derive.verdicts.hypotheses import implied_sum, members_of_letters

MAX_DEPTH = 8

Candidates = Iterator[sp.Expr]


def summed(statement: Statement, context: Context) -> Candidates:
    """A sum over a repeated index that was left out."""
    for attempt in implied_sum(statement, context):
        if attempt.statement.lhs == statement.lhs:
            yield map_terms(attempt.statement.rhs, _with_own_letters)


def averaged(statement: Statement, context: Context) -> Candidates:
    """The mean, or the sum, over the samples where one sample's value was written."""
    letters = members_of_letters(statement, context)
    if not letters:
        return
    terms = sp.Add.make_args(statement.rhs)
    for position, term in enumerate(terms):
        for new in _over_samples(term, letters, context):
            yield sp.Add(*terms[:position], new, *terms[position + 1 :], evaluate=False)
    if len(terms) > 1:
        yield from _over_samples(statement.rhs, letters, context)


def _over_samples(
    term: sp.Expr, letters: dict[sp.Symbol, sp.IndexedBase], context: Context
) -> Candidates:
    used = [s for s in letters if s in free(term)]
    if not used:
        return
    base = letters[used[0]]
    (size,) = base.shape
    k = _index_over(base, context)
    factors = sp.Mul.make_args(term)
    inside = [f for f in factors if free(f) & set(used)]
    outside = [f for f in factors if f not in inside]
    members = {s: letters[s][k] for s in used}
    body = substitute(sp.Mul(*inside, evaluate=False), members)
    total = sum_of(body, (k, 1, size))
    yield sp.Mul(*outside, sp.Pow(size, -1), total, evaluate=False)
    yield sp.Mul(*outside, total, evaluate=False)


def _index_over(base: sp.IndexedBase, context: Context) -> sp.Symbol:
    """The letter that the document's own sums give to members of a family."""
    for d in (d for group in context.definitions.values() for d in group):
        for total in sorted(d.body.atoms(sp.Sum), key=str):
            for k in bound_symbols(total):
                if base[k] in total.function.atoms(sp.Indexed):
                    return k
    return sp.Symbol("s", integer=True, positive=True)


def enclosed(statement: Statement, context: Context) -> Candidates:
    """A factor with the index of a sum, left outside of it."""

    def change(node: sp.Expr) -> Candidates:
        if not isinstance(node, sp.Mul):
            return
        for total in (f for f in node.args if isinstance(f, sp.Sum)):
            bound = set(bound_symbols(total))
            loose = [f for f in node.args if f is not total and free(f) & bound]
            if loose:
                others = [f for f in node.args if f is not total and f not in loose]
                body = _times(total.function, loose)
                yield sp.Mul(*others, sum_of(body, *total.limits), evaluate=False)

    yield from _variants(statement.rhs, change)


def _times(body: sp.Expr, factors: list[sp.Expr]) -> sp.Expr:
    """A summand times factors; the condition of a sum over k ≠ j stays around it."""
    if isinstance(body, sp.Piecewise):
        first, condition = body.args[0]
        return sp.Piecewise((sp.Mul(first, *factors), condition), *body.args[1:])
    return sp.Mul(body, *factors, evaluate=False)


def flipped(statement: Statement, context: Context) -> Candidates:
    """One sign within the right side, or one term too many."""
    yield from _variants(statement.rhs, _flips)


def powers(statement: Statement, context: Context) -> Candidates:
    """A denominator or a factor that should have been squared, or should not."""
    yield from _variants(statement.rhs, _powers)


def swapped(statement: Statement, context: Context) -> Candidates:
    """A symbol, family or index written for another, throughout or once; or two exchanged."""
    rhs = statement.rhs
    here = free(rhs)
    known = here | free(statement.lhs) | _reached(statement, context)
    names = sorted((s for s in known if not is_size(s)), key=str)
    pairs = [(a, b) for a in names if a in here for b in names if a != b and _same_kind(a, b)]
    for a, b in pairs:
        yield substitute(rhs, {a: b})
    for a, b in combinations(names, 2):
        if a in here and b in here and _same_kind(a, b):
            yield substitute(rhs, {a: b, b: a})
    for a, b in pairs:
        yield from _variants(rhs, partial(_one_for_other, a, b))


def _reached(statement: Statement, context: Context) -> frozenset[sp.Basic]:
    """What the definitions of the names in a statement speak of."""
    found: frozenset[sp.Basic] = frozenset()
    names = {str(getattr(s, "label", s)) for side in (statement.lhs, statement.rhs)
             for s in free(side)}  # fmt: skip
    for name in sorted(names):
        for d in context.definitions.get(name, ()):
            found |= free(d.body)
    return found


Source = Callable[[Statement, Context], Candidates]
SOURCES: tuple[Source, ...] = (summed, averaged, enclosed, flipped, powers, swapped)


def negative(term: sp.Expr) -> sp.Expr:
    """The term with the other sign, where a difference takes it: −(a − b) is b − a."""
    if isinstance(term, sp.Add):
        return sp.Add(*reversed([_opposite(a) for a in term.args]), evaluate=False)
    if isinstance(term, sp.Sum):
        return sum_of(negative(term.function), *term.limits)
    if isinstance(term, sp.Mul) and not _is_signed(term):
        for position, factor in enumerate(term.args):
            if isinstance(factor, sp.Add) and any(map(_is_signed, factor.args)):
                others = (*term.args[:position], negative(factor), *term.args[position + 1 :])
                return sp.Mul(*others, evaluate=False)
    return _opposite(term)


def _opposite(term: sp.Expr) -> sp.Expr:
    return sp.Mul(sp.S.NegativeOne, term)


def _is_signed(term: sp.Expr) -> bool:
    return bool(term.could_extract_minus_sign()) and not isinstance(term, sp.Add)


def is_size(s: sp.Basic) -> bool:
    """Whether a symbol is a positive integer, as sizes and indices are."""
    return isinstance(s, sp.Symbol) and bool(s.is_integer and s.is_positive)


def _same_kind(a: sp.Basic, b: sp.Basic) -> bool:
    if isinstance(a, sp.IndexedBase) and isinstance(b, sp.IndexedBase):
        return bool(a.shape == b.shape)
    return isinstance(a, sp.Symbol) and isinstance(b, sp.Symbol)


def _with_own_letters(node: sp.Expr) -> sp.Expr:
    """A sum whose body has a sum over the same letter: the inner one gets another."""
    if not isinstance(node, sp.Sum):
        return node
    bound = set(bound_symbols(node))

    def apart(inner: sp.Expr) -> sp.Expr:
        for k in bound_symbols(inner) if isinstance(inner, sp.Sum) else ():
            if k in bound:
                inner = rename_bound(inner, k, fresh(k, frozenset(node.atoms(sp.Symbol))))
        return inner

    return sum_of(map_terms(node.function, apart), *node.limits)


def _variants(term: sp.Expr, change: Callable[[sp.Expr], Candidates], depth: int = 0) -> Candidates:
    """The term with one of its nodes changed."""
    yield from change(term)
    if isinstance(term, sp.Indexed | sp.IndexedBase) or depth > MAX_DEPTH:
        return
    for position, arg in enumerate(term.args):
        if isinstance(arg, sp.Expr):
            for new in _variants(arg, change, depth + 1):
                yield rebuild(term, (*term.args[:position], new, *term.args[position + 1 :]))


def _flips(node: sp.Expr) -> Candidates:
    if isinstance(node, sp.Add):
        for position, part in enumerate(node.args):
            others = (node.args[:position], node.args[position + 1 :])
            yield sp.Add(*others[0], _opposite(part), *others[1], evaluate=False)
            yield sp.Add(*others[0], *others[1], evaluate=False)


def _powers(node: sp.Expr) -> Candidates:
    if isinstance(node, sp.Pow) and node.exp.is_Integer:
        yield sp.Pow(node.base, 2 * node.exp)
        if node.exp % 2 == 0:
            yield sp.Pow(node.base, node.exp / 2)
    elif isinstance(node, sp.Mul):
        for position, factor in enumerate(node.args):
            others = node.args[:position] + node.args[position + 1 :]
            yield sp.Mul(*others, evaluate=False)
            yield sp.Mul(factor, *node.args)
    elif isinstance(node, sp.Symbol | sp.Indexed) and not is_size(node):
        yield sp.Pow(node, 2)


def _one_for_other(a: sp.Basic, b: sp.Basic, node: sp.Expr) -> Candidates:
    if node == a or (isinstance(node, sp.Indexed) and a in (node.base, *node.indices)):
        yield substitute(node, {a: b})
    elif isinstance(node, Partial) and a in free(node.expr):
        # A derivative is taken where it is said to be: σ'(x) for σ'(z).
        yield substitute(node, {a: b})

"""The order in which a person writes the terms of a sum and the factors of a product."""

from __future__ import annotations

import sympy as sp

from derive.terms import At, NamedFunction, Partial, name_of

_LAST_LETTER = "{"
"""Sorts after every letter: δ and plain numbers do not pull a bracket to the front."""


def is_negative(term: sp.Expr) -> bool:
    """Whether a term of a sum is written with a minus in front."""
    if isinstance(term, sp.Mul):
        return bool(sum(is_negative(f) for f in term.args if f.is_Number) % 2)
    return bool(term.is_Number and term.is_negative)


def ordered_terms(term: sp.Add) -> list[sp.Expr]:
    """Numbers, then letters, then functions, sums last; the first is positive if any is."""
    terms = sorted(term.args, key=_term_key)
    for position, t in enumerate(terms):
        if not is_negative(t):
            return [t, *terms[:position], *terms[position + 1 :]]
    return terms


def _term_key(term: sp.Expr) -> tuple[int, int, int, str, str]:
    bare = -term if is_negative(term) else term
    leaves = _leaves(bare)
    if bare.is_number:
        return (0, 0, 0, "", str(bare))
    if bare.has(sp.Sum, sp.Product):
        return (4, 0, leaves, "", str(bare))
    if isinstance(bare, sp.KroneckerDelta):
        return (1, 0, 0, "", str(bare))
    if bare.has(sp.Function, Partial, At) or isinstance(bare, sp.Piecewise):
        return (3, 0, leaves, _letter(bare), str(bare))
    return (2, -_degree(bare), 0, _letter(bare), str(bare))


def _degree(term: sp.Expr) -> int:
    """How many letters are multiplied; w x comes before b."""
    total = 0
    for f in sp.Mul.make_args(term):
        base, exponent = f.as_base_exp()
        if not base.is_number:
            total += int(exponent) if exponent.is_Integer else 1
    return total


def _leaves(term: sp.Basic) -> int:
    return sum(1 for x in sp.preorder_traversal(term) if not x.args)


def _letter(term: sp.Expr) -> str:
    """The first letter that a reader meets in a term."""
    if isinstance(term, sp.Symbol | sp.Indexed | sp.IndexedBase):
        return name_of(term) or ""
    if isinstance(term, sp.KroneckerDelta) or term.is_number:
        return _LAST_LETTER
    if isinstance(term, sp.Add):
        return _letter(ordered_terms(term)[0])
    if isinstance(term, sp.Mul):
        letters = [_letter(f) for f in term.args if not f.is_number]
        return min(letters, default=_LAST_LETTER)
    if isinstance(term, sp.Pow):
        return _letter(term.base)
    return _LAST_LETTER


def ordered_factors(factors: list[sp.Expr]) -> list[sp.Expr]:
    """Numbers, letters, named functions, brackets, elementary functions; sums last."""
    if all(isinstance(f, Partial) for f in factors):
        return factors
    return sorted(factors, key=_factor_key)


def _factor_key(term: sp.Expr) -> tuple[int, str, int, int, str]:
    base = term.base if isinstance(term, sp.Pow) else term
    leaves = _leaves(term)
    text = str(term)
    if term.is_number:
        return (0, "", 0, leaves, text)
    if isinstance(base, sp.Symbol) and base.is_integer:
        return (0, text, 1, leaves, text)
    if isinstance(base, sp.Sum | sp.Product):
        return (7, "", 0, leaves, text)
    if isinstance(base, sp.Piecewise):
        return (6, "", 0, leaves, text)
    if isinstance(base, Partial | At):
        return (5, "", 0, leaves, text)
    if isinstance(base, sp.KroneckerDelta):
        return (2, "", 0, leaves, text)
    if isinstance(base, NamedFunction):
        return (3, "", 0, leaves, text)
    letter = _letter(base)
    if letter != _LAST_LETTER:
        return (1, letter, int(isinstance(base, sp.Add)), leaves, text)
    return (4, "", int(not isinstance(base, sp.Add)), leaves, text)

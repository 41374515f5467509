"""The stability rewrites: each replaces a shape by an equal one that computes well.

A rewrite is one function with the identity it rests on, as a pair of terms that the prover
decides; `stable` applies them all. They look at the shape of a term alone, so a caller's own
function is treated like one of the catalogue.
"""

from __future__ import annotations

from types import ModuleType

import sympy as sp

from derive.numeric.binders import by_height
from derive.numeric.rewrites import (
    activations,
    differences,
    families,
    finishing,
    logarithms,
    tails,
)
from derive.numeric.rewrites.shapes import Rewrite
from derive.terms import map_terms, substitute

__all__ = ["REWRITES", "Rewrite", "finished", "shared", "stable"]


def _of(module: ModuleType) -> tuple[Rewrite, ...]:
    """The rewrites of a module, in the order in which they stand there."""
    return tuple(v for v in vars(module).values() if isinstance(v, Rewrite))


# The first that fits is taken.
# A mean is looked for before its terms are changed.
_MEANS = (finishing.weighted_mean,)
_CASES = (finishing.straight_outside, finishing.constant_outside)
_LAST = tuple(r for r in _of(finishing) if r not in (*_CASES, *_MEANS))
_TAILS = _of(tails)
_WRITTEN = (*_of(activations), *_of(families), *_of(differences), *_of(logarithms))
REWRITES = (*_WRITTEN, *_CASES, *_MEANS, *_LAST, *_TAILS)
# tanh is made of the same pieces as the sigmoid and must be seen first.
_FIRST = (activations.tanh_of_exponentials,)
_REST = tuple(r for r in _WRITTEN if r not in _FIRST)


def stable(term: sp.Expr, used: dict[str, Rewrite] | None = None) -> sp.Expr:
    """The term with every rewrite applied as long as one fits; equal sums come out the same.

    The rewrites that were applied are added to `used`, by name.
    """
    record = {} if used is None else used
    term = by_height(term)
    for group in (_FIRST, _REST):
        term = map_terms(term, lambda t, group=group: _apply(t, group, record))  # type: ignore[misc]
    return by_height(term)


def shared(term: sp.Expr, positive: frozenset[sp.Basic], used: dict[str, Rewrite]) -> sp.Expr:
    """A stable term with cases as clipped values, where the symbols in `positive` are so.

    Its weighted means divide the weights first.
    """
    known = {s: sp.Dummy(str(s), positive=True) for s in sorted(positive, key=str)}
    term = substitute(term, known)
    for group in (_CASES, _MEANS):
        term = map_terms(term, lambda t, group=group: _apply(t, group, used))  # type: ignore[misc]
    return by_height(substitute(term, {d: s for s, d in known.items()}))


def finished(term: sp.Expr, used: dict[str, Rewrite]) -> sp.Expr:
    """A stable term with the rewrites that come last."""
    for group in (_LAST, _TAILS):
        term = map_terms(term, lambda t, group=group: _apply(t, group, used))  # type: ignore[misc]
    return term


def _apply(term: sp.Expr, rewrites: tuple[Rewrite, ...], used: dict[str, Rewrite]) -> sp.Expr:
    if not isinstance(term, sp.Expr) or isinstance(term, sp.IndexedBase) or term.is_number:
        return term
    if isinstance(term, sp.Add | sp.Mul | sp.Pow | sp.exp | sp.log):
        # What was rewritten inside may combine now: exp(z) exp(-m) is exp(z - m).
        term = term.func(*term.args)
    for r in rewrites:
        better = r(term)
        if better is not None and better != term:
            used[r.name] = r
            return map_terms(better, lambda t: _apply(t, rewrites, used))
    return term

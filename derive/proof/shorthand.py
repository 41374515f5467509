"""Names for what stands in the lines of a proof again and again: S1 for a sum, r1 for a root."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import sympy as sp

from derive.terms import real

OFTEN = 3
LONG = 16


class Shorthand:
    """Short names for the long terms that occur often in some terms.

    `where` says what they stand for, inner ones first; no name is one of the terms' own.
    """

    def __init__(self, terms: Iterable[sp.Expr]) -> None:
        terms = tuple(terms)
        self._names: dict[sp.Expr, sp.Expr] = {}
        self.where: list[tuple[sp.Symbol, sp.Expr]] = []
        counts = Counter(_upright(part) for term in terms for part in sp.preorder_traversal(term))
        taken = {s.name for term in terms for s in term.atoms(sp.Symbol)}
        numbers: Counter[str] = Counter()
        often = [t for t, n in counts.items() if n >= OFTEN and _letter(t) and len(str(t)) >= LONG]
        for term in sorted(often, key=lambda t: (len(str(t)), str(t))):
            letter = _letter(term)
            numbers[letter] += 1
            name = f"{letter}{numbers[letter]}"
            if name in taken:
                continue
            self.where.append((real(name), self(term)))
            self._names |= {term: real(name), 1 / term: 1 / real(name)}

    def __call__(self, term: sp.Expr) -> sp.Expr:
        """The term with the names in it."""
        return term.xreplace(self._names)


def _upright(term: sp.Basic) -> sp.Basic:
    """A root for one over it."""
    below = isinstance(term, sp.Pow) and term.exp.is_Rational and term.exp < 0
    return 1 / term if below else term


def _letter(term: sp.Basic) -> str:
    """With what a name for this kind of term begins; nothing for one that gets no name."""
    if isinstance(term, sp.Sum):
        return "S"
    if isinstance(term, sp.Product):
        return "P"
    if isinstance(term, sp.log):
        return "l"
    if isinstance(term, sp.Pow) and term.exp.is_Rational and not term.exp.is_Integer:
        return "r"
    return ""

"""Where a step of a proof takes place: the facts that hold there, and the splits it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import sympy as sp

from derive.proof.field import Frac
from derive.proof.polynomials import Poly
from derive.proof.signs import Facts, Sign
from derive.terms import Statement

if TYPE_CHECKING:
    from derive.proof.rows import RowEquation


class Split(Exception):
    """The proof has to distinguish cases here."""


class SplitSign(Split):
    """Distinguish the signs of a polynomial."""

    def __init__(self, poly: Poly, signs: Sign) -> None:
        super().__init__()
        self.poly = poly
        self.signs = signs


class SplitIndex(Split):
    """Distinguish whether two indices are equal."""

    def __init__(self, left: sp.Expr, right: sp.Expr) -> None:
        super().__init__()
        self.left = left
        self.right = right


class SplitValues(Split):
    """Distinguish the values of a variable that has only these."""

    def __init__(self, term: sp.Expr, values: tuple[int, ...]) -> None:
        super().__init__()
        self.term = term
        self.values = values


@dataclass(frozen=True)
class Condition:
    """What a term needs to be defined: a polynomial of a certain sign.

    `bound` are the indices over which it must hold, with their sizes; `supplied` says that
    the context vouches for it (it comes from a definition);
    `operand` that it is the operand of a derivative that needs it;
    `sufficient` that the term may be defined without it, so that it always has to be stated.
    """

    poly: Poly
    sign: Sign
    bound: tuple[tuple[sp.Symbol, sp.Expr], ...] = ()
    supplied: bool = False
    operand: bool = False
    sufficient: bool = False


@dataclass(frozen=True)
class Region:
    """A part of the domain, described by what holds on it.

    `same` sends an index to the one that it equals; `apart` are pairs of unequal indices;
    `facts` are signs; `rules` send a generator to what it equals there; `relations` are
    polynomials that are zero there and that no rule expresses; `ranges` gives each index
    the size of its range; `rows` are equations for every index; of `symmetric` families A_ij and
    A_ji are one. `story` tells the cases that led here.
    """

    facts: Facts
    same: Mapping[sp.Symbol, sp.Expr] = field(default_factory=lambda: MappingProxyType({}))
    apart: frozenset[frozenset[sp.Expr]] = frozenset()
    rules: Mapping[int, Frac] = field(default_factory=lambda: MappingProxyType({}))
    relations: tuple[Poly, ...] = ()
    ranges: Mapping[sp.Symbol, sp.Expr] = field(default_factory=lambda: MappingProxyType({}))
    rows: tuple[RowEquation, ...] = ()
    symmetric: frozenset[sp.IndexedBase] = frozenset()
    story: tuple[Statement, ...] = ()

    def index(self, term: sp.Expr) -> sp.Expr:
        """An index term with equal indices called by one name."""
        if isinstance(term, sp.Integer):
            return term
        if self.same:
            term = term.xreplace(dict(self.same))
        return term if term.is_Atom else sp.expand(term)

    def with_sign(self, poly: Poly, sign: Sign, case: Statement | None = None) -> Region:
        """With the sign of a polynomial known."""
        facts = self.facts.copy()
        facts.add(poly, sign)
        return replace(self, facts=facts, story=self._told(case))

    def with_equal_indices(
        self, left: sp.Expr, right: sp.Expr, case: Statement | None = None
    ) -> Region:
        """With two indices equal; a symbol gives way to a number."""
        old, new = (left, right) if isinstance(left, sp.Symbol) else (right, left)
        same = {k: v.xreplace({old: new}) for k, v in self.same.items()}
        same[old] = new
        return replace(self, same=MappingProxyType(same), story=self._told(case))

    def with_unequal_indices(
        self, left: sp.Expr, right: sp.Expr, case: Statement | None = None
    ) -> Region:
        """With two indices different."""
        apart = self.apart | {frozenset((left, right))}
        return replace(self, apart=apart, story=self._told(case))

    def _told(self, case: Statement | None) -> tuple[Statement, ...]:
        return self.story if case is None else (*self.story, case)

    def are_apart(self, left: sp.Expr, right: sp.Expr) -> bool:
        """Whether two indices are known to differ."""
        pairs = (tuple(p) for p in self.apart)
        wanted = frozenset((left, right))
        return any(frozenset(self.index(t) for t in p) == wanted for p in pairs if len(p) == 2)

    def contradictory(self) -> bool:
        """Whether its facts exclude each other, as far as that shows."""
        clash = any(len({self.index(t) for t in pair}) == 1 for pair in self.apart)
        return clash or self.facts.contradiction or self.facts.clash()

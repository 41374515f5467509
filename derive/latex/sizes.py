"""Sizes that are not written: inferred from what indices link, over all formulas together.

A reader's unknown size is a `Dummy`. An index letter links every dimension that it
indexes (within one formula if it is free, within its sum if it is bound), and an upper
limit names the size. What stays unknown takes a letter that the text has, or `n`.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, count

import sympy as sp

from derive.errors import DefinitionError
from derive.functions import catalogue
from derive.terms import NamedFunction, Vec, evaluated, member, rebuild, shape_of, size, subterms

_BINDERS = sp.Sum | sp.Product
_FAMILIES = sp.IndexedBase | sp.Indexed
_EQUATIONS = sp.Eq | sp.Ne | sp.KroneckerDelta
_PLAIN = sp.Symbol | sp.Integer
_LINKING = sp.Dummy | sp.IndexedBase | sp.Sum | sp.Product | Vec | _EQUATIONS
_USUAL = ("n", "N", "m", "M", "K")
_SPARE = ("n", "m", "r", "s", "d", "N", "M", "K")


Scope = ChainMap[sp.Expr, sp.Expr]
"""Which size each index letter runs over."""


class Sizes:
    """Which sizes are the same."""

    def __init__(self) -> None:
        self.parent: dict[sp.Expr, sp.Expr] = {}
        self.unknown: dict[sp.Dummy, None] = {}
        self.ranges: dict[sp.Dummy, None] = {}
        self.numbers: list[tuple[sp.Expr, sp.Expr]] = []
        self.moving: set[sp.Basic] = set()
        self.moved: set[str] = set()
        self.letters = 0

    def find(self, a: sp.Expr) -> sp.Expr:
        while a in self.parent:
            a = self.parent[a]
        return a

    def same(self, a: sp.Expr, b: sp.Expr) -> None:
        """Two sizes are one. Raises `DefinitionError` if both have names."""
        for x in (a, b):
            if isinstance(x, sp.Dummy):
                self.unknown.setdefault(x)
        a, b = self.find(a), self.find(b)
        if a == b:
            return
        if isinstance(a, sp.Integer) or isinstance(b, sp.Integer):
            # A sum to 2 may be a part of the family: numbers name a size only if nothing else does.
            self.numbers.append((a, b))
        elif isinstance(a, sp.Dummy):
            self.parent[a] = b
        elif isinstance(b, sp.Dummy):
            self.parent[b] = a
        else:
            raise DefinitionError(f"sizes {a} and {b}: one index runs over both")

    # -- what a term links ----------------------------------------------------------------------

    def collect(self, terms: Sequence[sp.Basic], heads: Iterable[sp.Basic] = ()) -> None:
        """The links in the terms of one formula, whose equations have these left sides.

        The t of m_t = Σ_{k≤t} g_k and the n beside x_{n+1} move within a size, they are none.
        """
        terms = [t for t in terms if any(isinstance(x, _LINKING) for x in subterms(t))]
        if not terms:
            return
        scope: Scope = ChainMap()
        self.moving = {i for h in heads if isinstance(h, sp.Indexed) for i in h.indices}
        self.moving |= {x for term in terms for x in _exceeded(term)}
        self.moved |= {x.name for x in self.moving if isinstance(x, sp.Symbol)}
        for term in terms:
            self._visit(term, scope)

    def _visit(self, term: sp.Basic, scope: Scope) -> None:
        if isinstance(term, _BINDERS):
            scope = self._bound(term, scope)
        elif isinstance(term, Vec):
            scope = scope.new_child()
            for k, extent in zip(term.indices, term.shape, strict=True):
                if isinstance(extent, sp.Dummy):
                    self.unknown.setdefault(extent)
                scope[k] = extent
        elif isinstance(term, sp.Indexed):
            for i, extent in zip(term.indices, term.base.shape, strict=True):
                self._index(i, extent, scope)
        elif isinstance(term, sp.IndexedBase):
            for extent in shape_of(term):
                self.find(extent)
                if isinstance(extent, sp.Dummy):
                    self.unknown.setdefault(extent)
            return
        elif isinstance(term, _EQUATIONS):
            left, right = term.args[:2]
            if _is_index(left) and _is_index(right):
                self.same(self._extent(left, scope), self._extent(right, scope))
        elif isinstance(term, NamedFunction):
            self._application(term, scope)
        for arg in term.args:
            self._visit(arg, scope)

    def _bound(self, term: sp.Sum | sp.Product, scope: Scope) -> Scope:
        inner = scope.new_child()
        for k, low, high in reversed(term.limits):
            whole = low == 1 and (isinstance(high, sp.Symbol | sp.Integer))
            letter = evaluated(high).as_coeff_Add()[1]
            # Σ_{l=1}^{k-1} under Σ_k reaches over a part of what k runs over.
            if high in self.moving or any(letter in names for names in inner.maps[:-1]):
                inner[k] = self._extent(letter, inner)
                continue
            if isinstance(high, sp.Dummy):
                self.unknown.setdefault(high)
                self.ranges.setdefault(high)
            inner[k] = high if whole else sp.Dummy("part")
        return inner

    def _extent(self, i: sp.Expr, scope: Scope) -> sp.Expr:
        if i not in scope:
            # A free letter means the same throughout the formula: it goes to the outermost scope.
            self.letters += 1
            scope.maps[-1][i] = _size_of_letter(self.letters)
        return scope[i]

    def _index(self, i: sp.Basic, extent: sp.Expr, scope: Scope) -> None:
        if isinstance(extent, sp.Dummy):
            self.unknown.setdefault(extent)
        if not isinstance(i, sp.Symbol) or i == extent:
            return
        reach = self._extent(i, scope)
        if reach.name != "part" if isinstance(reach, sp.Dummy) else True:
            self.same(reach, extent)

    def _application(self, term: NamedFunction, scope: Scope) -> None:
        name = term.func.__name__
        families = [a for a in term.args if shape_of(a)]
        if name not in catalogue:
            last = term.args[-1]
            if families and _is_index(last):
                self.same(self._extent(last, scope), shape_of(families[0])[0])
            return
        entry = catalogue[name]
        named: dict[sp.Expr, sp.Expr] = {}
        for formal, actual in zip(entry.params, term.args, strict=False):
            for letter, extent in zip(shape_of(formal), shape_of(actual), strict=False):
                self.same(named.setdefault(letter, extent), extent)
        for i in term.args[len(entry.params) :]:
            if _is_index(i) and families:
                self.same(self._extent(i, scope), shape_of(families[0])[-1])

    # -- names for the sizes that have none --------------------------------------------------------

    def names(self, letters: Iterable[str], taken: Iterable[str]) -> dict[sp.Expr, sp.Expr]:
        """A size for every unknown: `letters` are the text's own, `taken` may not be used."""
        for a, b in self.numbers:
            a, b = self.find(a), self.find(b)
            if isinstance(a, sp.Dummy):
                self.parent[a] = b
            elif isinstance(b, sp.Dummy):
                self.parent[b] = a
        found = {self.find(u) for u in self.unknown}
        known = {x.name for x in found if isinstance(x, sp.Symbol) and not isinstance(x, sp.Dummy)}
        own = [x for x in _USUAL if x in set(letters) - self.moved and x not in known]
        blocked = set(taken) | known
        spare = chain((x for x in _SPARE if x not in blocked), (f"n_{k}" for k in count(1)))
        table: dict[sp.Expr, sp.Expr] = {}
        # 1/n before a sum counts what the outermost sum runs over, so those are named first.
        for unknown in [*self.ranges, *self.unknown]:
            root = self.find(unknown)
            if isinstance(root, sp.Dummy) and root not in table:
                table[root] = size(own.pop(0) if own else next(spare))
        return {u: table.get(self.find(u), self.find(u)) for u in self.unknown}


@lru_cache(maxsize=1024)
def _size_of_letter(number: int) -> sp.Dummy:
    """What a letter runs over, as long as nothing says so; one object for each number."""
    return sp.Dummy(f"letter {number}", integer=True, positive=True)


def _exceeded(term: sp.Basic) -> set[sp.Basic]:
    """The letters n that a limit or an index n + 1 goes beyond, or k + 1 for a k up to n."""
    ends: dict[sp.Basic, set[sp.Basic]] = {}
    places: set[sp.Basic] = set()
    for node in subterms(term):
        if isinstance(node, sp.Indexed):
            places.update(node.indices)
        elif isinstance(node, _BINDERS):
            for k, _, high in node.limits:
                ends.setdefault(k, set()).add(high)
    found: set[sp.Basic] = set()
    for place in places.union(*ends.values()):
        if isinstance(place, _PLAIN):
            continue
        beyond, letter = evaluated(place).as_coeff_Add()
        if beyond > 0:
            found |= ends.get(letter, {letter})
    return {x for x in found if isinstance(x, sp.Symbol)} - set(ends)


def _is_index(term: sp.Basic) -> bool:
    return isinstance(term, sp.Symbol) and bool(term.is_integer)


def resize(term: sp.Basic, table: dict[sp.Basic, sp.Basic]) -> sp.Basic:
    """Replace unknown sizes (and letters that turned out to be sizes), evaluating nothing.

    What families and their members become is kept in the table: they stand in many places.
    """
    if isinstance(term, sp.Symbol):
        return table.get(term, term)
    if not term.args:
        return term
    if isinstance(term, _FAMILIES) and term in table:
        return table[term]
    if isinstance(term, sp.IndexedBase):
        shape = tuple(resize(x, table) for x in shape_of(term))
        table[term] = term if shape == shape_of(term) else _family(term.label, shape)
        return table[term]
    if isinstance(term, sp.Indexed):
        indices = tuple(resize(i, table) for i in term.indices)
        table[term] = member(resize(term.base, table), *indices)
        return table[term]
    return rebuild(term, tuple(resize(a, table) for a in term.args))


@lru_cache(maxsize=1024)
def _family(label: sp.Symbol, shape: tuple[sp.Expr, ...]) -> sp.IndexedBase:
    """SymPy asks for all that follows from a label's assumptions whenever it makes a family."""
    return sp.IndexedBase(label, shape=shape)

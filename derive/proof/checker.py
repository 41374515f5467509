"""The checker: makes the moves of a proof again, without the search that found them.

It imports the moves (`cases`), the comparison at a leaf (`leaf`) and the normal forms below
them, nothing of `search`. A case distinction must name every possible case, a leaf must come
out as the proof says without any further distinction, and the identity at the end is checked
once more by multiplying out with SymPy's polynomials instead of FLINT's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import inf
from types import MappingProxyType
from typing import Any

from flint import fmpq
from sympy.polys.domains import QQ
from sympy.polys.rings import ring

from derive.proof.assumptions import Fact
from derive.proof.cases import Cases
from derive.proof.certificate import Certificate, Enter, IndexCases, Node, SignCases, ValueCases
from derive.proof.field import GROWTH, CapacityExceeded, Field, Frac, UndefinedTermError
from derive.proof.leaf import TWO_VALUES, Leaf, LeafJudge
from derive.proof.polynomials import Poly
from derive.proof.powers import FinerGrain
from derive.proof.region import Region, Split, SplitIndex, SplitSign
from derive.proof.signs import POSITIVE

MAX_CAPACITY = 3000
MAX_FINER = 6
MANY = 4


class CheckError(Exception):
    """A proof does not hold up; the message says where."""


def check(certificate: Certificate, deadline: float = inf) -> int:
    """Replay a proof and return the number of its leaves.

    Raises `CheckError` if it does not hold, `LimitError` if the deadline comes first.
    """
    capacity = certificate.room
    grains: list[tuple[object, fmpq]] = []
    while True:
        cases = Cases(Field(capacity, deadline), certificate.setting, dict(grains))
        try:
            return _Replay(cases, LeafJudge(cases, certificate.statement)).node(
                certificate.tree, cases.start(), list(certificate.setting.facts)
            )
        except FinerGrain as finer:
            grains = [*(x for x in grains if x[0] != finer.basis), (finer.basis, finer.grain)]
        except CapacityExceeded:
            capacity *= GROWTH
            if capacity > MAX_CAPACITY:
                raise CheckError("the proof has too many terms to check") from None
        except Split:
            raise CheckError("a case is not distinguished") from None


class _Replay:
    def __init__(self, cases: Cases, judge: LeafJudge) -> None:
        self.cases = cases
        self.judge = judge

    def node(self, node: Node, region: Region, waiting: list[Fact]) -> int:
        if isinstance(node, Enter):
            return self._enter(node, region, waiting)
        if isinstance(node, SignCases):
            return self._signs(node, region, waiting)
        if isinstance(node, IndexCases):
            return self._indices(node, region, waiting)
        if isinstance(node, ValueCases):
            return self._values(node, region, waiting)
        if waiting:
            raise CheckError("a hypothesis was not entered")
        return self._leaf(node, region)

    def _enter(self, node: Enter, region: Region, waiting: list[Fact]) -> int:
        if not waiting or waiting[0] != node.fact:
            raise CheckError(f"{node.fact.statement} is not the next hypothesis")
        inside = self.cases.enter(region, node.fact)
        if (inside is None) != (node.then is None):
            raise CheckError(f"{node.fact.statement} does not do what the proof says")
        if inside is None or node.then is None:
            return 0
        return self.node(node.then, inside, waiting[1:])

    def _signs(self, node: SignCases, region: Region, waiting: list[Fact]) -> int:
        # What a derivative distinguishes is met in general position, without equations.
        general = replace(region, rules=MappingProxyType({}), relations=(), rows=())
        normal = self.cases.normalizer(general)
        try:
            value = normal(node.term)
        except UndefinedTermError as error:
            raise CheckError(f"{node.term} has no value here: {error}") from None
        if normal.algebra.facts.sign(value.den) != POSITIVE:
            # Whatever is distinguished, every case of it has to be there.
            raise CheckError(f"{node.term} has not the sign of a polynomial here")
        total = 0
        for sign in sorted(self.cases.possible(region, value.num)):
            smaller = self.cases.take_sign(region, value.num, sign)
            if smaller.contradictory():
                continue
            if sign not in node.branches:
                raise CheckError(f"the case {node.term} of sign {sign} is missing")
            total += self.node(node.branches[sign], smaller, waiting)
        return total

    def _indices(self, node: IndexCases, region: Region, waiting: list[Fact]) -> int:
        total = 0
        for equal in (True, False):
            smaller = self.cases.take_index(region, node.left, node.right, equal)
            if smaller.contradictory():
                continue
            if equal not in node.branches:
                raise CheckError(f"a case of {node.left} = {node.right} is missing")
            total += self.node(node.branches[equal], smaller, waiting)
        return total

    def _values(self, node: ValueCases, region: Region, waiting: list[Fact]) -> int:
        domain = self.cases.setting.context.domain_of(node.term)
        total = 0
        for value in TWO_VALUES.get(domain, ()):
            smaller = self.cases.take_value(region, node.term, value)
            if smaller.contradictory():
                continue
            if value not in node.branches:
                raise CheckError(f"the case {node.term} = {value} is missing")
            total += self.node(node.branches[value], smaller, waiting)
        if domain not in TWO_VALUES:
            raise CheckError(f"{node.term} has more values than the proof looks at")
        return total

    def _leaf(self, leaf: Leaf, region: Region, depth: int = 0) -> int:
        try:
            found = self.judge(region, leaf.bound)
        except (SplitSign, SplitIndex) as split:
            # The normal forms may meet cases in another order: finer cases, all of them, do.
            if depth >= MAX_FINER:
                raise
            for smaller in self._finer(region, split):
                self._leaf(leaf, smaller, depth + 1)
            return 1
        if found.kind not in (leaf.kind, "void"):
            raise CheckError(f"a leaf is {found.kind}, the proof says {leaf.kind}")
        if not set(found.needs) <= set(leaf.needs):
            raise CheckError("a leaf needs more than the proof says")
        equation = found.kind == "equal" and self.judge.statement.relation == "="
        if equation and not region.relations and found.compared and not _same(*found.compared):
            raise CheckError("the polynomial identity at the end does not hold")
        return 1

    def _finer(self, region: Region, split: SplitSign | SplitIndex) -> Iterator[Region]:
        if isinstance(split, SplitSign):
            parts = [
                self.cases.take_sign(region, split.poly, sign)
                for sign in sorted(self.cases.possible(region, split.poly))
            ]
        else:
            parts = [
                self.cases.take_index(region, split.left, split.right, equal)
                for equal in (True, False)
            ]
        return (part for part in parts if not part.contradictory())


def _same(left: Frac, right: Frac) -> bool:
    """The identity at the end, multiplied out by other arithmetic."""
    if max(len(pieces) for side in (left, right) for pieces in (side.parts, side.factors)) > MANY:
        return left.same(right)  # too large to be multiplied out
    field = left.field
    polys = (left.num, left.den, right.num, right.den)
    used = sorted({g for p in polys for g in field.used(p)})
    _, *gens = ring([f"x{g}" for g in used], QQ)
    symbols = dict(zip(used, gens, strict=True))
    a, b, c, d = (_plain(field, p, symbols) for p in polys)
    return bool(a * d - c * b == 0) or left.same(right)


def _plain(field: Field, poly: Poly, symbols: dict[int, Any]) -> Any:
    total: Any = 0
    for powers, coefficient in field.terms(poly):
        term: Any = QQ(int(coefficient.p), int(coefficient.q))
        for g, e in powers:
            term = term * symbols[g] ** e
        total = term + total
    return total

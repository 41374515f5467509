"""The search for a proof: which cases to distinguish, in the order in which they are met.

Every case ends in the exact comparison of two normal forms. What the search tries never makes
a statement true: it only chooses the cases, which together cover everything, and writes down
the tree of its moves, which the checker makes again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp
from flint import fmpq

from derive.errors import LimitError
from derive.proof.assumptions import Fact, Setting
from derive.proof.bounding import find_bound
from derive.proof.cases import Cases
from derive.proof.certificate import Certificate, Enter, IndexCases, Node, SignCases, ValueCases
from derive.proof.field import GROWTH, SMALL, CapacityExceeded, Field
from derive.proof.leaf import Leaf, LeafJudge
from derive.proof.powers import FinerGrain
from derive.proof.region import Region, SplitIndex, SplitSign, SplitValues
from derive.proof.restore import restore_poly
from derive.proof.wording import logarithms
from derive.terms import Statement

MAX_LEAVES = 400
MAX_DEPTH = 14
MAX_CAPACITY = 3000


@dataclass
class Search:
    """One attempt at a statement in a setting, over one field."""

    statement: Statement
    cases: Cases
    allowed: frozenset[Statement] | None = None
    leaves: int = 0

    def run(self) -> Node:
        """The tree of the proof: hypotheses entered, cases taken, leaves compared."""
        return self._assume(self.cases.start(), list(self.cases.setting.facts), 0)

    def _assume(self, region: Region, waiting: list[Fact], depth: int) -> Node:
        """Enter the hypotheses one by one, then compare; cases multiply along the way."""
        if not waiting:
            return self._branch(region, depth, self._leaf)
        fact, *rest = waiting

        def enter(here: Region) -> Node:
            inside = self.cases.enter(here, fact)
            if inside is None:
                return Enter(fact, None)
            return Enter(fact, self._assume(inside, rest, depth))

        return self._branch(region, depth, enter)

    def _leaf(self, region: Region) -> Leaf:
        self.leaves += 1
        leaf = LeafJudge(self.cases, self.statement, find_bound)(region)
        if self.allowed is not None and (leaf.kind == "open" or not self.allowed >= {*leaf.needs}):
            raise LimitError("a case stays open")
        return leaf

    def _branch(self, region: Region, depth: int, work: Callable[[Region], Node]) -> Node:
        """Do some work in a region, dividing the region as the work asks for it."""
        self.cases.field.watch()
        if self.leaves > MAX_LEAVES or depth > MAX_DEPTH:
            raise LimitError("too many cases to distinguish")
        try:
            return work(region)
        except SplitSign as split:
            return self._sign_cases(region, depth, work, split)
        except SplitIndex as split:
            return self._index_cases(region, depth, work, split)
        except SplitValues as split:
            return self._value_cases(region, depth, work, split)

    def _sign_cases(
        self, region: Region, depth: int, work: Callable[[Region], Node], split: SplitSign
    ) -> Node:
        possible = self.cases.possible(region, split.poly)
        branches = {}
        for sign in sorted(possible, reverse=True):
            smaller = self.cases.take_sign(region, split.poly, sign)
            if not smaller.contradictory():
                branches[sign] = self._branch(smaller, depth + 1, work)
        term = restore_poly(self.cases.field, split.poly)
        logs = logarithms(region.facts, split.poly, _unsigned)
        return SignCases(term.xreplace(logs), branches)

    def _value_cases(
        self, region: Region, depth: int, work: Callable[[Region], Node], split: SplitValues
    ) -> Node:
        branches = {}
        for value in split.values:
            smaller = self.cases.take_value(region, split.term, value)
            if not smaller.contradictory():
                branches[value] = self._branch(smaller, depth + 1, work)
        return ValueCases(split.term, branches)

    def _index_cases(
        self, region: Region, depth: int, work: Callable[[Region], Node], split: SplitIndex
    ) -> Node:
        branches = {}
        for equal in (True, False):
            smaller = self.cases.take_index(region, split.left, split.right, equal)
            if not smaller.contradictory():
                branches[equal] = self._branch(smaller, depth + 1, work)
        return IndexCases(split.left, split.right, branches)


def _unsigned(term: sp.Expr) -> sp.Expr:
    """ln |f| as a term that reads back without a case for the sign of f."""
    return sp.log(term**2) / 2


class Room:
    """What the searches for one claim share: a field, with all that is known of it.

    A generator means the same whatever is assumed, and a polynomial has the same factors.
    """

    def __init__(self) -> None:
        self.field = Field(SMALL)
        self.grains: dict[object, fmpq] = {}

    def grow(self) -> None:
        """Start again with room for more generators."""
        capacity = self.field.capacity * GROWTH
        if capacity > MAX_CAPACITY:
            raise LimitError("too many different terms")
        self.field, self.grains = Field(capacity, self.field.deadline), {}


def run_search(
    statement: Statement,
    setting: Setting,
    seconds: float,
    allowed: frozenset[Statement] | None = None,
    room: Room | None = None,
) -> Certificate:
    """Search with as much room and as fine a grain as it turns out to need.

    With `allowed`, raises `LimitError` at the first case that is open or has another condition.
    `room` is what other searches for the same claim have left.
    """
    room = room or Room()
    room.field.deadline = time.monotonic() + seconds
    while True:
        cases = Cases(room.field, setting, room.grains)
        try:
            tree = Search(statement, cases, allowed).run()
        except FinerGrain as finer:
            room.grains[finer.basis] = finer.grain
        except CapacityExceeded:
            room.grow()
        else:
            return Certificate(statement, setting, tree, room.field.capacity)

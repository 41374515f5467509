"""The search for a proof: which cases to distinguish, which equations to use and how.

Each leaf ends in the exact comparison of two normal forms. What the search tries never
makes a statement true: it only chooses the cases, which together cover everything.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from types import MappingProxyType
from typing import Literal

import sympy as sp

from derive.errors import LimitError, UnsupportedError
from derive.proof.algebra import is_index_name
from derive.proof.assumptions import Fact, Setting
from derive.proof.field import CapacityExceeded, Field, Frac, Poly, UndefinedTermError
from derive.proof.inequalities import sign_with_lemmas
from derive.proof.normal import Normalizer
from derive.proof.powers import FinerGrain
from derive.proof.region import Condition, Region, SplitIndex, SplitSign
from derive.proof.restore import restore, restore_poly
from derive.proof.signs import (
    NEGATIVE,
    NONNEGATIVE,
    NONPOSITIVE,
    NONZERO,
    POSITIVE,
    ZERO,
    Facts,
    Sign,
    times,
)
from derive.proof.sums import Rebuilder
from derive.proof.wording import condition_statement, negation
from derive.terms import Statement

MAX_LEAVES = 400
MAX_DEPTH = 14
MAX_CAPACITY = 2000

Kind = Literal["equal", "open", "void", "partly"]

ALLOWED: dict[str, Sign] = {
    "=": ZERO,
    "!=": NONZERO,
    "<": NEGATIVE,
    "<=": NONPOSITIVE,
    ">": POSITIVE,
    ">=": NONNEGATIVE,
}


_SOLVED_FIRST = ("sum", "product", "function", "root", "slope", "opaque", "atom")


@dataclass(frozen=True)
class Leaf:
    """What one region showed: `needs` are conditions that one side has and the other lacks."""

    kind: Kind
    region: tuple[Statement, ...]
    needs: tuple[Statement, ...] = ()
    line: str = ""


@dataclass
class Search:
    """One attempt at a statement in a setting, over one field."""

    statement: Statement
    setting: Setting
    field: Field
    grains: dict[object, int]
    deadline: float
    leaves: list[Leaf] = dataclass_field(default_factory=list)

    def run(self) -> list[Leaf]:
        """The leaves of the case distinction that the statement needs."""
        facts = Facts(self.field)
        start = Region(facts, ranges=MappingProxyType(dict(self.setting.ranges)))
        self._assume(start, list(self.setting.facts), 0)
        return self.leaves

    # -- hypotheses -------------------------------------------------------------------

    def _assume(self, region: Region, waiting: list[Fact], depth: int) -> None:
        """Enter the hypotheses one by one, then judge; cases multiply along the way."""
        if not waiting:
            self._judge(region, depth)
            return
        hypothesis, *rest = waiting
        self._branch(region, depth, lambda r: self._enter(r, hypothesis),
                     lambda r, d: self._assume(r, rest, d))  # fmt: skip

    def _enter(self, region: Region, hypothesis: Fact) -> Region | None:
        """The region with a hypothesis in force; None if it excludes it."""
        s = hypothesis.statement
        normal = self._normalizer(region)
        if s.relation in ("=", "!=") and self._indices(s.lhs, s.rhs):
            change = region.with_equal_indices if s.relation == "=" else region.with_unequal_indices
            if normal.region.index(s.lhs - s.rhs) == 0:
                return region if s.relation == "=" else None
            return change(s.lhs, s.rhs)
        difference = normal(s.lhs) - normal(s.rhs)
        if s.relation not in ALLOWED:
            raise UnsupportedError(f"a hypothesis with the relation {s.relation}")
        return self._with_sign(region, normal, difference, ALLOWED[s.relation])

    def _indices(self, *terms: sp.Expr) -> bool:
        plain = [is_index_name(t) or isinstance(t, sp.Integer) for t in terms]
        return all(plain) and any(t in self.setting.ranges for t in terms)

    def _with_sign(
        self, region: Region, normal: Normalizer, value: Frac, sign: Sign
    ) -> Region | None:
        """The region where a value has this sign; for zero, with the equation as a rule."""
        known = normal.algebra.facts.of_frac(value)
        if not known & sign:
            return None
        if known <= sign and (sign != ZERO or value.is_zero):
            return region
        poly = value.num * value.den if sign != ZERO else value.num
        facts = region.facts.copy()
        for condition in normal.conditions:
            if not condition.bound:
                facts.add(condition.poly, condition.sign)
        region = replace(region, facts=facts)
        _, factors = poly.factor()
        if sign == NONZERO:
            for factor, _ in factors:
                region = region.with_sign(factor, NONZERO)
        else:
            open_factors = [
                (f, e) for f, e in factors if len(normal.algebra.facts.of_irreducible(f)) > 1
            ]
            if len(open_factors) == 1 and open_factors[0][1] % 2:
                factor = open_factors[0][0]
                rest = normal.algebra.facts.sign(divmod(poly, factor)[0])
                if rest in (POSITIVE, NEGATIVE):
                    region = region.with_sign(factor, times(sign, rest))
        return self._with_equation(region, poly) if sign == ZERO else region

    # -- equations ----------------------------------------------------------------------

    def _with_equation(self, region: Region, poly: Poly) -> Region:
        """Use poly = 0: solved for a generator where that is possible, else as a relation."""
        choice = self._solvable(region, poly)
        if choice is None:
            return replace(region, relations=(*region.relations, poly))
        g, value = choice
        rules = {n: self._with_rule(v, g, value) for n, v in region.rules.items()}
        rules[g] = value
        return replace(region, rules=MappingProxyType(rules))

    def _with_rule(self, value: Frac, g: int, replacement: Frac) -> Frac:
        if g not in value.generators:
            return value
        result = []
        for poly in (value.num, value.den):
            total = self.field.zero
            for powers, c in self.field.terms(poly):
                term = self.field.constant(c)
                for h, e in powers:
                    term = term * (replacement if h == g else self.field.frac(h)) ** e
                total = total + term
            result.append(total)
        return result[0] / result[1]

    def _solvable(self, region: Region, poly: Poly) -> tuple[int, Frac] | None:
        """A generator in which the polynomial is linear, and what it equals then."""
        candidates = []
        for g in self.field.used(poly):
            kind = self.field.generators[g].kind
            if int(poly.degrees()[g]) != 1 or kind in (
                "delta",
                "indicator",
                "exp",
                "ln",
                "constant",
            ):
                continue
            coefficient = poly.derivative(g)
            if 0 in region.facts.sign(coefficient):
                continue
            if self._nested(g, poly):
                continue
            order = _SOLVED_FIRST.index(kind)
            candidates.append((order, not coefficient.is_constant(), -g, coefficient))
        if not candidates:
            return None
        _, _, negative, coefficient = min(candidates, key=lambda c: c[:3])
        g = -negative
        rest = poly - coefficient * self.field.gens[g]
        return g, Frac.make(self.field, -rest, coefficient)

    def _nested(self, g: int, poly: Poly) -> bool:
        """Whether a generator also stands inside another one of the polynomial."""
        others = [h for h in self.field.used(poly) if h != g]
        term = restore_poly(self.field, self.field.gens[g])
        return any(restore_poly(self.field, self.field.gens[h]).has(term) for h in others)

    # -- judging ------------------------------------------------------------------------

    def _branch(
        self,
        region: Region,
        depth: int,
        work: Callable[[Region], Region | None],
        then: Callable[[Region, int], None],
    ) -> None:
        if time.monotonic() > self.deadline:
            raise LimitError("the time limit was reached")
        if len(self.leaves) > MAX_LEAVES or depth > MAX_DEPTH:
            raise LimitError("too many cases to distinguish")
        try:
            result = work(region)
        except SplitSign as split:
            for smaller in self._split_sign(region, split):
                self._branch(smaller, depth + 1, work, then)
        except SplitIndex as split:
            for smaller in self._split_index(region, split):
                self._branch(smaller, depth + 1, work, then)
        else:
            if result is not None:
                then(result, depth)

    def _split_sign(self, region: Region, split: SplitSign) -> Iterator[Region]:
        possible = split.signs & region.facts.sign(split.poly)
        for sign in (1, 0, -1):
            if sign not in possible:
                continue
            case = condition_statement(self.field, split.poly, frozenset((sign,)))
            smaller = region.with_sign(split.poly, frozenset((sign,)), case)
            if smaller.contradictory():
                continue
            yield self._with_equation(smaller, split.poly) if sign == 0 else smaller

    def _split_index(self, region: Region, split: SplitIndex) -> Iterator[Region]:
        left, right = split.left, split.right
        if not all(is_index_name(t) or t.is_Integer for t in (left, right)):
            raise UnsupportedError(f"a case distinction over {left} = {right}")
        for smaller in (
            region.with_equal_indices(left, right, Statement(left, "=", right)),
            region.with_unequal_indices(left, right, Statement(left, "!=", right)),
        ):
            if not smaller.contradictory():
                yield smaller

    def _judge(self, region: Region, depth: int) -> None:
        def work(r: Region) -> Region:
            self.leaves.append(self._leaf(r))
            return r

        self._branch(region, depth, work, lambda r, d: None)

    def _normalizer(self, region: Region) -> Normalizer:
        return Normalizer(self.field, region, self.setting.context, self.grains)

    def _leaf(self, region: Region) -> Leaf:
        sides = []
        failed: list[UndefinedTermError] = []
        for term in (self.statement.lhs, self.statement.rhs):
            normal = self._normalizer(region)
            try:
                sides.append((normal, normal(term)))
            except UndefinedTermError as error:
                failed.append(error)
        if len(failed) == 2:
            return Leaf("void", region.story)
        if failed:
            return Leaf("partly", region.story, (self._exclusion(region, failed[0]),))
        (left_normal, left), (right_normal, right) = sides
        if not self._holds(region, left_normal, left, right):
            shown = restore(self.field, left - right)
            return Leaf("open", region.story, line=f"{shown} {self.statement.relation} 0 is open")
        needs = self._missing(region, left_normal, right_normal)
        shown = restore(self.field, left)
        return Leaf("equal", region.story, needs, f"both sides have the normal form {shown}")

    def _exclusion(self, region: Region, error: UndefinedTermError) -> Statement:
        """What keeps out of a region in which only one side is defined."""
        if error.needs is not None:
            return condition_statement(self.field, *error.needs)
        if not region.story:
            raise UnsupportedError(f"one side is never defined: {error}")
        return negation(region.story[-1])

    def _holds(self, region: Region, normal: Normalizer, left: Frac, right: Frac) -> bool:
        if self.statement.relation != "=":
            wanted = ALLOWED[self.statement.relation]
            return sign_with_lemmas(normal.algebra, left - right, wanted) <= wanted
        return left.same(right) or in_ideal(self.field, (left - right).num, region.relations)

    # -- conditions ---------------------------------------------------------------------

    def _missing(
        self, region: Region, left: Normalizer, right: Normalizer
    ) -> tuple[Statement, ...]:
        """The conditions that only one side needs, and those that always have to be stated."""
        found: dict[Statement, None] = {}
        for here, there in ((left, right), (right, left)):
            known = region.facts.copy()
            for condition in [*there.conditions, *(c for c in here.conditions if c.supplied)]:
                if not condition.sufficient:
                    self._learn(known, here, condition)
            for condition in here.conditions:
                one_sided = self.statement.relation == "=" and not condition.supplied
                if not (condition.sufficient or one_sided):
                    continue
                poly = self._canonical(here, condition)
                if condition.sufficient or not known.sign(poly) <= condition.sign:
                    found[condition_statement(self.field, poly, condition.sign)] = None
        return tuple(found)

    def _learn(self, facts: Facts, normal: Normalizer, condition: Condition) -> None:
        """A condition as a fact; one over bound indices also for the free ones in range."""
        poly = self._canonical(normal, condition)
        _add_product(facts, poly, condition.sign)
        if len(condition.bound) == 1:
            for i, size in sorted(normal.region.ranges.items(), key=str):
                if normal(size).same(condition.bound[0][1]):
                    swap = Rebuilder.of_indices(normal.algebra, {condition.bound[0][0]: i})
                    _add_product(facts, swap.poly(condition.poly).num, condition.sign)

    def _canonical(self, normal: Normalizer, condition: Condition) -> Poly:
        if not condition.bound:
            return condition.poly
        swap = {k: sp.Symbol(f"_c{n}", integer=True, positive=True)
                for n, (k, _) in enumerate(condition.bound)}  # fmt: skip
        return Rebuilder.of_indices(normal.algebra, swap).poly(condition.poly).num


def _add_product(facts: Facts, poly: Poly, sign: Sign) -> None:
    content, factors = poly.factor()
    if sign == NONZERO or (sign == POSITIVE and len(factors) > 1):
        for factor, _ in factors:
            facts.add(factor, NONZERO)
    if len(factors) == 1 and factors[0][1] == 1:
        facts.add(factors[0][0], frozenset(-s for s in sign) if content < 0 else sign)


def in_ideal(field: Field, poly: Poly, relations: tuple[Poly, ...]) -> bool:
    """Whether a polynomial is a combination of relations that are zero."""
    for relation in relations:
        poly = divmod(poly, relation)[1]
    return bool(field.reduce(poly).is_zero())


def run_search(statement: Statement, setting: Setting, seconds: float) -> Search:
    """Search with as much room and as fine a grain as it turns out to need."""
    deadline = time.monotonic() + seconds
    capacity = 40
    grains: dict[object, int] = {}
    wanted: list[tuple[object, int]] = []
    while True:
        # Keys speak of generator numbers, which are the same in every run up to the restart.
        grains = dict(wanted)
        search = Search(statement, setting, Field(capacity), grains, deadline)
        try:
            search.run()
        except FinerGrain as finer:
            wanted = [(k, g) for k, g in wanted if k != finer.basis]
            wanted.append((finer.basis, finer.grain))
        except CapacityExceeded:
            capacity *= 4
            if capacity > MAX_CAPACITY:
                raise LimitError("too many different terms") from None
        else:
            return search

"""The end of a case: both sides in normal form, compared exactly, with their conditions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import permutations
from math import inf
from typing import Literal

import sympy as sp

from derive.errors import DeriveError, UnsupportedError
from derive.proof.algebra import Algebra
from derive.proof.bounds import Bound, holds
from derive.proof.cases import ALLOWED, Cases
from derive.proof.field import Field, Frac, UndefinedTermError
from derive.proof.inequalities import sign_with_lemmas
from derive.proof.normal import Normalizer
from derive.proof.norms import inside, sums_inside
from derive.proof.polynomials import Poly
from derive.proof.region import Condition, Region, Split, SplitValues
from derive.proof.signs import NEGATIVE, NONZERO, Facts, Sign, plus, times
from derive.proof.sums import Rebuilder
from derive.proof.trace import Step, steps
from derive.proof.wording import condition_statement, negation, restored
from derive.proof.written import written_sign
from derive.terms import Domain, Partial, Statement

TWO_VALUES = {Domain.BINARY: (0, 1), Domain.SIGN: (-1, 1)}

Kind = Literal["equal", "open", "void", "partly"]


@dataclass(frozen=True)
class Leaf:
    """What one region showed.

    `equal`: the statement holds there, given `needs`, the conditions that one side has and the
    other lacks. `void`: neither side is defined there. `partly`: only one is. `open`: not shown.
    `compared` are the normal forms of the two sides, written out only when somebody reads them,
    and `readers` what read the sides; `bound` proves an inequality by one of its variables where
    nothing simpler does.
    """

    kind: Kind
    region: tuple[Statement, ...]
    needs: tuple[Statement, ...] = ()
    relation: str = "="
    compared: tuple[Frac, Frac] | None = field(default=None, compare=False, repr=False)
    bound: Bound | None = None
    readers: tuple[Normalizer, ...] = field(default=(), compare=False, repr=False)

    @cached_property
    def normal(self) -> sp.Expr | None:
        """The normal form of the left side."""
        return None if self.compared is None else self._restored(self.compared[0])

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """How the two sides were brought into normal form."""
        if self.compared is None:
            return ()
        self.compared[0].field.deadline = inf
        return tuple(dict.fromkeys(step for reader in self.readers for step in steps(reader)))

    @cached_property
    def shown(self) -> tuple[sp.Expr, ...]:
        """The normal form of both sides, or that of their difference."""
        if self.compared is None or self.normal is None:
            return ()
        left, right = self.compared
        left.field.deadline = inf  # what was judged in time is written out whenever it is read
        if self.kind == "equal" and self.relation == "=":
            return (self.normal,)
        return (self._restored(left - right),)

    def _restored(self, value: Frac) -> sp.Expr:
        facts = self.readers[0].algebra.facts if self.readers else Facts(value.field)
        return restored(facts, value)

    @property
    def line(self) -> str:
        """What was compared, in words."""
        return self.worded(lambda term: term)

    def worded(self, short: Callable[[sp.Expr], sp.Expr]) -> str:
        """What was compared, in words, with terms abbreviated like this."""
        if not self.shown:
            return ""
        shown = short(self.shown[0])
        if self.kind != "equal":
            return f"{shown} {self.relation} 0 is open"
        if self.relation == "=":
            return f"both sides have the normal form {shown}"
        return f"the difference {shown} has the right sign"


FindBound = Callable[[Algebra, Frac, Sign], Bound | None]


class LeafJudge:
    """Compares the sides of one statement in regions.

    `find` looks for proofs of bounds; without it only those that are handed over count.
    """

    def __init__(self, cases: Cases, statement: Statement, find: FindBound | None = None) -> None:
        self.cases = cases
        self.find = find
        self.bound: Bound | None = None
        self.field: Field = cases.field
        self.statement = statement

    @property
    def _sides(self) -> tuple[sp.Expr, sp.Expr]:
        return self.statement.lhs, self.statement.rhs

    def __call__(self, region: Region, bound: Bound | None = None) -> Leaf:
        """The leaf of a region; raises `Split` where the region has to be divided further.

        `bound` is a proof to be checked, if one was found before.
        """
        self.bound = bound
        sides = {}
        failed: list[UndefinedTermError] = []
        # A side without a derivative asks for its cases sooner.
        for term in sorted(self._sides, key=lambda side: side.has(Partial)):
            normal = self.cases.normalizer(region)
            try:
                sides[term] = normal, normal(term)
            except UndefinedTermError as error:
                failed.append(error)
        if len(failed) == 2:
            return Leaf("void", region.story)
        if failed:
            return Leaf("partly", region.story, (self._exclusion(region, failed[0]),))
        (left_normal, left), (right_normal, right) = (sides[term] for term in self._sides)
        if not self._holds(region, left_normal, right_normal, left, right):
            self._split_values(left_normal.algebra, left, right)
            return Leaf("open", region.story, (), self.statement.relation, (left, right))
        needs = self._missing(region, left_normal, right_normal)
        relation = self.statement.relation
        compared, readers = (left, right), (left_normal, right_normal)
        return Leaf("equal", region.story, needs, relation, compared, self.bound, readers)

    def _split_values(self, algebra: Algebra, *values: Frac) -> None:
        """Where a variable has two values only, each is a case of its own.

        Not one that a derivative is taken by: that moves freely.
        """
        moved = {v for side in self._sides for p in side.atoms(Partial) for v in p.variables}
        for g in inside(algebra, (g for value in values for g in value.generators)):
            generator = self.field.generators[g]
            if generator.kind != "atom" or any(i.name.startswith("_") for i in generator.indices):
                continue
            domain = self.cases.setting.context.domain_of(generator.parts[0])
            if domain in TWO_VALUES and generator.parts[0] not in moved:
                raise SplitValues(generator.parts[0], TWO_VALUES[domain])

    def _exclusion(self, region: Region, error: UndefinedTermError) -> Statement:
        """What keeps out of a region in which only one side is defined."""
        # What that side has noted for itself is no reason: the region has to exclude it, and
        # no more than the region.
        if error.needs is not None and not error.needs[0].is_constant():
            poly, sign = error.needs
            if not region.facts.sign(poly) & sign and Facts(self.field).sign(poly) & sign:
                return condition_statement(region.facts, poly, sign)
        if not region.story:
            raise UnsupportedError(f"vacuous: one side is never defined: {error}")
        equations = [s for s in region.story if s.relation == "="]
        return negation((equations or region.story)[-1])

    def _holds(
        self, region: Region, normal: Normalizer, other: Normalizer, left: Frac, right: Frac
    ) -> bool:
        if self.statement.relation != "=":
            wanted = ALLOWED[self.statement.relation]
            above, below = (written_sign(normal, t) for t in self._sides)
            if plus(above, times(below, NEGATIVE)) <= wanted:
                return True
            # The claim speaks of where both sides are defined.
            for poly, sign in other.algebra.facts.known.values():
                normal.algebra.facts.add(poly, sign)
            self._learn_for_all(normal.algebra, left - right)
            if sign_with_lemmas(normal.algebra, left - right, wanted) <= wanted:
                return True
            return self._bounded(normal.algebra, left - right, wanted)
        if left.same(right):
            return True
        relations = region.relations
        return bool(relations) and in_ideal(self.field, (left - right).num, relations)

    def _learn_for_all(self, algebra: Algebra, value: Frac) -> None:
        """What hypotheses say of every index, said of those that the sums in a value run over."""
        sums = sums_inside(algebra, value)
        for fact in self.cases.setting.facts if sums else ():
            indices = fact.free_indices(self.cases.setting.ranges)
            if len(indices) != 1:
                continue
            # Nothing that holds in this case alone may be said of every index.
            plain = self.cases.normalizer(self.cases.start())
            s = fact.statement
            try:
                difference = plain(s.lhs) - plain(s.rhs)
                size = plain(self.cases.setting.ranges[indices[0]])
            except (Split, UndefinedTermError, DeriveError):
                continue
            for _, k, high, _ in sums:
                if any(other == k and not last.same(high) for _, other, last, _ in sums):
                    continue
                if size.same(high) and difference.den.is_constant():
                    with algebra.binding([(k, high)]):
                        said = Rebuilder.of_indices(algebra, {indices[0]: k})(difference)
                    if not said.num.is_constant():
                        algebra.facts.add(said.num, ALLOWED[s.relation])

    def _bounded(self, algebra: Algebra, difference: Frac, wanted: Sign) -> bool:
        if self.bound is not None:
            return holds(algebra, difference, wanted, self.bound)
        if self.find is not None:
            self.bound = self.find(algebra, difference, wanted)
        return self.bound is not None

    # -- conditions ---------------------------------------------------------------------

    def _missing(
        self, region: Region, left: Normalizer, right: Normalizer
    ) -> tuple[Statement, ...]:
        """The conditions that only one side needs, and those that always have to be stated."""
        found: dict[Statement, None] = {}
        # A claim about a derivative speaks of where its operand is defined; between two
        # derivatives, of where that of the left side is.
        both = all(side.has(Partial) for side in self._sides)
        for here, there in ((left, right), (right, left)):
            excused = here is left or not both
            known = region.facts.copy()
            for condition in [
                *there.conditions,
                *(c for c in here.conditions if c.supplied or (c.operand and excused)),
            ]:
                if not condition.sufficient:
                    self._learn(known, here, condition)
            facts = here.algebra.facts
            for condition in here.conditions:
                given = condition.supplied or (condition.operand and excused)
                one_sided = self.statement.relation == "=" and not given
                if not (condition.sufficient or one_sided):
                    continue
                poly = self._canonical(here, condition)
                if condition.sufficient or not known.sign(poly) <= condition.sign:
                    found[condition_statement(facts, poly, condition.sign)] = None
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
        choices = []
        for order in permutations(condition.bound):
            swap = {k: self.field.bound_name("c", size.key, n) for n, (k, size) in enumerate(order)}
            poly = Rebuilder.of_indices(normal.algebra, swap).poly(condition.poly).num
            choices.append((self.field.key(poly), poly))
        return min(choices, key=lambda choice: choice[0])[1]


def _add_product(facts: Facts, poly: Poly, sign: Sign) -> None:
    """A condition as facts: of the product, and of its factors what follows for them."""
    _, factors = facts.field.factor(poly)
    if poly.is_constant():
        return
    facts.add(poly, sign)
    if 0 not in sign:
        for factor, _ in factors:
            facts.add(factor, NONZERO)


def in_ideal(field: Field, poly: Poly, relations: tuple[Poly, ...]) -> bool:
    """Whether a polynomial is a combination of relations that are zero."""
    for relation in relations:
        poly = divmod(poly, relation)[1]
    return bool(field.reduce(poly).is_zero())

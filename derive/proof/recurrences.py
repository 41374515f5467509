"""Recurrences: h_t = f(h_{t-1}) says so of every t, and a claim needs a few steps of it.

Each member that the claim reaches, such as h_t and h_{t-1}, becomes a name: the first of them is
free, the later ones are defined by the steps between. What holds for every value of h_{t-1} holds
for the one that the recurrence gives it. What fails may hold by the steps before (`Unrolled.open`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import sympy as sp

from derive.errors import DefinitionError, UnsupportedError
from derive.proof.influence import bodies_of, influence, reached_names
from derive.proof.stepping import Rule, bound_in, family_of, recurrences
from derive.terms import (
    Context,
    Definition,
    Hypothesis,
    Partial,
    Statement,
    evaluated,
    family,
    free,
    map_terms,
    name_of,
    parts,
    real,
    substitute,
)

REACH = 8
"""How many steps from one member to another are followed."""

BEYOND = "what a recurrence says beyond a few steps from the members at hand is not followed"


class _NotUnrolledError(Exception):
    """The claim speaks of members in another way than by steps from one letter."""


@dataclass(frozen=True)
class Unrolled:
    """A claim and its context with the steps of their recurrences that the claim needs.

    `open` says why the claim may be true where it fails at a point; "" if it may not. `letter`
    is the t from which the members are counted.
    """

    statement: Statement
    context: Context
    open: str = ""
    letter: sp.Symbol | None = None


def unrolled(statement: Statement, context: Context) -> Unrolled:
    """The claim with the members that it reaches as names; unchanged if it reaches none.

    Raises `UnsupportedError` for a derivative of members that are not a few steps apart: how
    they depend on each other is not known then.
    """
    rules = recurrences(context)
    if not rules:
        return Unrolled(statement, context)
    own, context = context, _with_first_members(context, rules)
    bodies = {name: [r.body] for name, r in rules.items()}
    reached = reached_names((statement.lhs, statement.rhs), context, bodies)
    if not any(family_of(name, rules) for name in reached):
        return Unrolled(statement, _without_members(context, rules))
    try:
        found = _Unrolling(statement, context, rules, reached).result()
        return replace(found, open=BEYOND) if _has_ends(context, rules) else found
    except (_NotUnrolledError, DefinitionError):
        terms = [*bodies_of(reached, context), *(r.body for r in rules.values())]
        moved = reached_names([r.body for r in rules.values()], context, bodies) | rules.keys()
        for term in (statement.lhs, statement.rhs, *terms):
            for p in parts(term, Partial):
                if any(str(name_of(v)) in moved for v in p.variables):
                    raise UnsupportedError(BEYOND) from None
        return Unrolled(statement, own, BEYOND)


def _with_first_members(context: Context, rules: dict[str, Rule]) -> Context:
    """The context in which h_0 := 1 and h_1 := w are equations, as those of the other members."""
    for name in rules:
        for own in (name, f"{name}_0"):
            for d in context.definitions.get(own, ()):
                context = context.assume(Statement(d.head, "=", d.body))
            context = context.without(own)
    return context


def _has_ends(context: Context, rules: dict[str, Rule]) -> bool:
    """Whether a member is defined by a name that no step leads to, as in G_T := 0."""
    return any(family_of(name, rules) is not None for name in context.definitions)


def _without_members(context: Context, rules: dict[str, Rule]) -> Context:
    """The context without what is said of the members of recurrences."""
    kept = (
        h
        for h in context.hypotheses
        if not any(family_of(str(name_of(x)), rules) for t in h.terms for x in free(t))
    )
    return replace(context, hypotheses=tuple(kept))


class _Unrolling:
    """One claim with the members that it reaches."""

    def __init__(
        self, statement: Statement, context: Context, rules: dict[str, Rule], names: set[str]
    ) -> None:
        self.statement = statement
        self.context = context
        self.names = names
        self.rules = rules | self._families(rules)
        self.open = ""
        self.letter = self._letter()
        self.reached: dict[str, set[int]] = {}
        self.said: dict[str, set[int]] = {}

    def result(self) -> Unrolled:
        self._reach()
        context = replace(self.context, hypotheses=tuple(self._hypotheses()))
        gone = set(self.rules) | set(self._values())
        context = context.without(*sorted(gone))
        for name in self._values():
            for d in self.context.definitions[name]:
                context = context.define(Definition.of(d.head, self._named(d.body), d.source))
        for name, offset in sorted((n, o) for n, found in self.reached.items() for o in found):
            context = self._with_member(context, self.rules[name], offset)
        lhs, rhs = (self._named(side) for side in (self.statement.lhs, self.statement.rhs))
        return Unrolled(
            Statement(lhs, self.statement.relation, rhs), context, self.open, self.letter
        )

    # -- what takes part ----------------------------------------------------------------------

    def _families(self, rules: dict[str, Rule]) -> dict[str, Rule]:
        """The families whose definitions lead to a recurrence: y_t = V h_t."""
        found: dict[str, Rule] = {}
        before = -1
        while before != len(found):
            before = len(found)
            for name, group in sorted(self.context.definitions.items()):
                general = [d for d in group if d.general and isinstance(d.head, sp.Indexed)]
                if name in found or name not in self.names or not general:
                    continue
                head, body = general[-1].head, general[-1].body
                inner = [x for x in parts(body, sp.Indexed) if name_of(x) in {*rules, *found}]
                times = {frozenset(self._time(x, rules | found).free_symbols) for x in inner}
                places = [p for p, i in enumerate(head.indices) if {frozenset({i})} == times]
                if inner and len(places) != 1:
                    raise _NotUnrolledError
                if inner:
                    found[name] = Rule(head, body, places[0], 0)
        return found

    def _time(self, member: sp.Indexed, rules: dict[str, Rule]) -> sp.Expr:
        return member.indices[rules[str(name_of(member))].position]

    def _members(self, terms: Iterable[sp.Basic]) -> Iterator[sp.Indexed]:
        for term in terms:
            for name in sorted(free(term), key=str):
                found = family_of(str(name_of(name)), self.rules)
                if found is not None and found != str(name_of(name)):
                    yield self._first(str(name_of(name)), found)
                elif found is not None and isinstance(name, sp.IndexedBase):
                    members = [x for x in parts(term, sp.Indexed) if x.base == name]
                    if not members:
                        raise _NotUnrolledError
                    yield from members

    def _first(self, name: str, found: str) -> sp.Indexed:
        """The member h[0] that is written as a name of its own, h_0."""
        head = self.rules[found].head
        if name != f"{found}_0" or len(head.indices) != 1:
            raise _NotUnrolledError
        return head.base[0]

    def _letter(self) -> sp.Symbol | None:
        """The letter from which the claim counts; None if it speaks of none of the members."""
        terms = (self.statement.lhs, self.statement.rhs, *(b for _, b in self._bodies()))
        letters = set()
        for member in self._members(terms):
            letters |= self._time(member, self.rules).free_symbols
        if len(letters) > 1 or letters & bound_in(terms):
            raise _NotUnrolledError
        return next(iter(letters), None)

    def _bodies(self) -> list[tuple[str, sp.Expr]]:
        """The definitions of plain names that speak of the members: L = (h_t - y)^2."""
        return [
            (name, d.body)
            for name, group in sorted(self.context.definitions.items())
            for d in group
            if name not in self.rules
            and name in self.names
            and any(family_of(str(name_of(x)), self.rules) for x in free(d.body))
        ]

    def _values(self) -> list[str]:
        names = list(dict.fromkeys(name for name, _ in self._bodies()))
        if not all(
            isinstance(d.head, sp.Symbol) for n in names for d in self.context.definitions[n]
        ):
            raise _NotUnrolledError
        return names

    def _hypotheses(self) -> Iterator[Hypothesis]:
        """The other hypotheses, for every time at which they speak of what is reached."""
        for hypothesis, members in self._spoken_of():
            if not members:
                yield hypothesis
            elif not isinstance(hypothesis.statement, Statement):
                raise _NotUnrolledError
            elif not self._letters(members):
                # Of one member: h_0 = 1.
                if self._are_reached(members):
                    yield self._named_hypothesis(hypothesis, hypothesis.statement)
                else:
                    self.open = BEYOND
            else:
                yield from self._instances(hypothesis, hypothesis.statement, members)

    def _spoken_of(self) -> Iterator[tuple[Hypothesis, list[sp.Indexed]]]:
        own = [r.hypothesis for r in self.rules.values()]
        for hypothesis in self.context.hypotheses:
            if hypothesis not in own:
                yield hypothesis, list(self._members(hypothesis.terms))

    def _letters(self, members: Iterable[sp.Indexed]) -> set[sp.Symbol]:
        return {x for m in members for x in self._time(m, self.rules).free_symbols}

    def _are_reached(self, members: Iterable[sp.Indexed]) -> bool:
        try:
            return all(self._offset(m) in self.reached.get(str(name_of(m)), ()) for m in members)
        except _NotUnrolledError:
            return False

    def _named_hypothesis(self, hypothesis: Hypothesis, said: Statement) -> Hypothesis:
        named = Statement(self._named(said.lhs), said.relation, self._named(said.rhs))
        return replace(hypothesis, statement=named)

    def _instances(
        self, hypothesis: Hypothesis, said: Statement, members: list[sp.Indexed]
    ) -> Iterator[Hypothesis]:
        letters = self._letters(members)
        if len(letters) != 1 or letters & bound_in((said.lhs, said.rhs)):
            raise _NotUnrolledError
        (letter,) = letters
        for shift in range(-REACH, REACH + 1):
            moved = {letter: self._moment(shift)}
            here = Statement(
                substitute(said.lhs, moved), said.relation, substitute(said.rhs, moved)
            )
            if self._are_reached(self._members((here.lhs, here.rhs))):
                yield self._named_hypothesis(hypothesis, here)

    # -- which members are reached --------------------------------------------------------------

    def _offset(self, member: sp.Indexed) -> int:
        time = self._time(member, self.rules)
        offset = evaluated(time - self.letter) if self.letter is not None else time
        if not isinstance(offset, sp.Integer):
            raise _NotUnrolledError
        return int(offset)

    def _note(self, terms: Iterable[sp.Basic], table: dict[str, set[int]]) -> None:
        for member in self._members(terms):
            table.setdefault(str(name_of(member)), set()).add(self._offset(member))

    def _reach(self) -> None:
        said = [self.statement.lhs, self.statement.rhs, *(b for _, b in self._bodies())]
        if self.letter is None:
            said += [t for h, m in self._spoken_of() if m and not self._letters(m) for t in h.terms]
        self._note(said, self.said)
        self._note(said, self.reached)
        for _ in range(2 * REACH):
            before = {name: set(offsets) for name, offsets in self.reached.items()}
            for name, offsets in before.items():
                for offset in sorted(offsets):
                    if not self._is_start(self.rules[name], offset):
                        self._note([self._at(self.rules[name], offset)[1]], self.reached)
            if self.reached == before:
                return
            if any(max(o) - min(o) > REACH for o in self.reached.values()):
                break
        raise _NotUnrolledError

    def _is_start(self, rule: Rule, offset: int) -> bool:
        """Whether a member is free: the first of several that are spoken of is."""
        if not rule.step:
            return False
        if not self._is_given(rule, offset):
            return True
        said, offsets = self.said.get(rule.name, set()), self.reached[rule.name]
        first = min(offsets, key=lambda o: -rule.step * o)
        return offset == first and bool(said) and len(offsets | said) > 1

    def _is_given(self, rule: Rule, offset: int) -> bool:
        """Whether the recurrence gives the member at this time.

        It does at the t for which it is written, and where it makes it of members that the claim
        speaks of. The first member may come before every step: h_1, the h_t of a recurrence for
        h_{t+1}, the V_n of one for V_t that looks ahead.
        """
        if rule.letter == self.letter and -rule.step * (offset - rule.ahead) >= 0:
            return True
        inner = [self._offset(m) for m in self._members([self._at(rule, offset)[1]])]
        if self.letter is None and rule.step < 0 and min(inner, default=1) >= 1:
            return True
        said = [o for offsets in self.said.values() for o in offsets]
        return all(min(said) <= o <= max(said) for o in inner)

    def _at(self, rule: Rule, offset: int) -> tuple[sp.Indexed, sp.Expr]:
        return rule.at(self._moment(offset))

    def _moment(self, offset: int) -> sp.Expr:
        return offset + (sp.S.Zero if self.letter is None else self.letter)

    # -- members as names --------------------------------------------------------------------

    def _named(self, term: sp.Expr) -> sp.Expr:
        """A term with each member of a recurrence as a name, or a member of a named family."""

        def name(node: sp.Expr) -> sp.Expr:
            if isinstance(node, sp.Indexed) and str(name_of(node)) in self.rules:
                return self._name(node)
            return node

        return map_terms(term, name)

    def _name(self, member: sp.Indexed) -> sp.Expr:
        position = self.rules[str(name_of(member))].position
        time = str(member.indices[position]).replace(" ", "")
        own = f"{member.base.label}_{time}"
        indices = member.indices[:position] + member.indices[position + 1 :]
        shape = member.base.shape[:position] + member.base.shape[position + 1 :]
        return family(own, *shape)[indices] if indices else real(own)

    def _with_member(self, context: Context, rule: Rule, offset: int) -> Context:
        head, body = self._at(rule, offset)
        named = self._name(head)
        has_domain = rule.head.base in self.context.domains
        if not self._is_start(rule, offset):
            if has_domain:
                self.open = BEYOND
            return context.define(Definition.of(named, self._named(body)))
        before = self._is_given(rule, offset) and not rule.takes_every_value
        if before or self.reached[rule.name] == {offset}:
            # There may be a step before it, so that it does not take every value.
            self.open = BEYOND
        base = named.base if isinstance(named, sp.Indexed) else named
        if has_domain:
            context = context.declare(base, self.context.domains[rule.head.base])
        known = self._known_value(context, named)
        if known is not None:
            return context.define(Definition.of(named, known))
        return context.depends(base, *self._moving(rule, offset))

    def _known_value(self, context: Context, named: sp.Expr) -> sp.Expr | None:
        """What a hypothesis says that a free member is, as h_0 = 0, if nothing moves it."""
        if isinstance(named, sp.Indexed) or named in {self._named(v) for v in self._variables}:
            return None
        for hypothesis in context.hypotheses:
            said = hypothesis.statement
            if isinstance(said, Statement) and said.relation == "=" and said.lhs == named:
                return None if any(self._members((said.rhs,))) else said.rhs
        return None

    @cached_property
    def _variables(self) -> list[sp.Expr]:
        """The names by which the claim differentiates, itself or in what it is made of."""
        terms = [self.statement.lhs, self.statement.rhs, *bodies_of(self.names, self.context)]
        terms += [r.body for r in self.rules.values()]
        found = {v for term in terms for p in parts(term, Partial) for v in p.variables}
        return sorted(found, key=str)

    def _moving(self, rule: Rule, offset: int) -> list[sp.Expr]:
        """The names by which the claim differentiates, and on which a free member depends."""
        found = []
        for v in self._variables:
            if name_of(v) == rule.name:
                continue
            moves = influence(v, rule, offset, self.rules, self.context, self._moment(0))
            if moves == "timed":
                self.open = BEYOND
            if moves:
                named = self._named(v)
                found.append(named.base if isinstance(named, sp.Indexed) else named)
        return list(dict.fromkeys(found))

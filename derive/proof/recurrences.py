"""Recurrences: h_t = f(h_{t-1}) says so of every t, and a claim needs a few steps of it.

Each member that the claim reaches, such as h_t and h_{t-1}, becomes a name of its own. The first
of them is free, the later ones are defined by the steps between. A claim about h_t and h_{t-1}
that holds for every value of h_{t-1} holds for the one that the recurrence gives it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import sympy as sp

from derive.errors import DefinitionError
from derive.terms import (
    Context,
    Definition,
    Hypothesis,
    Partial,
    Statement,
    bound_symbols,
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


class _NotUnrolledError(Exception):
    """The claim speaks of members in another way than by steps from one letter."""


@dataclass(frozen=True)
class Rule:
    """What gives a member its value: `head`, with its time at `position`, equals `body`.

    `step` is −1 where a member is made of earlier ones, 1 where of later ones, and 0 where the
    family is defined without itself.
    """

    head: sp.Indexed
    body: sp.Expr
    position: int
    step: int
    hypothesis: Hypothesis | None = None

    @property
    def name(self) -> str:
        return str(self.head.base.label)

    def at(self, time: sp.Expr) -> tuple[sp.Indexed, sp.Expr]:
        """The member at a time, its other indices as in the head, and what it equals."""
        own = self.head.indices[self.position]
        (letter,) = own.free_symbols
        mapping = {letter: evaluated(time - (own - letter))}
        head = substitute(self.head, mapping)
        assert isinstance(head, sp.Indexed)
        return head, substitute(self.body, mapping)


def unrolled(statement: Statement, context: Context) -> tuple[Statement, Context]:
    """The claim and its context with the steps of their recurrences that the claim needs."""
    rules = _recurrences(context)
    if not rules:
        return statement, context
    try:
        return _Unrolling(statement, context, rules).result()
    except (_NotUnrolledError, DefinitionError):
        return statement, context


def _recurrences(context: Context) -> dict[str, Rule]:
    equations = [
        (h, h.statement)
        for h in context.hypotheses
        if isinstance(h.statement, Statement)
        and h.statement.relation == "="
        and isinstance(h.statement.lhs, sp.Indexed)
    ]
    found: dict[str, Rule] = {}
    for hypothesis, equation in equations:
        rule = _recurrence(equation.lhs, equation.rhs, hypothesis)
        if rule is not None and context.definition_of(equation.lhs) is None:
            found.setdefault(rule.name, rule)
    times = {r.head.indices[r.position].free_symbols.copy().pop() for r in found.values()}
    for hypothesis, equation in equations:
        # h_t = o_t tanh(c_t) closes the circle by way of c_t.
        places = [p for p, i in enumerate(equation.lhs.indices) if i in times]
        if name_of(equation.lhs) not in found and len(places) == 1 and _is_plain(equation.lhs):
            step = next(iter(found.values())).step
            rule = Rule(equation.lhs, equation.rhs, places[0], step, hypothesis)
            found[rule.name] = rule
    return found


def _is_plain(head: sp.Indexed) -> bool:
    return all(isinstance(i, sp.Symbol) for i in head.indices) and len(set(head.indices)) == len(
        head.indices
    )


def _recurrence(head: sp.Indexed, body: sp.Expr, hypothesis: Hypothesis) -> Rule | None:
    """The rule in h_t = f(h_{t-1}), by what is before or after h_t on the right."""
    others = [x for x in parts(body, sp.Indexed) if x.base == head.base]
    for position, own in enumerate(head.indices):
        rest = head.indices[:position] + head.indices[position + 1 :]
        if len(own.free_symbols) != 1 or not all(isinstance(i, sp.Symbol) for i in rest):
            continue
        apart = [evaluated(x.indices[position] - own) for x in others]
        signs = {int(sp.sign(d)) for d in apart if isinstance(d, sp.Integer)}
        if others and all(isinstance(d, sp.Integer) for d in apart) and len(signs) == 1:
            (step,) = signs
            return Rule(head, body, position, step, hypothesis) if step else None
    return None


def _bound(terms: Iterable[sp.Basic]) -> set[sp.Symbol]:
    return {k for t in terms for node in sp.preorder_traversal(t) for k in bound_symbols(node)}


class _Unrolling:
    """One claim with the members that it reaches."""

    def __init__(self, statement: Statement, context: Context, rules: dict[str, Rule]) -> None:
        self.statement = statement
        self.context = context
        self.rules = rules | self._families(rules)
        self.letter = self._letter()
        self.reached: dict[str, set[int]] = {}
        self.said: dict[str, set[int]] = {}

    def result(self) -> tuple[Statement, Context]:
        self._reach()
        context = replace(self.context, hypotheses=tuple(self._hypotheses()))
        gone = set(self.rules) | set(self._values())
        context = context.without(*sorted(gone))
        for name in self._values():
            for d in self.context.definitions[name]:
                context = context.define(Definition.of(d.head, self._named(d.body), d.source))
        for name, offsets in sorted(self.reached.items()):
            for offset in sorted(offsets):
                context = self._with_member(context, self.rules[name], offset)
        lhs, rhs = (self._named(side) for side in (self.statement.lhs, self.statement.rhs))
        return Statement(lhs, self.statement.relation, rhs), context

    # -- what takes part ----------------------------------------------------------------------

    def _families(self, rules: dict[str, Rule]) -> dict[str, Rule]:
        """The families whose definitions lead to a recurrence: y_t = V h_t."""
        found: dict[str, Rule] = {}
        before = -1
        while before != len(found):
            before = len(found)
            for name, group in sorted(self.context.definitions.items()):
                general = [d for d in group if d.general and isinstance(d.head, sp.Indexed)]
                if name in found or not general:
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
            for base in free(term):
                if isinstance(base, sp.IndexedBase) and str(base.label) in self.rules:
                    found = [x for x in parts(term, sp.Indexed) if x.base == base]
                    if not found:
                        raise _NotUnrolledError
                    yield from found

    def _letter(self) -> sp.Symbol | None:
        """The letter from which the claim counts; None if it speaks of none of the members."""
        terms = (self.statement.lhs, self.statement.rhs, *(b for _, b in self._bodies()))
        letters = set()
        for member in self._members(terms):
            letters |= self._time(member, self.rules).free_symbols
        if len(letters) > 1 or letters & _bound(terms):
            raise _NotUnrolledError
        return next(iter(letters), None)

    def _bodies(self) -> list[tuple[str, sp.Expr]]:
        """The definitions of plain names that speak of the members: L = (h_t - y)^2."""
        return [
            (name, d.body)
            for name, group in sorted(self.context.definitions.items())
            for d in group
            if name not in self.rules
            and {str(name_of(x)) for x in parts(d.body, sp.Indexed)} & self.rules.keys()
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
        own = [r.hypothesis for r in self.rules.values()]
        for hypothesis in self.context.hypotheses:
            if hypothesis in own:
                continue
            members = list(self._members(hypothesis.terms))
            if not members:
                yield hypothesis
            elif not isinstance(hypothesis.statement, Statement):
                raise _NotUnrolledError
            else:
                yield from self._instances(hypothesis, hypothesis.statement, members)

    def _instances(
        self, hypothesis: Hypothesis, said: Statement, members: list[sp.Indexed]
    ) -> Iterator[Hypothesis]:
        letters = {x for m in members for x in self._time(m, self.rules).free_symbols}
        if len(letters) != 1 or letters & _bound((said.lhs, said.rhs)):
            raise _NotUnrolledError
        (letter,) = letters
        for shift in range(-REACH, REACH + 1):
            moved = {letter: self._moment(shift)}
            lhs, rhs = substitute(said.lhs, moved), substitute(said.rhs, moved)
            now = self._members((lhs, rhs))
            if all(self._offset(m) in self.reached.get(str(name_of(m)), ()) for m in now):
                named = Statement(self._named(lhs), said.relation, self._named(rhs))
                yield replace(hypothesis, statement=named)

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
        said = (self.statement.lhs, self.statement.rhs, *(b for _, b in self._bodies()))
        self._note(said, self.said)
        self._note(said, self.reached)
        for _ in range(REACH):
            before = {name: set(offsets) for name, offsets in self.reached.items()}
            for name, offsets in before.items():
                for offset in sorted(offsets):
                    if not self._is_start(self.rules[name], offset):
                        self._note([self._at(self.rules[name], offset)[1]], self.reached)
            if self.reached == before:
                return
        raise _NotUnrolledError

    def _is_start(self, rule: Rule, offset: int) -> bool:
        """Whether a member is free: the first that is reached, unless only it is spoken of."""
        if not rule.step:
            return False
        offsets = self.reached[rule.name]
        first = min(offsets, key=lambda o: -rule.step * o)
        return offset == first and not (len(offsets) == 1 and offsets == self.said.get(rule.name))

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
        if not self._is_start(rule, offset):
            return context.define(Definition.of(named, self._named(body)))
        base = named.base if isinstance(named, sp.Indexed) else named
        if rule.head.base in self.context.domains:
            context = context.declare(base, self.context.domains[rule.head.base])
        return context.depends(base, *self._parameters(rule))

    def _parameters(self, rule: Rule) -> list[sp.Expr]:
        """The names by which the claim differentiates, and on which every step depends."""
        sides = (self.statement.lhs, self.statement.rhs)
        variables = {v for side in sides for p in parts(side, Partial) for v in p.variables}
        bodies = self._made_of(rule)
        return [
            v.base if isinstance(v, sp.Indexed) else v
            for v in sorted(variables, key=str)
            if str(name_of(v)) not in self.rules
            and self.letter not in v.free_symbols
            and (v.base if isinstance(v, sp.Indexed) else v) in bodies
        ]

    def _made_of(self, rule: Rule) -> set[sp.Basic]:
        """The names that a recurrence goes through, step after step."""
        found: set[sp.Basic] = set()
        todo = [rule]
        while todo:
            new = free(todo.pop().body) - found
            found |= new
            todo += [self.rules[str(name_of(x))] for x in new if str(name_of(x)) in self.rules]
            for x in new:
                definition = self.context.definition_of(x)
                if definition is not None and isinstance(x, sp.Symbol):
                    found |= free(definition.body)
        return found

"""Closed forms of recurrences by induction: v_t = β v_{t-1} + g gives v_t = g (1 − β^t)/(1 − β).

A claim about h_t holds for every t if it holds of the first step, h_1 = f(h_0), and if what it
says of h_{t-1} makes it true of h_t = f(h_{t-1}) for t > 1. Where it fails for one of the first
t, it is refuted. Both are claims without a recurrence, which the prover decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import sympy as sp

from derive.proof.influence import namesakes
from derive.proof.stepping import Rule, recurrences, stands_alone
from derive.proof.verdict import Outcome
from derive.terms import (
    Context,
    Hypothesis,
    Partial,
    Statement,
    bound_symbols,
    evaluated,
    free,
    map_terms,
    name_of,
    parts,
    real,
    substitute,
)

FIRST = 3
"""How many steps are looked at for one at which the claim fails."""

_HOLDS = ("proved", "conditional")
_AFTER_FIRST = "after the first step"

Prove = Callable[[Statement, Context], Outcome]


def by_induction(statement: Statement, context: Context, prove: Prove) -> Outcome | None:
    """The verdict on a claim about the members of one recurrence; None if this does not give it.

    `prove` decides claims in which no recurrence takes part.
    """
    claim = _claim(statement, context)
    if claim is None:
        return None
    firsts = []
    for count in range(1, FIRST + 1):
        first = prove(claim.at(count), claim.context)
        if first.status == "refuted":
            return _refuted(first, claim, count) if claim.is_whole else None
        firsts.append(first)
    for form in (claim.closed_form, None):
        steps = _steps(claim, form, prove)
        if steps is not None:
            return _together([firsts[0], *steps], claim)
    return None


def _steps(claim: _Claim, form: sp.Expr | None, prove: Prove) -> list[Outcome] | None:
    """That the claim follows for each t from the one before, by a closed form or by itself."""
    after = claim.context.assume(Statement(claim.letter, ">=", 2), _AFTER_FIRST)
    if form is None:
        said = claim.with_value(claim.before, evaluated(claim.letter - 1))
        statement = claim.with_value(claim.next(claim.before, claim.letter), claim.letter)
        found = prove(statement, after.assume(said, _AFTER_FIRST))
        return [found] if found.status == "proved" else None
    last = substitute(form, {claim.letter: evaluated(claim.letter - 1)})
    begun = Statement(claim.value(1), "=", substitute(form, {claim.letter: sp.S.One}))
    goes_on = Statement(claim.next(last, claim.letter), "=", form)
    outcomes = [prove(begun, claim.context), prove(goes_on, claim.context)]
    if outcomes[1].status not in _HOLDS:
        outcomes[1] = prove(goes_on, after)
    outcomes.append(prove(claim.with_value(form, claim.letter), claim.context))
    return outcomes if all(x.status in _HOLDS for x in outcomes) else None


def _together(outcomes: list[Outcome], claim: _Claim) -> Outcome | None:
    """What is proved if each of these is; None if what they need is said of one t."""
    if any(x.status not in _HOLDS or x.alternatives for x in outcomes):
        return None
    conditions = tuple(dict.fromkeys(c for x in outcomes for c in x.conditions))
    if any(side.has(claim.letter) for c in conditions for side in (c.lhs, c.rhs)):
        return None
    labels = dict.fromkeys((*(h for x in outcomes for h in x.hypotheses), *claim.labels))
    return replace(
        outcomes[-1],
        status="conditional" if conditions else "proved",
        reason=f"by induction over {claim.letter}: it holds for 1, and from each for the next",
        hypotheses=tuple(x for x in labels if x != _AFTER_FIRST),
        conditions=conditions,
    )


def _refuted(outcome: Outcome, claim: _Claim, count: int) -> Outcome:
    found = outcome.counterexample
    assert found is not None
    point = {str(claim.letter): str(count), **found.assignment}
    at = ", ".join(f"{k} = {v}" for k, v in point.items())
    reason = f"the sides differ at {at}: {found.lhs} against {found.rhs}"
    return replace(outcome, reason=reason, counterexample=replace(found, assignment=point))


def at_first_times(
    statement: Statement, context: Context, letter: sp.Symbol | None
) -> Iterator[Statement]:
    """What a claim about every t says of the first of them, where first values are known."""
    rules = recurrences(context)
    spoken = [t for h in context.hypotheses for t in h.terms]
    others = [h for h in context.hypotheses if getattr(h.statement, "relation", "") != "="]
    if letter is None or any(stands_alone(letter, term) for term in spoken):
        return
    if any(_has_family(t, rule) for h in others for t in h.terms for rule in rules.values()):
        return  # they may say so of later members too, and of these by them
    for time in map(sp.Integer, (2, 3)):
        sides = [substitute(side, {letter: time}) for side in (statement.lhs, statement.rhs)]
        places = [i for side in sides for x in parts(side, sp.Indexed) for i in x.indices]
        if all(not i.is_Integer or i >= 1 for i in places):
            yield Statement(sides[0], statement.relation, sides[1])


@dataclass(frozen=True)
class _Claim:
    """A claim about h_t, its recurrence, the value `start` of h_0 (or h_1, if `begin` is 1).

    `context` is without the recurrence; `is_whole` says that nothing else is left out of it.
    """

    statement: Statement
    rule: Rule
    letter: sp.Symbol
    begin: int
    start: sp.Expr
    context: Context
    labels: tuple[str, ...]
    is_whole: bool

    def at(self, count: int) -> Statement:
        """The claim for one of the first t, the member worked out from the first one."""
        return self.with_value(self.value(count), sp.Integer(count))

    def value(self, count: int) -> sp.Expr:
        """One of the first members, worked out from the first one."""
        value = self.start
        for time in range(self.begin + 1, count + 1):
            value = self.next(value, sp.Integer(time))
        return value

    def next(self, value: sp.Expr, time: sp.Expr) -> sp.Expr:
        """The member at a time from the value of the one before."""
        _, body = self.rule.at(time)
        return _replaced(body, self.rule, evaluated(time - 1), value)

    def with_value(self, value: sp.Expr, time: sp.Expr) -> Statement:
        """The claim at a time, its member there a value."""
        here = {self.letter: time}
        sides = (
            _replaced(substitute(side, here), self.rule, time, value)
            for side in (self.statement.lhs, self.statement.rhs)
        )
        return Statement(next(sides), self.statement.relation, next(sides))

    @property
    def before(self) -> sp.Symbol:
        """A name for h_{t-1}."""
        return real(f"{self.rule.name}_{self.letter}-1")

    @property
    def closed_form(self) -> sp.Expr | None:
        """The h_t that makes the sides of an equation equal, if they are linear in it."""
        if self.statement.relation != "=":
            return None
        if _is_member(self.statement.lhs, self.rule, self.letter):
            return None if _has_family(self.statement.rhs, self.rule) else self.statement.rhs
        ends = [self.with_value(sp.Integer(x), self.letter) for x in (0, 1)]
        zero, one = (evaluated(said.lhs) - evaluated(said.rhs) for said in ends)
        return zero / (zero - one) if zero != one else None


def _is_member(node: sp.Expr, rule: Rule, time: sp.Expr) -> bool:
    """Whether a term is the member at a time, of whatever size its family is there."""
    return isinstance(node, sp.Indexed) and name_of(node) == rule.name and node.indices == (time,)


def _replaced(term: sp.Expr, rule: Rule, time: sp.Expr, value: sp.Expr) -> sp.Expr:
    """A term with a value for the member at a time."""
    return map_terms(term, lambda node: value if _is_member(node, rule, time) else node)


def _claim(statement: Statement, context: Context) -> _Claim | None:
    """What takes part in an induction, if the claim is one about the members of one recurrence."""
    rules = recurrences(context)
    statement = _unfolded(statement, context, rules)
    sides = (statement.lhs, statement.rhs)
    names = {str(name_of(x)) for side in sides for x in parts(side, sp.Indexed)} & rules.keys()
    if len(names) != 1 or any(side.has(Partial) for side in sides):
        return None
    rule = rules[names.pop()]
    letters = {x.indices[0] for side in sides for x in parts(side, sp.Indexed)
               if name_of(x) == rule.name and x.indices[0] not in (0, 1)}  # fmt: skip
    letter = next(iter(letters)) if len(letters) == 1 else None
    if not isinstance(letter, sp.Symbol) or not _is_single_step(rule):
        return None
    first = _first(rule, sides, context)
    if first is None:
        return None
    begin, start, told = first
    own = (rule.hypothesis, told)
    others = [h for h in context.hypotheses if h not in own]
    if any(_has_family(t, rule) for h in others for t in h.terms):
        return None
    kept = tuple(h for h in others if _says_nothing(h, rules, letter))
    bare = replace(context.without(rule.name, f"{rule.name}_0"), hypotheses=kept)
    moved = _replaced_first(statement, rule, begin, start)
    terms = (moved.lhs, moved.rhs, rule.body, start)
    if _moves(bare, letter) or _captures(terms) or rule.head.base in context.domains:
        return None
    if namesakes(Statement(sp.Tuple(*terms), "=", sp.Tuple()), bare):
        return None
    if start.has(letter) or _has_family(_body_without(moved, rule, letter), rule, start):
        return None
    labels = tuple(h.label for h in (rule.hypothesis, told) if h is not None)
    return _Claim(moved, rule, letter, begin, start, bare, labels, len(kept) == len(others))


def _unfolded(statement: Statement, context: Context, rules: dict[str, Rule]) -> Statement:
    """The claim with m̂_t as m_t / (1 − β^t), where that is its definition."""

    def unfold(node: sp.Expr) -> sp.Expr:
        d = context.definition_of(node) if isinstance(node, sp.Indexed) else None
        return d.unfold(*node.indices) if d is not None and d.names & rules.keys() else node

    sides = (map_terms(side, unfold) for side in (statement.lhs, statement.rhs))
    return Statement(next(sides), statement.relation, next(sides))


def _is_single_step(rule: Rule) -> bool:
    """Whether a member is one number, made of the one before it alone."""
    if rule.step != -1 or len(rule.head.indices) != 1:
        return False
    body, before = rule.at(rule.letter)[1], evaluated(rule.letter - 1)
    return not _has_family(_replaced(body, rule, before, sp.S.Zero), rule)


def _first(
    rule: Rule, sides: Iterable[sp.Expr], context: Context
) -> tuple[int, sp.Expr, Hypothesis | None] | None:
    """Where the recurrence begins, the value there, and the hypothesis that says so.

    Without a value h_0 or h_1 is one of its own, if the claim speaks of it.
    """
    base = rule.head.base
    ways = [(0, base[0]), (0, real(f"{rule.name}_0")), (1, base[1])]
    found: list[tuple[int, sp.Expr, Hypothesis | None]] = []
    for begin, member in ways:
        for d in context.definitions.get(str(name_of(member)), ()):
            found += [(begin, d.body, None)] if d.head == member else []
        for h in context.hypotheses:
            said = h.statement
            if isinstance(said, Statement) and said.relation == "=" and said.lhs == member:
                found.append((begin, said.rhs, h))
    if any(_has_family(value, rule) for _, value, _ in found):
        return None
    if not found:
        said_of = {x for side in sides for x in (*parts(side, sp.Indexed), *free(side))}
        found += [(begin, real(f"{rule.name}_{begin}"), None) for begin, m in ways if m in said_of]
    return found[0] if len(found) == 1 else None


def _says_nothing(hypothesis: Hypothesis, rules: dict[str, Rule], letter: sp.Symbol) -> bool:
    """Whether a hypothesis says nothing of recurrences or of this t."""
    spoken_of = any(_has_family(t, r) for t in hypothesis.terms for r in rules.values())
    return not spoken_of and not any(stands_alone(letter, t) for t in hypothesis.terms)


def _body_without(statement: Statement, rule: Rule, letter: sp.Symbol) -> sp.Expr:
    """All that a claim speaks of but h_t."""
    return sp.Tuple(
        *(_replaced(x, rule, letter, sp.S.Zero) for x in (statement.lhs, statement.rhs))
    )


def _has_family(term: sp.Expr, rule: Rule, but: sp.Expr | None = None) -> bool:
    """Whether a term speaks of members, or of a name such as h_0 or h_T that may be one."""
    names = {str(name_of(x)) for x in free(term) if x != but}
    return any(name == rule.name or name.startswith(f"{rule.name}_") for name in names)


def _moves(context: Context, letter: sp.Symbol) -> bool:
    """Whether a definition depends on t without saying so."""
    return any(
        letter in free(d.body) - set(d.params)
        for group in context.definitions.values()
        for d in group
    )


def _captures(terms: Iterable[sp.Expr]) -> bool:
    """Whether a letter is bound in one term and free in another."""
    bound = {k for t in terms for x in sp.preorder_traversal(t) for k in bound_symbols(x)}
    return any(bound & free(t) for t in terms)


def _replaced_first(statement: Statement, rule: Rule, begin: int, start: sp.Expr) -> Statement:
    """The claim with the value of the first member in its place."""
    own, here = real(f"{rule.name}_{begin}"), sp.Integer(begin)

    def value(node: sp.Expr) -> sp.Expr:
        return start if node == own or _is_member(node, rule, here) else node

    sides = (map_terms(side, value) for side in (statement.lhs, statement.rhs))
    return Statement(next(sides), statement.relation, next(sides))

"""Which hypotheses are recurrences: h_t = f(h_{t-1}) gives the members of h step by step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import sympy as sp

from derive.terms import (
    Context,
    Hypothesis,
    Statement,
    bound_symbols,
    evaluated,
    map_terms,
    name_of,
    parts,
    substitute,
)


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

    @property
    def letter(self) -> sp.Symbol:
        """The t of h_{t+1}."""
        (letter,) = self.head.indices[self.position].free_symbols
        return letter

    @property
    def ahead(self) -> int:
        """The 1 of h_{t+1}."""
        return int(evaluated(self.head.indices[self.position] - self.letter))

    @cached_property
    def takes_every_value(self) -> bool:
        """Whether a member can be anything, as of a h_{t-1} + b: for then h_{t-1} can."""
        base = self.head.base
        moved = [t for t in sp.Add.make_args(sp.expand(self.body)) if t.has(base)]
        factors = [[f for f in sp.Mul.make_args(t) if f.has(base)] for t in moved]
        return all(len(fs) == 1 and isinstance(fs[0], sp.Indexed) for fs in factors)

    def at(self, time: sp.Expr) -> tuple[sp.Indexed, sp.Expr]:
        """The member at a time, its other indices as in the head, and what it equals."""
        mapping = {self.letter: evaluated(time - self.ahead)}
        head = substitute(self.head, mapping)
        assert isinstance(head, sp.Indexed)
        return head, substitute(self.body, mapping)

    def places(self, base: sp.IndexedBase) -> Iterator[tuple[int, int] | None]:
        """Where members of a family stand in the body: the place of the time, and how far from
        the head; None for one in which the time does not stand so."""
        own = self.head.indices[self.position]
        for member in parts(self.body, sp.Indexed):
            timed = [p for p, i in enumerate(member.indices) if i.has(self.letter)]
            apart = [evaluated(member.indices[p] - own) for p in timed]
            if member.base == base:
                plain = len(timed) == 1 and isinstance(apart[0], sp.Integer)
                yield (timed[0], int(apart[0])) if plain else None


def recurrences(context: Context) -> dict[str, Rule]:
    """The rules among the hypotheses, by the names of their families."""
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
    times = {r.letter for r in found.values()}
    for hypothesis, equation in equations:
        # h_t = o_t tanh(c_t) closes the circle by way of c_t.
        places = [p for p, i in enumerate(equation.lhs.indices) if i in times]
        if name_of(equation.lhs) not in found and len(places) == 1 and _is_plain(equation.lhs):
            rule = Rule(equation.lhs, equation.rhs, places[0], 0, hypothesis)
            found[rule.name] = rule
    return found


def family_of(name: str, rules: Mapping[str, Rule]) -> str | None:
    """The recurrence of which a name is, or may be, a member: h, h_0 or h_T."""
    stem, _, label = name.partition("_")
    is_member = name in rules or (stem in rules and (label.isdigit() or len(label) == 1))
    return (name if name in rules else stem) if is_member else None


def _is_plain(head: sp.Indexed) -> bool:
    return all(isinstance(i, sp.Symbol) for i in head.indices) and len(set(head.indices)) == len(
        head.indices
    )


def _recurrence(head: sp.Indexed, body: sp.Expr, hypothesis: Hypothesis) -> Rule | None:
    """The rule in h_t = f(h_{t-1}), by what is before or after h_t on the right."""
    others = [x for x in parts(body, sp.Indexed) if x.base == head.base]
    for position, own in enumerate(head.indices):
        rest = head.indices[:position] + head.indices[position + 1 :]
        letters = own.free_symbols
        if len(letters) != 1 or not isinstance(evaluated(own - sp.Add(*letters)), sp.Integer):
            continue
        if not all(isinstance(i, sp.Symbol) for i in rest) or len({*rest, *letters}) <= len(rest):
            continue
        apart = [evaluated(x.indices[position] - own) for x in others]
        signs = {int(sp.sign(d)) for d in apart if isinstance(d, sp.Integer)}
        if others and all(isinstance(d, sp.Integer) for d in apart) and len(signs) == 1:
            (step,) = signs
            return Rule(head, body, position, step, hypothesis) if step else None
    return None


def stands_alone(letter: sp.Symbol, term: sp.Expr) -> bool:
    """Whether a letter is more than an index in a term."""
    bare = map_terms(term, lambda x: sp.S.Zero if isinstance(x, sp.Indexed) else x)
    return bare.has(letter)


def bound_in(terms: Iterable[sp.Basic]) -> set[sp.Symbol]:
    """The letters that sums and other binders in these terms bind."""
    return {k for t in terms for node in sp.preorder_traversal(t) for k in bound_symbols(node)}

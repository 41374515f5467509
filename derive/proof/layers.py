"""Layers: a^{[l]} = σ(z^{[l]}) says so of every layer l, and a claim speaks of some of them.

What a claim speaks of at another layer is defined by the same formula, moved. Layers may begin
anywhere: a^{[l-1]} may be what enters the first of them, so it is only what the formulas say if
the claim itself shows that there is such a layer, as w^{[l-1]} does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import sympy as sp

from derive.errors import DefinitionError
from derive.proof.influence import bodies_of, reached_names
from derive.terms import (
    Context,
    Definition,
    Partial,
    Statement,
    family,
    free,
    name_of,
    parts,
    size,
    substitute,
)

MAX_MOVED = 40
"""How many definitions of other layers a claim may need."""

UNKNOWN = "what the formulas of one layer say of another is not known"

_LABEL = re.compile(r"(.+\^)(?:([\[(])(?:([A-Za-z])([+-]\d+)?|(\d+))[\])]|([A-Za-z])([+-]\d+)?)")


@dataclass(frozen=True)
class Label:
    """The name of one layer's value: `z^[`, l and −1 for z^{[l-1]}; numbers have no letter."""

    stem: str
    letter: str
    offset: int

    def at(self, letter: str, offset: int) -> str:
        """The name of the same value of another layer."""
        shift = f"{offset:+d}" if offset else ""
        place = f"{letter}{shift}" if letter else str(offset)
        return self.stem + place + {"[": "]", "(": ")"}.get(self.stem[-1], "")


def label_of(term: sp.Basic) -> Label | None:
    """What layer a name belongs to; None if to none."""
    found = _LABEL.fullmatch(str(name_of(term)))
    if found is None:
        return None
    stem, bracket, inner, by, number, bare, bare_by = found.groups()
    offset = int(number or by or bare_by or 0)
    return Label(stem + (bracket or ""), inner or bare or "", offset)


@dataclass(frozen=True)
class Rule:
    """What gives the values of a name in a layer, and in all of them if it is `of_all`."""

    definition: Definition
    label: Label
    of_all: bool = False

    @property
    def inner(self) -> list[Label]:
        """The values of layers that it is made of, by how far they are from its own."""
        found = (label_of(x) for x in free(self.definition.body))
        own = self.label
        return [
            replace(x, offset=x.offset - own.offset)
            for x in found
            if x is not None and x.letter == own.letter
        ]

    @property
    def looks_back(self) -> bool:
        return all(x.offset <= 0 for x in self.inner)


def with_layers(statement: Statement, context: Context) -> tuple[Context, str]:
    """The context with what its layers say of those that the claim speaks of.

    Beside it, why a point does not refute the claim: "" if it may.
    """
    found: dict[str, list[Rule]] = {}
    for definition in _definitions(context):
        label = label_of(definition.head)
        if label is not None and label.letter and definition.general:
            found.setdefault(label.stem, []).append(Rule(definition, label))
    rules = {}
    for stem, group in found.items():
        # The last layer, L, may be one of its own.
        of_all = [r for r in group if r.label.letter.islower()]
        rules[stem] = replace((of_all or group)[0], of_all=len(of_all) == 1)
    return _Layers(statement, context, rules).result() if rules else (context, "")


def _definitions(context: Context) -> Iterator[Definition]:
    for _, group in sorted(context.definitions.items()):
        yield from group
    for h in context.hypotheses:
        said = h.statement
        if isinstance(said, Statement) and said.relation == "=" and label_of(said.lhs):
            try:
                yield Definition.of(said.lhs, said.rhs)
            except DefinitionError:
                continue


class _Layers:
    """One claim and the layers that it speaks of."""

    def __init__(self, statement: Statement, context: Context, rules: dict[str, Rule]) -> None:
        self.sides = (statement.lhs, statement.rhs)
        self.context = context
        self.rules = rules
        self.spoken = [x for side in self.sides for x in map(label_of, free(side)) if x]
        self.apart: set[sp.Expr] = set()
        self.open = ""

    def result(self) -> tuple[Context, str]:
        left = self._defined()
        variables = self._variables()
        for x in left:
            moving = [v for v in variables if self._may_move(x, v)]
            if moving:
                self.context = self.context.depends(x, *moving)
            if not self._may_enter(x) and x in {y for side in self.sides for y in free(side)}:
                self.open = UNKNOWN
        return self.context, self.open

    def _defined(self) -> list[sp.Expr]:
        """Define what the layers give; what is left has a formula that may not hold there."""
        left: list[sp.Expr] = []
        for _ in range(MAX_MOVED):
            names = self._names()
            wanted = [pair for pair in self._undefined(names) if pair[0] not in left]
            if not wanted:
                return left
            x, label = wanted[0]
            rule = self.rules[label.stem]
            if not self._holds(rule, label):
                left.append(x)
                continue
            try:
                self.context = self.context.define(_moved(rule, x, label, names))
            except DefinitionError:
                # Layers of sizes that nothing says are equal.
                self.apart.add(x)
                left.append(x)
                self.open = UNKNOWN
        self.open = UNKNOWN
        self.apart |= {x for x, _ in self._undefined(self._names())}
        return [*left, *(x for x in sorted(self.apart, key=str) if x not in left)]

    def _names(self) -> dict[str, sp.Expr]:
        """The names that the claim is made of."""
        found = {str(name_of(x)): x for term in self._terms() for x in free(term)}
        return dict(sorted(found.items()))

    def _terms(self) -> list[sp.Expr]:
        """The sides, and the bodies of all the definitions that they are made of."""
        names = reached_names(self.sides, self.context, {})
        return [*self.sides, *bodies_of(names, self.context)]

    def _undefined(self, names: dict[str, sp.Expr]) -> Iterator[tuple[sp.Expr, Label]]:
        """The names that have a formula in another layer, but none in theirs."""
        for name, x in names.items():
            label = label_of(x)
            rule = self.rules.get(label.stem) if label is not None else None
            if label is None or rule is None or name in self.context.definitions:
                continue
            # Layers are counted by l, the last one is L; h and o are two names.
            if rule.label.letter == label.letter or (
                rule.label.letter == "l" and label.letter in ("L", "")
            ):
                yield x, label

    def _holds(self, rule: Rule, label: Label) -> bool:
        """Whether a layer's formula is known to hold at another."""
        if not rule.of_all:
            return False
        spoken = [x for x in self.spoken if x.letter == label.letter]
        if not rule.looks_back:
            said = [x.offset for x in spoken]
            inner = [x.offset + label.offset for x in rule.inner]
            return bool(said) and all(min(said) <= o <= max(said) for o in inner)
        if label.letter == rule.label.letter and label.offset >= rule.label.offset:
            return True
        first = [x.offset - lag for x in spoken if (lag := self._lag(x.stem)) is not None]
        return any(label.offset >= layer for layer in first)

    def _lag(self, stem: str) -> int | None:
        """How far before a layer its formulas take this value: that of a^{[l-1]} is −1."""
        rules = [r for r in self.rules.values() if r.looks_back]
        return max((x.offset for r in rules for x in r.inner if x.stem == stem), default=None)

    def _may_enter(self, x: sp.Expr) -> bool:
        """Whether a value without a formula may be any, as what enters the first layer."""
        label = label_of(x)
        rule = self.rules[label.stem] if label is not None else None
        return rule is not None and rule.of_all and rule.looks_back and x not in self.apart

    def _variables(self) -> list[sp.Expr]:
        found = {v for t in self._terms() for p in parts(t, Partial) for v in p.variables}
        bare = {v.base if isinstance(v, sp.Indexed) else v for v in found}
        return sorted(bare, key=str)

    def _may_move(self, x: sp.Expr, v: sp.Expr) -> bool:
        """Whether a value that no formula gives here may depend on a variable."""
        own, other = label_of(x), label_of(v)
        if own is None or v == x:
            return False
        rule = self.rules[own.stem]
        if other is None:
            return str(name_of(v)) in reached_names([rule.definition.body], self.context, {})
        if other.letter == own.letter and (other.offset > own.offset or self._may_enter(x)):
            return False
        self.open = UNKNOWN
        return True


def _moved(rule: Rule, target: sp.Expr, label: Label, names: dict[str, sp.Expr]) -> Definition:
    """The definition of a layer's value at another layer."""
    definition, own = rule.definition, rule.label
    head = definition.head
    mapping: dict[sp.Basic, sp.Expr] = {}
    pairs = [(head.base if isinstance(head, sp.Indexed) else head, target)]
    fresh = []
    for x in sorted(free(definition.body), key=str):
        inner = label_of(x)
        if inner is not None and inner.letter == own.letter:
            name = inner.at(label.letter, inner.offset - own.offset + label.offset)
            if name in names:
                pairs.append((x, names[name]))
            else:
                fresh.append((x, name))
    for one, other in pairs:
        _match(one, other, mapping)
    for x, name in fresh:
        mapping[x] = _renamed(x, name, mapping)
    body = substitute(definition.body, mapping)
    new = target[head.indices] if isinstance(head, sp.Indexed) else target
    return Definition.of(new, body, definition.source)


def _match(one: sp.Expr, other: sp.Expr, mapping: dict[sp.Basic, sp.Expr]) -> None:
    """One family becomes another, and its sizes those of the other."""
    ours, theirs = _shape(one), _shape(other)
    if len(ours) != len(theirs) or type(one) is not type(other):
        raise DefinitionError(f"{one} and {other} are not alike")
    mapping[one] = other
    for a, b in zip(ours, theirs, strict=True):
        if mapping.setdefault(a, b) != b:
            raise DefinitionError(f"{other} has other sizes than {one}")


def _renamed(x: sp.Expr, name: str, mapping: dict[sp.Basic, sp.Expr]) -> sp.Expr:
    if not isinstance(x, sp.IndexedBase):
        return sp.Symbol(name, **x.assumptions0)
    for s in _shape(x):
        if isinstance(s, sp.Symbol):
            mapping.setdefault(s, size(f"{s}_{name}"))
    return family(name, *(mapping.get(s, s) for s in _shape(x)))


def _shape(x: sp.Expr) -> tuple[sp.Expr, ...]:
    return tuple(x.shape or ()) if isinstance(x, sp.IndexedBase) else ()

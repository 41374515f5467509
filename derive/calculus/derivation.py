"""A derivation as data: its lines, the rule that led to each, and the check of every line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy as sp

from derive.functions import Kink
from derive.proof import Outcome, prove
from derive.terms import Context, Partial, Statement


@dataclass(frozen=True, eq=False)
class Line:
    """One step: the expression it arrives at, the rule by name, and why, for a reader.

    `hypotheses` are the labels of what the step used; `lemmas` the derivations whose results
    it put in; `about` the terms that the reason speaks of (the head of a definition).
    """

    expr: sp.Expr
    rule: str
    reason: str
    hypotheses: tuple[str, ...] = ()
    lemmas: tuple[Derivation, ...] = ()
    about: tuple[sp.Expr, ...] = ()


@dataclass(frozen=True, eq=False)
class Derivation:
    """A claim (a `Partial`) and the lines that lead from it to its value.

    Every line is equal to the one before it, and the first to the claim, within `context`.
    `kinks` are the points that the result does not cover; `conditions` what the lines need
    beyond the context (u ≠ 0 for |u|′ = sign u).
    """

    claim: Partial
    lines: tuple[Line, ...]
    context: Context
    kinks: tuple[Kink, ...] = ()
    conditions: tuple[Statement, ...] = ()

    @property
    def setting(self) -> Context:
        """The context together with the conditions."""
        setting = self.context
        for condition in self.conditions:
            setting = setting.assume(condition)
        return setting

    @property
    def result(self) -> sp.Expr:
        """The last line's expression."""
        return self.lines[-1].expr if self.lines else self.claim

    @property
    def lemmas(self) -> tuple[Derivation, ...]:
        """The derivations that the lines rest on, each once, in the order they are needed."""
        found: dict[tuple[sp.Expr, sp.Expr], Derivation] = {}
        for line in self.lines:
            for lemma in line.lemmas:
                for inner in (*lemma.lemmas, lemma):
                    found.setdefault((inner.claim, inner.result), inner)
        return tuple(found.values())

    @property
    def hypotheses(self) -> tuple[str, ...]:
        """The labels of every hypothesis that a line or a lemma used."""
        lines = [line for part in (*self.lemmas, self) for line in part.lines]
        return tuple(dict.fromkeys(h for line in lines for h in line.hypotheses))

    def statements(self) -> Iterator[Statement]:
        """Each line as an equation with the line before it."""
        before: sp.Expr = self.claim
        for line in self.lines:
            yield Statement(before, "=", line.expr)
            before = line.expr

    def check(self) -> Check:
        """Prove every line again, the lemmas' too, by `derive.proof` and its own calculus."""
        steps = [
            (part, statement, prove(statement, part.setting))
            for part in (*self.lemmas, self)
            for statement in part.statements()
        ]
        return Check(tuple(CheckedLine(p.claim, s, o) for p, s, o in steps))


@dataclass(frozen=True)
class CheckedLine:
    """One line of a derivation and what the prover says of it."""

    claim: sp.Expr
    statement: Statement
    outcome: Outcome


@dataclass(frozen=True)
class Check:
    """What became of re-proving a derivation: true if every line is proved."""

    lines: tuple[CheckedLine, ...]

    @property
    def ok(self) -> bool:
        """Whether the prover proved every line."""
        return all(line.outcome.status == "proved" for line in self.lines)

    def __bool__(self) -> bool:
        return self.ok

    @property
    def failures(self) -> tuple[CheckedLine, ...]:
        """The lines that are not proved."""
        return tuple(line for line in self.lines if line.outcome.status != "proved")

    def __str__(self) -> str:
        if self.ok:
            return f"{len(self.lines)} lines, all proved"
        first = self.failures[0]
        return (
            f"{len(self.failures)} of {len(self.lines)} lines not proved; first: "
            f"{first.statement}: {first.outcome.status}, {first.outcome.reason}"
        )

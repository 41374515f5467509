"""What the prover says of one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from derive.proof.certificate import Certificate, Lines
from derive.terms import Statement

Status = Literal["proved", "refuted", "conditional", "undecided"]


@dataclass(frozen=True)
class Counterexample:
    """A point at which the two sides differ: every value a rational in text, sizes included.

    `lhs` and `rhs` are the values of the sides there, to enough digits to tell them apart.
    """

    assignment: Mapping[str, str]
    lhs: str
    rhs: str


@dataclass(frozen=True)
class Outcome:
    """The prover's answer.

    `hypotheses` are the labels (LaTeX) of the hypotheses that a proof used; `conditions`, when
    `conditional`, what has to hold besides; if more is needed that cannot hold all at once,
    `alternatives` are the cases in which the statement is true, each with all that it needs.
    `certificate` is the proof, to print, to store and to check again; `reason` is one plain
    sentence.
    """

    status: Status
    reason: str
    hypotheses: tuple[str, ...] = ()
    conditions: tuple[Statement, ...] = ()
    alternatives: tuple[tuple[Statement, ...], ...] = ()
    counterexample: Counterexample | None = None
    certificate: Certificate | None = field(default=None, compare=False)

    @property
    def steps(self) -> Sequence[str]:
        """The lines of the proof, for people; written when they are read."""
        return () if self.certificate is None else Lines(self.certificate)

"""What is judged and what comes of it: facts, tasks, results."""

from __future__ import annotations

from dataclasses import dataclass

from derive.verdicts.verdict import StepVerdict


@dataclass(frozen=True)
class Fact:
    """Something that the document has stated, as LaTeX to be read with a claim.

    `kind` is definition, value (for numeric steps only) or assumption; `name` and `key` are
    those of its left side; `names` what its right side uses; `foreign` says that it comes from
    another section, so that a claim need not speak of the same thing; `params` are the letters
    that a function is defined for, `at_point` says that it is known at one value only,
    `partial` that it is known under conditions only, `listed` that an item of a list states it.
    """

    text: str
    kind: str
    line: int
    name: str = ""
    key: str = ""
    names: frozenset[str] = frozenset()
    section: tuple[int, ...] = ()
    foreign: bool = False
    params: frozenset[str] = frozenset()
    at_point: bool = False
    partial: bool = False
    listed: bool = False

    @property
    def left(self) -> str:
        """The left side of a definition, as written."""
        return self.text.partition(" = ")[0]


@dataclass(frozen=True)
class Task:
    """A formula to judge.

    `defining` and `updates` are the steps (by the offset of their right sides) that give a
    name its meaning or a new value; `numeric` those at which values are put in, `arithmetic`
    those between two numbers; `restating` those that say again what another section defines,
    if they are true; `from_points` those on a function that is known at points; `zeros` those
    that set the derivative of one of the `objectives` to zero; `consequences` those that the
    text gives as what follows; `soft` those that define something if they fail. `samples` are
    the letters that differ from sample to sample; `fresh` the names that the document has not
    used before. `words` are names of several letters; `heading` is what the formula stands
    under, `said` the words before it; `without` names the unstated hypotheses that the document
    rules out. If there is an `only`, no other step is judged, and those only whether they hold.
    """

    source: str
    facts: tuple[Fact, ...] = ()
    defining: frozenset[int] = frozenset()
    updates: frozenset[int] = frozenset()
    numeric: frozenset[int] = frozenset()
    arithmetic: frozenset[int] = frozenset()
    restating: frozenset[int] = frozenset()
    from_points: frozenset[int] = frozenset()
    zeros: frozenset[int] = frozenset()
    consequences: frozenset[int] = frozenset()
    soft: frozenset[int] = frozenset()
    objectives: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    samples: frozenset[str] = frozenset()
    fresh: frozenset[str] = frozenset()
    heading: str = ""
    said: str = ""
    only: frozenset[int] = frozenset()
    seconds: float = 10.0


@dataclass(frozen=True)
class Judged:
    """What came of a task: its steps, or where and why it could not be read or judged.

    `trouble` is why it is unread, at `offset`; `stopped` why it was not judged. `facts` are
    those that were in force; `taken` the catalogue's names that were understood.
    """

    steps: tuple[StepVerdict, ...] = ()
    readings: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    taken: tuple[str, ...] = ()
    trouble: str = ""
    offset: int = 0
    stopped: str = ""
    remarks: tuple[str, ...] = ()

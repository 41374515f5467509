"""Reading a claim together with what its document has stated."""

from __future__ import annotations

from collections.abc import Sequence

from derive.documents.task import Fact, Task
from derive.errors import ReadError
from derive.latex import Formula, read_all
from derive.verdicts.surroundings import base_context

Read = tuple[list[Formula], list[Fact], list[Fact]]
"""The facts and the claim as read (the claim last), the facts that were kept, those left out."""


class Together:
    """Reads one task's claim with choices of its facts; those that do not go with it are left out.

    A fact that the claim alone does not go with is not tried again in another choice.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self._hopeless: set[Fact] = set()

    def __call__(self, stated: Sequence[Fact]) -> Read:
        """Raises `ReadError` if the claim cannot be read by itself."""
        facts = [f for f in stated if f not in self._hopeless]
        dropped = [f for f in stated if f in self._hopeless]
        while True:
            try:
                return self._formulas(facts), facts, dropped
            except ReadError as error:
                source = self.task.source
                guilty = [f for f in facts if f.text == error.source and f.text != source]
                if not guilty:
                    break
                self._drop(guilty[0], dropped)
                facts.remove(guilty[0])
        return self._searched(facts, dropped)

    def _formulas(self, facts: Sequence[Fact]) -> list[Formula]:
        texts = [*(f.text for f in facts), self.task.source]
        return read_all(texts, base_context(), words=self.task.words)

    def _drop(self, fact: Fact, dropped: list[Fact]) -> None:
        dropped.append(fact)
        try:
            self._formulas([fact])
        except ReadError:
            self._hopeless.add(fact)

    def _searched(self, facts: list[Fact], dropped: list[Fact]) -> Read:
        """Each fact that goes with those before it; which do not is found by halving."""
        kept: list[Fact] = []
        formulas = self._formulas(kept)
        # All of the facts together were tried already.
        rest, bad = facts, len(facts)
        while rest:
            good, tried = 0, bad - 1
            while bad - good > 1:
                try:
                    formulas = self._formulas([*kept, *rest[:tried]])
                except ReadError:
                    bad = tried
                else:
                    good = tried
                tried = (good + bad) // 2
            kept += rest[:good]
            for fact in rest[good : good + 1]:
                self._drop(fact, dropped)
            rest = rest[good + 1 :]
            bad = len(rest) + 1
        return formulas, kept, dropped

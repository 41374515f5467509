"""Errors that a user sees: each says where, what was found, and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class DeriveError(Exception):
    """Base of every error that `derive` raises on purpose.

    The message is one plain sentence fit for a terminal: where the trouble is,
    what was found there, and what to do about it.
    """


class ReadError(DeriveError):
    """A formula could not be read.

    Attributes: `source` (the whole input), `line` and `column` (both from 1),
    `found` (the offending token) and `expected` (what would have been fine).
    """

    def __init__(self, source: str, offset: int, found: str, expected: str) -> None:
        before = source[:offset]
        self.source = source
        self.offset = offset
        self.line = before.count("\n") + 1
        self.column = offset - (before.rfind("\n") + 1) + 1
        self.found = found
        self.expected = expected
        super().__init__(
            f"line {self.line}, column {self.column}: found {found}; expected {expected}"
        )

    def caret(self) -> str:
        """The line of the source with a caret under the place, for a terminal."""
        lines = self.source.splitlines() or [""]
        line = lines[min(self.line, len(lines)) - 1]
        start = max(0, self.column - 61)
        shown = line[start : start + 100].replace("\t", " ")
        return f"{shown}\n{' ' * (self.column - 1 - start)}^"


class UnknownNameError(DeriveError):
    """A name that is not in the catalogue, with the nearest names that are."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
        hint = f"; did you mean {' or '.join(near)}?" if near else "; `derive list` shows them all"
        super().__init__(f"{kind}: no {name!r}{hint}")
        self.name = name
        self.nearest = tuple(near)


class DefinitionError(DeriveError):
    """A definition, declaration or hypothesis that cannot stand as it is."""


class UnsupportedError(DeriveError):
    """A construct that no rule here covers; a verdict then is `undecided`, never a guess."""


class LimitError(DeriveError):
    """A limit on size or time was reached; a verdict then is `undecided`."""

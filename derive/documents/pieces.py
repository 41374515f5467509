"""What a document consists of, in reading order, with places in the file."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Stretch:
    """Characters and, for each, its offset in the file (macros and escapes move them)."""

    chars: str
    places: Sequence[int]

    @classmethod
    def whole(cls, text: str) -> Stretch:
        """A text that is the file itself."""
        return cls(text, range(len(text) + 1))

    def cut(self, start: int, end: int) -> Stretch:
        """A part of it; `places` keeps one entry more, for the end."""
        return Stretch(self.chars[start:end], self.places[start : end + 1])

    def place(self, at: int) -> int:
        """The file's offset of a character (or of the end)."""
        return self.places[min(max(at, 0), len(self.places) - 1)] if len(self.places) else 0


@dataclass(frozen=True)
class Found:
    """A formula: `source` is what is read (macros expanded), `latex` what is written.

    `start` and `end` are the file's offsets of the formula without its delimiters, `stop` is
    where the delimiters end; `trouble` says why it cannot be read at all.
    """

    latex: str
    source: Stretch
    start: int
    end: int
    stop: int
    display: bool
    trouble: str = ""


@dataclass(frozen=True)
class Heading:
    """A heading; `level` counts from 1."""

    start: int
    level: int
    text: str


@dataclass(frozen=True)
class Words:
    """A stretch of prose between formulas."""

    start: int
    text: str


@dataclass(frozen=True)
class Remark:
    """What the author says to the checker in a comment: `derive: assume x > 0`."""

    start: int
    verb: str
    text: str


Piece = Found | Heading | Words | Remark


@dataclass(frozen=True)
class Document:
    """A document's text and what it consists of."""

    text: str
    pieces: tuple[Piece, ...]
    _starts: list[int] = field(default_factory=list, repr=False, compare=False)

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of an offset in the file."""
        if not self._starts:
            self._starts.append(0)
            at = self.text.find("\n")
            while at >= 0:
                self._starts.append(at + 1)
                at = self.text.find("\n", at + 1)
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    @property
    def formulas(self) -> tuple[Found, ...]:
        """The formulas, in reading order."""
        return tuple(p for p in self.pieces if isinstance(p, Found))

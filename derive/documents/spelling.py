"""What is spelled otherwise before it is read, and put back in what is said of it.

A sum over samples whose values carry no index gets one; a square that a document defines
(`\\sigma_B^2 = …`) becomes a name of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from derive.documents.facts import SAMPLE, SAMPLE_SUM
from derive.documents.pieces import Stretch
from derive.latex.outline import Outline

_SQUARE = re.compile(
    r"((?:\\(?:hat|bar|tilde)\s*\{?)?(?:\\[A-Za-z]+|[A-Za-z])\}?)"
    r"((?:_(?:\w|\{[^{}]*(?:\{[^{}]*\})?[^{}]*\}))?)\^(?:2|\{2\})"
)
_SQUARED = "sq"


@dataclass(frozen=True)
class Spelling:
    """The squares that a document defines: their letters, as written."""

    squares: frozenset[str] = frozenset()

    @classmethod
    def of(cls, outlines: Iterable[Outline]) -> Spelling:
        """The letters whose squares are defined before they are used for anything else."""
        defined: set[str] = set()
        squares: dict[str, None] = {}
        for line in (x for shape in outlines for x in shape.lines if x.relations):
            match = _SQUARE.fullmatch(line.sides[0])
            if match and line.relations[0] == "=" and not line.value(1):
                stem = match[1]
                if _plain(stem) not in defined and not {_plain(stem)} & line.names[1]:
                    squares[stem] = None
            elif line.head is not None:
                defined.add(line.head.name.partition("_")[0])
        return cls(frozenset(squares))

    def respelled(self, source: Stretch) -> Stretch:
        """A source with its defined squares as names: `\\sigma_B^2` as `{\\mathrm{sqsigma}_B}`."""
        edits = {
            m.start(): (m.end(), f"{{{_name(m[1])}{m[2]}}}")
            for m in _SQUARE.finditer(source.chars)
            if m[1] in self.squares
        }
        return edited(source, edits) if edits else source

    def roots(self, text: str) -> list[str]:
        """What a definition of a square says of its root: `\\sigma_B = \\sqrt{…}`."""
        found = []
        for stem in sorted(self.squares):
            match = re.match(re.escape("{" + _name(stem)) + r"([^=]*)\}\s*=", text)
            if match:
                found.append(f"{stem}{match[1]} = \\sqrt{{{_name(stem)}{match[1]}}}")
        return found

    def as_written(self, text: str) -> str:
        """A side in which the names of squares are squares again."""
        for stem in sorted(self.squares):
            name = re.escape(f"{_SQUARED}{_plain(stem)}")
            sub = r"((?:_(?:\w|\{[^{}]*\}))?)"
            spelled = rf"\{{?\\(?:mathrm|text|operatorname)\{{{name}\}}{sub}\}}?"
            text = re.sub(spelled, stem.replace("\\", r"\\") + r"\1^2", text)
        return text


def with_one_case(source: Stretch, functions: Iterable[str]) -> tuple[Stretch, tuple[str, ...]]:
    """A source in which p(x) is P(x), where P is known and the formula writes both.

    Said of what was read so: `p(...) read as P(...)`.
    """
    edits: dict[int, tuple[int, str]] = {}
    notes = []
    known = set(functions)
    for big in sorted(f for f in known if len(f) == 1 and f.isupper()):
        small = big.lower()
        if small in known or not re.search(rf"{big}\s*(?:\\left\s*)?\(", source.chars):
            continue
        begins = rf"(?:(?<![A-Za-z\\])|(?<=log)|(?<=ln)){small}(?=\s*(?:\\left\s*)?\()"
        found = {m.start(): (m.end(), big) for m in re.finditer(begins, source.chars)}
        if found:
            edits |= found
            notes.append(f"{small}(...) read as {big}(...)")
    return (edited(source, edits) if edits else source), tuple(notes)


def _name(stem: str) -> str:
    return rf"\mathrm{{{_SQUARED}{_plain(stem)}}}"


def _plain(stem: str) -> str:
    return re.sub(r"[^A-Za-z]", "", stem)


def edited(source: Stretch, edits: Mapping[int, tuple[int, str]]) -> Stretch:
    """A source with other text from each of these places up to the end that is given for it."""
    text, places = source.chars, list(source.places)
    for at in sorted(edits, reverse=True):
        end, new = edits[at]
        text = text[:at] + new + text[end:]
        places[at:end] = [source.place(at)] * len(new)
    return Stretch(text, places)


@dataclass
class Samples:
    """Sums over samples, with the index that the text does not write."""

    operator: str = ""
    letters: set[str] = field(default_factory=set)

    def respelled(self, source: Stretch, shape: Outline) -> Stretch:
        """`\\sum_x (a - y)^2` with the sample's index: `\\sum_{s} (a_{s} - y_{s})^2`."""
        edits = {}
        for found in shape.samples:
            self.operator = source.chars[found.start : found.end].strip()
            edits[found.start] = (found.end, SAMPLE_SUM)
            self.letters |= {name for name, _ in found.names} | set(found.letter)
            for _, end in found.names:
                edits[end] = (end, f"_{{{SAMPLE}}}")
        return edited(source, edits)

    def as_written(self, text: str) -> str:
        """A side in which the sum over samples looks as the text writes it."""
        if not self.operator:
            return text
        total = rf"\\sum_(?:{SAMPLE}|\{{{SAMPLE}(?:\s*=\s*1)?\}})(?:\^\{{?\w+\}}?)?"
        text = re.sub(total, lambda _: self.operator, text)
        return re.sub(rf"_(?:{SAMPLE}(?![A-Za-z])|\{{{SAMPLE}\}})", "", text)

"""What is spelled otherwise before it is read: sums over samples, p(x) for P(x)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from derive.documents.facts import SAMPLE, SAMPLE_SUM
from derive.documents.pieces import Stretch
from derive.latex.outline import Outline


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


def is_an_index(letter: str, sources: Iterable[str]) -> bool:
    """Whether a letter stands below another one, or below a sum, in one of these formulas."""
    below = re.compile(rf"_\s*(?:{letter}(?![A-Za-z])|\{{[^{{}}]*(?<![A-Za-z\\]){letter})")
    return any(below.search(source) for source in sources)


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


def continued(before: tuple[Outline, Stretch], source: Stretch) -> Stretch:
    """A display that begins with a relation, with the last side of the one before in front."""
    line = before[0].lines[-1]
    place = source.place(0)
    side = line.sides[-1] + " "
    return Stretch(side + source.chars, [*([place] * len(side)), *source.places])

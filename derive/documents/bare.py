"""Functions whose arguments a text leaves out: L(w, b) = ..., and then ∂L/∂w."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from derive.documents.task import Fact
from derive.latex.outline import Outline

_AT = "|_"
"""The sign of a value at a point, where a function has to know its argument."""

_OPENS = r"\s*(?:\\left|\\[bB]igg?l?)?\s*\("


def without_arguments(
    facts: Sequence[Fact], spoken: Sequence[str], shape: Outline
) -> Iterator[Fact]:
    """The facts, with `L = ...` for `L(w, b) = ...` where the formula only speaks of L.

    `spoken` are the texts of those facts that the formula's names lead to.

    σ in dσ/dx is σ(x), whatever letter it was defined for: a function of one letter that is
    differentiated by another stays what it is, unless the text says what its letter stands for.
    """
    claimed = [side for line in shape.lines for side in line.sides]
    defined = {f.name for f in facts if f.kind == "definition"}
    for fact in facts:
        name, _, after = fact.left.partition("(")
        name = name.removesuffix(r"\left").strip()
        others = [text for text in spoken if text != fact.text]
        applied = any(_applies(name, text) for text in (*claimed, *others))
        if fact.params and not applied and _has_members_only(name, (*claimed, *others)):
            # The f_k of this formula are not the function f.
            continue
        fits = (
            fact.kind == "definition"
            and fact.params
            and not (fact.at_point or fact.partial)
            and after
            and _speaks_of(name, claimed)
            and not any(_AT in side for side in claimed)
            and not applied
            and (not shape.by or fact.params & (shape.by | defined))
        )
        body = fact.text.partition(" = ")[2]
        alone = replace(fact, text=f"{name} = {body}", names=fact.names | fact.params,
                        params=frozenset())  # fmt: skip
        yield alone if fits else fact


def _pattern(name: str) -> str:
    return rf"(?<![A-Za-z\\]){re.escape(name)}" if name[:1] != "\\" else re.escape(name)


def _speaks_of(name: str, texts: Sequence[str]) -> bool:
    """Whether a name stands in one of these texts, and nowhere with a prime."""
    found = [m for text in texts for m in re.finditer(rf"{_pattern(name)}(?![A-Za-z]|\s*_)", text)]
    return bool(found) and not any(m.string[m.end() :].lstrip(" {}^").startswith(("'", r"\prime"))
                                   for m in found)  # fmt: skip


def _has_members_only(name: str, texts: Sequence[str]) -> bool:
    """Whether a name stands in these texts, and always with something below it."""
    found = [m for text in texts for m in re.finditer(rf"{_pattern(name)}(?![A-Za-z])", text)]
    return bool(found) and all(m.string[m.end() :].lstrip().startswith("_") for m in found)


def _applies(name: str, text: str) -> bool:
    """Whether a name stands before a bracket that may hold its arguments: no sum, no difference."""
    opened = re.finditer(rf"{_pattern(name)}(?:_\{{?\w+\}}?)?'*{_OPENS}", text)
    return any(not re.match(r"[^()]*[^()\s][^()]*?[-+]", text[m.end() :]) for m in opened)

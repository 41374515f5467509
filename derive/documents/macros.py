"""User macros: `\\newcommand`, `\\def` and `\\DeclareMathOperator`, expanded within limits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from derive.documents.pieces import Stretch
from derive.errors import DeriveError, LimitError

MAX_DEPTH = 30
MAX_CALLS = 1_000
MAX_EXPANDED = 20_000

_DEFINING = re.compile(
    r"""\\(?P<verb>(?:re|provide)?newcommand|providecommand|DeclareMathOperator|def)\*?\s*
    \{?\s*\\(?P<name>[A-Za-z]+|[^A-Za-z\s])\s*\}?
    (?P<count>\s*\[\d\])?(?P<default>\s*\[[^\]]*\])?(?P<hashes>(?:\#\d)*)\s*(?=\{)""",
    re.VERBOSE,
)
_CALL = re.compile(r"\\(?:[A-Za-z]+|.)", re.DOTALL)


@dataclass(frozen=True)
class Macro:
    """A macro: what it stands for, with `#1` … for its arguments."""

    name: str
    count: int
    body: str
    default: str | None = None


def macros_in(text: str) -> dict[str, Macro]:
    """The macros that a text defines; a later definition replaces an earlier one."""
    found: dict[str, Macro] = {}
    for match in _DEFINING.finditer(text):
        end = _closing(text, match.end())
        if end is None:
            continue
        body = text[match.end() + 1 : end]
        if match["verb"] == "DeclareMathOperator":
            body = rf"\operatorname{{{body}}}"
        count = int(match["count"].strip()[1]) if match["count"] else len(match["hashes"]) // 2
        default = match["default"].strip()[1:-1] if match["default"] else None
        found[match["name"]] = Macro(match["name"], count, body, default)
    return found


def defining_spans(text: str) -> list[tuple[int, int]]:
    """Where a text defines macros."""
    found: list[tuple[int, int]] = []
    for match in _DEFINING.finditer(text):
        end = _closing(text, match.end())
        if end is not None and (not found or match.start() >= found[-1][1]):
            found.append((match.start(), end + 1))
    return found


def expand(source: Stretch, macros: Mapping[str, Macro]) -> Stretch:
    """A formula with its macros written out; what a macro brings stands at its call's place.

    Raises `LimitError` for a macro that never ends or grows too long, and `DeriveError` if an
    argument is missing.
    """
    used = {m.group()[1:] for m in _CALL.finditer(source.chars)}
    if not used & set(macros):
        return source
    chars: list[str] = []
    places: list[int] = []
    _expand(source, macros, chars, places, 0, iter(range(MAX_CALLS)))
    places.append(source.place(len(source.chars)))
    return Stretch("".join(chars), places)


def _expand(
    source: Stretch,
    macros: Mapping[str, Macro],
    chars: list[str],
    places: list[int],
    depth: int,
    budget: Iterator[int],
) -> None:
    if depth > MAX_DEPTH:
        raise LimitError("a macro expands without end")
    text, at = source.chars, 0
    for match in _CALL.finditer(text):
        if match.start() < at:
            continue
        macro = macros.get(match.group()[1:])
        if macro is None:
            continue
        if next(budget, None) is None:
            raise LimitError(f"a formula calls macros more than {MAX_CALLS} times")
        _copy(source, at, match.start(), chars, places)
        arguments, at = _arguments(source, match.end(), macro)
        body = _filled(macro, arguments, source.place(match.start()))
        _expand(body, macros, chars, places, depth + 1, budget)
        if len(chars) > MAX_EXPANDED:
            raise LimitError(f"macros make the formula longer than {MAX_EXPANDED} characters")
    _copy(source, at, len(text), chars, places)


def _copy(source: Stretch, start: int, end: int, chars: list[str], places: list[int]) -> None:
    chars += source.chars[start:end]
    places += source.places[start:end]


def _arguments(source: Stretch, at: int, macro: Macro) -> tuple[list[Stretch], int]:
    text = source.chars
    found: list[Stretch] = []
    if macro.default is not None and macro.count:
        place = source.place(at)
        chosen = Stretch(macro.default, [place] * (len(macro.default) + 1))
        if text[at : at + 1] == "[" and (end := text.find("]", at)) > 0:
            chosen, at = source.cut(at + 1, end), end + 1
        found.append(chosen)
    while len(found) < macro.count:
        while text[at : at + 1].isspace():
            at += 1
        if at >= len(text):
            raise DeriveError(f"\\{macro.name} needs {macro.count} argument(s)")
        if text[at] == "{":
            closing = _closing(text, at)
            if closing is None:
                raise DeriveError(f"the argument of \\{macro.name} is not closed")
            found.append(source.cut(at + 1, closing))
            at = closing + 1
        else:
            token = _CALL.match(text, at)
            end = token.end() if token else at + 1
            found.append(source.cut(at, end))
            at = end
    return found, at


def _filled(macro: Macro, arguments: list[Stretch], place: int) -> Stretch:
    chars: list[str] = []
    places: list[int] = []
    pieces = re.split(r"#(\d)", macro.body)
    for k, piece in enumerate(pieces):
        if k % 2 == 0:
            chars += piece
            places += [place] * len(piece)
        elif 0 < int(piece) <= len(arguments):
            argument = arguments[int(piece) - 1]
            chars += argument.chars
            places += argument.places[: len(argument.chars)]
    if pieces[-1][-1:].isalpha() and re.search(r"\\[A-Za-z]+$", "".join(chars)):
        chars.append(" ")
        places.append(place)
    places.append(place)
    return Stretch("".join(chars), places)


def _closing(text: str, start: int) -> int | None:
    """The position of the brace that closes the one at `start`."""
    depth = 0
    for match in re.compile(r"\\.|[{}]", re.DOTALL).finditer(text, start):
        if match.group() == "{":
            depth += 1
        elif match.group() == "}":
            depth -= 1
            if depth == 0:
                return match.start()
    return None

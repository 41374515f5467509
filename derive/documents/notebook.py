"""Jupyter notebooks: the Markdown cells, every character at its place in the .ipynb file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from derive.documents import markdown
from derive.documents.pieces import Piece, Stretch
from derive.errors import DeriveError

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]",
    re.DOTALL,
)


class _Object(list[tuple[str, Any]]):
    """A JSON object as its pairs: a key that stands twice stays twice."""


Spans = Iterator[tuple[int, int]]


def pieces_of(text: Stretch) -> tuple[Piece, ...]:
    """What a notebook's Markdown cells consist of. Raises `DeriveError` if it is no notebook."""
    try:
        notebook = json.loads(text.chars, object_pairs_hook=_Object)
        cells = list(_markdown_cells(notebook, (m.span() for m in _TOKEN.finditer(text.chars))))
    except (ValueError, RecursionError) as error:
        raise DeriveError(f"not a notebook: {error}") from error
    pieces: list[Piece] = []
    for strings in cells:
        pieces += markdown.pieces_of(_joined(text.chars, strings))
    return tuple(pieces)


def _markdown_cells(notebook: Any, strings: Spans) -> Iterator[list[tuple[int, int]]]:
    """The places of the strings in each Markdown cell's source."""
    if not isinstance(notebook, _Object) or "cells" not in dict(notebook):
        raise ValueError('no "cells"; save it in nbformat 4')
    if not isinstance(dict(notebook)["cells"], list):
        raise ValueError('"cells" is no list')
    for key, value in notebook:
        next(strings)
        for cell in value if key == "cells" else [value]:
            yield from _cell(cell, strings)


def _cell(cell: Any, strings: Spans) -> Iterator[list[tuple[int, int]]]:
    if not isinstance(cell, _Object):
        list(_consumed(cell, strings))
        return
    source: list[tuple[int, int]] = []
    for key, value in cell:
        next(strings)
        spans = list(_consumed(value, strings))
        source = spans if key == "source" else source
    if dict(cell).get("cell_type") == "markdown":
        yield source


def _consumed(value: Any, strings: Spans) -> Spans:
    """The places of all strings in a value, taken from `strings` in the file's order."""
    if isinstance(value, str):
        yield next(strings)
    elif isinstance(value, _Object):
        for _, item in value:
            yield next(strings)
            yield from _consumed(item, strings)
    elif isinstance(value, list):
        for item in value:
            yield from _consumed(item, strings)


def _joined(text: str, strings: list[tuple[int, int]]) -> Stretch:
    """A cell's strings as one text, escapes undone."""
    chars: list[str] = []
    places: list[int] = []
    for start, end in strings:
        for match in _ESCAPE.finditer(text, start + 1, end - 1):
            piece = match.group()
            piece = json.loads(f'"{piece}"') if piece.startswith("\\") else piece
            chars.append(piece)
            places.append(match.start())
    places.append(strings[-1][1] - 1 if strings else 0)
    return Stretch("".join(chars), places)

"""The pieces of a document, by the kind of its file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePath
from types import MappingProxyType

from derive.documents import markdown, notebook, tex
from derive.documents.pieces import Document, Piece, Stretch
from derive.errors import DeriveError

KINDS: Mapping[str, Callable[[Stretch], tuple[Piece, ...]]] = MappingProxyType(
    {
        ".md": markdown.pieces_of,
        ".markdown": markdown.pieces_of,
        ".tex": tex.pieces_of,
        ".ipynb": notebook.pieces_of,
    }
)


def document(text: str, suffix: str) -> Document:
    """A document's pieces. Raises `DeriveError` for a kind of file that is not known."""
    finder = KINDS.get(suffix.lower())
    if finder is None:
        known = ", ".join(KINDS)
        raise DeriveError(f"a file of kind {suffix or 'without a suffix'!r}; known are {known}")
    return Document(text, finder(Stretch.whole(text)))


def read_text(data: bytes, path: str | PurePath) -> str:
    """A file's bytes as text. Raises `DeriveError` for what is not UTF-8 or holds a NUL."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DeriveError(
            f"{path}: line {line}: byte 0x{data[error.start]:02x} is not UTF-8; convert the file"
        ) from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise DeriveError(f"{path}: line {line}: a NUL character; this is not a text file")
    return text

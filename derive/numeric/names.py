"""Safe names for generated code: nothing that came from text is ever used as it stands."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable

_RESERVED = frozenset(
    {"np", "special", "dtype", "sizes", "Any", "annotations", "out", "piece", "arrays"}
)
_GREEK = re.compile(r"(?:GREEK )?(?:SMALL|CAPITAL) LETTER (?:FINAL )?(\w+)")


def identifier(text: str, taken: Iterable[str] = ()) -> str:
    """A Python identifier like `text`, of ASCII letters, digits and _, none of `taken`.

    >>> identifier(r"\\\\hat{y}")
    'hat_y'
    """
    spelled = "".join(_spell(c) for c in text)
    base = re.sub(r"[^A-Za-z0-9]+", "_", spelled).strip("_") or "x"
    if base[0].isdigit():
        base = f"x{base}"
    forbidden = _RESERVED.union(taken)
    if keyword.iskeyword(base) or keyword.issoftkeyword(base) or hasattr(builtins, base):
        base += "_"
    name, number = base, 2
    while name in forbidden:
        name, number = f"{base}{number}", number + 1
    return name


def _spell(character: str) -> str:
    """A letter as ASCII: Greek by its name, accents dropped."""
    if character.isascii():
        return character
    name = unicodedata.name(character, "")
    match = _GREEK.fullmatch(name.removeprefix("GREEK "))
    if "GREEK" in name and match:
        return match[1].lower()
    plain = unicodedata.normalize("NFKD", character)
    return "".join(c for c in plain if c.isascii())


def quoted(text: str) -> str:
    """Text that is safe inside a triple-quoted docstring."""
    plain = "".join(c if c.isprintable() or c == "\n" else " " for c in text)
    return plain.replace("\\", "\\\\").replace('"', '\\"')

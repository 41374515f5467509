"""Catalogue entries by the name or symbol that a formula uses for them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from derive.errors import ReadError
from derive.functions import Entry, catalogue
from derive.latex import syntax as s
from derive.latex.parser import parse
from derive.latex.roles import head_name
from derive.latex.tokens import tokenize
from derive.latex.words import words_of


@cache
def entries_by_name() -> Mapping[str, tuple[Entry, ...]]:
    """Name, alias or symbol (in a name's canonical spelling) to the entries that bear it."""
    table: dict[str, list[Entry]] = {}
    for entry in catalogue.values():
        for name in dict.fromkeys((entry.name, *entry.aliases, _symbol_name(entry.symbol))):
            if name:
                table.setdefault(name, []).append(entry)
    return MappingProxyType({name: tuple(found) for name, found in table.items()})


@cache
def public_names() -> frozenset[str]:
    """The names by which a formula means a function of the catalogue without saying so."""
    return frozenset(name for name in entries_by_name() if not is_private(name))


def is_private(name: str) -> bool:
    """Whether a symbol such as H, I, P or \\ell is everybody's own, whatever the catalogue says."""
    return name == "ell" or (len(name) == 1 and name.isascii())


def _symbol_name(symbol: str) -> str:
    try:
        tokens = tokenize(symbol)
        node = s.bare(parse(symbol, tokens, words_of([tokens])))
    except ReadError:
        return ""
    if isinstance(node, s.Function):
        return node.text
    return head_name(node) or ""

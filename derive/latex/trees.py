"""Syntax trees with names in one piece, worked out once for all who ask what a formula says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from derive.latex import syntax as s
from derive.latex.ordered import with_ordered_sums
from derive.latex.parser import parse
from derive.latex.spelling import respelled
from derive.latex.tokens import tokenize

_RUN = re.compile(r"\\(?:[A-Za-z]+|.)|([A-Za-z]{2,})", re.DOTALL)
"""A command, or letters side by side, which may be words."""


def tree_of(source: str, words: Iterable[str]) -> s.Listing:
    """The tree of a formula; `words` are the names of several letters. Raises `ReadError`."""
    # Other formulas' words change nothing here.
    runs = " ".join(filter(None, _RUN.findall(source)))
    return _tree(source, frozenset(w for w in words if w in runs) if runs else frozenset())


@lru_cache(maxsize=512)
def _tree(source: str, words: frozenset[str]) -> s.Listing:
    """A document's facts are read with each of its claims, and each formula in outline too."""
    return with_ordered_sums(respelled(parse(source, tokenize(source), words)))

"""What a matrix formula is read with: its names, and a place among its tokens."""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy as sp

from derive.errors import ReadError
from derive.latex.tokens import Token, tokenize
from derive.matrix import values as v
from derive.matrix.fractions import braced
from derive.matrix.values import Value
from derive.terms import real, size

_NUMBERS = frozenset("cdhkrst")


@dataclass
class Names:
    """The names of formulas that are read together, and what they stand for.

    `undefined` are those of which a definition is still to be read, `arguments` what stands in
    brackets after a name that is defined with them, as in f(w) = ...
    """

    names: dict[str, Value] = field(default_factory=dict)
    sizes: dict[str, sp.Symbol] = field(default_factory=dict)
    undefined: set[str] = field(default_factory=set)
    arguments: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def size(self, name: str) -> sp.Symbol:
        """The size of that name."""
        return self.sizes.setdefault(name, size(name))

    def open_size(self, source: str, place: int) -> sp.Expr:
        """The size of a vector of ones that does not say it."""
        raise ReadError(source, place, "no size", r"a size, as in \mathbf{1}_n")

    def value(self, name: str) -> Value:
        """What a name stands for: a Greek letter that is not declared is a number, as is c.

        Raises `ReadError` for others: the W of W A = A W may be a matrix too.
        """
        if name in self.sizes and name not in self.names:
            return v.constant(self.sizes[name])
        if name == "I" and name not in self.names:
            return v.identity()
        if name in self.undefined:
            raise ReadError(name, 0, name, "a name whose definition comes before its use")
        if name not in self.names and (
            name[0].isupper() or (len(name) == 1 and name not in _NUMBERS)
        ):
            raise ReadError(name, 0, name, rf"its shape, as in {name} \in \mathbb{{R}}^n")
        return self.names.setdefault(name, v.constant(real(name)))


class Cursor:
    """A place among the tokens of one side of an equation."""

    def __init__(self, names: Names, text: str, source: str, offset: int) -> None:
        self.names = names
        self.source = source
        self.offset = offset
        self.tokens = braced(tokenize(text))
        self.at = 0
        self.norms = 0

    @property
    def text(self) -> str:
        return self.tokens[self.at].text

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def take(self, *expected: str) -> bool:
        if self.token.kind != "end" and self.text in expected:
            self.at += 1
            return True
        return False

    def need(self, expected: str) -> None:
        if not self.take(expected):
            raise self.fail(repr(expected))

    def fail(self, expected: str) -> ReadError:
        found = "the end" if self.token.kind == "end" else repr(self.text)
        return ReadError(self.source, self.offset + self.token.start, found, expected)

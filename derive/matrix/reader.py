r"""Matrix formulas in LaTeX: products, ^\top, \odot, norms, tr, diag, 1, I, ∂L/∂W.

Names are matrices by declaration (`W \in \mathbb{R}^{m \times n}`) or by the definition of a
value; everything is translated to indices, so that shapes are checked on the way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

import sympy as sp

from derive.errors import ReadError
from derive.matrix import values as v
from derive.matrix.cursor import Names
from derive.matrix.parser import Parser
from derive.matrix.values import ShapeError, Value
from derive.terms import Definition, Statement, family, index, real

__all__ = ["Matrices", "ShapeError", "declared_arrays", "is_matrix_text"]

_DECLARED = re.compile(
    r"\s*(?P<names>[\\A-Za-z]+(?:\s*,\s*[\\A-Za-z]+)*)\s*\\in\s*\\mathbb\s*\{?R\}?\s*"
    r"(?:\^\s*(?:\{\s*(?P<rows>[A-Za-z])\s*(?:\\times\s*(?P<columns>[A-Za-z])\s*)?\}"
    r"|(?P<one>[A-Za-z])))?\s*$"
)
_MARKS = re.compile(
    r"\\top|\^\s*\{?\s*T\b|\\odot|\\mathbf\s*\{?\s*[1I]|\\lVert|\\\||\\operatorname\{(?:tr|diag)\}"
)


def is_matrix_text(claim: str, given: Sequence[str], assuming: Sequence[str]) -> bool:
    """Whether formulas speak of matrices: by a declared m × n, or declared vectors and marks."""
    found = [m for m in map(_DECLARED.match, assuming) if m]
    declared = [m for m in found if m["one"] or m["rows"]]
    if any(m["columns"] for m in declared):
        return True
    return bool(declared) and any(_MARKS.search(text) for text in (claim, *given))


def declared_arrays(assuming: Sequence[str]) -> tuple[frozenset[str], frozenset[str]]:
    r"""The names of matrices, and those of vectors, that hypotheses on where they live declare."""
    found = [m for m in map(_DECLARED.match, assuming) if m]
    matrices = _names_in(m for m in found if m["columns"])
    return matrices, _names_in(m for m in found if m["one"] or m["rows"]) - matrices


def _names_in(found: Iterable[re.Match[str]]) -> frozenset[str]:
    return frozenset(
        name.strip().removeprefix("\\") for m in found for name in m["names"].split(",")
    )


class Matrices(Names):
    """Formulas that are read together."""

    def declare(self, text: str) -> bool:
        r"""Take a declaration: `W \in \mathbb{R}^{m \times n}`, `c \in \mathbb{R}`; else False."""
        match = _DECLARED.match(text)
        if match is None:
            return False
        extents = (match["one"] or match["rows"], match["columns"])
        shape = [self.size(x) for x in extents if x]
        for name in match["names"].split(","):
            plain = name.strip().removeprefix("\\")
            value = v.member(family(plain, *shape)) if shape else v.constant(real(plain))
            self.names[plain] = value
        return True

    def define(self, texts: Sequence[str]) -> list[Definition]:
        """The definitions that equations with a name on their left make, in index form.

        They may come in any order: what uses a name waits until that is defined. Raises
        `ReadError`, for definitions in a circle too, and `ShapeError`.
        """
        waiting = list(texts)
        self.undefined = {self._head(text) for text in texts}
        found: list[Definition] = []
        while waiting:
            before = len(waiting)
            for text in list(waiting):
                try:
                    found.append(self._definition(text))
                except ReadError:
                    if len(waiting) == 1:
                        raise
                    continue
                waiting.remove(text)
            if len(waiting) == before:
                raise ReadError(waiting[0], 0, "no order of the definitions", "no circle in them")
        return found

    def _head(self, text: str) -> str:
        left, _ = self._sides(text)
        return Parser(self, left, text, 0).whole_name()

    def _definition(self, text: str) -> Definition:
        name, (_, right) = self._head(text), self._sides(text)
        value = self.read(right, text, text.index("=") + 1)
        self.undefined.discard(name)
        i, j = index("i"), index("j")
        if value.is_scalar:
            head: sp.Expr = real(name)
            self.names[name] = v.constant(head)
            return Definition.of(head, value.scalar)
        rank = 1 if value.shape[1] == 1 else 2
        base = family(name, *value.shape[:rank])
        self.names[name] = v.member(base)
        head = base[i] if rank == 1 else base[i, j]
        return Definition.of(head, value.entry(i, sp.S.One if rank == 1 else j))

    def steps(self, text: str) -> list[tuple[str, str, int, Callable[[], Statement]]]:
        """The equations of a chain a = b = c: the sides, where the right one is, how to read it."""
        sides = text.split("=")
        if len(sides) < 2:
            raise ReadError(text, 0, "no equation", "one = at least")
        starts = [sum(len(s) + 1 for s in sides[:k]) for k in range(len(sides))]
        places = list(zip(sides, starts, strict=True))

        def step(k: int) -> Callable[[], Statement]:
            return lambda: self._equal(text, *places[k], *places[k + 1])

        return [(sides[k], sides[k + 1], starts[k + 1], step(k)) for k in range(len(sides) - 1)]

    def statement(self, text: str) -> Statement:
        """An equation as one of entries. Raises `ShapeError` if its sides differ in shape."""
        left, right = self._sides(text)
        return self._equal(text, left, 0, right, text.index("=") + 1)

    def _equal(self, text: str, left: str, start: int, right: str, then: int) -> Statement:
        one = self.read(left, text, start)
        other = self.read(right, text, then)
        rows, columns = v.same_shape("=", one, other)
        i, j = (sp.S.One if n == 1 else index(c) for n, c in ((rows, "i"), (columns, "j")))
        return Statement(one.entry(i, j), "=", other.entry(i, j))

    def _sides(self, text: str) -> tuple[str, str]:
        left, sign, right = text.partition("=")
        if not sign or "=" in right:
            raise ReadError(text, 0, "no single equation", "one = between two sides")
        return left, right

    def read(self, text: str, source: str | None = None, offset: int = 0) -> Value:
        """An expression. Raises `ReadError` and `ShapeError`."""
        return Parser(self, text, text if source is None else source, offset).whole()

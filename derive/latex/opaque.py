"""A value of which a formula says more than the prover can use: an integral, a limit, a matrix.

It is read whole, and nothing is proved or refuted of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy as sp
from sympy.core.symbol import Str

from derive.latex.layout import SUM, Written, write
from derive.terms import free


class Opaque(sp.Expr):
    """What stands in the text, with the symbols and families on which it depends.

    >>> Opaque.of(r"\\int_0^1 f(x) \\, dx", [sp.Symbol("f")])
    \\int_0^1 f(x) \\, dx
    """

    is_commutative = True

    @classmethod
    def of(cls, text: str, terms: Iterable[sp.Basic], bound: Iterable[sp.Basic] = ()) -> Opaque:
        """The value written as `text` from these terms; `bound` are no symbols of the outside."""
        found = {x for term in terms for x in free(term)} - set(bound)
        # Sizes that are not known yet have one name.
        ordered = sorted(found, key=lambda x: (str(x), getattr(x, "dummy_index", 0)))
        return sp.Expr.__new__(cls, Str(text), *ordered)

    @property
    def text(self) -> str:
        """The LaTeX that it was read from."""
        return str(self.args[0])

    def _sympystr(self, printer: Any) -> str:
        return self.text


@write.register(Opaque)
def _opaque(term: Opaque) -> Written:
    return term.text, SUM

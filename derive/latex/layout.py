"""How a written term holds together: levels, brackets, scripts; `write` dispatches on the node.

A new notation is one function registered with `write.register`.
"""

from __future__ import annotations

from functools import singledispatch

import sympy as sp

from derive.errors import UnsupportedError
from derive.latex.order import is_negative

SUM, PRODUCT, OPERATOR, POWER, ATOM = range(5)
"""How tightly a written term holds together; an OPERATOR reaches over what follows it."""

Written = tuple[str, int]


@singledispatch
def write(term: sp.Basic) -> Written:
    """A term's LaTeX and how tightly it holds together.

    Raises `UnsupportedError` for a node that has no notation.
    """
    raise UnsupportedError(f"LaTeX of {type(term).__name__} {term}: there is no notation for it")


def bracket(text: str) -> str:
    """Round brackets, tall ones around what is tall or has brackets itself."""
    tall = any(mark in text for mark in ("(", r"\frac", r"\sum", r"\prod", r"\begin", r"\sqrt"))
    return rf"\left({text}\right)" if tall else f"({text})"


def held(term: sp.Expr, level: int) -> str:
    """The term, in brackets unless it holds together at least so tightly."""
    text, own = write(term)
    return text if own >= level else bracket(text)


def subscript(indices: tuple[sp.Expr, ...]) -> str:
    """Indices as a subscript: `i`, `ij`, `i,1`."""
    texts = [write(i)[0] for i in indices]
    short = all(len(t) == 1 and t.isalpha() for t in texts)
    joined = ("" if short else ",").join(texts)
    return f"_{joined}" if len(joined) == 1 else f"_{{{joined}}}"


def script(term: sp.Expr) -> str:
    """An exponent, its fractions with a slash: e^{z / T}."""
    text = _slashed(term)
    return text if len(text) == 1 and term.is_number else f"{{{text}}}"


def _slashed(term: sp.Expr) -> str:
    above, below = term.as_numer_denom() if isinstance(term, sp.Mul | sp.Pow) else (term, sp.S.One)
    if term.is_Rational:
        above, below = sp.Integer(term.p), sp.Integer(term.q)
    if below == 1 or (isinstance(above, sp.Add) and above.has(sp.Sum)):
        return write(term)[0]
    if is_negative(above):
        return f"-{_slashed(negated(above) / below)}"
    return f"{held(above, PRODUCT)} / {held(below, ATOM)}"


def negated(part: sp.Expr) -> sp.Expr:
    """−part; an unevaluated product keeps its factors as they are."""
    if not isinstance(part, sp.Mul):
        return -part
    position = next(p for p, f in enumerate(part.args) if f.is_Number and f.is_negative)
    flipped = -part.args[position]
    factors = [*part.args[:position], *part.args[position + 1 :]]
    if flipped != 1:
        factors.insert(position, flipped)
    return factors[0] if len(factors) == 1 else sp.Mul(*factors, evaluate=False)

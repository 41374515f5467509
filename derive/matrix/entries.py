"""One factor of a product as a matrix: the term of its entries, with the indices left out."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sympy as sp

from derive.latex.layout import subscript
from derive.latex.text import text
from derive.latex.writer import latex
from derive.terms import At, NamedFunction, Partial, Vec, evaluated, free

HELD = (" + ", " - ")


class NoNotationError(Exception):
    """The term has no matrix form here."""


@dataclass(frozen=True)
class Style:
    """How matrices are written: as LaTeX, or as one line of plain text."""

    term: Callable[[sp.Expr], str]
    script: Callable[[Sequence[sp.Expr]], str]
    transpose: str
    hadamard: str
    ones: str
    identity: str
    diagonal: str
    inverse: str
    derivative: str

    def number(self, scalar: sp.Expr) -> str:
        """A scalar in front of a matrix."""
        shown = self.term(scalar)
        loose = outside(shown, HELD) or (self.transpose == "ᵀ" and outside(shown, ("/",)))
        return f"({shown})" if loose else shown

    def product(self, parts: Sequence[str]) -> str:
        """Entry by entry; a product of matrices or a sum among several factors in brackets."""
        if len(parts) == 1:
            return parts[0]
        inside = [f"({p})" if outside(p, (" ",)) else p for p in parts]
        return f" {self.hadamard} ".join(inside)

    def factor(self, written: str) -> str:
        """A factor of a product of matrices."""
        loose = outside(written, (*HELD, f" {self.hadamard} "))
        return f"({written})" if loose else written

    def transposed(self, written: str) -> str:
        """The transpose of what is written."""
        letters = (c for c in written.replace("\\", "") if not unicodedata.combining(c))
        plain = "".join(letters).isalnum() or written == self.ones
        held = plain or (written.startswith("(") and _closes(written) == len(written) - 1)
        return f"{written}{self.transpose}" if held else f"({written}){self.transpose}"


def outside(written: str, signs: tuple[str, ...]) -> bool:
    """Whether one of the signs stands outside of all brackets."""
    depth = 0
    for place, letter in enumerate(written):
        depth += (letter in "({") - (letter in ")}")
        if depth == 0 and any(written.startswith(sign, place) for sign in signs):
            return True
    return False


def _closes(written: str) -> int:
    """Where the bracket that the text begins with is closed."""
    depth = 0
    for place, letter in enumerate(written):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return place
    return -1


LATEX = Style(
    latex,
    lambda indices: subscript(tuple(indices)),
    r"^\top",
    r"\odot",
    r"\mathbf{1}",
    r"\mathbf{I}",
    r"\operatorname{diag}",
    r"\frac{\mathbf{1}}{%s}",
    r"\frac{\partial %s}{\partial %s}",
)
TEXT = Style(
    text,
    lambda indices: "_" + "".join(text(i) for i in indices),
    "ᵀ",
    "⊙",
    "1",
    "I",
    "diag",
    "(1/%s)",
    "∂%s/∂%s",
)


class Entries:
    """Writes terms over some indices as matrices over these: a_i (1 − a_i) is a ⊙ (1 − a)."""

    def __init__(self, style: Style, indices: tuple[sp.Symbol, ...]) -> None:
        self.style = style
        self.indices = indices

    def write(self, f: sp.Expr) -> str:
        """The matrix. Raises `NoNotationError`."""
        if isinstance(f, sp.Indexed):
            return self._member(f)
        if isinstance(f, Partial):
            return self._derivative(f)
        if isinstance(f, sp.Add):
            return self._sum(f)
        if isinstance(f, sp.Mul):
            return self._product(f)
        if isinstance(f, sp.Pow) and f.exp.is_Integer:
            return self._power(f)
        if isinstance(f, NamedFunction | sp.Function | At):
            return self._applied(f)
        raise NoNotationError

    def _moves(self, f: sp.Expr) -> bool:
        """Whether a term is another one for other indices."""
        return bool(free(f) & {*self.indices})

    def _member(self, f: sp.Indexed) -> str:
        return self.style.term(f.base) + self._fixed(tuple(f.indices))

    def _fixed(self, indices: tuple[sp.Expr, ...]) -> str:
        """What stands before the matrix's own indices: Q_{tij} is, over i and j, Q_t."""
        count = len(indices) - len(self.indices)
        if count < 0 or indices[count:] != self.indices or set(indices[:count]) & {*self.indices}:
            raise NoNotationError
        return self.style.script(indices[:count]) if count else ""

    def _derivative(self, f: Partial) -> str:
        if len(f.variables) != 1 or not isinstance(f.variables[0], sp.Indexed):
            raise NoNotationError
        if f.expr.atoms(sp.Symbol) & {*self.indices}:
            raise NoNotationError
        return self.style.derivative % (self.style.term(f.expr), self.write(f.variables[0]))

    def _product(self, f: sp.Mul) -> str:
        number, rest = f.as_coeff_Mul()
        factors = [a for a in sp.Mul.make_args(rest) if self._moves(a)]
        scale = number * sp.Mul(*(a for a in sp.Mul.make_args(rest) if a not in factors))
        if not factors:
            raise NoNotationError
        written = self.style.product([self.style.factor(self.write(a)) for a in factors])
        return written if scale == 1 else f"{self.style.number(scale)} {written}"

    def _power(self, f: sp.Pow) -> str:
        base = self.style.factor(self.write(f.base))
        if f.exp not in (2, -1, -2):
            raise NoNotationError
        square = self.style.product([base, base]) if f.exp in (2, -2) else base
        if f.exp > 0:
            return square
        below = f"({square})" if self.style is TEXT and outside(square, (" ",)) else square
        return self.style.inverse % below

    def _applied(self, f: sp.Expr) -> str:
        """f(z) for a function of each entry, softmax(z) for the entries of one."""
        if isinstance(f, sp.exp):
            return rf"\exp({self.write(f.args[0])})" if self.style is LATEX else self._plain(f)
        if isinstance(f, NamedFunction) and len(f.args) == 1 + len(self.indices):
            family, *at = f.args
            if isinstance(family, sp.IndexedBase | Vec) and tuple(at) == self.indices:
                return self._of_family(f, family)
        inner = f.args[2] if isinstance(f, At) else f.args[0]
        if not isinstance(f, At) and len(f.args) != 1:
            raise NoNotationError
        probe = sp.Symbol("x", real=True)
        shown = self.style.term(f.func(*f.args[:-1], probe) if isinstance(f, At) else f.func(probe))
        for ending in (r"\left(x\right)", "(x)", " x"):
            name = shown.removesuffix(ending)
            if name != shown:
                return f"{name}({self.write(inner)})"
        raise NoNotationError

    def _plain(self, f: sp.Expr) -> str:
        return f"exp({self.write(f.args[0])})"

    def _of_family(self, f: NamedFunction, family: sp.Expr) -> str:
        if not isinstance(family, sp.IndexedBase):
            raise NoNotationError
        return self.style.term(f.func(family))

    def _sum(self, f: sp.Add) -> str:
        style = self.style
        one = (
            style.ones if len(self.indices) == 1 else f"{style.ones} {style.ones}{style.transpose}"
        )
        written = ""
        for term in sorted(f.args, key=lambda t: (t.could_extract_minus_sign(), str(t))):
            minus = term.could_extract_minus_sign()
            plain = evaluated(-term) if minus else term
            if self._moves(plain):
                body = self.write(plain)
            else:
                body = one if plain == 1 else f"{style.number(plain)} {one}"
            written += (" - " if written else "-") if minus else (" + " if written else "")
            written += body
        return written

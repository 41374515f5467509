"""What a derivation comes to in matrix notation, where it has one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

import sympy as sp

from derive.calculus import Backward, Derivation
from derive.latex import derivation as latex
from derive.latex.derivation import MatrixForm
from derive.matrix.entries import LATEX, TEXT, Style
from derive.matrix.notation import written
from derive.terms import NamedFunction, Partial, shape_of

Printable = TypeVar("Printable", latex.Backward, latex.Derivation)


def with_matrices(found: Printable) -> Printable:
    """A derivation that also prints what its results are in matrix notation."""
    return replace(found, matrix=matrix_forms(found))


def matrix_forms(found: Backward | Derivation) -> tuple[MatrixForm, ...]:
    r"""An equation for each gradient, such as ∂L/∂W = \delta x^\top; none for plain scalars.

    A gradient with more than two indices is one matrix for each value of the leading ones. A
    derivative of a member by a member is a Jacobian, a second derivative a Hessian matrix.
    """
    return tuple(_forms(found))


def _forms(found: Backward | Derivation) -> Iterator[MatrixForm]:
    if isinstance(found, Derivation):
        yield from _form(found.claim, found.result, None)
        return
    for part in found.parts:
        yield from _form(part.claim, part.result, part.name if part.shared else None)


def _form(claim: Partial, result: sp.Expr, name: sp.Expr | None) -> Iterator[MatrixForm]:
    lead, ends = _indices(claim)
    if not ends or len(set(ends)) < len(ends):
        return
    rows, columns = [*ends, None][:2]
    sides = []
    for style in (LATEX, TEXT):
        right = written(result, (rows, columns), style)
        if right is None:
            return
        heads = [_head(claim, len(lead), style)]
        if name is not None:
            heads.insert(0, _whole(name, len(lead), style))
        sides.append(" = ".join([*heads, right]))
    yield MatrixForm(*sides)


def _indices(claim: Partial) -> tuple[list[sp.Symbol], list[sp.Symbol]]:
    """The indices that number matrices, and those of the matrix itself."""
    sides = [_own(t) for t in (claim.expr, *claim.variables)]
    if not all(isinstance(i, sp.Symbol) for side in sides for i in side):
        return [], []
    if len([side for side in sides if side]) > 1:
        # A Jacobian or a Hessian: of vectors only.
        flat = [i for side in sides for i in side]
        return [], flat if all(len(side) < 2 for side in sides) and len(flat) == 2 else []
    flat = next((side for side in sides if side), [])
    return flat[:-2], flat[-2:]


def _own(term: sp.Expr) -> list[sp.Expr]:
    """The indices of a member: those of z_i and of softmax(z)_i."""
    if isinstance(term, NamedFunction) and shape_of(term.args[0]):
        return [a for a in term.args if a.is_integer and not shape_of(a)]
    return list(term.indices) if isinstance(term, sp.Indexed) else []


def _head(claim: Partial, lead: int, style: Style) -> str:
    above = _whole(claim.expr, lead, style)
    below = [_whole(v, lead, style) for v in claim.variables]
    if len(below) == 1:
        return style.derivative % (above, below[0])
    row = style.transposed(below[0])
    if style is LATEX:
        return rf"\frac{{\partial^2 {above}}}{{\partial {below[1]} \partial {row}}}"
    return f"∂²{above}/∂{below[1]} ∂{row}"


def _whole(term: sp.Expr, lead: int, style: Style) -> str:
    """A family by its name, with the indices that number its matrices."""
    if isinstance(term, NamedFunction) and _own(term):
        return style.term(term.func(*(a for a in term.args if shape_of(a))))
    if not isinstance(term, sp.Indexed):
        return style.term(term)
    return style.term(term.base) + (style.script(term.indices[:lead]) if lead else "")

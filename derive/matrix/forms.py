"""The gradients of a network in matrix notation, where they have one."""

from __future__ import annotations

import sympy as sp

from derive.calculus import Backward
from derive.latex.writer import latex
from derive.matrix.notation import matrix_latex


def matrix_forms(found: Backward) -> tuple[str, ...]:
    r"""One LaTeX equation for each error term and gradient, such as ∂L/∂W = \delta x^\top."""
    forms = []
    for part in found.parts:
        (variable,) = part.claim.variables
        ends = list(getattr(variable, "indices", ()))
        if len(ends) > 2:
            continue
        right = matrix_latex(part.result, *[*ends, None, None][:2])
        if right is None:
            continue
        below = latex(_whole(variable))
        heads = [rf"\frac{{\partial {latex(found.loss)}}}{{\partial {below}}}"]
        if part.shared:
            heads.insert(0, latex(_whole(part.name)))
        forms.append(" = ".join([*heads, right]))
    return tuple(forms)


def _whole(term: sp.Expr) -> sp.Expr:
    return term.base if isinstance(term, sp.Indexed) else term

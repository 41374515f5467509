"""Targets given by the number of their class instead of a one-hot family."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy as sp

from derive.errors import UnknownNameError
from derive.numeric.names import identifier
from derive.terms import family, shape_of


class Label(sp.Symbol):
    """An index that is given as an argument: an integer, in code counted from 0."""


def is_label(param: sp.Basic) -> bool:
    """Whether a parameter is a label or a family of labels."""
    if isinstance(param, sp.IndexedBase):
        return bool(param[(sp.S.One,) * len(shape_of(param))].is_integer)
    return isinstance(param, Label)


def by_label(
    name: str, params: Sequence[sp.Expr]
) -> tuple[tuple[sp.Expr, ...], Callable[[sp.Expr], sp.Expr]]:
    """The parameters with the one-hot family of this name as labels, and how terms follow.

    y[i, k] is 1 where k is the label y[i], and else 0. Raises `UnknownNameError` if there
    is no such family.
    """
    found = [p for p in params if isinstance(p, sp.IndexedBase) and str(p) == name]
    if not found:
        raise UnknownNameError(
            "labels", name, [str(p) for p in params if isinstance(p, sp.IndexedBase)]
        )
    (base,) = found
    if len(base.shape) > 1:
        label = family(identifier(name), *base.shape[:-1], integer=True)
    else:
        label = Label(name, integer=True, positive=True)

    def follow(term: sp.Expr) -> sp.Expr:
        members = {y for y in term.atoms(sp.Indexed) if y.base == base}
        return term.xreplace(
            {
                y: sp.KroneckerDelta(
                    y.indices[-1], label[y.indices[:-1]] if len(y.indices) > 1 else label
                )
                for y in members
            }
        )

    return tuple(label if p == base else p for p in params), follow

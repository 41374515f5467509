"""What a function returns and takes: terms with the indices of their axes, and arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import sympy as sp

from derive.errors import DefinitionError, UnknownNameError
from derive.numeric.arrays import Labels
from derive.numeric.normal import idle_quotients, normal_form
from derive.numeric.primitives import is_primitive
from derive.numeric.rewrites import Rewrite, finished, shared
from derive.numeric.series import near_zero
from derive.terms import Context, Vec, free

Parameter: TypeAlias = sp.Symbol | sp.IndexedBase


@dataclass(frozen=True)
class Output:
    """One value that a function returns: a term and the indices that are its last axes."""

    term: sp.Expr
    ranges: Mapping[sp.Symbol, sp.Expr]
    rewrites: tuple[Rewrite, ...] = ()
    # Whether a Taylor polynomial stands for a part of the term near 0.
    expanded: bool = False

    @classmethod
    def of(
        cls,
        expr: sp.Expr,
        context: Context,
        args: Sequence[Parameter] | None,
        first: Labels = (),
        last: Mapping[sp.Symbol, sp.Expr] = MappingProxyType({}),
        wrt: sp.Expr | None = None,
        positive: frozenset[sp.Basic] = frozenset(),
    ) -> Output:
        """Read a term (or a `Vec`, whose indices come in its order).

        Its free indices become axes: those of `first`, then the others alphabetically, then
        `last` with their ranges, whether the term depends on them or not. In a derivative in
        `wrt`, 0/0 of what does not depend on it is 0. The symbols in `positive` are known to be.
        """
        expr = sp.sympify(expr, strict=True)
        explicit: dict[sp.Symbol, sp.Expr] = {}
        while isinstance(expr, Vec):
            explicit.update(zip(expr.indices, expr.shape, strict=True))
            expr = expr.body
        used: dict[str, Rewrite] = {}
        term = normal_form(expr, context, used)
        term = shared(term, positive, used)
        term = term if wrt is None else idle_quotients(term, wrt)
        whole = term
        term = near_zero(term)
        expanded = term != whole
        term = finished(term, used)
        found = free_indices(term, frozenset(args or ()), {**explicit, **last})
        rest = sorted((k for k in found if k not in {*first, *explicit, *last}), key=str)
        order = [k for k in (*explicit, *first, *rest, *last) if k in found]
        return cls(term, {k: found[k] for k in order}, tuple(used.values()), expanded)


def free_indices(
    term: sp.Expr, args: frozenset[sp.Basic], known: Mapping[sp.Symbol, sp.Expr]
) -> dict[sp.Symbol, sp.Expr]:
    """The free indices of a term that are no arguments, each with its range.

    Raises `DefinitionError` if an index runs over axes of different sizes, or its range
    cannot be told.
    """
    ranges = dict(known)
    sizes = {s for base in term.atoms(sp.IndexedBase) for s in base.shape or ()}
    scope = free(term) - sizes
    for node in sorted(term.atoms(sp.Indexed), key=str):
        for i, length in zip(node.indices, node.base.shape or (), strict=True):
            if i not in scope or i in args:
                continue
            if ranges.setdefault(i, length) != length:
                raise DefinitionError(
                    f"index {i} runs to {ranges[i]} and to {length}; name two indices apart"
                )
    for node in sp.preorder_traversal(term):
        if is_primitive(node, "sum_others") and node.args[1] in scope - args:
            ranges.setdefault(node.args[1], node.args[0].shape[0])
    pairs = sorted(term.atoms(sp.KroneckerDelta) | term.atoms(sp.Eq) | term.atoms(sp.Ne), key=str)
    for i, j in [p.args[:2] for p in pairs] + [p.args[1::-1] for p in pairs]:
        if j in ranges and isinstance(i, sp.Symbol) and i in scope and i not in args:
            ranges.setdefault(i, ranges[j])
    return ranges


def default_args(terms: Sequence[sp.Expr], indices: Labels) -> tuple[Parameter, ...]:
    """The families, then the scalars, each alphabetically; a size only if no shape gives it."""
    found: frozenset[sp.Basic] = frozenset().union(*(free(t) for t in terms))
    families = sorted((f for f in found if isinstance(f, sp.IndexedBase)), key=str)
    read = {s for f in families for s in f.shape if isinstance(s, sp.Symbol)}
    scalars = [s for s in found if isinstance(s, sp.Symbol) and s not in read and s not in indices]
    return (*families, *sorted(scalars, key=str))


def chosen_args(
    wanted: Sequence[Parameter | str], terms: Sequence[sp.Expr]
) -> tuple[Parameter, ...]:
    """The arguments that a caller named, each a symbol, a family, or the name of one."""
    found: frozenset[sp.Basic] = frozenset().union(*(free(t) for t in terms))
    # A family goes before an index that bears its name.
    by_name = {str(s): s for s in sorted(found, key=lambda s: isinstance(s, sp.IndexedBase))}
    chosen = []
    for w in wanted:
        if isinstance(w, str) and w not in by_name:
            raise UnknownNameError("argument", w, by_name)
        chosen.append(by_name[w] if isinstance(w, str) else w)
    if len(set(chosen)) < len(chosen):
        raise DefinitionError("args: an argument is named twice")
    return tuple(chosen)

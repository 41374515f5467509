"""What a term depends on, through the definitions of its context."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import sympy as sp
from sympy.core.function import AppliedUndef

from derive.calculus.names import freshened
from derive.terms import Context, Definition, NamedFunction, free, name_of

Ranges = Mapping[sp.Expr, sp.Expr]


class Scope:
    """The variable of a differentiation and the context it happens in.

    The variable is held as a variable of its own, even if the context defines it: in
    ∂L/∂a the value a is not unfolded.
    """

    def __init__(self, context: Context, variable: sp.Expr) -> None:
        name = name_of(variable)
        defined = name is not None and context.definition_of(variable) is not None
        self.context = context.without(name) if defined and name is not None else context
        self.variable = variable
        self._known: dict[sp.Basic, bool] = {}

    def definition_of(self, term: sp.Expr) -> Definition | None:
        """The definition of a symbol, member or application, unless it is the variable."""
        return None if term == self.variable else self.context.definition_of(term)

    def unfold(self, term: sp.Expr) -> sp.Expr | None:
        """The right side of the term's definition, or None if it has none."""
        definition = self.definition_of(term)
        if definition is None:
            return None
        actual = arguments(term)
        # Bound names give way here, to short ones: what substitution makes up reads badly.
        taken = {str(name_of(s)) for a in actual for s in free(a)}
        body = freshened(definition.body, taken)
        return replace(definition, body=body).unfold(*actual)

    def depends(self, term: sp.Basic) -> bool:
        """Whether the term's value may change with the variable."""
        if term not in self._known:
            self._known[term] = self._depends(term)
        return self._known[term]

    def _depends(self, term: sp.Basic) -> bool:
        if term == self.variable:
            return True
        if isinstance(term, sp.IndexedBase):
            return self._family_depends(term)
        if isinstance(term, sp.Indexed) and self._family_depends(term.base):
            return True
        if any(self.depends(x) for x in self.context.dependencies_of(term)):
            return True
        if is_name(term):
            body = self._own_body(term)
            if body is not None and self.depends(body):
                return True
        parts = term.indices if isinstance(term, sp.Indexed) else term.args
        return any(self.depends(a) for a in parts)

    def _family_depends(self, base: sp.IndexedBase) -> bool:
        if isinstance(self.variable, sp.Indexed) and base == self.variable.base:
            return True
        group = self.context.definitions.get(str(base.label), ())
        return any(isinstance(d.head, sp.Indexed) and self.depends(d.body) for d in group)

    def _own_body(self, term: sp.Expr) -> sp.Expr | None:
        """The body of what the caller defined; the library's bodies hold only parameters."""
        return self.unfold(term) if name_of(term) in self.context.definitions else None


def is_name(term: sp.Basic) -> bool:
    """Whether a definition could give this term its meaning."""
    return isinstance(term, sp.Symbol | sp.Indexed | NamedFunction | AppliedUndef)


def arguments(term: sp.Expr) -> tuple[sp.Expr, ...]:
    """What a definition's parameters stand for in this term."""
    if isinstance(term, sp.Indexed):
        return tuple(term.indices)
    return () if isinstance(term, sp.Symbol) else tuple(term.args)


def index_ranges(*terms: sp.Basic) -> dict[sp.Expr, sp.Expr]:
    """The size that each free index symbol runs to, read off the families that it indexes.

    An index that is used with two different sizes has no range here.
    """
    found: dict[sp.Expr, set[sp.Expr]] = {}
    for term in terms:
        for node in term.atoms(sp.Indexed):
            for i, n in zip(node.indices, node.base.shape or (), strict=False):
                found.setdefault(i, set()).add(n)
    return {i: next(iter(sizes)) for i, sizes in found.items() if len(sizes) == 1}

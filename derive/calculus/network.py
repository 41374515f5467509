"""A network: the graph of a context's values that lead to a loss."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType

import sympy as sp

from derive.calculus.names import fresh_index, names_in
from derive.errors import DefinitionError
from derive.proof import prove
from derive.terms import Context, Definition, Domain, Statement, free, name_of, shape_of

SECONDS = 1.0
"""How long the prover may look for the sign of one value."""


class Network:
    """The values under a loss, and which of them mentions which.

    `values` maps a name to its definition, each after those that it mentions; `uses` to the
    names in its body. Raises `DefinitionError` if the loss is not defined, or a value only for
    some of its members.
    """

    def __init__(self, context: Context, loss: sp.Expr) -> None:
        self.context = context
        self.loss = loss
        self.values: dict[str, Definition] = {}
        self._visit(str(name_of(loss)))
        if not self.values:
            raise DefinitionError(f"loss {loss}: it has no definition; define it, as in L = ...")
        self.uses = {name: mentions(d.body, context) for name, d in self.values.items()}

    def _visit(self, name: str) -> None:
        group = self.context.definitions.get(name, ())
        values = [d for d in group if not isinstance(d.head, sp.Function)]
        if not values or name in self.values:
            return
        if len(values) > 1 or not values[0].general:
            raise DefinitionError(
                f"definition of {name}: only some members are defined; a network needs all in one"
            )
        for inner in sorted(mentions(values[0].body, self.context)):
            self._visit(inner)
        self.values[name] = values[0]

    @cached_property
    def parameters(self) -> tuple[sp.Expr, ...]:
        """What the values are made of and the context does not define: families, then scalars."""
        found: dict[sp.Expr, None] = {}
        for d in self.values.values():
            own = free(d.body) - set(d.params)
            found.update(dict.fromkeys(sorted(own, key=lambda s: str(name_of(s)))))
        loose = [s for s in found if name_of(s) not in self.context.definitions]
        families = [s for s in loose if isinstance(s, sp.IndexedBase)]
        scalars = [s for s in loose if isinstance(s, sp.Symbol) and not s.is_integer]
        labels = {f.label for f in families}
        return (*families, *(s for s in scalars if s not in labels))

    @cached_property
    def signs(self) -> Mapping[str, tuple[Domain, tuple[Statement, ...]]]:
        """What is known of the sign of a value that is divided by, or in a logarithm or root.

        Proved of its definition; a gradient in other values may use it when the value itself is
        only a name there.
        """
        divided = [_divided(d.body, self.context) for d in self.values.values()]
        found = {}
        for d in self.values.values():
            sign = self._sign(d.head) if any(d.name in names for names in divided) else None
            if sign is not None:
                found[d.name] = sign
        return MappingProxyType(found)

    def _sign(self, value: sp.Expr) -> tuple[Domain, tuple[Statement, ...]] | None:
        def holds(fact: Statement) -> bool:
            return prove(fact, self.context, SECONDS).status == "proved"

        positive = Statement(value, ">", sp.S.Zero)
        if not holds(positive):
            fact = Statement(value, ">=", sp.S.Zero)
            return (Domain.NONNEGATIVE, (fact,)) if holds(fact) else None
        below = Statement(value, "<", sp.S.One)
        return (Domain.UNIT, (positive, below)) if holds(below) else (Domain.POSITIVE, (positive,))

    @property
    def functions(self) -> Context:
        """The context in which every value is a variable of its own, of the sign that it has."""
        context = self.context.without(*self.values)
        for name, (domain, _) in self.signs.items():
            head = self.values[name].head
            context = context.declare(getattr(head, "base", head), domain)
        return context

    def consumers(self, name: str, among: set[str]) -> list[Definition]:
        """The values that mention a name directly, in their order."""
        return [d for n, d in self.values.items() if n in among and name in self.uses[n]]

    def between(self, targets: set[str]) -> set[str]:
        """The values through which the targets reach the loss."""
        reach = set(targets)
        for name, used in self.uses.items():
            if used & reach:
                reach.add(name)
        return reach & set(self.values)

    def member(self, wanted: sp.Expr) -> sp.Expr:
        """What to differentiate by: of a family, the member with the indices it is used with."""
        if not isinstance(wanted, sp.IndexedBase):
            return wanted
        name = str(name_of(wanted))
        if name in self.values:
            return self.values[name].head
        bodies = [d.body for d in self.values.values()]
        for body in bodies:
            for one in sorted(body.atoms(sp.Indexed), key=str):
                letters = [i for i in one.indices if isinstance(i, sp.Symbol)]
                if one.base == wanted and len(set(letters)) == len(one.indices):
                    return one
        taken = names_in(*bodies)
        letters = []
        for _ in shape_of(wanted):
            letters.append(fresh_index(taken | {i.name for i in letters}))
        return wanted[tuple(letters)]


def mentions(body: sp.Expr, context: Context) -> frozenset[str]:
    """The names in a body, also through the functions that the context itself defines."""
    names = {str(name_of(s)) for s in free(body)}
    for f in body.atoms(sp.Function):
        for d in context.definitions.get(f.func.__name__, ()):
            names |= mentions(d.body, context) - {str(name_of(p)) for p in d.params}
    return frozenset(names)


def _divided(body: sp.Expr, context: Context) -> set[str]:
    """The names by which a body divides, and those in logarithms and roots."""
    names: set[str] = set()
    for node in body.atoms(sp.Pow, sp.log, sp.Function):
        whole = isinstance(node, sp.Pow) and node.exp.is_Integer and node.exp.is_nonnegative
        definition = context.definition_of(node) if isinstance(node, sp.Function) else None
        if not whole and (isinstance(node, sp.Pow | sp.log) or (definition and definition.domains)):
            names |= {str(name_of(s)) for s in free(node)}
    return names

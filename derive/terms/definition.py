"""Definitions: `head := body`, the same thing for the catalogue, a caller and a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from derive.errors import DefinitionError
from derive.terms.binding import free, fresh, map_terms, parts, substitute
from derive.terms.nodes import At, NamedFunction, Partial, Vec, as_term, shape_of


@dataclass(frozen=True)
class Definition:
    """What a name stands for.

    `name` is the name defined, `params` the formal parameters (scalars, families, and last
    the indices of the member), `body` the expression over them. The head is a plain symbol
    (`L`), a member of a family (`a[i]`) or a function's application (`σ(z)`, `softmax(z, i)`).
    `source` says where it comes from ("given", "catalogue: sigmoid", "line 12"); `domains` the
    roles of its parameters (the p of an entropy is a probability vector).
    """

    name: str
    head: sp.Expr
    params: tuple[sp.Expr, ...]
    body: sp.Expr
    source: str = "given"
    domains: Mapping[sp.Expr, Any] = field(
        default_factory=lambda: MappingProxyType({}), compare=False
    )

    @classmethod
    def of(cls, head: sp.Expr, body: sp.Expr, source: str = "given") -> Definition:
        """Make a definition from the term on its left and the term on its right.

        Raises `DefinitionError` if the head is not a symbol, a member with distinct index
        symbols, or an application to distinct symbols and families; or if the body mentions
        the head itself.
        """
        body = as_term(body)
        if isinstance(head, sp.Symbol):
            name, params = head.name, ()
        elif isinstance(head, sp.Indexed):
            name, params = head.base.name, tuple(head.indices)
        elif isinstance(head, NamedFunction | AppliedUndef):
            name, params = head.func.__name__, tuple(head.args)
        else:
            raise DefinitionError(
                f"definition of {head}: only a symbol, a member of a family or a function "
                "of symbols can be defined; rewrite the left side"
            )
        if len(set(params)) != len(params):
            raise DefinitionError(f"definition of {head}: a parameter is repeated; name them apart")
        definition = cls(name, head, params, body, source)
        if definition.mentions(name):
            raise DefinitionError(
                f"definition of {head}: its right side mentions {name} itself; "
                "give the new value another name"
            )
        return definition

    def mentions(self, name: str) -> bool:
        """Whether the body uses a symbol, family or function of this name."""
        return name in self.names

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the symbols, families and functions in the body, parameters left out."""
        names = {s.name for s in free(self.body)}
        names |= {f.func.__name__ for f in parts(self.body, sp.Function)}
        own = {p.name for p in self.params if isinstance(p, sp.Symbol | sp.IndexedBase)}
        return frozenset(names - own)

    @cached_property
    def general(self) -> bool:
        """Whether it defines every member or argument, rather than one case such as f(0) or a_1."""
        return all(isinstance(p, sp.Symbol | sp.IndexedBase) for p in self.params)

    def unfold(self, *arguments: sp.Expr) -> sp.Expr:
        """The body for actual arguments; a family parameter's sizes become the argument's.

        Raises `DefinitionError` if the number or the rank of the arguments is wrong.
        """
        if len(arguments) != len(self.params):
            raise DefinitionError(
                f"{self.name} takes {len(self.params)} argument(s), found {len(arguments)}"
            )
        mapping: dict[sp.Basic, sp.Expr] = {}
        for formal, actual in zip(self.params, arguments, strict=True):
            formal_shape, actual_shape = shape_of(formal), shape_of(actual)
            if len(formal_shape) != len(actual_shape):
                raise DefinitionError(
                    f"{self.name}: {actual} has {len(actual_shape)} index(es), "
                    f"{formal} takes {len(formal_shape)}"
                )
            for formal_size, actual_size in zip(formal_shape, actual_shape, strict=True):
                if isinstance(formal_size, sp.Symbol):
                    mapping[formal_size] = actual_size
            mapping[formal] = actual
        return substitute(_with_points(self.body, self.params), mapping)

    def matches(self, term: sp.Expr) -> bool:
        """Whether this definition gives the term its meaning."""
        if isinstance(term, sp.Indexed) and isinstance(self.head, sp.Indexed):
            same = term.base.label.name == self.name and len(term.indices) == len(self.params)
            actual: tuple[sp.Expr, ...] = tuple(term.indices)
        elif isinstance(term, sp.Function) and isinstance(self.head, sp.Function):
            same = term.func.__name__ == self.name and len(term.args) == len(self.params)
            actual = term.args
        else:
            return bool(term == self.head)
        if not same:
            return False
        return self.general or actual == self.params


def _with_points(body: sp.Expr, params: tuple[sp.Expr, ...]) -> sp.Expr:
    """The body with derivatives by a parameter as derivatives taken at the parameter's value.

    In d(x) := ∂(x w)/∂x the x below is no argument: d(w) is the derivative at w.
    """
    if not body.has(Partial):
        return body

    def at_value(node: sp.Expr) -> sp.Expr:
        if not isinstance(node, Partial):
            return node
        result: sp.Expr = node
        for variable in dict.fromkeys(node.variables):
            if variable in params and isinstance(variable, sp.Symbol):
                inner = fresh(variable, frozenset(parts(node, sp.Symbol)) | free(body))
                result = At(substitute(result, {variable: inner}), inner, variable)
        return result

    return map_terms(body, at_value)


def as_family(head: sp.Indexed, body: sp.Expr) -> Vec:
    """The family whose members a definition `a[i] := body` gives."""
    pairs = zip(head.indices, head.base.shape, strict=True)
    return Vec(body, *pairs)

"""What names stand for at a point: values, members, definitions and their parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sympy as sp
from flint import fmpq

from derive.errors import LimitError, UnsupportedError
from derive.proof.jets import Number, real_part
from derive.terms import (
    Context,
    Definition,
    Vec,
    member,
    name_of,
    shape_of,
)


class NoValueError(Exception):
    """The term has no value at the point, or the precision does not settle which."""

    def __init__(self, reason: str, settled: bool = True) -> None:
        super().__init__(reason)
        self.settled = settled


Address = tuple[str, tuple[int, ...]]


@dataclass(frozen=True)
class Array:
    """A family as an argument: its value at each tuple of indices, and its sizes."""

    at: Callable[[tuple[int, ...]], Number]
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Point:
    """Values: `scalars` by symbol, `members` by family and indices, `integers` for sizes and
    indices. Everything is an exact rational unless an equation forced a ball."""

    scalars: Mapping[sp.Symbol, Number] = field(default_factory=dict)
    members: Mapping[tuple[sp.IndexedBase, tuple[int, ...]], Number] = field(default_factory=dict)
    integers: Mapping[sp.Symbol, int] = field(default_factory=dict)

    @cached_property
    def by_name(self) -> dict[Address, Number]:
        """The members by the name of their family: SymPy's families are slow to compare.

        Two families of one name and different sizes are left out.
        """
        bases = {base for base, _ in self.members}
        names = Counter(base.label.name for base in bases)
        return {
            (base.label.name, at): value
            for (base, at), value in self.members.items()
            if names[base.label.name] == 1
        }

    def where(self, integers: Mapping[sp.Symbol, int]) -> Point:
        """The same values with other sizes and indices."""
        there = Point(self.scalars, self.members, integers)
        there.__dict__["by_name"] = self.by_name
        return there


class Valuation:
    """The names of one point and one context; `Evaluator` gives terms their values."""

    def __init__(self, context: Context, point: Point) -> None:
        self.context = context
        self.point = point
        self.integers: dict[sp.Symbol, int] = dict(point.integers)
        # What a parameter stands for inside a definition, and variables that carry a rate.
        self.scalars: dict[sp.Symbol, Number] = dict(point.scalars)
        self.arrays: dict[sp.IndexedBase, Array] = {}
        self.held: dict[Address | sp.Expr, Number] = {}
        self.level = 0
        self.hits: set[sp.Expr] = set()
        # Values of what is defined, by what is held and what is known where they were found.
        self._found: dict[tuple[int, int], tuple[object, object, dict[object, Number]]] = {}
        self.outermost = self.scalars
        self.nesting = 0
        self.breadth = 1

    def __call__(self, term: sp.Expr) -> Number:
        """The value of a term."""
        raise NotImplementedError

    def integer(self, term: sp.Expr) -> int:
        """The value of a size or an index."""
        if isinstance(term, sp.Integer):
            return int(term)
        known = self.integers.get(term)
        if known is not None and not (self.held and (term.name, ()) in self.held):
            return known
        value = real_part(self(term))
        if not isinstance(value, fmpq) or value.q != 1:
            raise NoValueError(f"{term} is not an integer")
        return int(value.p)

    def member(self, base: sp.IndexedBase, indices: tuple[int, ...]) -> Number:
        """The value of a family's member."""
        address = (base.label.name, indices)
        if address in self.held:
            return self.held[address]
        if self.arrays and base in self.arrays:
            return self.arrays[base].at(indices)
        found = self.point.by_name.get(address)
        if found is not None:
            return found
        if (base, indices) in self.point.members:
            return self.point.members[base, indices]
        definition = self.definition_of_member(base, indices)
        if definition is not None:
            return self.defined(address, definition)
        raise NoValueError(f"{base.label} has no member {indices}")

    def defined(self, address: Address, definition: Definition) -> Number:
        """The value of a symbol or a member that has a definition, found once in each state."""
        if not all(isinstance(k, tuple) for k in self.held):
            return self._unfold(definition, address[1])
        values = self.values_here()
        if address not in values:
            values[address] = self._unfold(definition, address[1])
        return values[address]

    def values_here(self) -> dict[object, Number]:
        """What was found under all that is held and known here."""
        # States are replaced, never changed; that they are kept here keeps their identity.
        state = (id(self.held), id(self.context))
        return self._found.setdefault(state, (self.held, self.context, {}))[2]

    def definition_of_member(
        self, base: sp.IndexedBase, indices: tuple[int, ...]
    ) -> Definition | None:
        """What defines a member of a family, if anything does."""
        group = self.context.definitions.get(base.label.name, ())
        own = [d for d in group if isinstance(d.head, sp.Indexed)]
        # Making SymPy's term for each member costs more than evaluating it.
        if len(own) == 1 and own[0].general:
            return own[0] if len(own[0].params) == len(indices) else None
        if group and not own:
            return None
        return self.context.definition_of(member(base, *map(sp.Integer, indices)))

    def _unfold(
        self,
        definition: Definition,
        arguments: tuple[object, ...],
        kept: frozenset[sp.Expr] = frozenset(),
    ) -> Number:
        """The body with the parameters standing for these values.

        Those that are `kept` stand for themselves: J(θ) speaks of the θ that is known outside.
        """
        if self.nesting > 60:
            raise LimitError("definitions nested too deeply")
        saved = (self.integers, self.scalars, self.arrays, self.held)
        # A body sees its parameters and the outermost scope, not where it is used.
        self.integers, self.scalars = dict(self.point.integers), dict(self.point.scalars)
        self.arrays = {}
        self.held = self._visible_inside(definition, kept)
        self.nesting += 1
        try:
            for formal, actual in zip(definition.params, arguments, strict=True):
                if formal not in kept:
                    self._bind(formal, actual)
            return self(definition.body)
        finally:
            self.integers, self.scalars, self.arrays, self.held = saved
            self.nesting -= 1

    def _visible_inside(
        self, definition: Definition, kept: frozenset[sp.Expr]
    ) -> dict[Address | sp.Expr, Number]:
        """A parameter hides a variable of the same name."""
        if not definition.params or not self.held:
            return self.held
        hidden = {str(name_of(p)) for p in definition.params if p not in kept}
        if all(isinstance(k, tuple) and k[0] not in hidden for k in self.held):
            return self.held
        return {k: v for k, v in self.held.items() if isinstance(k, tuple) and k[0] not in hidden}

    def _bind(self, formal: sp.Expr, actual: object) -> None:
        if isinstance(formal, sp.IndexedBase) and isinstance(actual, Array):
            if len(shape_of(formal)) != len(actual.shape):
                raise UnsupportedError(f"a function of {formal}, a family, of something else")
            self.arrays[formal] = actual
            for size, value in zip(shape_of(formal), actual.shape, strict=True):
                if isinstance(size, sp.Symbol):
                    self.integers[size] = value
        elif isinstance(actual, int):
            self.integers[formal] = actual
        elif isinstance(formal, sp.Symbol):
            self.integers.pop(formal, None)
            self.scalars[formal] = actual

    def array(self, term: sp.Expr) -> Array:
        """A family (`IndexedBase` or `Vec`) as an argument."""
        shape = tuple(self.integer(s) for s in shape_of(term))
        state = self._scope()

        def at(indices: tuple[int, ...]) -> Number:
            # A family means what it meant where it was written.
            now = self._scope()
            self.integers, self.scalars, self.arrays, self.context, self.held = state
            try:
                if isinstance(term, Vec):
                    self.integers = {**state[0], **dict(zip(term.indices, indices, strict=True))}
                    return self(term.body)
                return self.member(term, indices)
            finally:
                self.integers, self.scalars, self.arrays, self.context, self.held = now

        return Array(at, shape)

    def _scope(self) -> tuple[Any, ...]:
        return (self.integers, self.scalars, self.arrays, self.context, self.held)

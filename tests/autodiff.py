"""Terms at points by HIPS autograd: derivatives by automatic differentiation, not by rules.

Shares no code with the calculus or the prover: a `Partial` is `autograd.grad` of the plain
evaluation of its body, in which only the context's definitions are looked up.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import autograd.numpy as np
import sympy as sp
from autograd import grad
from autograd.scipy.special import erf

from derive.terms import At, Context, NamedFunction, Partial, Vec

FUNCTIONS: Mapping[type, Callable[[Any], Any]] = {
    sp.exp: np.exp,
    sp.log: np.log,
    sp.tanh: np.tanh,
    sp.sinh: np.sinh,
    sp.cosh: np.cosh,
    sp.sin: np.sin,
    sp.cos: np.cos,
    sp.atan: np.arctan,
    sp.erf: erf,
    sp.Abs: np.abs,
    sp.sign: np.sign,
}
RELATIONS = {
    sp.Gt: lambda a, b: a > b,
    sp.Ge: lambda a, b: a >= b,
    sp.Lt: lambda a, b: a < b,
    sp.Le: lambda a, b: a <= b,
    sp.Eq: lambda a, b: a == b,
    sp.Ne: lambda a, b: a != b,
}


@dataclass(frozen=True)
class Point:
    """Values for symbols (numbers) and families (a function of a tuple of indices)."""

    values: Mapping[sp.Basic, Any]
    context: Context

    def bind(self, names: Mapping[sp.Basic, Any]) -> Point:
        return Point({**self.values, **names}, self.context)


def value(term: sp.Basic, point: Point) -> Any:
    """The value of a term at a point, as autograd sees it."""
    if term in point.values:
        return point.values[term]
    if isinstance(term, sp.Rational):
        return float(term) if not term.is_Integer else int(term)
    if term.is_number and not term.args:
        return float(term)
    if isinstance(term, sp.Indexed):
        at = tuple(int(value(i, point)) for i in term.indices)
        return family(term.base, point)(at)
    if isinstance(term, sp.Symbol):
        return value(point.context.definition_of(term).body, point)
    if isinstance(term, sp.Sum):
        return total(term.function, list(term.limits), point)
    if isinstance(term, Partial):
        return derivative(term, point)
    if isinstance(term, At):
        body, variable, there = term.args
        return value(body, point.bind({variable: value(there, point)}))
    if isinstance(term, sp.Piecewise):
        return value(next(e for e, c in term.args if holds(c, point)), point)
    if isinstance(term, sp.KroneckerDelta):
        return float(value(term.args[0], point) == value(term.args[1], point))
    if isinstance(term, NamedFunction):
        return applied(term, point)
    return arithmetic(term, [value(a, point) for a in term.args])


def arithmetic(term: sp.Basic, args: list[Any]) -> Any:
    if isinstance(term, sp.Add):
        return sum(args[1:], args[0])
    if isinstance(term, sp.Mul):
        product = args[0]
        for a in args[1:]:
            product = product * a
        return product
    if isinstance(term, sp.Pow):
        base, exponent = args
        return base**exponent if isinstance(exponent, int) else np.power(base * 1.0, exponent)
    if isinstance(term, sp.Max | sp.Min):
        return (max if isinstance(term, sp.Max) else min)(args)
    return FUNCTIONS[type(term)](args[0] * 1.0)


def family(base: sp.Basic, point: Point) -> Callable[[tuple[int, ...]], Any]:
    """The members of a family: given, defined, or written by their entry."""
    if base in point.values:
        return point.values[base]
    if isinstance(base, Vec):
        return lambda at: value(base.body, point.bind(dict(zip(base.indices, at, strict=True))))
    (definition,) = point.context.definitions[str(base.label)]
    return lambda at: value(
        definition.body, point.bind(dict(zip(definition.params, at, strict=True)))
    )


def applied(term: NamedFunction, point: Point) -> Any:
    definition = point.context.definition_of(term)
    inner: dict[sp.Basic, Any] = {}
    for formal, actual in zip(definition.params, term.args, strict=True):
        if isinstance(formal, sp.IndexedBase):
            inner[formal] = family(actual, point)
            for size, found in zip(formal.shape, actual.shape, strict=True):
                if isinstance(size, sp.Symbol):
                    inner[size] = value(found, point)
        else:
            inner[formal] = value(actual, point)
    return value(definition.body, Point(inner, point.context))


def holds(condition: sp.Basic, point: Point) -> bool:
    if condition in (sp.true, sp.false):
        return bool(condition)
    if isinstance(condition, sp.And | sp.Or):
        return (all if isinstance(condition, sp.And) else any)(
            holds(c, point) for c in condition.args
        )
    return bool(RELATIONS[type(condition)](*(value(a, point) for a in condition.args)))


def total(body: sp.Basic, limits: list[Any], point: Point) -> Any:
    if not limits:
        return value(body, point)
    k, low, high = limits[-1]
    steps = range(int(value(low, point)), int(value(high, point)) + 1)
    return sum((total(body, limits[:-1], point.bind({k: s})) for s in steps), 0.0)


def derivative(term: Partial, point: Point) -> Any:
    """∂/∂v of the body by `grad`, v held as a variable of its own."""
    *inner, variable = term.variables
    body = Partial(term.expr, *inner) if inner else term.expr
    if isinstance(variable, sp.Indexed):
        base = variable.base
        there = tuple(int(value(i, point)) for i in variable.indices)
        sizes = [range(1, int(value(s, point)) + 1) for s in base.shape]
        members = {at: family(base, point)(at) for at in itertools.product(*sizes)}
        start, key = members[there], base

        def moved(t: Any) -> Any:
            return lambda at: t if at == there else members[at]
    else:
        start, key = value(variable, point), variable

        def moved(t: Any) -> Any:
            return t

    return grad(lambda t: value(body, point.bind({key: moved(t)})) * 1.0 + 0.0 * t)(start * 1.0)

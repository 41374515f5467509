"""Where cases meet: kinks, and whether a derivative exists there.

A case may keep its closed condition only if the function and its derivative pass over the
boundary without a jump; else both cases give up the boundary, and the kink is data.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from derive.calculus.scope import Scope
from derive.catalogue import Kink
from derive.terms import evaluated, substitute

_OPPOSITE = {sp.Gt: sp.Lt, sp.Ge: sp.Lt, sp.Lt: sp.Gt, sp.Le: sp.Gt}
_STRICT = {sp.Gt: sp.Gt, sp.Ge: sp.Gt, sp.Lt: sp.Lt, sp.Le: sp.Lt}
Slope = Callable[[sp.Expr], sp.Expr]


def open_cases(term: sp.Piecewise, scope: Scope, slope: Slope, value: Slope) -> sp.Expr:
    """The slopes of the cases, each where its case holds in an open neighbourhood.

    `slope` gives a case's slope as a line shows it, `value` worked out, to compare at a boundary.

    Conditions that the variable does not enter stay as they are, and so does a boundary
    over which the function is continuously differentiable.
    """
    pairs = list(term.args)
    if not any(scope.depends(c) for _, c in pairs):
        return sp.Piecewise(*((slope(e), c) for e, c in pairs), evaluate=False)
    if is_smooth(term, scope, value):
        return sp.Piecewise(*((slope(e), c) for e, c in pairs), evaluate=False)
    opened = []
    before: list[sp.Basic] = []
    for e, c in pairs:
        condition = sp.And(*before, _strict(c)) if c != sp.true else sp.And(*before)
        if condition != sp.false:
            opened.append((slope(e), condition))
        before.append(_outside(c))
    return sp.Piecewise(*opened, evaluate=False)


def _strict(condition: sp.Basic) -> sp.Basic:
    """The interior of where a condition holds."""
    if isinstance(condition, sp.Eq):
        return sp.false
    if isinstance(condition, sp.And | sp.Or):
        return condition.func(*map(_strict, condition.args))
    kind = _STRICT.get(condition.func)
    return condition if kind is None else kind(*condition.args)


def _outside(condition: sp.Basic) -> sp.Basic:
    """The interior of where a condition fails."""
    if isinstance(condition, sp.And):
        return sp.Or(*map(_outside, condition.args))
    if isinstance(condition, sp.Or):
        return sp.And(*map(_outside, condition.args))
    kind = _OPPOSITE.get(condition.func)
    return sp.Not(condition) if kind is None else kind(*condition.args)


def boundary(condition: sp.Basic, variable: sp.Expr) -> list[sp.Expr] | None:
    """The points where a condition changes, or None if they cannot be read off."""
    if isinstance(condition, sp.And | sp.Or):
        parts = [boundary(c, variable) for c in condition.args]
        return None if None in parts else [p for part in parts if part for p in part]
    if not isinstance(condition, sp.core.relational.Relational):
        return []
    return _zeros(condition.lhs - condition.rhs, variable)


def _zeros(term: sp.Expr, variable: sp.Expr) -> list[sp.Expr] | None:
    """Zeros of what is linear in the variable, or in one absolute value of such a term."""
    moduli = sorted((a for a in term.atoms(sp.Abs) if a.has(variable)), key=str)
    if moduli:
        inside, radius = moduli[0].args[0], sp.Dummy("r")
        levels = _zeros(term.xreplace({moduli[0]: radius}), radius)
        if levels is None:
            return None
        found = [_zeros(inside - sign * r, variable) for r in levels for sign in (1, -1)]
        return None if None in found else [p for part in found if part for p in part]
    x = sp.Dummy("x")
    polynomial = sp.expand(term.xreplace({variable: x}))
    if not polynomial.is_polynomial(x) or sp.degree(polynomial, x) != 1:
        return None
    return [sp.cancel(-polynomial.coeff(x, 0) / polynomial.coeff(x, 1))]


def at(term: sp.Expr, variable: sp.Expr, point: sp.Expr) -> sp.Expr:
    """The term's value at a point of the variable."""
    return sp.expand(evaluated(substitute(term, {variable: point})))


def is_smooth(term: sp.Piecewise, scope: Scope, slope: Slope) -> bool:
    """Whether neighbouring cases agree in value and slope at every boundary between them."""
    x = scope.variable
    for (left, condition), (right, _) in zip(term.args, term.args[1:], strict=False):
        points = boundary(condition, x)
        if not points:
            return False
        for p in points:
            if not _agree(left, right, x, p) or not _agree(slope(left), slope(right), x, p):
                return False
    return True


def _agree(left: sp.Expr, right: sp.Expr, variable: sp.Expr, point: sp.Expr) -> bool:
    return bool(sp.expand(at(left, variable, point) - at(right, variable, point)) == 0)


def kinks_of(term: sp.Expr, variable: sp.Expr, slope: Slope) -> tuple[Kink, ...]:
    """The kinks of a function of the variable, each with its subgradient interval.

    Only for one function of cases (Piecewise, Max, Min, Abs) with readable boundaries; the
    interval is spanned by the two one-sided slopes, and absent where the function jumps.
    """
    found = []
    pieces = term if isinstance(term, sp.Piecewise) else _as_cases(term)
    if not isinstance(pieces, sp.Piecewise) or pieces.has(sp.Sum):
        return ()
    for (left, condition), (right, _) in zip(pieces.args, pieces.args[1:], strict=False):
        for p in boundary(condition, variable) or []:
            slopes = [at(slope(side), variable, p) for side in (left, right)]
            if slopes[0] == slopes[1]:
                continue
            jump = not _agree(left, right, variable, p)
            low, high = sorted(slopes, key=_order) if not jump else (None, None)
            found.append(Kink(variable, p, low, high))
    return tuple(found)


def _as_cases(term: sp.Expr) -> sp.Expr:
    """A function with one maximum, minimum or absolute value in it as two cases."""
    inner = sorted(term.atoms(sp.Max, sp.Min, sp.Abs), key=sp.default_sort_key)
    if len(inner) != 1 or len(inner[0].args) > 2:
        return term
    one = inner[0]
    first, second = one.args if len(one.args) == 2 else (one.args[0], -one.args[0])
    condition = first < second if isinstance(one, sp.Min) else first > second
    left, right = (term.xreplace({one: side}) for side in (first, second))
    return sp.Piecewise((left, condition), (right, True))


def _order(value: sp.Expr) -> float:
    return float(value) if value.is_number else 0.5

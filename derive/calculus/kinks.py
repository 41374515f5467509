"""Where cases meet: kinks, and whether a derivative exists there.

A case may keep its closed condition only if the function and its derivative pass over the
boundary without a jump; else both cases give up the boundary, and the kink is data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sympy as sp
from sympy.core.relational import Relational

from derive.calculus.algebra import rewrite
from derive.calculus.scope import Scope
from derive.functions import Kink

_OPPOSITE = {sp.Gt: sp.Lt, sp.Ge: sp.Lt, sp.Lt: sp.Gt, sp.Le: sp.Gt}
_STRICT = {sp.Gt: sp.Gt, sp.Ge: sp.Gt, sp.Lt: sp.Lt, sp.Le: sp.Lt}
_NEAR = sp.Rational(1, 10**6)
Slope = Callable[[sp.Expr], sp.Expr]


@dataclass(frozen=True)
class Boundary:
    """A point where a condition changes; `known` is what |u| and sign(u) are there, if used."""

    point: sp.Expr
    known: tuple[tuple[sp.Expr, sp.Expr], ...] = ()

    def value(self, term: sp.Expr, variable: sp.Expr) -> sp.Expr:
        """The term's value there."""
        return sp.expand(rewrite(rewrite(term, dict(self.known)), {variable: self.point}))

    def agree(self, left: sp.Expr, right: sp.Expr, variable: sp.Expr) -> bool:
        """Whether two terms have the same value there."""
        difference = self.value(left, variable) - self.value(right, variable)
        return bool(sp.expand(difference) == 0)


def open_cases(term: sp.Piecewise, scope: Scope, slope: Slope, value: Slope) -> sp.Expr:
    """The slopes of the cases, each where its case holds in an open neighbourhood.

    `slope` gives a case's slope as a line shows it, `value` worked out, to compare at a boundary.
    Conditions that the variable does not enter stay as they are, and so does a boundary
    over which the function is continuously differentiable.
    """
    pairs = list(term.args)
    fixed = not any(scope.depends(c) for _, c in pairs)
    if fixed or is_smooth(term, scope.variable, value):
        return sp.Piecewise(*((slope(e), c) for e, c in pairs), evaluate=False)
    opened = []
    before: list[sp.Basic] = []
    for e, c in pairs:
        condition = _tightest([*before, _strict(c)], scope.variable)
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


def _tightest(conditions: list[sp.Basic], variable: sp.Expr) -> sp.Basic:
    """All the conditions at once; of z > -3 and z > 3 only the second is said."""
    above = [c for c in conditions if isinstance(c, sp.Gt) and _bounds(c, variable)]
    below = [c for c in conditions if isinstance(c, sp.Lt) and _bounds(c, variable)]
    others = [c for c in conditions if c not in above and c not in below]
    if above:
        others.append(max(above, key=lambda c: c.rhs))
    if below:
        others.append(min(below, key=lambda c: c.rhs))
    return sp.And(*others)


def _bounds(condition: Relational, variable: sp.Expr) -> bool:
    return bool(condition.lhs == variable and condition.rhs.is_number)


def boundaries(condition: sp.Basic, variable: sp.Expr) -> list[Boundary] | None:
    """The points where a condition changes, or None if they cannot be read off."""
    if isinstance(condition, sp.And | sp.Or):
        found: list[Boundary] = []
        for c in condition.args:
            part = boundaries(c, variable)
            if part is None:
                return None
            found += part
        return found
    if not isinstance(condition, Relational):
        return []
    return _crossings(condition.lhs - condition.rhs, variable)


def _crossings(term: sp.Expr, variable: sp.Expr) -> list[Boundary] | None:
    """Zeros of what is linear in the variable, or in one absolute value of such a term."""
    moduli = sorted((a for a in term.atoms(sp.Abs) if a.has(variable)), key=str)
    if not moduli:
        zero = _zero(term, variable)
        return None if zero is None else [Boundary(zero)]
    inside, radius = moduli[0].args[0], sp.Dummy("r")
    level = _zero(term.xreplace({moduli[0]: radius}), radius)
    if level is None or len(moduli) > 1:
        return None
    found = []
    for side in (1, -1):
        zero = _zero(inside - side * level, variable)
        if zero is None:
            return None
        known = ((moduli[0], level), (sp.sign(inside), sp.Integer(side)))
        found.append(Boundary(zero, known))
    return found


def _zero(term: sp.Expr, variable: sp.Expr) -> sp.Expr | None:
    x = sp.Dummy("x")
    polynomial = sp.expand(term.xreplace({variable: x}))
    if not polynomial.is_polynomial(x) or sp.degree(polynomial, x) != 1:
        return None
    return sp.cancel(-polynomial.coeff(x, 0) / polynomial.coeff(x, 1))


@dataclass(frozen=True)
class Meeting:
    """The cases before, at and after a boundary."""

    before: sp.Expr
    here: sp.Expr
    after: sp.Expr
    place: Boundary

    def continuous(self, variable: sp.Expr) -> bool:
        """Whether the function has one value there."""
        return self.place.agree(self.before, self.here, variable) and self.place.agree(
            self.here, self.after, variable
        )


def is_smooth(term: sp.Piecewise, variable: sp.Expr, slope: Slope) -> bool:
    """Whether the cases agree in value and slope at every boundary between them."""
    for meeting in _meetings(term, variable):
        if meeting is None or not meeting.continuous(variable):
            return False
        if not meeting.place.agree(slope(meeting.before), slope(meeting.after), variable):
            return False
    return True


def _meetings(term: sp.Piecewise, variable: sp.Expr) -> Iterator[Meeting | None]:
    """The cases that meet at each boundary; None where they cannot be told."""
    seen: set[sp.Expr] = set()
    for _, condition in term.args:
        places = boundaries(condition, variable)
        if places is None:
            yield None
            continue
        for place in places:
            if place.point not in seen:
                seen.add(place.point)
                yield _meeting(term, variable, place)


def _meeting(term: sp.Piecewise, variable: sp.Expr, place: Boundary) -> Meeting | None:
    points = (place.point - _NEAR, place.point, place.point + _NEAR)
    found = [_case_at(term, variable, p) for p in points]
    before, here, after = found
    if before is not None and here is not None and after is not None:
        return Meeting(before, here, after, place)
    if len(term.args) == 2:
        # Which side is which cannot be told, but these two are the cases that meet.
        return Meeting(term.args[0].expr, term.args[0].expr, term.args[1].expr, place)
    return None


def _case_at(term: sp.Piecewise, variable: sp.Expr, point: sp.Expr) -> sp.Expr | None:
    """The case that holds at a point, if that can be told."""
    for e, c in term.args:
        holds = rewrite(c, {variable: point})
        if holds == sp.true:
            return e
        if holds != sp.false:
            return None
    return None


def kinks_of(term: sp.Expr, variable: sp.Expr, slope: Slope) -> tuple[Kink, ...]:
    """The kinks of a function of the variable, each with its subgradient interval.

    Only for one function of cases (Piecewise, Max, Min, Abs) with readable boundaries; the
    interval is spanned by the two one-sided slopes, and absent where the function jumps.
    """
    found = []
    pieces = term if isinstance(term, sp.Piecewise) else _as_cases(term)
    if not isinstance(pieces, sp.Piecewise) or pieces.has(sp.Sum):
        return ()
    for meeting in _meetings(pieces, variable):
        if meeting is None:
            continue
        place = meeting.place
        sides = (slope(meeting.before), slope(meeting.after))
        if not meeting.continuous(variable):
            found.append(Kink(variable, place.point, None, None))
        elif not place.agree(*sides, variable):
            low, high = sorted((place.value(s, variable) for s in sides), key=_order)
            found.append(Kink(variable, place.point, low, high))
    return tuple(found)


def _as_cases(term: sp.Expr) -> sp.Expr:
    """A function with one maximum, minimum or absolute value in it as two cases."""
    inner = sorted(term.atoms(sp.Max, sp.Min, sp.Abs), key=sp.default_sort_key)
    if len(inner) != 1 or len(inner[0].args) > 2:
        return term
    one = inner[0]
    first, second = one.args if len(one.args) == 2 else (one.args[0], -one.args[0])
    condition = first < second if isinstance(one, sp.Min) else first > second
    left, right = (rewrite(term, {one: side}) for side in (first, second))
    return sp.Piecewise((left, condition), (right, True))


def _order(value: sp.Expr) -> float:
    return float(value) if value.is_number else 0.5

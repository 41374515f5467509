"""The terms of the language: SymPy expressions plus the few nodes that SymPy lacks.

Symbols, families and sizes are plain SymPy objects; a family is an `IndexedBase`
whose shape holds its symbolic sizes, with indices that run from 1. What SymPy's own
nodes get wrong for this purpose has a node here that never evaluates itself:
`Partial` (SymPy's `Derivative(L, x)` turns to 0 when `L` is only a name for something
that contains `x`), `At` (a value at a point), `Vec` (a family written by its entry)
and `Decimal` (a number that remembers the digits it was written with).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy as sp
from sympy.functions.elementary.piecewise import ExprCondPair

from derive.errors import DefinitionError


def as_term(value: Any) -> Any:
    """A SymPy term from a term or a Python number; text is refused, because it would be run.

    Raises `DefinitionError` for anything else.
    """
    if isinstance(value, sp.Basic):
        return value
    try:
        return sp.sympify(value, strict=True)
    except sp.SympifyError:
        raise DefinitionError(
            f"{value!r} is not a SymPy term; text is read as LaTeX by derive.read_expression"
        ) from None


# One object for one name: SymPy compares equal symbols by all their assumptions.
@lru_cache(maxsize=4096)
def real(name: str) -> sp.Symbol:
    """A real scalar."""
    return sp.Symbol(name, real=True)


@lru_cache(maxsize=4096)
def index(name: str) -> sp.Symbol:
    """An index: a positive integer that stays within the range of what it indexes."""
    return sp.Symbol(name, integer=True, positive=True)


def size(name: str) -> sp.Symbol:
    """A size: a positive integer symbol such as `n`."""
    return index(name)


def family(name: str, *shape: sp.Expr | int, **assumptions: bool) -> sp.IndexedBase:
    """A family of reals `z[i]` with symbolic sizes, `family("W", m, n)[i, j]`.

    Keyword assumptions such as `positive=True` hold for every member.
    """
    return sp.IndexedBase(
        name, shape=tuple(as_term(s) for s in shape), **(assumptions or {"real": True})
    )


class Partial(sp.Expr):
    """The partial derivative of an expression, unevaluated: `Partial(L, z[j])`.

    Further variables give higher derivatives, innermost first. A variable is a symbol,
    a member of a family, or an application such as σ(z) that is held fixed as one variable.
    """

    is_commutative = True

    def __new__(cls, expr: sp.Expr, *variables: sp.Expr) -> Partial:
        if not variables:
            raise ValueError("Partial needs at least one variable")
        return sp.Expr.__new__(cls, as_term(expr), *map(as_term, variables))

    @property
    def expr(self) -> sp.Expr:
        return self.args[0]

    @property
    def variables(self) -> tuple[sp.Expr, ...]:
        return tuple(self.args[1:])


class At(sp.Expr):
    """The value of an expression at a point: `At(Partial(f(t), t), t, 0)` is f′(0). Binds `t`."""

    is_commutative = True

    def __new__(cls, expr: sp.Expr, variable: sp.Symbol, value: sp.Expr) -> At:
        return sp.Expr.__new__(cls, as_term(expr), as_term(variable), as_term(value))


class Vec(sp.Expr):
    """A family given by its entry: `Vec(z[k] + c, (k, n))` is the vector z + c. Binds `k`."""

    is_commutative = True

    def __new__(cls, body: sp.Expr, *indices: Any) -> Vec:
        return sp.Expr.__new__(cls, as_term(body), *(_tuple(pair) for pair in indices))

    @property
    def body(self) -> sp.Expr:
        return self.args[0]

    @property
    def indices(self) -> tuple[sp.Symbol, ...]:
        return tuple(pair[0] for pair in self.args[1:])

    @property
    def shape(self) -> tuple[sp.Expr, ...]:
        return tuple(pair[1] for pair in self.args[1:])


class Decimal(sp.Expr):
    """A decimal numeral as written, `Decimal("0.898368")`: an exact rational and its digits."""

    is_commutative = True
    is_number = True
    is_real = True

    def __new__(cls, value: sp.Rational | str, places: int | sp.Integer | None = None) -> Decimal:
        if isinstance(value, str):
            places = len(value.partition(".")[2])
            value = sp.Rational(int(value.replace(".", "", 1)), 10**places)
        return sp.Expr.__new__(cls, value, sp.Integer(0 if places is None else places))

    @property
    def value(self) -> sp.Rational:
        return self.args[0]

    @property
    def places(self) -> int:
        """How many digits stand after the point."""
        return int(self.args[1])

    def __str__(self) -> str:
        digits = str(abs(self.value.p * (10**self.places // self.value.q))).rjust(
            self.places + 1, "0"
        )
        point = len(digits) - self.places
        text = f"{digits[:point]}.{digits[point:]}" if self.places else digits
        return f"-{text}" if self.value < 0 else text

    def _sympystr(self, printer: Any) -> str:
        return str(self)


class NamedFunction(sp.Function):
    """Base of the functions that definitions give a meaning to: they stay as written.

    Arguments may be scalars, families (`IndexedBase` or `Vec`) and, last, the indices of
    the member that is meant: `softmax(z, i)` is the i-th entry of softmax(z).
    """

    is_commutative = True
    is_real = True

    @classmethod
    def eval(cls, *args: sp.Expr) -> None:
        return None


def named_function(name: str) -> type[NamedFunction]:
    """The function of that name; equal names give classes that compare equal."""
    # SymPy compares applications by class, so one class object per name is kept.
    if name not in _FUNCTIONS:
        _FUNCTIONS[name] = type(name, (NamedFunction,), {"__module__": __name__})
    return _FUNCTIONS[name]


_FUNCTIONS: dict[str, type[NamedFunction]] = {}


def shape_of(term: sp.Expr) -> tuple[sp.Expr, ...]:
    """The sizes of a family (`IndexedBase` or `Vec`); empty for a scalar."""
    # A member a[i] has a `shape` in SymPy too, that of its family.
    shape = term.shape if isinstance(term, sp.IndexedBase | Vec) else None
    return tuple(shape or ())


def sum_except(body: sp.Expr, k: sp.Symbol, size: sp.Expr, *excluded: sp.Expr) -> sp.Sum:
    """Σ over k ≠ each of `excluded`, 1 ≤ k ≤ size."""
    condition = sp.And(*(sp.Ne(k, e) for e in excluded))
    return sum_of(cases_of((body, condition), (0, True)), (k, 1, size))


def cases_of(*pairs: tuple[Any, Any]) -> sp.Expr:
    """Cases (value, condition) exactly as given.

    SymPy's constructor opens cases inside a condition and evaluates what comes out, so that a
    condition such as 1[x > 0] = 0/y loses what it needs, or fails.
    """
    made = [
        sp.Tuple.__new__(ExprCondPair, as_term(value), as_term(condition))
        for value, condition in pairs
    ]
    return sp.Basic.__new__(sp.Piecewise, *made)


def sum_of(body: sp.Expr, *limits: Any) -> sp.Sum:
    """Σ of a body over limits (k, low, high), the innermost first, exactly as given.

    SymPy's constructor moves a `Piecewise` out of the body, even past a sum inside that binds
    the index of its condition; a sum made here keeps its body.
    """
    return _with_limits(sp.Sum, body, limits)


def product_of(body: sp.Expr, *limits: Any) -> sp.Product:
    """Π of a body over limits (k, low, high), the innermost first, exactly as given."""
    return _with_limits(sp.Product, body, limits)


def _tuple(parts: Any) -> sp.Tuple:
    return sp.Tuple(*(as_term(part) for part in parts), sympify=False)


def _with_limits(kind: type, body: sp.Expr, limits: tuple[Any, ...]) -> Any:
    term = sp.Expr.__new__(kind, as_term(body), *(_tuple(limit) for limit in limits))
    term.is_commutative = True
    return term

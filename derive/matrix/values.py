"""Matrices by their entries: a shape and what stands at (i, j). A vector is a column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from derive.errors import DeriveError
from derive.terms import Partial, fresh, index, sum_of

Shape = tuple[sp.Expr, sp.Expr]
SCALAR: Shape = (sp.S.One, sp.S.One)
OPEN: Shape = (sp.Symbol("?"), sp.Symbol("?"))
"""The shape of an I whose size is that of what it meets."""


class ShapeError(DeriveError):
    """Shapes that cannot go together; the message shows both.

    `pairs` are the sizes that would have to be equal; none where that would not help.
    """

    def __init__(self, message: str, *pairs: tuple[sp.Expr, sp.Expr]) -> None:
        super().__init__(message)
        self.pairs = pairs


@dataclass(frozen=True)
class Value:
    """A matrix: its shape, and its entry at any pair of indices (both 1 for a scalar)."""

    shape: Shape
    entry: Callable[[sp.Expr, sp.Expr], sp.Expr]

    @property
    def is_scalar(self) -> bool:
        """Whether it is 1 × 1."""
        return self.shape == SCALAR

    @property
    def scalar(self) -> sp.Expr:
        """The one entry of a scalar."""
        return self.entry(sp.S.One, sp.S.One)

    @property
    def T(self) -> Value:
        """The transpose."""
        return Value((self.shape[1], self.shape[0]), lambda i, j: self.entry(j, i))

    def map(self, function: Callable[[sp.Expr], sp.Expr]) -> Value:
        """A function of every entry."""
        return Value(self.shape, lambda i, j: function(self.entry(i, j)))


def constant(term: sp.Expr) -> Value:
    """A scalar."""
    return Value(SCALAR, lambda i, j: term)


def member(family: sp.IndexedBase) -> Value:
    """A family of one or two indices as a column or a matrix."""
    if len(family.shape) == 1:
        return Value((family.shape[0], sp.S.One), lambda i, j: family[i])
    return Value((family.shape[0], family.shape[1]), lambda i, j: family[i, j])


def identity() -> Value:
    """The identity, of the size that its neighbours need."""
    return Value(OPEN, lambda i, j: sp.KroneckerDelta(i, j))


def ones(n: sp.Expr) -> Value:
    """The column of ones."""
    return Value((n, sp.S.One), lambda i, j: sp.S.One)


def same_shape(sign: str, left: Value, right: Value) -> Shape:
    """The common shape of two values. Raises `ShapeError`."""
    for one, other in ((left, right), (right, left)):
        if one.shape == OPEN and other.shape[0] == other.shape[1]:
            return other.shape
    if left.shape != right.shape:
        raise ShapeError(
            f"shapes: {_said(left)} {sign} {_said(right)}; both sides need the same shape",
            *zip(left.shape, right.shape, strict=True),
        )
    return left.shape


def _said(value: Value) -> str:
    return f"({value.shape[0]} × {value.shape[1]})"


def add(left: Value, right: Value, sign: int = 1) -> Value:
    """Left plus or minus right; the 1 of 1 − y is a column of ones."""
    if left.is_scalar and left.scalar.is_number and right.shape[1] == 1:
        left = Value(right.shape, left.entry)
    shape = same_shape("+" if sign > 0 else "−", left, right)
    return Value(shape, lambda i, j: left.entry(i, j) + sign * right.entry(i, j))


def hadamard(left: Value, right: Value) -> Value:
    """The entrywise product."""
    shape = same_shape("⊙", left, right)
    return Value(shape, lambda i, j: left.entry(i, j) * right.entry(i, j))


def dot(left: Value, right: Value) -> Value:
    """a · b: the inner product of two columns, else a product."""
    columns = left.shape == right.shape and left.shape[1] == 1
    return multiply(left.T if columns else left, right)


def multiply(left: Value, right: Value) -> Value:
    """The matrix product; a scalar scales. Raises `ShapeError`."""
    if left.is_scalar:
        return right.map(lambda e: left.scalar * e)
    if right.is_scalar:
        return left.map(lambda e: e * right.scalar)
    if left.shape == OPEN:
        left = Value((right.shape[0], right.shape[0]), left.entry)
    if right.shape == OPEN:
        right = Value((left.shape[1], left.shape[1]), right.entry)
    if left.shape[1] != right.shape[0]:
        raise ShapeError(
            f"shapes: {_said(left)} times {_said(right)}; the inner sizes "
            f"{left.shape[1]} and {right.shape[0]} differ",
            (left.shape[1], right.shape[0]),
        )
    inner = left.shape[1]
    shape = (left.shape[0], right.shape[1])
    if inner == 1:
        one = sp.S.One
        return Value(shape, lambda i, j: left.entry(i, one) * right.entry(one, j))

    def entry(i: sp.Expr, j: sp.Expr) -> sp.Expr:
        probe = index("k")
        body = left.entry(i, probe) * right.entry(probe, j)
        used = frozenset(body.atoms(sp.Symbol) | i.free_symbols | j.free_symbols)
        k = fresh(probe, used)
        return sum_of(left.entry(i, k) * right.entry(k, j), (k, 1, inner))

    return Value(shape, entry)


def divide(left: Value, right: Value) -> Value:
    """Division by a scalar, or entry by entry."""
    if right.is_scalar:
        return left.map(lambda e: e / right.scalar)
    shape = same_shape("/", left, right)
    return Value(shape, lambda i, j: left.entry(i, j) / right.entry(i, j))


def total(value: Value) -> sp.Expr:
    """The sum of all entries."""
    rows, columns = value.shape
    i, j = (sp.S.One if s == 1 else index(name) for s, name in ((rows, "i"), (columns, "j")))
    body = value.entry(i, j)
    used = frozenset(body.atoms(sp.Symbol))
    p, q = (s if s == 1 else fresh(s, used) for s in (i, j))
    limits = [(k, 1, n) for k, n in ((p, rows), (q, columns)) if n != 1]
    return sum_of(value.entry(p, q), *limits) if limits else body


def trace(value: Value) -> Value:
    """The sum of the diagonal. Raises `ShapeError` unless the matrix is square."""
    if value.shape[0] != value.shape[1]:
        square = f"shapes: tr of {_said(value)}; a trace needs a square matrix"
        raise ShapeError(square, value.shape)
    probe = index("i")
    k = fresh(probe, frozenset(value.entry(probe, probe).atoms(sp.Symbol)))
    return constant(sum_of(value.entry(k, k), (k, 1, value.shape[0])))


def diagonal(value: Value) -> Value:
    """diag: a column becomes the diagonal of a matrix. Raises `ShapeError` for a matrix."""
    n, columns = value.shape
    if columns != 1:
        raise ShapeError(f"shapes: diag of {_said(value)}; it takes a column")
    return Value((n, n), lambda i, j: sp.KroneckerDelta(i, j) * value.entry(i, sp.S.One))


def hessian(of: Value, by: Value) -> Value:
    """∂²L/∂w∂wᵀ for a scalar and a column. Raises `ShapeError`."""
    if not of.is_scalar or by.shape[1] != 1:
        raise ShapeError(
            f"shapes: Hessian of {_said(of)} by {_said(by)}; it takes (1 × 1), (n × 1)"
        )
    one = sp.S.One
    shape = (by.shape[0], by.shape[0])
    return Value(shape, lambda i, j: Partial(of.scalar, by.entry(j, one), by.entry(i, one)))


def gradient(of: Value, by: Value) -> Value:
    """∂L/∂W in the shape of W; ∂z/∂x for two columns is the Jacobian. Raises `ShapeError`."""
    if of.is_scalar:
        return Value(by.shape, lambda i, j: Partial(of.scalar, by.entry(i, j)))
    if of.shape[1] != 1 or by.shape[1] != 1:
        raise ShapeError(f"shapes: derivative of {_said(of)} by {_said(by)}; it has no matrix")
    one = sp.S.One
    shape = (of.shape[0], by.shape[0])
    return Value(shape, lambda i, j: Partial(of.entry(i, one), by.entry(j, one)))


def is_coefficient(term: sp.Expr, below: Value) -> bool:
    """Whether a factor is a number for a derivative by a value: 1/2, λ/2, λ or c, but no L."""
    if speaks_of(constant(term), below):
        return False
    return not term.is_Symbol or term.name == "c" or (len(term.name) > 1 and term.name.isalpha())


def speaks_of(value: Value, below: Value) -> bool:
    """Whether a value is made of the entries of another."""
    names = {x for x in below.entry(sp.S.One, sp.S.One).free_symbols if not x.is_integer}
    return bool(value.entry(sp.S.One, sp.S.One).free_symbols & names)

"""From normal forms back to terms, for messages, conditions and proofs that people read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from flint import fmpq

from derive.proof.field import Field, Frac, Generator
from derive.proof.polynomials import Poly
from derive.terms import (
    At,
    Partial,
    canonical,
    free,
    fresh,
    index,
    named_function,
    product_of,
    real,
    sum_of,
)


def restore(field: Field, value: Frac) -> sp.Expr:
    """The term that a normal form stands for."""
    for pieces, join in ((value.parts, sp.Add), (value.factors, sp.Mul)):
        if len(pieces) > 1:
            return join(*(restore(field, piece) for piece in pieces))
    return restore_poly(field, value.num) / restore_poly(field, value.den)


def restore_poly(field: Field, poly: Poly) -> sp.Expr:
    """The term that a polynomial stands for."""
    terms = []
    for powers, coefficient in field.terms(poly):
        factors = [restore_numbered(field, g) ** e for g, e in powers]
        terms.append(sp.Mul(_number(coefficient), *factors))
    return sp.Add(*terms)


def _number(value: fmpq) -> sp.Rational:
    return sp.Rational(int(value.p), int(value.q))


def restore_numbered(field: Field, g: int) -> sp.Expr:
    """The term that the generator of this number stands for, made once."""
    known = field.restored.get(g)
    if known is None:
        known = field.restored[g] = restore_generator(field, field.generators[g])
    return known


def restore_generator(field: Field, generator: Generator) -> sp.Expr:
    """The term that a generator stands for."""
    restored: sp.Expr = _RESTORE[generator.kind](field, *generator.parts)
    return restored


def _ln(field: Field, inside: Poly) -> sp.Expr:
    return sp.log(restore_poly(field, inside))


def _exp(field: Field, basis: Frac, grain: int) -> sp.Expr:
    return sp.exp(restore(field, basis) / grain)


def _root(field: Field, inside: Poly, q: int) -> sp.Expr:
    return sp.Pow(restore_poly(field, inside), sp.Rational(1, q))


def _sum(field: Field, ranges: tuple[tuple[sp.Symbol, Frac], ...], body: Frac) -> sp.Expr:
    term = restore(field, body)
    limits = [(k, 1, restore(field, high)) for k, high in ranges]
    return _readable(sum_of(term, *limits))


def _product(field: Field, ranges: tuple[tuple[sp.Symbol, Frac], ...], body: Frac) -> sp.Expr:
    limits = [(k, 1, restore(field, high)) for k, high in ranges]
    return _readable(product_of(restore(field, body), *limits))


def _readable(term: sp.Expr) -> sp.Expr:
    """Bound indices get letters in place of internal names."""
    letters = [index(c) for c in "klpqr"]
    renamed = canonical(term)
    taken = {str(s) for s in renamed.free_symbols}
    free_letters = [c for c in letters if str(c) not in taken]
    # One that is free here is bound by a sum further out, which gives it its letter.
    inner = renamed.atoms(sp.Symbol) - free(renamed)
    bound = sorted((s for s in inner if s.name.startswith("_b")), key=str)
    swap = dict(zip(bound, free_letters, strict=False))
    return renamed.xreplace(swap)


def _function(
    field: Field, name: str, arguments: tuple[Frac, ...], order: tuple[int, ...]
) -> sp.Expr:
    terms = [restore(field, a) for a in arguments]
    known: dict[str, Any] = {
        "sin": sp.sin, "cos": sp.cos, "atan": sp.atan, "erf": sp.erf, "gamma": sp.gamma,
    }  # fmt: skip
    function = known.get(name) or named_function(name)
    if not any(order):
        return function(*terms)
    spots = (
        [fresh(real("t"), frozenset())]
        if len(terms) == 1
        else [real(f"t_{i + 1}") for i in range(len(terms))]
    )
    variables = [v for v, n in zip(spots, order, strict=True) for _ in range(n)]
    result: sp.Expr = Partial(function(*spots), *variables)
    for spot, term in zip(spots, terms, strict=True):
        result = At(result, spot, term)
    return result


def _delta(field: Field, left: sp.Expr, right: sp.Expr) -> sp.Expr:
    return sp.KroneckerDelta(left, right)


def _indicator(field: Field, value: Frac, sign: int) -> sp.Expr:
    term = restore(field, value)
    condition = sp.Gt(term, 0) if sign > 0 else sp.Eq(term, 0)
    return sp.Piecewise((1, condition), (0, True))


def _atom(field: Field, term: sp.Expr) -> sp.Expr:
    return term


_RESTORE: dict[str, Callable[..., sp.Expr]] = {
    "atom": _atom,
    "constant": _atom,
    "opaque": _atom,
    "slope": _atom,
    "ln": _ln,
    "exp": _exp,
    "root": _root,
    "sum": _sum,
    "product": _product,
    "function": _function,
    "delta": _delta,
    "indicator": _indicator,
}

"""SymPy terms as written: nothing is evaluated, so x/x stays x/x and 9^{9^9} costs nothing."""

from __future__ import annotations

import sympy as sp


def add(*terms: sp.Expr) -> sp.Expr:
    return sp.Add._from_args(terms, True)


def mul(*factors: sp.Expr) -> sp.Expr:
    return sp.Mul._from_args(factors, True)


def neg(term: sp.Expr) -> sp.Expr:
    """−x as (−1)·x; the negative of a numeral is a numeral."""
    if isinstance(term, sp.Integer):
        return sp.Integer(-int(term))
    if isinstance(term, sp.Mul):
        return mul(sp.S.NegativeOne, *term.args)
    return mul(sp.S.NegativeOne, term)


def signed(sign: str, term: sp.Expr) -> sp.Expr:
    return neg(term) if sign == "-" else term


def power(base: sp.Expr, exponent: sp.Expr) -> sp.Expr:
    if base == sp.E:
        return sp.exp(exponent, evaluate=False)
    return sp.Pow(base, exponent, evaluate=False)


def divide(numerator: sp.Expr, denominator: sp.Expr) -> sp.Expr:
    inverse = sp.Pow(denominator, sp.S.NegativeOne, evaluate=False)
    return inverse if numerator == 1 else mul(numerator, inverse)


def call(function: type[sp.Function], *arguments: sp.Expr) -> sp.Expr:
    return function(*arguments, evaluate=False)


def inverse_hyperbolic(name: str, x: sp.Expr) -> sp.Expr:
    """arsinh, arcosh and artanh (by their last letters) as the logarithms that they are."""
    if name.endswith("tanh"):
        ratio = divide(add(sp.S.One, x), add(sp.S.One, neg(x)))
        return mul(sp.S.Half, call(sp.log, ratio))
    one = sp.S.One if name.endswith("sinh") else sp.S.NegativeOne
    root = sp.Pow(add(power(x, sp.Integer(2)), one), sp.S.Half, evaluate=False)
    return call(sp.log, add(x, root))


def relation(lhs: sp.Expr, sign: str, rhs: sp.Expr) -> sp.Basic:
    """A condition, unevaluated."""
    return RELATIONALS[sign](lhs, rhs, evaluate=False)


RELATIONALS = {
    "=": sp.Eq,
    "!=": sp.Ne,
    "<": sp.Lt,
    "<=": sp.Le,
    ">": sp.Gt,
    ">=": sp.Ge,
}


def bounded_modulus(conditions: list[sp.Basic]) -> sp.Expr | None:
    """The u of cases that all compare |u| with a bound, if there is one such u."""
    stated = [c for c in conditions if c not in (sp.true, sp.false)]
    moduli = {a for c in stated for a in c.atoms(sp.Abs)}
    return moduli.pop().args[0] if stated and len(moduli) == 1 else None

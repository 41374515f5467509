"""Numeric claims: whether a decimal shows a value's digits, rounded or cut off."""

from __future__ import annotations

import sympy as sp
from flint import arb, ctx, fmpq

from derive.proof.assumptions import Setting
from derive.proof.refute import constant_number, constant_value
from derive.proof.verdict import Counterexample, Outcome
from derive.terms import Decimal, Statement


def judge_decimal(statement: Statement, setting: Setting) -> Outcome | None:
    """The verdict on `value = 0.8983` or `value ~= 0.88`; None if it is not of that kind.

    With `=`, a rational number or a bare constant such as π is not a rounded value: it equals
    the decimal exactly or the claim is refuted.
    """
    value, decimal = statement.lhs, statement.rhs
    if _digits_of(decimal) is None:
        value, decimal = decimal, value
    shown = _digits_of(decimal)
    if shown is None or statement.relation not in ("=", "~="):
        return None
    if statement.relation == "=" and _is_exact(value, setting):
        return None
    target, places = shown
    before = ctx.prec
    for bits in (128, 512, 2000):
        ball = constant_value(value, setting, bits)
        if ball is None:
            return None
        ctx.prec = bits
        verdict = _agrees(ball, target, places)
        digits = str(ball.str(places + 6, radius=False))
        ctx.prec = before
        if verdict is True:
            return Outcome("proved", f"the value {digits} is {decimal} to the digits shown")
        if verdict is False:
            counterexample = Counterexample({}, digits, str(decimal))
            return Outcome(
                "refuted", f"the value is {digits}, not {decimal}", counterexample=counterexample
            )
    return None


def _digits_of(term: sp.Expr) -> tuple[fmpq, int] | None:
    """The value and the places of a decimal with or without a sign; also of an integer."""
    if isinstance(term, sp.Mul) and len(term.args) == 2 and term.args[0] == -1:
        inner = _digits_of(term.args[1])
        return None if inner is None else (-inner[0], inner[1])
    if isinstance(term, Decimal):
        return fmpq(int(term.value.p), int(term.value.q)), term.places
    return None


def _is_exact(term: sp.Expr, setting: Setting) -> bool:
    """Whether a term is a rational number, or a multiple of a constant such as π."""
    factors = term.args if isinstance(term, sp.Mul) else (term,)
    if all(f.is_Rational or isinstance(f, sp.NumberSymbol | Decimal) for f in factors):
        return True
    return isinstance(constant_number(term, setting, 64), fmpq)


def _agrees(value: arb, target: fmpq, places: int) -> bool | None:
    """Whether a value rounds or truncates to a decimal; None if the ball is too wide to tell."""
    unit = fmpq(1, 10**places)
    distance = abs(value - arb(target))
    if bool(distance <= arb(unit / 2)):
        return True
    toward_zero = value - arb(target) if target >= 0 else arb(target) - value
    if bool(toward_zero >= 0) and bool(toward_zero < arb(unit)):
        return True
    if bool(distance > arb(unit / 2)) and (bool(toward_zero < 0) or bool(toward_zero >= arb(unit))):
        return False
    return None

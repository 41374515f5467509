"""Integrals of a polynomial times the exponential of a quadratic, exactly."""

from __future__ import annotations

import sympy as sp

from derive.latex.build import neg

MAX_DEGREE = 6
_MINUS_INFINITY = neg(sp.oo)


def gaussian_integral(body: sp.Expr, x: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr | None:
    r"""∫ P(x) e^{-αx² + βx + γ} dx between two limits; None if the body is no such product.

    Over the whole line for P of a small degree, where √(π/α) is defined just where the
    integral exists; between other limits for constant P and an α that is known to be positive.
    """
    if not _is_tame(body):
        return None
    factors = sp.Mul.make_args(sp.expand_log(body) if body.has(sp.log) else body)
    exponents = [f.args[0] for f in factors if isinstance(f, sp.exp) and f.has(x)]
    rest = sp.Mul(*(f for f in factors if not (isinstance(f, sp.exp) and f.has(x))))
    try:
        quadratic = sp.Poly(sp.expand(sum(exponents, sp.S.Zero)), x)
        polynomial = sp.Poly(sp.expand(rest), x)
    except sp.PolynomialError:
        return None
    if not exponents or quadratic.degree() != 2 or polynomial.degree() > MAX_DEGREE:
        return None
    alpha, beta, gamma = -quadratic.nth(2), quadratic.nth(1), quadratic.nth(0)
    if alpha.is_nonpositive:
        return None
    middle = beta / (2 * alpha)
    front = sp.exp(gamma + beta**2 / (4 * alpha)) * sp.sqrt(sp.pi / alpha)
    low, high = (-sp.oo if end == _MINUS_INFINITY else end for end in (low, high))
    if (low, high) == (-sp.oo, sp.oo):
        return front * _moment(polynomial, middle, alpha)
    if polynomial.degree() > 0 or not alpha.is_positive:
        return None
    ends = [_erf(end, sp.sqrt(alpha), middle) for end in (low, high)]
    return polynomial.nth(0) * front * (ends[1] - ends[0]) / 2


def _moment(polynomial: sp.Poly, middle: sp.Expr, alpha: sp.Expr) -> sp.Expr:
    """The mean of P(middle + t) for t with density ∝ e^{-αt²}."""
    total: sp.Expr = sp.S.Zero
    for (power,), coefficient in polynomial.terms():
        for k in range(0, power + 1, 2):
            even = sp.factorial2(k - 1) / (2 * alpha) ** (k // 2)
            total += coefficient * sp.binomial(power, k) * middle ** (power - k) * even
    return total


def _erf(end: sp.Expr, rate: sp.Expr, middle: sp.Expr) -> sp.Expr:
    if end in (sp.oo, -sp.oo):
        return sp.S.One if end == sp.oo else sp.S.NegativeOne
    return sp.erf(rate * (end - middle))


def _is_tame(body: sp.Expr) -> bool:
    """Whether a body is small enough to be worked out: no tower of powers, no long numbers."""
    powers = all(abs(p.exp) <= MAX_DEGREE for p in body.atoms(sp.Pow) if p.exp.is_Integer)
    numbers = all(abs(n.p) + n.q < 10**30 for n in body.atoms(sp.Rational))
    towers = any(p.exp.is_number and not p.exp.is_Rational for p in body.atoms(sp.Pow))
    return powers and numbers and not towers and sum(1 for _ in sp.preorder_traversal(body)) < 300

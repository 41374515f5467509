"""Rewrites of differences of nearby values and of quotients with a removable singularity."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from derive.numeric.primitives import is_primitive, primitive
from derive.numeric.rewrites.activations import expm1_of_exponential
from derive.numeric.rewrites.shapes import exponent, rewrite, split, without
from derive.terms import free, real

expm1, log1p = primitive("expm1"), primitive("log1p")
over_exprel = primitive("over_exprel")
exprel, secant, share = primitive("exprel"), primitive("secant"), primitive("share")
log1mexp, log_cosh = primitive("log1mexp"), primitive("log_cosh")
asinh = primitive("asinh")
_x, _y, _m = real("x"), real("y"), real("m")
_p, _q = sp.Symbol("p", positive=True), sp.Symbol("q", positive=True)


def opposite_terms(term: sp.Expr) -> Iterator[tuple[sp.Expr, sp.Expr, sp.Expr]]:
    """The pairs c f, -c g of terms of a sum, as (c f, -c g, c) with c their common factor."""
    if not isinstance(term, sp.Add):
        return
    for one in term.args:
        for other in term.args:
            factors = sp.Mul.make_args(one), sp.Mul.make_args(-other)
            shared = [f for f in factors[0] if f in factors[1]]
            if one is not other and len(factors[0]) <= len(shared) + 1 >= len(factors[1]):
                yield one, other, sp.Mul(*shared)


@rewrite(1 - sp.cos(_x), 2 * sp.sin(_x / 2) ** 2)
def one_minus_cosine(term: sp.Expr) -> sp.Expr | None:
    """c - c cos(u) is 2c sin²(u/2), which does not cancel near 0."""
    for one, other, c in opposite_terms(term):
        if one == c and isinstance(-other / c, sp.cos):
            (u,) = (-other / c).args
            return 2 * c * sp.sin(u / 2) ** 2 + without(term, one, other)
    return None


@rewrite(sp.cosh(_x) - 1, 2 * sp.sinh(_x / 2) ** 2)
def cosine_minus_one(term: sp.Expr) -> sp.Expr | None:
    """c cosh(u) - c is 2c sinh²(u/2), which does not cancel near 0."""
    for one, other, c in opposite_terms(term):
        if -other == c and isinstance(one / c, sp.cosh):
            (u,) = (one / c).args
            return 2 * c * sp.sinh(u / 2) ** 2 + without(term, one, other)
    return None


@rewrite(sp.exp(_x) - sp.exp(_y), sp.exp(_m) * (expm1(_x - _m) - expm1(_y - _m)))
def difference_of_exponentials(term: sp.Expr) -> sp.Expr | None:
    """c e^u - c e^v is c e^m (expm1(u - m) - expm1(v - m)): with m the larger one of them is 0."""
    for one, other, _ in opposite_terms(term):
        (c, u), (d, v) = exponent(one), exponent(other)
        if c == -d and u != 0 != v and u.is_real and v.is_real:
            m = sp.Max(u, v)
            both = expm1(u - m) - expm1(v - m)
            return c * sp.exp(m) * both + without(term, one, other)
    return None


@rewrite(sp.sqrt(_p + 1) - sp.sqrt(_p), 1 / (sp.sqrt(_p + 1) + sp.sqrt(_p)))
def difference_of_roots(term: sp.Expr) -> sp.Expr | None:
    """√a - √b is (a - b)/(√a + √b), where a - b is less than both."""
    for one, other, c in opposite_terms(term):
        f, g = one / c, -other / c
        if not any(isinstance(r, sp.Pow) and r.exp == sp.S.Half for r in (f, g)):
            continue
        gap = sp.expand(f**2 - g**2)
        if len(sp.Add.make_args(gap)) > 1:
            continue
        total, unsure = sp.Abs(f) + sp.Abs(g), [r for r in (f, g) if not r.is_nonnegative]
        number, rest = gap.as_coeff_Mul()
        base, power = rest.as_base_exp()
        # What is squared is divided first, and stays in range.
        better = number * base * share(base, total) if power == 2 else gap / total
        if not unsure:
            return c * better + without(term, one, other)
        if len(unsure) == 1 and unsure[0].is_real and not unsure[0].is_number:
            # Of different signs they do not cancel.
            apart = total if unsure[0] == g else -total
            cases = sp.Piecewise((better, unsure[0] > 0), (apart, True))
            return c * cases + without(term, one, other)
    return None


@rewrite(1 / _p - 1 / (1 + _p), 1 / (_p * (1 + _p)))
def difference_of_reciprocals(term: sp.Expr) -> sp.Expr | None:
    """c/a - c/b is c (b - a)/(a b), where b - a is a number."""
    for one, other, c in opposite_terms(term):
        f, g = one / c, -other / c
        if not all(isinstance(r, sp.Pow) and r.exp == -1 for r in (f, g)):
            continue
        gap = sp.expand(g.base - f.base)
        if gap.is_number:
            return c * gap * share(1, f.base) * g + without(term, one, other)
    return None


@rewrite((1 + _p) ** _x - 1, expm1(_x * log1p(_p)))
def power_minus_one(term: sp.Expr) -> sp.Expr | None:
    """c (1 + u)^p - c is c expm1(p log1p(u))."""
    for one, other, c in opposite_terms(term):
        f = one / c
        if -other == c and isinstance(f, sp.Pow) and not f.exp.is_number:
            rest = f.base - 1
            if isinstance(f.base, sp.Add) and sp.S.One in f.base.args:
                return c * expm1(f.exp * log1p(rest)) + without(term, one, other)
    return None


@rewrite(sp.log(1 - sp.exp(-_p)), log1mexp(_p))
def log_of_one_minus_exponential(term: sp.Expr) -> sp.Expr | None:
    """log(c e^u - c) is log c + u + log(1 - e^-u), and log(c - c e^-u) without the u."""
    if not isinstance(term, sp.log):
        return None
    inside = expm1_of_exponential(term.args[0]) or term.args[0]
    for f in sp.Mul.make_args(inside):
        c = inside / f
        if is_primitive(f, "expm1") and c.is_number:
            (u,) = f.args
            return sp.log(-c) + log1mexp(-u) if c.is_negative else sp.log(c) + u + log1mexp(u)
    return None


@rewrite(sp.log(_p + sp.sqrt(_p**2 + 1)), asinh(_p))
def log_that_is_an_area_sine(term: sp.Expr) -> sp.Expr | None:
    """log(u + √(u² + 1)) is asinh(u)."""
    if not isinstance(term, sp.log) or not isinstance(term.args[0], sp.Add):
        return None
    for u in term.args[0].args:
        if term.args[0] - u == sp.sqrt(u**2 + 1):
            return asinh(u)
    return None


@rewrite(sp.log(sp.cosh(_x)), log_cosh(_x))
def log_of_cosine(term: sp.Expr) -> sp.Expr | None:
    """log(cosh(u)) is |u| + log(1 + e^(-2|u|)) - log 2 far out, and log1p(2 sinh²(u/2)) near 0."""
    if isinstance(term, sp.log) and isinstance(term.args[0], sp.cosh):
        return log_cosh(*term.args[0].args)
    return None


@rewrite(_x / expm1(_x), over_exprel(_x))
def over_expm1(term: sp.Expr) -> sp.Expr | None:
    """w/(e^u - 1) is w/u (u/(e^u - 1)): no overflow, and 1 where u = 0."""
    for factor in sp.Mul.make_args(term):
        base, power = factor.as_base_exp()
        if is_primitive(base, "expm1") and power.is_Integer and power.is_negative:
            (u,) = base.args
            return term / factor * (over_exprel(u) / u) ** -power
    return None


@rewrite(sp.exp(_x) * over_exprel(_x), over_exprel(-_x))
def exponential_over_exprel(term: sp.Expr) -> sp.Expr | None:
    """e^t B(u)^p, B(u) = u/(e^u - 1), is e^(t - qu) B(-u)^q B(u)^(p-q): no exp overflows."""
    if not isinstance(term, sp.Mul):
        return None
    exps, others = split(term, sp.exp)
    for factor in others if exps else ():
        base, power = factor.as_base_exp()
        if not is_primitive(base, "over_exprel") or not (power.is_Integer and power > 0):
            continue
        (u,), t = base.args, exps[0].exp
        for q in range(1, int(power) + 1):
            left = sp.expand_mul(t - q * u, deep=False)
            if not (free(left) & free(u)):
                rest = [f for f in others if f != factor]
                return sp.Mul(sp.exp(left), over_exprel(-u) ** q, base ** (power - q), *rest)
    return None


@rewrite(sp.sinh(_x) / sp.cosh(_x), sp.tanh(_x))
def sine_over_cosine(term: sp.Expr) -> sp.Expr | None:
    """sinh(u)/cosh(u) is tanh(u), where both overflow."""
    if isinstance(term, sp.Mul):
        for f in term.args:
            if isinstance(f, sp.sinh) and 1 / sp.cosh(f.args[0]) in term.args:
                return sp.tanh(f.args[0]) * term / f * sp.cosh(f.args[0])
    return None


@rewrite(expm1(_x) / _x, exprel(_x))
def expm1_over_itself(term: sp.Expr) -> sp.Expr | None:
    """(e^u - 1)/u is exprel(u), 1 at 0, in range wherever the quotient is."""
    if isinstance(term, sp.Mul):
        for f in term.args:
            divisors = (t.as_base_exp() for t in term.args)
            if is_primitive(f, "expm1") and any(
                b == f.args[0] and p.is_Integer and p.is_negative for b, p in divisors
            ):
                return exprel(f.args[0]) * term / f * f.args[0]
    return None


_ODD = (sp.sin, sp.tan, sp.sinh, sp.tanh, sp.asin, sp.atan, sp.asinh, sp.atanh, sp.erf)


@rewrite(sp.sin(_x) / _x, secant(sp.sin(_x), _x, 1))
def quotient_at_zero(term: sp.Expr) -> sp.Expr | None:
    """f(u)/(c u) where f(0) = 0 is f′(0)/c at u = 0, its limit; so are its powers."""
    for above in sp.Mul.make_args(term) if isinstance(term, sp.Mul) else ():
        f, power = above.as_base_exp()
        if not (isinstance(f, _ODD) or is_primitive(f, "log1p")) or not power.is_Integer:
            continue
        number, u = f.args[0].as_coeff_Mul()
        below = u**-power
        if below in term.args:
            slope = number * (2 / sp.sqrt(sp.pi) if isinstance(f, sp.erf) else 1)
            rest = sp.Mul(*(t for t in term.args if t not in (above, below)))
            return secant(f, u, slope) ** power * rest
    return None

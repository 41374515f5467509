"""Rewrites after all others: what is left of a product or a sum is computed in one step.

They hide the functions that the others look for.
"""

from __future__ import annotations

import sympy as sp

from derive.numeric.primitives import is_primitive, primitive, primitive_name
from derive.numeric.rewrites.differences import opposite_terms
from derive.numeric.rewrites.shapes import rewrite
from derive.terms import real

sigmoid, sigmoid_slope = primitive("sigmoid"), primitive("sigmoid_slope")
scaled_tail, sech_square, bent = map(primitive, ("scaled_tail", "sech_square", "bent"))
hypot, over_squares = primitive("hypot"), primitive("over_squares")
softplus, tanh_softplus_slope = primitive("softplus"), primitive("tanh_softplus_slope")
_x, _y, _w = real("x"), real("y"), real("w")
_b = sp.Symbol("b", positive=True)


@rewrite(sp.Max(_x, 0) + _b * sp.Min(_x, 0), bent(_x, _b))
def two_slopes(term: sp.Expr) -> sp.Expr | None:
    """max(u, 0) + a min(u, 0) is u for u > 0 and else a u, which is max(u, a u) for a in (0, 1]."""
    if not isinstance(term, sp.Add):
        return None
    for above in term.args:
        if not isinstance(above, sp.Max) or len(above.args) != 2 or 0 not in above.args:
            continue
        (u,) = (a for a in above.args if a != 0)
        low = sp.Min(u, 0)
        for below in term.args:
            factors = sp.Mul.make_args(below)
            if below is not above and low in factors:
                slope = sp.Mul(*(f for f in factors if f != low))
                rest = (t for t in term.args if t not in (above, below))
                return sp.Add(bent(u, slope), *rest)
    return None


@rewrite(4 * sigmoid_slope(2 * _x), sech_square(_x))
def square_of_hyperbolic_secant(term: sp.Expr) -> sp.Expr | None:
    """4 σ′(2u) is 1/cosh(u)²: one quotient and one square."""
    if not isinstance(term, sp.Mul):
        return None
    for f in term.args:
        if is_primitive(f, "sigmoid_slope") and f.args[0].as_coeff_Mul()[0] == 2:
            rest = sp.Mul(*(t for t in term.args if t is not f))
            return sech_square(f.args[0] / 2) * rest / 4
    return None


@rewrite(sech_square(softplus(_x)) * sigmoid(_x), tanh_softplus_slope(_x))
def slope_of_tanh_of_softplus(term: sp.Expr) -> sp.Expr | None:
    """σ(u)/cosh(softplus(u))² is the slope of tanh(softplus(u)): one exp for three."""
    if not isinstance(term, sp.Mul):
        return None
    for f in term.args:
        if is_primitive(f, "sech_square") and is_primitive(f.args[0], "softplus"):
            (u,) = f.args[0].args
            if sigmoid(u) in term.args:
                rest = (t for t in term.args if t not in (f, sigmoid(u)))
                return sp.Mul(tanh_softplus_slope(u), *rest)
    return None


# What vanishes, and the primitive for its products.
_TAILS = {
    "sigmoid": scaled_tail,
    "sigmoid_slope": scaled_tail,
    "softplus": scaled_tail,
    "tanh_softplus": scaled_tail,
    "tanh_softplus_slope": scaled_tail,
    "gauss": primitive("scaled_gauss"),
    "normal_cdf": primitive("scaled_normal_cdf"),
}


@rewrite(_w * sigmoid(_x), scaled_tail(_w, sigmoid(_x), _x))
def product_with_tail(term: sp.Expr) -> sp.Expr | None:
    """w σ(u) has digits where σ(u) alone, near 0, has lost them; so has w times other tails."""
    if not isinstance(term, sp.Mul):
        return None
    for f in term.args:
        weights = [w for w in term.args if w is not f and not w.is_number and not _below_bar(w)]
        name = primitive_name(f)
        if name in _TAILS and not all(map(_at_most_one, weights)):
            rest = (t for t in term.args if t is not f and t not in weights)
            return sp.Mul(_TAILS[name](sp.Mul(*weights), f, f.args[0]), *rest)
    return None


def _below_bar(factor: sp.Expr) -> bool:
    return bool(factor.as_base_exp()[1].is_negative)


def _at_most_one(factor: sp.Expr) -> bool:
    return isinstance(factor, sp.tanh) or is_primitive(factor, *set(_TAILS) - {"softplus"})


@rewrite(_x**2 - _w**2, (_x - _w) * (_x + _w))
def difference_of_squares(term: sp.Expr) -> sp.Expr | None:
    """c u² - c v² is c (u - v)(u + v), which does not cancel where u is near v."""
    for one, other, c in opposite_terms(term):
        u, v = _root(one / c), _root(-other / c)
        if u is not None and v is not None and len(term.args) == 2:
            return c * sp.Mul(u - v, u + v, evaluate=False)
    return None


@rewrite(sp.sqrt(_x**2 + _w**2), hypot(_x, _w))
def hypotenuse(term: sp.Expr) -> sp.Expr | None:
    """√(u² + v²) is in range where the squares are not."""
    if not isinstance(term, sp.Pow) or not (2 * term.exp).is_Integer or term.exp.is_Integer:
        return None
    sides = _squares(term.base)
    return None if sides is None else hypot(*sides) ** (2 * term.exp)


@rewrite(_y / (_x**2 + _w**2), over_squares(_y, _x, _w))
def quotient_by_squares(term: sp.Expr) -> sp.Expr | None:
    """w/(u² + v²) is in range where the squares are not."""
    factors = sp.Mul.make_args(term)
    for factor in factors:
        sides = _squares(factor.base) if isinstance(factor, sp.Pow) and factor.exp == -1 else None
        if is_primitive(factor, "over_squares") and factor.args[0] == 1 and len(factors) > 1:
            sides = factor.args[1:]
        if sides is not None:
            above = [f for f in factors if f is not factor]
            weights = [f for f in above if not f.is_number and not _below_bar(f)]
            rest = (f for f in above if f not in weights)
            return sp.Mul(over_squares(sp.Mul(*weights), *sides), *rest)
    return None


def _squares(term: sp.Expr) -> tuple[sp.Expr, ...] | None:
    """The roots of a sum of two squares, one of which may be a positive number."""
    if not isinstance(term, sp.Add) or len(term.args) != 2:
        return None
    u, v = sorted(map(_root, term.args), key=lambda r: r is None or r.is_number)
    return None if u is None or v is None or u.is_number else (u, v)


def _root(term: sp.Expr) -> sp.Expr | None:
    """The u of u², or of a number that is one."""
    number, rest = term.as_coeff_Mul()
    powers = [f.as_base_exp() for f in sp.Mul.make_args(rest)]
    whole = rest == 1 or all(b.is_real and e.is_Integer and e % 2 == 0 for b, e in powers)
    if not whole or not number.is_positive or not sp.sqrt(number).is_Rational:
        return None
    return sp.sqrt(number) * sp.Mul(*(b ** (e / 2) for b, e in powers if rest != 1))

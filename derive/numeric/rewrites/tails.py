"""Rewrites after all others: what is left of a product or a sum is computed in one step.

They hide the functions that the others look for.
"""

from __future__ import annotations

import sympy as sp

from derive.numeric.primitives import is_primitive, primitive, primitive_name
from derive.numeric.rewrites.shapes import rewrite
from derive.terms import real

sigmoid, sigmoid_slope = primitive("sigmoid"), primitive("sigmoid_slope")
scaled_tail, sech_square, bent = map(primitive, ("scaled_tail", "sech_square", "bent"))
_x, _w = real("x"), real("w")
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


# What vanishes, and the primitive for its products.
_TAILS = {
    "sigmoid": scaled_tail,
    "sigmoid_slope": scaled_tail,
    "softplus": scaled_tail,
    "tanh_softplus": scaled_tail,
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

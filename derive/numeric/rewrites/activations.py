"""Rewrites of exponentials that are a tanh, a sigmoid, a softplus or an erf in disguise."""

from __future__ import annotations

import sympy as sp

from derive.numeric.primitives import is_primitive, meaning, primitive
from derive.numeric.rewrites.shapes import (
    exponent,
    one_plus_exp,
    pair,
    rewrite,
    shifted_parts,
    split,
)
from derive.terms import evaluated, free, map_terms, real, substitute

sigmoid, softplus = primitive("sigmoid"), primitive("softplus")
sigmoid_slope, expm1, erfc = primitive("sigmoid_slope"), primitive("expm1"), primitive("erfc")
normal_cdf = primitive("normal_cdf")
_x, _y = real("x"), real("y")


@rewrite((sp.exp(_x) - sp.exp(-_x)) / (sp.exp(_x) + sp.exp(-_x)), sp.tanh(_x))
def tanh_of_exponentials(term: sp.Expr) -> sp.Expr | None:
    """c (e^u - e^v) / (e^u + e^v) is c tanh((u - v)/2): no overflow, no cancellation at 0."""
    if not isinstance(term, sp.Mul):
        return None
    for below in term.args:
        base, power = below.as_base_exp()
        if not power.is_negative or not isinstance(base, sp.Add) or len(base.args) != 2:
            continue
        (a, u), (b, v) = map(exponent, base.args)
        for above in term.args if a == b == 1 else ():
            top, other = above.as_base_exp()
            if other != -power or not isinstance(top, sp.Add) or len(top.args) != 2:
                continue
            found = {e: c for c, e in map(exponent, top.args)}
            if set(found) == {u, v} and found[u] == -found[v]:
                rest = [f for f in term.args if f not in (above, below)]
                return sp.Mul((found[u] * sp.tanh((u - v) / 2)) ** other, *rest)
    return None


@rewrite(sp.exp(_x) * sp.exp(_y), sp.exp(_x + _y))
def product_of_exponentials(term: sp.Expr) -> sp.Expr | None:
    """e^u e^v is e^(u + v), where the exponents may cancel; e^(u - max u) stays by itself."""
    exps, rest = split(term, sp.exp)
    if not isinstance(term, sp.Mul):
        return None
    whole = sp.Add(*(e.exp for e in exps))
    return sp.Mul(*map(sp.exp, shifted_parts(whole)), *rest)


@rewrite(sp.exp(-softplus(_x)), sigmoid(-_x))
def exponential_of_softplus(term: sp.Expr) -> sp.Expr | None:
    """e^(-p softplus(z)) is σ(-z)^p."""
    if not isinstance(term, sp.exp):
        return None
    for t in sp.Add.make_args(term.exp):
        power, factor = t.as_coeff_Mul()
        if is_primitive(factor, "softplus") and power.is_negative and power.is_Integer:
            return sp.exp(term.exp - t) * sigmoid(-factor.args[0]) ** -power
    return None


@rewrite(_x * sp.sign(_x), sp.Abs(_x))
def own_sign(term: sp.Expr) -> sp.Expr | None:
    """u sign(u) is |u|, which may cancel another |u|."""
    if not isinstance(term, sp.Mul):
        return None
    for factor in term.args:
        if isinstance(factor, sp.sign) and factor.args[0] in term.args:
            u = factor.args[0]
            return sp.Mul(sp.Abs(u), *(f for f in term.args if f not in (factor, u)))
    return None


@rewrite(sp.Piecewise((_x, _x >= 0), (0, True)), sp.Max(_x, 0))
def maximum_of_cases(term: sp.Expr) -> sp.Expr | None:
    """u where u ≥ 0 and else 0 is max(u, 0), which needs no branch and keeps nan."""
    if not isinstance(term, sp.Piecewise) or len(term.args) != 2:
        return None
    (yes, condition), (no, rest) = term.args
    if no == 0 and rest == sp.true and condition in (yes >= 0, yes > 0):
        return sp.Max(yes, 0)
    return None


@rewrite(1 / (1 + sp.exp(-_x)), sigmoid(_x))
def sigmoid_of_exponential(term: sp.Expr) -> sp.Expr | None:
    """1/(1 + e^u)^p is σ(-u)^p, with both tails exact."""
    if not isinstance(term, sp.Pow) or not term.exp.is_negative:
        return None
    u = one_plus_exp(term.base)
    return None if u is None else sigmoid(-u) ** -term.exp


@rewrite(sp.exp(-_x) * sigmoid(_x), sigmoid(-_x))
def exponential_times_sigmoid(term: sp.Expr) -> sp.Expr | None:
    """e^t σ(w)^p is e^(t + qw) σ(-w)^q σ(w)^(p-q): with q = -t/w no exp is left to overflow."""
    if not isinstance(term, sp.Mul):
        return None
    exps, others = split(term, sp.exp)
    for factor in others if exps else ():
        base, power = factor.as_base_exp()
        if not is_primitive(base, "sigmoid") or not (power.is_Integer and power > 0):
            continue
        w, t = base.args[0], exps[0].exp
        for q in range(1, int(power) + 1):
            left = sp.expand_mul(t + q * w, deep=False)
            if not (free(left) & free(w)):
                rest = [f for f in others if f != factor]
                return sp.Mul(sp.exp(left), sigmoid(-w) ** q, base ** (power - q), *rest)
    return None


@rewrite(1 - sigmoid(_x), sigmoid(-_x))
def one_minus_sigmoid(term: sp.Expr) -> sp.Expr | None:
    """c - c σ(z) is c σ(-z), which does not cancel where σ(z) is near 1."""
    return pair(term, "sigmoid", lambda c, z: c * sigmoid(-z), sign=-1)


@rewrite(1 - sp.tanh(_x) ** 2, 4 * sigmoid(2 * _x) * sigmoid(-2 * _x))
def one_minus_tanh_squared(term: sp.Expr) -> sp.Expr | None:
    """c - c tanh²(u) is 4 c σ(2u) σ(-2u), exact in both tails."""
    if not isinstance(term, sp.Add):
        return None
    for one in term.args:
        for f in sp.Mul.make_args(one):
            if isinstance(f, sp.Pow) and isinstance(f.base, sp.tanh) and f.exp == 2:
                c, u = -one / f, f.base.args[0]
                if c in term.args:
                    rest = [t for t in term.args if t not in (one, c)]
                    return sp.Add(4 * c * sigmoid(2 * u) * sigmoid(-2 * u), *rest)
    return None


@rewrite(1 - sp.tanh(_x), 2 * sigmoid(-2 * _x))
def one_minus_tanh(term: sp.Expr) -> sp.Expr | None:
    """c - c tanh(u) is 2c σ(-2u)."""
    return pair(term, "tanh", lambda c, u: 2 * c * sigmoid(-2 * u), sign=-1)


@rewrite(1 + sp.tanh(_x), 2 * sigmoid(2 * _x))
def one_plus_tanh(term: sp.Expr) -> sp.Expr | None:
    """c + c tanh(u) is 2c σ(2u)."""
    return pair(term, "tanh", lambda c, u: 2 * c * sigmoid(2 * u), sign=1)


@rewrite(1 + sp.erf(_x), erfc(-_x))
def one_plus_erf(term: sp.Expr) -> sp.Expr | None:
    """c + c erf(u) is c erfc(-u), which does not cancel in the left tail."""
    return pair(term, "erf", lambda c, u: c * erfc(-u), sign=1)


@rewrite(1 - sp.erf(_x), erfc(_x))
def one_minus_erf(term: sp.Expr) -> sp.Expr | None:
    """c - c erf(u) is c erfc(u)."""
    return pair(term, "erf", lambda c, u: c * erfc(u), sign=-1)


@rewrite(sp.log(1 + sp.exp(_x)), softplus(_x))
def softplus_of_exponential(term: sp.Expr) -> sp.Expr | None:
    """log(1 + e^u) is softplus(u): no overflow, exact where e^u is small."""
    u = one_plus_exp(term.args[0]) if isinstance(term, sp.log) else None
    return None if u is None else softplus(u)


@rewrite(sp.exp(_x) - 1, expm1(_x))
def expm1_of_exponential(term: sp.Expr) -> sp.Expr | None:
    """c e^u - c is c expm1(u), which does not cancel near 0."""
    if not isinstance(term, sp.Add):
        return None
    for one in term.args:
        c, u = exponent(one)
        if u != 0 and -c in term.args:
            rest = [t for t in term.args if t not in (one, -c)]
            return sp.Add(c * expm1(u), *rest)
    return None


@rewrite(sigmoid(_x) * sigmoid(-_x), sigmoid_slope(_x))
def sigmoid_times_reflection(term: sp.Expr) -> sp.Expr | None:
    """σ(z) σ(-z) is σ′(z): one exp for two, and exact in both tails."""
    if not isinstance(term, sp.Mul):
        return None
    powers = dict(f.as_base_exp() for f in term.args)
    for base, p in powers.items():
        if not is_primitive(base, "sigmoid") or not (p.is_Integer and p > 0):
            continue
        w = base.args[0]
        q = powers.get(sigmoid(-w), sp.S.Zero)
        if q.is_Integer and q > 0 and not w.could_extract_minus_sign():
            both = min(p, q)
            rest = [b**e for b, e in powers.items() if b not in (base, sigmoid(-w))]
            left = sigmoid(w) ** (p - both) * sigmoid(-w) ** (q - both)
            return sp.Mul(sigmoid_slope(w) ** both, left, *rest)
    return None


@rewrite(sp.Piecewise((_x, _x > 0), (_y * _x, True)), sp.Max(_x, 0) + _y * sp.Min(_x, 0))
def cases_that_meet(term: sp.Expr) -> sp.Expr | None:
    """f(u) for u > 0 and else g(u), both 0 at 0, is f(max(u, 0)) + g(min(u, 0)): no branch."""
    if not isinstance(term, sp.Piecewise) or len(term.args) != 2 or term.args[1][1] != sp.true:
        return None
    (yes, condition), (no, _) = term.args
    if not isinstance(condition, sp.Gt | sp.Ge | sp.Lt | sp.Le) or 0 not in condition.args:
        return None
    condition = condition if condition.rhs == 0 else condition.reversed
    u = condition.lhs
    if not isinstance(u, sp.Symbol | sp.Indexed):
        return None
    above, below = (yes, no) if isinstance(condition, sp.Gt | sp.Ge) else (no, yes)
    for branch in (above, below):
        at = map_terms(substitute(branch, {u: sp.S.Zero}), meaning)
        if evaluated(at) != 0:
            return None
    return substitute(above, {u: sp.Max(u, 0)}) + substitute(below, {u: sp.Min(u, 0)})


@rewrite(erfc(-_x / sp.sqrt(2)), 2 * normal_cdf(_x))
def normal_distribution(term: sp.Expr) -> sp.Expr | None:
    """erfc(-u/√2) is 2 Φ(u), where the rounding of u/√2 does no harm far out."""
    if not is_primitive(term, "erfc"):
        return None
    u = -sp.sqrt(2) * term.args[0]
    return None if u.has(sp.sqrt(2)) else 2 * normal_cdf(u)

"""Rewrites of logarithms and of fractions of a few exponentials."""

from __future__ import annotations

import sympy as sp

from derive.numeric.primitives import is_primitive, primitive
from derive.numeric.rewrites.shapes import (
    exponent,
    members_of_sum,
    rewrite,
    shift,
    surely_positive,
)
from derive.terms import real

sigmoid, softplus, log_sum = primitive("sigmoid"), primitive("softplus"), primitive("log_sum")
log1p, log1p_square = primitive("log1p"), primitive("log1p_square")
xlogy, xlog1py = primitive("xlogy"), primitive("xlog1py")
log_ratio, xlog_ratio = primitive("log_ratio"), primitive("xlog_ratio")
log2, log10, logit_gap = primitive("log2"), primitive("log10"), primitive("logit_gap")
_x, _y, _m = real("x"), real("y"), real("m")
_p, _q = sp.Symbol("p", positive=True), sp.Symbol("q", positive=True)


@rewrite(sp.log(_p * sp.exp(_x) * sigmoid(_y) / _q), _x + sp.log(_p / _q) - softplus(-_y))
def log_of_product(term: sp.Expr) -> sp.Expr | None:
    """The log of e^u, of σ(z) and of a shifted sum leave a product: u, -softplus(-z), log Σ."""
    if not isinstance(term, sp.log):
        return None
    inside: list[sp.Expr] = []
    outside: list[sp.Expr] = []
    for factor in sp.Mul.make_args(term.args[0]):
        part = _log_of_factor(factor)
        (inside if part is None else outside).append(factor if part is None else part)
    if not outside:
        return None
    return sp.Add(*outside) + sp.log(sp.Mul(*inside))


def _log_of_factor(factor: sp.Expr) -> sp.Expr | None:
    base, power = factor.as_base_exp()
    if isinstance(factor, sp.exp):
        return factor.exp
    if is_primitive(base, "sigmoid"):
        return -power * softplus(-base.args[0])
    if isinstance(base, sp.Sum) and isinstance(base.function, sp.exp) and shift(base) is None:
        return power * log_sum(members_of_sum(base.function, base))
    return None


@rewrite(
    sp.log(_p * sp.exp(_x) + _q * sp.exp(_y)),
    _x + sp.log(_p) + softplus(_y - _x + sp.log(_q / _p)),
)
def log_of_two_exponentials(term: sp.Expr) -> sp.Expr | None:
    """log(p e^u + q e^v) is u + log p + softplus(v - u + log(q/p)), for positive p, q."""
    if not isinstance(term, sp.log) or not isinstance(term.args[0], sp.Add):
        return None
    parts = sorted(map(exponent, term.args[0].args), key=lambda part: part[1] != 0)
    if len(parts) != 2 or not all(c.is_positive for c, _ in parts):
        return None
    (p, u), (q, v) = parts
    return u + sp.log(p) + softplus(v - u + sp.log(q / p))


@rewrite(1 / (_p + _q * sp.exp(_x)), sp.exp(-_m) / (_p * sp.exp(-_m) + _q * sp.exp(_x - _m)))
def shifted_terms(term: sp.Expr) -> sp.Expr | None:
    """A few terms c e^u below a fraction or in a log are shifted by their largest exponent."""
    base = term.args[0] if isinstance(term, sp.log) else term.as_base_exp()[0]
    wrong = isinstance(term, sp.Pow) and not term.exp.is_negative
    if wrong or not isinstance(base, sp.Add) or not isinstance(term, sp.log | sp.Pow):
        return None
    parts = [exponent(t) for t in base.args]
    exponents = sorted({u for _, u in parts}, key=sp.default_sort_key)
    if any(isinstance(u, sp.Max) for u in exponents) or exponents == [sp.S.Zero]:
        return None
    if any(isinstance(-t, sp.Max) for u in exponents for t in sp.Add.make_args(u)):
        return None
    m = sp.Max(*exponents) if len(exponents) > 1 else exponents[0]
    shifted = sp.Add(*(c * sp.exp(u - m) for c, u in parts))
    return (
        m + sp.log(shifted)
        if isinstance(term, sp.log)
        else sp.exp(term.exp * m) * (shifted**term.exp)
    )


@rewrite(sp.log(1 + _x), log1p(_x))
def log1p_of_log(term: sp.Expr) -> sp.Expr | None:
    """log(1 + x) is log1p(x), exact where x is small."""
    if isinstance(term, sp.log) and isinstance(term.args[0], sp.Add):
        rest = term.args[0] - 1
        if sp.S.One in term.args[0].args and not rest.is_number:
            return log1p(rest)
    return None


@rewrite(sp.log(_p / _q), log_ratio(_p, _q))
def log_of_ratio(term: sp.Expr) -> sp.Expr | None:
    """log(p/q) without overflow, and by log1p((p - q)/q) where p is near q."""
    if not isinstance(term, sp.log):
        return None
    above, below = sp.fraction(term.args[0])
    if below == 1 or below.is_number or above.is_number:
        return None
    return log_ratio(above, below)


@rewrite(_y * sp.log(_p), xlogy(_y, _p))
def weighted_log(term: sp.Expr) -> sp.Expr | None:
    """x log(y) where y may be 0 is xlogy(x, y), whose value at x = 0 is 0, the limit."""
    if not isinstance(term, sp.Mul):
        return None
    for factor in term.args:
        weights = [f for f in term.args if f != factor and not f.is_number]
        numbers = [f for f in term.args if f != factor and f.is_number]
        if not any(f.as_base_exp()[1].is_positive for f in weights):
            continue
        found = _weighted(sp.Mul(*weights), factor)
        if found is not None:
            return sp.Mul(*numbers) * found
    return None


def _weighted(weight: sp.Expr, factor: sp.Expr) -> sp.Expr | None:
    if isinstance(factor, sp.log) and not surely_positive(factor.args[0]):
        return xlogy(weight, factor.args[0])
    if is_primitive(factor, "log1p") and not surely_positive(1 + factor.args[0]):
        return xlog1py(weight, factor.args[0])
    if is_primitive(factor, "log_ratio"):
        return xlog_ratio(weight, *factor.args)
    return None


@rewrite(log1p(_x**2), log1p_square(_x))
def log1p_of_square(term: sp.Expr) -> sp.Expr | None:
    """log(1 + u²) where u² may overflow is 2 log |u| there."""
    if not is_primitive(term, "log1p"):
        return None
    powers = [f.as_base_exp() for f in sp.Mul.make_args(term.args[0])]
    if not all(b.is_real and e.is_Integer and e % 2 == 0 for b, e in powers):
        return None
    return log1p_square(sp.Mul(*(b ** (e / 2) for b, e in powers)))


@rewrite(sp.log(_p) / sp.log(2), log2(_p))
def log_to_base(term: sp.Expr) -> sp.Expr | None:
    """log(u)/log(2) and log(u)/log(10) are NumPy's own, exact at powers of the base."""
    if not isinstance(term, sp.Mul):
        return None
    for base, function in ((sp.Integer(2), log2), (sp.Integer(10), log10)):
        if 1 / sp.log(base) not in term.args:
            continue
        for f in term.args:
            if isinstance(f, sp.log) and not f.is_number:
                rest = (t for t in term.args if t not in (f, 1 / sp.log(base)))
                return sp.Mul(function(f.args[0]), *rest)
    return None


@rewrite((_x - _y) / (_x * (1 - _x)), logit_gap(_x, _y))
def gap_of_probabilities(term: sp.Expr) -> sp.Expr | None:
    """(p - q)/(p (1 - p)) has limits where p = q = 0 and p = q = 1, which 0/0 would hide."""
    if not isinstance(term, sp.Mul):
        return None
    for gap in term.args:
        if not isinstance(gap, sp.Add) or len(gap.args) != 2:
            continue
        for p, sign in [(t, 1) for t in gap.args] + [(-t, -1) for t in gap.args]:
            below = (1 / p, 1 / (1 - p))
            if all(b in term.args for b in below):
                rest = (f for f in term.args if f not in (gap, *below))
                return sign * sp.Mul(logit_gap(p, p - sign * gap), *rest)
    return None

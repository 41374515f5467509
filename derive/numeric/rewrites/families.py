"""Rewrites of sums of exponentials: shifted by the largest, so that nothing overflows."""

from __future__ import annotations

import sympy as sp

from derive.numeric.primitives import is_primitive, primitive
from derive.numeric.rewrites.shapes import members_in, members_of_sum, rewrite, shift, split
from derive.terms import Vec, family, free, index, real, size

largest, log_sum, sum_others = primitive("largest"), primitive("log_sum"), primitive("sum_others")
_x, _m = real("x"), real("m")
_n, _i, _k = size("n"), index("i"), index("k")
_z, _w = family("z", _n), family("w", _n)
_total = sp.Sum(sp.exp(_z[_k]), (_k, 1, _n))
_shifted = sp.Sum(sp.exp(_z[_k] - _m), (_k, 1, _n))


@rewrite(sum_others(Vec(_x, (_k, _n)), _i), (_n - 1) * _x)
def equal_members(term: sp.Expr) -> sp.Expr | None:
    """A family whose members are all the same needs no array: its largest is that member."""
    if not is_primitive(term, "largest", "log_sum", "sum_others"):
        return None
    members, scope = term.args[0], free(term.args[0].body)
    pairs = list(zip(members.indices, members.shape, strict=True))
    absent, present = [p for p in pairs if p[0] not in scope], [p for p in pairs if p[0] in scope]
    if not absent:
        return None
    rest = Vec(members.body, *present) if present else None
    count = sp.Mul(*(n for _, n in absent))
    if is_primitive(term, "largest"):
        return members.body if rest is None else largest(rest)
    if is_primitive(term, "log_sum"):
        return sp.log(count) + (sp.log(members.body) if rest is None else log_sum(rest))
    return (count - 1) * members.body


@rewrite(
    sp.exp(_x) * sp.Sum(_w[_k] * sp.exp(-sp.Max(_x, _z[_k])), (_k, 1, _n)),
    sp.Sum(_w[_k] * sp.exp(_x - sp.Max(_x, _z[_k])), (_k, 1, _n)),
)
def exponential_into_sum(term: sp.Expr) -> sp.Expr | None:
    """e^u Σ w e^(-max(u, v)) is Σ w e^(u - max(u, v)), where nothing overflows; so with σ."""
    exps, others = split(term, sp.exp)
    if not isinstance(term, sp.Mul) or len(exps) != 1:
        return None
    for total in others:
        if not isinstance(total, sp.Sum):
            continue
        factors = sp.Mul.make_args(total.function)
        bounded = any(is_primitive(f.as_base_exp()[0], "sigmoid") for f in factors)
        for f in factors:
            shifts = sp.Add.make_args(f.exp) if isinstance(f, sp.exp) else ()
            if shifts and (bounded or any(isinstance(-s, sp.Max) for s in shifts)):
                body = total.function / f * sp.exp(exps[0].exp + f.exp)
                rest = sp.Mul(*(t for t in others if t is not total))
                return rest * sp.Sum(body, *total.limits)
    return None


@rewrite(1 / _total, 1 / (sp.exp(_m) * _shifted))
def shifted_denominator(term: sp.Expr) -> sp.Expr | None:
    """1/Σ e^v is 1/(e^m Σ e^(v - m)): with m the largest v nothing overflows, nor all vanishes."""
    if isinstance(term, sp.Pow) and term.exp.is_negative:
        better = shift(term.base)
        return None if better is None else better**term.exp
    return None


@rewrite(sp.log(_total), _m + sp.log(_shifted))
def shifted_log_sum(term: sp.Expr) -> sp.Expr | None:
    """log Σ e^v is m + log Σ e^(v - m), m the largest v."""
    if isinstance(term, sp.log):
        better = shift(term.args[0])
        return None if better is None else sp.log(better)
    return None


@rewrite(
    sp.exp(-_m) * sp.Sum(_w[_k] * sp.exp(_z[_k]), (_k, 1, _n)),
    sp.Sum(_w[_k] * sp.exp(_z[_k] - _m), (_k, 1, _n)),
)
def shifted_factor(term: sp.Expr) -> sp.Expr | None:
    """A sum of exp beside another exp is shifted too, so that the shifts cancel."""
    if not isinstance(term, sp.Mul) or not any(isinstance(f, sp.exp) for f in term.args):
        return None
    for factor in term.args:
        better = shift(factor)
        if better is not None:
            return sp.Mul(better, *(f for f in term.args if f != factor))
    return None


@rewrite((sp.exp(_z[_i]) * _m - _x * _total) / _total, sp.exp(_z[_i]) * _m / _total - _x)
def terms_over_sum(term: sp.Expr) -> sp.Expr | None:
    """A sum of multiples of exp over a power of Σ e^v is divided term by term: each is in range."""
    if not isinstance(term, sp.Mul):
        return None
    for below in term.args:
        base, power = below.as_base_exp()
        if not (power.is_Integer and power.is_negative and _has_large(base)):
            continue
        for total in term.args:
            if isinstance(total, sp.Add) and all(map(_has_large, total.args)):
                rest = sp.Mul(*(f for f in term.args if f is not total))
                return sp.Add(*(t * rest for t in total.args))
    return None


def _has_large(term: sp.Expr) -> bool:
    """Whether a term is a multiple of an exp or of a sum of them."""
    factors = [
        f.as_base_exp()[0] if not isinstance(f, sp.exp) else f for f in sp.Mul.make_args(term)
    ]
    return any(
        isinstance(f, sp.exp)
        or (
            isinstance(f, sp.Sum)
            and any(isinstance(g, sp.exp) for g in sp.Mul.make_args(f.function))
        )
        for f in factors
    )


@rewrite(1 - sp.exp(_z[_i]) / _total, sum_others(Vec(sp.exp(_z[_k]), (_k, _n)), _i) / _total)
def one_minus_softmax(term: sp.Expr) -> sp.Expr | None:
    """c - c e^(v_i)/Σ_k e^(v_k) is c Σ_(k≠i) e^(v_k) / Σ_k e^(v_k), which does not cancel."""
    if not isinstance(term, sp.Add):
        return None
    for one in term.args:
        for below in sp.Mul.make_args(one):
            total, power = below.as_base_exp()
            if power != -1 or not isinstance(total, sp.Sum) or len(total.limits) != 1:
                continue
            members = members_of_sum(total.function, total)
            for above, i in members_in(members, one):
                factors = sp.Mul.make_args(one)
                c = sp.Mul(-1, *(f for f in factors if f not in (above, below)))
                if above in factors and c in term.args:
                    rest = [t for t in term.args if t not in (one, c)]
                    return sp.Add(c * sum_others(members, i) / total, *rest)
    return None

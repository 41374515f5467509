"""Rewrites that come last: fewer passes over the arrays, and products that stay in range.

They hide the exponentials that the other rewrites look for, so they wait for these to be done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import sympy as sp

from derive.numeric.binders import by_height
from derive.numeric.primitives import is_primitive, primitive
from derive.numeric.rewrites.shapes import members_among, members_of_sum, rewrite, split
from derive.terms import family, free, index, real, size

sigmoid, sigmoid_slope = primitive("sigmoid"), primitive("sigmoid_slope")
softplus, softplus_tail = primitive("softplus"), primitive("softplus_tail")
tanh_softplus, scaled_exp = primitive("tanh_softplus"), primitive("scaled_exp")
gauss, whole_gauss = primitive("gauss"), primitive("whole_gauss")
logit_gap, weighted_gap = primitive("logit_gap"), primitive("weighted_gap")
clipped = primitive("clipped")
share, weighted_power = primitive("share"), primitive("weighted_power")
_x, _y, _w = real("x"), real("y"), real("w")
_n, _k = size("n"), index("k")
_v, _u = family("v", _n), family("u", _n)
_total = sp.Sum(_v[_k], (_k, 1, _n))
_b = sp.Symbol("b", positive=True)
_clipped = clipped(_x, _b)


@rewrite(
    sp.Sum(_v[_k] * _u[_k], (_k, 1, _n)) / _total,
    sp.Sum(share(_v[_k], _total) * _u[_k], (_k, 1, _n)),
)
def weighted_mean(term: sp.Expr) -> sp.Expr | None:
    """Σ w f / Σ w is Σ (w/Σ w) f, in range wherever the mean is; so is a single term of it."""
    if not isinstance(term, sp.Mul):
        return None
    for below in term.args:
        total, power = below.as_base_exp()
        if power != -1 or not isinstance(total, sp.Sum) or total.function.is_number:
            continue
        if isinstance(total.function, sp.exp):
            continue
        rest = [t for t in term.args if t is not below]
        alone = _divided(rest, total, free(term))
        if alone is not None:
            return alone
        for f in rest:
            if isinstance(f, sp.Sum):
                ranges = {k for k, _, _ in f.limits}
                body = _divided(list(sp.Mul.make_args(f.function)), total, ranges)
                if body is not None:
                    return sp.Sum(body, *f.limits) * sp.Mul(*(t for t in rest if t is not f))
    return None


def _divided(factors: list[sp.Expr], total: sp.Sum, symbols: Iterable[sp.Basic]) -> sp.Expr | None:
    """The product with the member of the sum that it holds divided by the sum."""
    members = members_of_sum(total.function, total)
    for member in members_among(members, symbols):
        parts = sp.Mul.make_args(by_height(member))
        if all(p in factors for p in parts):
            return share(member, total) * sp.Mul(*(f for f in factors if f not in parts))
    return None


@rewrite(sp.tanh(softplus(_x)), tanh_softplus(_x))
def tanh_of_softplus(term: sp.Expr) -> sp.Expr | None:
    """tanh(log(1 + e^u)) is n/(n + 2) with n = e^u (e^u + 2): one exp, no log."""
    if isinstance(term, sp.tanh) and is_primitive(term.args[0], "softplus"):
        return tanh_softplus(*term.args[0].args)
    return None


@rewrite(
    _y * softplus(-_x) + _w * softplus(_x),
    (_y + _w) * softplus_tail(_x) + _w * sp.Max(_x, 0) - _y * sp.Min(_x, 0),
)
def softplus_of_both_signs(term: sp.Expr) -> sp.Expr | None:
    """a softplus(-u) + b softplus(u) is (a + b) log(1 + e^-|u|) + b max(u, 0) - a min(u, 0)."""
    if not isinstance(term, sp.Add):
        return None
    parts = {}
    for t in term.args:
        found = [f for f in sp.Mul.make_args(t) if is_primitive(f, "softplus")]
        if len(found) == 1:
            parts[found[0].args[0]] = (
                t,
                sp.Mul(*(f for f in sp.Mul.make_args(t) if f not in found)),
            )
    for u in parts:
        if -u in parts and not u.could_extract_minus_sign():
            (one, b), (other, a) = parts[u], parts[-u]
            rest = [t for t in term.args if t not in (one, other)]
            tail = sp.expand(a + b) * softplus_tail(u)
            return sp.Add(tail, b * sp.Max(u, 0), -a * sp.Min(u, 0), *rest)
    return None


@rewrite(sigmoid(_x) * (_w + _y * sigmoid(-_x)), _w * sigmoid(_x) + _y * sigmoid_slope(_x))
def sigmoid_times_sum(term: sp.Expr) -> sp.Expr | None:
    """σ(u) (a + b σ(-u)) is a σ(u) + b σ′(u): one exp for two."""
    if not isinstance(term, sp.Mul):
        return None
    for s in (f for f in term.args if is_primitive(f, "sigmoid")):
        other, slope = sigmoid(-s.args[0]), sigmoid_slope(s.args[0])
        if s.args[0].could_extract_minus_sign():
            slope = sigmoid_slope(-s.args[0])
        for total in (f for f in term.args if isinstance(f, sp.Add)):
            if any(other in sp.Mul.make_args(t) for t in total.args):
                parts = [
                    t / other * slope if other in sp.Mul.make_args(t) else t * s for t in total.args
                ]
                return sp.Mul(sp.Add(*parts), *(f for f in term.args if f not in (s, total)))
    return None


@rewrite(
    sp.Piecewise((_x**2 / 2, sp.Abs(_x) <= _b), (_b * (sp.Abs(_x) - _b / 2), True)),
    _clipped * (_x - _clipped / 2),
)
def straight_outside(term: sp.Expr) -> sp.Expr | None:
    """f(u) for |u| ≤ b, outside its tangents at ±b, is f(c) + f′(c)(u - c), c = u clipped to ±b."""
    return _outside(
        term, lambda f, d, at: f.xreplace({d: at}) + f.diff(d).xreplace({d: at}) * (d - at)
    )


@rewrite(sp.Piecewise((_x, sp.Abs(_x) <= _b), (_b * sp.sign(_x), True)), _clipped)
def constant_outside(term: sp.Expr) -> sp.Expr | None:
    """f(u) for |u| ≤ b, outside f(±b), is f of u clipped to ±b."""
    return _outside(term, lambda f, d, at: f.xreplace({d: at}))


def _outside(term: sp.Expr, going_on: Callable[..., sp.Expr]) -> sp.Expr | None:
    """The continuation of the first branch from u clipped to ±b, if the second is that."""
    if not isinstance(term, sp.Piecewise) or len(term.args) != 2 or term.args[1][1] != sp.true:
        return None
    (inner, condition), (outer, _) = term.args
    if isinstance(condition, sp.Ge | sp.Gt):
        condition = condition.reversed
    if not isinstance(condition, sp.Le | sp.Lt) or not isinstance(condition.lhs, sp.Abs):
        return None
    u, b = condition.lhs.args[0], condition.rhs
    # What multiplies both branches stays outside.
    apart = [w for w in sp.Mul.make_args(inner) if not _leaves(w) & _leaves(u) and not w.is_number]
    apart = [w for w in apart if w in sp.Mul.make_args(outer) and w != b]
    weight = sp.Mul(*apart)
    outer = outer / weight
    d, far = sp.Dummy("d", real=True), sp.Dummy("far", positive=True)
    f = (inner / weight).xreplace({u: d})
    if not b.is_positive or _leaves(f) & _leaves(u) or u.is_number:
        return None
    for side in (1, -1):
        there = outer.xreplace({sp.Abs(u): far, sp.sign(u): sp.Integer(side), u: side * far})
        wanted = going_on(f, d, side * b).xreplace({d: side * far})
        if _leaves(there) & _leaves(u) or sp.expand(there - wanted) != 0:
            return None
    c = sp.Dummy("c", real=True)
    found = sp.expand(going_on(f, d, c))
    by_c = sp.expand(found / c)
    # c (u - c/2) needs one pass less than c u - c²/2, and does not cancel.
    found = found if by_c.has(1 / c) else c * by_c
    return weight * found.xreplace({d: u, c: clipped(u, b)})


def _leaves(term: sp.Expr) -> set[sp.Basic]:
    """The variables of a term: members of families, and symbols that are no index."""
    symbols = {s for s in free(term) if isinstance(s, sp.Symbol) and not s.is_integer}
    return symbols | term.atoms(sp.Indexed)


@rewrite(_x * _b ** (_x - 1), weighted_power(_x, _b, _x - 1))
def power_times_weight(term: sp.Expr) -> sp.Expr | None:
    """w p^u where w may be 0 is 0 there, also where p^u is out of range."""
    if not isinstance(term, sp.Mul):
        return None
    for f in term.args:
        base, power = f.as_base_exp()
        if not isinstance(f, sp.Pow) or power.is_number or base.is_number:
            continue
        for w in term.args:
            # Where w is 0 the power is below 0.
            if w is not f and not isinstance(w, sp.Pow) and (power - w).is_negative:
                rest = (t for t in term.args if t not in (w, f))
                return sp.Mul(weighted_power(w, base, power), *rest)
    return None


@rewrite(_w * logit_gap(_x, _y), weighted_gap(_w, _x, _y))
def gap_times_weight(term: sp.Expr) -> sp.Expr | None:
    """w (p - q)/(p (1 - p)) meets its weight first where p - q is large."""
    if not isinstance(term, sp.Mul):
        return None
    for f in term.args:
        weights = [w for w in term.args if w is not f and not w.is_number]
        if is_primitive(f, "logit_gap") and weights:
            numbers = (w for w in term.args if w.is_number)
            return sp.Mul(*numbers) * weighted_gap(sp.Mul(*weights), *f.args)
    return None


@rewrite(sp.exp(-(_x**2) / 2), gauss(_x))
def bell_curve(term: sp.Expr) -> sp.Expr | None:
    """exp(-u²/2) and exp(-u²) lose digits with u², whose rounding error the exp magnifies."""
    if not isinstance(term, sp.exp) or not isinstance(term.exp, sp.Mul):
        return None
    number, square = term.exp.as_coeff_Mul()
    base, power = square.as_base_exp()
    if power != 2 or not base.is_real or not number.is_negative:
        return None
    root = sp.sqrt(-number)
    return whole_gauss(root * base) if root.is_Rational else gauss(sp.sqrt(-2 * number) * base)


@rewrite(_w * sp.exp(_x), scaled_exp(_w, _x))
def scaled_exponential(term: sp.Expr) -> sp.Expr | None:
    """w e^u is w e^(u/2) e^(u/2), which is in range where e^u is not and w e^u is."""
    exps, others = split(term, sp.exp)
    if not isinstance(term, sp.Mul) or len(exps) != 1 or _never_large(exps[0].exp):
        return None
    weights = [f for f in others if not f.is_number]
    if all(f.as_base_exp()[1].is_negative for f in weights):
        return None
    rest = (f for f in others if f not in weights)
    return sp.Mul(scaled_exp(sp.Mul(*weights), exps[0].exp), *rest)


def _never_large(exponent: sp.Expr) -> bool:
    """Whether an exponent has a shift that keeps it at or below 0, and nothing to lose below."""
    parts = [t.as_coeff_Mul() for t in sp.Add.make_args(exponent)]
    return len(parts) > 1 and any(
        c.is_negative and (isinstance(f, sp.Max) or is_primitive(f, "largest")) for c, f in parts
    )


@rewrite(_x + 3 * _x**3 - _x**4, (1 + (3 - _x) * _x**2) * _x)
def polynomial(term: sp.Expr) -> sp.Expr | None:
    """A polynomial is multiplied out from its highest power on, and stays in range longer."""
    if not isinstance(term, sp.Add):
        return None
    found: dict[sp.Expr, sp.Expr] = {}
    bases = set()
    for t in term.args:
        number, rest = t.as_coeff_Mul()
        base, power = rest.as_base_exp()
        if rest != 1 and not (power.is_Integer and power > 0):
            return None
        bases |= {base} - {sp.S.One}
        found[power if rest != 1 else sp.S.Zero] = number
    if len(bases) != 1 or max(found) < 3:
        return None
    (u,), result, last = bases, sp.S.Zero, max(found)
    for power in sorted(found, reverse=True):
        result, last = result * u ** (last - power) + found[power], power
    return result * u**last

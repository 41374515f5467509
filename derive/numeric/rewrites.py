"""The stability rewrites: each replaces a shape by an equal one that computes well.

A rewrite is one function with the identity it rests on, as a pair of terms that the prover
decides; `stable` applies them all. They look at the shape of a term alone, so a caller's own
function is treated like one of the catalogue.
"""

from __future__ import annotations

import sympy as sp

from derive.numeric.binders import by_height
from derive.numeric.primitives import is_primitive, primitive
from derive.numeric.shapes import (
    Rewrite,
    exponent,
    members_in,
    members_of_sum,
    one_plus_exp,
    pair,
    rewrite,
    shift,
    shifted_parts,
    split,
    surely_positive,
)
from derive.terms import (
    Vec,
    family,
    free,
    index,
    map_terms,
    real,
    size,
)

sigmoid, softplus = primitive("sigmoid"), primitive("softplus")
log1p, expm1 = primitive("log1p"), primitive("expm1")
xlogy, xlog1py = primitive("xlogy"), primitive("xlog1py")
log_ratio, xlog_ratio = primitive("log_ratio"), primitive("xlog_ratio")
largest, log_sum = primitive("largest"), primitive("log_sum")
erfc, sum_others = primitive("erfc"), primitive("sum_others")

_x, _y, _m = real("x"), real("y"), real("m")
_p, _q = sp.Symbol("p", positive=True), sp.Symbol("q", positive=True)
_n, _i, _k = size("n"), index("i"), index("k")
_z, _w = family("z", _n), family("w", _n)
_total = sp.Sum(sp.exp(_z[_k]), (_k, 1, _n))
_shifted = sp.Sum(sp.exp(_z[_k] - _m), (_k, 1, _n))


def stable(term: sp.Expr) -> sp.Expr:
    """The term with every rewrite applied as long as one fits; equal sums come out the same."""
    term = by_height(term)
    # tanh is made of the same pieces as the sigmoid and must be seen first.
    for group in (_FIRST, _REST):
        term = map_terms(term, lambda t, group=group: _apply(t, group))  # type: ignore[misc]
    return by_height(term)


def _apply(term: sp.Expr, rewrites: tuple[Rewrite, ...]) -> sp.Expr:
    if not isinstance(term, sp.Expr) or isinstance(term, sp.IndexedBase) or term.is_number:
        return term
    if isinstance(term, sp.Add | sp.Mul | sp.Pow | sp.exp | sp.log):
        # What was rewritten inside may combine now: exp(z) exp(-m) is exp(z - m).
        term = term.func(*term.args)
    for r in rewrites:
        better = r(term)
        if better is not None and better != term:
            return map_terms(better, lambda t: _apply(t, rewrites))
    return term


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


_FIRST = (tanh_of_exponentials,)
REWRITES: tuple[Rewrite, ...] = tuple(
    v for v in tuple(globals().values()) if isinstance(v, Rewrite)
)
_REST = tuple(r for r in REWRITES if r not in _FIRST)

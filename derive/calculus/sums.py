"""Sums at symbolic size: constants move out, Kronecker deltas are contracted.

A delta is contracted only where the declared ranges say that its other index is in the
range of the sum: Σ_{k=1}^n δ_kj f(k) = f(j) needs 1 ≤ j ≤ n.
"""

from __future__ import annotations

import sympy as sp

from derive.calculus.scope import Ranges
from derive.terms import Partial, Vec, free, substitute, sum_of

Limit = tuple[sp.Symbol, sp.Expr, sp.Expr]


def factors(term: sp.Expr) -> list[sp.Expr]:
    """The factors of a product, e^{a + b} counted as e^a e^b."""
    found: list[sp.Expr] = []
    for f in sp.Mul.make_args(term):
        if isinstance(f, sp.Mul):
            found += factors(f)
        elif isinstance(f, sp.exp) and isinstance(f.args[0], sp.Add):
            found += [sp.exp(a) for a in f.args[0].args]
        elif isinstance(f, sp.Piecewise):
            found += _without_common_deltas(f)
        else:
            found.append(f)
    return found


def _without_common_deltas(term: sp.Piecewise) -> list[sp.Expr]:
    """The deltas that all cases share, then the cases without them (SymPy's Σ moves them in)."""
    cases = [factors(e) for e, _ in term.args]
    live = [fs for fs in cases if fs != [0]]
    if not live:
        return [term]
    shared = [f for f in live[0] if isinstance(f, sp.KroneckerDelta) and all(f in x for x in live)]
    if not shared:
        return [term]
    pairs = [
        (sp.Mul(*(f for f in fs if f not in shared)), c)
        for fs, (_, c) in zip(cases, term.args, strict=True)
    ]
    return [*shared, sp.Piecewise(*pairs, evaluate=False)]


def summed(body: sp.Expr, *limits: Limit) -> sp.Expr:
    """Σ of a body with what does not carry a bound index moved out."""
    if not limits:
        return body
    if body == 0:
        return sp.S.Zero
    bound = {k for k, _, _ in limits}
    outside: list[sp.Expr] = []
    inside: list[sp.Expr] = []
    for f in factors(body):
        (inside if free(f) & bound else outside).append(f)
    if not inside:
        inside = [sp.S.One]
    used = free(sp.Mul(*inside))
    for _, low, high in limits:
        used |= free(low) | free(high)
    kept = [limit for limit in limits if limit[0] in used]
    if not outside and len(kept) == len(limits):
        return sum_of(body, *limits)
    for _, low, high in (limit for limit in limits if limit[0] not in used):
        outside.append(high - low + 1)
    core = sp.Mul(*inside)
    return sp.Mul(*outside, sum_of(core, *kept) if kept else core)


def contract(term: sp.Expr, ranges: Ranges, split: bool = False) -> sp.Expr:
    """Contract deltas under sums; with `split`, also distribute a sum to set deltas free."""
    if isinstance(term, sp.IndexedBase | sp.Indexed | Partial | Vec) or not term.args:
        return term
    if isinstance(term, sp.KroneckerDelta):
        return term.func(*term.args)
    if not term.has(sp.Sum):
        return term
    if isinstance(term, sp.Sum):
        return _contract_sum(term, ranges, split)
    args = tuple(contract(a, ranges, split) for a in term.args)
    return term if args == term.args else term.func(*args)


def _contract_sum(term: sp.Sum, ranges: Ranges, split: bool) -> sp.Expr:
    limits = [tuple(limit) for limit in term.limits]
    inner = dict(ranges) | {k: high for k, low, high in limits if low == 1}
    body = contract(term.function, inner, split)
    bound = {k for k, _, _ in limits}
    loose = any(free(d) & bound for d in body.atoms(sp.KroneckerDelta))
    if loose and (split or _every_term_has_one(body, bound)):
        body = spread(body)
        if isinstance(body, sp.Add):
            return sp.Add(*(contract(summed(a, *limits), ranges, split) for a in body.args))
    for delta in (f for f in factors(body) if isinstance(f, sp.KroneckerDelta)):
        for limit in limits:
            found = _picked(delta, limit, inner)
            if found is not None:
                other, condition = found
                rest = sp.Mul(*(f for f in factors(body) if f != delta))
                rest = _where(condition, substitute(rest, {limit[0]: other}))
                kept = [x for x in limits if x != limit]
                return contract(summed(rest, *kept), ranges, split)
    return summed(body, *limits)


def _every_term_has_one(body: sp.Expr, bound: set[sp.Symbol]) -> bool:
    """Whether each term is a product with a delta: the whole sum collapses."""

    def has_one(factor: sp.Expr) -> bool:
        if isinstance(factor, sp.Add):
            return _every_term_has_one(factor, bound)
        return isinstance(factor, sp.KroneckerDelta) and bool(free(factor) & bound)

    return all(any(map(has_one, factors(a))) for a in sp.Add.make_args(body))


def _picked(
    delta: sp.KroneckerDelta, limit: Limit, ranges: Ranges
) -> tuple[sp.Expr, sp.Basic] | None:
    """The index that the delta puts in the place of the bound one, and when that is in range."""
    k, low, high = limit
    first, second = delta.args
    if k not in (first, second):
        return _shifted(delta, limit)
    other = second if first == k else first
    if free(other) & {k}:
        return None
    in_range = low == 1 and (ranges.get(other) == high or other in (1, high))
    return (other, sp.true) if in_range else None


def _shifted(delta: sp.KroneckerDelta, limit: Limit) -> tuple[sp.Expr, sp.Basic] | None:
    """δ_{i+k-1, j} puts j − i + 1 in the place of k, where that lies in the range of k."""
    k, low, high = limit
    first, second = delta.args
    difference = sp.expand(first - second)
    slope = difference.coeff(k, 1)
    if slope not in (1, -1) or difference.has(sp.Indexed):
        return None
    other = sp.expand(k - difference / slope)
    if free(other) & {k}:
        return None
    return other, sp.And(_at_most(low, other), _at_most(other, high))


def _at_most(low: sp.Expr, high: sp.Expr) -> sp.Basic:
    """low ≤ high, each term on the side where it is positive: i ≤ j for 1 ≤ j − i + 1."""
    terms = sp.Add.make_args(sp.expand(high - low))
    less = [-t for t in terms if t.could_extract_minus_sign()]
    more = [t for t in terms if not t.could_extract_minus_sign()]
    return sp.Le(sp.Add(*less), sp.Add(*more)).canonical


def _where(condition: sp.Basic, term: sp.Expr) -> sp.Expr:
    """The term where the condition holds, else 0; conditions of factors are joined to it."""
    if condition == sp.true:
        return term
    parts = []
    for f in factors(term):
        if isinstance(f, sp.Piecewise) and len(f.args) == 2 and f.args[1] == (0, sp.true):
            condition = sp.And(condition, f.args[0][1])
            f = f.args[0][0]
        parts.append(f)
    return sp.Piecewise((sp.Mul(*parts), condition), (0, True), evaluate=False)


def spread(term: sp.Expr) -> sp.Expr:
    """Multiply out the factors that hold deltas, and only those."""
    loose = [f for f in factors(term) if isinstance(f, sp.Add) and f.has(sp.KroneckerDelta)]
    if isinstance(term, sp.Add):
        return sp.Add(*(spread(a) for a in term.args))
    if not loose:
        return term
    first = loose[0]
    rest = factors(term)
    rest.remove(first)
    return sp.Add(*(spread(sp.Mul(a, *rest)) for a in first.args))

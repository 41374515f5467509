"""Signs that need a lemma: members and their sum, tangents of exp and ln, ratios under ln.

Each lemma is a true inequality about the generators at hand, added as a fact; the signs then
follow by the exact linear arithmetic of `Facts`. All hold wherever the terms are defined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sympy as sp
from flint import fmpq

from derive.errors import DeriveError
from derive.proof.algebra import Algebra
from derive.proof.field import Frac, Generator, UndefinedTermError
from derive.proof.norms import (
    cauchy,
    indices_up_to,
    inside,
    logarithm_of_sum,
    norms,
    shares,
    sums_inside,
    termwise,
    together,
)
from derive.proof.polynomials import Poly
from derive.proof.region import Split
from derive.proof.signs import ANY, NONNEGATIVE, NONPOSITIVE, POSITIVE, Sign
from derive.proof.sums import Rebuilder, sum_multi
from derive.terms import Vec, substitute

MAX_LEMMAS = 24
MAX_POWER = 6


def sign_with_lemmas(algebra: Algebra, value: Frac, wanted: Sign) -> Sign:
    """The signs that a value can have, narrowed by lemmas until they are among those wanted."""
    sign = algebra.facts.of_frac(value)
    for attempt in (_by_powers, _directly, _by_exponential):
        if sign <= wanted:
            return sign
        sign = sign & attempt(algebra, value)
    return sign


def _directly(algebra: Algebra, value: Frac) -> Sign:
    for lemma in LEMMAS:
        for number, fact in enumerate(lemma(algebra, value)):
            if number > MAX_LEMMAS:
                break
            _learn(algebra, fact)
    return algebra.facts.of_frac(value)


def _learn(algebra: Algebra, fact: Frac) -> None:
    """Note that a value is at least zero."""
    if algebra.facts.of_frac(algebra.of(fact.den)) == POSITIVE and not fact.num.is_constant():
        algebra.facts.add(fact.num, NONNEGATIVE)


def _by_exponential(algebra: Algebra, value: Frac) -> Sign:
    """A sum of logarithms has the sign of e^sum - 1."""
    if not value.den.is_constant() or not _has(algebra, value.num, "ln"):
        return ANY
    try:
        power = algebra.exp(value)
    except (Split, DeriveError, UndefinedTermError):
        return ANY
    excess = power - algebra.field.one
    sign = algebra.facts.of_frac(excess)
    return sign if len(sign) < 3 else _directly(algebra, excess)


def _by_powers(algebra: Algebra, value: Frac) -> Sign:
    """Constants times logarithms, together (1/m) ln M: between (1 − M^{−m})/m and (M^m − 1)/m.

    ln(b/a) + (a² + c²)/(2b²) − ½, the divergence of two Gaussians, is at least c²/(2b²).
    """
    weights = _weights_of_logarithms(algebra, value)
    if not weights:
        return ANY
    one = algebra.field.one
    logs = sum((algebra.field.frac(g) * c for g, c in weights.items()), algebra.field.zero)
    rest, found = value - logs, ANY
    for m in (1, 2):
        powers = [(g, c.rational * m) for g, c in weights.items() if c.rational is not None]
        if any(p.q != 1 or abs(p.p) > MAX_POWER for _, p in powers):
            continue
        product = one
        for g, p in powers:
            product = product * algebra.of(algebra.field.generators[g].parts[0]) ** int(p.p)
        share = algebra.field.constant(fmpq(1, m))
        if algebra.facts.of_frac(rest + share * (one - one / product)) <= NONNEGATIVE:
            found = found & NONNEGATIVE
        if algebra.facts.of_frac(rest + share * (product - one)) <= NONPOSITIVE:
            found = found & NONPOSITIVE
    return found


def _weights_of_logarithms(algebra: Algebra, value: Frac) -> dict[int, Frac]:
    """The constant coefficients of the logarithms of positive values; none if one is not."""
    field = algebra.field
    found: dict[int, Frac] = {}
    for powers, coefficient in field.terms(value.num):
        logs = [(g, e) for g, e in powers if field.generators[g].kind == "ln"]
        if not logs:
            continue
        if len(logs) > 1 or logs[0][1] != 1:
            return {}
        term = field.constant(coefficient)
        for g, e in powers:
            term = term * field.frac(g) ** e if g != logs[0][0] else term
        found[logs[0][0]] = found.get(logs[0][0], field.zero) + term
    weights = {g: total / algebra.of(value.den) for g, total in found.items()}
    insides = [algebra.of(field.generators[g].parts[0]) for g in weights]
    constant = all(c.rational is not None for c in weights.values())
    positive = all(algebra.facts.of_frac(x) == POSITIVE for x in insides)
    return weights if constant and positive else {}


def _has(algebra: Algebra, poly: Poly, kind: str) -> bool:
    generators = algebra.field.generators
    return any(generators[g].kind == kind for g in algebra.field.used(poly))


def _generators(algebra: Algebra, value: Frac, kind: str) -> Iterator[tuple[int, Generator]]:
    for g in value.generators:
        if algebra.field.generators[g].kind == kind:
            yield g, algebra.field.generators[g]


# -- lemmas -------------------------------------------------------------------------------


def members(algebra: Algebra, value: Frac) -> Iterator[Frac]:
    """A member of a sum of nonnegative terms is at most the sum."""
    for g, generator in _generators(algebra, value, "sum"):
        ranges, body = generator.parts
        if len(ranges) != 1 or not algebra.facts.of_frac(body) <= NONNEGATIVE:
            continue
        for i in indices_up_to(algebra, value, ranges[0][1]):
            member = Rebuilder.of_indices(algebra, {ranges[0][0]: i})(body)
            yield algebra.field.frac(g) - member


def extremes(algebra: Algebra, value: Frac) -> Iterator[Frac]:
    """max z ≥ each member ≥ min z, and e^{max z} ≤ Σ e^{z_k} ≤ n e^{max z}."""
    free = sorted((i for i in value.indices if not i.name.startswith("_")), key=str)
    for g in inside(algebra, value.generators):
        generator = algebra.field.generators[g]
        term = generator.parts[0]
        name = type(term).__name__
        if generator.kind != "opaque" or name not in ("max", "min") or len(term.args) != 1:
            continue
        if not isinstance(term.args[0], Vec) or len(term.args[0].shape) != 1:
            continue
        (own,), (size,), body = term.args[0].indices, term.args[0].shape, term.args[0].body
        for i in free:
            if algebra.region.ranges.get(i) == size:
                gap = algebra.field.frac(g) - algebra.normal(substitute(body, {own: i}))
                yield gap if name == "max" else -gap
        for whole, k, high, terms in sums_inside(algebra, value) if name == "max" else ():
            with algebra.binding([(k, high)]):
                power = algebra.exp(algebra.normal(substitute(body, {own: k})))
            if high.same(algebra.normal(size)) and terms.same(power):
                # The largest member is one of them, and none of them is larger.
                largest = algebra.exp(algebra.field.frac(g))
                yield whole - largest
                yield high * largest - whole


def tangent_of_exp(algebra: Algebra, value: Frac) -> Iterator[Frac]:
    """e^b ≥ 1 + b."""
    for g, generator in _generators(algebra, value, "exp"):
        basis, grain = generator.parts
        slope = basis * algebra.field.constant(fmpq(1, grain))
        yield algebra.field.frac(g) - algebra.field.one - slope


def tangent_of_ln(algebra: Algebra, value: Frac) -> Iterator[Frac]:
    """1 − 1/f ≤ ln f ≤ f − 1 for f > 0."""
    for g, generator in _generators(algebra, value, "ln"):
        inside = algebra.of(generator.parts[0])
        if algebra.facts.of_frac(inside) == POSITIVE:
            ln = algebra.field.frac(g)
            yield inside - algebra.field.one - ln
            yield ln - algebra.field.one + algebra.field.one / inside


def gibbs(algebra: Algebra, value: Frac) -> Iterator[Frac]:
    """Σ w ln a − Σ w ln b ≥ Σ w (1 − b/a) for w ≥ 0 and positive a, b: termwise tangents."""
    parts = [p for g, x in _generators(algebra, value, "sum") for p in _weighted_log(algebra, g, x)]
    for g, high, weight, a in parts:
        for h, other, weight_too, b in parts:
            if g == h or not (weight.same(weight_too) and high.same(other)):
                continue
            k = sp.Symbol("_b1", integer=True, positive=True)
            with algebra.binding([(k, high)]):
                bound = weight * (algebra.field.one - b / a)
                total = sum_multi(algebra, bound, [(k, high)])
            yield algebra.field.frac(g) - algebra.field.frac(h) - total


def jensen(algebra: Algebra, value: Frac) -> Iterator[Frac]:
    """Σ w ln a ≥ ln c Σ w + Σ w (1 − c/a), for c = 1 and for c one over the size."""
    one = algebra.field.one
    k = sp.Symbol("_b1", integer=True, positive=True)
    for g, generator in _generators(algebra, value, "sum"):
        for _, high, weight, a in _weighted_log(algebra, g, generator):
            for c in (one, one / high):
                with algebra.binding([(k, high)]):
                    bound = sum_multi(algebra, weight * (one - c / a), [(k, high)])
                    total = sum_multi(algebra, weight, [(k, high)])
                yield algebra.field.frac(g) - algebra.ln(c) * total - bound
                # The other side: ln a ≤ ln c + a/c − 1.
                with algebra.binding([(k, high)]):
                    above = sum_multi(algebra, weight * (a / c - one), [(k, high)])
                yield algebra.ln(c) * total + above - algebra.field.frac(g)


def _weighted_log(
    algebra: Algebra, g: int, generator: Generator
) -> Iterator[tuple[int, Frac, Frac, Frac]]:
    """A sum Σ_k w_k ln a_k with positive a and nonnegative w as (generator, size, w, a)."""
    ranges, body = generator.parts
    logs = [h for h in body.generators if algebra.field.generators[h].kind == "ln"]
    if len(ranges) != 1 or len(logs) != 1 or ranges[0][0].name != "_b1":
        return
    inside = algebra.of(algebra.field.generators[logs[0]].parts[0])
    weight = body / algebra.field.frac(logs[0])
    if logs[0] in weight.generators:
        return
    positive = algebra.facts.of_frac(inside) == POSITIVE or _required(algebra, inside)
    if positive and algebra.facts.of_frac(weight) <= NONNEGATIVE:
        yield g, ranges[0][1], weight, inside


def bounded(algebra: Algebra, value: Frac) -> Iterator[Frac]:
    """−1 ≤ sin, cos, erf ≤ 1 and −π/2 ≤ atan ≤ π/2."""
    one = algebra.field.one
    for g, generator in _generators(algebra, value, "function"):
        name, _, order = generator.parts
        if any(order) or name not in ("sin", "cos", "erf", "atan"):
            continue
        bound = algebra.pi / (one + one) if name == "atan" else one
        yield bound - algebra.field.frac(g)
        yield bound + algebra.field.frac(g)


def _required(algebra: Algebra, inside: Frac) -> bool:
    """Whether the terms at hand need this to be positive for every index."""
    k = sp.Symbol("_b1", integer=True, positive=True)
    for condition in algebra.conditions:
        positive = algebra.facts.sign(condition.poly) == POSITIVE
        if positive and len(condition.bound) == 1 and not condition.sufficient:
            same = Rebuilder.of_indices(algebra, {condition.bound[0][0]: k}).poly(condition.poly)
            if same.same(inside):
                return True
    return False


LEMMAS: tuple[Callable[[Algebra, Frac], Iterator[Frac]], ...] = (
    members,
    extremes,
    bounded,
    tangent_of_exp,
    tangent_of_ln,
    gibbs,
    jensen,
    shares,
    termwise,
    together,
    cauchy,
    norms,
    logarithm_of_sum,
)

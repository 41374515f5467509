"""A summand's fraction in digits: by powers of its denominator, the same however it was written."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import mul

import sympy as sp

from derive.proof.algebra import Algebra
from derive.proof.field import Field, Frac
from derive.proof.polynomials import Poly


def digits(
    algebra: Algebra, num: Poly, den: Poly, bound: frozenset[sp.Symbol]
) -> Iterator[tuple[Poly, Poly, Frac]]:
    """num/den as a sum of numerator/(denominator · scale), the same however it was written.

    Over D^m, D irreducible with a generator that no other factor has, the numerator is expanded
    by powers of D in that generator, which carries a bound index; what D has in front of its
    power goes outside. Then Σ e^u/(1 + e^u)² and Σ 1/(1 + e^u) − Σ 1/(1 + e^u)² are one, for
    u = x_k + b too. Where that also carries a bound index, as of u = x_k + b_k, D is divided by
    as it stands.
    """
    field = algebra.field
    content, factors = field.factor(den)
    for base, power in factors:
        found = _leading(algebra, base, bound)
        others = [(f, e) for f, e in factors if f != base]
        if found is None or any(found[0] in field.used(f) for f, _ in others):
            continue
        remaining = reduce(mul, (f**e for f, e in others), field.ctx.constant(content))
        for rest, digit, scale in _by_powers(algebra, num, base, power, found):
            for poly, below, factor in digits(algebra, rest, remaining, bound):
                yield poly, below * digit, scale * factor
        return
    base, power = factors[0] if len(factors) == 1 else (den / content, 1)
    for rest, digit, scale in _by_powers(algebra, num, base, power, None):
        yield rest, digit, scale * field.constant(content)


def _by_powers(
    algebra: Algebra, num: Poly, base: Poly, power: int, found: tuple[int, Poly] | None
) -> Iterator[tuple[Poly, Poly, Frac]]:
    """num/base^power by powers of the base; see `_leading` for what was found of it."""
    scale = algebra.field.one
    while power and num:
        if found is None:
            num, rest = divmod(num, base)
        else:
            num, rest, times = _divided(algebra.field, num, base, *found)
            scale = scale * algebra.of(found[1] ** times)
        yield rest, base**power, scale
        power -= 1
    yield num, algebra.field.ctx.constant(1), scale


def _leading(algebra: Algebra, base: Poly, bound: frozenset[sp.Symbol]) -> tuple[int, Poly] | None:
    """A generator with a bound index and its leading coefficient, which is free and never 0."""
    field = algebra.field
    for g in field.used(base):
        if field.generators[g].indices & bound:
            first = _coefficient(field, base, g, int(base.degrees()[g]))
            settled = field.indices(first).isdisjoint(bound)
            if settled and 0 not in algebra.facts.of_frac(algebra.of(first)):
                return g, first
    return None


def _coefficient(field: Field, poly: Poly, g: int, power: int) -> Poly:
    """What stands with a generator's power in a polynomial."""
    kept = {}
    for exponents, coefficient in poly.terms():
        if exponents[g] == power:
            kept[(*exponents[:g], 0, *exponents[g + 1 :])] = coefficient
    return field.ctx.from_dict(kept)


def _divided(field: Field, num: Poly, base: Poly, g: int, first: Poly) -> tuple[Poly, Poly, int]:
    """q, r, k with first^k · num = q · base + r and r of a lower degree in g than base."""
    degree, quotient, times = int(base.degrees()[g]), field.ctx.constant(0), 0
    while num and int(num.degrees()[g]) >= degree:
        field.watch()
        top = int(num.degrees()[g])
        step = _coefficient(field, num, g, top) * field.gens[g] ** (top - degree)
        num, quotient, times = first * num - step * base, first * quotient + step, times + 1
    return quotient, num, times

"""Lemmas on sums: signs by their terms, Cauchy–Schwarz, norms, and Jensen under a logarithm.

As in `inequalities`, each yields values that are at least zero wherever they are defined.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations_with_replacement

import sympy as sp
from flint import fmpq

from derive.proof.algebra import Algebra
from derive.proof.field import Frac, Generator
from derive.proof.polynomials import Poly
from derive.proof.signs import ANY, NEGATIVE, NONNEGATIVE, NONPOSITIVE, POSITIVE, times
from derive.proof.sums import Rebuilder, sum_multi

MAX_SUMS = 6

Sum = tuple[Frac, sp.Symbol, Frac, Frac]


def sums_inside(algebra: Algebra, value: Frac) -> list[Sum]:
    """The sums over one index in a value, also those inside its other parts.

    Each as (the sum, its index, its size, its body).
    """
    found = []
    for g in inside(algebra, value.generators):
        generator = algebra.field.generators[g]
        if generator.kind == "sum" and len(generator.parts[0]) == 1:
            ((k, high),), body = generator.parts
            found.append((algebra.field.frac(g), k, high, body))
    return found[:MAX_SUMS]


def inside(algebra: Algebra, numbers: Iterable[int]) -> list[int]:
    """Generators and all that stand inside them, as far as they are made of values."""
    seen: dict[int, None] = {}
    todo = list(numbers)
    while todo:
        g = todo.pop()
        if g in seen:
            continue
        seen[g] = None
        generator = algebra.field.generators[g]
        match generator.kind:
            case "exp":
                todo += generator.parts[0].generators
            case "ln" | "root":
                todo += algebra.field.used(generator.parts[0])
            case "function":
                todo += [h for part in generator.parts[1] for h in part.generators]
    return sorted(seen)


def total(algebra: Algebra, body: Frac, k: sp.Symbol, high: Frac) -> Frac:
    """Σ of a body over an index up to a size."""
    with algebra.binding([(k, high)]):
        return sum_multi(algebra, body, [(k, high)])


def termwise(algebra: Algebra, value: Frac) -> Iterator[Frac]:
    """A sum whose terms share a sign has it; in a case, terms may have one that they lack else."""
    for whole, k, high, body in sums_inside(algebra, value):
        marks = [g for g in body.generators if algebra.field.generators[g].kind == "indicator"]
        if len(marks) == 1:
            yield from _in_cases(algebra, body, marks[0], k, high)
            continue
        sign = algebra.facts.of_frac(body)
        if sign <= NONNEGATIVE:
            yield whole
        elif sign <= NONPOSITIVE:
            yield -whole


def shares(algebra: Algebra, value: Frac) -> Iterator[Frac]:
    """Of a sum of nonnegative terms that a hypothesis gives: a member is at most the whole, and
    the squares add up to its square at most."""
    known = sums_inside(algebra, value)
    for g, whole in sorted(algebra.region.rules.items()):
        generator = algebra.field.generators[g]
        if generator.kind != "sum" or len(generator.parts[0]) != 1:
            continue
        ((k, high),), body = generator.parts
        if not _is_nonnegative(algebra, body):
            continue
        for i in indices_up_to(algebra, value, high):
            yield whole - Rebuilder.of_indices(algebra, {k: i})(body)
        sizes = [last for _, other, last, _ in known if other == k]
        # What holds along one range must not be said of another with the same bound index.
        if sizes and all(last.same(high) for last in sizes):
            yield whole - body
            yield whole * whole - total(algebra, body * body, k, high)


def indices_up_to(algebra: Algebra, value: Frac, high: Frac) -> list[sp.Symbol]:
    """The free indices of a value that run up to a size."""
    free = sorted((i for i in value.indices if not i.name.startswith("_")), key=str)
    sizes = [(i, algebra.region.ranges.get(i)) for i in free]
    return [i for i, size in sizes if size is not None and algebra.normal(size).same(high)]


def together(algebra: Algebra, value: Frac) -> Iterator[Frac]:
    """Sums over one range that are added up, as one sum whose terms may share a sign.

    A size that stands beside them is the sum of as many ones.
    """
    if not value.den.is_constant():
        return
    known = sums_inside(algebra, value)
    for _, k, high, _ in known:
        whole, body, count = algebra.field.zero, algebra.field.zero, 0
        each = [(s, b) for s, other, last, b in known if other == k and last.same(high)]
        for here, term in (*each, (high, algebra.field.one)):
            factor = _linear(algebra, value, here)
            if factor is not None:
                whole, body, count = whole + here * factor, body + term * factor, count + 1
        sign = algebra.facts.of_frac(body) if count > 1 else ANY
        if sign <= NONNEGATIVE:
            yield whole
        elif sign <= NONPOSITIVE:
            yield -whole


def _linear(algebra: Algebra, value: Frac, generator: Frac) -> Frac | None:
    """The number by which a generator is multiplied in a value, if it is one."""
    used = generator.generators
    if len(used) != 1 or not generator.same(algebra.field.frac(used[0])):
        return None
    slope = value.num.derivative(used[0])
    if slope.is_zero():
        return None
    return algebra.of(slope) if slope.is_constant() else None


def _in_cases(algebra: Algebra, body: Frac, mark: int, k: sp.Symbol, high: Frac) -> Iterator[Frac]:
    """Of Σ f 1[c > 0]: Σ f 1[c > 0] and Σ f 1[c < 0], if f has a sign there."""
    condition, _ = algebra.field.generators[mark].parts
    rest, remainder = divmod(body.num, algebra.field.gens[mark])
    if not remainder.is_zero():
        return
    for case in (POSITIVE, NEGATIVE):
        facts = algebra.facts.copy()
        facts.oracle = algebra.facts.oracle
        facts.add(condition.num, times(case, facts.sign(condition.den)))
        sign = times(facts.sign(rest), facts.sign(body.den))
        with algebra.binding([(k, high)]):
            part = algebra.of(rest) / algebra.of(body.den) * algebra.indicator(condition, case)
        if sign <= NONNEGATIVE:
            yield total(algebra, part, k, high)
        elif sign <= NONPOSITIVE:
            yield -total(algebra, part, k, high)


def cauchy(algebra: Algebra, value: Frac) -> Iterator[Frac]:
    """(Σ c)² ≤ Σ f Σ g for c² = f g, of sums with nonnegative terms; a size n is Σ 1."""
    sums = [s for s in sums_inside(algebra, value) if _is_nonnegative(algebra, s[3])]
    for (a, k, high, f), (b, other, last, g) in combinations_with_replacement(sums, 2):
        root = _square_root(algebra, f * g)
        if k == other and high.same(last) and root is not None and not a.same(b):
            yield a * b - total(algebra, root, k, high) ** 2
    for a, k, high, f in sums:
        root = _square_root(algebra, f)
        if root is not None:
            yield high * a - total(algebra, root, k, high) ** 2
            size = total(algebra, _absolute(algebra, root, k, high), k, high)
            yield high * a - size**2


def norms(algebra: Algebra, value: Frac) -> Iterator[Frac]:
    """Σ f g ≤ Σ f Σ g for nonnegative terms, and Σ c² ≤ (Σ |c|)²."""
    sums = sums_inside(algebra, value)
    for a, k, high, f in sums:
        root = _square_root(algebra, f)
        if root is not None:
            yield total(algebra, _absolute(algebra, root, k, high), k, high) ** 2 - a
    positive = [s for s in sums if _is_nonnegative(algebra, s[3])]
    for (a, k, high, f), (b, other, last, g) in combinations_with_replacement(positive, 2):
        if k == other and high.same(last):
            yield a * b - total(algebra, f * g, k, high)


def logarithm_of_sum(algebra: Algebra, value: Frac) -> Iterator[Frac]:
    """Jensen: W ln(Σ w a) ≥ W ln W + Σ w ln a for positive w, a and W = Σ w."""
    for g in value.generators:
        generator = algebra.field.generators[g]
        if generator.kind != "ln":
            continue
        used = algebra.field.used(generator.parts[0])
        if len(used) != 1 or generator.parts[0] != algebra.field.gens[used[0]]:
            continue
        inner = algebra.field.generators[used[0]]
        if inner.kind == "sum" and len(inner.parts[0]) == 1:
            yield from _jensen(algebra, algebra.field.frac(g), inner)


def _jensen(algebra: Algebra, logarithm: Frac, inner: Generator) -> Iterator[Frac]:
    ((k, high),), body = inner.parts
    one = algebra.field.one
    generators = algebra.field.generators
    if any(generators[g].kind in ("delta", "indicator") for g in body.generators):
        return
    carrying = [g for g in body.generators if k in generators[g].indices]
    for weight in (one, *(algebra.field.frac(g) for g in carrying)):
        other = body / weight
        if not all(algebra.facts.of_frac(v) == POSITIVE for v in (weight, other)):
            continue
        mass = total(algebra, weight, k, high)
        if algebra.facts.of_frac(mass) != POSITIVE:
            continue
        with algebra.binding([(k, high)]):
            inside = weight * algebra.ln_abs(other)
        yield mass * (logarithm - algebra.ln_abs(mass)) - total(algebra, inside, k, high)


def _is_nonnegative(algebra: Algebra, value: Frac) -> bool:
    return algebra.facts.of_frac(value) <= NONNEGATIVE


def _absolute(algebra: Algebra, value: Frac, k: sp.Symbol, high: Frac) -> Frac:
    """|c| under a sum."""
    with algebra.binding([(k, high)]):
        positive, negative = (algebra.indicator(value, s) for s in (POSITIVE, NEGATIVE))
    return value * (positive - negative)


def _square_root(algebra: Algebra, value: Frac) -> Frac | None:
    """A c with c² = value, made of the generators that it has."""
    top, below = (_poly_root(algebra, p) for p in (value.num, value.den))
    if top is None or below is None:
        return None
    return algebra.of(top) / algebra.of(below)


def _poly_root(algebra: Algebra, poly: Poly) -> Poly | None:
    content, factors = algebra.field.factor(poly)
    parts = (int(content.p), int(content.q))
    if content <= 0 or any(int(sp.integer_nthroot(p, 2)[0]) ** 2 != p for p in parts):
        return None
    if any(multiplicity % 2 for _, multiplicity in factors):
        return None
    numbers = [int(sp.integer_nthroot(p, 2)[0]) for p in parts]
    result = algebra.field.ctx.constant(fmpq(*numbers))
    for factor, multiplicity in factors:
        result *= factor ** (multiplicity // 2)
    return result

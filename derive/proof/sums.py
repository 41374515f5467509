"""Sums and products over symbolic ranges, in a form in which equal ones meet.

A sum's body is expanded; what does not carry the bound index moves out; a delta sifts; sums
inside the body are flattened into one sum over several indices; factors that share no index
separate; what is left, with its bound indices in canonical names, is one generator.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, reduce
from itertools import permutations
from operator import add, mul

import sympy as sp
from flint import fmpq

from derive.errors import LimitError, UnsupportedError
from derive.proof.algebra import Algebra
from derive.proof.digits import digits
from derive.proof.field import Field, Frac, Generator
from derive.proof.polynomials import Poly
from derive.proof.rows import summed
from derive.proof.series import closed_form
from derive.proof.signs import ANY, NONNEGATIVE, NONPOSITIVE, POSITIVE
from derive.proof.triangles import beside_order, counted, triangle
from derive.terms import Partial, free, index, member

Range = tuple[sp.Symbol, Frac]
Powers = tuple[tuple[int, int], ...]

MAX_INDICES = 5


class Rebuilder:
    """Builds normal forms anew with other atoms or indices: a homomorphism.

    `atom` gives the value of an atom (a symbol, a member, a held term); `touched` says
    whether a generator can change at all; `renaming` that only indices change; `taken` are the
    indices that go and come, which no bound index may be called meanwhile.
    """

    def __init__(
        self,
        algebra: Algebra,
        atom: Callable[[sp.Expr], Frac],
        swap: Callable[[sp.Expr], sp.Expr],
        touched: Callable[[Generator], bool],
        renaming: bool = False,
        taken: frozenset[sp.Symbol] = frozenset(),
    ) -> None:
        self.algebra = algebra
        self.atom = atom
        self.swap = swap
        self.taken = taken
        self.touched = touched
        self.renaming = renaming
        self.memo: dict[int, Frac] = {}

    @classmethod
    def of_indices(cls, algebra: Algebra, swap: dict[sp.Symbol, sp.Expr]) -> Rebuilder:
        """The rebuilder that puts other indices in the place of some."""

        def replace(term: sp.Expr) -> sp.Expr:
            if isinstance(term, sp.Indexed):
                return member(term.base, *(i.xreplace(swap) for i in term.indices))
            return term.xreplace(swap)

        def atom(term: sp.Expr) -> Frac:
            new = replace(term)
            plain = isinstance(new, sp.Symbol | sp.Indexed | Partial)
            return algebra.atom(new) if plain else algebra.normal(new)

        return cls(
            algebra,
            atom,
            replace,
            lambda generator: not generator.indices.isdisjoint(swap),
            renaming=True,
            taken=frozenset(swap).union(*(free(term) for term in swap.values())),
        )

    def __call__(self, value: Frac) -> Frac:
        for pieces, join in ((value.parts, add), (value.factors, mul)):
            if len(pieces) > 1:
                return reduce(join, map(self, pieces))
        if not any(self.touched(self.algebra.field.generators[g]) for g in value.generators):
            return value
        return self.poly(value.num) / self.poly(value.den)

    def poly(self, poly: Poly) -> Frac:
        """The value of a polynomial."""
        field = self.algebra.field
        if not any(self.touched(field.generators[g]) for g in field.used(poly)):
            return self.algebra.of(poly)
        total = field.zero
        for powers, coefficient in field.terms(poly):
            term = field.constant(coefficient)
            for g, e in powers:
                term = term * self.generator(g) ** e
            total = total + term
        return total

    def generator(self, g: int) -> Frac:
        """The value of a generator."""
        if g not in self.memo:
            generator = self.algebra.field.generators[g]
            touched = self.touched(generator)
            self.memo[g] = self._build(generator) if touched else self.algebra.field.frac(g)
        return self.memo[g]

    def _build(self, generator: Generator) -> Frac:
        algebra, parts = self.algebra, generator.parts
        match generator.kind:
            case "atom" | "opaque" | "slope":
                return self.atom(parts[0])
            case "constant":
                return algebra.field.of(generator)
            case "exp":
                return algebra.exp(self(parts[0]) * algebra.rational(fmpq(1, parts[1])))
            case "ln":
                return algebra.ln_abs(self.poly(parts[0]))
            case "root":
                return self._root(*parts)
            case "function":
                return algebra.applied(parts[0], tuple(self(a) for a in parts[1]), parts[2])
            case "delta":
                return algebra.delta(self.swap(parts[0]), self.swap(parts[1]))
            case "indicator":
                return algebra.indicator(self(parts[0]), frozenset((parts[1],)))
            case "sum" | "product":
                return self._binder(generator)
        raise UnsupportedError(f"a {generator.kind} cannot be rebuilt")

    def _root(self, inside: Poly, q: int) -> Frac:
        value = self.poly(inside)
        content, factors = self.algebra.field.factor(value.num)
        plain = value.den.is_constant() and content == 1 and [e for _, e in factors] == [1]
        if self.renaming and plain:
            # What is nonnegative for every index is so for this one.
            return self.algebra.root(value.num, q)
        return self.algebra.abs_root(value, q)

    def _binder(self, generator: Generator) -> Frac:
        ranges, body = generator.parts
        opened, inner = open_binder(self.algebra, ranges, body, self.taken)
        highs = [(k, self(high)) for k, high in opened]
        with self.algebra.binding(highs):
            value = self(inner)
        if generator.kind == "product":
            return product_over(self.algebra, value, *highs[0])
        return sum_multi(self.algebra, value, highs)


def open_binder(
    algebra: Algebra,
    ranges: Sequence[Range],
    body: Frac,
    avoid: frozenset[sp.Symbol] = frozenset(),
) -> tuple[list[Range], Frac]:
    """The ranges and the body of a sum with names for its bound indices that nothing else has."""
    avoid = avoid.union(body.indices, *(high.indices for _, high in ranges))
    swap: dict[sp.Symbol, sp.Expr] = {}
    for k, high in ranges:
        swap[k] = algebra.fresh_index(high, avoid)
        avoid |= {swap[k]}
    with algebra.binding([(swap[k], high) for k, high in ranges]):
        inner = Rebuilder.of_indices(algebra, swap)(body)
    return [(swap[k], high) for k, high in ranges], inner


def product_over(algebra: Algebra, body: Frac, k: sp.Symbol, high: Frac) -> Frac:
    """Π of a body over 1 ≤ k ≤ high."""
    if k not in body.indices:
        return algebra.power(body, high)
    if algebra.facts.of_frac(body) == POSITIVE:
        with algebra.binding([(k, high)]):
            logarithm = algebra.ln(body)
        return algebra.exp(sum_multi(algebra, logarithm, [(k, high)]))
    (name,) = _canonical_names(1, (body.indices - {k}) | high.indices)
    with algebra.binding([(name, high)]):
        inner = Rebuilder.of_indices(algebra, {k: name})(body)
    key = (inner.key, high.key)
    return algebra.enter(
        "product", (((name, high),), inner), key, (inner.indices - {name}) | high.indices
    )


# -- the canonical form of a sum ----------------------------------------------------


def sum_multi(algebra: Algebra, body: Frac, ranges: Sequence[Range]) -> Frac:
    """Σ of a body over several indices, each from 1 to its size."""
    if not ranges:
        return body
    if len(ranges) > MAX_INDICES:
        raise LimitError(f"a sum over more than {MAX_INDICES} indices")
    for k, high in ranges:
        if high.indices & {other for other, _ in ranges}:
            others = [r for r in ranges if r[0] != k]
            again = partial(sum_multi, algebra)
            return triangle(algebra, body, (k, high), others, _renamed(algebra), again)
    field = algebra.field
    bound = frozenset(k for k, _ in ranges)
    outer, inner = _split_factors(field, body.den, bound)
    total = field.zero
    for poly, den, scale in digits(algebra, body.num, inner, bound):
        for powers, coefficient in field.terms(poly):
            term = _sum_term(algebra, powers, den, ranges)
            total = total + term * field.constant(coefficient) / scale
    return total / algebra.of(outer)


def _split_factors(field: Field, poly: Poly, bound: frozenset[sp.Symbol]) -> tuple[Poly, Poly]:
    """The part of a denominator without the bound indices, and the part with them."""
    outer, inner = field.ctx.constant(1), field.ctx.constant(1)
    content, factors = field.factor(poly)
    for factor, multiplicity in factors:
        if field.indices(factor).isdisjoint(bound):
            outer *= factor**multiplicity
        else:
            inner *= factor**multiplicity
    return outer * content, inner


def _sum_term(algebra: Algebra, powers: Powers, den: Poly, ranges: Sequence[Range]) -> Frac:
    """Σ of one monomial over a denominator that carries bound indices throughout."""
    field = algebra.field
    bound = frozenset(k for k, _ in ranges)
    carrying = tuple((g, e) for g, e in powers if field.generators[g].indices & bound)
    outside = field.monomial(tuple((g, e) for g, e in powers if (g, e) not in carrying))
    for g, e in carrying:
        generator = field.generators[g]
        rest = Frac.make(field, field.monomial(tuple(p for p in carrying if p[0] != g)), den)
        if generator.kind == "delta":
            sifted = _sift(algebra, generator, rest, ranges)
            if sifted is not None:
                return algebra.of(outside) * sifted
        if generator.kind == "sum":
            return algebra.of(outside) * _flatten(algebra, generator, e, rest, ranges)
    return algebra.of(outside) * _components(algebra, carrying, den, ranges)


def _sift(algebra: Algebra, delta: Generator, rest: Frac, ranges: Sequence[Range]) -> Frac | None:
    """Σ_k δ_kj f(k) = f(j) if j is in the range of k, else 0.

    None if the delta cannot be solved for a summation index, such as δ_{k c_i} for i.
    """
    left, right = delta.parts
    for k, high in ranges:
        for here, there in ((left, right), (right, left)):
            shift = sp.expand(here - k)
            if k in shift.free_symbols or k in there.free_symbols:
                continue
            target = sp.expand(there - shift)
            kept = [(m, h) for m, h in ranges if m != k]
            with algebra.binding(kept):
                within = _in_range(algebra, target, high, ranges)
                if within.is_zero:
                    return within
                value = Rebuilder.of_indices(algebra, {k: target})(rest)
            return sum_multi(algebra, within * value, kept)
    return None


def _in_range(algebra: Algebra, j: sp.Expr, high: Frac, ranges: Sequence[Range]) -> Frac:
    """1 if an index is within 1 and a size, else 0; indices have ranges by declaration."""
    size = algebra.bound.get(j)
    for k, other in ranges:
        size = other if k == j else size
    declared = algebra.region.ranges.get(j.base if isinstance(j, sp.Indexed) else j)
    if size is None and declared is not None:
        size = algebra.normal(declared)
    if size is not None and size.same(high):
        return algebra.field.one
    value = algebra.normal(j)
    lowest = algebra.indicator(value - algebra.field.one, NONNEGATIVE)
    return lowest * algebra.indicator(high - value, NONNEGATIVE)


def _flatten(
    algebra: Algebra, inner: Generator, count: int, rest: Frac, ranges: Sequence[Range]
) -> Frac:
    """Σ_k f(k) (Σ_l g(k, l))^e as one sum over k and e copies of l."""
    all_ranges = list(ranges)
    body = rest
    with algebra.binding(all_ranges):
        for _ in range(count):
            limits, member = inner.parts
            opened, copy = open_binder(algebra, limits, member, _names(body, all_ranges))
            all_ranges += opened
            body = body * copy
    return sum_multi(algebra, body, all_ranges)


def _names(body: Frac, ranges: Sequence[Range]) -> frozenset[sp.Symbol]:
    """Every index that a body has or that ranges bind."""
    return body.indices.union((k for k, _ in ranges), *(high.indices for _, high in ranges))


def _components(algebra: Algebra, powers: Powers, den: Poly, ranges: Sequence[Range]) -> Frac:
    """Separate the factors that share no index; each group is one generator."""
    field = algebra.field
    bound = frozenset(k for k, _ in ranges)
    pieces = [
        (field.generators[g].indices & bound, algebra.of(field.monomial(((g, e),))))
        for g, e in powers
    ]
    for factor, multiplicity in field.factor(den)[1]:
        indices = field.indices(factor) & bound
        pieces.append((indices, field.one / algebra.of(factor**multiplicity)))
    groups: list[tuple[frozenset[sp.Symbol], Frac]] = []
    for indices, value in pieces:
        apart = []
        for other, product in groups:
            if other & indices:
                indices, value = indices | other, value * product
            else:
                apart.append((other, product))
        groups = [*apart, (indices, value)]
    result = field.one
    for k, high in ranges:
        if not any(k in indices for indices, _ in groups):
            result = result * high
    for indices, value in groups:
        result = result * _sum_generator(algebra, value, [r for r in ranges if r[0] in indices])
    return result


def _renamed(algebra: Algebra) -> Callable[[Frac, dict[sp.Symbol, sp.Expr]], Frac]:
    return lambda value, swap: Rebuilder.of_indices(algebra, swap)(value)


def _closed(algebra: Algebra, body: Frac, k: sp.Symbol, high: Frac) -> Frac | None:
    """What a sum is without one, or with a simpler one."""

    def again(other: Frac) -> Frac:
        return sum_multi(algebra, other, [(k, high)])

    def instance(value: Frac, term: sp.Expr) -> Frac:
        return Rebuilder.of_indices(algebra, {k: term})(value)

    with algebra.binding([(k, high)]):
        return closed_form(algebra, body, k, high, again, instance)


def _canonical_names(count: int, free: frozenset[sp.Symbol]) -> list[sp.Symbol]:
    """Canonical names for bound indices, different from those of the sums around."""
    taken = [int(i.name[2:]) for i in free if i.name.startswith("_b")]
    start = max(taken, default=0) + 1
    return [index(f"_b{start + position}") for position in range(count)]


def _sum_generator(algebra: Algebra, body: Frac, ranges: Sequence[Range]) -> Frac:
    """The generator of an irreducible sum, the same whatever its indices are called."""
    by_rows = summed(algebra, body, ranges, _renamed(algebra), partial(sum_multi, algebra))
    if by_rows is not None:
        return by_rows
    with algebra.binding(ranges):
        by_count = counted(algebra, body, ranges, partial(sum_multi, algebra))
    if by_count is not None:
        return by_count
    if len(ranges) == 1:
        closed = _closed(algebra, body, *ranges[0])
        if closed is not None:
            return closed
    choices = []
    rest = beside_order(algebra, body)
    inside = body.indices - {k for k, _ in ranges}
    inside = inside.union(*(high.indices for _, high in ranges))
    names = _canonical_names(len(ranges), inside)
    for order in permutations(ranges):
        swap = {k: name for (k, _), name in zip(order, names, strict=True)}
        renamed = tuple((swap[k], high) for k, high in order)
        with algebra.binding(renamed):
            inner = Rebuilder.of_indices(algebra, swap)(body)
            shown = inner if rest is None else Rebuilder.of_indices(algebra, swap)(rest)
        key = (shown.key, tuple(high.key for _, high in renamed))
        # [l < k] is written by [k < l] and δ_kl: where that has to be, it is a sum of several.
        spread = len(algebra.field.terms(inner.num)) > len(algebra.field.terms(body.num))
        choices.append(((key, spread), renamed, inner))
    (key, spread), renamed, inner = min(choices, key=lambda choice: choice[0])
    if spread:
        return sum_multi(algebra, inner, renamed)
    key = (inner.key, key[1])
    sign = algebra.facts.of_frac(body)
    # A size is at least 1, so the sum has the sign that all its members share.
    sign = sign if sign <= NONNEGATIVE or sign <= NONPOSITIVE else ANY
    indices = inner.indices.union(*(high.indices for _, high in renamed)) - frozenset(names)
    result = algebra.enter("sum", (renamed, inner), key, indices)
    if result.den.is_constant() and not result.num.is_constant() and sign != ANY:
        algebra.facts.add(result.num, sign)
    return result

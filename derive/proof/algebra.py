"""Smart constructors: each takes normal forms to the normal form of a function of them.

exp of a sum becomes a product of powers of independent exponentials, ln of a product a sum
of logarithms of irreducible polynomials, a root a product of roots; so equal terms meet in
one form. ln f below always means ln |f|: where the argument of a logarithm is positive, its
logarithm is the sum of those of its factors' absolute values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import reduce
from math import lcm

import sympy as sp
from flint import fmpq, fmpz

from derive.errors import LimitError, UnsupportedError
from derive.proof.field import Field, Frac, Generator, Poly, UndefinedTermError
from derive.proof.region import Condition, Region, SplitIndex, SplitSign
from derive.proof.restore import restore
from derive.proof.signs import ANY, NEGATIVE, NONNEGATIVE, NONZERO, POSITIVE, ZERO, Sign
from derive.terms import Context, Domain, Partial, free, index

MAX_INTEGER_BITS = 20_000


class FinerGrain(Exception):
    """exp(b/q) was met for a new q: start again with exp(b/q) as the generator."""

    def __init__(self, basis: object, grain: int) -> None:
        super().__init__()
        self.basis = basis
        self.grain = grain


class Algebra:
    """The constructors over one field, in one region.

    `conditions` collects what the terms built so far need to be defined; `bound` are the
    bound indices in scope with the sizes of their ranges. While `supplied` is set, the context
    vouches for what is noted; while `guarded` is set, a case under a sum may not need it.
    """

    def __init__(
        self,
        field: Field,
        region: Region,
        grains: dict[object, int],
        context: Context,
        domain_of: Callable[[sp.Expr], Domain],
        normal: Callable[[sp.Expr], Frac],
    ) -> None:
        self.field = field
        self.context = context
        self.domain_of = domain_of
        self.normal = normal
        self.region = region
        self.grains = grains
        self.facts = region.facts.copy()
        self.conditions: list[Condition] = []
        self.bound: dict[sp.Symbol, Frac] = {}
        self.supplied = False
        self.guarded = False

    # -- generators ---------------------------------------------------------------

    def enter(
        self,
        kind: str,
        parts: tuple[object, ...],
        key: tuple[object, ...],
        indices: frozenset[sp.Symbol] = frozenset(),
        sign: Sign = ANY,
    ) -> Frac:
        """The generator as an element, or what a rule of the region puts in its place."""
        number = self.field.number(Generator(kind, key, parts, indices, sign))
        return self.region.rules.get(number) or self.field.frac(number)

    @property
    def pi(self) -> Frac:
        """The number π."""
        return self.enter("constant", (sp.pi,), ("pi",), sign=POSITIVE)

    def fresh_index(self) -> sp.Symbol:
        """A bound index that no term has."""
        self.field.fresh_count += 1
        return index(f"_k{self.field.fresh_count}")

    def rational(self, value: int | fmpq) -> Frac:
        """A rational number, if it is not of absurd size."""
        value = fmpq(value)
        if value.p.bit_length() + value.q.bit_length() > MAX_INTEGER_BITS:
            raise LimitError(f"a number of more than {MAX_INTEGER_BITS} bits")
        return self.field.constant(value)

    # -- what must hold -----------------------------------------------------------

    def require(self, poly: Poly, sign: Sign) -> None:
        """Note that a polynomial must be nonzero, positive or nonnegative for a term to be defined.

        Raises `UndefinedTermError` if it cannot be.
        """
        now = self.facts.sign(poly)
        if now <= sign:
            return
        if not now & sign:
            words = f"{self.show(poly)} cannot be {_SIGN_WORDS[sign]}"
            raise UndefinedTermError(words, (poly, sign))
        _, factors = poly.factor()
        if sign == NONZERO:
            for factor, _ in factors:
                self.note(factor, NONZERO)
            return
        loose = []
        sufficient = False
        for factor, multiplicity in factors:
            known = self.facts.of_irreducible(factor)
            if multiplicity % 2 and len(known - ZERO) > 1:
                loose.append(factor)
            elif 0 in known and sign == POSITIVE:
                self.note(factor, NONZERO & known)
            elif 0 in known:
                # A nonnegative product may be saved by a factor that vanishes.
                sufficient = True
        if loose:
            product = reduce(lambda a, b: a * b, loose)
            rest = self.facts.sign(divmod(poly, product)[0]) - ZERO
            wanted = sign if rest == POSITIVE else frozenset(-s for s in sign)
            self.note(product, wanted, sufficient)

    def note(self, poly: Poly, sign: Sign, sufficient: bool = False) -> None:
        """Note a condition of definedness, and use it as a fact from here on."""
        if self.facts.sign(poly) <= sign:
            return
        used = self.field.indices(poly)
        bound = tuple((k, size) for k, size in self.bound.items() if k in used)
        stated = sufficient or self.guarded
        self.conditions.append(Condition(poly, sign, bound, self.supplied, stated))
        # A condition on a bound index holds all along its range, so in the body it is a fact.
        if len(poly.factor()[1]) == 1:
            self.facts.add(poly / poly.leading_coefficient(), _flip(sign, poly))

    def decide(self, value: Frac) -> Sign:
        """The sign of a value; asks for a case distinction where it is open.

        For a value that depends on a bound index, the set of possible signs is returned.
        """
        sign = self.facts.of_frac(value)
        if len(sign) == 1:
            return sign
        _, top = value.num.factor()
        _, bottom = value.den.factor()
        for factor, _ in [*top, *bottom]:
            known = self.facts.of_irreducible(factor)
            if len(known) > 1 and not self.is_bound(self.field.indices(factor)):
                raise SplitSign(factor, known)
        return sign

    @contextmanager
    def binding(self, ranges: Iterable[tuple[sp.Symbol, Frac]]) -> Iterator[None]:
        """Within, these indices are bound and run up to these sizes."""
        before = dict(self.bound)
        self.bound.update(ranges)
        try:
            yield
        finally:
            self.bound = before

    def is_bound(self, indices: frozenset[sp.Symbol]) -> bool:
        """Whether any of the indices is bound."""
        return any(i.name.startswith("_") for i in indices)

    # -- atoms --------------------------------------------------------------------

    def atom(self, term: sp.Expr) -> Frac:
        """A symbol or a member of a family, with what its domain says of it; or a slope."""
        if isinstance(term, Partial):
            return self.slope(*term.args)
        if isinstance(term, sp.Indexed):
            term = self._named(term)
            found = frozenset(s for i in term.indices for s in i.free_symbols)
        else:
            term = self.region.index(term) if is_index_name(term) else term
            if isinstance(term, sp.Integer):
                return self.rational(int(term))
            found = frozenset([term]) if is_index_name(term) else frozenset()
        domain = self.domain_of(term)
        value = self.enter(
            "atom", (term,), (str(term), term, domain.name), found, _DOMAIN_SIGNS[domain]
        )
        self._domain_facts(value, domain)
        if is_index_name(term):
            self.facts.add((value - self.field.one).num, NONNEGATIVE)
        return value

    def slope(self, here: sp.Expr, there: sp.Expr) -> Frac:
        """The unknown derivative of one atom by another that it depends on directly."""
        term = Partial(self._named(here), self._named(there))
        indices = frozenset(s for s in free(term) if is_index_name(s))
        return self.enter("slope", (term,), (str(term), term), indices)

    def _named(self, term: sp.Expr) -> sp.Expr:
        """An atom with its indices as the region calls them."""
        if isinstance(term, sp.Indexed):
            return sp.Indexed(term.base, *(self.region.index(i) for i in term.indices))
        return term

    def _domain_facts(self, value: Frac, domain: Domain) -> None:
        used = value.generators
        if len(used) != 1 or value.num != self.field.gens[used[0]]:
            return
        if domain in (Domain.UNIT, Domain.PROBABILITY, Domain.BINARY):
            sign = NEGATIVE if domain is Domain.UNIT else frozenset((-1, 0))
            self.facts.add((value - self.field.one).num, sign)
        if domain is Domain.BINARY:
            self.field.relations[used[0]] = (2, value.num)
        elif domain is Domain.SIGN:
            self.field.relations[used[0]] = (2, self.field.ctx.constant(1))

    def delta(self, left: sp.Expr, right: sp.Expr) -> Frac:
        """The Kronecker delta of two indices."""
        left, right = self.region.index(left), self.region.index(right)
        difference = sp.expand(left - right)
        if difference == 0:
            return self.field.one
        if difference.is_Integer or self.region.are_apart(left, right):
            return self.field.zero
        symbols = frozenset(difference.free_symbols)
        if not self.is_bound(symbols):
            raise SplitIndex(left, right)
        a, b = sorted((left, right), key=str)
        result = self.enter("delta", (a, b), (str(a), str(b)), symbols, NONNEGATIVE)
        self._idempotent(result)
        return result

    def indicator(self, value: Frac, signs: Sign) -> Frac:
        """1 where the value has one of these signs, else 0."""
        known = self.decide(value)
        if known <= signs:
            return self.field.one
        if not known & signs:
            return self.field.zero
        result = self.field.zero
        for s in sorted(signs & known):
            result = result + self._has_sign(value, s)
        return result

    def _has_sign(self, value: Frac, sign: int) -> Frac:
        """The indicator that a value has exactly this sign, from those of its factors."""
        one, zero = self.field.one, self.field.zero
        content, factors = (value.num * value.den).factor()
        start = 1 if content > 0 else -1
        table = {s: one if s == start else zero for s in (-1, 0, 1)}
        for factor, multiplicity in factors:
            marks = {s: self._mark(factor, s) for s in (-1, 0, 1)}
            for _ in range(2 - multiplicity % 2):
                new = dict.fromkeys((-1, 0, 1), zero)
                for a, x in table.items():
                    for b, y in marks.items():
                        new[a * b] = new[a * b] + x * y
                table = new
        return table[sign]

    def _mark(self, factor: Poly, sign: int) -> Frac:
        """The indicator of a sign of an irreducible polynomial, as a generator."""
        known = self.facts.of_irreducible(factor)
        if known <= {sign}:
            return self.field.one
        if sign not in known:
            return self.field.zero
        if sign == min(known):
            others = (self._mark(factor, s) for s in sorted(known - {sign}))
            return reduce(lambda a, b: a - b, others, self.field.one)
        indices = self.field.indices(factor)
        key = (self.field.key(factor), sign)
        result = self.enter("indicator", (self.of(factor), sign), key, indices, NONNEGATIVE)
        self._idempotent(result)
        other = self.field.numbers.get(("indicator", (key[0], 1 - sign)))
        if other is not None and result.generators:
            self.field.exclusive.add(tuple(sorted((other, result.generators[0]))))  # type: ignore[arg-type]
        return result

    def _idempotent(self, value: Frac) -> None:
        for g in value.generators:
            self.field.relations[g] = (2, self.field.gens[g])

    def of(self, poly: Poly) -> Frac:
        """A polynomial as an element of the field."""
        return Frac(self.field, poly, self.field.ctx.constant(1))

    # -- exponentials, logarithms, powers ----------------------------------------

    def exp(self, value: Frac) -> Frac:
        """e to the power of a value."""
        quotient, rest = divmod(value.num, value.den)
        one = self.field.ctx.constant(1)
        result = self.field.one
        for poly, den in ((quotient, one), (rest, value.den)):
            for powers, coefficient in self.field.terms(poly):
                result = result * self._exp_term(powers, coefficient, den)
        return result

    def _exp_term(self, powers: tuple[tuple[int, int], ...], c: fmpq, den: Poly) -> Frac:
        basis = Frac.make(self.field, self.field.monomial(powers), den)
        lone = (
            powers[0][0]
            if den.is_constant() and powers and sum(e for _, e in powers) == 1
            else None
        )
        if lone is not None and self.field.generators[lone].kind == "ln":
            return self._exp_of_log(self.field.generators[lone], c)
        key = basis.key
        grain = self.grains.setdefault(key, int(c.q))
        if grain % int(c.q):
            raise FinerGrain(key, lcm(grain, int(c.q)))
        generator = self.enter("exp", (basis, grain), (key, grain), basis.indices, POSITIVE)
        return generator ** int(c * grain)

    def _exp_of_log(self, generator: Generator, c: fmpq) -> Frac:
        inside: Poly = generator.parts[0]
        return self._abs_power(inside, c)

    def _abs_power(self, f: Poly, c: fmpq) -> Frac:
        """|f| to a rational power, for an irreducible f or a positive number."""
        if c == 0:
            return self.field.one
        if c.q == 1 and int(c.p) % 2 == 0:
            return self.of(f) ** int(c.p)
        sign = self.facts.sign(f)
        if c.q == 1 and len(sign - ZERO) == 1:
            return (self.of(f) if 1 in sign else self.of(-f)) ** int(c.p)
        if not sign <= NONNEGATIVE:
            if sign <= frozenset((-1, 0)):
                return self._abs_power(-f, c)
            if self.is_bound(self.field.indices(f)):
                raise UnsupportedError("the sign of a term under a sum is open")
            raise SplitSign(f, sign)
        return self.root(f, int(c.q)) ** int(c.p)

    def root(self, f: Poly, q: int) -> Frac:
        """The q-th root of a nonnegative irreducible polynomial or number."""
        used = self.field.used(f)
        if len(used) == 1 and len(f) == 1 and self.field.generators[used[0]].kind == "exp":
            basis, grain = self.field.generators[used[0]].parts
            return self.exp(basis * self.field.constant(fmpq(1, grain * q)))
        key = (self.field.key(f), q)
        root = self.enter("root", (f, q), key, self.field.indices(f), NONNEGATIVE)
        for g in root.generators:
            self.field.relations[g] = (q, f)
            if self.facts.sign(f) == POSITIVE:
                self.facts.add(self.field.gens[g], POSITIVE)
        return root

    def ln(self, value: Frac) -> Frac:
        """The natural logarithm; needs a positive value."""
        self.require(value.num * value.den, POSITIVE)
        return self.ln_abs(value)

    def ln_abs(self, value: Frac) -> Frac:
        """ln |value|, for a value that is not zero."""
        if value.is_zero:
            raise UndefinedTermError("the logarithm of zero")
        return self._ln_abs_poly(value.num) - self._ln_abs_poly(value.den)

    def _ln_abs_poly(self, poly: Poly) -> Frac:
        content, factors = poly.factor()
        result = self._ln_rational(abs(content))
        for factor, multiplicity in factors:
            result = result + self._ln_factor(factor) * self.field.constant(multiplicity)
        return result

    def _ln_rational(self, value: fmpq) -> Frac:
        result = self.field.zero
        for part, scale in ((value.p, 1), (value.q, -1)):
            if part.bit_length() > 128:
                raise LimitError("the logarithm of a number too long to factor")
            for prime, multiplicity in fmpz(part).factor():
                ln = self._ln_generator(self.field.ctx.constant(int(prime)))
                result = result + ln * self.field.constant(scale * multiplicity)
        return result

    def _ln_factor(self, f: Poly) -> Frac:
        if len(f) == 1:
            generator = self.field.generators[self.field.used(f)[0]]
            if generator.kind == "exp":
                basis, grain = generator.parts
                return basis * self.field.constant(fmpq(1, grain))
            if generator.kind == "root":
                inside, q = generator.parts
                return self._ln_abs_poly(inside) * self.field.constant(fmpq(1, q))
        return self._ln_generator(f)

    def _ln_generator(self, f: Poly) -> Frac:
        number = f.is_constant()
        sign = POSITIVE if number else ANY
        return self.enter("ln", (f,), self.field.key(f), self.field.indices(f), sign)

    def power(self, base: Frac, exponent: Frac) -> Frac:
        """A power: integer, rational or general (which needs a positive base)."""
        rational = exponent.rational
        if rational is None:
            return self._general_power(base, exponent)
        if rational.q == 1:
            if rational < 0:
                self.require(base.num, NONZERO)
            self._guard_integer_power(base, int(rational.p))
            return base ** int(rational.p)
        return self._rational_power(base, rational)

    def _guard_integer_power(self, base: Frac, exponent: int) -> None:
        value = base.rational
        if value is not None:
            bits = max(value.p.bit_length(), value.q.bit_length())
            if abs(exponent) * bits > MAX_INTEGER_BITS:
                raise LimitError(f"a number of more than {MAX_INTEGER_BITS} bits")

    def _general_power(self, base: Frac, exponent: Frac) -> Frac:
        if base.rational == 1:
            return base
        if self.facts.of_frac(base) != POSITIVE:
            if base.rational is not None:
                raise UnsupportedError("a symbolic power of a number that is not positive")
            # 0^y and (-1)^n may be defined as well: a positive base is sufficient.
            self.note(base.num * base.den, POSITIVE, sufficient=True)
        return self.exp(exponent * self.ln(base))

    def abs_root(self, value: Frac, q: int) -> Frac:
        """The q-th root of a value that is nonnegative where the root is taken."""
        return self._abs_fraction_power(value, fmpq(1, q))

    def _rational_power(self, base: Frac, c: fmpq) -> Frac:
        if base.is_zero:
            if c < 0:
                raise UndefinedTermError("zero to a negative power")
            return base
        self.require(base.num * base.den, POSITIVE if c < 0 else NONNEGATIVE)
        return self._abs_fraction_power(base, c)

    def _abs_fraction_power(self, base: Frac, c: fmpq) -> Frac:
        """|base| to a rational power."""
        if base.is_zero:
            return base
        result = self.field.one
        for poly, scale in ((base.num, c), (base.den, -c)):
            content, factors = poly.factor()
            for part, sign in ((abs(content).p, 1), (abs(content).q, -1)):
                if part.bit_length() > 128:
                    raise LimitError("the root of a number too long to factor")
                for prime, multiplicity in fmpz(part).factor():
                    number = self.field.ctx.constant(int(prime))
                    result = result * self._abs_power(number, scale * sign * multiplicity)
            for factor, multiplicity in factors:
                result = result * self._abs_power(factor, scale * multiplicity)
        return result

    # -- other functions -----------------------------------------------------------

    def function(self, name: str, arguments: tuple[Frac, ...], order: tuple[int, ...] = ()) -> Frac:
        """A function of which no more is known than its name, or one of its derivatives."""
        order = order or (0,) * len(arguments)
        key = (name, order, tuple(a.key for a in arguments))
        indices: frozenset[sp.Symbol] = frozenset().union(*(a.indices for a in arguments))
        return self.enter("function", (name, arguments, order), key, indices)

    def odd(self, make: Callable[[Frac], Frac], value: Frac) -> Frac:
        """An odd function of a value, with the sign taken out."""
        if value.is_zero:
            return self.field.zero
        flip = value.num.leading_coefficient() < 0
        return -make(-value) if flip else make(value)

    def sine(self, value: Frac) -> Frac:
        """sin, with sin² = 1 − cos² of the same argument as its relation."""

        def make(v: Frac) -> Frac:
            sine = self.function("sin", (v,))
            cosine = self.function("cos", (v,))
            for g in sine.generators:
                self.field.relations[g] = (2, (self.field.one - cosine * cosine).num)
            return sine

        return self.odd(make, value)

    def cosine(self, value: Frac) -> Frac:
        """cos, an even function."""
        if value.is_zero:
            return self.field.one
        flip = value.num.leading_coefficient() < 0
        return self.function("cos", (-value if flip else value,))

    # -- for people ----------------------------------------------------------------

    def show(self, poly: Poly) -> str:
        """A polynomial in words of the original terms, for messages."""
        return str(restore(self.field, self.of(poly)))


def _flip(sign: Sign, poly: Poly) -> Sign:
    return sign if poly.leading_coefficient() > 0 else frozenset(-s for s in sign)


def is_index_name(term: sp.Expr) -> bool:
    """Whether a term is an index or a size: a positive integer symbol."""
    return isinstance(term, sp.Symbol) and bool(term.is_integer and term.is_positive)


_DOMAIN_SIGNS: dict[Domain, Sign] = {
    Domain.REAL: ANY,
    Domain.INTEGER: ANY,
    Domain.POSITIVE: POSITIVE,
    Domain.NONNEGATIVE: NONNEGATIVE,
    Domain.UNIT: POSITIVE,
    Domain.PROBABILITY: POSITIVE,
    Domain.ONE_HOT: NONNEGATIVE,
    Domain.BINARY: NONNEGATIVE,
    Domain.SIGN: NONZERO,
}

_SIGN_WORDS: dict[Sign, str] = {
    POSITIVE: "positive",
    NONNEGATIVE: "nonnegative",
    NONZERO: "nonzero",
    NEGATIVE: "negative",
    frozenset((-1, 0)): "at most zero",
}

"""Exponentials, logarithms, roots and powers in normal form.

exp of a sum becomes a product of powers of independent exponentials, ln of a product a sum
of logarithms of irreducible polynomials, a root a product of roots. ln f always means ln |f|:
where the argument of a logarithm is positive, its logarithm is the sum of those of its
factors' absolute values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import sympy as sp
from flint import fmpq, fmpz

from derive.errors import LimitError, UnsupportedError
from derive.proof.balls import evaluate
from derive.proof.field import Frac, Generator, UndefinedTermError
from derive.proof.jets import ball, real_part
from derive.proof.marks import sign_with_marks
from derive.proof.polynomials import Poly
from derive.proof.quadratics import sign_of_quadratic
from derive.proof.radicals import sign_with_root
from derive.proof.region import SplitSign
from derive.proof.requirements import MAX_INTEGER_BITS, Requirements
from derive.proof.restore import restore_poly
from derive.proof.signs import ANY, NEGATIVE, NONNEGATIVE, NONZERO, POSITIVE, ZERO, Sign, plus
from derive.proof.valuation import NoValueError, Point
from derive.terms import Domain

MAX_POWER = 32
"""The highest power of e^{b/q} that e^{c b} is at first taken for."""

# The name of the function (−1)^k of a whole number; no other function can have it.
PARITY = "(-1)^"


class FinerGrain(Exception):
    """exp(b/q) was met for a new q: start again with exp(b/q) as the generator."""

    def __init__(self, basis: object, grain: fmpq) -> None:
        super().__init__()
        self.basis = basis
        self.grain = grain


class Powers(Requirements):
    """The constructors of exponentials, logarithms, roots and powers.

    `lemmas` gives values that are at least zero and may settle the sign of one at hand.
    """

    lemmas: Callable[[Frac], Iterable[Frac]] | None = None

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
        grain = self.grains.setdefault(basis.text, _grain_of(c))
        count = c * grain
        if count.q != 1:
            raise FinerGrain(basis.text, grain * count.q)
        scaled = basis if grain.q == 1 else basis * self.field.constant(grain.q)
        parts = (scaled, int(grain.p))
        key = (basis.key, parts[1], int(grain.q))
        generator = self.enter("exp", parts, key, basis.indices, POSITIVE)
        return generator ** int(count)

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
        if len(sign - ZERO) > 1:
            sign = self._by_lemmas(f, sign)
        if c.q == 1 and len(sign - ZERO) == 1:
            return (self.of(f) if 1 in sign else self.of(-f)) ** int(c.p)
        if not sign <= NONNEGATIVE:
            if sign <= frozenset((-1, 0)):
                return self._abs_power(-f, c)
            if self.is_bound(self.field.indices(f)):
                raise UnsupportedError("the sign of a term under a sum is open")
            raise SplitSign(f, sign)
        return self.root(f, int(c.q)) ** int(c.p)

    def _by_lemmas(self, f: Poly, sign: Sign) -> Sign:
        """The signs of a polynomial in sums by what is known of such, before cases are taken."""
        generators = self.field.generators
        lemmas = self.lemmas
        if lemmas is None or not any(generators[g].kind == "sum" for g in self.field.used(f)):
            return sign
        self.lemmas = None  # a lemma is not asked while one is made
        try:
            for fact in lemmas(self.of(f)):
                if self.facts.sign(fact.den) == POSITIVE and not fact.num.is_constant():
                    self.facts.add(fact.num, NONNEGATIVE)
        finally:
            self.lemmas = lemmas
        return self.facts.sign(f)

    def root(self, f: Poly, q: int) -> Frac:
        """The q-th root of a nonnegative irreducible polynomial or number."""
        used = self.field.used(f)
        if len(used) == 1 and len(f) == 1 and self.field.generators[used[0]].kind == "exp":
            basis, grain = self.field.generators[used[0]].parts
            return self.exp(basis * self.field.constant(fmpq(1, grain * q)))
        key = (self.field.key(f), q)
        indices = self.field.indices(f)
        root = self.enter("root", (f, q), key, indices, NONNEGATIVE, (q, f))
        if self.facts.sign(f) == POSITIVE and not root.num.is_constant() and root.den.is_constant():
            self.facts.add(root.num, POSITIVE)
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
        content, factors = self.field.factor(poly)
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
        return self.enter("ln", (f,), (self.field.key(f),), self.field.indices(f), sign)

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
            whole = self._whole_power(base, exponent)
            if whole is not None:
                return whole
            if base.rational is not None:
                raise UnsupportedError("a symbolic power of a number that is not positive")
            # 0^y and (-1)^n may be defined as well: a positive base is sufficient.
            self.note(base.num * base.den, POSITIVE, sufficient=True)
        return self.exp(exponent * self.ln(base))

    def _whole_power(self, base: Frac, exponent: Frac) -> Frac | None:
        """A power with a whole exponent, by the signs of both; None if they are not settled."""
        parity = self.parity(exponent)
        sign = ANY if parity is None else self.decide(base)
        if parity is None or len(sign) > 1:
            return None
        if sign == NEGATIVE:
            return parity * self.exp(exponent * self.ln(-base))
        if sign == POSITIVE:
            return self.exp(exponent * self.ln(base))
        of_exponent = self.decide(exponent)
        if of_exponent == NEGATIVE:
            raise UndefinedTermError("zero to a negative power")
        if len(of_exponent) > 1:
            return None
        return self.field.zero if of_exponent == POSITIVE else self.field.one

    def parity(self, exponent: Frac) -> Frac | None:
        """(−1)^k for a sum of whole multiples of indices and integers; None for others."""
        result = self.field.one
        if not exponent.den.is_constant():
            return None
        for powers, c in self.field.terms(exponent.num):
            if c.q != 1 or sum(e for _, e in powers) > 1:
                return None
            factor = -self.field.one
            if powers:
                generator = self.field.generators[powers[0][0]]
                if generator.kind != "atom" or not self._is_whole(generator.parts[0]):
                    return None
                factor = self._parity_of_atom(self.field.frac(powers[0][0]))
            if int(c.p) % 2:
                result = result * factor
        return result

    def _is_whole(self, term: sp.Expr) -> bool:
        return bool(term.is_integer) or self.domain_of(term) is Domain.INTEGER

    def _parity_of_atom(self, atom: Frac) -> Frac:
        parts = (PARITY, (atom,), (0,))
        key = (PARITY, (0,), (atom.key,))
        one = self.field.ctx.constant(1)
        return self.enter("function", parts, key, atom.indices, NONZERO, (2, one))

    def monotone(self, poly: Poly) -> Sign:
        """The sign of e^u − e^v is that of u − v, and that of ln f is that of f − 1."""
        terms = list(self.field.terms(poly))
        if self._is_number(poly):
            return self._sign_of_number(poly)
        if len(terms) == 1:
            return self._sign_of_log(terms[0][0])
        by_squares = sign_with_root(self.facts, poly)
        if len(by_squares) < 3:
            return by_squares
        by_cases = sign_with_marks(self.facts, poly)
        if len(by_cases) < 3:
            return by_cases
        if terms[0][0] and len(quadratic := sign_of_quadratic(self.field, poly)) < 3:
            return quadratic
        if len(terms) != 2 or terms[0][1] * terms[1][1] > 0:
            return ANY
        kinds = {self.field.generators[g].kind for powers, _ in terms for g, _ in powers}
        if kinds != {"exp"}:
            return ANY
        (up, a), (down, b) = sorted(terms, key=lambda term: term[1], reverse=True)
        exponent = self._exponent(up) - self._exponent(down)
        return plus(self.facts.of_frac(exponent), _sign_of_rational(abs(a) / abs(b) - 1))

    def _is_number(self, poly: Poly) -> bool:
        """Whether it is made of constants such as ln 2, π, √3 and sin 1."""
        return all(map(self._is_numeric, self.field.used(poly)))

    def _is_numeric(self, g: int) -> bool:
        """Whether a generator is made of numbers throughout."""
        generator = self.field.generators[g]
        match generator.kind:
            case "constant":
                return True
            case "exp":
                inside = generator.parts[0].generators
            case "ln" | "root":
                inside = self.field.used(generator.parts[0])
            case "function":
                inside = [h for part in generator.parts[1] for h in part.generators]
            case _:
                return False
        return all(map(self._is_numeric, inside))

    def _sign_of_number(self, poly: Poly) -> Sign:
        """The sign of a number by a ball around it; a ball that holds zero tells nothing."""
        term = restore_poly(self.field, poly)
        for bits in (128, 1000):
            try:
                value = ball(real_part(evaluate(term, self.context, Point(), bits)))
            except (NoValueError, UnsupportedError):
                # A root of a negative number, in a case that never is; f(1) of an unknown f.
                return ANY
            if not value.contains(0):
                return POSITIVE if value > 0 else NEGATIVE
        return ANY

    def _sign_of_log(self, powers: tuple[tuple[int, int], ...]) -> Sign:
        if len(powers) != 1 or powers[0][1] != 1:
            return ANY
        generator = self.field.generators[powers[0][0]]
        if generator.kind != "ln" or self.facts.sign(generator.parts[0]) != POSITIVE:
            return ANY
        return self.facts.sign(generator.parts[0] - 1)

    def _exponent(self, powers: tuple[tuple[int, int], ...]) -> Frac:
        """The logarithm of a product of exponentials."""
        total = self.field.zero
        for g, e in powers:
            basis, grain = self.field.generators[g].parts
            total = total + basis * self.field.constant(fmpq(e, grain))
        return total

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
            content, factors = self.field.factor(poly)
            for part, sign in ((abs(content).p, 1), (abs(content).q, -1)):
                if part.bit_length() > 128:
                    raise LimitError("the root of a number too long to factor")
                for prime, multiplicity in fmpz(part).factor():
                    number = self.field.ctx.constant(int(prime))
                    result = result * self._abs_power(number, scale * sign * multiplicity)
            if len(factors) > 1:
                # By name: a replay numbers its generators in another order.
                factors = sorted(factors, key=lambda f: self.show(f[0]))
            for factor, multiplicity in factors:
                result = result * self._abs_power(factor, scale * multiplicity)
        return result


def _grain_of(c: fmpq) -> fmpq:
    """The grain in which e^{c b} is a low power of the generator: of e^{0.044715 b} the first."""
    return fmpq(c.q) if abs(c.p) <= MAX_POWER else 1 / abs(c)


def _sign_of_rational(value: fmpq) -> Sign:
    return POSITIVE if value > 0 else NEGATIVE if value < 0 else ZERO

"""Limits of normal forms: how a value behaves as its variable runs towards an end.

Near the end everything is written in t → ∞ (x = t, −t, a + 1/t or a − 1/t) as a sum of terms
C · e^{p(t)} t^a (ln t)^b, largest first. A term that is not exact stands for itself times
1 + o(1); where such terms cancel, no limit is given rather than a guess.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key

from flint import fmpq

from derive.proof.curves import Curve
from derive.proof.field import Frac
from derive.proof.polynomials import Poly

MAX_TERMS = 12


class NoLimitError(Exception):
    """The behaviour towards the end is not known."""


@dataclass(frozen=True)
class Scale:
    """e^{Σ c t^k} t^power (ln t)^logs, with positive k in descending order."""

    exponent: tuple[tuple[Fraction, Fraction], ...] = ()
    power: Fraction = Fraction(0)
    logs: Fraction = Fraction(0)

    def __mul__(self, other: Scale) -> Scale:
        total: dict[Fraction, Fraction] = dict(self.exponent)
        for k, c in other.exponent:
            total[k] = total.get(k, Fraction(0)) + c
        exponent = tuple(sorted(((k, c) for k, c in total.items() if c), reverse=True))
        return Scale(exponent, self.power + other.power, self.logs + other.logs)

    def __pow__(self, n: Fraction) -> Scale:
        exponent = tuple((k, c * n) for k, c in self.exponent if c * n)
        return Scale(exponent, self.power * n, self.logs * n)

    @property
    def trend(self) -> int:
        """1 if it grows beyond every bound, -1 if it vanishes, 0 if it is one."""
        first = self.exponent[0][1] if self.exponent else self.power or self.logs
        return (first > 0) - (first < 0)


@dataclass(frozen=True)
class Term:
    """A constant times a scale; not exact: times 1 + o(1); no constant: o(scale)."""

    scale: Scale
    constant: Frac | None
    exact: bool = True


Expansion = list[Term]
ONE = Scale()


class Asymptotics:
    """Expansions of values of one curve towards one end."""

    def __init__(self, curve: Curve, end: Frac | None, from_below: bool) -> None:
        self.curve = curve
        self.field = curve.algebra.field
        self.end = end
        # From below also means towards +∞.
        self.from_below = from_below
        self.memo: dict[int, Expansion] = {}

    def tends_to(self, value: Frac) -> tuple[int, Frac]:
        """(0, the limit), or (±1, sign constant) if it is infinite. Raises `NoLimitError`."""
        below = self._leading(self._poly(value.den))
        terms = [
            Term(t.scale * below.scale ** Fraction(-1), self._over(t.constant, below.constant),
                 t.exact and below.exact)
            for t in self._poly(value.num)
        ]  # fmt: skip
        total = self.field.zero
        for term in self._merged(terms):
            if term.scale.trend > 0:
                if term.constant is None:
                    raise NoLimitError("terms that may cancel")
                return 1, term.constant
            if term.scale.trend == 0 and term.constant is not None:
                total = total + term.constant
        return 0, total

    def _over(self, top: Frac | None, below: Frac | None) -> Frac | None:
        return None if top is None or below is None else top / below

    # -- expansions ---------------------------------------------------------------------

    def _leading(self, terms: Expansion) -> Term:
        if not terms or terms[0].constant is None:
            raise NoLimitError("the leading term is not known")
        return terms[0]

    def _merged(self, terms: Iterable[Term]) -> Expansion:
        """Terms of one scale added up, the largest first."""
        groups: dict[Scale, list[Term]] = {}
        for term in terms:
            groups.setdefault(term.scale, []).append(term)
        result = []
        for scale in sorted(groups, key=cmp_to_key(_larger_first)):
            total = self.field.zero
            for term in groups[scale]:
                total = total if term.constant is None else total + term.constant
            exact = all(t.exact for t in groups[scale])
            if not total.is_zero and 0 in self.curve.fixed_sign(total):
                raise NoLimitError("a coefficient that may be zero")
            if not (total.is_zero and exact):
                result.append(Term(scale, None if total.is_zero else total, exact))
        if len(result) > MAX_TERMS:
            raise NoLimitError("too many terms")
        return result

    def _product(self, a: Expansion, b: Expansion) -> Expansion:
        return self._merged(
            Term(
                s.scale * t.scale,
                None if s.constant is None or t.constant is None else s.constant * t.constant,
                s.exact and t.exact,
            )
            for s in a
            for t in b
        )

    def _poly(self, poly: Poly) -> Expansion:
        total: Expansion = []
        for powers, coefficient in self.field.terms(poly):
            product = [Term(ONE, self.field.constant(coefficient))]
            for g, e in powers:
                for _ in range(e):
                    product = self._product(product, self._generator(g))
            total += product
        return self._merged(total)

    def _frac(self, value: Frac) -> Expansion:
        if value.den.is_constant():
            return self._poly(value.num)
        below = self._poly(value.den)
        lead = self._leading(below)
        if len(below) > 1 or not lead.exact:
            lead = Term(lead.scale, lead.constant, False)
        assert lead.constant is not None
        inverse = Term(lead.scale ** Fraction(-1), self.field.one / lead.constant, lead.exact)
        return self._product(self._poly(value.num), [inverse])

    def _generator(self, g: int) -> Expansion:
        if g not in self.memo:
            self.memo[g] = self._expand(g)
        return self.memo[g]

    def _expand(self, g: int) -> Expansion:
        generator = self.field.generators[g]
        if not self.curve.moves(g):
            return [Term(ONE, self.field.frac(g))]
        parts = generator.parts
        match generator.kind:
            case "atom":
                return self._variable()
            case "exp":
                scale = [Term(ONE, self.field.constant(fmpq(1, parts[1])))]
                return self._exp(self._product(self._frac(parts[0]), scale))
            case "ln":
                return self._ln(self._poly(parts[0]))
            case "root":
                return self._root(self._poly(parts[0]), parts[1])
            case "function" if parts[0] in ("erf", "atan"):
                return self._sigmoidal(parts[0], self._frac(parts[1][0]))
        raise NoLimitError(f"a {generator.kind} towards the end")

    def _variable(self) -> Expansion:
        one = self.field.one
        side = one if self.end is None or not self.from_below else -one
        if self.end is None:
            return [Term(Scale(power=Fraction(1)), one if self.from_below else -one)]
        near = Term(Scale(power=Fraction(-1)), side)
        return [near] if self.end.is_zero else [Term(ONE, self.end), near]

    def _split(self, terms: Expansion) -> tuple[Expansion, Term | None, Expansion]:
        """What grows, the constant part, and what vanishes."""
        constant = next((t for t in terms if t.scale.trend == 0), None)
        grows = [t for t in terms if t.scale.trend > 0]
        return grows, constant, [t for t in terms if t.scale.trend < 0]

    def _exp(self, terms: Expansion) -> Expansion:
        grows, constant, vanishes = self._split(terms)
        scale = ONE
        for term in grows:
            scale = scale * self._exponential(term)
        factor = self.field.one
        exact = True
        if constant is not None:
            exact = constant.exact
            if constant.constant is not None:
                factor = self.curve.algebra.exp(constant.constant)
        result = [Term(scale, factor, exact)]
        if vanishes and exact:
            small = vanishes[0]
            c = None if small.constant is None else factor * small.constant
            result.append(Term(scale * small.scale, c, False))
        return result

    def _exponential(self, term: Term) -> Scale:
        """e to the power of a term that grows: e^{c t^k}, or t^c for c ln t."""
        c = None if term.constant is None else term.constant.rational
        if c is None or not term.exact or term.scale.exponent:
            raise NoLimitError("an exponent that grows too fast, or not exactly so")
        ratio = Fraction(int(c.p), int(c.q))
        if term.scale.power > 0 and term.scale.logs == 0:
            return Scale(((term.scale.power, ratio),))
        if term.scale.power == 0 and term.scale.logs == 1:
            return Scale(power=ratio)
        raise NoLimitError("an exponent of mixed growth")

    def _excess(self, terms: Expansion) -> Expansion:
        """The leading term of what remains after division by the leading term, less one."""
        lead, rest = self._leading(terms), terms[1:]
        assert lead.constant is not None
        if not lead.exact:
            return [Term(ONE, None, False)]
        if not rest:
            return []
        c = None if rest[0].constant is None else rest[0].constant / lead.constant
        return [Term(rest[0].scale * lead.scale ** Fraction(-1), c, False)]

    def _ln(self, terms: Expansion) -> Expansion:
        lead = self._leading(terms)
        if lead.scale.logs or lead.constant is None:
            raise NoLimitError("a logarithm of a logarithm")
        constant = self.field.constant
        result = [
            Term(Scale(power=k), constant(fmpq(c.numerator, c.denominator)))
            for k, c in lead.scale.exponent
        ]
        if lead.scale.power:
            a = lead.scale.power
            result.append(Term(Scale(logs=Fraction(1)), constant(fmpq(a.numerator, a.denominator))))
        result.append(Term(ONE, self.curve.algebra.ln_abs(lead.constant)))
        return self._merged([*result, *self._excess(terms)])

    def _root(self, terms: Expansion, q: int) -> Expansion:
        lead = self._leading(terms)
        assert lead.constant is not None
        power = Fraction(1, q)
        value = self.curve.algebra.abs_root(lead.constant, q)
        result = [Term(lead.scale**power, value, lead.exact)]
        for small in self._excess(terms) if lead.exact else ():
            c = None
            if small.constant is not None:
                c = value * small.constant * self.field.constant(fmpq(1, q))
            result.append(Term(lead.scale**power * small.scale, c, False))
        return result

    def _sigmoidal(self, name: str, terms: Expansion) -> Expansion:
        """erf and atan, with what is missing to their limits."""
        algebra = self.curve.algebra
        lead = self._leading(terms)
        assert lead.constant is not None
        if lead.scale.trend == 0:
            value = algebra.applied(name, (lead.constant,))
            return [Term(ONE, value, lead.exact and len(terms) == 1)]
        root_pi = algebra.power(algebra.pi, self.field.constant(fmpq(1, 2)))
        two = self.field.constant(2)
        if lead.scale.trend < 0:
            slope = two / root_pi if name == "erf" else self.field.one
            return [Term(lead.scale, lead.constant * slope, False)]
        sign = self.curve.fixed_sign(lead.constant)
        if sign not in (frozenset((1,)), frozenset((-1,))):
            raise NoLimitError("a direction that is not known")
        side = self.field.one if 1 in sign else -self.field.one
        inverse = Term(lead.scale ** Fraction(-1), -self.field.one / lead.constant, False)
        if name == "atan":
            return [Term(ONE, side * algebra.pi / two), inverse]
        if len(terms) > 1 or not lead.exact:
            return [Term(ONE, side), Term(ONE, None, False)]
        square = [Term(lead.scale * lead.scale, -lead.constant * lead.constant)]
        (decay,) = self._exp(square)
        missing = self._product([decay], [inverse])
        rescaled = self._product(missing, [Term(ONE, self.field.one / root_pi)])
        return self._merged([Term(ONE, side), *rescaled])


def _larger_first(a: Scale, b: Scale) -> int:
    return (b * a ** Fraction(-1)).trend

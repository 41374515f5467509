"""The ground of the constructors: generators, and what the terms built so far need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import reduce
from itertools import count

import sympy as sp
from flint import fmpq

from derive.errors import LimitError, UnsupportedError
from derive.proof.field import Field, Frac, Generator, UndefinedTermError
from derive.proof.polynomials import Poly
from derive.proof.region import Condition, Region, SplitSign
from derive.proof.restore import restore
from derive.proof.signs import ANY, NEGATIVE, NONNEGATIVE, NONZERO, POSITIVE, ZERO, Sign
from derive.terms import Context, Domain

MAX_INTEGER_BITS = 20_000


class Requirements:
    """Generators and conditions over one field, in one region.

    `conditions` collects what the terms built so far need to be defined; `bound` are the
    bound indices in scope with the sizes of their ranges. While `supplied` is set, the context
    vouches for what is noted; while `guarded` is set, a case under a sum may not need it; while
    `operand` is set, it is the operand of a derivative that does.
    """

    def __init__(
        self,
        field: Field,
        region: Region,
        grains: dict[object, fmpq],
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
        self.facts.oracle = self.monotone
        self.conditions: list[Condition] = []
        self.bound: dict[sp.Symbol, Frac] = {}
        self.supplied = False
        self.guarded = False
        self.operand = False

    # -- generators ---------------------------------------------------------------

    def enter(
        self,
        kind: str,
        parts: tuple[object, ...],
        key: tuple[object, ...],
        indices: frozenset[sp.Symbol] = frozenset(),
        sign: Sign = ANY,
        relation: tuple[int, Poly | None] | None = None,
    ) -> Frac:
        """The generator as an element, or what a rule of the region puts in its place.

        `relation` is a power of the generator and what it equals (None: the generator).
        """
        number = self.field.numbers.get((kind, key))
        if number is None:
            number = self.field.number(Generator(kind, key, parts, indices, sign))
        if relation is not None:
            power, equals = relation
            self.field.relations[number] = (
                power,
                self.field.gens[number] if equals is None else equals,
            )
        return self.region.rules.get(number) or self.field.frac(number)

    @property
    def pi(self) -> Frac:
        """The number π."""
        return self.enter("constant", (sp.pi,), ("pi",), sign=POSITIVE)

    def fresh_index(self, high: Frac, avoid: frozenset[sp.Symbol] = frozenset()) -> sp.Symbol:
        """An index to be bound up to a size: none that is in scope, nor one of `avoid`.

        Within one reading the next sum over this range gets the same name: what its members
        need has been noted for the whole range, and what is known of them holds all along it.
        """
        key = (high.key, self.guarded)
        for place in count(1):
            name = self.field.bound_name("k", key, place)
            if name not in self.bound and name not in avoid:
                return name
        raise AssertionError("places do not run out")

    def rational(self, value: int | fmpq) -> Frac:
        """A rational number, if it is not of absurd size."""
        value = fmpq(value)
        if value.p.bit_length() + value.q.bit_length() > MAX_INTEGER_BITS:
            raise LimitError(f"a number of more than {MAX_INTEGER_BITS} bits")
        return self.field.constant(value)

    def monotone(self, poly: Poly) -> Sign:
        """What a polynomial's generators say of its sign beyond its terms; see `Powers`."""
        return ANY

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
        _, factors = self.field.factor(poly)
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
        if not loose and sign == NONNEGATIVE:
            self._split_zero([factor for factor, _ in factors])
        if loose:
            product = reduce(lambda a, b: a * b, loose)
            rest = self.facts.sign(divmod(poly, product)[0]) - ZERO
            wanted = sign if rest == POSITIVE else frozenset(-s for s in sign)
            self.note(product, wanted, sufficient)

    def _split_zero(self, factors: list[Poly]) -> None:
        """A product that is at most zero is nonnegative only where a factor vanishes."""
        for factor in factors:
            known = self.facts.of_irreducible(factor)
            if 0 in known and len(known) > 1:
                if self.is_bound(self.field.indices(factor)):
                    raise UnsupportedError("the sign of a term under a sum is open")
                raise SplitSign(factor, known)

    def note(self, poly: Poly, sign: Sign, sufficient: bool = False) -> None:
        """Note a condition of definedness, and use it as a fact from here on."""
        poly = self.radicand(poly)
        now = self.facts.sign(poly)
        if now <= sign:
            return
        if not now & sign:
            if sufficient or self.guarded:
                raise UnsupportedError("a sufficient condition fails, and no other is known")
            raise UndefinedTermError(
                f"{self.show(poly)} cannot have the sign it needs", (poly, sign)
            )
        used = self.field.indices(poly)
        bound = tuple((k, size) for k, size in self.bound.items() if k in used)
        stated = sufficient or self.guarded
        self.conditions.append(Condition(poly, sign, bound, self.supplied, self.operand, stated))
        # A condition on a bound index holds all along its range, so in the body it is a fact.
        if len(self.field.factor(poly)[1]) == 1:
            self.facts.add(poly / poly.leading_coefficient(), _flip(sign, poly))

    def radicand(self, poly: Poly) -> Poly:
        """What stands under a root, which is zero or positive together with the root."""
        used = self.field.used(poly)
        if len(used) == 1 and poly == self.field.gens[used[0]]:
            generator = self.field.generators[used[0]]
            if generator.kind == "root":
                return generator.parts[0]
        return poly

    def decide(self, value: Frac) -> Sign:
        """The sign of a value; asks for a case distinction where it is open.

        For a value that depends on a bound index, the set of possible signs is returned.
        """
        sign = self.facts.of_frac(value)
        if len(sign) == 1:
            return sign
        factors = [*self.field.factor(value.num)[1], *self.field.factor(value.den)[1]]
        loose = [
            factor
            for factor, _ in factors
            if len(self.facts.of_irreducible(factor)) > 1
            and not self.is_bound(self.field.indices(factor))
        ]
        if loose:
            # By name, not by number: a replay numbers its generators in another order.
            first = min(loose, key=self.show) if len(loose) > 1 else loose[0]
            raise SplitSign(first, self.facts.of_irreducible(first))
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

    def of(self, poly: Poly) -> Frac:
        """A polynomial as an element of the field."""
        return Frac(self.field, poly, self.field.ctx.constant(1))

    # -- for people ----------------------------------------------------------------

    def show(self, poly: Poly) -> str:
        """A polynomial in words of the original terms, for messages."""
        return str(restore(self.field, self.of(poly)))


def _flip(sign: Sign, poly: Poly) -> Sign:
    return sign if poly.leading_coefficient() > 0 else frozenset(-s for s in sign)


_SIGN_WORDS: dict[Sign, str] = {
    POSITIVE: "positive",
    NONNEGATIVE: "nonnegative",
    NONZERO: "nonzero",
    NEGATIVE: "negative",
    frozenset((-1, 0)): "at most zero",
}

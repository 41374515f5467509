"""Values of terms in ball arithmetic: rigorous, at any precision, by direct evaluation.

Nothing here knows of normal forms or rules: a term is evaluated node by node at a point.
Where a term has no value (a logarithm of a negative number, a kink under a derivative), or
balls are too wide to tell which case applies, `NoValueError` is raised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from itertools import product

import sympy as sp
from flint import arb, ctx, fmpq
from sympy.core.function import AppliedUndef

from derive.errors import LimitError, UnsupportedError
from derive.proof import jets
from derive.proof.jets import Jet, Number, add, depth, mul, real_part
from derive.proof.rates import Rates
from derive.proof.valuation import NoValueError, Point
from derive.terms import (
    At,
    Context,
    Decimal,
    NamedFunction,
    Partial,
    shape_of,
)

MAX_RANGE = 2000
MAX_BREADTH = 20_000


class Evaluator(Rates):
    """Evaluates terms at one point, under one context."""

    def __call__(self, term: sp.Expr) -> Number:
        if self.held and term.args and type(term) is not sp.Indexed and term in self.held:
            self.hits.add(term)
            return self.held[term]
        method = _METHODS.get(type(term))
        if method is not None:
            return method(self, term)
        for kind in type(term).__mro__:
            if kind in _METHODS:
                return _METHODS[kind](self, term)
        raise UnsupportedError(f"no value of {type(term).__name__} is known: {term}")

    # -- numbers and atoms --------------------------------------------------------------

    def _rational(self, term: sp.Rational) -> Number:
        return fmpq(int(term.p), int(term.q))

    def _decimal(self, term: Decimal) -> Number:
        return self._rational(term.value)

    def _float(self, term: sp.Float) -> Number:
        return self._rational(sp.Rational(str(term)))

    def _pi(self, term: sp.Expr) -> Number:
        return arb.pi()

    def _e(self, term: sp.Expr) -> Number:
        return arb(1).exp()

    def _symbol(self, term: sp.Symbol) -> Number:
        if self.held and (term.name, ()) in self.held:
            return self.held[term.name, ()]
        if term in self.integers:
            return fmpq(self.integers[term])
        if term in self.scalars:
            return self.scalars[term]
        definition = self.context.definition_of(term)
        if definition is not None:
            return self.defined((term.name, ()), definition)
        raise UnsupportedError(f"the point gives no value to {term}")

    def _indexed(self, term: sp.Indexed) -> Number:
        base, *places = term.args
        indices = tuple([self.integer(i) for i in places])
        if not (self.held or self.arrays):
            found = self.point.by_name.get((base.args[0].name, indices))
            if found is not None:
                return found
        return self.member(base, indices)

    def _named(self, term: sp.Expr) -> Number:
        return self.once(term, self._applied)

    def _applied(self, term: sp.Expr) -> Number:
        if any(type(h) is type(term) for h in self.held if not isinstance(h, tuple)):
            raise UnsupportedError(f"a derivative by {type(term).__name__} of one of its arguments")
        definition = self.context.definition_of(term)
        if definition is None:
            return self._extremum_of_members(term)
        arguments: list[object] = []
        for formal, actual in zip(definition.params, term.args, strict=True):
            if isinstance(formal, sp.IndexedBase):
                arguments.append(self.array(actual))
            elif formal.is_integer and formal.is_positive:
                arguments.append(self.integer(actual))
            elif isinstance(formal, sp.Symbol):
                arguments.append(self(actual))
            else:
                arguments.append(None)
        outermost = not (self.nesting or self.arrays) and self.scalars is self.outermost
        # An index that is called by its own name may be bound here: it is handed over.
        same = (
            formal
            for formal, actual in zip(definition.params, term.args, strict=True)
            if formal == actual and not (isinstance(formal, sp.Symbol) and formal.is_integer)
        )
        return self._unfold(definition, tuple(arguments), frozenset(same if outermost else ()))

    def _extremum_of_members(self, term: sp.Expr) -> Number:
        """max and min over the members of a family; other functions need a definition."""
        name = type(term).__name__
        if name not in ("max", "min") or len(term.args) != 1 or not shape_of(term.args[0]):
            raise UnsupportedError(f"{name} is a function without a definition")
        members = self.array(term.args[0])
        ranges = [range(1, size + 1) for size in members.shape]
        return self._extreme([members.at(i) for i in product(*ranges)], 1 if name == "max" else -1)

    # -- arithmetic and functions -------------------------------------------------------

    def _add(self, term: sp.Add) -> Number:
        return reduce(add, map(self, term.args))

    def _mul(self, term: sp.Mul) -> Number:
        return reduce(mul, map(self, term.args))

    def _pow(self, term: sp.Pow) -> Number:
        base, exponent = term.args
        if base is sp.S.Exp1:
            return jets.exp(self(exponent))
        power = self(exponent)
        plain = real_part(power)
        if not isinstance(power, Jet) and isinstance(plain, fmpq) and plain.q == 1:
            return self._integer_power(self(base), int(plain.p))
        value = self(base)
        if not isinstance(power, Jet) and isinstance(plain, fmpq) and plain == fmpq(1, 2):
            self._sign(value, positive_or_zero=True)
            return self._finite(jets.sqrt(value))
        if real_part(value) == 0 and not isinstance(value, Jet) and self._sign(power) > 0:
            return fmpq(0)
        if self._sign(value) <= 0:
            raise NoValueError("a power of a number that is not positive")
        return jets.exp(mul(power, jets.log(value)))

    def _integer_power(self, value: Number, n: int) -> Number:
        plain = real_part(value)
        if (
            isinstance(plain, fmpq)
            and abs(n) * (plain.p.bit_length() + plain.q.bit_length()) > 100_000
        ):
            raise LimitError("a number too long to write")
        if n < 0:
            return self.divide(fmpq(1), jets.power(value, -n))
        return jets.power(value, n)

    def divide(self, a: Number, b: Number) -> Number:
        """A quotient; a divisor that may be zero has none."""
        if self._sign(b) == 0:
            raise NoValueError("a division by zero")
        return mul(a, jets.reciprocal(b))

    def _finite(self, value: Number) -> Number:
        plain = real_part(value)
        if isinstance(plain, arb) and not plain.is_finite():
            raise NoValueError("no finite value", settled=False)
        return value

    def _log(self, term: sp.Expr) -> Number:
        values = [self(a) for a in term.args]
        for v in values:
            if self._sign(v) <= 0:
                raise NoValueError("the logarithm of a number that is not positive")
        logs = [jets.log(v) for v in values]
        return logs[0] if len(logs) == 1 else self.divide(logs[0], logs[1])

    def _elementary(self, term: sp.Expr) -> Number:
        return self._finite(_ELEMENTARY[type(term)](self(term.args[0])))

    def _factorial(self, term: sp.Expr) -> Number:
        value = self.integer(term.args[0])
        if not 0 <= value <= 1000:
            raise LimitError("a factorial out of reach")
        return fmpq(int(sp.ff(value, value)))

    def _binomial(self, term: sp.Expr) -> Number:
        top, bottom = (self.integer(a) for a in term.args)
        if not 0 <= top <= 1000:
            raise LimitError("a binomial out of reach")
        return fmpq(int(sp.binomial(top, bottom)))

    # -- cases --------------------------------------------------------------------------

    def _sign(self, value: Number, positive_or_zero: bool = False) -> int:
        """The sign of a value; exact zeros count, unsettled balls raise."""
        plain = real_part(value)
        if isinstance(plain, fmpq):
            sign = (plain > 0) - (plain < 0)
        elif plain > 0 or plain < 0:
            sign = 1 if plain > 0 else -1
        elif plain == 0:
            sign = 0
        else:
            raise NoValueError("a ball that does not tell its sign", settled=False)
        if positive_or_zero and sign < 0:
            raise NoValueError("the root of a negative number")
        return sign

    def _branch(self, value: Number) -> int:
        """The sign that chooses a case; a rate has none where cases meet."""
        sign = self._sign(value)
        if sign == 0 and depth(value):
            raise NoValueError("a kink")
        return sign

    def _abs(self, term: sp.Expr) -> Number:
        value = self(term.args[0])
        return value if self._branch(value) >= 0 else -value

    def _signum(self, term: sp.Expr) -> Number:
        return fmpq(self._branch(self(term.args[0])))

    def _extremum(self, term: sp.Expr) -> Number:
        return self._extreme([self(a) for a in term.args], 1 if isinstance(term, sp.Max) else -1)

    def _extreme(self, values: list[Number], wanted: int) -> Number:
        best, *others = values
        for other in others:
            if self._branch(add(other, -best)) == wanted:
                best = other
        return best

    def _delta(self, term: sp.Expr) -> Number:
        return fmpq(self.integer(term.args[0]) == self.integer(term.args[1]))

    def _piecewise(self, term: sp.Piecewise) -> Number:
        for value, condition in term.args:
            if self.holds(condition):
                return self(value)
        raise NoValueError("no case applies")

    def holds(self, condition: sp.Basic) -> bool:
        """Whether a condition is true at the point."""
        if condition in (sp.true, sp.false):
            return bool(condition)
        if isinstance(condition, sp.And):
            return all(self.holds(c) for c in condition.args)
        if isinstance(condition, sp.Or):
            return any(self.holds(c) for c in condition.args)
        if isinstance(condition, sp.ITE):
            test, then, other = condition.args
            return self.holds(then if self.holds(test) else other)
        if isinstance(condition, sp.Not):
            return not self.holds(condition.args[0])
        if type(condition) not in _TESTS:
            raise UnsupportedError(f"a condition that is not a comparison: {condition}")
        left, right = (self(a) for a in condition.args)
        return _TESTS[type(condition)](self._branch(add(left, -right)))

    # -- binders ------------------------------------------------------------------------

    def _sum(self, term: sp.Sum) -> Number:
        return self._fold(term, fmpq(0), add)

    def _product(self, term: sp.Product) -> Number:
        return self._fold(term, fmpq(1), mul)

    def _fold(
        self, term: sp.Expr, start: Number, join: Callable[[Number, Number], Number]
    ) -> Number:
        def over(limits: tuple[sp.Tuple, ...]) -> Number:
            if not limits:
                return self(term.function)
            k, low, high = limits[-1]
            first, last = self.integer(low), self.integer(high)
            if last - first > MAX_RANGE:
                raise LimitError(f"a range of more than {MAX_RANGE} terms")
            total, before, broad = start, self.integers, self.breadth
            # Sums within sums are as many as their ranges multiplied.
            broader = broad * max(last - first, 1)
            if broader > MAX_BREADTH:
                raise LimitError(f"sums within sums of more than {MAX_BREADTH} terms")
            self.integers, self.breadth = dict(before), broader
            inside = self.integers
            try:
                for number in range(first, last + 1):
                    inside[k] = number
                    total = join(total, over(limits[:-1]))
            finally:
                self.integers, self.breadth = before, broad
            return total

        return over(tuple(term.limits))


_ELEMENTARY: dict[type, Callable[[Number], Number]] = {
    sp.exp: jets.exp,
    sp.sin: jets.sin,
    sp.cos: jets.cos,
    sp.tan: lambda x: mul(jets.sin(x), jets.reciprocal(jets.cos(x))),
    sp.tanh: jets.tanh,
    sp.sinh: jets.sinh,
    sp.cosh: jets.cosh,
    sp.coth: lambda x: mul(jets.cosh(x), jets.reciprocal(jets.sinh(x))),
    sp.atan: jets.atan,
    sp.erf: jets.erf,
    sp.erfc: lambda x: add(fmpq(1), -jets.erf(x)),
}

_TESTS: dict[type, Callable[[int], bool]] = {
    sp.StrictGreaterThan: lambda s: s > 0,
    sp.GreaterThan: lambda s: s >= 0,
    sp.StrictLessThan: lambda s: s < 0,
    sp.LessThan: lambda s: s <= 0,
    sp.Equality: lambda s: s == 0,
    sp.Unequality: lambda s: s != 0,
}

_METHODS: dict[type, Callable[..., Number]] = {
    sp.Rational: Evaluator._rational,
    sp.Float: Evaluator._float,
    Decimal: Evaluator._decimal,
    type(sp.pi): Evaluator._pi,
    type(sp.E): Evaluator._e,
    sp.Symbol: Evaluator._symbol,
    sp.Indexed: Evaluator._indexed,
    sp.Add: Evaluator._add,
    sp.Mul: Evaluator._mul,
    sp.Pow: Evaluator._pow,
    sp.log: Evaluator._log,
    **dict.fromkeys(_ELEMENTARY, Evaluator._elementary),
    sp.factorial: Evaluator._factorial,
    sp.binomial: Evaluator._binomial,
    NamedFunction: Evaluator._named,
    AppliedUndef: Evaluator._named,
    sp.Abs: Evaluator._abs,
    sp.sign: Evaluator._signum,
    sp.Max: Evaluator._extremum,
    sp.Min: Evaluator._extremum,
    sp.KroneckerDelta: Evaluator._delta,
    sp.Piecewise: Evaluator._piecewise,
    sp.Sum: Evaluator._sum,
    sp.Product: Evaluator._product,
    Partial: Evaluator._partial,
    At: Evaluator._at,
}


def evaluate(term: sp.Expr, context: Context, point: Point, bits: int) -> Number:
    """The value of a term at a point, with balls of this many bits."""
    return evaluate_all((term,), context, point, bits)[0]


def evaluate_all(
    terms: Iterable[sp.Expr], context: Context, point: Point, bits: int
) -> list[Number]:
    """The values of terms at a point; what they have in common is evaluated once."""
    before = ctx.prec
    ctx.prec = bits
    try:
        value = Evaluator(context, point)
        return [value.alone(term) for term in terms]
    finally:
        ctx.prec = before

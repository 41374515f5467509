"""From terms to normal forms: one method for each kind of node."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from flint import fmpq
from sympy.core.function import AppliedUndef

from derive.errors import LimitError, UnsupportedError
from derive.proof.algebra import is_index_name
from derive.proof.field import Frac, UndefinedTermError
from derive.proof.folding import Folding
from derive.proof.signs import NEGATIVE, NONZERO, POSITIVE, ZERO
from derive.proof.written import note_written_sign
from derive.terms import (
    At,
    Decimal,
    NamedFunction,
    Partial,
    Vec,
    canonical,
    free,
    index,
    member,
)

MAX_FACTORIAL = 1000
MAX_NUMBERS = 2000
# Names of functions whose slopes are known.
_TAKEN = frozenset({"sin", "cos", "atan", "erf"})
_HYPERBOLIC = (sp.sinh, sp.cosh, sp.tanh, sp.coth)


class Normalizer(Folding):
    """The normal forms of terms in one region under one context.

    Raises `Split` where cases have to be distinguished, `UndefinedTermError` where a term has
    no value anywhere in the region, `UnsupportedError` and `LimitError` otherwise.
    """

    def __call__(self, term: sp.Expr) -> Frac:
        known = self.memo.get(term)
        if known is None:
            known = self.memo[term] = self._normal(term)
        return known

    def _normal(self, term: sp.Expr) -> Frac:
        if term in self.held:
            indices = frozenset(s for s in free(term) if is_index_name(s))
            return self.algebra.enter("opaque", (term,), (term,), indices)
        for kind in type(term).__mro__:
            method = _METHODS.get(kind)
            if method is not None:
                return method(self, term)
        raise UnsupportedError(f"the prover has no rule for {term}")

    # -- numbers, atoms and arithmetic ------------------------------------------------

    def _rational(self, term: sp.Rational) -> Frac:
        return self.algebra.rational(fmpq(int(term.p), int(term.q)))

    def _decimal(self, term: Decimal) -> Frac:
        return self._rational(term.value)

    def _float(self, term: sp.Float) -> Frac:
        return self._rational(sp.Rational(str(term)))

    def _pi(self, term: sp.Expr) -> Frac:
        return self.algebra.pi

    def _e(self, term: sp.Expr) -> Frac:
        return self.algebra.exp(self.field.one)

    def _atom(self, term: sp.Expr) -> Frac:
        definition = self.context.definition_of(term)
        if definition is None:
            return self.algebra.atom(term)
        arguments = term.indices if isinstance(term, sp.Indexed) else ()
        return self.unfolded(definition.unfold(*arguments))

    def _add(self, term: sp.Add) -> Frac:
        total = self.field.zero
        for a in term.args:
            total = total + self(a)
        return total

    def _mul(self, term: sp.Mul) -> Frac:
        total = self.field.one
        for a in term.args:
            total = total * self(a)
        return total

    def _pow(self, term: sp.Pow) -> Frac:
        base, exponent = term.args
        if base is sp.S.Exp1:
            return self.algebra.exp(self(exponent))
        if not (exponent.is_Integer and exponent >= 0):
            note_written_sign(self, base)
        return self.algebra.power(self(base), self(exponent))

    # -- functions ------------------------------------------------------------------

    def _exp(self, term: sp.Expr) -> Frac:
        return self.algebra.exp(self(term.args[0]))

    def _log(self, term: sp.Expr) -> Frac:
        for argument in term.args:
            note_written_sign(self, argument)
        if len(term.args) == 2:
            return self.algebra.ln(self(term.args[0])) / self.algebra.ln(self(term.args[1]))
        return self.algebra.ln(self(term.args[0]))

    def _hyperbolic(self, term: sp.Expr) -> Frac:
        up = self.algebra.exp(self(term.args[0]))
        down = self.field.one / up
        half = self.field.constant(fmpq(1, 2))
        if isinstance(term, sp.tanh):
            return (up - down) / (up + down)
        if isinstance(term, sp.coth):
            self.algebra.require((up - down).num, NONZERO)
            return (up + down) / (up - down)
        return (up - down if isinstance(term, sp.sinh) else up + down) * half

    def _sine(self, term: sp.Expr) -> Frac:
        return self.algebra.sine(self(term.args[0]))

    def _cosine(self, term: sp.Expr) -> Frac:
        return self.algebra.cosine(self(term.args[0]))

    def _tangent(self, term: sp.Expr) -> Frac:
        below = self.algebra.cosine(self(term.args[0]))
        self.algebra.require(below.num, NONZERO)
        return self.algebra.sine(self(term.args[0])) / below

    def _odd_function(self, term: sp.Expr) -> Frac:
        name = type(term).__name__
        return self.algebra.odd(lambda x: self.algebra.function(name, (x,)), self(term.args[0]))

    def _erfc(self, term: sp.Expr) -> Frac:
        return self.field.one - self(sp.erf(term.args[0], evaluate=False))

    def _factorial(self, term: sp.Expr) -> Frac:
        value = self(term.args[0]).integer
        if value is None:
            raise UnsupportedError(f"the factorial of a symbol: {term}")
        if value > MAX_FACTORIAL:
            raise LimitError(f"a factorial above {MAX_FACTORIAL}!")
        if value < 0:
            raise UndefinedTermError("the factorial of a negative number")
        return self.field.constant(int(sp.ff(value, value)))

    def _binomial(self, term: sp.Expr) -> Frac:
        top, bottom = (self(a).integer for a in term.args)
        if top is None or bottom is None or top < 0:
            raise UnsupportedError(f"a binomial of symbols: {term}")
        if top > MAX_FACTORIAL:
            raise LimitError(f"a binomial above {MAX_FACTORIAL}")
        return self.field.constant(int(sp.binomial(top, bottom)))

    def _named(self, term: sp.Expr) -> Frac:
        if any(type(h) is type(term) for h in self.held):
            # σ(z_i) and σ(z_j) are one variable where i = j: holding one is not enough.
            raise UnsupportedError(
                f"a derivative by {type(term).__name__} of one argument of several"
            )
        definition = self.context.definition_of(term)
        if definition is not None:
            self._read_arguments(term)
            return self.unfolded(definition.unfold(*term.args))
        if any(isinstance(a, sp.IndexedBase | Vec) for a in term.args):
            return self._opaque(term)
        name = type(term).__name__
        if name in _TAKEN:
            raise UnsupportedError(f"{name} is a function without a definition")
        return self.algebra.applied(name, tuple(self(a) for a in term.args))

    def _opaque(self, term: sp.Expr) -> Frac:
        """max_k z_k and the like: a value of its own, the same for terms that are alike."""
        names = free(term)
        if any(s.name.startswith("_t") for s in names):
            raise UnsupportedError(f"a value at a point of {type(term).__name__}")
        for family in term.args:
            if isinstance(family, Vec) and sp.oo not in family.shape:
                self._read_members(family)
        term = canonical(term)
        inner = {s for s in term.atoms(sp.Symbol) if s.name.startswith("_b")}
        bound = sorted(inner - names, key=str)
        # Names of their own, so that no index that is put in is taken for one of these.
        term = term.xreplace({k: index(f"_o{i}") for i, k in enumerate(bound)})
        indices = frozenset(s for s in names if is_index_name(s))
        return self.algebra.enter("opaque", (term,), (term,), indices)

    def _read_arguments(self, term: sp.Expr) -> None:
        """Note what the arguments need: the definition's word is for its body alone."""
        for argument in term.args:
            if isinstance(argument, Vec):
                self._read_members(argument)
            elif not isinstance(argument, sp.IndexedBase):
                self(argument)

    def _read_members(self, family: Vec) -> None:
        """Note what the members need: where one has no value, their extremum has none."""
        ranges: list[tuple[sp.Symbol, Frac]] = []
        for size in family.shape:
            high = self(size)
            taken = frozenset(k for k, _ in ranges)
            ranges.append((self.algebra.fresh_index(high, taken), high))
        with self.algebra.binding(ranges):
            self(member(family, *(k for k, _ in ranges)))

    # -- cases ----------------------------------------------------------------------

    def _abs(self, term: sp.Expr) -> Frac:
        return self(term.args[0]) * self._sign_of(self(term.args[0]))

    def _sign(self, term: sp.Expr) -> Frac:
        return self._sign_of(self(term.args[0]))

    def _sign_of(self, value: Frac) -> Frac:
        return self.algebra.indicator(value, POSITIVE) - self.algebra.indicator(value, NEGATIVE)

    def _extremum(self, term: sp.Expr) -> Frac:
        wanted = POSITIVE if isinstance(term, sp.Max) else NEGATIVE
        first, *others = sorted(term.args, key=sp.default_sort_key)
        best = self(first)
        for other in others:
            excess = self(other) - best
            best = best + excess * self.algebra.indicator(excess, wanted)
        return best

    def _delta(self, term: sp.KroneckerDelta) -> Frac:
        return self.algebra.delta(term.args[0], term.args[1])

    def _piecewise(self, term: sp.Piecewise) -> Frac:
        remaining, total = self.field.one, self.field.zero
        for value, condition in term.args:
            weight = remaining * self.truth(condition)
            if not weight.is_zero:
                total = total + weight * self._guarded(value, weight)
                remaining = remaining - weight
            if remaining.is_zero:
                return total
        if remaining.rational == 1:
            raise UndefinedTermError("no case applies")
        raise UnsupportedError("a case distinction under a sum leaves cases open")

    def _guarded(self, value: sp.Expr, weight: Frac) -> Frac:
        if weight.rational is not None:
            return self(value)
        before = self.algebra.guarded
        self.algebra.guarded = True
        try:
            return self(value)
        except UndefinedTermError as error:
            # Where nothing is asked for this value, as in an empty sum, nothing is undefined.
            raise UnsupportedError(f"a case under a sum has no value: {error}") from None
        finally:
            self.algebra.guarded = before

    def truth(self, condition: sp.Basic) -> Frac:
        """1 where a condition holds, 0 where not, as an element of the field."""
        one = self.field.one
        if condition in (sp.true, sp.false):
            return one if condition == sp.true else self.field.zero
        if isinstance(condition, sp.And | sp.Or):
            negate = isinstance(condition, sp.Or)
            result = one
            for part in condition.args:
                value = self.truth(part)
                result = result * (one - value if negate else value)
            return one - result if negate else result
        if isinstance(condition, sp.ITE):
            test, then, other = (self.truth(c) for c in condition.args)
            return test * then + (one - test) * other
        if isinstance(condition, sp.Not):
            return one - self.truth(condition.args[0])
        if type(condition) not in _RELATION_SIGNS:
            raise UnsupportedError(f"a condition that is not a comparison: {condition}")
        left, right = condition.args
        if isinstance(condition, sp.Eq | sp.Ne) and self.are_indices(left, right):
            delta = self.algebra.delta(left, right)
            return delta if isinstance(condition, sp.Eq) else one - delta
        return self.algebra.indicator(self(left) - self(right), _RELATION_SIGNS[type(condition)])

    def are_indices(self, left: sp.Expr, right: sp.Expr) -> bool:
        """Whether an equation compares indices rather than values."""
        terms = (left, right)
        known = [t in self.region.ranges or t in self.algebra.bound for t in terms]
        plain = [is_index_name(t) or isinstance(t, sp.Integer) for t in terms]
        return any(known) and all(plain)

    # -- binders ----------------------------------------------------------------------


_RELATION_SIGNS = {
    sp.StrictGreaterThan: POSITIVE,
    sp.GreaterThan: frozenset((0, 1)),
    sp.StrictLessThan: NEGATIVE,
    sp.LessThan: frozenset((-1, 0)),
    sp.Equality: ZERO,
    sp.Unequality: NONZERO,
}

_METHODS: dict[type, Callable[..., Frac]] = {
    sp.Rational: Normalizer._rational,
    sp.Float: Normalizer._float,
    Decimal: Normalizer._decimal,
    type(sp.pi): Normalizer._pi,
    type(sp.E): Normalizer._e,
    sp.Symbol: Normalizer._atom,
    sp.Indexed: Normalizer._atom,
    sp.Add: Normalizer._add,
    sp.Mul: Normalizer._mul,
    sp.Pow: Normalizer._pow,
    sp.exp: Normalizer._exp,
    sp.log: Normalizer._log,
    **dict.fromkeys(_HYPERBOLIC, Normalizer._hyperbolic),
    sp.sin: Normalizer._sine,
    sp.cos: Normalizer._cosine,
    sp.tan: Normalizer._tangent,
    sp.atan: Normalizer._odd_function,
    sp.erf: Normalizer._odd_function,
    sp.erfc: Normalizer._erfc,
    sp.factorial: Normalizer._factorial,
    sp.binomial: Normalizer._binomial,
    NamedFunction: Normalizer._named,
    AppliedUndef: Normalizer._named,
    sp.Abs: Normalizer._abs,
    sp.sign: Normalizer._sign,
    sp.Max: Normalizer._extremum,
    sp.Min: Normalizer._extremum,
    sp.KroneckerDelta: Normalizer._delta,
    sp.Piecewise: Normalizer._piecewise,
    sp.Sum: Normalizer._sum,
    sp.Product: Normalizer._product,
    Partial: Normalizer._partial,
    At: Normalizer._at,
}

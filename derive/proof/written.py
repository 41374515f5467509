"""The sign that a term shows as it is written: a sum of squares is not negative.

Expanding loses this: n Σx² − (Σx)² is nonnegative, and no term of it says so. What is found
here is entered as a fact about the expanded polynomial.
"""

from __future__ import annotations

from functools import reduce
from itertools import product
from typing import TYPE_CHECKING

import sympy as sp

from derive.proof.signs import ANY, NONNEGATIVE, NONPOSITIVE, POSITIVE, ZERO, Sign, plus, times
from derive.terms import Decimal, NamedFunction, substitute, sum_of

if TYPE_CHECKING:
    from derive.proof.normal import Normalizer

MAX_DEPTH = 40
MAX_BELOW = 4
# Functions that have the sign of their argument.
_ODD = (sp.sign, sp.sinh, sp.tanh, sp.atan, sp.erf)


def written_sign(normal: Normalizer, term: sp.Expr, depth: int = 0) -> Sign:
    """The signs that a term can have where it is defined, by its outer form."""
    if depth > MAX_DEPTH:
        return ANY
    if isinstance(term, sp.Add):
        return reduce(plus, (written_sign(normal, part, depth + 1) for part in term.args))
    if isinstance(term, sp.Mul):
        return reduce(times, (written_sign(normal, part, depth + 1) for part in term.args))
    if isinstance(term, sp.Pow):
        return _of_power(normal, term, depth)
    if isinstance(term, sp.Sum):
        return _of_sum(normal, term, depth)
    if isinstance(term, sp.exp | sp.cosh):
        return POSITIVE
    if isinstance(term, sp.Abs | sp.KroneckerDelta):
        return NONNEGATIVE
    if isinstance(term, _ODD):
        return written_sign(normal, term.args[0], depth + 1)
    if isinstance(term, sp.Max | sp.Min):
        choose = max if isinstance(term, sp.Max) else min
        each = [written_sign(normal, part, depth + 1) for part in term.args]
        return frozenset(choose(signs) for signs in product(*each))
    if isinstance(term, sp.Piecewise):
        each = [written_sign(normal, value, depth + 1) for value, _ in term.args]
        return frozenset().union(*each)
    if isinstance(term, sp.Symbol | sp.Indexed | NamedFunction):
        definition = normal.context.definition_of(term)
        if definition is not None:
            arguments = term.indices if isinstance(term, sp.Indexed) else term.args
            return written_sign(normal, definition.unfold(*arguments), depth + 1)
    if isinstance(term, sp.Number | Decimal | sp.Symbol | sp.Indexed):
        return normal.algebra.facts.of_frac(normal(term))
    return ANY


def _of_power(normal: Normalizer, term: sp.Pow, depth: int) -> Sign:
    base, exponent = term.args
    if base is sp.S.Exp1:
        return POSITIVE
    if not exponent.is_Rational:
        return ANY
    sign = written_sign(normal, base, depth + 1)
    if not exponent.is_Integer:
        return sign & NONNEGATIVE if exponent > 0 else POSITIVE
    if exponent == 0:
        return POSITIVE
    power = frozenset(s * s for s in sign) if exponent % 2 == 0 else sign
    return power if exponent > 0 else power - ZERO


def _of_sum(normal: Normalizer, term: sp.Sum, depth: int) -> Sign:
    """A sum of members that share a sign has it; an empty one is zero."""
    *inner, (k, low, high) = term.limits
    body = sum_of(term.function, *inner) if inner else term.function
    size, first = normal(high), normal(low).integer
    if first is None or first < 1 - MAX_BELOW:
        return ANY
    new = normal.algebra.fresh_index(size)
    with normal.algebra.binding([(new, size)]):
        sign = written_sign(normal, substitute(body, {k: new}), depth + 1)
    # Indices count from 1; what lies below is looked at one by one.
    below = [substitute(body, {k: sp.Integer(i)}) for i in range(first, 1)]
    signs = [sign, *(written_sign(normal, member, depth + 1) for member in below)]
    filled = first <= 1 and normal.algebra.facts.of_frac(size - normal.field.one) <= NONNEGATIVE
    for shared in (NONNEGATIVE, NONPOSITIVE):
        if all(s <= shared for s in signs):
            return reduce(plus, signs) if filled else shared
    return ANY


def note_written_sign(normal: Normalizer, term: sp.Expr) -> None:
    """Enter the sign of a term as written as a fact about its normal form."""
    value = normal(term)
    facts = normal.algebra.facts
    known = facts.of_frac(value)
    if len(known) == 1 or value.num.is_constant():
        return
    sign = written_sign(normal, term)
    rest = facts.sign(value.den)
    _, factors = normal.field.factor(value.num)
    loose = [f for f, _ in factors if len(facts.of_irreducible(f)) > 1]
    if len(sign) < 3 and len(loose) == 1 and len(rest) == 1 and rest != ZERO:
        others = facts.sign(divmod(value.num, loose[0])[0])
        if len(others) == 1 and others != ZERO:
            facts.add(loose[0], times(times(sign, rest), others))

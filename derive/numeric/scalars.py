"""Small questions about terms: how a number is written, what a product is made of."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import sympy as sp

from derive.errors import UnsupportedError
from derive.numeric.primitives import is_primitive, meaning
from derive.terms import free, map_terms

# What an argument is set to where its branch is not taken: the first of these that keeps the
# branch finite.
_SAFE = tuple(sp.Rational(*v) for v in ((1, 2), (1,), (0,), (-1,), (2,), (-1, 2), (4,), (-4,)))
_HARMLESS = (sp.Add, sp.Abs, sp.sign, sp.tanh)


def number(term: sp.Expr) -> str:
    """A number as Python source; a Python number takes the dtype of what it meets."""
    if term.is_Integer and abs(term) < 2**53:
        return str(term)
    if term in (sp.oo, -sp.oo, sp.nan):
        return str(term).replace("oo", "np.inf").replace("nan", "np.nan")
    value = sp.N(map_terms(term, meaning), 25)
    if not value.is_Float:
        raise UnsupportedError(f"{term} is no real number")
    return repr(float(value))


def is_binary(term: sp.Expr) -> bool:
    """Whether a term is a number that a float holds exactly: few bits, divided by a power of 2."""
    return bool(term.is_Rational and term.q & (term.q - 1) == 0 and abs(term.p) < 2**20)


def negative(term: sp.Expr) -> bool:
    """Whether the term is written with a minus sign."""
    return bool(term.as_coeff_Mul()[0].is_negative)


def fraction(term: sp.Expr) -> tuple[int, list[sp.Expr], list[sp.Expr]]:
    """The sign of a product, its factors above the bar, and those below."""
    sign, above, below = 1, [], []
    factors = list(sp.Mul.make_args(term))
    numbers = [f for f in factors if f.is_number]
    if len(numbers) > 1:
        # Only an irrational number leaves several: one float for all of them.
        whole = sp.N(sp.Mul(*numbers), 25)
        if whole.is_Float:
            factors = [whole, *(f for f in factors if not f.is_number)]
    for factor in factors:
        base, power = factor.as_base_exp()
        if factor.is_Float:
            sign = -sign if factor < 0 else sign
            above.append(abs(factor))
        elif factor.is_Rational:
            sign = -sign if factor < 0 else sign
            above += [sp.Integer(abs(factor.p))] if abs(factor.p) != 1 else []
            if factor.q & (factor.q - 1) == 0 and factor.q > 1:
                # Multiplying by 1/2 is exact, and cheaper than dividing by 2.
                above.append(sp.Float(sp.Rational(1, factor.q)))
            elif factor.q != 1:
                below.append(sp.Integer(factor.q))
        elif power.is_number and power.is_negative and not isinstance(factor, sp.exp):
            below.append(base**-power)
        else:
            above.append(factor)
    return sign, above, below


def late(term: sp.Expr) -> tuple[int, bool]:
    """A key that adds up in a good order: z - largest(z) first, then what is small."""
    _, factor = term.as_coeff_Mul()
    rank = 1 if is_primitive(factor, "largest") else 2 if is_primitive(factor, "log_sum") else 0
    return rank, negative(term)


def safe_point(value: sp.Expr, running: set[sp.Symbol]) -> Mapping[sp.Expr, sp.Expr]:
    """Values for the variables of a branch at which it is finite; none if it always is."""
    if _harmless(value):
        return {}
    leaves = []
    for leaf in sorted(value.atoms(sp.Indexed) | _scalars(value), key=str):
        indices = free(leaf) - free(leaf.base) if isinstance(leaf, sp.Indexed) else frozenset()
        if indices <= running:
            leaves.append(leaf)
    for same, first in itertools.product((True, False), range(len(_SAFE))):
        steps = (0 if same else position for position in range(len(leaves)))
        point = {x: _SAFE[(first + s) % len(_SAFE)] for x, s in zip(leaves, steps, strict=True)}
        there = value.xreplace(point)
        if not there.has(sp.nan, sp.zoo, sp.oo, -sp.oo, sp.I):
            return point
    return {}


def _scalars(term: sp.Expr) -> set[sp.Symbol]:
    """The symbols that stand as values: neither indices nor sizes nor names of families."""
    inside: set[sp.Basic] = set()
    for leaf in term.atoms(sp.Indexed):
        inside |= free(leaf) | {leaf.base.label}
    return {s for s in term.atoms(sp.Symbol) if s in free(term) and s not in inside}


def _harmless(term: sp.Expr) -> bool:
    """Whether a term is finite wherever its variables are, short of the very largest."""
    if term.is_number or isinstance(term, sp.Symbol | sp.Indexed):
        return True
    if isinstance(term, sp.Mul):
        return len([a for a in term.args if not a.is_number]) == 1 and all(
            abs(a) <= 1 if a.is_number else _harmless(a) for a in term.args
        )
    if isinstance(term, _HARMLESS) or is_primitive(term, "sigmoid"):
        return all(_harmless(a) for a in term.args)
    return False

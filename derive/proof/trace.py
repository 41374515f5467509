"""The steps that led to a normal form, each with the rule that it goes by: for who reads a proof.

A term is read from the inside out. What was found of its parts stands in the normalizer's memo
in that order; here it is told, leaving out what is plain arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy as sp

from derive.proof.differential import Differential
from derive.proof.restore import restore_generator
from derive.proof.slopes import Slopes
from derive.proof.wording import restored, with_letters
from derive.terms import At, Partial


@dataclass(frozen=True)
class Step:
    """One step: by `rule`, a term is equal to another one, in normal form."""

    rule: str
    term: sp.Expr
    normal: sp.Expr

    def lettered(self) -> Step:
        """The step with letters for the bound indices in it."""
        left, right = (with_letters(t, self.term, self.normal) for t in (self.term, self.normal))
        return Step(self.rule, left, right)


def steps(normal: Slopes) -> Iterator[Step]:
    """The steps by which a normalizer read its terms, in their order, each of them once."""
    told: set[tuple[sp.Expr, sp.Expr]] = set()
    for step in _steps(normal):
        equation = step.term, step.normal
        if step.term != step.normal and equation not in told:
            told.add(equation)
            yield step.lettered()


def _steps(normal: Slopes) -> Iterator[Step]:
    for term, value in normal.memo.items():
        for inner, slopes in normal.operands.get(term, ()):
            yield from _steps(inner)
            for slope in slopes:
                yield from _rates(slope)
        rule = _rule(term, normal)
        if rule is not None:
            yield Step(rule, term, restored(normal.algebra.facts, value))


def _rates(slope: Differential) -> Iterator[Step]:
    """How the parts of an operand change with a variable."""
    field = slope.algebra.field
    for g, rate in slope.memo.items():
        generator = field.generators[g]
        if generator.kind in _CHAIN and not rate.is_zero:
            inside = restore_generator(field, generator)
            rule, change = _CHAIN[generator.kind], Partial(inside, slope.target.parts[0])
            yield Step(rule, change, restored(slope.algebra.facts, rate))


def _rule(term: sp.Expr, normal: Slopes) -> str | None:
    definition = normal.context.definition_of(term)
    if definition is not None:
        return f"definition of {definition.name}"
    return next((rule for kinds, rule in _RULES if isinstance(term, kinds)), None)


_RULES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (Partial, "derivative"),
    (At, "value at a point"),
    (sp.Sum, "sum over a range"),
    (sp.Product, "product over a range"),
    (sp.log, "logarithm of products and powers"),
    (sp.exp, "exponential of sums and logarithms"),
    ((sp.sinh, sp.cosh, sp.tanh, sp.coth), "definition by exponentials"),
    ((sp.sin, sp.cos, sp.tan, sp.atan, sp.erf, sp.erfc), "addition theorems, even and odd"),
    ((sp.Abs, sp.sign, sp.Max, sp.Min), "sign in this case"),
    (sp.Piecewise, "the case that holds"),
    (sp.KroneckerDelta, "indices that are equal or not"),
)

_CHAIN = {
    "exp": "chain rule for exp",
    "ln": "chain rule for the logarithm",
    "root": "chain rule for the root",
    "sum": "derivative of each member of the sum",
    "product": "derivative of the product by that of its logarithm",
    "function": "chain rule",
    "slope": "chain rule for what is not defined",
}

"""Every counterexample is one: recomputed with mpmath from the printed assignment alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import sympy as sp
from mpmath import mp, mpf

from bench.mutants import false_mutants
from bench.soundness import PROOFS
from derive.functions import catalogue
from derive.proof import Outcome, prove
from derive.terms import At, Context, Decimal, NamedFunction, Partial, Statement
from derive.verdicts import Theorem, load_theorems

THEOREMS = tuple(
    t for t in load_theorems(PROOFS) if isinstance(t, Theorem) and t.statement.relation == "="
)
Values = Mapping[tuple[str, tuple[int, ...]], Any]


class Recomputed:
    """Values of terms at a point, by mpmath; derivatives by numerical differentiation."""

    def __init__(self, context: Context, values: Values) -> None:
        self.context = context
        self.values = values

    def __call__(self, term: Any) -> Any:
        if isinstance(term, sp.Rational):
            return mpf(int(term.p)) / int(term.q)
        if isinstance(term, Decimal):
            return self(term.value)
        if isinstance(term, sp.NumberSymbol):
            return term.evalf(mp.dps)._to_mpmath(mp.prec)
        if isinstance(term, sp.Symbol | sp.Indexed):
            return self.name(term)
        if isinstance(term, sp.Sum | sp.Product):
            return self.folded(term, tuple(term.limits))
        if isinstance(term, Partial):
            return self.slope(term.expr, tuple(term.variables))
        if isinstance(term, At):
            body, variable, there = term.args
            return self.bound({variable: self(there)})(body)
        if isinstance(term, sp.Piecewise):
            return self(next(v for v, c in term.args if self.holds(c)))
        if isinstance(term, NamedFunction):
            definition = self.context.definition_of(term)
            return self(definition.unfold(*term.args))
        return FUNCTIONS[type(term)](*(self(a) for a in term.args))

    def name(self, term: Any) -> Any:
        indices = tuple(int(self(i)) for i in getattr(term, "indices", ()))
        key = (str(getattr(term, "base", term)), indices)
        if key in self.values:
            return self.values[key]
        definition = self.context.definition_of(term)
        assert definition is not None, f"no value for {term} at {dict(self.values)}"
        return self(definition.unfold(*(sp.Integer(i) for i in indices)))

    def bound(self, names: Mapping[Any, Any]) -> Recomputed:
        return Recomputed(
            self.context, {**self.values, **{(str(k), ()): v for k, v in names.items()}}
        )

    def folded(self, term: Any, limits: tuple[Any, ...]) -> Any:
        if not limits:
            return self(term.function)
        k, low, high = limits[-1]
        steps = range(int(self(low)), int(self(high)) + 1)
        parts = [self.bound({k: mpf(s)}).folded(term, limits[:-1]) for s in steps]
        return mp.fsum(parts) if isinstance(term, sp.Sum) else mp.fprod(parts)

    def slope(self, term: Any, variables: tuple[Any, ...]) -> Any:
        if not variables:
            return self(term)
        *first, last = variables
        indices = tuple(int(self(i)) for i in getattr(last, "indices", ()))
        key = (str(getattr(last, "base", last)), indices)

        def along(value: Any) -> Any:
            moved = Recomputed(self.context, {**self.values, **self.members(last), key: value})
            return moved.slope(term, tuple(first))

        return mp.diff(along, self(last))

    def members(self, variable: Any) -> Values:
        """Of a family that has a definition the other members keep their values."""
        if not isinstance(variable, sp.Indexed):
            return {}
        shape = [int(self(s)) for s in variable.base.shape]
        every = [i for i in _tuples(shape) if (str(variable.base), i) not in self.values]
        return {(str(variable.base), i): self(variable.base[i]) for i in every}

    def holds(self, condition: Any) -> bool:
        if condition in (sp.true, sp.false):
            return bool(condition)
        if isinstance(condition, sp.And):
            return all(self.holds(c) for c in condition.args)
        if isinstance(condition, sp.Or):
            return any(self.holds(c) for c in condition.args)
        left, right = (self(a) for a in condition.args)
        return bool(COMPARED[type(condition)](left, right))


def _tuples(shape: list[int]) -> list[tuple[int, ...]]:
    found: list[tuple[int, ...]] = [()]
    for s in shape:
        found = [(*i, k) for i in found for k in range(1, s + 1)]
    return found


FUNCTIONS: dict[type, Callable[..., Any]] = {
    sp.Add: lambda *a: mp.fsum(a), sp.Mul: lambda *a: mp.fprod(a), sp.Pow: mp.power,
    sp.exp: mp.exp, sp.log: mp.log, sp.tanh: mp.tanh, sp.sinh: mp.sinh, sp.cosh: mp.cosh,
    sp.sin: mp.sin, sp.cos: mp.cos, sp.tan: mp.tan, sp.atan: mp.atan, sp.erf: mp.erf,
    sp.Abs: abs, sp.sign: mp.sign, sp.Max: max, sp.Min: min,
    sp.KroneckerDelta: lambda a, b: mpf(a == b),
}  # fmt: skip
COMPARED: dict[type, Callable[[Any, Any], bool]] = {
    sp.StrictGreaterThan: lambda a, b: a > b, sp.GreaterThan: lambda a, b: a >= b,
    sp.StrictLessThan: lambda a, b: a < b, sp.LessThan: lambda a, b: a <= b,
    sp.Equality: lambda a, b: a == b, sp.Unequality: lambda a, b: a != b,
}  # fmt: skip


def values_of(outcome: Outcome) -> Values:
    """The values that a counterexample states: x = 3/2, a_1 = 2, V_1,2 = -1."""
    assert outcome.counterexample is not None
    found = {}
    for name, text in outcome.counterexample.assignment.items():
        number = sp.Rational(text)
        value = mpf(int(number.p)) / int(number.q)
        member = re.fullmatch(r"(.+)_(\d+(?:,\d+)*)", name)
        found[name, ()] = value
        if member:
            found[member[1], tuple(map(int, member[2].split(",")))] = value
    return found


def _plain(outcome: Outcome) -> bool:
    """Whether every value is a number: an unknown function has an example as its value."""
    assert outcome.counterexample is not None
    texts = outcome.counterexample.assignment.values()
    return all(re.fullmatch(r"-?\d+(/\d+)?", text) for text in texts)


def sides(statement: Statement, context: Context, outcome: Outcome) -> tuple[Any, Any]:
    if not context.library:
        context = context.with_library(catalogue.definitions)
    point = Recomputed(context, values_of(outcome))
    return point(statement.lhs), point(statement.rhs)


@pytest.mark.parametrize("theorem", THEOREMS[::2], ids=lambda theorem: theorem.name)
def test_the_counterexamples_to_mutants(theorem: Theorem) -> None:
    before, mp.dps = mp.dps, 50
    compared = 0
    try:
        for mutant, _ in false_mutants(theorem.statement, theorem.context, 3):
            outcome = prove(mutant, theorem.context)
            if outcome.counterexample is None or not _plain(outcome):
                continue
            left, right = sides(mutant, theorem.context, outcome)
            assert abs(left - right) > mpf(10) ** -15 * max(1, abs(left)), mutant
            printed = outcome.counterexample
            compared += 1
            for value, text in ((left, printed.lhs), (right, printed.rhs)):
                assert abs(value - mpf(text)) <= mpf(10) ** -3 * max(1, abs(value)), mutant
    finally:
        mp.dps = before
    if not compared:
        pytest.skip("every counterexample has an example of an unknown function in it")


@pytest.mark.parametrize("theorem", THEOREMS[1::8], ids=lambda theorem: theorem.name)
def test_asking_points_first_changes_no_verdict(theorem: Theorem) -> None:
    mutants = false_mutants(theorem.statement, theorem.context, 4)
    for claim in (theorem.statement, *(mutant for mutant, _ in mutants)):
        first = prove(claim, theorem.context, points_first=True)
        later = prove(claim, theorem.context)
        assert (first.status, first.reason) == (later.status, later.reason), claim
        assert first.counterexample == later.counterexample, claim

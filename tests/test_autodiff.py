"""Every derivative among the theorems against an automatic differentiator, over random sizes."""

from __future__ import annotations

import itertools
import random
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import autograd.numpy as np
import pytest
import sympy as sp
from autodiff import Point, value

from derive.terms import Definition, Domain, Hypothesis, NamedFunction, Partial, Statement
from derive.verdicts.theorem import NetworkTheorem, Theorem, load_theorems

PROOFS = Path(__file__).parent.parent / "proofs"
# Hypotheses that a random point does not satisfy: their theorems are not about every point.
SPECIAL = {"bernoulli_maximum_likelihood", "normal_equations"}
TOLERANCE = 1e-10


def gradients(theorem: Any) -> Iterator[Theorem]:
    """What a theorem says of derivatives, one statement each."""
    if isinstance(theorem, NetworkTheorem):
        for v, right in theorem.gradients.items():
            claim = Statement(Partial(theorem.loss, v), "=", right)
            name = f"{theorem.name}: {getattr(v, 'base', v)}"
            yield Theorem(name, theorem.title, claim, theorem.context)
    elif isinstance(theorem, Theorem) and any(
        t.has(Partial) for t in (theorem.statement.lhs, theorem.statement.rhs)
    ):
        yield theorem


GRADIENTS = [t for x in load_theorems(PROOFS) for t in gradients(x) if t.name not in SPECIAL]


class Sample:
    """A random point of a context: sizes of 2 or 3, members between 0.2 and 0.9 in size."""

    def __init__(self, theorem: Theorem, seed: int) -> None:
        self.random = random.Random(seed)
        self.theorem = theorem
        self.context = theorem.context
        self.values: dict[sp.Basic, Any] = {}
        terms = [theorem.statement.lhs, theorem.statement.rhs]
        terms += [d.body for group in self.context.definitions.values() for d in group]
        terms += [t for h in self.context.hypotheses for t in h.terms]
        bases = sorted({b for t in terms for b in t.atoms(sp.IndexedBase)}, key=str)
        scalars = sorted({s for t in terms for s in t.atoms(sp.Symbol)}, key=str)
        labels = {b.label for b in bases}
        sizes = {s for b in bases for n in b.shape for s in n.free_symbols}
        for s in scalars:
            if s in sizes:
                self.values[s] = self.random.choice((2, 3))
        self.free = {i for t in terms[:2] for i in t.free_symbols if i.is_integer} - sizes
        for s in scalars:
            if s in sizes or s in labels or str(s) in self.context.definitions:
                continue
            self.values[s] = self._index() if s.is_integer else self._number(s)
        for base in bases:
            if str(base.label) not in self.context.definitions:
                self.values[base] = self._family(base)
        self._unknown()

    def _index(self) -> int:
        return self.random.choice((1, 2))

    def _number(self, s: sp.Basic) -> float:
        domain = self.context.domain_of(s)
        if domain is Domain.SIGN:
            return self.random.choice((-1.0, 1.0))
        if domain is Domain.BINARY:
            return self.random.choice((0.0, 1.0))
        size = self.random.uniform(0.2, 0.9)
        return size if domain is not Domain.REAL else self.random.choice((-1, 1)) * size

    def _family(self, base: sp.IndexedBase) -> Any:
        shape = [int(value(n, Point(self.values, self.context))) for n in base.shape]
        entries = np.array([self._number(base) for _ in range(int(np.prod(shape)))]).reshape(shape)
        if self.context.domain_of(base) is Domain.PROBABILITY or self._sums_to_one(base):
            entries = np.abs(entries)
            entries = entries / entries.sum(axis=-1, keepdims=True)
        return lambda at: entries[tuple(k - 1 for k in at)]

    def _sums_to_one(self, base: sp.IndexedBase) -> bool:
        return any(_is_sum(h, base) for h in self.context.hypotheses)

    def _unknown(self) -> None:
        """An example of every function, and of every loss of which is known what it depends on."""
        bodies = [d.body for group in self.context.definitions.values() for d in group]
        for f in sorted({f for b in bodies for f in b.atoms(NamedFunction)}, key=str):
            if self.context.definition_of(f) is None:
                t = sp.Symbol("t", real=True)
                self.context = self.context.define(Definition.of(f.func(t), sp.sin(t) + t**2))
        for subject, roots in self.context.dependencies.items():
            (root,) = roots
            weight = self.random.uniform(0.5, 1.5)
            shape = [range(1, int(value(n, self.point)) + 1) for n in root.shape]
            terms = [(at, weight + p) for p, at in enumerate(itertools.product(*shape))]
            body = sp.Add(*(sp.sin(c * root[at]) + root[at] ** 2 / c for at, c in terms))
            self.context = self.context.define(Definition.of(subject, body))
            self.values.pop(subject, None)

    @property
    def point(self) -> Point:
        return Point(self.values, self.context)


def _is_sum(hypothesis: Hypothesis, base: sp.IndexedBase) -> bool:
    fact = hypothesis.statement
    return (
        isinstance(fact, Statement)
        and isinstance(fact.lhs, sp.Sum)
        and isinstance(fact.lhs.function, sp.Indexed)
        and fact.lhs.function.base == base
    )


COMPARE = {
    "=": lambda a, b: abs(a - b) < 1e-9,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def stands(theorem: Theorem, point: Point) -> bool:
    """Whether the hypotheses that are relations hold at the point, for the indices it has."""
    facts = [h.statement for h in theorem.context.hypotheses]
    plain = [f for f in facts if isinstance(f, Statement) and not f.lhs.has(sp.Sum)]
    return all(COMPARE[f.relation](value(f.lhs, point), value(f.rhs, point)) for f in plain)


@pytest.mark.parametrize("theorem", GRADIENTS, ids=lambda t: t.name)
def test_a_gradient_agrees_with_automatic_differentiation(theorem: Theorem) -> None:
    seeds = (zlib.crc32(f"{theorem.name} {trial}".encode()) for trial in range(40))
    points = (Sample(theorem, seed).point for seed in seeds)
    chosen = list(itertools.islice((p for p in points if stands(theorem, p)), 3))
    assert len(chosen) == 3
    for point in chosen:
        found = float(value(theorem.statement.rhs, point))
        expected = float(value(theorem.statement.lhs, point))
        assert found == pytest.approx(expected, rel=TOLERANCE, abs=1e-13)


def test_the_comparison_can_fail() -> None:
    theorem = next(t for t in GRADIENTS if t.name == "linear_layer_weight")
    point = Sample(theorem, 1).point
    found = float(value(2 * theorem.statement.rhs, point))
    assert found != pytest.approx(float(value(theorem.statement.lhs, point)), rel=TOLERANCE)

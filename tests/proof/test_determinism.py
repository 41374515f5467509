"""One outcome per claim: under every hash seed, in every order, with no state left behind."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
import sympy as sp

from derive.functions import catalogue
from derive.proof import Outcome, prove
from derive.terms import (
    Context,
    Decimal,
    Definition,
    Domain,
    Partial,
    Statement,
    family,
    index,
    real,
    size,
)

x, y, w = map(real, "xyw")
n, m = size("n"), size("m")
i, j, k = map(index, "ijk")
z, q, b = family("z", n), family("q", n), family("b", n)
W = family("W", n, m)
sigmoid, softmax = catalogue["sigmoid"], catalogue["softmax"]
LIBRARY = Context().with_library(catalogue.definitions)
POSITIVE = LIBRARY.declare(q, Domain.POSITIVE).declare(x, Domain.POSITIVE)
ONE = POSITIVE.assume(Statement(sp.Sum(q[k], (k, 1, n)), "=", 1), "sum to one").assume(
    Statement(y, ">", 2), "not needed"
)
LOSS = real("L")
DEFINED = ONE.define(
    Definition.of(b[i], sp.exp(z[i]) / sp.Sum(sp.exp(z[k]), (k, 1, n))),
    Definition.of(LOSS, -sp.Sum(q[i] * sp.log(b[i]), (i, 1, n))),
)


def sides(*pairs: tuple[object, object], relation: str = "=") -> list[Statement]:
    return [Statement(sp.S(left), relation, sp.S(right)) for left, right in pairs]


CLAIMS: list[tuple[Statement, Context]] = [
    *((s, LIBRARY) for s in sides(
        (Partial(sigmoid(x), x), sigmoid(x) * (1 - sigmoid(x))),
        (Partial(sigmoid(x), x), sigmoid(x) * (1 + sigmoid(x))),
        (sigmoid(-x), 1 - sigmoid(x)),
        (sp.tanh(x), 2 * sigmoid(2 * x) - 1),
        (sp.Abs(x) * sp.Abs(y), sp.Abs(x * y)),
        (sp.Max(x, y) + sp.Min(x, y), x + y),
        (sp.Max(x, y, w), sp.Max(x, sp.Max(y, w))),
        (sp.sin(x) ** 2 + sp.cos(x) ** 2, 1),
        (sp.log(x**2), 2 * sp.log(x)),
        (sp.sqrt(x**2), x),
        (sp.sqrt(x**2), sp.Abs(x)),
        (sp.Mul(x, 1 / x, evaluate=False), 1),
        (sp.exp(x + y), sp.exp(x) * sp.exp(y)),
        (sp.Sum(z[i], (i, 1, n)) ** 2, sp.Sum(z[i] * z[j], (i, 1, n), (j, 1, n))),
        (sp.Sum(z[i], (i, 1, n)) ** 2, sp.Sum(z[i] ** 2, (i, 1, n))),
        (sp.Sum(W[i, j], (i, 1, n), (j, 1, m)), sp.Sum(W[i, j], (j, 1, m), (i, 1, n))),
        (Partial(softmax(z, i), z[j]), softmax(z, i) * (sp.KroneckerDelta(i, j) - softmax(z, j))),
        (Partial(softmax(z, i), z[j]), -softmax(z, i) * softmax(z, j)),
        (sp.Sum(softmax(z, i), (i, 1, n)), 1),
        (sp.erf(-x), -sp.erf(x)),
        (x ** sp.Rational(2, 3) * x ** sp.Rational(1, 3), x),
        (sp.sign(x) * sp.Abs(x), x),
        (x + y * w, y * w + x),
        (x + y * w, y + x * w),
        (sp.pi, Decimal("3.14")),
        (sp.Product(sp.exp(z[k]), (k, 1, n)), sp.exp(sp.Sum(z[k], (k, 1, n)))),
        (sp.gamma(x), x),
    )),
    *((s, LIBRARY) for s in sides((sigmoid(x), 0), (1 + x**2, 0), (x**2, -1), relation=">")),
    *((s, LIBRARY) for s in sides((sigmoid(x), 1), (sigmoid(x), 0), relation="<")),
    (Statement(sp.exp(1), "~=", Decimal("2.718")), LIBRARY),
    (Statement(sp.exp(1), "~=", Decimal("2.719")), LIBRARY),
    *((s, POSITIVE) for s in sides(
        (sp.log(x**2), 2 * sp.log(x)),
        (sp.log(q[i] * x), sp.log(q[i]) + sp.log(x)),
        (sp.Sum(q[k], (k, 1, n)), 1),
    )),
    *((s, DEFINED) for s in sides(
        (Partial(LOSS, z[j]), b[j] - q[j]),
        (Partial(LOSS, z[j]), q[j] - b[j]),
        (sp.Sum(b[k], (k, 1, n)), 1),
        (sp.Sum(q[k] * x, (k, 1, n)), x),
    )),
]  # fmt: skip


def outcomes(order: list[int]) -> dict[str, str]:
    """Every claim's whole outcome as text, judged in this order."""
    return {str(at): written(prove(*CLAIMS[at], seconds=60.0)) for at in order}


def written(outcome: Outcome) -> str:
    """An outcome with the whole of its proof."""
    proof = () if outcome.certificate is None else outcome.certificate.lines()
    return "\n".join((repr(outcome), *proof))


@pytest.fixture(scope="module")
def here() -> dict[str, str]:
    return outcomes(list(range(len(CLAIMS))))


def test_the_claims_have_all_kinds_of_outcome(here: dict[str, str]) -> None:
    assert len(CLAIMS) >= 40
    for status in ("proved", "refuted", "conditional", "undecided"):
        assert sum(f"status='{status}'" in text for text in here.values()) >= 1, status
    assert not any("internal error" in text for text in here.values())


@pytest.mark.parametrize("seed", [1])
def test_the_order_does_not_matter(here: dict[str, str], seed: int) -> None:
    order = list(range(len(CLAIMS)))
    random.Random(seed).shuffle(order)
    assert outcomes(order) == here


def in_process(hash_seed: int) -> dict[str, str]:
    """The outcomes in a process of its own, in reversed order."""
    code = (
        f"import runpy, json; m = runpy.run_path({__file__!r});"
        "print(json.dumps(m['outcomes'](list(reversed(range(len(m['CLAIMS'])))))))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed)}
    environment["PYTHONPATH"] = str(Path(__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("hash_seed", [0, 4242])
def test_hash_seeds_do_not_matter(here: dict[str, str], hash_seed: int) -> None:
    assert in_process(hash_seed) == here


@pytest.mark.slow
@pytest.mark.parametrize("hash_seed", range(10, 30))
def test_twenty_hash_seeds_do_not_matter(here: dict[str, str], hash_seed: int) -> None:
    assert in_process(hash_seed) == here

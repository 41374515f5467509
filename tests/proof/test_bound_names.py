"""Bound indices share names where their ranges agree: nothing may be captured by that.

Every claim is judged as it is and once more with a name of its own for every bound index.
"""

from __future__ import annotations

import random

import pytest
import sympy as sp

from bench.identities import IDENTITIES, Identity
from derive.proof import prove
from derive.proof.field import Frac
from derive.proof.requirements import Requirements
from derive.terms import Partial, Statement, family, index, size, sum_of
from derive.verdicts import verify

n, m = size("n"), size("m")
i, j = index("i"), index("j")
x, y, w = family("x", n), family("y", n), family("w", m, n)
KINDS = {"sums", "logsumexp", "normalization", "attention", "regression"}


def with_names_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def fresh(self: Requirements, high: Frac, avoid: object = None) -> sp.Symbol:
        self.field.fresh_count += 1
        return index(f"_k{self.field.fresh_count}_0")

    monkeypatch.setattr(Requirements, "fresh_index", fresh)


@pytest.mark.parametrize("topic", sorted(KINDS))
def test_the_list_is_judged_alike(topic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = [identity for identity in IDENTITIES if identity.topic == topic]
    assert chosen

    def status(identity: Identity) -> str:
        return verify(identity.claim, identity.given, identity.assuming).status

    shared = {identity.id: status(identity) for identity in chosen}
    with_names_of_their_own(monkeypatch)
    assert {identity.id: status(identity) for identity in chosen} == shared


def random_body(chance: random.Random, scope: list[sp.Symbol], depth: int) -> sp.Expr:
    """A term over the indices in scope, with sums in places where they do not flatten."""
    k = chance.choice(scope)
    plain = [x[k], y[k], x[k] * y[k], x[k] + 1]
    if depth == 0:
        return chance.choice(plain)
    inner = random_sum(chance, scope, depth - 1)
    wraps = [
        sp.exp(inner), inner * x[k], inner**2, x[k] / (1 + inner**2), sp.exp(x[k]) * sp.exp(-inner),
    ]  # fmt: skip
    return chance.choice(wraps)


def random_sum(chance: random.Random, scope: list[sp.Symbol], depth: int) -> sp.Expr:
    k = index(f"{chance.choice('klpq')}{len(scope)}")
    return sum_of(random_body(chance, [*scope, k], depth), (k, 1, n))


@pytest.mark.parametrize("seed", range(40))
def test_random_sums_have_the_same_slopes(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    term = random_sum(chance, [i], 2)
    claims = [
        Statement(term, "=", random_sum(random.Random(seed), [i], 2)),
        Statement(Partial(term, x[j]), "=", Partial(term + y[i], x[j])),
        Statement(Partial(term, x[j]), "=", sp.Integer(0)),
        Statement(term**2, "=", sum_of(term**2, (index("r"), 1, n))),
    ]
    shared = [prove(claim, seconds=20.0).status for claim in claims]
    assert shared[0] == shared[1] == "proved"
    assert "internal error" not in " ".join(prove(c).reason for c in claims)
    with_names_of_their_own(monkeypatch)
    assert [prove(claim, seconds=20.0).status for claim in claims] == shared


def test_what_two_sums_over_one_range_need_is_asked_for_once_on_each_side() -> None:
    k = index("k")
    both = sum_of(1 / x[k], (k, 1, n)) + sum_of(y[k] / x[k], (k, 1, n))
    together = sum_of((1 + y[k]) / x[k], (k, 1, n))
    assert prove(Statement(both, "=", together)).status == "proved"


def test_a_condition_over_one_range_says_nothing_of_another() -> None:
    k = index("k")
    v = family("v", m)
    left = sum_of(sp.Mul(v[k], sp.Pow(v[k], -1, evaluate=False), evaluate=False), (k, 1, m))
    right = m + sum_of(sp.Mul(x[k], sp.Pow(x[k], -1, evaluate=False), evaluate=False), (k, 1, n))
    outcome = prove(Statement(left + n, "=", right))
    assert outcome.status == "conditional"
    assert {str(c) for c in outcome.conditions} >= {"v[k] != 0", "x[k] != 0"}

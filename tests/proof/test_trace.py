"""The steps of a proof, as a reader sees them: each is true by itself, and short names mean it."""

from __future__ import annotations

import math

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from bench.identities import IDENTITIES, Identity
from derive.errors import DeriveError
from derive.proof import prove
from derive.proof.assumptions import prepare
from derive.proof.refute import survey
from derive.proof.shorthand import Shorthand
from derive.proof.trace import Step
from derive.terms import Context, Statement, real
from derive.verdicts import verify
from derive.verdicts.surroundings import base_context, read_together

CHOSEN = IDENTITIES[::7]


def steps_of(identity: Identity) -> tuple[Context, list[Step]]:
    """The steps of the proofs that distinguish no cases, and where they hold."""
    formula, context = read_together(
        identity.claim, identity.given, identity.assuming, base_context()
    )
    found: list[Step] = []
    for step in formula.steps:
        certificate = prove(step.statement, context).certificate
        leaves = () if certificate is None else certificate.leaves
        found += [s for leaf in leaves if not leaf.region for s in leaf.steps]
    return context, found


@pytest.mark.parametrize("identity", CHOSEN, ids=lambda i: i.id)
def test_each_step_holds(identity: Identity) -> None:
    context, steps = steps_of(identity)
    for step in steps:
        try:
            setting = prepare((step.term, step.normal), context)
            found = survey(Statement(step.term, "=", step.normal), setting, 3, math.inf, (128,))
        except DeriveError:
            continue
        assert found.counterexample is None, f"{step} fails at {found.counterexample}"


def test_steps_are_compared_at_points() -> None:
    compared = 0
    for identity in IDENTITIES[:20]:
        context, steps = steps_of(identity)
        for step in steps:
            setting = prepare((step.term, step.normal), context)
            statement = Statement(step.term, "=", step.normal)
            compared += survey(statement, setting, 2, math.inf, (128,)).agreeing > 0
    assert compared > 15


def test_every_rule_is_named() -> None:
    verdict = verify(
        r"\frac{\partial L}{\partial z_j} = a_j - y_j",
        given=[r"a_i = \frac{e^{z_i}}{\sum_k e^{z_k}}", r"L = -\sum_i y_i\ln a_i"],
        assuming=[r"\sum_i y_i = 1"],
    ).explained()
    rules = [line.split("[")[-1] for line in verdict.steps[0].proof if line.endswith("]")]
    assert "definition of a]" in rules
    assert "definition of L]" in rules
    assert "chain rule for the logarithm]" in rules
    assert len(set(verdict.steps[0].proof)) == len(verdict.steps[0].proof)
    assert verdict.steps[0].proof[-1].startswith("both sides have the normal form")


def test_a_proof_as_data_has_its_steps() -> None:
    x = real("x")
    certificate = prove(Statement(sp.tanh(x) ** 2 + 1 / sp.cosh(x) ** 2, "=", sp.S.One)).certificate
    assert certificate is not None
    steps = certificate.as_json()["proof"]["steps"]
    assert {step["rule"] for step in steps} == {"definition of tanh", "definition by exponentials"}


def test_without_a_proof_there_is_nothing_to_explain() -> None:
    verdict = verify(r"\sigma(x) = \sigma(-x)")
    assert verdict.explained() == verdict


x, y, S1 = real("x"), real("y"), real("S1")
PARTS = [sp.log(x + sp.exp(y) + 17), sp.sqrt(1 + x**2 + y**2), 1 / sp.sqrt(1 + x**2 + y**2), S1, x]


@given(st.lists(st.lists(st.sampled_from(PARTS), min_size=1, max_size=5), min_size=1, max_size=5))
def test_short_names_mean_what_they_stand_for(rows: list[list[sp.Expr]]) -> None:
    terms = [sp.Add(*(p * (n + 1) for n, p in enumerate(row))) for row in rows]
    short = Shorthand(terms)
    names = [name for name, _ in short.where]
    assert len(set(names)) == len(names)
    assert not {s for t in terms for s in t.free_symbols} & set(names)
    for term in terms:
        back = short(term)
        for name, meaning in reversed(short.where):
            back = back.xreplace({name: meaning})
        assert back == term


def test_no_short_name_is_taken() -> None:
    z = sp.IndexedBase("z")
    k, n = sp.symbols("k n", integer=True, positive=True)
    total = sp.Sum(sp.exp(z[k]), (k, 1, n))
    short = Shorthand([S1 * total + total**2 + sp.log(total)])
    assert S1 not in [name for name, _ in short.where]

"""The contract of `verify`: steps, statuses, what they rest on, and what they suggest."""

from __future__ import annotations

import json
from itertools import combinations_with_replacement

import pytest
import sympy as sp

from derive.errors import DefinitionError, DeriveError, ReadError
from derive.proof import Counterexample
from derive.terms import (
    Context,
    Definition,
    Domain,
    Hypothesis,
    Membership,
    Statement,
    family,
    index,
    real,
    size,
)
from derive.verdicts import StepVerdict, Verdict, verify
from derive.verdicts.surroundings import base_context
from derive.verdicts.verdict import ORDER

SOFTMAX = r"a_j = \frac{e^{z_j}}{\sum_k e^{z_k}}"
LOSS = r"L = -\sum_j y_j \ln a_j"
GRADIENT = r"\frac{\partial L}{\partial z_j} = a_j - y_j"
ONE = r"\sum_j y_j = 1"

x, y = real("x"), real("y")
n = size("n")
i, j, k = map(index, "ijk")
z = family("z", n)


# -- the shape of a verdict -------------------------------------------------------------------

STEP_KEYS = {
    "lhs",
    "rhs",
    "relation",
    "verdict",
    "hypotheses",
    "counterexample",
    "suggestion",
    "reason",
    "seconds",
}


@pytest.mark.parametrize(
    "claim",
    [
        r"\sigma'(z) = \sigma(z)(1 - \sigma(z))",
        r"\sigma'(z) = \sigma(z)(1 + \sigma(z))",
        r"\ln x^2 = 2 \ln x",
        r"\Gamma(x) = x",
        "x +",
        "x = 1 = 2",
    ],
)
def test_the_keys_of_a_step(claim: str) -> None:
    told = verify(claim).as_json("some id")
    assert json.loads(json.dumps(told)) == told
    assert {"id", "verdict", "steps", "seconds"} <= set(told)
    assert told["id"] == "some id"
    assert told["steps"]
    for step in told["steps"]:
        assert set(step) >= STEP_KEYS
        assert step["verdict"] in ORDER
        assert isinstance(step["hypotheses"], list)
        assert step["reason"]
        assert "\n" not in step["reason"]
        assert 0 <= step["seconds"] < 10
        assert (step["counterexample"] is not None) == (step["verdict"] == "refuted")
        if step["counterexample"] is not None:
            assert set(step["counterexample"]) == {"assignment", "lhs", "rhs"}
            assert step["counterexample"]["lhs"] != step["counterexample"]["rhs"]


def test_the_seconds_of_the_steps_are_part_of_the_whole() -> None:
    verdict = verify(r"\sigma(z) = \frac{1}{1 + e^{-z}} = 1 - \sigma(-z)")
    assert 0 < sum(s.seconds for s in verdict.steps) <= verdict.seconds


@pytest.mark.parametrize("statuses", list(combinations_with_replacement(ORDER, 2)))
def test_a_claim_is_as_good_as_its_worst_step(statuses: tuple[str, str]) -> None:
    assert ORDER == ("refuted", "undecided", "conditional", "proved", "definition")
    point = Counterexample({}, "1", "2")
    steps = [
        StepVerdict("a", "b", "=", s, f"because {s}", (f"h{at}",), point, f"s{at}")  # type: ignore[arg-type]
        for at, s in enumerate(statuses)
    ]
    for order in (steps, steps[::-1]):
        verdict = Verdict.of(order, 1.0)
        assert verdict.status == statuses[0]
        assert verdict.reason == f"because {statuses[0]}"
        assert bool(verdict) is (statuses[0] == "proved")
        if statuses[0] == "refuted" and statuses[1] != "refuted":
            assert verdict.hypotheses == ("h0",)
            assert verdict.suggestion == "s0"


# -- steps ------------------------------------------------------------------------------------


def steps_of(claim: str, **surroundings: list[str]) -> list[tuple[str, str, str]]:
    found = verify(claim, surroundings.get("given", ()), surroundings.get("assuming", ()))
    return [(s.verdict, s.lhs, s.rhs) for s in found.steps]


def test_a_new_name_is_defined() -> None:
    assert steps_of("a = 3 = 2 + 1") == [("definition", "a", "3"), ("proved", "3", "2 + 1")]
    verdict = verify("a = 3")
    assert verdict.status == "definition"
    assert "new name, which this defines" in verdict.reason


def test_a_definition_serves_the_steps_after_it() -> None:
    found = steps_of(r"f(x) = x^2, \quad f(3) = 9, \quad f'(x) = 3x")
    assert [verdict for verdict, _, _ in found] == ["definition", "proved", "refuted"]


def test_a_name_with_a_meaning_is_not_defined_anew() -> None:
    assert steps_of("a = 4", given=["a = 3"]) == [("refuted", "a", "4")]
    assert steps_of(r"\sigma(z) = z")[0][0] == "refuted"


def test_each_step_of_a_chain_is_judged_by_itself() -> None:
    found = steps_of(r"\sigma'(z) = \sigma(z)(1 - \sigma(z)) = \sigma(z) - \sigma(z)^2 = \sigma(z)")
    assert [verdict for verdict, _, _ in found] == ["proved", "proved", "refuted"]
    assert [lhs for _, lhs, _ in found[1:]] == [rhs for _, _, rhs in found[:-1]]


def test_after_a_refuted_step_the_last_side_that_stands_goes_on() -> None:
    right, wrong = r"\sigma(z) - \sigma(z)^2", r"\sigma(z)(1 + \sigma(z))"
    found = steps_of(rf"\sigma'(z) = {wrong} = {right} = {wrong}")
    assert [verdict for verdict, _, _ in found] == ["refuted", "proved", "refuted"]
    assert [lhs for _, lhs, _ in found] == [r"\sigma'(z)", r"\sigma'(z)", right]


def test_relations_of_each_kind() -> None:
    found = verify(r"0 < \sigma(z) < 1")
    assert [s.relation for s in found.steps] == ["<", "<"]
    assert found.status == "proved"
    assert verify(r"\sigma(z) \geq 1").status == "refuted"
    assert verify(r"e^z \neq 0").status == "proved"
    assert verify(r"e \approx 2.718").status == "proved"
    assert verify(r"e = 2.719").status == "refuted"


# -- surroundings -----------------------------------------------------------------------------


def test_the_example_of_the_contract() -> None:
    verdict = verify(GRADIENT, given=[SOFTMAX, LOSS], assuming=[ONE])
    assert (verdict.status, verdict.hypotheses) == ("proved", (ONE,))
    assert (verdict.counterexample, verdict.suggestion) == (None, None)


def test_a_hypothesis_that_is_missing_is_named() -> None:
    verdict = verify(GRADIENT, given=[SOFTMAX, LOSS])
    assert verdict.status == "conditional"
    assert verdict.hypotheses == (r"\sum_k y_k = 1",)
    assert verdict.reason == "true under a hypothesis that is not stated: the y sum to 1"
    # With what it names, it is proved.
    assert verify(GRADIENT, [SOFTMAX, LOSS], list(verdict.hypotheses)).status == "proved"


def test_only_the_hypotheses_that_are_needed_are_cited() -> None:
    assuming = ["u > 3", ONE, "w < 2"]
    assert verify(GRADIENT, [SOFTMAX, LOSS], assuming).hypotheses == (ONE,)
    assert verify("u + w = w + u", (), assuming).hypotheses == ()


@pytest.mark.parametrize(
    ("claim", "condition"),
    [
        (r"\frac{x^2}{x} = x", r"x \neq 0"),
        (r"\ln x^2 = 2 \ln x", "x > 0"),
        (r"\sqrt{x}^2 = x", r"x \geq 0"),
        (r"e^{\ln x} = x", "x > 0"),
        (r"\frac{x^2 - 1}{x - 1} = x + 1", r"x \neq 1"),
    ],
)
def test_conditions_of_domain_suffice(claim: str, condition: str) -> None:
    verdict = verify(claim)
    assert (verdict.status, verdict.hypotheses) == ("conditional", (condition,))
    again = verify(claim, assuming=[condition])
    assert (again.status, again.hypotheses) == ("proved", (condition,))


@pytest.mark.parametrize(
    ("assuming", "status"),
    [
        (["x > 2", "x < 1"], "undecided"),
        (["x^2 = -1"], "undecided"),
        (["x > 2"], "refuted"),
    ],
)
def test_contradictory_hypotheses_prove_nothing(assuming: list[str], status: str) -> None:
    verdict = verify("x = 1", assuming=assuming)
    assert verdict.status == status
    assert verdict.reason.startswith("vacuous:") == (status == "undecided")


def test_surroundings_in_terms() -> None:
    total = sp.Sum(z[k], (k, 1, n))
    claim = Statement(total + x, "=", 1 + y)
    given = [Definition.of(x, y)]
    fact = Statement(total, "=", sp.S(1))
    by_statement = verify(claim, given, [fact])
    assert by_statement.status == "proved"
    assert len(by_statement.hypotheses) == 1
    named = verify(claim, given, [Hypothesis(fact, "my fact")])
    assert (named.status, named.hypotheses) == ("proved", ("my fact",))
    member = verify(claim, given, [Membership(z, Domain.PROBABILITY)])
    assert member.status == "proved"
    assert verify(claim, [Statement(x, "=", y)], [fact]).status == "proved"
    context = base_context().define(*given).assume(fact, "in context")
    assert verify(claim, context=context).hypotheses == ("in context",)
    assert verify(claim, given).status in ("refuted", "conditional")


def test_the_context_of_the_caller_is_kept() -> None:
    assert verify(r"\sigma(z) = z", context=Context()).status != "proved"
    own = base_context().define(Definition.of(real("c"), sp.Integer(5)))
    assert verify("c = 5", context=own).status == "proved"


def test_latex_and_terms_give_the_same_verdict() -> None:
    words = verify(r"\sum_k z_k + x = 1 + y", ["x = y"], [r"\sum_k z_k = 1"])
    assert words.status == "proved"


# -- suggestions ------------------------------------------------------------------------------

NEAR_MISSES = [
    (r"\sigma'(z) = \sigma(z)(1 + \sigma(z))", []),
    (r"\sigma'(z) = -\sigma(z)(1 - \sigma(z))", []),
    (r"\frac{d}{dx} x^3 = x^2", []),
    (r"\tanh'(x) = 1 + \tanh(x)^2", []),
    (r"\frac{\partial L}{\partial z_j} = y_j - a_j", [SOFTMAX, r"L = -\sum_k t_k \ln a_k"]),
    (r"\frac{\partial L}{\partial w} = (a - y)", [r"L = \frac{1}{2}(a - y)^2", "a = w x"]),
    (r"f'(z) = (1 - z^2) e^{-z^2}", ["f(z) = z e^{-z^2}"]),
    (r"\ln(x y) = \ln x - \ln y", []),
]


@pytest.mark.parametrize(("claim", "given"), NEAR_MISSES)
def test_suggestions_are_proved(claim: str, given: list[str]) -> None:
    """Whatever is suggested is true: put in the place of the right side, it is proved."""
    verdict = verify(claim, given)
    assert verdict.status == "refuted"
    assert verdict.counterexample is not None
    if verdict.suggestion is not None:
        (step,) = verdict.steps
        assert verify(f"{step.lhs} = {verdict.suggestion}", given).status == "proved"


def test_near_misses_are_found() -> None:
    found = [verify(claim, given).suggestion is not None for claim, given in NEAR_MISSES[:7]]
    assert sum(found) >= 6


def test_nothing_else_has_a_suggestion() -> None:
    for claim in (r"\sigma(-z) = 1 - \sigma(z)", r"\ln x^2 = 2 \ln x", "x +"):
        assert verify(claim).suggestion is None


def test_a_counterexample_can_be_recomputed() -> None:
    verdict = verify("x^2 + y = y^2 + x")
    point = verdict.counterexample
    assert point is not None
    at = {name: sp.Rational(text) for name, text in point.assignment.items()}
    for side, shown in ((at["x"] ** 2 + at["y"], point.lhs), (at["y"] ** 2 + at["x"], point.rhs)):
        assert abs(float(side) - float(shown)) <= 1e-3 * max(1, abs(float(shown)))


# -- what cannot be read ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "place"),
    [
        ("x + ", "line 1, column 5: found the end; expected a term"),
        ("x", "line 1, column 1: found no relation; expected an equation or an inequality"),
        ("x = \n  1 + )", "line 2, column 7: "),
        (r"\frac{1}{2", "line 1, column "),
        (r"\unheardof{x} = 1", "line 1, column 1: "),
    ],
)
def test_a_claim_that_cannot_be_read(claim: str, place: str) -> None:
    verdict = verify(claim)
    assert verdict.status == "undecided"
    assert verdict.reason.startswith(f"unread: {place}")
    assert "expected" in verdict.reason
    (step,) = verdict.steps
    assert (step.lhs, step.rhs) == (claim, "")


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_empty_claim(text: str) -> None:
    with pytest.raises(ReadError, match="line 1, column 1: found nothing; expected a claim"):
        verify(text)


@pytest.mark.parametrize(
    ("given", "assuming", "message"),
    [
        (["x +"], [], "found the end; expected a term"),
        ([], ["x +"], "found the end; expected a term"),
        ([""], [], "found nothing; expected a formula"),
        (["x"], [], "found no equation; expected a definition such as a = b"),
        ([], ["x"], "found no relation; expected a hypothesis such as x > 0"),
    ],
)
def test_surroundings_that_cannot_be_read(
    given: list[str], assuming: list[str], message: str
) -> None:
    with pytest.raises(ReadError, match=message):
        verify("x = 1", given, assuming)


def test_definitions_in_a_circle() -> None:
    with pytest.raises(DefinitionError, match="defined through itself"):
        verify("a = 1", ["a = b + 1", "b = a - 1"])
    with pytest.raises(DeriveError):
        verify("a = 1", [Definition.of(x, y), Definition.of(y, x)])

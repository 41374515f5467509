"""Closed forms of recurrences: proved by induction, refuted at one of the first steps."""

import pytest

from derive import verify

MOMENTUM = [r"v_t = \beta v_{t-1} + g", r"v_0 = 0"]
DESCENT = [r"w_{t+1} = w_t - \eta\lambda (w_t - w^*)"]
AVERAGE = [r"m_t = \beta m_{t-1} + (1-\beta) g_t", r"m_0 = 0"]
CORRECTED = [r"\hat m_t = \frac{m_t}{1-\beta^t}", r"m_t = \beta m_{t-1} + (1-\beta) g", "m_0 = 0"]
UNIT = [r"0 < \beta < 1"]
COUNT = [r"S_n = S_{n-1} + n", r"S_1 = 1"]

TRUE = [
    (r"v_t = g\,\frac{1-\beta^t}{1-\beta}", MOMENTUM, UNIT),
    (r"w_t - w^* = (1-\eta\lambda)^t (w_0 - w^*)", DESCENT, []),
    (r"m_t = (1-\beta)\sum_{i=1}^t \beta^{t-i} g_i", AVERAGE, UNIT),
    (r"m_t = (1-\beta)\sum_{k=0}^{t-1} \beta^k g_{t-k}", AVERAGE, UNIT),
    (r"\hat m_t = g", CORRECTED, UNIT),
    (r"S_n = \frac{n(n+1)}{2}", COUNT, []),
    (r"x_t = x_0 - \eta\sum_{k=0}^{t-1} g_k", [r"x_{t+1} = x_t - \eta g_t"], []),
    (r"h_t \le 1", [r"h_t = \frac12 h_{t-1} + \frac14", "h_0 = 0"], []),
]

FALSE = [
    (r"v_t = g\,\frac{1-\beta^{t+1}}{1-\beta}", MOMENTUM, UNIT),
    (r"v_t = \frac{g}{1-\beta}", MOMENTUM, UNIT),
    (r"w_t - w^* = (1-\eta\lambda)^t (w_0 + w^*)", DESCENT, []),
    (r"m_t = (1-\beta)\sum_{i=1}^t \beta^{i} g_i", AVERAGE, UNIT),
    (r"m_t = (1-\beta)\sum_{k=1}^{t-1} \beta^k g_{t-k}", AVERAGE, UNIT),
    (r"\hat m_t = (1-\beta) g", CORRECTED, UNIT),
    (r"S_n = \frac{n(n-1)}{2}", COUNT, []),
    (r"h_t \le \frac13", [r"h_t = \frac12 h_{t-1} + \frac14", "h_0 = 0"], []),
]


@pytest.mark.parametrize(("claim", "given", "assuming"), TRUE)
def test_proved(claim: str, given: list[str], assuming: list[str]) -> None:
    verdict = verify(claim, given=given, assuming=assuming)
    assert verdict.status == "proved"
    assert "by induction" in verdict.reason


@pytest.mark.parametrize(("claim", "given", "assuming"), FALSE)
def test_refuted(claim: str, given: list[str], assuming: list[str]) -> None:
    verdict = verify(claim, given=given, assuming=assuming)
    assert verdict.status == "refuted"
    assert verdict.counterexample is not None


NEVER_PROVED = [
    # right for the first three t only
    (r"h_t = t + (t-1)(t-2)(t-3)", ["h_t = h_{t-1} + 1", "h_0 = 0"], []),
    (r"h_t \le 3", ["h_t = h_{t-1} + 1", "h_0 = 0"], []),
    # the step holds, the first value is another
    (r"h_t = t + 1", ["h_t = h_{t-1} + 1", "h_0 = 0"], []),
    (r"h_t = t + c", ["h_t = h_{t-1} + 1", "h_0 = 0"], []),
    # nothing says where it begins
    (r"h_t = t", ["h_t = h_{t-1} + 1"], []),
    # what holds of one t says nothing of the one before
    (r"h_t = 1", ["h_t = h_{t-1} + 1", "h_0 = 0"], ["t > 1"]),
    # the right side speaks of members again
    (r"h_t = h_t + h_T", ["h_t = h_{t-1} + 1", "h_0 = 0"], []),
    (r"x_t = \sum_{k=1}^t x_k", ["x_t = x_{t-1}", "x_0 = 1"], []),
    # a value that moves with t
    (r"h_t = u", ["h_t = h_{t-1}", "u = h_0"], []),
    (r"h_t = u", ["h_t = h_{t-1} + 1", "h_0 = 0", "u = t + 1"], []),
]


@pytest.mark.parametrize(("claim", "given", "assuming"), NEVER_PROVED)
def test_never_proved(claim: str, given: list[str], assuming: list[str]) -> None:
    assert verify(claim, given=given, assuming=assuming).status in ("refuted", "undecided")


TRUE_BUT_HARD = [
    # c is an index here and a number there
    (r"x_t = c", ["x_t = x_{t-1}", "x_0 = c"]),
    (r"S_n = \frac{n(n+1)}{2} + S_2 - 3", COUNT),
]


@pytest.mark.parametrize(("claim", "given"), TRUE_BUT_HARD)
def test_true_claims_are_not_refuted(claim: str, given: list[str]) -> None:
    assert verify(claim, given=given).status != "refuted"


def test_a_sum_over_members_counted_backwards() -> None:
    assert verify(r"\sum_{k=1}^{n} x_{n+1-k} = \sum_{k=1}^n x_k").status == "proved"
    assert verify(r"\sum_{k=1}^{n-1} x_{n-k} = \sum_{k=1}^n x_k - x_n").status == "proved"
    assert verify(r"\sum_{k=1}^{n-1} x_{n-k} = \sum_{k=1}^n x_k - x_1").status == "refuted"


def test_products_up_to_the_member_before() -> None:
    given = [r"\bar\alpha_t = \prod_{s=1}^t\alpha_s"]
    assert verify(r"\bar\alpha_t = \bar\alpha_{t-1}\alpha_t", given=given).status == "proved"
    assert verify(r"\bar\alpha_t = \bar\alpha_{t-1}\alpha_{t-1}", given=given).status == "refuted"
    assert verify(r"\bar\alpha_t = \bar\alpha_{t+1}\alpha_{t+1}", given=given).status == "refuted"

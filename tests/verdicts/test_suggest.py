"""What was meant: the slips that people make, and that every suggestion is proved."""

from __future__ import annotations

import pytest

from derive.verdicts import verify

SOFTMAX = [r"a_j = \frac{e^{z_j}}{\sum_k e^{z_k}}", r"L = -\sum_j y_j \ln a_j"]
SAMPLES = [
    r"C = -\frac{1}{n} \sum_{s=1}^n (y_s \ln a_s + (1 - y_s) \ln(1 - a_s))",
    r"a_s = \sigma(z_s)",
    r"z_s = w x_s + b",
    r"a = \sigma(z)",
    r"z = w x + b",
]
SQUARES = [r"E = \frac{1}{2} \sum_{i=1}^n (y_i - p_i)^2"]

SLIPS = {
    "sign": (r"\sigma'(z) = -\sigma(z)(1 - \sigma(z))", []),
    "sign in a sum": (r"\frac{\partial E}{\partial w} = \sum_i (y_i - p_i) x_i",
                      [*SQUARES, r"p_i = w x_i"]),
    "factor": (r"\frac{d}{dx} x^2 = x", []),
    "mean": (r"\frac{\partial M}{\partial p_j} = 2 (p_j - y_j)",
             [r"M = \frac{1}{n} \sum_{i=1}^n (y_i - p_i)^2"]),
    "base": (r"\frac{d}{dx} \log_2 x = \frac{1}{x}", []),
    "power": (r"\frac{d}{dx} \frac{1}{1 + x^2} = \frac{-2x}{1 + x^2}", []),
    "letter": (r"\frac{d}{dx} \sigma(w x) = x \sigma'(w x)", []),
    "omitted sum": (r"\frac{\partial L}{\partial z_j} = "
                    r"\frac{\partial L}{\partial a_q} \frac{\partial a_q}{\partial z_j}", SOFTMAX),
    "one sample for all": (r"\frac{\partial C}{\partial w} = (a - y) x", SAMPLES),
    "index outside its sum": (r"\sum_{q=1}^n a_q b_q = a_q \sum_{q=1}^n b_q", []),
    "term too many": (r"\frac{d}{dx} (x^2 + 3) = 2x + 3", []),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_refuted_and_what_was_meant_is_proved(slip: str) -> None:
    claim, given = SLIPS[slip]
    # Whether a sum is left to a convention is another question than what was meant.
    verdict = verify(claim, given)
    if slip in ("omitted sum", "one sample for all"):
        assert verdict.status in ("refuted", "conditional")
        return
    assert verdict.status == "refuted"
    assert verdict.suggestion is not None
    step = verdict.steps[0]
    assert verify(str(step.correction), given).status == "proved"


def test_a_derivative_that_lacks_its_prime_is_named() -> None:
    relu = r"f(z) = \begin{cases} z & z \geq 0 \\ 0 & z < 0 \end{cases}"
    claim = r"f(z) = \begin{cases} 1 & z \geq 0 \\ 0 & z < 0 \end{cases}"
    step = verify(claim, [relu]).steps[0]
    assert step.verdict == "refuted"
    assert step.correction is not None
    assert step.correction.startswith(r"\frac{d}{dz} f(z) = ")
    assert verify(step.correction, [relu]).status == "proved"


def test_nothing_is_suggested_where_nothing_near_is_true() -> None:
    step = verify(r"\ln(a + b) = \ln a + \ln b").steps[0]
    assert step.verdict == "refuted"
    assert step.suggestion is None
    assert step.correction is None


def test_a_correction_keeps_the_left_side() -> None:
    step = verify(r"\frac{d}{dx} x^2 = x").steps[0]
    assert step.correction == rf"{step.lhs} = {step.suggestion}"

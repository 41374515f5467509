"""Hypotheses that a claim's letters suggest."""

from __future__ import annotations

import pytest

import derive as dv

SOFTMAX = [r"a_i = \frac{e^{z_i}}{\sum_k e^{z_k}}"]

CONDITIONAL = [
    (r"\sum_i x_i^2 + \lambda > 0", [], r"\lambda > 0"),
    (r"\|a - b\|^2 = 2 - 2 a \cdot b", [], r"\|a\| = 1, \|b\| = 1"),
    (r"\frac{\partial a_i}{\partial z_j} = -a_i a_j", SOFTMAX, r"j \neq i"),
    (r"\Phi(x) + \Phi(-x) = 1", [], r"\Phi(x) ="),
    (r"\Phi'(x) = \frac{1}{\sqrt{2\pi}} e^{-x^2/2}", [], r"\Phi(x) ="),
]

WRONG = [
    (r"\sum_i x_i - \lambda > 0", []),
    (r"\|a - b\|^2 = 2 - a \cdot b", []),
    (r"\frac{\partial a_i}{\partial z_j} = a_i a_j", SOFTMAX),
    (r"\frac{\partial a_i}{\partial z_j} = a_i (1 - a_j)", SOFTMAX),
    (r"\Phi'(x) = \frac{1}{\sqrt{2\pi}} e^{-x^2}", []),
]


@pytest.mark.parametrize(("claim", "given", "needed"), CONDITIONAL)
def test_what_goes_without_saying_is_named(claim: str, given: list[str], needed: str) -> None:
    verdict = dv.verify(claim, given)
    assert verdict.status == "conditional", verdict.reason
    assert needed in " ".join(verdict.hypotheses)


@pytest.mark.parametrize(("claim", "given"), WRONG)
def test_no_such_hypothesis_saves_a_wrong_claim(claim: str, given: list[str]) -> None:
    assert dv.verify(claim, given).status in ("refuted", "undecided")

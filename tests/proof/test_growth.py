"""Claims of many parts need no common denominator; a slip in one part is still found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.growth import log_of_product, nested_activations, slope_of_sigmoids
from derive.verdicts import Claim
from derive.verdicts.worker import judge_claim

LARGE = [slope_of_sigmoids(12), nested_activations(12), log_of_product(12)]
WRONG = [
    replace(LARGE[0], claim=LARGE[0].claim.replace(r"w_{7}u_{7}", r"w_{7}u_{6}")),
    replace(LARGE[0], claim=LARGE[0].claim + r" + w_{3}"),
    replace(LARGE[1], claim=LARGE[1].claim.replace("(1-d^2)", "(1-d^3)")),
    replace(LARGE[1], claim=LARGE[1].claim.replace("(1-d^2)", "")),
    replace(LARGE[2], claim=LARGE[2].claim.replace(r"7\ln x_{7}", r"6\ln x_{7}")),
]


@pytest.mark.parametrize("claim", LARGE, ids=("sum", "chain", "logarithm"))
def test_many_parts_are_proved(claim: Claim) -> None:
    verdict = judge_claim(claim)
    assert verdict.status == "proved", verdict.reason
    assert verdict.steps[0].proof


@pytest.mark.parametrize("claim", WRONG)
def test_a_slip_in_one_of_many_parts_is_refuted(claim: Claim) -> None:
    assert claim.claim not in [c.claim for c in LARGE]
    assert judge_claim(claim).status == "refuted"

"""Sums from 0: what they run over is counted from 1, in all formulas alike."""

import pytest

import derive

TRUE = [
    r"\sum_{k=0}^{T} r_k = r_0 + \sum_{k=0}^{T-1} r_{1+k}",
    r"\sum_{k=0}^{T} r_k = r_0 + \sum_{k=0}^{T-1} r_{k+1}",
    r"\sum_{k=0}^{T} r_k = r_0 + \sum_{k=1}^{T} r_k",
    r"\sum_{k=0}^{t} r_k - \sum_{k=0}^{t-1} r_k = r_t",
    r"\sum_{i=0}^{n-1} x_i = x_0 + \sum_{i=1}^{n-1} x_i",
    r"\sum_{i=0}^{n-1} \sum_{j=0}^{n-1} a_{ij} = \sum_{j=0}^{n-1} \sum_{i=0}^{n-1} a_{ij}",
    r"\sum_{k=1}^{n+1} x_k = \sum_{k=1}^{n} x_k + x_{n+1}",
    r"\sum_{k=1}^{n} (x_{k+1} - x_k) = x_{n+1} - x_1",
]
FALSE = [
    r"\sum_{k=0}^{T} r_k = r_1 + \sum_{k=0}^{T-1} r_{k+1}",
    r"\sum_{k=0}^{T} r_k = r_0 + \sum_{k=0}^{T-1} r_k",
    r"\sum_{k=0}^{t} r_k - \sum_{k=0}^{t-1} r_k = r_{t-1}",
    r"\sum_{k=1}^{n+1} x_k = \sum_{k=1}^{n} x_k + x_n",
]


@pytest.mark.parametrize("claim", TRUE)
def test_members_keep_their_places(claim: str) -> None:
    assert derive.verify(claim).status == "proved"


@pytest.mark.parametrize("claim", FALSE)
def test_neighbours_are_not_mixed_up(claim: str) -> None:
    assert derive.verify(claim).status == "refuted"


def test_partial_sums_share_the_size_of_their_members() -> None:
    given = [r"m_t = \sum_{k=1}^t \beta^{t-k} g_k"]
    claim = r"m_t = \beta m_{t-1} + g_t"
    assert derive.verify(claim, given=given, assuming=[r"\beta > 0"]).status == "proved"
    assert derive.verify(claim, given=given).steps[0].hypotheses == (r"\beta > 0",)


def test_a_sum_that_may_be_empty_holds_where_it_has_terms() -> None:
    given = [r"G_t = \sum_{k=t}^{T} \gamma^{k-t} r_k"]
    claim = r"G_t = r_t + \gamma G_{t+1}"
    verdict = derive.verify(claim, given=given, assuming=[r"\gamma > 0"])
    assert (verdict.status, verdict.steps[0].hypotheses) == (
        "conditional",
        (r"\gamma > 0", r"t \leq T"),
    )
    assert derive.verify(claim, given, [r"\gamma > 0", r"t \le T"]).status == "proved"

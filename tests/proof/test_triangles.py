"""Sums over ordered indices: Σ_{i<j}, Σ_j Σ_{i≤j}, and marks of an order."""

import pytest

import derive

TRUE = [
    r"\sum_{i<j} 1 = \frac{n(n-1)}{2}",
    r"\sum_{i \le j} 1 = \frac{n(n+1)}{2}",
    r"\sum_{1 \le i < j \le n} x_i x_j = \sum_{j > i} x_j x_i",
    r"\sum_{i<j} x_i x_j = \frac12 ((\sum_i x_i)^2 - \sum_i x_i^2)",
    r"\sum_{i<j} (x_i - x_j)^2 = n \sum_i x_i^2 - (\sum_i x_i)^2",
    r"\sum_{i<j} \tanh((x_i - x_j)^2) = \frac12 \sum_i \sum_j \tanh((x_i - x_j)^2)",
    r"\sum_{i=1}^n \sum_{j=1}^i x_j = \sum_{j=1}^n (n - j + 1) x_j",
    r"\sum_{i<j} (x_i + x_j) = (n-1) \sum_i x_i",
    r"\sum_{i<j} x_i y_j = \sum_{j>i} x_i y_j",
]
FALSE = [
    r"\sum_{i<j} 1 = \frac{n(n+1)}{2}",
    r"\sum_{i<j} x_i x_j = (\sum_i x_i)^2 - \sum_i x_i^2",
    r"\sum_{i \le j} x_i x_j = \frac12 ((\sum_i x_i)^2 - \sum_i x_i^2)",
    r"\sum_{i<j} x_i y_j = \sum_{i<j} x_j y_i",
    r"\sum_{i<j} (x_i - x_j) = 0",
    r"\sum_{i=1}^n \sum_{j=1}^i x_j = \sum_{j=1}^n (n - j) x_j",
]


@pytest.mark.parametrize("claim", TRUE)
def test_true(claim: str) -> None:
    assert derive.verify(claim).status == "proved"


@pytest.mark.parametrize("claim", FALSE)
def test_false(claim: str) -> None:
    assert derive.verify(claim).status == "refuted"


def test_a_letter_that_is_given_is_not_summed_over() -> None:
    given = [r"S_j = \sum_{i<j} x_i"]
    assert derive.verify(r"S_{j+1} - S_j = x_j", given).status == "proved"
    assert derive.verify(r"S_{j+1} - S_j = x_{j+1}", given).status == "refuted"

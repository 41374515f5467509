"""Sums over ordered indices: Σ_{i<j}, Σ_j Σ_{i≤j}, and marks of an order."""

import pytest
import sympy as sp

import derive
from derive.latex import read
from derive.terms import parts

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
    r"\sum_{i<j} x_i y_j + \sum_{i<j} x_j y_i = \sum_i \sum_{j \neq i} x_i y_j",
    r"\sum_{j=1}^n \sum_{i=1}^j x_i y_j = \sum_{i=1}^n \sum_{j=i}^n x_i y_j",
    r"\sum_{j=1}^n \sum_{i=1}^{j-1} x_i y_j = \sum_{i=1}^n \sum_{j=i+1}^n x_i y_j",
    r"\sum_{i \neq j} x_i x_j = (\sum_i x_i)^2 - \sum_i x_i^2",
    r"\sum_{i \neq j} w_{ij} x_i x_j = \sum_i \sum_{j \neq i} w_{ij} x_i x_j",
]
FALSE = [
    r"\sum_{i \neq j} x_i x_j = (\sum_i x_i)^2",
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


SYMMETRIC = (r"w_{ij} = w_{ji}",)
ENERGY = (r"E = -\sum_{i<j} w_{ij} s_i s_j",)
FORM = r"\frac{\partial}{\partial x_k} \sum_i \sum_j w_{ij} x_i x_j = 2 \sum_j w_{kj} x_j"


def test_a_symmetric_matrix() -> None:
    slope = r"\frac{\partial E}{\partial s_k} = -\sum_{j \neq k} w_{kj} s_j"
    for claim, given in ((slope, ENERGY), (FORM, ()), (r"w_{ik} x_k = w_{ki} x_k", ())):
        verdict = derive.verify(claim, given, SYMMETRIC)
        assert verdict.status == "proved"
        assert verdict.steps[0].hypotheses == (r"w_{ij} = w_{ji}",)
    assert derive.verify(FORM).status == "refuted"
    assert derive.verify(r"w_{ij} = w_{ji} + 1", assuming=SYMMETRIC).status == "refuted"


@pytest.mark.parametrize(
    ("formula", "letters"),
    [
        (r"E = -\frac12 \sum_{i \neq j} w_{ij} s_i s_j", "ij"),
        (r"L = \sum_{j \neq k} \max(0, s_j - s_k + 1)", "j"),
        (r"S_i = \sum_{j \neq i} x_i x_j", "j"),
        (r"\sum_{j \neq i} p_j = 1 - p_i", "j"),
    ],
)
def test_what_a_sum_over_unequal_indices_runs_over(formula: str, letters: str) -> None:
    statement = read(formula).steps[0].statement
    (total,) = parts(statement.lhs, sp.Sum) or parts(statement.rhs, sp.Sum)
    assert sorted(str(k) for k in total.variables) == sorted(letters)

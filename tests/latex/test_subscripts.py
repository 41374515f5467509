"""Which letters below a name count its members, and which only label it."""

import pytest
import sympy as sp

from derive.latex import read_all
from derive.verdicts import verify


def heads(*formulas: str) -> list[sp.Basic]:
    """The left sides of formulas that are read together."""
    return [f.steps[0].statement.lhs for f in read_all(list(formulas))]


@pytest.mark.parametrize("letter", list("abuv"))
def test_a_letter_counts_where_a_sum_shows_the_members(letter: str) -> None:
    policy = rf"\pi_{letter} = \frac{{e^{{\theta_{letter}}}}}{{\sum_c e^{{\theta_c}}}}"
    (head,) = heads(policy)
    assert isinstance(head, sp.Indexed)
    assert str(head.indices[0]) == letter


def test_a_letter_counts_in_what_is_made_of_members() -> None:
    """J has no index, but r has: only the chain of all formulas tells."""
    heads_of = heads(
        r"\pi_a = \frac{e^{\theta_a}}{\sum_c e^{\theta_c}}",
        r"g_a = \pi_a r_a",
        r"h_b = g_b + \delta_{ab}",
    )
    assert all(isinstance(head, sp.Indexed) for head in heads_of)


@pytest.mark.parametrize(
    "formulas",
    [
        (r"\mu = \frac1n \sum_i x_i", r"x_a = 3"),
        (r"z_a = w x_a + b", r"z_b = w x_b + b"),
        (r"\mu = \frac1n \sum_i x_i", r"x_{max} = a_{max}"),
    ],
)
def test_a_letter_labels_where_nothing_shows_members(formulas: tuple[str, ...]) -> None:
    assert not isinstance(heads(*formulas)[-1], sp.Indexed)


def test_the_class_of_one_sample_is_an_index_and_that_of_several_is_not() -> None:
    given = [r"p_k = \frac{e^{f_k}}{\sum_j e^{f_j}}", r"L_i = -\log p_{y_i}"]
    slope = r"\frac{\partial L_i}{\partial f_k} ="
    assert verify(rf"{slope} p_k - \mathbb{{1}}(y_i = k)", given).status == "proved"
    assert verify(rf"{slope} \mathbb{{1}}(y_i = k) - p_k", given).status == "refuted"
    # Another sample has another class.
    for claim in (r"L_j = -\log p_{y_i}", r"L_2 = -\log p_{y_1}", r"L_2 = -\log p_{y_2}"):
        assert verify(claim, given).status == "undecided"

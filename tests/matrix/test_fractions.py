"""Fractions whose parts stand without braces, as people write them."""

from __future__ import annotations

import pytest

from derive.latex.tokens import tokenize
from derive.matrix.fractions import braced
from derive.verdicts import verify

SHAPES = (
    r"X \in \mathbb{R}^{m \times n}",
    r"w \in \mathbb{R}^n",
    r"y \in \mathbb{R}^m",
)
LOSS = r"J = \frac1{2m}\|Xw - y\|_2^2"


def spelled(text: str) -> str:
    return "".join(token.text for token in braced(tokenize(text)))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"\frac1m X", r"\frac{1}{m}X"),
        (r"\frac12 X", r"\frac{1}{2}X"),
        (r"\frac123", r"\frac{1}{2}3"),
        (r"\frac1{2m}", r"\frac{1}{2m}"),
        (r"\frac{\frac12 a}b", r"\frac{\frac{1}{2}a}{b}"),
        (r"\frac{a}{b}", r"\frac{a}{b}"),
        (r"\frac", r"\frac"),
    ],
)
def test_parts_get_their_braces(written: str, meant: str) -> None:
    assert spelled(written) == meant


def test_the_gradient_of_least_squares() -> None:
    right = verify(r"\nabla_w J = \frac1m X^\top(Xw - y)", given=(LOSS,), assuming=SHAPES)
    assert right.status == "proved"
    wrong = verify(r"\nabla_w J = \frac1m X(Xw - y)", given=(LOSS,), assuming=SHAPES)
    assert wrong.status == "refuted"
    assert "shapes" in wrong.steps[-1].reason

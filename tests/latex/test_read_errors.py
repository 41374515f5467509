"""What is not understood is refused, with its place; hostile input costs nothing."""

import re
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.errors import DeriveError, ReadError
from derive.latex import Formula, read

REFUSED = [
    ("a + ", 5, "a term"),
    ("a = b )", 7, "an operator"),
    (r"\frac{1}{x", 11, "'}'"),
    (r"a_i + \foo", 7, "a term"),
    (r"x^a^b", 4, "one subscript and one superscript"),
    (r"\sum x", 1, "the index of the sum"),
    (r"\sum_x x", 1, "x is used as a number"),
    (r"\sum_i 1", 1, "an upper limit"),
    (r"1/2x", 4, "brackets"),
    (r"\log a (b + c)", 8, "brackets"),
    (r"\beta^T x", 7, "an exponent"),
    (r"\max_k", 1, "the argument of max"),
    (r"\arg x", 6, r"\max or \min"),
    (r"\nabla L = a", 1, "a derivative such as"),
    (r"x_1 + \dots + y_n", 7, "an ellipsis is not read"),
    (r"x_1 + x_3 + \dots + x_n", 13, "an ellipsis is not read"),
    (r"x_1 - \dots + x_n", 7, "an ellipsis is not read"),
    (r"x_1 + x_2 + \dots", 13, "an ellipsis is not read"),
    (r"\sum_x (y - c)^2", 1, "an upper limit, or a summand that uses x"),
    (r"L(y, x) = \sum (y - f(x))^2", 11, "indices: x, y is one number at the left"),
    (r"y_i + y", 1, "one or the other"),
    (r"y_i + y_{ij}", 7, "1 index(es) on y"),
    (r"expected = cost + 1", 12, "a known name"),
    (r"50% of x", 3, r"\%"),
    (r"\frac{d}{dz}(x)(y)", 16, "brackets"),
    ("f'", 1, "the argument of the derivative"),
    (r"\sum_i x_i + b + y_i", 14, "inside or outside"),
    ("a(2) + a", 1, "an explicit product sign"),
    ("= a", 1, "a left side"),
    (r"\max x", 1, "two or more arguments"),
    (r"\int_0^1 x", 1, "a differential such as dx"),
    (r"\lVert x \rVert_{x + 1}", 1, "a norm with p"),
    (r"x = 1 \text{ or } x = -1", 7, "a term"),
    (r"x = 1 \text{ unless } x = -1", 7, "a term"),
    (r"\frac 0.5", 7, "braces round the number"),
    (r"|_{z=0}", 2, "a term"),
    ("", 1, "a formula"),
    ("x^10", 3, "braces round the number"),
    ("x_12 + y", 3, "braces round the number"),
    (r"\frac123", 6, "braces round the number"),
    ("e^ab", 4, "{ab}"),
    ("x_ij", 4, "{ij}"),
    (r"\sin^{-1} x", 6, r"\operatorname{artanh}"),
    (r"\tanh^{-1}(x)", 7, "(f(x))^{-1}"),
    ("f^{-1}(x)", 3, "(f(x))^{-1}"),
    (r"\sigma^{-1}(x)", 8, "(f(x))^{-1}"),
    ("1.5e3 + x", 1, r"1.5 \cdot 10^{3}"),
    ("2 + 1e-3", 5, "a power of ten"),
    (r"\sum_{k=-1}^{n} x_k", 9, "members of a family are numbered from 1"),
    (r"\sum_{k=-1}^{n} x_{k + 1}", 9, "members of a family are numbered from 1"),
    (r"\tanh z (1 - z)", 9, "brackets"),
    (r"\sigma(x + 1) = \sigma x", 1, "one or the other"),
    ("h(w) + h", 1, "an explicit product sign"),
]


@pytest.mark.parametrize(("text", "column", "expected"), REFUSED)
def test_refused_with_its_place(text: str, column: int, expected: str) -> None:
    with pytest.raises(ReadError) as raised:
        read(text)
    assert raised.value.column == column
    assert expected in raised.value.expected


def test_line_column_and_caret() -> None:
    with pytest.raises(ReadError) as raised:
        read("a = b \\\\\n  = \\frac{c}{d + }")
    assert (raised.value.line, raised.value.column) == (2, 18)
    assert raised.value.caret().splitlines()[1] == " " * 17 + "^"


HOSTILE = {
    "braces": "{" * 10_000,
    "brackets": "(" * 5_000 + "x" + ")" * 5_000,
    "fractions": r"\frac" * 3_000,
    "roots": r"\sqrt" * 2_000 + "x",
    "accents": r"\hat" * 2_000 + "x",
    "functions": r"\sin " * 3_000 + "x",
    "minus": "-" * 10_000 + "x",
    "letters": "x" * 20_000,
    "terms": "x+" * 9_000 + "x",
    "sums": r"\sum_k x_k + " * 1_400 + "1",
    "nested sums": r"\sum_k " * 1_000 + "x_k",
    "chain": "x=" * 5_000 + "x",
    "digits": "9" * 10_000,
    "environments": r"\begin{cases}" * 1_000,
    "length": "x " * 1_000_000,
    "nul": "\x00",
    "zero width": "x\u200b",
    "code": "__import__('os').system('true')",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_input_ends_soon(text: str) -> None:
    start = time.perf_counter()
    with suppress(DeriveError):
        assert isinstance(read(text), Formula)
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize(
    "text", ["9^{9^{9^{9^9}}}", "99999999!", r"\binom{10^9}{10^8}", r"\frac{0}{0}"]
)
def test_numbers_are_not_worked_out(text: str) -> None:
    assert read(text).expression is not None


PIECES = re.findall(
    r"\S+",
    r"""x y_i y_{ij} a z_j _i _ ^2 ^ ' { } ( ) [ ] | || \| = < \leq + - * / \cdot , ; & \\ \quad !
    \frac \frac{1}{n} \sum \sum_i \sum_{k\neq j} \prod_{i=1}^n \log ln e^ \sigma \sigma' f f'(z)
    \partial \frac{\partial \frac{d}{dz} \begin{cases} \end{cases} \left( \right) \left. \right|
    \text{if} \in \{0,1\} \delta_{ij} softmax(z) \operatorname{softmax} \dots 0.5 12 \hat \mathbf
    \mathbb{1}[ H(p,q) \tag{1} \int \nabla \max \pi \infty % ~ \ \rm d""",
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_token_soup_is_read_or_refused(pieces: list[str]) -> None:
    with suppress(DeriveError):
        assert isinstance(read(" ".join(pieces)), Formula)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(DeriveError):
        assert isinstance(read(text), Formula)

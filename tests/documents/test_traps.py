"""Traps in documents: what a text denies, supposes or names anew, and what may be said after it.

Each row is a document and the verdicts of its formulas in order; `-` is one that states nothing.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.documents.check import Limits, check_file

DOCUMENTS = {
    "what is denied is no fact": (
        r"We do not have $a = b$. Note that $a \neq b$. It isn't true that $c = d$, since"
        r" $c = d + 1$. Hence $c - d = 1$.",
        "- conditional - definition proved",
    ),
    "indices that are denied to be equal are no case": (
        r"In general we don't have $i = j$. So $\sum_i a_i b_j = b_j \sum_i a_i$.",
        "- proved",
    ),
    "a claim that is denied is judged all the same": (
        r"Let $f(x) = x^2$. It is not true that $f'(x) = 3x$.",
        "definition refuted",
    ),
    "an error called e": (
        r"Let $a = \frac{1}{1 + e^{-z}}$ and let $e = y - a$ be the error. Then"
        r" $\frac{\partial e}{\partial z} = -a(1 - a)$ and $e^2 = (y - a)^2$ and"
        r" $\frac{\partial e}{\partial a} = 1$ and $\frac{d}{dx} e^x = e^x$.",
        "definition definition proved proved refuted proved",
    ),
    "errors called e_i": (
        r"Let $e_i = y_i - a_i$. Then $\sum_i e_i = \sum_i y_i - \sum_i a_i$ and"
        r" $\sum_i e_i = \sum_i y_i$.",
        "definition proved refuted",
    ),
    "what is supposed of two letters holds in its paragraph": (
        "If $a = b$, then $(a - b)^2 = 0$.\n\nIn general $(a - b)^2 = 0$.",
        "definition proved definition",
    ),
    "matrices are no numbers": (
        r"Let $A \in \mathbb{R}^{n \times n}$ and $B \in \mathbb{R}^{n \times n}$. Then"
        r" $(A + B)^2 = A^2 + 2AB + B^2$ and $(AB)^2 = A^2 B^2$ and $e^{A+B} = e^A e^B$.",
        "definition definition undecided undecided undecided",
    ),
    "a false step is no fact": (
        r"Let $L = a + b$ and $a = 2c$. Thus $L = 3c + b$. Therefore $L - b = 3c$.",
        "definition definition refuted refuted",
    ),
    "contradictory assumptions decide nothing": (
        "<!-- derive: assume x > 1 -->\n<!-- derive: assume x < 0 -->\n$x^2 = x^2 + 3$",
        "undecided",
    ),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_verdicts(name: str, tmp_path: Path) -> None:
    text, expected = DOCUMENTS[name]
    path = tmp_path / "notes.md"
    path.write_text(text)
    found = [r.verdict or "-" for r in check_file(path, Limits()).reports]
    assert found == expected.split()

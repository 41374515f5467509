"""Formulas are found where they stand, in every kind of document."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.documents.find import document, read_text
from derive.documents.pieces import Found, Heading
from derive.errors import DeriveError


def found(text: str, suffix: str = ".md") -> list[str]:
    return [f.latex.strip() for f in document(text, suffix).formulas]


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("an $a = b$ inline", ["a = b"]),
        ("$$a\n= b$$", ["a\n= b"]),
        (r"\[ a \] and \( b \)", ["a", "b"]),
        (r"\\( a \\)", ["a"]),
        ("\\begin{equation}a = b\\end{equation}", ["a = b"]),
        ("\\begin{align}a &= b\\end{align}", ["\\begin{align}a &= b\\end{align}"]),
        ("```math\na = b\n```", ["a = b"]),
        ("$`a = b`$", ["a = b"]),
        ("`$a$` and ``$b` $c$``", []),
        ("```\n$a$\n```\n$b$", ["b"]),
        ("it costs $5 or $6", []),
        ("a \\$5 note and $x$", ["x"]),
        ("<!-- $a$ --> $b$", ["b"]),
        ("- item\n\n  $$a$$", ["a"]),
        ("> quoted $a$", ["a"]),
        ("$a\n\nb$", []),
    ],
)
def test_markdown(text: str, formulas: list[str]) -> None:
    assert found(text) == formulas


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("% $a$\n$b$", ["b"]),
        ("\\% $a$", ["a"]),
        ("\\begin{verbatim}$a$\\end{verbatim}$b$", ["b"]),
        ("\\iffalse $a$\n$c$ \\fi $b$", ["b"]),
        ("\\verb|$a$| $b$", ["b"]),
        ("\\begin{gather*}a\\end{gather*}", ["\\begin{gather*}a\\end{gather*}"]),
        ("x \\\\[2pt] $a$", ["a"]),
    ],
)
def test_tex(text: str, formulas: list[str]) -> None:
    assert found(text, ".tex") == formulas


@given(st.text(alphabet="ab=+\\{}_^ é−", min_size=1, max_size=20))
def test_image_links_decode_with_their_places(latex: str) -> None:
    text = f"![f](https://example.org/equation?tex={quote_plus(latex)})"
    (formula,) = document(text, ".md").formulas
    assert formula.latex == latex
    for k, char in enumerate(latex):
        if char.isascii() and char.isalpha():
            assert text[formula.source.place(k)] == char


def test_notebook_places_are_those_of_the_file() -> None:
    cells = [
        {"cell_type": "code", "source": ["s = '$x$ \\\\ \"q\"'\n"]},
        {"cell_type": "markdown", "source": ["# é\n", "see $\\alpha = b$\n"]},
    ]
    text = json.dumps({"cells": cells, "nbformat": 4}, indent=1)
    (formula,) = document(text, ".ipynb").formulas
    assert formula.latex == "\\alpha = b"
    assert text[formula.source.place(formula.latex.index("b"))] == "b"
    assert document(text, ".ipynb").position(formula.start)[0] > 1


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"cells": 1}', '{"worksheets": []}'])
def test_what_is_no_notebook_says_so(text: str) -> None:
    with pytest.raises(DeriveError, match="not a notebook"):
        document(text, ".ipynb")


def test_headings_and_positions() -> None:
    doc = document("# A\n\n$$\n# b\n$$\n\n## C\n\n$x$", ".md")
    assert [(p.level, p.text) for p in doc.pieces if isinstance(p, Heading)] == [(1, "A"), (2, "C")]
    assert doc.position(doc.formulas[-1].start) == (9, 2)


def test_macros_are_written_out_with_places() -> None:
    text = "\\newcommand{\\pd}[2]{\\frac{\\partial #1}{\\partial #2}}\n$\\pd{L}{z} = a$"
    (formula,) = document(text, ".tex").formulas
    assert formula.source.chars == "\\frac{\\partial L}{\\partial z} = a"
    assert text[formula.source.place(formula.source.chars.index("z"))] == "z"
    assert text[formula.source.place(formula.source.chars.index("= a") + 2)] == "a"


@pytest.mark.parametrize(
    ("macros", "call", "said"),
    [
        ("\\newcommand{\\a}{\\a}", "\\a", "without end"),
        ("\\def\\a{\\b\\b}\\def\\b{\\a\\a}", "\\a", "without end|more than"),
        ("\\newcommand{\\a}[2]{#1#2}", "\\a{x}", "needs 2"),
        ("\\newcommand{\\a}[1]{#1}", "\\a{x", "not closed"),
    ],
)
def test_hostile_macros_are_one_clear_line(macros: str, call: str, said: str) -> None:
    formulas = document(f"{macros}\n$${call}$$ and $x$", ".tex").formulas
    assert re.search(said, formulas[0].trouble)
    assert not formulas[1].trouble


def test_doubling_macros_stop() -> None:
    names = "abcdefghijklmnopqrstuvwxy"
    lines = [f"\\def\\{x}{{\\{y}\\{y}}}" for x, y in pairwise(names)]
    (formula,) = document("\n".join([*lines, "\\def\\y{}", "$\\a$"]), ".tex").formulas
    assert formula.trouble


def test_unterminated_display_is_one_formula() -> None:
    first, second = document("text $$a = b\n\nmore $c$", ".md").formulas
    assert "not closed" in first.trouble
    assert isinstance(second, Found)
    assert second.latex == "c"


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(DeriveError, match="line 2: byte 0xff is not UTF-8"):
        read_text(b"a\n\xff", "x.md")
    with pytest.raises(DeriveError, match="NUL"):
        read_text(b"a\0b", "x.md")


@given(st.text(alphabet="$`\\[](){}<!->%\n #a=beginquto ", max_size=120))
def test_any_text_is_scanned(text: str) -> None:
    for suffix in (".md", ".tex"):
        doc = document(text, suffix)
        starts = [f.start for f in doc.formulas]
        assert starts == sorted(starts)
        for formula in doc.formulas:
            assert len(formula.source.places) == len(formula.source.chars) + 1

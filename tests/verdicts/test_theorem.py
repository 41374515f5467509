"""Loading theorem files: what is found, and what is said of files that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.errors import DeriveError
from derive.terms import Domain, real
from derive.verdicts.theorem import Theorem, declared, load_theorems

STATED = """
from derive.functions import catalogue
from derive.terms import Statement, real
from derive.verdicts.theorem import Theorem
z = real("z")
s = catalogue["sigmoid"]
stated = Theorem({name!r}, "a title", Statement(s(-z), "=", 1 - s(z)))
several = (stated,)
_hidden = Theorem("hidden", "a title", Statement(z, "=", z))
"""


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def names(theorems: tuple) -> list[str]:
    return [t.name for t in theorems]


def test_a_file_and_a_folder(tmp_path: Path) -> None:
    write(tmp_path / "b.py", STATED.format(name="second").replace("several = (stated,)", ""))
    file = write(tmp_path / "a.py", STATED.format(name="first").replace("several = (stated,)", ""))
    assert names(load_theorems(file)) == ["first"]
    assert names(load_theorems(str(tmp_path))) == ["first", "second"]
    assert all(isinstance(t, Theorem) for t in load_theorems(tmp_path))


def test_tuples_are_searched_and_one_theorem_twice_is_one(tmp_path: Path) -> None:
    assert names(load_theorems(write(tmp_path / "a.py", STATED.format(name="x")))) == ["x"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"found no theorems; a file states them as `Theorem\(\.\.\.\)`"),
        ("x = (", r"a\.py: line 1: SyntaxError: .*; correct the file"),
        ("\nx = y\n", r"a\.py: line 2: NameError: name 'y' is not defined; correct the file"),
        (
            "from derive.functions import catalogue\ncatalogue['sigmod']",
            r"line 2: UnknownNameError: .*did you mean sigmoid",
        ),
        (
            STATED.format(name="x") + STATED.format(name="x").replace("stated", "again"),
            r"a\.py: a theorem 'x' exists already; rename it",
        ),
    ],
)
def test_a_file_that_fails_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    write(tmp_path / "a.py", text)
    with pytest.raises(DeriveError, match=message):
        load_theorems(tmp_path)


def test_a_missing_path(tmp_path: Path) -> None:
    with pytest.raises(DeriveError, match="no such file or folder"):
        load_theorems(tmp_path / "absent")


def test_a_file_that_is_not_python(tmp_path: Path) -> None:
    with pytest.raises(DeriveError, match=r"theorems are stated in \.py files"):
        load_theorems(write(tmp_path / "a.txt", "text"))


def test_declared_domains_are_in_the_context() -> None:
    p = real("p")
    context = declared({p: Domain.UNIT})
    assert context.domain_of(p) is Domain.UNIT
    assert "sigmoid" in context.library

"""What a derivation prints, compared with the files in tests/golden.

After a wanted change: `REGENERATE=1 pytest tests/latex/test_writer_golden.py`, then read the
difference before committing it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from headlines import HEADLINES

from derive.latex.derivation import differentiate

GOLDEN = Path(__file__).parents[1] / "golden"


def _compare(path: Path, printed: str) -> None:
    if os.environ.get("REGENERATE"):
        path.write_text(printed, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == printed


@pytest.mark.parametrize("name", HEADLINES)
def test_latex(name: str) -> None:
    expr, variables, context, _ = HEADLINES[name]
    printed = differentiate(expr, *variables, context=context).latex()
    _compare(GOLDEN / f"{name}.tex", printed + "\n")


@pytest.mark.parametrize("name", ["cross_entropy", "relu", "sigmoid"])
@pytest.mark.parametrize("kind", ["text", "markdown", "html"])
def test_other_forms(name: str, kind: str) -> None:
    expr, variables, context, _ = HEADLINES[name]
    printed = getattr(differentiate(expr, *variables, context=context), kind)()
    suffix = {"text": "txt", "markdown": "md", "html": "html"}[kind]
    _compare(GOLDEN / f"{name}.{suffix}", printed.rstrip("\n") + "\n")


def test_every_golden_file_is_still_printed() -> None:
    known = set(HEADLINES)
    assert {p.stem for p in GOLDEN.iterdir()} <= known

"""The documents speak of files that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.name)
def test_paths_in_a_document_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = re.findall(r"`((?:derive|proofs|tests|docs|bench)/[\w./-]*)`", text)
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    missing = [p for p in named if not (ROOT / p).exists()]
    missing += [p for p in linked if not (document.parent / p).exists()]
    assert not missing


def test_the_map_names_every_package() -> None:
    text = (ROOT / "docs" / "map.md").read_text(encoding="utf-8")
    packages = sorted(p.parent.name for p in (ROOT / "derive").glob("*/__init__.py"))
    assert packages
    for package in packages:
        assert f"`derive/{package}/" in text

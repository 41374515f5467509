"""The documents of the tests, with the labels that stand in their comments."""

from __future__ import annotations

import re
from pathlib import Path

from derive.documents.pieces import Document, Found

DATA = Path(__file__).parent / "data"
DOCUMENTS = sorted(p for p in DATA.iterdir() if p.suffix in (".md", ".tex", ".ipynb"))
LABEL = re.compile(r"label: (\w+)")


def labels(document: Document) -> list[tuple[Found, str]]:
    """Every label with the last formula that begins before it."""
    found = []
    for match in LABEL.finditer(document.text):
        before = [f for f in document.formulas if f.start < match.start()]
        found.append((before[-1], match[1]))
    return found

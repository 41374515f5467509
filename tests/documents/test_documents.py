"""The project's own documents: every planted error is found, nothing else is called wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from documents.labels import DOCUMENTS, labels

from derive.documents.check import Limits, check_file

LIMITS = Limits(formula_seconds=30.0)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_document_is_judged_as_labelled(path: Path) -> None:
    checked = check_file(path, LIMITS)
    assert checked.document is not None, checked.trouble
    wanted = {found.start: label for found, label in labels(checked.document)}
    assert wanted, "a document without labels tests nothing"
    wrong = []
    for reported in checked.reports:
        verdict = "unread" if reported.kind == "unread" else reported.verdict
        label = wanted.pop(reported.found.start, None)
        fine = (verdict in ("definition", "proved", None) if label is None
                else label in (verdict, reported.kind))  # fmt: skip
        if not fine:
            wrong.append((reported.found.latex, label, verdict, reported.reason))
    assert not wrong
    assert not wanted


def test_there_are_planted_errors_in_several_styles() -> None:
    texts = [p.read_text(encoding="utf-8") for p in DOCUMENTS]
    assert sum("label: refuted" in t for t in texts) >= 12
    assert len(DOCUMENTS) >= 15
    assert {p.suffix for p in DOCUMENTS} == {".md", ".tex", ".ipynb"}

"""A copy of a document with the verdict beside each formula."""

from __future__ import annotations

import json
from collections.abc import Iterable

from derive.documents.pieces import Document
from derive.documents.reported import Reported

_MARKS = {"proved": "✓", "refuted": "✗", "conditional": "✓ if", "undecided": "?"}


def annotated(document: Document, reports: Iterable[Reported], suffix: str) -> str:
    """The document's text with a remark after each formula that claims something."""
    parts: list[str] = []
    at = 0
    for reported in sorted(reports, key=lambda r: r.found.stop):
        words = _words(reported)
        if not words:
            continue
        place, text = _remark(document.text, reported, words, suffix)
        parts += [document.text[at:place], text]
        at = place
    return "".join([*parts, document.text[at:]])


def _words(reported: Reported) -> str:
    if reported.kind in ("definition", "expression"):
        return ""
    mark = _MARKS.get(str(reported.verdict), "?")
    if reported.verdict == "proved":
        return f"{mark} proved"
    needs = [h for s in reported.steps for h in s.hypotheses if s.verdict == "conditional"]
    if reported.verdict == "conditional" and needs:
        return f"{mark} {', '.join(f'${h}$' for h in dict.fromkeys(needs))}"
    worst = next((s for s in reported.steps if s.verdict == reported.verdict), None)
    meant = f"; perhaps ${worst.correction}$" if worst is not None and worst.correction else ""
    said = "" if reported.reason.startswith("unread") else f"{reported.verdict}: "
    return f"{mark} {said}{' '.join(reported.reason.split())}{meant}"


def _remark(text: str, reported: Reported, words: str, suffix: str) -> tuple[int, str]:
    """Where a remark goes, and how it is written there."""
    stop = reported.found.stop
    if suffix == ".tex":
        end = text.find("\n", stop)
        return (end if end >= 0 else len(text)), f"\n% {words}"
    if suffix == ".ipynb":
        # Inside a JSON string; the place of a formula is that of its characters there.
        return stop, json.dumps(f" **[{words}]**", ensure_ascii=False)[1:-1]
    in_link = text[stop : stop + 1] == ")"
    return stop + in_link, f" **[{words}]**"

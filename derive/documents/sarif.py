"""SARIF 2.1.0, which editors and code hosts show beside the source."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from derive.documents.check import Checked
from derive.documents.pieces import Document
from derive.documents.reported import Reported
from derive.verdicts.verdict import StepVerdict

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
RULES = {
    "refuted": ("error", "The formula is wrong", "There is a point at which its sides differ."),
    "conditional": ("warning", "The formula needs a hypothesis",
                    "It is true under a hypothesis that the text does not state."),
    "undecided": ("note", "The formula was not decided", "Neither a proof nor a counterexample."),
    "unread": ("note", "The formula was not read", "Its notation is not understood."),
}  # fmt: skip


def sarif(files: Iterable[Checked]) -> dict[str, Any]:
    """The log of one run over these files."""
    files = list(files)
    results = [r for file in files if file.document is not None for r in _results(file)]
    troubles = [
        {"level": "error", "message": {"text": file.trouble}} for file in files if file.trouble
    ]
    run = {
        "tool": {"driver": {"name": "derive", "version": version("derive"), "rules": _rules()}},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {"executionSuccessful": not troubles, "toolExecutionNotifications": troubles}
        ],
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rules() -> list[dict[str, Any]]:
    return [
        {
            "id": name,
            "shortDescription": {"text": short},
            "fullDescription": {"text": full},
            "defaultConfiguration": {"level": level},
        }
        for name, (level, short, full) in RULES.items()
    ]


def _results(file: Checked) -> Iterable[dict[str, Any]]:
    document = file.document
    assert document is not None
    for reported in file.reports:
        if reported.expected and reported.expected == reported.verdict:
            continue
        if reported.kind == "unread" or (not reported.steps and reported.verdict == "undecided"):
            rule = "unread" if reported.kind == "unread" else "undecided"
            yield _result(file, document, reported, rule, reported.reason, None)
        for step in reported.steps:
            if step.verdict in RULES:
                yield _result(file, document, reported, step.verdict, _message(step), step)


def _message(step: StepVerdict) -> str:
    parts = [step.reason]
    if step.hypotheses:
        parts.append(f"needs {', '.join(step.hypotheses)}")
    if step.correction is not None:
        parts.append(f"perhaps {step.correction}")
    return "; ".join(parts)


def _result(
    file: Checked,
    document: Document,
    reported: Reported,
    rule: str,
    message: str,
    step: StepVerdict | None,
) -> dict[str, Any]:
    line, column = document.position(reported.place(step))
    end_line, end_column = document.position(max(reported.found.end, reported.place(step)))
    region = {"startLine": line, "startColumn": column, "endLine": end_line,
              "endColumn": max(end_column, column + 1 if end_line == line else 1)}  # fmt: skip
    return {
        "ruleId": rule,
        "level": RULES[rule][0],
        "message": {"text": message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(PurePath(file.path).as_posix())},
                    "region": region,
                }
            }
        ],
    }

"""`derive check`: documents in, reports out; within limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from derive.documents.find import document, read_text
from derive.documents.follow import Reported, follow, summary
from derive.documents.judge import Judged, Task, judge_task
from derive.documents.pieces import Document
from derive.errors import DeriveError
from derive.verdicts.worker import Worker


@dataclass(frozen=True)
class Limits:
    """What one file may be and take."""

    max_bytes: int = 2_000_000
    max_formulas: int = 2_000
    formula_seconds: float = 10.0
    file_seconds: float = 600.0


@dataclass(frozen=True)
class Checked:
    """A file and what is said of its formulas; `trouble` if it could not be read."""

    path: str
    document: Document | None = None
    reports: tuple[Reported, ...] = ()
    trouble: str = ""
    notes: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """The file in the shape that scripts rely on."""
        record: dict[str, Any] = {
            "path": self.path,
            "formulas": [formula_json(self.document, r) for r in self.reports if self.document],
        }
        if self.trouble:
            record["error"] = self.trouble
        return record


def formula_json(document: Document, reported: Reported) -> dict[str, Any]:
    """One formula in the shape that scripts rely on."""
    line, column = document.position(reported.found.start)
    steps = []
    for step in reported.steps:
        at = document.position(reported.place(step))
        steps.append({**step.as_json(), "line": at[0], "column": at[1]})
    return {
        "line": line,
        "column": column,
        "latex": reported.found.latex,
        "kind": reported.kind,
        "verdict": reported.verdict,
        "steps": steps,
        "reason": reported.reason,
        "notes": list(reported.notes),
        "context": [{"line": f.line, "latex": f.text} for f in reported.facts],
        "from_catalogue": list(reported.taken),
    }


def check_file(path: Path, limits: Limits) -> Checked:
    """Proofread one file; what is wrong with the file itself is its `trouble`."""
    try:
        size = path.stat().st_size
        if size > limits.max_bytes:
            raise DeriveError(f"{path}: {size} bytes; the limit is {limits.max_bytes}")
        text = read_text(path.read_bytes(), path)
        found = document(text, path.suffix)
    except (OSError, DeriveError) as error:
        return Checked(str(path), trouble=str(error))
    with Worker(limits.formula_seconds) as worker:

        def judge(task: Task) -> Judged:
            try:
                judged: Judged = worker.call(judge_task, task)
            except DeriveError as error:
                return Judged(stopped=str(error))
            return judged

        reports = tuple(follow(found, judge, limits.formula_seconds))
    return Checked(str(path), found, reports)


def check_files(
    paths: Sequence[Path], limits: Limits, jobs: int = 1, cache: Path | None = None
) -> Iterator[Checked]:
    """Proofread files, in their order."""
    for path in paths:
        yield check_file(path, limits)

"""`derive check`: documents in, reports out; within limits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

from derive.documents.cache import cached
from derive.documents.find import KINDS, document, read_text
from derive.documents.follow import Follower
from derive.documents.judge import judge_task
from derive.documents.pieces import Document, Found, Piece
from derive.documents.reported import Reported
from derive.documents.task import Judged, Task
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
    """A file and what is said of its formulas; `trouble` if it could not be read.

    `notes` are remarks on the whole file: limits that were reached, comments not understood.
    """

    path: str
    document: Document | None = None
    reports: tuple[Reported, ...] = ()
    trouble: str = ""
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The file in the shape that scripts rely on."""
        record: dict[str, Any] = {"path": self.path, "formulas": []}
        if self.document is not None:
            record["formulas"] = [formula_json(self.document, r) for r in self.reports]
        if self.trouble:
            record["error"] = self.trouble
        if self.notes:
            record["notes"] = list(self.notes)
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
        "notes": [*reported.remarks, *reported.notes],
        "context": [{"line": f.line, "latex": f.text} for f in reported.facts],
        "from_catalogue": list(reported.taken),
    }


def check_file(path: Path, limits: Limits, cache: Path | None = None) -> Checked:
    """Proofread one file; what is wrong with the file itself is its `trouble`.

    Finding formulas and judging them happens in a process of its own, which is ended when it
    overruns a limit.
    """
    deadline = time.monotonic() + limits.file_seconds
    with Worker(limits.formula_seconds) as worker:
        try:
            text = _text_of(path, limits)
            found: Document = worker.call(document, text, path.suffix)
        except (OSError, DeriveError) as error:
            said = str(error)
            return Checked(str(path), trouble=said if str(path) in said else f"{path}: {said}")
        judge = _within(worker, deadline, limits)
        if cache is not None:
            judge = cached(judge, cache)
        follower = Follower(found, judge, limits.formula_seconds)
        reports: list[Reported] = []
        for piece in found.pieces:
            full = len(reports) >= limits.max_formulas
            reported = skipped(piece, limits) if full else follower.take(piece)
            if reported is not None:
                reports.append(reported)
    notes = list(follower.problems)
    if len(found.formulas) > limits.max_formulas:
        notes.append(f"{len(found.formulas)} formulas; the limit is {limits.max_formulas}")
    return Checked(str(path), found, tuple(reports), notes=tuple(notes))


def _text_of(path: Path, limits: Limits) -> str:
    size = path.stat().st_size
    if size > limits.max_bytes:
        raise DeriveError(f"{path}: {size} bytes; the limit is {limits.max_bytes}, see --max-bytes")
    if path.suffix.lower() not in KINDS:
        raise DeriveError(f"{path}: not a document; known are {', '.join(KINDS)}")
    return read_text(path.read_bytes(), path)


def _within(worker: Worker, deadline: float, limits: Limits) -> Callable[[Task], Judged]:
    """A judge that keeps to the limits: what they cut off is undecided and says so."""

    def judge(task: Task) -> Judged:
        if time.monotonic() > deadline:
            return Judged(stopped=f"the time limit of {limits.file_seconds:g} s for a file "
                                  "was reached")  # fmt: skip
        try:
            judged: Judged = worker.call(judge_task, task)
        except DeriveError as error:
            return Judged(stopped=str(error))
        return judged

    return judge


def skipped(piece: Piece, limits: Limits) -> Reported | None:
    """What is said of a formula beyond the limit on their number."""
    if not isinstance(piece, Found):
        return None
    reason = f"not judged: the limit is {limits.max_formulas} formulas, see --max-formulas"
    return Reported(piece, "claim", "undecided", reason)


def check_files(
    paths: Sequence[Path], limits: Limits, jobs: int = 1, cache: Path | None = None
) -> Iterator[Checked]:
    """Proofread files, in their order; `jobs` at a time."""
    if jobs == 1 or len(paths) < 2:
        for path in paths:
            yield check_file(path, limits, cache)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(check_file, paths, repeat(limits), repeat(cache))

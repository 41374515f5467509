"""What the command line prints of verdicts and theorems."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.text import Text

from derive.errors import DeriveError
from derive.verdicts import StepVerdict, Verdict, load_theorems
from derive.verdicts.worker import Claim, Worker, undecided

OK, FOUND_WRONG, BAD_CALL = 0, 1, 2

COLOURS = {
    "proved": "green",
    "refuted": "bold red",
    "conditional": "yellow",
    "undecided": "magenta",
    "definition": "blue",
}


def exit_status(verdict: Verdict) -> int:
    """1 for what is refuted (or shows an error of our own), 2 for what could not be read."""
    if verdict.status == "refuted" or "internal error" in verdict.reason:
        return FOUND_WRONG
    return BAD_CALL if verdict.reason.startswith("unread") else OK


def print_json(value: Any) -> None:
    """One JSON object on a line; half of a surrogate pair, which is no text, as its escape."""
    text = json.dumps(value, ensure_ascii=False)
    print(text.encode("utf-8", "backslashreplace").decode(), flush=True)


def print_verdict(claim: str, verdict: Verdict, explain: bool = False) -> None:
    """A verdict for people: each step with its reason, coloured on a terminal."""
    console = Console(highlight=False, soft_wrap=True)
    for step in verdict.steps:
        formula = f"{step.lhs} {step.relation} {step.rhs}" if step.rhs else step.lhs
        console.print(Text.assemble((f"{step.verdict:<12}", COLOURS[step.verdict]), formula))
        for line in _details(step, explain):
            console.print(Text(" " * 12 + line))
    if verdict.reason.startswith("unread") and len(verdict.steps) == 1:
        console.print(Text(_caret(claim, verdict.steps[0].offset)))
    for reading in verdict.readings:
        console.print(Text(f"{'read':<12}{reading}", style="dim"))


def _details(step: StepVerdict, explain: bool) -> Iterator[str]:
    yield step.reason
    if step.hypotheses:
        word = "needs" if step.verdict == "conditional" else "by"
        yield f"{word} {', '.join(step.hypotheses)}"
    if step.correction is not None:
        yield f"perhaps {step.correction}"
    if explain:
        yield from step.proof
        if step.counterexample is not None:
            for name, value in step.counterexample.assignment.items():
                yield f"  {name} = {value}"
            yield f"  left side  {step.counterexample.lhs}"
            yield f"  right side {step.counterexample.rhs}"


def _caret(claim: str, offset: int) -> str:
    start = claim.rfind("\n", 0, offset) + 1
    line = claim[start:].partition("\n")[0]
    first = max(0, offset - start - 60)
    return f"{line[first : first + 100]}\n{' ' * (offset - start - first)}^"


def run_batch(path: Path, seconds: float) -> int:
    """Judge a file of claims, one JSON object a line in and one result a line out."""
    if str(path) == "-":
        return _batch(sys.stdin, "standard input", seconds)
    with path.open(encoding="utf-8", errors="replace") as lines:
        return _batch(lines, str(path), seconds)


def _batch(lines: TextIO, source: str, seconds: float) -> int:
    status = OK
    with Worker(seconds) as worker:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            record: Any = None
            try:
                record = json.loads(line, parse_constant=_refused, parse_float=_finite)
                if not isinstance(record, dict):
                    raise DeriveError("not an object; expected id, claim, given and assuming")
                claim = Claim.of(record)
            except (ValueError, DeriveError, RecursionError) as error:
                said = "not JSON" if isinstance(error, ValueError) else str(error)
                identity = record.get("id") if isinstance(record, dict) else None
                broken = undecided(Claim(""), f"unread: {source}, line {number}: {said}")
                print_json(broken.as_json(identity))
                status = status or BAD_CALL
                continue
            verdict = worker.judge(claim)
            print_json(verdict.as_json(claim.id))
            found = exit_status(verdict)
            # What could not be read is a verdict here; a refutation outranks it.
            status = FOUND_WRONG if found == FOUND_WRONG else status
    return status


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _finite(number: str) -> float:
    """A number that can be written back."""
    value = float(number)
    return value if math.isfinite(value) else _refused(number)


def replay(path: Path) -> int:
    """Prove the theorems of a file or folder anew; 1 if any is not proved."""
    console = Console(highlight=False, soft_wrap=True)
    theorems = load_theorems(path)
    width = max(len(t.name) for t in theorems)
    failed = 0
    begun = time.perf_counter()
    for theorem in theorems:
        start = time.perf_counter()
        outcome = theorem.prove()
        milliseconds = (time.perf_counter() - start) * 1e3
        failed += outcome.status != "proved"
        line = Text.assemble(
            (f"{outcome.status:<12}", COLOURS[outcome.status]),
            f"{theorem.name:<{width}}  {milliseconds:6.0f} ms  {theorem.title}",
        )
        console.print(line)
        if outcome.status != "proved":
            console.print(Text(" " * 12 + outcome.reason))
    seconds = time.perf_counter() - begun
    console.print(f"{len(theorems) - failed} of {len(theorems)} theorems proved in {seconds:.1f} s")
    return FOUND_WRONG if failed else OK

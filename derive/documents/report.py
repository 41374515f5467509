"""What `derive check` prints: text for people, JSON and SARIF for programs, annotated copies."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from unicodedata import category

from rich.console import Console
from rich.progress import track
from rich.text import Text

from derive.documents.annotate import annotated
from derive.documents.check import Checked
from derive.documents.reported import Reported, summary
from derive.documents.sarif import sarif
from derive.verdicts.verdict import StepVerdict

OK, FOUND_WRONG, BAD_CALL = 0, 1, 2

COLOURS = {
    "proved": "green",
    "refuted": "bold red",
    "conditional": "yellow",
    "undecided": "magenta",
    "unread": "magenta",
    "definition": "blue",
}
WIDTH = 100


def show(checked: Iterable[Checked], count: int, form: str, annotate: bool) -> int:
    """Print what was found in `count` files, as they come; the exit status."""
    files = []
    for file in _with_progress(checked, count):
        files.append(file)
        if form == "text":
            _print_file(file)
        if annotate and file.document is not None:
            _write_copy(file)
    total = summary(r for c in files for r in c.reports)
    if form == "json":
        print(json.dumps({"files": [c.as_json() for c in files], "summary": total},
                         ensure_ascii=False))  # fmt: skip
    elif form == "sarif":
        print(json.dumps(sarif(files), ensure_ascii=False, indent=1))
    else:
        _print_summary(total)
    return exit_status(files)


def exit_status(files: Iterable[Checked]) -> int:
    """2 if a file could not be read, else 1 if something was refuted (or not as expected)."""
    files = list(files)
    if any(c.trouble for c in files):
        return BAD_CALL
    wrong = any(is_alarm(r) for c in files for r in c.reports)
    return FOUND_WRONG if wrong else OK


def is_alarm(reported: Reported) -> bool:
    """Refuted, or not what the author said to expect."""
    if reported.expected:
        return reported.verdict != reported.expected
    return reported.verdict == "refuted" or "internal error" in reported.reason


def _with_progress(checked: Iterable[Checked], count: int) -> Iterator[Checked]:
    if count < 2 or not sys.stderr.isatty():
        yield from checked
        return
    console = Console(stderr=True)
    yield from track(checked, "Checking", total=count, console=console, transient=True)


# -- text ---------------------------------------------------------------------------------------


def _print_file(file: Checked) -> None:
    console = Console(highlight=False, soft_wrap=True)
    if file.trouble:
        print(f"derive: {file.trouble}", file=sys.stderr)
    for note in file.notes:
        console.print(Text(f"{file.path}: {note}", style="dim"))
    for reported in file.reports:
        for line in lines_of(file, reported):
            console.print(line)


def lines_of(file: Checked, reported: Reported) -> Iterator[Text]:
    """What is printed of one formula: nothing of what is well."""
    document = file.document
    assert document is not None
    line, column = document.position(reported.found.start)
    where = f"{file.path}:{line}:{column}: "
    if reported.expected and is_alarm(reported):
        said = f"expected {reported.expected}, but it is {reported.verdict or reported.kind}"
        yield Text.assemble(where, ("unexpected", "bold red"), f"  {said}")
    elif reported.expected:
        return
    if reported.kind == "unread":
        yield Text.assemble(
            where, ("unread", COLOURS["unread"]), f"  {_one_line(reported.found.latex)}"
        )
        yield from _pointed(file, reported, reported.place())
        yield Text(f"    {reported.reason.removeprefix('unread: ')}")
        return
    if not reported.steps and reported.verdict == "undecided":
        yield Text.assemble(where, ("undecided", COLOURS["undecided"]), f"  {reported.reason}")
    for step in reported.steps:
        if step.verdict in ("refuted", "conditional", "undecided"):
            yield from _step_lines(file, reported, step)
    troubled = any(s.verdict in ("refuted", "conditional", "undecided") for s in reported.steps)
    for note in (*reported.remarks, *(reported.notes if troubled else ())):
        yield Text.assemble(where, ("note", "dim"), f"  {note}")


def _step_lines(file: Checked, reported: Reported, step: StepVerdict) -> Iterator[Text]:
    document = file.document
    assert document is not None
    line, column = document.position(reported.place(step))
    where = f"{file.path}:{line}:{column}: "
    formula = f"{_one_line(step.lhs)} {step.relation} {_one_line(step.rhs)}"
    yield Text.assemble(where, (step.verdict, COLOURS[step.verdict]), f"  {formula}")
    yield from _pointed(file, reported, reported.place(step))
    yield Text(f"    {step.reason}")
    if step.hypotheses:
        word = "needs" if step.verdict == "conditional" else "by"
        yield Text(f"    {word} {', '.join(step.hypotheses)}")
    if step.correction is not None:
        yield Text(f"    perhaps {_one_line(step.correction)}")


def _pointed(file: Checked, reported: Reported, place: int) -> Iterator[Text]:
    """The line of the source, and a caret under the place."""
    document = file.document
    assert document is not None
    line, column = document.position(place)
    start = place - column + 1
    end = document.text.find("\n", start)
    text = document.text[start : end if end >= 0 else len(document.text)]
    first = max(0, column - 1 - WIDTH // 2)
    shown = _visible(text[first : first + WIDTH].replace("\t", " "))
    number = str(line)
    yield Text(f"    {number} | {shown}", style="dim")
    yield Text(" " * (len(number) + 7 + column - 1 - first) + "^", style="bold")


def _visible(text: str) -> str:
    """A text whose invisible characters, which could make a terminal lie, are seen as such."""
    hidden = ("Cc", "Cf", "Co", "Cs")
    return "".join("\N{REPLACEMENT CHARACTER}" if category(c) in hidden else c for c in text)


def _one_line(text: str) -> str:
    shown = _visible(" ".join(text.split()))
    return shown if len(shown) <= WIDTH else shown[: WIDTH - 1] + "…"


def _print_summary(total: dict[str, int]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    parts: list[str | tuple[str, str]] = [f"{total['formulas']} formulas"]
    for key, count in total.items():
        if key != "formulas" and count:
            parts += [", ", (f"{count} {key}", COLOURS.get(key, ""))]
    console.print(Text.assemble(*parts))


def _write_copy(file: Checked) -> None:
    path = Path(file.path)
    copy = path.with_name(f"{path.stem}.checked{path.suffix}")
    assert file.document is not None
    copy.write_text(annotated(file.document, file.reports, path.suffix), encoding="utf-8")
    print(f"wrote {copy}", file=sys.stderr)

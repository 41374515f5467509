"""The command line: arguments in, text or JSON out. What it does lies in the layers below.

SymPy takes longer to import than most commands take to run, so every command imports what it
needs when it runs, and `derive --help` needs nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from derive.errors import DeriveError, ReadError

BAD_CALL = 2

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="The calculus of neural networks: derived line by line, proved, printed and run.",
)


class Form(StrEnum):
    """How `derive show` prints."""

    text = "text"
    markdown = "markdown"
    latex = "latex"
    html = "html"
    json = "json"


class Report(StrEnum):
    """How `derive check` prints."""

    text = "text"
    json = "json"
    sarif = "sarif"


class Output(StrEnum):
    """How `derive verify` prints."""

    text = "text"
    json = "json"


class Framework(StrEnum):
    """What `derive numpy` writes code for."""

    numpy = "numpy"
    torch = "torch"
    jax = "jax"
    numba = "numba"


Given = Annotated[
    list[str] | None, typer.Option("--given", metavar="DEF", help="A definition, in LaTeX.")
]
Assume = Annotated[
    list[str] | None, typer.Option("--assume", metavar="HYP", help="A hypothesis, in LaTeX.")
]
Seconds = Annotated[float, typer.Option(help="The time limit for each claim.", min=0.01)]


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit status."""
    try:
        result = app(args=list(arguments), prog_name="derive", standalone_mode=False)
    except ReadError as error:
        return _fail(f"{error}\n{error.caret()}")
    except DeriveError as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"{error.filename}: {error.strerror}")
    except KeyboardInterrupt:
        return _fail("interrupted")
    except Exception as error:
        # Some versions of Typer bring a Click of their own: its errors are told by their message.
        message = getattr(error, "format_message", None)
        if message is None:
            raise
        return _fail(message())
    return int(result or 0)


def _fail(message: str) -> int:
    print(f"derive: {message}", file=sys.stderr)
    return BAD_CALL


@app.command("list")
def list_entries() -> None:
    """The catalogue: every function by name."""
    from derive.functions import catalogue

    width = max(len(name) for name in catalogue)
    heading = None
    for entry in catalogue.values():
        if entry.family != heading:
            heading = entry.family
            print(f"\n{heading}" if entry is not next(iter(catalogue.values())) else heading)
        also = f" (also {', '.join(entry.aliases)})" if entry.aliases else ""
        print(f"  {entry.name:<{width}}  {entry.title}{also}")


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="A name of the catalogue, or one that is given.")],
    wrt: Annotated[str | None, typer.Option(help="The variable to differentiate by.")] = None,
    order: Annotated[int, typer.Option(help="Which derivative.", min=1, max=4)] = 1,
    form: Annotated[Form, typer.Option("--format", help="How to print it.")] = Form.text,
    given: Given = None,
) -> None:
    """The derivation of a function's derivative, line by line."""
    from derive import api

    derivation = api.show(name, given or (), wrt, order)
    printed = getattr(derivation, form.value)()
    print(printed.rstrip("\n"))


@app.command(context_settings={"ignore_unknown_options": True})
def verify(
    claim: Annotated[str | None, typer.Argument(help="A formula, in LaTeX.")] = None,
    given: Given = None,
    assume: Assume = None,
    output: Annotated[Output, typer.Option("--format", help="How to print it.")] = Output.text,
    batch: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Claims, one JSON object a line (- reads stdin)."),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show the proof too, rule by rule.")
    ] = False,
    seconds: Seconds = 10.0,
) -> int:
    """Judge a formula: proved, refuted, conditional or undecided."""
    from derive import report
    from derive.verdicts.worker import Claim, Worker

    if (claim is None) == (batch is None):
        raise DeriveError("verify: give either one formula or --batch FILE")
    if batch is not None:
        return report.run_batch(batch, seconds)
    assert claim is not None
    with Worker(seconds) as worker:
        verdict = worker.judge(Claim(claim, tuple(given or ()), tuple(assume or ())), explain)
    if output is Output.json:
        report.print_json(verdict.as_json())
    else:
        report.print_verdict(claim, verdict, explain)
    return report.exit_status(verdict)


@app.command()
def prove(
    path: Annotated[Path, typer.Argument(help="A theorem file or a folder of them.")] = Path(
        "proofs"
    ),
) -> int:
    """Replay theorems: prove each anew."""
    from derive import report

    return report.replay(path)


@app.command()
def numpy(
    name: Annotated[str, typer.Argument(help="A name of the catalogue, or one that is given.")],
    grad: Annotated[bool, typer.Option("--grad", help="Also the value and gradient.")] = False,
    jvp: Annotated[bool, typer.Option("--jvp", help="Also the Jacobian times a vector.")] = False,
    vjp: Annotated[bool, typer.Option("--vjp", help="Also a vector times the Jacobian.")] = False,
    hvp: Annotated[bool, typer.Option("--hvp", help="Also the Hessian times a vector.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Check it in ball arithmetic, and say so in it.")
    ] = False,
    target: Annotated[Framework, typer.Option(help="Whose functions it calls.")] = Framework.numpy,
    labels: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The one-hot target to be given by class numbers."),
    ] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="The file to write.")] = None,
    given: Given = None,
) -> None:
    """Standalone source of a function: for NumPy, or for a framework."""
    from derive import api

    products = [kind for kind, wanted in (("jvp", jvp), ("vjp", vjp), ("hvp", hvp)) if wanted]
    compiled = partial(
        api.numpy_function,
        name,
        given=given or (),
        grad=grad,
        products=products,
        target=target.value,
        labels=labels,
    )
    function = compiled()
    if check:
        report = api.check_numeric(function)
        print(report, file=sys.stderr)
        function = compiled(checked=report.sentence())
    source = function.source
    if out is None:
        print(source, end="")
        return
    out.write_text(source, encoding="utf-8")
    print(f"wrote {out}", file=sys.stderr)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Documents: .md, .tex or .ipynb.")],
    output: Annotated[Report, typer.Option("--format", help="How to print it.")] = Report.text,
    jobs: Annotated[int, typer.Option(help="How many files at a time.", min=1)] = 1,
    cache: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep verdicts here for the next run.")
    ] = None,
    annotate: Annotated[
        bool, typer.Option("--annotate", help="Write a copy with the verdicts beside the formulas.")
    ] = False,
    max_bytes: Annotated[int, typer.Option(help="The largest file that is read.")] = 2_000_000,
    max_formulas: Annotated[int, typer.Option(help="The most formulas of one file.")] = 2_000,
    seconds: Seconds = 10.0,
    total_seconds: Annotated[float, typer.Option(help="The time limit for each file.")] = 600.0,
) -> int:
    """Proofread documents: judge every formula in its context."""
    from derive.documents import report
    from derive.documents.check import Limits, check_files

    limits = Limits(max_bytes, max_formulas, seconds, total_seconds)
    checked = check_files(files, limits, jobs, cache)
    return report.show(checked, len(files), output.value, annotate)

"""The command line: what is printed, where, and with which exit status."""

from __future__ import annotations

import ast
import importlib.util
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import derive
from derive.cli import run
from derive.errors import DefinitionError
from derive.functions import catalogue

PACKAGE = Path(derive.__file__).parent
PROOFS = PACKAGE.parent / "proofs"
GAUSS = "f(z) = z e^{-z^2}"
LOG_SQUARE = r"g(z) = \ln(1 + z^2)"
TEMPERATURE = r"a_j = \frac{e^{z_j / T}}{\sum_k e^{z_k / T}}"


class Result:
    """What a call printed and returned."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status = status
        self.out = out
        self.err = err


@pytest.fixture(name="call")
def call_fixture(capsys: pytest.CaptureFixture[str]):
    def call(*arguments: str) -> Result:
        status = run(arguments)
        printed = capsys.readouterr()
        return Result(status, printed.out, printed.err)

    return call


# -- each command -----------------------------------------------------------------------------


def test_list_names_every_entry(call) -> None:
    result = call("list")
    assert (result.status, result.err) == (0, "")
    shown = {line.split()[0] for line in result.out.splitlines() if line.startswith("  ")}
    assert shown == set(catalogue)


@pytest.mark.parametrize("form", ["text", "markdown", "latex", "html"])
def test_show_prints_in_each_format(call, form: str) -> None:
    result = call("show", "sigmoid", "--format", form)
    assert (result.status, result.err) == (0, "")
    assert "definition of" in result.out
    marks = {"text": "σ(z)·(1 - σ(z))", "markdown": "$$", "latex": "align", "html": "<"}
    assert marks[form] in result.out


def test_show_takes_a_variable_and_an_order(call) -> None:
    assert call("show", "softmax_cross_entropy", "--wrt", "z").status == 0
    twice = call("show", "tanh", "--order", "2")
    assert twice.status == 0
    assert "∂²" in twice.out or "∂/∂z" in twice.out
    assert twice.out != call("show", "tanh").out


@pytest.mark.parametrize(
    ("arguments", "status", "word"),
    [
        ((r"\sigma'(z) = \sigma(z)(1 - \sigma(z))",), 0, "proved"),
        ((r"\sigma'(z) = \sigma(z)(1 + \sigma(z))",), 1, "refuted"),
        ((r"\ln x^2 = 2 \ln x",), 0, "conditional"),
        (("9^{9^{9^9}} = 1",), 0, "undecided"),
        ((r"\frac{1}{",), 2, "undecided"),
        (("a = 4", "--given", "a = 3"), 1, "refuted"),
        (("x > 1", "--assume", "x > 2"), 0, "proved"),
        (("-x = 0 - x",), 0, "proved"),
    ],
)
def test_verify_prints_the_verdict_and_sets_the_status(
    call, arguments: tuple[str, ...], status: int, word: str
) -> None:
    text = call("verify", *arguments)
    assert text.status == status
    assert text.out.split()[0] == word
    told = json.loads(call("verify", *arguments, "--format", "json").out)
    assert told["verdict"] == word


def test_verify_shows_reasons_hypotheses_and_suggestions(call) -> None:
    given = [
        "--given",
        r"a_j = \frac{e^{z_j}}{\sum_k e^{z_k}}",
        "--given",
        r"L = -\sum_j y_j \ln a_j",
    ]
    claim = r"\frac{\partial L}{\partial z_j} = "
    assert r"needs \sum_k y_k = 1" in call("verify", claim + "a_j - y_j", *given).out
    one = ["--assume", r"\sum_j y_j = 1"]
    assert r"by \sum_j y_j = 1" in call("verify", claim + "a_j - y_j", *given, *one).out
    wrong = call("verify", claim + "y_j - a_j", *given, *one, "--explain")
    assert wrong.status == 1
    assert "perhaps" in wrong.out
    assert "a_j - y_j" in wrong.out.partition("perhaps")[2]
    assert "left side" in wrong.out
    assert "  z_1 = " in wrong.out


def test_unread_claims_have_a_caret_under_the_place(call) -> None:
    result = call("verify", "x + ) = 1")
    assert result.status == 2
    *_, source, caret = result.out.rstrip("\n").splitlines()
    assert source == "x + ) = 1"
    assert caret.index("^") == source.index(")")
    assert "line 1, column 5" in result.out


def test_unread_surroundings_have_a_caret_too(call) -> None:
    result = call("verify", "x = 1", "--given", r"\frac{1}{")
    assert result.status == 2
    assert "line 1, column" in result.out + result.err
    assert "Traceback" not in result.out + result.err


def test_prove_replays_theorems(call) -> None:
    result = call("prove", str(PROOFS / "sigmoid.py"))
    assert result.status == 0
    *lines, summary = result.out.rstrip("\n").splitlines()
    assert lines
    assert all(line.startswith("proved ") for line in lines)
    assert summary.startswith(f"{len(lines)} of {len(lines)} theorems proved")


def test_prove_finds_a_theorem_that_fails(call, tmp_path: Path) -> None:
    (tmp_path / "false.py").write_text(
        "from derive.terms import Statement, real\nfrom derive.verdicts.theorem import Theorem\n"
        "z = real('z')\nwrong = Theorem('wrong', 'a title', Statement(z, '=', z + 1))\n"
    )
    result = call("prove", str(tmp_path))
    assert result.status == 1
    assert result.out.startswith("refuted ")
    assert "0 of 1 theorems proved" in result.out


def loaded(file: Path) -> ModuleType:
    """The module that a command wrote."""
    spec = importlib.util.spec_from_file_location(f"written_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_numpy_prints_or_writes_source(call, tmp_path: Path) -> None:
    printed = call("numpy", "sigmoid", "--grad")
    assert printed.status == 0
    file = tmp_path / "sigmoid.py"
    written = call("numpy", "sigmoid", "--grad", "-o", str(file))
    assert (written.status, written.out) == (0, "")
    assert file.read_text() == printed.out
    assert str(file) in written.err
    value, slope = loaded(file).sigmoid_value_and_grad(np.array([0.0, 1000.0]))
    assert value == pytest.approx([0.5, 1.0])
    assert slope == pytest.approx([0.25, 0.0])


# -- a caller's own functions -----------------------------------------------------------------

OWN = [
    ("f", GAUSS, "f'(z) = (1 - 2 z^2) e^{-z^2}", lambda z: z * np.exp(-(z**2))),
    ("g", LOG_SQUARE, r"g'(z) = \frac{2 z}{1 + z^2}", lambda z: np.log1p(z**2)),
]


@pytest.mark.parametrize(("name", "given", "claim", "function"), OWN)
def test_a_callers_function_through_every_command(
    call, name, given, claim, function, tmp_path
) -> None:
    shown = call("show", name, "--given", given)
    assert shown.status == 0
    assert f"[definition of {name}]" in shown.out
    assert call("verify", claim, "--given", given).status == 0
    assert call("verify", claim.replace("2", "3"), "--given", given).status == 1
    file = tmp_path / "own.py"
    assert call("numpy", name, "--given", given, "--grad", "-o", str(file)).status == 0
    z = np.linspace(-3, 3, 7)
    value, slope = getattr(loaded(file), f"{name}_value_and_grad")(z)
    assert value == pytest.approx(function(z))
    step = 1e-6
    assert slope == pytest.approx((function(z + step) - function(z - step)) / (2 * step), abs=1e-6)


def test_a_softmax_with_temperature_through_every_command(call, tmp_path: Path) -> None:
    given = ["--given", TEMPERATURE]
    shown = call("show", "a", *given)
    assert shown.status == 0
    assert "δ_jk" in shown.out.partition("In matrix notation")[0].splitlines()[-2]
    assert shown.out.splitlines()[-1].endswith("diag(a) - (1/T) a aᵀ")
    right = r"\frac{\partial a_j}{\partial z_k} = \frac{1}{T} a_j (\delta_{jk} - a_k)"
    assert call("verify", right, *given).status == 0
    assert call("verify", right.replace("jk", "kk"), *given).status in (1, 2)
    assert call("verify", right.replace(r"\frac{1}{T}", ""), *given).status == 1
    assert call("verify", r"\sum_j a_j = 1", *given).status == 0
    file = tmp_path / "a.py"
    assert call("numpy", "a", *given, "-o", str(file)).status == 0
    z = np.array([1000.0, 998.0, -1000.0])
    shares = np.exp((z - z.max()) / 4.0)
    assert loaded(file).a(z, 4.0) == pytest.approx(shares / shares.sum())


# -- batches ----------------------------------------------------------------------------------

BATCH = [
    '{"id": 1, "claim": "\\\\sigma(-z) = 1 - \\\\sigma(z)"}',
    "",
    '{"id": "two", "claim": "a = 4", "given": ["a = 3"]}',
    "not json",
    "[1, 2]",
    '{"id": 4, "given": []}',
    '{"id": 5, "claim": "x = 1", "more": 1}',
    '{"id": 6, "claim": "x = 1", "given": "y = 2"}',
    '{"id": 7, "claim": "x +"}',
    '{"id": 8, "claim": "x > 1", "assuming": ["x > 2"]}',
    "\x00\x01",
    '{"id": 10, "claim": "\\ud800 = 1"}',
    '{"id": 1e999, "claim": "x = x"}',
    '{"id": NaN, "claim": "x = x"}',
]
VERDICTS = [
    *((1, "proved"), ("two", "refuted"), (None, "undecided"), (None, "undecided")),
    *((4, "undecided"), (5, "undecided"), (6, "undecided"), (7, "undecided"), (8, "proved")),
    *((None, "undecided"), (10, "undecided"), (None, "undecided"), (None, "undecided")),
]


def test_a_batch_from_a_file(call, tmp_path: Path) -> None:
    file = tmp_path / "claims.jsonl"
    file.write_text("\n".join(BATCH), encoding="utf-8")
    result = call("verify", "--batch", str(file))
    result.out.encode()
    told = [json.loads(line) for line in result.out.splitlines()]
    assert [(t["id"], t["verdict"]) for t in told] == VERDICTS
    assert all(set(t) >= {"id", "verdict", "steps", "seconds"} for t in told)
    assert result.status == 1
    reasons = [t["steps"][0]["reason"] for t in told]
    assert reasons[2] == f"unread: {file}, line 4: not JSON"
    assert f"{file}, line 5: not an object" in reasons[3]
    assert f"{file}, line 6: claim: no text in the field 'claim'" in reasons[4]
    assert "unknown field 'more'" in reasons[5]
    assert "expected a list of formulas" in reasons[6]
    assert reasons[7].startswith("unread: line 1, column ")


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (BATCH[:1], 0),
        ([], 0),
        ([BATCH[0], BATCH[3]], 2),
        ([BATCH[3], BATCH[2]], 1),
        ([BATCH[2], BATCH[3]], 1),
    ],
)
def test_a_batch_from_standard_input(
    call, monkeypatch: pytest.MonkeyPatch, lines: list[str], status: int
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines)))
    result = call("verify", "--batch", "-")
    assert result.status == status
    assert len(result.out.splitlines()) == len([line for line in lines if line])
    for line in result.out.splitlines():
        reason = json.loads(line)["reason"]
        assert not reason.startswith("unread") or reason.startswith("unread: standard input, line")


# -- wrong calls ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show", "sigmod"), "catalogue: no 'sigmod'; did you mean sigmoid"),
        (("numpy", "soft_max"), "did you mean softmax"),
        (("show", "qqqq"), "no 'qqqq'; `derive list` shows them all"),
        (("show", "sigmoid", "--wrt", "w"), "variables of sigmoid: no 'w'"),
        (("verify",), "give either one formula or --batch FILE"),
        (("verify", "x = 1", "--batch", "x"), "give either one formula or --batch FILE"),
        (("verify", "--batch", "absent.jsonl"), "absent.jsonl: No such file or directory"),
        (("verify", ""), "found nothing"),
        (("prove", "absent"), "absent: no such file or folder"),
        (("numpy", "sigmoid", "-o", "/absent/x.py"), "/absent/x.py: No such file or directory"),
        (("show", "f", "--given", "f(z) = "), "line 1, column 8: found the end"),
    ],
)
def test_wrong_calls_are_one_clear_message(call, arguments: tuple[str, ...], message: str) -> None:
    result = call(*arguments)
    assert result.status == 2
    assert message in result.err + result.out
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("bogus",),
        ("show",),
        ("show", "sigmoid", "--order", "x"),
        ("show", "tanh", "--format", "no"),
    ],
)
def test_usage_errors(call, arguments: tuple[str, ...]) -> None:
    result = call(*arguments)
    assert result.status == 2
    assert result.err.startswith("derive: ")
    assert len(result.err.splitlines()) == 1


# -- the process ------------------------------------------------------------------------------


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
    )


HEAVY = ("sympy", "numpy", "flint", "scipy")


@pytest.mark.parametrize("arguments", [["--help"], ["verify", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    done = python(
        f"import sys\nfrom derive.cli import run\n"
        f"try:\n    run({arguments!r})\nexcept SystemExit:\n    pass\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    assert done.stderr == ""
    assert "Usage: derive" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_importing_the_package_imports_nothing_heavy() -> None:
    done = python(f"import sys, derive\nprint([m for m in {HEAVY!r} if m in sys.modules])")
    assert done.stdout == "[]\n"


def test_the_command_exits_with_the_status() -> None:
    for claim, status in (("x = x", 0), ("x = 2 x", 1), ("x =", 2)):
        done = subprocess.run(
            [sys.executable, "-m", "derive", "verify", claim], capture_output=True, check=False
        )
        assert done.returncode == status


# -- no text is evaluated ---------------------------------------------------------------------

FORBIDDEN = {"eval", "exec", "sympify", "parse_expr", "__import__", "compile", "literal_eval"}


def evaluators(tree: ast.AST) -> set[str]:
    """The functions that evaluate text, by the places where a module calls or takes hold of them.

    `re.compile` compiles no code, and `sympify(…, strict=True)` refuses text.
    """
    harmless: set[ast.AST] = set()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and any(k.arg == "strict" for k in node.keywords):
            harmless.add(node.func)
        elif isinstance(node, ast.Attribute) and ast.unparse(node) == "re.compile":
            harmless.add(node)
        name = getattr(node, "id", getattr(node, "attr", None))
        if isinstance(node, ast.ImportFrom):
            found |= {alias.name for alias in node.names} & FORBIDDEN
        elif name in FORBIDDEN and node not in harmless:
            found.add(name)
    return found


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE))
)
def test_no_text_is_evaluated(path: Path) -> None:
    """Our own compiler's output is executed in numeric/, and nothing anywhere else."""
    folder = path.relative_to(PACKAGE).parts[0]
    allowed = {"exec", "compile"} if folder == "numeric" else set()
    assert evaluators(ast.parse(path.read_text(encoding="utf-8"))) <= allowed


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("eval('1')", {"eval"}),
        ("from sympy import sympify as s", {"sympify"}),
        ("f = builtins.exec", {"exec"}),
        ("re.compile('x'); sp.sympify(x, strict=True)", set()),
        ("compile('x', '', 'eval')", {"compile"}),
    ],
)
def test_evaluators_are_seen(code: str, found: set[str]) -> None:
    assert evaluators(ast.parse(code)) == found


CODE = "__import__('pathlib').Path('hacked').touch()"
X = derive.real("x")


@pytest.mark.parametrize(
    "make",
    [
        lambda: derive.Definition.of(X, CODE),
        lambda: derive.family("z", CODE),
        lambda: derive.Partial(CODE, X),
        lambda: derive.At(CODE, X, X),
        lambda: derive.Vec(CODE, (derive.index("k"), derive.size("n"))),
        lambda: derive.differentiate(CODE, X),
    ],
)
def test_terms_from_text(make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises((DefinitionError, TypeError, ValueError)):
        make()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('touch hacked')",
        r"\operatorname{__import__}(os)",
        "x_{__class__} = 1",
        "exec(1) = 1",
        r"\text{import os} = 1",
    ],
)
def test_code_is_only_text(call, text: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("verify", text).status in (0, 1, 2)
    assert call("numpy", "f", "--given", f"f(x) = {text}").status in (0, 2)
    assert list(tmp_path.iterdir()) == []

"""`derive check` as a program: limits, reports, exit status."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from documents.sarif_shape import faults

from derive.cli import run
from derive.documents.check import Limits, check_file

GOOD = "$f(x) = e^{2x}$ has $f'(x) = 2 f(x)$.\n"
WRONG = "$f(x) = e^{2x}$ has $f'(x) = f(x)$.\n"


def write(folder: Path, text: str | bytes, name: str = "notes.md") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_exit_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(write(tmp_path, GOOD))]) == 0
    assert run(["check", str(write(tmp_path, WRONG))]) == 1
    bad = write(tmp_path, b"\xff", "bad.md")
    assert run(["check", str(write(tmp_path, GOOD)), str(bad)]) == 2
    assert "not UTF-8" in capsys.readouterr().err
    assert run(["check", str(tmp_path / "absent.md")]) == 2
    assert run(["check", str(write(tmp_path, "x", "x.doc"))]) == 2


def test_text_report_points_at_the_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, WRONG)
    run(["check", str(path)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{path}:1:30: refuted")
    caret = lines[2].index("^")
    assert lines[1][caret:].startswith("f(x)$.")
    assert lines[-1] == "2 formulas, 1 definition, 1 refuted"


def test_json_keeps_the_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["check", str(write(tmp_path, WRONG)), "--format", "json"])
    record = json.loads(capsys.readouterr().out)
    (file,) = record["files"]
    definition, claim = file["formulas"]
    assert definition["kind"] == "definition"
    assert (claim["line"], claim["column"], claim["kind"]) == (1, 22, "claim")
    step = claim["steps"][0]
    assert step["verdict"] == "refuted"
    assert step["counterexample"]["assignment"]
    assert step["suggestion"]
    assert record["summary"]["refuted"] == 1


def test_sarif(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["check", str(write(tmp_path, WRONG)), "--format", "sarif"])
    log = json.loads(capsys.readouterr().out)
    assert log["version"] == "2.1.0"
    (result,) = log["runs"][0]["results"]
    rules = {r["id"] for r in log["runs"][0]["tool"]["driver"]["rules"]}
    assert result["ruleId"] in rules
    region = result["locations"][0]["physicalLocation"]["region"]
    assert region["startLine"] == 1
    assert region["startColumn"] < region["endColumn"]
    assert faults(log) == []


def test_sarif_is_as_its_schema_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "$x / x = 1$, $\\frac$, $f(x) = 2x$ with $f(x) = 3x$, $\\Gamma(x) = x$.\n"
    bad = write(tmp_path, b"\xff", "bad.md")
    run(["check", str(write(tmp_path, text, "a b.md")), str(bad), "--format", "sarif"])
    log = json.loads(capsys.readouterr().out)
    assert faults(log) == []
    results = log["runs"][0]["results"]
    assert {r["ruleId"] for r in results} >= {"conditional", "refuted", "unread"}
    uris = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in results}
    assert all(" " not in uri for uri in uris)
    assert not log["runs"][0]["invocations"][0]["executionSuccessful"]


def test_the_check_of_the_schema_can_fail() -> None:
    assert faults({"version": "2.1.0", "runs": []}) == []
    assert faults({"version": "2.0.0", "runs": [{}], "more": 1}) == [
        "log: more does not exist",
        "log.runs[0]: no tool",
        "log.version: '2.0.0' is none of ['2.1.0']",
    ]


def test_annotated_copy(tmp_path: Path) -> None:
    run(["check", str(write(tmp_path, WRONG)), "--annotate"])
    copy = (tmp_path / "notes.checked.md").read_text(encoding="utf-8")
    assert "refuted" in copy
    assert copy.startswith("$f(x) = e^{2x}$ has $f'(x) = f(x)$ **[")


def test_cache_gives_the_same_and_does_not_judge_again(tmp_path: Path) -> None:
    path = write(tmp_path, WRONG)
    folder = tmp_path / "cache"
    first = check_file(path, Limits(), folder)
    kept = sorted(p.stat().st_mtime_ns for p in folder.glob("*.json"))
    again = check_file(path, Limits(), folder)
    assert first.as_json() == again.as_json()
    assert kept == sorted(p.stat().st_mtime_ns for p in folder.glob("*.json"))
    assert len(list(folder.glob("*.json"))) == 2
    for kept in folder.glob("*.json"):
        kept.write_text("broken", encoding="utf-8")
    assert check_file(path, Limits(), folder).reports[1].verdict == "refuted"


def test_limits_are_said(tmp_path: Path) -> None:
    path = write(tmp_path, "$1 + 1 = 2$\n" * 5)
    assert "the limit is 10" in check_file(path, Limits(max_bytes=10)).trouble
    checked = check_file(path, Limits(max_formulas=2))
    assert [r.verdict for r in checked.reports][2:] == ["undecided"] * 3
    stopped = check_file(path, Limits(file_seconds=0.0))
    assert all("time limit" in r.reason for r in stopped.reports)


@pytest.mark.parametrize(
    "text",
    [
        "$" + "{" * 5000 + "}" * 5000 + "$ and $1 + 1 = 2$",
        "$" + "(" * 900 + "x" + ")" * 900 + "$ and $1 + 1 = 2$",
        "$$ a = " + "b" * 30_000 + "$$ and $1 + 1 = 2$",
        "$a = \u202e b$ and $1 + 1 = 2$",
        "`" * 50_000 + " `a" * 20_000 + "\n\n$1 + 1 = 2$",
        "<!--" * 50_000 + "\n\n$1 + 1 = 2$",
        "\\[" * 50_000 + "\n\n$1 + 1 = 2$",
        "$\\frac{\\frac{$ and $1 + 1 = 2$",
        ">" * 20_000 + " $1 + 1 = 2$",
    ],
    ids=["braces", "brackets", "long", "bidi", "ticks", "comments", "openers", "torn", "quotes"],
)
def test_hostile_documents_are_survived(tmp_path: Path, text: str) -> None:
    start = time.monotonic()
    checked = check_file(write(tmp_path, text), Limits(formula_seconds=5.0))
    assert time.monotonic() - start < 30
    assert checked.trouble or checked.reports[-1].verdict == "proved"


def test_expectations(tmp_path: Path) -> None:
    met = write(tmp_path, f"<!-- derive: expect refuted -->\n$1 = 2$\n\n{GOOD}")
    assert run(["check", str(met)]) == 0
    unmet = write(tmp_path, "<!-- derive: expect refuted -->\n$1 + 1 = 2$\n")
    assert run(["check", str(unmet)]) == 1


def test_a_remark_that_is_not_understood_is_said(tmp_path: Path) -> None:
    checked = check_file(write(tmp_path, f"<!-- derive: define S = \\frac -->\n{GOOD}"), Limits())
    assert "line 1" in checked.notes[0]


def test_several_files_at_a_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [str(write(tmp_path, WRONG, f"{k}.md")) for k in range(3)]
    assert run(["check", *paths, "--jobs", "2"]) == 1
    assert "6 formulas" in capsys.readouterr().out


LEAKY = r"$$f(z) = \begin{cases} z & z > 0 \\ \alpha z & z \le 0 \end{cases}$$"
SIGMOID = r"$$f(x) = \frac{1}{1+e^{-x}}$$"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"# Softmax\n{SIGMOID}\n", "this is the logistic sigmoid; the heading says softmax"),
        ("# ReLU\n$$f(x) = \\max(0, x) + 1$$\n", "differs from the catalogue's rectified"),
        (f"# Sigmoid\n{SIGMOID}\n", None),
        (f"# Activation\n{SIGMOID}\n", None),
        (f"# Leaky ReLU\n{LEAKY}\n", None),
    ],
)
def test_a_definition_under_another_name_is_remarked_on(
    tmp_path: Path, text: str, said: str | None
) -> None:
    (reported,) = check_file(write(tmp_path, text), Limits()).reports
    assert reported.verdict == "definition"
    assert (said is None) == (not reported.remarks)
    assert said is None or said in reported.remarks[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (r"$$L_{MSE} = \sum_{i=1}^n (y_i - p_i)^2$$", "MSE; the catalogue's MSE divides by n"),
        (r"$$MSE = \frac{1}{2n}\sum_{i=1}^n (y_i - p_i)^2$$", "catalogue's MSE is 2 times this"),
        (r"$$MSE = \frac{1}{n}\sum_{i=1}^n (y_i - p_i)^2$$", None),
        (r"$$L = \sum_{i=1}^n (y_i - p_i)^2$$", None),
        (r"$$L(y, f(x)) = \max(0, -f(x))$$", "names y, which its right side does not use"),
        (r"$$L(y, f(x)) = \max(0, -y f(x))$$", None),
    ],
)
def test_a_loss_that_is_not_what_it_is_called_is_remarked_on(
    tmp_path: Path, text: str, said: str | None
) -> None:
    (reported,) = check_file(write(tmp_path, text + "\n"), Limits()).reports
    assert reported.verdict == "definition"
    assert (said is None) == (not reported.remarks)
    assert said is None or said in reported.remarks[0]


def test_a_wrong_decimal_gets_the_right_one(tmp_path: Path) -> None:
    (reported,) = check_file(write(tmp_path, "$\\ln 9 - 0.0072 = 2.161$"), Limits()).reports
    assert reported.steps[0].suggestion == "2.190"


def test_sides_are_printed_as_they_are_written(tmp_path: Path) -> None:
    text = r"""$a = \sigma(z)$, $z = wx + b$

$$C = \frac{1}{2n} \sum_x (a - y)^2$$

$$\frac{\partial C}{\partial w} = (a - y) \sigma'(z) x$$
"""
    step = check_file(write(tmp_path, text), Limits()).reports[-1].steps[0]
    assert step.verdict == "refuted"
    assert step.suggestion is not None
    assert r"\sum_x" in step.suggestion
    assert "_s" not in step.lhs + step.rhs + step.suggestion


def test_a_cached_verdict_is_kept_for_other_facts_apart(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    for body, verdict in (("2x", "proved"), ("3x", "refuted")):
        text = f"$f(x) = {body}$ and $f'(x) = 2$\n"
        assert check_file(write(tmp_path, text), Limits(), folder).reports[1].verdict == verdict


def test_formulas_that_overrun_their_time_are_undecided_one_by_one(tmp_path: Path) -> None:
    hard = " + ".join(f"\\tanh(x^{k})^{k}" for k in range(2, 40))
    text = f"$1 + 1 = 2$\n\n$$({hard})^9 = {hard}$$\n\n$1 + 1 = 3$\n"
    checked = check_file(write(tmp_path, text), Limits(formula_seconds=0.5))
    assert [r.verdict for r in checked.reports][::2] == ["proved", "refuted"]


def test_invisible_characters_do_not_reach_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["check", str(write(tmp_path, "$a = \u202e b$, $x\u200b = 1$, $\x1b[31m = 2$"))])
    shown = capsys.readouterr().out
    assert shown.count("RIGHT-TO-LEFT OVERRIDE") == 1
    assert not {"\u202e", "\u200b", "\x1b"} & set(shown)


def test_a_new_name_within_a_chain_is_defined_there(tmp_path: Path) -> None:
    text = r"$$\ell(x, y) = L = \{l_1, \dots, l_N\}^\top, \quad l_n = (x_n - y_n)^2$$"
    (reported,) = check_file(write(tmp_path, text), Limits()).reports
    assert {s.verdict for s in reported.steps} == {"definition"}

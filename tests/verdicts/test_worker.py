"""Hostile claims end within their limits, and the next claim is judged as usual."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from derive.errors import DeriveError
from derive.verdicts import Claim, Verdict, Worker, verify_many
from derive.verdicts.worker import GRACE

SECONDS = 2.0
USUAL = Claim(r"\sigma'(z) = \sigma(z)(1 - \sigma(z))")


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(SECONDS) as shared:
        assert shared.judge(USUAL).status == "proved"
        yield shared


def nested(depth: int, inside: str = "x") -> str:
    return r"\sqrt{" * depth + inside + "}" * depth


HOSTILE = {
    "tower": r"9^{9^{9^9}} = 1",
    "tower that cancels": r"9^{9^{9^9}} - 9^{9^{9^9}} = 0",
    "tower in an exponent": r"e^{9^{9^9}} = x",
    "factorial": r"99999999! = 1",
    "factorial of factorials": r"((9!)!)! = 1",
    "binomial": r"\binom{10^{12}}{10^{11}} = 1",
    "binomial of large numbers": r"\binom{99999999}{44444444} = 0",
    "long sum": r"\sum_{k=1}^{1000000000} k = 1",
    "long sum of exponentials": r"\sum_{k=1}^{1000000000} e^{-k x} = 1",
    "long product": r"\prod_{k=1}^{1000000000} k = 1",
    "sum of sums": r"\sum_{i=1}^{2000} \sum_{j=1}^{2000} \sum_{k=1}^{2000} e^{i j k x} = 1",
    "braces": "{" * 10_000 + "x" + "}" * 10_000 + " = x",
    "brackets": "(" * 10_000 + "x" + ")" * 10_000 + " = x",
    "roots": nested(3000) + " = x",
    "powers": "x^{" * 3000 + "2" + "}" * 3000 + " = x",
    "expanding power": r"(a + b + c + d + e + f + g + h)^{300} = 1",
    "expanding product": " ".join(f"(x_{k} + y_{k})" for k in range(40)) + " = 1",
    "many cases": " + ".join(rf"|x_{{{k}}} - y_{{{k}}}|" for k in range(1, 30)) + " = 1 + x_1",
    "long digits": "1" * 100_000 + " = 2",
    "small fraction": "0." + "1" * 50_000 + " = 2",
    "primes": rf"\ln {'7' * 300} = 1",
    "derivatives": "f" + "'" * 500 + "(x) = 0",
    "operators": "x " + "+ - " * 5000 + "x = 1",
    "null": "x \x00 = \x00",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_claims_end_within_their_limit(worker: Worker, name: str) -> None:
    start = time.perf_counter()
    verdict = worker.judge(Claim(HOSTILE[name], id=name))
    assert time.perf_counter() - start < SECONDS + GRACE + 1.0
    # A refutation by exact arithmetic is fine; a proof of any of these would be a miracle.
    allowed = ("undecided", "proved") if "cancels" in name else ("undecided", "refuted")
    assert verdict.status in allowed or name in ("braces", "brackets"), verdict.reason
    assert verdict.reason
    assert len(verdict.reason) < 1000
    assert worker.judge(USUAL).status == "proved"


def test_a_claim_that_overruns_is_killed_and_says_so() -> None:
    with Worker(0.05) as impatient:
        impatient.judge(USUAL)
        process = impatient._process
        assert process is not None
        os.kill(process.pid, signal.SIGSTOP)
        start = time.perf_counter()
        verdict = impatient.judge(USUAL)
        assert time.perf_counter() - start < GRACE + 3.0
        assert verdict.status == "undecided"
        assert verdict.reason == "the time limit of 0.05 s was reached"
        assert not process.is_alive()


def test_a_killed_worker_is_replaced() -> None:
    with Worker(SECONDS) as worker:
        assert worker.judge(USUAL).status == "proved"
        first = worker._process
        assert first is not None
        first.kill()
        first.join()
        assert worker.judge(USUAL).status == "proved"
        assert worker._process is not first


def test_a_worker_that_dies_while_it_judges_leaves_the_claim_undecided() -> None:
    with Worker(SECONDS) as worker:
        worker.judge(USUAL)
        process = worker._process
        assert process is not None
        os.kill(process.pid, signal.SIGSTOP)
        # Stopped, it takes the claim into its pipe and dies before it reads it.
        timer = ThreadPoolExecutor(1)
        timer.submit(lambda: (time.sleep(0.2), process.kill()))
        verdict = worker.judge(USUAL)
        timer.shutdown()
        assert verdict.status == "undecided"
        assert worker.judge(USUAL).status == "proved"


def test_the_memory_limit_holds() -> None:
    """A worker with hardly more memory than it starts with says so, and goes on."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    used = pages * os.sysconf("SC_PAGE_SIZE") >> 20
    with Worker(5.0, megabytes=used + 100) as worker:
        verdict = worker.judge(Claim(r"x = " + "+".join(["x"] * 200_000)))
        assert verdict.status == "undecided"
        assert "limit" in verdict.reason or verdict.reason.startswith("unread")
        assert worker.judge(USUAL).status == "proved"


def test_a_warm_worker_is_one_process(worker: Worker) -> None:
    worker.judge(USUAL)
    first = worker._process
    for _ in range(20):
        assert worker.judge(USUAL).status == "proved"
    assert worker._process is first


def test_a_closed_worker_has_ended() -> None:
    worker = Worker(SECONDS)
    worker.judge(USUAL)
    process = worker._process
    worker.close()
    assert process is not None
    assert not process.is_alive()
    worker.close()


# -- many claims ---------------------------------------------------------------------------------

CLAIMS: list[Claim | dict[str, object] | str] = [
    USUAL,
    r"\sigma'(z) = \sigma(z)(1 + \sigma(z))",
    {"claim": "a_j = y_j", "given": ["a_j = y_j + 1"], "id": 3},
    {"claim": r"\sum_k a_k = 1", "assuming": [r"\sum_k a_k = 1"]},
    r"\frac{x}{x} = 1",
    r"\frac{x}{ = 1",
    {"claim": "x = 1", "given": [r"\frac"]},
]
STATUSES = ["proved", "refuted", "refuted", "proved", "conditional", "undecided", "undecided"]


def statuses(verdicts: list[Verdict]) -> list[str]:
    return [v.status for v in verdicts]


def test_many_claims_in_one_worker() -> None:
    verdicts = verify_many(CLAIMS)
    assert statuses(verdicts) == STATUSES
    assert verdicts[5].reason.startswith("unread: line 1, column ")
    assert verdicts[6].reason.startswith("unread: ")


@pytest.mark.parametrize("pool", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_many_claims_in_an_executor(pool: type) -> None:
    with pool(2) as executor:
        assert statuses(verify_many(CLAIMS, executor)) == STATUSES


def test_threads_do_not_disturb_each_other() -> None:
    """Ball precision is one setting of the process: claims at once must not see each other's."""
    one_by_one = [[s.as_json() | {"seconds": 0} for s in v.steps] for v in verify_many(CLAIMS)]
    with ThreadPoolExecutor(4) as executor:
        verdicts = verify_many(CLAIMS * 6, executor)
    for at, verdict in enumerate(verdicts):
        found = [s.as_json() | {"seconds": 0} for s in verdict.steps]
        assert found == one_by_one[at % len(CLAIMS)]


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({}, "no text in the field 'claim'"),
        ({"claim": 3}, "no text in the field 'claim'"),
        ({"claim": "x", "gives": []}, "unknown field 'gives'; expected id, claim, given and"),
        ({"claim": "x", "given": "a = 1"}, "'given' is 'a = 1'; expected a list of formulas"),
        ({"claim": "x", "assuming": [1]}, r"'assuming' is \[1\]; expected a list of formulas"),
        ({"claim": "x", "given": {"a": "b"}}, "expected a list of formulas"),
    ],
)
def test_records_that_are_no_claims(record: dict[str, object], message: str) -> None:
    with pytest.raises(DeriveError, match=message):
        Claim.of(record)
    with pytest.raises(DeriveError, match=message):
        verify_many([record])


def test_records_become_claims() -> None:
    assert Claim.of("x = 1") == Claim("x = 1")
    assert Claim.of(USUAL) is USUAL
    full = Claim.of({"id": [1], "claim": "x = 1", "given": ["x = 2"], "assuming": None})
    assert full == Claim("x = 1", ("x = 2",), (), [1])

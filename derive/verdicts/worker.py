"""Judging in a process of its own, so that the limits on time and memory hold.

A worker is warm: it judges thousands of claims. One that overruns its time is killed, the
claim is `undecided`, and the next claim gets a new worker.
"""

from __future__ import annotations

import gc
import multiprocessing
import resource
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from derive.errors import DeriveError, LimitError
from derive.verdicts.claims import SECONDS, verify
from derive.verdicts.verdict import StepVerdict, Verdict

MEGABYTES = 4096
GRACE = 1.0

YOUNG = 20_000
"""How many objects are made before the collector looks at them: terms are small and many."""


@dataclass(frozen=True)
class Claim:
    """One claim with its surroundings, all in LaTeX; `id` comes back with its verdict."""

    claim: str
    given: tuple[str, ...] = ()
    assuming: tuple[str, ...] = ()
    id: object = None

    @classmethod
    def of(cls, record: Claim | Mapping[str, Any] | str) -> Claim:
        """A claim from a record such as a line of a batch file.

        Raises `DeriveError` if a field is missing, unknown or of the wrong type.
        """
        if isinstance(record, Claim):
            return record
        if isinstance(record, str):
            return cls(record)
        unknown = sorted(set(record) - {"id", "claim", "given", "assuming"})
        if unknown or not isinstance(record.get("claim"), str):
            found = f"unknown field {unknown[0]!r}" if unknown else "no text in the field 'claim'"
            raise DeriveError(f"claim: {found}; expected id, claim, given and assuming")
        lists = []
        for name in ("given", "assuming"):
            values = record.get(name) or []
            if not isinstance(values, list | tuple) or not all(isinstance(v, str) for v in values):
                raise DeriveError(f"claim: {name!r} is {values!r}; expected a list of formulas")
            lists.append(tuple(values))
        return cls(record["claim"], lists[0], lists[1], record.get("id"))


def judge_claim(claim: Claim, seconds: float = SECONDS) -> Verdict:
    """The verdict on a claim; what is wrong with its surroundings is `undecided` as well."""
    try:
        return verify(claim.claim, claim.given, claim.assuming, seconds=seconds)
    except DeriveError as error:
        return undecided(claim, f"unread: {error}")
    except RecursionError:
        return undecided(claim, "unread: the formula is nested too deeply")


def explain_claim(claim: Claim, seconds: float = SECONDS) -> Verdict:
    """The verdict on a claim with every rule in its proof."""
    return judge_claim(claim, seconds).explained()


def undecided(claim: Claim, reason: str, seconds: float = 0.0) -> Verdict:
    """An `undecided` verdict for a whole claim."""
    step = StepVerdict(claim.claim, "", "=", "undecided", reason, seconds=seconds)
    return Verdict.of([step], seconds)


class Worker:
    """A process that judges claims one after the other, within limits that it cannot pass.

    Use as a context manager, or call `close()`.
    """

    def __init__(self, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> None:
        self.seconds = seconds
        self.megabytes = megabytes
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def judge(self, claim: Claim, explain: bool = False) -> Verdict:
        """The verdict on one claim; with `explain`, every rule stands in its proof."""
        try:
            task = explain_claim if explain else judge_claim
            verdict: Verdict = self.call(task, claim, self.seconds)
        except LimitError as error:
            return undecided(claim, str(error), self.seconds)
        return verdict

    def call(self, task: Callable[..., Any], *args: Any) -> Any:
        """What a function of a module returns when it is called in the process.

        Raises `LimitError` if it overruns its time or memory, and `DeriveError` (an internal
        error) for any exception of its own.
        """
        pipe = self._connection()
        try:
            pipe.send((task, args))
            if pipe.poll(self.seconds + GRACE):
                kind, value = pipe.recv()
                if kind == "value":
                    return value
                if kind == "error":
                    raise DeriveError(value)
                raise LimitError(value)
        except (EOFError, OSError):
            self._kill()
            raise LimitError(f"the memory limit of {self.megabytes} MB was reached") from None
        self._kill()
        raise LimitError(f"the time limit of {self.seconds:g} s was reached")

    def _connection(self) -> Connection:
        if self._process is None or not self._process.is_alive() or self._pipe is None:
            # A fork has SymPy imported already; a spawned process would pay for it again.
            method = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
            context = multiprocessing.get_context(method)
            self._pipe, there = context.Pipe()
            self._process = context.Process(  # type: ignore[attr-defined]
                target=_serve, args=(there, self.megabytes), daemon=True
            )
            self._process.start()
            there.close()
        return self._pipe

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._process = self._pipe = None

    def close(self) -> None:
        """End the process."""
        self._kill()


def collect_rarely() -> None:
    """What is there stays; the collector need not look through it, nor after every few terms."""
    gc.freeze()
    gc.set_threshold(YOUNG)


def _serve(pipe: Connection, megabytes: int) -> None:
    """The worker's loop: tasks in, what they return out, until the pipe closes."""
    limit = megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    collect_rarely()
    while True:
        try:
            task, args = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            answer = ("value", task(*args))
        except MemoryError:
            answer = ("limit", f"the memory limit of {megabytes} MB was reached")
        except Exception as error:
            # A surprise ends one task, never the worker.
            answer = ("error", f"internal error: {type(error).__name__}: {error}")
        pipe.send(answer)


def verify_many(
    claims: Iterable[Claim | Mapping[str, Any] | str],
    executor: Executor | None = None,
    *,
    seconds: float = SECONDS,
) -> list[Verdict]:
    """Judge many claims, in their order.

    Claims are LaTeX, records with `claim`, `given` and `assuming`, or `Claim` objects. By
    default one isolated worker judges them in turn; any `concurrent.futures.Executor` (or a
    client with its `submit`) spreads them. Raises `DeriveError` for a record that is no claim.
    """
    return list(stream((Claim.of(c) for c in claims), executor, seconds=seconds))


def stream(
    claims: Iterable[Claim], executor: Executor | None = None, *, seconds: float = SECONDS
) -> Iterator[Verdict]:
    """The verdicts of `verify_many` one by one."""
    if executor is None:
        with Worker(seconds) as worker:
            for claim in claims:
                yield worker.judge(claim)
        return
    task: Callable[[Claim, float], Verdict] = judge_claim
    futures: list[Future[Verdict]] = [executor.submit(task, claim, seconds) for claim in claims]
    for future in futures:
        yield future.result()

"""The mutation sweep: false neighbours of every theorem, judged by the prover.

`make soundness` prints how many were refuted, and every one that was not; the exit status is 1
if one was proved, or is conditional on what holds at the point that shows it to be false. Each
theorem's figures are kept under `build/soundness` as long as no source changes, so that a sweep
that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path

from bench.mutants import false_mutants
from derive.errors import DeriveError
from derive.proof import Outcome, prepare, prove
from derive.proof.balls import Evaluator
from derive.proof.jets import add, real_part
from derive.proof.valuation import NoValueError, Point
from derive.terms import Context, Statement
from derive.verdicts import Theorem, load_theorems

ROOT = Path(__file__).parent.parent
PROOFS = ROOT / "proofs"
STORE = ROOT / "build" / "soundness"
SOURCES = ("derive/**/*.py", "proofs/*.py", "bench/m*.py", "bench/soundness.py")
EACH = 80
SECONDS = 10.0
SHOWN = 40


@dataclass(frozen=True)
class Judged:
    """A false mutant of a theorem and what the prover says of it."""

    theorem: str
    statement: str
    status: str
    reason: str
    wrong: bool
    seconds: float


Judge = Callable[[Theorem], Iterable[Judged]]


@cache
def equations() -> tuple[Theorem, ...]:
    """The theorems that are equations."""
    found = (t for t in load_theorems(PROOFS) if isinstance(t, Theorem))
    return tuple(t for t in found if t.statement.relation == "=")


def sweep(each: int = EACH, every: int = 1, seconds: float = SECONDS) -> Iterator[Judged]:
    """Up to `each` false mutants of every `every`-th theorem, judged."""
    for theorem in equations()[::every]:
        yield from judged_mutants(theorem, each, seconds)


def judged_mutants(theorem: Theorem, each: int, seconds: float = SECONDS) -> Iterator[Judged]:
    """Up to `each` false mutants of a theorem, judged."""
    for mutant, point in false_mutants(theorem.statement, theorem.context, each):
        start = time.perf_counter()
        outcome = prove(mutant, theorem.context, seconds)
        taken = time.perf_counter() - start
        wrong = is_wrong(outcome, mutant, theorem.context, point)
        yield Judged(theorem.name, str(mutant), outcome.status, outcome.reason, wrong, taken)


def is_wrong(outcome: Outcome, mutant: Statement, context: Context, point: Point) -> bool:
    """Whether a verdict says that a statement holds at a point at which it does not."""
    if outcome.status == "conditional":
        cases = [(*outcome.conditions, *case) for case in outcome.alternatives or ((),)]
        return any(all(_holds(c, mutant, context, point) for c in case) for case in cases)
    return outcome.status == "proved" or "internal error" in outcome.reason


def _holds(condition: Statement, mutant: Statement, context: Context, point: Point) -> bool:
    setting = prepare((mutant.lhs, mutant.rhs), context)
    value = Evaluator(setting.witness, point)
    try:
        excess = real_part(add(value(condition.lhs), -value(condition.rhs)))
    except (NoValueError, DeriveError, ZeroDivisionError):
        return True
    tests = {
        "=": excess == 0,
        "!=": excess != 0,
        "<": excess < 0,
        "<=": excess <= 0,
        ">": excess > 0,
        ">=": excess >= 0,
    }
    return bool(tests[condition.relation])


# -- the whole sweep, in parallel and resumable ------------------------------------------------


def digest_of_sources() -> str:
    """A name for the state of everything that the figures depend on."""
    total = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            total.update(path.read_bytes())
    return total.hexdigest()[:16]


def stored(folder: Path, judge: Judge, number: int) -> list[Judged]:
    """What a sweep says of one theorem, from the store if it is there already."""
    theorem = equations()[number]
    path = folder / f"{theorem.name}.json"
    if path.exists():
        return [Judged(**row) for row in json.loads(path.read_text())]
    found = list(judge(theorem))
    part = path.with_suffix(".part")
    part.write_text(json.dumps([asdict(one) for one in found]))
    part.replace(path)
    return found


def parallel_sweep(folder: Path, judge: Judge, jobs: int) -> Iterator[Judged]:
    """What a sweep says of every theorem, `jobs` of them at a time, in the theorems' order."""
    folder.mkdir(parents=True, exist_ok=True)
    total = len(equations())
    with ProcessPoolExecutor(jobs) as pool:
        for done, found in enumerate(pool.map(partial(stored, folder, judge), range(total)), 1):
            if sys.stderr.isatty():
                end = "\n" if done == total else ""
                print(f"\r{done} of {total} theorems", end=end, file=sys.stderr, flush=True)
            yield from found


def cause(reason: str) -> str:
    """What a reason says of any claim: without its names, terms and numbers."""
    return re.sub(r"\d+", "N", reason.split(":")[0])[:70]


def report(judged: Sequence[Judged], title: str, expected: tuple[str, ...] = ("refuted",)) -> bool:
    """Print the figures of a sweep, and what was not as expected; whether nothing is wrong."""
    counts = Counter(one.status for one in judged)
    missed = [one for one in judged if one.wrong or one.status not in expected]
    for one in sorted(missed, key=lambda one: not one.wrong)[:SHOWN]:
        mark = "WRONG" if one.wrong else one.status
        print(f"{mark:18}{one.theorem}: {one.statement}: {one.reason[:120]}")
    if len(missed) > SHOWN:
        print(f"... and {len(missed) - SHOWN} more of the kind")
    print(f"{len(judged)} {title}")
    for status, count in sorted(counts.items()):
        print(f"{status:18}{count:8}{100 * count / len(judged):9.2f} %")
    for said, count in Counter(cause(o.reason) for o in missed).most_common():
        print(f"  {count:10}  {said}")
    wrong = sum(one.wrong for one in judged)
    taken = [one.seconds for one in judged]
    print(f"{'wrong':18}{wrong:8}")
    print(f"median {1000 * statistics.median(taken):.1f} ms, slowest {max(taken):.2f} s")
    return not wrong


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=EACH, help="mutants of a theorem, at most")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    folder = STORE / f"{digest_of_sources()}-{options.each}"
    start = time.perf_counter()
    judge = partial(judged_mutants, each=options.each)
    judged = list(parallel_sweep(folder, judge, options.jobs))
    fine = report(judged, f"false mutants of {len(equations())} theorems in {PROOFS.name}/")
    print(f"{time.perf_counter() - start:.0f} s with {options.jobs} processes")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())

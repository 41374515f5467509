"""The mutation sweep: false neighbours of every theorem, judged by the prover.

`make soundness` prints how many were refuted, and every one that was not; the exit status is 1
if one was proved, or is conditional on what holds at the point that shows it to be false.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.mutants import false_mutants
from derive.errors import DeriveError
from derive.proof import Outcome, prepare, prove
from derive.proof.balls import Evaluator
from derive.proof.jets import add, real_part
from derive.proof.valuation import NoValueError, Point
from derive.terms import Context, Statement
from derive.verdicts import Theorem, load_theorems

PROOFS = Path(__file__).parent.parent / "proofs"
EACH = 80


@dataclass(frozen=True)
class Judged:
    """A false mutant of a theorem and what the prover says of it."""

    theorem: str
    statement: Statement
    outcome: Outcome
    wrong: bool
    seconds: float


def sweep(each: int = EACH, every: int = 1, seconds: float = 10.0) -> Iterator[Judged]:
    """Up to `each` false mutants of every `every`-th theorem, judged."""
    theorems = [t for t in load_theorems(PROOFS) if isinstance(t, Theorem)]
    for theorem in theorems[::every]:
        if theorem.statement.relation != "=":
            continue
        for mutant, point in false_mutants(theorem.statement, theorem.context, each):
            start = time.perf_counter()
            outcome = prove(mutant, theorem.context, seconds)
            taken = time.perf_counter() - start
            wrong = _is_wrong(outcome, mutant, theorem.context, point)
            yield Judged(theorem.name, mutant, outcome, wrong, taken)


def _is_wrong(outcome: Outcome, mutant: Statement, context: Context, point: Point) -> bool:
    """Whether a verdict says that a statement holds at a point at which it does not."""
    if outcome.status == "conditional":
        return all(_holds(c, mutant, context, point) for c in outcome.conditions)
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


def main() -> int:
    judged = list(sweep())
    counts: dict[str, int] = {}
    for one in judged:
        counts[one.outcome.status] = counts.get(one.outcome.status, 0) + 1
        if one.outcome.status != "refuted":
            mark = "WRONG" if one.wrong else one.outcome.status
            print(f"{mark:12}{one.theorem}: {one.statement}: {one.outcome.reason[:120]}")
    wrong = sum(one.wrong for one in judged)
    taken = [one.seconds for one in judged]
    print(f"{len(judged)} false mutants of the theorems in {PROOFS.name}/")
    for status, count in sorted(counts.items()):
        print(f"{status:12}{count:8}{100 * count / len(judged):9.2f} %")
    print(f"wrong       {wrong:8}")
    print(f"median {1000 * statistics.median(taken):.1f} ms, slowest {max(taken):.2f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

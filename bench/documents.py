"""How fast documents are proofread: formulas a second on one core, and the slowest ones.

Each run judges all documents in a new process that has proofread something else before, as the
worker of `derive check` has after its first formulas: nothing of them is known from an earlier
run. Times are processor time. Without arguments, the documents of the tests are judged.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from derive.documents.find import KINDS, document, read_text
from derive.documents.follow import Follower
from derive.documents.judge import judge_task
from derive.verdicts.worker import Worker

OWN = Path(__file__).parent.parent / "tests" / "documents" / "data"
WARMING = r"""
$\sigma(z) = \frac{1}{1 + e^{-z}}$, so $\sigma'(z) = \sigma(z)(1 - \sigma(z))$ and not
$\sigma'(z) = \sigma(z)^2$. With $a_i = \frac{e^{z_i}}{\sum_k e^{z_k}}$ and
$L = -\sum_i y_i \ln a_i$ we have $\frac{\partial L}{\partial z_j} = a_j - y_j$.
"""
RUNS = 5
SLOWEST = 10
SECONDS = 10.0


class Timed(NamedTuple):
    """One formula: where it stands, what it says, and the time that it took."""

    place: str
    latex: str
    seconds: float


def timed(text: str, path: Path) -> list[Timed]:
    """The time of each formula of a document; finding the formulas counts with the first."""
    found = []
    start = time.process_time()
    pieces = document(text, path.suffix)
    follower = Follower(pieces, judge_task, SECONDS)
    for piece in pieces.pieces:
        reported = follower.take(piece)
        if reported is not None:
            line = pieces.position(reported.found.start)[0]
            now = time.process_time()
            found.append(Timed(f"{path.name}:{line}", reported.found.latex, now - start))
            start = now
    return found


def all_timed(paths: Sequence[Path]) -> list[Timed]:
    """The times of all formulas of some documents, in a process that is warm."""
    timed(WARMING, Path("warming.md"))
    return [x for path in paths for x in timed(read_text(path.read_bytes(), path), path)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="documents; default: the tests' own")
    parser.add_argument("--runs", type=int, default=RUNS)
    options = parser.parse_args()
    paths = options.paths or sorted(p for p in OWN.iterdir() if p.suffix in KINDS)
    runs: list[list[Timed]] = []
    for _ in range(options.runs):
        with Worker(600.0) as worker:
            runs.append(worker.call(all_timed, paths))
    totals = [sum(x.seconds for x in run) for run in runs]
    each = [statistics.median(run[k].seconds for run in runs) for k in range(len(runs[0]))]
    count, total = len(each), statistics.median(totals)
    print(
        f"{count} formulas of {len(paths)} documents in {total:.2f} s: {count / total:.0f} a second"
    )
    print(f"  of {options.runs} runs the best {min(totals):.2f} s, the worst {max(totals):.2f} s")
    print(f"  one formula: median {1000 * statistics.median(each):.1f} ms")
    print(f"  the {SLOWEST} slowest")
    slowest = sorted(zip(each, runs[0], strict=True), key=lambda pair: -pair[0])[:SLOWEST]
    for seconds, formula in slowest:
        print(
            f"{1000 * seconds:10.0f} ms  {formula.place:28}{' '.join(formula.latex.split())[:60]}"
        )


if __name__ == "__main__":
    main()

"""The prover on the identities of the field: what it proves, how fast, beside SymPy's simplify.

Times are processor time of one process after import, for one run of each claim; ours includes
reading the claim, SymPy's begins when definitions are unfolded and derivatives taken.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from bench import baseline
from bench.growth import TABLES
from bench.identities import IDENTITIES, TOPICS, Identity
from derive.verdicts import Claim, Verdict
from derive.verdicts.worker import collect_rarely, judge_claim

SECONDS = 10.0
SLOWEST = 10


def timed(claim: Claim) -> tuple[Verdict, float]:
    """The verdict on a claim and the seconds it took."""
    start = time.process_time()
    verdict = judge_claim(claim, SECONDS)
    seconds = time.process_time() - start
    # Proofs that nobody reads are not kept, as a worker does not keep them.
    return replace(verdict, steps=()), seconds


def claim_of(identity: Identity) -> Claim:
    return Claim(identity.claim, identity.given, identity.assuming)


def spread(seconds: Sequence[float]) -> str:
    """Median, 95th percentile and maximum, in milliseconds."""
    ordered = sorted(seconds)
    chosen = (statistics.median(ordered), ordered[int(0.95 * (len(ordered) - 1))], ordered[-1])
    return "".join(f"{1000 * value:11.1f}" for value in chosen)


def share(proved: int, all_of_them: int) -> str:
    return f"{proved:5d} of {all_of_them:<5d}{100 * proved / all_of_them:6.1f} %"


def report_completeness(ours: dict[str, tuple[Verdict, float]]) -> None:
    """How many are proved by topic, and what became of the others."""
    print("Proved, by topic")
    for topic in TOPICS:
        verdicts = [ours[i.id][0] for i in IDENTITIES if i.topic == topic]
        print(f"  {topic:16}{share(sum(map(bool, verdicts)), len(verdicts))}")
    counts = Counter(verdict.status for verdict, _ in ours.values())
    print(f"  {'all':16}{share(counts['proved'], len(ours))}")
    others = ", ".join(
        f"{n} {status}" for status, n in sorted(counts.items()) if status != "proved"
    )
    print(f"  not proved: {others or 'none'}")


def report_speed(ours: dict[str, tuple[Verdict, float]]) -> None:
    """The spread of our times over the whole list, and the slowest claims."""
    print(f"\nOurs, all {len(ours)} claims, in ms{'median':>16}{'p95':>11}{'max':>11}")
    print(f"{'':28}{spread([seconds for _, seconds in ours.values()])}")
    print("  slowest")
    for name, (verdict, seconds) in sorted(ours.items(), key=lambda x: -x[1][1])[:SLOWEST]:
        print(f"{1000 * seconds:11.1f}  {name} ({verdict.status})")


def report_baseline(ours: dict[str, tuple[Verdict, float]], seconds: float) -> None:
    """Ours and SymPy's on the claims that SymPy can be asked."""
    theirs = {identity.id: baseline.judge(identity, seconds) for identity in IDENTITIES}
    found = {name: result for name, result in theirs.items() if result is not None}
    both = [ours[name] for name in found]
    print(f"\nBeside sympy.simplify, {len(found)} claims that both can be asked, in ms")
    print(f"{'':10}{'median':>11}{'p95':>11}{'max':>11}   proved")
    print(f"  {'ours':8}{spread([s for _, s in both])}   "
          f"{share(sum(bool(v) for v, _ in both), len(both))}")  # fmt: skip
    print(f"  {'SymPy':8}{spread([s for _, s in found.values()])}   "
          f"{share(sum(p for p, _ in found.values()), len(found))}"
          f"   (at most {seconds:g} s a claim)")  # fmt: skip
    ratio = statistics.median(s for _, s in found.values()) / statistics.median(s for _, s in both)
    print(f"  ratio of the medians: {ratio:.1f}")
    each = [s / ours[name][1] for name, (_, s) in found.items()]
    print(f"  median of the ratios, claim by claim: {statistics.median(each):.1f}")


def report_growth() -> None:
    """How our time grows with the size of a claim."""
    print("\nGrowth: ms by size (u: undecided)")
    for title, (make, sizes) in TABLES.items():
        cells = []
        for size in sizes:
            verdict, seconds = timed(make(size))
            mark = "" if verdict else verdict.status[0]
            cells.append(f"{size}: {1000 * seconds:.1f}{mark}")
        print(f"  {title:36}{'   '.join(cells)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-sympy", action="store_true", help="leave the comparison out")
    parser.add_argument("--sympy-seconds", type=float, default=3.0, help="limit for each claim")
    options = parser.parse_args()
    timed(Claim("1 = 1"))  # what is built once is built before the clock starts
    collect_rarely()  # as a worker does
    ours = {identity.id: timed(claim_of(identity)) for identity in IDENTITIES}
    report_completeness(ours)
    report_speed(ours)
    report_growth()
    if not options.no_sympy:
        report_baseline(ours, options.sympy_seconds)


if __name__ == "__main__":
    main()

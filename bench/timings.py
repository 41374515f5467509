"""How long the command line takes from a cold start: the median of five runs each."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

DERIVE = Path(sys.executable).parent / "derive"
COMMANDS = {
    "derive --help": ["--help"],
    "derive verify (scalar, true)": [
        "verify",
        r"\sigma'(z) = \sigma(z)(1 - \sigma(z))",
    ],
    "derive verify (scalar, false)": [
        "verify",
        r"\sigma'(z) = \sigma(z)(1 + \sigma(z))",
    ],
    "derive show sigmoid": ["show", "sigmoid"],
    "derive check (one document)": ["check", "tests/documents/data/softmax_notes.md"],
    "derive prove proofs/": ["prove", "proofs/"],
}
RUNS = 5


def seconds(arguments: list[str]) -> float:
    """The wall time of one run of the command."""
    start = time.perf_counter()
    finished = subprocess.run([DERIVE, *arguments], capture_output=True, text=True, check=False)
    if finished.returncode > 1:
        sys.exit(f"derive {' '.join(arguments)}: {finished.stderr.strip()}")
    return time.perf_counter() - start


def main() -> None:
    for title, arguments in COMMANDS.items():
        taken = [seconds(arguments) for _ in range(RUNS)]
        print(f"{title:32}{statistics.median(taken):8.2f} s")


if __name__ == "__main__":
    main()

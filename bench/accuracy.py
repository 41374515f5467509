"""Errors of generated code in units in the last place: ours, plain lambdify, SciPy or by hand.

Ball arithmetic is the truth. Scalar functions and their gradients count in units of the value;
what is added up, in units of the sum of the sizes of its terms. `of its terms` is the same for
scalar functions: near a zero of a gradient it says how much of the error is the sum's own.
"""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bench.rivals import CAREFUL, CAREFUL_BOTH, SCALARS, lambdified
from derive.api import numpy_function
from derive.errors import DeriveError
from derive.functions import Entry, catalogue
from derive.numeric import NumericReport, NumpyFunction, check_compiled


class Stranger(NumpyFunction):
    """Somebody else's code in the place of ours, so that it is checked in the same way."""

    def __call__(self, *arrays: Any, out: Any = None) -> Any:
        return _RIVALS[self.name][0](*arrays)

    def value_and_grad(self, *arrays: Any) -> tuple[Any, Any]:
        value, gradient = _RIVALS[self.name][1](*arrays)
        return value, gradient


_RIVALS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {}


def stranger(
    ours: NumpyFunction, value: Callable[..., Any], both: Callable[..., Any] | None
) -> NumpyFunction:
    """Our function's terms with the code of another."""
    name = f"{ours.name} {len(_RIVALS)}"
    parts = {f: getattr(ours, f) for f in ours.__dataclass_fields__}
    theirs = Stranger(**{**parts, "name": name})
    if both is None:
        return_value = lambda *a: (value(*a), math.nan)  # noqa: E731
        _RIVALS[name] = (value, return_value)
        return replace(theirs, gradient=None)
    _RIVALS[name] = (value, both)
    return theirs


def worst(report: NumericReport | None, at: int) -> str:
    """The worst of the value (0) or gradient (1)."""
    if report is None or len(report.findings) <= at:
        return ""
    return f"{report.findings[at].worst:.3g}"


def row(entry: Entry, points: int) -> str:
    """A row of the table."""
    ours = numpy_function(entry, grad=True)
    mine = check_compiled(ours, points)
    others: list[NumpyFunction | None] = [None, None]
    if entry.name in SCALARS:
        others[0] = stranger(ours, lambdified(entry), lambdified(entry, True))
    if entry.name in CAREFUL:
        others[1] = stranger(ours, CAREFUL[entry.name], CAREFUL_BOTH.get(entry.name))
    reports = [check_compiled(o, points) if o else None for o in others]
    cells = [worst(r, at) for at in (0, 1) for r in (mine, *reports)]
    terms = max(f.of_sum for f in mine.findings)
    verdict = "ok" if mine.ok else "misses"
    return f"| {entry.name} | {' | '.join(cells)} | {terms:.3g} | {verdict} |"


def main() -> None:
    warnings.simplefilter("ignore")
    points = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    print(
        "| entry | ours | lambdify | SciPy | ours, gradient | lambdify | SciPy | of its terms | |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|---|")
    for entry in catalogue.values():
        try:
            print(row(entry, points), flush=True)
        except DeriveError as error:
            print(f"| {entry.name} | {error} |")


if __name__ == "__main__":
    main()

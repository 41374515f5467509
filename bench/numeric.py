"""How fast generated NumPy code is: ratios to plain lambdify and to SciPy or careful NumPy.

Medians in one process and one thread (`make bench` sets that); above 1, ours is faster.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy
import sympy as sp

from bench.rivals import CAREFUL, CAREFUL_BOTH, FAMILIES, SCALARS, lambdified
from derive.api import numpy_function
from derive.functions import catalogue
from derive.numeric import compile_entry
from derive.terms import Domain, shape_of

SIZES = (1_000, 100_000, 4_000_000)
SHAPES = ((64, 10), (1024, 1000), (32, 50257))
DTYPES = (np.float64, np.float32)


def median(function: Callable[..., Any], arguments: list[Any]) -> float:
    """The median time of a call, in seconds, of enough calls for about 60 ms."""
    function(*arguments)
    start = time.perf_counter()
    function(*arguments)
    once = time.perf_counter() - start
    inner = max(1, int(2e-4 / max(once, 1e-7)))
    taken = []
    for _ in range(max(5, min(31, int(0.06 / max(once * inner, 1e-7))))):
        start = time.perf_counter()
        for _ in range(inner):
            function(*arguments)
        taken.append((time.perf_counter() - start) / inner)
    return statistics.median(taken)


def arguments_of(name: str, shape: tuple[int, ...], dtype: type) -> list[Any]:
    """Random arguments: scalars one for each place, families with the last axis of the shape."""
    rng, entry = np.random.default_rng(0), catalogue[name]
    found: list[Any] = []
    for p in entry.params:
        match entry.domains.get(p, Domain.REAL):
            case Domain.UNIT:
                drawn: Any = rng.uniform(0.01, 0.99, shape)
            case Domain.POSITIVE:
                drawn = np.asarray(1.0)
            case _:
                drawn = rng.normal(0, 3, shape)
        if p is not entry.params[0] and str(p) == "alpha":
            drawn = np.asarray(0.1)
        if shape_of(p) and p is not entry.params[0]:
            drawn = np.eye(shape[-1], dtype=dtype)[rng.integers(0, shape[-1], shape[:-1])]
        found.append(drawn.astype(dtype))
    return found


def rows(names: list[str], shapes: list[tuple[int, ...]], both: bool) -> list[tuple[Any, ...]]:
    """For each function, shape and dtype: our time and the ratios of the others to it."""
    found = []
    for name in names:
        ours = numpy_function(name, grad=both)
        ours_call = ours._namespace[f"{ours.name}_value_and_grad" if both else ours.name]
        careful = (CAREFUL_BOTH if both else CAREFUL).get(name)
        naive = lambdified(catalogue[name], both) if name in SCALARS else None
        for dtype in DTYPES:
            for shape in shapes:
                arguments = arguments_of(name, shape, dtype)
                mine = median(ours_call, arguments)
                others = [median(r, arguments) / mine if r else None for r in (naive, careful)]
                count = int(np.prod(shape))
                found.append((name, both, dtype.__name__, shape, mine / count * 1e9, *others))
    return found


def mean(ratios: list[float | None]) -> float:
    """The geometric mean of those that are."""
    return statistics.geometric_mean([r for r in ratios if r is not None])


def show(table: list[tuple[Any, ...]]) -> None:
    """The table as Markdown, and the means."""
    print("| function | dtype | shape | ns/element | lambdify | SciPy or by hand |")
    print("|---|---|---|---:|---:|---:|")
    for name, both, dtype, shape, nanoseconds, naive, careful in table:
        what = f"{name} and gradient" if both else name
        size = " × ".join(f"{s:,}" for s in shape)
        a, b = (f"{r:.2f} ×" if r is not None else "" for r in (naive, careful))
        print(f"| {what} | {dtype} | {size} | {nanoseconds:.2f} | {a} | {b} |")
    print()
    for title, column in (("lambdify", 5), ("SciPy or by hand", 6)):
        some = [row[column] for row in table if row[column] is not None]
        if some:
            print(f"Geometric mean against {title}: {mean(some):.2f} × over {len(some)} cases")


def overhead() -> None:
    """Compile times, and what a call costs beside its NumPy calls."""
    taken = []
    for entry in catalogue.values():
        start = time.perf_counter()
        compile_entry(entry)
        taken.append((time.perf_counter() - start, entry.name))
    taken.sort()
    late = [name for t, name in taken if t > 0.05]
    print(f"\nCompiling an entry: median {taken[len(taken) // 2][0] * 1e3:.0f} ms, ", end="")
    print(f"worst {taken[-1][0] * 1e3:.0f} ms ({taken[-1][1]}); over 50 ms: {len(late)}")
    x = np.ones(3)
    for name, same in (("tanh", np.tanh), ("relu", lambda z: np.maximum(z, 0))):
        f = numpy_function(name)
        extra = median(f, [x]) - median(same, [x])
        print(f"A call of {name}: {extra * 1e6:.1f} µs beside the NumPy call")


def main() -> None:
    warnings.simplefilter("ignore")
    quick = "--quick" in sys.argv
    sizes = [(n,) for n in (SIZES[:2] if quick else SIZES)]
    shapes = list(SHAPES[:2] if quick else SHAPES)
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores; ", end="")
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, ", end="")
    print(f"SciPy {scipy.__version__}, SymPy {sp.__version__}; one thread, medians\n")
    table = rows(SCALARS, sizes, both=False)
    table += rows([n for n in SCALARS if n in CAREFUL_BOTH], sizes, both=True)
    table += rows(FAMILIES, shapes, both=False)
    table += rows([n for n in FAMILIES if n in CAREFUL_BOTH], shapes, both=True)
    show(table)
    overhead()


if __name__ == "__main__":
    main()

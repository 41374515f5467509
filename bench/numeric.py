"""How fast generated NumPy code is: ratios to plain lambdify, to SciPy or careful NumPy, and to
the frameworks that are installed.

All take turns in one process and one thread (`make bench` sets that), and the ratios are of
medians; above 1, ours is faster. The limit is what no NumPy code can do without: reading the
arguments, writing the results, and the exp, log or tanh that the function needs.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np
import scipy
import sympy as sp

from bench.frameworks import framework_calls
from bench.rivals import CAREFUL, CAREFUL_BOTH, FAMILIES, SCALARS, lambdified
from derive.api import numpy_function
from derive.functions import catalogue
from derive.numeric import compile_entry
from derive.terms import Domain, shape_of

SIZES = (1_000, 100_000, 4_000_000)
SHAPES = ((64, 10), (1024, 1000), (32, 50257))
DTYPES = (np.float64, np.float32)
LAMBDIFY, CAREFULLY = "lambdify", "SciPy or by hand"

# What each function and its gradient cannot do without, beside arithmetic.
NEEDS: Mapping[str, tuple[str, ...]] = {
    "sigmoid": ("exp",),
    "tanh": ("tanh",),
    "softplus": ("exp", "log1p"),
    "log_sigmoid": ("exp", "log1p"),
    "silu": ("exp",),
    "gelu": ("exp", "exp"),
    "elu": ("expm1",),
    "mish": ("exp",),
    "sigmoid_cross_entropy": ("exp", "log1p"),
    "binary_cross_entropy": ("log", "log1p"),
    "softmax": ("exp",),
    "log_softmax": ("exp",),
    "logsumexp": ("exp",),
    "softmax_cross_entropy": ("exp",),
}


def medians(calls: Mapping[str, Callable[[], Any]]) -> dict[str, float]:
    """The median time of each call, in seconds, taken in turns for about 40 ms each."""
    once = {}
    for title, call in calls.items():
        call()
        start = time.perf_counter()
        call()
        once[title] = time.perf_counter() - start
    inner = {title: max(1, int(2e-4 / max(t, 1e-7))) for title, t in once.items()}
    slowest = max(once[t] * inner[t] for t in calls)
    taken: dict[str, list[float]] = {title: [] for title in calls}
    for _ in range(max(5, min(41, int(0.04 / slowest)))):
        for title, call in calls.items():
            start = time.perf_counter()
            for _ in range(inner[title]):
                call()
            taken[title].append((time.perf_counter() - start) / inner[title])
    return {title: statistics.median(times) for title, times in taken.items()}


def median(function: Callable[..., Any], arguments: list[Any]) -> float:
    """The median time of a call, in seconds."""
    return medians({"": lambda: function(*arguments)})[""]


def limit(name: str, arguments: list[Any], both: bool) -> float:
    """Seconds to read the arguments, write the results, and take the exp that is needed."""
    large = [a for a in arguments if a.size > 1]
    whole = large[0] if name != "logsumexp" or both else large[0][..., :1]
    calls = {"traffic": lambda: np.positive(whole)}
    block = np.linspace(0.1, 0.9, 16384, dtype=large[0].dtype)
    spare = np.empty_like(block)
    for need in NEEDS.get(name, ()):
        calls[need] = lambda need=need: getattr(np, need)(block, out=spare)
    taken = medians(calls)
    results = 2 if both and np.ndim(whole) == 1 else 1
    exps = sum(taken[n] for n in NEEDS.get(name, ())) * large[0].size / block.size
    return exps + taken["traffic"] * (len(large) + results) / 2


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
        if str(p) == "y" and name.endswith("cross_entropy"):
            drawn = rng.integers(0, 2, shape)
        if shape_of(p) and p is not entry.params[0]:
            drawn = np.eye(shape[-1], dtype=dtype)[rng.integers(0, shape[-1], shape[:-1])]
        found.append(drawn.astype(dtype))
    return found


Row = tuple[str, str, tuple[int, ...], float, float, dict[str, float]]


def rows(names: list[str], shapes: list[tuple[int, ...]], both: bool) -> list[Row]:
    """For each function, dtype and shape: our time, its limit's, and the others' to ours."""
    found: list[Row] = []
    for name in names:
        ours = numpy_function(name, grad=both)
        calls = {"ours": ours._namespace[f"{ours.name}_value_and_grad" if both else ours.name]}
        if name in SCALARS:
            calls[LAMBDIFY] = lambdified(catalogue[name], both)
        careful = (CAREFUL_BOTH if both else CAREFUL).get(name)
        if careful:
            calls[CAREFULLY] = careful
        for dtype in DTYPES:
            for shape in shapes:
                arguments = arguments_of(name, shape, dtype)
                bound = {t: partial(c, *arguments) for t, c in calls.items()}
                bound.update(framework_calls(name, both, arguments))
                taken = medians(bound)
                mine = taken.pop("ours")
                ratios = {t: seconds / mine for t, seconds in taken.items()}
                what = f"{name} and gradient" if both else name
                share = limit(name, arguments, both) / mine
                each = mine / int(np.prod(shape)) * 1e9
                found.append((what, dtype.__name__, shape, each, share, ratios))
    return found


def show(table: list[Row]) -> None:
    """The table as Markdown, and the means."""
    titles = list(dict.fromkeys(t for row in table for t in row[-1]))
    print(f"| function | dtype | shape | ns/element | of the limit | {' | '.join(titles)} |")
    print(f"|---|---|---|---:|---:|{'---:|' * len(titles)}")
    for what, dtype, shape, each, share, ratios in table:
        size = " × ".join(f"{s:,}" for s in shape)
        cells = " | ".join(f"{ratios[t]:.2f} ×" if t in ratios else "" for t in titles)
        print(f"| {what} | {dtype} | {size} | {each:.2f} | {share:.0%} | {cells} |")
    print()
    for title in titles:
        some = [row[-1][title] for row in table if title in row[-1]]
        sized = [
            [r[-1][title] for r in table if title in r[-1] and place(r) == at] for at in (0, 1, 2)
        ]
        by_size = ", ".join(f"{mean(group):.2f} ×" for group in sized if group)
        print(f"Geometric mean against {title}: {mean(some):.2f} × over {len(some)} cases", end="")
        print(f" (small, middle, large: {by_size})")
    every = [r for row in table for t, r in row[-1].items() if t in (LAMBDIFY, CAREFULLY)]
    print(f"Geometric mean against {LAMBDIFY} and {CAREFULLY}: {mean(every):.2f} ×")


def place(row: Row) -> int:
    """Whether the row's arrays are small, middle or large."""
    shape = row[2]
    return SIZES.index(shape[0]) if len(shape) == 1 else SHAPES.index(shape)


def mean(ratios: Iterable[float]) -> float:
    """The geometric mean."""
    return statistics.geometric_mean(ratios)


def overhead() -> None:
    """Compile times, and what a call costs beside its NumPy calls."""
    taken = []
    for entry in catalogue.values():
        start = time.process_time()
        compile_entry(entry)
        taken.append((time.process_time() - start, entry.name))
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

"""Checks of numeric code: compiled functions against balls, a caller's own against differences."""

from __future__ import annotations

import importlib
import importlib.util
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy as sp

from derive.errors import DefinitionError
from derive.numeric.exact import exact_values
from derive.numeric.function import NumpyFunction
from derive.numeric.samples import batch, columns
from derive.terms import Partial, shape_of

SCALAR_ULPS, SUM_ULPS = 4.0, 8.0
_DIFFERENCE = 1e-6
_SCALES = (1.0, 30.0, 1000.0)


@dataclass(frozen=True)
class Finding:
    """The worst of the points that one thing was compared at.

    `unit` says what `worst` counts; it may be `limit` at most, or `of_sum` within 8 units in the
    last place of the sum of the sizes of all terms: near a zero of σ(z)(1 + z σ(-z)), say, no sum
    of rounded terms has digits of its own.
    """

    what: str
    against: str
    points: int
    worst: float
    unit: str
    limit: float
    at: Mapping[str, Any] = field(default_factory=dict)
    found: float = math.nan
    wanted: float = math.nan
    of_sum: float = math.inf

    @property
    def ok(self) -> bool:
        """Whether every point was within the limit."""
        return self.worst <= self.limit or self.of_sum <= SUM_ULPS

    def __str__(self) -> str:
        head = f"{'ok  ' if self.ok else 'FAIL'} {self.what} against {self.against}: "
        text = f"{head}worst {self.worst:.3g} {self.unit} of {self.points} points"
        if self.worst > self.limit and self.of_sum <= SUM_ULPS:
            text += f", {self.of_sum:.2g} of the sum of its terms"
        if not self.at:
            return text
        where = ", ".join(f"{k} = {_shown(v)}" for k, v in self.at.items())
        return f"{text}\n     at {where}: found {self.found!r}, not {self.wanted!r}"


@dataclass(frozen=True)
class NumericReport:
    """What a check found; true if all of it is within its limits."""

    name: str
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether all findings are."""
        return all(f.ok for f in self.findings)

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        return "\n".join([self.name, *(f"  {f}" for f in self.findings)])

    def sentence(self) -> str:
        """For a docstring: what was compared with what, and the worst of it."""
        parts = [
            f"{f.what} within {f.worst:.2g} {f.unit} at {f.points} points" for f in self.findings
        ]
        return f"Checked against ball arithmetic: {'; '.join(parts)}."


def _shown(value: Any) -> str:
    return np.array2string(np.asarray(value), precision=17, separator=", ", threshold=8)


def check_compiled(
    function: NumpyFunction,
    points: int = 100,
    seed: int = 0,
    dtype: type = np.float64,
    subnormal: bool = True,
) -> NumericReport:
    """A compiled function and its gradient against ball arithmetic, over its whole domain.

    Scalar functions are judged in units in the last place of the value, what is added up in
    those of the sum of the sizes of its terms. Without `subnormal`, arguments that small are left
    out: some frameworks take them for 0.
    """
    rng = np.random.default_rng(seed)
    draws = _draws(function, rng, points, dtype)
    if not subnormal:
        tiny = np.finfo(dtype).tiny
        draws = [row for row in draws if not any(np.any((a != 0) & (abs(a) < tiny)) for a in row)]
    findings = [_compared(function, draws, gradient=False, dtype=dtype)]
    if function.gradient is not None and function.wrt is not None:
        findings.append(_compared(function, draws, gradient=True, dtype=dtype))
    return NumericReport(function.name, tuple(findings))


def _draws(
    function: NumpyFunction,
    rng: np.random.Generator,
    points: int,
    dtype: type,
) -> list[list[Any]]:
    """Arguments without batch axes, one list a point; for float32 no larger than it goes."""
    params, domains = function.params, function.domains
    if not any(shape_of(p) for p in params):
        drawn = columns(params, domains, rng, points)
        draws = [[np.asarray(x) for x in row] for row in zip(*drawn, strict=True)]
    else:
        sizes = sorted({s for p in params for s in shape_of(p) if s.is_Symbol}, key=str)
        draws = []
        for at in range(max(1, points // 8)):
            lengths = {s: 1 + (at + place) % 5 for place, s in enumerate(sizes)}
            scale = _SCALES[at % len(_SCALES)]
            draws.append(batch(params, domains, rng, lengths, scale))
    with np.errstate(over="ignore", under="ignore"):
        narrow: list[list[Any]] = [[a.astype(dtype) for a in row] for row in draws]
    return [row for row in narrow if all(np.all(np.isfinite(a)) for a in row)]


def _compared(
    function: NumpyFunction, draws: Sequence[list[Any]], gradient: bool, dtype: type
) -> Finding:
    """The worst point of the value, or of the gradient."""
    axes = function.gradient_axes if gradient else function.value_axes
    scaled = any(shape_of(p) for p in function.params)
    term, size_of = function.expr, function.expr
    if gradient:
        term, size_of = Partial(function.expr, function.wrt), function.gradient
    count, of_sum = 0, 0.0
    worst: tuple[float, Mapping[str, Any], float, float] = (-1.0, {}, math.nan, math.nan)
    for arrays in draws:
        inputs = dict(zip(function.params, arrays, strict=True))
        lengths: dict[sp.Expr, int] = {}
        for p, a in inputs.items():
            lengths.update(zip(shape_of(p), a.shape, strict=True))
        shape = [int(sp.S(lengths.get(n, n))) for n in axes.values()]
        exact = exact_values(term, inputs, tuple(axes), shape, function.context, size_of)
        with np.errstate(all="ignore"):
            found = function.value_and_grad(*arrays)[1] if gradient else function(*arrays)
        for place, value in exact.items():
            count += 1
            number = float(np.asarray(found)[place])
            error = value.ulps(number, dtype, scaled)
            of_sum = max(of_sum, value.ulps(number, dtype, scaled=True))
            if error > worst[0]:
                named = dict(zip(function.args, arrays, strict=True))
                worst = (error, named, number, float(value))
    what = f"gradient in {function.args[0]}" if gradient else "value"
    unit = "ulp of the sum" if scaled else "ulp"
    limit = SUM_ULPS if scaled else SCALAR_ULPS
    error, at, number, wanted = worst
    return Finding(
        what, "ball arithmetic", count, max(error, 0.0), unit, limit, at, number, wanted, of_sum
    )


def check_own(
    function: Callable[..., Any],
    gradient: Callable[..., Any],
    like: Sequence[Any] = (0.0,),
    points: int = 100,
    seed: int = 0,
    limit: float = 1e-5,
) -> NumericReport:
    """A caller's function and the gradient in its first argument that is claimed for it.

    `like` are arguments of the right shapes; their values are replaced by random ones (the first)
    or kept (the others). The gradient is that of the sum of the function's values, so an
    elementwise function and a loss of a vector are both judged. Compared with the complex step
    where the function takes complex numbers, else with central differences; where PyTorch is
    installed and the function takes tensors, with its autograd too.
    """
    if not callable(function) or not callable(gradient):
        raise DefinitionError("check_numeric: give the function and its gradient as callables")
    rng = np.random.default_rng(seed)
    shape = np.shape(like[0])
    by_step, by_autograd = _Worst(), _Worst()
    against = "central differences"
    for at in range(points):
        x: Any = rng.normal(0, (0.5, 2.0, 8.0)[at % 3], shape)
        claimed = np.broadcast_to(np.asarray(gradient(x, *like[1:]), float), shape)
        traced = _autograd(function, x, like[1:])
        for place in np.ndindex(*shape):
            slope, by_complex = _slope(function, x, like[1:], place)
            against = "the complex step" if by_complex else against
            by_step.add(x, float(claimed[place]), slope)
            if traced is not None:
                by_autograd.add(x, float(claimed[place]), float(traced[place]))
    name = getattr(function, "__name__", "function")
    findings = [by_step.finding(against, limit)]
    if by_autograd.count:
        findings.append(by_autograd.finding("PyTorch's autograd", limit))
    return NumericReport(name, tuple(findings))


@dataclass
class _Worst:
    """The worst of the claimed slopes that were added."""

    error: float = -1.0
    where: Any = None
    claimed: float = math.nan
    slope: float = math.nan
    count: int = 0

    def add(self, x: Any, claimed: float, slope: float) -> None:
        self.count += 1
        error = abs(claimed - slope) / max(1.0, abs(slope))
        error = math.inf if math.isnan(error) else error
        if error > self.error:
            self.error, self.where, self.claimed, self.slope = error, x, claimed, slope

    def finding(self, against: str, limit: float) -> Finding:
        """What was found, for the report."""
        return Finding(
            "claimed gradient",
            against,
            self.count,
            max(self.error, 0.0),
            "relative error",
            limit,
            {"x": self.where},
            self.claimed,
            self.slope,
        )


def _autograd(function: Callable[..., Any], x: Any, rest: Sequence[Any]) -> Any:
    """The gradient of the sum of the values by PyTorch; None without it, or if it takes none."""
    if importlib.util.find_spec("torch") is None:
        return None
    torch = importlib.import_module("torch")
    tensor = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    try:
        torch.sum(function(tensor, *map(torch.as_tensor, rest))).backward()
    except (TypeError, ValueError, RuntimeError, AttributeError):
        return None
    return None if tensor.grad is None else tensor.grad.numpy()


def _slope(
    function: Callable[..., Any], x: Any, rest: Sequence[Any], place: tuple[int, ...]
) -> tuple[float, bool]:
    """The derivative of the sum of the values in one entry, and whether by the complex step."""
    step = _DIFFERENCE * max(1.0, abs(float(x[place])))
    there, back = np.array(x), np.array(x)
    there[place] += step
    back[place] -= step
    plain = float(np.sum(function(there, *rest)) - np.sum(function(back, *rest)))
    plain /= float(there[place] - back[place])
    moved = np.array(x, complex)
    moved[place] += 1e-30j
    try:
        fine = float(np.imag(np.sum(function(moved, *rest)))) / 1e-30
    except (TypeError, ValueError):
        return plain, False
    # A function like abs takes complex numbers and is none of them.
    agrees = abs(fine - plain) <= 1e-4 * max(1.0, abs(plain))
    return (fine, True) if agrees else (plain, False)

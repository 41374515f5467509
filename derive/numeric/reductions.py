"""What generated code needs beside NumPy's own functions for families and their sums.

They reduce over the last axis; like those of `kernels`, their source goes into the module.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from derive.numeric.kernels import _above, _below


def _largest(x: Any) -> Any:
    """The largest member, or 0 where that is not finite: what a sum of exp is shifted by."""
    if not x.size:
        return np.zeros(x.shape[:-1], x.dtype)
    m = np.maximum.reduce(x, -1)
    if _below(m, 1.7e308) and _above(m, -1.7e308):
        return m
    return np.where(np.isfinite(m), m, 0.0)


def _log_sum(e: Any, total: Any, v: Any, shift: Any) -> Any:
    """log of the total of e = exp(v - shift), accurate where all but one member are small.

    What v - shift lost by rounding is given back where they are very small.
    """
    if _above(total, 1.25):
        return np.log(total)
    # Where the total is near 1 one member is 1, and the others have more digits alone.
    others = np.add.reduce(e - (e == 1.0), -1)
    rest = np.where(total < 1.25, others, total - 1.0)
    if _above(rest, 1e-7):
        return np.log1p(rest)
    tiny = rest < 1e-7
    v, shift = np.broadcast_to(v, e.shape), np.broadcast_to(shift, total.shape)
    if tiny.ndim:
        e, v, shift = e[tiny], v[tiny], shift[tiny]
    shift = shift[..., None]
    gap = v - shift
    part = gap - v
    better = (gap != 0) * e * (1.0 + ((v - (gap - part)) - (shift + part)))
    if not tiny.ndim:
        return np.log1p(np.add.reduce(better, -1)) if tiny else np.log1p(rest)
    rest[tiny] = np.add.reduce(better, -1)
    return np.log1p(rest)


def _sum_others(x: Any) -> Any:
    """For each member the sum of all others, without subtracting: from the left and the right."""
    out = np.zeros_like(x)
    out[..., 1:] = np.cumsum(x[..., :-1], axis=-1)
    out[..., :-1] += np.cumsum(x[..., :0:-1], axis=-1)[..., ::-1]
    return out


def _picked(x: Any, at: Any) -> Any:
    """The member of the last axis at each place; the axes in front broadcast."""
    if x.ndim == 1:
        return x[at]
    shape = np.broadcast_shapes(x.shape[:-1], at.shape)
    x, at = np.broadcast_to(x, (*shape, x.shape[-1])), np.broadcast_to(at, shape)
    return np.take_along_axis(x, at[..., None], axis=-1)[..., 0]


def _matvec(a: Any, x: Any) -> Any:
    """The sum over k of a[..., i, k] x[..., k]."""
    return x @ a.T if a.ndim == 2 else np.matmul(a, x[..., None])[..., 0]


def _flat(x: Any, axes: int) -> Any:
    """The last axes, this many, as one."""
    keep = x.ndim - axes
    return x.reshape(*x.shape[:keep], int(np.prod(x.shape[keep:])))


def _with_diagonal(a: Any, d: Any, n: int) -> Any:
    """The n by n matrices a with d on their diagonals; length-one axes broadcast."""
    out = np.empty((*np.broadcast_shapes(a.shape[:-2], d.shape[:-1]), n, n), a.dtype)
    out[...] = a
    k = np.arange(n)
    out[..., k, k] = d
    return out

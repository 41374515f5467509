"""The few array functions that generated code needs beside NumPy's own.

A generated module carries the source of those it uses, so each stands on NumPy alone.
They reduce over the last axis; all keep the dtype of their arguments.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def _prepare(*pairs: tuple[str, Any, tuple[Any, ...]]) -> tuple[list[Any], dict[str, int]]:
    """The arguments as arrays of one floating dtype, and the sizes read from their shapes.

    Each triple is (name, value, sizes of its last axes: a name, a number, or None for any).
    Float dtypes stay, integers and booleans become float64; ValueError or TypeError says
    which argument does not fit.
    """
    values = [v if isinstance(v, (np.ndarray, float, int)) else np.asarray(v) for _, v, _ in pairs]
    dtype = np.result_type(*values)
    if dtype.kind in "biu":
        dtype = np.dtype(np.float64)
    elif dtype.kind != "f":
        raise TypeError(f"arguments of dtype {dtype}; real numbers are needed")
    arrays = [np.asarray(v, dtype) for v in values]
    sizes: dict[str, int] = {}
    for (name, _, axes), array in zip(pairs, arrays, strict=True):
        if array.ndim < len(axes):
            shape = ", ".join(["...", *map(str, axes)])
            raise ValueError(f"{name} has shape {array.shape}; ({shape}) is needed")
        for size, found in zip(axes, array.shape[array.ndim - len(axes) :], strict=True):
            if size is None:
                continue
            wanted = sizes.setdefault(size, found) if isinstance(size, str) else size
            if wanted != found:
                raise ValueError(
                    f"{name} has shape {array.shape}, so {size} = {found}; {wanted} is needed"
                )
    if len(pairs) > 1:
        try:
            batch = [a.shape[: a.ndim - len(p[2])] for p, a in zip(pairs, arrays, strict=True)]
            np.broadcast_shapes(*batch)
        except ValueError:
            shown = ", ".join(f"{p[0]}: {a.shape}" for p, a in zip(pairs, arrays, strict=True))
            raise ValueError(f"batch axes do not broadcast together ({shown})") from None
    return arrays, sizes


def _sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x)), exact to the last digits in both tails."""
    if x.size and np.min(x) >= -80.0:
        return 1.0 / (1.0 + np.exp(-x))
    # Far to the left exp(-x) overflows; two vectorised exp cost less than one np.where.
    return np.exp(np.minimum(x, 0.0)) / (1.0 + np.exp(-np.abs(x)))


def _sigmoid_slope(x: Any) -> Any:
    """sigmoid(x) * sigmoid(-x), exact to the last digits in both tails."""
    e = np.exp(-np.abs(x))
    return e / np.square(1.0 + e)


def _softplus(x: Any) -> Any:
    """log(1 + exp(x)) without overflow."""
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


def _log1p_square(x: Any) -> Any:
    """log(1 + x * x) without overflow."""
    a = np.abs(x)
    return np.log1p(np.square(np.minimum(a, 1e8))) + 2.0 * np.log(np.maximum(a, 1e8) / 1e8)


def _xlogy(x: Any, y: Any) -> Any:
    """x log(y), and 0 where x = y = 0."""
    return x * np.log(y + ((x == 0) & (y == 0)))


def _xlog1py(x: Any, y: Any) -> Any:
    """x log(1 + y), and 0 where x = 0 and y = -1."""
    return x * np.log1p(y + ((x == 0) & (y == -1)))


def _ratio(x: Any, y: Any) -> Any:
    """x / y, and 0 where x = y = 0: the limit in y, for x that does not depend on it."""
    return x / (y + ((x == 0) & (y == 0)))


def _logit_gap(p: Any, q: Any) -> Any:
    """(p - q) / (p (1 - p)), and its limits where p = q = 0 and where p = q = 1."""
    tiny = np.finfo(p.dtype).smallest_subnormal
    a, b = np.maximum(p, tiny), np.maximum(1.0 - p, tiny)
    return np.where((p == 1) & (q == 1), -b, a - q) / (a * b)


def _log_ratio(p: Any, q: Any) -> Any:
    """log(p / q) without overflow, and accurate where p is close to q."""
    near = np.abs(p - q) <= 0.5 * np.abs(q)
    (a, i), (b, j) = np.frexp(np.where(near, 1.0, p)), np.frexp(np.where(near, 1.0, q))
    far = np.log(a / b) + (i - j).astype(a.dtype) * 0.6931471805599453
    safe = np.where(near & (q != 0), q, 1.0)
    return np.where(near & (q != 0), np.log1p((np.where(near, p, q) - q) / safe), far)


def _xlog_ratio(x: Any, p: Any, q: Any) -> Any:
    """x log(p / q), and 0 where x = 0."""
    idle = (x == 0) & (p == p) & (q == q)
    return x * _log_ratio(np.where(idle, 1.0, p), np.where(idle, 1.0, q))


def _largest(x: Any) -> Any:
    """The largest member, or 0 where that is not finite: what a sum of exp is shifted by."""
    m = np.max(x, axis=-1, initial=-np.inf)
    return np.where(np.isfinite(m), m, 0.0)


def _log_sum(e: Any) -> Any:
    """log of the sum of members whose largest is 1, accurate where the others are small."""
    others = np.sum(np.where(e == 1, 0.0, e), axis=-1)
    return np.log1p(others + (np.sum(e == 1, axis=-1, dtype=e.dtype) - 1.0))


def _sum_others(x: Any) -> Any:
    """For each member the sum of all others, without subtracting: from the left and the right."""
    out = np.zeros_like(x)
    out[..., 1:] = np.cumsum(x[..., :-1], axis=-1)
    out[..., :-1] += np.cumsum(x[..., :0:-1], axis=-1)[..., ::-1]
    return out


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

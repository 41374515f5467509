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
    arrays = [pair[1] for pair in pairs]
    first = arrays[0]
    if type(first) is not np.ndarray or first.dtype.kind != "f":
        arrays = _floating(arrays)
    else:
        for v in arrays:
            if type(v) is not np.ndarray or v.dtype is not first.dtype:
                arrays = _floating(arrays)
                break
    if len(pairs) == 1 and not pairs[0][2]:
        return arrays, {}
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
    batch = {a.shape[: a.ndim - len(p[2])] for p, a in zip(pairs, arrays, strict=True)}
    if len(batch) > 1:
        try:
            np.broadcast_shapes(*batch)
        except ValueError:
            shown = ", ".join(f"{p[0]}: {a.shape}" for p, a in zip(pairs, arrays, strict=True))
            raise ValueError(f"batch axes do not broadcast together ({shown})") from None
    return arrays, sizes


def _floating(values: list[Any]) -> list[Any]:
    """The values as arrays of the floating dtype that they have in common."""
    known = [v if isinstance(v, (np.ndarray, float, int)) else np.asarray(v) for v in values]
    dtype = np.result_type(*known)
    if dtype.kind in "biu":
        dtype = np.dtype(np.float64)
    elif dtype.kind != "f":
        raise TypeError(f"arguments of dtype {dtype}; real numbers are needed")
    return [np.asarray(v, dtype) for v in known]


def _in_pieces(function: Any, arrays: list[Any], ranks: tuple[int, ...], out: Any = None) -> Any:
    """What `function` returns for the arrays, by pieces of the batch that stay in the cache.

    An array has as many last axes of its own as its rank says; those in front are batch and
    broadcast, and the first of them is cut. Writes into `out` if that is given; ValueError or
    TypeError if it does not fit.
    """
    largest = max([a.size for a in arrays])
    if largest <= 16384:
        return function(*arrays) if out is None else _put(function(*arrays), out)
    batches = [a.shape[: a.ndim - r] for a, r in zip(arrays, ranks, strict=True)]
    axes = max(map(len, batches))
    rows = max([b[0] for b in batches if len(b) == axes]) if axes else 1
    step = max(1, 16384 * rows // largest)
    if step >= rows:
        return _put(function(*arrays), out)
    cut = [len(b) == axes and b[0] > 1 for b in batches]
    results: list[Any] = []
    for start in range(0, rows, step):
        some = slice(start, start + step)
        values = function(*[a[some] if c else a for a, c in zip(arrays, cut, strict=True)])
        single = not isinstance(values, tuple)
        values = (values,) if single else values
        if not results:
            results = [_room(out, (rows, *v.shape[1:]), v.dtype) for v in values]
        for result, value in zip(results, values, strict=True):
            result[some] = value
    return results[0] if single else tuple(results)


def _put(result: Any, out: Any) -> Any:
    """The result, in `out` if that is given."""
    if out is None:
        return result
    _room(out, np.shape(result), result.dtype)[...] = result
    return out


def _room(out: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    """`out` if it fits, or a new array if it is None."""
    if out is None:
        return np.empty(shape, dtype)
    if not isinstance(out, np.ndarray) or out.dtype != dtype:
        found = getattr(out, "dtype", type(out).__name__)
        raise TypeError(f"out has dtype {found}; an array of {dtype} is needed")
    if out.shape != shape:
        raise ValueError(f"out has shape {out.shape}; {shape} is needed")
    return out


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


def _gauss(x: Any) -> Any:
    """exp(-x * x / 2), exact to the last digits far out, where x * x has lost some."""
    x = np.minimum(np.abs(x), 64.0)
    # The square of a number with few digits is exact.
    near = np.rint(x * 16.0) / 16.0
    return np.exp(-0.5 * np.square(near)) * np.exp(-0.5 * (x - near) * (x + near))


def _erfcx(x: Any) -> Any:
    """exp(x * x) erfc(x) for x >= 0.

    (1 + 2 x) erfcx(x) is a polynomial in t = (x - 3.75)/(x + 3.75), the interpolant at the zeros
    of a Chebyshev polynomial (Shepherd and Laframboise, Math. Comp. 36, 1981).
    """
    coefficients = (
        -3.75315827795962e-11,
        4.2514714447963895e-10,
        5.457157304704688e-10,
        -5.1739902140113095e-09,
        -4.389284159986328e-09,
        3.8675334242222354e-08,
        2.4289762925488707e-08,
        -2.5866850716155884e-07,
        -5.826281078800777e-08,
        1.751637648849062e-06,
        -9.72849582211122e-07,
        -1.1444146237700524e-05,
        2.2383912036550678e-05,
        5.164909889268241e-05,
        -0.00029015397928986765,
        0.0002937136655913448,
        0.0017556258324217529,
        -0.009746579558029276,
        0.0283622774215156,
        -0.05869339858963677,
        0.09230432116019834,
        -0.10880393014174886,
        0.08227673849015102,
        0.0035854154854644293,
        -0.14024059858554702,
        1.2375126308378275,
    )
    t = (x - 3.75) / (x + 3.75)
    p = coefficients[0] * t + coefficients[1]
    for c in coefficients[2:]:
        p *= t
        p += c
    return p / (1.0 + 2.0 * x)


def _normal_cdf(x: Any) -> Any:
    """(1 + erf(x / sqrt(2))) / 2, exact to the last digits in the left tail."""
    # Beyond 40 the tail is 0, also for the largest x.
    tail = 0.5 * _gauss(x) * _erfcx(np.minimum(np.abs(x), 40.0) * 0.7071067811865476)
    return (x >= 0) - np.copysign(tail, x + 0.0)


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
    return m if np.all(np.isfinite(m)) else np.where(np.isfinite(m), m, 0.0)


def _log_sum(e: Any) -> Any:
    """log of the sum of members whose largest is 1, accurate where the others are small."""
    total = np.asarray(np.sum(e, axis=-1))
    result = np.asarray(np.log(total))
    close = total < 1.25
    if np.any(close):
        near = e[close]
        others = np.sum(np.where(near == 1, 0.0, near), axis=-1)
        result[close] = np.log1p(others + (np.sum(near == 1, axis=-1, dtype=e.dtype) - 1.0))
    return result[()]


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

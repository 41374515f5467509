"""The few array functions that generated code needs beside NumPy's own.

A generated module carries the source of those it uses, so each stands on NumPy alone.
They reduce over the last axis; all keep the dtype of their arguments.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def _floats(**arguments: Any) -> list[Any]:
    """The arguments as arrays of one floating dtype whose shapes broadcast together.

    Float dtypes stay, integers and booleans become float64; ValueError or TypeError says which
    argument does not fit.
    """
    arrays = _floating(list(arguments.values()))
    if len(arrays) > 1:
        shape = arrays[0].shape
        for a in arrays:
            if a.shape != shape and a.shape:
                _check_batches(list(arguments), arrays, [a.shape for a in arrays])
                break
    return arrays


def _prepare(*arguments: tuple[str, Any, tuple[Any, ...]]) -> tuple[list[Any], dict[str, int]]:
    """The arguments as arrays of one floating dtype, and the sizes read from their shapes.

    Each triple is (name, value, sizes of its last axes: a name, a number, or None for any).
    Float dtypes stay, integers and booleans become float64; ValueError or TypeError says
    which argument does not fit.
    """
    arrays = _floating([a[1] for a in arguments])
    sizes: dict[str, int] = {}
    batches = []
    for (name, _, axes), array in zip(arguments, arrays, strict=True):
        shape = array.shape
        if len(shape) < len(axes):
            needed = ", ".join(["...", *map(str, axes)])
            raise ValueError(f"{name} has shape {shape}; ({needed}) is needed")
        own = len(shape) - len(axes)
        for size, found in zip(axes, shape[own:], strict=True):
            if size is None:
                continue
            wanted = sizes.setdefault(size, found) if isinstance(size, str) else size
            if wanted != found:
                raise ValueError(
                    f"{name} has shape {shape}, so {size} = {found}; {wanted} is needed"
                )
        batches.append(shape[:own])
    if batches.count(batches[0]) < len(batches):
        _check_batches([a[0] for a in arguments], arrays, batches)
    return arrays, sizes


def _check_batches(names: list[str], arrays: list[Any], batches: list[Any]) -> None:
    """ValueError if the batch axes do not broadcast together."""
    try:
        np.broadcast_shapes(*batches)
    except ValueError:
        shown = ", ".join(f"{n}: {a.shape}" for n, a in zip(names, arrays, strict=True))
        raise ValueError(f"batch axes do not broadcast together ({shown})") from None


def _floating(values: list[Any]) -> list[Any]:
    """The values as arrays of the floating dtype that they have in common."""
    first = values[0]
    if type(first) is np.ndarray and first.dtype.kind == "f":
        dtype = first.dtype
        for at, v in enumerate(values):
            if type(v) is float:
                values[at] = np.asarray(v, dtype)
            elif type(v) is not np.ndarray or v.dtype is not dtype:
                break
        else:
            return values
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
    broadcast, and the first of them is cut. The function may write into the array (or arrays)
    that it gets as `out`. So does this one if it is given; ValueError or TypeError if it does
    not fit.
    """
    for array in arrays:
        if array.nbytes > 1048576:
            break
    else:
        result = function(*arrays)
        return result if out is None else _put(result, out)
    largest = max(a.nbytes for a in arrays)
    batches = [a.shape[: a.ndim - r] for a, r in zip(arrays, ranks, strict=True)]
    axes = max(map(len, batches))
    rows = max([b[0] for b in batches if len(b) == axes]) if axes else 1
    step = max(1, 524288 * rows // largest)
    if step >= rows or (out is not None and _overlaps(out, arrays)):
        return _put(function(*arrays), out)
    cut = [len(b) == axes and b[0] > 1 for b in batches]
    first = function(*[a[:step] if c else a for a, c in zip(arrays, cut, strict=True)])
    several = isinstance(first, tuple)
    parts = first if several else (first,)
    outs = _outs(out, len(parts)) if several else (out,)
    wholes = [_room(o, (rows, *v.shape[1:]), v.dtype) for o, v in zip(outs, parts, strict=True)]
    for whole, part in zip(wholes, parts, strict=True):
        whole[:step] = part
    for start in range(step, rows, step):
        some = slice(start, start + step)
        pieces = [a[some] if c else a for a, c in zip(arrays, cut, strict=True)]
        targets = tuple([w[some] for w in wholes])
        values = function(*pieces, targets if several else targets[0])
        for target, value in zip(targets, values if several else (values,), strict=True):
            if value is not target:
                target[...] = value
    return tuple(wholes) if several else wholes[0]


def _overlaps(out: Any, arrays: list[Any]) -> bool:
    """Whether a piece that is written could change an argument that is yet to be read."""
    if isinstance(out, tuple):
        return any(np.may_share_memory(o, a) for o in out for a in arrays)
    return any(a is not out and np.may_share_memory(out, a) for a in arrays)


def _put(result: Any, out: Any) -> Any:
    """The result, in `out` if that is given: an array, or one for each of several results."""
    if out is None:
        return result
    if not isinstance(result, tuple):
        _room(out, np.shape(result), result.dtype)[...] = result
        return out
    outs = _outs(out, len(result))
    return tuple([_put(r, o) for r, o in zip(result, outs, strict=True)])


def _outs(out: Any, count: int) -> tuple[Any, ...]:
    """`out` as one array, or None, for each of so many results."""
    if out is None:
        return (None,) * count
    if not isinstance(out, tuple) or len(out) != count:
        raise TypeError(f"out is no tuple of {count} arrays, one for each result")
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


def _exp_to(x: Any, bound: float) -> Any:
    """exp(min(x, bound))."""
    # To look for the largest costs half of what it does to clip.
    if x.size and np.maximum.reduce(x, axis=None) <= bound:
        return np.exp(x)
    return np.exp(x.clip(-np.inf, bound))


def _sigmoid(x: Any, out: Any = None) -> Any:
    """1 / (1 + exp(-x)), exact to the last digits in both tails."""
    # sigmoid(40) rounds to 1, and to the left exp(x) only vanishes.
    e = _exp_to(x, 40.0)
    return np.divide(e, 1.0 + e, out=out)


def _sigmoid_slope(x: Any, out: Any = None) -> Any:
    """sigmoid(x) * sigmoid(-x), exact to the last digits in both tails."""
    e = np.exp(-np.abs(x))
    return np.divide(e, np.square(1.0 + e), out=out)


def _sigmoid_with_slope(x: Any) -> tuple[Any, Any]:
    """sigmoid(x) and sigmoid(x) * sigmoid(-x), exact to the last digits in both tails."""
    if x.size and np.maximum.reduce(x, axis=None) <= 80.0:
        e = np.exp(x)
        d = 1.0 + e
        s = e / d
        return s, s / d
    e = np.exp(-np.abs(x))
    d = 1.0 + e
    s = e / d
    # s is sigmoid(-|x|), at most 1/2.
    return np.abs((x >= 0) - s), s / d


def _softplus(x: Any, out: Any = None) -> Any:
    """log(1 + exp(x)) without overflow."""
    # From 40 on it is x to the last digit.
    if x.size and np.maximum.reduce(x, axis=None) <= 30.0:
        return np.log1p(np.exp(x), out=out)
    return np.maximum(np.log1p(np.exp(x.clip(-np.inf, 40.0))), x, out=out)


def _softplus_with_slope(x: Any) -> tuple[Any, Any]:
    """log(1 + exp(x)) and sigmoid(x)."""
    e = _exp_to(x, 40.0)
    return np.maximum(np.log1p(e), x), e / (1.0 + e)


def _softplus_tail(x: Any, out: Any = None) -> Any:
    """log(1 + exp(-|x|))."""
    return np.log1p(np.exp(-np.abs(x)), out=out)


def _softplus_tail_with_sigmoid(x: Any) -> tuple[Any, Any]:
    """log(1 + exp(-|x|)) and sigmoid(x)."""
    e = np.exp(-np.abs(x))
    return np.log1p(e), np.abs((x >= 0) - e / (1.0 + e))


def _tanh_softplus(x: Any, out: Any = None) -> Any:
    """tanh(log(1 + exp(x)))."""
    # tanh(softplus(20)) rounds to 1.
    e = _exp_to(x, 20.0)
    n = e * (2.0 + e)
    return np.divide(n, 2.0 + n, out=out)


def _log1p_square(x: Any) -> Any:
    """log(1 + x * x) without overflow."""
    a = np.abs(x)
    return np.log1p(np.square(np.minimum(a, 1e8))) + 2.0 * np.log(np.maximum(a, 1e8) / 1e8)


def _gauss(x: Any) -> Any:
    """exp(-x * x / 2), exact to the last digits far out, where x * x has lost some."""
    x = np.abs(x).clip(0.0, 64.0)
    # The square of a number with few digits is exact.
    few = 64.0 if x.dtype == np.float32 else 1048576.0
    near = np.rint(x * few)
    near *= 1.0 / few
    rest = x - near
    rest *= -0.5
    rest *= x + near
    return np.exp(-0.5 * np.square(near)) * np.exp(rest)


def _scaled_exp(w: Any, x: Any, out: Any = None) -> Any:
    """w exp(x), also where exp(x) is out of range."""
    e = np.exp(0.5 * x)
    return np.multiply(w * e, e, out=out)


def _erfcx(x: Any) -> Any:
    """exp(x * x) erfc(x) for 0 <= x <= 29.

    (1 + 2 x) erfcx(x) - 1 is a quotient of polynomials in t = (x - 2.5)/(x + 2.5), from its
    values at the zeros of a Chebyshev polynomial.
    """
    # The coefficients of numerator and denominator, that of the highest power first.
    coefficients: tuple[tuple[float, float], ...] = (
        (-6.856681688095773e-05, 6.989258708023102e-06),
        (0.0008722133231259474, 0.00010759386834558745),
        (-0.0055901901833059105, 0.0008471584425242243),
        (0.021361032386725133, 0.004096975736295675),
        (-0.058393047546185795, 0.017140032844819766),
        (0.11105151633154618, 0.03978686844043415),
        (-0.1403247336213924, 0.14260144288648408),
        (0.11415496991900075, 0.11306896504920844),
        (0.06253872146534241, 0.606412129332659),
        (-0.12443936429595924, -0.007863674260318813),
        (0.2648381843668614, 1.0),
    )
    if x.dtype == np.float32:
        coefficients = (
            (-0.00025423339762675886, 0.018544664510151826),
            (-0.025224175157870114, 0.1330545218343129),
            (0.043001698671536456, 0.45252602642862616),
            (0.0011710269150375545, 0.9372467163699524),
            (0.19803758553335754, 1.2097743025998307),
            (0.26483817297530987, 1.0),
        )
    t = (x - 2.5) / (x + 2.5)
    (a, b), *between, (last_a, last_b) = coefficients
    p, q = a * t, b * t
    for a, b in between:
        p += a
        p *= t
        q += b
        q *= t
    p += last_a
    q += last_b
    p /= q
    p += 1.0
    p /= 1.0 + 2.0 * x
    return p


def _normal_cdf(x: Any, bell: Any) -> Any:
    """(1 + erf(x / sqrt(2))) / 2, exact to the last digits in the left tail.

    `bell` is exp(-x * x / 2).
    """
    # Beyond 40 the tail is 0, also for the largest x.
    tail = _erfcx(np.abs(x).clip(0.0, 40.0) * 0.7071067811865476)
    tail *= bell
    tail *= 0.5
    return np.abs((x >= 0) - tail)


def _xlogy(x: Any, y: Any, out: Any = None) -> Any:
    """x log(y), and 0 where x = y = 0."""
    if not (y.size and np.minimum.reduce(y, axis=None) > 0):
        y = y + ((x == 0) & (y == 0))
    return np.multiply(x, np.log(y), out=out)


def _xlog1py(x: Any, y: Any, out: Any = None) -> Any:
    """x log(1 + y), and 0 where x = 0 and y = -1."""
    if not (y.size and np.minimum.reduce(y, axis=None) > -1):
        y = y + ((x == 0) & (y == -1))
    return np.multiply(x, np.log1p(y), out=out)


def _ratio(x: Any, y: Any) -> Any:
    """x / y, and 0 where x = y = 0: the limit in y, for x that does not depend on it."""
    return x / (y + ((x == 0) & (y == 0)))


def _logit_gap(p: Any, q: Any) -> Any:
    """(p - q) / (p (1 - p)), and its limits where p = q = 0 and where p = q = 1."""
    tiny = np.finfo(p.dtype).smallest_subnormal
    a, b = np.maximum(p, tiny), np.maximum(1.0 - p, tiny)
    return np.where((p == 1) & (q == 1), -b, a - q) / (a * b)


def _weighted_gap(w: Any, p: Any, q: Any) -> Any:
    """w (p - q) / (p (1 - p)), and its limits where p = q = 0 and where p = q = 1."""
    if p.size and np.minimum.reduce(p, axis=None) > 1e-30 and not np.any(np.abs(q) > 2.0):
        return w * _logit_gap(p, q)
    # Where the quotient may be out of range the gap meets its weight first.
    large = np.abs(p - q) > 1e-100
    rest = np.where(large, 1.0, w)
    return rest * _logit_gap(np.where(large, 0.5, p), np.where(large, 0.5, q)) + np.where(
        large, w * (p - q), 0.0
    ) / np.where(large, p * (1.0 - p), 1.0)


def _weighted_power(w: Any, x: Any, y: Any) -> Any:
    """w x**y, and 0 where w = 0."""
    return w * np.power(np.where((w == 0) & (y == y), 1.0, x), y)


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
    m = np.maximum.reduce(x, axis=-1, initial=-np.inf)
    return m if np.isfinite(m).all() else np.where(np.isfinite(m), m, 0.0)


def _log_sum(e: Any, total: Any, v: Any, shift: Any) -> Any:
    """log of the total of e = exp(v - shift), accurate where all but one member are small.

    What v - shift lost by rounding is given back there.
    """
    result = np.log(total)
    close = total < 1.25
    if not close.any():
        return result
    if v.shape != e.shape or shift.shape != total.shape:
        v, shift = np.broadcast_to(v, e.shape), np.broadcast_to(shift, total.shape)
    if close.ndim:
        e, v, shift = e[close], v[close], shift[close]
    shift = shift[..., None]
    gap = v - shift
    part = gap - v
    others = (gap != 0) * e * (1.0 + ((v - (gap - part)) - (shift + part)))
    winners = np.add.reduce(gap == 0, axis=-1, dtype=e.dtype)
    better = np.log1p(others.sum(axis=-1) + (winners - 1.0))
    if not close.ndim:
        return better
    result[close] = better
    return result


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


def _labels(name: str, value: Any, count: int) -> Any:
    """The value as integers from 0 to count - 1; TypeError or ValueError if it is not that."""
    labels = np.asarray(value)
    if labels.dtype.kind not in "iu":
        raise TypeError(f"{name} has dtype {labels.dtype}; class numbers are integers")
    if labels.size and not (labels.min() >= 0 and labels.max() < count):
        raise ValueError(f"{name} has a class below 0 or beyond {count - 1}")
    return labels


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

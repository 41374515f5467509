"""What generated functions do with arguments before, and with results after, the work itself.

A generated module carries the source of those it uses, so each stands on NumPy alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def _ready(rank: int, first: Any, *others: Any) -> bool:
    """Whether these are arrays that need no preparation: small, of one floating dtype and shape.

    They have at least `rank` axes; if that is 0, an array without axes fits any shape.
    """
    if type(first) is not np.ndarray or first.nbytes > 131072 or first.dtype.kind != "f":
        return False
    for a in others:
        if type(a) is not np.ndarray or a.dtype is not first.dtype:
            return False
        if a.shape != first.shape and (a.shape or rank):
            return False
    return first.ndim >= rank


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
    # Reductions cost more calls for a piece.
    size = 524288 if any(ranks) else 131072
    largest = max([a.nbytes for a in arrays])
    if largest <= size:
        return _put(function(*arrays), out)
    batches = [a.shape[: a.ndim - r] for a, r in zip(arrays, ranks, strict=True)]
    axes = max(map(len, batches))
    rows = max([b[0] for b in batches if len(b) == axes]) if axes else 1
    step = max(1, size * rows // largest)
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
    each = list(zip(arrays, cut, strict=True))
    for start in range(step, rows, step):
        some = slice(start, start + step)
        pieces = [a[some] if c else a for a, c in each]
        targets = tuple([w[some] for w in wholes])
        values = function(*pieces, targets) if several else (function(*pieces, targets[0]),)
        for target, value in zip(targets, values, strict=True):
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


def _labels(name: str, value: Any, count: int) -> Any:
    """The value as integers from 0 to count - 1; TypeError or ValueError if it is not that."""
    labels = np.asarray(value)
    if labels.dtype.kind not in "iu":
        raise TypeError(f"{name} has dtype {labels.dtype}; class numbers are integers")
    if labels.size and not (labels.min() >= 0 and labels.max() < count):
        raise ValueError(f"{name} has a class below 0 or beyond {count - 1}")
    return labels

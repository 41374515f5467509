"""What generated code is compared with: plain `lambdify`, SciPy, careful hand-written NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp
from scipy import special

from derive.calculus import differentiate
from derive.functions import Entry, catalogue
from derive.terms import NamedFunction, shape_of


def plain(term: sp.Expr) -> sp.Expr:
    """A scalar term with every name of the catalogue replaced by its formula as it stands."""
    while True:
        named = sorted(term.atoms(NamedFunction), key=str)
        if not named:
            return term.doit()
        term = term.xreplace(
            {f: catalogue[f.func.__name__].definition.unfold(*f.args) for f in named}
        )


def lambdified(entry: Entry, gradient: bool = False) -> Callable[..., Any]:
    """What a user of SymPy gets: the formula (and derivative) through `lambdify` with cse."""
    terms = [plain(entry.formula)]
    if gradient:
        terms.append(plain(differentiate(entry.head, entry.params[0]).result))
    term = terms if gradient else terms[0]
    return sp.lambdify(entry.params, term, ["numpy", "scipy"], cse=True)


def _softmax(z: Any) -> Any:
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def _cross_entropy(z: Any, y: Any) -> Any:
    return -(y * special.log_softmax(z, axis=-1)).sum(-1)


def _cross_entropy_both(z: Any, y: Any) -> Any:
    z = z - z.max(-1, keepdims=True)
    e = np.exp(z)
    total = e.sum(-1, keepdims=True)
    value = -(y * (z - np.log(total))).sum(-1)
    return value, e / total * y.sum(-1, keepdims=True) - y


def _sigmoid_both(z: Any) -> Any:
    s = special.expit(z)
    return s, s * (1 - s)


def _gelu_both(z: Any) -> Any:
    share = special.ndtr(z)
    return z * share, share + z * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)


def _silu_both(z: Any) -> Any:
    s = special.expit(z)
    return z * s, s * (1 + z * (1 - s))


def _tanh_both(z: Any) -> Any:
    t = np.tanh(z)
    return t, 1 - t * t


# By name of the entry: the value, and value with gradient.
CAREFUL: dict[str, Callable[..., Any]] = {
    "sigmoid": special.expit,
    "tanh": np.tanh,
    "softplus": lambda z: np.logaddexp(0, z),
    "log_sigmoid": special.log_expit,
    "silu": lambda z: z * special.expit(z),
    "gelu": lambda z: z * special.ndtr(z),
    "relu": lambda z: np.maximum(z, 0),
    "leaky_relu": lambda z, a: np.where(z >= 0, z, a * z),
    "elu": lambda z, a: np.where(z > 0, z, a * np.expm1(np.minimum(z, 0))),
    "mish": lambda z: z * np.tanh(np.logaddexp(0, z)),
    "softsign": lambda z: z / (1 + np.abs(z)),
    "huber": lambda a, y, d: special.huber(d, a - y),
    "sigmoid_cross_entropy": lambda z, y: np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))),
    "binary_cross_entropy": lambda a, y: -(special.xlogy(y, a) + special.xlog1py(1 - y, -a)),
    "softmax": lambda z: special.softmax(z, axis=-1),
    "log_softmax": lambda z: special.log_softmax(z, axis=-1),
    "logsumexp": lambda z: special.logsumexp(z, axis=-1),
    "softmax_cross_entropy": _cross_entropy,
}
CAREFUL_BOTH: dict[str, Callable[..., Any]] = {
    "sigmoid": _sigmoid_both,
    "tanh": _tanh_both,
    "silu": _silu_both,
    "gelu": _gelu_both,
    "softplus": lambda z: (np.logaddexp(0, z), special.expit(z)),
    "sigmoid_cross_entropy": lambda z, y: (
        np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))),
        special.expit(z) - y,
    ),
    "logsumexp": lambda z: (special.logsumexp(z, axis=-1), _softmax(z)),
    "softmax_cross_entropy": _cross_entropy_both,
}
SCALARS = [name for name in CAREFUL if not any(map(shape_of, catalogue[name].params))]
FAMILIES = [name for name in CAREFUL if name not in SCALARS]

"""Reference functions in mpmath at 40 digits, and random points for the checks.

Derivatives are mpmath's differences; nothing here knows of derive or of SymPy.
"""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable
from typing import Any

import numpy as np
from mpmath import mp, mpf

from bench.identities.record import Identity

mp.dps = 40
TOLERANCE = mpf(10) ** -20

Value = Any

exp = np.frompyfunc(mp.exp, 1, 1)
ln = np.frompyfunc(mp.log, 1, 1)
sqrt = np.frompyfunc(mp.sqrt, 1, 1)
tanh = np.frompyfunc(mp.tanh, 1, 1)
sigma = np.frompyfunc(lambda z: 1 / (1 + mp.exp(-z)), 1, 1)
softplus = np.frompyfunc(lambda z: mp.log(1 + mp.exp(z)), 1, 1)


def normal_cdf(x: Value) -> Value:
    """Φ(x), by mpmath's own function."""
    return mp.ncdf(x)


def lse(z: Value) -> Value:
    """ln Σ e^z."""
    return mp.log(sum(exp(z)))


def softmax(z: Value) -> Value:
    """e^z / Σ e^z."""
    return exp(z) / sum(exp(z))


def entropy(p: Value) -> Value:
    """−Σ p ln p."""
    return -sum(p * ln(p))


def cross_entropy(p: Value, q: Value) -> Value:
    """−Σ p ln q."""
    return -sum(p * ln(q))


def kl(p: Value, q: Value) -> Value:
    """Σ p ln(p/q)."""
    return sum(p * ln(p / q))


def bce(y: Value, a: Value) -> Value:
    """−y ln a − (1 − y) ln(1 − a)."""
    return -y * ln(a) - (1 - y) * ln(1 - a)


def mean(v: Value) -> Value:
    """The average of a vector."""
    return sum(v) / len(v)


def var(v: Value) -> Value:
    """The average squared distance from the mean."""
    return mean((v - mean(v)) ** 2)


def diff(f: Callable[[Value], Value], x: Value, order: int = 1) -> Value:
    """The derivative of a function of one real."""
    return mp.diff(f, x, order)


def partial(f: Callable[[Value], Value], at: Value, *members: Any) -> Value:
    """The derivative of a function of an array by its members, innermost first."""
    *inner, last = members

    def moved(t: Value) -> Value:
        point = at.copy()
        point[last] = t
        return partial(f, point, *inner) if inner else f(point)

    return mp.diff(moved, at[last])


def delta(i: Value, j: Value) -> int:
    """Kronecker's delta."""
    return int(i == j)


# -- random points ------------------------------------------------------------------------------

SHAPES = {
    "A": (3, 4), "B": (4, 5), "C": (5, 2), "S": (4, 4), "X": (5, 4),
    "Q": (3, 4), "K": (5, 4), "V": (5, 2), "Z": (3, 4),
}  # fmt: skip
"""Matrices of reals; `P` and `R` are 3 × 4 probability tables, `Y` has one-hot rows."""


def draw(name: str, source: random.Random) -> Value:
    """A value for a parameter of a check, by its name.

    i, j, k: indices below 4 that may coincide; n, m: small integers; y01, y02: 0 or 1; pm: ±1;
    p, q, rho: in (0, 1); Greek names: positive; ps, qs, rs: probability vectors; hot: one-hot;
    pos: positive vector; other names ending in s: real vectors of length 4; capitals: matrices;
    anything else: a real other than 0.
    """

    def real() -> mpf:
        return mpf(source.randrange(1, 3000)) / 1000 * source.choice((-1, 1))

    def unit() -> mpf:
        return mpf(source.randrange(1, 1000)) / 1001

    def simplex(*shape: int) -> Value:
        table = np.array([unit() for _ in range(int(np.prod(shape)))], dtype=object)
        return (table / sum(table)).reshape(shape)

    if name in ("i", "j", "k"):
        return source.randrange(4)
    if name in ("n", "m"):
        return source.randrange(1, 7)
    if name in ("y01", "y02"):
        return source.randrange(2)
    if name == "pm":
        return source.choice((-1, 1))
    if name in ("p", "q", "rho"):
        return unit()
    if name in ("ps", "qs", "rs"):
        return simplex(4)
    if name in ("P", "R"):
        return simplex(3, 4)
    if name == "hot":
        return np.eye(4, dtype=object)[source.randrange(4)]
    if name == "Y":
        return np.eye(4, dtype=object)[[source.randrange(4) for _ in range(3)]]
    if name == "pos":
        return np.array([abs(real()) for _ in range(4)], dtype=object)
    if name in SHAPES:
        count = int(np.prod(SHAPES[name]))
        return np.array([real() for _ in range(count)], dtype=object).reshape(SHAPES[name])
    if name.endswith("s") and name != "eps":
        return np.array([real() for _ in range(4)], dtype=object)
    return abs(real()) if len(name) > 1 else real()


def disagreement(identity: Identity, points: int = 4) -> str:
    """Where the check of an identity fails, in words; empty if it holds at every point."""
    source = random.Random(identity.id)
    names = list(inspect.signature(identity.check).parameters)
    for _ in range(points if names else 1):
        point = {name: draw(name, source) for name in names}
        found = identity.check(**point)
        if isinstance(found, tuple):
            sides = [mpf(side) for side in found]
            scale = 1 + abs(sides[0])
            if any(abs(side - sides[0]) > TOLERANCE * scale for side in sides[1:]):
                return f"{identity.id}: {[mp.nstr(s, 12) for s in sides]} at {point}"
        elif not found:
            return f"{identity.id}: false at {point}"
    return ""

"""Points to test a function at: ends, tails, kinks and random numbers of its domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import sympy as sp

from derive.terms import Domain, shape_of

Array: TypeAlias = "np.ndarray[Any, Any]"

_ULP, _SMALL = float(np.finfo(float).eps), float(np.finfo(float).smallest_subnormal)
_SIZES = (
    *(_SMALL, 1e-310, 2.3e-308, 1e-200, 1e-155, 1e-20, 1e-9, 1e-4, 0.1, 0.5, 1.0, 1.5, 2.0, 3.0),
    *(5.0, 10.0, 18.0, 37.0, 40.0, 100.0, 350.0, 500.0, 708.0, 709.7, 710.0, 740.0, 745.0, 746.0),
    *(1000.0, 1e5, 1e10, 1e100, 1e154, 1e160, 1e300, 1.7e308),
)
_REALS = np.array([0.0, *_SIZES, *(-s for s in _SIZES)])
_SHARES = np.array(
    [
        *(_SMALL, 1e-310, 1e-200, 1e-20, _ULP / 2, 1e-9, 0.1, 1 / 3, 0.5 - _ULP, 0.5, 0.5 + _ULP),
        *(0.9, 1 - 1e-9, 1 - 4 * _ULP, 1 - _ULP, 1 - _ULP / 2),
    ]
)


def scalars(domain: Domain, rng: np.random.Generator, count: int) -> Array:
    """Numbers of a domain: its ends and tails first, then random ones of every size."""
    wide = 10.0 ** rng.uniform(-20, 20, count)
    match domain:
        case Domain.UNIT:
            fixed, random = _SHARES, rng.uniform(0, 1, count)
        case Domain.POSITIVE | Domain.NONNEGATIVE:
            fixed, random = np.array(_SIZES[5:30]), wide
        case Domain.BINARY:
            return rng.integers(0, 2, count).astype(float)
        case Domain.SIGN:
            return rng.choice([-1.0, 1.0], count)
        case _:
            near = rng.normal(0, rng.choice([1.0, 10.0, 300.0], count))
            far = wide * rng.choice([-1.0, 1.0], count)
            fixed, random = _REALS, np.where(rng.random(count) < 0.7, near, far)
    return np.concatenate([fixed, random])[:count] if count > len(fixed) else random


def members(domain: Domain, rng: np.random.Generator, shape: Sequence[int], scale: float) -> Array:
    """A family of a domain, its members of about this size."""
    match domain:
        case Domain.PROBABILITY:
            return rng.dirichlet(np.full(shape[-1], 1.0 if scale < 100 else 0.05), shape[:-1])
        case Domain.ONE_HOT:
            return np.eye(shape[-1])[rng.integers(0, shape[-1], shape[:-1])]
        case Domain.UNIT:
            return 1 / (1 + np.exp(-np.clip(rng.normal(0, scale, shape), -700, 30)))
        case Domain.POSITIVE | Domain.NONNEGATIVE:
            return np.exp(np.clip(rng.normal(0, scale, shape), -100, 100))
        case Domain.BINARY:
            return rng.integers(0, 2, shape).astype(float)
        case Domain.SIGN:
            return rng.choice([-1.0, 1.0], shape)
        case _:
            return rng.normal(0, scale, shape)


def columns(
    params: Sequence[sp.Expr],
    domains: Mapping[sp.Expr, Domain],
    rng: np.random.Generator,
    count: int,
) -> list[Array]:
    """For scalar parameters: `count` numbers each, every third point near the first two's meeting.

    A loss has its kinks and zeros where prediction and target meet.
    """
    drawn = [scalars(domains.get(p, Domain.REAL), rng, count) for p in params]
    drawn = [d if at == 0 else rng.permutation(d) for at, d in enumerate(drawn)]
    if len(drawn) > 1 and len({domains.get(p, Domain.REAL) for p in params[:2]}) == 1:
        nudge = 1 + rng.integers(-2, 3, count) * _ULP
        drawn[1][::3] = (drawn[0] * nudge)[::3]
    return drawn


def batch(
    params: Sequence[sp.Expr],
    domains: Mapping[sp.Expr, Domain],
    rng: np.random.Generator,
    sizes: Mapping[sp.Symbol, int],
    scale: float,
) -> list[Array]:
    """One array for each parameter, at these sizes, families with members of about this size."""
    found = []
    for p in params:
        shape = [int(sizes.get(s, s)) for s in shape_of(p)]
        drawn = members(domains.get(p, Domain.REAL), rng, shape or [1], scale)
        found.append(drawn if shape else drawn[0])
    return [np.asarray(a) for a in found]

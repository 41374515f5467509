"""The exact value of a term at floating-point inputs, and how far rounding may move it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from derive.functions import catalogue
from derive.numeric.exact import exact_values
from derive.terms import Context

LIBRARY = Context().with_library(catalogue.definitions)


def truth(term, inputs, indices=(), shape=(), context=LIBRARY):
    """The term's values over these indices as floats, and the magnitudes of their sums."""
    values, sizes = np.full(shape, np.nan), np.full(shape, np.nan)
    for place, exact in exact_values(term, inputs, tuple(indices), shape, context).items():
        values[place], sizes[place] = float(exact), exact.size
    return values, sizes


def assert_close(found, values, sizes, ulps, dtype=np.float64):
    """Each value is within so many units in the last place of its sum (no exact value: any)."""
    info = np.finfo(dtype)
    found, scale = np.asarray(found, float), np.maximum(sizes, np.abs(values))
    with np.errstate(invalid="ignore", over="ignore"):
        room = ulps * (info.eps * scale + info.smallest_subnormal)
        within = np.abs(found - values) <= room
        units = np.abs(found - values) / room * ulps
    over = np.isinf(found) & (scale > info.max)
    assert np.all(within | over | np.isnan(values)), f"{found} is not {values}: off by {units} ulp"


@pytest.fixture(scope="session")
def reference() -> SimpleNamespace:
    """`truth` and `assert_close`, for the tests of this folder."""
    return SimpleNamespace(truth=truth, assert_close=assert_close)

"""Every entry of the catalogue, compiled: accuracy, batches, dtypes, shapes, extremes."""

from __future__ import annotations

import warnings
import zlib

import numpy as np
import pytest
import sympy as sp

from derive.calculus import differentiate
from derive.functions import catalogue
from derive.numeric import compile_entry
from derive.terms import Domain, Partial, index, shape_of

ENTRIES = list(catalogue.values())
SCALES = (1.0, 30.0, 1000.0)


@pytest.fixture(params=ENTRIES, ids=lambda e: e.name)
def entry(request):
    return request.param


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def draw(entry, rng, n=3, batch=(), scale=1.0):
    """An argument for each parameter, within its domain."""
    sizes = {s: n + place for place, s in enumerate(entry.sizes)}
    arrays = []
    for p in entry.params:
        shape = (*batch, *(int(s.subs(sizes)) for s in shape_of(p)))
        arrays.append(sample(entry.domains.get(p, Domain.REAL), rng, shape, scale))
    return arrays


def sample(domain, rng, shape, scale):
    match domain:
        case Domain.UNIT:
            return 0.5 + 0.5 * np.tanh(rng.normal(0, min(scale, 5), shape)) * (1 - 1e-12)
        case Domain.POSITIVE | Domain.NONNEGATIVE:
            return np.exp(rng.normal(0, min(scale, 5), shape))
        case Domain.PROBABILITY:
            return rng.dirichlet(np.ones(shape[-1]), shape[:-1])
        case Domain.ONE_HOT:
            return np.eye(shape[-1])[rng.integers(0, shape[-1], shape[:-1])]
        case Domain.BINARY:
            return rng.integers(0, 2, shape).astype(float)
        case Domain.SIGN:
            return rng.choice([-1.0, 1.0], shape)
        case _:
            return rng.normal(0, scale, shape)


def seeded(entry):
    return np.random.default_rng(zlib.crc32(entry.name.encode()))


def result_shape(entry, arrays):
    sizes = {}
    for p, a in zip(entry.params, arrays, strict=True):
        core = a.shape[a.ndim - len(shape_of(p)) :]
        sizes.update(zip(shape_of(p), core, strict=True))
    head = entry(*entry.params)
    return tuple(int(sp.S(sizes.get(s, s))) for s in shape_of(head))


@pytest.mark.parametrize("scale", SCALES)
def test_agrees_with_ball_arithmetic(entry, scale, reference):
    rng, f = seeded(entry), compile_entry(entry)
    for n in (1, 2, 4):
        with np.errstate(over="ignore"):
            arrays = draw(entry, rng, n, scale=scale)
            found = f(*arrays)
        inputs = dict(zip(entry.params, arrays, strict=True))
        values, sizes = reference.truth(
            entry.formula, inputs, entry.out, result_shape(entry, arrays)
        )
        assert np.shape(found) == values.shape
        reference.assert_close(found, values, sizes, ulps=8)


@pytest.mark.parametrize("scale", SCALES)
def test_gradients_agree_with_ball_arithmetic(entry, scale, reference):
    """The derived gradient, compiled, against the derivative of the formula at the point."""
    rng, first = seeded(entry), entry.params[0]
    indices = [index(f"j{axis}") for axis, _ in enumerate(shape_of(first))]
    variable = first[tuple(indices)] if indices else first
    gradient = differentiate(entry.head, variable).result
    f = compile_entry(entry, gradient, variable)
    for n in (1, 3):
        arrays = draw(entry, rng, n, scale=scale)
        with np.errstate(over="ignore"):
            value, found = f.value_and_grad(*arrays)
            np.testing.assert_array_equal(value, f(*arrays))
        inputs = dict(zip(entry.params, arrays, strict=True))
        axes, shape = [*entry.out, *indices], (*result_shape(entry, arrays), *arrays[0].shape)
        values, _ = reference.truth(Partial(entry.formula, variable), inputs, axes, shape)
        _, sizes = reference.truth(gradient, inputs, axes, shape)
        assert np.shape(found) == shape
        reference.assert_close(found, values, np.nan_to_num(sizes), ulps=8)


def test_batch_axes_broadcast(entry):
    rng, f = seeded(entry), compile_entry(entry)
    arrays = draw(entry, rng, batch=(2, 3))
    ranks = [len(shape_of(p)) for p in entry.params]
    found = f(*arrays)
    for place in np.ndindex(2, 3):
        single = f(*(a[place] for a in arrays))
        np.testing.assert_allclose(found[place], single, rtol=1e-13, atol=1e-300)
    # The first argument with batch (2, 1), the others with batch (3,).
    thin = [a[:, :1] if p == 0 else a[0] for p, a in enumerate(arrays)]
    wide = f(
        *(
            np.broadcast_to(a, (2, 3, *a.shape[a.ndim - r :]))
            for a, r in zip(thin, ranks, strict=True)
        )
    )
    np.testing.assert_allclose(np.broadcast_to(f(*thin), wide.shape), wide, rtol=1e-13)


def test_dtypes(entry, reference):
    rng, f = seeded(entry), compile_entry(entry)
    arrays = [a.astype(np.float32) for a in draw(entry, rng)]
    single = f(*arrays)
    assert np.asarray(single).dtype == np.float32
    inputs = dict(zip(entry.params, arrays, strict=True))
    values, sizes = reference.truth(entry.formula, inputs, entry.out, result_shape(entry, arrays))
    reference.assert_close(single, values, sizes, ulps=8, dtype=np.float32)
    with np.errstate(all="ignore"):
        assert np.asarray(f(*(np.ones(a.shape, int) for a in arrays))).dtype == np.float64


def test_an_empty_batch_gives_an_empty_result(entry):
    rng, f = seeded(entry), compile_entry(entry)
    found = f(*draw(entry, rng, batch=(0,)))
    assert found.shape[0] == 0


def test_layout_does_not_matter(entry):
    rng, f = seeded(entry), compile_entry(entry)
    arrays = draw(entry, rng, batch=(4,))
    turned = [np.asfortranarray(np.repeat(a, 2, axis=0))[::2] for a in arrays]
    kept = [a.copy() for a in arrays]
    np.testing.assert_allclose(f(*turned), f(*arrays), rtol=1e-13)
    for before, after in zip(kept, arrays, strict=True):
        np.testing.assert_array_equal(before, after)


def test_extreme_inputs_give_no_nan_and_no_warning(entry, reference):
    """At ±1000, ±0 and tiny numbers, wherever the exact value is finite."""
    f = compile_entry(entry)
    corners = (-1000.0, -0.0, 0.0, 1e-300, 1.0, 1000.0)
    rng = seeded(entry)
    for _ in range(40):
        arrays = [
            np.asarray(corner(entry, p, a, rng, corners))
            for p, a in zip(entry.params, draw(entry, rng), strict=True)
        ]
        inputs = dict(zip(entry.params, arrays, strict=True))
        values, sizes = reference.truth(
            entry.formula, inputs, entry.out, result_shape(entry, arrays)
        )
        if np.all(np.isfinite(values)) and np.all(sizes < 1e300):
            reference.assert_close(f(*arrays), values, sizes, ulps=8)


def corner(entry, param, array, rng, corners):
    """Values at the corners of a domain that is no set of corners itself."""
    if entry.domains.get(param, Domain.REAL) is not Domain.REAL:
        return array
    return rng.choice(corners, array.shape)


def test_a_wrong_shape_is_said_plainly(entry):
    f = compile_entry(entry)
    arrays = draw(entry, seeded(entry))
    for place, p in enumerate(entry.params):
        if shape_of(p):
            wrong = [*arrays]
            wrong[place] = np.asarray(0.5)
            with pytest.raises(ValueError, match=rf"{f.args[place]} has shape \(\)"):
                f(*wrong)

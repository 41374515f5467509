"""Large batches by pieces, `out=`, products with derivatives, and the ends of quotients."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import derive as dv
from derive.errors import DefinitionError
from derive.functions import catalogue
from derive.terms import shape_of

rng = np.random.default_rng(5)


@pytest.mark.parametrize("shape", [(50_001,), (7, 9_001), (3, 2, 20_000)])
def test_pieces_make_the_whole(shape):
    f = dv.numpy_function("silu", grad=True)
    z = rng.normal(0, 5, shape)
    value, slope = f.value_and_grad(z)
    for at in (0, 16_384, z.size - 1):
        one = f.value_and_grad(z.ravel()[at])
        np.testing.assert_allclose([value.ravel()[at], slope.ravel()[at]], one, rtol=1e-14)
    np.testing.assert_array_equal(f(z), value)
    assert slope.shape == z.shape


def test_rows_by_pieces_broadcast():
    f = dv.numpy_function("softmax_cross_entropy", grad=True)
    z, y = rng.normal(size=(400, 100)), np.eye(100)[3]
    value, slope = f.value_and_grad(z, y)
    for at in (0, 163, 399):
        one, its = f.value_and_grad(z[at], y)
        np.testing.assert_allclose(value[at], one, rtol=1e-14)
        np.testing.assert_allclose(slope[at], its, atol=1e-15)


@pytest.mark.parametrize("size", [10, 40_000])
def test_out_is_written_and_must_fit(size):
    f, z = dv.numpy_function("sigmoid"), rng.normal(size=size)
    out = np.empty(size)
    assert f(z, out=out) is out
    np.testing.assert_array_equal(out, f(z))
    with pytest.raises(ValueError, match="out has shape"):
        f(z, out=np.empty(size + 1))
    with pytest.raises(TypeError, match="out has dtype float32"):
        f(z, out=np.empty(size, np.float32))


def test_products_agree_with_differences():
    f = dv.numpy_function("softmax_cross_entropy", products=("jvp", "vjp", "hvp"))
    z, v, y = rng.normal(size=(4, 5)), rng.normal(size=(4, 5)), rng.dirichlet(np.ones(5), 4)
    step = 1e-6
    up, down = f.value_and_grad(z + step * v, y), f.value_and_grad(z - step * v, y)
    np.testing.assert_allclose(f.hvp(z, y, v), (up[1] - down[1]) / 2 / step, atol=1e-8)
    np.testing.assert_allclose(f.jvp(z, y, v)[1], (up[0] - down[0]) / 2 / step, atol=1e-8)
    u = rng.normal(size=4)
    np.testing.assert_allclose(f.vjp(z, y, u)[1], u[:, None] * f.value_and_grad(z, y)[1])
    with pytest.raises(DefinitionError, match="compiled without hvp"):
        dv.numpy_function("softmax_cross_entropy").hvp(z, y, v)


def test_quotients_take_their_limits():
    f = dv.numpy_function("binary_cross_entropy", grad=True)
    _, slope = f.value_and_grad(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    np.testing.assert_array_equal(slope, [1.0, -1.0])
    f = dv.numpy_function("categorical_cross_entropy", grad=True)
    _, slope = f.value_and_grad([1.0, 0.0], [1.0, 0.0])
    np.testing.assert_array_equal(slope, [-1.0, 0.0])


@pytest.mark.parametrize("size", [12, 200_000])
def test_both_results_are_written_too(size):
    f, z = dv.numpy_function("silu", grad=True), rng.normal(size=size)
    out = np.empty(size), np.empty(size)
    value, slope = f.value_and_grad(z, out=out)
    assert value is out[0]
    assert slope is out[1]
    np.testing.assert_array_equal(out, f.value_and_grad(z))
    with pytest.raises(TypeError, match="out is no tuple of 2 arrays"):
        f._namespace["silu_value_and_grad"](z, out=out[0])


@pytest.mark.parametrize("size", [12, 200_000])
def test_an_argument_may_be_written_over(size):
    """In place, and where `out` overlaps an argument that is read later."""
    f, z = dv.numpy_function("softsign"), rng.normal(size=size)
    wanted = f(z)
    moved = np.concatenate([z, [0.0]])
    np.testing.assert_array_equal(f(moved[:-1], out=moved[1:]), wanted)
    assert f(z, out=z) is z
    np.testing.assert_array_equal(z, wanted)


def test_both_results_over_an_argument():
    f, z = dv.numpy_function("silu", grad=True), rng.normal(size=200_000)
    value, slope = f.value_and_grad(z)
    f.value_and_grad(z, out=(z, np.empty_like(z)))
    np.testing.assert_array_equal(z, value)
    z = rng.normal(size=200_000)
    value, slope = f.value_and_grad(z)
    out = f.value_and_grad(z, out=(np.empty_like(z), z))
    np.testing.assert_array_equal(out[0], value)
    np.testing.assert_array_equal(z, slope)


SCALARS = [e.name for e in catalogue.values() if not any(map(shape_of, e.params))]


@pytest.mark.parametrize("name", SCALARS)
def test_nan_stays_where_it_is(name):
    """A missing number spoils its own place alone, also where a helper looks at all of them."""
    f = dv.numpy_function(name, grad=True)
    shape = (1, 7)
    arrays = [np.full(shape, 0.5) for _ in f.params]
    clean = f.value_and_grad(*arrays)
    arrays[0][0, 3] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = f.value_and_grad(*arrays)
    for before, after in zip(clean, found, strict=True):
        # What takes few values, or none but 0, has nothing to spoil.
        assert np.isnan(after[0, 3]) or set(np.unique(before)) <= {0.0, 1.0}
        after[0, 3] = before[0, 3]
        np.testing.assert_array_max_ulp(before, after, 2)


@pytest.mark.parametrize("name", SCALARS)
def test_a_number_gives_a_number(name):
    f = dv.numpy_function(name, grad=True)
    for number in (0.5, np.float64(0.5), np.asarray(0.5), 1):
        value, slope = f.value_and_grad(*[number] * len(f.params))
        assert isinstance(value, np.float64)
        assert isinstance(slope, np.float64)
    single = f(*[np.float32(0.5)] * len(f.params))
    assert isinstance(single, np.float32)


@pytest.mark.parametrize("name", SCALARS)
def test_what_is_empty_stays_empty(name):
    f = dv.numpy_function(name, grad=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value, slope = f.value_and_grad(*[np.empty((0, 3))] * len(f.params))
    assert value.shape == slope.shape == (0, 3)


def test_complex_and_text_are_refused():
    for wrong in (1j, "a"):
        with pytest.raises(TypeError):
            dv.numpy_function("sigmoid")(wrong)

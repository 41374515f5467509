"""Large batches by pieces, `out=`, products with derivatives, and the ends of quotients."""

from __future__ import annotations

import numpy as np
import pytest

import derive as dv
from derive.errors import DefinitionError

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

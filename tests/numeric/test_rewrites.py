"""The stability rewrites: each proved, each found by shape, each worth its place."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import sympy as sp

import derive as dv
from derive.functions import catalogue
from derive.numeric import REWRITES, check_compiled, compile_expression, stable
from derive.numeric.primitives import definitions
from derive.proof import prove
from derive.terms import Context, Statement, canonical, family, index, real, size

x, y = real("x"), real("y")
n, i, k = size("n"), index("i"), index("k")
z, w = family("z", n), family("w", n)
CONTEXT = Context().with_library({**catalogue.definitions, **definitions()})
FAR = np.array([-1000.0, -700.0, -40.0, -1e-9, 0.0, 1e-9, 40.0, 700.0, 1000.0])


@pytest.mark.parametrize("rewrite", REWRITES, ids=lambda r: r.name)
def test_the_identity_is_proved(rewrite):
    outcome = prove(Statement(rewrite.before, "=", rewrite.after), CONTEXT)
    assert outcome.status == "proved", outcome.reason


@pytest.mark.parametrize("rewrite", REWRITES, ids=lambda r: r.name)
def test_the_rule_finds_the_shape_of_its_identity(rewrite):
    found = rewrite(canonical(rewrite.before))
    assert found is not None
    assert found != rewrite.before
    assert rewrite.text.strip()


@pytest.mark.parametrize("rewrite", REWRITES, ids=lambda r: r.name)
def test_what_is_stable_stays(rewrite):
    once = stable(rewrite.before)
    assert stable(once) == once


TOTAL = sp.Sum(sp.exp(z[k]), (k, 1, n))
# A caller's own function (no name of the catalogue in it), and its value in plain NumPy at
# numbers where that is exact enough, as (term, value for large negative x, for large positive x).
OWN = [
    (1 / (1 + sp.exp(-x)), 0.0, 1.0),
    (sp.exp(x) / (1 + sp.exp(x)), 0.0, 1.0),
    (sp.log(1 + sp.exp(x)), 0.0, 1000.0),
    (sp.log(sp.exp(x) / (1 + sp.exp(x))), -1000.0, 0.0),
    (sp.log(1 - 1 / (1 + sp.exp(-x))), 0.0, -1000.0),
    (-sp.log(1 / (1 + sp.exp(-x))), 1000.0, 0.0),
    ((sp.exp(2 * x) - 1) / (sp.exp(2 * x) + 1), -1.0, 1.0),
    (sp.exp(x) / (3 + sp.exp(x)), 0.0, 1.0),
    (sp.exp(3 * x) / (1 + sp.exp(x)) ** 3, 0.0, 1.0),
    (sp.exp(-x) / (1 + sp.exp(-x)) ** 2, 0.0, 0.0),
    (sp.log(3 + 2 * sp.exp(x)), np.log(3), 1000 + np.log(2)),
    (1 / (sp.exp(x) + sp.exp(-x)), 0.0, 0.0),
    (x * sp.exp(x) / (1 + sp.exp(x)), 0.0, 1000.0),
    (sp.log(sp.exp(x) + sp.exp(y)), 0.0, 1000.0),
]


@pytest.mark.parametrize(("term", "left", "right"), OWN, ids=lambda v: str(v))
def test_a_function_of_the_callers_own_is_stable(term, left, right):
    args = [x, y] if y in term.free_symbols else [x]
    f = compile_expression(term, args)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        values = f(*[FAR, np.zeros(())][: len(args)])
    assert np.all(np.isfinite(values))
    np.testing.assert_allclose(values[[0, -1]], [left, right], rtol=1e-15, atol=1e-300)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("term", "far"),
    [
        (sp.exp(z[i]) / TOTAL, [1.0, 0.0, 0.0]),
        (sp.exp(2 * z[i]) / sp.Sum(sp.exp(2 * z[k]), (k, 1, n)), [1.0, 0.0, 0.0]),
        (sp.log(sp.exp(z[i]) / TOTAL), [0.0, -1000.0, -2000.0]),
        (z[i] - sp.log(TOTAL), [0.0, -1000.0, -2000.0]),
        (1 - sp.exp(z[i]) / TOTAL, [0.0, 1.0, 1.0]),
        (sp.log(TOTAL), 1000.0),
        (sp.Sum(z[k] * sp.exp(z[k]), (k, 1, n)) / TOTAL, 1000.0),
    ],
    ids=str,
)
def test_a_family_of_the_callers_own_is_stable(term, far, dtype):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value = compile_expression(term, [z])(np.array([1000.0, 0.0, -1000.0], dtype))
    assert value.dtype == dtype
    np.testing.assert_array_equal(value, far)


def test_a_confident_prediction_keeps_its_loss():
    """-log softmax of the winner is about e^-50, where 1 - softmax and lse - z both give 0."""
    loss = compile_expression(-sp.log(sp.exp(z[1]) / TOTAL), [z])
    np.testing.assert_allclose(loss(np.array([50.0, 0.0])), np.exp(-50.0), rtol=1e-15)
    rest = compile_expression(1 - sp.exp(z[i]) / TOTAL, [z])
    np.testing.assert_allclose(rest(np.array([50.0, 0.0]))[0], np.exp(-50.0), rtol=1e-15)


def test_zero_times_log_of_zero_is_zero():
    p, q = real("p"), real("q")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert compile_expression(p * sp.log(p))(0.0) == 0
        assert compile_expression(q * sp.log(p), [p, q])(0.0, 0.0) == 0
        assert compile_expression((1 - q) * sp.log(1 - p), [p, q])(1.0, 1.0) == 0
        assert compile_expression(p * sp.log(p / q), [p, q])(0.0, 0.0) == 0
    assert np.isnan(compile_expression(p * sp.log(p))(np.nan))


def test_a_ratio_near_one_and_ratios_out_of_range():
    f = compile_expression(sp.log(x / y), [x, y])
    near = 1.0 + np.finfo(float).eps
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_allclose(f(near, 1.0), np.log1p(np.finfo(float).eps), rtol=1e-15)
        np.testing.assert_allclose(f(1e300, 1e-300), 600 * np.log(10), rtol=1e-15)
        np.testing.assert_allclose(f(3e-310, 1e-310), np.log(3e-310 / 1e-310), rtol=1e-14)


@pytest.mark.parametrize("name", ["silu", "mish", "gelu"])
@pytest.mark.parametrize("size", [1, 5000])
def test_products_with_a_tail_keep_their_digits(name, size, reference):
    """Far left, where the tail alone is subnormal and has but a few digits."""
    entry = catalogue[name]
    far = np.array([-38.5, -38.0, -37.6]) if name == "gelu" else np.array([-744.0, -740.0, -712.0])
    f = compile_expression(entry.formula, entry.params)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for z in far:
            exact, _ = reference.truth(entry.formula, {entry.params[0]: np.asarray(z)})
            found = f(np.full(size, z))
            assert np.all(np.abs(found - exact) <= 4 * np.spacing(np.abs(exact)))


def test_a_common_factor_keeps_a_zero_exact():
    f = compile_expression(x / 6 + sp.Rational(1, 2))
    left = np.nextafter(-3.0, 0.0)
    assert f(left) == (left + 3) / 6
    assert f(-3.0) == 0


p = sp.Symbol("p", positive=True)
# Differences of nearby values and quotients with a removable singularity.
NEARBY = [
    1 - sp.cos(x),
    sp.cosh(x) - 1,
    sp.exp(x) - sp.exp(y),
    sp.sqrt(p + 1) - sp.sqrt(p),
    sp.sqrt(x**2 + 1) - 1,
    1 / (x + 1) - 1 / x,
    sp.log(1 - sp.exp(-p)),
    sp.log(sp.exp(p) - 1),
    sp.log(sp.cosh(x)),
    sp.log(p + sp.sqrt(p**2 + 1)),
    sp.sin(x) / x,
    (1 - sp.cos(x)) / x**2,
    sp.log(1 + x) / x,
    (sp.exp(x) - 1) / x,
    x / (sp.exp(x) - 1),
    x**2 - y**2,
    sp.sqrt(x**2 + y**2),
    x / (1 + x**2),
    x / sp.sqrt(1 + x**2),
    sp.exp(-(x**2)),
]


@pytest.mark.parametrize("term", NEARBY, ids=str)
def test_nearby_values_keep_their_digits(term):
    """In units of the value itself, over the whole line."""
    f = compile_expression(term, sorted(term.free_symbols, key=str))
    report = check_compiled(f, points=120)
    assert report.findings[0].worst <= 4, str(report)
    with np.errstate(all="ignore"):
        assert np.isnan(f(*[np.array([1.0, np.nan])] * len(f.args))[1])


@pytest.mark.parametrize(
    ("term", "limit"),
    [
        (sp.sin(3 * x) / x, 3.0),
        ((1 - sp.cos(x)) / x**2, 0.5),
        (sp.log(1 + x) / x, 1.0),
        ((sp.exp(x) - 1) / x, 1.0),
        (x / (sp.exp(x) - 1), 1.0),
    ],
    ids=str,
)
def test_a_removable_singularity_has_its_limit(term, limit):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = compile_expression(term)(np.array([0.0, 5e-324, 1e-9]))
    np.testing.assert_allclose(found, limit, rtol=1e-8)


def test_gradients_of_sums_over_sums_stay_in_range():
    """As the engine derives them: over a common denominator, exponentials outside of sums."""
    j, weight = index("j"), sp.exp(z[k]) / TOTAL
    entropy = -sp.Sum(weight * sp.log(weight), (k, 1, n))
    pairs = sp.Sum(sp.log(1 + sp.exp(z[k] - z[j])), (k, 1, n), (j, 1, n))
    for term in (entropy, pairs, sp.sqrt(sp.Sum(z[k] ** 2, (k, 1, n)))):
        report = check_compiled(dv.numpy_function(term, grad=True), points=60)
        assert len(report.findings) == 2
        # e^(z - max z) has lost as many digits as z - max z has before its point.
        assert all(f.worst <= 1000 for f in report.findings), str(report)


def test_float32_stays_where_sizes_are_multiplied():
    mean = sp.Sum(z[k], (k, 1, n)) / n
    spread = sp.Sum((z[k] - mean) ** 2, (k, 1, n)) / n / sp.sqrt(n)
    both = dv.numpy_function(spread, grad=True).value_and_grad(np.ones(3, np.float32))
    assert [np.asarray(a).dtype for a in both] == [np.float32, np.float32]

"""Random terms of the language, compiled and compared with their direct evaluation."""

from __future__ import annotations

import warnings

import numpy as np
import sympy as sp
from hypothesis import HealthCheck, Phase, assume, given, note, settings
from hypothesis import strategies as st

from derive.functions import catalogue
from derive.numeric import compile_expression
from derive.terms import Vec, family, free, index, named_function, real, size, sum_except

m, n = size("m"), size("n")
i, j, k = index("i"), index("j"), index("k")
x, y = real("x"), real("y")
u, v, W = family("u", n), family("v", n), family("W", m, n)
SHAPES = {x: (), y: (), u: (3,), v: (3,), W: (2, 3)}
SIGMOID, SOFTMAX = named_function("sigmoid"), named_function("softmax")


def leaves(indices):
    """Terms without parts, over the indices in scope (index → size)."""
    found = [x, y, sp.Integer(2), sp.Rational(-1, 3)]
    for a, length in indices.items():
        found += [u[a], v[a]] if length == n else []
        found += [W[b, a] for b, other in indices.items() if (other, length) == (m, n)]
    return st.sampled_from(found)


@st.composite
def terms(draw, indices, depth):
    """A term that is finite for all real values of its variables, shapes of interest included."""
    if depth == 0:
        return draw(leaves(indices))
    inner = terms(indices, depth - 1)
    a, b = draw(inner), draw(inner)
    bound = index(f"k{depth}")
    over = terms({**indices, bound: n}, depth - 1)
    choices = {
        "add": lambda: a + b,
        "subtract": lambda: a - b,
        "multiply": lambda: a * b,
        "divide": lambda: a / (1 + b**2),
        "exp": lambda: sp.exp(-(a**2)),
        "log": lambda: sp.log(1 + a**2),
        "softplus": lambda: sp.log(1 + sp.exp(a)),
        "logistic": lambda: sp.exp(a) / (1 + sp.exp(a)),
        "sigmoid": lambda: 1 - SIGMOID(a),
        "tanh": lambda: (sp.exp(a) - sp.exp(-a)) / (sp.exp(a) + sp.exp(-a)),
        "scaled": lambda: sp.exp(a) / (2 + sp.exp(a) + sp.exp(b)),
        "sech": lambda: 1 - sp.tanh(a) ** 2,
        "cases": lambda: sp.Piecewise((a, draw(leaves(indices)) > 0), (sp.log(1 + b**2), True)),
        "max": lambda: sp.Max(a, b) - sp.Abs(a),
        "sum": lambda: sp.Sum(draw(over), (bound, 1, n)),
        "contract": lambda: sp.Sum(draw(over) * u[bound] * a, (bound, 1, n)),
        "logsumexp": lambda: sp.log(sp.Sum(sp.exp(draw(over) + v[bound]), (bound, 1, n))),
        "expectation": lambda: softmax_mean(draw(over), bound),
        "others": lambda: sum_except(draw(over), bound, n, draw(targets(indices))),
        "delta": lambda: sp.Sum(
            draw(over) * (sp.KroneckerDelta(bound, draw(targets(indices))) - u[bound]),
            (bound, 1, n),
        ),
        "softmax": lambda: SOFTMAX(Vec(draw(over), (bound, n)), draw(targets(indices))),
    }
    return choices[draw(st.sampled_from(sorted(choices)))]()


def softmax_mean(body, bound):
    weights = sp.exp(v[bound])
    return sp.Sum(weights * body, (bound, 1, n)) / sp.Sum(weights, (bound, 1, n))


def targets(indices):
    """An index into 1..n: one in scope, or the first or second member."""
    return st.sampled_from(
        [*(a for a, length in indices.items() if length == n), *map(sp.S, (1, 2))]
    )


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=[Phase.generate],
    report_multiple_bugs=False,
)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_a_random_term_is_computed_as_it_reads(data, seed, reference):
    scope = data.draw(st.sampled_from([{}, {j: n}, {i: m, j: n}]))
    term = data.draw(terms(scope, data.draw(st.integers(1, 3))))
    # SymPy folds cases out of nested sums, past the sums that bind their indices.
    assume(free(term) <= {*SHAPES, *scope, m, n})
    args = [a for a in SHAPES if a in free(term)] or [x]
    used = {a: b for a, b in scope.items() if a in free(term)}
    note(str(term))
    if (n in free(term) or n in used.values()) and not {u, v, W} & set(args):
        args.append(u)
    if m in used.values() and W not in args:
        args.append(W)
    rng = np.random.default_rng(seed)
    arrays = [rng.uniform(-2, 2, SHAPES[a]) for a in args]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        f = compile_expression(Vec(term, *used.items()) if used else term, args)
        note(f.source)
        found = f(*arrays)
    lengths = [{n: 3, m: 2}[b] for b in used.values()]
    inputs = dict(zip(args, arrays, strict=True))
    values, sizes = reference.truth(term, inputs, list(used), lengths)
    assert found.shape == values.shape
    np.testing.assert_array_less(np.abs(found - values), 1e-9 * (1 + sizes + np.abs(values)))


def test_every_scalar_entry_inside_another(reference):
    """Composition: σ of each entry of one variable, and each entry of σ."""
    for entry in catalogue.values():
        if len(entry.params) == 1 and not entry.out and isinstance(entry.params[0], sp.Symbol):
            for term in (SIGMOID(entry(x) / 3), entry(SIGMOID(x))):
                inputs = {x: np.asarray(0.7)}
                values, sizes = reference.truth(term, inputs)
                reference.assert_close(compile_expression(term, [x])(0.7), values, sizes, ulps=16)

"""Reverse mode through named values: right, proved line by line, small however deep."""

from __future__ import annotations

import time

import pytest
import sympy as sp

from bench.networks import loss, perceptron
from derive.calculus import backward, differentiate
from derive.errors import DefinitionError, UnknownNameError
from derive.functions import catalogue
from derive.proof import prove
from derive.terms import (
    Definition,
    Partial,
    Statement,
    alpha_equal,
    family,
    index,
    real,
    size,
    sum_of,
)
from derive.verdicts.theorem import library

i, j, k, q = (index(name) for name in "ijkq")
n, m, K = size("n"), size("m"), size("K")
L = real("L")
tanh = catalogue["tanh"]
x, h, y = family("x", n), family("h", n), family("y", n)
W = family("W", n, n)
RESIDUAL = library().define(
    Definition.of(h[i], tanh(sum_of(W[i, j] * x[j], (j, 1, n)))),
    Definition.of(y[i], x[i] + h[i]),
    Definition.of(L, sum_of(y[i] ** 2, (i, 1, n)) / 2),
)


def leaves(term: sp.Expr) -> int:
    return sum(1 for node in sp.preorder_traversal(term) if not node.args)


def test_two_layers_by_their_error_terms() -> None:
    context, parameters = perceptron(2)
    found = backward(context, loss, *parameters)
    W_1, b_1, W_2, b_2 = parameters
    delta_1, delta_2 = (e for e in reversed(found.errors) if e.shared)
    assert [str(e.name.base) for e in (delta_1, delta_2)] == ["delta^[1]", "delta^[2]"]
    assert found[b_2] == delta_2.name
    assert found[b_1] == delta_1.name
    a_1 = family("a^[1]", *W_1.shape[:1])
    assert found[W_2] == delta_2.name * a_1[j]
    carried = sum_of(W_2[q, i] * delta_2.name.base[q], (q, 1, W_2.shape[0]))
    assert alpha_equal(delta_1.result, a_1[i] * (1 - a_1[i]) * carried)
    assert found.check(), str(found.check())


def test_it_is_the_same_as_unfolding_everything() -> None:
    """With the error terms as definitions, the gradient is the derivative of the whole loss."""
    context, parameters = perceptron(1)
    found = backward(context, loss, *parameters)
    for parameter in parameters:
        error = found.gradients[parameter]
        claim = Statement(error.claim, "=", error.result)
        assert prove(claim, found.context).status == "proved"
    wrong = Statement(error.claim, "=", 2 * error.result)
    assert prove(wrong, found.context).status == "refuted"


def test_a_residual_connection_adds_both_ways() -> None:
    found = backward(RESIDUAL, L, x)
    assert found.check(), str(found.check())
    expected = y[j] + sum_of(W[i, j] * (1 - h[i] ** 2) * y[i], (i, 1, n))
    assert sp.expand(found[x] - expected) == 0


def test_an_error_term_that_is_put_in_does_not_count_its_values_twice() -> None:
    """∂L/∂a = a − y holds a where a is differentiated through."""
    context, (W_1, _) = perceptron(1)
    found = backward(context, loss, W_1)
    (delta,) = (
        e for e in found.errors if e.shared or e.claim.variables[0].base.label.name[0] == "z"
    )
    a, y_1 = family("a^[1]", *W_1.shape[:1]), family("y", *W_1.shape[:1])
    assert sp.expand(delta.result - (a[i] - y_1[i]) * a[i] * (1 - a[i])) == 0


def test_the_size_of_the_results_does_not_grow_with_the_depth() -> None:
    largest = []
    for depth in (2, 6):
        context, parameters = perceptron(depth)
        found = backward(context, loss, *parameters)
        lines = [line.expr for part in found.parts for line in part.lines]
        largest.append(max(map(leaves, lines)))
        assert len(found.parts) == 4 * depth
    assert largest[0] == largest[1]


@pytest.mark.slow
def test_fifty_layers_cost_fifty_times_one() -> None:
    seconds = {}
    for depth in (5, 50):
        context, parameters = perceptron(depth)
        start = time.process_time()
        backward(context, loss, *parameters)
        seconds[depth] = time.process_time() - start
    assert seconds[50] < 20 * seconds[5]


def test_a_convolution_is_contracted_over_shifted_indices() -> None:
    signal, w, out = family("x", n + K - 1), family("w", K), family("y", n)
    context = library().define(
        Definition.of(out[i], sum_of(w[k] * signal[i + k - 1], (k, 1, K))),
        Definition.of(L, sum_of(out[i] ** 2, (i, 1, n)) / 2),
    )
    found = backward(context, L, w)
    assert not found[w].has(sp.KroneckerDelta)
    expected = sum_of(out[q] * signal[k + q - 1], (q, 1, n))
    assert prove(Statement(found[w], "=", expected), library()).status == "proved"


def test_a_member_and_a_value_can_be_asked_for() -> None:
    p = index("p")
    found = backward(RESIDUAL, L, x[p], y)
    assert found[y] == y[i]
    assert found.gradients[x[p]].claim == Partial(L, x[p])


def test_a_loss_without_a_definition_is_refused() -> None:
    with pytest.raises(DefinitionError, match="no definition"):
        backward(library(), L, x)


def test_a_variable_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="no 'V'"):
        backward(RESIDUAL, L, family("V", n, n))


def test_a_wrong_line_is_found() -> None:
    found = backward(RESIDUAL, L, W)
    assert found.check()
    part = found.gradients[W]
    wrong = Statement(part.chain.lhs, "=", 2 * part.chain.rhs)
    assert prove(wrong, part.chain_context).status != "proved"


def test_a_free_index_is_not_captured_by_a_sum() -> None:
    """∂²/∂w_k∂w_j of (Σ_k x_k w_k)²/2 is x_j x_k, though the sum is over k."""
    w = family("w", n)
    inner = sum_of(x[k] * w[k], (k, 1, n))
    found = differentiate(inner**2 / 2, w[j], w[k])
    assert sp.expand(found.result - x[j] * x[k]) == 0

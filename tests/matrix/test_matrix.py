"""Matrix notation: claims judged entry by entry, shapes checked, index forms written back."""

from __future__ import annotations

import pytest
import sympy as sp

import derive as dv
from bench.networks import loss, perceptron
from derive.calculus import backward
from derive.errors import ReadError
from derive.matrix import Matrices, ShapeError, matrix_forms, matrix_latex
from derive.terms import family, index, size, sum_of

i, j, k = index("i"), index("j"), index("k")
m, n = size("m"), size("n")
LAYER = [r"W \in \mathbb{R}^{m \times n}", r"x \in \mathbb{R}^n", r"b, y \in \mathbb{R}^{m}"]
GIVEN = [r"z = W x + b", r"a = \sigma(z)", r"L = \frac{1}{2} \lVert a - y \rVert_2^2"]
LOGISTIC = [r"X \in \mathbb{R}^{m \times n}", r"\theta \in \mathbb{R}^n", r"y \in \mathbb{R}^m"]
LIKELIHOOD = [
    r"a = \sigma(X \theta)",
    r"L = -\frac{1}{m} (y^\top \ln(a) + (\mathbf{1}_m - y)^\top \ln(\mathbf{1}_m - a))",
]
TWO = [r"A \in \mathbb{R}^{m \times n}", r"B \in \mathbb{R}^{n \times p}"]
ERROR = r"(a - y) \odot a \odot (\mathbf{1}_m - a)"

TRUE = {
    "weight": (rf"\frac{{\partial L}}{{\partial W}} = ({ERROR}) x^\top", GIVEN, LAYER),
    "input": (rf"\frac{{\partial L}}{{\partial x}} = W^\top ({ERROR})", GIVEN, LAYER),
    "bias": (rf"\frac{{\partial L}}{{\partial b}} = {ERROR}", GIVEN, LAYER),
    "logistic": (
        r"\frac{\partial L}{\partial \theta} = \frac{1}{m} X^\top (\sigma(X \theta) - y)",
        LIKELIHOOD,
        LOGISTIC,
    ),
    "softmax": (
        r"\frac{\partial a}{\partial z} = \operatorname{diag}(a) - a a^\top",
        [r"a = \operatorname{softmax}(z)"],
        [r"z \in \mathbb{R}^{n}"],
    ),
    "transposed product": (r"(A B)^\top = B^T A^{\top}", [], TWO),
    "norm": (r"\| A \|_F^2 = \operatorname{tr}(A^\top A)", [], TWO),
    "ones": (r"\mathbf{1}_m^\top A \mathbf{1}_n = \mathbf{1}_n^\top A^\top \mathbf{1}_m", [], TWO),
    "identity": (r"A \mathbf{I}_n = A", [], TWO),
    "identity without a size": (r"(A^\top A + c I) A^\top = A^\top A A^\top + c A^\top", [], TWO),
}


SQUARES = [r"L = \frac{1}{2} \lVert X \theta - y \rVert^2"]
RESIDUAL = r"X^\top (X \theta - y)"


@pytest.mark.parametrize(
    ("claim", "statuses"),
    [
        (rf"\nabla_\theta L = {RESIDUAL} = X^\top X \theta - X^\top y", ["proved", "proved"]),
        (rf"\nabla_\theta L = {RESIDUAL} = X^\top X \theta + X^\top y", ["proved", "refuted"]),
        (rf"\nabla_\theta L = {RESIDUAL} = X \theta", ["proved", "refuted"]),
        (r"\nabla_\theta^2 L = X^\top X", ["proved"]),
        (r"\nabla^2_{\theta} L = X X^\top", ["refuted"]),
        (
            r"\frac{\partial^2 L}{\partial \theta \partial \theta^\top} = 2 X^\top X",
            ["refuted"],
        ),
    ],
)
def test_chains_and_hessians(claim: str, statuses: list[str]) -> None:
    verdict = dv.verify(claim, SQUARES, LOGISTIC)
    assert [step.verdict for step in verdict.steps] == statuses


QUADRATIC = [r"x, b \in \mathbb{R}^n", r"A \in \mathbb{R}^{n \times n}"]


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        (r"\nabla_x (x^\top A x) = (A + A^\top) x", "proved"),
        (r"\nabla_x x^\top A x = 2 A x", "refuted"),
        (r"\frac{\partial}{\partial x} x^\top A x = A x + A^\top x", "proved"),
        (r"\nabla_x^2 (x^\top A x) = A + A^\top", "proved"),
        (r"\nabla_x \|A x - b\|^2 = 2 A^\top (A x - b)", "proved"),
        (r"\nabla_x \|A x - b\|^2 = 2 A (A x - b)", "refuted"),
        (r"\nabla_x b^\top x + b = 2 b", "proved"),
        # Coefficients do not end what is differentiated.
        (r"\nabla_x \frac{\lambda}{2}\|x\|^2 = \lambda x", "proved"),
        (r"\nabla_x \frac{\lambda}{2}\|x\|^2 = x", "refuted"),
        (r"\nabla_x \lambda x^\top x = 2 \lambda x", "proved"),
        (r"\nabla_x \frac{1}{2n}\|A x - b\|^2 = \frac{1}{n} A^\top (A x - b)", "proved"),
        (r"\frac{\partial}{\partial x} \frac{1}{2n}\|A x - b\|^2 = A^\top (A x - b)", "refuted"),
        (r"\nabla_x \|x\|^2 \|x\|^2 = 4 \|x\|^2 x", "proved"),
    ],
)
def test_derivatives_of_expressions(claim: str, status: str) -> None:
    assert dv.verify(claim, assuming=QUADRATIC).status == status


@pytest.mark.parametrize(
    "claim",
    [
        r"(S + T)^2 = S^2 + 2 S T + T^2",
        r"(S T)^2 = S^2 T^2",
        r"e^{S + T} = e^S e^T",
        r"S^2 x = x S^2",
        r"S W = W S",
        r"S v = v S",
        r"x \times y = y \times x",
        r"|S|^2 = S^2",
    ],
)
def test_matrices_are_never_read_as_numbers(claim: str) -> None:
    shapes = [r"S, T \in \mathbb{R}^{n \times n}", r"x, y \in \mathbb{R}^n"]
    assert dv.verify(claim, [], shapes).status == "undecided"


def test_the_dot_between_vectors_is_the_inner_product() -> None:
    shapes = [r"S \in \mathbb{R}^{n \times n}", r"x, y \in \mathbb{R}^n"]
    assert dv.verify(r"x \cdot y = x^\top y", [], shapes).status == "proved"
    assert dv.verify(r"x \cdot y = x y^\top", [], shapes).status == "refuted"
    assert dv.verify(r"S \cdot x = S x", [], shapes).status == "proved"


def test_definitions_in_any_order() -> None:
    shapes = [r"S \in \mathbb{R}^{n \times n}", r"x \in \mathbb{R}^n"]
    for given in ([r"L = z^\top z", "z = S x"], ["z = S x", r"L = z^\top z"]):
        assert dv.verify(r"\nabla_x L = 2 S^\top S x", given, shapes).status == "proved"
        assert dv.verify(r"\nabla_x L = 2 S S^\top x", given, shapes).status == "refuted"


def test_shapes_that_do_not_fit_in_what_is_given_refute_nothing() -> None:
    shapes = [r"S \in \mathbb{R}^{m \times n}", r"x \in \mathbb{R}^n"]
    verdict = dv.verify(r"x^\top x = \|x\|^2", ["z = S S x"], shapes)
    assert (verdict.status, verdict.reason[:6]) == ("undecided", "shapes")


def test_a_scalar_may_be_declared_beside_matrices() -> None:
    shapes = [*TWO, r"c \in \mathbb{R}"]
    assert dv.verify(r"(c A)^\top = c A^\top", [], shapes).status == "proved"
    assert dv.verify(r"c A = A", [], shapes).status == "refuted"


def test_an_identity_takes_the_size_that_its_neighbours_need() -> None:
    claim = r"(A^\top A + c I) A^\top = A^\top A A^\top + 2 c A^\top"
    assert dv.verify(claim, [], TWO).status == "refuted"
    assert dv.verify(r"\operatorname{tr}(I) = n", [], TWO).status == "undecided"
    wrong = dv.verify(r"(A + c I) A^\top = A A^\top + c A^\top", [], TWO)
    assert (wrong.status, wrong.reason[:6]) == ("refuted", "shapes")


@pytest.mark.parametrize("name", TRUE)
def test_a_true_claim_is_proved(name: str) -> None:
    verdict = dv.verify(*TRUE[name])
    assert verdict.status == "proved", verdict.reason


@pytest.mark.parametrize("name", TRUE)
def test_twice_the_right_side_is_refuted(name: str) -> None:
    claim, given, assuming = TRUE[name]
    left, _, right = claim.partition("=")
    assert dv.verify(f"{left} = 2 ({right})", given, assuming).status == "refuted"


@pytest.mark.parametrize(
    ("claim", "shapes"),
    [
        (rf"\frac{{\partial L}}{{\partial W}} = x^\top ({ERROR})", "(1 × n) times (m × 1)"),
        (rf"\frac{{\partial L}}{{\partial x}} = W ({ERROR})", "(m × n) times (m × 1)"),
        (r"\frac{\partial L}{\partial W} = a - y", "(m × n) = (m × 1)"),
        (r"\frac{\partial L}{\partial b} = a \odot x", "(m × 1) ⊙ (n × 1)"),
        (r"\frac{\partial L}{\partial b} = a + x", "(m × 1) + (n × 1)"),
        (r"\operatorname{tr}(W) = 0", "tr of (m × n)"),
    ],
)
def test_shapes_that_cannot_match_are_refuted_and_shown(claim: str, shapes: str) -> None:
    verdict = dv.verify(claim, GIVEN, LAYER)
    assert verdict.status == "refuted"
    assert shapes in verdict.reason


def test_the_reading_in_entries_is_said() -> None:
    verdict = dv.verify(*TRUE["identity"])
    assert verdict.readings[0].startswith("in entries: ")


def test_vectors_without_marks_are_left_to_the_reader_of_indices() -> None:
    verdict = dv.verify(r"\sum_i x_i = \sum_k x_k", assuming=[r"x \in \mathbb{R}^n"])
    assert verdict.status == "proved"
    assert not any(r.startswith("in entries") for r in verdict.readings)


@pytest.mark.parametrize("text", [r"A^3", r"A \odot", r"\mathbf{1} A", r"(A", r"A @ B"])
def test_what_is_not_understood_has_a_place(text: str) -> None:
    names = Matrices()
    names.declare(TWO[0])
    with pytest.raises(ReadError) as caught:
        names.read(text)
    assert 0 <= caught.value.offset <= len(text)


def test_shape_errors_are_errors_of_our_own() -> None:
    names = Matrices()
    names.declare(TWO[0])
    with pytest.raises(ShapeError, match="inner sizes n and m"):
        names.read("A A")


d, x, a, y, v = family("delta", m), family("x", n), family("a", n), family("y", m), family("v", n)
W, X, p = family("W", m, n), family("X", m, n), family("p", m)
WRITTEN = [
    (d[i] * x[j], i, j, r"\delta x^\top"),
    (sum_of(W[k, j] * d[k], (k, 1, m)), j, None, r"W^\top \delta"),
    (sum_of(W[i, k] * x[k], (k, 1, n)) + d[i], i, None, r"\delta + W x"),
    (sum_of((p[k] - y[k]) * X[k, j], (k, 1, m)) / m, j, None, r"\frac{1}{m} X^\top (p - y)"),
    (
        a[i] * sp.KroneckerDelta(i, j) - a[i] * a[j],
        i,
        j,
        r"\operatorname{diag}(a) - a a^\top",
    ),
    (
        sum_of(p[i] * (1 - p[i]) * X[i, j] * X[i, k], (i, 1, m)) / m,
        j,
        k,
        r"\frac{1}{m} X^\top \operatorname{diag}((\mathbf{1} - p) \odot p) X",
    ),
    (
        sum_of(W[k, j] * d[k], (k, 1, m)) * a[j],
        j,
        None,
        r"a \odot (W^\top \delta)",
    ),
    (sum_of(a[k] * v[k], (k, 1, n)), None, None, r"(a^\top v)"),
    (
        sum_of(W[i, k] * W[k, j] * x[k] * X[i, k], (k, 1, n)),
        i,
        j,
        r"(W \odot X) \operatorname{diag}(x) W",
    ),
    (
        W[i, j] * sum_of(X[i, k] * W[j, k], (k, 1, n)),
        i,
        j,
        r"W \odot (X W^\top)",
    ),
    (
        W[i, j] * sum_of(X[i, k] * W[i, k], (k, 1, n)),
        i,
        j,
        r"\operatorname{diag}((W \odot X) \mathbf{1}) W",
    ),
    ((X[i, j] - W[i, j]) / m, i, j, r"\frac{1}{m} (X - W)"),
    (-(a[i] - v[i]), i, None, r"v - a"),
    (x[j] / m, i, j, r"\frac{1}{m} \mathbf{1} x^\top"),
    (d[i] / p[i], i, None, r"\frac{\mathbf{1}}{p} \odot \delta"),
    (sp.exp(a[i]) * sp.tanh(v[i]), i, None, r"\exp(a) \odot \tanh(v)"),
]


@pytest.mark.parametrize(("term", "rows", "columns", "expected"), WRITTEN)
def test_an_index_form_in_matrix_notation(term, rows, columns, expected) -> None:
    assert matrix_latex(term, rows, columns) == expected


def test_what_has_no_matrix_form_has_none() -> None:
    assert matrix_latex(W[i, i] * x[j], i, j) is None
    star = W[i, k] * X[j, k] * family("V", n, n)[k, k]
    assert matrix_latex(sum_of(star, (k, 1, n)), i, j) is None
    assert matrix_latex(sp.Piecewise((x[i], i <= j), (0, True)), i, j) is None


def test_the_gradients_of_a_network() -> None:
    context, parameters = perceptron(2)
    forms = matrix_forms(backward(context, loss, *parameters))
    written = [f.latex for f in forms]
    assert r"\frac{\partial L}{\partial W^{[2]}} = \delta^{[2]} (a^{[1]})^\top" in written
    assert any(r"(W^{[2]})^\top \delta^{[2]}" in f for f in written)
    assert "∂L/∂W^[2] = δ^[2] (a^[1])ᵀ" in [f.text for f in forms]

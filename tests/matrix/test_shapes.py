"""Matrix notation without a word on shapes: true claims proved, their neighbours not."""

import pytest

from derive import verify

FORWARD = [r"z_1 = W_1 x + b_1", r"a_1 = \sigma(z_1)", r"z_2 = W_2 a_1 + b_2"]
NETWORK = [*FORWARD, r"L = \frac12\|z_2-y\|^2", r"\delta_2 = z_2 - y"]
CROSS = [r"L = -y^\top\log p", r"p = \operatorname{softmax}(Wx+b)"]
ENTROPY = [r"f(w) = -y^\top\log\sigma(Xw) - (1-y)^\top\log(1-\sigma(Xw))"]
LEAST = [r"J(\theta) = \frac{1}{2m}(X\theta - y)^\top(X\theta-y)"]
SYMMETRIC = [r"A = A^\top"]
SUMS_TO_ONE = [r"\mathbf{1}^\top y = 1"]
UNIT = [r"\|u\| = 1", r"\|v\| = 1"]

TRUE = [
    (r"\nabla_x (x^\top A x) = (A + A^\top)x", [], []),
    (r"\nabla_x (x^\top A x) = 2Ax", [], SYMMETRIC),
    (r"\frac{\partial}{\partial X}\operatorname{tr}(AX) = A^\top", [], []),
    (r"\frac{\partial \operatorname{tr}(AXB)}{\partial X} = A^\top B^\top", [], []),
    (r"\frac{\partial}{\partial W}\|Wx-y\|^2 = 2(Wx-y)x^\top", [], []),
    (r"\|Wx - y\|^2 = x^\top W^\top W x - 2y^\top W x + y^\top y", [], []),
    (r"\operatorname{tr}(ABC) = \operatorname{tr}(CAB)", [], []),
    (r"(AB)^{\mathsf{T}} = B^{\mathsf{T}} A^{\mathsf{T}}", [], []),
    (r"\nabla_\theta \frac{1}{2}(X\theta-y)^\top(X\theta-y) = X^\top(X\theta-y)", [], []),
    (r"\nabla_\theta J(\theta) = \frac1m X^\top (X\theta - y)", LEAST, []),
    (r"\nabla_w f(w) = X^\top(\sigma(Xw)-y)", ENTROPY, []),
    (r"\frac{\partial L}{\partial x} = W^\top (p-y)", CROSS, SUMS_TO_ONE),
    (
        r"\frac{\partial L}{\partial W_1} = (W_2^\top\delta_2 \odot \sigma'(z_1))x^\top",
        NETWORK,
        [],
    ),
    (r"\langle x, Ay\rangle = \langle A^\top x, y\rangle", [], []),
    (r"\|a x\|^2 = a^2\|x\|^2 + y^\top A y - y^\top A^\top y", [], []),
    (r"\frac{\partial p}{\partial z} = \operatorname{diag}(p) - p p^\top",
     [r"p = \operatorname{softmax}(z)"], []),
    (r"\|u - v\|^2 = 2 - 2 u^\top v", [], UNIT),
    (r"P P = P", [r"P = \mathbf{I} - x x^\top"], [r"x^\top x = 1"]),
]  # fmt: skip

FALSE = [
    (r"\nabla_x (x^\top A x) = 2Ax", [], []),
    (r"\frac{\partial}{\partial X}\operatorname{tr}(AX) = A", [], []),
    (r"\frac{\partial}{\partial W}\|Wx-y\|^2 = (Wx-y)x^\top", [], []),
    (r"\operatorname{tr}(ABC) = \operatorname{tr}(BAC)", [], []),
    (r"(AB)^\top = A^\top B^\top", [], []),
    (r"\nabla_\theta J(\theta) = X^\top (X\theta - y)", LEAST, []),
    (r"\nabla_w f(w) = X^\top(y-\sigma(Xw))", ENTROPY, []),
    (r"\frac{\partial L}{\partial x} = W^\top (p-y)", CROSS, []),
    (r"\frac{\partial L}{\partial W_1} = (W_2^\top\delta_2)x^\top", NETWORK, []),
    (r"\|u - v\|^2 = 2 - u^\top v", [], UNIT),
    (r"P P = P", [r"P = \mathbf{I} - 2 x x^\top"], [r"x^\top x = 1"]),
]


@pytest.mark.parametrize(("claim", "given", "assuming"), TRUE)
def test_proved(claim: str, given: list[str], assuming: list[str]) -> None:
    assert verify(claim, given=given, assuming=assuming).status == "proved"


@pytest.mark.parametrize(("claim", "given", "assuming"), FALSE)
def test_refuted(claim: str, given: list[str], assuming: list[str]) -> None:
    assert verify(claim, given=given, assuming=assuming).status == "refuted"


NO_SHAPES = [
    # a row where a column stands: some people's gradient is one
    r"\nabla_x (x^\top A x) = x^\top(A + A^\top)",
    r"\nabla_x (a^\top x) = a^\top",
    # nothing fits
    r"\|x y\|^2 = \|x\|^2\|y\|^2 + z^\top z z",
    r"x^\top x = x",
    # inverses are not read
    r"\nabla_A \log\det A = A^{-\top}",
    r"(A^\top)^{-1} = (A^{-1})^\top",
]


@pytest.mark.parametrize("claim", NO_SHAPES)
def test_nothing_is_said_without_shapes(claim: str) -> None:
    assert verify(claim).status == "undecided"


def test_the_shapes_are_said() -> None:
    readings = verify(r"\operatorname{tr}(AB) = \operatorname{tr}(BA)").readings
    assert readings[0].startswith("A read as m_A × m_B")


def test_a_hidden_layer_with_biases_in_indices() -> None:
    given = [
        r"z_j = \sum_i W_{ji} x_i + b_j",
        r"a_j = \sigma(z_j)",
        r"u_k = \sum_j V_{kj} a_j + c_k",
        r"L = \frac12\sum_k (u_k-y_k)^2",
    ]
    claim = r"\frac{\partial L}{\partial W_{ji}} = \left(\sum_k V_{kj} (u_k-y_k)\right) %s x_i"
    assert verify(claim % r"\sigma'(z_j)", given=given).status == "proved"
    assert verify(claim % r"\sigma(z_j)", given=given).status == "refuted"

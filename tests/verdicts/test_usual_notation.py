"""Notation that people use without a word: each true claim proved, its neighbour not."""

import pytest

from derive import verify

SOFTMAX = r"p_k = \frac{e^{z_k}}{\sum_{j=1}^{K} e^{z_j}}"
SMOOTHED = r"y_k = (1-\epsilon)\mathbb{1}[k=c] + \frac{\epsilon}{K}"
LIKELIHOOD = (
    r"\ell(\mu,\sigma^2) = -\frac n2\log(2\pi\sigma^2) - \frac{1}{2\sigma^2}\sum_{i=1}^n(x_i-\mu)^2"
)
GELU = (r"g(x) = 0.5\,x\,(1+\tanh u)", r"u = \sqrt{2/\pi}\,(x + 0.044715\,x^3)")
SLOPE = r"g'(x) = 0.5\,(1+\tanh u) + 0.5\,x\,(1-\tanh^2 u)\sqrt{2/\pi}\,(1 + %s\,x^2)"

CLAIMS = [
    # a function of several variables by its bare name
    (
        r"\frac{\partial f}{\partial x} = 2x",
        r"\frac{\partial f}{\partial x} = 2y",
        [r"f(x, y) = x^2 + y^2"],
        [],
    ),
    (
        r"\frac{\partial\ell}{\partial\mu} = \frac{1}{\sigma^2}\sum_{i=1}^n(x_i-\mu)",
        r"\frac{\partial\ell}{\partial\mu} = \frac{1}{\sigma^2}\sum_{i=1}^n(\mu-x_i)",
        [LIKELIHOOD],
        [r"\sigma > 0"],
    ),
    (r"f' = f(1-f)", r"f' = f(1+f)", [r"f(x) = \frac{1}{1+e^{-x}}"], []),
    # signs above and below letters
    (
        r"-\log\frac{e^{s^+}}{e^{s^+}+e^{s^-}} = \log(1+e^{s^- - s^+})",
        r"-\log\frac{e^{s^+}}{e^{s^+}+e^{s^-}} = \log(1+e^{s^+ - s^-})",
        [],
        [],
    ),
    (
        r"\frac{\partial L}{\partial s^+} = p^+ - 1",
        r"\frac{\partial L}{\partial s^+} = p^+",
        [r"L = -\log p^+", r"p^+ = \frac{e^{s^+}}{e^{s^+}+\sum_j e^{s_j^-}}"],
        [],
    ),
    (r"x = x^+ - x^-", r"x = x^+ + x^-", [], []),
    # classes
    (
        r"\frac{\partial}{\partial z_k}(-\log p_y) = p_k - \mathbb{1}[k = y]",
        r"\frac{\partial}{\partial z_k}(-\log p_y) = p_k",
        [SOFTMAX],
        [],
    ),
    (
        r"\frac{\partial L}{\partial z_k} = p_k - (1-\epsilon)\mathbb{1}[k=c] - \frac{\epsilon}{K}",
        r"\frac{\partial L}{\partial z_k} = p_k - (1-\epsilon)\mathbb{1}[k=c] - \epsilon",
        [r"L = -\sum_{k=1}^{K} y_k\log p_k", SMOOTHED, SOFTMAX],
        [],
    ),
    (
        r"\sum_k \mathbb{1}_{\{y=k\}} \log p_k = \log p_y",
        r"\sum_k \mathbb{1}_{\{y=k\}} \log p_k = \sum_k \log p_k",
        [],
        ["p_k > 0"],
    ),
    # bars after a factor in an exponent; decimals in exponents; inverse functions
    (
        r"\log\cosh x = |x| + \log\left(1+e^{-2|x|}\right) - \log 2",
        r"\log\cosh x = |x| + \log\left(1+e^{-|x|}\right) - \log 2",
        [],
        [],
    ),
    (SLOPE % "0.134145", SLOPE % "0.134144", GELU, []),
    (
        r"\frac{d}{dx}\operatorname{arsinh}(x) = \frac{1}{\sqrt{1+x^2}}",
        r"\frac{d}{dx}\operatorname{arsinh}(x) = \frac{1}{\sqrt{1-x^2}}",
        [],
        [],
    ),
    (
        r"\frac{d}{dx}\operatorname{artanh}(x) = \frac{1}{1-x^2}",
        r"\frac{d}{dx}\operatorname{artanh}(x) = \frac{1}{1+x^2}",
        [],
        [r"|x| < 1"],
    ),
]


@pytest.mark.parametrize(("claim", "false", "given", "assuming"), CLAIMS)
def test_claim_and_neighbour(claim: str, false: str, given: list[str], assuming: list[str]) -> None:
    assert verify(claim, given=given, assuming=assuming).status == "proved"
    assert verify(false, given=given, assuming=assuming).status in ("refuted", "undecided")


def test_a_derivative_of_a_function_defined_otherwise_is_not_refuted() -> None:
    verdict = verify(r"\frac{\partial f}{\partial x} = 2x", given=[r"f(x^3, y) = x^2"])
    assert verdict.status == "undecided"


def test_a_bare_name_beside_its_own_equation_is_another_value() -> None:
    given = [r"L(a, y) = (a-y)^2", r"M = 2\,L(a, 1)"]
    assert verify(r"\frac{\partial M}{\partial a} = 4(a-1)", given=given).status == "proved"
    assert verify(r"\frac{\partial M}{\partial a} = 4(a-y)", given=given).status == "refuted"


LAYERS = [
    r"L = \frac12\sum_i(a^{(2)}_i-y_i)^2",
    r"a^{(2)}_i = \tanh(z^{(2)}_i)",
    r"z^{(2)}_i = \sum_j w^{(2)}_{ij}a^{(1)}_j + b^{(2)}_i",
    r"a^{(1)}_j = \tanh(z^{(1)}_j)",
    r"z^{(1)}_j = \sum_k w^{(1)}_{jk}x_k + b^{(1)}_j",
    r"\delta^{(2)}_i = (a^{(2)}_i-y_i)(1-(a^{(2)}_i)^2)",
    r"\delta^{(1)}_j = (1-(a^{(1)}_j)^2)\sum_i w^{(2)}_{ij}\delta^{(2)}_i",
]
BAYES = [r"P(A\mid B) = \frac{P(A,B)}{P(B)}", r"P(B\mid A) = \frac{P(B,A)}{P(A)}"]
POLICY = [r"\pi(a) = \frac{e^{\theta_a}}{\sum_b e^{\theta_b}}"]
PAIRS = [
    (
        r"\frac{\partial L}{\partial w^{(1)}_{jk}} = \delta^{(1)}_j x_k",
        r"\frac{\partial L}{\partial w^{(1)}_{jk}} = \delta^{(1)}_k x_j",
        LAYERS,
    ),
    (
        r"P(A\mid B) = \frac{P(B\mid A)P(A)}{P(B)}",
        r"P(A\mid B) = \frac{P(B\mid A)P(B)}{P(A)}",
        BAYES,
    ),
    (
        r"\frac{\partial\log\pi(a)}{\partial\theta_b} = \mathbb{1}[a=b] - \pi(b)",
        r"\frac{\partial\log\pi(a)}{\partial\theta_b} = \mathbb{1}[a=b] - \pi(a)",
        POLICY,
    ),
    (
        r"\log(1 + \lambda\|w\|^2) = \log(\lambda\sum_k w_k^2 + 1)",
        r"\log(1 + \lambda\|w\|^2) = \log(\lambda\sum_k w_k + 1)",
        [],
    ),
]


@pytest.mark.parametrize(("claim", "false", "given"), PAIRS)
def test_layers_events_and_policies(claim: str, false: str, given: list[str]) -> None:
    assert verify(claim, given=given).status == "proved"
    assert verify(false, given=given).status == "refuted"


def test_a_recurrence_with_an_end_is_not_refuted() -> None:
    given = [r"G_t = r_{t+1} + \gamma G_{t+1}", r"G_T = 0"]
    claim = r"G_t = \sum_{k=0}^{T-t-1}\gamma^k r_{t+k+1}"
    assert verify(claim, given=given, assuming=[r"0 < \gamma < 1"]).status != "refuted"


def test_the_square_of_a_hinge_has_a_slope_at_its_kink() -> None:
    slope = r"\frac{\partial}{\partial f}\max(0, 1-yf)^%s = -%s"
    assert verify(slope % (2, r"2y\max(0, 1-yf)")).status == "proved"
    assert verify(slope % (2, r"y\max(0, 1-yf)")).status == "refuted"
    assert verify(slope % (1, r"y\mathbb{1}[1-yf>0]")).status == "conditional"

"""What people write without a word: bare names, layers, matrices without shapes, closed forms."""

from __future__ import annotations

import numpy as np
from mpmath import mp

from bench.identities.record import Identity as Id
from bench.identities.reference import delta, diff, exp, ln, partial, sigma, softmax, tanh


def steps(first, step, count):
    """A member of a recurrence, worked out step by step."""
    value = first
    for t in range(1, count + 1):
        value = step(value, t)
    return value


def losses(z, i):
    """−ln softmax(z)_i."""
    return -ln(softmax(z))[i]


def smooth(z, i, rho):
    """Cross-entropy with a smoothed label."""
    y = np.array([(1 - rho) * delta(k, i) + rho / 4 for k in range(4)], dtype=object)
    return -sum(y * ln(softmax(z)))


SOFTMAX = r"p_k = \frac{e^{z_k}}{\sum_{j=1}^{K} e^{z_j}}"
SMOOTHED = r"y_k = (1-\epsilon)\mathbb{1}[k=c] + \frac{\epsilon}{K}"
POLICY = (r"\pi(a) = \frac{e^{\theta_a}}{\sum_b e^{\theta_b}}",)
PAIR = (r"L = -\log p^+", r"p^+ = \frac{e^{s^+}}{e^{s^+}+\sum_j e^{s_j^-}}")
BAYES = (r"P(A\mid B) = \frac{P(A,B)}{P(B)}", r"P(B\mid A) = \frac{P(B,A)}{P(A)}")
DEEP = (r"a^{(2)} = \tanh(w_2 a^{(1)})", r"a^{(1)} = \tanh(w_1 x)")
MOMENTUM = (r"v_t = \beta v_{t-1} + g", r"v_0 = 0")
NOISE = (r"\bar\alpha_t = \prod_{s=1}^t\alpha_s",)

# fmt: off
IDENTITIES = (
    Id("several-variables", r"\frac{\partial f}{\partial x} = 2xy", lambda x, y: (diff(lambda t: t**2 * y, x), 2 * x * y),
       given=(r"f(x, y) = x^2 y",)),
    Id("likelihood-by-mean", r"\frac{\partial\ell}{\partial\mu} = \frac{1}{\sigma^2}\sum_{i=1}^n(x_i-\mu)",
       lambda xs, m, rho: (diff(lambda t: -sum((xs - t) ** 2) / (2 * rho), mp.mpf(m)), sum(xs - m) / rho),
       given=(r"\ell(\mu,\sigma^2) = -\frac n2\log(2\pi\sigma^2) - \frac{1}{2\sigma^2}\sum_{i=1}^n(x_i-\mu)^2",),
       assuming=(r"\sigma > 0",)),
    Id("class-logit", r"\frac{\partial}{\partial z_k}(-\log p_y) = p_k - \mathbb{1}[k = y]",
       lambda zs, i, j: (partial(lambda v: losses(v, i), zs, j), softmax(zs)[j] - delta(i, j)), given=(SOFTMAX,)),
    Id("smoothed-class", r"\frac{\partial L}{\partial z_k} = p_k - (1-\epsilon)\mathbb{1}[k=c] - \frac{\epsilon}{K}",
       lambda zs, i, j, rho: (partial(lambda v: smooth(v, i, rho), zs, j), softmax(zs)[j] - (1 - rho) * delta(i, j) - rho / 4),
       given=(r"L = -\sum_{k=1}^{K} y_k\log p_k", SMOOTHED, SOFTMAX)),
    Id("policy-score", r"\frac{\partial\log\pi(a)}{\partial\theta_b} = \mathbb{1}[a=b] - \pi(b)",
       lambda zs, i, j: (partial(lambda v: -losses(v, i), zs, j), delta(i, j) - softmax(zs)[j]), given=POLICY),
    Id("positive-pair", r"\frac{\partial L}{\partial s^+} = p^+ - 1",
       lambda zs: (partial(lambda v: losses(v, 0), zs, 0), softmax(zs)[0] - 1), given=PAIR),
    Id("bayes", r"P(A\mid B) = \frac{P(B\mid A)P(A)}{P(B)}", lambda p, q, rho: (rho / q, rho / p * p / q), given=BAYES),
    Id("layers-by-input", r"\frac{\partial a^{(2)}}{\partial x} = w_2 w_1 (1-(a^{(2)})^2)(1-(a^{(1)})^2)",
       lambda x, u, v: (diff(lambda t: tanh(v * tanh(u * t)), x), v * u * (1 - tanh(v * tanh(u * x)) ** 2) * (1 - tanh(u * x) ** 2)),
       given=DEEP),
    Id("log-cosh-stable", r"\log\cosh x = |x| + \log\left(1+e^{-2|x|}\right) - \log 2",
       lambda x: (mp.log(mp.cosh(x)), abs(x) + mp.log(1 + mp.exp(-2 * abs(x))) - mp.log(2))),
    Id("arsinh-slope", r"\frac{d}{dx}\operatorname{arsinh}(x) = \frac{1}{\sqrt{1+x^2}}",
       lambda x: (diff(mp.asinh, x), 1 / mp.sqrt(1 + x * x))),
    Id("squared-hinge-slope-as-written", r"\frac{\partial}{\partial f}\max(0, 1-yf)^2 = -2y\max(0, 1-yf)",
       lambda f, y: (diff(lambda t: max(0, 1 - y * t) ** 2, f), -2 * y * max(0, 1 - y * f))),
    Id("momentum-closed", r"v_t = g\,\frac{1-\beta^t}{1-\beta}",
       lambda g, rho, n: (steps(0, lambda v, t: rho * v + g, n), g * (1 - rho**n) / (1 - rho)),
       given=MOMENTUM, assuming=(r"0 < \beta < 1",)),
    Id("descent-closed", r"w_t - w^* = (1-\eta\lambda)^t (w_0 - w^*)",
       lambda x, y, rho, n: (steps(x, lambda w, t: w - rho * (w - y), n) - y, (1 - rho) ** n * (x - y)),
       given=(r"w_{t+1} = w_t - \eta\lambda (w_t - w^*)",)),
    Id("average-backwards", r"m_t = (1-\beta)\sum_{k=0}^{t-1} \beta^k g_{t-k}",
       lambda xs, rho: (steps(0, lambda m, t: rho * m + (1 - rho) * xs[t - 1], 4), (1 - rho) * sum(rho**k * xs[3 - k] for k in range(4))),
       given=(r"m_t = \beta m_{t-1} + (1-\beta) g_t", r"m_0 = 0"), assuming=(r"0 < \beta < 1",)),
    Id("noise-step", r"\bar\alpha_t = \bar\alpha_{t-1}\alpha_t", lambda xs: (mp.fprod(xs), mp.fprod(xs[:3]) * xs[3]), given=NOISE),
    Id("quadratic-form", r"\nabla_x (x^\top A x) = (A + A^\top)x",
       lambda S, xs, i: (partial(lambda v: v @ S @ v, xs, i), ((S + S.T) @ xs)[i])),
    Id("trace-slope", r"\frac{\partial}{\partial X}\operatorname{tr}(AX) = A^\top",
       lambda S, Z: (partial(lambda v: np.trace(Z @ v), S[:, :3], (1, 2)), Z.T[1, 2])),
    Id("trace-turns", r"\operatorname{tr}(ABC) = \operatorname{tr}(CAB)",
       lambda A, B, C: (np.trace(A @ B @ C @ C.T @ B.T @ A.T), np.trace(C @ C.T @ B.T @ A.T @ A @ B))),
    Id("least-squares-matrix", r"\frac{\partial}{\partial W}\|Wx-y\|^2 = 2(Wx-y)x^\top",
       lambda A, xs: (partial(lambda v: sum((v @ xs - 1) ** 2), A, (1, 2)), 2 * (A @ xs - 1)[1] * xs[2])),
    Id("ridge-matrix", r"\nabla_w\left(\|Xw-y\|^2 + \lambda\|w\|^2\right) = 2X^\top(Xw-y) + 2\lambda w",
       lambda X, xs, rho: (partial(lambda v: sum((X @ v - 1) ** 2) + rho * sum(v**2), xs, 2), (2 * X.T @ (X @ xs - 1) + 2 * rho * xs)[2])),
    Id("logistic-matrix", r"\nabla_w f(w) = X^\top(\sigma(Xw)-y)",
       lambda X, xs, p: (partial(lambda v: -sum(p * ln(sigma(X @ v)) + (1 - p) * ln(1 - sigma(X @ v))), xs, 1), (X.T @ (sigma(X @ xs) - p))[1]),
       given=(r"f(w) = -y^\top\log\sigma(Xw) - (1-y)^\top\log(1-\sigma(Xw))",)),
    Id("unit-distance", r"\|u - v\|^2 = 2 - 2 u^\top v",
       lambda xs, ys: (sum((xs / mp.norm(xs) - ys / mp.norm(ys)) ** 2), 2 - 2 * sum(xs * ys) / mp.norm(xs) / mp.norm(ys)),
       assuming=(r"\|u\| = 1", r"\|v\| = 1")),
    Id("softmax-jacobian-matrix", r"\frac{\partial p}{\partial z} = \operatorname{diag}(p) - p p^\top",
       lambda zs, i, j: (partial(lambda v: exp(v)[i] / sum(exp(v)), zs, j), softmax(zs)[i] * delta(i, j) - softmax(zs)[i] * softmax(zs)[j]),
       given=(r"p = \operatorname{softmax}(z)",)),
)  # fmt: skip

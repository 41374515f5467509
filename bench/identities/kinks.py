"""Piecewise functions and their slopes away from the kink."""

from __future__ import annotations

from mpmath import mp

from bench.identities.record import Identity as Id
from bench.identities.reference import diff, exp, sigma


def relu(x):
    return max(mp.mpf(0), x)


def elu(x, alpha=1):
    return x if x > 0 else alpha * (exp(x) - 1)


ELU = r"f(x) = \begin{cases} x & x > 0 \\ \alpha(e^x - 1) & x \leq 0 \end{cases}"
HUBER = (r"h(x) = \begin{cases} \frac12x^2 & |x| \leq d \\ d\left(|x| - \frac12d\right) & |x| > d"
         r" \end{cases}")  # fmt: skip

# fmt: off
IDENTITIES = (
    Id("relu-slope-right", r"\frac{d}{dx}\max(0, x) = 1",
       lambda alpha: (diff(relu, alpha), 1), assuming=("x > 0",)),
    Id("relu-slope-left", r"\frac{d}{dx}\max(0, x) = 0",
       lambda alpha: (diff(relu, -alpha), 0), assuming=("x < 0",)),
    Id("relu-slope-cases",
       r"\frac{d}{dx}\max(0, x) = \begin{cases} 1 & x > 0 \\ 0 & x < 0 \end{cases}",
       lambda x: (diff(relu, x), int(x > 0)), assuming=(r"x \neq 0",)),
    Id("relu-slope-sign", r"\frac{d}{dx}\max(0, x) = \frac{1 + \operatorname{sign}(x)}{2}",
       lambda x: (diff(relu, x), (1 + mp.sign(x)) / 2), assuming=(r"x \neq 0",)),
    Id("relu-times-slope", r"x\frac{d}{dx}\max(0, x) = \max(0, x)",
       lambda x: (x * diff(relu, x), relu(x)), assuming=(r"x \neq 0",), note="Euler's identity"),
    Id("relu-squared-slope", r"\frac{d}{dx}\max(0, x)^2 = 2\max(0, x)",
       lambda x: (diff(lambda t: relu(t) ** 2, x), 2 * relu(x)), assuming=(r"x \neq 0",)),
    Id("leaky-relu-slope",
       r"\frac{d}{dx}\max(\alpha x, x) = \begin{cases} 1 & x > 0 \\ \alpha & x < 0 \end{cases}",
       lambda x, q: (diff(lambda t: max(q * t, t), x), 1 if x > 0 else q),
       assuming=(r"\alpha \in (0, 1)", r"x \neq 0")),
    Id("elu-slope", r"f'(x) = \begin{cases} 1 & x > 0 \\ f(x) + \alpha & x < 0 \end{cases}",
       lambda x, alpha: (diff(lambda t: elu(t, alpha), x), 1 if x > 0 else elu(x, alpha) + alpha),
       given=(ELU,), assuming=(r"x \neq 0",)),
    Id("elu-slope-left", r"f'(x) = \alpha e^x",
       lambda beta, alpha: (diff(lambda t: elu(t, alpha), -beta), alpha * exp(-beta)),
       given=(ELU,), assuming=("x < 0",)),
    Id("elu-max-min", r"f(x) = \max(0, x) + \min(0, \alpha(e^x - 1))",
       lambda x, alpha: (elu(x, alpha), relu(x) + min(0, alpha * (exp(x) - 1))),
       given=(ELU,), assuming=(r"\alpha > 0",)),
    Id("abs-slope", r"\frac{d}{dx}|x| = \frac{x}{|x|}",
       lambda x: (diff(abs, x), x / abs(x)), assuming=(r"x \neq 0",)),
    Id("abs-slope-sign", r"\frac{d}{dx}|x| = \operatorname{sign}(x)",
       lambda x: (diff(abs, x), mp.sign(x)), assuming=(r"x \neq 0",)),
    Id("abs-square", r"|x|^2 = x^2", lambda x: (abs(x) ** 2, x**2)),
    Id("abs-root", r"\sqrt{x^2} = |x|", lambda x: (mp.sqrt(x**2), abs(x))),
    Id("sign-times-abs", r"\operatorname{sign}(x)|x| = x", lambda x: (mp.sign(x) * abs(x), x)),
    Id("huber-slope-inside", r"h'(x) = x", lambda p, q: (diff(lambda t: t**2 / 2, p * q), p * q),
       given=(HUBER,), assuming=(r"|x| < d", "d > 0")),
    Id("huber-slope-outside", r"h'(x) = d\operatorname{sign}(x)",
       lambda x, beta: (diff(lambda t: beta * (abs(t) - beta / 2), x), beta * mp.sign(x)),
       given=(HUBER,), assuming=(r"|x| > d", "d > 0")),
    Id("hinge-slope", r"\frac{\partial}{\partial f}\max(0, 1 - yf) = -y",
       lambda y, alpha: (diff(lambda t: relu(1 - y * t), (1 - alpha) / y), -y), assuming=(r"yf < 1",)),
    Id("hinge-flat", r"\frac{\partial}{\partial f}\max(0, 1 - yf) = 0",
       lambda y, alpha: (diff(lambda t: relu(1 - y * t), (1 + alpha) / y), 0), assuming=(r"yf > 1",)),
    Id("squared-hinge-slope", r"\frac{d}{dz}\max(0, 1 - z)^2 = -2\max(0, 1 - z)",
       lambda z: (diff(lambda t: relu(1 - t) ** 2, z), -2 * relu(1 - z)), assuming=(r"z \neq 1",)),
    Id("hard-sigmoid-middle", r"\max\left(0, \min\left(1, \frac{x}{6} + \frac12\right)\right) = \frac{x+3}{6}",
       lambda q: (max(0, min(1, q / 6 + mp.mpf(1) / 2)), (q + 3) / 6),
       assuming=("-3 < x", "x < 3")),
    Id("relu-network-gradient", r"\frac{\partial L}{\partial w} = (v h - y)vx",
       lambda alpha, beta, v, y: (diff(lambda t: (v * relu(t * beta) - y) ** 2 / 2, alpha),
                                  (v * alpha * beta - y) * v * beta),
       given=(r"L = \frac12(vh - y)^2", r"h = \max(0, wx)"), assuming=(r"wx > 0",)),
    Id("cancelled-factor", r"\frac{x^2 - 1}{x - 1} = x + 1",
       lambda alpha: (((alpha + 1) ** 2 - 1) / alpha, alpha + 2), assuming=(r"x \neq 1",)),
    Id("log-of-square", r"\ln x^2 = 2\ln x", lambda alpha: (mp.log(alpha**2), 2 * mp.log(alpha)),
       assuming=("x > 0",)),
    Id("exp-of-log", r"e^{\ln x} = x", lambda alpha: (exp(mp.log(alpha)), alpha), assuming=("x > 0",)),
    Id("log-abs-slope", r"\frac{d}{dx}\ln|x| = \frac1x",
       lambda x: (diff(lambda t: mp.log(abs(t)), x), 1 / x), assuming=(r"x \neq 0",)),
    Id("max-gate", r"\frac{\partial}{\partial a}\max(a, b) = 1",
       lambda a, alpha: (diff(lambda t: max(t, a - alpha), a), 1), assuming=("a > b",)),
    Id("prelu-by-alpha", r"\frac{\partial}{\partial\alpha}\left(\max(0, x) + \alpha\min(0, x)\right) = \min(0, x)",
       lambda x, a: (diff(lambda t: relu(x) + t * min(0, x), a), min(0, x))),
    Id("step-indicator", r"\mathbb{1}[x > 0]\cdot x = \max(0, x)", lambda x: (int(x > 0) * x, relu(x))),
    Id("sigmoid-abs", r"\sigma(|x|) + \sigma(-|x|) = 1", lambda x: (sigma(abs(x)) + sigma(-abs(x)), 1)),
)

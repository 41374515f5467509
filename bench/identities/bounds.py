"""Bounds of functions of one variable, means and norms, convexity."""

from __future__ import annotations

from mpmath import mp

from bench.identities.logsumexp import SOFTMAX
from bench.identities.record import Identity as Id
from bench.identities.reference import (
    bce,
    diff,
    entropy,
    exp,
    ln,
    lse,
    mean,
    sigma,
    softmax,
    softplus,
    sqrt,
    tanh,
)
from bench.identities.scalars import gelu, mish, silu

UNITS = (r"p \in (0, 1)", r"q \in (0, 1)")
DISTRIBUTION = (r"p_i > 0", r"\sum_i p_i = 1")
H = r"-p\ln p - (1-p)\ln(1-p)"


def kl2(p, q):
    return bce(p, q) - bce(p, p)


def logcosh(x):
    return ln(mp.cosh(x))


# fmt: off
IDENTITIES = (
    Id("log1p-above", r"\frac{x}{1+x} \leq \ln(1+x)",
       lambda p: -p / (1 - p) <= ln(1 - p), assuming=("x > -1",)),
    Id("log1p-tangent", r"\ln(1+x) \leq x", lambda p: ln(1 - p) <= -p, assuming=("x > -1",)),
    Id("exp-below-rational", r"e^x \leq \frac{1}{1-x}",
       lambda alpha: exp(1 - alpha) <= 1 / alpha, assuming=("x < 1",)),
    Id("log-root", r"\ln x \leq 2(\sqrt x - 1)", lambda alpha: ln(alpha) <= 2 * (sqrt(alpha) - 1),
       assuming=("x > 0",)),
    Id("log-reciprocal", r"\ln x \geq 1 - \frac1x", lambda alpha: ln(alpha) >= 1 - 1 / alpha,
       assuming=("x > 0",)),
    Id("xlogx-minimum", r"x\ln x \geq -\frac1e", lambda alpha: alpha * ln(alpha) >= -exp(-1),
       assuming=("x > 0",), note="the minimum is at 1/e"),
    Id("xlogx-tangent", r"x\ln x \geq x - 1", lambda alpha: alpha * ln(alpha) >= alpha - 1,
       assuming=("x > 0",)),
    Id("root-tangent", r"\sqrt{1+x} \leq 1 + \frac x2",
       lambda alpha: sqrt(alpha) <= 1 + (alpha - 1) / 2, assuming=(r"x \geq -1",)),
    Id("tanh-below-abs", r"|\tanh x| \leq |x|", lambda x: abs(tanh(x)) <= abs(x)),
    Id("tanh-below-identity", r"\tanh x \leq x", lambda alpha: tanh(alpha) <= alpha,
       assuming=(r"x \geq 0",)),
    Id("sin-below-abs", r"|\sin x| \leq |x|", lambda x: abs(mp.sin(x)) <= abs(x)),
    Id("atan-below-abs", r"|\arctan x| \leq |x|", lambda x: abs(mp.atan(x)) <= abs(x)),
    Id("cosine-above", r"1 - \cos x \leq \frac{x^2}{2}", lambda x: 1 - mp.cos(x) <= x**2 / 2),
    Id("softplus-tangent", r"\ln(1+e^x) - \ln 2 \geq \frac x2",
       lambda x: softplus(x) - ln(2) >= x / 2),
    Id("softplus-quadratic", r"\ln(1+e^x) \leq \ln 2 + \frac x2 + \frac{x^2}{8}",
       lambda x: softplus(x) <= ln(2) + x / 2 + x**2 / 8, note="Böhning's bound"),
    Id("logcosh-quadratic", r"\ln\cosh x \leq \frac{x^2}{2}", lambda x: logcosh(x) <= x**2 / 2),
    Id("logcosh-below-abs", r"\ln\cosh x \leq |x|", lambda x: logcosh(x) <= abs(x)),
    Id("logcosh-above", r"\ln\cosh x \geq |x| - \ln 2", lambda x: logcosh(x) >= abs(x) - ln(2)),
    Id("cosh-below-gauss", r"\cosh x \leq e^{x^2/2}", lambda x: mp.cosh(x) <= exp(x**2 / 2),
       note="a Rademacher variable is sub-Gaussian"),
    Id("silu-minimum", r"x\sigma(x) > -\frac{279}{1000}",
       lambda x: silu(x) > mp.mpf(-279) / 1000),
    Id("silu-slope-range", r"-\frac{1}{10} < \frac{d}{dx}\left(x\sigma(x)\right) < \frac{11}{10}",
       lambda x: mp.mpf(-1) / 10 < diff(silu, x) < mp.mpf(11) / 10),
    Id("gelu-minimum", r"\frac x2\left(1 + \operatorname{erf}\frac{x}{\sqrt 2}\right) > -\frac{17}{100}",
       lambda x: gelu(x) > mp.mpf(-17) / 100),
    Id("mish-minimum", r"x\tanh(\ln(1+e^x)) > -\frac{31}{100}",
       lambda x: mish(x) > mp.mpf(-31) / 100),
    Id("sigmoid-second-range", r"|\sigma''(z)| \leq \frac{1}{10}",
       lambda z: abs(diff(sigma, z, 2)) <= mp.mpf(1) / 10),
    Id("sigmoid-tangent", r"\sigma(z) \leq \frac12 + \frac z4",
       lambda alpha: sigma(alpha) <= mp.mpf(1) / 2 + alpha / 4, assuming=(r"z \geq 0",)),
    Id("sigmoid-centred", r"\left|\sigma(x) - \frac12\right| \leq \frac{|x|}{4}",
       lambda x: abs(sigma(x) - mp.mpf(1) / 2) <= abs(x) / 4),
    Id("sigmoid-below-exp", r"\sigma(z) < e^z", lambda z: sigma(z) < exp(z)),
    Id("erf-range", r"-1 < \operatorname{erf}(x) < 1", lambda x: -1 < mp.erf(x) < 1),
    Id("erf-tangent", r"\operatorname{erf}(x) \leq \frac{2x}{\sqrt\pi}",
       lambda alpha: mp.erf(alpha) <= 2 * alpha / sqrt(mp.pi), assuming=(r"x \geq 0",)),
    Id("gauss-at-most-one", r"e^{-x^2/2} \leq 1", lambda x: exp(-(x**2) / 2) <= 1),
    Id("softsign-range", r"\left|\frac{x}{1+|x|}\right| < 1", lambda x: abs(x / (1 + abs(x))) < 1),
    Id("binary-entropy-parabola", rf"{H} \geq 4\ln 2\cdot p(1-p)",
       lambda p: bce(p, p) >= 4 * ln(2) * p * (1 - p), assuming=UNITS[:1]),
    Id("focal-nonnegative", r"-(1-p)^2\ln p \geq 0", lambda p: -((1 - p) ** 2) * ln(p) >= 0,
       assuming=UNITS[:1]),
    Id("bernoulli-kl-nonnegative", r"p\ln\frac pq + (1-p)\ln\frac{1-p}{1-q} \geq 0",
       lambda p, q: kl2(p, q) >= 0, assuming=UNITS),
    Id("bernoulli-gibbs", rf"-p\ln q - (1-p)\ln(1-q) \geq {H}",
       lambda p, q: bce(p, q) >= bce(p, p), assuming=UNITS),
    Id("pinsker-bernoulli", r"p\ln\frac pq + (1-p)\ln\frac{1-p}{1-q} \geq 2(p-q)^2",
       lambda p, q: kl2(p, q) >= 2 * (p - q) ** 2, assuming=UNITS),
    Id("logistic-above-zero-one", r"\ln(1+e^{-m}) \geq \ln 2",
       lambda alpha: softplus(alpha) >= ln(2), assuming=(r"m \leq 0",)),
    Id("exponential-above-hinge", r"e^{-m} \geq \max(0, 1-m)",
       lambda x: exp(-x) >= max(0, 1 - x)),
    Id("elu-above", r"\max(0, x) + \min(0, \alpha(e^x - 1)) > -\alpha",
       lambda x, alpha: max(0, x) + min(0, alpha * (exp(x) - 1)) > -alpha,
       assuming=(r"\alpha > 0",)),
    Id("young", r"xy \leq \frac{x^2}{2} + \frac{y^2}{2}", lambda x, y: x * y <= (x**2 + y**2) / 2),
    Id("young-scaled", r"xy \leq \frac{ax^2}{2} + \frac{y^2}{2a}",
       lambda x, y, alpha: x * y <= alpha * x**2 / 2 + y**2 / (2 * alpha), assuming=("a > 0",)),
    Id("cauchy-two", r"(ax + by)^2 \leq (a^2 + b^2)(x^2 + y^2)",
       lambda a, b, x, y: (a * x + b * y) ** 2 <= (a**2 + b**2) * (x**2 + y**2)),
    Id("cauchy", r"\left(\sum_i x_iy_i\right)^2 \leq \left(\sum_i x_i^2\right)\left(\sum_i y_i^2\right)",
       lambda xs, ys: sum(xs * ys) ** 2 <= sum(xs**2) * sum(ys**2)),
    Id("square-convex", r"(tx + (1-t)y)^2 \leq tx^2 + (1-t)y^2",
       lambda p, x, y: (p * x + (1 - p) * y) ** 2 <= p * x**2 + (1 - p) * y**2,
       assuming=(r"t \in (0, 1)",)),
    Id("am-gm-cubes", r"3xyz \leq x^3 + y^3 + z^3",
       lambda alpha, beta, gamma: 3 * alpha * beta * gamma <= alpha**3 + beta**3 + gamma**3,
       assuming=("x > 0", "y > 0", "z > 0")),
    Id("harmonic-geometric", r"\frac{2xy}{x+y} \leq \sqrt{xy}",
       lambda alpha, beta: 2 * alpha * beta / (alpha + beta) <= sqrt(alpha * beta),
       assuming=("x > 0", "y > 0")),
    Id("quadratic-mean", r"\frac{x+y}{2} \leq \sqrt{\frac{x^2+y^2}{2}}",
       lambda x, y: (x + y) / 2 <= sqrt((x**2 + y**2) / 2)),
    Id("norm-two-below-one", r"\sum_i x_i^2 \leq \left(\sum_i|x_i|\right)^2",
       lambda xs: sum(xs**2) <= sum(abs(xs)) ** 2),
    Id("norm-one-below-two", r"\left(\sum_{i=1}^n|x_i|\right)^2 \leq n\sum_{i=1}^n x_i^2",
       lambda xs: sum(abs(xs)) ** 2 <= 4 * sum(xs**2)),
    Id("mae-below-rmse",
       r"\frac1n\sum_{i=1}^n|x_i| \leq \sqrt{\frac1n\sum_{i=1}^n x_i^2}",
       lambda xs: mean(abs(xs)) <= sqrt(mean(xs**2))),
    Id("triangle-sum", r"\left|\sum_i x_i\right| \leq \sum_i|x_i|",
       lambda xs: abs(sum(xs)) <= sum(abs(xs))),
    Id("lse-above-mean", r"\ln\sum_{k=1}^n e^{z_k} \geq \ln n + \frac1n\sum_{k=1}^n z_k",
       lambda zs: lse(zs) >= ln(4) + mean(zs), note="Jensen"),
    Id("gini-at-most-one", r"\sum_i p_i^2 \leq 1", lambda ps: sum(ps**2) <= 1,
       assuming=DISTRIBUTION),
    Id("gini-above", r"\sum_{i=1}^n p_i^2 \geq \frac1n", lambda ps: sum(ps**2) >= mp.mpf(1) / 4,
       assuming=DISTRIBUTION),
    Id("collision-below-entropy", r"-\ln\sum_i p_i^2 \leq -\sum_i p_i\ln p_i",
       lambda ps: -ln(sum(ps**2)) <= entropy(ps), assuming=DISTRIBUTION, note="Rényi's order"),
    Id("softmax-sum-squares", r"\sum_i a_i^2 \leq 1", lambda zs: sum(softmax(zs) ** 2) <= 1,
       given=(SOFTMAX,)),
)

"""Pieces of networks as they are written down: cells, rotations, convolutions, batches."""

from __future__ import annotations

import numpy as np
from mpmath import mp

from bench.identities.logsumexp import SOFTMAX
from bench.identities.record import Identity as Id
from bench.identities.reference import (
    delta,
    diff,
    exp,
    ln,
    lse,
    mean,
    partial,
    sigma,
    softmax,
    softplus,
    sqrt,
    tanh,
)


def relu(x):
    return max(mp.mpf(0), x)


# fmt: off
IDENTITIES = (
    Id("bce-stable", r"-y\ln\sigma(z) - (1-y)\ln(1-\sigma(z)) = \max(z, 0) - zy + \ln(1+e^{-|z|})",
       lambda y, z: (-y * ln(sigma(z)) - (1 - y) * ln(1 - sigma(z)),
                     max(z, 0) - z * y + ln(1 + exp(-abs(z))))),
    Id("lse-of-two", r"\ln(e^a + e^b) = \max(a, b) + \ln(1 + e^{-|a-b|})",
       lambda a, b: (ln(exp(a) + exp(b)), max(a, b) + ln(1 + exp(-abs(a - b))))),
    Id("softmax-max-shift", r"\frac{e^{z_i}}{\sum_k e^{z_k}} = \frac{e^{z_i-m}}{\sum_k e^{z_k-m}}",
       lambda zs, i: (softmax(zs)[i], softmax(zs - max(zs))[i]), given=(r"m = \max_k z_k",)),
    Id("lse-temperature", r"\frac{\partial}{\partial T}\ln\sum_k e^{z_k/T} = -\frac{1}{T^2}\sum_k\frac{e^{z_k/T}}{\sum_l e^{z_l/T}}z_k",
       lambda zs, beta: (diff(lambda t: lse(zs / t), beta),
                         -sum(softmax(zs / beta) * zs) / beta**2), assuming=("T > 0",)),
    Id("softmax-square-gradient", r"\frac{\partial}{\partial z_j}\sum_i a_i^2 = 2a_j\left(a_j - \sum_i a_i^2\right)",
       lambda zs, j: (partial(lambda z: sum(softmax(z) ** 2), zs, j),
                      2 * softmax(zs)[j] * (softmax(zs)[j] - sum(softmax(zs) ** 2))),
       given=(SOFTMAX,)),
    Id("maximum-by-abs", r"\max(a, b) = \frac{a + b + |a - b|}{2}",
       lambda a, b: (max(a, b), (a + b + abs(a - b)) / 2)),
    Id("maximum-times-minimum", r"\max(a, b)\min(a, b) = ab", lambda a, b: (max(a, b) * min(a, b), a * b)),
    Id("rescaled-layers", r"\max(0, wx)v = \max(0, cwx)\frac vc",
       lambda w, x, v, alpha: (relu(w * x) * v, relu(alpha * w * x) * v / alpha),
       assuming=("c > 0",)),
    Id("double-angle-cosine", r"\cos 2x = 1 - 2\sin^2 x",
       lambda x: (mp.cos(2 * x), 1 - 2 * mp.sin(x) ** 2)),
    Id("double-angle-sine", r"\sin 2x = 2\sin x\cos x",
       lambda x: (mp.sin(2 * x), 2 * mp.sin(x) * mp.cos(x))),
    Id("rotary-relative", r"\cos(a)\cos(b) + \sin(a)\sin(b) = \cos(a-b)",
       lambda a, b: (mp.cos(a) * mp.cos(b) + mp.sin(a) * mp.sin(b), mp.cos(a - b))),
    Id("positional-shift", r"\sin(w(t+k)) = \sin(wt)\cos(wk) + \cos(wt)\sin(wk)",
       lambda w, t, x: (mp.sin(w * (t + x)),
                        mp.sin(w * t) * mp.cos(w * x) + mp.cos(w * t) * mp.sin(w * x))),
    Id("integer-power-slope", r"\frac{d}{dx}x^n = nx^{n-1}",
       lambda x, n: (diff(lambda t: t**n, x), n * x ** (n - 1)),
       assuming=(r"n \in \mathbb{N}", r"x \neq 0")),
    Id("lp-slope", r"\frac{d}{dx}|x|^p = p|x|^{p-1}\operatorname{sign}(x)",
       lambda x, alpha: (diff(lambda t: abs(t) ** alpha, x),
                         alpha * abs(x) ** (alpha - 1) * mp.sign(x)),
       assuming=(r"x \neq 0",)),
    Id("gaussian-score", r"\frac{\partial}{\partial\mu}\left(-\frac{1}{2s^2}\sum_i(x_i - \mu)^2\right) = \frac{1}{s^2}\sum_i(x_i - \mu)",
       lambda xs, a, alpha: (diff(lambda t: -sum((xs - t) ** 2) / (2 * alpha**2), a),
                             sum(xs - a) / alpha**2), assuming=("s > 0",)),
    Id("covariance-by-moments", r"\frac1n\sum_{i=1}^n(x_i - u)(y_i - v) = \frac1n\sum_{i=1}^n x_iy_i - uv",
       lambda xs, ys: (mean((xs - mean(xs)) * (ys - mean(ys))), mean(xs * ys) - mean(xs) * mean(ys)),
       given=(r"u = \frac1n\sum_{i=1}^n x_i", r"v = \frac1n\sum_{i=1}^n y_i")),
    Id("convolution-weight-gradient", r"\frac{\partial y_i}{\partial w_j} = x_{i+j-1}",
       lambda xs, i, j: (partial(lambda w: sum(w[k] * xs[k % 4] for k in range(4)), xs, j), xs[j]),
       given=(r"y_i = \sum_{k=1}^K w_kx_{i+k-1}",)),
    Id("gate-derivative", r"\frac{\partial h}{\partial c} = o(1 - \tanh^2 c)",
       lambda a, c: (diff(lambda t: a * tanh(t), c), a * (1 - tanh(c) ** 2)),
       given=(r"h = o\tanh c",)),
    Id("gru-convex", r"(1-z)h + zg = h + z(g - h)",
       lambda z, a, b: ((1 - z) * a + z * b, a + z * (b - a))),
    Id("highway-derivative", r"\frac{\partial y}{\partial t} = h - x",
       lambda t, a, x: (diff(lambda s: s * a + (1 - s) * x, t), a - x),
       given=(r"y = th + (1-t)x",)),
    Id("glu-derivative", r"\frac{\partial}{\partial b}\left(a\sigma(b)\right) = a\sigma(b)(1-\sigma(b))",
       lambda a, b: (diff(lambda t: a * sigma(t), b), a * sigma(b) * (1 - sigma(b)))),
    Id("residual-jacobian", r"\frac{\partial y_i}{\partial x_j} = \delta_{ij} + w_{ij}",
       lambda S, xs, i, j: (partial(lambda x: x[i] + sum(S[i] * x), xs, j), delta(i, j) + S[i, j]),
       given=(r"y_i = x_i + \sum_k w_{ik}x_k",)),
    Id("softmax-bias-gradient", r"\frac{\partial L}{\partial b_j} = \sum_i(a_{ij} - y_{ij})",
       lambda Z, Y, xs, j: (
           partial(lambda b: -sum(sum(Y[i] * ln(softmax(Z[i] + b))) for i in range(3)), xs, j),
           sum(softmax(Z[i] + xs)[j] - Y[i, j] for i in range(3))),
       given=(r"a_{ij} = \frac{e^{z_{ij}+b_j}}{\sum_k e^{z_{ik}+b_k}}",
              r"L = -\sum_i\sum_k y_{ik}\ln a_{ik}"),
       assuming=(r"\sum_k y_{ik} = 1",)),
    Id("weight-norm-invariance", r"\frac{cv_i}{\sqrt{\sum_k(cv_k)^2}} = \frac{v_i}{\sqrt{\sum_k v_k^2}}",
       lambda xs, alpha, i: (alpha * xs[i] / sqrt(sum((alpha * xs) ** 2)),
                             xs[i] / sqrt(sum(xs**2))), assuming=("c > 0",)),
    Id("cosine-similarity-bounded", r"\sum_i\left(\frac{x_i}{r}\right)^2 = 1",
       lambda xs: (sum((xs / sqrt(sum(xs**2))) ** 2), 1),
       given=(r"r = \sqrt{\sum_k x_k^2}",), assuming=("r > 0",)),
    Id("softplus-inverse-pair", r"\ln(1+e^{\ln(e^y-1)}) = y",
       lambda alpha: (softplus(ln(exp(alpha) - 1)), alpha), assuming=("y > 0",)),
    Id("one-hot-rows-sum", r"\sum_{i=1}^m\sum_{k=1}^n y_{ik} = m",
       lambda Y: (np.sum(Y), 3), assuming=(r"\sum_{k=1}^n y_{ik} = 1",)),
)

"""Scaled dot-product attention and linear layers, in index form."""

from __future__ import annotations

import numpy as np
from mpmath import mp

from bench.identities.record import Identity as Id
from bench.identities.reference import delta, diff, exp, partial, softmax, sqrt


def scores(q, k):
    return q @ k.T / sqrt(mp.mpf(4))


def weights(s):
    return np.array([softmax(row) for row in s], dtype=object)


SCORES = r"s_{ij} = \frac{1}{\sqrt d}\sum_{l=1}^d q_{il}k_{jl}"
WEIGHTS = r"a_{ij} = \frac{e^{s_{ij}}}{\sum_k e^{s_{ik}}}"
OUTPUT = r"o_{ic} = \sum_j a_{ij}v_{jc}"

# fmt: off
IDENTITIES = (
    Id("attention-rows", r"\sum_j a_{ij} = 1", lambda A, i: (sum(weights(A)[i % 3]), 1),
       given=(WEIGHTS,)),
    Id("attention-rows-over-t", r"\sum_t\frac{e^{s_{it}}}{\sum_j e^{s_{ij}}} = 1",
       lambda A: (sum(weights(A)[1]), 1), note="t is an index inside another subscript"),
    Id("attention-scores-by-query", r"\frac{\partial s_{ij}}{\partial q_{il}} = \frac{k_{jl}}{\sqrt d}",
       lambda Q, K, k: (partial(lambda q: scores(q, K)[1, 2], Q, (1, k)), K[2, k] / 2), given=(SCORES,)),
    Id("attention-scores-by-key", r"\frac{\partial s_{ij}}{\partial k_{jl}} = \frac{q_{il}}{\sqrt d}",
       lambda Q, K, k: (partial(lambda x: scores(Q, x)[1, 2], K, (2, k)), Q[1, k] / 2), given=(SCORES,)),
    Id("attention-weights-jacobian",
       r"\frac{\partial a_{ij}}{\partial s_{ik}} = a_{ij}(\delta_{jk} - a_{ik})",
       lambda A, j, k: (partial(lambda s: weights(s)[1, j], A, (1, k)),
                        weights(A)[1, j] * (delta(j, k) - weights(A)[1, k])), given=(WEIGHTS,)),
    Id("attention-other-rows", r"\frac{\partial a_{ij}}{\partial s_{lk}} = 0",
       lambda A, j, k: (partial(lambda s: weights(s)[1, j], A, (2, k)), 0),
       given=(WEIGHTS,), assuming=(r"l \neq i",)),
    Id("attention-output-by-value", r"\frac{\partial o_{ic}}{\partial v_{jc}} = a_{ij}",
       lambda Q, K, V: (partial(lambda v: (weights(scores(Q, K)) @ v)[1, 0], V, (2, 0)),
                        weights(scores(Q, K))[1, 2]), given=(OUTPUT,)),
    Id("attention-output-by-score",
       r"\frac{\partial o_{ic}}{\partial s_{ik}} = a_{ik}(v_{kc} - o_{ic})",
       lambda Q, K, V, k: (partial(lambda s: (weights(s) @ V)[1, 0], scores(Q, K), (1, k)),
                           weights(scores(Q, K))[1, k]
                           * (V[k, 0] - (weights(scores(Q, K)) @ V)[1, 0])), given=(WEIGHTS, OUTPUT)),
    Id("attention-output-by-query",
       r"\frac{\partial o_{ic}}{\partial q_{il}} = \frac{1}{\sqrt d}\sum_j a_{ij}(v_{jc} - o_{ic})k_{jl}",
       lambda Q, K, V, k: (partial(lambda q: (weights(scores(q, K)) @ V)[1, 0], Q, (1, k)),
                           sum(weights(scores(Q, K))[1, j] * (V[j, 0]
                               - (weights(scores(Q, K)) @ V)[1, 0]) * K[j, k] for j in range(5)) / 2),
       given=(SCORES, WEIGHTS, OUTPUT)),
    Id("attention-shift-invariance", r"\frac{e^{s_{ij} - c_i}}{\sum_k e^{s_{ik} - c_i}} = a_{ij}",
       lambda A, us, j: (softmax(A[1] - us[1])[j], weights(A)[1, j]), given=(WEIGHTS,)),
    Id("attention-constant-values", r"\sum_j a_{ij}c = c",
       lambda A, c: (sum(weights(A)[1] * c), c), given=(WEIGHTS,)),
    Id("attention-deviation", r"\sum_j a_{ij}(v_{jc} - o_{ic}) = 0",
       lambda Q, K, V: (sum(weights(scores(Q, K))[1] * (V[:, 0]
                            - (weights(scores(Q, K)) @ V)[1, 0])), 0), given=(WEIGHTS, OUTPUT)),
    Id("attention-scale-by-d", r"\frac{\partial s}{\partial d} = -\frac{s}{2d}",
       lambda alpha, x: (diff(lambda t: x / sqrt(t), alpha), -x / sqrt(alpha) / (2 * alpha)),
       given=(r"s = \frac{c}{\sqrt d}",), assuming=("d > 0",)),
    Id("online-softmax", r"\sum_i e^{x_i - c} = e^{b - c}\sum_i e^{x_i - b}",
       lambda xs, b, c: (sum(exp(xs - c)), exp(b - c) * sum(exp(xs - b))),
       note="rescaling a running sum in block-wise attention"),
    Id("rope-invariant",
       r"(x\cos t - y\sin t)^2 + (x\sin t + y\cos t)^2 = x^2 + y^2",
       lambda x, y, t: ((x * mp.cos(t) - y * mp.sin(t)) ** 2 + (x * mp.sin(t) + y * mp.cos(t)) ** 2,
                        x**2 + y**2), note="a rotation keeps the norm"),
    Id("linear-layer-weight", r"\frac{\partial z_i}{\partial w_{jk}} = \delta_{ij}x_k",
       lambda S, xs, i, j, k: (partial(lambda w: (w @ xs)[i], S, (j, k)), delta(i, j) * xs[k]),
       given=(r"z_i = \sum_k w_{ik}x_k + b_i",)),
    Id("linear-layer-input", r"\frac{\partial z_i}{\partial x_j} = w_{ij}",
       lambda S, xs, i, j: (partial(lambda x: (S @ x)[i], xs, j), S[i, j]),
       given=(r"z_i = \sum_k w_{ik}x_k + b_i",)),
    Id("linear-layer-bias", r"\frac{\partial z_i}{\partial b_j} = \delta_{ij}",
       lambda S, xs, bs, i, j: (partial(lambda b: (S @ xs + b)[i], bs, j), delta(i, j)),
       given=(r"z_i = \sum_k w_{ik}x_k + b_i",)),
    Id("linear-layer-backward", r"\frac{\partial L}{\partial w_{ij}} = g_ix_j",
       lambda S, xs, gs, i, j: (partial(lambda w: sum(gs * (w @ xs)), S, (i, j)), gs[i] * xs[j]),
       given=(r"L = \sum_i g_iz_i", r"z_i = \sum_k w_{ik}x_k")),
    Id("two-layers-associative",
       r"\sum_j u_{ij}\sum_k w_{jk}x_k = \sum_k\left(\sum_j u_{ij}w_{jk}\right)x_k",
       lambda S, A, xs, i: ((A @ (S @ xs))[i % 3], ((A @ S) @ xs)[i % 3])),
    Id("hidden-layer-gradient",
       r"\frac{\partial L}{\partial w_{jk}} = (o - y)v_jh_j(1-h_j)x_k",
       lambda S, xs, us, y, j, k: (
           partial(lambda w: (sum(us / (1 + exp(-(w @ xs)))) - y) ** 2 / 2, S, (j, k)),
           (sum(us / (1 + exp(-(S @ xs)))) - y) * us[j] * (1 / (1 + exp(-(S @ xs))))[j]
           * (1 - 1 / (1 + exp(-(S @ xs))))[j] * xs[k]),
       given=(r"L = \frac12(o - y)^2", r"o = \sum_j v_jh_j", r"h_j = \sigma(\sum_k w_{jk}x_k)")),
)

"""Layer norm, batch norm, RMS norm, weight norm and moments."""

from __future__ import annotations

from bench.identities.record import Identity as Id
from bench.identities.reference import delta, diff, mean, partial, sqrt, var

MEAN = r"\mu = \frac1n\sum_{k=1}^n x_k"
VARIANCE = r"v = \frac1n\sum_{k=1}^n(x_k - \mu)^2"
SCALE = r"s = \sqrt{v + \epsilon}"
HAT = r"h_i = \frac{x_i - \mu}{s}"
NORM = (MEAN, VARIANCE, SCALE, HAT)
EPS = (r"\epsilon > 0",)


def hat(x, eps):
    return (x - mean(x)) / sqrt(var(x) + eps)


def rms(x, eps):
    return sqrt(mean(x**2) + eps)


# fmt: off
IDENTITIES = (
    Id("mean-by-member", r"\frac{\partial\mu}{\partial x_j} = \frac1n",
       lambda xs, j: (partial(mean, xs, j), 1 / xs.size), given=(MEAN,)),
    Id("deviations-sum", r"\sum_{i=1}^n(x_i - \mu) = 0", lambda xs: (sum(xs - mean(xs)), 0),
       given=(MEAN,)),
    Id("variance-moments", r"\frac1n\sum_{i=1}^n(x_i - \mu)^2 = \frac1n\sum_{i=1}^n x_i^2 - \mu^2",
       lambda xs: (var(xs), mean(xs**2) - mean(xs) ** 2), given=(MEAN,)),
    Id("variance-by-member", r"\frac{\partial v}{\partial x_j} = \frac2n(x_j - \mu)",
       lambda xs, j: (partial(var, xs, j), (xs[j] - mean(xs)) * 2 / 4), given=(MEAN, VARIANCE)),
    Id("variance-pairs", r"v = \frac{1}{2n^2}\sum_{i=1}^n\sum_{j=1}^n(x_i - x_j)^2",
       lambda xs: (var(xs), sum((a - b) ** 2 for a in xs for b in xs) / 32), given=(MEAN, VARIANCE)),
    Id("scale-by-member", r"\frac{\partial s}{\partial x_j} = \frac{x_j - \mu}{ns}",
       lambda xs, eps, j: (partial(lambda x: sqrt(var(x) + eps), xs, j),
                           (xs[j] - mean(xs)) / (4 * sqrt(var(xs) + eps))),
       given=(MEAN, VARIANCE, SCALE), assuming=EPS),
    Id("layer-norm-mean", r"\sum_i h_i = 0", lambda xs, eps: (sum(hat(xs, eps)), 0),
       given=NORM, assuming=EPS),
    Id("layer-norm-variance", r"\frac1n\sum_i h_i^2 = \frac{v}{v+\epsilon}",
       lambda xs, eps: (mean(hat(xs, eps) ** 2), var(xs) / (var(xs) + eps)), given=NORM, assuming=EPS),
    Id("layer-norm-jacobian",
       r"\frac{\partial h_i}{\partial x_j} = \frac{1}{s}\left(\delta_{ij} - \frac1n - \frac{h_ih_j}{n}\right)",
       lambda xs, eps, i, j: (partial(lambda x: hat(x, eps)[i], xs, j),
                              (delta(i, j) - (1 + hat(xs, eps)[i] * hat(xs, eps)[j]) / 4)
                              / sqrt(var(xs) + eps)), given=NORM, assuming=EPS),
    Id("layer-norm-gradient",
       r"\sum_i g_i\frac{\partial h_i}{\partial x_j} = \frac1s\left(g_j - \frac1n\sum_i g_i - \frac{h_j}{n}\sum_i g_ih_i\right)",
       lambda xs, gs, eps, j: (partial(lambda x: sum(gs * hat(x, eps)), xs, j),
                               (gs[j] - mean(gs) - hat(xs, eps)[j] * mean(gs * hat(xs, eps)))
                               / sqrt(var(xs) + eps)), given=NORM, assuming=EPS,
       note="what a backward pass computes"),
    Id("layer-norm-jacobian-rows", r"\sum_j\frac{\partial h_i}{\partial x_j} = 0",
       lambda xs, eps, i: (sum(partial(lambda x: hat(x, eps)[i], xs, j) for j in range(4)), 0),
       given=NORM, assuming=EPS),
    Id("layer-norm-shift", r"\frac{(x_i + c) - \frac1n\sum_{k=1}^n(x_k + c)}{s} = \frac{x_i - \mu}{s}",
       lambda xs, c, eps, i: (((xs[i] + c) - mean(xs + c)) / eps, (xs[i] - mean(xs)) / eps),
       given=(MEAN,), assuming=("s > 0",)),
    Id("layer-norm-affine", r"\frac{\partial y_i}{\partial x_j} = g_i\frac{\partial h_i}{\partial x_j}",
       lambda xs, gs, eps, i, j: (partial(lambda x: gs[i] * hat(x, eps)[i] + 1, xs, j),
                                  gs[i] * partial(lambda x: hat(x, eps)[i], xs, j)),
       given=(*NORM, r"y_i = g_ih_i + b_i"), assuming=EPS),
    Id("layer-norm-gain-gradient", r"\frac{\partial}{\partial g_j}\sum_i u_i(g_ih_i + b_i) = u_jh_j",
       lambda gs, us, hs, bs, j: (partial(lambda g: sum(us * (g * hs + bs)), gs, j), us[j] * hs[j])),
    Id("rms-norm-mean-square", r"\frac1n\sum_{i=1}^n\frac{x_i^2}{r^2} = 1",
       lambda xs: (mean(xs**2 / rms(xs, 0) ** 2), 1),
       given=(r"r = \sqrt{\frac1n\sum_{k=1}^n x_k^2}",), assuming=(r"r > 0",)),
    Id("rms-by-member", r"\frac{\partial r}{\partial x_j} = \frac{x_j}{nr}",
       lambda xs, eps, j: (partial(lambda x: rms(x, eps), xs, j), xs[j] / (4 * rms(xs, eps))),
       given=(r"r = \sqrt{\frac1n\sum_{k=1}^n x_k^2 + \epsilon}",), assuming=EPS),
    Id("rms-norm-jacobian",
       r"\frac{\partial}{\partial x_j}\frac{x_i}{r} = \frac{\delta_{ij}}{r} - \frac{x_ix_j}{nr^3}",
       lambda xs, eps, i, j: (partial(lambda x: x[i] / rms(x, eps), xs, j),
                              delta(i, j) / rms(xs, eps) - xs[i] * xs[j] / (4 * rms(xs, eps) ** 3)),
       given=(r"r = \sqrt{\frac1n\sum_{k=1}^n x_k^2 + \epsilon}",), assuming=EPS),
    Id("norm-gradient", r"\frac{\partial}{\partial x_j}\sqrt{\sum_k x_k^2} = \frac{x_j}{\sqrt{\sum_k x_k^2}}",
       lambda xs, j: (partial(lambda x: sqrt(sum(x**2)), xs, j), xs[j] / sqrt(sum(xs**2))),
       assuming=(r"\sum_k x_k^2 > 0",)),
    Id("unit-vector-jacobian",
       r"\frac{\partial u_i}{\partial x_j} = \frac{1}{r}\left(\delta_{ij} - u_iu_j\right)",
       lambda xs, i, j: (partial(lambda x: x[i] / sqrt(sum(x**2)), xs, j),
                         (delta(i, j) - xs[i] * xs[j] / sum(xs**2)) / sqrt(sum(xs**2))),
       given=(r"u_i = \frac{x_i}{r}", r"r = \sqrt{\sum_k x_k^2}"), assuming=("r > 0",),
       note="weight normalisation, cosine similarity"),
    Id("batch-norm-jacobian",
       r"\frac{\partial h_{ik}}{\partial x_{jk}} = \frac{1}{s_k}\left(\delta_{ij} - \frac1m - \frac{h_{ik}h_{jk}}{m}\right)",
       lambda X, eps, i, j, k: (partial(lambda x: hat(x[:, k], eps)[i], X, (j, k)),
                                (delta(i, j) - (1 + hat(X[:, k], eps)[i] * hat(X[:, k], eps)[j]) / 5)
                                / sqrt(var(X[:, k]) + eps)),
       given=(r"\mu_k = \frac1m\sum_{i=1}^m x_{ik}", r"v_k = \frac1m\sum_{i=1}^m(x_{ik} - \mu_k)^2",
              r"s_k = \sqrt{v_k + \epsilon}", r"h_{ik} = \frac{x_{ik} - \mu_k}{s_k}"), assuming=EPS),
    Id("covariance-moments",
       r"\frac1n\sum_{i=1}^n(x_i - \bar x)(y_i - \bar y) = \frac1n\sum_{i=1}^n x_iy_i - \bar x\bar y",
       lambda xs, ys: (mean((xs - mean(xs)) * (ys - mean(ys))), mean(xs * ys) - mean(xs) * mean(ys)),
       given=(r"\bar x = \frac1n\sum_{i=1}^n x_i", r"\bar y = \frac1n\sum_{i=1}^n y_i")),
    Id("variance-of-sum",
       r"\frac1n\sum_{i=1}^n(x_i + y_i - \bar x - \bar y)^2 = \frac1n\sum_{i=1}^n(x_i-\bar x)^2 + \frac1n\sum_{i=1}^n(y_i-\bar y)^2 + \frac2n\sum_{i=1}^n(x_i-\bar x)(y_i-\bar y)",
       lambda xs, ys: (var(xs + ys), var(xs) + var(ys)
                       + 2 * mean((xs - mean(xs)) * (ys - mean(ys)))),
       given=(r"\bar x = \frac1n\sum_{i=1}^n x_i", r"\bar y = \frac1n\sum_{i=1}^n y_i")),
    Id("variance-scaling", r"\frac1n\sum_{i=1}^n(cx_i + b - c\bar x - b)^2 = c^2\cdot\frac1n\sum_{i=1}^n(x_i-\bar x)^2",
       lambda xs, c, b: (var(c * xs + b), c**2 * var(xs)), given=(r"\bar x = \frac1n\sum_{i=1}^n x_i",)),
    Id("expectation-variance", r"\sum_i p_i(x_i - m)^2 = \sum_i p_ix_i^2 - m^2",
       lambda ps, xs: (sum(ps * (xs - sum(ps * xs)) ** 2), sum(ps * xs**2) - sum(ps * xs) ** 2),
       given=(r"m = \sum_i p_ix_i",), assuming=(r"\sum_i p_i = 1",)),
    Id("bernoulli-variance", r"p(1-p)^2 + (1-p)p^2 = p(1-p)",
       lambda p: (p * (1 - p) ** 2 + (1 - p) * p**2, p * (1 - p))),
    Id("bias-variance",
       r"\sum_i p_i(x_i - t)^2 = \sum_i p_i(x_i - m)^2 + (m - t)^2",
       lambda ps, xs, t: (sum(ps * (xs - t) ** 2),
                          sum(ps * (xs - sum(ps * xs)) ** 2) + (sum(ps * xs) - t) ** 2),
       given=(r"m = \sum_i p_ix_i",), assuming=(r"\sum_i p_i = 1",)),
    Id("root-slope", r"\frac{d}{dv}\frac{1}{\sqrt{v+\epsilon}} = -\frac12(v+\epsilon)^{-3/2}",
       lambda alpha, eps: (diff(lambda t: 1 / sqrt(t + eps), alpha),
                           -1 / (2 * sqrt(alpha + eps) ** 3)), assuming=(r"v > 0", r"\epsilon > 0")),
)

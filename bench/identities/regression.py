"""Linear regression, normal equations, ridge and weight decay, in index form."""

from __future__ import annotations

from bench.identities.record import Identity as Id
from bench.identities.reference import delta, diff, exp, mean, partial, sigma

LEAST_SQUARES = (r"L = \frac{1}{2m}\sum_{i=1}^m(h_i - y_i)^2", r"h_i = \sum_{k=1}^n w_kx_{ik}")
NEURON = (
    r"L = \frac{1}{2n}\sum_{i=1}^n(a_i - y_i)^2",
    r"a_i = \sigma(z_i)",
    r"z_i = wx_i + b",
)
LINE = (r"L = \sum_{i=1}^n(y_i - wx_i - b)^2",)


def squares(w, x, y):
    return sum((x @ w - y) ** 2)


# fmt: off
IDENTITIES = (
    Id("line-slope", r"\frac{\partial L}{\partial w} = -2\sum_{i=1}^n x_i(y_i - wx_i - b)",
       lambda xs, ys, w, b: (diff(lambda t: sum((ys - t * xs - b) ** 2), w),
                             -2 * sum(xs * (ys - w * xs - b))), given=LINE),
    Id("line-intercept", r"\frac{\partial L}{\partial b} = -2\sum_{i=1}^n(y_i - wx_i - b)",
       lambda xs, ys, w, b: (diff(lambda t: sum((ys - w * xs - t) ** 2), b),
                             -2 * sum(ys - w * xs - b)), given=LINE),
    Id("line-second", r"\frac{\partial^2 L}{\partial w^2} = 2\sum_{i=1}^n x_i^2",
       lambda xs, ys, w, b: (diff(lambda t: sum((ys - t * xs - b) ** 2), w, 2), 2 * sum(xs**2)),
       given=LINE),
    Id("line-mixed", r"\frac{\partial^2 L}{\partial w\partial b} = 2\sum_{i=1}^n x_i",
       lambda xs, ys, w, b: (diff(lambda t: diff(lambda s: sum((ys - t * xs - s) ** 2), b), w),
                             2 * sum(xs)), given=LINE),
    Id("neuron-bias-gradient",
       r"\frac{\partial L}{\partial b} = \frac{1}{n}\sum_{i=1}^n(a_i - y_i)\sigma'(z_i)",
       lambda xs, ys, w, b: (diff(lambda t: mean((sigma(w * xs + t) - ys) ** 2) / 2, b),
                             mean((sigma(w * xs + b) - ys) * sigma(w * xs + b)
                                  * (1 - sigma(w * xs + b)))), given=NEURON),
    Id("neuron-share-moved-out",
       r"e^b\sum_{i=1}^n \frac{y_ie^{x_i}}{1 + e^{b+x_i}} = \sum_{i=1}^n y_i - \sum_{i=1}^n\frac{y_i}{1 + e^{b+x_i}}",
       lambda xs, ys, b: (exp(b) * sum(ys * exp(xs) / (1 + exp(b + xs))),
                          sum(ys) - sum(ys / (1 + exp(b + xs))))),
    Id("line-optimal-intercept", r"\sum_{i=1}^n(y_i - wx_i - b) = 0",
       lambda xs, ys, w: (sum(ys - w * xs - (mean(ys) - w * mean(xs))), 0),
       given=(r"b = \frac1n\sum_{i=1}^n y_i - w\cdot\frac1n\sum_{i=1}^n x_i",)),
    Id("line-through-origin", r"\sum_{i=1}^n x_i(y_i - wx_i) = 0",
       lambda xs, ys: (sum(xs * (ys - sum(xs * ys) / sum(xs**2) * xs)), 0),
       given=(r"w = \frac{\sum_{i=1}^n x_iy_i}{\sum_{i=1}^n x_i^2}",),
       assuming=(r"\sum_{i=1}^n x_i^2 > 0",)),
    Id("slope-forms",
       r"\sum_{i=1}^n(x_i - \bar x)(y_i - \bar y) = \sum_{i=1}^n(x_i - \bar x)y_i",
       lambda xs, ys: (sum((xs - mean(xs)) * (ys - mean(ys))), sum((xs - mean(xs)) * ys)),
       given=(r"\bar x = \frac1n\sum_{i=1}^n x_i", r"\bar y = \frac1n\sum_{i=1}^n y_i")),
    Id("least-squares-gradient",
       r"\frac{\partial L}{\partial w_j} = \frac1m\sum_{i=1}^m(h_i - y_i)x_{ij}",
       lambda S, ws, ys, j: (partial(lambda w: squares(w, S, ys) / 8, ws, j),
                             sum((S @ ws - ys) * S[:, j]) / 4), given=LEAST_SQUARES),
    Id("least-squares-hessian",
       r"\frac{\partial^2 L}{\partial w_j\partial w_k} = \frac1m\sum_{i=1}^m x_{ij}x_{ik}",
       lambda S, ws, ys, j, k: (partial(lambda w: squares(w, S, ys) / 8, ws, j, k),
                                sum(S[:, j] * S[:, k]) / 4),
       given=(LEAST_SQUARES[0], r"h_i = \sum_{l=1}^n w_lx_{il}")),
    Id("least-squares-expanded",
       r"\sum_{i=1}^m\left(y_i - \sum_k w_kx_{ik}\right)^2 = \sum_{i=1}^m y_i^2 - 2\sum_k w_k\sum_{i=1}^m x_{ik}y_i + \sum_k\sum_l w_kw_l\sum_{i=1}^m x_{ik}x_{il}",
       lambda S, ws, ys: (squares(ws, S, ys), sum(ys**2) - 2 * ws @ (S.T @ ys) + ws @ (S.T @ S) @ ws)),
    Id("normal-equations",
       r"\sum_{i=1}^m x_{ij}\left(\sum_k x_{ik}w_k - y_i\right) = \sum_k\left(\sum_{i=1}^m x_{ij}x_{ik}\right)w_k - \sum_{i=1}^m x_{ij}y_i",
       lambda S, ws, ys, j: (sum(S[:, j] * (S @ ws - ys)), (S.T @ S @ ws)[j] - (S.T @ ys)[j])),
    Id("ridge-gradient",
       r"\frac{\partial L}{\partial w_j} = 2\sum_{i=1}^m x_{ij}\left(\sum_k x_{ik}w_k - y_i\right) + 2\lambda w_j",
       lambda S, ws, ys, lam, j: (partial(lambda w: squares(w, S, ys) + lam * sum(w**2), ws, j),
                                  2 * sum(S[:, j] * (S @ ws - ys)) + 2 * lam * ws[j]),
       given=(r"L = \sum_{i=1}^m\left(\sum_k x_{ik}w_k - y_i\right)^2 + \lambda\sum_k w_k^2",)),
    Id("ridge-hessian",
       r"\frac{\partial^2 L}{\partial w_j\partial w_l} = 2\sum_{i=1}^m x_{ij}x_{il} + 2\lambda\delta_{jl}",
       lambda S, ws, ys, lam, j, k: (
           partial(lambda w: squares(w, S, ys) + lam * sum(w**2), ws, k, j),
           2 * sum(S[:, j] * S[:, k]) + 2 * lam * delta(j, k)),
       given=(r"L = \sum_{i=1}^m\left(\sum_k x_{ik}w_k - y_i\right)^2 + \lambda\sum_k w_k^2",)),
    Id("ridge-scalar-solution", r"\sum_{i=1}^n x_i(wx_i - y_i) + \lambda w = 0",
       lambda xs, ys, lam: (sum(xs * (sum(xs * ys) / (sum(xs**2) + lam) * xs - ys))
                            + lam * sum(xs * ys) / (sum(xs**2) + lam), 0),
       given=(r"w = \frac{\sum_{i=1}^n x_iy_i}{\sum_{i=1}^n x_i^2 + \lambda}",),
       assuming=(r"\lambda > 0",)),
    Id("l2-gradient", r"\frac{\partial}{\partial w_j}\frac{\lambda}{2}\sum_k w_k^2 = \lambda w_j",
       lambda ws, lam, j: (partial(lambda w: lam / 2 * sum(w**2), ws, j), lam * ws[j])),
    Id("l2-matrix-gradient", r"\frac{\partial}{\partial w_{jk}}\frac12\sum_i\sum_l w_{il}^2 = w_{jk}",
       lambda S, j, k: (partial(lambda w: sum(sum(w**2)) / 2, S, (j, k)), S[j, k])),
    Id("weight-decay-step", r"w - \eta(g + \lambda w) = (1 - \eta\lambda)w - \eta g",
       lambda w, a, lam, eta: (w - eta * (a + lam * w), (1 - eta * lam) * w - eta * a)),
    Id("l1-gradient", r"\frac{\partial}{\partial w_j}\sum_k|w_k| = \operatorname{sign}(w_j)",
       lambda ws, j: (partial(lambda w: sum(abs(w)), ws, j), 1 if ws[j] > 0 else -1),
       assuming=(r"w_j \neq 0",)),
    Id("elastic-net-gradient",
       r"\frac{\partial}{\partial w_j}\left(\alpha\sum_k|w_k| + \frac{1-\alpha}{2}\sum_k w_k^2\right) = \alpha\operatorname{sign}(w_j) + (1-\alpha)w_j",
       lambda ws, q, j: (partial(lambda w: q * sum(abs(w)) + (1 - q) / 2 * sum(w**2), ws, j),
                         q * (1 if ws[j] > 0 else -1) + (1 - q) * ws[j]),
       assuming=(r"w_j \neq 0",)),
    Id("inner-product-gradient", r"\frac{\partial}{\partial x_j}\sum_i a_ix_i = a_j",
       lambda xs, us, j: (partial(lambda x: sum(us * x), xs, j), us[j])),
    Id("quadratic-form-gradient",
       r"\frac{\partial}{\partial x_k}\sum_i\sum_j x_ia_{ij}x_j = \sum_j a_{kj}x_j + \sum_i a_{ik}x_i",
       lambda S, xs, k: (partial(lambda x: x @ S @ x, xs, k), (S @ xs)[k] + (S.T @ xs)[k])),
    Id("quadratic-form-hessian",
       r"\frac{\partial^2}{\partial x_k\partial x_l}\sum_i\sum_j x_ia_{ij}x_j = a_{kl} + a_{lk}",
       lambda S, xs, j, k: (partial(lambda x: x @ S @ x, xs, j, k), S[k, j] + S[j, k])),
    Id("polynomial-feature", r"\frac{\partial}{\partial w_j}\frac12\left(\sum_{k=1}^n w_kx^k - y\right)^2 = \left(\sum_{k=1}^n w_kx^k - y\right)x^j",
       lambda ws, x, y, j: (partial(lambda w: (sum(w[k] * x ** (k + 1) for k in range(4)) - y) ** 2 / 2,
                                    ws, j),
                            (sum(ws[k] * x ** (k + 1) for k in range(4)) - y) * x ** (j + 1))),
)

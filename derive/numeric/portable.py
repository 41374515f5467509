"""The helpers of generated code for the frameworks: functions of `kernels`, without branches.

No write into an array and no choice by an array's content, so that what is traced or compiled
takes them as they stand; names of NumPy's functions are put into the framework's own by
`targets`. They compute the same values to within rounding.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def _sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x)), exact to the last digits in both tails."""
    e = np.exp(np.clip(x, -np.inf, 40.0))
    return e / (1.0 + e)


def _scaled_tail(w: Any, s: Any, x: Any) -> Any:
    """w s, also where s, which is exp(-|x|) there, is so small that it has lost its digits."""
    half = np.exp(-0.5 * np.abs(x))
    return np.where(s < 1e-30, w * half * half, w * s)


def _sigmoid_slope(x: Any) -> Any:
    """sigmoid(x) * sigmoid(-x), exact to the last digits in both tails."""
    e = np.exp(-np.abs(x))
    return e / np.square(1.0 + e)


def _sigmoid_with_slope(x: Any) -> tuple[Any, Any]:
    """sigmoid(x) and sigmoid(x) * sigmoid(-x), exact to the last digits in both tails."""
    e = np.exp(-np.abs(x))
    s = e / (1.0 + e)
    return np.where(x >= 0, 1.0 - s, s), s / (1.0 + e)


def _sech_square(x: Any) -> Any:
    """1 / cosh(x)**2, exact to the last digits in both tails."""
    e = np.exp(-np.abs(x))
    return np.square(2.0 * e / (1.0 + np.square(e)))


def _bent(x: Any, a: Any) -> Any:
    """x where x > 0, and else a x."""
    return np.where(x > 0, x, a * x)


def _softplus(x: Any) -> Any:
    """log(1 + exp(x)) without overflow."""
    return np.maximum(np.log1p(np.exp(np.clip(x, -np.inf, 40.0))), x)


def _softplus_with_slope(x: Any) -> tuple[Any, Any]:
    """log(1 + exp(x)) and sigmoid(x)."""
    e = np.exp(np.clip(x, -np.inf, 40.0))
    return np.maximum(np.log1p(e), x), e / (1.0 + e)


def _softplus_tail(x: Any) -> Any:
    """log(1 + exp(-|x|))."""
    return np.log1p(np.exp(-np.abs(x)))


def _softplus_tail_with_sigmoid(x: Any) -> tuple[Any, Any]:
    """log(1 + exp(-|x|)) and sigmoid(x)."""
    e = np.exp(-np.abs(x))
    s = e / (1.0 + e)
    return np.log1p(e), np.where(x >= 0, 1.0 - s, s)


def _tanh_softplus(x: Any) -> Any:
    """tanh(log(1 + exp(x)))."""
    e = np.exp(np.clip(x, -np.inf, 20.0))
    n = e * (2.0 + e)
    return n / (2.0 + n)


def _exprel(x: Any) -> Any:
    """(exp(x) - 1) / x, and 1 where x = 0."""
    low = np.where(x == 0, -1e-20, -np.abs(x))
    half = np.exp(0.5 * np.clip(x, 0.0, np.inf))
    return np.expm1(low) / low * half * half


def _over_exprel(x: Any) -> Any:
    """x / (exp(x) - 1) without overflow, and 1 where x = 0."""
    half = np.exp(-0.5 * np.clip(x, 0.0, np.inf))
    return half / _exprel(-np.abs(x)) * half


def _secant(f: Any, x: Any, limit: Any) -> Any:
    """f / x, and the limit where x = 0."""
    zero = np.abs(x) < 1e-30
    return np.where(zero, limit, f) / np.where(zero, 1.0, x)


def _log1mexp(x: Any) -> Any:
    """log(1 - exp(-x)) for x >= 0."""
    near = x < 0.6931471805599453
    far = np.log1p(-np.exp(-np.where(near, 1.0, x)))
    return np.where(near, np.log(-np.expm1(-np.where(near, x, 1.0))), far)


def _log_cosh(x: Any) -> Any:
    """log(cosh(x)) without overflow, exact to the last digits near 0."""
    a = np.abs(x)
    near = np.log1p(2.0 * np.square(np.sinh(0.5 * np.clip(a, 0.0, 1.0))))
    far = a - 0.6931471805599453 + np.log1p(np.exp(-2.0 * a))
    return np.where(a < 1.0, near, far)


def _hypot(x: Any, y: Any) -> Any:
    """The root of x * x + y * y, also where the squares are out of range."""
    return np.hypot(x, y)


def _over_squares(w: Any, x: Any, y: Any) -> Any:
    """w / (x * x + y * y), also where the squares are out of range."""
    h = np.hypot(x, y)
    return w / h / h


def _tanh_softplus_slope(x: Any) -> Any:
    """The slope of tanh(log(1 + exp(x))), exact to the last digits in both tails."""
    return _tanh_softplus_with_slope(x)[1]


def _tanh_softplus_with_slope(x: Any) -> tuple[Any, Any]:
    """tanh(log(1 + exp(x))) and its slope."""
    g, right = np.exp(-np.abs(x)), x >= 0
    d = np.where(right, 1.0 + 2.0 * g * (1.0 + g), 2.0 + g * (2.0 + g))
    n = np.where(right, 1.0 + 2.0 * g, g * (2.0 + g))
    return n / d, 4.0 * np.where(right, g * g, g) * (1.0 + g) / np.square(d)


def _log1p_square(x: Any) -> Any:
    """log(1 + x * x) without overflow."""
    a = np.abs(x)
    near = np.log1p(np.square(np.clip(a, 0.0, 1e8)))
    return near + 2.0 * np.log(np.clip(a, 1e8, np.inf) / 1e8)


def _gauss(x: Any) -> Any:
    """exp(-x * x / 2), exact to the last digits far out, where x * x has lost some."""
    x = np.clip(np.abs(x), 0.0, 64.0)
    near = np.rint(x * 64.0) * 0.015625
    return np.exp(-0.5 * np.square(near)) * np.exp(-0.5 * (x - near) * (x + near))


def _whole_gauss(x: Any) -> Any:
    """exp(-x * x), exact to the last digits far out."""
    x = np.clip(np.abs(x), 0.0, 64.0)
    near = np.rint(x * 64.0) * 0.015625
    return np.exp(-np.square(near)) * np.exp((near - x) * (near + x))


def _scaled_exp(w: Any, x: Any) -> Any:
    """w exp(x), also where exp(x) is out of range."""
    e = np.exp(0.5 * x)
    return w * e * e


def _normal_cdf(x: Any) -> Any:
    """(1 + erf(x / sqrt(2))) / 2, exact to the last digits in the left tail."""
    return _normal_cdf_with_bell(x)[0]


def _normal_cdf_with_bell(x: Any) -> tuple[Any, Any]:
    """(1 + erf(x / sqrt(2))) / 2 and exp(-x * x / 2).

    exp(x * x / 2) erfc(x / sqrt(2)) (1 + x) / 2 is 1/2 and a quotient of polynomials in
    t = (x - 3.5)/(x + 3.5).
    """
    bell = _gauss(x)
    u = np.clip(np.abs(x), 0.0, 40.0)
    t = (u - 3.5) / (u + 3.5)
    p = t * -2.4316281974521253e-05
    q = t * 6.95941766328374e-06
    p, q = (p + 0.00026845177092092487) * t, (q + 0.00010495394078812227) * t
    p, q = (p - 0.0019245082223486854) * t, (q + 0.0008191272563554767) * t
    p, q = (p + 0.005838625366496526) * t, (q + 0.0038751146524324005) * t
    p, q = (p - 0.019156062710655) * t, (q + 0.016483225795284818) * t
    p, q = (p + 0.02098448517728876) * t, (q + 0.036077965106473736) * t
    p, q = (p - 0.04375663310994704) * t, (q + 0.1398335889395409) * t
    p, q = (p - 0.023375488889230328) * t, (q + 0.08900540877530062) * t
    p, q = (p - 0.006400967253967513) * t, (q + 0.6085909899443296) * t
    p, q = (p - 0.09642536965269416) * t, (q - 0.06001822749381325) * t
    tail = bell * (0.5 + (p - 0.02144680864832551) / (q + 1.0)) / (1.0 + u)
    return np.where(x >= 0, 1.0 - tail, tail), bell


def _scaled_gauss(w: Any, s: Any, x: Any) -> Any:
    """w s for s = exp(-x * x / 2)."""
    return w * s


def _scaled_normal_cdf(w: Any, s: Any, x: Any) -> Any:
    """w s for s = (1 + erf(x / sqrt(2))) / 2."""
    return w * s


def _xlogy(x: Any, y: Any) -> Any:
    """x log(y), and 0 where x = y = 0."""
    return x * np.log(np.where((x == 0) & (y == 0), 1.0, y))


def _xlog1py(x: Any, y: Any) -> Any:
    """x log(1 + y), and 0 where x = 0 and y = -1."""
    return x * np.log1p(np.where((x == 0) & (y == -1), 0.0, y))


def _ratio(x: Any, y: Any) -> Any:
    """x / y, and 0 where x = y = 0: the limit in y, for x that does not depend on it."""
    return x / np.where((x == 0) & (y == 0), 1.0, y)


def _logit_gap(p: Any, q: Any) -> Any:
    """(p - q) / (p (1 - p)), and its limits where p = q = 0 and where p = q = 1."""
    low, high = (p == 0) & (q == 0), (p == 1) & (q == 1)
    gap = (p - q) / np.where(low | high, 1.0, p * (1.0 - p))
    return np.where(low, 1.0, np.where(high, -1.0, gap))


def _weighted_gap(w: Any, p: Any, q: Any) -> Any:
    """w (p - q) / (p (1 - p)), and its limits where p = q = 0 and where p = q = 1."""
    large = np.abs(p - q) > 1e-100
    early = np.where(large, w * (p - q), 0.0) / np.where(large, p * (1.0 - p), 1.0)
    return np.where(large, early, w * _logit_gap(p, q))


def _weighted_power(w: Any, x: Any, y: Any) -> Any:
    """w x**y, and 0 where w = 0."""
    return w * np.power(np.where((w == 0) & (y == y), 1.0, x), y)


def _log_ratio(p: Any, q: Any) -> Any:
    """log(p / q) without overflow, and accurate where p is close to q."""
    near = (np.abs(p - q) <= 0.5 * np.abs(q)) & (q != 0)
    a, i = np.frexp(np.where(near, 1.0, p))
    b, j = np.frexp(np.where(near, 1.0, q))
    # The exponents are integers, and become numbers of the dtype at hand.
    far = np.log(a / b) + 0.6931471805599453 * ((i - j) + 0.0 * a)
    safe = np.where(near, q, 1.0)
    return np.where(near, np.log1p((np.where(near, p, 1.0) - safe) / safe), far)


def _xlog_ratio(x: Any, p: Any, q: Any) -> Any:
    """x log(p / q), and 0 where x = 0."""
    idle = (x == 0) & (p == p) & (q == q)
    return x * _log_ratio(np.where(idle, 1.0, p), np.where(idle, 1.0, q))


def _largest(x: Any) -> Any:
    """The largest member, or 0 where that is not finite: what a sum of exp is shifted by."""
    m = np.amax(x, -1)
    return np.where(np.isfinite(m), m, 0.0)


def _log_sum(e: Any, total: Any, v: Any, shift: Any) -> Any:
    """log of the total of e = exp(v - shift), accurate where all but one member are small.

    What v - shift lost by rounding is given back there.
    """
    gap = v - shift[..., None]
    part = gap - v
    near = e * (1.0 + ((v - (gap - part)) - (shift[..., None] + part)))
    first = gap == 0
    others = np.where(first, 0.0, near).sum(-1)
    others = others + (np.where(first, 1.0, 0.0 * e).sum(-1) - 1.0)
    close = total < 1.25
    return np.where(close, np.log1p(np.where(close, others, 0.0)), np.log(total))


def _sum_others(x: Any) -> Any:
    """For each member the sum of all others, without subtracting: from the left and the right."""
    zero = np.zeros_like(x[..., :1])
    left = np.concatenate([zero, np.cumsum(x[..., :-1], -1)], -1)
    right = np.flip(np.cumsum(np.flip(x[..., 1:], (-1,)), -1), (-1,))
    return left + np.concatenate([right, zero], -1)


def _matvec(a: Any, x: Any) -> Any:
    """The sum over k of a[..., i, k] x[..., k]."""
    return np.matmul(a, x[..., None])[..., 0]


def _flat(x: Any, axes: int) -> Any:
    """The last axes, this many, as one."""
    return x.reshape(*x.shape[: x.ndim - axes], -1)


def _with_diagonal(a: Any, d: Any, n: int) -> Any:
    """The n by n matrices a with d on their diagonals; length-one axes broadcast."""
    k = np.arange(n)
    return np.where(k[:, None] == k, d[..., None], a)

"""The few array functions that generated code needs beside NumPy's own.

A generated module carries the source of those it uses, so each stands on NumPy alone.
All keep the dtype of their arguments.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special


def _below(x: Any, bound: float) -> bool:
    """Whether no number in the array is larger, and none is nan."""
    # NumPy finds the place of the largest sooner than the largest.
    return x.size > 0 and x.item(x.argmax()) <= bound


def _above(x: Any, bound: float) -> bool:
    """Whether no number in the array is smaller, and none is nan."""
    return x.size > 0 and x.item(x.argmin()) >= bound


def _exp_to(x: Any, bound: float) -> Any:
    """exp(min(x, bound))."""
    return np.exp(x if _below(x, bound) else x.clip(-np.inf, bound))


def _over_zero(x: Any, out: Any = None) -> Any:
    """max(x, 0)."""
    # Two arrays are compared faster than an array and a number, and large ones are clipped faster.
    if x.size > 4096:
        return x.clip(0.0, np.inf, out=out)
    return np.maximum(x, np.zeros(x.shape, x.dtype), out=out)


def _under_zero(x: Any, out: Any = None) -> Any:
    """min(x, 0)."""
    if x.size > 4096:
        return x.clip(-np.inf, 0.0, out=out)
    return np.minimum(x, np.zeros(x.shape, x.dtype), out=out)


def _sigmoid(x: Any, out: Any = None) -> Any:
    """1 / (1 + exp(-x)), exact to the last digits in both tails."""
    # sigmoid(40) rounds to 1, and to the left exp(x) only vanishes.
    e = _exp_to(x, 40.0)
    d = 1.0 + e
    if out is not None:
        return np.divide(e, d, out=out)
    e /= d
    return e


def _scaled_tail(w: Any, s: Any, x: Any, out: Any = None) -> Any:
    """w s, also where s, which is exp(-|x|) there, is so small that it has lost its digits."""
    least = 2.3e-308 if s.dtype.itemsize >= 8 else 1.2e-38
    if _above(s, least):
        return np.multiply(w, s, out=out)
    half = np.exp(-0.5 * np.abs(x))
    return np.where(s < least, w * half * half, w * s)[()]


def _sigmoid_slope(x: Any, out: Any = None) -> Any:
    """sigmoid(x) * sigmoid(-x), exact to the last digits in both tails."""
    e = np.exp(-np.abs(x))
    return np.divide(e, np.square(1.0 + e), out=out)


def _sigmoid_with_slope(x: Any) -> tuple[Any, Any]:
    """sigmoid(x) and sigmoid(x) * sigmoid(-x), exact to the last digits in both tails."""
    if _below(x, 80.0):
        e = np.exp(x)
        d = 1.0 + e
        s = e / d
        return s, s / d
    e = np.exp(-np.abs(x))
    d = 1.0 + e
    s = e / d
    # s is sigmoid(-|x|), at most 1/2.
    return np.abs((x >= 0) - s), s / d


def _sech_square(x: Any) -> Any:
    """1 / cosh(x)**2, exact to the last digits in both tails."""
    far = 700.0 if x.dtype.itemsize >= 8 else 80.0
    if _below(x, far) and _above(x, -far):
        return np.square(1.0 / np.cosh(x))
    e = np.exp(-np.abs(x))
    return np.square(2.0 * e / (1.0 + np.square(e)))


def _bent(x: Any, a: Any, out: Any = None) -> Any:
    """x where x > 0, and else a x."""
    if _above(a, 1e-300) and _below(a, 1.0):
        return np.maximum(x, a * x, out=out)
    return np.add(a * x.clip(-np.inf, 0.0), x.clip(0.0, np.inf), out=out)


def _softplus(x: Any, out: Any = None) -> Any:
    """log(1 + exp(x)) without overflow."""
    # From 40 on it is x to the last digit.
    if _below(x, 30.0):
        return np.log1p(np.exp(x), out=out)
    return np.maximum(np.log1p(np.exp(x.clip(-np.inf, 40.0))), x, out=out)


def _softplus_with_slope(x: Any) -> tuple[Any, Any]:
    """log(1 + exp(x)) and sigmoid(x)."""
    e = _exp_to(x, 40.0)
    return np.maximum(np.log1p(e), x), e / (1.0 + e)


def _softplus_tail(x: Any, out: Any = None) -> Any:
    """log(1 + exp(-|x|))."""
    return np.log1p(np.exp(-np.abs(x)), out=out)


def _softplus_tail_with_sigmoid(x: Any) -> tuple[Any, Any]:
    """log(1 + exp(-|x|)) and sigmoid(x)."""
    e = np.exp(-np.abs(x))
    return np.log1p(e), np.abs((x >= 0) - e / (1.0 + e))


def _tanh_softplus(x: Any, out: Any = None) -> Any:
    """tanh(log(1 + exp(x)))."""
    # tanh(softplus(20)) rounds to 1.
    e = _exp_to(x, 20.0)
    n = e * (2.0 + e)
    return np.divide(n, 2.0 + n, out=out)


def _exprel(x: Any) -> Any:
    """(exp(x) - 1) / x, and 1 where x = 0."""
    large = not _below(x, 80.0)
    low = -np.abs(x) if large else x
    if (low == 0).any():
        low = np.where(np.abs(low) < 1e-20, 1e-20, low)
    quotient = np.expm1(low) / low
    if not large:
        return quotient
    # exp(x / 2) is in range wherever the quotient is.
    half = np.exp(0.5 * x.clip(0.0, np.inf))
    return quotient * half * half


def _over_exprel(x: Any) -> Any:
    """x / (exp(x) - 1) without overflow, and 1 where x = 0."""
    half = np.exp(-0.5 * x.clip(0.0, np.inf))
    return half / _exprel(-np.abs(x)) * half


def _secant(f: Any, x: Any, limit: Any) -> Any:
    """f / x, and the limit where x = 0."""
    # So close to 0 the quotient is the limit, and f may have lost its digits.
    zero = np.abs(x) < 1e-30
    if not zero.any():
        return f / x
    return np.where(zero, limit, f) / np.where(zero, 1.0, x)


def _log1mexp(x: Any) -> Any:
    """log(1 - exp(-x)) for x >= 0."""
    near = x < 0.6931471805599453
    far = np.log1p(-np.exp(-np.where(near, 1.0, x)))
    return np.where(near, np.log(-np.expm1(-np.where(near, x, 1.0))), far)


def _log_cosh(x: Any) -> Any:
    """log(cosh(x)) without overflow, exact to the last digits near 0."""
    a = np.abs(x)
    near = np.log1p(2.0 * np.square(np.sinh(0.5 * a.clip(0.0, 1.0))))
    far = a - 0.6931471805599453 + np.log1p(np.exp(-2.0 * a))
    return np.where(a < 1.0, near, far)


def _squares_fit(x: Any, y: Any) -> bool:
    """Whether x * x + y * y neither overflows nor loses its digits."""
    far, near = (1e150, 1e-140) if x.dtype.itemsize >= 8 else (1e18, 1e-17)
    return _below(x, far) and _above(x, -far) and _below(y, far) and _above(y, near)


def _hypot(x: Any, y: Any) -> Any:
    """The root of x * x + y * y, also where the squares are out of range."""
    return np.sqrt(x * x + y * y) if _squares_fit(x, y) else np.hypot(x, y)


def _over_squares(w: Any, x: Any, y: Any, out: Any = None) -> Any:
    """w / (x * x + y * y), also where the squares are out of range."""
    if _squares_fit(x, y):
        return np.divide(w, x * x + y * y, out=out)
    h = np.hypot(x, y)
    return np.divide(w / h, h, out=out)


def _tanh_softplus_slope(x: Any) -> Any:
    """The slope of tanh(log(1 + exp(x))), exact to the last digits in both tails."""
    return _tanh_softplus_with_slope(x)[1]


def _tanh_softplus_with_slope(x: Any) -> tuple[Any, Any]:
    """tanh(log(1 + exp(x))) and its slope."""
    if _below(x, 20.0):
        e = np.exp(x)
        n = e * (2.0 + e)
        d = 2.0 + n
        return n / d, 4.0 * e * (1.0 + e) / np.square(d)
    g, right = np.exp(-np.abs(x)), x >= 0
    d = np.where(right, 1.0 + 2.0 * g * (1.0 + g), 2.0 + g * (2.0 + g))
    slope = 4.0 * np.where(right, np.square(g), g) * (1.0 + g) / np.square(d)
    return _tanh_softplus(x), slope


def _log1p_square(x: Any) -> Any:
    """log(1 + x * x) without overflow."""
    a = np.abs(x)
    return np.log1p(np.square(np.minimum(a, 1e8))) + 2.0 * np.log(np.maximum(a, 1e8) / 1e8)


def _gauss(x: Any, lift: float = 0.0, half: float = 0.5) -> Any:
    """exp(lift - half * x * x), exact to the last digits far out, where x * x has lost some.

    `lift` is an integer.
    """
    if x.dtype.itemsize < 8:
        return np.exp(lift - half * np.square(x.astype(np.float64))).astype(x.dtype)
    x = np.abs(x)
    if not _below(x, 64.0):
        x = x.clip(0.0, 64.0)
    # The square of a number with few digits is exact.
    near = x.astype(np.float32).astype(x.dtype)
    rest = near - x
    rest *= near + x
    rest *= half
    near *= near
    near *= -half
    return np.exp(near + lift if lift else near) * np.exp(rest)


def _whole_gauss(x: Any) -> Any:
    """exp(-x * x), exact to the last digits far out."""
    return _gauss(x, half=1.0)


def _scaled_exp(w: Any, x: Any, out: Any = None) -> Any:
    """w exp(x), also where exp(x) is out of range."""
    e = np.exp(0.5 * x)
    return np.multiply(w * e, e, out=out)


def _mills(x: Any) -> Any:
    """exp(x * x / 2) erfc(x / sqrt(2)) / 2 for 0 <= x <= 40.

    (1 + x) times that is 1/2 and a quotient of polynomials in t = (x - 3.5)/(x + 3.5), from its
    values at the zeros of a Chebyshev polynomial.
    """
    # The coefficients of numerator and denominator, that of the highest power first.
    coefficients: tuple[tuple[float, float], ...] = (
        (-2.4316281974521253e-05, 6.95941766328374e-06),
        (0.00026845177092092487, 0.00010495394078812227),
        (-0.0019245082223486854, 0.0008191272563554767),
        (0.005838625366496526, 0.0038751146524324005),
        (-0.019156062710655, 0.016483225795284818),
        (0.02098448517728876, 0.036077965106473736),
        (-0.04375663310994704, 0.1398335889395409),
        (-0.023375488889230328, 0.08900540877530062),
        (-0.006400967253967513, 0.6085909899443296),
        (-0.09642536965269416, -0.06001822749381325),
        (-0.02144680864832551, 1.0),
    )
    if x.dtype == np.float32:
        coefficients = (
            (-0.003752831728791511, 0.019696935560390143),
            (-0.031334420598465085, 0.13610706659168517),
            (-0.061819570536382706, 0.4547940969272459),
            (-0.1361798472483783, 0.9318739775402078),
            (-0.12338866937857469, 1.1971977784284884),
            (-0.021446812564314452, 1.0),
        )
    t = (x - 3.5) / (x + 3.5)
    (a, b), *between, (last_a, last_b) = coefficients
    p, q = a * t, b * t
    for a, b in between:
        p += a
        p *= t
        q += b
        q *= t
    p += last_a
    q += last_b
    p /= q
    p += 0.5
    p /= 1.0 + x
    return p


def _normal_cdf(x: Any) -> Any:
    """(1 + erf(x / sqrt(2))) / 2, exact to the last digits in the left tail."""
    if x.dtype.itemsize < 8 and x.size <= 8192:
        # In double precision the tail has digits to spare.
        return special.ndtr(x)
    return _normal_cdf_with_bell(x)[0]


def _normal_cdf_with_bell(x: Any) -> tuple[Any, Any]:
    """(1 + erf(x / sqrt(2))) / 2 and exp(-x * x / 2)."""
    bell = _gauss(x)
    if x.dtype.itemsize < 8 and x.size <= 8192:
        return special.ndtr(x), bell
    tail = _normal_tail(x, bell)
    return np.abs((x >= 0) - tail), bell


def _normal_tail(x: Any, bell: Any) -> Any:
    """erfc(|x| / sqrt(2)) / 2, given exp(-x * x / 2)."""
    # Beyond 40 the tail is 0, also for the largest x.
    u = np.abs(x)
    tail = _mills(u if _below(u, 40.0) else u.clip(0.0, 40.0))
    tail *= bell
    return tail


def _scaled_gauss(w: Any, s: Any, x: Any, out: Any = None) -> Any:
    """w s for s = exp(-x * x / 2), also where s has lost its digits."""
    least = 2.3e-308 if s.dtype.itemsize >= 8 else 1.2e-38
    if _above(s, least):
        return np.multiply(w, s, out=out)
    lifted = w * _gauss(x, 64.0) * 1.603810890548638e-28
    return np.where(s < least, lifted, w * s)[()]


def _scaled_normal_cdf(w: Any, s: Any, x: Any, out: Any = None) -> Any:
    """w s for s = (1 + erf(x / sqrt(2))) / 2, also where s has lost its digits."""
    least = 2.3e-308 if s.dtype.itemsize >= 8 else 1.2e-38
    if _above(s, least):
        return np.multiply(w, s, out=out)
    lifted = w * _normal_tail(x, _gauss(x, 64.0)) * 1.603810890548638e-28
    return np.where(s < least, lifted, w * s)[()]


def _xlogy(x: Any, y: Any, out: Any = None) -> Any:
    """x log(y), and 0 where x = y = 0."""
    if not _above(y, 5e-324):
        y = y + ((x == 0) & (y == 0))
    return np.multiply(x, np.log(y), out=out)


def _xlog1py(x: Any, y: Any, out: Any = None) -> Any:
    """x log(1 + y), and 0 where x = 0 and y = -1."""
    if not _above(y, -0.9999):
        y = y + ((x == 0) & (y == -1))
    return np.multiply(x, np.log1p(y), out=out)


def _ratio(x: Any, y: Any) -> Any:
    """x / y, and 0 where x = y = 0: the limit in y, for x that does not depend on it."""
    return x / (y + ((x == 0) & (y == 0)))


def _logit_gap(p: Any, q: Any) -> Any:
    """(p - q) / (p (1 - p)), and its limits where p = q = 0 and where p = q = 1."""
    tiny = np.finfo(p.dtype).smallest_subnormal
    a, b = np.maximum(p, tiny), np.maximum(1.0 - p, tiny)
    return np.where((p == 1) & (q == 1), -b, a - q) / (a * b)


def _weighted_gap(w: Any, p: Any, q: Any) -> Any:
    """w (p - q) / (p (1 - p)), and its limits where p = q = 0 and where p = q = 1."""
    if _above(p, 1e-30) and _below(q, 2.0) and _above(q, -2.0):
        return w * _logit_gap(p, q)
    # Where the quotient may be out of range the gap meets its weight first.
    large = np.abs(p - q) > 1e-100
    rest = np.where(large, 1.0, w)
    return rest * _logit_gap(np.where(large, 0.5, p), np.where(large, 0.5, q)) + np.where(
        large, w * (p - q), 0.0
    ) / np.where(large, p * (1.0 - p), 1.0)


def _weighted_power(w: Any, x: Any, y: Any) -> Any:
    """w x**y, and 0 where w = 0."""
    return w * np.power(np.where((w == 0) & (y == y), 1.0, x), y)


def _log_ratio(p: Any, q: Any) -> Any:
    """log(p / q) without overflow, and accurate where p is close to q."""
    near = np.abs(p - q) <= 0.5 * np.abs(q)
    (a, i), (b, j) = np.frexp(np.where(near, 1.0, p)), np.frexp(np.where(near, 1.0, q))
    far = np.log(a / b) + (i - j).astype(a.dtype) * 0.6931471805599453
    safe = np.where(near & (q != 0), q, 1.0)
    return np.where(near & (q != 0), np.log1p((np.where(near, p, q) - q) / safe), far)


def _xlog_ratio(x: Any, p: Any, q: Any) -> Any:
    """x log(p / q), and 0 where x = 0."""
    idle = (x == 0) & (p == p) & (q == q)
    return x * _log_ratio(np.where(idle, 1.0, p), np.where(idle, 1.0, q))

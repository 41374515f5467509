"""Closed forms of finite sums: arithmetic, geometric, telescoping."""

from __future__ import annotations

from mpmath import mp

from bench.identities.record import Identity as Id
from bench.identities.reference import ln

UNIT = (r"\beta \in (0, 1)",)


def upto(n, term, start=1):
    return mp.fsum(term(k) for k in range(start, n + 1))


# fmt: off
IDENTITIES = (
    Id("squares-sum", r"\sum_{k=1}^n k^2 = \frac{n(n+1)(2n+1)}{6}",
       lambda n: (upto(n, lambda k: k**2), mp.mpf(n * (n + 1) * (2 * n + 1)) / 6)),
    Id("cubes-sum", r"\sum_{k=1}^n k^3 = \left(\frac{n(n+1)}{2}\right)^2",
       lambda n: (upto(n, lambda k: k**3), (mp.mpf(n * (n + 1)) / 2) ** 2)),
    Id("pronic-sum", r"\sum_{k=1}^n k(k+1) = \frac{n(n+1)(n+2)}{3}",
       lambda n: (upto(n, lambda k: k * (k + 1)), mp.mpf(n * (n + 1) * (n + 2)) / 3)),
    Id("arithmetic-progression", r"\sum_{k=1}^n(a + kd) = na + \frac{dn(n+1)}{2}",
       lambda a, x, n: (upto(n, lambda k: a + k * x), n * a + x * n * (n + 1) / 2)),
    Id("mean-of-ranks", r"\frac1n\sum_{k=1}^n k = \frac{n+1}{2}",
       lambda n: (upto(n, lambda k: k) / n, mp.mpf(n + 1) / 2)),
    Id("variance-of-ranks", r"\frac1n\sum_{k=1}^n k^2 - \left(\frac{n+1}{2}\right)^2 = \frac{n^2-1}{12}",
       lambda n: (upto(n, lambda k: k**2) / n - (mp.mpf(n + 1) / 2) ** 2, mp.mpf(n**2 - 1) / 12)),
    Id("double-index-sum", r"\sum_{i=1}^n\sum_{j=1}^n(i + j) = n^2(n+1)",
       lambda n: (upto(n, lambda i: upto(n, lambda j: i + j)), n**2 * (n + 1))),
    Id("powers-of-two", r"\sum_{k=0}^{n-1}2^k = 2^n - 1",
       lambda n: (upto(n - 1, lambda k: 2**k, 0), 2**n - 1)),
    Id("geometric-closed", r"\sum_{k=0}^{n-1}r^k = \frac{1-r^n}{1-r}",
       lambda alpha, n: (upto(n - 1, lambda k: alpha**k, 0), (1 - alpha**n) / (1 - alpha)),
       assuming=("r > 0", r"r \neq 1")),
    Id("geometric-from-one", r"\sum_{k=1}^n\beta^k = \frac{\beta(1-\beta^n)}{1-\beta}",
       lambda q, n: (upto(n, lambda k: q**k), q * (1 - q**n) / (1 - q)), assuming=UNIT),
    Id("ema-weights", r"(1-\beta)\sum_{k=1}^t\beta^{t-k} + \beta^t = 1",
       lambda q, n: ((1 - q) * upto(n, lambda k: q ** (n - k)) + q**n, 1), assuming=UNIT),
    Id("ema-constant-gradient", r"(1-\beta)\sum_{k=1}^t\beta^{t-k}g = (1-\beta^t)g",
       lambda q, a, n: ((1 - q) * upto(n, lambda k: q ** (n - k) * a), (1 - q**n) * a),
       assuming=UNIT, note="why Adam divides by 1 − β^t"),
    Id("discounted-return", r"\sum_{t=0}^{n-1}\gamma^t r = r\frac{1-\gamma^n}{1-\gamma}",
       lambda q, a, n: (upto(n - 1, lambda t: q**t * a, 0), a * (1 - q**n) / (1 - q)),
       assuming=(r"\gamma \in (0, 1)",)),
    Id("weighted-geometric", r"\sum_{k=1}^n k\beta^{k-1} = \frac{1-(n+1)\beta^n+n\beta^{n+1}}{(1-\beta)^2}",
       lambda q, n: (upto(n, lambda k: k * q ** (k - 1)),
                     (1 - (n + 1) * q**n + n * q ** (n + 1)) / (1 - q) ** 2), assuming=UNIT),
    Id("telescoping-squares", r"\sum_{k=1}^n\left(k^2 - (k-1)^2\right) = n^2",
       lambda n: (upto(n, lambda k: k**2 - (k - 1) ** 2), n**2)),
    Id("telescoping-fractions", r"\sum_{k=1}^n\frac{1}{k(k+1)} = \frac{n}{n+1}",
       lambda n: (upto(n, lambda k: mp.mpf(1) / (k * (k + 1))), mp.mpf(n) / (n + 1))),
    Id("telescoping-logarithms", r"\sum_{k=1}^n\ln\frac{k+1}{k} = \ln(n+1)",
       lambda n: (upto(n, lambda k: ln(mp.mpf(k + 1) / k)), ln(mp.mpf(n + 1)))),
    Id("telescoping-members", r"\sum_{k=1}^n(x_{k+1} - x_k) = x_{n+1} - x_1",
       lambda xs: (sum(xs[k + 1] - xs[k] for k in range(3)), xs[3] - xs[0])),
    Id("product-of-ratios", r"\prod_{k=1}^n\frac{k+1}{k} = n + 1",
       lambda n: (mp.fprod(mp.mpf(k + 1) / k for k in range(1, n + 1)), n + 1)),
    Id("product-of-equal", r"\prod_{k=1}^n\beta = \beta^n",
       lambda q, n: (mp.fprod(q for _ in range(n)), q**n), assuming=UNIT),
)

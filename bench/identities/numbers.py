"""Numeric claims: decimals that round or truncate, exact constants."""

from __future__ import annotations

from mpmath import mp

from bench.identities.record import Identity as Id
from bench.identities.reference import diff, exp, ln, sigma, sqrt, tanh


def shows(value, digits):
    """Whether a decimal is the value rounded to its digits, or cut there."""
    unit = mp.mpf(10) ** -len(digits.partition(".")[2])
    gap = mp.mpf(digits) - value
    return abs(gap) <= unit / 2 or (0 <= abs(value) - abs(mp.mpf(digits)) < unit)


# fmt: off
IDENTITIES = (
    Id("sigmoid-at-zero", r"\sigma(0) = \frac12", lambda: (sigma(0), mp.mpf(1) / 2)),
    Id("sigmoid-at-zero-decimal", r"\sigma(0) = 0.5", lambda: (sigma(0), mp.mpf("0.5"))),
    Id("sigmoid-slope-at-zero", r"\sigma'(0) = 0.25", lambda: (diff(sigma, 0), mp.mpf("0.25"))),
    Id("sigmoid-at-one", r"\sigma(1) \approx 0.7311", lambda: shows(sigma(1), "0.7311")),
    Id("sigmoid-at-minus-two", r"\sigma(-2) \approx 0.119", lambda: shows(sigma(-2), "0.119")),
    Id("tanh-at-one", r"\tanh(1) = 0.7616", lambda: shows(tanh(1), "0.7616")),
    Id("tanh-slope-at-zero", r"\tanh'(0) = 1", lambda: (diff(tanh, 0), 1)),
    Id("tanh-truncated", r"\tanh(1) = 0.761594", lambda: shows(tanh(1), "0.761594")),
    Id("softplus-at-zero", r"\ln(1+e^0) = \ln 2 \approx 0.693", lambda: shows(ln(2), "0.693")),
    Id("log-two", r"\ln 2 = 0.693147", lambda: shows(ln(2), "0.693147")),
    Id("ce-confident", r"-\ln 0.9 \approx 0.105", lambda: shows(-ln(mp.mpf("0.9")), "0.105")),
    Id("ce-wrong", r"-\ln(0.1) = 2.302585", lambda: shows(-ln(mp.mpf("0.1")), "2.302585")),
    Id("coin-entropy-bits", r"-\frac12\log_2\frac12 - \frac12\log_2\frac12 = 1",
       lambda: (-mp.log(mp.mpf(1) / 2, 2), 1)),
    Id("entropy-number", r"-(0.7\ln 0.7 + 0.2\ln 0.2 + 0.1\ln 0.1) \approx 0.8018",
       lambda: shows(-sum(mp.mpf(p) * ln(mp.mpf(p)) for p in ("0.7", "0.2", "0.1")), "0.8018")),
    Id("arithmetic-number", r"0.7 \times 0.36 + 0.2 \times 1.61 + 0.1 \times 2.30 = 0.804",
       lambda: (mp.mpf("0.252") + mp.mpf("0.322") + mp.mpf("0.23"), mp.mpf("0.804"))),
    Id("softmax-number", r"\frac{e^3}{e^1 + e^2 + e^3} \approx 0.6652",
       lambda: shows(exp(3) / (exp(1) + exp(2) + exp(3)), "0.6652")),
    Id("gaussian-peak", r"\frac{1}{\sqrt{2\pi}} \approx 0.3989",
       lambda: shows(1 / sqrt(2 * mp.pi), "0.3989")),
    Id("selu-alpha-exact", r"\frac{1}{3} + \frac16 = \frac12",
       lambda: (mp.mpf(1) / 3 + mp.mpf(1) / 6, mp.mpf(1) / 2)),
    Id("weighted-sum-number", r"0.1 \cdot 0.2 + 0.3 \cdot 0.4 = 0.14",
       lambda: (mp.mpf("0.02") + mp.mpf("0.12"), mp.mpf("0.14"))),
    Id("root-number", r"\sqrt{2} \approx 1.41421", lambda: shows(sqrt(2), "1.41421")),
    Id("gelu-at-one", r"\frac12\left(1 + \operatorname{erf}\frac{1}{\sqrt 2}\right) \approx 0.8413",
       lambda: shows(mp.ncdf(1), "0.8413")),
    Id("e-squared", r"e^2 = 7.389", lambda: shows(exp(2), "7.389")),
    Id("bits-of-ten-classes", r"\log_2 10 \approx 3.3219", lambda: shows(mp.log(10, 2), "3.3219")),
    Id("initial-loss-ten-classes", r"-\ln\frac{1}{10} = 2.302585", lambda: shows(ln(10), "2.302585")),
    Id("exp-log-exact", r"e^{2\ln 3} = 9", lambda: (exp(2 * ln(3)), 9)),
    Id("log-power-exact", r"\ln 8 = 3\ln 2", lambda: (ln(8), 3 * ln(2))),
    Id("root-exact", r"\sqrt{8} = 2\sqrt{2}", lambda: (sqrt(8), 2 * sqrt(2))),
)

"""Derivatives of scalar activations, densities and links."""

from __future__ import annotations

from mpmath import mp

from bench.identities.record import Identity as Id
from bench.identities.reference import diff, exp, ln, normal_cdf, sigma, softplus, sqrt, tanh


def silu(x):
    return x * sigma(x)


def gelu(x):
    return x * normal_cdf(x)


def mish(x):
    return x * tanh(softplus(x))


def phi(x):
    return mp.npdf(x)


# fmt: off
IDENTITIES = (
    Id("sigmoid-slope", r"\sigma'(z) = \sigma(z)(1 - \sigma(z))",
       lambda z: (diff(sigma, z), sigma(z) * (1 - sigma(z)))),
    Id("sigmoid-slope-exp", r"\frac{d}{dz}\frac{1}{1+e^{-z}} = \frac{e^{-z}}{(1+e^{-z})^2}",
       lambda z: (diff(sigma, z), exp(-z) / (1 + exp(-z)) ** 2)),
    Id("sigmoid-slope-even", r"\sigma'(z) = \sigma(z)\sigma(-z)",
       lambda z: (diff(sigma, z), sigma(z) * sigma(-z))),
    Id("sigmoid-slope-sech", r"\sigma'(z) = \frac{1}{4\cosh^2(z/2)}",
       lambda z: (diff(sigma, z), 1 / (4 * mp.cosh(z / 2) ** 2)), note="half an angle"),
    Id("sigmoid-second", r"\sigma''(z) = \sigma(z)(1-\sigma(z))(1-2\sigma(z))",
       lambda z: (diff(sigma, z, 2), sigma(z) * (1 - sigma(z)) * (1 - 2 * sigma(z)))),
    Id("sigmoid-third",
       r"\sigma'''(z) = \sigma(z)(1-\sigma(z))(1 - 6\sigma(z) + 6\sigma(z)^2)",
       lambda z: (diff(sigma, z, 3), sigma(z) * (1 - sigma(z)) * (1 - 6 * sigma(z)
                                                                 + 6 * sigma(z) ** 2))),
    Id("sigmoid-affine", r"\frac{\partial}{\partial w}\sigma(wx+b) = x\,\sigma(wx+b)(1-\sigma(wx+b))",
       lambda w, x, b: (diff(lambda t: sigma(t * x + b), w),
                        x * sigma(w * x + b) * (1 - sigma(w * x + b)))),
    Id("sigmoid-squared-slope", r"\frac{d}{dz}\sigma(z)^2 = 2\sigma(z)^2(1-\sigma(z))",
       lambda z: (diff(lambda t: sigma(t) ** 2, z), 2 * sigma(z) ** 2 * (1 - sigma(z)))),
    Id("tanh-slope", r"\tanh'(z) = 1 - \tanh^2(z)",
       lambda z: (diff(tanh, z), 1 - tanh(z) ** 2)),
    Id("tanh-slope-cosh", r"\frac{d}{dz}\tanh z = \frac{1}{\cosh^2 z}",
       lambda z: (diff(tanh, z), 1 / mp.cosh(z) ** 2)),
    Id("tanh-slope-exp", r"\frac{d \tanh x}{dx} = \frac{4}{(e^x + e^{-x})^2}",
       lambda x: (diff(tanh, x), 4 / (exp(x) + exp(-x)) ** 2)),
    Id("tanh-second", r"\frac{d^2}{dz^2}\tanh z = -2\tanh z\,(1-\tanh^2 z)",
       lambda z: (diff(tanh, z, 2), -2 * tanh(z) * (1 - tanh(z) ** 2))),
    Id("scaled-tanh-slope", r"\frac{d}{dx}\left(a\tanh(bx)\right) = ab - \frac{b}{a}f^2",
       lambda x, a, b: (diff(lambda t: a * tanh(b * t), x),
                        a * b - b / a * (a * tanh(b * x)) ** 2),
       given=(r"f = a\tanh(bx)",), assuming=(r"a \neq 0",), note="LeCun's scaled tanh"),
    Id("softplus-slope", r"\frac{d}{dz}\ln(1+e^z) = \sigma(z)",
       lambda z: (diff(softplus, z), sigma(z))),
    Id("softplus-second", r"\frac{d^2}{dz^2}\ln(1+e^z) = \sigma(z)\sigma(-z)",
       lambda z: (diff(softplus, z, 2), sigma(z) * sigma(-z))),
    Id("softplus-beta-slope",
       r"\frac{d}{dx}\frac{1}{\beta}\ln(1+e^{\beta x}) = \sigma(\beta x)",
       lambda x, beta: (diff(lambda t: softplus(beta * t) / beta, x), sigma(beta * x)),
       assuming=(r"\beta > 0",)),
    Id("silu-slope", r"\frac{d}{dx}\left(x\sigma(x)\right) = \sigma(x) + x\sigma(x)(1-\sigma(x))",
       lambda x: (diff(silu, x), sigma(x) + x * sigma(x) * (1 - sigma(x)))),
    Id("silu-slope-self", r"f'(x) = f(x) + \sigma(x)(1 - f(x))",
       lambda x: (diff(silu, x), silu(x) + sigma(x) * (1 - silu(x))),
       given=(r"f(x) = x\sigma(x)",)),
    Id("swish-beta-slope", r"f'(x) = \beta f(x) + \sigma(\beta x)(1 - \beta f(x))",
       lambda x, beta: (diff(lambda t: t * sigma(beta * t), x),
                        beta * x * sigma(beta * x)
                        + sigma(beta * x) * (1 - beta * x * sigma(beta * x))),
       given=(r"f(x) = x\sigma(\beta x)",)),
    Id("gelu-erf", r"x\Phi(x) = \frac{x}{2}\left(1 + \operatorname{erf}\frac{x}{\sqrt 2}\right)",
       lambda x: (gelu(x), x / 2 * (1 + mp.erf(x / sqrt(2)))),
       given=(r"\Phi(x) = \frac12 (1 + \operatorname{erf}(\frac{x}{\sqrt 2}))",)),
    Id("gelu-slope",
       r"\frac{d}{dx}\left[\frac{x}{2}\left(1+\operatorname{erf}\left(\frac{x}{\sqrt{2}}\right)"
       r"\right)\right] = \frac12\left(1+\operatorname{erf}\left(\frac{x}{\sqrt2}\right)\right)"
       r" + \frac{x}{\sqrt{2\pi}}e^{-x^2/2}",
       lambda x: (diff(gelu, x), normal_cdf(x) + x * phi(x))),
    Id("gelu-second", r"g''(x) = \frac{1}{\sqrt{2\pi}} e^{-x^2/2}(2 - x^2)",
       lambda x: (diff(gelu, x, 2), phi(x) * (2 - x**2)),
       given=(r"g(x) = \frac{x}{2}\left(1+\operatorname{erf}\left(\frac{x}{\sqrt{2}}\right)\right)",)),
    Id("erf-slope", r"\frac{d}{dx}\operatorname{erf}(x) = \frac{2}{\sqrt{\pi}}e^{-x^2}",
       lambda x: (diff(mp.erf, x), 2 / sqrt(mp.pi) * exp(-(x**2)))),
    Id("mish-slope",
       r"\frac{d}{dx}\left(x\tanh(\ln(1+e^x))\right) = \tanh(\ln(1+e^x))"
       r" + x\sigma(x)\left(1-\tanh^2(\ln(1+e^x))\right)",
       lambda x: (diff(mish, x), tanh(softplus(x)) + x * sigma(x) * (1 - tanh(softplus(x)) ** 2))),
    Id("mish-rational", r"x\tanh(\ln(1+e^x)) = x\frac{(1+e^x)^2-1}{(1+e^x)^2+1}",
       lambda x: (mish(x), x * ((1 + exp(x)) ** 2 - 1) / ((1 + exp(x)) ** 2 + 1))),
    Id("mish-slope-rational",
       r"f'(x) = \frac{e^x\omega}{\delta^2}",
       lambda x: (diff(mish, x), exp(x) * (4 * (x + 1) + 4 * exp(2 * x) + exp(3 * x)
                                          + exp(x) * (4 * x + 6)) / (2 * exp(x) + exp(2 * x) + 2) ** 2),
       given=(r"f(x) = x\tanh(\ln(1+e^x))", r"\omega = 4(x+1) + 4e^{2x} + e^{3x} + e^x(4x+6)",
              r"\delta = 2e^x + e^{2x} + 2"), note="the form of the paper on Mish"),
    Id("gaussian-slope", r"\frac{d}{dx}e^{-x^2} = -2xe^{-x^2}",
       lambda x: (diff(lambda t: exp(-(t**2)), x), -2 * x * exp(-(x**2)))),
    Id("normal-density-slope",
       r"\frac{\partial}{\partial x}\frac{1}{s\sqrt{2\pi}}e^{-\frac{(x-\mu)^2}{2s^2}}"
       r" = -\frac{x-\mu}{s^2}\cdot\frac{1}{s\sqrt{2\pi}}e^{-\frac{(x-\mu)^2}{2s^2}}",
       lambda x, u, alpha: (diff(lambda t: mp.npdf(t, u, alpha), x),
                            -(x - u) / alpha**2 * mp.npdf(x, u, alpha)), assuming=(r"s > 0",)),
    Id("normal-score", r"\frac{\partial}{\partial\mu}\ln f = \frac{x-\mu}{s^2}",
       lambda x, u, alpha: (diff(lambda t: ln(mp.npdf(x, t, alpha)), u), (x - u) / alpha**2),
       given=(r"f = \frac{1}{\sqrt{2\pi s^2}}e^{-\frac{(x-\mu)^2}{2s^2}}",), assuming=(r"s > 0",)),
    Id("normal-score-scale", r"\frac{\partial}{\partial s}\ln f = \frac{(x-\mu)^2}{s^3} - \frac1s",
       lambda x, u, alpha: (diff(lambda t: ln(mp.npdf(x, u, t)), alpha),
                            (x - u) ** 2 / alpha**3 - 1 / alpha),
       given=(r"f = \frac{1}{\sqrt{2\pi s^2}}e^{-\frac{(x-\mu)^2}{2s^2}}",), assuming=(r"s > 0",)),
    Id("logit-slope", r"\frac{d}{dp}\ln\frac{p}{1-p} = \frac{1}{p(1-p)}",
       lambda p: (diff(lambda t: ln(t / (1 - t)), p), 1 / (p * (1 - p))), assuming=(r"p \in (0, 1)",)),
    Id("arctan-slope", r"\frac{d}{dx}\arctan x = \frac{1}{1+x^2}",
       lambda x: (diff(mp.atan, x), 1 / (1 + x**2))),
    Id("softsign-slope", r"\frac{d}{dx}\frac{x}{1+|x|} = \frac{1}{(1+|x|)^2}",
       lambda x: (diff(lambda t: t / (1 + abs(t)), x), 1 / (1 + abs(x)) ** 2),
       assuming=(r"x \neq 0",), note="true at 0 as well, by a limit"),
    Id("isru-slope",
       r"\frac{d}{dx}\frac{x}{\sqrt{1+\alpha x^2}} = \left(\frac{1}{\sqrt{1+\alpha x^2}}\right)^3",
       lambda x, alpha: (diff(lambda t: t / sqrt(1 + alpha * t**2), x),
                         (1 / sqrt(1 + alpha * x**2)) ** 3), assuming=(r"\alpha > 0",)),
    Id("bent-identity-slope",
       r"\frac{d}{dx}\left(\frac{\sqrt{x^2+1}-1}{2}+x\right) = \frac{x}{2\sqrt{x^2+1}} + 1",
       lambda x: (diff(lambda t: (sqrt(t**2 + 1) - 1) / 2 + t, x), x / (2 * sqrt(x**2 + 1)) + 1)),
    Id("log-sigmoid-slope", r"\frac{d}{dz}\ln\sigma(z) = 1 - \sigma(z)",
       lambda z: (diff(lambda t: ln(sigma(t)), z), 1 - sigma(z))),
    Id("log-one-minus-sigmoid-slope", r"\frac{d}{dz}\ln(1-\sigma(z)) = -\sigma(z)",
       lambda z: (diff(lambda t: ln(1 - sigma(t)), z), -sigma(z))),
    Id("glu-slope", r"\frac{\partial}{\partial b}\left(a\sigma(b)\right) = a\sigma(b)\sigma(-b)",
       lambda a, b: (diff(lambda t: a * sigma(t), b), a * sigma(b) * sigma(-b)),
       note="the gate of a gated linear unit"),
    Id("cloglog-slope", r"\frac{d}{dz}\left(1-e^{-e^z}\right) = e^{z-e^z}",
       lambda z: (diff(lambda t: 1 - exp(-exp(t)), z), exp(z - exp(z)))),
    Id("log-cosh-slope", r"\frac{d}{dx}\ln\cosh x = \tanh x",
       lambda x: (diff(lambda t: ln(mp.cosh(t)), x), tanh(x))),
    Id("sine-slope", r"\frac{d}{dx}\sin(\omega x) = \omega\cos(\omega x)",
       lambda x, w: (diff(lambda t: mp.sin(w * t), x), w * mp.cos(w * x)), note="SIREN"),
    Id("snake-slope", r"\frac{d}{dx}\left(x + \sin^2 x\right) = 1 + 2\sin x\cos x",
       lambda x: (diff(lambda t: t + mp.sin(t) ** 2, x), 1 + 2 * mp.sin(x) * mp.cos(x))),
    Id("power-slope", r"\frac{d}{dx}x^n = nx^{n-1}",
       lambda alpha, n: (diff(lambda t: t**n, alpha), n * alpha ** (n - 1)),
       assuming=(r"x > 0",), note="for every integer n"),
    Id("sigmoid-inverse", r"\sigma\left(\ln\frac{p}{1-p}\right) = p",
       lambda p: (sigma(ln(p / (1 - p))), p), assuming=(r"p \in (0, 1)",)),
    Id("logit-of-sigmoid", r"\ln\frac{\sigma(z)}{1-\sigma(z)} = z",
       lambda z: (ln(sigma(z) / (1 - sigma(z))), z)),
    Id("sigmoid-logistic-ode", r"\frac{d}{dt}\frac{1}{1+ce^{-t}} = f(1-f)",
       lambda t, alpha: (diff(lambda s: 1 / (1 + alpha * exp(-s)), t),
                         1 / (1 + alpha * exp(-t)) * (1 - 1 / (1 + alpha * exp(-t)))),
       given=(r"f = \frac{1}{1+ce^{-t}}",), assuming=(r"c > 0",)),
    Id("chain-through-activation",
       r"\frac{\partial L}{\partial w} = (a-y)\sigma'(z)x",
       lambda w, x, b, y: (diff(lambda t: (sigma(t * x + b) - y) ** 2 / 2, w),
                           (sigma(w * x + b) - y) * sigma(w * x + b) * (1 - sigma(w * x + b)) * x),
       given=(r"L = \frac12(a-y)^2", r"a = \sigma(z)", r"z = wx+b")),
    Id("chain-rule-named",
       r"\frac{\partial L}{\partial w} = \frac{\partial L}{\partial a}"
       r"\frac{\partial a}{\partial z}\frac{\partial z}{\partial w}",
       lambda w, x, b, y: (diff(lambda t: (sigma(t * x + b) - y) ** 2, w),
                           2 * (sigma(w * x + b) - y) * diff(sigma, w * x + b) * x),
       given=(r"L = (a-y)^2", r"a = \sigma(z)", r"z = wx+b"), note="through three names"),
    Id("chain-two-layers",
       r"\frac{\partial L}{\partial w} = (a-y)\,v\,(1-h^2)\,x",
       lambda w, x, v, y: (diff(lambda t: (v * tanh(t * x) - y) ** 2 / 2, w),
                           (v * tanh(w * x) - y) * v * (1 - tanh(w * x) ** 2) * x),
       given=(r"L = \frac12(a-y)^2", r"a = vh", r"h = \tanh(wx)")),
)

"""Entropy, cross-entropy, divergences and mutual information."""

from __future__ import annotations

from mpmath import mp

from bench.identities.record import Identity as Id
from bench.identities.reference import cross_entropy, diff, entropy, kl, ln, mean, partial, sigma


def rows(table):
    return table.sum(axis=1)


def columns(table):
    return table.sum(axis=0)


def mutual(table):
    return sum(sum(table * ln(table / (rows(table)[:, None] * columns(table)[None, :]))))


def flat_entropy(table):
    return entropy(table.reshape(-1))


POSITIVE = (r"p_i > 0", r"q_i > 0")
MARGINALS = (r"r_i = \sum_j p_{ij}", r"c_j = \sum_i p_{ij}")
JOINT = (r"p_{ij} > 0",)

# fmt: off
IDENTITIES = (
    Id("kl-is-ce-minus-h", r"\sum_i p_i\ln\frac{p_i}{q_i} = -\sum_i p_i\ln q_i + \sum_i p_i\ln p_i",
       lambda ps, qs: (kl(ps, qs), cross_entropy(ps, qs) - entropy(ps)), assuming=POSITIVE),
    Id("kl-named", r"D_{KL}(p \| q) = H(p, q) - H(p)",
       lambda ps, qs: (kl(ps, qs), cross_entropy(ps, qs) - entropy(ps))),
    Id("kl-self", r"D_{KL}(p \| p) = 0", lambda ps: (kl(ps, ps), 0)),
    Id("cross-entropy-self", r"H(p, p) = H(p)", lambda ps: (cross_entropy(ps, ps), entropy(ps))),
    Id("kl-to-uniform", r"\sum_{i=1}^n p_i\ln(n p_i) = \ln n - H",
       lambda ps: (sum(ps * ln(4 * ps)), ln(4) - entropy(ps)),
       given=(r"H = -\sum_i p_i\ln p_i",), assuming=(r"\sum_i p_i = 1", r"p_i > 0")),
    Id("entropy-uniform", r"-\sum_{i=1}^n\frac1n\ln\frac1n = \ln n",
       lambda n: (-sum(mp.mpf(1) / n * ln(mp.mpf(1) / n) for _ in range(n)), ln(n))),
    Id("cross-entropy-with-uniform", r"-\sum_{i=1}^n p_i\ln\frac1n = \ln n",
       lambda ps: (-sum(ps * ln(mp.mpf(1) / 4)), ln(4)), assuming=(r"\sum_i p_i = 1",)),
    Id("entropy-gradient", r"\frac{\partial}{\partial p_j}\left(-\sum_i p_i\ln p_i\right) = -\ln p_j - 1",
       lambda pos, j: (partial(entropy, pos, j), -ln(pos[j]) - 1), assuming=(r"p_i > 0",)),
    Id("entropy-hessian",
       r"\frac{\partial^2}{\partial p_i\partial p_j}\left(-\sum_k p_k\ln p_k\right) = -\frac{\delta_{ij}}{p_i}",
       lambda pos, i, j: (partial(entropy, pos, j, i), -int(i == j) / pos[i]), assuming=(r"p_k > 0",)),
    Id("cross-entropy-gradient-q", r"\frac{\partial}{\partial q_j}\left(-\sum_i p_i\ln q_i\right) = -\frac{p_j}{q_j}",
       lambda ps, pos, j: (partial(lambda q: cross_entropy(ps, q), pos, j), -ps[j] / pos[j]),
       assuming=(r"q_i > 0",)),
    Id("kl-gradient-p", r"\frac{\partial}{\partial p_j}\sum_i p_i\ln\frac{p_i}{q_i} = 1 + \ln\frac{p_j}{q_j}",
       lambda pos, qs, j: (partial(lambda p: kl(p, qs), pos, j), 1 + ln(pos[j] / qs[j])),
       assuming=POSITIVE),
    Id("binary-entropy-slope", r"H'(p) = \ln\frac{1-p}{p}",
       lambda p: (diff(lambda t: -t * ln(t) - (1 - t) * ln(1 - t), p), ln((1 - p) / p)),
       given=(r"H(p) = -p\ln p - (1-p)\ln(1-p)",), assuming=(r"p \in (0, 1)",)),
    Id("binary-entropy-second", r"H''(p) = -\frac{1}{p(1-p)}",
       lambda p: (diff(lambda t: -t * ln(t) - (1 - t) * ln(1 - t), p, 2), -1 / (p * (1 - p))),
       given=(r"H(p) = -p\ln p - (1-p)\ln(1-p)",), assuming=(r"p \in (0, 1)",)),
    Id("binary-entropy-symmetric", r"H(1-p) = H(p)",
       lambda p: (-(1 - p) * ln(1 - p) - p * ln(p), -p * ln(p) - (1 - p) * ln(1 - p)),
       given=(r"H(p) = -p\ln p - (1-p)\ln(1-p)",), assuming=(r"p \in (0, 1)",)),
    Id("sigmoid-entropy", r"-\sigma(z)\ln\sigma(z) - (1-\sigma(z))\ln(1-\sigma(z)) = \ln(1+e^z) - z\sigma(z)",
       lambda z: (-sigma(z) * ln(sigma(z)) - (1 - sigma(z)) * ln(1 - sigma(z)),
                  ln(1 + mp.exp(z)) - z * sigma(z)), note="the entropy of a Bernoulli by its logit"),
    Id("entropy-bits", r"-\sum_i p_i\log_2 p_i = \frac{1}{\ln 2}\left(-\sum_i p_i\ln p_i\right)",
       lambda ps: (-sum(p * mp.log(p, 2) for p in ps), entropy(ps) / ln(2)), assuming=(r"p_i > 0",)),
    Id("entropy-chain-rule",
       r"-\sum_i\sum_j p_{ij}\ln p_{ij} = -\sum_i r_i\ln r_i - \sum_i\sum_j p_{ij}\ln\frac{p_{ij}}{r_i}",
       lambda P: (flat_entropy(P), entropy(rows(P)) - sum(sum(P * ln(P / rows(P)[:, None])))),
       given=MARGINALS[:1], assuming=JOINT, note="H(X, Y) = H(X) + H(Y | X)"),
    Id("mutual-information-entropies",
       r"\sum_i\sum_j p_{ij}\ln\frac{p_{ij}}{r_i c_j} = -\sum_i r_i\ln r_i - \sum_j c_j\ln c_j + \sum_i\sum_j p_{ij}\ln p_{ij}",
       lambda P: (mutual(P), entropy(rows(P)) + entropy(columns(P)) - flat_entropy(P)),
       given=MARGINALS, assuming=JOINT, note="I = H(X) + H(Y) − H(X, Y)"),
    Id("mutual-information-conditional",
       r"\sum_i\sum_j p_{ij}\ln\frac{p_{ij}}{r_i c_j} = -\sum_i r_i\ln r_i + \sum_i\sum_j p_{ij}\ln\frac{p_{ij}}{c_j}",
       lambda P: (mutual(P), entropy(rows(P)) + sum(sum(P * ln(P / columns(P)[None, :])))),
       given=MARGINALS, assuming=JOINT, note="I = H(X) − H(X | Y)"),
    Id("independent-entropy",
       r"-\sum_i\sum_j p_i q_j\ln(p_i q_j) = -\sum_i p_i\ln p_i - \sum_j q_j\ln q_j",
       lambda ps, qs: (flat_entropy(ps[:, None] * qs[None, :]), entropy(ps) + entropy(qs)),
       assuming=(*POSITIVE, r"\sum_i p_i = 1", r"\sum_j q_j = 1")),
    Id("jensen-shannon",
       r"\frac12\sum_i p_i\ln\frac{p_i}{m_i} + \frac12\sum_i q_i\ln\frac{q_i}{m_i}"
       r" = -\sum_i m_i\ln m_i + \frac12\sum_i p_i\ln p_i + \frac12\sum_i q_i\ln q_i",
       lambda ps, qs: ((kl(ps, (ps + qs) / 2) + kl(qs, (ps + qs) / 2)) / 2,
                       entropy((ps + qs) / 2) - entropy(ps) / 2 - entropy(qs) / 2),
       given=(r"m_i = \frac{p_i + q_i}{2}",), assuming=POSITIVE),
    Id("compensation",
       r"\sum_i p_i\ln\frac{p_i}{r_i} = \sum_i p_i\ln\frac{p_i}{q_i} + \sum_i p_i\ln\frac{q_i}{r_i}",
       lambda ps, qs, rs: (kl(ps, rs), kl(ps, qs) + sum(ps * ln(qs / rs))),
       assuming=(*POSITIVE, r"r_i > 0")),
    Id("jeffreys", r"\sum_i p_i\ln\frac{p_i}{q_i} + \sum_i q_i\ln\frac{q_i}{p_i} = \sum_i (p_i - q_i)\ln\frac{p_i}{q_i}",
       lambda ps, qs: (kl(ps, qs) + kl(qs, ps), sum((ps - qs) * ln(ps / qs))), assuming=POSITIVE),
    Id("perplexity", r"e^{-\frac1n\sum_i\ln p_i} = \left(\prod_i p_i\right)^{-1/n}",
       lambda pos: (mp.exp(-mean(ln(pos))), (pos[0] * pos[1] * pos[2] * pos[3]) ** (-mp.mpf(1) / 4)),
       assuming=(r"p_i > 0",)),
    Id("log-likelihood", r"\ln\prod_{i=1}^n p^{x_i}(1-p)^{1-x_i} = \sum_{i=1}^n\left(x_i\ln p + (1-x_i)\ln(1-p)\right)",
       lambda p, xs: (ln(mp.fprod(p**x * (1 - p) ** (1 - x) for x in xs)),
                      sum(x * ln(p) + (1 - x) * ln(1 - p) for x in xs)), assuming=(r"p \in (0, 1)",)),
    Id("bernoulli-score", r"\frac{\partial}{\partial p}\left(x\ln p + (1-x)\ln(1-p)\right) = \frac{x-p}{p(1-p)}",
       lambda p, x: (diff(lambda t: x * ln(t) + (1 - x) * ln(1 - t), p), (x - p) / (p * (1 - p))),
       assuming=(r"p \in (0, 1)",)),
    Id("gaussian-kl-unit-scale",
       r"\ln\frac{t}{s} + \frac{s^2 + (\mu-\nu)^2}{2t^2} - \frac12 = 0",
       lambda alpha, u: (ln(alpha / alpha) + (alpha**2 + (u - u) ** 2) / (2 * alpha**2) - 0.5, 0),
       assuming=("s > 0", "t = s", r"\mu = \nu"), note="the KL divergence of a normal from itself"),
    Id("vae-kl-slope-mu",
       r"\frac{\partial}{\partial\mu_j}\left(-\frac12\sum_i(1 + \ln s_i^2 - \mu_i^2 - s_i^2)\right) = \mu_j",
       lambda us, pos, j: (partial(lambda u: -sum(1 + ln(pos**2) - u**2 - pos**2) / 2, us, j), us[j]),
       assuming=(r"s_i > 0",)),
    Id("vae-kl-slope-s",
       r"\frac{\partial}{\partial s_j}\left(-\frac12\sum_i(1 + \ln s_i^2 - \mu_i^2 - s_i^2)\right) = s_j - \frac{1}{s_j}",
       lambda us, pos, j: (partial(lambda s: -sum(1 + ln(s**2) - us**2 - s**2) / 2, pos, j),
                           pos[j] - 1 / pos[j]), assuming=(r"s_i > 0",)),
)

"""Activations: what a unit does to its pre-activation `z`."""

from __future__ import annotations

from types import MappingProxyType

import sympy as sp

from derive.functions.entry import Entry, Kink
from derive.terms import Domain, named_function, real

z, alpha = real("z"), real("alpha")
_sigmoid, _tanh, _softplus = (named_function(n) for n in ("sigmoid", "tanh", "softplus"))
_REALS = sp.S.Reals

step = Entry(
    name="step",
    title="Heaviside step",
    family="activation",
    params=(z,),
    formula=sp.Piecewise((1, z >= 0), (0, z < 0)),
    symbol=r"\operatorname{step}",
    aliases=("heaviside", "binary_step"),
    range=sp.FiniteSet(0, 1),
    limits={-sp.oo: sp.S.Zero, sp.oo: sp.S.One},
    kinks=(Kink(z, sp.S.Zero, None, None),),
    note="The value at 0 is a convention: 1 here, as in McCulloch and Pitts' threshold unit.",
    sources=(
        "McCulloch, Pitts, A logical calculus of the ideas immanent in nervous activity (1943)",
    ),
)

sigmoid = Entry(
    name="sigmoid",
    title="logistic sigmoid",
    family="activation",
    params=(z,),
    formula=1 / (1 + sp.exp(-z)),
    forms=(sp.exp(z) / (1 + sp.exp(z)),),
    symbol=r"\sigma",
    aliases=("logistic", "expit"),
    range=sp.Interval.open(0, 1),
    limits={-sp.oo: sp.S.Zero, sp.oo: sp.S.One},
    sources=("Goodfellow, Bengio, Courville, Deep Learning (2016), eq. 3.30",),
)

tanh = Entry(
    name="tanh",
    title="hyperbolic tangent",
    family="activation",
    params=(z,),
    formula=(sp.exp(z) - sp.exp(-z)) / (sp.exp(z) + sp.exp(-z)),
    forms=(
        2 * _sigmoid(2 * z) - 1,
        (sp.exp(2 * z) - 1) / (sp.exp(2 * z) + 1),
        sp.sinh(z) / sp.cosh(z),
    ),
    symbol=r"\tanh",
    range=sp.Interval.open(-1, 1),
    limits={-sp.oo: sp.S.NegativeOne, sp.oo: sp.S.One},
    sources=("NIST Digital Library of Mathematical Functions, 4.28.4",),
)

relu = Entry(
    name="relu",
    title="rectified linear unit",
    family="activation",
    params=(z,),
    formula=sp.Piecewise((z, z >= 0), (0, z < 0)),
    forms=(sp.Max(0, z), (z + sp.Abs(z)) / 2),
    symbol=r"\operatorname{ReLU}",
    aliases=("rectifier",),
    range=sp.Interval(0, sp.oo),
    limits={-sp.oo: sp.S.Zero, sp.oo: sp.oo},
    kinks=(
        Kink(
            z,
            sp.S.Zero,
            sp.S.Zero,
            sp.S.One,
            MappingProxyType({"PyTorch": sp.S.Zero, "JAX": sp.S.Zero}),
        ),
    ),
    sources=("Nair, Hinton, Rectified linear units improve restricted Boltzmann machines (2010)",),
)

leaky_relu = Entry(
    name="leaky_relu",
    title="leaky rectified linear unit",
    family="activation",
    params=(z, alpha),
    formula=sp.Piecewise((z, z >= 0), (alpha * z, z < 0)),
    forms=(sp.Max(alpha * z, z),),
    symbol=r"\operatorname{LeakyReLU}",
    aliases=("lrelu", "prelu"),
    domains={alpha: Domain.UNIT},
    range=_REALS,
    limits={-sp.oo: -sp.oo, sp.oo: sp.oo},
    kinks=(
        Kink(z, sp.S.Zero, alpha, sp.S.One, MappingProxyType({"PyTorch": alpha, "JAX": sp.S.One})),
    ),
    sources=(
        "Maas, Hannun, Ng, Rectifier nonlinearities improve neural network acoustic models (2013)",
    ),
)

softplus = Entry(
    name="softplus",
    title="softplus",
    family="activation",
    params=(z,),
    formula=sp.log(1 + sp.exp(z)),
    forms=(
        z + sp.log(1 + sp.exp(-z)),
        -sp.log(_sigmoid(-z)),
        sp.Max(z, 0) + sp.log(1 + sp.exp(-sp.Abs(z))),
    ),
    symbol=r"\operatorname{softplus}",
    range=sp.Interval.open(0, sp.oo),
    limits={-sp.oo: sp.S.Zero, sp.oo: sp.oo},
    sources=(
        "Dugas et al., Incorporating second-order functional knowledge for better option pricing "
        "(2000)",
        "Goodfellow, Bengio, Courville, Deep Learning (2016), eq. 3.31",
    ),
)

log_sigmoid = Entry(
    name="log_sigmoid",
    title="logarithm of the sigmoid",
    family="activation",
    params=(z,),
    formula=-sp.log(1 + sp.exp(-z)),
    forms=(sp.log(_sigmoid(z)), -_softplus(-z)),
    symbol=r"\operatorname{logsigmoid}",
    aliases=("logsigmoid",),
    range=sp.Interval.open(-sp.oo, 0),
    limits={-sp.oo: -sp.oo, sp.oo: sp.S.Zero},
    sources=("PyTorch documentation, torch.nn.LogSigmoid",),
)

silu = Entry(
    name="silu",
    title="sigmoid linear unit",
    family="activation",
    params=(z,),
    formula=z * _sigmoid(z),
    forms=(z / (1 + sp.exp(-z)),),
    symbol=r"\operatorname{SiLU}",
    aliases=("swish",),
    # The minimum is −W(1/e) = −0.2784…, where z = −1 − W(1/e).
    range=sp.Interval(-sp.LambertW(sp.exp(-1)), sp.oo),
    limits={-sp.oo: sp.S.Zero, sp.oo: sp.oo},
    sources=(
        "Hendrycks, Gimpel, Gaussian error linear units (2016), arXiv:1606.08415",
        "Ramachandran, Zoph, Le, Searching for activation functions (2017), arXiv:1710.05941",
    ),
)

gelu = Entry(
    name="gelu",
    title="Gaussian error linear unit",
    family="activation",
    params=(z,),
    formula=z / 2 * (1 + sp.erf(z / sp.sqrt(2))),
    forms=(z * sp.erfc(-z / sp.sqrt(2)) / 2,),
    symbol=r"\operatorname{GELU}",
    # The minimum, −0.16997…, has no closed form; −17/100 is just below it.
    range=sp.Interval(-sp.Rational(17, 100), sp.oo),
    limits={-sp.oo: sp.S.Zero, sp.oo: sp.oo},
    note="The range is an enclosure: the minimum, about -0.16997, has no closed form.",
    sources=("Hendrycks, Gimpel, Gaussian error linear units (2016), arXiv:1606.08415",),
)

mish = Entry(
    name="mish",
    title="mish",
    family="activation",
    params=(z,),
    formula=z * _tanh(_softplus(z)),
    forms=(z * ((1 + sp.exp(z)) ** 2 - 1) / ((1 + sp.exp(z)) ** 2 + 1),),
    symbol=r"\operatorname{Mish}",
    range=sp.Interval(-sp.Rational(309, 1000), sp.oo),
    limits={-sp.oo: sp.S.Zero, sp.oo: sp.oo},
    note="The range is an enclosure: the minimum, about -0.30884, has no closed form.",
    sources=("Misra, Mish: a self regularized non-monotonic activation (2019), arXiv:1908.08681",),
)

elu = Entry(
    name="elu",
    title="exponential linear unit",
    family="activation",
    params=(z, alpha),
    formula=sp.Piecewise((z, z > 0), (alpha * (sp.exp(z) - 1), z <= 0)),
    symbol=r"\operatorname{ELU}",
    domains={alpha: Domain.POSITIVE},
    range=sp.Interval.open(-alpha, sp.oo),
    limits={-sp.oo: -alpha, sp.oo: sp.oo},
    kinks=(Kink(z, sp.S.Zero, sp.Min(1, alpha), sp.Max(1, alpha)),),
    note="For alpha = 1 the two slopes at 0 agree and there is no kink.",
    sources=(
        "Clevert, Unterthiner, Hochreiter, Fast and accurate deep network learning by "
        "exponential linear units (2015), arXiv:1511.07289",
    ),
)

hard_sigmoid = Entry(
    name="hard_sigmoid",
    title="piecewise linear sigmoid",
    family="activation",
    params=(z,),
    formula=sp.Piecewise((0, z <= -3), (z / 6 + sp.Rational(1, 2), z < 3), (1, True)),
    forms=(sp.Min(sp.Max(0, z + 3), 6) / 6,),
    symbol=r"\operatorname{hardsigmoid}",
    aliases=("hardsigmoid",),
    range=sp.Interval(0, 1),
    limits={-sp.oo: sp.S.Zero, sp.oo: sp.S.One},
    kinks=(
        Kink(z, sp.Integer(-3), sp.S.Zero, sp.Rational(1, 6)),
        Kink(z, sp.Integer(3), sp.S.Zero, sp.Rational(1, 6)),
    ),
    sources=("PyTorch documentation, torch.nn.Hardsigmoid",),
)

softsign = Entry(
    name="softsign",
    title="softsign",
    family="activation",
    params=(z,),
    formula=z / (1 + sp.Abs(z)),
    symbol=r"\operatorname{softsign}",
    range=sp.Interval.open(-1, 1),
    limits={-sp.oo: sp.S.NegativeOne, sp.oo: sp.S.One},
    sources=("PyTorch documentation, torch.nn.Softsign",),
)

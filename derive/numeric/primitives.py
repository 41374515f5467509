"""What the rewrites aim at: functions of the term language that generated code computes well.

Each has an exact definition, the formula that its code follows, so that a rewrite is an
equality that the prover can decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import sympy as sp

from derive.terms import Definition, NamedFunction, family, index, named_function, real, size

_PREFIX = "numeric_"

_x, _p, _q = real("x"), real("p"), real("q")
_n, _k, _j = size("n"), index("k"), index("j")
_v = family("v", _n)
_tail = sp.exp(-sp.Abs(_x))


@dataclass(frozen=True)
class Primitive:
    """A function with its meaning, the code that computes it, and the name its value gets."""

    params: tuple[sp.Expr, ...]
    meaning: sp.Expr | None
    code: str
    hint: str


_PRIMITIVES: Mapping[str, Primitive] = MappingProxyType(
    {
        "sigmoid": Primitive((_x,), sp.exp(sp.Min(_x, 0)) / (1 + _tail), "_sigmoid", "s"),
        "sigmoid_slope": Primitive((_x,), _tail / (1 + _tail) ** 2, "_sigmoid_slope", "slope"),
        # The second is a function of the third that vanishes like exp(-|x|), or as the name says.
        "scaled_tail": Primitive((_p, _q, _x), _p * _q, "_scaled_tail", "t"),
        "scaled_gauss": Primitive((_p, _q, _x), _p * _q, "_scaled_gauss", "t"),
        "scaled_normal_cdf": Primitive((_p, _q, _x), _p * _q, "_scaled_normal_cdf", "t"),
        "sech_square": Primitive((_x,), 1 / sp.cosh(_x) ** 2, "_sech_square", "slope"),
        "bent": Primitive((_x, _p), sp.Max(_x, 0) + _p * sp.Min(_x, 0), "_bent", "bent"),
        "softplus": Primitive((_x,), sp.Max(_x, 0) + sp.log(1 + _tail), "_softplus", "softplus"),
        "softplus_tail": Primitive((_x,), sp.log(1 + _tail), "_softplus_tail", "tail"),
        "tanh_softplus": Primitive(
            (_x,), sp.tanh(sp.log(1 + sp.exp(_x))), "_tanh_softplus", "tanh"
        ),
        "tanh_softplus_slope": Primitive(
            (_x,),
            sp.exp(_x) / (1 + sp.exp(_x)) / sp.cosh(sp.log(1 + sp.exp(_x))) ** 2,
            "_tanh_softplus_slope",
            "slope",
        ),
        "log1p": Primitive((_x,), sp.log(1 + _x), "np.log1p", "log"),
        "log1p_square": Primitive((_x,), sp.log(1 + _x**2), "_log1p_square", "log"),
        "log2": Primitive((_x,), sp.log(_x) / sp.log(2), "np.log2", "log"),
        "log10": Primitive((_x,), sp.log(_x) / sp.log(10), "np.log10", "log"),
        "normal_cdf": Primitive((_x,), (1 + sp.erf(_x / sp.sqrt(2))) / 2, "_normal_cdf", "share"),
        "gauss": Primitive((_x,), sp.exp(-(_x**2) / 2), "_gauss", "bell"),
        "whole_gauss": Primitive((_x,), sp.exp(-(_x**2)), "_whole_gauss", "bell"),
        "scaled_exp": Primitive((_p, _x), _p * sp.exp(_x), "_scaled_exp", "t"),
        "expm1": Primitive((_x,), sp.exp(_x) - 1, "np.expm1", "e"),
        "asinh": Primitive((_x,), sp.log(_x + sp.sqrt(_x**2 + 1)), "np.arcsinh", "asinh"),
        "hypot": Primitive((_p, _q), sp.sqrt(_p**2 + _q**2), "_hypot", "length"),
        "over_squares": Primitive((_x, _p, _q), _x / (_p**2 + _q**2), "_over_squares", "t"),
        "exprel": Primitive((_x,), (sp.exp(_x) - 1) / _x, "_exprel", "t"),
        "over_exprel": Primitive((_x,), _x / (sp.exp(_x) - 1), "_over_exprel", "t"),
        # The third is the limit where the second is 0.
        "secant": Primitive((_p, _x, _q), _p / _x, "_secant", "t"),
        "log1mexp": Primitive((_x,), sp.log(1 - sp.exp(-_x)), "_log1mexp", "log"),
        "log_cosh": Primitive((_x,), sp.log(sp.cosh(_x)), "_log_cosh", "log"),
        # SymPy's own erfc(-x) turns into 2 - erfc(x), which cancels.
        "erfc": Primitive((_x,), 1 - sp.erf(_x), "special.erfc", "erfc"),
        "xlogy": Primitive((_p, _x), _p * sp.log(_x), "_xlogy", "t"),
        "xlog1py": Primitive((_p, _x), _p * sp.log(1 + _x), "_xlog1py", "t"),
        "log_ratio": Primitive((_p, _q), sp.log(_p / _q), "_log_ratio", "log"),
        "xlog_ratio": Primitive((_x, _p, _q), _x * sp.log(_p / _q), "_xlog_ratio", "t"),
        "ratio": Primitive((_p, _q), _p / _q, "_ratio", "t"),
        "logit_gap": Primitive((_p, _q), (_p - _q) / (_p * (1 - _p)), "_logit_gap", "gap"),
        "clipped": Primitive((_x, _p), sp.Max(sp.Min(_x, _p), -_p), "np.clip", "clipped"),
        # A part of a whole is at most 1 and is divided before it meets anything else.
        "share": Primitive((_p, _q), _p / _q, "np.divide", "share"),
        "weighted_power": Primitive((_p, _x, _q), _p * _x**_q, "_weighted_power", "power"),
        "weighted_gap": Primitive(
            (_x, _p, _q), _x * (_p - _q) / (_p * (1 - _p)), "_weighted_gap", "gap"
        ),
        # The shift of a sum of exp may be any number at all; its value is no part of a proof.
        "largest": Primitive((_v,), None, "_largest", "shift"),
        "log_sum": Primitive((_v,), sp.log(sp.Sum(_v[_k], (_k, 1, _n))), "_log_sum", "log_total"),
        "sum_others": Primitive(
            (_v, _j), sp.Sum(_v[_k], (_k, 1, _n)) - _v[_j], "_sum_others", "others"
        ),
    }
)


# Two primitives of one argument that share most of their work, and the helper for both.
_PAIRS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("sigmoid", "sigmoid_slope"): "_sigmoid_with_slope",
        ("softplus", "sigmoid"): "_softplus_with_slope",
        ("softplus_tail", "sigmoid"): "_softplus_tail_with_sigmoid",
        ("tanh_softplus", "tanh_softplus_slope"): "_tanh_softplus_with_slope",
        ("normal_cdf", "gauss"): "_normal_cdf_with_bell",
    }
)


def primitive(name: str) -> Callable[..., sp.Expr]:
    """The primitive as a SymPy function, `primitive("sigmoid")(z)`."""
    if name not in _PRIMITIVES:
        raise KeyError(name)
    function: Callable[..., sp.Expr] = named_function(_PREFIX + name)
    return function


def is_primitive(term: sp.Basic, *names: str) -> bool:
    """Whether the term is an application of a primitive (of one of these, if any are named)."""
    name = primitive_name(term)
    return name is not None and (not names or name in names)


def primitive_name(term: sp.Basic) -> str | None:
    """The primitive's name, or None for any other term."""
    if isinstance(term, NamedFunction) and term.func.__name__.startswith(_PREFIX):
        return str(term.func.__name__.removeprefix(_PREFIX))
    return None


def code_of(name: str) -> tuple[str, str]:
    """The function that computes a primitive, and the name that its value gets."""
    return _PRIMITIVES[name].code, _PRIMITIVES[name].hint


def paired(terms: Iterable[sp.Expr]) -> Mapping[sp.Expr, tuple[str, int]]:
    """The applications that are computed two at a time: the helper, and which of its results."""
    found: dict[sp.Expr, tuple[str, int]] = {}
    every = {t for term in terms for t in term.atoms(NamedFunction) if is_primitive(t)}
    for names, helper in _PAIRS.items():
        for one in sorted((t for t in every if is_primitive(t, names[0])), key=str):
            other = primitive(names[1])(*one.args)
            if other in every and one not in found and other not in found:
                found[one], found[other] = (helper, 0), (helper, 1)
    return MappingProxyType(found)


def definitions() -> Mapping[str, Definition]:
    """What the primitives mean, as a library for a context to prove rewrites in."""
    return MappingProxyType(
        {
            _PREFIX + name: Definition(
                _PREFIX + name, primitive(name)(*p.params), p.params, p.meaning, "numeric"
            )
            for name, p in _PRIMITIVES.items()
            if p.meaning is not None
        }
    )


def meaning(term: sp.Expr) -> sp.Expr:
    """What an application of a primitive stands for; any other term as it is."""
    definition = definitions().get(term.func.__name__) if is_primitive(term) else None
    return term if definition is None else definition.unfold(*term.args)

"""Derivatives of the elementary functions: one row each, f and f′."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import sympy as sp

Row = tuple[str, Callable[[sp.Expr], sp.Expr]]

# Source of all rows: Abramowitz and Stegun (1964), 4.1, 4.2, 4.3, 4.4, 4.5, 4.6 and 7.1.
ELEMENTARY: Mapping[type[sp.Function], Row] = MappingProxyType(
    {
        sp.exp: ("exponential", lambda u: sp.exp(u)),
        sp.log: ("logarithm", lambda u: 1 / u),
        sp.sin: ("sine", lambda u: sp.cos(u)),
        sp.cos: ("cosine", lambda u: -sp.sin(u)),
        sp.tan: ("tangent", lambda u: 1 + sp.tan(u) ** 2),
        sp.asin: ("arcsine", lambda u: 1 / sp.sqrt(1 - u**2)),
        sp.acos: ("arccosine", lambda u: -1 / sp.sqrt(1 - u**2)),
        sp.atan: ("arctangent", lambda u: 1 / (1 + u**2)),
        sp.sinh: ("hyperbolic sine", lambda u: sp.cosh(u)),
        sp.cosh: ("hyperbolic cosine", lambda u: sp.sinh(u)),
        sp.tanh: ("hyperbolic tangent", lambda u: 1 - sp.tanh(u) ** 2),
        sp.asinh: ("inverse hyperbolic sine", lambda u: 1 / sp.sqrt(1 + u**2)),
        sp.acosh: ("inverse hyperbolic cosine", lambda u: 1 / sp.sqrt(u**2 - 1)),
        sp.atanh: ("inverse hyperbolic tangent", lambda u: 1 / (1 - u**2)),
        sp.erf: ("error function", lambda u: 2 * sp.exp(-(u**2)) / sp.sqrt(sp.pi)),
        sp.erfc: (
            "complementary error function",
            lambda u: -2 * sp.exp(-(u**2)) / sp.sqrt(sp.pi),
        ),
    }
)

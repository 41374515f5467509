"""Products with the Jacobian and the Hessian that never make either: jvp, vjp and hvp."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy as sp

from derive.calculus import differentiate
from derive.errors import DefinitionError
from derive.terms import Context, family, index, real, shape_of

KINDS: Mapping[str, str] = {
    "jvp": "the Jacobian in {wrt} times {along}",
    "vjp": "{along} times the Jacobian in {wrt}",
    "hvp": "the Hessian in {wrt} times {along}",
}


@dataclass(frozen=True)
class Product:
    """A product with a derivative: its kind, the vector, the term and the indices of its value."""

    kind: str
    along: sp.Expr
    term: sp.Expr
    last: Mapping[sp.Symbol, sp.Expr]
    text: str


def product(
    kind: str,
    gradient: sp.Expr,
    wrt: sp.Expr,
    out: Mapping[sp.Symbol, sp.Expr],
    params: Sequence[sp.Expr],
    context: Context,
) -> Product:
    """The product of this kind for a function with these output indices.

    `gradient` is its derivative in `wrt`. Raises `DefinitionError` for a kind that is none of
    `KINDS`, and for the Hessian of what is no scalar.
    """
    if kind not in KINDS:
        raise DefinitionError(f"{kind!r} is no product; there are {', '.join(KINDS)}")
    base = wrt.base if isinstance(wrt, sp.Indexed) else wrt
    inner = dict(zip(wrt.indices, base.shape, strict=True)) if isinstance(wrt, sp.Indexed) else {}
    if kind == "vjp":
        along = _vector("u", tuple(out.values()), params)
        term, last = _contracted(gradient, along, out), inner
    elif kind == "jvp":
        along = _vector("v", shape_of(base), params)
        term, last = _contracted(gradient, along, inner), {}
    elif out:
        raise DefinitionError("hvp: the Hessian is that of a scalar; take the vjp or the jvp")
    else:
        along = _vector("v", shape_of(base), params)
        second = {index(f"{k}_2"): n for k, n in inner.items()}
        other = base[tuple(second)] if second else base
        hessian = differentiate(gradient, other, context=context).result
        term, last = _contracted(hessian, along, second), inner
    text = KINDS[kind].format(wrt=base, along=along)
    return Product(kind, along, term, last, f"The value and {text}." if kind != "hvp" else text)


def _vector(name: str, shape: Sequence[sp.Expr], params: Sequence[sp.Expr]) -> sp.Expr:
    taken = {str(p) for p in params}
    while name in taken:
        name += "_"
    return family(name, *shape) if shape else real(name)


def _contracted(term: sp.Expr, along: sp.Expr, over: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr:
    """Σ over these indices of the term times the vector."""
    if not over:
        return term * along
    return sp.Sum(term * along[tuple(over)], *((k, 1, n) for k, n in over.items()))

"""Where a term is a difference of nearby values around 0: its Taylor polynomial there.

No identity gives e^z - 1 - z or (z cos z - sin z)/z² their digits near z = 0. Their power series,
in ball arithmetic, says that terms cancel, and how far a polynomial stands for the value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import sympy as sp
from flint import arb, arb_series, ctx

from derive.errors import DeriveError
from derive.numeric.primitives import is_primitive, meaning, primitive_name
from derive.proof.balls import Evaluator
from derive.proof.jets import real_part
from derive.proof.valuation import NoValueError, Point
from derive.terms import Context, free, rebuild

_LENGTH, _BITS = 44, 400
_RADII = (1.0, 0.5, 0.25, 0.125, 0.0625)
# So many coefficients at most; more cost more than they are worth.
_MOST = 20


def _sigmoid(u: sp.Expr) -> sp.Expr:
    return 1 / (1 + sp.exp(-u))


# The primitives whose meaning is written with |u|, as analytic functions.
_ANALYTIC: Mapping[str, Callable[..., sp.Expr]] = MappingProxyType(
    {
        "sigmoid": _sigmoid,
        "sigmoid_slope": lambda u: _sigmoid(u) * _sigmoid(-u),
        "softplus": lambda u: sp.log(1 + sp.exp(u)),
    }
)


class NoSeriesError(Exception):
    """The term is not written with functions that have a known power series at 0."""


@dataclass(frozen=True)
class Laurent:
    """u^order times a power series that does not begin with 0."""

    order: int
    body: arb_series

    @classmethod
    def of(cls, order: int, body: arb_series) -> Laurent:
        """The series without leading zeros. Raises `NoSeriesError` if nothing is left."""
        coefficients = body.coeffs()
        for place, c in enumerate(coefficients):
            if not c.contains(0) or abs(c).upper() > arb(2) ** -(_BITS // 2):
                return cls(order + place, arb_series(coefficients[place:], body.prec - place))
        raise NoSeriesError

    def plus(self, other: Laurent) -> Laurent:
        """The sum."""
        low = min(self.order, other.order)
        return Laurent.of(low, self._from(low) + other._from(low))

    def times(self, other: Laurent) -> Laurent:
        """The product."""
        return Laurent(self.order + other.order, self.body * other.body)

    def power(self, exponent: int) -> Laurent:
        """A whole power."""
        base = self if exponent >= 0 else Laurent(-self.order, self.body.inv())
        result = base
        for _ in range(abs(exponent) - 1):
            result = result.times(base)
        return result

    def plain(self) -> arb_series:
        """As a power series. Raises `NoSeriesError` if it has a pole."""
        if self.order < 0:
            raise NoSeriesError
        return self._from(0)

    def _from(self, low: int) -> arb_series:
        zeros = [arb(0)] * (self.order - low)
        return arb_series([*zeros, *self.body.coeffs()], min(_LENGTH, self.body.prec + len(zeros)))


def near_zero(term: sp.Expr) -> sp.Expr:
    """The term with the parts of it that cancel at 0 as their Taylor polynomials there."""
    before = ctx.prec, ctx.cap
    try:
        ctx.prec, ctx.cap = _BITS, _LENGTH
        return _replaced(term)
    finally:
        ctx.prec, ctx.cap = before


def _replaced(term: sp.Expr) -> sp.Expr:
    if isinstance(term, sp.IndexedBase | sp.Indexed) or not term.args:
        return term
    if isinstance(term, sp.Piecewise):
        return sp.Piecewise(*((_replaced(value), condition) for value, condition in term.args))
    if isinstance(term, sp.Add | sp.Mul):
        for u in sorted(_variables(term), key=str):
            own = [t for t in term.args if _variables(t) <= {u}]
            part = term.func(*own)
            better = _better(part, u) if any(isinstance(a, sp.Add) for a in _parts(part)) else None
            if better is not None:
                return term.func(better, *(_replaced(t) for t in term.args if t not in own))
    if not term.has(sp.Add):
        return term
    return rebuild(term, tuple(map(_replaced, term.args)))


def _parts(term: sp.Expr) -> list[sp.Expr]:
    """A term, its factors, and what stands in their powers."""
    return [term, *(f.as_base_exp()[0] for f in sp.Mul.make_args(term))]


def _variables(term: sp.Expr) -> set[sp.Expr]:
    """Members of families and symbols that are no index."""
    inside = {s for leaf in term.atoms(sp.Indexed) for s in free(leaf) | {leaf.base.label}}
    symbols = {s for s in free(term) if isinstance(s, sp.Symbol) and not s.is_integer}
    return (symbols - inside) | term.atoms(sp.Indexed)


def _better(term: sp.Expr, u: sp.Expr) -> sp.Expr | None:
    """The polynomial near 0 and the term itself elsewhere, if something in it cancels at 0."""
    if not u.is_real:
        return None
    sums = [part for part in _parts(term) if isinstance(part, sp.Add)]
    try:
        if not any(_cancels(part, u) for part in sums):
            return None
        found = _series(term, u)
        # Where a ball holds 0 the coefficient is 0.
        coefficients = [arb(0) if c.contains(0) else c.mid() for c in found.plain().coeffs()]
    except (NoSeriesError, NoValueError, DeriveError, ValueError, ZeroDivisionError):
        return None
    for radius in _RADII:
        count = _enough(coefficients, radius)
        if count is not None:
            near = _polynomial([float(c) for c in coefficients[:count]], u)
            return sp.Piecewise((near, sp.Abs(u) < sp.Float(radius)), (term, True))
    return None


def _cancels(term: sp.Add, u: sp.Expr) -> bool:
    """Whether the terms of a sum outweigh it near 0."""
    parts = [_series(t, u) for t in term.args if t.has(u)]
    if len(parts) < 2 and term.args[0].is_number is False:
        return False
    low = min(p.order for p in [_series(t, u) for t in term.args])
    return _series(term, u).order > low


def _enough(coefficients: list[arb], radius: float) -> int | None:
    """How many coefficients give the value within the radius; None if many, or if they cancel."""
    sizes = [abs(float(c)) * radius**k for k, c in enumerate(coefficients)]
    value = abs(float(sum((c * arb(radius) ** k for k, c in enumerate(coefficients)), arb(0))))
    other = abs(float(sum((c * arb(-radius) ** k for k, c in enumerate(coefficients)), arb(0))))
    least = min(value, other)
    if sum(sizes) > 4 * least or sum(sizes[-4:]) > 2.0**-60 * least:
        return None
    for count in range(1, len(sizes)):
        if sum(sizes[count:]) <= 2.0**-56 * least:
            used = sum(size != 0 for size in sizes[:count])
            return count if used <= _MOST else None
    return None


def _polynomial(coefficients: list[float], u: sp.Expr) -> sp.Expr:
    """The polynomial from its highest power on."""
    places = [k for k, c in enumerate(coefficients) if c != 0]
    result, last = sp.Float(coefficients[places[-1]]), places[-1]
    for k in reversed(places[:-1]):
        result, last = result * u ** (last - k) + sp.Float(coefficients[k]), k
    return result * u**last


def _series(term: sp.Expr, u: sp.Expr) -> Laurent:
    """The Laurent series of a term at u = 0. Raises `NoSeriesError` if that is not known."""
    if term == u:
        return Laurent(1, arb_series([1], _LENGTH))
    if term.is_number:
        value = real_part(Evaluator(Context(), Point({}, {}, {}))(term))
        return Laurent.of(0, arb_series([arb(value)], _LENGTH))
    if isinstance(term, sp.Add | sp.Mul):
        first, *others = (_series(a, u) for a in term.args)
        for other in others:
            first = first.plus(other) if isinstance(term, sp.Add) else first.times(other)
        return first
    if isinstance(term, sp.Pow) and term.exp.is_Integer:
        return _series(term.base, u).power(int(term.exp))
    if isinstance(term, sp.Pow) and term.exp in (sp.S.Half, -sp.S.Half):
        base = _positive(_series(term.base, u))
        return Laurent.of(0, base.sqrt() if term.exp > 0 else base.rsqrt())
    if is_primitive(term):
        analytic = _ANALYTIC.get(str(primitive_name(term)))
        plain = meaning(term) if analytic is None else analytic(*term.args)
        if plain == term:
            raise NoSeriesError
        return _series(plain, u)
    if term.func in _FUNCTIONS and len(term.args) == 1:
        return Laurent.of(0, _FUNCTIONS[term.func](_series(term.args[0], u)))
    raise NoSeriesError


def _positive(found: Laurent) -> arb_series:
    body = found.plain()
    if not body[0] > 0:
        raise NoSeriesError
    return body


def _hyperbolic(sign: int) -> Callable[[Laurent], arb_series]:
    def half(found: Laurent) -> arb_series:
        body = found.plain()
        return (body.exp() + sign * (-body).exp()) / 2

    return half


_SINH, _COSH = _hyperbolic(-1), _hyperbolic(1)
_FUNCTIONS: Mapping[type, Callable[[Laurent], arb_series]] = MappingProxyType(
    {
        sp.exp: lambda s: s.plain().exp(),
        sp.log: lambda s: _positive(s).log(),
        sp.sin: lambda s: s.plain().sin(),
        sp.cos: lambda s: s.plain().cos(),
        sp.tan: lambda s: s.plain().tan(),
        sp.atan: lambda s: s.plain().atan(),
        sp.asin: lambda s: s.plain().asin(),
        sp.erf: lambda s: s.plain().erf(),
        sp.sinh: _SINH,
        sp.cosh: _COSH,
        sp.tanh: lambda s: _SINH(s) / _COSH(s),
    }
)

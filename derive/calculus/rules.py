"""The rules of differentiation. A new rule is one decorated function in this module.

A rule takes a term, the variable's scope and returns the term's derivative with smaller
`Partial`s in it, or None if the term has another form. Its docstring is its documentation:
the formula, an example and the source. The strategy tries the rules in the order in which
they stand here; a *light* rule is so plain that its step does not get a line of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp
from sympy.core.function import AppliedUndef

from derive.calculus.elementary import ELEMENTARY
from derive.calculus.kinks import open_cases
from derive.calculus.names import freshened, names_in
from derive.calculus.scope import Scope
from derive.calculus.sums import factors, summed
from derive.errors import UnsupportedError
from derive.terms import At, NamedFunction, Partial, Vec, real

Apply = Callable[[sp.Expr, Scope], sp.Expr | None]


@dataclass(frozen=True)
class Rule:
    """One rule: `name` (as a line cites it), `light` or not, and what it does."""

    name: str
    light: bool
    apply: Apply

    def cited(self, term: sp.Expr, scope: Scope) -> list[str]:
        """The names under which a line cites the rule for this term."""
        if self.apply is elementary:
            inner = term.args[0]
            own = ELEMENTARY[term.func][0]
        elif self.apply is power:
            inner, own = term.base, self.name
        else:
            return [self.name]
        return [own] if inner == scope.variable else ["chain rule", own]

    @property
    def documentation(self) -> str:
        """The rule's formula, example and source."""
        return self.apply.__doc__ or ""


_collected: list[Rule] = []


def rule(name: str, *, light: bool = False) -> Callable[[Apply], Apply]:
    """Register a function as a rule of differentiation."""

    def register(function: Apply) -> Apply:
        _collected.append(Rule(name, light, function))
        return function

    return register


def d(term: sp.Expr, scope: Scope) -> sp.Expr:
    """The term's partial derivative, 0 and 1 where that is plain."""
    if not scope.depends(term):
        return sp.S.Zero
    return sp.S.One if term == scope.variable else Partial(term, scope.variable)


@rule("constant", light=True)
def constant(term: sp.Expr, scope: Scope) -> sp.Expr | None:
    """∂c/∂x = 0 where c does not depend on x.

    Example: ∂y/∂a = 0. Source: Spivak, Calculus (2008), chapter 10, theorem 1.
    """
    return None if scope.depends(term) else sp.S.Zero


@rule("index rule", light=True)
def index_rule(term: sp.Expr, scope: Scope) -> sp.Expr | None:
    """∂z_k/∂z_j = δ_kj, a factor for each index; ∂x/∂x = 1.

    Example: ∂W_pq/∂W_ij = δ_pi δ_qj. Source: Petersen, Pedersen, The Matrix Cookbook (2012),
    eq. 32.
    """
    if term == scope.variable:
        return sp.S.One
    if not isinstance(term, sp.Indexed) or not isinstance(scope.variable, sp.Indexed):
        return None
    if term.base != scope.variable.base:
        return None
    pairs = zip(term.indices, scope.variable.indices, strict=True)
    return sp.Mul(*(sp.KroneckerDelta(p, q) for p, q in pairs))


@rule("linearity", light=True)
def linearity(term: sp.Expr, scope: Scope) -> sp.Expr | None:
    """∂(u + v)/∂x = ∂u/∂x + ∂v/∂x.

    Example: ∂(1 + e^{-z})/∂z = ∂e^{-z}/∂z. Source: Spivak, Calculus (2008), chapter 10,
    theorem 3.
    """
    if not isinstance(term, sp.Add):
        return None
    return sp.Add(*(d(a, scope) for a in term.args))


@rule("constant factor", light=True)
def constant_factor(term: sp.Expr, scope: Scope) -> sp.Expr | None:
    """∂(c u)/∂x = c ∂u/∂x where c does not depend on x.

    Example: ∂(-z)/∂z = -1. Source: Spivak, Calculus (2008), chapter 10, theorem 5.
    """
    if not isinstance(term, sp.Mul):
        return None
    fixed = [f for f in term.args if not scope.depends(f)]
    if not fixed:
        return None
    moving = [f for f in term.args if scope.depends(f)]
    # c/D stays together for the quotient rule.
    if len(moving) == 1 and _is_reciprocal(moving[0]):
        return None
    return sp.Mul(*fixed, d(sp.Mul(*moving), scope))


@rule("sum", light=True)
def sum_rule(term: sp.Expr, scope: Scope) -> sp.Expr | None:
    """∂/∂x Σ_k u_k = Σ_k ∂u_k/∂x.

    Example: ∂/∂z_j Σ_k e^{z_k} = Σ_k ∂e^{z_k}/∂z_j. Source: linearity, finitely often.
    """
    if not isinstance(term, sp.Sum):
        return None
    term = freshened(term, names_in(scope.variable))
    return summed(d(term.function, scope), *(tuple(limit) for limit in term.limits))


@rule("power rule", light=True)
def simple_power(term: sp.Expr, scope: Scope) -> sp.Expr | None:
    """∂x^c/∂x = c x^{c-1}.

    Example: ∂z²/∂z = 2z. Source: Spivak, Calculus (2008), chapter 10, theorem 6.
    """
    if not isinstance(term, sp.Pow) or term.base != scope.variable:
        return None
    if scope.depends(term.exp):
        return None
    return term.exp * term.base ** (term.exp - 1)


@rule("product over k")
def product_over(term: sp.Expr, scope: Scope) -> sp.Expr | None:
    """∂/∂x Π_k u_k = (Π_k u_k) Σ_k (∂u_k/∂x)/u_k, where no u_k is 0.

    Example: ∂/∂p Π_i p = n p^{n-1}. Source: logarithmic differentiation.
    """
    if not isinstance(term, sp.Product):
        return None
    term = freshened(term, names_in(scope.variable))
    body = term.function
    return term * summed(d(body, scope) / body, *(tuple(limit) for limit in term.limits))


@rule("quotient rule")
def quotient(term: sp.Expr, scope: Scope) -> sp.Expr | None:
    """∂(u/v)/∂x = (u′v − uv′)/v²; (c/v)′ = −c v′/v²; u/c is a constant factor.

    Example: (e^{z_i}/S)′ = ((e^{z_i})′ S − e^{z_i} S′)/S². Source: Spivak, Calculus (2008),
    chapter 10, theorem 8.
    """
    below = [1 / f for f in sp.Mul.make_args(term) if _is_reciprocal(f)]
    if not below:
        return None
    above = [f for f in sp.Mul.make_args(term) if not _is_reciprocal(f)]
    u, v = sp.Mul(*above), sp.Mul(*below)
    if not scope.depends(v):
        return None
    if not scope.depends(u):
        return -u * d(v, scope) / v**2
    return (d(u, scope) * v - u * d(v, scope)) / v**2


def _is_reciprocal(factor: sp.Expr) -> bool:
    """1/v, with v not a plain constant; e^{-z} is not one."""
    if not isinstance(factor, sp.Pow):
        return False
    return bool(factor.exp.could_extract_minus_sign()) and factor.exp.is_number


@rule("product rule")
def product(term: sp.Expr, scope: Scope) -> sp.Expr | None:
    """∂(u v)/∂x = (∂u/∂x) v + u ∂v/∂x, for any number of factors.

    Example: (z e^{-z²})′ = e^{-z²} + z (e^{-z²})′. Source: Spivak, Calculus (2008),
    chapter 10, theorem 4.
    """
    if not isinstance(term, sp.Mul):
        return None
    parts = factors(term)
    terms = []
    for position, f in enumerate(parts):
        others = parts[:position] + parts[position + 1 :]
        terms.append(sp.Mul(d(f, scope), *others))
    return sp.Add(*terms)


@rule("power rule")
def power(term: sp.Expr, scope: Scope) -> sp.Expr | None:
    """∂u^c/∂x = c u^{c-1} ∂u/∂x; ∂c^u/∂x = c^u ln(c) ∂u/∂x; else both, through e^{v ln u}.

    Example: ((a − y)²)′ = 2(a − y)(a − y)′. Source: Spivak, Calculus (2008), chapters 10 and 18.
    """
    if not isinstance(term, sp.Pow):
        return None
    base, exponent = term.base, term.exp
    if not scope.depends(exponent):
        return exponent * base ** (exponent - 1) * d(base, scope)
    if not scope.depends(base):
        return term * sp.log(base) * d(exponent, scope)
    return term * (d(exponent, scope) * sp.log(base) + exponent * d(base, scope) / base)


@rule("elementary function")
def elementary(term: sp.Expr, scope: Scope) -> sp.Expr | None:
    """∂f(u)/∂x = f′(u) ∂u/∂x for an elementary f; its f′ is a row of `ELEMENTARY`.

    Example: (e^{-z})′ = −e^{-z}. Source: Spivak, Calculus (2008), chapter 10, theorem 9.
    """
    row = ELEMENTARY.get(term.func)
    if row is None or len(term.args) != 1:
        return None
    return row[1](term.args[0]) * d(term.args[0], scope)


@rule("cases")
def cases(term: sp.Expr, scope: Scope) -> sp.Expr | None:
    """Each case by itself, where it holds in an open neighbourhood; |u|′ = sign(u) u′, u ≠ 0.

    Example: max(0, z)′ is 1 for z > 0 and 0 for z < 0; at the kink 0 it does not exist.
    Source: Rockafellar, Convex Analysis (1970), section 25.
    """
    if isinstance(term, sp.Abs):
        return sp.sign(term.args[0]) * d(term.args[0], scope)
    if isinstance(term, sp.sign | sp.Heaviside | sp.floor | sp.ceiling):
        return sp.S.Zero
    if not isinstance(term, sp.Piecewise | sp.Max | sp.Min):
        return None
    own = _only_member(term, scope)
    if own is None:
        return _by_cases(term, scope, lambda e: d(e, scope))
    # f(z_k) for another index: δ_kj f′(z_k), with the cases in z_k.
    inner = Scope(scope.context, own)
    link = index_rule(own, scope)
    return link * _by_cases(term, inner, lambda e: slope(e, inner))


def _by_cases(term: sp.Expr, scope: Scope, show: Callable[[sp.Expr], sp.Expr]) -> sp.Expr:
    if isinstance(term, sp.Piecewise):
        return open_cases(term, scope, show, lambda e: slope(e, scope))
    above = sp.Gt if isinstance(term, sp.Max) else sp.Lt
    first, *rest = sorted(term.args, key=lambda a: (not scope.depends(a), sp.default_sort_key(a)))
    second = term.func(*rest)
    difference = first if second == 0 else first - second
    return sp.Piecewise((show(first), above(difference, 0)), (show(second), above(0, difference)))


def _only_member(term: sp.Expr, scope: Scope) -> sp.Expr | None:
    """The one other member of the variable's family through which a term depends on it."""
    if not isinstance(scope.variable, sp.Indexed):
        return None
    members = {m for m in term.atoms(sp.Indexed) if scope.depends(m)}
    if len(members) != 1:
        return None
    own = members.pop()
    names = [x for x in term.atoms(sp.Symbol, NamedFunction, AppliedUndef) if scope.depends(x)]
    plain = own != scope.variable and own.base == scope.variable.base and not names
    return own if plain else None


@rule("chain rule")
def application(term: sp.Expr, scope: Scope) -> sp.Expr | None:
    """∂f(u, v)/∂x = f₁(u, v) ∂u/∂x + f₂(u, v) ∂v/∂x for scalar arguments u, v.

    Example: ∂σ(βz)/∂z = σ′(βz) β. Source: Spivak, Calculus on Manifolds (1965), theorem 2-9.
    """
    if not isinstance(term, NamedFunction | AppliedUndef):
        return None
    moving = [p for p, a in enumerate(term.args) if scope.depends(a)]
    if any(isinstance(term.args[p], sp.IndexedBase) or term.args[p].has(Vec) for p in moving):
        return None
    known = scope.definition_of(term) is not None
    if not moving or (known and any(term.args[p] == scope.variable for p in moving)):
        return None
    total = []
    for p in moving:
        slot = _slot(term)
        args = (*term.args[:p], slot, *term.args[p + 1 :])
        slope = At(Partial(term.func(*args), slot), slot, term.args[p])
        total.append(slope * d(term.args[p], scope))
    return sp.Add(*total)


def _slot(term: sp.Expr) -> sp.Symbol:
    """A name for the argument of f in f′ that the term does not use."""
    taken = names_in(term)
    return next(real(name) for name in (*"tuxs", "t_0") if name not in taken)


RULES: tuple[Rule, ...] = tuple(_collected)


def slope(term: sp.Expr, scope: Scope) -> sp.Expr:
    """The derivative by the rules, all at once and with definitions unfolded.

    Raises `UnsupportedError` if no rule fits.
    """
    if not scope.depends(term):
        return sp.S.Zero
    body = scope.unfold(term)
    if body is not None:
        return slope(body, scope)
    for candidate in RULES:
        found = candidate.apply(term, scope)
        if found is not None:
            return _finish(found, scope)
    raise UnsupportedError(f"derivative of {term} with respect to {scope.variable}: no rule fits")


def _finish(term: sp.Expr, scope: Scope) -> sp.Expr:
    """The term with the `Partial`s in the scope's variable worked out."""
    if isinstance(term, Partial) and term.variables == (scope.variable,):
        return slope(term.expr, scope)
    if isinstance(term, sp.Indexed | At) or not term.args:
        return term
    return term.func(*(_finish(a, scope) for a in term.args))

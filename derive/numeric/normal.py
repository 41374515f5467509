"""From a term as written to one that the rewrites and the compiler read.

Definitions are unfolded, sums run from 1, and Kronecker deltas and excluded members under
a sum are resolved, so that no array is ever made for them.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanAtom

from derive.errors import UnsupportedError
from derive.numeric.primitives import is_primitive, meaning, primitive
from derive.numeric.rewrites import Rewrite, stable
from derive.numeric.rewrites.shapes import surely_positive
from derive.terms import (
    At,
    Context,
    Decimal,
    Definition,
    NamedFunction,
    Partial,
    Vec,
    bound_symbols,
    canonical,
    evaluated,
    free,
    map_terms,
    rebuild,
    substitute,
)


def normal_form(term: sp.Expr, context: Context, used: dict[str, Rewrite] | None = None) -> sp.Expr:
    """The term unfolded through the context, made stable, with every sum over 1..size.

    What a name stands for is made stable by itself before it is put in its place, so that
    tanh(log(1 + e^z)) is still seen as a tanh. Raises `UnsupportedError` for a derivative
    that has not been taken and for a function that nothing defines. The rewrites that were
    applied are added to `used`.
    """
    return _Unfolding(context, {} if used is None else used).whole(term)


@dataclass
class _Unfolding:
    """Replaces every name that the context defines by what it stands for, made stable."""

    context: Context
    used: dict[str, Rewrite]
    _bodies: dict[Definition, sp.Expr] = field(default_factory=dict)

    def whole(self, term: sp.Expr) -> sp.Expr:
        """The term unfolded, evaluated, sifted and made stable."""
        term = map_terms(evaluated(self.unfold(canonical(term))), _from_one)
        return stable(map_terms(sift(term), _closed), self.used)

    def unfold(self, term: sp.Basic) -> sp.Basic:
        if isinstance(term, Decimal):
            return term.value
        if isinstance(term, At):
            return self.unfold(substitute(term.args[0], {term.args[1]: term.args[2]}))
        if isinstance(term, Partial | sp.Derivative):
            raise UnsupportedError(f"{term}: differentiate it first; its result can be compiled")
        if isinstance(term, sp.Symbol | sp.Indexed | NamedFunction | AppliedUndef):
            definition = self.context.definition_of(term)
            if definition is not None:
                arguments = term.indices if isinstance(term, sp.Indexed) else term.args
                return self._meaning(definition, tuple(map(self.unfold, arguments)))
        if isinstance(term, AppliedUndef | NamedFunction) and not is_primitive(term):
            raise UnsupportedError(
                f"{term.func.__name__}: nothing says what it stands for; define it in the context"
            )
        if isinstance(term, sp.IndexedBase) or not term.args:
            return term
        return rebuild(term, tuple(map(self.unfold, term.args)))

    def _meaning(self, definition: Definition, arguments: tuple[sp.Expr, ...]) -> sp.Expr:
        if definition not in self._bodies:
            self._bodies[definition] = self.whole(definition.body)
        body = self._bodies[definition]
        if not definition.general:
            return body
        # An argument that is itself a defined family has members to unfold.
        unfolded = replace(definition, body=body).unfold(*arguments)
        if unfolded.is_number:
            # SymPy compares numbers only if it can evaluate them.
            return map_terms(unfolded, meaning)
        return unfolded if arguments == definition.params else self.unfold(unfolded)


def idle_quotients(term: sp.Expr, wrt: sp.Expr) -> sp.Expr:
    """Quotients in a derivative by `wrt` whose numerator does not depend on it: 0/0 is 0 there.

    Where y = 0 the function y/a is 0 at every other a, so 0 is its limit at a = 0.
    """
    moving = wrt.base if isinstance(wrt, sp.Indexed) else wrt
    ratio = primitive("ratio")

    def look(part: sp.Expr) -> sp.Expr:
        if not isinstance(part, sp.Mul):
            return part
        idle = [f for f in part.args if not f.is_number and _idle(f, moving)]
        for f in part.args:
            base, power = f.as_base_exp()
            if idle and power == -1 and moving in free(base) and not surely_positive(base):
                rest = (x for x in part.args if x is not f and x not in idle)
                return sp.Mul(ratio(sp.Mul(*idle), base), *rest)
        return part

    return map_terms(term, look)


def _idle(factor: sp.Expr, moving: sp.Basic) -> bool:
    return moving not in free(factor) and not factor.as_base_exp()[1].is_negative


def _from_one(term: sp.Expr) -> sp.Expr:
    """A sum or product from a to b as one from 1 to b - a + 1."""
    if not isinstance(term, sp.Sum | sp.Product):
        return term
    limits, body = [], term.function
    for k, low, high in term.limits:
        if low != 1:
            body = substitute(body, {k: k + low - 1})
        limits.append((k, 1, sp.expand(high - low + 1)))
        if set(free(limits[-1][2])) & set(bound_symbols(term)):
            raise UnsupportedError(f"{term}: a limit depends on another index")
    return term.func(body, *limits)


def _closed(term: sp.Expr) -> sp.Expr:
    """Cases that leave out only the points where they meet, closed by the slope on the left.

    The derivative of max(z, 0) is 1 for z > 0 and 0 for z < 0; at 0 it has none, and a
    program needs a number there: the one from z < 0, as frameworks mostly do it.
    """
    if not isinstance(term, sp.Piecewise) or term.args[-1][1] == sp.true:
        return term
    relaxed = [c.replace(sp.StrictLessThan, sp.LessThan) for _, c in term.args]
    if len(term.args) == 1 and isinstance(relaxed[0], sp.Ne):
        return term.args[0][0]
    if not _always(sp.Or(*relaxed)):
        return term
    values = [v for v, _ in term.args]
    return sp.Piecewise(*zip(values, [*relaxed[:-1], sp.true], strict=True))


def _always(condition: sp.Basic) -> bool:
    """Whether a condition holds everywhere: by itself, or of one term against numbers."""
    # Of two terms it is their difference that is compared.
    gaps = {r: r.func(r.lhs - r.rhs, 0) for r in condition.atoms(Relational) if not _plain(r)}
    condition = condition.xreplace(gaps)
    relations = condition.atoms(Relational)
    variables = {x for r in relations for x in r.args if not x.is_number}
    if condition == sp.true or len(variables) != 1:
        return bool(condition == sp.true)
    (x,) = variables
    bounds = sorted({b for r in relations for b in r.args if b.is_number})
    between = [(a + b) / 2 for a, b in itertools.pairwise(bounds)]
    points = [bounds[0] - 1, *bounds, *between, bounds[-1] + 1]
    return all(condition.xreplace({x: p}) == sp.true for p in points)


def _plain(relation: Relational) -> bool:
    return any(side.is_number for side in relation.args)


def sift(term: sp.Expr) -> sp.Expr:
    """Resolve what singles out one member under a sum, innermost sums first."""
    return map_terms(term, _sift_sum)


def _sift_sum(term: sp.Expr) -> sp.Expr:
    if not isinstance(term, sp.Sum):
        return term
    for position, (k, _, length) in enumerate(term.limits):
        rest = [tuple(x) for x in term.limits[:position] + term.limits[position + 1 :]]
        target = _singled_out(term.function, k, rest)
        if target is None:
            continue
        found = _sift(term.function, k, target, length)
        result = sp.S.Zero
        for part in sp.Add.make_args(found):
            result += sift(sp.Sum(part, *rest)) if rest else part
        return result
    return term


def _singled_out(body: sp.Expr, k: sp.Symbol, rest: list[tuple[sp.Expr, ...]]) -> sp.Expr | None:
    """The member that a delta or an (in)equality of indices in the body singles out."""
    inner = {s for node in sp.preorder_traversal(body) for s in bound_symbols(node)}
    atoms = body.atoms(sp.KroneckerDelta) | body.atoms(sp.Eq) | body.atoms(sp.Ne)
    for atom in sorted(atoms, key=str):
        left, right = atom.args[:2]
        for mine, other in ((left, right), (right, left)):
            if mine == k and not free(other) & (inner | {k}):
                return other
    return None


def _sift(body: sp.Expr, k: sp.Symbol, target: sp.Expr, length: sp.Expr) -> sp.Expr:
    """Σ_k of the body, where the member at `target` differs from the others."""
    delta = sp.Dummy("delta", real=True)
    marked = _mark(body, k, target, delta)
    linear = _linear(marked, delta)
    if linear is not None:
        on, off = linear
        total = sp.Sum(off, (k, 1, length)) if off != 0 else sp.S.Zero
        return substitute(on, {k: target}) + total
    at = substitute(settle(marked, delta, True), {k: target})
    others = settle(marked, delta, False)
    if others == 0:
        return at
    inside: list[sp.Expr] = []
    outside: list[sp.Expr] = []
    for factor in sp.Mul.make_args(others):
        (inside if k in free(factor) else outside).append(factor)
    if not inside:
        return at + others * (length - 1)
    family = Vec(sp.Mul(*inside), (k, length))
    return at + sp.Mul(*outside) * primitive("sum_others")(family, target)


def _mark(body: sp.Basic, k: sp.Symbol, target: sp.Expr, delta: sp.Symbol) -> sp.Basic:
    """The body with `delta` for [k = target], also where it stands as a condition."""
    if isinstance(body, sp.KroneckerDelta | sp.Eq) and set(body.args[:2]) == {k, target}:
        return delta if isinstance(body, sp.KroneckerDelta) else sp.Eq(delta, 1)
    if isinstance(body, sp.Ne) and set(body.args) == {k, target}:
        return sp.Ne(delta, 1)
    if isinstance(body, sp.IndexedBase | BooleanAtom) or not body.args:
        return body
    return body.func(*(_mark(a, k, target, delta) for a in body.args))


def settle(term: sp.Basic, delta: sp.Symbol, holds: bool) -> sp.Basic:
    """The marked term where [k = target] holds, or where it does not."""
    if term == delta:
        return sp.Integer(int(holds))
    if isinstance(term, sp.Eq | sp.Ne) and delta in term.args:
        return sp.true if holds == isinstance(term, sp.Eq) else sp.false
    if isinstance(term, sp.IndexedBase) or not term.args:
        return term
    return term.func(*(settle(a, delta, holds) for a in term.args))


def _linear(term: sp.Expr, delta: sp.Symbol) -> tuple[sp.Expr, sp.Expr] | None:
    """(a, b) with term = a·delta + b, where delta stands in sums and products alone."""
    if not term.has(delta):
        return sp.S.Zero, term
    if term.as_base_exp()[0] == delta:
        return sp.S.One, sp.S.Zero
    if not isinstance(term, sp.Add | sp.Mul):
        return None
    parts = [_linear(a, delta) for a in term.args]
    if any(p is None for p in parts):
        return None
    pairs = [p for p in parts if p is not None]
    if isinstance(term, sp.Add):
        return sp.Add(*(a for a, _ in pairs)), sp.Add(*(b for _, b in pairs))
    on, off = sp.S.Zero, sp.S.One
    for a, b in pairs:
        # delta² is delta.
        on, off = on * a + on * b + off * a, off * b
    return on, off


def split_diagonal(term: sp.Expr, i: sp.Symbol, j: sp.Symbol) -> tuple[sp.Expr, sp.Expr] | None:
    """The term off the diagonal i = j, and on it (over i alone); None if it makes no difference."""
    delta = sp.Dummy("delta", real=True)
    marked = _mark(term, i, j, delta)
    if not marked.has(delta):
        return None
    on = substitute(settle(marked, delta, True), {j: i})
    return settle(marked, delta, False), on

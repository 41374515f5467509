"""The chain rule through named values: ∂L/∂z_j = Σ_q ∂L/∂a_q · ∂a_q/∂z_j.

Nothing is substituted: the factors stay `Partial`s, each to be derived by itself.
"""

from __future__ import annotations

import sympy as sp

from derive.calculus.names import fresh_index, names_in
from derive.calculus.scope import Scope
from derive.terms import Partial, sum_of
from derive.terms import free as free_symbols


def through_intermediates(term: sp.Expr, scope: Scope) -> sp.Expr | None:
    """∂L/∂x = Σ_q (∂L/∂a_q)(∂a_q/∂x) over the named values a_q through which x reaches L.

    The values taken are those whose own definitions mention x; the rule applies where none
    of them depends on another, and L itself does not mention x.
    Example: ∂L/∂z_j = Σ_q ∂L/∂a_q · ∂a_q/∂z_j. Source: Spivak, Calculus on Manifolds (1965),
    theorem 2-9.
    """
    body = scope.unfold(term)
    if body is None or _mentions_directly(body, scope):
        return None
    reached = _reached(body, scope)
    nearest = [t for t in reached if _mentions_directly(scope.unfold(t) or t, scope)]
    heads = {_head(t, scope) for t in nearest}
    if not nearest or _entangled(nearest, scope):
        return None
    total = []
    taken = names_in(term, body, scope.variable) | {s for t in reached for s in names_in(t)}
    for head in sorted(heads, key=str):
        members = sorted({t for t in nearest if _head(t, scope) == head}, key=str)
        step = _own_member(members[0], scope)
        limits: list[tuple[sp.Symbol, sp.Expr, sp.Expr]] = []
        if step is None:
            step, limits = _over_members(term, members, head, taken)
        link = sp.Mul(Partial(term, step), Partial(step, scope.variable), evaluate=False)
        total.append(sum_of(link, *limits) if limits else link)
    return sp.Add(*total)


def through_dependencies(term: sp.Expr, scope: Scope) -> sp.Expr | None:
    """∂L/∂x = Σ_q (∂L/∂z_q)(∂z_q/∂x) for a loss L of which only that it depends on z is known.

    Example: ∂L/∂W_ij = Σ_q ∂L/∂z_q · ∂z_q/∂W_ij. Source: Spivak, Calculus on Manifolds (1965),
    theorem 2-9.
    """
    roots = scope.context.dependencies_of(term)
    if scope.definition_of(term) is not None or len(roots) != 1:
        return None
    (root,) = roots
    if _head(scope.variable, scope) == root or not scope.depends(root):
        return None
    limits: list[tuple[sp.Symbol, sp.Expr, sp.Expr]] = []
    if isinstance(root, sp.IndexedBase):
        taken = names_in(term, root, scope.variable)
        root, limits = _over_members(term, [root, root], root, taken)
    link = sp.Mul(Partial(term, root), Partial(root, scope.variable), evaluate=False)
    return sum_of(link, *limits) if limits else link


def _own_member(one: sp.Expr, scope: Scope) -> sp.Expr | None:
    """a_j for the variable z_j where every a_i is made of its own z_i: no sum is needed."""
    definition = scope.definition_of(one)
    if definition is None or not isinstance(scope.variable, sp.Indexed):
        return None
    if not isinstance(one, sp.Indexed) or not definition.general:
        return None
    base = scope.variable.base
    used = {m for m in definition.body.atoms(sp.Indexed) if m.base == base}
    same_shape = one.base.shape == base.shape
    if not same_shape or used != {base[definition.params]} or _bare_family(definition.body, base):
        return None
    return one.base[scope.variable.indices]


def _bare_family(body: sp.Expr, base: sp.IndexedBase) -> bool:
    """Whether a family is passed on whole, as in softmax(z)_i."""
    return any(base in f.args for f in body.atoms(sp.Function))


def _over_members(
    term: sp.Expr, members: list[sp.Expr], head: sp.Expr, taken: set[str]
) -> tuple[sp.Expr, list[tuple[sp.Symbol, sp.Expr, sp.Expr]]]:
    """The intermediate to sum over, and the limits: none if it is one single value."""
    one = members[0]
    if len(members) == 1 and free_symbols(one) - free_symbols(head) <= free_symbols(term):
        return one, []
    limits = []
    indices = []
    for n in head.shape:
        q = fresh_index(taken)
        taken = taken | {q.name}
        indices.append(q)
        limits.append((q, sp.S.One, n))
    return head[tuple(indices)], limits


def _head(term: sp.Expr, scope: Scope) -> sp.Expr:
    return term.base if isinstance(term, sp.Indexed) else term


def _mentions_directly(body: sp.Expr, scope: Scope) -> bool:
    """Whether the variable stands in the body itself, not only in what the body names."""
    variable = scope.variable
    if isinstance(variable, sp.Indexed):
        return body.has(variable.base)
    return body.has(variable)


def _reached(body: sp.Expr, scope: Scope) -> list[sp.Expr]:
    """The defined values under a body that depend on the variable, in order of discovery."""
    found: dict[sp.Expr, None] = {}
    todo = [body]
    while todo:
        current = todo.pop(0)
        for node in sorted(current.atoms(sp.Symbol, sp.Indexed), key=str):
            inside = None if node in found else scope.unfold(node)
            if inside is not None and scope.depends(inside):
                found[node] = None
                todo.append(inside)
    return list(found)


def _entangled(nearest: list[sp.Expr], scope: Scope) -> bool:
    """Whether one intermediate is defined through another one of them."""
    for one in nearest:
        for other in nearest:
            if _head(one, scope) != _head(other, scope):
                body = scope.unfold(one)
                if body is not None and Scope(scope.context, other).depends(body):
                    return True
    return False

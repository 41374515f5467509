"""Binders: free symbols, capture-avoiding substitution, equality up to bound names.

`Sum`, `Product`, `Vec` and `At` bind symbols. SymPy's own `subs` and `xreplace` replace
bound symbols and let free ones be captured, so everything here goes through `substitute`.
Rebuilding keeps a term as it was written: x/x stays x/x.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypeVar

import sympy as sp
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import Boolean

from derive.terms.nodes import At, NamedFunction, Partial, Vec, cases_of, product_of, sum_of

Mapping_ = Mapping[sp.Basic, sp.Expr]
_Node = TypeVar("_Node", bound=sp.Basic)
_ASSOCIATIVE = sp.Add | sp.Mul
_UNEVALUATED = sp.Pow | sp.exp | sp.log | Boolean


def bound_symbols(term: sp.Basic) -> tuple[sp.Symbol, ...]:
    """The symbols that this very node binds."""
    if isinstance(term, sp.Sum | sp.Product):
        return tuple(limit[0] for limit in term.limits)
    if isinstance(term, Vec):
        return term.indices
    if isinstance(term, At):
        return (term.args[1],)
    return ()


@lru_cache(maxsize=4096)
def subterms(term: sp.Basic) -> tuple[sp.Basic, ...]:
    """Every node of a term once, outermost first and then from left to right."""
    found: dict[sp.Basic, None] = {}
    todo = [term]
    while todo:
        node = todo.pop()
        if node not in found:
            found[node] = None
            todo.extend(reversed(node.args))
    return tuple(found)


def parts(term: sp.Basic, *kinds: type[_Node]) -> tuple[_Node, ...]:
    """The nodes of a term that are of these kinds, each once, in the order of `subterms`."""
    return tuple(node for node in subterms(term) if isinstance(node, kinds))


@lru_cache(maxsize=8192)
def free(term: sp.Basic) -> frozenset[sp.Basic]:
    """The free symbols and families of a term (a family's sizes count as free)."""
    if isinstance(term, sp.Symbol):
        return frozenset([term])
    if isinstance(term, sp.IndexedBase):
        sizes: frozenset[sp.Basic] = frozenset()
        for s in term.shape or ():
            sizes |= free(s)
        return sizes | {term}
    inside: frozenset[sp.Basic] = frozenset()
    outside: frozenset[sp.Basic] = frozenset()
    bound = bound_symbols(term)
    if isinstance(term, sp.Sum | sp.Product):
        inside = free(term.function)
        # Limits are nested: a later (outer) index is in scope in an earlier limit.
        for k, low, high in term.limits:
            inside = (inside - {k}) | free(low) | free(high)
        return inside
    if isinstance(term, Vec):
        inside = free(term.body)
        for s in term.shape:
            outside |= free(s)
    elif isinstance(term, At):
        inside = free(term.args[0])
        outside = free(term.args[2])
    else:
        for arg in term.args:
            outside |= free(arg)
    return (inside - set(bound)) | outside


def rebuild(term: sp.Basic, args: tuple[sp.Basic, ...]) -> sp.Basic:
    """The same node over new arguments, without any evaluation."""
    # Hashes are known; to find that two terms differ SymPy goes through both.
    if hash(args) == hash(term.args) and args == term.args:
        return term
    if isinstance(term, _ASSOCIATIVE):
        return term._from_args(args, term.is_commutative)
    if isinstance(term, _UNEVALUATED):
        return term.func(*args, evaluate=False)
    if isinstance(term, ExprCondPair):
        return sp.Tuple.__new__(ExprCondPair, *args)
    if isinstance(term, sp.Piecewise):
        return cases_of(*(pair.args for pair in args))
    if isinstance(term, sp.Sum):
        return sum_of(*args)
    if isinstance(term, sp.Product):
        return product_of(*args)
    if isinstance(term, sp.Function | sp.Max | sp.Min) and not isinstance(term, NamedFunction):
        return term.func(*args, evaluate=False)
    return term.func(*args)


def fresh(base: sp.Symbol, taken: frozenset[sp.Basic]) -> sp.Symbol:
    """A symbol like `base` whose name none of `taken` has."""
    names = {str(t) for t in taken}
    number = 1
    while f"{base.name}_{number}" in names:
        number += 1
    return sp.Symbol(f"{base.name}_{number}", **base.assumptions0)


def _names(term: sp.Basic) -> frozenset[sp.Basic]:
    """Every symbol in a term, free or bound: a name for a bound one must avoid them all."""
    return frozenset(parts(term, sp.Symbol))


def member(term: sp.Expr, *indices: sp.Expr) -> sp.Expr:
    """The member of a family (`IndexedBase` or `Vec`) at these indices."""
    if isinstance(term, Vec):
        return substitute(term.body, dict(zip(term.indices, indices, strict=True)))
    return _indexed(term, indices)


@lru_cache(maxsize=4096)
def _indexed(base: sp.IndexedBase, indices: tuple[sp.Expr, ...]) -> sp.Expr:
    """SymPy makes a member anew each time, which costs more than all that is done with it."""
    return base[indices]


def substitute(term: sp.Expr, mapping: Mapping_) -> sp.Expr:
    """Replace free symbols, members, families and applications all at once, without capture.

    A key may be a symbol, a member `a[i]` or an application σ(z) (that very term is
    replaced), or a family (its members take the members of the `Vec` or family given).
    """
    if not mapping:
        return term
    return _substitute(term, dict(mapping))


def _substitute(term: sp.Basic, mapping: dict[sp.Basic, sp.Expr]) -> sp.Basic:
    if term in mapping:
        return mapping[term]
    if isinstance(term, sp.Indexed):
        # k + i − 1 and i + k − 1 are one place, whatever order they were written in.
        indices = tuple(evaluated(_substitute(i, mapping)) for i in term.indices)
        base = _substitute(term.base, mapping)
        return member(base, *indices)
    if not term.args or isinstance(term, sp.Symbol):
        return term
    if bound_symbols(term):
        return _substitute_binder(term, mapping)
    return rebuild(term, tuple(_substitute(a, mapping) for a in term.args))


def _substitute_binder(term: sp.Basic, mapping: dict[sp.Basic, sp.Expr]) -> sp.Basic:
    scope = free(term)
    active = {k: v for k, v in mapping.items() if free(k) <= scope | {k} and (free(k) & scope)}
    if not active:
        return term
    entering: frozenset[sp.Basic] = frozenset()
    for key, value in active.items():
        entering |= free(value) | free(key)
    taken = entering | scope | _names(term)
    for symbol in bound_symbols(term):
        # A bound symbol gives way to what enters, and to a free symbol of the same name.
        if symbol in entering:
            new = fresh(symbol, taken)
            taken |= {new}
            term = rename_bound(term, symbol, new)
    return rebuild(term, tuple(_substitute(a, active) for a in term.args))


def rename_bound(term: sp.Basic, old: sp.Symbol, new: sp.Symbol) -> sp.Basic:
    """The same binder with the bound symbol `old` called `new` (which must not occur in it).

    Only where `old` is bound: the limits of a sum, the sizes of a family and the point of a
    value are outside of its scope.
    """
    if isinstance(term, sp.Sum | sp.Product):
        return _rename_limit(term, old, new)
    if isinstance(term, At):
        return At(_replace_free(term.args[0], old, new), new, term.args[2])
    if isinstance(term, Vec):
        pairs = [(new if k == old else k, s) for k, s in zip(term.indices, term.shape, strict=True)]
        return Vec(_replace_free(term.body, old, new), *pairs)
    return term


def _rename_limit(term: sp.Basic, old: sp.Symbol, new: sp.Symbol) -> sp.Basic:
    # Limits are listed from the inside out, and an inner one may use an outer index. Of two
    # that bind the same name the body means the inner one.
    place = bound_symbols(term).index(old)
    limits = []
    for position, (k, low, high) in enumerate(term.limits):
        if position < place:
            low, high = (_replace_free(x, old, new) for x in (low, high))
        limits.append(sp.Tuple(new if position == place else k, low, high))
    return rebuild(term, (_replace_free(term.function, old, new), *limits))


def _replace_free(term: sp.Basic, old: sp.Symbol, new: sp.Symbol) -> sp.Basic:
    return _substitute(term, {old: new}) if old in _names(term) else term


def map_terms(term: sp.Expr, function: Callable[[sp.Expr], sp.Expr]) -> sp.Expr:
    """Apply a function to every node, leaves first."""
    if isinstance(term, sp.IndexedBase) or not term.args:
        return function(term)
    return function(rebuild(term, tuple(map_terms(a, function) for a in term.args)))


def canonical(term: sp.Expr) -> sp.Expr:
    """The same term with every bound symbol called by its depth: equal up to names is equal."""
    return _canonical(term, 0)


def _canonical(term: sp.Basic, depth: int) -> sp.Basic:
    bound = bound_symbols(term)
    for offset, symbol in enumerate(bound):
        name = sp.Symbol(f"_b{depth + offset}", **symbol.assumptions0)
        term = rename_bound(term, symbol, name) if name != symbol else term
    if isinstance(term, sp.IndexedBase) or not term.args:
        return term
    return rebuild(term, tuple(_canonical(a, depth + len(bound)) for a in term.args))


def alpha_equal(left: sp.Expr, right: sp.Expr) -> bool:
    """Whether two terms are the same up to the names of bound symbols.

    >>> import sympy as sp
    >>> from derive.terms import family, index, size
    >>> n, i, k = size("n"), index("i"), index("k")
    >>> z = family("z", n)
    >>> alpha_equal(sp.Sum(z[i], (i, 1, n)), sp.Sum(z[k], (k, 1, n)))
    True
    """
    return left == right or canonical(left) == canonical(right)


def evaluated(term: sp.Expr) -> sp.Expr:
    """Rebuild a term with SymPy's automatic evaluation (x + x becomes 2x), leaves first."""
    if isinstance(term, sp.IndexedBase) or not term.args:
        return term
    args = tuple(evaluated(a) for a in term.args)
    if isinstance(term, Partial | At | Vec | sp.Sum | sp.Product):
        return rebuild(term, args)
    return term.func(*args)

"""Back from formulas to names: e^{-z}/(1 + e^{-z})² is σ(z)(1 − σ(z)).

The method: treat the value f = P/Q of a definition as known, solve f·Q = P for one of the
body's atoms (e^{-z} = 1/f − 1, e^{z_i} = a_i S), put the solution in the place of every
instance of that atom, and simplify as a fraction. No function has a rule of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import sympy as sp

from derive.calculus.algebra import Atoms, best, inert, revive, rewrite, weight
from derive.calculus.scope import arguments
from derive.terms import canonical, evaluated, free, map_terms, substitute


def folded(expr: sp.Expr, name: sp.Expr, body: sp.Expr) -> list[sp.Expr]:
    """Forms of `expr` in which `name` (σ(z), a[i]) stands for its `body` as far as possible."""
    if isinstance(expr, sp.Piecewise):
        return []
    start, formula = inert(expr, body)
    # Most names have nothing to do with a formula: say so before any algebra.
    if not _kinds(start) & _kinds(formula):
        return []
    table = Atoms()
    start = table.give(sp.cancel(table.take(start)))
    keys = [a for a in arguments(name) if isinstance(a, sp.Symbol) and a.is_integer]
    found = []
    below = _denominators(expr)
    for atom, degree, solution in _solutions(name, formula, keys):
        replace = _instances(start, atom, degree, solution, keys)
        if replace:
            replace |= _kept(start, replace)
            candidate = best(revive(rewrite(start, replace)))
            if not candidate.has(sp.nan, sp.zoo) and _denominators(candidate) <= below:
                found.append(candidate)
    return found


def _kinds(term: sp.Expr) -> set[sp.Basic]:
    """The families and functions whose instances could be solved for."""
    kinds: set[sp.Basic] = {m.base for m in term.atoms(sp.Indexed)}
    return kinds | {f.func for f in term.atoms(sp.Function, sp.Sum, sp.Pow)}


def _solutions(
    name: sp.Expr, formula: sp.Expr, keys: list[sp.Symbol]
) -> Iterator[tuple[sp.Expr, int, sp.Expr]]:
    """The atoms X for which `name = formula` can be solved for a power X^d: X, d, the solution."""
    table = Atoms()
    value = table.dummy(name)
    above, below = sp.fraction(sp.cancel(table.take(formula)))
    relation = sp.expand(value * below - above)
    for dummy in sorted((above / below).free_symbols, key=str):
        atom = table.give(dummy)
        if not set(keys) <= free(atom) or not free(atom) or atom.is_Symbol:
            continue
        powers = {e[0] for e, _ in sp.Poly(relation, dummy).terms()} - {0}
        if len(powers) != 1:
            continue
        degree = powers.pop()
        slope = relation.coeff(dummy, degree)
        rest = relation.coeff(dummy, 0)
        yield atom, int(degree), table.give(sp.cancel(-rest / slope))


def _instances(
    start: sp.Expr, atom: sp.Expr, degree: int, solution: sp.Expr, keys: list[sp.Symbol]
) -> dict[sp.Basic, sp.Expr]:
    """Every power of an instance of the atom in the expression, and what it is equal to."""
    found: dict[sp.Basic, sp.Expr] = {}
    for node in sorted(start.atoms(type(atom)), key=sp.default_sort_key):
        for mapping in _mappings(atom, node, keys):
            power = _power_of(node, substitute(atom, mapping))
            if power is not None:
                found[node] = substitute(solution, mapping) ** (power / degree)
                break
    if degree == 1:
        return found
    return _whole_powers(start, found, degree)


def _power_of(node: sp.Expr, atom: sp.Expr) -> sp.Rational | None:
    """The whole power of the atom that a node is: 1/√u of √u it is −1."""
    if _same(atom, node):
        return sp.S.One
    if not (isinstance(node, sp.Pow) and isinstance(atom, sp.Pow) and atom.exp.is_Rational):
        return None
    power = node.exp / atom.exp
    same = power.is_Integer and _same(atom.base, node.base)
    return power if same else None


def _same(one: sp.Expr, other: sp.Expr) -> bool:
    """Equal up to bound names, the order of factors and the sign in a square."""
    left, right = (evaluated(canonical(_signless(t))) for t in (one, other))
    return bool(left == right)


def _signless(term: sp.Expr) -> sp.Expr:
    """The term with (a − b)² and (b − a)² as one."""

    def one(node: sp.Expr) -> sp.Expr:
        even = isinstance(node, sp.Pow) and isinstance(node.base, sp.Add) and node.exp.is_even
        if even and node.base.could_extract_minus_sign():
            return sp.Pow(-node.base, node.exp)
        return node

    return map_terms(term, one) if term.has(sp.Add) else term


def _mappings(
    atom: sp.Expr, node: sp.Expr, keys: list[sp.Symbol]
) -> Iterator[dict[sp.Basic, sp.Expr]]:
    """What the keys may stand for: read off families that occur once in both, else all ways."""
    found: dict[sp.Basic, sp.Expr] = {}
    members = [sorted(t.atoms(sp.Indexed), key=str) for t in (atom, node)]
    for pattern in members[0]:
        pairs = [[m for m in side if m.base == pattern.base] for side in members]
        if len(pairs[0]) == len(pairs[1]) == 1:
            instance = pairs[1][0]
            indices = zip(pattern.indices, instance.indices, strict=True)
            found.update({i: actual for i, actual in indices if i in keys})
    open_keys = [k for k in keys if k not in found]
    for values in itertools.product(_index_terms(node), repeat=len(open_keys)):
        yield {**found, **dict(zip(open_keys, values, strict=True))}


def _denominators(term: sp.Expr) -> set[sp.Expr]:
    """What a formula divides by: SiLU′ must not turn into a formula with 1/z."""
    return {p.base for p in term.atoms(sp.Pow) if p.exp.is_Rational and p.exp.is_negative}


def _kept(start: sp.Expr, replace: dict[sp.Basic, sp.Expr]) -> dict[sp.Basic, sp.Expr]:
    """The sums that the solutions bring in stay as they are: S in e^{z_i} = a_i S."""
    brought = {canonical(s) for value in replace.values() for s in value.atoms(sp.Sum)}
    return {s: s for s in start.atoms(sp.Sum) if canonical(s) in brought}


def _whole_powers(
    start: sp.Expr, found: dict[sp.Basic, sp.Expr], degree: int
) -> dict[sp.Basic, sp.Expr]:
    """The replacements where only X^d is known: powers of X that are not multiples stay."""
    replace: dict[sp.Basic, sp.Expr] = {}
    for power in sorted(start.atoms(sp.Pow), key=sp.default_sort_key):
        if power.base in found and power.exp.is_Integer and power.exp % degree == 0:
            replace[power] = found[power.base] ** power.exp
    return replace


def _index_terms(node: sp.Expr) -> list[sp.Expr]:
    """What stands as an index in a term."""
    seen: dict[sp.Expr, None] = {}
    for member in sorted(node.atoms(sp.Indexed), key=str):
        seen.update(dict.fromkeys(member.indices))
    for application in sorted(node.atoms(sp.Function), key=str):
        seen.update(dict.fromkeys(a for a in application.args if a.is_integer))
    return list(seen)


def lightest(candidates: list[sp.Expr]) -> sp.Expr | None:
    """The candidate that reads best, or None if there is none."""
    return min(candidates, key=weight) if candidates else None

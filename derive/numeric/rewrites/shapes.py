"""Shapes that the rewrites look for, and what a rewrite is."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import sympy as sp

from derive.numeric.binders import by_height
from derive.numeric.primitives import is_primitive, primitive
from derive.terms import Vec, alpha_equal, free, substitute

Rule = Callable[[sp.Expr], sp.Expr | None]

largest = primitive("largest")


@dataclass(frozen=True)
class Rewrite:
    """A rule, its name, what it does in words, and the identity `before = after`.

    In the identity of a shift, `m` is the shift: it holds for every real m.
    """

    name: str
    text: str
    before: sp.Expr
    after: sp.Expr
    rule: Rule

    def __call__(self, term: sp.Expr) -> sp.Expr | None:
        """The better term, or None where the shape is another."""
        return self.rule(term)


def rewrite(before: sp.Expr, after: sp.Expr) -> Callable[[Rule], Rewrite]:
    """Make a rule into a rewrite that rests on `before = after`."""

    def make(rule: Rule) -> Rewrite:
        return Rewrite(rule.__name__, rule.__doc__ or "", before, after, rule)

    return make


def split(term: sp.Expr, kind: type[sp.Basic]) -> tuple[list[sp.Expr], list[sp.Expr]]:
    """The factors of that kind, and the others."""
    factors = sp.Mul.make_args(term)
    return [f for f in factors if isinstance(f, kind)], [
        f for f in factors if not isinstance(f, kind)
    ]


def exponent(term: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """(c, u) of a term c·exp(u); u = 0 if it has no exp."""
    exps, rest = split(term, sp.exp)
    return sp.Mul(*rest), sp.Add(*(e.exp for e in exps))


def pair(
    term: sp.Expr, name: str, result: Callable[[sp.Expr, sp.Expr], sp.Expr], sign: int
) -> sp.Expr | None:
    """Two terms c and sign·c·f(z) of a sum replaced by result(c, z)."""
    if not isinstance(term, sp.Add):
        return None
    for one in term.args:
        for f in sp.Mul.make_args(one):
            if not (is_primitive(f, name) or type(f).__name__ == name):
                continue
            c = sign * one / f
            if c in term.args:
                rest = [t for t in term.args if t not in (one, c)]
                return sp.Add(result(c, f.args[0]), *rest)
    return None


def without(term: sp.Add, *parts: sp.Expr) -> sp.Expr:
    """A sum without these of its terms."""
    return sp.Add(*(t for t in term.args if t not in parts))


def one_plus_exp(term: sp.Expr) -> sp.Expr | None:
    """The u of 1 + e^u."""
    if isinstance(term, sp.Add) and len(term.args) == 2 and sp.S.One in term.args:
        (other,) = (a for a in term.args if a != 1)
        return other.exp if isinstance(other, sp.exp) else None
    return None


def shifted_parts(exponent: sp.Expr) -> list[sp.Expr]:
    """An exponent as terms v - largest(v), which are at most 0, and one more for the rest."""
    found = []
    for t in sp.Add.make_args(exponent):
        count, factor = t.as_coeff_Mul()
        if not is_primitive(factor, "largest") or not count.is_negative:
            continue
        for v in members_among(factor.args[0], free(exponent)):
            part = v - factor
            left = exponent - part
            if _size(left) < _size(exponent):
                found.append(part)
                return [*found, *shifted_parts(left)]
    return [*found, exponent]


def _size(exponent: sp.Expr) -> sp.Expr:
    """How much stands in an exponent."""
    terms = (t.as_coeff_Mul() for t in sp.Add.make_args(exponent))
    return sp.Add(*(abs(c) if not t.is_number else 0 for c, t in terms))


def members_among(members: Vec, symbols: Iterable[sp.Basic]) -> list[sp.Expr]:
    """The members of a family at these indices, one for each choice of them."""
    known = sorted((s for s in symbols if s.is_Symbol and s.is_integer), key=str)
    choices = itertools.permutations(known, len(members.indices))
    bodies = (substitute(members.body, dict(zip(members.indices, c, strict=True))) for c in choices)
    return [b for b in bodies if b != 0]


def _limits(total: sp.Expr) -> tuple[sp.Expr, Vec] | None:
    """The body of Σ or of a sum without one member, and it as a family."""
    if isinstance(total, sp.Sum):
        return total.function, members_of_sum(total.function, total)
    if is_primitive(total, "sum_others"):
        return total.args[0].body, total.args[0]
    return None


def members_of_sum(body: sp.Expr, total: sp.Sum) -> Vec:
    return Vec(body, *((k, n) for k, _, n in total.limits))


def shift(total: sp.Expr) -> sp.Expr | None:
    """Σ w e^v as e^m Σ w e^(v - m), m the largest v; None if it is so or has no such v."""
    found = _limits(total)
    if found is None:
        return None
    weight, v = exponent(found[0])
    members = found[1]
    pairs = tuple(zip(members.indices, members.shape, strict=True))
    if not set(members.indices) <= free(v):
        return None
    for t in sp.Add.make_args(v):
        if is_primitive(-t, "largest") and alpha_equal(largest(Vec(v - t, *pairs)), -t):
            return None
    m = largest(by_height(Vec(v, *pairs)))
    body = weight * sp.exp(v - m)
    if isinstance(total, sp.Sum):
        return sp.exp(m) * sp.Sum(body, *total.limits)
    return sp.exp(m) * total.func(Vec(body, *pairs), *total.args[1:])


def members_in(members: Vec, term: sp.Expr) -> list[tuple[sp.Expr, sp.Symbol]]:
    symbols = sorted((s for s in free(term) if s.is_Symbol and s.is_integer), key=str)
    return [(by_height(substitute(members.body, {members.indices[0]: i})), i) for i in symbols]


def surely_positive(term: sp.Expr) -> bool:
    """Whether the form alone makes a term positive, whatever reals its variables are."""
    if isinstance(term, sp.Sum):
        return surely_positive(term.function)
    leaves = sorted(term.atoms(sp.Indexed) | term.atoms(sp.Symbol), key=str)
    return bool(term.xreplace({x: sp.Dummy(real=True) for x in leaves}).is_positive)

"""Rewriting as a person would: rational algebra over independent atoms, and a taste.

Everything here goes through fractions of polynomials over ℚ: what is not +, · or a whole
power becomes an atom, e^u becomes a product of powers of independent exponentials, and
equal sums are one atom. `weight` says which of several equal forms reads best.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import sympy as sp

from derive.calculus.sums import summed
from derive.terms import At, NamedFunction, Partial, Vec, canonical


class InertExp(sp.Function):
    """e^m that does not merge with other exponentials: an atom of the algebra."""

    is_commutative = True
    is_positive = True

    @classmethod
    def eval(cls, *args: sp.Expr) -> None:
        return None


def rewrite(term: sp.Expr, replace: dict[sp.Basic, sp.Expr]) -> sp.Expr:
    """Replace nodes, under binders too, and rebuild with SymPy's evaluation."""
    if term in replace:
        return replace[term]
    if isinstance(term, sp.IndexedBase) or not term.args:
        return term
    args = tuple(rewrite(a, replace) for a in term.args)
    return term if args == term.args else term.func(*args)


def inert(*terms: sp.Expr) -> tuple[sp.Expr, ...]:
    """The terms with every e^u as a product of whole powers of `InertExp` atoms."""
    exponentials = sorted({e for t in terms for e in t.atoms(sp.exp)}, key=sp.default_sort_key)
    units: dict[sp.Expr, list[sp.Rational]] = {}
    parts: dict[sp.Expr, list[tuple[sp.Rational, sp.Expr]]] = {}
    for e in exponentials:
        parts[e] = [a.as_coeff_Mul() for a in sp.Add.make_args(sp.expand(e.args[0]))]
        for c, m in parts[e]:
            units.setdefault(_shape(m), []).append(c)
    replace: dict[sp.Basic, sp.Expr] = {}
    for e in exponentials:
        powers = []
        for c, m in parts[e]:
            unit = _unit(units[_shape(m)])
            powers.append(InertExp(unit * m) ** (c / unit))
        replace[e] = sp.Mul(*powers)
    return tuple(rewrite(t, replace) for t in terms)


def _shape(monomial: sp.Expr) -> sp.Expr:
    """The monomial with its indices forgotten: z_i and z_j share their unit."""
    return monomial.replace(lambda x: isinstance(x, sp.Indexed), lambda x: x.base.label)


def _unit(coefficients: list[sp.Rational]) -> sp.Rational:
    if not all(c.is_Rational for c in coefficients):
        return sp.S.One
    unit = sp.S.Zero
    for c in coefficients:
        unit = sp.gcd(unit, abs(c))
    return -unit if all(c < 0 for c in coefficients) else unit


def revive(term: sp.Expr) -> sp.Expr:
    """The term with its `InertExp` atoms as e^m again."""
    found = sorted(term.atoms(InertExp), key=sp.default_sort_key)
    return rewrite(term, {e: sp.exp(e.args[0]) for e in found})


class Atoms:
    """Terms as rational functions: every other subterm is a dummy, equal ones the same."""

    def __init__(self) -> None:
        self._dummy: dict[sp.Expr, sp.Dummy] = {}
        self._term: dict[sp.Basic, sp.Expr] = {}

    def take(self, term: sp.Expr) -> sp.Expr:
        """The term with its atoms replaced by dummies."""
        if term.is_Rational:
            return term
        if isinstance(term, sp.Add | sp.Mul):
            return term.func(*(self.take(a) for a in term.args))
        if isinstance(term, sp.Pow) and term.exp.is_Rational:
            return self._power(term.base, term.exp)
        return self.dummy(term)

    def _power(self, base: sp.Expr, exponent: sp.Rational) -> sp.Expr:
        if exponent.is_Integer:
            return self.take(base) ** exponent
        return self.dummy(base ** sp.Rational(1, exponent.q)) ** exponent.p

    def dummy(self, term: sp.Expr) -> sp.Dummy:
        """The dummy that stands for an atom; sums that differ in bound names share it."""
        key = canonical(term) if term.has(sp.Sum, sp.Product) else term
        if key not in self._dummy:
            self._dummy[key] = sp.Dummy(f"a{len(self._dummy):03d}")
            self._term[self._dummy[key]] = term
        return self._dummy[key]

    def give(self, term: sp.Expr) -> sp.Expr:
        """The term with the dummies replaced by what they stand for."""
        return rewrite(term, dict(self._term))


def forms(term: sp.Expr) -> list[sp.Expr]:
    """The term and equal forms of it: cancelled, factored, expanded, over one denominator."""
    (start,) = inert(term)
    atoms = Atoms()
    fraction = atoms.take(start)
    if not fraction.free_symbols:
        return [term]
    # Σ is multilinear: what cancels inside a body was cancelled before, by `best`.
    cancelled = sp.cancel(fraction)
    factored = sp.factor(cancelled)
    above, below = cancelled.as_numer_denom()
    split = sp.Add(*(sp.cancel(a / below) for a in sp.Add.make_args(sp.expand(above))))
    found = [fraction, cancelled, split]
    found += list(_signs(factored))
    return [term, *(revive(atoms.give(f)) for f in found)]


def signed(term: sp.Expr) -> sp.Expr:
    """The product with its signs where they read best."""
    if not isinstance(term, sp.Mul):
        return term
    atoms = Atoms()
    return min((atoms.give(f) for f in _signs(atoms.take(term))), key=weight)


def _signs(product: sp.Expr) -> Iterator[sp.Expr]:
    """The product with the signs of its sums chosen in every way, the value kept."""
    parts = list(sp.Mul.make_args(product))
    sums = [p for p, f in enumerate(parts) if isinstance(f.as_base_exp()[0], sp.Add)]
    if len(sums) > 5:
        yield product
        return
    for flips in itertools.product((False, True), repeat=len(sums)):
        flipped, sign = list(parts), sp.S.One
        for position in itertools.compress(sums, flips):
            base, exponent = parts[position].as_base_exp()
            if not exponent.is_Integer:
                break
            flipped[position] = (-base) ** exponent
            sign *= (-1) ** exponent
        else:
            yield sp.Mul(sign, *flipped)


def weight(term: sp.Expr) -> float:
    """How much there is to read; small is good."""
    if term.is_Rational:
        return (0.9 if term.q == 1 else 1.2) + (0.3 if term < 0 else 0.0)
    if isinstance(term, sp.Add):
        return sum(map(weight, term.args)) + _clumsy_sum(term)
    if isinstance(term, sp.Mul):
        sign = 0.3 if term.args[0].is_Rational and term.args[0] < 0 else 0.0
        parts = [f for f in term.args if f != -1]
        return sum(map(weight, parts)) + sign
    if isinstance(term, sp.Pow):
        extra = 0.0 if term.exp == -1 else 1.3
        return weight(term.base) + extra + (0 if term.exp.is_Rational else weight(term.exp))
    if isinstance(term, sp.Sum | sp.Product):
        return 1.0 + weight(term.function)
    if isinstance(term, NamedFunction):
        return 1.0 + 0.1 * sum(weight(a) for a in term.args if isinstance(a, sp.Expr))
    if isinstance(term, sp.Piecewise):
        return 1.0 + sum(weight(e) for e, _ in term.args)
    if isinstance(term, sp.Indexed | sp.KroneckerDelta | Partial | At | Vec) or not term.args:
        return 1.0
    return 0.6 + sum(weight(a) for a in term.args)


def _clumsy_sum(term: sp.Add) -> float:
    """A sum reads better with a positive term to begin with, and 1 − x better than x − 1."""
    negative = [a.could_extract_minus_sign() for a in term.args]
    if all(negative):
        return 0.6
    number = term.args[0] if term.args[0].is_number else None
    if number is not None and number.is_negative:
        return 0.35
    if number is None and any(negative):
        # Of a − y and y − a take the one whose letters are in order.
        first = min(zip(term.args, negative, strict=True), key=lambda p: str(_bare(p[0])))
        return 0.05 if first[1] else 0.0
    return 0.0


def _bare(term: sp.Expr) -> sp.Expr:
    return term.as_coeff_Mul()[1]


def best(term: sp.Expr) -> sp.Expr:
    """The equal form that reads best, sums' bodies and cases first."""
    if isinstance(term, sp.Piecewise):
        return sp.Piecewise(*((best(e), c) for e, c in term.args), evaluate=False)
    replace: dict[sp.Basic, sp.Expr] = {}
    for s in _outer_parts(term):
        if isinstance(s, sp.Piecewise):
            replace[s] = best(s)
        else:
            # A body that is a single fraction moves its constants out.
            replace[s] = summed(best(s.function), *(tuple(limit) for limit in s.limits))
    tidy = rewrite(term, replace)
    return min(forms(tidy), key=lambda t: (round(weight(t), 3), isinstance(t, sp.Add)))


def _outer_parts(term: sp.Expr) -> list[sp.Sum | sp.Piecewise]:
    """The sums and cases that stand in a term's own algebra."""
    if isinstance(term, sp.Sum | sp.Piecewise):
        return [term]
    if not isinstance(term, sp.Add | sp.Mul | sp.Pow):
        return []
    return [s for a in term.args for s in _outer_parts(a)]

"""Numbers, sums, products, fractions and powers as LaTeX."""

from __future__ import annotations

import sympy as sp

from derive.latex.layout import (
    ATOM,
    OPERATOR,
    POWER,
    PRODUCT,
    SUM,
    Written,
    bracket,
    negated,
    script,
    write,
)
from derive.latex.order import is_negative, ordered_factors, ordered_terms
from derive.terms import At, Decimal, Partial, free, name_of


@write.register(sp.Number)
def _number(term: sp.Expr) -> Written:
    if term is sp.S.Infinity:
        return r"\infty", ATOM
    if term is sp.S.NegativeInfinity:
        return r"-\infty", SUM
    if term is sp.S.NaN:
        return r"\mathrm{undefined}", ATOM
    if isinstance(term, sp.Float):
        term = sp.Rational(str(term))
    text = str(abs(term.p)) if term.q == 1 else rf"\frac{{{abs(term.p)}}}{{{term.q}}}"
    level = ATOM if term.q == 1 else PRODUCT
    return (f"-{text}", SUM) if term < 0 else (text, level)


@write.register(Decimal)
def _decimal(term: Decimal) -> Written:
    return str(term), SUM if term.value < 0 else ATOM


@write.register(sp.core.numbers.Pi)
@write.register(sp.core.numbers.Exp1)
def _constant(term: sp.Expr) -> Written:
    return {sp.S.Pi: r"\pi", sp.S.Exp1: "e"}[term], ATOM


@write.register(sp.Add)
def _add(term: sp.Add) -> Written:
    content, primitive = term.primitive()
    if content.is_Integer and content != 1 and isinstance(primitive, sp.Add):
        # SymPy multiplies 2(a - y) out by itself.
        return f"{content}{bracket(_add(primitive)[0])}", PRODUCT
    parts = ordered_terms(term)
    text = ""
    for position, part in enumerate(parts):
        following = parts[position + 1 :]
        negative = is_negative(part)
        body = negated(part) if negative else part
        written = _summand(body, following)
        if not text:
            text = f"-{written}" if negative else written
        else:
            text += f" - {written}" if negative else f" + {written}"
    return text, SUM


def _summand(part: sp.Expr, following: list[sp.Expr]) -> str:
    """A term of a sum; an inner Σ is bracketed if what follows uses its index's name."""
    text, level = write(part)
    if level == SUM:
        return bracket(text)
    bound = {k.name for s in part.atoms(sp.Sum, sp.Product) for k, *_ in s.limits}
    later = {name_of(x) for f in following for x in free(f)}
    if level == OPERATOR and bound & later:
        return bracket(text)
    return text


@write.register(sp.Mul)
def _mul(term: sp.Mul) -> Written:
    if is_negative(term):
        text, level = write(negated(term))
        return f"-{text if level > SUM else bracket(text)}", SUM
    if any(isinstance(f, sp.Mul) for f in term.args):
        # Factors that were put in as they are stand side by side, in their order.
        factors = [f for f in term.args if f != 1]
        return _juxtaposed(sorted(factors, key=lambda f: isinstance(f, sp.Add)))
    above, below = [], []
    for f in term.args:
        if is_reciprocal(f):
            below.append(1 / f)
        elif f.is_Rational:
            above += [sp.Integer(f.p)] if f.p != 1 else []
            below += [sp.Integer(f.q)] if f.q != 1 else []
        else:
            above.append(f)
    return _fraction(above, below) if below else _juxtaposed(ordered_factors(above))


def is_reciprocal(factor: sp.Expr) -> bool:
    """1/x^p with a plain number p."""
    return isinstance(factor, sp.Pow) and factor.exp.is_Rational and factor.exp.is_negative


def _fraction(above: list[sp.Expr], below: list[sp.Expr]) -> Written:
    """One fraction; long factors stand behind it, as in (1/n) Σ or ½ (a − y)²."""
    numeric = all(b.is_Rational for b in below)
    behind = [f for f in above if is_long(f) or (numeric and _is_composed(f))]
    behind = behind or [f for f in above if is_tall(f)]
    inside = [f for f in above if f not in behind]
    if behind and numeric and any(not f.is_number for f in inside):
        behind = [f for f in above if not f.is_number]
        inside = [f for f in above if f.is_number]
    numerator = _alone(inside) if inside else "1"
    denominator = _alone(below)
    text = rf"\frac{{{numerator}}}{{{denominator}}}"
    if not behind:
        return text, PRODUCT
    rest, level = _juxtaposed(ordered_factors(behind))
    dot = r" \cdot" if rest[0].isdigit() else ""
    return f"{text}{dot} {rest}", min(level, PRODUCT) if level != OPERATOR else OPERATOR


def _alone(factors: list[sp.Expr]) -> str:
    """A product that stands by itself, above or below a fraction's line."""
    return write(factors[0])[0] if len(factors) == 1 else _juxtaposed(ordered_factors(factors))[0]


def is_tall(factor: sp.Expr) -> bool:
    """A bracket with a fraction in it."""
    if not isinstance(factor, sp.Add):
        return False
    return any(is_reciprocal(f) for a in factor.args for f in sp.Mul.make_args(a))


def is_long(factor: sp.Expr) -> bool:
    return isinstance(factor, sp.Sum | sp.Product | sp.Piecewise | Partial | At)


def _is_composed(factor: sp.Expr) -> bool:
    base = factor.base if isinstance(factor, sp.Pow) else factor
    return isinstance(base, sp.Add | sp.Function)


def _juxtaposed(factors: list[sp.Expr]) -> Written:
    """Factors side by side; only the last may reach over what follows."""
    if len(factors) == 1:
        text, level = write(factors[0])
        return (bracket(text), PRODUCT) if level == SUM else (text, level)
    texts: list[str] = []
    last = PRODUCT
    for position, f in enumerate(factors):
        text, level = write(f)
        final = position == len(factors) - 1
        if level == SUM or (level == OPERATOR and not final):
            text = bracket(text)
        elif final and level == OPERATOR:
            last = OPERATOR
        if (position and text[0].isdigit()) or (
            position and text.startswith(r"\frac") and texts[-1][-1].isdigit()
        ):
            text = rf"\cdot {text}"
        texts.append(text)
    return _spaced(texts), last


def _spaced(texts: list[str]) -> str:
    joined = texts[0]
    for text in texts[1:]:
        tight = text.startswith(("(", r"\left("))
        joined += text if tight else f" {text}"
    return joined


@write.register(sp.exp)
def _exp(term: sp.exp) -> Written:
    return f"e^{script(term.args[0])}", POWER

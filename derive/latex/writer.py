"""Terms as LaTeX: in a person's order, with the brackets that are needed and no others.

What is written reads back to the same expression. A sum's body with + is bracketed, a
factor after an open function or operator is never swallowed by it.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from derive.catalogue import catalogue
from derive.errors import UnsupportedError
from derive.latex.notation import FUNCTION_LATEX, RELATION_LATEX, name_to_latex
from derive.latex.order import is_negative, ordered_factors, ordered_terms
from derive.terms import (
    At,
    Context,
    Decimal,
    Membership,
    NamedFunction,
    Partial,
    Statement,
    Vec,
    free,
    name_of,
)

SUM, PRODUCT, OPERATOR, POWER, ATOM = range(5)
"""How tightly a written term holds together; an OPERATOR reaches over what follows it."""

Written = tuple[str, int]


def latex(term: sp.Expr | Statement | Membership) -> str:
    """A term, a statement or a membership as LaTeX.

    Raises `UnsupportedError` for a node that has no notation here.
    """
    if isinstance(term, Statement):
        return f"{latex(term.lhs)} {RELATION_LATEX[term.relation]} {latex(term.rhs)}"
    if isinstance(term, Membership):
        return rf"{latex(term.subject)} \in {term.domain.symbol}"
    return _write(term)[0]


def latex_context(context: Context) -> list[str]:
    """The context's own definitions and hypotheses, one LaTeX formula each."""
    lines = [
        f"{latex(d.head)} = {latex(d.body)}"
        for group in context.definitions.values()
        for d in group
    ]
    return lines + [latex(h.statement) for h in context.hypotheses]


def bracket(text: str) -> str:
    """Round brackets, tall ones around what is tall or has brackets itself."""
    tall = any(mark in text for mark in ("(", r"\frac", r"\sum", r"\prod", r"\begin", r"\sqrt"))
    return rf"\left({text}\right)" if tall else f"({text})"


def _held(term: sp.Expr, level: int) -> str:
    """The term, in brackets unless it holds together at least so tightly."""
    text, own = _write(term)
    return text if own >= level else bracket(text)


def _write(term: sp.Expr) -> Written:
    for kinds, writer in _WRITERS:
        if isinstance(term, kinds):
            return writer(term)
    raise UnsupportedError(f"LaTeX of {type(term).__name__} {term}: there is no notation for it")


def _symbol(term: sp.Symbol) -> Written:
    return name_to_latex(term.name), POWER if "^" in term.name else ATOM


def _base(term: sp.IndexedBase) -> Written:
    return name_to_latex(str(term.label)), ATOM


def subscript(indices: tuple[sp.Expr, ...]) -> str:
    """Indices as a subscript: `i`, `ij`, `i,1`."""
    texts = [latex(i) for i in indices]
    short = all(len(t) == 1 and t.isalpha() for t in texts)
    joined = ("" if short else ",").join(texts)
    return f"_{joined}" if len(joined) == 1 else f"_{{{joined}}}"


def _indexed(term: sp.Indexed) -> Written:
    name = name_to_latex(str(term.base.label))
    base = f"{{{name}}}" if "_" in name or "^" in name else name
    return base + subscript(term.indices), ATOM


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


def _decimal(term: Decimal) -> Written:
    return str(term), SUM if term.value < 0 else ATOM


def _constant(term: sp.Expr) -> Written:
    return {sp.S.Pi: r"\pi", sp.S.Exp1: "e"}[term], ATOM


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
        body = _negated(part) if negative else part
        written = _summand(body, following)
        if not text:
            text = f"-{written}" if negative else written
        else:
            text += f" - {written}" if negative else f" + {written}"
    return text, SUM


def _negated(part: sp.Expr) -> sp.Expr:
    """−part; an unevaluated product keeps its factors as they are."""
    if not isinstance(part, sp.Mul):
        return -part
    position = next(p for p, f in enumerate(part.args) if f.is_Number and f.is_negative)
    flipped = -part.args[position]
    factors = [*part.args[:position], *part.args[position + 1 :]]
    if flipped != 1:
        factors.insert(position, flipped)
    return factors[0] if len(factors) == 1 else sp.Mul(*factors, evaluate=False)


def _summand(part: sp.Expr, following: list[sp.Expr]) -> str:
    """A term of a sum; an inner Σ is bracketed if what follows uses its index's name."""
    text, level = _write(part)
    if level == SUM:
        return bracket(text)
    bound = {k.name for s in part.atoms(sp.Sum, sp.Product) for k, *_ in s.limits}
    later = {name_of(x) for f in following for x in free(f)}
    if level == OPERATOR and bound & later:
        return bracket(text)
    return text


def _mul(term: sp.Mul) -> Written:
    if is_negative(term):
        text, level = _write(_negated(term))
        return f"-{text if level > SUM else bracket(text)}", SUM
    if any(isinstance(f, sp.Mul) for f in term.args):
        # Factors that were put in as they are stand side by side, in their order.
        factors = [f for f in term.args if f != 1]
        return _juxtaposed(sorted(factors, key=lambda f: isinstance(f, sp.Add)))
    above, below = [], []
    for f in term.args:
        if _is_reciprocal(f):
            below.append(1 / f)
        elif f.is_Rational:
            above += [sp.Integer(f.p)] if f.p != 1 else []
            below += [sp.Integer(f.q)] if f.q != 1 else []
        else:
            above.append(f)
    return _fraction(above, below) if below else _juxtaposed(ordered_factors(above))


def _is_reciprocal(factor: sp.Expr) -> bool:
    """1/x^p with a plain number p."""
    return isinstance(factor, sp.Pow) and factor.exp.is_Rational and factor.exp.is_negative


def _fraction(above: list[sp.Expr], below: list[sp.Expr]) -> Written:
    """One fraction; long factors stand behind it, as in (1/n) Σ or ½ (a − y)²."""
    numeric = all(b.is_Rational for b in below)
    behind = [f for f in above if _is_long(f) or (numeric and _is_composed(f))]
    behind = behind or [f for f in above if _is_tall(f)]
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
    return latex(factors[0]) if len(factors) == 1 else _juxtaposed(ordered_factors(factors))[0]


def _is_tall(factor: sp.Expr) -> bool:
    """A bracket with a fraction in it."""
    if not isinstance(factor, sp.Add):
        return False
    return any(_is_reciprocal(f) for a in factor.args for f in sp.Mul.make_args(a))


def _is_long(factor: sp.Expr) -> bool:
    return isinstance(factor, sp.Sum | sp.Product | sp.Piecewise | Partial | At)


def _is_composed(factor: sp.Expr) -> bool:
    base = factor.base if isinstance(factor, sp.Pow) else factor
    return isinstance(base, sp.Add | sp.Function)


def _juxtaposed(factors: list[sp.Expr]) -> Written:
    """Factors side by side; only the last may reach over what follows."""
    if len(factors) == 1:
        text, level = _write(factors[0])
        return (bracket(text), PRODUCT) if level == SUM else (text, level)
    texts: list[str] = []
    last = PRODUCT
    for position, f in enumerate(factors):
        text, level = _write(f)
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


def _pow(term: sp.Pow) -> Written:
    base, exponent = term.base, term.exp
    if _is_reciprocal(term):
        return rf"\frac{{1}}{{{latex(1 / term)}}}", PRODUCT
    if exponent == sp.Rational(1, 2):
        return rf"\sqrt{{{latex(base)}}}", ATOM
    if isinstance(base, sp.Function) and exponent.is_Integer and exponent > 1:
        name = _command(base)
        if name is not None:
            return f"{name}^{_script(exponent)}{_arguments(base.args)}", POWER
    return f"{_held(base, ATOM)}^{_script(exponent)}", POWER


def _script(term: sp.Expr) -> str:
    """An exponent, its fractions with a slash: e^{z / T}."""
    text = _slashed(term)
    return text if len(text) == 1 and term.is_number else f"{{{text}}}"


def _slashed(term: sp.Expr) -> str:
    above, below = term.as_numer_denom() if isinstance(term, sp.Mul | sp.Pow) else (term, sp.S.One)
    if term.is_Rational:
        above, below = sp.Integer(term.p), sp.Integer(term.q)
    if below == 1 or (isinstance(above, sp.Add) and above.has(sp.Sum)):
        return latex(term)
    if is_negative(above):
        return f"-{_slashed(_negated(above) / below)}"
    return f"{_held(above, PRODUCT)} / {_held(below, ATOM)}"


def _exp(term: sp.exp) -> Written:
    return f"e^{_script(term.args[0])}", POWER


def _command(term: sp.Function) -> str | None:
    r"""The command of an elementary function, which takes its exponent as in \tanh^2(z)."""
    if isinstance(term, NamedFunction):
        name = term.func.__name__
        symbol = catalogue[name].symbol if name in catalogue else ""
        return symbol if symbol in set(FUNCTION_LATEX.values()) else None
    return FUNCTION_LATEX.get(term.func) if len(term.args) == 1 else None


def _arguments(args: tuple[sp.Expr, ...], separator: str = ", ") -> str:
    return bracket(separator.join(latex(a) for a in args))


def _function(term: sp.Function) -> Written:
    name = FUNCTION_LATEX.get(term.func)
    if name is None:
        raise UnsupportedError(f"LaTeX of {term.func.__name__}: there is no notation for it")
    if isinstance(term, sp.log) and isinstance(term.args[0], sp.Symbol | sp.Indexed | sp.Integer):
        return f"{name} {latex(term.args[0])}", OPERATOR
    return name + _arguments(term.args), ATOM


def _extremum(term: sp.Max | sp.Min) -> Written:
    args = sorted(term.args, key=lambda a: (not a.is_number, sp.default_sort_key(a)))
    return FUNCTION_LATEX[term.func] + _arguments(tuple(args)), ATOM


def _modulus(term: sp.Abs) -> Written:
    return rf"\left|{latex(term.args[0])}\right|", ATOM


def _application(term: sp.Function) -> Written:
    """A named function; the indices of the member that is meant are a subscript."""
    name = term.func.__name__
    if name in catalogue and len(term.args) == len(catalogue[name].head.args):
        entry = catalogue[name]
        split = len(entry.params)
        separator = r" \,\|\, " if entry.notation == "infix" else ", "
        symbol = entry.symbol
    else:
        split, separator, symbol = _split(term.args), ", ", name_to_latex(name)
    text = symbol + _arguments(term.args[:split], separator)
    if len(term.args) > split:
        text += subscript(term.args[split:])
    return text, ATOM


def _split(args: tuple[sp.Expr, ...]) -> int:
    """Where a function's own arguments end and the member's indices begin."""
    vectors = [p for p, a in enumerate(args) if isinstance(a, sp.IndexedBase | Vec)]
    return (
        vectors[-1] + 1
        if vectors and all(a.is_integer for a in args[vectors[-1] + 1 :])
        else len(args)
    )


def _delta(term: sp.KroneckerDelta) -> Written:
    first, second = sorted(term.args, key=str)
    text = subscript((first, second))
    return rf"\delta{text}", ATOM


def _sum(term: sp.Sum | sp.Product) -> Written:
    sign = r"\sum" if isinstance(term, sp.Sum) else r"\prod"
    body = term.function
    scripts = ""
    except_ = _exception(term)
    if except_ is not None:
        body, condition = except_
        scripts = f"{sign}_{{{condition}}}"
    else:
        for k, low, high in reversed(term.limits):
            scripts += f"{sign}_{{{latex(k)}={latex(low)}}}^{_script(high)} "
    text, level = _write(body)
    return f"{scripts.strip()} {bracket(text) if level == SUM else text}", OPERATOR


def _exception(term: sp.Sum | sp.Product) -> tuple[sp.Expr, str] | None:
    """The body and the condition of Σ_{k ≠ j}."""
    body = term.function
    if not isinstance(body, sp.Piecewise) or len(term.limits) != 1 or len(body.args) != 2:
        return None
    (inner, condition), (rest, _) = body.args
    k = term.limits[0][0]
    parts = condition.args if isinstance(condition, sp.And) else (condition,)
    if rest != 0 or not all(isinstance(c, sp.Ne) and k in c.args for c in parts):
        return None
    others = [c.args[1] if c.args[0] == k else c.args[0] for c in parts]
    excluded = ", ".join(latex(o) for o in sorted(others, key=str))
    return inner, rf"{latex(k)} \neq {excluded}"


def _piecewise(term: sp.Piecewise) -> Written:
    rows = []
    for e, c in term.args:
        when = r"\text{otherwise}" if c == sp.true else rf"\text{{if }} {_condition(c)}"
        rows.append(f"{latex(e)} & {when}")
    return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}", SUM


_RELATION_SIGN = {
    sp.Gt: ">",
    sp.Ge: r"\geq",
    sp.Lt: "<",
    sp.Le: r"\leq",
    sp.Eq: "=",
    sp.Ne: r"\neq",
}


def _condition(condition: sp.Basic) -> str:
    if isinstance(condition, Relational):
        return f"{latex(condition.lhs)} {_RELATION_SIGN[condition.func]} {latex(condition.rhs)}"
    if isinstance(condition, sp.And) and (between := _between(condition)):
        return between
    if isinstance(condition, sp.And | sp.Or):
        word = r" \text{ and } " if isinstance(condition, sp.And) else r" \text{ or } "
        parts = sorted(condition.args, key=sp.default_sort_key)
        return word.join(_condition(c) for c in parts)
    raise UnsupportedError(f"LaTeX of the condition {condition}: there is no notation for it")


def _between(condition: sp.And) -> str:
    """a < x < b, if that is what two conditions say."""
    below = [c for c in condition.args if isinstance(c, sp.Lt | sp.Le)]
    above = [c for c in condition.args if isinstance(c, sp.Gt | sp.Ge)]
    if len(condition.args) != 2 or not (below and above) or below[0].lhs != above[0].lhs:
        return ""
    left = "<" if isinstance(above[0], sp.Gt) else r"\leq"
    return f"{latex(above[0].rhs)} {left} {_condition(below[0])}"


def _partial(term: Partial) -> Written:
    order = len(term.variables)
    d = "d" if _has_one_variable(term) else r"\partial"
    power = "" if order == 1 else f"^{order}"
    below = _below(term.variables, d)
    if isinstance(term.expr, sp.Symbol | sp.Indexed):
        return rf"\frac{{{_d(d + power, latex(term.expr))}}}{{{below}}}", ATOM
    body, level = _write(term.expr)
    compact = level >= OPERATOR or (
        body.startswith(r"\frac{") and not isinstance(term.expr, sp.Mul)
    )
    if isinstance(term.expr, sp.Mul) and body.startswith(r"\frac") and body.count(r"\frac") == 1:
        compact = not any(_is_long(f) for f in term.expr.args)
    return rf"\frac{{{d}{power}}}{{{below}}} {body if compact else bracket(body)}", OPERATOR


def _is_one_fraction(term: sp.Expr) -> bool:
    r"""Whether a term is written as one \frac and nothing behind it."""
    if isinstance(term, sp.Pow):
        return _is_reciprocal(term)
    if not isinstance(term, sp.Mul) or is_negative(term):
        return False
    above = [f for f in term.args if not _is_reciprocal(f)]
    below = len(above) < len(term.args) and all(not f.is_Rational for f in term.args)
    return below and not any(_is_long(f) or _is_tall(f) for f in above)


def _d(sign: str, text: str) -> str:
    return f"{sign} {text}" if sign.startswith("\\") or "^" in sign else f"{sign}{text}"


def _has_one_variable(term: Partial) -> bool:
    """d/dz for what has no letter but z; a defined name such as L counts as a letter."""
    letters = free(term.expr)
    return all(isinstance(v, sp.Symbol) for v in term.variables) and letters == set(term.variables)


def _below(variables: tuple[sp.Expr, ...], d: str) -> str:
    parts: list[str] = []
    remaining = list(reversed(variables))
    while remaining:
        first = remaining[0]
        count = next((n for n, v in enumerate(remaining) if v != first), len(remaining))
        text = latex(first)
        if count > 1:
            text = f"{{{text}}}^{count}" if "_" in text else f"{text}^{count}"
        parts.append(_d(d, text))
        remaining = remaining[count:]
    return " ".join(parts)


def _at(term: At) -> Written:
    """f′(u) where f is a function of one argument, else a derivative taken at a point."""
    inner, variable, value = term.args
    if isinstance(inner, Partial) and set(inner.variables) == {variable}:
        f = inner.expr
        if isinstance(f, NamedFunction | AppliedUndef) and f.args == (variable,):
            name = f.func.__name__
            symbol = catalogue[name].symbol if name in catalogue else name_to_latex(name)
            return symbol + "'" * len(inner.variables) + _arguments((value,)), ATOM
    return (
        rf"\left.{latex(inner)}\right|_{{{latex(variable)} = {latex(value)}}}",
        ATOM,
    )


def _vec(term: Vec) -> Written:
    """A family by its entry: (z_k + c)_k."""
    return bracket(latex(term.body)) + subscript(term.indices), ATOM


_WRITERS: tuple[tuple[type | tuple[type, ...], Callable[..., Written]], ...] = (
    (sp.Symbol, _symbol),
    (sp.IndexedBase, _base),
    (sp.Indexed, _indexed),
    (Decimal, _decimal),
    ((sp.core.numbers.Pi, sp.core.numbers.Exp1), _constant),
    (sp.Number, _number),
    (sp.Add, _add),
    (sp.Mul, _mul),
    (sp.Pow, _pow),
    (sp.exp, _exp),
    (sp.KroneckerDelta, _delta),
    (sp.Piecewise, _piecewise),
    ((sp.Max, sp.Min), _extremum),
    (sp.Abs, _modulus),
    ((NamedFunction, AppliedUndef), _application),
    (sp.Function, _function),
    ((sp.Sum, sp.Product), _sum),
    (Partial, _partial),
    (At, _at),
    (Vec, _vec),
)

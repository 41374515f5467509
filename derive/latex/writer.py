"""Terms as LaTeX: in a person's order, with the brackets that are needed and no others.

What is written reads back to the same expression. A sum's body with + is bracketed, a
factor after an open function or operator is never swallowed by it.
"""

from __future__ import annotations

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from derive.errors import UnsupportedError
from derive.functions import catalogue
from derive.latex.arithmetic import is_long, is_reciprocal, is_tall
from derive.latex.layout import (
    ATOM,
    OPERATOR,
    POWER,
    PRODUCT,
    SUM,
    Written,
    bracket,
    held,
    script,
    subscript,
    write,
)
from derive.latex.notation import (
    FUNCTION_LATEX,
    RELATION_LATEX,
    name_to_latex,
    parameter_of,
)
from derive.latex.order import is_negative
from derive.terms import (
    At,
    Context,
    Membership,
    NamedFunction,
    Partial,
    Statement,
    Vec,
    free,
    name_of,
)


def latex(term: sp.Expr | Statement | Membership) -> str:
    """A term, a statement or a membership as LaTeX.

    Raises `UnsupportedError` for a node that has no notation here.
    """
    if isinstance(term, Statement):
        return f"{latex(term.lhs)} {RELATION_LATEX[term.relation]} {latex(term.rhs)}"
    if isinstance(term, Membership):
        return rf"{latex(term.subject)} \in {term.domain.symbol}"
    return write(term)[0]


def latex_context(context: Context) -> list[str]:
    """The context's own definitions and hypotheses, one LaTeX formula each."""
    lines = [
        f"{latex(d.head)} = {latex(d.body)}"
        for group in context.definitions.values()
        for d in group
    ]
    return lines + [latex(h.statement) for h in context.hypotheses]


@write.register(sp.Symbol)
def _symbol(term: sp.Symbol) -> Written:
    return name_to_latex(term.name), POWER if "^" in term.name else ATOM


@write.register(sp.IndexedBase)
def _base(term: sp.IndexedBase) -> Written:
    return name_to_latex(str(term.label)), ATOM


@write.register(sp.Indexed)
def _indexed(term: sp.Indexed) -> Written:
    name = name_to_latex(str(term.base.label))
    base = f"{{{name}}}" if "_" in name or "^" in name else name
    return base + subscript(term.indices), ATOM


@write.register(sp.Pow)
def _pow(term: sp.Pow) -> Written:
    base, exponent = term.base, term.exp
    if is_reciprocal(term):
        return rf"\frac{{1}}{{{write(1 / term)[0]}}}", PRODUCT
    if exponent == sp.Rational(1, 2):
        return rf"\sqrt{{{write(base)[0]}}}", ATOM
    if isinstance(base, sp.Function) and exponent.is_Integer and exponent > 1:
        name = _command(base)
        if name is not None:
            return f"{name}^{script(exponent)}{_arguments(base.args)}", POWER
    return f"{held(base, ATOM)}^{script(exponent)}", POWER


def _command(term: sp.Function) -> str | None:
    r"""The command of an elementary function, which takes its exponent as in \tanh^2(z)."""
    if isinstance(term, NamedFunction):
        name = term.func.__name__
        symbol = catalogue[name].symbol if name in catalogue else ""
        return symbol if symbol in set(FUNCTION_LATEX.values()) else None
    return FUNCTION_LATEX.get(term.func) if len(term.args) == 1 else None


def _arguments(args: tuple[sp.Expr, ...], separator: str = ", ") -> str:
    return bracket(separator.join(latex(a) for a in args))


@write.register(sp.Function)
def _function(term: sp.Function) -> Written:
    name = FUNCTION_LATEX.get(term.func)
    if name is None:
        raise UnsupportedError(f"LaTeX of {term.func.__name__}: there is no notation for it")
    if isinstance(term, sp.log) and isinstance(term.args[0], sp.Symbol | sp.Indexed | sp.Integer):
        return f"{name} {latex(term.args[0])}", OPERATOR
    return name + _arguments(term.args), ATOM


@write.register(sp.Max)
@write.register(sp.Min)
def _extremum(term: sp.Max | sp.Min) -> Written:
    args = sorted(term.args, key=lambda a: (not a.is_number, sp.default_sort_key(a)))
    return FUNCTION_LATEX[term.func] + _arguments(tuple(args)), ATOM


@write.register(sp.Abs)
def _modulus(term: sp.Abs) -> Written:
    return rf"\left|{latex(term.args[0])}\right|", ATOM


@write.register(NamedFunction)
@write.register(AppliedUndef)
def _application(term: sp.Function) -> Written:
    """A named function; the indices of the member that is meant are a subscript."""
    name = term.func.__name__
    if name in catalogue and len(term.args) == len(catalogue[name].head.args):
        entry = catalogue[name]
        split = len(entry.params)
        separator = r" \,\|\, " if entry.notation == "infix" else ", "
        symbol = entry.symbol
    else:
        args = _without_parameter(name, term.args)
        if "|" in name:
            return _conditional(name, args), ATOM
        split = _split(args)
        text = name_to_latex(name) + _arguments(args[:split])
        return text + (subscript(args[split:]) if len(args) > split else ""), ATOM
    text = symbol + _arguments(term.args[:split], separator)
    if len(term.args) > split:
        text += subscript(term.args[split:])
    return text, ATOM


def _without_parameter(name: str, args: tuple[sp.Expr, ...]) -> tuple[sp.Expr, ...]:
    """The arguments of h_θ(x, θ) but θ, which stands below the name."""
    letter = parameter_of(name.partition("|")[0])
    below = letter is not None and len(args) > 1 and name_of(args[-1]) == letter
    return args[:-1] if below else args


def _conditional(name: str, args: tuple[sp.Expr, ...]) -> str:
    """p(y | x): the name says after how many arguments the bar stands."""
    plain, _, bar = name.partition("|")
    sides = [", ".join(map(latex, part)) for part in (args[: int(bar)], args[int(bar) :])]
    return name_to_latex(plain) + bracket(r" \mid ".join(sides))


def _split(args: tuple[sp.Expr, ...]) -> int:
    """Where a function's own arguments end and the member's indices begin."""
    vectors = [p for p, a in enumerate(args) if isinstance(a, sp.IndexedBase | Vec)]
    return (
        vectors[-1] + 1
        if vectors and all(a.is_integer for a in args[vectors[-1] + 1 :])
        else len(args)
    )


@write.register(sp.KroneckerDelta)
def _delta(term: sp.KroneckerDelta) -> Written:
    first, second = sorted(term.args, key=str)
    text = subscript((first, second))
    return rf"\delta{text}", ATOM


@write.register(sp.Sum)
@write.register(sp.Product)
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
            scripts += f"{sign}_{{{latex(k)}={latex(low)}}}^{script(high)} "
    text, level = write(body)
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


@write.register(sp.Piecewise)
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


@write.register(Partial)
def _partial(term: Partial) -> Written:
    order = len(term.variables)
    d = "d" if _has_one_variable(term) else r"\partial"
    power = "" if order == 1 else f"^{order}"
    below = _below(term.variables, d)
    if isinstance(term.expr, sp.Symbol | sp.Indexed):
        return rf"\frac{{{_d(d + power, latex(term.expr))}}}{{{below}}}", ATOM
    body, level = write(term.expr)
    compact = level >= OPERATOR or (
        body.startswith(r"\frac{") and not isinstance(term.expr, sp.Mul)
    )
    if isinstance(term.expr, sp.Mul) and body.startswith(r"\frac") and body.count(r"\frac") == 1:
        compact = not any(is_long(f) for f in term.expr.args)
    return rf"\frac{{{d}{power}}}{{{below}}} {body if compact else bracket(body)}", OPERATOR


def _is_one_fraction(term: sp.Expr) -> bool:
    r"""Whether a term is written as one \frac and nothing behind it."""
    if isinstance(term, sp.Pow):
        return is_reciprocal(term)
    if not isinstance(term, sp.Mul) or is_negative(term):
        return False
    above = [f for f in term.args if not is_reciprocal(f)]
    below = len(above) < len(term.args) and all(not f.is_Rational for f in term.args)
    return below and not any(is_long(f) or is_tall(f) for f in above)


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


@write.register(At)
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


@write.register(Vec)
def _vec(term: Vec) -> Written:
    """A family by its entry: (z_k + c)_k."""
    return bracket(latex(term.body)) + subscript(term.indices), ATOM

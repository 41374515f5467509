"""Terms as one line of Unicode text, for terminals: σ(z)·(1 − σ(z)), Σ_q y_q·(δ_jq − a_j)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from derive.functions import catalogue
from derive.latex.notation import FUNCTIONS, GREEK
from derive.latex.order import is_negative, ordered_factors, ordered_terms
from derive.terms import At, Decimal, NamedFunction, Partial, Vec, name_of

SUM, PRODUCT, POWER, ATOM = range(4)
Written = tuple[str, int]

_WORDS = {function: word for word, function in reversed(list(FUNCTIONS.items())) if word != "log"}
_ACCENTS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "dot": "\u0307", "vec": "\u20d7"}
_SIGNS = {sp.Gt: ">", sp.Ge: "≥", sp.Lt: "<", sp.Le: "≤", sp.Eq: "=", sp.Ne: "≠"}
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def text(term: sp.Expr) -> str:
    """The term as one line of Unicode text."""
    return _write(term)[0]


def _letter(word: str) -> str:
    if word not in GREEK or word == "ell":
        return "ℓ" if word == "ell" else word
    size = "CAPITAL" if word[0].isupper() else "SMALL"
    name = "LAMDA" if word.lower() == "lambda" else word.upper().removeprefix("VAR")
    return unicodedata.lookup(f"GREEK {size} LETTER {name}")


def name(spelling: str) -> str:
    """A name as text: `hat y_new` is ŷ_new, `beta` is β."""
    *styles, rest = spelling.split(" ")
    base, mark, script = re.match(r"([^_^]+)([_^]?)(.*)", rest, re.DOTALL).groups()  # type: ignore[union-attr]
    letter = _letter(base) + "".join(_ACCENTS.get(s, "") for s in styles)
    return f"{letter}{mark}{script}"


def _held(term: sp.Expr, level: int) -> str:
    written, own = _write(term)
    return written if own >= level else f"({written})"


def _write(term: sp.Expr) -> Written:
    for kinds, writer in _WRITERS:
        if isinstance(term, kinds):
            return writer(term)
    return str(term), ATOM


def _subscript(indices: tuple[sp.Expr, ...]) -> str:
    texts = [text(i).replace(" ", "") for i in indices]
    joined = ("" if all(len(t) == 1 for t in texts) else ",").join(texts)
    return f"_{{{joined}}}" if any(sign in joined for sign in "+-·/(") else f"_{joined}"


def _number(term: sp.Expr) -> Written:
    special = {sp.S.Infinity: "∞", sp.S.NegativeInfinity: "-∞", sp.S.Pi: "π", sp.S.Exp1: "e"}
    if term in special:
        return special[term], ATOM
    return str(term), SUM if term.is_negative else (ATOM if term.is_Integer else PRODUCT)


def _add(term: sp.Add) -> Written:
    out = ""
    for part in ordered_terms(term):
        negative = is_negative(part)
        written = _held(-part if negative else part, PRODUCT)
        sign = " - " if negative else " + "
        out += (sign if out else sign.strip(" +")) + written
    return out, SUM


def _mul(term: sp.Mul) -> Written:
    if any(isinstance(f, sp.Mul) for f in term.args):
        return "·".join(_held(f, POWER) for f in term.args if f != 1), PRODUCT
    if is_negative(term):
        return f"-{_held(-term, PRODUCT)}", SUM
    above, below = [], []
    for f in term.args:
        if f.is_Rational:
            above += [sp.Integer(f.p)] if f.p != 1 else []
            below += [sp.Integer(f.q)] if f.q != 1 else []
        elif isinstance(f, sp.Pow) and f.exp.is_Rational and f.exp.is_negative:
            below.append(1 / f)
        else:
            above.append(f)
    numerator = "·".join(_held(f, POWER) for f in ordered_factors(above)) or "1"
    if not below:
        return numerator, PRODUCT
    inner = "·".join(_held(f, POWER) for f in ordered_factors(below))
    return f"{numerator}/{f'({inner})' if len(below) > 1 else inner}", PRODUCT


def _pow(term: sp.Pow) -> Written:
    base, exponent = term.base, term.exp
    if exponent == sp.Rational(1, 2):
        return f"√{_held(base, ATOM)}", POWER
    if exponent.is_Rational and exponent.is_negative:
        return f"1/{_held(1 / term, POWER)}", PRODUCT
    raised = (
        str(exponent).translate(_RAISED) if exponent.is_Integer else f"^{_held(exponent, ATOM)}"
    )
    return f"{_held(base, ATOM)}{raised}", POWER


def _exp(term: sp.exp) -> Written:
    return f"e^{_held(term.args[0], ATOM)}", POWER


def _function(term: sp.Function) -> Written:
    word = _WORDS.get(term.func, term.func.__name__)
    if isinstance(term, sp.Abs):
        return f"|{text(term.args[0])}|", ATOM
    return f"{word}({', '.join(text(a) for a in term.args)})", ATOM


def _application(term: sp.Function) -> Written:
    word = term.func.__name__
    split = len(term.args)
    if word in catalogue:
        split = len(catalogue[word].params)
        symbol = catalogue[word].symbol.removeprefix("\\")
        word = symbol if symbol in GREEK else word
    written = f"{name(word)}({', '.join(text(a) for a in term.args[:split])})"
    return written + (_subscript(term.args[split:]) if term.args[split:] else ""), ATOM


def _delta(term: sp.KroneckerDelta) -> Written:
    return "δ" + _subscript(tuple(sorted(term.args, key=str))), ATOM


def _sum(term: sp.Sum | sp.Product) -> Written:
    sign = "Σ" if isinstance(term, sp.Sum) else "Π"
    scripts = " ".join(
        f"{sign}_{{{text(k)}={text(low)}..{text(high)}}}" for k, low, high in reversed(term.limits)
    )
    return f"{scripts} {_held(term.function, PRODUCT)}", PRODUCT


def _piecewise(term: sp.Piecewise) -> Written:
    rows = [
        f"{text(e)} {'otherwise' if c == sp.true else 'if ' + _condition(c)}" for e, c in term.args
    ]
    return "{ " + "; ".join(rows) + " }", ATOM


def _condition(condition: sp.Basic) -> str:
    if isinstance(condition, Relational):
        return f"{text(condition.lhs)} {_SIGNS[condition.func]} {text(condition.rhs)}"
    word = " and " if isinstance(condition, sp.And) else " or "
    return word.join(_condition(c) for c in sorted(condition.args, key=sp.default_sort_key))


def _partial(term: Partial) -> Written:
    count = len(term.variables)
    power = str(count).translate(_RAISED) if count > 1 else ""
    below = " ".join(f"∂{text(v)}" for v in reversed(term.variables))
    if isinstance(term.expr, sp.Symbol | sp.Indexed):
        return f"∂{power}{text(term.expr)}/{below}", POWER
    return f"∂{power}/{below} {_held(term.expr, POWER)}", PRODUCT


def _at(term: At) -> Written:
    inner, variable, value = term.args
    f = inner.expr if isinstance(inner, Partial) else inner
    if isinstance(inner, Partial) and f.args == (variable,):
        head, _, _ = text(f).partition("(")
        return f"{head}{'′' * len(inner.variables)}({text(value)})", ATOM
    return f"[{text(inner)}]_{{{text(variable)}={text(value)}}}", ATOM


_WRITERS: tuple[tuple[type | tuple[type, ...], Callable[..., Written]], ...] = (
    (sp.Symbol, lambda t: (name(t.name), ATOM)),
    (sp.IndexedBase, lambda t: (name(str(t.label)), ATOM)),
    (sp.Indexed, lambda t: (name(name_of(t) or "") + _subscript(t.indices), ATOM)),
    (Decimal, lambda t: (str(t), ATOM)),
    ((sp.Number, sp.NumberSymbol), _number),
    (sp.Add, _add),
    (sp.Mul, _mul),
    (sp.Pow, _pow),
    (sp.exp, _exp),
    (sp.KroneckerDelta, _delta),
    (sp.Piecewise, _piecewise),
    ((NamedFunction, AppliedUndef), _application),
    (sp.Function, _function),
    ((sp.Max, sp.Min), _function),
    ((sp.Sum, sp.Product), _sum),
    (Partial, _partial),
    (At, _at),
    (Vec, lambda t: (f"({text(t.body)}){_subscript(t.indices)}", ATOM)),
)

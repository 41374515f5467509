r"""From indices to matrix notation: Σ_k W_ki δ_k is W^\top \delta, δ_i x_j is \delta x^\top.

Each term of a sum is a product of members; `Graph` finds the product of matrices that it is.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from derive.matrix.entries import HELD, LATEX, NoNotationError, Style, outside
from derive.matrix.graph import Graph
from derive.terms import free, fresh, rename_bound, sum_of

Ends = tuple[sp.Symbol | None, sp.Symbol | None]


def matrix_latex(term: sp.Expr, rows: sp.Symbol | None, columns: sp.Symbol | None) -> str | None:
    """The matrix whose entry at (rows, columns) is the term, as LaTeX; None if there is none.

    Without `columns` it is a column, without both a scalar.

    >>> from derive.terms import family, index, size
    >>> i, j = index("i"), index("j")
    >>> d, x = family("delta", size("m")), family("x", size("n"))
    >>> matrix_latex(d[i] * x[j], i, j)
    '\\\\delta x^\\\\top'
    """
    return written(term, (rows, columns), LATEX)


def written(term: sp.Expr, ends: Ends, style: Style) -> str | None:
    """The matrix whose entry over the ends (rows, columns) is the term; None if there is none."""
    try:
        parts = [p for t in sp.Add.make_args(term) for p in _terms(t, ends, style)]
    except NoNotationError:
        return None
    # A sum reads better with a positive term to begin with.
    first = next((p for p in parts if p[0] > 0), parts[0])
    text = ""
    for sign, part in (first, *(p for p in parts if p is not first)):
        text += (" - " if text else "-") * (sign < 0) + (" + " if text else "") * (sign > 0) + part
    return text


def _terms(term: sp.Expr, ends: Ends, style: Style) -> list[tuple[int, str]]:
    """A term as it stands if that has a form, else multiplied out, else with a Σ in front."""
    spread = tuple(_spread(term))
    for terms, outer in (((term,), False), (spread, False), ((term,), True), (spread, True)):
        try:
            return [_monomial(t, ends, style, outer) for t in terms]
        except NoNotationError:
            continue
    raise NoNotationError


def _spread(term: sp.Expr) -> Iterator[sp.Expr]:
    """The terms of a product that is multiplied out, Σ(a + b) as Σa + Σb."""
    for t in sp.Add.make_args(sp.expand_mul(term, False)):
        for s in (f for f in sp.Mul.make_args(t) if isinstance(f, sp.Sum)):
            body = sp.Add.make_args(sp.expand_mul(s.function, False))
            if len(body) > 1:
                rest = [f for f in sp.Mul.make_args(t) if f != s]
                for b in body:
                    yield from _spread(sp.Mul(*rest, sum_of(b, *s.limits)))
                break
        else:
            yield t


def _monomial(term: sp.Expr, ends: Ends, style: Style, outer: bool) -> tuple[int, str]:
    coefficient, factors, bound = _flat(term, ends)
    sign = -1 if coefficient.could_extract_minus_sign() else 1
    number = coefficient * sign
    body = (_summed if outer else _product)(factors, ends, bound, style)
    front = "" if number == 1 else style.number(number)
    parts = [p for p in (front, *body) if p]
    if not parts:
        return sign, style.number(number)
    if sign < 0 or len(parts) > 1:
        # What stands before a sum multiplies all of it.
        parts[-1] = f"({parts[-1]})" if outside(parts[-1], HELD) else parts[-1]
    return sign, " ".join(parts)


def _product(factors: list[sp.Expr], ends: Ends, bound: list[sp.Symbol], style: Style) -> list[str]:
    """The scalars and the matrix."""
    graph = Graph(factors, [k for k in ends if k is not None], bound, style)
    return [" ".join(graph.scalars), graph.matrix()]


def _summed(factors: list[sp.Expr], ends: Ends, bound: list[sp.Symbol], style: Style) -> list[str]:
    """With a Σ in front over an index that only numbers matrices, such as heads."""
    for outer in bound:
        try:
            front, text = _product(factors, ends, [k for k in bound if k != outer], style)
        except NoNotationError:
            continue
        sigma = rf"\sum_{{{style.term(outer)}}}" if style is LATEX else f"Σ_{style.term(outer)}"
        return [sigma, front, text]
    raise NoNotationError


def _flat(term: sp.Expr, ends: Ends) -> tuple[sp.Expr, list[sp.Expr], list[sp.Symbol]]:
    """What carries no index, the factors that do, and the bound indices, all named apart."""
    factors: list[sp.Expr] = []
    bound: list[sp.Symbol] = []
    todo = list(sp.Mul.make_args(term))
    while todo:
        f = todo.pop(0)
        if isinstance(f, sp.Sum):
            taken = frozenset(s for g in (*factors, *todo) for s in g.atoms(sp.Symbol))
            for k, _, _ in f.limits:
                if k in taken or k in bound:
                    f = rename_bound(f, k, fresh(k, taken | f.atoms(sp.Symbol) | set(bound)))
            bound += [limit[0] for limit in f.limits]
            todo += sp.Mul.make_args(f.function)
        elif isinstance(f, sp.Mul):
            todo += f.args
        else:
            factors.append(f)
    places = {*ends, *bound}
    fixed = [f for f in factors if not free(f) & places]
    return sp.Mul(*fixed), [f for f in factors if f not in fixed], bound

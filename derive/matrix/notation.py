r"""From indices to matrix notation: Σ_k W_ki δ_k is W^\top \delta, δ_i x_j is \delta x^\top.

A product of members is a graph: its indices are the places, a member with two indices an edge,
what has one index a weight at its place. Where the graph is a tree, it is a product of matrices.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from derive.latex.writer import latex
from derive.terms import Partial, free, fresh, rename_bound

Edge = tuple[sp.Symbol, sp.Symbol, str]


class _NoNotationError(Exception):
    """The term has no matrix form here."""


def matrix_latex(term: sp.Expr, rows: sp.Symbol | None, columns: sp.Symbol | None) -> str | None:
    """The matrix whose entry at (rows, columns) is the term, as LaTeX; None if there is none.

    Without `columns` it is a column, without both a scalar.

    >>> from derive.terms import family, index, size
    >>> i, j = index("i"), index("j")
    >>> d, x = family("delta", size("m")), family("x", size("n"))
    >>> matrix_latex(d[i] * x[j], i, j)
    '\\\\delta x^\\\\top'
    """
    try:
        parts = [p for t in sp.Add.make_args(term) for p in _terms(t, rows, columns)]
    except _NoNotationError:
        return None
    text = ""
    for sign, part in parts:
        text += (" - " if text else "-") * (sign < 0) + (" + " if text else "") * (sign > 0) + part
    return text


def _terms(
    term: sp.Expr, rows: sp.Symbol | None, columns: sp.Symbol | None
) -> list[tuple[int, str]]:
    """A term as it stands if that has a form, else multiplied out."""
    try:
        return [_monomial(term, rows, columns)]
    except _NoNotationError:
        spread = sp.expand_mul(term, False)
        if not isinstance(spread, sp.Add):
            raise
        return [_monomial(t, rows, columns) for t in spread.args]


def _monomial(term: sp.Expr, rows: sp.Symbol | None, columns: sp.Symbol | None) -> tuple[int, str]:
    coefficient, factors, bound = _flat(term)
    ends = [k for k in (rows, columns) if k is not None]
    graph = _Graph(factors, [*ends, *bound])
    known = free(term) & set(ends)
    if rows is not None and columns is not None and rows in known and columns in known:
        text = graph.between(rows, columns)
    elif columns is None and rows in known:
        text = graph.column(rows)
    elif not ends:
        text = ""
    else:
        raise _NoNotationError
    scalars = graph.scalars()
    sign = -1 if coefficient.could_extract_minus_sign() else 1
    number = coefficient * sign
    front = "" if number == 1 else latex(number)
    parts = [p for p in (front, scalars, text) if p]
    if sign < 0 or len(parts) > 1:
        parts[-1] = _held_sum(parts[-1])
    return sign, " ".join(parts)


def _flat(term: sp.Expr) -> tuple[sp.Expr, list[sp.Expr], list[sp.Symbol]]:
    """What carries no index, the factors that do, and the bound indices, all named apart."""
    coefficient: sp.Expr = sp.S.One
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
        elif f.atoms(sp.Indexed) or isinstance(f, sp.KroneckerDelta):
            factors.append(f)
        elif isinstance(f, sp.Mul):
            todo += f.args
        else:
            coefficient *= f
    return coefficient, factors, bound


class _Graph:
    """Places, edges between them and weights at them."""

    def __init__(self, factors: Sequence[sp.Expr], places: list[sp.Symbol]) -> None:
        self.places = places
        self.edges: list[Edge] = []
        self.weights: dict[sp.Symbol, list[str]] = {k: [] for k in places}
        self.used: set[sp.Symbol] = set()
        for f in factors:
            touched = [k for k in places if k in free(f)]
            if len(touched) == 1:
                self.weights[touched[0]].append(_entrywise(f, (touched[0],)))
            elif len(touched) == 2:
                self._edge(f, touched[0], touched[1])
            else:
                raise _NoNotationError

    def _edge(self, f: sp.Expr, one: sp.Symbol, other: sp.Symbol) -> None:
        if isinstance(f, sp.KroneckerDelta):
            self.edges.append((one, other, ""))
            return
        for pair in ((one, other), (other, one)):
            try:
                self.edges.append((*pair, _entrywise(f, pair)))
            except _NoNotationError:
                continue
            return
        raise _NoNotationError

    def column(self, at: sp.Symbol, came: Edge | None = None) -> str:
        """The column over a place, everything behind it multiplied in."""
        if at in self.used:
            raise _NoNotationError
        self.used.add(at)
        parts = list(self.weights[at])
        for edge in self.edges:
            if edge is not came and at in edge[:2]:
                parts.append(self._through(edge, at))
        if not parts:
            return r"\mathbf{1}"
        return _product(parts)

    def _through(self, edge: Edge, at: sp.Symbol) -> str:
        there = edge[1] if edge[0] == at else edge[0]
        rest = self.column(there, edge)
        return f"{_facing(edge, at)} {_factor(rest)}".strip()

    def between(self, rows: sp.Symbol, columns: sp.Symbol) -> str:
        """The matrix over two places: a path of products, or a column times a row."""
        path = self._path(rows, columns, None)
        if path is None:
            left, right = self.column(rows), self.column(columns)
            return f"{_factor(left)} {_transposed(right)}"
        text, here = [], rows
        for edge in path:
            text += [self._diagonal(here, path), _facing(edge, here)]
            here = edge[1] if edge[0] == here else edge[0]
        text.append(self._diagonal(here, path))
        return " ".join(t for t in text if t) or r"\mathbf{I}"

    def _diagonal(self, at: sp.Symbol, path: list[Edge]) -> str:
        self.used.add(at)
        parts = list(self.weights[at])
        parts += [self._through(e, at) for e in self.edges if e not in path and at in e[:2]]
        return rf"\operatorname{{diag}}({_product(parts)})" if parts else ""

    def _path(self, here: sp.Symbol, there: sp.Symbol, came: Edge | None) -> list[Edge] | None:
        for edge in self.edges:
            if edge is came or here not in edge[:2]:
                continue
            after = edge[1] if edge[0] == here else edge[0]
            rest = [] if after == there else self._path(after, there, edge)
            if rest is not None:
                return [edge, *rest]
        return None

    def scalars(self) -> str:
        """What hangs together with neither end: xᵀy for two weights at one place."""
        texts = []
        for k in self.places:
            if k in self.used or not (self.weights[k] or any(k in e[:2] for e in self.edges)):
                continue
            if len(self.weights[k]) == 2 and not any(k in e[:2] for e in self.edges):
                self.used.add(k)
                one, other = sorted(self.weights[k])
                texts.append(f"{_transposed(one)} {_factor(other)}")
            else:
                texts.append(rf"\mathbf{{1}}^\top {_factor(self.column(k))}")
        return " ".join(f"({t})" for t in texts) if texts else ""


def _product(parts: Sequence[str]) -> str:
    """Entry by entry; a product of matrices or a sum among several factors in brackets."""
    if len(parts) == 1:
        return parts[0]
    return r" \odot ".join(f"({p})" if " " in p and not _held(p) else p for p in parts)


def _facing(edge: Edge, at: sp.Symbol) -> str:
    return edge[2] if edge[0] == at or not edge[2] else _transposed(edge[2])


def _held(text: str) -> bool:
    return text.startswith("(") and text.endswith(")")


def _factor(text: str) -> str:
    return f"({text})" if _depth_zero(text, (" + ", " - ", r"\odot")) else text


def _held_sum(text: str) -> str:
    """A sum in brackets: what stands before it multiplies all of it."""
    return f"({text})" if _depth_zero(text, (" + ", " - ")) else text


def _depth_zero(text: str, signs: tuple[str, ...]) -> bool:
    """Whether one of the signs stands outside of all brackets."""
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter in "({") - (letter in ")}")
        if depth == 0 and any(text.startswith(sign, place) for sign in signs):
            return True
    return False


def _transposed(text: str) -> str:
    plain = text.replace("\\", "").isalnum() or text == r"\mathbf{1}"
    return rf"{text}^\top" if plain else rf"({text})^\top"


def _entrywise(f: sp.Expr, indices: tuple[sp.Symbol, ...]) -> str:
    """A term of members at these very indices, the indices left out."""
    if isinstance(f, sp.Indexed):
        if tuple(f.indices) != indices:
            raise _NoNotationError
        return latex(f.base)
    if isinstance(f, Partial) and len(f.variables) == 1 and isinstance(f.variables[0], sp.Indexed):
        below = _entrywise(f.variables[0], indices)
        return rf"\frac{{\partial {latex(f.expr)}}}{{\partial {below}}}"
    if isinstance(f, sp.Add):
        return _sum_of_entries(f, indices)
    if isinstance(f, sp.Mul):
        number, rest = f.as_coeff_Mul()
        parts = [_factor(_entrywise(a, indices)) for a in sp.Mul.make_args(rest)]
        return (f"{latex(number)} " if number != 1 else "") + r" \odot ".join(parts)
    if isinstance(f, sp.Pow) and f.exp.is_Integer and f.exp == 2:
        inner = _factor(_entrywise(f.base, indices))
        return rf"{inner} \odot {inner}"
    if isinstance(f, sp.Function) and len(f.args) == 1:
        probe = sp.Symbol("x", real=True)
        name = latex(f.func(probe)).split("(")[0].removesuffix(r"\left").removesuffix(" x")
        return f"{name}({_entrywise(f.args[0], indices)})"
    raise _NoNotationError


def _sum_of_entries(f: sp.Add, indices: tuple[sp.Symbol, ...]) -> str:
    text = ""
    for term in sorted(f.args, key=lambda t: (t.could_extract_minus_sign(), str(t))):
        minus = term.could_extract_minus_sign()
        plain = -term if minus else term
        one = r"\mathbf{1}" if len(indices) == 1 else r"\mathbf{1} \mathbf{1}^\top"
        if plain.is_number:
            body = one if plain == 1 else f"{latex(plain)} {one}"
        else:
            body = _entrywise(plain, indices)
        text += (" - " if text else "-") if minus else (" + " if text else "")
        text += body
    return text

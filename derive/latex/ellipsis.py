"""Ellipses written out: `x_1 + \\dots + x_n` is Σ_k x_k, `x_1 x_2 \\cdots x_n` is Π_k x_k."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from derive.latex import syntax as s
from derive.latex.roles import Roles, index_parts, is_transposition
from derive.latex.spelling import mapped

_LETTERS = ("k", "l", "j", "p", "q", "r")
_NO_ROLES = Roles()


class _Different(Exception):
    """Two terms that are not one term with two values of an index."""


def written_out(tree: s.Listing) -> tuple[s.Listing, tuple[str, ...]]:
    """The tree with sums and products for its ellipses, and what to say of them.

    An ellipsis stays where the terms around it do not show one term of an index.
    """
    if not tree.of(s.Dots):
        return tree, ()
    used = {x for name in tree.of(s.Name) for x in name.text}
    free = [x for x in _LETTERS if x not in used]
    notes: list[str] = []

    def rewrite(node: s.Node) -> s.Node:
        node = mapped(node, rewrite)
        if not free:
            return node
        if isinstance(node, s.Addition):
            found = _sum(node, free[0])
        else:
            found = _product(node, free[0]) if isinstance(node, s.Term) else None
        if found is None:
            return node
        kind = "a sum" if isinstance(node, s.Addition) else "a product"
        notes.append(f"the ellipsis read as {kind} over {free.pop(0)}")
        return found

    result = rewrite(tree)
    assert isinstance(result, s.Listing)
    return result, tuple(notes)


def components_of(node: s.Node) -> tuple[s.Node, ...] | None:
    r"""The entries of `(a, b)`, `[x_1, \dots, x_n]^\top` or of a matrix with one row or column."""
    if not isinstance(node, s.Group):
        node = s.bare(node)
    if isinstance(node, s.Script) and node.sub is None and not node.primes:
        return components_of(node.base) if is_transposition(node.sup) else None
    if isinstance(node, s.Matrix):
        return _single_line(node)
    if not isinstance(node, s.Group) or not isinstance(node.body, s.Listing):
        return None
    items = node.body.items
    several = len(items) > 1 and set(node.body.separators) <= {",", ";"}
    relations = any(getattr(x, "relations", ()) for x in items)
    numbers = isinstance(s.bare(items[0]), s.Number) and node.delimiter == r"\{"
    closed = node.delimiter in ("(", "[", "{", r"\{") and not numbers
    return items if several and closed and not relations else None


def _single_line(node: s.Matrix) -> tuple[s.Node, ...] | None:
    if node.kind == "vmatrix":
        return None
    if len(node.rows) > 1 and all(len(row) == 1 for row in node.rows):
        return tuple(row[0] for row in node.rows)
    return node.rows[0] if len(node.rows) == 1 and len(node.rows[0]) > 1 else None


def general_term(items: Sequence[s.Node], letter: str) -> tuple[s.Node, s.Node] | None:
    r"""The term and the last index of `x_1, x_2, \dots, x_n`, counted from 1, if it is that."""
    place = _dots(tuple(items))
    if place is None or place != len(items) - 2:
        return None
    run = _Run.of(items[place - 1], items[-1], letter)
    if run is None:
        return None
    if not all(run.takes_in(item) for item in reversed(items[: place - 1])):
        return None
    if run.term is None or run.high is None or run.low is None or run.low.text != "1":
        return None
    return run.term, run.high


# -- sums and products ----------------------------------------------------------------------------


def _sum(node: s.Addition, letter: str) -> s.Node | None:
    place = _dots(node.terms)
    if place is None or set(node.signs[max(place - 1, 1) : place + 2]) != {"+"}:
        return None
    found = _Run.of(node.terms[place - 1], node.terms[place + 1], letter)
    if found is None:
        return None
    first = place - 1
    while first and (first == 1 or node.signs[first - 1] == "+"):
        if node.signs[first] != "+" or not found.takes_in(node.terms[first - 1]):
            break
        first -= 1
    if first and _Run.of(node.terms[first - 1], node.terms[place + 1], letter):
        return None  # x_1 + x_3 + … is no sum over all k
    total = found.big("sum", node.terms[first].start, node.terms[place + 1].end)
    terms = (*node.terms[:first], total, *node.terms[place + 2 :])
    signs = (*node.signs[:first], node.signs[first], *node.signs[place + 2 :])
    return s.Addition(node.start, node.end, terms, signs)


def _product(node: s.Term, letter: str) -> s.Node | None:
    place = _dots(node.items)
    if place is None or "/" in node.ops:
        return None
    for length in (1, 2):
        before = _factor(node.items[max(place - length, 0) : place])
        after = _factor(node.items[place + 1 : place + 1 + length])
        found = _Run.of(before, after, letter) if before and after else None
        if found is None:
            continue
        first = place - length
        while first >= length and found.takes_in(
            _factor(node.items[first - length : first]) or node
        ):
            first -= length
        end = place + 1 + length
        product = found.big("prod", node.items[first].start, node.items[end - 1].end)
        group = s.Group(product.start, product.end, product, "{")
        return s.Term(
            node.start,
            node.end,
            (*node.items[:first], group, *node.items[end:]),
            (*node.ops[:first], node.ops[first], *node.ops[end:]),
        )
    return None


def _dots(items: tuple[s.Node, ...]) -> int | None:
    """Where the one ellipsis stands, with something on both of its sides."""
    places = [k for k, item in enumerate(items) if isinstance(s.bare(item), s.Dots)]
    return places[0] if len(places) == 1 and 0 < places[0] < len(items) - 1 else None


def _factor(items: tuple[s.Node, ...]) -> s.Node | None:
    if not items:
        return None
    return s.Term(items[0].start, items[-1].end, items, ("",) * len(items))


# -- one term with an index -----------------------------------------------------------------------


class _Run:
    """What the terms around an ellipsis have in common: a term of an index, and its range."""

    def __init__(self, letter: str) -> None:
        self.letter = letter
        self.low: s.Number | None = None
        self.high: s.Node | None = None
        self.term: s.Node | None = None

    @classmethod
    def of(cls, before: s.Node, last: s.Node, letter: str) -> _Run | None:
        """The run from the term before the ellipsis to the last one, if there is one."""
        run = cls(letter)
        try:
            run.term = run._merged(before, last)
        except _Different:
            return None
        return run if run.low is not None else None

    def takes_in(self, term: s.Node) -> bool:
        """Whether a term is the one before the first; then the run begins there."""
        assert self.term is not None
        assert self.low is not None
        value = int(self.low.text) - 1
        number = replace(self.low, text=str(value))
        if value < 0 or _shape(_with_index(self.term, self.letter, number)) != _shape(term):
            return False
        self.low = number
        return True

    def big(self, kind: str, start: int, end: int) -> s.Term:
        """The sum or product of the run."""
        assert self.term is not None
        assert self.low is not None
        letter = s.Name(start, end, self.letter)
        below = s.Chain(start, end, (letter, self.low), ("=",))
        big = s.Script(start, end, s.Big(start, end, kind), below, self.high)
        body = self.term
        if isinstance(body, s.Term) and "/" not in body.ops:
            return s.Term(start, end, (big, *body.items), ("", *("", *body.ops[1:])))
        group = s.Group(start, end, body, "(") if isinstance(body, s.Addition) else body
        return s.Term(start, end, (big, group), ("", ""))

    def _merged(self, one: s.Node, last: s.Node) -> s.Node:
        one, last = s.bare(one), s.bare(last)
        if _shape(one) == _shape(last):
            return one
        counts = isinstance(one, s.Number) and one.text.isdigit()
        if counts and isinstance(last, s.Name | s.Number | s.Addition):
            self._range(one, last)
            return s.Name(one.start, one.end, self.letter)
        if type(one) is not type(last):
            raise _Different
        changed: dict[str, Any] = {}
        for f in fields(one):
            if f.name not in ("start", "end"):
                mine, other = getattr(one, f.name), getattr(last, f.name)
                subscripts = f.name == "sub" and isinstance(one, s.Script)
                changed[f.name] = (
                    self._subscript(mine, other) if subscripts else self._value(mine, other)
                )
        return replace(one, **changed)

    def _subscript(self, mine: s.Node | None, other: s.Node | None) -> s.Node | None:
        """`i1` and `im` differ in their second index."""
        first = index_parts(mine, _NO_ROLES) if mine is not None else None
        last = index_parts(other, _NO_ROLES) if other is not None else None
        if mine is None or not first or not last or len(first) != len(last):
            return self._value(mine, other)
        merged = tuple(self._merged(a, b) for a, b in zip(first, last, strict=True))
        return s.Listing(mine.start, mine.end, merged, (",",) * (len(merged) - 1))

    def _value(self, mine: Any, other: Any) -> Any:
        if isinstance(mine, s.Node) and isinstance(other, s.Node):
            return self._merged(mine, other)
        if isinstance(mine, tuple) and isinstance(other, tuple) and len(mine) == len(other):
            return tuple(self._value(a, b) for a, b in zip(mine, other, strict=True))
        if mine != other:
            raise _Different
        return mine

    def _range(self, low: s.Node, high: s.Node) -> None:
        assert isinstance(low, s.Number)
        if self.low is not None and (
            self.low.text != low.text or _shape(self.high) != _shape(high)
        ):
            raise _Different
        self.low, self.high = low, high


def _with_index(node: s.Node, letter: str, number: s.Number) -> s.Node:
    if isinstance(node, s.Name) and node.text == letter:
        return number
    return mapped(node, lambda inner: _with_index(inner, letter, number))


def _shape(node: Any) -> Any:
    """What a node says, wherever it stands and however it is braced; equal shapes mean the same."""
    if isinstance(node, tuple):
        return tuple(_shape(x) for x in node)
    if not isinstance(node, s.Node):
        return node
    node = s.bare(node)
    if isinstance(node, s.Script) and node.sub is not None:
        parts = index_parts(node.sub, _NO_ROLES)
        if parts:
            rest = (_shape(node.base), _shape(node.sup), node.primes)
            return ("member", rest, tuple(_shape(p) for p in parts))
    inside = tuple(
        _shape(getattr(node, f.name)) for f in fields(node) if f.name not in ("start", "end")
    )
    return (type(node).__name__, inside)

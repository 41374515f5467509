"""The other reading of an operator: d/dx x² + x may mean the derivative of all that follows."""

from __future__ import annotations

from collections.abc import Callable

from derive.latex import syntax as s


def widened(side: s.Node, opens: Callable[[s.Node], bool]) -> s.Node | None:
    """A side whose first operator reaches over everything after it; None if it does already.

    `opens` says whether an item is an operator that stands before what it applies to.
    """
    plain = s.bare(side)
    whole = plain if isinstance(plain, s.Addition) else s.Addition(
        plain.start, plain.end, (plain,), ("+",)
    )  # fmt: skip
    for place, term in enumerate(whole.terms):
        items, ops = (term.items, term.ops) if isinstance(term, s.Term) else ((term,), ("",))
        for at, (item, op) in enumerate(zip(items, ops[1:], strict=False)):
            if op or not opens(item):
                continue
            operand = _operand(whole, place, at + 1)
            if operand is None:
                return None
            reaching = s.Term(term.start, operand.end, (*items[: at + 1], operand), ops[: at + 2])
            end = place + 1 if operand.end == term.end else len(whole.terms)
            terms = (*whole.terms[:place], reaching, *whole.terms[end:])
            signs = (*whole.signs[: place + 1], *whole.signs[end:])
            return s.Addition(whole.start, whole.end, terms, signs)
    return None


def _operand(whole: s.Addition, place: int, start: int) -> s.Group | None:
    """All that follows an operator in a sum, in brackets; None if it has its reach from its form.

    What stands in brackets of its own ends there: d/dx (x² + x) + 1.
    """
    term = whole.terms[place]
    assert isinstance(term, s.Term)
    items, ops = term.items[start:], ("", *term.ops[start + 1 :])
    following, signs = whole.terms[place + 1 :], whole.signs[place + 1 :]
    if len(items) == 1 and isinstance(s.unscripted(items[0]), s.Group):
        following, signs = (), ()
    if not following and not any(ops):
        return None
    first = s.Term(items[0].start, term.end, items, ops)
    end = following[-1].end if following else term.end
    body = s.Addition(first.start, end, (first, *following), ("+", *signs))
    return s.Group(first.start, end, body, "(")

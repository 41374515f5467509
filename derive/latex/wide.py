"""Other readings: d/dx of all that follows, in d/dx x² + x; a sum over both, in Σ_{i≠j} a_i a_j."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import TypeGuard

from derive.latex import syntax as s
from derive.latex.spelling import mapped

_LOGARITHMS = ("ln", "log")


def widened(side: s.Node, opens: Callable[[s.Node], bool]) -> s.Node | None:
    """A side whose first operator reaches over everything after it; None if it does already.

    `opens` says whether an item is an operator that stands before what it applies to.
    """
    plain = s.bare(side)
    whole = plain if isinstance(plain, s.Addition) else None
    for place, term in enumerate(whole.terms if whole is not None else (plain,)):
        items, ops = (term.items, term.ops) if isinstance(term, s.Term) else ((term,), ("",))
        for at, (item, op) in enumerate(zip(items, ops[1:], strict=False)):
            if op or not opens(item):
                continue
            whole = whole or s.Addition(plain.start, plain.end, (plain,), ("+",))
            operand = _operand(whole, place, at + 1)
            if operand is None:
                return None
            reaching = s.Term(term.start, operand.end, (*items[: at + 1], operand), ops[: at + 2])
            end = place + 1 if operand.end == term.end else len(whole.terms)
            terms = (*whole.terms[:place], reaching, *whole.terms[end:])
            signs = (*whole.signs[: place + 1], *whole.signs[end:])
            return s.Addition(whole.start, whole.end, terms, signs)
    return None


def doubled(side: s.Node, is_free: Callable[[str], bool]) -> s.Node | None:
    r"""A side with each \sum_{i \neq j} as a sum over i and j, where nothing else has the j."""
    changed = False

    def both(node: s.Node) -> s.Node:
        nonlocal changed
        if isinstance(node, s.Script) and isinstance(node.base, s.Big) and node.sub is not None:
            limits = s.bare(node.sub)
            partner = limits.parts[-1] if says_apart(limits) else None
            if isinstance(partner, s.Name) and not is_free(partner.text):
                changed = True
                listing = s.Listing(limits.start, limits.end, (partner, limits), (",",))
                return replace(node, sub=listing)
        return mapped(node, both)

    found = both(side)
    return found if changed else None


def says_apart(limits: s.Node) -> TypeGuard[s.Chain]:
    """Whether a relation is one ≠, as below a sum."""
    return isinstance(limits, s.Chain) and limits.relations == ("!=",)


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


def inside_logarithms(side: s.Node) -> s.Node | None:
    r"""A side with `\ln(a)^b` as the logarithm of a^b; None if it has no such exponent."""

    def rewrite(node: s.Node) -> s.Node:
        node = mapped(node, rewrite)
        if not isinstance(node, s.Term):
            return node
        items = list(node.items)
        for k, (head, raised) in enumerate(pairwise(items)):
            if _is_raised(head, raised):
                items[k + 1] = s.Group(raised.start, raised.end, raised, "(")
        return replace(node, items=tuple(items))

    terms = (x for x in side.nodes if isinstance(x, s.Term))
    if not any(_is_raised(*pair) for term in terms for pair in pairwise(term.items)):
        return None
    return rewrite(side)


def _is_raised(head: s.Node, argument: s.Node) -> bool:
    r"""Whether these are \ln and its argument in brackets with an exponent."""
    function = s.unscripted(head)
    if not isinstance(function, s.Function) or function.text not in _LOGARITHMS:
        return False
    raised = isinstance(argument, s.Script) and isinstance(argument.base, s.Group)
    return raised and isinstance(argument, s.Script) and argument.sup is not None

"""Products that people mean in two ways: each as the node at fault and what is expected there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from derive.latex import syntax as s

Trouble = tuple[s.Node, str]


def joined_numerals(product: Sequence[tuple[str, s.Node]]) -> Trouble | None:
    r"""10\,000 may be one number, and 2\frac12 alone two and a half."""
    for (_, one), (op, other) in pairwise(product):
        if op or not isinstance(one, s.Number):
            continue
        mixed = len(product) == 2 and isinstance(other, s.Fraction)
        numbers = all(isinstance(s.bare(x), s.Number) for x in other.children)
        if isinstance(other, s.Number) or (mixed and numbers):
            return other, r"\cdot between numbers, or one number"
    return None


def open_bar(
    product: Sequence[tuple[str, s.Node]], is_operator: Callable[[s.Node], bool]
) -> Trouble | None:
    """x y |_{x=3} may be taken of both factors or of the last; a derivative ends at its bar."""
    if not any(isinstance(node, s.Evaluation) for _, node in product):
        return None
    before: set[str] = set()
    for _, node in product:
        if is_operator(node):
            return None
        point = s.bare(node.point) if isinstance(node, s.Evaluation) else None
        bracketed = isinstance(node, s.Evaluation) and isinstance(node.body, s.Listing)
        if isinstance(point, s.Chain) and not bracketed and before & _names(point):
            return node, r"\left. ... \right| round what is evaluated"
        before |= _names(node)
    return None


def _names(node: s.Node) -> set[str]:
    return {x.text for x in node.nodes if isinstance(x, s.Name)}

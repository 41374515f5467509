"""How far a sum reaches: which terms after a + belong to it, and which index a bare Σ binds."""

from __future__ import annotations

from collections.abc import Callable

from derive.latex import syntax as s
from derive.latex.notation import OPAQUE, PARAMETER_LETTERS, SAMPLE_LETTERS
from derive.latex.roles import (
    Roles,
    bound_letters,
    call_indices,
    index_letters,
    index_parts,
    raised_index,
    walk,
)


def used_letters(node: s.Node, roles: Roles) -> set[str]:
    """The letters that index something in a node and are not bound within it."""
    found: set[str] = set()
    bound: set[str] = set()
    for piece in walk(node):
        if isinstance(piece, s.Script):
            if isinstance(piece.base, s.Name | s.Group):
                parts = list(raised_index(piece, roles))
                if piece.sub is not None and not piece.primes:
                    parts += index_parts(piece.sub, roles) or []
                found |= index_letters(parts)
            elif piece.sub is not None and (isinstance(piece.base, s.Big) or _is_extremum(piece)):
                bound |= bound_letters(piece.sub)
        elif isinstance(piece, s.Group) and piece.delimiter in ("(", "["):
            found |= index_letters(call_indices(piece, roles) or [])
    return found - bound


def big_letters(node: s.Node) -> list[str]:
    """The letters bound by the Σ or Π that stand open in a term (not inside brackets)."""
    plain = node if not isinstance(node, s.Term) else None
    items = node.items if isinstance(node, s.Term) else (plain,)
    found: list[str] = []
    for item in items:
        if isinstance(item, s.Script) and isinstance(item.base, s.Big) and item.sub is not None:
            found += sorted(bound_letters(item.sub))
    return found


def _is_extremum(node: s.Script) -> bool:
    return isinstance(node.base, s.Function) and node.base.text in ("max", "min", *OPAQUE)


def extremum_letters(node: s.Node) -> list[str]:
    """The letters over which a max or min that stands open in a term is taken."""
    items = node.items if isinstance(node, s.Term) else (node,)
    found: list[str] = []
    for item in items:
        if isinstance(item, s.Script) and _is_extremum(item) and item.sub is not None:
            found += sorted(bound_letters(item.sub))
    return found


def reaching_terms(
    whole: s.Node,
    addition: s.Addition,
    at: int,
    roles: Roles,
    letters_of: Callable[[s.Node], list[str]] = big_letters,
) -> tuple[str, int] | None:
    """The letter of the sum in term `at` that the next terms use, and where its reach ends.

    Only if no other reading is consistent: the letter must be free nowhere else.
    """
    letters = letters_of(addition.terms[at])
    following = [used_letters(t, roles) for t in addition.terms[at + 1 :]] if letters else []
    for letter in letters:
        after = at + 1
        for k, used in enumerate(following, start=at + 2):
            if letter in used:
                after = k
        if after > at + 1 and not _free_elsewhere(letter, whole, addition, at, roles):
            return letter, after
    return None


def _free_elsewhere(
    letter: str, whole: s.Node, addition: s.Addition, at: int, roles: Roles
) -> bool:
    """Whether a letter is free in another part of the chain or in an earlier term."""
    if any(letter in used_letters(t, roles) for t in addition.terms[:at]):
        return True
    for chain in whole.children:
        if isinstance(chain, s.Chain):
            for part in chain.parts:
                if part is None or part.start <= addition.start < part.end:
                    continue
                if letter in used_letters(part, roles):
                    return True
    return False


def is_used_outside(letter: str, node: s.Node, place: tuple[int, int], roles: Roles) -> bool:
    """Whether a letter indexes something, unbound, outside of a place in the source."""
    start, end = place
    if node.end <= start or end <= node.start:
        return letter in used_letters(node, roles)
    inside = start <= node.start and node.end <= end
    return not inside and any(is_used_outside(letter, x, place, roles) for x in node.children)


def is_sample_sum(big: s.Node, body: tuple[s.Node, ...], roles: Roles) -> bool:
    r"""Whether Σ or Σ_x runs over samples of which the summand shows nothing: Σ_x (a − y)^2.

    Only if all letters in the summand are either those for what a sample has of its own or
    those for what all samples share, and at least two of the first (Σ_x x may be anything).
    """
    below = big.sub if isinstance(big, s.Script) else None
    if isinstance(big, s.Script) and big.sup is not None:
        return False
    letter = "" if below is None else getattr(s.bare(below), "text", "?")
    if below is not None and not isinstance(s.bare(below), s.Name):
        return False
    if any(_indexes(item, letter, roles) for item in body):
        return False
    found = set().union(*(_values(item, roles) for item in body))
    shared = PARAMETER_LETTERS | set(roles.sizes)
    return len(found & SAMPLE_LETTERS) > 1 and found <= SAMPLE_LETTERS | shared


def _indexes(node: s.Node, letter: str, roles: Roles) -> bool:
    """Whether a letter (or, for a Σ without one, any) indexes something in a node."""
    for piece in walk(node):
        if isinstance(piece, s.Script) and isinstance(piece.base, s.Big):
            return True
        if isinstance(piece, s.Script) and isinstance(piece.base, s.Name):
            parts = list(raised_index(piece, roles))
            if piece.sub is not None:
                parts += index_parts(piece.sub, roles) or []
            if index_letters(parts) & ({letter} if letter else index_letters(parts)):
                return True
        if isinstance(piece, s.Term):
            called = _arguments(piece, roles)
            if called & ({letter} if letter else called):
                return True
    return False


def _values(node: s.Node, roles: Roles) -> set[str]:
    """The names in a node but those of functions."""
    found = {x.text for x in walk(node) if isinstance(x, s.Name)}
    return {x for x in found if x != "e" and not roles.is_function(x)}


def implied_letter(items: tuple[s.Node, ...], roles: Roles) -> str | None:
    """The one letter over which a bare Σ can only run; None if there are several or none."""
    used: set[str] = set()
    for item in items:
        used |= used_letters(item, roles)
    if not used:
        for item in items:
            for node in walk(item):
                if isinstance(node, s.Term):
                    used |= _arguments(node, roles)
    return used.pop() if len(used) == 1 else None


def _arguments(term: s.Term, roles: Roles) -> set[str]:
    """x in p(x), where p is no function otherwise: p(x) then is a member for each outcome x."""
    found = set()
    for head, following in zip(term.items, term.items[1:], strict=False):
        group = following.base if isinstance(following, s.Script) else following
        if isinstance(head, s.Name) and isinstance(group, s.Group) and group.delimiter == "(":
            inner = s.bare(group.body)
            if isinstance(inner, s.Name) and not roles.is_function(head.text):
                found.add(inner.text)
    return found


def only_letter(node: s.Node) -> s.Node | None:
    r"""The z of \left(\frac{1}{1+e^{-z}}\right)', which has no other letter."""
    letters = [x for x in node.nodes if isinstance(x, s.Name) and x.text != "e"]
    scripted = any(isinstance(x, s.Script) and x.sub is not None for x in node.nodes)
    one = len({x.text for x in letters}) == 1 and not scripted
    return letters[0] if one else None

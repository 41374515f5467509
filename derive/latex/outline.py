"""What a formula says by itself, before its names have meanings: the outline of a document's line.

A document is followed by outlines: which names a formula's left sides introduce, which names it
uses, whether it goes on with the formula before. Meanings come later, from `read_all`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from derive.latex import syntax as s
from derive.latex.head import Head, head_of, is_logarithm
from derive.latex.heads import gives_e_a_meaning
from derive.latex.lookup import entries_by_name
from derive.latex.notation import INDEX_LETTERS, PROBABILITIES
from derive.latex.reach import implied_letter, used_letters
from derive.latex.roles import (
    FUNCTION_LETTERS,
    Roles,
    index_parts,
    label_text,
    walk,
)
from derive.latex.tokens import tokenize
from derive.latex.trees import tree_of
from derive.latex.words import words_of

_NO_ROLES = Roles()


@dataclass(frozen=True)
class Line:
    """One chain of relations: its sides as written, and the name at its left, if it is one."""

    head: Head | None
    sides: tuple[str, ...]
    relations: tuple[str, ...]
    starts: tuple[int, ...]
    names: tuple[frozenset[str], ...]
    marks: tuple[frozenset[str], ...]

    def mentions_head(self, side: int) -> bool:
        """Whether a side uses just what stands at the chain's left."""
        return plain(self.sides[0]) in self.marks[side]

    def value(self, side: int) -> bool:
        """Whether a side is a number: no name occurs in it."""
        return not self.names[side]


@dataclass(frozen=True)
class SampleSum:
    """`\\sum_x (a - y)^2`: a sum over samples x whose values a and y carry no index.

    `start` and `end` are the places of its operator, with its subscript; `names` those of the
    letters that are different for every sample, as (name, end) pairs.
    """

    start: int
    end: int
    letter: str
    names: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Outline:
    """The chains of a formula; `names` are all names in it.

    `words` are those of several letters, and e if the text gives it a meaning;
    `samples` are its sums over a letter that their summands do not carry; `by` the names that
    it differentiates by; `lists` says that it lists things with an ellipsis: `x_1, \\dots, x_n`.
    """

    lines: tuple[Line, ...]
    names: frozenset[str]
    words: frozenset[str]
    continues: bool = False
    samples: tuple[SampleSum, ...] = ()
    by: frozenset[str] = frozenset()
    lists: bool = False


def outline(source: str, words: Iterable[str] = ()) -> Outline:
    """The outline of a formula; `words` are such names known from elsewhere.

    Raises `ReadError`.
    """
    tokens = tokenize(source)
    known = words_of([tokens], words)
    tree = tree_of(source, known)
    own = frozenset("e") if "e" in set(words) or gives_e_a_meaning(tree) else frozenset[str]()
    limited = {
        x.text
        for item in tree.items
        if isinstance(item, s.Condition)
        for x in walk(item)
        if isinstance(x, s.Name)
    }
    lines = [_line(source, item, limited, own) for item in tree.items if isinstance(item, s.Chain)]
    return Outline(
        tuple(lines),
        _names(tree, own),
        known - words_of([], ()) | own,
        bool(lines) and not lines[0].sides[0],
        tuple(x for node in walk(tree) if isinstance(node, s.Term) for x in _sample_sums(node)),
        _differentiated_by(tree),
        _is_list(tree),
    )


def with_index(source: str, names: Iterable[str], letter: str, words: Iterable[str] = ()) -> str:
    """A formula in which these names carry one more index: `a = \\sigma(z)` for every sample."""
    tokens = tokenize(source)
    tree = tree_of(source, words_of([tokens], words))
    wanted = set(names)
    return indexed(source, [at for name, at in _bare_letters(tree) if name in wanted], letter)


def indexed(source: str, places: Iterable[int], letter: str) -> str:
    """A formula with the index `letter` put in at these places."""
    for at in sorted(set(places), reverse=True):
        source = f"{source[:at]}_{{{letter}}}{source[at:]}"
    return source


def _is_list(tree: s.Listing) -> bool:
    """`x_1, \\dots, x_n` alone, or as what a letter stands for."""
    dots = any(isinstance(s.bare(item), s.Dots) for item in tree.items)
    chains = [x for x in tree.items if isinstance(x, s.Chain) and x.relations]
    return dots and (not chains or (len(chains) == 1 and chains[0] is tree.items[0]))


def _sample_sums(term: s.Term) -> Iterator[SampleSum]:
    """The sums of a product that bind a letter which nothing in their reach has as an index."""
    for k, item in enumerate(term.items):
        base = item.base if isinstance(item, s.Script) else item
        if not isinstance(base, s.Big) or base.kind != "sum" or k + 1 == len(term.items):
            continue
        sub = item.sub if isinstance(item, s.Script) else None
        if isinstance(item, s.Script) and item.sup is not None:
            continue
        plain_sub = None if sub is None else s.bare(sub)
        if not (plain_sub is None or (isinstance(plain_sub, s.Name) and len(plain_sub.text) == 1)):
            continue
        reach = s.Term(term.items[k + 1].start, term.end, term.items[k + 1 :], term.ops[k + 1 :])
        letter = "" if plain_sub is None else plain_sub.text
        names = tuple(_bare_letters(reach))
        if letter and _weighs(reach, letter):
            continue
        if used_letters(reach, _NO_ROLES) or (letter and letter in INDEX_LETTERS) or not names:
            continue
        if not letter and implied_letter(reach.items, _NO_ROLES) is not None:
            continue
        yield SampleSum(item.start, item.end, letter, names)


def _weighs(reach: s.Node, letter: str) -> bool:
    """Whether p(x) stands under a sum over x: then x is an outcome, not a sample."""
    for node in walk(reach):
        if not isinstance(node, s.Term):
            continue
        for head, following in zip(node.items, node.items[1:], strict=False):
            group = s.argument_group(following)
            inner = None if group is None else s.bare(group.body)
            weight = isinstance(head, s.Name) and head.text in PROBABILITIES
            if weight and isinstance(inner, s.Name) and inner.text == letter:
                return True
    return False


def _bare_letters(tree: s.Node) -> Iterator[tuple[str, int]]:
    """The names without a script that are no function's, with where they end."""
    heads: set[int] = set()
    scripted: set[int] = set()
    for node in walk(tree):
        if isinstance(node, s.Term):
            for head, following in zip(node.items, node.items[1:], strict=False):
                group = following.base if isinstance(following, s.Script) else following
                called = isinstance(group, s.Group) and group.delimiter == "("
                inner = head.base if isinstance(head, s.Script) else head
                if called and isinstance(inner, s.Name) and _is_function_letter(inner.text):
                    heads.add(inner.start)
        elif isinstance(node, s.Script) and (node.sub is not None or node.primes):
            scripted.add(node.base.start)
            if node.sub is not None:
                scripted |= {x.start for x in walk(node.sub)}
    for node in walk(tree):
        if isinstance(node, s.Name) and node.start not in heads | scripted and node.text != "e":
            yield node.text, node.end


def _is_function_letter(text: str) -> bool:
    return text in FUNCTION_LETTERS or text in entries_by_name()


def _differentiated_by(tree: s.Node) -> frozenset[str]:
    """The names below the lines of ∂L/∂z."""
    found: set[str] = set()
    for node in walk(tree):
        if isinstance(node, s.Fraction):
            below = list(walk(node.denominator))
            if any(isinstance(x, s.Differential) for x in below):
                found |= {x.text for x in below if isinstance(x, s.Name)}
    return frozenset(found)


_LAYOUT = re.compile(r"&|\\\\|\\(?:tag|label|nonumber|notag)")


def clean(text: str) -> str:
    """A side as written, without the marks of its layout (`&`, `\\\\`, tags) at its own level."""
    if _LAYOUT.search(text) is None:
        return " ".join(text.split())
    text = re.sub(r"\\(?:tag|label)\*?\{[^{}]*\}|\\(?:nonumber|notag)(?![A-Za-z])", "", text)
    kept, depth = [], 0
    for piece in re.split(r"(\\begin|\\end|\\\\(?:\[[^\]]*\])?|(?<!\\)&)", text):
        depth += (piece == r"\begin") - (piece == r"\end")
        layout = piece == "&" or piece.startswith("\\\\")
        kept.append(" " if layout and not depth else piece)
    return " ".join("".join(kept).split())


def written(source: str, node: s.Node) -> str:
    """A side as written, with all its braces: a node ends with its last token."""
    end = node.end
    while _open_braces(source[node.start : end]) > 0 and source[end : end + 1] == "}":
        end += 1
    return clean(source[node.start : end])


def _open_braces(text: str) -> int:
    """How many braces of a text are left open."""
    opened, closed = text.count("{") - text.count(r"\{"), text.count("}") - text.count(r"\}")
    return opened - closed


def _line(source: str, chain: s.Chain, limited: set[str], own: frozenset[str]) -> Line:
    """A chain; an equation that holds for some values of its arguments only defines no name."""
    texts = tuple("" if p is None else written(source, p) for p in chain.parts)
    starts = tuple(chain.start if p is None else p.start for p in chain.parts)
    names = tuple(frozenset() if p is None else _names(p, own) for p in chain.parts)
    marks = tuple(frozenset() if p is None else _marks(source, p) for p in chain.parts)
    first = chain.parts[0]
    head = head_of(first) if first is not None and chain.relations else None
    if first is not None and is_logarithm(_first_factor(first)):
        # ln A = ln B says nothing of what A is.
        second = chain.parts[1] if len(chain.parts) > 1 else None
        head = None if second is None or is_logarithm(_first_factor(second)) else head
    if head is not None and first is not None and head.kind == "call":
        arguments = {x.text for x in walk(first) if isinstance(x, s.Name)} - {head.name}
        head = None if arguments & limited else head
    return Line(head, texts, chain.relations, starts, names, marks)


def _first_factor(node: s.Node) -> s.Node:
    plain = s.bare(node)
    return plain.items[0] if isinstance(plain, s.Term) and plain.items else plain


def _names(node: s.Node, own: frozenset[str]) -> frozenset[str]:
    """The names in a piece: letters, words, and letters with labels (`x_{new}`, `z_1`).

    e is one where it has an index, or where it is the text's `own`.
    """
    found: set[str] = set()
    stack = [node]
    while stack:
        inner = stack.pop()
        if isinstance(inner, s.Name) and (inner.text != "e" or inner.text in own):
            found.add(inner.text)
        elif (exponent := _exponent_of_e(inner)) is not None:
            found |= own if isinstance(s.bare(exponent), s.Number) else set()
            stack.append(exponent)
            continue
        elif isinstance(inner, s.Script) and isinstance(inner.base, s.Name) and inner.sub:
            label = label_text(inner.sub)
            if label is not None and index_parts(inner.sub, _NO_ROLES) is None:
                found.add(f"{inner.base.text}_{label}")
                stack += [inner.sup] if inner.sup is not None else []
                continue
            if label is not None and label.isdigit():
                found.add(f"{inner.base.text}_{label}")
            found.add(inner.base.text)
        stack += inner.children
    return frozenset(found)


def _exponent_of_e(node: s.Node) -> s.Node | None:
    if not isinstance(node, s.Script) or node.sub is not None:
        return None
    return node.sup if isinstance(node.base, s.Name) and node.base.text == "e" else None


def _marks(source: str, node: s.Node) -> frozenset[str]:
    """The letters of a piece with all that is written on them, as `plain` text."""
    found: set[str] = set()
    stack = [node]
    while stack:
        inner = stack.pop()
        named = isinstance(inner, s.Script) and isinstance(inner.base, s.Name)
        if named or isinstance(inner, s.Name):
            found.add(plain(source[inner.start : inner.end]))
        if not named:
            stack += inner.children
    return frozenset(found)


def plain(text: str) -> str:
    """A text without braces and spaces: `x_{i}` and `x_i` are one."""
    return re.sub(r"[{}\s]", "", text)

"""Sets on the right of ∈, and domains in words, as the domains of the terms layer."""

from __future__ import annotations

from derive.latex import syntax as s
from derive.latex.roles import sign_of
from derive.terms import Domain

_LETTERS = {
    "bb R": Domain.REAL,
    "bb Z": Domain.INTEGER,
    "bb N": Domain.INTEGER,
    "Delta": Domain.PROBABILITY,
}
_WORDS = {
    "one-hot": Domain.ONE_HOT,
    "is one-hot": Domain.ONE_HOT,
    "real": Domain.REAL,
    "positive": Domain.POSITIVE,
    "probability vector": Domain.PROBABILITY,
}
_HALVES = {"+": Domain.NONNEGATIVE, ">0": Domain.POSITIVE, ">=0": Domain.NONNEGATIVE}
_SETS = {("0", "1"): Domain.BINARY, ("-1", "1"): Domain.SIGN, ("1", "-1"): Domain.SIGN}
_INTERVALS = {
    ("(", "0", "1"): Domain.UNIT,
    ("(", "0", "oo"): Domain.POSITIVE,
    ("[)", "0", "oo"): Domain.NONNEGATIVE,
}


def domain_of(node: s.Node) -> Domain | None:
    """The domain that a set stands for; None if it is none of ours."""
    node = s.bare(node)
    if isinstance(node, s.Script) and isinstance(node.base, s.Name):
        return _scripted(node)
    if isinstance(node, s.Name):
        return _LETTERS.get(node.text)
    if isinstance(node, s.Group) and isinstance(node.body, s.Listing):
        texts = tuple(_text(x) for x in node.body.items)
        if node.delimiter == r"\{":
            return _SETS.get(texts) if len(texts) == 2 else None
        if len(texts) == 2:
            return _INTERVALS.get((node.delimiter, *texts))
    return None


def is_natural(node: s.Node) -> bool:
    """Whether a set is that of the natural numbers."""
    plain = s.bare(node)
    return isinstance(plain, s.Name) and plain.text == "bb N"


def interval_of(node: s.Node) -> tuple[tuple[s.Node, s.Node], str] | None:
    """The ends and the brackets of an interval such as [0, 1)."""
    node = s.bare(node)
    if not isinstance(node, s.Group) or not isinstance(node.body, s.Listing):
        return None
    brackets = {"(": "()", "[": "[]", "(]": "(]", "[)": "[)"}.get(node.delimiter)
    items = node.body.items
    if brackets is None or len(items) != 2 or any(getattr(x, "relations", ()) for x in items):
        return None
    return (items[0], items[1]), brackets


def is_some_set(node: s.Node) -> bool:
    r"""Whether a letter or `\{1, \dots, n\}` stands for a set, of which we know no more."""
    node = s.bare(node)
    if isinstance(node, s.Group) and isinstance(node.body, s.Listing):
        dots = any(isinstance(s.bare(x), s.Dots) for x in node.body.items)
        return node.delimiter in (r"\{", "[") and dots
    letter = s.unscripted(node)
    return isinstance(letter, s.Name) and (len(letter.text) > 1 or letter.text.isupper())


def _scripted(node: s.Script) -> Domain | None:
    assert isinstance(node.base, s.Name)
    raised = s.bare(node.sup) if node.sup is not None else None
    if node.base.text == "Delta":
        return Domain.PROBABILITY
    if node.base.text != "bb R":
        return None
    if node.sub is not None:
        return _HALVES.get(_half(node.sub)) if raised is None else None
    if sign_of(node.sup) == "+":
        return Domain.POSITIVE
    return None if isinstance(raised, s.Addition) else Domain.REAL


def _half(sub: s.Node) -> str:
    """What a subscript leaves of the real line: `+`, `>0`, `>=0`."""
    plain = s.bare(sub)
    if sign_of(plain) == "+":
        return "+"
    if isinstance(plain, s.Chain) and len(plain.relations) == 1 and plain.parts[0] is None:
        return plain.relations[0] + _text(plain.parts[1] or plain)
    return ""


def _text(node: s.Node) -> str:
    node = s.bare(node)
    if isinstance(node, s.Number | s.Constant):
        return node.text
    if isinstance(node, s.Addition) and len(node.terms) == 1 and node.signs == ("-",):
        return "-" + _text(node.terms[0])
    return "?"


def worded_domain(node: s.Node) -> tuple[s.Node, Domain] | None:
    r"""`y \text{ one-hot}`: what is said to be in a domain, and the domain."""
    node = s.bare(node)
    if not isinstance(node, s.Term) or len(node.items) != 2:
        return None
    subject, words = node.items
    text = words.words if isinstance(words, s.Text) else getattr(words, "text", "")
    domain = _WORDS.get(" ".join(text.split()))
    return None if domain is None else (subject, domain)

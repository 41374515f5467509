"""A cursor over the tokens: what every part of the parser stands on."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NoReturn

from derive.errors import ReadError
from derive.latex.notation import RELATIONS
from derive.latex.remarks import after_introduction, is_remark
from derive.latex.repair import closing
from derive.latex.tokens import Token

TEXTS = frozenset({"text", "textrm", "mbox", "mathrm", "textit", "textnormal", "textbf"})
"""Commands whose argument may be words beside a formula."""

MAX_DEPTH = 40
"""How deep brackets and arguments may be nested."""


class Cursor:
    """Tokens, the place reached, and how deep the parser is."""

    def __init__(self, source: str, tokens: Sequence[Token], words: frozenset[str]) -> None:
        self.source = source
        self.tokens = list(tokens)
        self.words = words
        self.at = 0
        self.depth = 0

    @property
    def peek(self) -> Token:
        return self.tokens[self.at]

    def next(self) -> Token:
        token = self.tokens[self.at]
        if token.kind != "end":
            self.at += 1
        return token

    def fail(self, expected: str, token: Token | None = None) -> NoReturn:
        at = token or self.peek
        raise ReadError(self.source, at.start, str(at), expected)

    def expect(self, text: str) -> Token:
        if self.peek.text != text:
            self.fail(f"'{text}'")
        return self.next()

    def nested(self, token: Token) -> Cursor:
        """One level deeper, as long as a `with` lasts."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"at most {MAX_DEPTH} levels of nesting", token)
        return self

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self.depth -= 1

    def relation_at(self, k: int) -> tuple[str, int] | None:
        """The relation at token k (sign and number of tokens), if one stands there."""
        text = self.tokens[k].text
        if text in RELATIONS:
            return RELATIONS[text], 1
        if text == r"\not" and self.tokens[k + 1].text == "=":
            return "!=", 2
        return ("in", 1) if text == r"\in" else None

    def split_digit(self, halves: bool = False) -> None:
        """TeX takes a single digit as an argument: \\frac12 is a half, x^12 would be x¹2."""
        token = self.peek
        if token.kind == "number" and len(token.text) > 1:
            if not (halves and len(token.text) == 2 and token.text.isdigit()):
                self.fail("braces round the number")
            first = token._replace(text=token.text[0], end=token.start + 1)
            rest = token._replace(text=token.text[1:], start=token.start + 1, spaced=False)
            self.tokens[self.at : self.at + 1] = [first, rest]

    def raw_argument(self) -> str:
        """The text of a braced argument, uninterpreted."""
        begin = self.expect("{")
        depth = 1
        while depth:
            token = self.next()
            if token.kind == "end":
                self.fail("'}'")
            depth += (token.text == "{") - (token.text == "}")
        return self.source[begin.end : self.tokens[self.at - 1].start]

    def text_here(self) -> str | None:
        r"""The words of the \\text{...} that stands here, if one does."""
        token = self.peek
        if token.kind != "command" or token.text[1:] not in TEXTS:
            return None
        begin = self.tokens[self.at + 1]
        end = closing(self.tokens, self.at + 1) if begin.text == "{" else None
        return None if end is None else self.source[begin.end : self.tokens[end].start]

    def remark_here(self) -> str | None:
        """The words that stand here, if they are beside the formula and not in it."""
        text = self.text_here()
        if text is None:
            return None
        end = closing(self.tokens, self.at + 1) or 0
        return text if is_remark(text, self.tokens[end + 1].text) else None

    def skip_introduction(self) -> None:
        r"""Read over words that introduce; what formula the \\text{...} holds is left standing."""
        first = self.at + 1
        end = closing(self.tokens, first) or first
        begin = self.tokens[first].end
        text = self.source[begin : self.tokens[end].start]
        start = begin + after_introduction(text)
        rest = _named([t for t in self.tokens[first + 1 : end] if t.start >= start])
        speaks = any(self._is_relation(t) for t in (*rest, self.tokens[end + 1]))
        prose = any(a.kind == b.kind == "name" for a, b in pairwise(rest))
        self.tokens[self.at : end + 1] = rest if speaks and not prose else []

    def _is_relation(self, token: Token) -> bool:
        return token.text in RELATIONS or token.text == r"\in"

    def word_argument(self) -> str:
        """The text of a braced argument or of a single token, without spaces around it."""
        if self.peek.text == "{":
            return self.raw_argument().strip()
        return self.next().text

    def peek_environment(self) -> str:
        """The name in the \\begin{...} that stands here."""
        return "".join(
            t.text for t in self.tokens[self.at + 2 : self.at + 12] if t.kind in ("letter", "other")
        ).partition("}")[0]


def _named(tokens: list[Token]) -> list[Token]:
    """Tokens of a text with its words as names, the stop at its end and dollar signs dropped."""
    found: list[Token] = []
    for token in tokens:
        last = found[-1] if found else None
        runs_on = last is not None and last.end == token.start and token.kind == "letter"
        if last is not None and runs_on and last.kind in ("letter", "name"):
            found[-1] = Token("name", last.text + token.text, last.start, token.end)
        elif token.text != "$":
            found.append(token)
    while found and found[-1].text in (",", ";", "."):
        found.pop()
    return found

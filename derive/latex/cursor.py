"""A cursor over the tokens: what every part of the parser stands on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import NoReturn

from derive.errors import ReadError
from derive.latex.notation import RELATIONS
from derive.latex.tokens import Token

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

    @contextmanager
    def nested(self, token: Token) -> Iterator[None]:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"at most {MAX_DEPTH} levels of nesting", token)
        yield
        self.depth -= 1

    def relation_at(self, k: int) -> tuple[str, int] | None:
        """The relation at token k (sign and number of tokens), if one stands there."""
        text = self.tokens[k].text
        if text == r"\not":
            following = self.tokens[k + 1].text
            return ("!=", 2) if following == "=" else None
        if text == r"\in":
            return "in", 1
        if text in RELATIONS:
            return RELATIONS[text], 1
        return None

    def split_digit(self, halves: bool = False) -> None:
        """TeX takes a single digit as an argument: \\frac12 is a half, x^12 would be x¹2."""
        token = self.peek
        if token.kind == "number" and len(token.text) > 1:
            if not (halves and len(token.text) == 2 and token.text.isdigit()):
                self.fail("braces round the number")
            first = replace(token, text=token.text[0], end=token.start + 1)
            rest = replace(token, text=token.text[1:], start=token.start + 1, spaced=False)
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

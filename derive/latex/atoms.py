"""The grammar of items: letters, numbers, brackets, fractions, cases."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from derive.functions import catalogue
from derive.latex import syntax as s
from derive.latex.cursor import TEXTS
from derive.latex.notation import (
    ACCENTS,
    COMMAND_FUNCTIONS,
    FUNCTIONS,
    GREEK,
    INVERSES,
    OPAQUE,
    OPAQUE_COMMANDS,
    RECIPROCALS,
    STYLES,
    UPRIGHT,
)
from derive.latex.remarks import BESIDE, NAME_FOLLOWS
from derive.latex.rows import CASES, Rows

_CLOSER = {"(": ")", "[": "]", r"\{": r"\}", "{": "}"}
_CONSTANTS = {r"\pi": "pi", r"\infty": "oo"}
_ALONE = frozenset({"letter", "name", "number"})
_BIG = {r"\sum": "sum", r"\prod": "prod"}
DOTS = frozenset(
    {r"\dots", r"\ldots", r"\cdots", r"\dotsc", r"\dotsb", r"\dotsm", r"\vdots", r"\ddots"}
)
_DIFFERENTIALS = frozenset({r"\partial", r"\nabla"})
_IN_ARGUMENT = frozenset({"_", "{", "}", ",", ";", "|", r"\mid"}) | {"\\" + x for x in GREEK}
_FRACTIONS = frozenset({r"\frac", r"\dfrac", r"\tfrac", r"\cfrac"})
_OTHER_WORDS = frozenset(RECIPROCALS) | OPAQUE_COMMANDS | {"int", "Pr"}
_OPENING, _CLOSING = frozenset({"(", "[", "{"}), frozenset({")", "]", "}"})
_ROMAN = frozenset({r"\rm", r"\bf"})


class Atoms(Rows):
    """One item without its scripts."""

    def starts_item(self, operand: bool = True) -> bool:
        token = self.peek
        if token.kind in ("number", "letter", "name", "open"):
            return True
        if token.kind == "command":
            return token.text in _COMMANDS
        if token.text in ("|", "||") and token.kind == "other":
            # Where an operand must stand a bar opens; after one it closes or separates.
            return operand or not self.bars or self._bars_are_paired()
        return token.kind == "other" and token.text in _CLOSER

    def _bars_are_paired(self) -> bool:
        """Whether the bars from here to the end of the brackets pair up, as in e^{-2|x|}."""
        if self.bars[-1:] not in (("{",), ("(",)):
            return False
        text, depth, count = self.peek.text, 0, 0
        for token in self.tokens[self.at :]:
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
            if depth < 0 or token.kind == "end":
                break
            count += depth == 0 and token.text == text
        side_by_side = text == "||" and self.bars[-1] == "{"
        return side_by_side or (count > 0 and count % 2 == 0)

    def atom(self) -> s.Node:
        token = self.peek
        if token.kind == "number":
            self.next()
            return s.Number(token.start, token.end, token.text)
        if token.kind in ("letter", "name"):
            self.next()
            return _name(token.start, token.end, token.text)
        if token.kind == "open":
            return self._opened()
        if token.text in ("|", "||"):
            return self._absolute()
        if token.text in _CLOSER and token.kind in ("other", "command"):
            return self._group()
        if token.kind != "command" or token.text not in _COMMANDS:
            self.fail("a term")
        return _COMMANDS[token.text](self)

    def _symbol(self) -> s.Node:
        token = self.next()
        word, place = token.text[1:], (token.start, token.end)
        if token.text == r"\pi" and (self.peek.text == "_" or self._at_plain_argument()):
            return s.Name(*place, "pi")
        if token.text in _CONSTANTS:
            return s.Constant(*place, _CONSTANTS[token.text])
        if token.text in _BIG:
            return s.Big(*place, _BIG[token.text])
        if token.text in DOTS:
            return s.Dots(*place)
        if token.text in _DIFFERENTIALS:
            return s.Differential(*place, word)
        if token.text == r"\int":
            return s.Integral(*place)
        is_function = word in COMMAND_FUNCTIONS or word in _OTHER_WORDS - {"Pr"}
        return s.Function(*place, word) if is_function else s.Name(*place, word)

    def _at_plain_argument(self) -> bool:
        r"""Whether `(a)`, `(x_i)` or `(a \mid s)` follows: \pi is a policy then, and no number."""
        if self.peek.text != "(" or (self.at > 1 and self.tokens[self.at - 2].kind == "number"):
            return False
        k = self.at + 1
        while self.tokens[k].kind in ("letter", "name") or self.tokens[k].text in _IN_ARGUMENT:
            k += 1
        return k > self.at + 1 and self.tokens[k].text == ")"

    def _arg(self) -> s.Node:
        r"""\arg\max, as one word."""
        begin = self.next()
        if self.peek.text not in (r"\max", r"\min"):
            self.fail(r"\max or \min after \arg")
        end = self.next()
        return s.Function(begin.start, end.end, "arg" + end.text[1:])

    def _transpose(self) -> s.Node:
        token = self.next()
        return s.Text(token.start, token.end, "T")

    # -- letters in another shape --------------------------------------------------------------

    def _styled(self) -> s.Node:
        token = self.next()
        style = STYLES[token.text[1:]]
        with self.nested(token):
            inner = s.bare(self.argument())
        # The argument's brace belongs to the name: a side that ends with it is cut there.
        end = self.tokens[self.at - 1].end
        if isinstance(inner, s.Script) and isinstance(inner.base, s.Name):
            if style in ACCENTS and inner.sup is not None and not _is_label(inner.sup):
                # The mean of x² is not the square of the mean of x.
                self.fail("a letter: an accent over a power is not read", token)
            base = s.Name(inner.base.start, inner.base.end, f"{style} {inner.base.text}")
            return s.Script(token.start, end, base, inner.sub, inner.sup, inner.primes)
        if isinstance(inner, s.Number) and inner.text == "1" and style in ("bold", "bb"):
            return s.Name(token.start, end, f"{style} 1")
        if not isinstance(inner, s.Name):
            self.fail("a single letter", token)
        return s.Name(token.start, end, f"{style} {inner.text}")

    def _upright(self) -> s.Node:
        r"""\text{...}, \mathrm{...}, \operatorname{...}, {\rm ...}: a word, or words."""
        token = self.next()
        if self.peek.text == "*":
            self.next()
        if token.text in _ROMAN:
            words = self._letters()
        elif self.peek.text == "{":
            words = self.raw_argument()
        else:
            words = self.next().text
        end = self.tokens[self.at - 1].end
        word = words.strip()
        if word.isascii() and word.isdigit():
            return s.Number(token.start, end, word)
        if re.sub(r"\\[,;:!]|\s", "", word) in OPAQUE:
            word = re.sub(r"\\[,;:!]|\s", "", word)
        if token.text == r"\bf" and len(word) == 1:
            return s.Name(token.start, end, f"bold {word}")
        if word == "d":
            return s.Differential(token.start, end, "d")
        quoted = word.rstrip(";,.")
        if quoted[:1] == quoted[-1:] == "'" and quoted[1:-1].isalnum():
            return s.Name(token.start, end, quoted, upright=True)
        if len(word.split()) > 1 and self.peek.text in NAME_FOLLOWS:
            word = _joined(word)
        plain = word.replace("-", "").replace("_", "")
        set_as_text = token.text[1:] in TEXTS and token.text != r"\mathrm"
        if plain.isalnum() and word[0].isalpha() and not (set_as_text and word in BESIDE):
            return _name(token.start, end, word, upright=True)
        return s.Text(token.start, end, word)

    def _letters(self) -> str:
        if self.peek.kind != "letter":
            self.fail("letters")
        text = self.next().text
        while (
            text != "d"
            and self.peek.kind == "letter"
            and self.peek.start == self.tokens[self.at - 1].end
        ):
            text += self.next().text
        return text

    # -- brackets ------------------------------------------------------------------------------

    def _group(self) -> s.Node:
        begin = self.next()
        if begin.text == "{" and self.peek.kind in _ALONE and self.tokens[self.at + 1].text == "}":
            return self._braced_alone(begin.start)
        outer = self.bars, self.in_subscript, self.skips_alignment
        self.bars = (*self.bars, "{" if begin.text == "{" else "(")
        if begin.text != "{":
            self.in_subscript = self.in_subscript and begin.text != "("
        if self.peek.text == _CLOSER[begin.text]:
            end = self.next()
            return s.Group(begin.start, end.end, s.Term(begin.end, end.start, (), ()), begin.text)
        if begin.text == r"\{" and self._at_rows():
            self.bars, self.in_subscript, _ = outer
            node = self._cases()
            if self.peek.text == r"\}":
                self.next()
            return node
        body = self.listing()
        self.bars, self.in_subscript, self.skips_alignment = outer
        close = self.peek
        delimiter = begin.text
        if close.text != _CLOSER[delimiter]:
            half_open = {delimiter, close.text} in ({"(", "]"}, {"[", ")"}) and len(body.items) == 2
            if not half_open:
                self.fail(f"'{_CLOSER[begin.text]}'")
            delimiter += close.text
        self.next()
        inner = s.bare(body)
        if delimiter == "{" and isinstance(inner, s.Name | s.Function | s.Differential):
            return inner
        return s.Group(begin.start, close.end, body, delimiter)

    def _braced_alone(self, start: int) -> s.Node:
        """A letter or number alone in braces."""
        inner = self.atom()
        end = self.next().end
        if not isinstance(inner, s.Number):
            return inner
        place = (inner.start, inner.end)
        body = s.Listing(*place, (s.Chain(*place, (inner,), ()),), ())
        return s.Group(start, end, body, "{")

    def _at_rows(self) -> bool:
        return self.peek.text == r"\begin" and self.peek_environment() in CASES

    def _opened(self) -> s.Node:
        r"""\left( ... \right): the closing delimiter is whatever \right says."""
        begin = self.next()
        if begin.text in (r"\{", ".") and self._at_rows():
            node: s.Node = self._cases()
            self._close(begin.start)
            return node
        if begin.text in ("(", "[") and self.peek_environment() in ("array", "matrix"):
            node = self._matrix()
            self._close(begin.start)
            return node
        outer, self.bars = self.bars, (*self.bars, "(")
        in_subscript, self.in_subscript = self.in_subscript, False
        with self.nested(begin):
            body = self.listing()
        self.bars, self.in_subscript = outer, in_subscript
        close = self._close(begin.start)
        if begin.text == "." and close == "|":
            self.expect("_")
            point = self.subscript()
            return s.Evaluation(begin.start, point.end, body, point)
        end = self.tokens[self.at - 1].end
        if begin.text in ("|", "||"):
            if close != begin.text:
                self.fail(rf"\right{begin.text}", self.tokens[self.at - 1])
            return s.Bars(begin.start, end, body, begin.text == "||")
        if begin.text == "." and close == ".":
            return s.Group(begin.start, end, body, "{")
        if close != _CLOSER.get(begin.text) and not (
            {begin.text, close} in ({"(", "]"}, {"[", ")"}) and len(body.items) == 2
        ):
            self.fail(rf"\right{_CLOSER.get(begin.text, begin.text)}", self.tokens[self.at - 1])
        delimiter = begin.text if close == _CLOSER.get(begin.text) else begin.text + close
        return s.Group(begin.start, end, body, delimiter)

    def _close(self, start: int) -> str:
        if self.peek.kind != "close":
            self.fail(r"\right")
        return self.next().text

    def _absolute(self) -> s.Node:
        begin = self.next()
        outer, self.bars = self.bars, (*self.bars, begin.text)
        body = self.addition()
        self.bars = outer
        if self.peek.text != begin.text:
            self.fail(f"'{begin.text}'")
        end = self.next()
        return s.Bars(begin.start, end.end, body, begin.text == "||")

    # -- commands with arguments ----------------------------------------------------------------

    def _fraction(self) -> s.Node:
        token = self.next()
        with self.nested(token):
            numerator = self.argument(halves=True)
            denominator = self.argument()
        return s.Fraction(token.start, denominator.end, numerator, denominator)

    def _root(self) -> s.Node:
        token = self.next()
        degree = self._group_in_square() if self.peek.text == "[" else None
        with self.nested(token):
            body = self.argument()
        return s.Root(token.start, body.end, body, degree)

    def _group_in_square(self) -> s.Node:
        group = self._group()
        assert isinstance(group, s.Group)
        return group.body

    def _binomial(self) -> s.Node:
        token = self.next()
        with self.nested(token):
            upper = self.argument(halves=True)
            lower = self.argument()
        return s.Binomial(token.start, lower.end, upper, lower)

    def _braced(self) -> s.Node:
        r"""\underbrace{...}_{words}: the words only say what the rest is called."""
        token = self.next()
        with self.nested(token):
            node = self.argument()
        if self.peek.text == ("_" if token.text == r"\underbrace" else "^"):
            self.next()
            if self.peek.text[1:] in TEXTS:
                self.next()
            self.word_argument()
        return node

    def _underset(self) -> s.Node:
        r"""\underset{w}{\max}: what stands below is a subscript."""
        token = self.next()
        with self.nested(token):
            below = self.argument()
            node = self.argument()
        return s.Script(token.start, node.end, s.bare(node), below)


def _commands(words: Iterable[str]) -> list[str]:
    return ["\\" + word for word in words]


_COMMANDS: Mapping[str, Callable[[Atoms], s.Node]] = MappingProxyType(
    {
        r"\{": Atoms._group,
        r"\sqrt": Atoms._root,
        r"\binom": Atoms._binomial,
        r"\begin": Atoms._rows_or_matrix,
        r"\underbrace": Atoms._braced,
        r"\overbrace": Atoms._braced,
        r"\underset": Atoms._underset,
        r"\arg": Atoms._arg,
        r"\top": Atoms._transpose,
        r"\intercal": Atoms._transpose,
        **dict.fromkeys(_FRACTIONS, Atoms._fraction),
        **dict.fromkeys((*_ROMAN, *_commands(UPRIGHT)), Atoms._upright),
        **dict.fromkeys(_commands(STYLES), Atoms._styled),
        **dict.fromkeys((*_CONSTANTS, *_BIG, *DOTS, *_DIFFERENTIALS), Atoms._symbol),
        **dict.fromkeys(_commands((*GREEK, *COMMAND_FUNCTIONS, *_OTHER_WORDS)), Atoms._symbol),
    }
)
"""What reads an item that begins with a command."""


def _name(start: int, end: int, text: str, *, upright: bool = False) -> s.Node:
    if text in FUNCTIONS or text in OPAQUE | INVERSES or text in RECIPROCALS:
        return s.Function(start, end, text)
    return s.Name(start, end, text, upright)


def _is_label(sup: s.Node) -> bool:
    """Whether a superscript is no exponent: (i), [l], T or *."""
    inner = s.bare(sup)
    return isinstance(inner, s.Text) or (isinstance(inner, s.Group) and inner.delimiter in "([")


def _joined(words: str) -> str:
    """Several words as one name: the catalogue's if it has them, else with hyphens."""
    known = "_".join(words.lower().split())
    return known if known in catalogue else "-".join(words.split())

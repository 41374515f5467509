"""The grammar of items: letters, numbers, brackets, fractions, cases."""

from __future__ import annotations

import re
from collections.abc import Callable

from derive.functions import catalogue
from derive.latex import syntax as s
from derive.latex.cursor import TEXTS
from derive.latex.expressions import Expressions
from derive.latex.notation import (
    COMMAND_FUNCTIONS,
    FUNCTIONS,
    GREEK,
    MATRICES,
    OPAQUE,
    OPAQUE_COMMANDS,
    RECIPROCALS,
    STYLES,
    UPRIGHT,
)
from derive.latex.remarks import AND, BESIDE, NAME_FOLLOWS, OTHERWISE, is_condition, words_in

_CLOSER = {"(": ")", "[": "]", r"\{": r"\}", "{": "}"}
_CONSTANTS = {r"\pi": "pi", r"\infty": "oo"}
_BIG = {r"\sum": "sum", r"\prod": "prod"}
DOTS = frozenset(
    {r"\dots", r"\ldots", r"\cdots", r"\dotsc", r"\dotsb", r"\dotsm", r"\vdots", r"\ddots"}
)
_DIFFERENTIALS = frozenset({r"\partial", r"\nabla"})
_FRACTIONS = frozenset({r"\frac", r"\dfrac", r"\tfrac", r"\cfrac"})
_OTHER_WORDS = frozenset(RECIPROCALS) | OPAQUE_COMMANDS | {"int", "Pr"}
_ROMAN = frozenset({r"\rm", r"\bf"})
_CASES = frozenset({"cases", "dcases", "rcases", "array", "aligned", "matrix"})
_IF = frozenset({"if", "for", "when", "where"})


class Atoms(Expressions):
    """One item without its scripts."""

    def starts_item(self, operand: bool = True) -> bool:
        token = self.peek
        if token.kind in ("number", "letter", "name", "open"):
            return True
        if token.kind == "command":
            return self._command_handler(token.text) is not None
        if token.text in ("|", "||") and token.kind == "other":
            # Where an operand must stand a bar opens; after one it closes or separates.
            side_by_side = token.text == "||" and self.bars[-1:] == ("{",)
            return operand or not self.bars or side_by_side
        return token.kind == "other" and token.text in _CLOSER

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
        handler = self._command_handler(token.text) if token.kind == "command" else None
        if handler is None:
            self.fail("a term")
        return handler()

    def _command_handler(self, text: str) -> Callable[[], s.Node] | None:
        word = text[1:]
        if word in GREEK or text in _CONSTANTS or text in _BIG or text in DOTS:
            return self._symbol
        if word in COMMAND_FUNCTIONS or text in _DIFFERENTIALS or word in _OTHER_WORDS:
            return self._symbol
        if word in STYLES:
            return self._styled
        if word in UPRIGHT or text in _ROMAN:
            return self._upright
        if text in _FRACTIONS:
            return self._fraction
        return {
            r"\{": self._group,
            r"\sqrt": self._root,
            r"\binom": self._binomial,
            r"\begin": self._rows_or_matrix,
            r"\underbrace": self._braced,
            r"\overbrace": self._braced,
            r"\underset": self._underset,
            r"\arg": self._arg,
            r"\top": self._transpose,
            r"\intercal": self._transpose,
        }.get(text)

    def _symbol(self) -> s.Node:
        token = self.next()
        word, place = token.text[1:], (token.start, token.end)
        if token.text == r"\pi" and self.peek.text == "_":
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

    def _at_rows(self) -> bool:
        return self.peek.text == r"\begin" and self.peek_environment() in _CASES

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
            self.word_argument()
        return node

    def _underset(self) -> s.Node:
        r"""\underset{w}{\max}: what stands below is a subscript."""
        token = self.next()
        with self.nested(token):
            below = self.argument()
            node = self.argument()
        return s.Script(token.start, node.end, s.bare(node), below)

    # -- matrices and cases -----------------------------------------------------------------------

    def _rows_or_matrix(self) -> s.Node:
        return self._matrix() if self.peek_environment() in MATRICES else self._cases()

    def _matrix(self) -> s.Node:
        begin = self.next()
        name = self.word_argument()
        if name == "array":
            self.raw_argument()
        outer, self.skips_alignment = self.skips_alignment, False
        outer_bars, self.bars = self.bars, ()
        rows: list[tuple[s.Node, ...]] = []
        with self.nested(begin):
            while self.peek.text != r"\end":
                rows.append(self._entries())
                if self.peek.text == r"\\":
                    self.next()
                elif self.peek.text != r"\end":
                    self.fail(r"&, \\ or \end{" + name + "}")
        self.skips_alignment, self.bars = outer, outer_bars
        self.next()
        if self.word_argument() != name or not rows:
            self.fail(rf"\end{{{name}}}", self.tokens[self.at - 1])
        return s.Matrix(begin.start, self.tokens[self.at - 1].end, tuple(rows), name)

    def _entries(self) -> tuple[s.Node, ...]:
        found: list[s.Node] = []
        while True:
            if self.peek.text == "&":
                place = self.next().start
                found.append(s.Term(place, place, (), ()))
                continue
            found.append(self.addition())
            if self.peek.text != "&":
                return tuple(found)
            self.next()
            if self.peek.text in (r"\\", r"\end"):
                return tuple(found)

    def _cases(self) -> s.Node:
        begin = self.next()
        if begin.text != r"\begin" or self.tokens[self.at].text != "{":
            self.fail(r"\begin{cases}", begin)
        name = self.word_argument()
        if name not in _CASES:
            self.fail(r"cases, or an environment of rows at the top of the formula", begin)
        if name == "array":
            self.raw_argument()
        outer, self.skips_alignment = self.skips_alignment, False
        outer_bars, self.bars = self.bars, ()
        rows = []
        with self.nested(begin):
            while self.peek.text != r"\end":
                rows.append(self._case())
                if self.peek.text == r"\\":
                    self.next()
                elif self.peek.text != r"\end":
                    self.fail(r"\\ or \end{" + name + "}")
        self.skips_alignment, self.bars = outer, outer_bars
        self.next()
        if self.word_argument() != name or not rows:
            self.fail(rf"\end{{{name}}}", self.tokens[self.at - 1])
        return s.Cases(begin.start, self.tokens[self.at - 1].end, tuple(rows))

    def _case(self) -> tuple[s.Node, s.Node | None]:
        braced = self.peek.text == "{" and self._row_in_braces()
        if braced:
            self.next()
        value = self.addition()
        while self.peek.text in (",", ";", "&"):
            self.next()
        condition = self._condition()
        while self.peek.text in (",", ";", "."):
            self.next()
        if braced:
            self.expect("}")
        return value, condition

    def _row_in_braces(self) -> bool:
        """`{ 1 , x > 0 }`, as some editors write a row."""
        depth, k = 0, self.at
        while self.tokens[k].kind != "end":
            depth += (self.tokens[k].text == "{") - (self.tokens[k].text == "}")
            if depth == 0:
                return self.tokens[k + 1].text in (r"\\", r"\end")
            k += 1
        return False

    def _condition(self) -> s.Node | None:
        if self._word_here() in OTHERWISE:
            self._take_word()
            return None
        self._skip_if()
        start = self.peek.start
        items = [self.chain()]
        while self._word_here() in AND or self.peek.text in (r"\land", r"\wedge", ","):
            if self.tokens[self.at + 1].text in (r"\\", r"\end", "}"):
                break
            if self.peek.text in (r"\land", r"\wedge", ","):
                self.next()
            else:
                self._take_word()
            items.append(self.chain())
        for item in items:
            if not item.relations:
                self.fail("a condition such as x > 0, or 'otherwise'")
        return s.Listing(start, items[-1].end, tuple(items), (",",) * (len(items) - 1))

    def _skip_if(self) -> None:
        """Read over `if`, set as text, as text that goes on with the condition, or as letters."""
        while True:
            text = self.remark_here()
            if text is not None and is_condition(text):
                self.skip_introduction()
            elif self._word_here() in _IF:
                self._take_word()
            else:
                return
            if self.peek.text == "&":
                self.next()

    def _word_here(self) -> str:
        """The word that stands here, set as text or as bare letters."""
        token = self.peek
        if token.kind == "command" and token.text[1:] in UPRIGHT:
            words = words_in(self.text_here() or "")
            return words[0].strip(".,;") if len(words) == 1 else ""
        k, word = self.at, ""
        while self.tokens[k].kind == "letter" and (
            k == self.at or self.tokens[k].start == self.tokens[k - 1].end
        ):
            word += self.tokens[k].text
            k += 1
        return word

    def _take_word(self) -> None:
        if self.peek.kind == "command":
            self.next()
            self.raw_argument()
            return
        for _ in self._word_here():
            self.next()


def _name(start: int, end: int, text: str, *, upright: bool = False) -> s.Node:
    if text in FUNCTIONS or text in OPAQUE or text in RECIPROCALS:
        return s.Function(start, end, text)
    return s.Name(start, end, text, upright)


def _joined(words: str) -> str:
    """Several words as one name: the catalogue's if it has them, else with hyphens."""
    known = "_".join(words.lower().split())
    return known if known in catalogue else "-".join(words.split())

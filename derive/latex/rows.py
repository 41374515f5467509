"""Rows in brackets: cases with their conditions, matrices."""

from __future__ import annotations

from derive.latex import syntax as s
from derive.latex.expressions import Expressions
from derive.latex.notation import (
    MATRICES,
    UPRIGHT,
)
from derive.latex.remarks import AND, OTHERWISE, is_condition, words_in

CASES = frozenset({"cases", "dcases", "rcases", "array", "aligned", "matrix"})
_IF = frozenset({"if", "for", "when", "where"})


class Rows(Expressions):
    """Items that consist of rows."""

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
        if name not in CASES:
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

"""From tokens to the syntax tree: all of it is consumed, or a `ReadError` says where it stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

from derive.errors import ReadError
from derive.latex import syntax as s
from derive.latex.atoms import DOTS, Atoms
from derive.latex.notation import RELATIONS
from derive.latex.remarks import PREMISES, first_word, is_condition
from derive.latex.repair import ROWS
from derive.latex.tokens import Token

_SEPARATORS = frozenset({",", ";", r"\\", r"\Rightarrow", r"\implies", r"\iff", r"\therefore"})
_SKIPPED = frozenset({r"\therefore", r"\Rightarrow", r"\implies", r"\iff", "&"})
_IMPLICATIONS = frozenset({r"\Rightarrow", r"\implies", r"\iff"})
_ROWS = ROWS - {"cases", "dcases", "rcases", "matrix"}
_ORDERS = frozenset({"<", "<=", ">", ">=", "!="})


class Parser(Atoms):
    """The top of the grammar: rows, lists and chains of relations."""

    def formula(self) -> s.Listing:
        """Chains one after the other: the whole input."""
        items: list[s.Node] = []
        separators: list[str] = []
        self._rows(items, separators, end="")
        if self.peek.kind != "end":
            self.fail("the end of the formula or an operator")
        if not items:
            self.fail("a formula")
        return s.Listing(0, self.peek.end, tuple(items), tuple(separators[: len(items) - 1]))

    def _rows(self, items: list[s.Node], separators: list[str], end: str) -> None:
        while True:
            before = self.peek
            separator = self._skip_separators()
            if separators and separator == r"\\":
                separators[-1] = separator
            if self.peek.kind == "end" or (end and self.peek.text == r"\end"):
                return
            if self.peek.text == r"\begin" and self.peek_environment() in _ROWS:
                self._environment(items, separators)
                continue
            condition = self._condition_here(items)
            if condition is not None:
                items += condition
                separators += [""] * len(condition)
                if items and self.peek.kind != "end" and self.starts_item():
                    continue
            elif items and self._relation_here() and separator in ("", r"\\"):
                last = _last_chain(items)
                items[last] = _join(items[last], self.chain())
            elif items and separator == r"\\" and self._continues_sum():
                last = _last_chain(items)
                items[last] = self._continue_sum(items[last])
            else:
                chain = self.chain()
                if before.text in _IMPLICATIONS and items and _orders(items[-1], chain):
                    self.fail("equations on both sides; give a premise as a hypothesis", before)
                beside = bool(items) and separator != r"\\" and _limits(items[-1], chain)
                items.append(_condition(chain) if beside else chain)
                separators.append("")
            if not items:
                self.fail("a formula")
            if self.peek.text in (",", ";"):
                separators[-1] = self.peek.text
            elif self.peek.wide:
                separators[-1] = "wide"
            elif self.peek.text not in _SEPARATORS | _SKIPPED | {r"\end"}:
                if self.peek.kind == "end" or self._is_final_stop():
                    continue
                if self.remark_here() is not None or self.peek.text == r"\forall":
                    continue
                if self.peek.text != r"\begin":
                    self.fail("an operator, a relation or the end of the formula")

    def _condition_here(self, items: list[s.Node]) -> list[s.Node] | None:
        r"""What words, \forall or a bracket apart say beside a formula; None if they do not."""
        words = self.remark_here()
        start = self.peek
        if words is not None:
            self.skip_introduction()
            premise = first_word(words) in PREMISES
            if self.peek.kind == "end" or not is_condition(words) or not self.starts_item():
                return []
        elif self.peek.text == r"\forall":
            self.next()
            premise, self.ends_at_colon = False, True
        elif items and start.text == "(" and (start.wide or start.spaced) and self._aside():
            group = self.atom()
            assert isinstance(group, s.Group)
            assert isinstance(group.body, s.Listing)
            return [s.Condition(group.start, group.end, group.body)]
        else:
            return None
        found = self._condition_parts()
        if self.ends_at_colon:
            self.ends_at_colon = False
            if self.peek.text in (":", r"\colon"):
                self.next()
        if premise and len(found) == 1 and getattr(found[0], "relations", ()) == ("=",):
            return found
        place = (start.start, found[-1].end)
        return [s.Condition(*place, s.Listing(*place, tuple(found), (",",) * (len(found) - 1)))]

    def _condition_parts(self) -> list[s.Node]:
        """`i = 1, \\dots, n`, `i, j` and `x > 0`: a chain and what belongs to it after commas."""
        found: list[s.Node] = [self.chain()]
        while self.peek.text == ",":
            listed = isinstance(s.bare(found[-1]), s.Dots) or not getattr(
                found[-1], "relations", ()
            )
            if not listed and self.tokens[self.at + 1].text not in DOTS:
                break
            self.next()
            found.append(self.chain())
        return found

    def _aside(self) -> bool:
        """Whether the bracket that stands here holds a relation and ends a row."""
        depth, k, relation = 0, self.at, False
        while self.tokens[k].kind != "end":
            depth += (self.tokens[k].text == "(") - (self.tokens[k].text == ")")
            relation = relation or (depth == 1 and self.tokens[k].text in RELATIONS)
            if depth == 0:
                following = self.tokens[k + 1]
                return relation and (
                    following.kind == "end" or following.text in (r"\\", r"\end", ",", ".", ";")
                )
            k += 1
        return False

    def _is_final_stop(self) -> bool:
        after = self.tokens[self.at + 1]
        if self.peek.text == "." and (after.kind == "end" or after.text in (r"\\", r"\end")):
            self.at += 1
            return True
        return False

    def _skip_separators(self) -> str:
        seen = ""
        while self.peek.text in _SEPARATORS | _SKIPPED:
            if self.peek.text == r"\\" or (self.peek.text in (",", ";") and not seen):
                seen = self.peek.text
            row = self.next().text == r"\\"
            if row and self.peek.text == "[" and self.peek.end == self.tokens[self.at + 1].start:
                self._skip_row_space()
        return seen

    def _skip_row_space(self) -> None:
        """\\\\[2pt]: a length after a row break."""
        k = self.at + 1
        length = ""
        while self.tokens[k].kind in ("number", "letter") and k < self.at + 5:
            length += self.tokens[k].text
            k += 1
        if self.tokens[k].text == "]" and length.endswith(("pt", "em", "ex", "mm", "cm")):
            self.at = k + 1

    def _environment(self, items: list[s.Node], separators: list[str]) -> None:
        """An environment of rows: its rows are the formula's own."""
        begin = self.next()
        name = self.word_argument()
        if name in ("array", "alignat"):
            self.raw_argument()
        with self.nested(begin):
            self._rows(items, separators, end=name)
        if self.peek.text != r"\end":
            self.fail(rf"\end{{{name}}}")
        self.next()
        if self.word_argument() != name:
            raise ReadError(self.source, begin.start, rf"\begin{{{name}}}", rf"\end{{{name}}}")

    def _continues_sum(self) -> bool:
        """Whether this row goes on with a sum: it begins with a sign and holds no relation."""
        if self.peek.text not in ("+", "-"):
            return False
        k = self.at
        while self.tokens[k].kind != "end" and self.tokens[k].text not in (r"\\", r"\end"):
            if self.tokens[k].text in RELATIONS:
                return self.peek.text == "+"
            k += 1
        return True

    def _continue_sum(self, item: s.Node) -> s.Node:
        assert isinstance(item, s.Chain)
        more = self.chain()
        last, first = item.parts[-1], more.parts[0]
        assert last is not None
        assert first is not None
        left = last if isinstance(last, s.Addition) else s.Addition(*_span(last), (last,), ("+",))
        right = (
            first if isinstance(first, s.Addition) else s.Addition(*_span(first), (first,), ("+",))
        )
        total = s.Addition(
            left.start, right.end, left.terms + right.terms, left.signs + right.signs
        )
        parts = (*item.parts[:-1], total, *more.parts[1:])
        return s.Chain(item.start, more.end, parts, item.relations + more.relations)

    def _relation_here(self) -> bool:
        k = self.at
        while self.tokens[k].text == "&":
            k += 1
        return self.relation_at(k) is not None


def _last_chain(items: list[s.Node]) -> int:
    """Where the last chain stands that is no condition (the first item is never one)."""
    return next((k for k in reversed(range(len(items))) if isinstance(items[k], s.Chain)), 0)


def _condition(chain: s.Chain) -> s.Condition:
    return s.Condition(*_span(chain), s.Listing(*_span(chain), (chain,), ()))


def _limits(before: s.Node, chain: s.Chain) -> bool:
    """Whether `x > 0` after an equation says where that holds: it compares letters and numbers."""
    if not isinstance(before, s.Chain | s.Condition) or not chain.relations:
        return False
    if isinstance(before, s.Chain) and not {"=", "~="} & set(before.relations):
        return False
    return set(chain.relations) <= _ORDERS and all(
        part is not None and _is_plain(part) for part in chain.parts
    )


def _orders(*sides: s.Node) -> bool:
    """Whether an inequality stands on one side: what it implies is no claim of its own."""
    return any(isinstance(side, s.Chain) and _ORDERS & set(side.relations) for side in sides)


def _is_plain(node: s.Node) -> bool:
    """A letter with or without an index or bars, or a number with or without a sign."""
    node = s.bare(node)
    if isinstance(node, s.Addition) and len(node.terms) == 1:
        node = s.bare(node.terms[0])
    if isinstance(node, s.Bars):
        node = s.bare(node.body)
    if isinstance(node, s.Script):
        return isinstance(node.base, s.Name) and node.sup is None and not node.primes
    return isinstance(node, s.Name | s.Number | s.Constant)


def _span(node: s.Node) -> tuple[int, int]:
    return node.start, node.end


def _join(first: s.Node, more: s.Chain) -> s.Chain:
    assert isinstance(first, s.Chain)
    assert more.parts[0] is None
    return replace(
        first,
        end=more.end,
        parts=first.parts + more.parts[1:],
        relations=first.relations + more.relations,
    )


def parse(source: str, tokens: Sequence[Token], words: frozenset[str]) -> s.Listing:
    """The syntax tree of a formula. Raises `ReadError`."""
    return Parser(source, tokens, words).formula()


def unreachable(source: str, node: s.Node, expected: str) -> NoReturn:
    """Refuse a piece of the tree, with the text that stands there."""
    raise ReadError(source, node.start, repr(source[node.start : node.end][:40]), expected)

"""The grammar of expressions: chains of relations, sums, terms, scripts."""

from __future__ import annotations

from derive.latex import syntax as s
from derive.latex.cursor import Cursor
from derive.latex.notation import INDEX_LETTERS
from derive.latex.tokens import Token
from derive.latex.words import split_run

_OPERATIONS = {"*": "*", r"\cdot": "*", r"\times": "*", r"\bullet": "*", r"\ast": "*"} | {
    r"\odot": "*",
    "/": "/",
    r"\circ": "o",
}
_OPEN = s.Big | s.Function | s.Integral
SIGNS = {"+": "+", "-": "-", r"\pm": "pm", r"\mp": "mp"}
_PRIMES = frozenset({"'", r"\prime"})
_ATTACHED = _PRIMES | {"_", "^", "!", r"\%"}
_STARS = frozenset({"*", r"\ast", r"\star"})
_LIST_SEPARATORS = frozenset({",", ";", r"\mid"})


class Expressions(Cursor):
    """Everything above a single item; `atom` is what the subclass adds."""

    in_subscript = False
    bars: tuple[str, ...] = ()

    def atom(self) -> s.Node:
        """One item without its scripts."""
        raise NotImplementedError

    def starts_item(self, operand: bool = True) -> bool:
        """Whether an item begins at the present token (`operand`: one must stand here)."""
        raise NotImplementedError

    # -- lists and chains ---------------------------------------------------------------------

    def listing(self) -> s.Listing:
        """Chains separated by commas, semicolons or bars, up to what closes them."""
        start = self.peek.start
        items: list[s.Node] = [self.chain()]
        separators: list[str] = []
        while self.peek.text in _LIST_SEPARATORS or self._bar_separates():
            separators.append(self.next().text)
            items.append(self.chain())
        return s.Listing(start, items[-1].end, tuple(items), tuple(separators))

    def _bar_separates(self) -> bool:
        inside_call = not self.bars or self.bars[-1] in ("(", "{")
        return self.peek.kind == "other" and self.peek.text in ("|", "||") and inside_call

    def chain(self) -> s.Chain:
        """`a = b < c`; the first part is None where a relation comes first."""
        start = self.peek.start
        parts: list[s.Node | None] = []
        relations: list[str] = []
        self._skip_alignment()
        if self.relation_at(self.at) is None:
            parts.append(self.addition())
        else:
            parts.append(None)
        while True:
            self._skip_alignment()
            relation = self.relation_at(self.at)
            if relation is None:
                break
            if relation[0] == ":" and self.ends_at_colon:
                break
            self.at += relation[1]
            self._skip_alignment()
            relations.append(relation[0])
            parts.append(self.addition())
        last = parts[-1]
        end = last.end if last is not None else start
        return s.Chain(start, end, tuple(parts), tuple(relations))

    skips_alignment = True
    ends_at_colon = False

    def _skip_alignment(self) -> None:
        while self.tokens[self.at].text == "&" and self.skips_alignment:
            self.at += 1

    # -- sums and terms -----------------------------------------------------------------------

    def addition(self) -> s.Node:
        """Terms with signs."""
        with self.nested(self.peek):
            start = self.peek.start
            terms: list[s.Node] = []
            signs: list[str] = []
            while True:
                sign = "+"
                while self.peek.text in SIGNS:
                    sign = _times(sign, SIGNS[self.next().text])
                signs.append(sign)
                terms.append(self.term())
                self._skip_alignment()
                if self.peek.text not in SIGNS:
                    break
            if len(terms) == 1 and signs == ["+"]:
                return terms[0]
            return s.Addition(start, terms[-1].end, tuple(terms), tuple(signs))

    def term(self) -> s.Node:
        """Items side by side or with product signs and slashes."""
        start = self.peek.start
        items: list[s.Node] = []
        ops: list[str] = []
        op = ""
        while True:
            if op and self.peek.text in SIGNS:
                items.append(self._signed())
                ops.append(op)
            elif op or not items:
                if not self._item_here(items, op):
                    self.fail("a factor" if items else "a term")
                items.append(self.item())
                ops.append(op)
            elif self.peek.text == "|" and self._evaluation_bar():
                bar = self.next()
                self.next()
                point = self.subscript()
                items[-1] = s.Evaluation(items[-1].start, max(bar.end, point.end), items[-1], point)
            elif self.peek.text in ("+", "-") and self._awaits_operand(items):
                sign = self.next()
                rest = self.term()
                items.append(s.Addition(sign.start, rest.end, (rest,), (SIGNS[sign.text],)))
                ops.append(op)
                break
            elif self._item_here(items, ""):
                items.append(self.item())
                ops.append("")
            else:
                break
            op = _OPERATIONS.get(self.peek.text, "")
            if op:
                self.next()
        if len(items) == 1:
            return items[0]
        return s.Term(start, items[-1].end, tuple(items), tuple(ops))

    def _signed(self) -> s.Node:
        """An item behind its signs, as in x · −y."""
        if self.peek.text not in SIGNS:
            return self.item()
        sign = self.next()
        factor = self._signed()
        return s.Addition(sign.start, factor.end, (factor,), (SIGNS[sign.text],))

    def _awaits_operand(self, items: list[s.Node]) -> bool:
        """Whether a sum or an integral waits for what it is taken of: a sign may follow, Σ −2x."""
        return isinstance(s.unscripted(items[-1]), s.Big | s.Integral)

    def _item_here(self, items: list[s.Node], op: str) -> bool:
        token = self.peek
        if not items or op:
            return self.starts_item()
        if token.wide:
            return False
        if token.kind == "command" and not self.bars and self.remark_here() is not None:
            return False
        return self.starts_item(isinstance(s.unscripted(items[-1]), _OPEN))

    def _evaluation_bar(self) -> bool:
        return (
            self.peek.kind == "other"
            and self.tokens[self.at + 1].text == "_"
            and not (self.bars and self.bars[-1] == "|")
        )

    # -- scripts ------------------------------------------------------------------------------

    def item(self) -> s.Node:
        """An atom with its scripts, primes and factorials."""
        self.split_letters()
        node = self.atom()
        sub: s.Node | None = None
        sup: s.Node | None = None
        primes = 0
        if isinstance(node, s.Big) and self._lost_subscript():
            sub = self.subscript()
        while self.peek.text in _ATTACHED:
            token = self.peek
            if token.text == "_" and sub is None:
                self.next()
                sub = self.subscript()
            elif token.text in _PRIMES:
                self.next()
                primes += 1
            elif token.text == "^" and self._primes_raised():
                primes += self._take_primes()
            elif token.text == "^" and sup is None:
                self.next()
                sup = self.superscript()
            elif token.text in ("!", r"\%"):
                self.next()
                if token.text == "!" and (
                    sup or (isinstance(node, s.Postfix) and node.text == "!")
                ):
                    self.fail("brackets: what is the factorial taken of?", token)
                if sub or sup or primes:
                    node = s.Script(node.start, token.start, node, sub, sup, primes)
                    sub, sup, primes = None, None, 0
                node = s.Postfix(node.start, token.end, node, token.text)
            else:
                self.fail("one subscript and one superscript")
        if sub is None and sup is None and not primes:
            return node
        return s.Script(node.start, self.tokens[self.at - 1].end, node, sub, sup, primes)

    def _lost_subscript(self) -> bool:
        r"""\sum{n=1}^N, where Markdown has taken the underscore away."""
        following = self.tokens[self.at : self.at + 3]
        return [t.text for t in following[::2]] == ["{", "="] and following[1].kind == "letter"

    def split_letters(self) -> None:
        """Replace a run of letters that stands here by the names in it."""
        if self.peek.kind != "letter":
            return
        last = self.at
        while (
            self.tokens[last].kind == "letter"
            and self.tokens[last + 1].kind == "letter"
            and self.tokens[last + 1].start == self.tokens[last].end
        ):
            last += 1
        if last == self.at:
            return
        run = self.tokens[self.at : last + 1]
        text = "".join(t.text for t in run)
        bracket = self.tokens[last + 1].text in ("(", "[", "{", "_", r"\{")
        pieces = [text] if self.in_subscript else split_run(text, self.words, bracket)
        if pieces is None:
            self.fail(rf"a known name, letters written apart, or \text{{{text[:20]}}}", run[0])
        start, named = run[0].start, []
        for piece in pieces:
            kind = "name" if len(piece) > 1 else "letter"
            named.append(type(run[0])(kind, piece, start, start + len(piece)))
            start += len(piece)
        # A gap keeps the pieces from being run together again.
        self.tokens[self.at : last + 1] = [
            type(t)("name", t.text, t.start, t.end, k == 0 and run[0].wide)
            for k, t in enumerate(named)
        ]

    def subscript(self) -> s.Node:
        outer, self.in_subscript = self.in_subscript, True
        letter = self.peek
        if self._sign_here():
            node = self._sign()
        else:
            node = self.argument()
            self._refuse_run_on(letter, subscript=True)
        self.in_subscript = outer
        return node

    def _sign_here(self) -> bool:
        """Whether a sign alone is the script: [x]_+ is the positive part, s^- perhaps a name."""
        following = [t.text for t in self.tokens[self.at : self.at + 3]]
        if following[0] == "-":
            return following[1] in ("}", ")", "_", "+", "-", ",", "=", "^", "")
        return following[0] == "+" or following in (["{", "+", "}"], ["{", "-", "}"])

    def _sign(self) -> s.Node:
        token = self.next()
        if token.text == "{":
            token = self.next()
            self.next()
        return s.Text(token.start, token.end, token.text)

    def superscript(self) -> s.Node:
        outer, self.in_subscript = self.in_subscript, False
        token = self.peek
        braced = token.text == "{" and self.tokens[self.at + 1].text in _STARS
        if braced and self.tokens[self.at + 2].text == "}":
            self.at += 3
            node: s.Node = s.Text(token.start, token.end, "*")
        elif token.text in _STARS:
            self.next()
            node = s.Text(token.start, token.end, "*")
        elif self._sign_here():
            node = self._sign()
        else:
            node = self.argument()
            self._refuse_run_on(token, subscript=False)
            raised = s.bare(node)
            if isinstance(raised, s.Name) and (
                raised.text == "sf T" or (raised.text == "T" and raised.upright)
            ):
                node = s.Text(raised.start, raised.end, "T")
        self.in_subscript = outer
        return node

    def _refuse_run_on(self, script: Token, subscript: bool) -> None:
        """`e^ab` and `x_ij`: to TeX only the first letter is raised, which few people mean."""
        at = self.peek
        letters = script.kind == at.kind == "letter" and script.text != "T"
        if not letters or at.start != script.end:
            return
        if subscript and not {script.text, at.text} <= INDEX_LETTERS:
            return
        following = self.tokens[self.at + 1]
        runs_on = following.kind == "letter" and following.start == at.end
        if not runs_on and following.text not in ("_", "^", "(", "["):
            self.fail(f"braces, or a space: {{{script.text}{at.text}}}")

    def argument(self, halves: bool = False) -> s.Node:
        """What TeX takes as an argument: a group in braces or a single token.

        `halves` says that a second argument follows, so that 12 may be 1 and 2.
        """
        if self.peek.text == "{":
            return self.atom()
        self.split_digit(halves)
        with self.nested(self.peek):
            if not self.starts_item():
                self.fail("an argument")
            return self.atom()

    def _primes_raised(self) -> bool:
        k = self.at + 1
        if self.tokens[k].text in _PRIMES:
            return True
        if self.tokens[k].text != "{" or self.tokens[k + 1].text not in _PRIMES:
            return False
        while self.tokens[k + 1].text in _PRIMES:
            k += 1
        return self.tokens[k + 1].text == "}"

    def _take_primes(self) -> int:
        self.next()
        braced = self.peek.text == "{"
        if braced:
            self.next()
        count = 0
        while self.peek.text in _PRIMES:
            self.next()
            count += 1
        if braced:
            self.expect("}")
        return count


def _times(first: str, second: str) -> str:
    """The sign of two signs, ± and ∓ among them."""
    if second == "-":
        first = {"+": "-", "-": "+", "pm": "mp", "mp": "pm"}[first]
    elif second != "+":
        first = second if first == "+" else {"pm": "mp", "mp": "pm"}[second]
    return first

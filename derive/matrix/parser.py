"""One side of a matrix formula, read by recursive descent over its tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import sympy as sp

from derive.errors import ReadError
from derive.functions import catalogue
from derive.latex.notation import FUNCTIONS
from derive.latex.tokens import Token, tokenize
from derive.matrix import values as v
from derive.matrix.fractions import braced
from derive.matrix.values import Value
from derive.terms import Vec, index, named_function, real, size

_NUMBERS = frozenset("cdhkrst")
_ELEMENTWISE = {r"\sigma": "sigmoid", "relu": "relu", "softplus": "softplus"}


@dataclass
class Names:
    """The names of formulas that are read together, and what they stand for.

    `undefined` are those of which a definition is still to be read.
    """

    names: dict[str, Value] = field(default_factory=dict)
    sizes: dict[str, sp.Symbol] = field(default_factory=dict)
    undefined: set[str] = field(default_factory=set)

    def size(self, name: str) -> sp.Symbol:
        """The size of that name."""
        return self.sizes.setdefault(name, size(name))

    def value(self, name: str) -> Value:
        """What a name stands for: a Greek letter that is not declared is a number, as is c.

        Raises `ReadError` for others: the W of W A = A W may be a matrix too.
        """
        if name in self.sizes and name not in self.names:
            return v.constant(self.sizes[name])
        if name == "I" and name not in self.names:
            return v.identity()
        if name in self.undefined:
            raise ReadError(name, 0, name, "a name whose definition comes before its use")
        if name not in self.names and (
            name[0].isupper() or (len(name) == 1 and name not in _NUMBERS)
        ):
            raise ReadError(name, 0, name, rf"its shape, as in {name} \in \mathbb{{R}}^n")
        return self.names.setdefault(name, v.constant(real(name)))


class Parser:
    """Recursive descent over the tokens of one side."""

    def __init__(self, names: Names, text: str, source: str, offset: int) -> None:
        self.names = names
        self.source = source
        self.offset = offset
        self.tokens = braced(tokenize(text))
        self.at = 0
        self.norms = 0

    @property
    def text(self) -> str:
        return self.tokens[self.at].text

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def take(self, *expected: str) -> bool:
        if self.token.kind != "end" and self.text in expected:
            self.at += 1
            return True
        return False

    def need(self, expected: str) -> None:
        if not self.take(expected):
            raise self.fail(repr(expected))

    def fail(self, expected: str) -> ReadError:
        found = "the end" if self.token.kind == "end" else repr(self.text)
        return ReadError(self.source, self.offset + self.token.start, found, expected)

    def whole(self) -> Value:
        value = self.sum()
        if self.token.kind != "end":
            raise self.fail("an operator or the end of the formula")
        return value

    def sum(self) -> Value:
        sign = -1 if self.take("-") else 1
        value = self.product()
        value = value if sign > 0 else value.map(lambda e: -e)
        while self.text in ("+", "-") and self.token.kind != "end":
            sign = 1 if self.take("+") else -1
            if sign < 0:
                self.need("-")
            value = v.add(value, self.product(), sign)
        return value

    def product(self) -> Value:
        """Factors from left to right; ⊙ binds as loosely as a product of what stands beside it."""
        value = self.run()
        while self.take(r"\odot", r"\circ"):
            value = v.hadamard(value, self.run())
        return value

    def run(self) -> Value:
        return self._followed(self.factor())

    def _operand(self) -> Value:
        """What a derivative is taken of: a number or a bracket, else the product x^T A x."""
        closed = self.text in ("(", "[", "||")
        value = self.factor()
        return value if closed or value.is_scalar else self._followed(value)

    def _followed(self, value: Value) -> Value:
        """A factor with what it is multiplied by."""
        while True:
            if self.take(r"\cdot"):
                value = v.dot(value, self.factor())
            elif self.text == r"\times" and not value.is_scalar:
                raise self.fail(r"\cdot or nothing between matrices")
            elif self.take("*", r"\times"):
                value = v.multiply(value, self.factor())
            elif self.take("/"):
                value = v.divide(value, self.factor())
            elif self._starts():
                value = v.multiply(value, self.factor())
            else:
                return value

    def _starts(self) -> bool:
        if self.text == "||":
            return self.token.kind == "open" or (self.token.kind == "other" and not self.norms)
        ends = ("+", "-", ")", "]", "}", r"\odot", r"\circ", "=", ",")
        return self.token.kind not in ("end", "close") and self.text not in ends

    def factor(self) -> Value:
        value = self.atom()
        while self.take("^"):
            value = self._raised(value)
        return value

    def _raised(self, value: Value) -> Value:
        braced = self.take("{")
        if self.take(r"\top", "T", r"\intercal"):
            value = value.T
        elif self.token.kind == "number":
            power = sp.Integer(self.text)
            self.at += 1
            if not value.is_scalar:
                raise self.fail(r"\top on a matrix; write A \odot A for squares of entries")
            value = value.map(lambda e: e**power)
        else:
            raise self.fail(r"\top or a number")
        if braced:
            self.need("}")
        return value

    def atom(self) -> Value:
        for opening, closing in (("(", ")"), ("[", "]"), ("{", "}")):
            if self.take(opening):
                value = self.sum()
                self.need(closing)
                return value
        if self.token.kind == "number":
            number = sp.Rational(self.text)
            self.at += 1
            return v.constant(number)
        if self.take(r"\frac", r"\tfrac", r"\dfrac"):
            return self._fraction()
        if self.take("||"):
            return self._norm()
        if self.take(r"\nabla"):
            return self._nabla()
        if self.take(r"\mathbf", r"\boldsymbol", r"\bm"):
            return self._bold()
        if self.take(r"\operatorname", r"\mathrm"):
            return self._operator(self._word())
        return self._named()

    def _word(self) -> str:
        self.need("{")
        word = ""
        while not self.take("}"):
            if self.token.kind == "end":
                raise self.fail("'}'")
            word += self.text
            self.at += 1
        return word

    def _argument(self) -> Value:
        self.need("(")
        value = self.sum()
        self.need(")")
        return value

    def _operator(self, word: str) -> Value:
        if word == "tr":
            return v.trace(self._sized(self._argument()))
        if word == "diag":
            return v.diagonal(self._sized(self._argument()))
        return self._applied(word, self._argument())

    def _sized(self, value: Value) -> Value:
        if value.shape == v.OPEN:
            raise self.fail(r"the size of the identity, as in \mathbf{I}_n")
        return value

    def _applied(self, word: str, value: Value) -> Value:
        """A function of every entry; softmax acts on a column, or on each row of a matrix."""
        if word == "softmax":
            return _softmax(value)
        name = _ELEMENTWISE.get(word, word.removeprefix("\\"))
        if name in FUNCTIONS:
            return value.map(FUNCTIONS[name])
        if name in catalogue and not catalogue[name].sizes and len(catalogue[name].params) == 1:
            return value.map(lambda e: named_function(name)(e))
        raise self.fail(f"a function of entries; {word} is none")

    def _fraction(self) -> Value:
        self.need("{")
        if self.take(r"\partial"):
            if self.take("^"):
                return self._second()
            above = None if self.text == "}" else self._named()
            self.need("}")
            self.need("{")
            self.need(r"\partial")
            below = self._named()
            self.need("}")
            # As an operator it stands before what it is taken of.
            return v.gradient(self._operand() if above is None else above, below)
        above = self.sum()
        self.need("}")
        self.need("{")
        below = self.sum()
        self.need("}")
        return v.divide(above, below)

    def _second(self) -> Value:
        r"""\frac{\partial^2 L}{\partial w \partial w^\top}, from the 2 on."""
        self._power_of_two()
        above = self._named()
        for part in ("}", "{", r"\partial"):
            self.need(part)
        below = self._named()
        self.need(r"\partial")
        if self._named() is not below:
            raise self.fail("the same variable twice")
        if self.take("^"):
            self.need(r"\top")
        self.need("}")
        return v.hessian(above, below)

    def _nabla(self) -> Value:
        r"""\nabla_w L, \nabla_w^2 L and \nabla_w(...), from what follows the sign on."""
        below, second = None, False
        while self.text in ("_", "^"):
            if self.take("^"):
                self._power_of_two()
                second = True
            else:
                self.need("_")
                braced = self.take("{")
                below = self._named()
                if braced:
                    self.need("}")
        if below is None:
            raise self.fail(r"a variable, as in \nabla_w L")
        above = self._operand()
        return v.hessian(above, below) if second else v.gradient(above, below)

    def _power_of_two(self) -> None:
        braced = self.take("{")
        self.need("2")
        if braced:
            self.need("}")

    def _norm(self) -> Value:
        self.norms += 1
        value = self._sized(self.sum())
        self.norms -= 1
        if not self.take("||"):
            raise self.fail("the end of the norm")
        if self.take("_"):
            braced = self.take("{")
            if not self.take("2", "F"):
                raise self.fail("the norm 2 or F")
            if braced:
                self.need("}")
        square = v.constant(v.total(value.map(lambda e: e**2)))
        if self.take("^"):
            braced = self.take("{")
            self.need("2")
            if braced:
                self.need("}")
            return square
        return square.map(sp.sqrt)

    def _bold(self) -> Value:
        braced = self.take("{")
        letter = self.text
        self.at += 1
        if braced:
            self.need("}")
        if letter not in ("1", "I"):
            return self.names.value(letter)
        if not self.take("_"):
            raise self.fail(rf"a size, as in \mathbf{{{letter}}}_n")
        braced = self.take("{")
        n = self.names.size(self.text)
        self.at += 1
        if braced:
            self.need("}")
        if letter == "1":
            return Value((n, sp.S.One), lambda i, j: sp.S.One)
        return Value((n, n), lambda i, j: sp.KroneckerDelta(i, j))

    def _named(self) -> Value:
        token = self.token
        if token.kind not in ("letter", "command"):
            raise self.fail("a matrix, a number or a bracket")
        word = token.text
        self.at += 1
        plain = word.removeprefix("\\")
        if plain not in self.names.names and self.text == "(" and self.token.kind != "end":
            known: Callable[[], bool] = lambda: plain in FUNCTIONS or word in _ELEMENTWISE  # noqa: E731
            if known():
                return self._applied(word, self._argument())
        return self.names.value(plain)


def _softmax(value: Value) -> Value:
    """softmax of a column, or of each row of a matrix."""
    rows, columns = value.shape
    softmax = named_function("softmax")
    k = index("k")
    if columns == 1:
        return Value(value.shape, lambda i, j: softmax(Vec(value.entry(k, sp.S.One), (k, rows)), i))
    return Value(value.shape, lambda i, j: softmax(Vec(value.entry(i, k), (k, columns)), j))

"""One side of a matrix formula, read by recursive descent over its tokens."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from derive.functions import catalogue
from derive.latex.notation import FUNCTIONS, GREEK, STYLES
from derive.matrix import values as v
from derive.matrix.cursor import Cursor
from derive.matrix.values import Value
from derive.terms import At, Partial, Vec, index, named_function, real

_ELEMENTWISE = {r"\sigma": "sigmoid", "relu": "relu", "softplus": "softplus"}


class Parser(Cursor):
    """Reads one side of an equation."""

    def whole(self) -> Value:
        value = self.sum()
        if self.token.kind != "end":
            raise self.fail("an operator or the end of the formula")
        return value

    def whole_name(self) -> str:
        """The name that stands here alone: L, or the f of f(w), of which w is then part."""
        name = self.name()
        if self.text == "(" and self.token.kind != "end" and name not in FUNCTIONS:
            self._skip_arguments(name)
        if self.token.kind != "end":
            raise self.fail("one name that is defined")
        return name

    def _skip_arguments(self, name: str) -> None:
        """The (w, b) of f(w, b), the same wherever f stands."""
        start = self.at + 1
        while self.token.kind != "end" and self.text != ")":
            self.at += 1
        inside = tuple(t.text for t in self.tokens[start : self.at])
        self.need(")")
        if self.names.arguments.setdefault(name, inside) != inside or "(" in inside:
            raise self.fail(f"{name} of the same arguments as elsewhere")

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
            other = self.run()
            if value.is_scalar and other.is_scalar:
                raise self.fail(r"vectors or matrices beside \odot")
            value = v.hadamard(value, other)
        return value

    def run(self) -> Value:
        return self._followed(self.factor())

    def _operand(self, below: Value) -> Value:
        """What a derivative is taken of: a bracket or a value, else the product x^T A x.

        A coefficient before a product is a factor of it, and the row (...)^T begins one.
        """
        value = self.factor()
        row = value.shape[0] == 1 and not value.is_scalar
        closed = self.tokens[self.at - 1].text in (")", "]", "||") or value.is_scalar
        if row or not closed or (value.is_scalar and v.is_coefficient(value.scalar, below)):
            return self._followed(value)
        start = self.at
        if value.is_scalar and not value.scalar.is_Symbol and self._starts():
            rest = self._followed(v.constant(sp.S.One))
            if v.speaks_of(rest, below):
                raise self.fail("brackets around what the derivative is taken of")
            self.at = start
        return value

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
        ends = ("+", "-", ")", "]", "}", r"\odot", r"\circ", r"\rangle", "=", ",")
        return self.token.kind not in ("end", "close") and self.text not in ends

    def factor(self) -> Value:
        value = self.atom()
        while self.take("^"):
            value = self._raised(value)
        return value

    def _raised(self, value: Value) -> Value:
        braced = self.take("{")
        if self._transposes():
            self._array(value)
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

    def _array(self, value: Value) -> None:
        """Refuse the name of a number where only a vector or a matrix makes sense."""
        if value.is_scalar and value.scalar.is_Symbol:
            raise self.fail(f"{value.scalar} as a vector or a matrix")

    def _transposes(self) -> bool:
        """Whether ^\\top, ^T or ^{\\mathsf{T}} stands here."""
        if not self.take(r"\mathsf", r"\mathrm", r"\text"):
            return self.take(r"\top", "T", r"\intercal")
        braced = self.take("{")
        self.need("T")
        if braced:
            self.need("}")
        return True

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
        if self.take(r"\langle"):
            return self._inner_product()
        if self.take(r"\operatorname", r"\mathrm", r"\text"):
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
        if word in ("tr", "Tr", "trace"):
            return v.trace(self._sized(self._argument()))
        if word == "diag":
            return v.diagonal(self._sized(self._argument()))
        return self._applied(word, self._argument())

    def _sized(self, value: Value) -> Value:
        if value.shape == v.OPEN:
            raise self.fail(r"the size of the identity, as in \mathbf{I}_n")
        return value

    def _applied(self, word: str, value: Value, primes: int = 0) -> Value:
        """A function of every entry; softmax acts on a column, or on each row of a matrix."""
        if word == "softmax":
            return _softmax(value)
        name = _ELEMENTWISE.get(word, word.removeprefix("\\"))
        function: Callable[[sp.Expr], sp.Expr] | None = None
        if name in FUNCTIONS:
            function = FUNCTIONS[name]
        elif name in catalogue and not catalogue[name].sizes and len(catalogue[name].params) == 1:
            function = named_function(name)
        if function is not None:
            return value.map(_derivative(function, primes) if primes else function)
        raise self.fail(f"a function of entries; {word} is none")

    def _fraction(self) -> Value:
        self.need("{")
        if self.take(r"\partial"):
            if self.take("^"):
                return self._second()
            above = None if self.text == "}" else self.sum()
            self.need("}")
            self.need("{")
            self.need(r"\partial")
            below = self._variable()
            self.need("}")
            # As an operator it stands before what it is taken of.
            return v.gradient(self._operand(below) if above is None else above, below)
        above = self.sum()
        self.need("}")
        self.need("{")
        below = self.sum()
        self.need("}")
        return v.divide(above, below)

    def _second(self) -> Value:
        r"""\frac{\partial^2 L}{\partial w \partial w^\top}, from the 2 on."""
        self._power_of_two()
        above = self._variable()
        for part in ("}", "{", r"\partial"):
            self.need(part)
        below = self._variable()
        self.need(r"\partial")
        if self._variable() is not below:
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
                below = self._variable()
                if braced:
                    self.need("}")
        if below is None:
            raise self.fail(r"a variable, as in \nabla_w L")
        above = self._operand(below)
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
        self._array(value)
        if not self.take("||"):
            raise self.fail("the end of the norm")
        if self.take("_"):
            braced = self.take("{")
            if self.take("1"):
                return v.constant(v.total(value.map(sp.Abs)))
            if not self.take("2", "F"):
                raise self.fail("the norm 1, 2 or F")
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

    def _inner_product(self) -> Value:
        r"""\langle x, y \rangle, from what follows the bracket on."""
        left = self.sum()
        self.need(",")
        right = self.sum()
        self.need(r"\rangle")
        return v.multiply(left.T, right)

    def _bold_letter(self, letter: str) -> Value:
        r"""\mathbf{1}_n and \mathbf{I}_n, from the size on."""
        if not self.take("_"):
            if letter == "I":
                return v.identity()
            return v.ones(self.names.open_size(self.source, self.offset + self.token.start))
        braced = self.take("{")
        n = self.names.size(self.text)
        self.at += 1
        if braced:
            self.need("}")
        return v.ones(n) if letter == "1" else Value((n, n), lambda i, j: sp.KroneckerDelta(i, j))

    def _variable(self) -> Value:
        """A name by itself."""
        return self.names.value(self.name())

    def name(self) -> str:
        r"""A letter with its style and labels: W, \hat{y}, W_1, a^{(l)}, \mathbf{x}."""
        token = self.token
        style = token.text.removeprefix("\\")
        if token.kind == "command" and style in STYLES:
            self.at += 1
            braced = self.take("{")
            inner = self.name()
            if braced:
                self.need("}")
            return inner if STYLES[style] == "bold" else f"{STYLES[style]} {inner}"
        if token.kind not in ("letter", "command") or (
            token.kind == "command" and style not in GREEK and style not in FUNCTIONS
        ):
            raise self.fail("a matrix, a number or a bracket")
        self.at += 1
        name = style
        if self.text == "_" and self.token.kind != "end":
            self.at += 1
            name += f"_{self._label()}"
        opening = [t.text for t in self.tokens[self.at : self.at + 3]]
        if opening[:2] == ["^", "{"] and opening[2:] in (["["], ["("]):
            self.at += 1
            name += f"^{self._label()}"
        return name

    def _label(self) -> str:
        """What stands below a name: a letter, a number or a word."""
        if self.text == "{":
            return self._word()
        if self.token.kind not in ("letter", "number"):
            raise self.fail("a label")
        self.at += 1
        return self.tokens[self.at - 1].text

    def _named(self) -> Value:
        bold = self.text in (r"\mathbf", r"\boldsymbol", r"\bm", r"\mathbb")
        start = self.at
        if bold:
            self.at += 1
            braced = self.take("{")
            letter = self.text
            self.at += 1
            if letter in ("1", "I") and (not braced or self.take("}")):
                return self._bold_letter(letter)
            self.at = start
        word = self.text
        plain = self.name()
        primes = 0
        while self.token.kind != "end" and self.take("'", r"\prime"):
            primes += 1
        known = plain not in self.names.names and (plain in FUNCTIONS or word in _ELEMENTWISE)
        if known and self.text == "(" and self.token.kind != "end":
            return self._applied(word, self._argument(), primes)
        if plain in FUNCTIONS and plain not in self.names.names and not primes:
            return self._applied(word, self.factor())
        if primes:
            raise self.fail("the argument of a derivative f'(z)")
        if plain in self.names.arguments and self.text == "(" and self.token.kind != "end":
            self._skip_arguments(plain)
        return self.names.value(plain)


def _derivative(function: Callable[[sp.Expr], sp.Expr], order: int) -> Callable[[sp.Expr], sp.Expr]:
    """A derivative of a function of numbers, as one too."""
    t = real("t")
    inner = Partial(function(t), *([t] * order))
    return lambda e: At(inner, t, e)


def _softmax(value: Value) -> Value:
    """softmax of a column, or of each row of a matrix."""
    rows, columns = value.shape
    softmax = named_function("softmax")
    k = index("k")
    if columns == 1:
        return Value(value.shape, lambda i, j: softmax(Vec(value.entry(k, sp.S.One), (k, rows)), i))
    return Value(value.shape, lambda i, j: softmax(Vec(value.entry(i, k), (k, columns)), j))

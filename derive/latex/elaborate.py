"""From the syntax tree to SymPy: sums, terms, scripts, cases."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from derive.errors import ReadError
from derive.latex import build
from derive.latex import syntax as s
from derive.latex.ambiguous import joined_numerals, open_bar
from derive.latex.ellipsis import components_of
from derive.latex.names import Names
from derive.latex.opaque import Opaque
from derive.latex.reach import extremum_letters, only_letter, reaching_terms, used_letters
from derive.latex.roles import index_parts, is_matrix, is_transposition, sign_of
from derive.terms import At, Decimal, Partial, Vec, cases_of

Sequence_ = list[tuple[str, s.Node]]
_MAY_LIST = s.Group | s.Matrix | s.Script | s.Listing

MAX_DEPTH = 70
"""How many operators and brackets may stand one inside the other."""

MAX_TERMS = 300
"""The longest sum of terms that is read."""

MAX_DIGITS = 1000
"""The longest numeral that is read."""


class Expressions:
    """Values of nodes; the subclasses add what applies to something (functions, sums, ∂)."""

    def __init__(self, names: Names, whole: s.Node) -> None:
        self.names = names
        self.whole = whole
        self.depth = 0
        self.two_sided: sp.Expr | None = None
        self.extra: dict[str, list[tuple[str, s.Node]]] = {}
        self.differentiated: set[str] = set()

    def fail(self, node: s.Node, expected: str) -> ReadError:
        return self.names.fail(node, expected)

    def factor(self, seq: Sequence_, at: int) -> tuple[sp.Expr, int]:
        """The factor that begins at an item, and where the next one begins."""
        raise NotImplementedError

    # -- values -------------------------------------------------------------------------------

    def scalar(self, node: s.Node) -> sp.Expr:
        """The value of a node, which must be a number and no family."""
        value = self.expression(node)
        if isinstance(value, Vec | sp.IndexedBase):
            raise self.fail(node, "an index: this is a family, not a number")
        return value

    def scalar_or_family(self, node: s.Node) -> sp.Expr:
        """A side of a relation: a number; a family may only stand where its members are meant."""
        return self.scalar(node)

    def subject(self, node: s.Node) -> sp.Expr:
        """What a membership speaks of: a symbol, or a whole family (y, or y_i for every i)."""
        plain = s.bare(node)
        if isinstance(plain, s.Name) and self.names.is_family(plain.text):
            return self.names.family(plain.text)
        value = self.scalar(node)
        if isinstance(value, sp.Indexed):
            return value.base
        if not isinstance(value, sp.Symbol):
            raise self.fail(node, "a name or a member of a family")
        return value

    def components(self, node: s.Node) -> sp.Expr | None:
        """A list of components as a vector; None if the node is none."""
        raise NotImplementedError

    def opaque(
        self,
        first: s.Node,
        last: s.Node,
        what: str,
        parts: Sequence[sp.Basic],
        bound: Sequence[sp.Basic] = (),
    ) -> sp.Expr:
        """A value of which no more is used than from what it is made."""
        self.names.note(f"{what} read as a value of which no more is known")
        text = " ".join(self.names.source[first.start : last.end].split())
        return Opaque.of(text, parts, bound)

    def expression(self, node: s.Node) -> sp.Expr:
        plain = s.bare(node)
        vector = self.components(node) if isinstance(plain, _MAY_LIST) else None
        if vector is not None:
            return vector
        if isinstance(plain, s.Addition):
            return self.addition(plain)
        if isinstance(plain, s.Term):
            if not plain.items:
                raise self.fail(plain, "a term")
            return self.term(list(zip(plain.ops, plain.items, strict=True)))
        if isinstance(plain, s.Chain | s.Listing):
            raise self.fail(plain, "a single expression")
        return self.term([("", plain)])

    def addition(self, node: s.Addition) -> sp.Expr:
        if len(node.terms) > MAX_TERMS:
            raise self.fail(node, f"at most {MAX_TERMS} terms in a sum")
        terms: list[sp.Expr] = []
        at = 0
        while at < len(node.terms):
            term = node.terms[at]
            if isinstance(s.bare(term), s.Dots):
                raise self.fail(term, "the terms written out or as a sum (an ellipsis is not read)")
            after = at + 1
            found = reaching_terms(self.whole, node, at, self.names.roles)
            if found is not None:
                letter, after = found
                self._check_reach(node, at, after, letter)
                self.extra[letter] = list(
                    zip(node.signs[at + 1 : after], node.terms[at + 1 : after], strict=True)
                )
                self.names.note(f"the sum over {letter} reaches over the terms after + that use it")
            else:
                self._refuse_open_extremum(node, at)
            value = self.scalar(term)
            terms.append(self._signed(node, node.signs[at], value))
            at = after
        return build.add(*terms)

    def _signed(self, node: s.Node, sign: str, value: sp.Expr) -> sp.Expr:
        """A term with its sign; ± is the sign of what the cases around it distinguish."""
        if sign in ("+", "-"):
            return build.signed(sign, value)
        if self.two_sided is not None:
            self.names.note(f"± read as the sign of {self.two_sided}")
            factor = build.call(sp.sign, self.two_sided)
        else:
            factor = self.opaque(node, node, "±", [])
        return build.mul(factor if sign == "pm" else build.neg(factor), value)

    def _refuse_open_extremum(self, node: s.Addition, at: int) -> None:
        """max_i a_i + b_i may be the maximum of the sums."""
        found = reaching_terms(self.whole, node, at, self.names.roles, extremum_letters)
        if found is not None:
            expected = f"brackets: is this inside or outside the maximum over {found[0]}?"
            raise self.fail(node.terms[at + 1], expected)

    def _check_reach(self, node: s.Addition, at: int, after: int, letter: str) -> None:
        for term in node.terms[at + 1 : after]:
            if letter not in used_letters(term, self.names.roles):
                raise self.fail(term, f"brackets: is this inside or outside the sum over {letter}?")
            if isinstance(s.bare(term), s.Dots):
                raise self.fail(term, "the terms written out or as a sum (an ellipsis is not read)")

    def term(self, seq: Sequence_) -> sp.Expr:
        """The product of a term's factors."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.fail(seq[0][1], f"at most {MAX_DEPTH} operators one inside the other")
        value = self.factor(seq, 0)[0] if len(seq) == 1 else self._product(seq)
        self.depth -= 1
        return value

    def _product(self, seq: Sequence_) -> sp.Expr:
        factors: list[sp.Expr] = []
        at = 0
        for trouble in (joined_numerals(seq), open_bar(seq, self.is_open_derivative)):
            if trouble is not None:
                raise self.fail(*trouble)
        while at < len(seq):
            op = seq[at][0]
            value, after = self.factor(seq, at)
            if is_matrix(seq[at][1], self.names.roles) and any(
                not isinstance(n, s.Number) for _, n in (*seq[:at], *seq[after:])
            ):
                # W x is no product of numbers: W x and x W are two things.
                value = self.opaque(seq[at][1], seq[at][1], "the matrix", [value])
            if isinstance(value, Vec) and len(seq) > after - at and components_of(seq[at][1]):
                # W [h, x]: a matrix times components that are put together.
                value = self.opaque(seq[at][1], seq[at][1], "the vector", [value])
            if isinstance(value, Vec | sp.IndexedBase) and len(seq) > after - at:
                raise self.fail(seq[at][1], "an index: this is a family, not a number")
            self._check_sigma(seq, at)
            if op == "o":
                self.check_entrywise(seq, at)
            if op == "/":
                factors[-1] = build.divide(factors[-1], value)
                if after < len(seq) and seq[after][0] == "":
                    self._check_slash(seq[at][1], seq[after][1])
            else:
                factors.append(value)
            at = after
        return build.mul(*factors)

    def is_open_derivative(self, node: s.Node) -> bool:
        """Whether an item is an operator such as d/dx, which stands before its operand."""
        raise NotImplementedError

    def _check_sigma(self, seq: Sequence_, at: int) -> None:
        r"""\Sigma_j w_j may be meant as a sum."""
        node = seq[at][1]
        if not isinstance(node, s.Script) or not isinstance(node.base, s.Name) or node.sub is None:
            return
        if node.base.text != "Sigma" or at + 1 >= len(seq) or seq[at + 1][0]:
            return
        letters = used_letters(node, self.names.roles)
        if letters & used_letters(seq[at + 1][1], self.names.roles):
            raise self.fail(node, r"\sum for a sum, or a factor without that index")

    def _check_slash(self, denominator: s.Node, following: s.Node) -> None:
        """1/2(a − y) and 1/n Σ are read from left to right; 1/2n is refused."""
        base = following.base if isinstance(following, s.Script) else following
        if isinstance(base, s.Big) or (
            isinstance(denominator, s.Number)
            and isinstance(base, s.Group)
            and base.delimiter != "{"
        ):
            return
        raise self.fail(following, "brackets: a/bc may mean (a/b)c or a/(bc)")

    # -- items ----------------------------------------------------------------------------------

    def item(self, node: s.Node) -> sp.Expr:
        """An item that applies to nothing after it."""
        if isinstance(node, s.Script):
            return self._scripted(node)
        if isinstance(node, s.Number):
            return self._number(node)
        if isinstance(node, s.Constant):
            return sp.pi if node.text == "pi" else sp.oo
        if isinstance(node, s.Group):
            return self._group(node)
        if isinstance(node, s.Bars):
            return build.call(sp.Abs, self.scalar(node.body))
        if isinstance(node, s.Fraction):
            return build.divide(self.scalar(node.numerator), self.scalar(node.denominator))
        if isinstance(node, s.Root):
            return self._root(node)
        if isinstance(node, s.Binomial):
            return build.call(sp.binomial, self.scalar(node.upper), self.scalar(node.lower))
        if isinstance(node, s.Postfix):
            value = self.scalar(node.body)
            if node.text == "!":
                return build.call(sp.factorial, value)
            return build.divide(value, sp.Integer(100))
        if isinstance(node, s.Cases):
            return self.cases(node)
        if isinstance(node, s.Evaluation):
            return self._evaluation(node)
        if isinstance(node, s.Matrix):
            return self.matrix(node)
        if isinstance(node, s.Addition):
            return self.addition(node)
        if isinstance(node, s.Dots):
            raise self.fail(node, "the terms written out or as a sum (an ellipsis is not read)")
        raise self.fail(node, "a term")

    def _number(self, node: s.Number) -> sp.Expr:
        if len(node.text) > MAX_DIGITS:
            raise self.fail(node, f"a number of at most {MAX_DIGITS} digits")
        return sp.Integer(node.text) if node.text.isdigit() else Decimal(node.text)

    def check_entrywise(self, seq: Sequence_, at: int) -> None:
        r"""Refuse a \circ that may be a composition."""
        raise NotImplementedError

    def matrix(self, node: s.Matrix) -> sp.Expr:
        """The value of a matrix."""
        raise NotImplementedError

    def positive_part(self, value: sp.Expr) -> sp.Expr:
        """max(0, x), written x^+."""
        raise NotImplementedError

    def _group(self, node: s.Group) -> sp.Expr:
        vector = self.components(node)
        if vector is not None:
            return vector
        inner = s.bare(node.body)
        if node.delimiter == "[" and isinstance(inner, s.Chain) and inner.relations:
            self.names.note("a relation in square brackets read as 1 where it holds, else 0")
            return self.indicator(inner)
        if len(node.delimiter) > 1 and node.delimiter != r"\{":
            raise self.fail(node, "an expression in brackets that match")
        return self.expression(node.body)

    def indicator(self, condition: s.Node) -> sp.Expr:
        """1 where a condition holds, 0 elsewhere."""
        return cases_of((1, self.condition(condition)), (0, True))

    def _root(self, node: s.Root) -> sp.Expr:
        degree = 2
        if node.degree is not None:
            number = s.bare(node.degree)
            if not isinstance(number, s.Number) or not number.text.isdigit() or number.text == "0":
                raise self.fail(node.degree, "a positive whole number as the degree of the root")
            degree = int(number.text)
        return sp.Pow(self.scalar(node.body), sp.Rational(1, degree), evaluate=False)

    def _scripted(self, node: s.Script) -> sp.Expr:
        """A bracket, bars or fraction with scripts: a power, or (wx + b)'_w."""
        if node.primes:
            by = node.sub or only_letter(node.base)
            if by is None or node.sup is not None or not isinstance(node.base, s.Group):
                raise self.fail(node, "a prime on a function, or (...)'_w with its variable")
            variable = self.scalar(by)
            return Partial(self.scalar(node.base), *([variable] * node.primes))
        if any(sign_of(x) for x in (node.sub, node.sup)):
            return self._positive_part(node)
        if node.sub is not None and isinstance(node.base, s.Group) and node.sup is None:
            return self._family_by_entry(node.base, node.sub)
        if is_transposition(node.sup) and node.sub is None and isinstance(node.base, s.Group):
            return self.opaque(node, node, "the transpose", [self.expression(node.base)])
        if node.sub is not None:
            two_norm = isinstance(node.base, s.Bars) and node.base.double
            number = s.bare(node.sub)
            if not (two_norm and isinstance(number, s.Number) and number.text == "2"):
                raise self.fail(node.sub, "no subscript here")
        value = self.item(node.base)
        if node.sup is None:
            return value
        return build.power(value, self.scalar(self.exponent(node.sup)))

    def _positive_part(self, node: s.Script) -> sp.Expr:
        """[x]_+ and (x)^+, with an exponent on the first; [x]_- is [-x]_+."""
        value = self.item(node.base)
        negative = "-" in (sign_of(node.sub), sign_of(node.sup))
        value = self.positive_part(build.neg(value) if negative else value)
        if node.sub is None or node.sup is None:
            return value
        return build.power(value, self.scalar(self.exponent(node.sup)))

    def _family_by_entry(self, group: s.Group, sub: s.Node) -> sp.Expr:
        """(z_k + c)_k: the family with these members."""
        parts = index_parts(sub, self.names.roles)
        letters = [p.text for p in parts or [] if isinstance(p, s.Name)]
        if not letters or parts is None or len(letters) != len(parts):
            raise self.fail(sub, "no subscript here, or the index of a family as in (z_k + c)_k")
        with self.names.binding(*letters):
            body = self.scalar(group)
            indices = [self.names.scalar(x) for x in letters]
        return Vec(body, *((k, self.names.unknown_size()) for k in indices))

    def exponent(self, sup: s.Node) -> s.Node:
        plain = s.bare(sup)
        if isinstance(plain, s.Text) or (isinstance(plain, s.Name) and plain.text == "T"):
            raise self.fail(sup, "an exponent (a transpose is not read)")
        pieces = plain.items if isinstance(plain, s.Term) else (plain,)
        if any(isinstance(x, s.Group) and x.delimiter == "[" for x in pieces):
            raise self.fail(sup, "an exponent, or a label that is known")
        if isinstance(pieces[0], s.Group) and len(pieces) > 1 and is_transposition(pieces[-1]):
            raise self.fail(sup, "an exponent (a transpose is not read)")
        return sup

    def _evaluation(self, node: s.Evaluation) -> sp.Expr:
        return self.at_point(node, self.scalar(node.body))

    def at_point(self, node: s.Evaluation, value: sp.Expr) -> sp.Expr:
        """A value at the point that a bar states."""
        point = s.bare(node.point)
        if (
            not isinstance(point, s.Chain)
            or point.relations != ("=",)
            or point.parts[0] is None
            or point.parts[1] is None
        ):
            raise self.fail(node.point, "a point such as z = 0")
        variable = self.scalar(point.parts[0])
        if not isinstance(variable, sp.Symbol):
            raise self.fail(node.point, "a plain variable at its value")
        return At(value, variable, self.scalar(point.parts[1]))

    # -- cases ----------------------------------------------------------------------------------

    def cases(self, node: s.Cases) -> sp.Expr:
        outer = self.two_sided
        conditions = [sp.true if c is None else self.condition(c) for _, c in node.rows]
        self.two_sided = build.bounded_modulus(conditions)
        values = [self.scalar(value) for value, _ in node.rows]
        self.two_sided = outer
        return cases_of(*zip(values, conditions, strict=True))

    def condition(self, node: s.Node) -> sp.Basic:
        """Relations joined by `and`, unevaluated."""
        plain = s.bare(node)
        chains = plain.items if isinstance(plain, s.Listing) else (plain,)
        found = []
        for chain in chains:
            if not isinstance(chain, s.Chain) or not chain.relations or chain.parts[0] is None:
                raise self.fail(chain, "a condition such as x > 0")
            values = [self.scalar(p) for p in chain.parts if p is not None]
            for k, sign in enumerate(chain.relations):
                if sign not in build.RELATIONALS:
                    raise self.fail(chain, "one of = ≠ < ≤ > ≥ in a condition")
                found.append(build.relation(values[k], sign, values[k + 1]))
        return found[0] if len(found) == 1 else sp.And(*found, evaluate=False)

"""Derivatives as fractions and operators: ∂L/∂z, d²f/dx², ∂_x f."""

from __future__ import annotations

from functools import cached_property

import sympy as sp

from derive.latex import syntax as s
from derive.latex.calls import Calls
from derive.latex.elaborate import Sequence_
from derive.terms import NamedFunction, Partial


class Derivatives(Calls):
    """What is differentiated, and by what."""

    @cached_property
    def has_differentials(self) -> bool:
        """Whether a ∂ or a letter that may be one stands anywhere in the formula."""
        letters = (x.text in ("d", "delta") for x in self.whole.of(s.Name))
        return bool(self.whole.of(s.Differential)) or any(letters)

    def differential(self, seq: Sequence_, at: int) -> tuple[sp.Expr, int]:
        r"""`\partial_x f`, and `\partial L / \partial z` on one line."""
        node = seq[at][1]
        if isinstance(node, s.Script) and node.sub is not None and node.sup is None:
            if at + 1 >= len(seq) or seq[at + 1][0]:
                raise self.fail(node, "what is differentiated after it")
            variable = self.scalar(node.sub)
            end = next((k for k in range(at + 2, len(seq)) if seq[k][0] in ("*", "o")), len(seq))
            return Partial(self.term(sequence_from(seq[:end], at + 1)), variable), end
        if isinstance(node, s.Differential) and node.text == "nabla":
            found = self._gradient(seq, at)
            if found is not None:
                return found
        if isinstance(node, s.Script) or at + 1 >= len(seq) or seq[at + 1][0]:
            raise self.fail(node, "a derivative such as \\partial L / \\partial z")
        value, after = self.factor(seq, at + 1)
        slash = after + 1 < len(seq) and seq[after][0] == "/" and not seq[after + 1][0]
        if not slash or not isinstance(seq[after][1], s.Differential):
            raise self.fail(node, "a derivative such as \\partial L / \\partial z")
        variable, end = self.factor(seq, after + 1)
        return Partial(value, self._variable(seq[after + 1][1], variable)), end

    def _gradient(self, seq: Sequence_, at: int) -> tuple[sp.Expr, int] | None:
        r"""\nabla f(x): the derivative by the one argument, or by its component at hand."""
        if at + 1 >= len(seq) or seq[at + 1][0]:
            return None
        value, after = self.factor(seq, at + 1)
        if not isinstance(value, NamedFunction) or len(value.args) != 1:
            return None
        (by,) = value.args
        if isinstance(by, sp.IndexedBase) and self.names.spread is not None:
            by = by[self.names.spread]
        return (Partial(value, by), after) if isinstance(by, sp.Symbol | sp.Indexed) else None

    def item(self, node: s.Node) -> sp.Expr:
        """An item that applies to nothing after it: the (dy/dx) of (dy/dx)² among them."""
        parts = self.derivative_parts(node) if isinstance(node, s.Fraction) else None
        if parts is None:
            return super().item(node)
        return self.quotient_derivative([("", node)], 0, *parts)[0]

    def is_open_derivative(self, node: s.Node) -> bool:
        """Whether an item is an operator such as d/dx or ∂_x, which stands before its operand."""
        if isinstance(node, s.Script) and isinstance(node.base, s.Differential):
            return node.sub is not None
        parts = self.derivative_parts(node) if isinstance(node, s.Fraction) else None
        return parts is not None and not parts[1]

    def derivative_parts(
        self, node: s.Fraction
    ) -> tuple[int, list[s.Node], list[tuple[s.Node, int]]] | None:
        """Order, what is differentiated and by what, if a fraction is a derivative."""
        over = _flat(node.numerator) if self.has_differentials else []
        kind = _differential_of(over[0], "") if over else None
        if kind is None:
            return None
        under = _flat(node.denominator)
        if len(under) < 2 or _differential_of(under[0], kind[0]) is None:
            return None
        if kind[1] == 0:
            raise self.fail(over[0], "a derivative of an order from 1 to 9")
        if kind[0] == "letter" and "d" in self.names.roles.objects:
            raise self.fail(node, r"\mathrm{d} or \partial: d is a variable here")
        if kind[0] == "delta":
            if "delta" in self.names.roles.objects:
                return None
            raise self.fail(node, r"\partial or \mathrm{d} for a derivative, or \delta cancelled")
        variables: list[tuple[s.Node, int]] = []
        for k in range(0, len(under), 2):
            found = _differential_of(under[k], kind[0])
            if found is None or found[1] != 1 or k + 1 >= len(under):
                if k and not isinstance(under[k], s.Group):
                    raise self.fail(under[k], "a variable after each differential")
                if not k:
                    return None
            variable, order = _order(under[k + 1]) if k + 1 < len(under) else (under[k], 0)
            following = under[k + 1 :]
            if len(following) > 1 and isinstance(following[1], s.Group):
                # ∂σ(z): the application is the variable.
                whole = s.Term(variable.start, following[1].end, (variable, following[1]), ("", ""))
                variables.append((whole, 1))
                if len(following) > 2:
                    raise self.fail(following[2], "one application as the variable")
                return kind[1], over[1:], variables
            variables.append((variable, order))
        return kind[1], over[1:], variables

    def quotient_derivative(
        self,
        seq: Sequence_,
        at: int,
        order: int,
        body: list[s.Node],
        by: list[tuple[s.Node, int]],
    ) -> tuple[sp.Expr, int]:
        node = seq[at][1]
        if sum(times for _, times in by) != order:
            raise self.fail(node, f"variables for a derivative of order {order}")
        variables: list[sp.Expr] = []
        for variable, times in by:
            variables += [self._variable(variable, self.scalar(variable))] * times
        if body:
            value, end = self.term([("", n) for n in body]), at + 1
        else:
            end = self._operand_end(seq, at)
            op, last = seq[end - 1]
            if isinstance(last, s.Evaluation):
                # d/dx x² |_{x=3} is the derivative at 3, not that of 9.
                whole = [*seq[: end - 1], (op, s.Group(last.start, last.end, last.body, "{"))]
                found, _ = self.quotient_derivative(whole, at, order, body, by)
                return self.at_point(last, found), end
            value = self.term(sequence_from(seq[:end], at + 1))
        # ∂²/∂x∂y differentiates by y first; Partial lists the innermost first.
        return Partial(value, *reversed(variables)), end

    def _operand_end(self, seq: Sequence_, at: int) -> int:
        """What d/dz applies to: the bracket after it, or the product that follows."""
        if at + 1 >= len(seq) or seq[at + 1][0] == "/":
            raise self.fail(seq[at][1], "what is differentiated after it")
        if isinstance(s.unscripted(seq[at + 1][1]), s.Group) and at + 2 < len(seq):
            if seq[at + 2][0] == "":
                raise self.fail(seq[at + 2][1], "brackets round all that is differentiated")
            return at + 2
        end = at + 2
        while end < len(seq) and seq[end][0] == "":
            end += 1
        if end < len(seq) and seq[end][0] == "*":
            text = self.names.source[seq[at + 1][1].start : seq[end - 1][1].end]
            self.names.note(f"the derivative read as one of {' '.join(text.split())} alone")
        return end

    def _variable(self, node: s.Node, value: sp.Expr) -> sp.Expr:
        if not isinstance(value, sp.Symbol | sp.Indexed | NamedFunction):
            raise self.fail(node, "a variable to differentiate by")
        return value


def sequence_from(seq: Sequence_, start: int) -> Sequence_:
    """The rest of a product, which begins at an item."""
    return [("", seq[start][1]), *seq[start + 1 :]]


def _flat(node: s.Node) -> list[s.Node]:
    """The items of a numerator or denominator, invisible braces opened."""
    plain = s.bare(node)
    if isinstance(plain, s.Term) and not any(plain.ops):
        items: list[s.Node] = []
        for k, item in enumerate(plain.items):
            inner = s.bare(item)
            braced = isinstance(item, s.Group) and item.delimiter == "{"
            if braced and isinstance(inner, s.Term) and k == 0:
                items += _flat(item)
            elif braced and not isinstance(inner, s.Term | s.Addition):
                items.append(inner)
            else:
                items.append(item)
        return items
    return [plain]


def _differential_of(node: s.Node, kind: str) -> tuple[str, int] | None:
    """The kind (∂, d or the letter d) and order of a differential, if this is one.

    The order is 0 where it is no number below 10.
    """
    base, order = node, 1
    if isinstance(node, s.Script) and node.sub is None and not node.primes and node.sup is not None:
        base, raised = node.base, s.bare(node.sup)
        digits = raised.text if isinstance(raised, s.Number) and raised.text.isdigit() else ""
        order = int(digits) if len(digits) == 1 else 0
    base = s.bare(base)
    if isinstance(base, s.Differential):
        found = base.text
    elif isinstance(base, s.Name) and base.text == "d":
        found = "letter"
    elif isinstance(base, s.Name) and base.text == "delta":
        found = "delta"
    else:
        return None
    return (found, order) if kind in ("", found) or {kind, found} == {"d", "letter"} else None


def _order(node: s.Node) -> tuple[s.Node, int]:
    """z^2 below a second derivative: the variable twice."""
    if isinstance(node, s.Script) and node.sup is not None and not node.primes:
        raised = s.bare(node.sup)
        if isinstance(raised, s.Number) and raised.text.isdigit() and 0 < int(raised.text) < 10:
            base = s.Script(node.start, node.end, node.base, node.sub) if node.sub else node.base
            return base, int(raised.text)
    return node, 1

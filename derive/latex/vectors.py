"""Vectors without indices: norms, θᵀx and opaque extrema, each read by its components."""

from __future__ import annotations

import sympy as sp

from derive.latex import build
from derive.latex import syntax as s
from derive.latex.derivatives import Derivatives
from derive.latex.elaborate import Sequence_
from derive.latex.reach import used_letters
from derive.latex.roles import is_transpose, label_text, walk
from derive.terms import Vec, member, named_function, shape_of, sum_of

_Range = tuple[sp.Symbol, sp.Expr]


class Vectors(Derivatives):
    """Sums over the components of families that stand without an index."""

    def item(self, node: s.Node) -> sp.Expr:
        bars = s.unscripted(node)
        if isinstance(bars, s.Bars) and bars.double:
            return self._norm(node, bars)
        return super().item(node)

    def _norm(self, node: s.Node, bars: s.Bars) -> sp.Expr:
        """‖v‖ and ‖v‖_2 are the root of Σ v_k^2, ‖v‖_p is (Σ |v_k|^p)^(1/p), ‖v‖_∞ their maximum.

        ‖W‖_F is the root of the sum over both indices; of a number a norm is its modulus.
        """
        script = node if isinstance(node, s.Script) else s.Script(node.start, node.end, node)
        kind = "2" if script.sub is None else label_text(script.sub)
        degree = s.bare(script.sub) if script.sub is not None else s.Number(*_span(node), "2")
        if script.primes or not (kind == "F" or isinstance(degree, s.Number | s.Name | s.Constant)):
            raise self.fail(node, r"a norm with p, \infty, F or nothing below it")
        inside = {x.text for x in walk(bars.body) if isinstance(x, s.Name)}
        if kind != "F" and inside & self.names.roles.matrices:
            parts = [self.names.scalar(x) for x in sorted(inside - self.names.roles.vectors)]
            return self.opaque(node, node, "the norm", parts)
        squared = kind in ("2", "F") and script.sup is not None and label_text(script.sup) == "2"
        if kind == "F":
            value = self._frobenius(bars)
            over: list[_Range] = []
        else:
            value, found = self._component(bars)
            over = [] if found is None else [found]
            if found is None:
                value = build.call(sp.Abs, value)
        if over and isinstance(degree, s.Constant):
            value = named_function("max")(Vec(build.call(sp.Abs, value), over[0]))
        elif over and kind == "1":
            value = sum_of(build.call(sp.Abs, value), _limits(over[0]))
        elif over and kind == "2":
            value = sum_of(build.power(value, sp.Integer(2)), _limits(over[0]))
        elif over:
            power = self.scalar(degree)
            total = sum_of(build.power(build.call(sp.Abs, value), power), _limits(over[0]))
            value = build.power(total, build.divide(sp.S.One, power))
        if (over and kind == "2") or kind == "F":
            if squared:
                return value
            value = sp.Pow(value, sp.Rational(1, 2), evaluate=False)
        if script.sup is None:
            return value
        return build.power(value, self.scalar(self.exponent(script.sup)))

    def _frobenius(self, bars: s.Bars) -> sp.Expr:
        """The sum of the squares of a matrix's entries."""
        name = s.bare(bars.body)
        if not isinstance(name, s.Name) or self.names.roles.ranks.get(name.text, 2) != 2:
            raise self.fail(bars, "the letter of a matrix in this norm")
        self.names.roles.ranks[name.text] = 2
        i, j = self.names.fresh_letter(), self.names.fresh_letter(1)
        with self.names.binding(i, j):
            rows, columns = self.names.scalar(i), self.names.scalar(j)
        body = build.power(self.names.family(name.text)[rows, columns], sp.Integer(2))
        self.names.members.add(name.text)
        shape = shape_of(self.names.family(name.text))
        return sum_of(body, (columns, 1, shape[1]), (rows, 1, shape[0]))

    def _component(self, bars: s.Bars) -> tuple[sp.Expr, _Range | None]:
        """A component of what stands between the bars and its range, or a number and none."""
        names = {x.text for x in walk(bars.body) if isinstance(x, s.Name)}
        if names & self.names.roles.samples:
            letter = self.names.roles.sample
            with self.names.binding(letter):
                body, k = self.scalar(bars.body), self.names.scalar(letter)
            self.names.note("the norm read as that of the values over all samples")
            return body, (k, self.names.unknown_size())
        with self.names.spreading() as families:
            body = self.expression(bars.body)
            k = self.names.spread or sp.Dummy()
        if not families and not isinstance(body, Vec | sp.IndexedBase):
            return body, None
        if isinstance(body, Vec | sp.IndexedBase) or k not in body.free_symbols:
            raise self.fail(bars.body, "a vector by its components")
        self.names.members.update(str(f.label) for f in families)
        self.names.note("the norm read as that of the vector of the components")
        return body, (k, shape_of(families[0])[0])

    def is_transposed(self, node: s.Node) -> bool:
        """Whether a node is θᵀ for a family θ, or u_oᵀ for a family of vectors."""
        base = s.unscripted(node)
        if isinstance(node, s.Script) and node.sub is not None and isinstance(base, s.Name):
            if base.text not in self.names.roles.of_vectors:
                return False
            return is_transpose(s.Script(node.start, node.end, base, None, node.sup))
        return is_transpose(node) and isinstance(base, s.Name) and self.names.is_family(base.text)

    def dot_product(self, seq: Sequence_, at: int) -> tuple[sp.Expr, int]:
        """θᵀx is Σ_k θ_k x_k."""
        node = seq[at][1]
        if at + 1 >= len(seq) or seq[at + 1][0]:
            raise self.fail(node, "a vector after the transposed one")
        with self.names.spreading() as families:
            left = self._untransposed(node)
            right, after = self.factor(seq, at + 1)
            k = self.names.spread or sp.Dummy()
            right = member(right, k) if isinstance(right, Vec) else right
        if not (k in left.free_symbols and k in right.free_symbols):
            # wᵀx_i: the member x_i is a vector itself.
            value = self.opaque(node, seq[after - 1][1], "the product", [left, right], [k])
            self.names.members.update(str(f.label) for f in families)
            return value, after
        self.names.members.update(str(f.label) for f in families)
        self.names.note("the product of vectors read as the sum over their components")
        return sum_of(build.mul(left, right), (k, 1, shape_of(families[0])[0])), after

    def _untransposed(self, node: s.Node) -> sp.Expr:
        if isinstance(node, s.Script) and node.sub is not None:
            return self.expression(s.Script(node.start, node.end, node.base, node.sub))
        return self.scalar(s.unscripted(node))

    def extremum(self, name: str, sub: s.Node, body: s.Node, rest: Sequence_) -> sp.Expr:
        """max over an index, or argmax: a value of its own, of which no more is known."""
        variable = s.bare(sub)
        if not isinstance(variable, s.Name):
            raise self.fail(sub, f"the letter over which {name} is taken")
        letter = variable.text
        sequence: Sequence_ = [("", body), *rest]
        self.names.note(f"{name} over {letter} read as a value of which no more is known")
        if any(letter in used_letters(x, self.names.roles) for _, x in sequence):
            with self.names.binding(letter):
                value, k = self.term(sequence), self.names.scalar(letter)
            return named_function(name)(Vec(value, (k, self.names.unknown_size())))
        value, k = self.term(sequence), self.scalar(variable)
        if not isinstance(k, sp.Symbol) or isinstance(value, Vec | sp.IndexedBase):
            raise self.fail(sub, f"the letter over which {name} is taken")
        return named_function(name)(Vec(value, (k, sp.oo)))


def _limits(over: _Range) -> tuple[sp.Symbol, int, sp.Expr]:
    return over[0], 1, over[1]


def _span(node: s.Node) -> tuple[int, int]:
    return node.start, node.end

"""Vectors without indices: norms, θᵀx and opaque extrema, each read by its components."""

from __future__ import annotations

import sympy as sp

from derive.latex import build
from derive.latex import syntax as s
from derive.latex.derivatives import Derivatives
from derive.latex.elaborate import Sequence_
from derive.latex.names import unknown_size
from derive.latex.reach import used_letters
from derive.latex.roles import is_transpose, label_text, walk
from derive.terms import Vec, named_function, shape_of, sum_of

_Range = tuple[sp.Symbol, sp.Expr]


class Vectors(Derivatives):
    """Sums over the components of families that stand without an index."""

    def item(self, node: s.Node) -> sp.Expr:
        bars = s.unscripted(node)
        if isinstance(bars, s.Bars) and bars.double:
            return self._norm(node, bars)
        return super().item(node)

    def _norm(self, node: s.Node, bars: s.Bars) -> sp.Expr:
        """‖v‖ and ‖v‖_2 are the root of Σ v_k^2, ‖v‖_1 is Σ |v_k|; of a number, its modulus."""
        script = node if isinstance(node, s.Script) else s.Script(node.start, node.end, node)
        kind = "2" if script.sub is None else label_text(script.sub)
        if kind not in ("1", "2") or script.primes:
            raise self.fail(node, "a norm with 1, 2 or nothing below it")
        squared = kind == "2" and script.sup is not None and label_text(script.sup) == "2"
        body, over = self._component(bars)
        if over is None:
            value = build.call(sp.Abs, body)
        elif kind == "1":
            value = sum_of(build.call(sp.Abs, body), (over[0], 1, over[1]))
        else:
            value = sum_of(build.power(body, sp.Integer(2)), (over[0], 1, over[1]))
            if squared:
                return value
            value = sp.Pow(value, sp.Rational(1, 2), evaluate=False)
        if script.sup is None:
            return value
        return build.power(value, self.scalar(self.exponent(script.sup)))

    def _component(self, bars: s.Bars) -> tuple[sp.Expr, _Range | None]:
        """A component of what stands between the bars and its range, or a number and none."""
        names = {x.text for x in walk(bars.body) if isinstance(x, s.Name)}
        if names & self.names.roles.samples:
            letter = self.names.roles.sample
            with self.names.binding(letter):
                body, k = self.scalar(bars.body), self.names.scalar(letter)
            self.names.note("the norm read as that of the values over all samples")
            return body, (k, unknown_size())
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
        """Whether a node is θᵀ for a family θ."""
        base = s.unscripted(node)
        return is_transpose(node) and isinstance(base, s.Name) and self.names.is_family(base.text)

    def dot_product(self, seq: Sequence_, at: int) -> tuple[sp.Expr, int]:
        """θᵀx is Σ_k θ_k x_k."""
        node = seq[at][1]
        if at + 1 >= len(seq) or seq[at + 1][0]:
            raise self.fail(node, "a vector after the transposed one")
        with self.names.spreading() as families:
            left = self.scalar(s.unscripted(node))
            right, after = self.factor(seq, at + 1)
            k = self.names.spread or sp.Dummy()
        if not (k in left.free_symbols and k in right.free_symbols):
            raise self.fail(seq[at + 1][1], "a vector with one index, as the transposed one")
        self.names.members.update(str(f.label) for f in families)
        self.names.note("the product of vectors read as the sum over their components")
        return sum_of(build.mul(left, right), (k, 1, shape_of(families[0])[0])), after

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
            return named_function(name)(Vec(value, (k, unknown_size())))
        value, k = self.term(sequence), self.scalar(variable)
        if not isinstance(k, sp.Symbol) or isinstance(value, Vec | sp.IndexedBase):
            raise self.fail(sub, f"the letter over which {name} is taken")
        return named_function(name)(Vec(value, (k, sp.oo)))

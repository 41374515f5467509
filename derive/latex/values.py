"""Integrals, limits, expectations, lists of components and matrices."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from derive.latex import build
from derive.latex import syntax as s
from derive.latex.elaborate import Sequence_
from derive.latex.ellipsis import components_of, general_term
from derive.latex.gaussian import gaussian_integral
from derive.latex.notation import INDEX_LETTERS
from derive.latex.roles import call_indices, head_name
from derive.latex.vectors import Vectors
from derive.terms import NamedFunction, Vec, cases_of, member, shape_of, sum_of

_EXPECTATIONS = frozenset({"bb E", "bold E"})
_MOMENTS = frozenset({"Var", "Cov", "Corr", "bb V", "tr", "Tr", "det", "rank", "diag", "vec"})
MEANS = _EXPECTATIONS | _MOMENTS | {"E"}
"""Names before a bracket that may be those of a mean or the like."""


class Values(Vectors):
    """What is read as one value: exactly where a rule gives it, else as what it is written as."""

    # -- integrals and limits -------------------------------------------------------------------

    def integral(self, seq: Sequence_, at: int) -> tuple[sp.Expr, int]:
        r"""`\int_a^b f(x) \, dx`: exact for a Gaussian, else a value of its own."""
        node = seq[at][1]
        end, variable = self._differential_after(seq, at)
        if end == at + 1:
            raise self.fail(node, "what is integrated between it and its differential")
        with self.names.ranging(variable.text) as x:
            body = self.term([("", seq[at + 1][1]), *seq[at + 2 : end]])
        limits = [
            None if n is None else self.scalar(n)
            for n in ((node.sub, node.sup) if isinstance(node, s.Script) else (None, None))
        ]
        low, high = limits
        exact = None
        if low is not None and high is not None:
            exact = gaussian_integral(body, x, low, high)
        if exact is not None:
            self.names.note("the Gaussian integral read as its value")
            return exact, end + 2
        parts = [body, *(t for t in limits if t is not None)]
        return self.opaque(node, seq[end + 1][1], "the integral", parts, [x]), end + 2

    def _differential_after(self, seq: Sequence_, at: int) -> tuple[int, s.Name]:
        """Where the differential of an integral stands, and its variable."""
        for k in range(at + 1, len(seq) - 1):
            first, second = s.bare(seq[k][1]), s.bare(seq[k + 1][1])
            is_d = isinstance(first, s.Differential) and first.text == "d"
            is_d = is_d or (isinstance(first, s.Name) and first.text == "d")
            if is_d and not seq[k + 1][0] and isinstance(second, s.Name):
                return k, second
        raise self.fail(seq[at][1], "a differential such as dx after what is integrated")

    def limit(self, seq: Sequence_, at: int, sub: s.Node) -> tuple[sp.Expr, int]:
        r"""`\lim_{x \to 0} f(x)`, read but not worked out."""
        chain = s.bare(sub)
        variable = s.bare(chain.parts[0]) if isinstance(chain, s.Chain) and chain.parts[0] else None
        if not isinstance(chain, s.Chain) or chain.relations != ("to",):
            raise self.fail(sub, r"a limit such as x \to 0")
        if not isinstance(variable, s.Name) or at + 1 >= len(seq):
            raise self.fail(sub, r"a limit such as x \to 0")
        with self.names.ranging(variable.text) as x:
            body = self.term([("", seq[at + 1][1]), *seq[at + 2 :]])
        towards = s.bare(chain.parts[1]) if chain.parts[1] is not None else None
        one_sided = isinstance(towards, s.Script) and isinstance(towards.sup, s.Text)
        parts = [body] if towards is None or one_sided else [body, self.scalar(towards)]
        return self.opaque(seq[at][1], seq[-1][1], "the limit", parts, [x]), len(seq)

    # -- expectations ---------------------------------------------------------------------------

    def _holds_family(self, group: s.Node | None) -> bool:
        inside = s.bare(group.body) if isinstance(group, s.Group) else None
        return isinstance(inside, s.Name) and self.names.is_family(inside.text)

    def expectation(self, seq: Sequence_, at: int) -> tuple[sp.Expr, int] | None:
        r"""`\mathbb{E}_{x \sim p}[f(x)]`: Σ_x p(x) f(x) for a discrete p, else its own value."""
        node = seq[at][1]
        base = s.unscripted(node)
        group = s.unscripted(seq[at + 1][1]) if at + 1 < len(seq) and not seq[at + 1][0] else None
        name = base.text if isinstance(base, s.Name) else ""
        bracket = isinstance(group, s.Group) and group.delimiter in ("(", "[", r"\{")
        moment = name in _MOMENTS and bracket and isinstance(base, s.Name)
        if moment and name in self.names.roles.functions and self._holds_family(group):
            return None  # a formula says what it makes of the members
        plain = name == "E" and isinstance(group, s.Group) and self._is_mean(base, group)
        if not (name in _EXPECTATIONS or moment or plain) or at + 1 >= len(seq):
            return None
        end = at + 2 if bracket else len(seq)
        if isinstance(node, s.Script) and node.sup is not None:
            raise self.fail(node, "an exponent behind the bracket")
        over = self._distribution_of(node)
        if over is not None and self.names.is_family(over[1]):
            letter, distribution = over
            with self.names.binding(letter):
                k = self.names.scalar(letter)
                weight = self.names.family(distribution)[k]
                body = self._inside(seq, at + 1, end, bracket)
            self.names.note(f"the expectation read as a sum over {letter}, weights {distribution}")
            value: sp.Expr = sum_of(build.mul(weight, body), (k, 1, self.names.unknown_size()))
        else:
            letters = [over[0]] if over is not None else []
            with self.names.ranging(*letters) as x:
                body = self._inside(seq, at + 1, end, bracket)
            what = "the expectation" if not moment else name
            last = s.unscripted(seq[end - 1][1]) if bracket else seq[end - 1][1]
            value = self.opaque(node, last, what, [body], [x] if letters else [])
        raised = seq[at + 1][1]
        if bracket and isinstance(raised, s.Script) and raised.sup is not None:
            value = build.power(value, self.scalar(self.exponent(raised.sup)))
        return value, end

    def _is_mean(self, letter: s.Node, group: s.Group) -> bool:
        """Whether E[...] is a mean: square brackets with more in them than an index."""
        roles = self.names.roles
        if group.delimiter != "[" or "E" in roles.objects:
            return False
        letters = {x.text for x in call_indices(group, roles) or [] if isinstance(x, s.Name)}
        upright = isinstance(letter, s.Name) and letter.upright
        return upright or not letters or not letters <= INDEX_LETTERS

    def _inside(self, seq: Sequence_, start: int, end: int, bracket: bool) -> sp.Expr:
        if not bracket:
            return self.term([("", seq[start][1]), *seq[start + 1 : end]])
        group = s.unscripted(seq[start][1])
        assert isinstance(group, s.Group)
        values = [self.expression(x) for x in s.arguments(group)]
        return values[0] if len(values) == 1 else sp.Tuple(*values)

    def _distribution_of(self, node: s.Node) -> tuple[str, str] | None:
        r"""The letter and the distribution in `x \sim p` below an expectation."""
        chain = s.bare(node.sub) if isinstance(node, s.Script) and node.sub is not None else None
        if not isinstance(chain, s.Chain) or chain.relations != ("dist",):
            return None
        left, right = (None if p is None else s.bare(p) for p in chain.parts)
        if isinstance(right, s.Term) and len(right.items) == 2:
            # x ∼ p(x) says no more than x ∼ p.
            right = right.items[0]
        letter = left.text if isinstance(left, s.Name) else None
        if letter is None or right is None:
            return None
        return letter, head_name(right) or ""

    # -- lists of components and matrices ---------------------------------------------------------

    def components(self, node: s.Node) -> sp.Expr | None:
        r"""`[x_1, \dots, x_n]^\top` or a column of a matrix as a vector; None if it is none."""
        entries = components_of(node)
        if entries is None:
            return None
        over = self.names.spread
        letter = over.name if over is not None else self.names.fresh_letter()
        value = self._by_ellipsis(entries, letter)
        if value is None:
            value = self._by_cases(entries, letter)
        return member(value, over) if over is not None else value

    def is_listed(self, node: s.Node) -> bool:
        """Whether a side of an equation lists the components of a vector."""
        return components_of(node) is not None

    def _by_ellipsis(self, entries: Sequence[s.Node], letter: str) -> Vec | None:
        found = general_term(entries, letter)
        if found is None:
            if any(isinstance(s.bare(x), s.Dots) for x in entries):
                raise self.fail(entries[0], "components x_1, x_2, ..., x_n")
            return None
        term, high = found
        with self.names.binding(letter):
            body, k = self.scalar(term), self.names.scalar(letter)
        return Vec(body, (k, self.scalar(high)))

    def _by_cases(self, entries: Sequence[s.Node], letter: str) -> Vec:
        with self.names.binding(letter):
            values, k = [self.scalar(x) for x in entries], self.names.scalar(letter)
        rows = [(v, sp.Eq(k, i, evaluate=False)) for i, v in enumerate(values[:-1], start=1)]
        body = cases_of(*rows, (values[-1], True))
        return Vec(body, (k, sp.Integer(len(values))))

    def matrix(self, node: s.Matrix) -> sp.Expr:
        """A matrix as a value of its own, its entries read."""
        entries = [x for row in node.rows for x in row if not isinstance(s.bare(x), s.Dots)]
        values = [self.scalar(x) for x in entries if getattr(s.bare(x), "items", True)]
        return self.opaque(node, node, "the matrix", values)

    def positive_part(self, value: sp.Expr) -> sp.Expr:
        """x^+ and [x]_+ are max(0, x)."""
        self.names.note("the script + read as the positive part, max(0, ·)")
        return sp.Max(sp.S.Zero, value, evaluate=False)


def component_of(value: sp.Expr, k: sp.Symbol) -> sp.Expr:
    """The member k of a side of an equation of vectors."""
    if isinstance(value, Vec | sp.IndexedBase):
        return member(value, k) if len(shape_of(value)) == 1 else value
    if isinstance(value, NamedFunction):
        return type(value)(*value.args, k)
    return value

"""A letter with its scripts: a member, a labelled name, a power, a function's value."""

from __future__ import annotations

import sympy as sp

from derive.functions import Entry
from derive.latex import build
from derive.latex import syntax as s
from derive.latex.elaborate import Expressions
from derive.latex.lookup import entries_by_name
from derive.latex.roles import (
    FUNCTION_LETTERS,
    head_name,
    index_parts,
    is_transpose,
    is_transposition,
    label_text,
    sign_of,
)
from derive.terms import Partial, shape_of

_INDICATORS = frozenset({"bold 1", "bb 1", "bb I", "bold I", "I"})


class Letters(Expressions):
    """What a name stands for where it is applied to nothing."""

    implicit: sp.Expr | None = None

    def apply(self, node: s.Node, name: str, values: list[sp.Expr], sub: s.Node | None) -> sp.Expr:
        """The application of a function."""
        raise NotImplementedError

    def argument(self, node: s.Node, takes_family: bool | None = None) -> sp.Expr:
        """What a function is taken of."""
        raise NotImplementedError

    def derivative(self, value: sp.Expr, variable: sp.Expr, order: int) -> sp.Expr:
        """The derivative of a value."""
        return Partial(value, *([variable] * order))

    # -- a name by itself -----------------------------------------------------------------------

    def plain(self, node: s.Node) -> sp.Expr:
        """A letter with its scripts: a member, a labelled name, a power."""
        if isinstance(node, s.Name):
            return self._letter(node)
        assert isinstance(node, s.Script)
        assert isinstance(node.base, s.Name)
        letter = node.base.text
        if node.primes:
            return self._bare_derivative(node)
        if letter == "e" and self._is_exponential(node):
            return build.power(sp.E, self.scalar(self.exponent(node.sup or node)))
        raised = s.bare(node.sup) if node.sup is not None else None
        if any(sign_of(x) for x in (node.sub, node.sup)):
            return self._positive_letter(node)
        if self._is_matrix_transpose(node):
            inner = s.Script(node.start, node.base.end, node.base, node.sub)
            value = self.plain(inner if node.sub is not None else node.base)
            return self.opaque(node, node, "the transpose", [value])
        if node.sub is not None and self.is_indicator(letter):
            condition = s.bare(node.sub)
            if isinstance(condition, s.Group):
                condition = s.bare(condition.body)
            if isinstance(condition, s.Chain) and condition.relations:
                return self.indicator(condition)
        delta = self._delta(node) if letter == "delta" else None
        if delta is not None:
            return delta
        parts = self.names.indices_of(node, letter)
        labelled = isinstance(raised, s.Text) or (
            isinstance(raised, s.Group) and raised.delimiter in ("[", "(")
        )
        if parts is not None:
            if labelled and not (isinstance(raised, s.Group) and raised.delimiter == "("):
                raise self.fail(node, "indices without a label above")
            value = self.names.member(node, letter, parts)
        else:
            value = self._labelled(node, letter, raised if labelled else None)
        if raised is None or labelled:
            return value
        return build.power(value, self.scalar(self.exponent(node.sup or node)))

    def _is_matrix_transpose(self, node: s.Script) -> bool:
        r"""Whether ^T or ^\top stands on a letter that is no vector by itself: Wᵀ or (x_i)ᵀ."""
        assert isinstance(node.base, s.Name)
        raised = None if node.sup is None else s.bare(node.sup)
        if isinstance(raised, s.Text):
            return raised.words == "T"
        if not is_transposition(node.sup) or "T" in self.names.roles.objects:
            return False
        matrix = node.base.text.startswith("bold ") or node.base.text[0].isupper()
        letter = s.Name(node.start, node.end, node.base.text.partition("^")[0])
        return matrix or is_transpose(s.Script(node.start, node.end, letter, None, node.sup))

    def is_indicator(self, name: str) -> bool:
        return name in _INDICATORS and name not in self.names.roles.objects

    def _positive_letter(self, node: s.Script) -> sp.Expr:
        """x^+ and x_+, with an exponent on the second; x^- is (-x)^+."""
        assert isinstance(node.base, s.Name)
        above = bool(sign_of(node.sup))
        indexed = above and node.sub is not None
        plain = s.Script(node.start, node.end, node.base, node.sub) if indexed else node.base
        value = self.plain(plain)
        negative = "-" in (sign_of(node.sub), sign_of(node.sup))
        value = self.positive_part(build.neg(value) if negative else value)
        if above or node.sup is None:
            return value
        return build.power(value, self.scalar(self.exponent(node.sup)))

    def _is_base_e(self) -> bool:
        roles = self.names.roles
        return "e" not in roles.objects.keys() | roles.own and not self.names.is_bound("e")

    def _is_exponential(self, node: s.Script) -> bool:
        """Whether e^x is the exponential: beside an error e, all but e² and labels are."""
        if node.sub is not None or node.sup is None or self._is_base_e():
            return node.sub is None and node.sup is not None
        plain = isinstance(s.bare(node.sup), s.Number | s.Group | s.Text)
        if "e" not in self.names.roles.own or plain:
            return False
        self.names.note("e with an exponent read as the base of the natural logarithm")
        return True

    def _letter(self, node: s.Name) -> sp.Expr:
        if node.text == "e" and self._is_base_e():
            return sp.E
        value = self._function_value(node, node.text)
        if value is None and node.text in self.names.roles.known:
            self.names.lone.setdefault(node.text)
        return self.names.scalar(node.text) if value is None else value

    def _labelled(self, node: s.Script, letter: str, raised: s.Node | None) -> sp.Expr:
        sub = label_text(node.sub) if node.sub is not None else ""
        sup = label_text(raised) if raised is not None else ""
        if sub is None or sup is None:
            raise self.fail(node.sub or node, "an index or a label")
        inner = None if node.sub is None else s.bare(node.sub)
        if isinstance(inner, s.Script) and head_name(inner.base) in self.names.roles.ranks:
            raise self.fail(inner, "an index: this is a member of a family")
        name = letter + (f"_{sub}" if sub else "") + (f"^{sup}" if sup else "")
        value = self._function_value(node, name)
        return self.names.scalar(name) if value is None else value

    def _delta(self, node: s.Script) -> sp.Expr | None:
        """δ_ij, or a power of it; a family δ is one that something else than the δ_ij speaks of."""
        raised = s.bare(node.sup) if node.sup is not None else None
        known = self.names.roles.families.get("delta")
        if isinstance(raised, s.Group | s.Text) or (known and len(shape_of(known)) == 2):
            return None
        parts = index_parts(node.sub, self.names.roles) if node.sub is not None else None
        if parts is None or len(parts) != 2 or "delta" in self.names.roles.defined:
            return None
        delta = sp.KroneckerDelta(*(self.names.index_term(p) for p in parts))
        return delta if raised is None else build.power(delta, self.scalar(raised))

    # -- a function's name as a value -------------------------------------------------------------

    def _function_value(self, node: s.Node, name: str) -> sp.Expr | None:
        """σ for σ(x), where the formula or the definition says at which x."""
        if not self.is_function(name) or name in self.names.roles.objects:
            return None
        values = self._implied_arguments(name)
        if not values or name not in self.names.roles.functions:
            return None
        self.names.note(f"{name} read as {name}({', '.join(map(str, values))})")
        return self.apply(node, name, values, None)

    def _implied_arguments(self, name: str) -> list[sp.Expr]:
        """What a function's bare name is taken of: what stands in its left side f(x, y) = ...

        A function of one variable is taken of the one by which is differentiated.
        """
        heads = self.names.roles.heads.get(name, ()) if name in self.differentiated else ()
        if len(heads) > 1:
            return [self.argument(x) for x in heads]
        if self.implicit is not None:
            return [self.implicit]
        at = self.names.roles.argument_of(name)
        return [at] if at is not None else [self.argument(x) for x in heads]

    def _bare_derivative(self, node: s.Script) -> sp.Expr:
        name = head_name(s.Script(node.start, node.end, node.base, node.sub)) or ""
        values = self._implied_arguments(name)
        if len(values) != 1 or node.sup is not None:
            raise self.fail(node, "the argument of the derivative, f'(z)")
        (at,) = values
        self.names.note(f"{name}' read as {name}'({at})")
        return self.derivative(self.apply(node, name, [at], None), at, node.primes)

    # -- functions ---------------------------------------------------------------------------------

    def entries(self, name: str) -> tuple[Entry, ...]:
        """The catalogue's functions of that name, unless the text gives the name to its own."""
        return () if name in self.names.roles.own else entries_by_name().get(name, ())

    def is_function(self, name: str) -> bool:
        roles = self.names.roles
        return name in roles.functions | roles.known or name in FUNCTION_LETTERS

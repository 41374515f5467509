"""What holds where a claim is made: declarations, definitions and hypotheses; immutable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType

import sympy as sp

from derive.errors import DefinitionError
from derive.terms.definition import Definition


class Domain(Enum):
    """Where a symbol or every member of a family lives."""

    REAL = "real"
    POSITIVE = "positive"
    NONNEGATIVE = "nonnegative"
    UNIT = "open unit interval"
    PROBABILITY = "probability vector"
    ONE_HOT = "one-hot vector"
    BINARY = "0 or 1"
    SIGN = "-1 or 1"
    INTEGER = "integer"

    @property
    def symbol(self) -> str:
        """The domain as LaTeX prints it."""
        return _DOMAIN_LATEX[self]


_DOMAIN_LATEX = {
    Domain.REAL: r"\mathbb{R}",
    Domain.POSITIVE: r"(0, \infty)",
    Domain.NONNEGATIVE: r"[0, \infty)",
    Domain.UNIT: "(0, 1)",
    Domain.PROBABILITY: r"\Delta",
    Domain.ONE_HOT: r"\text{one-hot}",
    Domain.BINARY: r"\{0, 1\}",
    Domain.SIGN: r"\{-1, 1\}",
    Domain.INTEGER: r"\mathbb{Z}",
}

RELATIONS = ("=", "<", "<=", ">", ">=", "!=", "~=")


@dataclass(frozen=True)
class Statement:
    """One relation between two terms: `=`, `<`, `<=`, `>`, `>=`, `!=` or `~=` (about equal)."""

    lhs: sp.Expr
    relation: str
    rhs: sp.Expr

    def __post_init__(self) -> None:
        if self.relation not in RELATIONS:
            raise DefinitionError(
                f"relation {self.relation!r}: expected one of {' '.join(RELATIONS)}"
            )
        for side in ("lhs", "rhs"):
            value = getattr(self, side)
            if isinstance(value, int):
                object.__setattr__(self, side, sp.Integer(value))
            elif not isinstance(value, sp.Basic):
                raise DefinitionError(f"statement: {value!r} is not a SymPy term")

    def __str__(self) -> str:
        return f"{self.lhs} {self.relation} {self.rhs}"


@dataclass(frozen=True)
class Membership:
    """That a symbol, or every member of a family, lives in a domain."""

    subject: sp.Expr
    domain: Domain

    def __str__(self) -> str:
        return f"{self.subject} is {self.domain.value}"


@dataclass(frozen=True)
class Hypothesis:
    """A named fact that a proof may use and must cite.

    A free index in it ranges over everything it can: `a[i] > 0` says so of every i.
    `label` is how a verdict cites it (LaTeX).
    """

    statement: Statement | Membership
    label: str

    @property
    def terms(self) -> tuple[sp.Expr, ...]:
        """The terms that it speaks of."""
        fact = self.statement
        return (fact.subject,) if isinstance(fact, Membership) else (fact.lhs, fact.rhs)

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True)
class Context:
    """Definitions, declared domains and hypotheses. Every change makes a new context.

    `definitions` maps a name to its definitions, later ones shadowing earlier ones;
    `domains` maps a symbol or family to where it lives; `library` holds what is taken
    by name when the caller has not defined it (the catalogue). `dependencies` says of a name
    without a definition on which symbols and families it depends, in a way that is not known.
    """

    definitions: Mapping[str, tuple[Definition, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    domains: Mapping[sp.Expr, Domain] = field(default_factory=lambda: MappingProxyType({}))
    hypotheses: tuple[Hypothesis, ...] = ()
    library: Mapping[str, Definition] = field(default_factory=lambda: MappingProxyType({}))
    dependencies: Mapping[sp.Expr, tuple[sp.Expr, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )

    def define(self, *definitions: Definition) -> Context:
        """With these definitions added; a general one replaces what the name stood for.

        A symbol a, a family a[i] and a function a(x) of one name are three things.

        Raises `DefinitionError` if the definitions go round in a circle.
        """
        table = dict(self.definitions)
        for d in definitions:
            kept = [
                x
                for x in table.get(d.name, ())
                if type(x.head) is not type(d.head) or not (d.general or x.head == d.head)
            ]
            table[d.name] = (*kept, d)
        new = replace(self, definitions=MappingProxyType(table))
        for d in definitions:
            new._check_circle(d)
        return new

    def _check_circle(self, start: Definition) -> None:
        reached: set[str] = set()
        todo = [start]
        while todo:
            for name in todo.pop().names - reached:
                if name in self.definitions:
                    reached.add(name)
                    todo.extend(self.definitions[name])
        if start.name in reached and start.general:
            raise DefinitionError(
                f"definition of {start.head}: it is defined through itself; "
                "break the circle by giving one step another name"
            )

    def without(self, *names: str) -> Context:
        """With these names undefined: they become variables of their own."""
        if not any(name in self.definitions or name in self.library for name in names):
            return self
        table = {k: v for k, v in self.definitions.items() if k not in names}
        library = self.library
        if any(name in library for name in names):
            library = MappingProxyType({k: v for k, v in library.items() if k not in names})
        return replace(self, definitions=MappingProxyType(table), library=library)

    def declare(self, symbol: sp.Expr, domain: Domain) -> Context:
        """With a symbol, or all members of a family, declared to live in a domain."""
        return replace(self, domains=MappingProxyType({**self.domains, symbol: domain}))

    def assume(self, statement: Statement | Membership, label: str | None = None) -> Context:
        """With one more hypothesis; `label` is how a verdict cites it."""
        hypothesis = Hypothesis(statement, label or str(statement))
        return replace(self, hypotheses=(*self.hypotheses, hypothesis))

    def with_library(self, library: Mapping[str, Definition]) -> Context:
        """With these definitions to fall back on by name."""
        return replace(self, library=MappingProxyType(dict(library)))

    def depends(self, subject: sp.Expr, *variables: sp.Expr) -> Context:
        """With an undefined symbol or family said to depend on these symbols and families."""
        table = {**self.dependencies, subject: variables}
        return replace(self, dependencies=MappingProxyType(table))

    def dependencies_of(self, term: sp.Expr) -> tuple[sp.Expr, ...]:
        """What a symbol or a member without a definition depends on."""
        return self.dependencies.get(term.base if isinstance(term, sp.Indexed) else term, ())

    def definition_of(self, term: sp.Expr) -> Definition | None:
        """The definition that gives a symbol, a member or an application its meaning."""
        name = name_of(term)
        if name is None:
            return None
        group = self.definitions.get(name)
        if group is not None:
            # A particular case (a_1 := …) stands before the general one.
            ordered = group if len(group) == 1 else sorted(group, key=lambda d: d.general)
            return next((d for d in ordered if d.matches(term)), None)
        known = self.library.get(name)
        return known if known is not None and known.matches(term) else None

    def domain_of(self, term: sp.Expr) -> Domain:
        """Where a symbol, a family or a member lives: as declared, else as SymPy assumes."""
        base = term.base if isinstance(term, sp.Indexed) else term
        if base in self.domains:
            return self.domains[base]
        probe = base.label if isinstance(base, sp.IndexedBase) else base
        if probe.is_positive:
            return Domain.POSITIVE
        if probe.is_nonnegative:
            return Domain.NONNEGATIVE
        return Domain.INTEGER if probe.is_integer else Domain.REAL


def name_of(term: sp.Expr) -> str | None:
    """The name that a definition of this term would be filed under."""
    if isinstance(term, sp.Symbol):
        return str(term.name)
    if isinstance(term, sp.Indexed | sp.IndexedBase):
        base = term.base if isinstance(term, sp.Indexed) else term
        return str(base.label.name)
    if isinstance(term, sp.Function):
        return str(term.func.__name__)
    return None

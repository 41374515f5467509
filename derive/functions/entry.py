"""What an entry of the catalogue says of a function: its formula and its facts, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import sympy as sp

from derive.errors import DefinitionError
from derive.terms import Definition, Domain, Vec, as_term, free, named_function, shape_of


@dataclass(frozen=True)
class Kink:
    """A point where the derivative does not exist.

    `variable` reaches the kink where it equals `at` (a term over the other parameters);
    there the subgradient is the closed interval from `low` to `high` (for a jump, where
    no subgradient exists, both are None). `conventions` says which slope a framework
    returns there, by the framework's name; only what is documented or was measured.
    """

    variable: sp.Expr
    at: sp.Expr
    low: sp.Expr | None
    high: sp.Expr | None
    conventions: Mapping[str, sp.Expr] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Entry:
    """One function: `name(params) := formula`.

    `params` are scalars or families in the order of a call (prediction or logits first, then
    target, then parameters); `out` the indices of the member for a family-valued function.
    `symbol` is its LaTeX name; `notation` says how an application is set: "call" f(z),
    "infix" for names like D_KL(p ‖ q), "member" softmax(z)_i. `forms` are other closed forms
    of the same function, each to be proved equal to the formula. `limits` maps ±∞, or an end
    of its domain, of the first parameter to the limit there; `range` is the set of values over
    the domains; `domains` says where parameters live (a vector domain holds along the last
    index, so for every sample of a batch); `family` groups entries ("activation", "loss",
    "information", ...); `note` is a convention that the formula alone does not show.
    """

    name: str
    title: str
    params: tuple[sp.Expr, ...]
    formula: sp.Expr
    symbol: str
    sources: tuple[str, ...]
    family: str
    range: sp.Set
    out: tuple[sp.Symbol, ...] = ()
    notation: str = "call"
    aliases: tuple[str, ...] = ()
    domains: Mapping[sp.Expr, Domain] = field(default_factory=lambda: MappingProxyType({}))
    limits: Mapping[sp.Expr, sp.Expr] = field(default_factory=lambda: MappingProxyType({}))
    kinks: tuple[Kink, ...] = ()
    forms: tuple[sp.Expr, ...] = ()
    note: str = ""

    @property
    def head(self) -> sp.Expr:
        """The function applied to its own parameters: `sigmoid(z)`, `softmax(z, i)`."""
        return named_function(self.name)(*self.params, *self.out)

    @property
    def definition(self) -> Definition:
        """The entry as a definition, the form in which every other layer uses it."""
        return Definition(
            self.name,
            self.head,
            (*self.params, *self.out),
            self.formula,
            f"catalogue: {self.name}",
            self.domains,
        )

    @property
    def sizes(self) -> tuple[sp.Symbol, ...]:
        """The symbolic sizes of its families, in the order they appear."""
        found: dict[sp.Symbol, None] = {}
        for p in self.params:
            found.update({s: None for s in shape_of(p) if isinstance(s, sp.Symbol)})
        return tuple(found)

    def __call__(self, *arguments: sp.Expr) -> sp.Expr:
        """The function's application as a SymPy term; it stays folded.

        A family-valued function without its indices gives the whole family, as a `Vec`.
        Raises `DefinitionError` for a wrong number of arguments.
        """
        terms = tuple(as_term(a) for a in arguments)
        if len(terms) == len(self.params) and self.out:
            sizes = self._sizes_of_out(terms)
            return Vec(
                named_function(self.name)(*terms, *self.out), *zip(self.out, sizes, strict=True)
            )
        if len(terms) != len(self.params) + len(self.out):
            names = ", ".join(str(p) for p in (*self.params, *self.out))
            raise DefinitionError(
                f"{self.name}({names}): takes {len(self.params)} argument(s), found {len(terms)}"
            )
        return named_function(self.name)(*terms)

    def _sizes_of_out(self, arguments: tuple[sp.Expr, ...]) -> tuple[sp.Expr, ...]:
        """The sizes of the result: each output index has the size of the family it indexes."""
        sizes: dict[sp.Expr, sp.Expr] = {}
        for formal, actual in zip(self.params, arguments, strict=True):
            sizes.update(zip(shape_of(formal), shape_of(actual), strict=True))
        found = []
        for i in self.out:
            found.append(next(sizes[s] for s in _index_sizes(self.formula, i) if s in sizes))
        return tuple(found)

    def check_closed(self) -> None:
        """Raise `DefinitionError` if the formula or a form uses a name that is not a parameter."""
        allowed = set(self.params) | set(self.out) | set(self.sizes)
        loose = {s for term in (self.formula, *self.forms) for s in free(term)} - allowed
        if loose:
            raise DefinitionError(f"entry {self.name}: {sorted(map(str, loose))} not a parameter")


def _index_sizes(term: sp.Basic, index: sp.Symbol) -> list[sp.Expr]:
    """The sizes of the families that an index runs over in a term."""
    found = []
    for node in sorted(term.atoms(sp.Indexed), key=str):
        for position, i in enumerate(node.indices):
            if i == index and node.base.shape:
                found.append(node.base.shape[position])
    return found

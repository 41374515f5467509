"""Reverse mode: from the loss backwards, one error term for each value, each derivation small.

For every value v on the way to the loss L the chain rule over the values u that mention v gives
∂L/∂v_j = Σ_u Σ_q δ^u_q ∂u_q/∂v_j, where δ^u = ∂L/∂u is a name and every other value is held.
No expression grows with the depth, so a gradient costs as much as there are definitions.
Source: Griewank, Walther, Evaluating Derivatives (2008), section 3.2.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import sympy as sp

from derive.calculus.algebra import weight
from derive.calculus.derivation import Check, CheckedLine, Derivation, Line
from derive.calculus.names import fresh_index, names_in
from derive.calculus.network import Network
from derive.calculus.scope import Scope, index_ranges
from derive.calculus.simplify import Simplifier
from derive.calculus.strategy import PUT_IN, Engine
from derive.errors import UnknownNameError
from derive.proof import prove
from derive.terms import (
    Context,
    Definition,
    Partial,
    Statement,
    Vec,
    evaluated,
    family,
    name_of,
    real,
    substitute,
    sum_of,
)

INLINE = 7.0
"""An error term that is used once is put in where it is used, if it weighs no more than this."""


@dataclass(frozen=True, eq=False)
class ErrorTerm:
    """∂L/∂v for one value or parameter v: the claim, and the derivation behind it.

    `local` derives the sum over the values that mention v, every error term a name in it;
    `closing` puts in the error terms that stay without a name (`unnamed`: what is shown in
    their place), in `settled`. `chain` says, in `chain_context`, that ∂J/∂v is
    that sum for any J of those values (None if the loss itself is the only one). `name` is δ_j;
    `shared` says that other gradients use it by that name.
    """

    claim: Partial
    name: sp.Expr
    shared: bool
    local: Derivation
    closing: tuple[Line, ...]
    unnamed: Mapping[sp.Basic, sp.Expr]
    settled: Context
    chain: Statement | None
    chain_context: Context

    @property
    def result(self) -> sp.Expr:
        """The gradient, in the names of values and error terms."""
        return self.closing[-1].expr if self.closing else self.local.result

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines from the claim to the result; the first of a sum is the chain rule."""
        lines = list(self.local.lines)
        if self.chain is not None and lines:
            lines[0] = replace(lines[0], rule="chain rule", reason="chain rule")
        shown = [replace(x, expr=substitute(x.expr, self.unnamed)) for x in lines]
        same = bool(self.closing) and not self.unnamed
        return (*shown, *self.closing[1 if same else 0 :])

    def check(self) -> Check:
        """Prove the chain rule for these values, and every line after it."""
        checked = list(self.local.check().lines)
        for before, after in itertools.pairwise(self.closing):
            closing = Statement(before.expr, "=", after.expr)
            checked.append(CheckedLine(self.claim, closing, prove(closing, self.settled)))
        if self.chain is not None:
            outcome = prove(self.chain, self.chain_context)
            checked.insert(0, CheckedLine(self.claim, self.chain, outcome))
        return Check(tuple(checked))


@dataclass(frozen=True, eq=False)
class Backward:
    """The gradients of a loss: error terms from the loss backwards, and the gradients asked for.

    `context` defines the error terms beside the values, so that code compiled from a gradient
    shares them with the forward pass; in `among_values` the error terms are defined and values
    are variables of their own. `signs` are the facts about values, proved of their
    definitions, that the parts use.
    """

    loss: sp.Expr
    errors: tuple[ErrorTerm, ...]
    gradients: Mapping[sp.Expr, ErrorTerm]
    context: Context
    among_values: Context
    signs: tuple[Statement, ...] = ()

    def __getitem__(self, variable: sp.Expr) -> sp.Expr:
        """The gradient in a variable as it was asked for."""
        return self.gradients[variable].result

    @property
    def parts(self) -> tuple[ErrorTerm, ...]:
        """Everything that was derived, each once, in the order in which it is needed."""
        return tuple(dict.fromkeys((*self.errors, *self.gradients.values())))

    def check(self) -> Check:
        """Prove every line of every part again; what parts share, once."""
        seen: dict[tuple[sp.Expr, Statement], CheckedLine] = {}
        for fact in self.signs:
            outcome = prove(fact, self.context)
            seen[fact.lhs, fact] = CheckedLine(fact.lhs, fact, outcome)
        for part in self.parts:
            for line in part.check().lines:
                seen.setdefault((line.claim, line.statement), line)
        return Check(tuple(seen.values()))


def backward(context: Context, loss: sp.Expr, *variables: sp.Expr) -> Backward:
    """The gradient of a defined loss in each variable: a family, a member, a symbol or a value.

    Raises `DefinitionError` if the loss is not defined and `UnknownNameError` for a variable
    on which it does not depend.
    """
    return _Run(Network(context, loss), variables).result()


@dataclass(frozen=True)
class _Link:
    """One way on from a value: u_q, summed over `limits`, with its body, and δ^u_q.

    `held` says that another link mentions u, where it is a variable of its own, or that u is the
    loss itself beside other links: here its body stands for it.
    """

    definition: Definition
    head: sp.Expr
    limits: tuple[tuple[sp.Symbol, sp.Expr, sp.Expr], ...]
    error: sp.Expr
    held: bool

    @property
    def body(self) -> sp.Expr:
        """The body of u_q."""
        return self.definition.unfold(*getattr(self.head, "indices", ()))

    @property
    def copy(self) -> sp.Expr:
        """A name for what is held elsewhere."""
        return _like(self.head, f"{name_of(self.head)}^*")

    def summed(self, term: sp.Expr) -> sp.Expr:
        """Σ_q of a term."""
        return sum_of(term, *self.limits) if self.limits else term


def _like(value: sp.Expr, label: str) -> sp.Expr:
    """A name of the same shape and with the same indices."""
    if isinstance(value, sp.Indexed):
        return family(label, *value.base.shape)[value.indices]
    return real(label)


class _Run:
    """One pass backwards: what is relevant, and the error terms found so far."""

    def __init__(self, network: Network, variables: Sequence[sp.Expr]) -> None:
        self.network = network
        self.wanted = {v: network.member(v) for v in variables}
        self.targets = {str(name_of(v)): v for v in self.wanted.values()}
        self.relevant = network.between(set(self.targets))
        for name, v in self.targets.items():
            if not network.consumers(name, self.relevant):
                known = [str(name_of(p)) for p in network.parameters]
                raise UnknownNameError(f"variables of {network.loss}", str(name_of(v)), known)
        # Only what is a function keeps its meaning: every value is a variable of its own.
        self.functions = network.functions
        self.lemmas = Engine(self.functions)
        self.found: dict[str, ErrorTerm] = {}

    def result(self) -> Backward:
        network = self.network
        order = [d for d in reversed(network.values.values()) if d.name in self.relevant]
        for d in order:
            if d.head != network.loss and network.consumers(d.name, self.relevant):
                self.found[d.name] = self._derive(d.name, self.targets.get(d.name, d.head))
        for name, variable in self.targets.items():
            if name not in self.found:
                self.found[name] = self._derive(name, variable)
        errors = tuple(e for name, e in self.found.items() if name in network.values)
        gradients = {v: self.found[str(name_of(m))] for v, m in self.wanted.items()}
        named = [Definition.of(e.name, e.result, "error term") for e in errors if e.shared]
        contexts = network.context.define(*named), self.functions.define(*named)
        signs = tuple(fact for _, facts in network.signs.values() for fact in facts)
        return Backward(network.loss, errors, MappingProxyType(gradients), *contexts, signs)

    def _derive(self, name: str, variable: sp.Expr) -> ErrorTerm:
        claim = Partial(self.network.loss, variable)
        links = self._links(name, variable)
        local = self.functions.define(*(k.definition for k in links if not k.held))
        direct = len(links) == 1 and links[0].head == self.network.loss
        total = sp.Add(*(k.summed(k.error * (k.body if k.held else k.head)) for k in links))
        engine = Engine(local, lemmas=self.lemmas)
        found = engine.derive(claim if direct else Partial(total, variable))
        closing, unnamed = self._closing(links, found)
        chain = (None, local) if direct else self._chain(links, variable, local)
        result = closing[-1].expr if closing else found.result
        label = _like(variable, self._label(name, variable))
        shared = self._is_shared(name, result)
        settled = self._settled(links)
        return ErrorTerm(claim, label, shared, found, closing, unnamed, settled, *chain)

    def _links(self, name: str, variable: sp.Expr) -> list[_Link]:
        consumers = self.network.consumers(name, self.relevant)
        uses = self.network.uses
        links = []
        for u in consumers:
            taken = names_in(variable, *(c.head for c in consumers))
            head, limits = u.head, []
            if isinstance(head, sp.Indexed):
                indices = []
                for i, size in zip(u.params, head.base.shape, strict=True):
                    q = fresh_index(taken) if i.name in names_in(variable) else i
                    taken = taken | {q.name}
                    indices.append(q)
                    limits.append((q, sp.S.One, size))
                head = head.base[tuple(indices)]
            # A loss that mentions v beside other values: ∂L/∂v on the right would be another one.
            beside = u.head == self.network.loss and len(consumers) > 1
            held = beside or any(u.name in uses[c.name] for c in consumers)
            links.append(_Link(u, head, tuple(limits), self._error(u, head), held))
        return links

    def _error(self, u: Definition, head: sp.Expr) -> sp.Expr:
        """δ^u_q."""
        if u.head == self.network.loss:
            return sp.S.One
        name = self.found[u.name].name
        return name.base[head.indices] if isinstance(name, sp.Indexed) else name

    def _closing(
        self, links: list[_Link], found: Derivation
    ) -> tuple[tuple[Line, ...], Mapping[sp.Basic, sp.Expr]]:
        """The lines that put in error terms without a name, and how these are shown before."""
        shown: dict[sp.Basic, sp.Expr] = {}
        values: dict[sp.Basic, sp.Expr] = {}
        for k in links:
            error = self.found.get(k.definition.name)
            if error is None or error.shared or k.head == self.network.loss:
                continue
            shown[_family(error.name)] = _vector(error.claim)
            values[_family(error.name)] = _vector(error.claim, error.result)
        if not values and not any(k.held for k in links):
            return (), shown
        lines = [Line(substitute(found.result, values), PUT_IN, "put in the derivatives above")]
        scope = Scope(self._settled(links), found.claim.variables[0])
        simplifier = Simplifier(scope, found.claim, index_ranges(found.claim), "value")
        for line in simplifier.lines(lines[0].expr, raw=True):
            if evaluated(line.expr) != evaluated(lines[-1].expr):
                lines.append(line)
        return tuple(lines if values or len(lines) > 1 else ()), shown

    def _settled(self, links: list[_Link]) -> Context:
        """The functions, and the values that mention v: nothing is differentiated any more."""
        return self.functions.define(*(k.definition for k in links))

    def _chain(
        self, links: list[_Link], variable: sp.Expr, local: Context
    ) -> tuple[Statement, Context]:
        """∂J/∂v_j = Σ_u Σ_q ∂J/∂u_q ∂u_q/∂v_j for an unknown J of the values u."""
        anything = real("J") if str(self.network.loss) != "J" else real("F")
        terms, roots = [], []
        for k in links:
            u = k.copy if k.held else k.head
            if k.held:
                local = local.define(Definition.of(u, k.body))
            roots.append(_family(u))
            terms.append(k.summed(Partial(anything, u) * Partial(u, variable)))
        statement = Statement(Partial(anything, variable), "=", sp.Add(*terms))
        return statement, local.depends(anything, *roots)

    def _is_shared(self, name: str, result: sp.Expr) -> bool:
        """Whether a value's error term gets a name: used more than once, or long."""
        if name not in self.network.values or weight(result) <= 1:
            return False
        users = self.network.uses[name] & (self.relevant | set(self.targets))
        return len(users) > 1 or weight(result) > INLINE

    def _label(self, name: str, variable: sp.Expr) -> str:
        """delta^{[l]} for a value z^{[l]} of the parameters asked for, else bar v."""
        _, _, layer = name.partition("^")
        uses = self.network.uses.get(name, frozenset())
        rank = len(getattr(variable, "indices", ()))
        taken = {str(name_of(e.name)) for e in self.found.values()}
        taken |= {str(name_of(p)) for p in self.network.parameters} | set(self.network.values)
        # δ with two indices and no layer would read as Kronecker's.
        label = f"delta^{layer}" if layer else "delta"
        if not uses & set(self.targets) or label in taken or (not layer and rank > 1):
            label = f"bar {name}"
        while label in taken:
            label += "'"
        return label


def _family(value: sp.Expr) -> sp.Expr:
    return value.base if isinstance(value, sp.Indexed) else value


def _vector(claim: Partial, value: sp.Expr | None = None) -> sp.Expr:
    """The family of a gradient (or of its value) over its variable's indices."""
    (variable,) = claim.variables
    value = claim if value is None else value
    if not isinstance(variable, sp.Indexed):
        return value
    return Vec(value, *zip(variable.indices, variable.base.shape, strict=True))

"""What a context says, put into the forms that a proof uses.

Memberships and simple inequalities become domains, `a[i] = …` a definition of the family, a
one-hot vector a column of deltas; everything else stays a fact to be read in normal form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import sympy as sp

from derive.errors import DefinitionError
from derive.proof.algebra import is_index_name
from derive.proof.dependencies import with_dependencies, with_examples
from derive.proof.symmetry import symmetric_families
from derive.terms import (
    Context,
    Definition,
    Domain,
    Membership,
    NamedFunction,
    Statement,
    family,
    free,
    index,
    name_of,
    shape_of,
    substitute,
    subterms,
    sum_of,
)

# With what the names of sizes begin.
_SIZES = frozenset("mnMN")
_BOUNDS = {
    (">", 0): Domain.POSITIVE,
    (">=", 0): Domain.NONNEGATIVE,
}
_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!=", "~=": "~="}


@dataclass(frozen=True)
class Fact:
    """A hypothesis that stays a statement, and how a verdict cites it."""

    statement: Statement
    label: str

    @cached_property
    def about_indices(self) -> bool:
        """Whether it relates indices, so that it speaks of these and not of every one."""
        sides = (self.statement.lhs, self.statement.rhs)
        parts = [part for side in sides for part in sp.preorder_traversal(side)]
        return all(is_index_name(t) or isinstance(t, sp.Integer | sp.Add | sp.Mul) for t in parts)

    def free_indices(self, ranges: dict[sp.Symbol, sp.Expr]) -> list[sp.Symbol]:
        """The indices over which it holds throughout their range, in a fixed order."""
        return [] if self.about_indices else [s for s in self._open_names if s in ranges]

    @cached_property
    def _open_names(self) -> list[sp.Symbol]:
        sides = (self.statement.lhs, self.statement.rhs)
        names = free(sides[0]) | free(sides[1])
        # The n of a member p_n is a size: what holds of p up to n says nothing of other sizes.
        bases = [x for side in sides for x in subterms(side) if isinstance(x, sp.IndexedBase)]
        sizes = {s for base in bases for size in base.shape or () for s in free(size)}
        return sorted(names - sizes, key=str)


@dataclass(frozen=True)
class Setting:
    """A context ready for a proof: what became domains and definitions, and the facts left.

    `ranges` gives each index that the claim or the context uses the size that it runs to;
    `adopted` says which names are distributions by the roles of parameters in the catalogue.
    `witness` is the context for numbers: names of which only the dependencies are known have
    an example of such a function there. `symmetric` are the matrices with A_ij = A_ji.
    """

    context: Context
    facts: tuple[Fact, ...]
    ranges: dict[sp.Symbol, sp.Expr]
    adopted: tuple[str, ...]
    witness: Context
    symmetric: frozenset[sp.IndexedBase] = frozenset()


def prepare(terms: tuple[sp.Expr, ...], context: Context) -> Setting:
    """Read a context's hypotheses for a claim over these terms.

    Raises `DefinitionError` for a name that begins with an underscore: such are the prover's own.
    """
    names = {str(name_of(s)) for t in terms for s in free(t)}
    own = sorted(name for name in names if name.startswith("_"))
    if own:
        raise DefinitionError(f"{own[0]} is a name of the prover's own; use one without _ in front")
    facts: list[Fact] = []
    # Domains come first: what defines a name later must fit into its domain.
    waiting = []
    for hypothesis in context.hypotheses:
        statement = hypothesis.statement
        if isinstance(statement, Membership):
            context, more = _declared(context, statement, hypothesis.label)
            facts += more
        else:
            changed = _bounded(statement, context)
            waiting += [] if changed is not None else [Fact(_squared(statement), hypothesis.label)]
            context = changed or context
    for fact in waiting:
        changed = _defined(fact.statement, context)
        facts += [] if changed is not None else [fact]
        context = changed or context
    context = with_dependencies(terms, context)
    context, adopted, sums = _adopt_roles(terms, context)
    context, more, hidden = _expand_vectors(context)
    more += sums
    everything = [*terms, *_definition_terms(context)]
    for h in context.hypotheses:
        everything += h.terms
    everything += [side for f in more for side in (f.statement.lhs, f.statement.rhs)]
    heads = [d for group in context.definitions.values() for d in group]
    ranges = {**index_ranges(everything, heads), **hidden}
    mentioned = _mentioned(everything)
    instances = [x for f in (*facts, *more, *mentioned) for x in _instances(f, ranges)]
    witness = with_examples(context, everything)
    symmetric = symmetric_families([f.statement for f in facts], everything, context)
    return Setting(context, tuple(instances), ranges, adopted, witness, symmetric)


def _instances(fact: Fact, ranges: dict[sp.Symbol, sp.Expr]) -> list[Fact]:
    """A fact about every index, said of each index that the claim or the context names."""
    found = [fact]
    for i in fact.free_indices(ranges):
        for j in sorted((j for j in ranges if j != i and ranges[j] == ranges[i]), key=str):
            for known in list(found):
                s = known.statement
                sides = (substitute(s.lhs, {i: j}), substitute(s.rhs, {i: j}))
                other = Fact(Statement(sides[0], s.relation, sides[1]), fact.label)
                if other not in found:
                    found.append(other)
    return found


def _declared(context: Context, membership: Membership, label: str) -> tuple[Context, list[Fact]]:
    """A membership as a domain; a second domain of the same name stays a list of facts."""
    subject, domain = membership.subject, membership.domain
    if context.domain_of(subject) is Domain.REAL and not _defined_name(subject, context):
        return context.declare(subject, domain), []
    if domain is Domain.INTEGER and subject.is_integer:
        return context, []
    letters = [index(f"{c}_{name_of(subject)}") for c in "ijkl"[: len(shape_of(subject))]]
    term = subject[tuple(letters)] if letters else subject
    zero, one = sp.S.Zero, sp.S.One
    said: dict[Domain, list[tuple[sp.Expr, str, sp.Expr]]] = {
        Domain.REAL: [],
        Domain.POSITIVE: [(term, ">", zero)],
        Domain.NONNEGATIVE: [(term, ">=", zero)],
        Domain.UNIT: [(term, ">", zero), (term, "<", one)],
        Domain.BINARY: [(term * term, "=", term)],
        Domain.SIGN: [(term * term, "=", one)],
    }
    if domain not in said:
        raise DefinitionError(
            f"{subject}: it cannot be a {domain.value} besides what it is already; "
            "declare one domain for each name"
        )
    return context, [Fact(Statement(*parts), label) for parts in said[domain]]


def _bounded(statement: Statement, context: Context) -> Context | None:
    """The context with x > 0 and the like as a domain, if the statement is of that kind."""
    lhs, relation, rhs = statement.lhs, statement.relation, statement.rhs
    if lhs.is_Number and not rhs.is_Number:
        lhs, relation, rhs = rhs, _MIRROR[relation], lhs
    subject = lhs.base if isinstance(lhs, sp.Indexed) else lhs
    everywhere = isinstance(lhs, sp.Symbol) or (
        isinstance(lhs, sp.Indexed) and all(isinstance(i, sp.Symbol) for i in lhs.indices)
    )
    if not everywhere or is_index_name(lhs) or context.definition_of(lhs) is not None:
        return None
    now = context.domain_of(lhs)
    bound = _BOUNDS.get((relation, int(rhs))) if rhs in (0, 1) else None
    if bound is not None and now in (Domain.REAL, Domain.NONNEGATIVE):
        return context.declare(subject, bound)
    if (relation, rhs) == ("<", 1) and now is Domain.POSITIVE:
        return context.declare(subject, Domain.UNIT)
    return None


def _squared(statement: Statement) -> Statement:
    """√f = c as f = c², for a number c that is not negative."""
    root, value = statement.lhs, statement.rhs
    is_root = isinstance(root, sp.Pow) and root.exp == sp.S.Half and value.is_Rational
    if statement.relation != "=" or not is_root or value < 0:
        return statement
    return Statement(root.base, "=", value**2)


def _defined(statement: Statement, context: Context) -> Context | None:
    """The context with a = f(x) as a definition of the name a, if it can be one.

    Between two bare names an equation says nothing of which depends on which, and a name with
    a domain has to keep it: such equations stay facts.
    """
    lhs, rhs = statement.lhs, statement.rhs
    named = isinstance(lhs, sp.Indexed | sp.Symbol) and not is_index_name(lhs)
    if statement.relation != "=" or not named or context.definition_of(lhs) is not None:
        return None
    if isinstance(rhs, sp.Symbol | sp.Indexed) or context.domain_of(lhs) is not Domain.REAL:
        return None
    indices = lhs.indices if isinstance(lhs, sp.Indexed) else ()
    if len(set(indices)) != len(indices) or not all(isinstance(i, sp.Symbol) for i in indices):
        return None
    try:
        return context.define(Definition.of(lhs, rhs, "hypothesis"))
    except DefinitionError:
        return None


def _adopt_roles(
    terms: tuple[sp.Expr, ...], context: Context
) -> tuple[Context, tuple[str, ...], list[Fact]]:
    """What names are by their roles: the p of KL(p ‖ q) is made of probabilities that sum to 1."""
    adopted, sums = [], []
    everything = [*terms, *_definition_terms(context)]
    for application in _applications(everything):
        definition = context.library.get(type(application).__name__)
        if definition is None or len(definition.params) != len(application.args):
            continue
        for formal, actual in zip(definition.params, application.args, strict=True):
            role = definition.domains.get(formal)
            plain = isinstance(actual, sp.IndexedBase | sp.Symbol)
            if role is None or not plain or actual in context.domains:
                continue
            wanted = Domain.POSITIVE if role is Domain.PROBABILITY else role
            if wanted in (Domain.POSITIVE, Domain.UNIT, Domain.NONNEGATIVE):
                if _defined_name(actual, context):
                    continue
                context = context.declare(actual, wanted)
                if role is Domain.PROBABILITY and len(shape_of(actual)) == 1:
                    k = index(f"i_{actual.label}")
                    total = sum_of(actual[k], (k, 1, actual.shape[0]))
                    label = rf"\sum_k {actual.label}_k = 1"
                    sums.append(Fact(Statement(total, "=", sp.S.One), label))
                    adopted.append(f"{actual} is a distribution, as in {definition.name}")
    return context, tuple(adopted), sums


def _defined_name(term: sp.Expr, context: Context) -> bool:
    return str(getattr(term, "label", term)) in context.definitions


def _applications(terms: list[sp.Expr]) -> list[sp.Expr]:
    found: dict[sp.Expr, None] = {}
    for term in terms:
        for node in subterms(term):
            if isinstance(node, NamedFunction):
                found[node] = None
    return list(found)


def _definition_terms(context: Context) -> list[sp.Expr]:
    return [d.body for group in context.definitions.values() for d in group]


def _expand_vectors(
    context: Context,
) -> tuple[Context, list[Fact], dict[sp.Symbol, sp.Expr]]:
    """Probability vectors sum to one; a one-hot vector is δ_{k c} for one hidden c."""
    facts, hidden = [], {}
    for subject, domain in context.domains.items():
        if not isinstance(subject, sp.IndexedBase) or _defined_name(subject, context):
            continue
        *batch, last = (index(f"{c}_{subject.label}") for c in "ijkl"[: len(shape_of(subject))])
        member = subject[(*batch, last)]
        if domain is Domain.PROBABILITY:
            total = sum_of(member, (last, 1, subject.shape[-1]))
            label = rf"\sum_k {subject.label}_k = 1"
            facts.append(Fact(Statement(total, "=", sp.S.One), label))
        elif domain is Domain.ONE_HOT:
            hot = index(f"c_{subject.label}")
            column: sp.Expr = hot
            if batch:
                columns = family(str(hot), *subject.shape[:-1], integer=True, positive=True)
                column = columns[tuple(batch)]
            hidden[column.base if batch else hot] = subject.shape[-1]
            context = context.define(
                Definition.of(member, sp.KroneckerDelta(last, column), "one-hot")
            )
    return context, facts, hidden


def index_ranges(
    terms: list[sp.Expr], definitions: Iterable[Definition] = ()
) -> dict[sp.Symbol, sp.Expr]:
    """The size that each index runs to, read off the families that it indexes.

    An index that is only compared with another one, as the c of Σ_k δ_kc, is in its range.
    """
    ranges: dict[sp.Symbol, sp.Expr] = {}
    for term in terms:
        for node in subterms(term):
            if isinstance(node, sp.Indexed) and node.base.shape:
                for i, size in zip(node.indices, node.base.shape, strict=True):
                    if isinstance(i, sp.Symbol):
                        ranges.setdefault(i, size)
            elif isinstance(node, NamedFunction):
                _application_ranges(node, ranges)
    nodes = [node for term in terms for node in subterms(term)]
    sums = [node for node in nodes if isinstance(node, sp.Sum | sp.Product)]
    bases = [node for node in nodes if isinstance(node, sp.IndexedBase)]
    sizes = {s for base in bases for size in base.shape or () for s in free(size)}
    sizes |= {s for node in sums for limit in node.limits for s in free(limit[2])}
    compared = [(node.function, {k: n for k, low, n in node.limits if low == 1}) for node in sums]
    for d in definitions:
        if isinstance(d.head, sp.Indexed):
            compared.append((d.body, dict(zip(d.head.indices, d.head.base.shape, strict=True))))
    for body, limits in compared:
        _compared_ranges(body, limits, ranges, sizes)
    return ranges


def _compared_ranges(
    body: sp.Expr,
    limits: Mapping[sp.Basic, sp.Expr],
    ranges: dict[sp.Symbol, sp.Expr],
    sizes: set[sp.Basic],
) -> None:
    for inner in subterms(body):
        if not isinstance(inner, sp.KroneckerDelta | sp.Eq | sp.Ne):
            continue
        for here, there in (inner.args, inner.args[::-1]):
            known = here in limits and is_index_name(there) and there not in {*sizes, *limits}
            # The n of δ_kn is as likely a size that may lie beyond the range.
            if known and there.name[0] not in _SIZES:
                ranges.setdefault(there, limits[here])


def _mentioned(terms: list[sp.Expr]) -> list[Fact]:
    """Members that a claim mentions are there: z_2 says that z has two members at least."""
    found: dict[Fact, None] = {}
    for term in terms:
        for node in subterms(term):
            if isinstance(node, sp.Indexed) and node.base.shape:
                for i, size in zip(node.indices, node.base.shape, strict=True):
                    if isinstance(i, sp.Integer) and not size.is_Integer and i > 1:
                        label = f"{node.base.label} has a member {i}"
                        found[Fact(Statement(size, ">=", i), label)] = None
    return list(found)


def _application_ranges(node: sp.Expr, ranges: dict[sp.Symbol, sp.Expr]) -> None:
    """The last arguments of a family-valued function are indices into its family."""
    families = [a for a in node.args if shape_of(a)]
    if families:
        for i, size in zip(reversed(node.args), reversed(shape_of(families[0])), strict=False):
            if is_index_name(i):
                ranges.setdefault(i, size)

"""The standard hypotheses that people leave unsaid, each tried when a claim fails without it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import sympy as sp

from derive.functions import catalogue
from derive.latex.writer import latex
from derive.terms import (
    Context,
    Definition,
    Domain,
    Membership,
    NamedFunction,
    Statement,
    free,
    index,
    map_terms,
    named_function,
    parts,
    shape_of,
    substitute,
    sum_of,
)
from derive.terms.nodes import Partial
from derive.verdicts.attempts import Attempt, base_name, terms_of
from derive.verdicts.progressions import held_fixed, within_range
from derive.verdicts.unsaid import (
    distinct_indices,
    normal_distribution,
    positive_parameters,
    unit_vectors,
)


def leaves_base_open(texts: Iterable[str]) -> bool:
    """Whether formulas write log without a base: ln has one, and ln 2 beside log x stays so."""
    said = " ".join(texts)
    return re.search(r"log(?![a-z]|\s*_)", said) is not None and r"\ln" not in said


def standard_hypotheses(
    statement: Statement, context: Context, without: frozenset[str] = frozenset()
) -> Iterator[Attempt]:
    """The attempts, the most usual ones first; `without` names sources that do not apply."""
    if statement.relation != "=":
        yield from probabilities(statement, context)
        yield from positive_parameters(statement, context)
        if "other_base" not in without:
            yield from other_base(statement, context)
        return
    for source in SOURCES:
        if source.__name__ not in without:
            yield from source(statement, context)


def _weights(statement: Statement, context: Context) -> list[sp.IndexedBase]:
    """The families that weigh a logarithm in a sum, as targets and probabilities do.

    Of a family that is defined, such as smoothed targets, those that it is made of.
    """
    found: dict[sp.IndexedBase, None] = {}
    for term in terms_of(statement, context):
        for node in sp.preorder_traversal(term):
            if isinstance(node, sp.Mul) and node.has(sp.log):
                for factor in node.args:
                    if isinstance(factor, sp.Indexed):
                        found[factor.base] = None
    defined = context.definitions
    for base in list(found):
        for d in defined.get(str(base.label), ()):
            found |= dict.fromkeys(x.base for x in parts(d.body, sp.Indexed))
    return sorted((b for b in found if str(b.label) not in defined), key=str)


def normalized(statement: Statement, context: Context) -> Iterator[Attempt]:
    """Σ_k y_k = 1 for a family of targets."""
    for base in _weights(statement, context):
        indices = tuple(index(c) for c in "ijkl"[: len(shape_of(base))])
        k = index("k")
        term = sum_of(base[(*indices[:-1], k)], (k, 1, shape_of(base)[-1]))
        label = rf"\sum_k {base_name(base)}_{{{''.join(map(str, indices[:-1]))}k}} = 1"
        label = label.replace("_{k}", "_k")
        yield Attempt(
            statement,
            context.assume(Statement(term, "=", sp.S.One), label),
            label,
            f"the {base.label} sum to 1",
        )


def probabilities(statement: Statement, context: Context) -> Iterator[Attempt]:
    """That what the catalogue takes for probability vectors sums to 1."""
    found: dict[sp.IndexedBase, None] = {}
    for term in terms_of(statement, context):
        for application in sorted(parts(term, NamedFunction), key=str):
            definition = context.library.get(type(application).__name__)
            if definition is None or len(definition.params) != len(application.args):
                continue
            for formal, actual in zip(definition.params, application.args, strict=True):
                role = definition.domains.get(formal)
                plain = isinstance(actual, sp.IndexedBase) and actual not in context.domains
                if role is Domain.PROBABILITY and plain:
                    found[actual] = None
    if not found:
        return
    label = ", ".join(rf"{base_name(base)} \in \Delta" for base in found)
    for base in found:
        context = context.assume(Membership(base, Domain.PROBABILITY), label)
    names = " and ".join(str(base.label) for base in found)
    yield Attempt(statement, context, label, f"{names} sum to 1, as probabilities do")


def one_hot(statement: Statement, context: Context) -> Iterator[Attempt]:
    """A one-hot target; what stands in a logarithm itself is a probability, not a target."""
    logs = [log for t in terms_of(statement, context) for log in parts(t, sp.log)]
    probabilities = {b for log in logs for b in parts(log, sp.IndexedBase)}
    for base in _weights(statement, context):
        if base in probabilities:
            continue
        label = rf"{base_name(base)} \text{{ one-hot}}"
        yield Attempt(
            statement,
            context.assume(Membership(base, Domain.ONE_HOT), label),
            label,
            f"{base.label} is one-hot",
        )


def single_sample(statement: Statement, context: Context) -> Iterator[Attempt]:
    """n = 1 for a size that a mean divides by; then a letter without its index is the sample's."""
    letters = _letters(statement, context)
    spoken_of = {s for h in context.hypotheses for term in h.terms for s in free(term)}
    for n in _mean_sizes(statement, context):
        if n in spoken_of:
            continue

        def one(term: sp.Expr, n: sp.Symbol = n) -> sp.Expr:
            return map_terms(substitute(term, {n: sp.S.One}), bare)

        def bare(node: sp.Expr) -> sp.Expr:
            if isinstance(node, sp.Sum) and node.limits[0][1:] == (1, 1):
                return map_terms(substitute(node.function, {node.limits[0][0]: sp.S.One}), bare)
            named = isinstance(node, sp.Indexed) and str(node.base.label) in letters
            return letters[str(node.base.label)] if named else node

        smaller = replace(context, definitions={})
        for d in (d for group in context.definitions.values() for d in group):
            if isinstance(d.head, sp.Indexed) and d.name in letters:
                continue
            body = one(d.body)
            smaller = smaller.define(
                Definition(d.name, d.head, d.params, body, d.source, d.domains)
            )
        yield Attempt(
            Statement(one(statement.lhs), "=", one(statement.rhs)),
            smaller,
            f"{n} = 1",
            f"{n} = 1, a single sample",
            one,
        )


def _mean_sizes(statement: Statement, context: Context) -> list[sp.Symbol]:
    """The sizes n of factors 1/n."""
    terms = terms_of(statement, context)
    sizes = _sizes(terms)
    found: dict[sp.Symbol, None] = {}
    for term in terms if sizes else ():
        for node in sp.preorder_traversal(term):
            if isinstance(node, sp.Pow) and node.exp.is_negative:
                factors = node.base.args if isinstance(node.base, sp.Mul) else (node.base,)
                found.update({s: None for s in factors if s in sizes})
    return list(found)


def _sizes(terms: list[sp.Expr]) -> frozenset[sp.Basic]:
    """The symbols that the first sizes of families are made of."""
    firsts = {b.shape[0] for t in terms for b in parts(t, sp.IndexedBase) if b.shape}
    return frozenset(s for first in firsts for s in free(first) if isinstance(s, sp.Symbol))


def _letters(statement: Statement, context: Context) -> dict[str, sp.Symbol]:
    """The names that stand for a family and, without an index, for a variable of their own."""
    terms = terms_of(statement, context)
    families = {str(b.label) for t in terms for b in parts(t, sp.IndexedBase)}
    symbols = {s.name: s for t in terms for s in sorted(free(t), key=str)
               if isinstance(s, sp.Symbol)}  # fmt: skip
    return {name: symbols[name] for name in sorted(families & set(symbols))}


def members_of_letters(statement: Statement, context: Context) -> dict[sp.Symbol, sp.IndexedBase]:
    """The letters that stand, without an index, for one member of a family: a for a_i."""
    letters = _letters(statement, context)
    found: dict[sp.Symbol, sp.IndexedBase] = {}
    for base in sorted({b for t in terms_of(statement, context) for b in parts(t, sp.IndexedBase)},
                       key=str):  # fmt: skip
        if str(base.label) in letters and len(shape_of(base)) == 1:
            found[letters[str(base.label)]] = base
    return found


def explicit_members(statement: Statement, context: Context) -> Iterator[Attempt]:
    """n = 2 where one side writes out z_1 and z_2 for what the other sums over all n."""
    for here, there in ((statement.lhs, statement.rhs), (statement.rhs, statement.lhs)):
        written: dict[sp.IndexedBase, int] = {}
        for node in sorted(parts(here, sp.Indexed), key=str):
            if len(node.indices) == 1 and node.indices[0].is_Integer:
                written[node.base] = max(written.get(node.base, 0), int(node.indices[0]))
        for base, count in written.items():
            n = base.shape[0]
            reached = [t for t in terms_of(Statement(there, "=", there), context) if n in t.atoms()]
            if count < 2 or not isinstance(n, sp.Symbol) or not reached or here.has(sp.Sum):
                continue

            def fixed(term: sp.Expr, n: sp.Symbol = n, count: int = count) -> sp.Expr:
                return substitute(term, {n: sp.Integer(count)})

            yield Attempt(
                Statement(fixed(statement.lhs), "=", fixed(statement.rhs)),
                rewritten(context, fixed),
                f"{n} = {count}",
                f"{n} = {count}, as many as are written out",
            )


def two_outcomes(statement: Statement, context: Context) -> Iterator[Attempt]:
    """n = 2 where a sum over all p_i is written out for p and 1 − p."""
    for here, there in ((statement.lhs, statement.rhs), (statement.rhs, statement.lhs)):
        if here.has(sp.Sum) or not there.has(sp.Sum):
            continue
        letters = {str(s).partition("(")[0]: s for s in free(here) if isinstance(s, sp.Symbol)}
        bases = sorted(
            (b for b in parts(there, sp.IndexedBase) if str(b.label) in letters), key=str
        )
        sizes = {b.shape for b in bases}
        if len(sizes) != 1 or len(next(iter(sizes))) != 1 or context.definitions.get(str(bases[0])):
            continue
        (n,) = next(iter(sizes))
        if not isinstance(n, sp.Symbol):
            continue

        def member(node: sp.Expr, letters: dict[str, sp.Symbol] = letters) -> sp.Expr:
            p = letters.get(str(node.base.label)) if isinstance(node, sp.Indexed) else None
            return node if p is None else p if node.indices == (1,) else 1 - p

        def written(
            term: sp.Expr, n: sp.Symbol = n, member: Callable[[sp.Expr], sp.Expr] = member
        ) -> sp.Expr:
            two = substitute(term, {n: sp.Integer(2)})
            return map_terms(map_terms(two, _written_out), member)

        label = rf"{n} = 2,\ " + r",\ ".join(
            f"{base_name(b)}_2 = 1 - {base_name(b)}_1" for b in bases
        )
        yield Attempt(
            Statement(written(statement.lhs), "=", written(statement.rhs)),
            rewritten(context, written),
            label,
            f"{n} = 2, and the two add up to 1",
        )


def _written_out(node: sp.Expr) -> sp.Expr:
    """A sum over two members as two terms."""
    if not isinstance(node, sp.Sum) or len(node.limits) != 1 or node.limits[0][1:] != (1, 2):
        return node
    k = node.limits[0][0]
    return sp.Add(*(substitute(node.function, {k: sp.Integer(i)}) for i in (1, 2)))


def other_base(statement: Statement, context: Context) -> Iterator[Attempt]:
    """Logarithms to base 2 or 10, where the text says only log."""
    if not any(t.has(sp.log) for t in (statement.lhs, statement.rhs)):
        return
    for base in (2, 10):

        def scaled(node: sp.Expr, base: int = base) -> sp.Expr:
            # Both parts of log_2 x change, which leaves it as it is.
            plain = isinstance(node, sp.log)
            return sp.Mul(node, sp.Pow(sp.log(base), -1), evaluate=False) if plain else node

        def everywhere(term: sp.Expr, scaled: Callable[[sp.Expr], sp.Expr] = scaled) -> sp.Expr:
            return map_terms(term, scaled)

        yield Attempt(
            Statement(everywhere(statement.lhs), statement.relation, everywhere(statement.rhs)),
            rewritten(context, everywhere),
            rf"\log = \log_{{{base}}}",
            f"log means the logarithm to base {base}",
        )


def activated(statement: Statement, context: Context) -> Iterator[Attempt]:
    """a = σ(z), or tanh, where a derivative ∂a/∂z is stated and nothing says what a is."""
    slopes = {p for side in (statement.lhs, statement.rhs) for p in parts(side, Partial)}
    for p in sorted(slopes, key=str):
        value, variables = p.expr, p.variables
        plain = isinstance(value, sp.Symbol | NamedFunction) and len(variables) == 1
        if not plain or context.definition_of(value) is not None or value in variables:
            continue
        for name in ("sigmoid", "tanh"):
            (z,) = variables
            told = named_function(name)(z)
            if isinstance(value, NamedFunction) and value.args != variables:
                continue
            label = f"{latex(value)} = {latex(told)}"
            yield Attempt(
                statement,
                context.define(Definition.of(value, told)),
                label,
                f"the activation is the {catalogue[name].title}",
            )


def rewritten(context: Context, change: Callable[[sp.Expr], sp.Expr]) -> Context:
    """The context with a change made in its definitions and hypotheses alike."""
    smaller = replace(context, definitions={}, hypotheses=())
    for group in context.definitions.values():
        for d in group:
            params = tuple(change(p) for p in d.params)
            smaller = smaller.define(
                replace(d, head=change(d.head), body=change(d.body), params=params)
            )
    for h in context.hypotheses:
        fact = h.statement
        if isinstance(fact, Statement):
            fact = Statement(change(fact.lhs), fact.relation, change(fact.rhs))
        else:
            fact = Membership(change(fact.subject), fact.domain)
        smaller = smaller.assume(fact, h.label)
    return smaller


def implied_sum(statement: Statement, context: Context) -> Iterator[Attempt]:
    """A sum over an index that a product repeats and the other side does not have."""
    for here, there, right in (
        (statement.rhs, statement.lhs, True),
        (statement.lhs, statement.rhs, False),
    ):
        loose = [i for i in free(here) - free(there) if _repeats(here, i)]
        for i in sorted(loose, key=str):
            size = _size_of(here, i)
            if size is None:
                continue
            summed = sum_of(here, (i, 1, size))
            sides = (there, summed) if right else (summed, there)
            yield Attempt(
                Statement(sides[0], "=", sides[1]),
                context,
                rf"\text{{summation over }} {i}",
                f"a sum over the repeated index {i} is understood",
            )


def _repeats(term: sp.Expr, i: sp.Basic) -> bool:
    """Whether a product has the index in two factors, as the summation convention asks."""
    if not isinstance(i, sp.Symbol) or not isinstance(term, sp.Mul):
        return False
    return sum(1 for factor in term.args if i in free(factor)) == 2


def _size_of(term: sp.Expr, i: sp.Symbol) -> sp.Expr | None:
    for node in sorted(parts(term, sp.Indexed), key=str):
        if i in node.indices and node.base.shape:
            return node.base.shape[node.indices.index(i)]
    for node in parts(term, Partial):
        found = _size_of(node.expr, i)
        if found is not None:
            return found
    return None


SOURCES: tuple[Callable[[Statement, Context], Iterator[Attempt]], ...] = (
    normalized,
    single_sample,
    explicit_members,
    two_outcomes,
    one_hot,
    other_base,
    implied_sum,
    activated,
    normal_distribution,
    unit_vectors,
    distinct_indices,
    held_fixed,
    within_range,
)

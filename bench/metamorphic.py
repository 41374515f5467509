"""Metamorphic sweeps: what changes nothing in a claim may not change what is said of it.

Every theorem and some of its false neighbours are judged again with other names, with the sides
reversed, scaled and shifted, with terms put in for variables, with their hypotheses in another
order; a false one is also fused with the true one. What is true is never refuted, what is false
never proved. Then everything is judged once more in processes with other hash seeds, in another
order each time, and has to come out the same to the letter.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import islice
from types import MappingProxyType

import sympy as sp

from bench.mutants import false_mutants
from bench.soundness import (
    ROOT,
    SECONDS,
    STORE,
    Judged,
    digest_of_sources,
    equations,
    parallel_sweep,
    report,
)
from derive.proof import Outcome, prove
from derive.terms import (
    Context,
    Definition,
    Hypothesis,
    Membership,
    Partial,
    Statement,
    free,
    map_terms,
    real,
    substitute,
)
from derive.verdicts import Theorem

FALSE_EACH = 2
HASH_SEEDS = 20

Claim = tuple[Statement, Context]
extra = real("extra")


def metamorphic(theorem: Theorem, count: int = FALSE_EACH) -> Iterator[Judged]:
    """The variants of a theorem and of some of its false neighbours, judged."""
    yield from _judged(theorem.name, theorem.statement, theorem.context, CHANGES, true=True)
    for mutant, _ in islice(
        false_mutants(theorem.statement, theorem.context, 3 * count), 0, None, 3
    ):
        fusions = {name: partial(fuse, theorem.statement) for name, fuse in FUSIONS.items()}
        yield from _judged(
            theorem.name, mutant, theorem.context, {**CHANGES, **fusions}, true=False
        )


def _judged(
    name: str, statement: Statement, context: Context, changes: Changes, true: bool
) -> Iterator[Judged]:
    before = prove(statement, context, SECONDS)
    for kind, change in changes.items():
        for variant, setting in change(statement, context):
            start = time.perf_counter()
            outcome = prove(variant, setting, SECONDS)
            taken = time.perf_counter() - start
            wrong = _is_wrong(before, outcome, true)
            status = f"{'true' if true else 'false'} {outcome.status}"
            yield Judged(name, f"{kind}: {variant}", status, outcome.reason, wrong, taken)


def _is_wrong(before: Outcome, after: Outcome, true: bool) -> bool:
    if "internal error" in after.reason:
        return True
    if true:
        return after.status == "refuted"
    # The sweep of mutants judges whether the conditions of a false claim are right.
    return after.status == "proved" or (after.status == "conditional" != before.status)


# -- changes ---------------------------------------------------------------------------------


def reversed_sides(statement: Statement, context: Context) -> Iterator[Claim]:
    yield Statement(statement.rhs, "=", statement.lhs), context


def scaled(statement: Statement, context: Context) -> Iterator[Claim]:
    for factor in (sp.exp(extra), -1 - extra**2):
        yield Statement(factor * statement.lhs, "=", factor * statement.rhs), context


def shifted(statement: Statement, context: Context) -> Iterator[Claim]:
    yield Statement(statement.lhs + extra**2, "=", statement.rhs + extra**2), context
    yield Statement(statement.lhs - statement.rhs, "=", sp.S.Zero), context


def put_in(statement: Statement, context: Context) -> Iterator[Claim]:
    """A term that takes every value in place of a variable that nothing else speaks of."""
    sides = (statement.lhs, statement.rhs)
    moved = {v for side in sides for p in side.atoms(Partial) for v in p.variables}
    spoken = _spoken(context) | {s for v in moved for s in free(v)}
    names = sorted((free(sides[0]) | free(sides[1])) - spoken, key=str)
    plain = [s for s in names if isinstance(s, sp.Symbol) and s.is_real and not s.is_integer]
    for symbol in plain[:1]:
        if symbol.is_nonnegative is None and symbol.is_positive is None:
            left, right = (substitute(side, {symbol: 2 * extra - 1}) for side in sides)
            yield Statement(left, "=", right), context


def other_order(statement: Statement, context: Context) -> Iterator[Claim]:
    if len(context.hypotheses) > 1 or len(context.definitions) > 1:
        definitions = MappingProxyType(dict(reversed(context.definitions.items())))
        hypotheses = context.hypotheses[::-1]
        yield statement, replace(context, definitions=definitions, hypotheses=hypotheses)


def renamed(statement: Statement, context: Context) -> Iterator[Claim]:
    """Every symbol and family by another name, in another order of the alphabet."""
    terms = [statement.lhs, statement.rhs, *_terms(context)]
    symbols = {s for t in terms for s in t.atoms(sp.Symbol)}
    names = sorted({s.name for s in symbols})
    new = {name: f"N{len(names) - at:02d}" for at, name in enumerate(names)}

    def leaf(node: sp.Basic) -> sp.Basic:
        if isinstance(node, sp.IndexedBase):
            shape = tuple(map_terms(s, leaf) for s in node.shape or ())
            return sp.IndexedBase(leaf(node.label), shape=shape or None)
        if isinstance(node, sp.Symbol):
            return sp.Symbol(new[node.name], **node.assumptions0)
        return node

    def change(term: sp.Expr) -> sp.Expr:
        return map_terms(term, leaf)

    sides = Statement(change(statement.lhs), statement.relation, change(statement.rhs))
    yield sides, _renamed_context(context, change)


def _renamed_context(context: Context, change: Callable[[sp.Expr], sp.Expr]) -> Context:
    table: dict[str, tuple[Definition, ...]] = {}
    for group in context.definitions.values():
        for d in group:
            new = Definition.of(change(d.head), change(d.body), d.source)
            table[new.name] = (*table.get(new.name, ()), new)
    hypotheses = []
    for h in context.hypotheses:
        fact = h.statement
        if isinstance(fact, Membership):
            hypotheses.append(Hypothesis(Membership(change(fact.subject), fact.domain), h.label))
        else:
            sides = Statement(change(fact.lhs), fact.relation, change(fact.rhs))
            hypotheses.append(Hypothesis(sides, h.label))
    return replace(
        context,
        definitions=MappingProxyType(table),
        domains=MappingProxyType({change(s): d for s, d in context.domains.items()}),
        hypotheses=tuple(hypotheses),
        dependencies=MappingProxyType(
            {change(s): tuple(map(change, on)) for s, on in context.dependencies.items()}
        ),
    )


def _terms(context: Context) -> list[sp.Expr]:
    """Everything that a context speaks of, the library left out."""
    found = [x for group in context.definitions.values() for d in group for x in (d.head, d.body)]
    found += [term for h in context.hypotheses for term in h.terms]
    found += [*context.domains]
    return found + [x for s, on in context.dependencies.items() for x in (s, *on)]


def _spoken(context: Context) -> set[sp.Basic]:
    return {s for term in _terms(context) for s in (term.atoms(sp.Symbol) | free(term))}


# -- a true claim and a false one in one ------------------------------------------------------


def added(true: Statement, false: Statement, context: Context) -> Iterator[Claim]:
    yield Statement(true.lhs + false.lhs, "=", true.rhs + false.rhs), context


def multiplied(true: Statement, false: Statement, context: Context) -> Iterator[Claim]:
    left, right = sp.exp(true.lhs) * sp.exp(false.lhs), sp.exp(true.rhs) * sp.exp(false.rhs)
    yield Statement(left, "=", right), context


def both(true: Statement, false: Statement, context: Context) -> Iterator[Claim]:
    """The conjunction, as a sum of squares that is zero."""
    squares = (true.lhs - true.rhs) ** 2 + (false.lhs - false.rhs) ** 2
    yield Statement(squares, "=", sp.S.Zero), context


def right_sides(true: Statement, false: Statement, context: Context) -> Iterator[Claim]:
    yield Statement(true.rhs, "=", false.rhs), context


Changes = dict[str, Callable[[Statement, Context], Iterator[Claim]]]
CHANGES: Changes = {
    change.__name__: change
    for change in (reversed_sides, scaled, shifted, put_in, other_order, renamed)
}
FUSIONS = {fuse.__name__: fuse for fuse in (added, multiplied, both, right_sides)}


# -- other hash seeds, other orders -----------------------------------------------------------


def outcomes(seed: int) -> dict[str, str]:
    """Every theorem and one false neighbour, judged in an order of its own, as text."""
    claims = []
    for theorem in equations():
        claims.append((theorem.name, theorem.statement, theorem.context))
        for mutant, _ in false_mutants(theorem.statement, theorem.context, 1):
            claims.append((f"not {theorem.name}", mutant, theorem.context))
    random.Random(seed).shuffle(claims)
    # The time limit is no part of the question.
    return {name: f"{s}: {prove(s, c, 10 * SECONDS)!r}" for name, s, c in claims}


def _in_process(seed: int) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.metamorphic", "--outcomes", str(seed)],
        env={**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


def differing(seeds: Sequence[int], jobs: int) -> Iterator[str]:
    """What is said differently under one of the hash seeds than under the first."""
    with ThreadPoolExecutor(jobs) as pool:
        first, *others = pool.map(_in_process, seeds)
    for seed, other in zip(seeds[1:], others, strict=True):
        for name in sorted(first.keys() | other.keys()):
            if first.get(name) != other.get(name):
                yield f"seed {seed}: {name}: {first.get(name)} / {other.get(name)}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=FALSE_EACH, help="false neighbours, at most")
    parser.add_argument("--seeds", type=int, default=HASH_SEEDS)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--outcomes", type=int, metavar="SEED", help="print these, as JSON")
    options = parser.parse_args(arguments)
    if options.outcomes is not None:
        print(json.dumps(outcomes(options.outcomes)))
        return 0
    start = time.perf_counter()
    folder = STORE / f"{digest_of_sources()}-metamorphic-{options.each}"
    judge = partial(metamorphic, count=options.each)
    judged = list(parallel_sweep(folder, judge, options.jobs))
    title = f"variants of {len(equations())} theorems and of false neighbours"
    fine = report(judged, title, expected=("true proved", "false refuted"))
    found = list(differing(range(options.seeds), options.jobs))
    for line in found[:10]:
        print(line[:300])
    print(f"{len(found)} outcomes differ under {options.seeds} hash seeds, in as many orders")
    print(f"{time.perf_counter() - start:.0f} s with {options.jobs} processes")
    return 0 if fine and not found else 1


if __name__ == "__main__":
    sys.exit(main())

"""What a proof needs: the conditions of its cases, and which of them can hold together."""

from __future__ import annotations

from dataclasses import replace

from derive.errors import DeriveError
from derive.proof.assumptions import Fact
from derive.proof.certificate import Certificate
from derive.proof.leaf import Leaf
from derive.proof.refute import AUDIT_BITS, survey
from derive.proof.sampling import Sampler
from derive.proof.search import run_search
from derive.terms import Statement

AUDIT_POINTS = 5
WIDE_POINTS = 120


def fails_under(
    conditions: tuple[Statement, ...], certificate: Certificate, deadline: float
) -> bool:
    """Whether a point at which the conditions hold tells the sides apart."""
    facts = (*certificate.setting.facts, *(Fact(c, "condition") for c in conditions))
    setting = replace(certificate.setting, facts=facts)
    found = survey(certificate.statement, setting, AUDIT_POINTS, deadline, AUDIT_BITS)
    return found.counterexample is not None or not found.agreeing


def needed(certificate: Certificate) -> tuple[Statement, ...]:
    """What the leaves need, without what follows from the rest.

    Where x = y, a condition on x is found as one on y: it says nothing new.
    """
    found: dict[Statement, None] = {}
    special: list[tuple[Statement, Leaf]] = []
    for leaf in certificate.leaves:
        for need in leaf.needs:
            if any(s.relation == "=" for s in leaf.region):
                special.append((need, leaf))
            else:
                found[need] = None
    for need, leaf in special:
        if need not in found and not (
            found and _follows(need, (*found, *leaf.region), certificate)
        ):
            found[need] = None
    return tuple(found)


def _follows(need: Statement, given: tuple[Statement, ...], certificate: Certificate) -> bool:
    """Whether a condition is proved by others and the equations of a case."""
    facts = (*certificate.setting.facts, *(Fact(s, "condition") for s in given))
    try:
        leaves = run_search(need, replace(certificate.setting, facts=facts), 1.0).leaves
    except DeriveError:
        return False
    return all(leaf.kind == "equal" and not leaf.needs for leaf in leaves)


Conditions = tuple[Statement, ...]


def cases(
    certificate: Certificate, conditions: Conditions, deadline: float
) -> tuple[Conditions, tuple[Conditions, ...]]:
    """The conditions, and the cases in which each of them has its own.

    If there are such cases, of the conditions those are left that every case has, or that keep
    out of where one side is not defined. Nothing at all if no point satisfies any case.
    """
    setting = certificate.setting
    terms = (certificate.statement.lhs, certificate.statement.rhs)

    def possible(together: Conditions) -> bool:
        facts = (*setting.facts, *(Fact(c, "condition") for c in together))
        sampler = Sampler(terms, replace(setting, facts=facts))
        return next(sampler.points(WIDE_POINTS, deadline), None) is not None

    equal = [leaf for leaf in certificate.leaves if leaf.kind == "equal"]
    if len({leaf.needs for leaf in equal}) == 1 and possible(conditions):
        return conditions, ()
    cases = dict.fromkeys((*leaf.region, *leaf.needs) for leaf in equal)
    found = tuple(case for case in cases if possible(case))
    outside = {need for leaf in certificate.leaves if leaf.kind == "partly" for need in leaf.needs}
    common = [c for c in conditions if c in outside or all(c in case for case in found)]
    return tuple(common) if found else (), found


def joined(conditions: Conditions) -> Conditions:
    """y >= 0 together with y != 0 is y > 0."""
    strict = {">=": ">", "<=": "<"}
    apart = {(c.lhs, c.rhs) for c in conditions if c.relation == "!="}
    joined = {c for c in conditions if c.relation in strict and (c.lhs, c.rhs) in apart}
    sides = {(c.lhs, c.rhs) for c in joined}
    return tuple(
        Statement(c.lhs, strict[c.relation], c.rhs) if c in joined else c
        for c in conditions
        if c in joined or (c.lhs, c.rhs) not in sides or c.relation != "!="
    )

"""What was read of a formula."""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy as sp

from derive.terms import Domain, Statement

COMPONENTWISE = "read component by component"
"""How a reading begins of a formula about vectors that is judged for each component."""

UNKNOWN_SET = "of the set no more is known"
"""The end of a reading that says where something lives, in words of the text's own."""


@dataclass(frozen=True)
class Step:
    """One relation of a chain.

    `lhs_latex` and `rhs_latex` are the source's own text, `offset` where the right side
    begins in it. `others` is what it says in other readings.
    """

    statement: Statement
    lhs_latex: str
    rhs_latex: str
    offset: int
    others: tuple[Statement, ...] = ()


@dataclass(frozen=True)
class Formula:
    """A formula that was read.

    `steps` are its relations, in order; `expression` is set for a lone expression (neither
    for a list of values); `memberships` are `x ∈ D` and "y one-hot"; `readings` say what was
    assumed; `implied` are relations that a side condition states.
    """

    source: str
    steps: tuple[Step, ...] = ()
    expression: sp.Expr | None = None
    readings: tuple[str, ...] = ()
    implied: tuple[Statement, ...] = ()
    memberships: tuple[tuple[sp.Expr, Domain], ...] = ()
    values: tuple[sp.Expr, ...] = field(default=())

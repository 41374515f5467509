"""A true identity of the field, with a check of its own that shares no code with derive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Identity:
    """A claim in LaTeX, `given` definitions, `assuming` hypotheses, and a numeric check.

    `check` takes values at a random point, drawn by the names of its parameters (see
    `reference.draw`), and returns the sides, which have to agree, or the truth of a relation.
    """

    id: str
    claim: str
    check: Callable[..., Any]
    given: tuple[str, ...] = ()
    assuming: tuple[str, ...] = ()
    note: str = ""
    topic: str = ""

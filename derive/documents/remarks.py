"""Remarks on definitions: what is called by a name of the catalogue and is something else."""

from __future__ import annotations

import re
from functools import cache

import sympy as sp

from derive.functions import Entry, catalogue
from derive.proof import prove
from derive.terms import Definition, NamedFunction, Statement, shape_of
from derive.verdicts.surroundings import base_context

SECONDS = 1.0


def remark_on(definition: Definition, heading: str) -> str | None:
    """What to say of a definition of f(x) that its own name or its heading calls otherwise.

    A remark is no alarm: a text may call things as it likes.
    """
    head = definition.head
    if not isinstance(head, NamedFunction) or len(head.args) != 1:
        return None
    (argument,) = head.args
    if not isinstance(argument, sp.Symbol):
        return None
    called = [catalogue[definition.name]] if definition.name in catalogue else _named_in(heading)
    if not called or any(_is(entry, definition, argument) for entry in called):
        return None
    where = "the catalogue" if definition.name in catalogue else "the heading"
    for entry in catalogue.values():
        if entry.family == "activation" and _is(entry, definition, argument):
            return f"this is the {entry.title}; {where} says {called[0].title}"
    if all(_scalar(entry) for entry in called):
        return f"this differs from the catalogue's {called[0].title}, which {where} names"
    return None


def _scalar(entry: Entry) -> bool:
    return len(entry.params) == 1 and not shape_of(entry.params[0]) and not entry.out


def _is(entry: Entry, definition: Definition, argument: sp.Symbol) -> bool:
    if not entry.params or shape_of(entry.params[0]) or entry.out:
        return False
    # Parameters such as a leak's α have the letters that people use.
    application = entry(argument, *entry.params[1:])
    outcome = prove(Statement(application, "=", definition.body), base_context(), SECONDS)
    return outcome.status in ("proved", "conditional")


def _named_in(heading: str) -> list[Entry]:
    """The entries that a heading names, in the order of the catalogue."""
    words = f" {' '.join(re.findall('[a-z0-9]+', heading.lower()))} "
    return [entry for name, entry in _names() if f" {name} " in words]


@cache
def _names() -> tuple[tuple[str, Entry], ...]:
    found: dict[str, Entry] = {}
    for entry in catalogue.values():
        if entry.family not in ("activation", "normalizer") and entry.name != "softmax":
            continue
        for name in (entry.name, *entry.aliases):
            found.setdefault(name.lower().replace("_", " "), entry)
    return tuple(found.items())

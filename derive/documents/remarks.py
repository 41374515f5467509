"""Remarks on definitions: what is called by a name of the catalogue and is something else."""

from __future__ import annotations

import re
from functools import cache

import sympy as sp

from derive.functions import Entry, catalogue
from derive.proof import prove
from derive.terms import Definition, NamedFunction, Statement, Vec, free, shape_of
from derive.verdicts.screen import Screen
from derive.verdicts.surroundings import base_context

SECONDS = 1.0


def remark_on(definition: Definition, heading: str, said: str) -> str | None:
    """What to say of a definition whose name, heading or prose calls it something else.

    A remark is no alarm: a text may call things as it likes.
    """
    return (
        _activation(definition, heading)
        or _reduction(definition, f"{heading} {said}")
        or _unused(definition)
    )


def _unused(definition: Definition) -> str | None:
    """A loss L(y, f(x)) in which y does not occur."""
    head, used = definition.head, free(definition.body)
    if not isinstance(head, NamedFunction) or len(head.args) < 2 or not definition.body.has(sp.Max):
        return None
    for argument in head.args:
        names = free(argument)
        if names and not names & used:
            return f"its left side names {argument}, which its right side does not use"
    return None


def _reduction(definition: Definition, words: str) -> str | None:
    """A sum that is called a mean, or a mean with another factor."""
    label = re.sub(r"[^a-z]+", " ", definition.name.lower())
    spoken = " ".join(re.findall("[a-z]+", words.lower()))
    for entry in catalogue.values():
        # Only these say in their names how they sum up: whether "cross-entropy" is a sum or a
        # mean is everybody's own choice.
        names = [a.replace("_", " ") for a in entry.aliases if re.match("mean_|m[a-z]e$|sse$", a)]
        called = next((a for a in names if f" {a} " in f" {label} {spoken} "), None)
        if called is None or not entry.name.endswith(("_mean", "_sum")):
            continue
        factor = _factor(definition.body, entry)
        called = called.upper() if len(called) <= 3 else called
        if factor is None or factor == 1:
            return None
        if isinstance(factor, sp.Symbol):
            return f"this sum is called {called}; the catalogue's {called} divides by {factor}"
        return f"this is called {called}; the catalogue's {called} is {1 / factor} times this"
    return None


def _factor(body: sp.Expr, entry: Entry) -> sp.Expr | None:
    """What a sum over samples is a multiple of an entry by, whatever its values are called."""
    total = next(iter(sorted(body.atoms(sp.Sum), key=str)), None)
    if total is None or len(total.limits) != 1 or not isinstance(total.limits[0][2], sp.Symbol):
        return None
    k, _, n = total.limits[0]
    found = [f for f in total.function.atoms(sp.Indexed, NamedFunction) if k in free(f)]
    inside = {g for f in found for a in f.args for g in a.atoms(sp.Indexed, NamedFunction)}
    values = sorted((f for f in found if f not in inside), key=str)
    if len(values) != len(entry.params):
        return None
    applied = entry(*(Vec(v, (k, n)) for v in values))
    screen = Screen(Statement(body, "=", applied), base_context())
    half = sp.Rational(1, 2)
    factors = (sp.S.One, n, half, 2 * sp.S.One, n / 2, 2 * n, sp.S.NegativeOne, -n)
    return next((c for c in factors if screen.has_factor(c)), None)


def _activation(definition: Definition, heading: str) -> str | None:
    """f(x) that is called one function of the catalogue and is another."""
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

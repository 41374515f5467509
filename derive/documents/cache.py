"""Verdicts kept between runs: an unchanged formula among unchanged facts is not judged again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import derive
from derive.documents.task import Fact, Judged, Task
from derive.proof import Counterexample
from derive.verdicts.verdict import StepVerdict


def cached(judge: Callable[[Task], Judged], folder: Path) -> Callable[[Task], Judged]:
    """A judge that looks into a folder first, and keeps there what it finds out.

    What was cut short by a limit is not kept. A file there that cannot be used is ignored.
    """
    folder.mkdir(parents=True, exist_ok=True)

    def look(task: Task) -> Judged:
        path = folder / f"{key_of(task)}.json"
        try:
            return judged_of(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            pass
        judged = judge(task)
        if not judged.stopped and not any("time limit" in s.reason for s in judged.steps):
            fresh = path.with_suffix(".new")
            fresh.write_text(json.dumps(asdict(judged), default=_plain), encoding="utf-8")
            fresh.replace(path)
        return judged

    return look


def key_of(task: Task) -> str:
    """A name for a task: the same only for the same formula among the same facts."""
    record = json.dumps(asdict(task), default=_plain, sort_keys=True)
    return hashlib.sha256(f"{_program()}\n{record}".encode()).hexdigest()


@cache
def _program() -> str:
    """A name for this version of the program: another version judges anew."""
    digest = hashlib.sha256(version("sympy").encode())
    root = Path(derive.__file__).parent
    for path in sorted(root.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def judged_of(record: dict[str, Any]) -> Judged:
    """What was judged, from its JSON."""
    steps = tuple(_step(s) for s in record.pop("steps"))
    facts = tuple(map(_fact, record.pop("facts")))
    lists = {name: tuple(record.pop(name)) for name in ("readings", "taken", "remarks")}
    return Judged(steps=steps, facts=facts, **{**record, **lists})


def _fact(record: dict[str, Any]) -> Fact:
    sets = {name: frozenset(record[name]) for name in ("names", "params")}
    return Fact(**{**record, **sets, "section": tuple(record["section"])})


def _step(record: dict[str, Any]) -> StepVerdict:
    fields = dict(record)
    point = fields["counterexample"]
    fields["counterexample"] = None if point is None else Counterexample(**point)
    for name in ("hypotheses", "proof"):
        fields[name] = tuple(fields[name])
    return StepVerdict(**fields)


def _plain(value: object) -> object:
    if isinstance(value, frozenset | set):
        return sorted(value)
    return dict(value)  # type: ignore[call-overload]

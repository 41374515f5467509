"""Modules for the frameworks: the compiler's code in the words of a target."""

from __future__ import annotations

import re
from collections.abc import Sequence

from derive.errors import UnsupportedError
from derive.numeric import portable
from derive.numeric.helpers import helper_sources
from derive.numeric.source import Function, docstring, headed, lowered
from derive.numeric.targets import Target
from derive.terms import shape_of


def framework_module(functions: Sequence[Function], title: str, target: Target) -> str:
    """The source of a module that holds these functions for a target.

    Raises `UnsupportedError` for what the target has not: families where it compiles for single
    numbers, a special function.
    """
    bodies, helpers = [], set[str]()
    for f in functions:
        if target.elementwise and (any(map(shape_of, f.args)) or not f.args):
            raise UnsupportedError(
                f"{f.name}: {target.name} takes elementwise functions alone; use another target"
            )
        if f.labels:
            raise UnsupportedError(f"{f.name}: class numbers as a target are for NumPy alone")
        text, needed = _function(f, target)
        bodies.append(text)
        helpers |= needed
    sources = [_helper(text, target) for text in helper_sources(helpers, portable)]
    whole = "\n\n\n".join([target.prelude, *map(target.spelled, sources), *bodies])
    return headed(title, ["from typing import Any", "", *target.imports], whole)


def _helper(text: str, target: Target) -> str:
    return f'@njit(inline="always")\n{text}' if target.elementwise else text


def _function(f: Function, target: Target) -> tuple[str, frozenset[str]]:
    low = lowered(f, portable=True, whole=not target.elementwise)
    arguments = [low.names.args[a] for a in f.args]
    if target.elementwise:
        return _ufunc(f, arguments, low.lines, low.results, target), low.helpers
    code = [target.spelled(line) for line in low.code]
    lines = []
    if arguments:
        # A list, so that a single argument is unpacked too.
        lines.append(f"[{', '.join(arguments)}] = _arrays({', '.join(arguments)})")
    text = "\n".join(code)
    for a in f.args:
        for axis, size in enumerate(shape_of(a)):
            name = low.names.sizes.get(size)
            known = any(line.startswith(f"{name} = ") for line in lines)
            if name and not known and re.search(rf"\b{name}\b", text):
                lines.append(f"{name} = {low.names.args[a]}.shape[{axis - len(shape_of(a))}]")
    if re.search(r"\bdtype\b", text):
        dtype = f"{arguments[0]}.dtype" if arguments else f"{target.module}.float64"
        lines.append(f"dtype = {dtype}")
    head = f"def {f.name}({', '.join(f'{a}: Any' for a in arguments)}) -> Any:"
    body = [f"    {x}" for x in [*lines, *code]]
    return "\n".join([head, *docstring(f, low.names), *body]), low.helpers


def _ufunc(
    f: Function, arguments: list[str], lines: list[str], results: list[str], target: Target
) -> str:
    """A function of numbers compiled to a NumPy ufunc, for float64 and float32."""
    lines, results = [[target.spelled(x) for x in xs] for xs in (lines, results)]
    if len(results) == 1:
        kinds = ", ".join(f'"{t}({", ".join([t] * len(arguments))})"' for t in ("f4", "f8"))
        head = [f"@vectorize([{kinds}])", f"def {f.name}({', '.join(arguments)}):"]
        end = [f"return {results[0]}"]
    else:
        outs = [f"out{at}" for at in range(len(results))]
        types = [", ".join([*[t] * len(arguments), *[f"{t}[:]"] * len(outs)]) for t in ("f4", "f8")]
        kinds = ", ".join(f'"void({t})"' for t in types)
        layout = f"{','.join(['()'] * len(arguments))}->{','.join(['()'] * len(outs))}"
        head = [
            f'@guvectorize([{kinds}], "{layout}")',
            f"def {f.name}({', '.join([*arguments, *outs])}):",
        ]
        end = [f"{o}[0] = {r}" for o, r in zip(outs, results, strict=True)]
    notes = docstring(f, lowered(f, portable=True, whole=False).names)
    return "\n".join([*head, *notes, *(f"    {x}" for x in [*lines, *end])])

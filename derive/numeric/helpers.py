"""The helpers that generated code may call: where they are, and the source of those it needs."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import MappingProxyType, ModuleType
from typing import Any

from derive.numeric import calls, kernels, reductions

HELPERS: tuple[ModuleType, ...] = (calls, kernels, reductions)


def names_of(module: ModuleType) -> list[str]:
    """The helpers that a module has of its own, in their order."""
    return [
        name
        for name, value in vars(module).items()
        if re.fullmatch(r"_[a-z]\w*", name) and value.__module__ == module.__name__
    ]


@cache
def helper(name: str) -> Callable[..., Any]:
    """The helper of generated NumPy code by this name."""
    found: Callable[..., Any] = next(vars(m)[name] for m in HELPERS if name in names_of(m))
    return found


def helper_sources(helpers: Iterable[str], *modules: ModuleType) -> list[str]:
    """The source of these helpers and of those that they call, in the order of the modules."""
    texts, called = _written(modules)
    needed, before = set(helpers), set[str]()
    while needed != before:
        before = set(needed)
        needed = before.union(*(called[name] for name in before))
    return [text for name, text in texts.items() if name in needed]


@cache
def _written(
    modules: tuple[ModuleType, ...],
) -> tuple[Mapping[str, str], Mapping[str, frozenset[str]]]:
    """The source of each helper of the modules, and the others that it calls."""
    texts = {
        name: inspect.getsource(vars(module)[name]).strip()
        for module in modules
        for name in names_of(module)
    }
    called = {
        name: frozenset(other for other in texts if re.search(rf"\b{other}\(", text))
        for name, text in texts.items()
    }
    return MappingProxyType(texts), MappingProxyType(called)

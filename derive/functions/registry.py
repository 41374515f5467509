"""The registry: finds the entries in this package's modules; nobody lists them by hand.

A module offers an `Entry`, or a tuple of them (what `reductions` makes), by a public name.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType

import derive.functions as package
from derive.errors import DefinitionError, UnknownNameError
from derive.functions.entry import Entry
from derive.terms import Definition

_PLUMBING = {"entry", "registry"}


class Catalogue(Mapping[str, Entry]):
    """The entries by name, in the order in which the modules list them.

    `catalogue[name]` also takes an alias, and raises `UnknownNameError` (with the nearest
    names) for anything else.
    """

    @cached_property
    def _entries(self) -> Mapping[str, Entry]:
        found: dict[str, Entry] = {}
        for module in pkgutil.iter_modules(package.__path__):
            if module.name in _PLUMBING:
                continue
            members = vars(importlib.import_module(f"{package.__name__}.{module.name}"))
            for entry in _entries_in(members.values()):
                if found.setdefault(entry.name, entry) is not entry:
                    raise DefinitionError(f"catalogue: two entries are called {entry.name!r}")
        return MappingProxyType(found)

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """Every alias and the name it stands for."""
        table: dict[str, str] = {}
        for entry in self._entries.values():
            for alias in entry.aliases:
                if table.setdefault(alias, entry.name) != entry.name or alias in self._entries:
                    raise DefinitionError(f"catalogue: alias {alias!r} of {entry.name} is taken")
        return MappingProxyType(table)

    @cached_property
    def definitions(self) -> Mapping[str, Definition]:
        """The entries as definitions by name: the library of a context."""
        return MappingProxyType({e.name: e.definition for e in self._entries.values()})

    def __getitem__(self, name: str) -> Entry:
        entry = self._entries.get(self.aliases.get(name, name))
        if entry is None:
            raise UnknownNameError("catalogue", name, [*self._entries, *self.aliases])
        return entry

    def __contains__(self, name: object) -> bool:
        return name in self._entries or name in self.aliases

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def _entries_in(values: Iterable[object]) -> Iterator[Entry]:
    for value in values:
        for candidate in value if isinstance(value, tuple) else (value,):
            if isinstance(candidate, Entry):
                yield candidate


catalogue = Catalogue()

"""From names to SymPy objects: one object per name for all formulas read together."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import lru_cache

import sympy as sp

from derive.errors import ReadError
from derive.latex import syntax as s
from derive.latex.formula import COMPONENTWISE
from derive.latex.roles import (
    Roles,
    head_name,
    index_letters,
    index_parts,
    is_dimension,
    label_text,
    raised_index,
    walk,
)
from derive.latex.subscripts import CLASS
from derive.terms import Vec, family, index, member, real


@lru_cache(maxsize=1024)
def _unknown_size(number: int) -> sp.Dummy:
    return sp.Dummy(f"size {number}", integer=True, positive=True)


@lru_cache(maxsize=4096)
def _unsized_family(name: str, rank: int) -> sp.IndexedBase:
    """A family whose sizes are not written: unknowns of its own, the same whoever asks."""
    unknowns = (f"size {k} of {name}" for k in range(rank))
    return family(name, *(sp.Dummy(x, integer=True, positive=True) for x in unknowns))


MATRIX_LETTERS = frozenset("ABGHMPQRSUVWX")
"""Letters for matrices, which are no numbers for want of indices."""

VECTOR_LETTERS = frozenset("huvwxyzpq")
"""Letters for vectors that a text without members of them may mean by them."""


class Names:
    """The names of one formula: its bound letters, its free indices, and what others share."""

    def __init__(self, source: str, tree: s.Node, roles: Roles) -> None:
        self.source = source
        self.roles = roles
        self.notes: list[str] = []
        self.scope: list[dict[str, sp.Symbol]] = []
        self.free_indices = _subscript_letters(tree, roles) | _compared_indices(tree, roles)
        self.lone: dict[str, None] = {}
        self.members: set[str] = set()
        self.applied: set[str] = set()
        self.vectors: dict[str, sp.IndexedBase] = {}
        self.parameters = _parameters(tree, roles)
        self.spread: sp.Symbol | None = None
        self.spread_over: list[sp.IndexedBase] = []

    def fail(self, node: s.Node, expected: str) -> ReadError:
        text = self.source[node.start : node.end] or "nothing"
        return ReadError(self.source, node.start, repr(text[:40]), expected)

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    @contextmanager
    def binding(self, *names: str, whole: Collection[str] = ()) -> Iterator[None]:
        """Inside, these letters are indices of their own; those in `whole` need not be positive."""
        self.scope.append(
            {x: sp.Symbol(x, integer=True) if x in whole else index(x) for x in names}
        )
        yield
        self.scope.pop()

    @contextmanager
    def ranging(self, *names: str) -> Iterator[sp.Symbol]:
        """Inside, these letters are real variables of their own, the first of them yielded."""
        symbols = {x: real(x) for x in names}
        self.scope.append(symbols)
        yield symbols[names[0]] if names else sp.Dummy()
        self.scope.pop()

    def fresh_letter(self, after: int = 0) -> str:
        """A letter for an index that this formula does not use; `after` others."""
        taken = self.free_indices | self.roles.bound | set(self.roles.objects)
        taken |= {x for layer in self.scope for x in layer} | set(self.roles.ranks)
        if self.spread is not None:
            taken.add(self.spread.name)
        free = [x for x in (*"kljpqr", "k_1", "k_2", "k_3") if x not in taken]
        return free[after]

    @contextmanager
    def spreading(self) -> Iterator[list[sp.IndexedBase]]:
        """Inside, a family's bare letter stands for its members: z + c is (z_k + c)_k."""
        outer = self.spread, self.spread_over
        self.spread, self.spread_over = index(self.fresh_letter()), []
        yield self.spread_over
        self.spread, self.spread_over = outer

    @contextmanager
    def componentwise(self) -> Iterator[sp.Symbol]:
        """Inside, a bare family stands for any one of its members: ∇_z L = a − y for each k."""
        with self.spreading():
            k = self.spread or sp.Dummy()
            self.note(f"{COMPONENTWISE}, for each {k}")
            yield k

    def refuse_vectors(self, node: s.Node) -> None:
        """The c of z + c is a number; the w of z + w, where z is a vector, may be one too."""
        for term in node.terms if isinstance(node, s.Addition) else ():
            name = getattr(s.bare(term), "text", "")
            known = self.is_family(name) or name in self.roles.objects
            if name in VECTOR_LETTERS and not known:
                raise self.fail(term, f"{name} with an index, or another letter for a number")

    def is_bound(self, name: str) -> bool:
        return any(name in layer for layer in self.scope)

    def is_family(self, name: str) -> bool:
        return name in self.roles.ranks and name not in self.roles.samples

    def is_sample_value(self, name: str) -> bool:
        """Whether the bare name is what the sample at hand has of it."""
        return name in self.roles.samples and name not in self.parameters

    def family(self, name: str) -> sp.IndexedBase:
        """The family of that name; its sizes are unknowns unless the context has it."""
        if self._is_one_vector(name):
            # The x of h(x) = ... is one vector, whichever sample has it.
            return self.vectors.setdefault(name, _unsized_family(name, 1))
        if name not in self.roles.families:
            self.roles.families[name] = _unsized_family(name, self.rank(name))
        return self.roles.families[name]

    def unknown_size(self) -> sp.Dummy:
        """A size that is not written; `Sizes` finds which it is."""
        self.roles.unknown += 1
        return _unknown_size(self.roles.unknown)

    def rank(self, name: str) -> int:
        return 1 if self._is_one_vector(name) else self.roles.ranks[name]

    def _is_one_vector(self, name: str) -> bool:
        roles = self.roles
        return name in self.parameters & roles.raised and roles.ranks.get(name) == 2

    def scalar(self, name: str) -> sp.Symbol:
        for layer in reversed(self.scope):
            if name in layer:
                return layer[name]
        if name in self.roles.objects:
            return self.roles.objects[name]
        if name in self.free_indices or name in self.roles.sizes:
            return index(name)
        if self.is_sample_value(name):
            self.members.add(name)
            return self.family(name)[self._sample()]
        if self.is_family(name) and self.spread is not None:
            if self.rank(name) != 1:
                at = max(self.source.find(name[-1]), 0)
                raise ReadError(self.source, at, name, "indices: this is no vector")
            self.spread_over.append(self.family(name))
            return self.family(name)[self.spread]
        known = self.is_family(name) or name in self.parameters
        if self.spread is not None and name in MATRIX_LETTERS and not known:
            at = max(self.source.find(name), 0)
            raise ReadError(self.source, at, name, "indices: beside a vector it may be a matrix")
        if self.is_family(name):
            self.lone.setdefault(name)
            self.note(f"{name} without an index read as a variable of its own")
        return real(name)

    def _sample(self) -> sp.Symbol:
        """The number of the sample at hand: bound in a sum over samples, else any."""
        letter = self.roles.sample
        return next((x[letter] for x in reversed(self.scope) if letter in x), index(letter))

    def index_term(self, part: s.Node) -> sp.Expr:
        """An index: a letter, a number, or a letter plus or minus a number."""
        part = s.bare(part)
        if isinstance(part, s.Number):
            return sp.Integer(part.text)
        if isinstance(part, s.Name):
            known = self.scalar(part.text)
            return known if known.is_integer else index(part.text)
        if isinstance(part, s.Addition):
            terms = [
                self.index_term(t) * (1 if sign == "+" else -1)
                for t, sign in zip(part.terms, part.signs, strict=True)
            ]
            return sp.Add(*terms)
        if isinstance(part, s.Script) and isinstance(part.base, s.Name):
            return self.member(part, part.base.text, self.indices_of(part, part.base.text) or [])
        raise self.fail(part, "an index")

    def indices_of(self, node: s.Script, name: str) -> list[s.Node] | None:
        """The indices that scripts put on a family's letter; None if they only label it."""
        raised = raised_index(node, self.roles)
        if node.sub is None:
            return raised or None
        parts = index_parts(node.sub, self.roles)
        if parts is None and self.is_family(name) and label_text(node.sub) == CLASS:
            raise self.fail(node, f"another letter for a class: {CLASS} is more than an index here")
        label = label_text(node.sub) or ""
        if parts is None and len(label) == 2 and any(map(self.is_bound, label)):
            raise self.fail(node, f"indices with a comma: {label} has a letter that is summed over")
        if parts is None or is_dimension(name, parts, self.roles):
            return None
        if all(isinstance(p, s.Number) for p in parts) and not raised:
            return self._digits(node, name, parts)
        return [*raised, *parts]

    def _digits(self, node: s.Script, name: str, parts: list[s.Node]) -> list[s.Node] | None:
        """y_1 is a member if y has members elsewhere; W_{12} is W_{1,2} if W has two indices."""
        rank = self.roles.ranks.get(name)
        if any(isinstance(p, s.Number) and not int(p.text) for p in parts):
            # Members are counted from 1: θ_0 is a value of its own.
            return None
        if rank is None or f"{name}_{label_text(node.sub or node)}" in self.roles.objects:
            return None
        first = parts[0]
        if len(parts) == 1 and rank > 1 and isinstance(first, s.Number) and len(first.text) == rank:
            at = first.start
            return [s.Number(at + k, at + k + 1, d) for k, d in enumerate(first.text)]
        return parts

    def is_vector_member(self, node: s.Node) -> bool:
        """Whether a member is a vector by itself: x^{(i)}, or the x_i of wᵀx_i."""
        base = s.unscripted(node)
        if not isinstance(node, s.Script) or not isinstance(base, s.Name):
            return False
        raised = base.text in self.roles.raised and node.sub is None
        return raised or base.text in self.roles.of_vectors

    @contextmanager
    def unspread(self) -> Iterator[None]:
        """Inside, a vector is taken whole, as an argument is."""
        outer, self.spread = self.spread, None
        yield
        self.spread = outer

    def member(self, node: s.Node, name: str, parts: list[s.Node]) -> sp.Expr:
        """A member of a family. Raises `ReadError` if the number of indices is another one."""
        if name in self.roles.classes and isinstance(sample := s.bare(parts[0]), s.Name):
            # The class of the sample at hand is an index like any other.
            return index(f"{name}_{sample.text}")
        rank = self.roles.ranks.setdefault(name, len(parts))
        rank = 1 if self._is_one_vector(name) else rank
        # Under a sum the index says which member is meant: a beside it is another thing.
        if not all(isinstance(p, s.Name) and self.is_bound(p.text) for p in map(s.bare, parts)):
            self.members.add(name)
        of_vectors = name in self.roles.of_vectors
        whole = rank == len(parts) + 1 and self.is_vector_member(node)
        if whole and self.spread is not None:
            self.spread_over.append(family(name, self.family(name).shape[-1]))
            return self.family(name)[(*(self.index_term(p) for p in parts), self.spread)]
        if rank == len(parts) + 1 and (of_vectors or getattr(node, "sub", None) is None):
            letter = self.fresh_letter()
            with self.binding(letter):
                k = self.scalar(letter)
            indices = tuple(self.index_term(p) for p in parts)
            return Vec(self.family(name)[(*indices, k)], (k, self.unknown_size()))
        if rank != len(parts):
            raise self.fail(node, f"{rank} index(es) on {name}, as elsewhere")
        return member(self.family(name), *(self.index_term(p) for p in parts))


def _subscript_letters(tree: s.Node, roles: Roles) -> set[str]:
    """The letters that stand as an index somewhere in this formula."""
    found: set[str] = set()
    for node in tree.of(s.Script):
        if not isinstance(node.base, s.Name | s.Group):
            continue
        parts = list(raised_index(node, roles))
        if node.sub is not None and not node.primes:
            parts += index_parts(node.sub, roles) or []
        found |= index_letters(parts)
    return found


def _compared_indices(tree: s.Node, roles: Roles) -> set[str]:
    """The letters of `i ≠ j` or `t > 1`, where one of them indexes something elsewhere.

    Also within a formula, as in an indicator.
    """
    found: set[str] = set()
    known = roles.indices | roles.bound
    for chain in tree.of(s.Chain) if known else ():
        if not chain.relations or None in chain.parts:
            continue
        letters: set[str] = set()
        for part in chain.parts:
            plain = index_parts(part, roles) if part is not None else None
            if plain is None or len(plain) != 1:
                break
            letters |= {x.text for x in walk(plain[0]) if isinstance(x, s.Name)}
        else:
            found |= letters if letters & known else set()
    return found


def _parameters(tree: s.Node, roles: Roles) -> set[str]:
    """The x of `f(x) = ...`: in this formula it stands for any number."""
    found: set[str] = set()
    for chain in tree.children:
        if not isinstance(chain, s.Chain) or not chain.relations or chain.parts[0] is None:
            continue
        head = s.bare(chain.parts[0])
        if isinstance(head, s.Term) and len(head.items) == 2:
            group = s.argument_group(head.items[1])
            if group is not None and head_name(head.items[0]) in roles.functions:
                plain = [s.bare(x) for x in s.arguments(group)]
                found |= {x.text for x in plain if isinstance(x, s.Name)}
    return found

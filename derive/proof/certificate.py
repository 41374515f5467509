"""A proof as an object: the tree of its moves, to print, to store and to check again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

import sympy as sp

from derive.proof.assumptions import Fact, Setting
from derive.proof.field import SMALL
from derive.proof.leaf import Leaf
from derive.proof.shorthand import Shorthand
from derive.terms import Statement


@dataclass(frozen=True)
class Enter:
    """A hypothesis enters; without `then`, it contradicts what holds already."""

    fact: Fact
    then: Node | None


@dataclass(frozen=True)
class SignCases:
    """The cases of a term's sign; those that are missing are impossible."""

    term: sp.Expr
    branches: Mapping[int, Node]


@dataclass(frozen=True)
class IndexCases:
    """Two indices are equal, or they are not."""

    left: sp.Expr
    right: sp.Expr
    branches: Mapping[bool, Node]


@dataclass(frozen=True)
class ValueCases:
    """A variable takes each of the values that its domain allows."""

    term: sp.Expr
    branches: Mapping[int, Node]


Node = Enter | SignCases | IndexCases | ValueCases | Leaf


@dataclass(frozen=True)
class Certificate:
    """A statement, its setting, and the tree of moves that decides it.

    `room` is how many generators the search needed at most, so that a replay need not find out.
    """

    statement: Statement
    setting: Setting
    tree: Node
    room: int = SMALL

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """The leaves of the tree, from left to right."""
        return tuple(node for _, node in walk(self.tree) if isinstance(node, Leaf))

    @property
    def has_cases(self) -> bool:
        """Whether cases are taken or a bound is proved: moves that a replay can find wrong.

        Without any, a replay would only do the one comparison over again.
        """
        return any(
            node.bound is not None if isinstance(node, Leaf) else not isinstance(node, Enter)
            for _, node in walk(self.tree)
        )

    def lines(self, steps: bool = False) -> tuple[str, ...]:
        """The proof for people, a line a move, indented by depth.

        With `steps`, how the sides of a leaf were brought into normal form, rule by rule.
        """
        told = []
        for depth, node in walk(self.tree):
            explained = steps and isinstance(node, Leaf)
            told += ["  " * depth + line for line in _lines(node, explained)]
        return tuple(told)

    def as_json(self) -> dict[str, Any]:
        """The proof as nested plain data."""
        return {
            "statement": str(self.statement),
            "hypotheses": [f.label for f in self.setting.facts],
            "proof": _data(self.tree),
        }


class Lines(Sequence[str]):
    """The lines of a proof, written when they are first read: that may cost more than the proof.

    What leaves the process are the lines alone, as a tuple.
    """

    def __init__(self, certificate: Certificate) -> None:
        self._certificate = certificate

    def explained(self) -> tuple[str, ...]:
        """The lines with the steps to each normal form, and their rules."""
        return self._certificate.lines(steps=True)

    @cached_property
    def _written(self) -> tuple[str, ...]:
        return self._certificate.lines()

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[str, ...]: ...
    def __getitem__(self, place: int | slice) -> str | tuple[str, ...]:
        return self._written[place]

    def __len__(self) -> int:
        return len(self._written)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._written == tuple(other)

    def __hash__(self) -> int:
        return hash(self._written)

    def __repr__(self) -> str:
        return repr(self._written)

    def __reduce__(self) -> tuple[type[tuple[str, ...]], tuple[tuple[str, ...]]]:
        return tuple, (self._written,)


def walk(node: Node, depth: int = 0) -> Iterator[tuple[int, Node]]:
    """Every node with its depth, in order."""
    yield depth, node
    for _, below in _below(node):
        yield from walk(below, depth + (0 if isinstance(node, Enter) else 1))


def _below(node: Node) -> Iterator[tuple[str, Node]]:
    if isinstance(node, Enter):
        if node.then is not None:
            yield "then", node.then
    elif isinstance(node, SignCases):
        for sign, branch in node.branches.items():
            yield {1: "positive", 0: "zero", -1: "negative"}[sign], branch
    elif isinstance(node, ValueCases):
        for value, branch in node.branches.items():
            yield f"value {value}", branch
    elif isinstance(node, IndexCases):
        for equal, branch in node.branches.items():
            yield "equal" if equal else "different", branch


def _lines(node: Node, explained: bool) -> Iterator[str]:
    if not isinstance(node, Leaf):
        yield _words(node)
        return
    yield from _explained(node) if explained else [_case(node, node.line)]
    if node.bound is not None:
        yield from node.bound.lines(1)


def _explained(leaf: Leaf) -> Iterator[str]:
    """The steps of a leaf and its end, with short names for what stands in them often."""
    terms = [t for step in leaf.steps for t in (step.term, step.normal)]
    short = Shorthand([*terms, *leaf.shown])
    yield from (f"write {name} for {term}" for name, term in short.where)
    for step in leaf.steps:
        yield f"{short(step.term)} = {short(step.normal)}   [{step.rule}]"
    yield _case(leaf, leaf.worded(short))


def _words(node: Enter | SignCases | IndexCases | ValueCases) -> str:
    if isinstance(node, Enter):
        end = "" if node.then is not None else ", which contradicts what holds already"
        return f"hypothesis {node.fact.statement}{end}"
    if isinstance(node, SignCases):
        return f"cases by the sign of {node.term}"
    if isinstance(node, IndexCases):
        return f"cases {node.left} = {node.right} and {node.left} != {node.right}"
    return f"cases by the value of {node.term}"


def _case(leaf: Leaf, said: str) -> str:
    where = " and ".join(str(s) for s in leaf.region)
    needs = f", given {' and '.join(map(str, leaf.needs))}" if leaf.needs else ""
    return f"{'for ' + where + ': ' if where else ''}{said or 'neither side is defined'}{needs}"


def _data(node: Node) -> dict[str, Any]:
    below = {name: _data(branch) for name, branch in _below(node)}
    if isinstance(node, Enter):
        return {"rule": "hypothesis", "statement": str(node.fact.statement), **below}
    if isinstance(node, SignCases):
        return {"rule": "cases by sign", "term": str(node.term), **below}
    if isinstance(node, IndexCases):
        return {"rule": "cases by index", "left": str(node.left), "right": str(node.right), **below}
    if isinstance(node, ValueCases):
        return {"rule": "cases by value", "term": str(node.term), **below}
    return {
        "rule": "normal form",
        "verdict": node.kind,
        "region": [str(s) for s in node.region],
        "needs": [str(s) for s in node.needs],
        "steps": [
            {"rule": s.rule, "term": str(s.term), "normal form": str(s.normal)} for s in node.steps
        ],
        "normal form": None if node.normal is None else str(node.normal),
        "bound": [] if node.bound is None else list(node.bound.lines(0)),
    }

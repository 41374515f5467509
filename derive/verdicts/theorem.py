"""Theorems: statements with their context, proved anew whenever they are replayed."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import sympy as sp

from derive.calculus import Backward, Derivation, backward, differentiate
from derive.errors import DeriveError
from derive.functions import Kink, catalogue
from derive.proof import prove
from derive.proof.verdict import Outcome
from derive.terms import Context, Domain, Partial, Statement


def library() -> Context:
    """The context in which every name of the catalogue has its meaning."""
    return Context().with_library(catalogue.definitions)


def declared(domains: Mapping[sp.Expr, Domain]) -> Context:
    """The catalogue's context with these domains declared."""
    context = library()
    for symbol, domain in domains.items():
        context = context.declare(symbol, domain)
    return context


@dataclass(frozen=True)
class Theorem:
    """A statement that holds in a context: `name` for the machine, `title` for people.

    A statement whose left side is a `Partial` has a derivation that ends in its right side.
    `entries` are the names of the catalogue that it is about.
    """

    name: str
    title: str
    statement: Statement
    context: Context = field(default_factory=library)
    entries: tuple[str, ...] = ()

    def prove(self) -> Outcome:
        """The prover's answer to the statement, found anew."""
        return prove(self.statement, self.context)

    def derivation(self) -> Derivation | None:
        """The line-by-line derivation towards the right side, for a derivative; else None.

        Raises `DefinitionError` if the derivative is not equal to the right side.
        """
        left = self.statement.lhs
        if not isinstance(left, Partial):
            return None
        return differentiate(
            left.expr, *left.variables, context=self.context, towards=self.statement.rhs
        )


@dataclass(frozen=True)
class KinkTheorem:
    """At `variable = at` the subgradient of `expr` is the closed interval from `low` to `high`."""

    name: str
    title: str
    expr: sp.Expr
    variable: sp.Expr
    at: sp.Expr
    low: sp.Expr
    high: sp.Expr
    context: Context = field(default_factory=library)
    entries: tuple[str, ...] = ()

    def prove(self) -> Outcome:
        """Proved if the two one-sided slopes that the calculus finds there span the interval."""
        for kink in differentiate(self._body(), self.variable, context=self.context).kinks:
            if prove(Statement(kink.at, "=", self.at), self.context).status == "proved":
                return self._prove_interval(kink)
        return Outcome("undecided", f"no kink was found at {self.variable} = {self.at}")

    def _body(self) -> sp.Expr:
        """The formula itself: of a catalogue function, the calculus would quote the entry."""
        definition = self.context.definition_of(self.expr)
        return self.expr if definition is None else definition.unfold(*self.expr.args)

    def _prove_interval(self, kink: Kink) -> Outcome:
        if kink.low is None or kink.high is None:
            return Outcome(
                "undecided", f"the function jumps at {self.variable} = {self.at}: no subgradient"
            )
        spanned = (
            Statement(sp.Min(kink.low, kink.high), "=", self.low),
            Statement(sp.Max(kink.low, kink.high), "=", self.high),
        )
        outcomes = [prove(statement, self.context) for statement in spanned]
        # The end that fails says why; two proofs cite what either used.
        for outcome in outcomes:
            if outcome.status != "proved":
                return outcome
        used = tuple(dict.fromkeys(h for outcome in outcomes for h in outcome.hypotheses))
        return Outcome("proved", "both one-sided slopes agree with the interval", used)


@dataclass(frozen=True)
class NetworkTheorem:
    """The gradients of a loss through all the definitions under it, in one piece.

    `gradients` maps a member of a parameter or value (`W[i, j]`) to its gradient, in the names of
    values. Proved part by part: the chain rule for each value and every line of its error term,
    then that what they come to is the gradient stated here.
    """

    name: str
    title: str
    loss: sp.Expr
    gradients: Mapping[sp.Expr, sp.Expr]
    context: Context = field(default_factory=library)
    entries: tuple[str, ...] = ()

    def derivation(self) -> Backward:
        """The error terms and gradients, from the loss backwards."""
        return backward(self.context, self.loss, *self.gradients)

    def prove(self) -> Outcome:
        """Proved if every line is, and every gradient comes to its right side."""
        found = self.derivation()
        used: list[str] = []
        for variable, right in self.gradients.items():
            claim = Statement(found[variable], "=", right)
            outcome = prove(claim, found.among_values)
            if outcome.status != "proved":
                # It may rest on what the values are, as Σ_i x̂_ij = 0 does.
                outcome = prove(claim, found.context)
            if outcome.status != "proved":
                return outcome
            used += outcome.hypotheses
        check = found.check()
        if not check:
            return Outcome("undecided", str(check))
        used += [h for line in check.lines for h in line.outcome.hypotheses]
        reason = f"{len(check.lines)} lines and {len(self.gradients)} gradients are proved"
        return Outcome("proved", reason, tuple(dict.fromkeys(used)))


AnyTheorem = Theorem | KinkTheorem | NetworkTheorem


def load_theorems(path: Path | str) -> tuple[AnyTheorem, ...]:
    """The theorems of a file, or of the files of a folder in the order of their names.

    A theorem counts if its module holds it by a public name, alone or in a tuple or list.
    Raises `DeriveError` if the path or its theorems are missing, if a file fails, or if two
    theorems have one name.
    """
    path = Path(path)
    if not path.exists():
        raise DeriveError(f"{path}: no such file or folder; give a folder of theorem files")
    files = [path] if path.is_file() else sorted(path.glob("*.py"))
    found: dict[str, AnyTheorem] = {}
    for file in files:
        for theorem in _theorems_of(file):
            if found.setdefault(theorem.name, theorem) is not theorem:
                raise DeriveError(f"{file}: a theorem {theorem.name!r} exists already; rename it")
    if not found:
        raise DeriveError(f"{path}: found no theorems; a file states them as `Theorem(...)`")
    return tuple(found.values())


def _theorems_of(file: Path) -> Iterator[AnyTheorem]:
    spec = importlib.util.spec_from_file_location(f"theorems_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise DeriveError(f"{file}: not a Python file; theorems are stated in .py files")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise DeriveError(
            f"{file}: {_place(error, file)}{_said(error)}; correct the file"
        ) from error
    return _collected(v for name, v in vars(module).items() if not name.startswith("_"))


def _collected(values: Iterable[object]) -> Iterator[AnyTheorem]:
    for value in values:
        for candidate in value if isinstance(value, tuple | list) else (value,):
            if isinstance(candidate, Theorem | KinkTheorem | NetworkTheorem):
                yield candidate


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _place(error: Exception, file: Path) -> str:
    """The line of the file in which an error arose, if it did so there."""
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: "
    line = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    return f"line {line}: " if line else ""

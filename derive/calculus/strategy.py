"""The strategy: which rule when, what shares a line, and which lemmas stand by themselves.

A line applies one rule of weight to every derivative that is still open, together with the
light rules that follow from it. A named value on the way (a_q in ∂L/∂z_j, σ in (z σ(βz))′)
is differentiated in a derivation of its own, so nothing ever swells into one expression.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import sympy as sp
from sympy.core.function import AppliedUndef

from derive.calculus.derivation import Derivation, Line
from derive.calculus.intermediates import through_dependencies, through_intermediates
from derive.calculus.kinks import kinks_of
from derive.calculus.names import freshened, names_in
from derive.calculus.rules import RULES, slope
from derive.calculus.scope import Scope, index_ranges, is_name
from derive.calculus.simplify import Simplifier
from derive.calculus.sums import contract
from derive.calculus.tidy import split_exponentials
from derive.errors import DefinitionError, UnsupportedError
from derive.functions import Kink, catalogue
from derive.proof import prove
from derive.terms import (
    At,
    Context,
    NamedFunction,
    Partial,
    Statement,
    alpha_equal,
    as_term,
    evaluated,
    free,
    name_of,
    rebuild,
    shape_of,
    substitute,
)

InTermsOf = str | Sequence[str | sp.Expr] | None

MAX_LINES = 60
PUT_IN = "known derivative"
"""The rule of a line that puts in the results of lemmas."""

_SILENT = frozenset({"constant", "constant factor", "linearity", "sum"})
"""Light rules that a reason does not mention beside others."""

SHORT = 1
"""A derivation of so many lines or fewer is put in without being shown by itself."""


def differentiate(
    expr: sp.Expr,
    *variables: sp.Expr,
    context: Context | None = None,
    towards: sp.Expr | None = None,
    in_terms_of: InTermsOf = "value",
) -> Derivation:
    """The derivative of `expr` in `variables` (innermost first), line by line.

    A variable is a symbol, a member of a family (`z[j]`) or a defined value (`a[q]`, which is
    then held as a variable of its own). `context` defaults to the catalogue's definitions.
    `in_terms_of` is the wanted form: "value" (names of the context and the function's own value,
    σ(1 − σ)), some names, or None for the plain formula. `towards` asks for a particular last
    line; it is taken only if the prover proves it.

    Raises `DefinitionError` if there is nothing to differentiate by, or if `towards` is not
    equal to the derivative.
    """
    if not variables:
        raise DefinitionError(f"differentiate {expr}: name the variable, as in differentiate(f, z)")
    if context is None:
        context = Context().with_library(catalogue.definitions)
    engine = Engine(context, in_terms_of)
    found = engine.derive(Partial(expr, *variables))
    return found if towards is None else _led_towards(found, as_term(towards))


def _led_towards(found: Derivation, target: sp.Expr) -> Derivation:
    """The derivation with the target as its last line."""
    if found.result == target:
        return found
    if alpha_equal(found.result, target):
        renamed = replace(found.lines[-1], expr=target)
        return replace(found, lines=(*found.lines[:-1], renamed))
    outcome = prove(Statement(found.result, "=", target), found.setting)
    if outcome.status != "proved":
        raise DefinitionError(
            f"the derivative is {found.result}; that it equals {target} is "
            f"{outcome.status}: {outcome.reason}"
        )
    line = Line(target, "algebra", "algebra", outcome.hypotheses)
    return replace(found, lines=(*found.lines, line))


class Engine:
    """One run: the context, the wanted form, and the lemmas found so far.

    `lemmas` is an engine that keeps what is true of functions alone, such as σ′ = σ(1 − σ): its
    context is the same but for values, so several runs can share it.
    """

    def __init__(
        self,
        context: Context,
        in_terms_of: InTermsOf = "value",
        lemmas: Engine | None = None,
    ) -> None:
        self.context = context
        self.in_terms_of = in_terms_of
        self._lemmas: dict[sp.Expr, Derivation] = {}
        self._shared = lemmas or self

    def derive(self, claim: Partial) -> Derivation:
        """The derivation of a derivative; the same one if it is asked for again."""
        if claim not in self._lemmas:
            self._lemmas[claim] = _Run(self, claim).derivation()
        return self._lemmas[claim]

    def slope_of(self, claim: Partial) -> Derivation:
        """The derivation of f′(t) for a function f of its own."""
        return self._shared.derive(claim)


class _Run:
    """The derivation of one claim."""

    def __init__(self, engine: Engine, claim: Partial) -> None:
        self.engine = engine
        self.claim = claim
        self.scope = Scope(engine.context, claim.variables[-1])
        self.lines: list[Line] = []
        self.expr: sp.Expr = claim
        self.rules: list[str] = []
        self.lemmas: list[Derivation] = []
        self.conditions: dict[Statement, None] = {}
        self.in_cases = False
        self.ranges = index_ranges(claim)

    def derivation(self) -> Derivation:
        self._open()
        while self.expr.has(Partial) and len(self.lines) < MAX_LINES:
            before = self.expr
            self._emit(self._advance(self.expr))
            if self.expr == before:
                break
        if not any(self._is_reducible(p) for p in self.expr.atoms(Partial)):
            simplifier = Simplifier(self.scope, self.claim, self.ranges, self.engine.in_terms_of)
            raw = bool(self.lines) and self.lines[-1].rule == PUT_IN
            for line in simplifier.lines(self.expr, raw):
                self._append(line)
        return Derivation(
            self.claim,
            tuple(self.lines),
            self.engine.context,
            self._kinks(),
            tuple(self.conditions),
        )

    def _is_reducible(self, partial: Partial) -> bool:
        """Whether a rule could still say something of it; f′ of an unknown f stays."""
        if self.engine.context.dependencies_of(partial.expr):
            return self.engine.context.definition_of(partial.expr) is not None
        if not isinstance(partial.expr, AppliedUndef | NamedFunction):
            return True
        return self.engine.context.definition_of(partial.expr) is not None

    def _append(self, line: Line) -> None:
        # A sum over k beside a free k is right and confuses every reader.
        loose = {s.name for s in free(line.expr) if isinstance(s, sp.Symbol)}
        line = replace(line, expr=freshened(line.expr, loose))
        self.lines.append(line)
        self.expr = line.expr

    def _emit(self, expr: sp.Expr) -> None:
        """A new line, if it says something new."""
        rules = list(dict.fromkeys(self.rules))
        lemmas = tuple(dict.fromkeys(x for x in self.lemmas if not _is_short(x)))
        short = [x for x in self.lemmas if _is_short(x)]
        hypotheses = tuple(dict.fromkeys(h for x in short for h in x.hypotheses))
        self.rules, self.lemmas = [], []
        # Put-in results stay as they came: −(y_q/a_q) a_q is for the reader to cancel.
        if PUT_IN not in rules:
            contracted = contract(expr, self.ranges)
            if contracted != expr and "index rule" not in rules:
                rules.append("index rule")
            expr = split_exponentials(contracted)
        else:
            plain = contract(evaluated(expr), self.ranges)
            expr = plain if _leaves(plain) == _leaves(expr) else expr
        if expr != self.expr and rules:
            cited = [r for r in rules if r not in _SILENT] or rules
            said = {PUT_IN: "put in the derivatives above"}
            reason = ", ".join(said.get(r, r) for r in cited)
            about = (self.claim.expr,) if cited[0] == "definition" else ()
            self._append(Line(expr, cited[0], reason, hypotheses, lemmas, about))

    def _open(self) -> None:
        """The first line: an inner derivative, the chain of named values, or the definition."""
        *inner, variable = self.claim.variables
        if inner:
            lemma = self.engine.derive(Partial(self.claim.expr, *inner))
            self.lemmas.append(lemma)
            self.rules.append("derivative of the derivative")
            self._emit(Partial(freshened(lemma.result, names_in(variable)), variable))
            return
        term = self.claim.expr
        if not is_name(term) or not self.scope.depends(term):
            return
        chain = through_intermediates(term, self.scope) or through_dependencies(term, self.scope)
        body = self.scope.unfold(term)
        if chain is not None:
            self.rules.append("chain rule")
            self._emit(chain)
        elif body is not None and not self._has_composite_argument(term):
            self.rules.append("definition")
            body = freshened(body, names_in(self.claim))
            self._emit(Partial(body, variable))

    def _has_composite_argument(self, term: sp.Expr) -> bool:
        """σ(βz): the chain rule comes before the definition of σ."""
        moving = [a for a in term.args if self.scope.depends(a)]
        if not isinstance(term, sp.Function) or any(shape_of(a) for a in moving):
            return False
        return any(a != self.scope.variable for a in moving)

    def _advance(self, term: sp.Expr) -> sp.Expr:
        """The term with one step taken in each of its open derivatives."""
        if isinstance(term, At):
            return self._slope_at(term)
        if isinstance(term, Partial):
            return self._step(term)
        if not term.has(Partial):
            return term
        if isinstance(term, sp.Piecewise):
            return self._in_cases(term, self._advance)
        args = tuple(self._advance(a) for a in term.args)
        return rebuild(term, args) if PUT_IN in self.rules else term.func(*args)

    def _in_cases(self, term: sp.Piecewise, step: Callable[[sp.Expr], sp.Expr]) -> sp.Expr:
        """A step in each case; a case's own condition keeps |u|′ away from u = 0."""
        outer, self.in_cases = self.in_cases, True
        found = sp.Piecewise(*((step(e), c) for e, c in term.args), evaluate=False)
        self.in_cases = outer
        return found

    def _slope_at(self, term: At) -> sp.Expr:
        """f′(u): derive f′(t) by itself and put u in."""
        slope_, variable, point = term.args
        if (
            not isinstance(slope_, Partial)
            or self.engine.context.definition_of(slope_.expr) is None
        ):
            return term
        lemma = self.engine.slope_of(slope_)
        self._use(lemma)
        return lemma.result.xreplace({variable: point})

    def _use(self, lemma: Derivation) -> None:
        self.lemmas.append(lemma)
        self.conditions.update(dict.fromkeys(lemma.conditions))
        self.rules.append(PUT_IN)

    def _step(self, partial: Partial) -> sp.Expr:
        term, variable = partial.expr, partial.variables[-1]
        if len(partial.variables) > 1 or variable != self.scope.variable:
            return self._lemma(partial)
        named = is_name(term) and self.scope.definition_of(term) is not None
        if named and partial != self.claim and not self._has_composite_argument(term):
            return self._lemma(partial)
        return self._by_rule(partial, heavy=True)

    def _lemma(self, partial: Partial) -> sp.Expr:
        lemma = self.engine.derive(partial)
        if lemma.result == partial:
            return partial
        self._use(lemma)
        return lemma.result

    def _by_rule(self, partial: Partial, heavy: bool) -> sp.Expr:
        """One heavy rule at most, then light ones as far as they go."""
        term = partial.expr
        for rule in RULES:
            if not (heavy or rule.light):
                continue
            found = rule.apply(term, self.scope)
            if found is None:
                continue
            self.rules += rule.cited(term, self.scope)
            if isinstance(term, sp.Abs) and not self.in_cases:
                self.conditions[Statement(term.args[0], "!=", sp.S.Zero)] = None
            if rule.light:
                return self._push(found, heavy)
            easy = rule.name == "product rule"
            return self._push(found, easy)
        return partial

    def _push(self, term: sp.Expr, heavy: bool) -> sp.Expr:
        """Carry the light rules through; with `heavy`, also what they lay open."""
        if isinstance(term, Partial):
            if term.variables != (self.scope.variable,) or term == self.claim:
                return term
            known = is_name(term.expr) and self.scope.definition_of(term.expr) is not None
            if known and not (heavy and self._has_composite_argument(term.expr)):
                return term
            return self._by_rule(term, heavy)
        if isinstance(term, At) or not term.has(Partial):
            return term
        if isinstance(term, sp.Piecewise):
            return self._in_cases(term, lambda e: self._push(e, heavy))
        return term.func(*(self._push(a, heavy) for a in term.args))

    def _kinks(self) -> tuple[Kink, ...]:
        """The kinks of the claim's function in the variable: the catalogue's, or worked out."""
        term, variable = self.claim.expr, self.scope.variable
        if len(self.claim.variables) > 1:
            return ()
        name = name_of(term) or ""
        if isinstance(term, sp.Function) and name in catalogue:
            entry = catalogue[name]
            if self.scope.definition_of(term) == entry.definition and term == entry.head:
                return tuple(_for_member(k, variable) for k in entry.kinks if _same(k, variable))
        body = self.scope.unfold(term)
        try:
            return kinks_of(
                term if body is None else body, variable, lambda e: slope(e, self.scope)
            )
        except UnsupportedError:
            return ()


def _same(kink: Kink, variable: sp.Expr) -> bool:
    """Whether a kink is one in this variable, or in another member of its family."""
    return getattr(kink.variable, "base", kink.variable) == getattr(variable, "base", variable)


def _for_member(kink: Kink, variable: sp.Expr) -> Kink:
    """The kink of a_i, said of a_j."""
    if not isinstance(variable, sp.Indexed):
        return kink
    index = dict(zip(kink.variable.indices, variable.indices, strict=True))

    def moved(term: sp.Expr | None) -> sp.Expr | None:
        return None if term is None else substitute(term, index)

    conventions = {name: substitute(v, index) for name, v in kink.conventions.items()}
    return Kink(
        variable, substitute(kink.at, index), moved(kink.low), moved(kink.high), conventions
    )


def _is_short(lemma: Derivation) -> bool:
    return len(lemma.lines) <= SHORT and not lemma.lemmas


def _leaves(term: sp.Expr) -> int:
    """How many letters and numbers there are to read; fewer mean that something cancelled."""
    return sum(1 for x in sp.preorder_traversal(term) if not x.args and x != 1)

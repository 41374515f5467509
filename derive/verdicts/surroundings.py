"""From `given` and `assuming` to a context, read together with the claim."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import sympy as sp

from derive.errors import DefinitionError, ReadError
from derive.functions import catalogue
from derive.latex import Formula, read_all
from derive.latex.build import relation
from derive.latex.writer import latex
from derive.terms import (
    Context,
    Definition,
    Hypothesis,
    Membership,
    NamedFunction,
    Statement,
    cases_of,
    name_of,
)

Given = str | Definition | Statement
Assumed = str | Statement | Membership | Hypothesis


@cache
def base_context() -> Context:
    """The context in which the catalogue's names have their meanings and nothing else holds."""
    return Context().with_library(catalogue.definitions)


def read_together(
    claim: str, given: Sequence[Given], assuming: Sequence[Assumed], context: Context
) -> tuple[Formula, Context]:
    """The claim as read, and the context with what is given and assumed.

    Raises `ReadError` for what cannot be read and `DefinitionError` for a definition that
    cannot stand.
    """
    texts = [x for x in (*given, *assuming) if isinstance(x, str)]
    context = with_given(context, [x for x in given if not isinstance(x, str)])
    for text in texts:
        if not text.strip():
            raise ReadError(text, 0, "nothing", "a formula")
    formulas = read_all([*texts, claim], context)
    count = sum(isinstance(x, str) for x in given)
    for formula in formulas[:count]:
        context = with_formula(context, formula)
    for formula in formulas[count:-1]:
        context = with_assumption(context, formula)
    for x in assuming:
        if isinstance(x, Hypothesis):
            context = context.assume(x.statement, x.label)
        elif not isinstance(x, str):
            context = context.assume(x, latex(x) if isinstance(x, Statement) else str(x))
    return formulas[-1], context


def with_given(context: Context, given: Sequence[Given]) -> Context:
    """The context with definitions that are terms already."""
    for item in given:
        if isinstance(item, Statement):
            context = _with_equation(context, item, latex(item))
        elif isinstance(item, Definition):
            context = context.define(item)
    return context


def with_formula(context: Context, formula: Formula) -> Context:
    """The context with a formula that is given: it defines its left side if it can."""
    if not formula.steps and not formula.memberships:
        raise ReadError(formula.source, 0, "no equation", "a definition such as a = b")
    for step in formula.steps:
        statement = _restricted(step.statement, formula.implied)
        label = _source(step.lhs_latex, statement, step.rhs_latex)
        context = _with_equation(context, statement, label)
    return with_conditions(context, formula)


def _restricted(statement: Statement, conditions: Sequence[Statement]) -> Statement:
    """f(x) = x for x > 0 gives f a value there and nowhere else."""
    arguments = set(statement.lhs.args) if isinstance(statement.lhs, NamedFunction) else set()
    own = [c for c in conditions if arguments & (c.lhs.free_symbols | c.rhs.free_symbols)]
    if not own or statement.relation != "=":
        return statement
    where = sp.And(*(relation(c.lhs, c.relation, c.rhs) for c in own), evaluate=False)
    body = cases_of((statement.rhs, own and where))
    return Statement(statement.lhs, "=", body)


def with_conditions(context: Context, formula: Formula) -> Context:
    """The context with what a formula says under its breath: `x > 0`, or where x lives."""
    context = _with_memberships(context, formula)
    for condition in formula.implied:
        context = context.assume(condition, latex(condition))
    return context


def with_assumption(context: Context, formula: Formula) -> Context:
    """The context with a formula as a hypothesis."""
    if not (formula.steps or formula.memberships or formula.implied):
        raise ReadError(formula.source, 0, "no relation", "a hypothesis such as x > 0")
    for step in formula.steps:
        label = _source(step.lhs_latex, step.statement, step.rhs_latex)
        context = context.assume(step.statement, label)
    return with_conditions(context, formula)


def _with_memberships(context: Context, formula: Formula) -> Context:
    for subject, domain in formula.memberships:
        beside = formula.steps or len(formula.memberships) > 1
        said = f"{latex(subject)} \\in {domain.symbol}" if beside else formula.source.strip()
        context = context.assume(Membership(subject, domain), said)
    return context


RELATION_SIGNS = {"<=": r"\leq", ">=": r"\geq", "!=": r"\neq", "~=": r"\approx"}
"""The relations that LaTeX writes otherwise."""


def _source(lhs: str, statement: Statement, rhs: str) -> str:
    return f"{lhs} {RELATION_SIGNS.get(statement.relation, statement.relation)} {rhs}"


def _with_equation(context: Context, statement: Statement, label: str) -> Context:
    """A given equation: a definition of its left side, or else a hypothesis."""
    lhs, rhs = statement.lhs, statement.rhs
    if statement.relation == "=":
        new = defines(statement, context)
        if new is not None:
            _refuse_mixture(new, context)
            return context.define(new)
        # σ(z) = σ(w x + b) says what z is.
        if isinstance(lhs, NamedFunction) and type(lhs) is type(rhs) and len(lhs.args) == 1:
            inner = defines(Statement(lhs.args[0], "=", rhs.args[0]), context)
            if inner is not None:
                return context.define(inner)
    return context.assume(statement, label)


def _refuse_mixture(new: Definition, context: Context) -> None:
    """f(0) = 5 beside f(x) = x² leaves open what f(x) is: neither may pass for the other."""
    for known in context.definitions.get(new.name, ()):
        if known.general != new.general:
            raise DefinitionError(
                f"{new.head}: {known.head} is given as well; give the special case as a hypothesis"
            )


def defines(statement: Statement, context: Context) -> Definition | None:
    """The definition that an equation makes, if its left side is a new name that can be one."""
    lhs, rhs = statement.lhs, statement.rhs
    if isinstance(lhs, sp.log):
        # ln L = b says that L is e^b.
        lhs, rhs = lhs.args[0], sp.exp(rhs, evaluate=False)
    name = name_of(lhs)
    if statement.relation != "=" or name is None:
        return None
    if context.definitions.get(name) and context.definition_of(lhs) is not None:
        return None
    if isinstance(lhs, sp.Function) and not isinstance(lhs, NamedFunction):
        return None
    try:
        return Definition.of(lhs, rhs)
    except DefinitionError:
        return None

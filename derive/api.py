"""The public functions that join the layers: derive, print, run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from derive.calculus import Derivation as PlainDerivation
from derive.calculus import Network
from derive.calculus.strategy import InTermsOf
from derive.errors import DefinitionError, UnknownNameError
from derive.functions import Entry, catalogue
from derive.latex.derivation import Backward, Derivation, backward
from derive.latex.derivation import differentiate as _differentiate
from derive.matrix import with_matrices
from derive.numeric import (
    NumericReport,
    NumpyFunction,
    check_compiled,
    check_own,
    compile_entry,
    compile_expression,
)
from derive.terms import Context, Definition, free, index, name_of, shape_of
from derive.verdicts.surroundings import Assumed, Given, base_context, read_together


def differentiate(
    expr: sp.Expr,
    *variables: sp.Expr,
    given: Sequence[Given] = (),
    context: Context | None = None,
    towards: sp.Expr | None = None,
    in_terms_of: InTermsOf = "value",
) -> Derivation:
    """The derivative of an expression, line by line, each line with the name of its rule.

    `variables` (innermost first) are symbols, members of families or defined values; `given`
    are definitions, as LaTeX or terms; `context` what they are added to, by default the
    catalogue. The result is put in terms of the function's own value, of the names in
    `in_terms_of`, or led `towards` a wanted form. Raises `DeriveError` if there is no way.
    """
    context = base_context() if context is None else context
    context = with_definitions(context, given)
    found = _differentiate(
        expr, *variables, context=context, towards=towards, in_terms_of=in_terms_of
    )
    return with_matrices(found)


def with_definitions(
    context: Context, given: Sequence[Given], assuming: Sequence[Assumed] = ()
) -> Context:
    """The context with definitions and hypotheses, as LaTeX or terms. Raises `ReadError`."""
    return read_together("0", given, assuming, context)[1]


@dataclass(frozen=True)
class Model:
    """A network as a list of definitions; `context` holds them with the hypotheses."""

    context: Context

    def gradients(
        self, loss: str | sp.Expr, wrt: Sequence[str | sp.Expr] | str | sp.Expr | None = None
    ) -> Backward:
        """The gradients of a value, in reverse through the definitions, error terms by name.

        `wrt` are names, symbols, families or their members; by default every family and scalar
        that is not defined. The result prints itself; `result[W]` is a gradient in the terms of
        `result.context`, `check()` proves every line. Raises `DeriveError` for a name that is
        not there.
        """
        term = self._named(loss)
        network = Network(self.context, term)
        if wrt is None:
            wanted: Sequence[str | sp.Expr] = network.parameters
        else:
            wanted = [wrt] if isinstance(wrt, str | sp.Expr) else wrt
        found = backward(self.context, term, *(self._named(w, network) for w in wanted))
        return with_matrices(found)

    def _named(self, what: str | sp.Expr, network: Network | None = None) -> sp.Expr:
        if not isinstance(what, str):
            return what
        if what in self.context.definitions:
            head = self.context.definitions[what][-1].head
            return head.base if isinstance(head, sp.Indexed) else head
        known = {str(name_of(p)): p for p in (network.parameters if network else ())}
        if what not in known:
            raise UnknownNameError("model", what, [*self.context.definitions, *known])
        return known[what]


def model(
    definitions: Sequence[Given], assuming: Sequence[Assumed] = (), context: Context | None = None
) -> Model:
    """A network from its definitions and hypotheses, as LaTeX or terms, in any order.

    Raises `ReadError` for LaTeX that cannot be read, `DefinitionError` for what defines nothing.
    """
    context = base_context() if context is None else context
    return Model(with_definitions(context, definitions, assuming))


@dataclass(frozen=True)
class Subject:
    """What a command speaks of: a term, what it may be differentiated by, and its context."""

    name: str
    term: sp.Expr
    parameters: tuple[sp.Expr, ...]
    context: Context
    entry: Entry | None = None

    def variable(self, wrt: str | None = None, position: int = 0) -> sp.Expr:
        """The variable called `wrt` (by default the first parameter), families by a member.

        `position` tells the members of a second and third derivative apart. Raises
        `UnknownNameError` if there is no such parameter.
        """
        table = {str(name_of(p)): p for p in self.parameters}
        if wrt is None:
            if not table:
                raise DefinitionError(f"{self.name}: it has no variable to differentiate by")
            chosen = self.parameters[0]
        else:
            plain = wrt.strip().lstrip("\\").partition("_")[0]
            if plain not in table:
                raise UnknownNameError(f"variables of {self.name}", wrt, table)
            chosen = table[plain]
        taken = free(self.term) | {index(c) for c in "jkl"[:position]}
        letters = [index(c) for c in "jklpqrst" if index(c) not in taken]
        count = len(shape_of(chosen))
        return chosen[tuple(letters[:count])] if count else chosen


def subject(name: str, given: Sequence[Given] = ()) -> Subject:
    """The function, family or value of this name: given by definition, or in the catalogue.

    Raises `UnknownNameError` with the nearest names.
    """
    context = with_definitions(base_context(), given)
    if name in context.definitions:
        definition = context.definitions[name][-1]
        return Subject(name, definition.head, _parameters(definition, context), context)
    if name not in catalogue:
        raise UnknownNameError("catalogue", name, [*catalogue, *catalogue.aliases])
    entry = catalogue[name]
    return Subject(entry.name, entry.head, entry.params, context, entry)


def _parameters(definition: Definition, context: Context) -> tuple[sp.Expr, ...]:
    """A function's own parameters; for a value, the undefined names that it is made of."""
    if isinstance(definition.head, sp.Function):
        return definition.params
    found: dict[sp.Expr, None] = {}
    todo, seen = [definition], {definition.name}
    while todo:
        d = todo.pop(0)
        for s in sorted(free(d.body) - set(d.params), key=_families_first):
            name = str(name_of(s))
            if name in context.definitions:
                todo += [x for x in context.definitions[name] if name not in seen]
                seen.add(name)
            elif not (isinstance(s, sp.Symbol) and s.is_integer):
                found[s] = None
    return tuple(sorted(found, key=_families_first))


def _families_first(s: sp.Basic) -> tuple[int, str]:
    # Logits and weights are what people differentiate by; targets come last.
    name = str(name_of(s))
    return (not isinstance(s, sp.IndexedBase) or name in ("y", "t"), name)


def show(
    name: str, given: Sequence[Given] = (), wrt: str | None = None, order: int = 1
) -> Derivation | Backward:
    """The derivation of a function's derivative of this order.

    The gradient of a value goes backwards through the definitions that lead to it.
    """
    about = subject(name, given)
    if isinstance(about.term, sp.Symbol) and order == 1:
        variable = about.variable(wrt)
        wanted = variable.base if isinstance(variable, sp.Indexed) else variable
        return with_matrices(backward(about.context, about.term, wanted))
    variables = [about.variable(wrt, position) for position in range(order)]
    return with_matrices(_differentiate(about.term, *variables, context=about.context))


def numpy_function(
    what: str | sp.Expr | Entry | PlainDerivation,
    args: Sequence[sp.Expr | str] | None = None,
    *,
    given: Sequence[Given] = (),
    grad: bool = False,
    products: Sequence[str] = (),
    name: str | None = None,
    checked: str = "",
    target: str = "numpy",
    labels: str | None = None,
) -> NumpyFunction:
    """NumPy code for a catalogue name, an expression or a derivation's result.

    The last axes of a family's array are its indices; axes in front are batch and broadcast.
    Arguments come in the entry's order (prediction or logits, target, parameters), for anything
    else families then scalars, or as `args` says. With `grad`, `f.value_and_grad(...)` gives
    the value and the gradient in the first argument; `products` ("jvp", "vjp", "hvp") add
    `f.jvp(..., v)` and so on, which make no Jacobian. `f.source` is the code; `checked` goes into
    its docstrings. `target` may be "torch", "jax" or "numba": code for that framework, which
    has to be installed to run it. `labels` names the one-hot target of a catalogue entry that is
    to be given by class numbers, from 0. Raises `DeriveError` for what cannot be compiled.
    """
    if isinstance(what, PlainDerivation | sp.Expr):
        derived = isinstance(what, PlainDerivation)
        term = what.result if derived else what
        context = what.context if derived else with_definitions(base_context(), given)
        plain = compile_expression(term, args, name or "f", context, target=target)
        if not grad and not products:
            return plain
        about = Subject(plain.name, term, plain.params, context)
    else:
        about = subject(what.name if isinstance(what, Entry) else what, given)
    gradient = wrt = None
    reasons: list[str] = []
    if grad or products:
        wrt = about.variable()
        derivation = _differentiate(about.term, wrt, context=about.context)
        gradient = derivation.result
        reasons = [line.reason for line in derivation.lines]
    if about.entry is not None and args is None:
        return compile_entry(about.entry, gradient, wrt, products, checked, target, reasons, labels)
    return compile_expression(
        about.term,
        about.parameters if args is None else args,
        name or about.name,
        about.context,
        gradient=gradient,
        wrt=wrt,
        products=products,
        target=target,
    )


def check_numeric(
    what: str | sp.Expr | Entry | PlainDerivation | NumpyFunction | Callable[..., Any],
    gradient: Callable[..., Any] | None = None,
    *,
    like: Sequence[Any] = (0.0,),
    points: int = 200,
    seed: int = 0,
) -> NumericReport:
    """Check numeric code; print the report to see the worst point, or test it for truth.

    A catalogue name (value and gradient), an expression, a derivation or a compiled function is
    compared with ball arithmetic over its whole domain: kinks, tails, subnormals and random
    points. A caller's own function is compared with the `gradient` that is claimed for it, by
    the complex step or central differences; `like` are arguments of the right shapes, the first
    of which the gradient is in. Raises `DeriveError` for what cannot be compiled.
    """
    if isinstance(what, Entry | str):
        return check_compiled(numpy_function(what, grad=True), points, seed)
    if isinstance(what, NumpyFunction):
        return check_compiled(what, points, seed)
    if isinstance(what, sp.Expr | PlainDerivation):
        return check_compiled(numpy_function(what), points, seed)
    if gradient is None:
        raise DefinitionError("check_numeric: name the gradient that is claimed for the function")
    return check_own(what, gradient, like, points, seed)

"""NumPy functions from terms: `compile_expression`, `compile_entry`, `module_source`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp

from derive.catalogue import Entry, catalogue
from derive.errors import DefinitionError
from derive.numeric.names import identifier
from derive.numeric.source import Function, Output, Parameter, chosen_args, default_args, module
from derive.terms import Context


@dataclass(frozen=True)
class NumpyFunction:
    """A function over arrays, with the source of the module that it is from.

    The last axes of a family's array are its indices, whatever stands in front is batch and
    broadcasts; the free indices of the result are its last axes. float32 and float64 stay,
    integers become float64. Raises `ValueError` for a shape that does not fit and `TypeError`
    for what is no real number.
    """

    name: str
    source: str
    args: tuple[str, ...]
    expr: sp.Expr
    gradient: sp.Expr | None = None

    def __call__(self, *arrays: Any) -> Any:
        return self._namespace[self.name](*arrays)

    def value_and_grad(self, *arrays: Any) -> tuple[Any, Any]:
        """The value and its gradient in the first argument, sharing what they have in common.

        Raises `DefinitionError` if it was compiled without a gradient.
        """
        if self.gradient is None:
            raise DefinitionError(f"{self.name}: compiled without a gradient")
        value, gradient = self._namespace[f"{self.name}_value_and_grad"](*arrays)
        return value, gradient

    @cached_property
    def _namespace(self) -> dict[str, Any]:
        namespace: dict[str, Any] = {"__name__": f"derive.numeric.generated.{self.name}"}
        # The source is our own: every name in it was made by `names.identifier`.
        exec(compile(self.source, f"<{self.name}>", "exec"), namespace)  # noqa: S102
        return namespace

    def __reduce__(self) -> tuple[Any, ...]:
        return (NumpyFunction, (self.name, self.source, self.args, self.expr, self.gradient))


def compile_expression(
    expr: sp.Expr,
    args: Sequence[Parameter | str] | None = None,
    name: str = "f",
    context: Context | None = None,
    doc: str | None = None,
    gradient: sp.Expr | None = None,
) -> NumpyFunction:
    """Compile a term, and with `gradient` also its value and gradient together.

    `args` are symbols and families or their names; by default the families, then the scalars,
    each alphabetically. Sizes are read from shapes and are arguments only where no family has
    them. Free indices become the last axes of the result, alphabetically; a `Vec` says their
    order itself. What the context (and its library; by default the catalogue) defines is
    unfolded, unless it is an argument.

    Raises `DefinitionError` for a name that is neither argument nor defined and for an index
    without one range, `UnsupportedError` for what has no NumPy code.
    """
    return _compile(expr, args, name, context, doc, gradient, ())


def compile_entry(entry: Entry, gradient: sp.Expr | None = None) -> NumpyFunction:
    """Compile an entry of the catalogue, its arguments in the entry's order.

    `gradient` is a term for its derivative in the first argument; the indices that it has
    beyond the entry's own come last.
    """
    doc = f"{entry.title}: {entry.head} = {entry.formula}"
    names = [str(p) for p in entry.params]
    context = Context().with_library(catalogue.definitions).without(*names)
    return _compile(entry.formula, entry.params, entry.name, context, doc, gradient, entry.out)


def module_source(function: NumpyFunction) -> str:
    """The standalone module of a function: NumPy alone, and scipy.special where it must."""
    return function.source


def _compile(
    expr: sp.Expr,
    args: Sequence[Parameter | str] | None,
    name: str,
    context: Context | None,
    doc: str | None,
    gradient: sp.Expr | None,
    first: tuple[sp.Symbol, ...],
) -> NumpyFunction:
    context = Context().with_library(catalogue.definitions) if context is None else context
    if args is not None:
        context = context.without(*(str(a) for a in args))
    terms = [expr] if gradient is None else [expr, gradient]
    given = None if args is None else chosen_args(args, terms)
    outputs = tuple(Output.of(t, context, given, first) for t in terms)
    indices = tuple(k for o in outputs for k in o.ranges)
    params = default_args([o.term for o in outputs], indices) if given is None else given
    safe = identifier(name)
    functions = [Function(safe, params, outputs[:1], doc or f"{name} = {expr}")]
    if gradient is not None:
        text = f"The value of {safe} and its gradient in the first argument."
        functions.append(Function(f"{safe}_value_and_grad", params, outputs, text))
    title = f"{safe}: generated NumPy code."
    source = module(functions, title)
    return NumpyFunction(safe, source, tuple(str(p) for p in params), expr, gradient)

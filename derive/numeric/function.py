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
from derive.terms import Context, free, shape_of


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
    wrt: sp.Expr | None = None,
) -> NumpyFunction:
    """Compile a term, and with `gradient` also its value and gradient together.

    `args` are symbols and families or their names; by default the families, then the scalars,
    each alphabetically. Sizes are read from shapes and are arguments only where no family has
    them. Free indices become the last axes of the result, alphabetically; a `Vec` says their
    order itself. What the context (and its library; by default the catalogue) defines is
    unfolded, unless it is an argument.

    `wrt` is what `gradient` is the derivative in, a symbol or a member `z[j]` of the first
    argument: its indices are the last axes of the gradient. Without it they are the free
    indices that the value does not have.

    Raises `DefinitionError` for a name that is neither argument nor defined and for an index
    without one range, `UnsupportedError` for what has no NumPy code.
    """
    return _compile(_Task(expr, name, doc, gradient, wrt), args, context)


def compile_entry(
    entry: Entry, gradient: sp.Expr | None = None, wrt: sp.Expr | None = None
) -> NumpyFunction:
    """Compile an entry of the catalogue, its arguments in the entry's order.

    `gradient` is a term for its derivative in the first argument, in `wrt` (as in
    `compile_expression`); the indices that it has beyond the entry's own come last.
    """
    doc = f"{entry.title}: {entry.head} = {entry.formula}"
    context = Context().with_library(catalogue.definitions)
    task = _Task(entry.formula, entry.name, doc, gradient, wrt, entry.out)
    return _compile(task, entry.params, context)


def module_source(function: NumpyFunction) -> str:
    """The standalone module of a function: NumPy alone, and scipy.special where it must."""
    return function.source


@dataclass(frozen=True)
class _Task:
    """What is to be compiled."""

    expr: sp.Expr
    name: str
    doc: str | None
    gradient: sp.Expr | None
    wrt: sp.Expr | None
    first: tuple[sp.Symbol, ...] = ()

    @property
    def terms(self) -> list[sp.Expr]:
        return [self.expr] if self.gradient is None else [self.expr, self.gradient]


def _compile(
    task: _Task, args: Sequence[Parameter | str] | None, context: Context | None
) -> NumpyFunction:
    context = Context().with_library(catalogue.definitions) if context is None else context
    if args is not None:
        context = context.without(*(str(a) for a in args))
    given = None if args is None else chosen_args(args, task.terms)
    outputs = [Output.of(task.expr, context, given, task.first)]
    if task.gradient is not None:
        last = _axes_of_gradient(task, outputs[0], given)
        first = tuple(k for k in outputs[0].ranges if k not in last)
        outputs.append(Output.of(task.gradient, context, given, first, last))
    indices = tuple(k for o in outputs for k in o.ranges)
    params = default_args([o.term for o in outputs], indices) if given is None else given
    safe = identifier(task.name)
    functions = [Function(safe, params, (outputs[0],), task.doc or f"{task.name} = {task.expr}")]
    if task.gradient is not None:
        text = f"The value of {safe} and its gradient in the first argument."
        functions.append(Function(f"{safe}_value_and_grad", params, tuple(outputs), text))
    source = module(functions, f"{safe}: generated NumPy code.")
    return NumpyFunction(safe, source, tuple(str(p) for p in params), task.expr, task.gradient)


def _axes_of_gradient(
    task: _Task, value: Output, args: Sequence[Parameter] | None
) -> dict[sp.Symbol, sp.Expr]:
    """The indices of what the gradient is taken in, with their ranges, if that can be told."""
    assert task.gradient is not None
    if isinstance(task.wrt, sp.Indexed):
        return dict(zip(task.wrt.indices, task.wrt.base.shape, strict=True))
    own = {s for s in free(task.gradient) if isinstance(s, sp.Symbol) and s not in value.ranges}
    if task.wrt is not None or not args or not shape_of(args[0]):
        return {}
    running = {s for node in task.gradient.atoms(sp.Indexed) for s in node.indices} & own
    running |= {s for d in task.gradient.atoms(sp.KroneckerDelta) for s in d.args[:2]} & own
    if running or any(k in value.ranges for k in free(task.gradient)):
        return {}
    # A gradient that does not depend on its place has the first argument's shape all the same.
    return {sp.Dummy(f"j{axis}", integer=True): n for axis, n in enumerate(shape_of(args[0]))}

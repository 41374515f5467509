"""NumPy functions from terms: `compile_expression`, `compile_entry`, `module_source`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import sympy as sp

from derive.errors import DefinitionError, UnsupportedError
from derive.functions import Entry, catalogue
from derive.numeric.frameworks import framework_module
from derive.numeric.labels import by_label
from derive.numeric.names import identifier
from derive.numeric.notes import about_derivation, about_entry, about_kinks, about_rewrites
from derive.numeric.outputs import Output, Parameter, chosen_args, default_args
from derive.numeric.products import product
from derive.numeric.source import Function, module
from derive.numeric.targets import target_of
from derive.terms import Context, Domain, free, shape_of


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
    wrt: sp.Expr | None = None
    params: tuple[Parameter, ...] = ()
    value_axes: Mapping[sp.Symbol, sp.Expr] = field(default_factory=dict)
    gradient_axes: Mapping[sp.Symbol, sp.Expr] = field(default_factory=dict)
    domains: Mapping[sp.Expr, Domain] = field(default_factory=dict)
    context: Context = field(default_factory=Context)

    def __call__(self, *arrays: Any, out: Any = None) -> Any:
        if out is None:
            return self._main(*arrays)
        return self._main(*arrays, out=out)

    def value_and_grad(self, *arrays: Any, out: tuple[Any, Any] | None = None) -> tuple[Any, Any]:
        """The value and its gradient in the first argument, sharing what they have in common.

        They are written into the two arrays of `out` if that is given. Raises `DefinitionError`
        if it was compiled without a gradient.
        """
        if self.gradient is None:
            raise DefinitionError(f"{self.name}: compiled without a gradient")
        both = self._namespace[f"{self.name}_value_and_grad"]
        value, gradient = both(*arrays) if out is None else both(*arrays, out=out)
        return value, gradient

    def hvp(self, *arrays: Any, out: Any = None) -> Any:
        """The Hessian in the first argument times the last of `arrays`, which has its shape."""
        return self._product("hvp")(*arrays, out=out)

    def jvp(self, *arrays: Any) -> tuple[Any, Any]:
        """The value, and the Jacobian in the first argument times the last of `arrays`."""
        value, product = self._product("jvp")(*arrays)
        return value, product

    def vjp(self, *arrays: Any) -> tuple[Any, Any]:
        """The value, and the last of `arrays` (of the value's shape) times the Jacobian."""
        value, product = self._product("vjp")(*arrays)
        return value, product

    def _product(self, kind: str) -> Any:
        """Raises `DefinitionError` if it was compiled without this product."""
        found = self._namespace.get(f"{self.name}_{kind}")
        if found is None:
            raise DefinitionError(f"{self.name}: compiled without {kind}; ask for it in products=")
        return found

    @cached_property
    def _main(self) -> Any:
        return self._namespace[self.name]

    @cached_property
    def _namespace(self) -> dict[str, Any]:
        namespace: dict[str, Any] = {"__name__": f"derive.numeric.generated.{self.name}"}
        # The source is our own: every name in it was made by `names.identifier`.
        try:
            exec(compile(self.source, f"<{self.name}>", "exec"), namespace)  # noqa: S102
        except ModuleNotFoundError as error:
            raise UnsupportedError(
                f"{self.name}: {error.name} is not installed; pip install 'derive[frameworks]'"
            ) from error
        return namespace

    def __reduce__(self) -> tuple[Any, ...]:
        # Domains and context stay behind: they are needed only to check the function.
        return (NumpyFunction, tuple(getattr(self, f.name) for f in fields(self)[:-2]))


def compile_expression(
    expr: sp.Expr,
    args: Sequence[Parameter | str] | None = None,
    name: str = "f",
    context: Context | None = None,
    doc: str | None = None,
    gradient: sp.Expr | None = None,
    wrt: sp.Expr | None = None,
    products: Sequence[str] = (),
    target: str = "numpy",
) -> NumpyFunction:
    """Compile a term, and with `gradient` also its value and gradient together.

    `args` are symbols and families or their names; by default the families, then the scalars,
    each alphabetically. Sizes are read from shapes and are arguments only where no family has
    them. Free indices become the last axes of the result, alphabetically; a `Vec` says their
    order itself. What the context (and its library; by default the catalogue) defines is
    unfolded, unless it is an argument.

    `wrt` is what `gradient` is the derivative in, a symbol or a member `z[j]` of the first
    argument: its indices are the last axes of the gradient. Without it they are the free
    indices that the value does not have. `products` ("jvp", "vjp", "hvp") are compiled too; they
    need `gradient` and `wrt`.

    Raises `DefinitionError` for a name that is neither argument nor defined and for an index
    without one range, `UnsupportedError` for what has no NumPy code.
    """
    notes = (doc or f"{name} = {expr}",)
    task = _Task(expr, name, notes, gradient, wrt, products=products, target=target)
    return _compile(task, args, context)


def compile_entry(
    entry: Entry,
    gradient: sp.Expr | None = None,
    wrt: sp.Expr | None = None,
    products: Sequence[str] = (),
    checked: str = "",
    target: str = "numpy",
    reasons: Sequence[str] = (),
    labels: str | None = None,
) -> NumpyFunction:
    """Compile an entry of the catalogue, its arguments in the entry's order.

    `gradient` is a term for its derivative in the first argument, in `wrt` (as in
    `compile_expression`, `products` too); the indices that it has beyond the entry's own come
    last. `checked` is a sentence on the check that it passed, `reasons` are those of the lines that
    lead to the gradient, for the docstrings. The target named by `labels` is then given by the
    numbers of its classes, from 0, instead of a one-hot family.
    """
    context = Context().with_library(catalogue.definitions)
    task = _Task(
        entry.formula,
        entry.name,
        about_entry(entry),
        gradient,
        wrt,
        entry.out,
        products,
        (*about_derivation(reasons), *about_kinks(entry, wrt, gradient, context)),
        checked,
        target,
        entry.domains,
    )
    if labels is None:
        return _compile(task, entry.params, context)
    params, follow = by_label(labels, entry.params)
    counts = {
        new: old.shape[-1] for new, old in zip(params, entry.params, strict=True) if new != old
    }
    gradient = None if gradient is None else follow(gradient)
    task = replace(task, expr=follow(task.expr), gradient=gradient, labels=counts)
    return _compile(task, params, context)


def module_source(function: NumpyFunction) -> str:
    """The standalone module of a function: NumPy alone, and scipy.special where it must."""
    return function.source


@dataclass(frozen=True)
class _Task:
    """What is to be compiled."""

    expr: sp.Expr
    name: str
    notes: tuple[str, ...]
    gradient: sp.Expr | None
    wrt: sp.Expr | None
    first: tuple[sp.Symbol, ...] = ()
    products: Sequence[str] = ()
    kinks: tuple[str, ...] = ()
    checked: str = ""
    target: str = "numpy"
    domains: Mapping[sp.Expr, Domain] = field(default_factory=dict)
    labels: Mapping[Parameter, sp.Expr] = field(default_factory=dict)

    @property
    def positive(self) -> frozenset[sp.Basic]:
        """The scalars that are known to be positive."""
        known = (p for p, d in self.domains.items() if d is Domain.POSITIVE)
        return frozenset(p for p in known if isinstance(p, sp.Symbol))

    @property
    def terms(self) -> list[sp.Expr]:
        return [self.expr] if self.gradient is None else [self.expr, self.gradient]

    def function(
        self,
        suffix: str,
        params: tuple[Parameter, ...],
        outputs: tuple[Output, ...],
        notes: tuple[str, ...],
    ) -> Function:
        """One of the functions of the module, with what it rests on."""
        name = identifier(self.name) + (f"_{suffix}" if suffix else "")
        rests = about_rewrites(outputs)
        checked = (self.checked,) if self.checked else ()
        return Function(name, params, outputs, (*notes, *rests, *checked), self.labels)


def _compile(
    task: _Task, args: Sequence[Parameter | str] | None, context: Context | None
) -> NumpyFunction:
    context = Context().with_library(catalogue.definitions) if context is None else context
    if args is not None:
        context = context.without(*(str(a) for a in args))
    given = None if args is None else chosen_args(args, task.terms)
    value = Output.of(task.expr, context, given, task.first, positive=task.positive)
    outputs = [value]
    if task.gradient is not None:
        last = _axes_of_gradient(task, value, given)
        first = tuple(k for k in value.ranges if k not in last)
        outputs.append(
            Output.of(task.gradient, context, given, first, last, task.wrt, task.positive)
        )
    indices = tuple(k for o in outputs for k in o.ranges)
    params = default_args([o.term for o in outputs], indices) if given is None else given
    functions = [task.function("", params, (value,), task.notes)]
    if task.gradient is not None:
        text = f"The value of {functions[0].name} and its gradient {task.gradient}"
        text += f" in {params[0]}." if params else "."
        functions.append(
            task.function("value_and_grad", params, tuple(outputs), (text, *task.kinks))
        )
    functions += _products(task, value, params, context)
    name = functions[0].name
    if task.target == "numpy":
        source = module(functions, f"{name}: generated NumPy code.")
    else:
        target = target_of(task.target)
        source = framework_module(functions, f"{name}: generated {target.name} code.", target)
    names = tuple(str(p) for p in params)
    return NumpyFunction(
        name,
        source,
        names,
        task.expr,
        task.gradient,
        task.wrt,
        params,
        outputs[0].ranges,
        outputs[-1].ranges,
        task.domains,
        context,
    )


def _products(
    task: _Task, value: Output, params: tuple[Parameter, ...], context: Context
) -> list[Function]:
    """The functions for the products that were asked for."""
    if task.products and (task.gradient is None or task.wrt is None):
        raise DefinitionError(f"{task.name}: products need the gradient and what it is taken in")
    functions = []
    for kind in task.products:
        p = product(kind, task.gradient, task.wrt, value.ranges, params, context)
        longer = (*params, p.along)
        first = tuple(value.ranges) if kind == "jvp" else ()
        term = Output.of(p.term, context, longer, first, p.last, task.wrt, task.positive)
        outputs = (term,) if kind == "hvp" else (value, term)
        functions.append(task.function(kind, longer, outputs, (p.text,)))
    return functions


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

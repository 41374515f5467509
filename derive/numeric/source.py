"""A module of NumPy code from terms: arguments, sizes, checks, lines, docstring, helpers."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TypeAlias

import sympy as sp

from derive.errors import DefinitionError, UnknownNameError
from derive.numeric import kernels
from derive.numeric.arrays import Axes, Labels
from derive.numeric.graph import ATOM, Graph, Hole, Node, write
from derive.numeric.lower import Lowering
from derive.numeric.names import identifier, quoted
from derive.numeric.normal import idle_quotients, normal_form
from derive.numeric.primitives import is_primitive, paired
from derive.numeric.rewrites import Rewrite, finished, shared
from derive.terms import Context, Vec, free, shape_of

Parameter: TypeAlias = sp.Symbol | sp.IndexedBase


@dataclass(frozen=True)
class Output:
    """One value that a function returns: a term and the indices that are its last axes."""

    term: sp.Expr
    ranges: Mapping[sp.Symbol, sp.Expr]
    rewrites: tuple[Rewrite, ...] = ()

    @classmethod
    def of(
        cls,
        expr: sp.Expr,
        context: Context,
        args: Sequence[Parameter] | None,
        first: Labels = (),
        last: Mapping[sp.Symbol, sp.Expr] = MappingProxyType({}),
        wrt: sp.Expr | None = None,
        positive: frozenset[sp.Basic] = frozenset(),
    ) -> Output:
        """Read a term (or a `Vec`, whose indices come in its order).

        Its free indices become axes: those of `first`, then the others alphabetically, then
        `last` with their ranges, whether the term depends on them or not. In a derivative in
        `wrt`, 0/0 of what does not depend on it is 0. The symbols in `positive` are known to be.
        """
        expr = sp.sympify(expr, strict=True)
        explicit: dict[sp.Symbol, sp.Expr] = {}
        while isinstance(expr, Vec):
            explicit.update(zip(expr.indices, expr.shape, strict=True))
            expr = expr.body
        used: dict[str, Rewrite] = {}
        term = normal_form(expr, context, used)
        term = shared(term, positive, used)
        term = term if wrt is None else idle_quotients(term, wrt)
        term = finished(term, used)
        found = free_indices(term, frozenset(args or ()), {**explicit, **last})
        rest = sorted((k for k in found if k not in {*first, *explicit, *last}), key=str)
        order = [k for k in (*explicit, *first, *rest, *last) if k in found]
        return cls(term, {k: found[k] for k in order}, tuple(used.values()))


def free_indices(
    term: sp.Expr, args: frozenset[sp.Basic], known: Mapping[sp.Symbol, sp.Expr]
) -> dict[sp.Symbol, sp.Expr]:
    """The free indices of a term that are no arguments, each with its range.

    Raises `DefinitionError` if an index runs over axes of different sizes, or its range
    cannot be told.
    """
    ranges = dict(known)
    sizes = {s for base in term.atoms(sp.IndexedBase) for s in base.shape or ()}
    scope = free(term) - sizes
    for node in sorted(term.atoms(sp.Indexed), key=str):
        for i, length in zip(node.indices, node.base.shape or (), strict=True):
            if i not in scope or i in args:
                continue
            if ranges.setdefault(i, length) != length:
                raise DefinitionError(
                    f"index {i} runs to {ranges[i]} and to {length}; name two indices apart"
                )
    for node in sp.preorder_traversal(term):
        if is_primitive(node, "sum_others") and node.args[1] in scope - args:
            ranges.setdefault(node.args[1], node.args[0].shape[0])
    pairs = sorted(term.atoms(sp.KroneckerDelta) | term.atoms(sp.Eq) | term.atoms(sp.Ne), key=str)
    for i, j in [p.args[:2] for p in pairs] + [p.args[1::-1] for p in pairs]:
        if j in ranges and isinstance(i, sp.Symbol) and i in scope and i not in args:
            ranges.setdefault(i, ranges[j])
    return ranges


def default_args(terms: Sequence[sp.Expr], indices: Labels) -> tuple[Parameter, ...]:
    """The families, then the scalars, each alphabetically; a size only if no shape gives it."""
    found: frozenset[sp.Basic] = frozenset().union(*(free(t) for t in terms))
    families = sorted((f for f in found if isinstance(f, sp.IndexedBase)), key=str)
    read = {s for f in families for s in f.shape if isinstance(s, sp.Symbol)}
    scalars = [s for s in found if isinstance(s, sp.Symbol) and s not in read and s not in indices]
    return (*families, *sorted(scalars, key=str))


def chosen_args(
    wanted: Sequence[Parameter | str], terms: Sequence[sp.Expr]
) -> tuple[Parameter, ...]:
    """The arguments that a caller named, each a symbol, a family, or the name of one."""
    found: frozenset[sp.Basic] = frozenset().union(*(free(t) for t in terms))
    # A family goes before an index that bears its name.
    by_name = {str(s): s for s in sorted(found, key=lambda s: isinstance(s, sp.IndexedBase))}
    chosen = []
    for w in wanted:
        if isinstance(w, str) and w not in by_name:
            raise UnknownNameError("argument", w, by_name)
        chosen.append(by_name[w] if isinstance(w, str) else w)
    if len(set(chosen)) < len(chosen):
        raise DefinitionError("args: an argument is named twice")
    return tuple(chosen)


@dataclass(frozen=True)
class Function:
    """A function to write: what it returns, for which arguments, and what it says of itself."""

    name: str
    args: tuple[Parameter, ...]
    outputs: tuple[Output, ...]
    doc: tuple[str, ...]


@dataclass(frozen=True)
class _Names:
    """The names that arguments and sizes get in one function."""

    args: Mapping[sp.Basic, str]
    sizes: Mapping[sp.Symbol, str]

    @classmethod
    def of(cls, args: Sequence[Parameter]) -> _Names:
        taken: list[str] = []
        names: dict[sp.Basic, str] = {}
        sizes: dict[sp.Symbol, str] = {}
        for a in args:
            names[a] = identifier(str(a), taken)
            taken.append(names[a])
        for s in (s for a in args for s in shape_of(a)):
            if isinstance(s, sp.Symbol) and s not in sizes and s not in names:
                sizes[s] = identifier(str(s), taken)
                taken.append(sizes[s])
        return cls(names, sizes)

    def axes(self, arg: Parameter) -> tuple[str | int | None, ...]:
        """How the helper that checks shapes is told the sizes of an argument."""
        return tuple(self.sizes.get(s, int(s) if s.is_Integer else None) for s in shape_of(arg))


def module(functions: Sequence[Function], title: str) -> str:
    """The source of a module that holds these functions and what they need."""
    bodies, helpers = [], set[str]()
    for f in functions:
        text, needed = _function(f)
        bodies.append(text)
        helpers |= needed
    pieces = [_helper(name) for name in _with_their_own(helpers)]
    whole = "\n\n\n".join([*pieces, *bodies])
    imports = ["from typing import Any", "", "import numpy as np"]
    imports += ["from numpy.typing import ArrayLike, NDArray"]
    if "special." in whole:
        imports.append("from scipy import special")
    head = "\n".join(
        [f'"""{quoted(title)}"""', "", "from __future__ import annotations", "", *imports]
    )
    return f"{head}\n\n\n{whole}\n"


def _with_their_own(helpers: set[str]) -> list[str]:
    """The helpers and those that they call, in the order of `kernels`."""
    calls = _helpers_called()
    needed, before = set(helpers), set[str]()
    while needed != before:
        before = set(needed)
        needed = before.union(*(calls[name] for name in before))
    return [name for name in calls if name in needed]


@cache
def _helpers_called() -> Mapping[str, frozenset[str]]:
    """Each helper of `kernels`, in their order, with the others that it calls."""
    every = [name for name in vars(kernels) if re.fullmatch(r"_[a-z]\w*", name)]
    return MappingProxyType(
        {name: frozenset(o for o in every if f"{o}(" in _helper(name)) for name in every}
    )


@cache
def _helper(name: str) -> str:
    return inspect.getsource(getattr(kernels, name)).strip()


def _function(f: Function) -> tuple[str, set[str]]:
    """A function's source and the helpers that it calls."""
    names, graph = _Names.of(f.args), Graph()
    nodes = []
    pairs = paired(output.term for output in f.outputs)
    for output in f.outputs:
        _check_closed(f, output, names)
        axes = Axes(dict(output.ranges))
        lowering = Lowering(graph, names.args, names.sizes, axes, pairs=pairs)
        node = lowering.result(output.term, tuple(output.ranges))
        nodes.append(_filled(graph, node, output, f, names, lowering))
    taken = {*names.args.values(), *names.sizes.values(), *_RESERVED}
    several = len(nodes) > 1
    targets = [f"out[{at}]" if several else "out" for at in range(len(nodes))]
    lines, results = write(nodes, taken, targets)
    code = [*lines, f"return {', '.join(results)}"]
    body = _body(f, names, code)
    text = "\n".join([*_signature(f, names), *_docstring(f, names), *(f"    {x}" for x in body)])
    plumbing = {
        name for name in ("_floats", "_prepare", "_in_pieces", "_put") if f"{name}(" in text
    }
    return text.replace("\n    \n", "\n\n"), graph.helpers | plumbing


# Names of the module that no value may take.
_RESERVED = ("dtype", "sizes", "np", "special", "arrays", "out", "piece")


def _signature(f: Function, names: _Names) -> list[str]:
    """`out=` stands where one array comes back."""
    parts = [f"{names.args[a]}: ArrayLike" for a in f.args]
    returns = ", ".join("NDArray[Any]" for _ in f.outputs)
    if len(f.outputs) == 1 and f.args:
        parts += ["*", "out: NDArray[Any] | None = None"]
    elif f.args:
        returns = f"tuple[{returns}]"
        parts += ["*", f"out: {returns} | None = None"]
    line = f"def {f.name}({', '.join(parts)}) -> {returns}:"
    if len(line) <= 100:
        return [line]
    return [f"def {f.name}(", f"    {', '.join(parts)}", f") -> {returns}:"]


def _check_closed(f: Function, output: Output, names: _Names) -> None:
    known = {*names.args, *names.sizes, *output.ranges}
    loose = sorted(str(s) for s in free(output.term) if s not in known)
    if loose:
        raise DefinitionError(
            f"{f.name}: {', '.join(loose)} is neither an argument nor defined; "
            "name it in args or define it in the context"
        )


def _body(f: Function, names: _Names, code: Sequence[str]) -> list[str]:
    """The arguments as arrays, the sizes that the code uses, and the code for a piece."""
    whole = "\n".join(code)
    if not f.args:
        return [*(["dtype = np.float64"] if re.search(r"\bdtype\b", whole) else []), *code]
    triples = [
        f'("{names.args[a]}", {names.args[a]}, {names.axes(a)!r})'.replace("'", '"') for a in f.args
    ]
    sizes = [s for s in names.sizes.values() if re.search(rf"\b{s}\b", whole)]
    if any(shape_of(a) for a in f.args):
        lines = _call(f"arrays, {'sizes' if sizes else '_'} = _prepare", triples)
    else:
        lines = _call("arrays = _floats", [f"{names.args[a]}={names.args[a]}" for a in f.args])
    lines += [f'{s} = sizes["{s}"]' for s in sizes]
    if re.search(r"\bdtype\b", whole):
        lines.append("dtype = arrays[0].dtype")
    if len(f.outputs) == 1 and _single(code, names):
        # One NumPy call gains nothing from pieces.
        targets = ", ".join(names.args[a] for a in f.args)
        value = code[0].removeprefix("return ").removesuffix(", out=out)") + ")"
        target = f"[{targets}] = arrays"
        return [*lines, target, f"return {value} if out is None else _put({value}, out)"]
    inner = ", ".join(f"{names.args[a]}: Any" for a in f.args)
    ranks = tuple(len(shape_of(a)) for a in f.args)
    nothing = "None" if len(f.outputs) == 1 else f"({', '.join(['None'] * len(f.outputs))})"
    head = f"def piece({inner}, out: Any = {nothing}) -> Any:"
    piece = ["", head, *(f"    {x}" for x in code), ""]
    return [*lines, *piece, f"return _in_pieces(piece, arrays, {ranks}, out)"]


def _single(code: Sequence[str], names: _Names) -> bool:
    """Whether the code is one NumPy function of arguments and numbers."""
    plain = "|".join(map(re.escape, names.args.values()))
    atom = rf"(?:{plain}|-?[\d.]+|-?np\.inf)"
    call = rf"return (?:np|special|{plain})\.[a-z0-9]+\({atom}(?:, {atom})*, out=out\)"
    return len(code) == 1 and bool(re.fullmatch(call, code[0]))


def _call(function: str, arguments: Sequence[str]) -> list[str]:
    """A call, on a line of its own for each argument if it is long."""
    line = f"{function}({', '.join(arguments)})"
    if len(line) <= 92:
        return [line]
    return [f"{function}(", *(f"    {a}," for a in arguments), ")"]


def _filled(
    graph: Graph, node: Node, output: Output, f: Function, names: _Names, low: Lowering
) -> Node:
    """The node with the full shape of a result, sharing no memory with an argument."""
    whole = all(k in free(output.term) for k in output.ranges)
    if whole and node.reads == set(names.args.values()):
        if node.view:
            return graph.call("np.array", node)
        loose = not output.ranges and str(node.parts[0]).startswith(("np.where(", "_log_ratio("))
        # np.where makes an array without axes of what NumPy's own functions make a scalar.
        return graph.node(Hole(node, ATOM), "[()]") if loose or _cast(node) else node
    batch = ", ".join(f"{names.args[a]}.shape[:{-len(shape_of(a)) or ''}]" for a in f.args)
    core = "".join(f", {low.size(n)}" for n in output.ranges.values())
    shape = f"(*np.broadcast_shapes({batch}){core})" if core else f"np.broadcast_shapes({batch})"
    spread = graph.node("np.broadcast_to(", node, f", {shape})")
    return graph.node("np.array(", spread, ", dtype)[()]")


def _cast(node: Node) -> bool:
    return str(node.parts[-1]).startswith(".astype")


def _docstring(f: Function, names: _Names) -> list[str]:
    """What the function computes, the shapes that it takes and gives, and what it rests on."""
    head, *notes = f.doc
    lines = textwrap.wrap(quoted(head), 92)
    for a in f.args:
        shape = ", ".join(["...", *(str(names.sizes.get(s, s)) for s in shape_of(a))])
        shape = f"shape ({shape})" if shape_of(a) else "any shape"
        lines += [*([""] if a is f.args[0] else []), f"{names.args[a]}: {shape}"]
    for output in f.outputs:
        sizes = (str(names.sizes.get(n, n)) for n in output.ranges.values())
        lines.append(f"Returns shape ({', '.join(['...', *sizes])})")
    for note in notes:
        lines += ["", *textwrap.wrap(quoted(note), 92)]
    return ['    """' + lines[0], *(f"    {x}".rstrip() for x in lines[1:]), '    """']

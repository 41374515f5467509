"""A module of NumPy code from terms: arguments, sizes, checks, lines, docstring, helpers."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sympy as sp

from derive.errors import DefinitionError
from derive.numeric import calls
from derive.numeric.arrays import Axes
from derive.numeric.graph import ATOM, Graph, Hole, Node, write
from derive.numeric.helpers import HELPERS, helper_sources, names_of
from derive.numeric.lower import Lowering
from derive.numeric.names import identifier, quoted
from derive.numeric.outputs import Output, Parameter
from derive.numeric.primitives import paired
from derive.terms import free, shape_of


@dataclass(frozen=True)
class Function:
    """A function to write: what it returns, for which arguments, and what it says of itself."""

    name: str
    args: tuple[Parameter, ...]
    outputs: tuple[Output, ...]
    doc: tuple[str, ...]
    # What is given as the number of a class, with how many classes there are.
    labels: Mapping[Parameter, sp.Expr] = field(default_factory=dict)


@dataclass(frozen=True)
class Names:
    """The names that arguments and sizes get in one function."""

    args: Mapping[sp.Basic, str]
    sizes: Mapping[sp.Symbol, str]

    @classmethod
    def of(cls, args: Sequence[Parameter]) -> Names:
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
    whole = "\n\n\n".join([*helper_sources(helpers, *HELPERS), *bodies])
    imports = ["from typing import Any", "", "import numpy as np"]
    imports += ["from numpy.typing import ArrayLike, NDArray"]
    if "special." in whole:
        imports.append("from scipy import special")
    return headed(title, imports, whole)


def headed(title: str, imports: Sequence[str], whole: str) -> str:
    """The source of a module with this docstring, these imports and this body."""
    head = [f'"""{quoted(title)}"""', "", "from __future__ import annotations", ""]
    head += ["import math"] * ("math." in whole and "import math" not in imports)
    head += imports
    return "\n".join([*head, "", "", whole, ""])


@dataclass(frozen=True)
class Lowered:
    """A function's code: the names in it, its lines, what it returns, and the helpers it calls."""

    names: Names
    lines: list[str]
    results: list[str]
    helpers: frozenset[str]

    @property
    def code(self) -> list[str]:
        """The lines with the return."""
        short = f"return {', '.join(self.results)}"
        if len(short) <= 84:
            return [*self.lines, short]
        if len(self.results) == 1:
            return [*self.lines, "return (", f"    {self.results[0]}", ")"]
        return [*self.lines, "return (", *(f"    {r}," for r in self.results), ")"]


def lowered(f: Function, portable: bool = False, whole: bool = True) -> Lowered:
    """The code of a function; `portable` without `out` and methods, as frameworks have none.

    With `whole` the results have their full shape even where they do not depend on it.
    """
    names, graph = Names.of(f.args), Graph(methods=not portable)
    nodes = []
    pairs = paired(output.term for output in f.outputs)
    for output in f.outputs:
        _check_closed(f, output, names)
        axes = Axes(dict(output.ranges))
        lowering = Lowering(graph, names.args, names.sizes, axes, pairs=pairs)
        node = lowering.result(output.term, tuple(output.ranges))
        nodes.append(_filled(graph, node, output, f, names, lowering) if whole else node)
    taken = {*names.args.values(), *names.sizes.values(), *_RESERVED}
    several = len(nodes) > 1
    targets = [f"out[{at}]" if several else "out" for at in range(len(nodes))]
    lines, results = write(nodes, taken, [""] * len(nodes) if portable else targets)
    return Lowered(names, lines, results, frozenset(graph.helpers))


def _function(f: Function) -> tuple[str, frozenset[str]]:
    """A function's source, with that of what it computes by pieces, and the helpers it calls."""
    low = lowered(f)
    if not f.args:
        needs = re.search(r"\bdtype\b", "\n".join(low.code))
        core, body = "", [*(["dtype = np.float64"] if needs else []), *low.code]
    else:
        core, body = _core(f, low) + "\n\n\n", _body(f, low.names, low.code)
    head = [*_signature(f, low.names), *docstring(f, low.names)]
    text = core + "\n".join([*head, *(f"    {x}" for x in body)])
    plumbing = {name for name in names_of(calls) if f"{name}(" in text}
    return text, low.helpers | plumbing


def _core(f: Function, low: Lowered) -> str:
    """The function that does the work, for arrays that fit together."""
    whole = "\n".join(low.code)
    inner = [f"{low.names.args[a]}: Any" for a in f.args]
    nothing = "None" if len(f.outputs) == 1 else f"({', '.join(['None'] * len(f.outputs))})"
    numbers = [a for a in f.args if a not in f.labels]
    lines = []
    for size, name in low.names.sizes.items():
        if re.search(rf"\b{name}\b", whole):
            a = next(a for a in numbers if size in shape_of(a))
            at = shape_of(a).index(size) - len(shape_of(a))
            lines.append(f"{name} = {low.names.args[a]}.shape[{at}]")
    if re.search(r"\bdtype\b", whole):
        lines.append(f"dtype = {low.names.args[numbers[0]]}.dtype")
    head = _head(_core_name(f), [*inner, f"out: Any = {nothing}"], "Any")
    note = f'"""{f.name} of arrays that fit together."""'
    return "\n".join([*head, *(f"    {x}" for x in [note, *lines, *low.code])])


def _core_name(f: Function) -> str:
    return f"_{f.name}_core"


# Names of the module that no value may take.
_RESERVED = ("dtype", "sizes", "np", "special", "arrays", "out")


def _signature(f: Function, names: Names) -> list[str]:
    """`out=` stands where one array comes back."""
    parts = [f"{names.args[a]}: ArrayLike" for a in f.args]
    returns = ", ".join("NDArray[Any]" for _ in f.outputs)
    if len(f.outputs) == 1 and f.args:
        parts += ["*", "out: NDArray[Any] | None = None"]
    elif f.args:
        returns = f"tuple[{returns}]"
        parts += ["*", f"out: {returns} | None = None"]
    return _head(f.name, parts, returns)


def _head(name: str, parts: Sequence[str], returns: str) -> list[str]:
    """The first line of a function, or several with a parameter on each if it is long."""
    line = f"def {name}({', '.join(parts)}) -> {returns}:"
    if len(line) <= 100:
        return [line]
    whole = f"    {', '.join(parts)}"
    inner = [whole] if len(whole) <= 100 else [f"    {part}," for part in parts]
    return [f"def {name}(", *inner, f") -> {returns}:"]


def _check_closed(f: Function, output: Output, names: Names) -> None:
    known = {*names.args, *names.sizes, *output.ranges}
    loose = sorted(str(s) for s in free(output.term) if s not in known)
    if loose:
        raise DefinitionError(
            f"{f.name}: {', '.join(loose)} is neither an argument nor defined; "
            "name it in args or define it in the context"
        )


_ONE_CALL = re.compile(r"return (?:(?:np|special)\.\w+|_(?:over|under)_zero)\([\w.-]+, out=out\)")


def _body(f: Function, names: Names, code: Sequence[str]) -> list[str]:
    """The arguments checked and handed over, at once or by pieces."""
    numbers = [a for a in f.args if a not in f.labels]
    triples = [
        f'("{names.args[a]}", {names.args[a]}, {names.axes(a)!r})'.replace("'", '"')
        for a in numbers
    ]
    lines = _at_once(f, names)
    if any(shape_of(a) for a in f.args):
        lines += _call(f"arrays, {'sizes' if f.labels else '_'} = _prepare", triples)
    else:
        lines += _call("arrays = _floats", [f"{names.args[a]}={names.args[a]}" for a in f.args])
    for a, n in f.labels.items():
        name, count = names.args[a], names.sizes[n]
        lines.append(
            f'arrays.insert({f.args.index(a)}, _labels("{name}", {name}, sizes["{count}"]))'
        )
    if _ONE_CALL.fullmatch("\n".join(code)):
        # One call without temporary arrays gains nothing from pieces.
        return [*lines, f"return _put({_core_name(f)}(*arrays), out)"]
    ranks = tuple(len(shape_of(a)) for a in f.args)
    return [*lines, f"return _in_pieces({_core_name(f)}, arrays, {ranks}, out)"]


def _at_once(f: Function, names: Names) -> list[str]:
    """The way for arguments that need no preparation, where that can be told by their shapes."""
    shapes = {shape_of(a) for a in f.args}
    (shape, *others) = shapes
    if f.labels or others or len({s for s in shape if s in names.sizes}) < len(shape):
        return []
    given = ", ".join(names.args[a] for a in f.args)
    tests = f"out is None and _ready({len(shape)}, {given})"
    return [f"if {tests}:", f"    return {_core_name(f)}({given})"]


def _call(function: str, arguments: Sequence[str]) -> list[str]:
    """A call, on a line of its own for each argument if it is long."""
    line = f"{function}({', '.join(arguments)})"
    if len(line) <= 92:
        return [line]
    return [f"{function}(", *(f"    {a}," for a in arguments), ")"]


def _filled(
    graph: Graph, node: Node, output: Output, f: Function, names: Names, low: Lowering
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
    return graph.node("np.array(", spread, ", dtype=dtype)[()]")


def _cast(node: Node) -> bool:
    return str(node.parts[-1]).startswith(".astype")


def docstring(f: Function, names: Names) -> list[str]:
    """What the function computes, the shapes that it takes and gives, and what it rests on."""
    head, *notes = f.doc
    lines = textwrap.wrap(quoted(head), 92)
    for a in f.args:
        shape = ", ".join(["...", *(str(names.sizes.get(s, s)) for s in shape_of(a))])
        shape = f"shape ({shape})" if shape_of(a) else "any shape"
        shape += ", class numbers from 0" if a in f.labels else ""
        lines += [*([""] if a is f.args[0] else []), f"{names.args[a]}: {shape}"]
    for output in f.outputs:
        sizes = (str(names.sizes.get(n, n)) for n in output.ranges.values())
        lines.append(f"Returns shape ({', '.join(['...', *sizes])})")
    for note in notes:
        lines += ["", *textwrap.wrap(quoted(note), 92)]
    return ['    """' + lines[0], *(f"    {x}".rstrip() for x in lines[1:]), '    """']

"""What names can be, and how subscripts and brackets say so."""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy as sp

from derive.latex import syntax as s
from derive.latex.notation import GREEK, INDEX_LETTERS

FUNCTION_LETTERS = frozenset({"f", "g", "h", "F", "G", "phi", "varphi", "psi", "Phi"})
"""Letters whose application f(2z) is never a product."""

_VECTORS = frozenset({"theta", "w", "x", "v", "u", "a", "y", "z"})

_LABELS = frozenset({"in", "it", "is", "st", "tr", "sp", "ml", "pi", "lr", "min", "sim", "mil"})


@dataclass
class Roles:
    """What the survey found, in all formulas read together.

    `ranks` has the families, by the number of their indices; `indices` the letters that index
    something outside of a sum over them, `bare` the names that stand without a bracket after
    them, `split` the words such as `it` that are two indices here, `defined` the families
    that a formula gives by their members, `raised` those of which each sample has a vector, as in
    x^{(i)}, `own` the functions to which a formula gives another meaning than the catalogue,
    `of_numbers` those that are taken of members, with the places of these, `matrices`
    what is transposed or said to have two sizes, `valued` the letters of indices that are defined
    as values, as in i = σ(z_i), `vectors` what stands in θᵀx, `of_vectors` the families of vectors,
    such as the x_i of wᵀx_i, `classes` the families that say which member is meant, such as the y_i
    of f_{y_i}, `samples` what each sample has of its own where a sum over samples
    does not show it, `sample` the letter that numbers the samples, `heads` the arguments
    in the left sides that define functions, f(x, y) = ..., `events` the capitals that stand
    in P(A) and P(A | B) alone, and `unknown` the number of sizes that are not written.
    """

    ranks: dict[str, int] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    functions: set[str] = field(default_factory=set)
    vector_functions: set[str] = field(default_factory=set)
    bound: set[str] = field(default_factory=set)
    sizes: set[str] = field(default_factory=set)
    indices: set[str] = field(default_factory=set)
    bare: set[str] = field(default_factory=set)
    split: set[str] = field(default_factory=set)
    defined: set[str] = field(default_factory=set)
    raised: set[str] = field(default_factory=set)
    own: set[str] = field(default_factory=set)
    matrices: set[str] = field(default_factory=set)
    of_numbers: set[tuple[str, int]] = field(default_factory=set)
    samples: set[str] = field(default_factory=set)
    valued: set[str] = field(default_factory=set)
    of_vectors: set[str] = field(default_factory=set)
    vectors: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)
    sample: str = ""
    unknown: int = 0
    heads: dict[str, tuple[s.Node, ...]] = field(default_factory=dict)
    events: set[str] = field(default_factory=set)
    objects: dict[str, sp.Expr] = field(default_factory=dict)
    families: dict[str, sp.IndexedBase] = field(default_factory=dict)
    parameters: dict[str, tuple[sp.Expr, ...]] = field(default_factory=dict)

    def argument_of(self, function: str) -> sp.Expr | None:
        """The variable over which the context defines a function, if that is a single one."""
        params = self.parameters.get(function, ())
        return params[0] if len(params) == 1 else None

    def is_function(self, name: str) -> bool:
        """Whether a name is one of a function: here, in the catalogue, or to most people."""
        return name in self.functions or name in self.known or name in FUNCTION_LETTERS

    def is_index_letter(self, text: str) -> bool:
        return (text in INDEX_LETTERS and text not in self.valued) or text in self.bound


def walk(node: s.Node) -> tuple[s.Node, ...]:
    """The node and everything in it, outermost first."""
    return node.nodes


def texts_of(parts: list[s.Node]) -> list[str]:
    """The letters and numbers among indices."""
    return [p.text for p in parts if isinstance(p, s.Name | s.Number)]


def index_parts(sub: s.Node, roles: Roles) -> list[s.Node] | None:
    """A subscript as a list of indices (`ij`, `i,j`, `i+1`, `2`), or None if it is a label."""
    sub = s.bare(sub)
    if isinstance(sub, s.Listing):
        found: list[s.Node] = []
        for item in sub.items:
            parts = index_parts(item, roles)
            if parts is None or len(parts) != 1 or sub.separators[0] not in (",", ";"):
                return None
            found += parts
        return found
    if isinstance(sub, s.Name) and len(sub.text) > 1 and sub.text not in GREEK:
        return None if sub.upright else _letters(sub, roles)
    if isinstance(sub, s.Name):
        return [sub] if roles.is_index_letter(sub.text) else None
    if isinstance(sub, s.Number):
        return [sub] if sub.text.isdigit() else None
    if isinstance(sub, s.Script):
        return [sub] if _is_class(sub, roles) else None
    if isinstance(sub, s.Term) and set(sub.ops) == {""}:
        pieces = [index_parts(item, roles) for item in sub.items]
        return None if None in pieces else [x for p in pieces if p is not None for x in p]
    if isinstance(sub, s.Addition):
        pieces = [index_parts(t, roles) for t in sub.terms]
        return [sub] if all(p is not None and len(p) == 1 for p in pieces) else None
    return None


def _is_class(node: s.Script, roles: Roles) -> bool:
    """Whether a subscript such as the y_i of f_{y_i} is itself a member, which says which one."""
    if not isinstance(node.base, s.Name) or node.sub is None or node.sup is not None or node.primes:
        return False
    parts = index_parts(node.sub, roles) or []
    letters = bool(parts) and all(isinstance(p, s.Name) for p in parts)
    return letters and len(node.base.text) == 1


def index_letters(parts: list[s.Node]) -> set[str]:
    """The letters in indices; of an index such as y_i (the class of sample i), that below it."""
    found: set[str] = set()
    for part in parts:
        plain = s.bare(part)
        if isinstance(plain, s.Script):
            inner = s.bare(plain.sub) if plain.sub is not None else plain.base
            found |= {x.text for x in inner.nodes if isinstance(x, s.Name)}
        else:
            found |= {x.text for x in part.nodes if isinstance(x, s.Name)}
    return found


def _letters(name: s.Name, roles: Roles) -> list[s.Node] | None:
    """`ij` as two indices; a word such as `new`, `in` or `max` is a label."""
    letters = list(name.text)
    if len(letters) > 3 or not all(roles.is_index_letter(x) for x in letters):
        return None
    if name.text in _LABELS - roles.split and not roles.bound.issuperset(letters):
        return None
    return [s.Name(name.start + k, name.start + k + 1, x) for k, x in enumerate(letters)]


def label_text(node: s.Node) -> str | None:
    """A subscript or superscript as the label that it is in a name: `new`, `KL`, `[l]`."""
    node = s.bare(node)
    if isinstance(node, s.Name | s.Number | s.Function):
        return node.text
    if isinstance(node, s.Text):
        return node.words
    if isinstance(node, s.Script):
        return _nested_label(node)
    if isinstance(node, s.Listing | s.Term | s.Group):
        inside = [label_text(x) for x in node.children]
        if None in inside:
            return None
        glue = "," if isinstance(node, s.Listing) else ""
        text = glue.join(x for x in inside if x is not None)
        if isinstance(node, s.Group):
            return node.delimiter + text + {"(": ")", "[": "]"}.get(node.delimiter, "")
        return text
    return None


def _nested_label(node: s.Script) -> str | None:
    """`L_1` in a subscript is a label; `y_n` there would be an index that is looked up."""
    if node.sup is not None or node.primes or node.sub is None:
        return None
    base, sub = label_text(node.base), label_text(node.sub)
    if base is None or sub is None or (len(sub) == 1 and sub in INDEX_LETTERS):
        return None
    return f"{base}_{sub}"


def head_name(node: s.Node) -> str | None:
    """The name of a letter, or of a letter with a label that can only be one (`D_{KL}`)."""
    if isinstance(node, s.Name):
        return node.text
    if isinstance(node, s.Script) and isinstance(node.base, s.Name) and not node.primes:
        sub = label_text(node.sub) if node.sub is not None else ""
        if sub is None or node.sup is not None:
            return None
        return f"{node.base.text}_{sub}" if sub else node.base.text
    return None


def bound_letters(sub: s.Node) -> set[str]:
    """The letters that a sum with this below it binds."""
    sub = s.bare(sub)
    if isinstance(sub, s.Listing):
        return set().union(*(bound_letters(item) for item in sub.items))
    if isinstance(sub, s.Chain):
        first = sub.parts[0]
        return bound_letters(first) if first is not None else set()
    if isinstance(sub, s.Name):
        if len(sub.text) > 1 and sub.text not in GREEK and not sub.upright:
            return set(sub.text)
        return {sub.text}
    return set()


def is_small(node: s.Node) -> bool:
    """Whether a node is a small letter, in whatever style."""
    return isinstance(node, s.Name) and node.text.split()[-1][0].islower()


def sign_of(node: s.Node | None) -> str:
    """The sign that a script is alone; empty for others."""
    plain = None if node is None else s.bare(node)
    return plain.words if isinstance(plain, s.Text) and plain.words in ("+", "-") else ""


def is_transposition(sup: s.Node | None) -> bool:
    r"""Whether a superscript is ^\top or ^T."""
    raised = None if sup is None else s.bare(sup)
    if isinstance(raised, s.Text):
        return raised.words == "T"
    return isinstance(raised, s.Name) and raised.text == "T"


def is_transpose(node: s.Node) -> bool:
    r"""Whether a node is a letter with \top, or one that is often a vector with T, above it.

    Capitals are left alone: they are matrices to most people.
    """
    if not isinstance(node, s.Script) or node.sub is not None or node.sup is None:
        return False
    raised = s.bare(node.sup)
    if isinstance(raised, s.Text):
        return raised.words == "T" and is_small(node.base)
    vector = isinstance(node.base, s.Name) and node.base.text.removeprefix("bold ") in _VECTORS
    return vector and isinstance(raised, s.Name) and raised.text == "T"


def raised_index(node: s.Script, roles: Roles) -> list[s.Node]:
    """The index in x^{(i)}: a sample's number in brackets above."""
    sup = s.bare(node.sup) if node.sup is not None else None
    if isinstance(sup, s.Group) and sup.delimiter == "(":
        return index_parts(sup.body, roles) or []
    return []


def call_indices(group: s.Group, roles: Roles) -> list[s.Node] | None:
    """The indices in `(i)`, `(x_i)` or `[i]`, if that is what the brackets hold."""
    body = group.body
    if isinstance(body, s.Listing) and any(x in ("|", "||", r"\mid") for x in body.separators):
        return None
    items = body.items if isinstance(body, s.Listing) else (body,)
    found: list[s.Node] = []
    for item in items:
        plain = s.bare(item)
        if group.delimiter == "[":
            parts: list[s.Node] | None = (
                [plain] if isinstance(plain, s.Name) else index_parts(plain, roles)
            )
        elif is_bound(plain, roles) or isinstance(plain, s.Number):
            parts = [plain]
        elif isinstance(plain, s.Script) and isinstance(plain.base, s.Name) and plain.sub:
            if plain.sup is not None or plain.primes:
                return None
            parts = index_parts(plain.sub, roles)
        else:
            return None
        if parts is None or len(parts) != 1:
            return None
        found += parts
    return found


def is_dimension(letter: str, parts: list[s.Node], roles: Roles) -> bool:
    """Whether d_k is the dimension of the keys rather than the member k of a family d."""
    return letter == "d" and len(parts) == 1 and not (index_letters(parts) & roles.bound)


def is_matrix(node: s.Node, roles: Roles) -> bool:
    r"""Whether a letter without an index stands for a matrix: \mathbf{W}, or as `roles` say."""
    if not isinstance(node, s.Name) or node.text in roles.ranks:
        return False
    letter = node.text.partition("^")[0]
    bold = letter.startswith("bold ") and letter[-1].isupper()
    return bold or letter in roles.matrices


def is_bound(node: s.Node, roles: Roles) -> bool:
    return isinstance(node, s.Name) and node.text in roles.bound

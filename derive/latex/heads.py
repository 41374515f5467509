"""What left sides say of names: f of f(x) = ... is a function, perhaps not the catalogue's."""

from __future__ import annotations

from itertools import pairwise

from derive.latex import syntax as s
from derive.latex.lookup import entries_by_name, is_private
from derive.latex.roles import Roles, head_name, index_parts, is_bound, raised_index, texts_of, walk
from derive.latex.spelling import is_derivative
from derive.terms import shape_of

_PARAMETERS = frozenset({"alpha", "beta", "gamma", "lambda", "tau", "kappa", "epsilon"})
_DISTRIBUTIONS = frozenset({"p", "q", "P", "Q", "hat p", "hat q"})


def survey_heads(chain: s.Chain, roles: Roles, numbered: bool) -> None:
    """`f(x) = ...`: what stands applied alone on a left side is a function.

    `P(0) = 0.9` says so only if P is not a family elsewhere (`numbered`: the second round).
    """
    head = chain.parts[0]
    if head is None or chain.relations[:1] != ("=",):
        return
    head = s.bare(head)
    if not isinstance(head, s.Term) or len(head.items) != 2 or head.ops[1]:
        return
    name, group = head_name(head.items[0]), s.unscripted(head.items[1])
    if name is None or not isinstance(group, s.Group) or group.delimiter != "(":
        return
    if isinstance(head.items[1], s.Script):
        _survey_vector_head(name, chain, roles)
        return
    plain = [s.bare(a) for a in s.arguments(group)]
    if any(isinstance(a, s.Chain) for a in plain):
        return
    if name in roles.bare and not all(isinstance(a, s.Name | s.Script | s.Number) for a in plain):
        # a(1 − a) ≤ ¼ is a product: no definition has such an argument.
        return
    if of_distributions(name, s.arguments(group), roles) and _mentions(chain.parts[1:], name):
        return
    counted = all(isinstance(a, s.Number) or is_bound(a, roles) for a in plain)
    if counted and (not numbered or name in roles.ranks):
        return
    roles.functions.add(name)
    _note_arguments(name, plain, roles)
    if _is_own(name, plain, chain, roles):
        roles.own.add(name)
    if len(plain) == 1 and _ranges_over(plain[0], chain, roles):
        roles.vector_functions.add(name)


def _note_arguments(name: str, arguments: list[s.Node], roles: Roles) -> None:
    """What a bare f is taken of: the letters of its one left side f(x, y) = ..."""
    letters = [x.text if isinstance(x, s.Name) else "" for x in arguments]
    known = roles.heads.get(name, arguments)
    same = letters == [getattr(x, "text", None) for x in known]
    roles.heads[name] = tuple(arguments) if same and all(letters) else ()


def survey_events(trees: list[s.Listing], roles: Roles) -> None:
    """The capitals of P(A) and P(A | B), if they stand nowhere else."""
    inside: dict[int, str] = {}
    for term in (x for tree in trees for x in tree.of(s.Term)):
        for head, following in pairwise(term.items):
            group = s.argument_group(following)
            name = head_name(head)
            if name is not None and group is not None and events_label(name, group) is not None:
                inside |= {id(x): x.text for x in map(s.bare, s.arguments(group))
                           if isinstance(x, s.Name)}  # fmt: skip
    elsewhere = {x.text for tree in trees for x in tree.of(s.Name) if id(x) not in inside}
    roles.events |= set(inside.values()) - elsewhere - set(roles.objects)


def events_label(name: str, group: s.Group) -> str | None:
    r"""The A|B of P(A \mid B), where capitals alone are events and P(...) a number of its own."""
    letters = [s.bare(x) for x in s.arguments(group)]
    names = [x.text for x in letters if isinstance(x, s.Name) and x.text[-1:].isupper()]
    signs = group.body.separators if isinstance(group.body, s.Listing) else ()
    bars = [k for k, sign in enumerate(signs, start=1) if sign != ","]
    plain = group.delimiter == "(" and len(names) == len(letters) and len(bars) < 2
    if name not in ("P", "Pr", "bb P") or not plain:
        return None
    split = bars[0] if bars else len(names)
    # What happens together has no order.
    return "|".join(",".join(sorted(x)) for x in (names[:split], names[split:]) if x)


def barred(name: str, group: s.Group) -> str:
    """p(y | x) is another function than p(y, x): `p|1` says that a bar stands after the first."""
    if not isinstance(group.body, s.Listing):
        return name
    bars = [k for k, x in enumerate(group.body.separators, start=1) if x in ("|", r"\mid")]
    return f"{name}|{bars[0]}" if bars else name


def gives_e_a_meaning(tree: s.Listing) -> bool:
    """Whether e is a value of the text's own here, such as an error: e = y − a, or ∂L/∂e."""
    for chain in tree.items:
        if not isinstance(chain, s.Chain) or chain.relations[:1] != ("=",):
            continue
        head, said = chain.parts[:2]
        if head is None or said is None or not _is_e(s.bare(head)):
            continue
        names = [x for x in walk(said) if isinstance(x, s.Name) and not _is_e(x)]
        # A limit or a series says what Euler's number is.
        if names and not any(isinstance(x, s.Big | s.Function) for x in walk(said)):
            return True
    fractions = filter(is_derivative, tree.of(s.Fraction))
    parts = (s.bare(part) for x in fractions for part in (x.numerator, x.denominator))
    return any(
        isinstance(part, s.Term) and any(map(_is_e, part.items[1:])) and len(part.items) == 2
        for part in parts
    )


def _is_e(node: s.Node) -> bool:
    return isinstance(node, s.Name) and node.text == "e"


def survey_functions_of_members(tree: s.Listing, roles: Roles) -> None:
    """In p(x_i) the function takes a number, so that p(x) takes one too; so does p(y_i | x_i)."""
    for term in tree.of(s.Term):
        for head, group in applications(term):
            if group.delimiter != "(" or head in roles.vector_functions:
                continue
            if any(e.out for e in entries_by_name().get(head, ())) and head not in roles.own:
                continue
            for k, inner in enumerate(map(s.bare, s.arguments(group))):
                if isinstance(inner, s.Script) and _is_number(inner, roles):
                    roles.of_numbers.add((head, k))


def _is_number(member: s.Script, roles: Roles) -> bool:
    """Whether a member has all the indices that its family has."""
    letter = member.base.text if isinstance(member.base, s.Name) else ""
    parts = [] if member.sub is None else index_parts(member.sub, roles) or []
    count = len(parts) + len(raised_index(member, roles))
    return bool(count) and count == roles.ranks.get(letter)


def applications(term: s.Term) -> list[tuple[str, s.Group]]:
    """The names in a product with a bracket `(...)` or `[...]` after them, and the bracket."""
    found = []
    for head, following in zip(term.items, term.items[1:], strict=False):
        group = s.argument_group(following)
        name = None if group is None else head_name(head)
        if group is not None and name is not None:
            found.append((name, group))
    return found


def _survey_vector_head(name: str, chain: s.Chain, roles: Roles) -> None:
    """σ(z)_i = e^{z_i} / Σ ...: a σ that takes a vector is not the sigmoid."""
    found = entries_by_name().get(name, ())
    sums = any(isinstance(x, s.Big) for part in chain.parts[1:] if part for x in part.nodes)
    if found and sums and not any(e.out for e in found):
        roles.own.add(name)
        roles.functions.add(name)


def _is_own(name: str, arguments: list[s.Node], chain: s.Chain, roles: Roles) -> bool:
    """Whether f(p, y) = ... gives a name of the catalogue a meaning of the text's own.

    It does if the name is everybody's (H for entropy is not), if it takes vectors in the
    catalogue and numbers here, or if it has a parameter here and none there: x σ(βx).
    """
    entries = entries_by_name().get(name, ())
    if not entries or name in roles.parameters or name == "H":
        return False
    if is_private(name):
        return True
    fitting = [e for e in entries if len(e.params) == len(arguments)]
    given = {getattr(a, "text", "") for a in arguments} | {
        str(p) for e in entries for p in e.params
    }
    if (_plain_letters(chain) - given) & _PARAMETERS:
        return True
    vectors = {
        a.text
        for e in fitting
        for p, a in zip(e.params, arguments, strict=True)
        if isinstance(a, s.Name) and shape_of(p) and a.text not in roles.ranks
    }
    return bool(vectors) and not vectors.isdisjoint(_plain_letters(chain))


def _plain_letters(chain: s.Chain) -> set[str]:
    """The letters that stand on the right without an index and in no brackets after a name."""
    indexed: set[int] = set()
    for part in chain.parts[1:]:
        for node in part.nodes if part is not None else ():
            if isinstance(node, s.Script) and node.sub is not None:
                indexed |= {node.base.start, *(x.start for x in node.sub.nodes)}
            elif isinstance(node, s.Term):
                for head, following in zip(node.items, node.items[1:], strict=False):
                    group = s.argument_group(following)
                    if group is not None and isinstance(s.unscripted(head), s.Name):
                        indexed |= {head.start, *(x.start for x in group.nodes)}
    nodes = [x for part in chain.parts[1:] if part is not None for x in part.nodes]
    return {x.text for x in nodes if isinstance(x, s.Name) and x.start not in indexed}


def survey_delta(chain: s.Chain, roles: Roles) -> None:
    """`δ_ij = a_ij - y_ij` defines a family of that name, which then is not Kronecker's."""
    head = s.bare(chain.parts[0]) if chain.parts[0] is not None else None
    if not isinstance(head, s.Script) or _letter(head) != "delta" or chain.relations[:1] != ("=",):
        return
    if head.sub is None or len(index_parts(head.sub, roles) or ()) != 2:
        return
    for part in chain.parts[1:]:
        members = [
            _letter(node)
            for node in walk(part or head)
            if isinstance(node, s.Script) and node.sub is not None and index_parts(node.sub, roles)
        ]
        # ∂x_i/∂x_j = δ_ij is what Kronecker's delta is for.
        slope = isinstance(part and s.bare(part), s.Fraction) and len(set(members)) == 1
        if members and "delta" not in members and not slope:
            roles.defined.add("delta")


def _mentions(parts: tuple[s.Node | None, ...], name: str) -> bool:
    return any(
        isinstance(node, s.Name) and node.text == name
        for part in parts
        if part is not None
        for node in walk(part)
    )


def _ranges_over(argument: s.Node, chain: s.Chain, roles: Roles) -> bool:
    """Whether φ(z_j) = ... uses members of z other than z_j: then φ takes the family z."""
    if not isinstance(argument, s.Script) or argument.sub is None:
        return False
    parts = index_parts(argument.sub, roles)
    if parts is None or not isinstance(argument.base, s.Name):
        return False
    for part in chain.parts[1:]:
        for node in walk(part) if part is not None else ():
            same = isinstance(node, s.Script) and _letter(node) == argument.base.text
            if same and isinstance(node, s.Script) and node.sub is not None:
                other = index_parts(node.sub, roles)
                if other is not None and texts_of(other) != texts_of(parts):
                    return True
    return False


def _letter(node: s.Script) -> str | None:
    return node.base.text if isinstance(node.base, s.Name) else None


def of_distributions(name: str, arguments: tuple[s.Node, ...], roles: Roles) -> bool:
    """H(p) and H(p, q) are entropies where nothing says that H is a function of its own."""
    if name != "H" or name in roles.functions | set(roles.objects) | roles.bare:
        return False
    plain = [s.bare(a) for a in arguments]
    return all(
        isinstance(a, s.Name) and a.text in _DISTRIBUTIONS and a.text not in roles.bare
        for a in plain
    )

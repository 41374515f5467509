"""Which letters below a name count its members, and which only label it."""

from __future__ import annotations

from itertools import pairwise

from derive.latex import syntax as s
from derive.latex.notation import INDEX_LETTERS, PROBABILITIES
from derive.latex.roles import Roles, index_parts, is_small, is_transpose, raised_index

_Pairs = list[tuple[str, s.Node]]

_PERHAPS = frozenset("abuv")
"""Letters that label as often as they count: the actions a and b, the anchor a."""

CLASS = "y"
"""The letter of the true class, as in z_y."""


def survey_subscripts(trees: list[s.Listing], roles: Roles) -> None:
    """The letters that count, and those that only look like it."""
    survey_values(trees, roles)
    survey_compared(trees, roles)
    pairs = [pair for tree in trees for pair in _subscripts(tree)]
    survey_classes(pairs, roles)
    survey_split_words(pairs, roles)
    survey_index_letters(trees, pairs, roles)


def survey_compared(trees: list[s.Listing], roles: Roles) -> None:
    """The y of [k = y] and p_y is the class of the one sample: an index like k.

    It is none if it stands anywhere else than in such a comparison or below a name.
    """
    inner = [x for tree in trees for x in tree.of(s.Chain) if not any(x is y for y in tree.items)]
    compared: set[str] = set()
    places: set[int] = set()
    for chain in inner:
        pair = [s.bare(p) for p in chain.parts if p is not None]
        names = [x for x in pair if isinstance(x, s.Name)]
        others = [x for x in names if not roles.is_index_letter(x.text)]
        if chain.relations in (("=",), ("!=",)) and len(names) == 2 and len(others) == 1:
            compared.add(others[0].text)
            places.add(id(others[0]))
    pairs = [pair for tree in trees for pair in _subscripts(tree)]
    # The y of z_y beside z_k.
    counted = {name for name, sub in pairs if roles.is_index_letter(getattr(sub, "text", ""))}
    compared |= {CLASS for name, sub in pairs if name in counted and _is_class_letter(sub)}
    if not compared:
        return
    places |= {id(x) for _, sub in pairs for x in sub.of(s.Name)}
    elsewhere = {x.text for tree in trees for x in tree.of(s.Name) if id(x) not in places}
    roles.bound |= compared - {name for name, _ in pairs} - elsewhere - set(roles.objects)


def _is_class_letter(sub: s.Node) -> bool:
    return isinstance(sub, s.Name) and sub.text == CLASS


def survey_classes(pairs: _Pairs, roles: Roles) -> None:
    """The y of f_{y_i}: the class of the one sample i of which the formulas speak."""
    found = {sub.base.text for _, sub in pairs
             if isinstance(sub, s.Script) and isinstance(sub.base, s.Name)
             and index_parts(sub, roles)}  # fmt: skip
    for name in sorted(found - set(roles.families)):
        letters = {getattr(sub, "text", "") for base, sub in pairs if base == name}
        (letter,) = letters if len(letters) == 1 else ("",)
        if letter and letter not in roles.bound and not _of_others(letter, pairs, roles):
            roles.classes.add(name)


def _of_others(letter: str, pairs: _Pairs, roles: Roles) -> bool:
    """Whether what has members by the sample i, such as L_i, has others too: L_j, L_2."""
    samples: dict[str, set[bool]] = {}
    for name, sub in pairs:
        parts = index_parts(sub, roles) or []
        plain = {x.text for p in parts if isinstance(p, s.Name | s.Addition) for x in p.nodes
                 if isinstance(x, s.Name)}  # fmt: skip
        samples.setdefault(name, set()).add(letter in plain)
    return any(len(kinds) > 1 for kinds in samples.values())


def survey_values(trees: list[s.Listing], roles: Roles) -> None:
    """An input gate i = σ(z_i) is a value, and the i of z_i its label; k = i + 1 is an index."""
    for tree in trees:
        for chain in tree.items:
            if not isinstance(chain, s.Chain) or chain.relations[:1] != ("=",):
                continue
            head = s.bare(chain.parts[0]) if chain.parts[0] is not None else None
            if not isinstance(head, s.Name):
                continue
            inside = [x for p in chain.parts[1:] if p is not None for x in p.nodes]
            letters = {x.text for x in inside if isinstance(x, s.Name)}
            applied = any(isinstance(x, s.Function) for x in inside)
            if head.text in INDEX_LETTERS - roles.bound and (applied or letters - INDEX_LETTERS):
                roles.valued.add(head.text)


def survey_split_words(pairs: _Pairs, roles: Roles) -> None:
    """`s_{it}` beside `s_{ij}` with a sum over t: the word is two indices, not a label."""
    words = [(name, x.text) for name, x in pairs if isinstance(x, s.Name) and len(x.text) > 1]
    if not words:
        return
    counts = {(name, len(parts)) for name, sub in pairs if (parts := index_parts(sub, roles))}
    for name, word in words:
        counted = (name, len(word)) in counts and roles.bound & set(word)
        if counted and all(roles.is_index_letter(x) for x in word):
            roles.split.add(word)


def survey_index_letters(trees: list[s.Listing], pairs: _Pairs, roles: Roles) -> None:
    r"""`\pi_a = e^{\theta_a} / \sum_c e^{\theta_c}`: a counts what c counts.

    A letter counts if both sides of a relation have it below a name, and one of these names has
    members; then all of these names have.
    """
    if not any(isinstance(sub, s.Name) and _PERHAPS & set(sub.text) for _, sub in pairs):
        return
    families = {name for name, rank in roles.ranks.items() if rank}
    for name, sub in pairs:
        if isinstance(sub, s.Name) and sub.text in roles.bound:
            families.add(name)
    chains = [item for tree in trees for item in tree.items if isinstance(item, s.Chain)]
    before = -1
    while before != len(families):
        before = len(families)
        for chain in chains:
            sides = [_perhaps_counted(part, roles) for part in chain.parts if part is not None]
            for letter in sorted(_PERHAPS):
                names = [side[letter] for side in sides if letter in side]
                everyone = set().union(*names)
                if len(names) > 1 and families & everyone:
                    roles.bound.add(letter)
                    families |= everyone


def paired_vectors(item: s.Script, following: s.Node, roles: Roles) -> list[s.Node]:
    r"""What is a vector in θᵀx; in wᵀx_i and u_oᵀv_c the members are, which have one index more."""
    left = s.Script(item.start, item.end, item.base, None, item.sup)
    right = s.unscripted(following)
    if not is_transpose(left) or not is_small(right):
        return []
    for node in (item, following):
        base = s.unscripted(node)
        counted = isinstance(node, s.Script) and node.sub is not None and not node.primes
        if not counted or not isinstance(node, s.Script) or not isinstance(base, s.Name):
            continue
        parts = index_parts(node.sub, roles) if node.sub is not None else None
        known = roles.ranks.get(base.text, 1)
        if parts and len(parts) == 1 and known in (1, 2) and base.text not in roles.families:
            roles.ranks[base.text] = 2
            roles.of_vectors.add(base.text)
    raised = isinstance(following, s.Script) and bool(raised_index(following, roles))
    plain = (s.unscripted(item), right if raised else following)
    return [x for x in plain if getattr(x, "text", "") not in roles.of_vectors]


def survey_sample_vectors(trees: list[s.Listing], roles: Roles) -> None:
    r"""Beside θᵀx, or in θᵀx^{(i)}, the x^{(i)} is a vector: that of sample i."""
    vectors = roles.vectors - set(roles.families)
    for node in (x for tree in trees for x in tree.of(s.Script)):
        name = node.base.text if isinstance(node.base, s.Name) else ""
        if name not in vectors or node.sub is not None or not raised_index(node, roles):
            continue
        if roles.ranks[name] == 1:
            roles.ranks[name] = 2
            roles.raised.add(name)


def _perhaps_counted(side: s.Node, roles: Roles) -> dict[str, set[str]]:
    """The names with members by the letter that is, alone or beside others, below them."""
    found: dict[str, set[str]] = {}
    for name, sub in (*_subscripts(side), *_policies(side)):
        letters = set(sub.text) if isinstance(sub, s.Name) else set()
        if all(x in _PERHAPS or roles.is_index_letter(x) for x in letters):
            for letter in letters & _PERHAPS:
                found.setdefault(letter, set()).add(name)
    return found


def _policies(side: s.Node) -> _Pairs:
    r"""The actions in \pi(a), p(a) and the like, with these names."""
    return [
        (head.text, s.bare(group.body))
        for term in side.of(s.Term)
        for head, following in pairwise(term.items)
        if isinstance(head, s.Name) and head.text in PROBABILITIES
        and (group := s.argument_group(following)) is not None
    ]  # fmt: skip


def _subscripts(tree: s.Node) -> _Pairs:
    """The names that have something below them, with it."""
    return [
        (node.base.text, s.bare(node.sub))
        for node in tree.of(s.Script)
        if isinstance(node.base, s.Name) and node.sub is not None
    ]

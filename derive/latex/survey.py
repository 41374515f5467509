"""The survey of all formulas read together: which names are families, functions, indices."""

from __future__ import annotations

from itertools import pairwise

import sympy as sp

from derive.latex import syntax as s
from derive.latex.ellipsis import components_of
from derive.latex.heads import (
    applications,
    gives_e_a_meaning,
    of_distributions,
    survey_delta,
    survey_events,
    survey_functions_of_members,
    survey_heads,
)
from derive.latex.lookup import entries_by_name
from derive.latex.membership import domain_of, worded_domain
from derive.latex.notation import SAMPLE_LETTERS
from derive.latex.reach import implied_letter, is_sample_sum, used_letters
from derive.latex.roles import (
    Roles,
    bound_letters,
    call_indices,
    head_name,
    index_parts,
    is_dimension,
    is_transposition,
    raised_index,
    walk,
)
from derive.latex.subscripts import paired_vectors, survey_sample_vectors, survey_subscripts
from derive.terms import Context, Domain, free, shape_of
from derive.terms.nodes import NamedFunction


def survey(trees: list[s.Listing], context: Context, known: frozenset[str]) -> Roles:
    """The roles of all names in these formulas and in the context; `known` are functions."""
    roles = Roles(known=known)
    _from_context(context, roles)
    for tree in trees:
        for script in tree.of(s.Script):
            if isinstance(script.base, s.Big) and script.sub is not None:
                roles.bound |= bound_letters(script.sub)
    survey_subscripts(trees, roles)
    survey_events(trees, roles)
    roles.own |= {"e"} if any(map(gives_e_a_meaning, trees)) else set()
    for tree in trees:
        _survey_memberships(tree, roles)
        _survey_matrices(tree, roles)
        _survey_whole_numbers(tree, roles)
        _survey_bare(tree, roles)
    for tree in trees:
        for node in walk(tree):
            if isinstance(node, s.Script):
                _survey_script(node, roles)
            elif isinstance(node, s.Term):
                _survey_bare_sums(node, roles)
    for numbered in (False, True):
        for tree in trees:
            for item in tree.items:
                if isinstance(item, s.Chain):
                    survey_heads(item, roles, numbered)
                    survey_delta(item, roles)
        for tree in trees:
            for applied in map(applications, tree.of(s.Term)):
                _survey_calls(applied, roles)
                _survey_arguments(applied, roles)
    _survey_expectations(trees, roles)
    _survey_samples(trees, roles)
    for tree in trees:
        _survey_vectors(tree, roles)
    survey_sample_vectors(trees, roles)
    for tree in trees:
        survey_functions_of_members(tree, roles)
    for tree in trees:
        for chain in tree.items:
            roles.indices |= used_letters(chain, roles)
    return roles


def _survey_matrices(tree: s.Listing, roles: Roles) -> None:
    r"""W is a matrix if W^\top stands somewhere or W \in R^{m \times n}."""
    for script in tree.of(s.Script):
        base = script.base if script.sub is None and is_transposition(script.sup) else None
        if isinstance(base, s.Name) and base.text.split(" ")[-1][0].isupper():
            roles.matrices.add(base.text)
    for term in tree.of(s.Term) if any(map(is_vector, tree.of(s.Name))) else ():
        for op, one, other in zip(term.ops[1:], term.items, term.items[1:], strict=False):
            # x y of two vectors is no product of numbers, whatever it is meant to be.
            if op == "" and is_vector(one) and is_vector(other):
                roles.matrices |= {x.text for x in (one, other) if isinstance(x, s.Name)}
    for item in tree.items:
        orders = [_letters(p) for p in getattr(item, "parts", ()) if p is not None]
        for here, there in pairwise(orders):
            # A B = B A and A x = x A would say nothing of numbers.
            if len(here) > 1 and here != there and sorted(here) == sorted(there):
                roles.matrices |= {x for x in here if x.isupper()}
        if isinstance(item, s.Chain) and item.relations == ("in",) and None not in item.parts:
            subject, target = (s.bare(p) for p in item.parts if p is not None)
            raised = s.bare(target.sup) if isinstance(target, s.Script) and target.sup else None
            if isinstance(subject, s.Name) and isinstance(raised, s.Term) and "*" in raised.ops:
                roles.matrices.add(subject.text)


def is_vector(node: s.Node) -> bool:
    r"""Whether a small letter without an index is bold or has an arrow, as vectors have."""
    if not isinstance(node, s.Name):
        return False
    return node.text.startswith(("bold ", "vec ")) and node.text[-1].islower()


def _letters(node: s.Node) -> list[str]:
    """The letters of a product of letters alone, in their order."""
    plain = s.bare(node)
    names = [x.text for x in getattr(plain, "items", ()) if isinstance(x, s.Name)]
    whole = isinstance(plain, s.Term) and len(names) == len(plain.items) and "/" not in plain.ops
    return names if whole else []


def _survey_expectations(trees: list[s.Listing], roles: Roles) -> None:
    r"""In E_{x ∼ p}[log q(x)] the x runs over the outcomes of p, if p is discrete."""
    for tree in trees:
        if not any(chain.relations == ("dist",) for chain in tree.of(s.Chain)):
            continue
        for term in tree.of(s.Term):
            for item, following in zip(term.items, term.items[1:], strict=False):
                chain = s.bare(item.sub) if isinstance(item, s.Script) and item.sub else None
                if not isinstance(chain, s.Chain) or chain.relations != ("dist",):
                    continue
                left, right = (None if p is None else s.bare(p) for p in chain.parts)
                if isinstance(left, s.Name) and head_name(right or left) in roles.ranks:
                    roles.bound.add(left.text)
                    for inner in following.of(s.Term):
                        _survey_calls(applications(inner), roles)


def _survey_samples(trees: list[s.Listing], roles: Roles) -> None:
    """Where a sum over samples does not show what they have of their own, that is a family."""
    hidden = any(
        isinstance(s.unscripted(item), s.Big) and is_sample_sum(item, term.items[k + 1 :], roles)
        for tree in trees
        if tree.of(s.Big)
        for term in tree.of(s.Term)
        for k, item in enumerate(term.items)
    )
    if not hidden:
        return
    names = {name.text for tree in trees for name in tree.of(s.Name)}
    for name in sorted(names & SAMPLE_LETTERS - set(roles.objects)):
        if roles.ranks.setdefault(name, 1) == 1:
            roles.samples.add(name)
    roles.sample = next(x for x in (*"iksjlpqr", "i_1") if x not in names | roles.bound)


def _survey_vectors(tree: s.Listing, roles: Roles) -> None:
    """What is transposed, multiplied by that, or between the bars of a norm is a vector.

    So is what stands beside a list of components in an equation.
    """
    found: list[s.Node] = []
    for chain in tree.items:
        parts = [p for p in getattr(chain, "parts", ()) if p is not None]
        # In a ∈ (0, 1) the brackets are those of an interval.
        if "in" not in getattr(chain, "relations", ()) and any(
            components_of(p) or gives_vector(p, roles) for p in parts
        ):
            found += parts
    for term in tree.of(s.Term):
        for item, following in zip(term.items, term.items[1:], strict=False):
            if isinstance(item, s.Script) and item.sup is not None:
                found += paired_vectors(item, following, roles)
    for bars in tree.of(s.Bars):
        for product in _products(bars.body) if bars.double else ():
            # The A of ‖A x‖ is no vector beside x.
            factors = [s.bare(x) for x in product]
            capitals = {x.text for x in factors if isinstance(x, s.Name) and x.text.isupper()}
            roles.matrices |= capitals if len(factors) > 1 else set()
            found += [x for x in factors if getattr(x, "text", "") not in roles.matrices]
    for item in map(s.bare, found):
        if isinstance(item, s.Name) and not (
            item.text in roles.objects or item.text in roles.samples
        ):
            roles.ranks.setdefault(item.text, 1)
            roles.vectors.add(item.text)


def _summands(node: s.Node) -> list[s.Node]:
    """The terms of a sum, and their factors."""
    return [x for factors in _products(node) for x in factors]


def _products(node: s.Node) -> list[tuple[s.Node, ...]]:
    """The factors of each term of a sum."""
    plain = s.bare(node)
    terms = plain.terms if isinstance(plain, s.Addition) else (plain,)
    return [t.items if isinstance(t, s.Term) else (t,) for t in terms]


def _survey_memberships(tree: s.Listing, roles: Roles) -> None:
    r"""`p \in \Delta` and "y one-hot" speak of families with one index."""
    waiting: list[s.Node] = []
    for item in tree.items:
        worded = worded_domain(item)
        waiting.append(item if worded is None else worded[0])
        domain = None if worded is None else worded[1]
        if isinstance(item, s.Chain) and item.relations == ("in",) and item.parts[0] is not None:
            waiting[-1] = item.parts[0]
            domain = domain_of(item.parts[1]) if item.parts[1] is not None else None
        if domain in (Domain.PROBABILITY, Domain.ONE_HOT):
            for subject in map(s.bare, waiting):
                if isinstance(subject, s.Name) and subject.text not in roles.objects:
                    roles.ranks.setdefault(subject.text, 1)


def _survey_whole_numbers(tree: s.Listing, roles: Roles) -> None:
    """The n of Σ_{k=0}^{n-1} and of (-1)^n counts something: it is a natural number."""
    for node in tree.of(s.Script):
        counts = [node.sup] if isinstance(node.base, s.Big) or _is_minus_one(node.base) else []
        if isinstance(node.base, s.Big) and node.sub is not None:
            chains = node.sub.of(s.Chain)
            counts += [chain.parts[1] for chain in chains if chain.relations == ("=",)]
        for count in counts:
            names = list(walk(count)) if count is not None else []
            if not any(isinstance(x, s.Group) and x.delimiter != "{" for x in names):
                letters = {x.text for x in names if isinstance(x, s.Name)} - roles.bound
                roles.sizes |= letters - set(roles.objects)


def _is_minus_one(node: s.Node) -> bool:
    inner = s.bare(node.body) if isinstance(node, s.Group) else node
    if not isinstance(inner, s.Addition) or inner.signs != ("-",):
        return False
    return isinstance(inner.terms[0], s.Number) and inner.terms[0].text == "1"


def _survey_bare(node: s.Node, roles: Roles) -> None:
    """The names that are used as values of their own, with no bracket after them."""
    if isinstance(node, s.Name):
        roles.bare.add(node.text)
    elif isinstance(node, s.Script) and isinstance(node.base, s.Name | s.Big):
        name = head_name(s.Script(node.start, node.end, node.base, node.sub))
        roles.bare |= set() if name is None or node.primes else {name}
        if node.sup is not None:
            _survey_bare(node.sup, roles)
    elif isinstance(node, s.Term):
        _survey_bare_factors(node, roles)
    else:
        for inner in node.children:
            _survey_bare(inner, roles)


def _survey_bare_factors(term: s.Term, roles: Roles) -> None:
    applied = False
    for k, item in enumerate(term.items):
        group = s.argument_group(item)
        if applied and group is not None:
            # A name alone in an argument may be a family or what a function is taken of.
            for argument in s.arguments(group):
                if not isinstance(s.bare(argument), s.Name):
                    _survey_bare(argument, roles)
            applied = False
            continue
        base = item.base if isinstance(item, s.Script) else item
        following = k + 1 < len(term.items) and term.ops[k + 1] == ""
        applied = (
            isinstance(base, s.Name) and following and bool(s.argument_group(term.items[k + 1]))
        )
        if not applied and not (k and _is_d(term.items[k - 1])):
            _survey_bare(item, roles)
        elif isinstance(item, s.Script) and item.sup is not None:
            _survey_bare(item.sup, roles)


def _is_d(node: s.Node) -> bool:
    base = node.base if isinstance(node, s.Script) else node
    return isinstance(base, s.Differential) or (isinstance(base, s.Name) and base.text == "d")


def _survey_script(node: s.Script, roles: Roles) -> None:
    if not isinstance(node.base, s.Name):
        return
    if node.primes:
        roles.functions.add(node.base.text)
    count = len(raised_index(node, roles))
    if node.sub is not None:
        parts = index_parts(node.sub, roles)
        if parts is None or all(isinstance(p, s.Number) for p in parts):
            return
        if node.base.text == "delta" and len(parts) == 2 and not count:
            return
        if is_dimension(node.base.text, parts, roles):
            return
        count += len(parts)
    if count:
        known = roles.ranks.setdefault(node.base.text, count)
        if raised_index(node, roles) and node.base.text not in roles.objects:
            # x^{(i)} beside x^{(i)}_j is the vector that sample i has.
            roles.ranks[node.base.text] = max(known, count)
            if count > 1:
                roles.raised.add(node.base.text)


def _survey_bare_sums(term: s.Term, roles: Roles) -> None:
    """A Σ without an index binds the one letter over which it can run."""
    for k, item in enumerate(term.items):
        base = item.base if isinstance(item, s.Script) else item
        if isinstance(base, s.Big) and (not isinstance(item, s.Script) or item.sub is None):
            letter = implied_letter(term.items[k + 1 :], roles)
            if letter is not None:
                roles.bound.add(letter)


def _survey_arguments(applied: list[tuple[str, s.Group]], roles: Roles) -> None:
    """The z of softmax(z) is a family because softmax takes one."""
    for name, group in applied:
        if group.delimiter != "(" or name in roles.own:
            continue
        arguments = s.arguments(group)
        if name not in roles.known and not of_distributions(name, arguments, roles):
            continue
        entries = [e for e in entries_by_name()[name] if len(e.params) == len(arguments)]
        for k, argument in enumerate(arguments):
            ranks = {len(shape_of(e.params[k])) for e in entries}
            plain = s.bare(argument)
            if isinstance(plain, s.Name) and len(ranks) == 1 and plain.text not in roles.objects:
                rank = ranks.pop()
                if rank:
                    roles.ranks.setdefault(plain.text, rank)


def gives_vector(node: s.Node, roles: Roles) -> bool:
    """Whether a side of an equation is softmax(z) alone, a vector with as many members as z."""
    plain = s.bare(node)
    if not isinstance(plain, s.Term) or len(plain.items) != 2:
        return False
    name, group = head_name(plain.items[0]), plain.items[1]
    if name is None or name in roles.own or name not in roles.known:
        return False
    if not isinstance(group, s.Group) or group.delimiter != "(":
        return False
    arguments = s.arguments(group)
    entries = [e for e in entries_by_name()[name] if len(e.params) == len(arguments)]
    whole = all(_is_whole(x) for argument in arguments for x in _summands(argument))
    return whole and bool(entries) and all(len(e.out) == 1 for e in entries)


def _is_whole(node: s.Node) -> bool:
    """Whether a name has no index: z, z^{[2]}, but not the z_i of softmax(z_i)."""
    plain = s.bare(node)
    base = plain.base if isinstance(plain, s.Script) and plain.sub is None else plain
    return isinstance(base, s.Name)


def _survey_calls(applied: list[tuple[str, s.Group]], roles: Roles) -> None:
    """`P(i)`, `p(x_i)`, `a[i]`: families in function's clothes."""
    for name, group in applied:
        if group.delimiter == "(" and roles.is_function(name):
            continue
        parts = call_indices(group, roles)
        if parts is not None and not all(isinstance(p, s.Number) for p in parts):
            roles.ranks.setdefault(name, len(parts))


def _from_context(context: Context, roles: Roles) -> None:
    """The symbols, families and functions that the context already has."""
    terms: list[sp.Basic] = []
    for group in context.definitions.values():
        for d in group:
            if isinstance(d.head, NamedFunction):
                roles.functions.add(d.name)
                roles.parameters[d.name] = d.params
                if len(d.params) > 1 and isinstance(d.params[0], sp.IndexedBase):
                    roles.vector_functions.add(d.name)
            # A parameter's letter says nothing about that letter elsewhere.
            own = {p for p in d.params if isinstance(p, sp.Symbol)}
            for found in sorted((free(d.head) | free(d.body)) - own, key=str):
                _note_object(found, roles)
    for key in context.domains:
        terms.append(key)
    for h in context.hypotheses:
        terms += h.terms
    for term in terms:
        for found in sorted(free(term), key=str):
            _note_object(found, roles)


def _note_object(found: sp.Basic, roles: Roles) -> None:
    if isinstance(found, sp.IndexedBase):
        name = str(found.label)
        roles.families.setdefault(name, found)
        roles.ranks.setdefault(name, len(found.shape or ()))
    elif isinstance(found, sp.Symbol):
        roles.objects.setdefault(found.name, found)

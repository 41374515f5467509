"""One formula from its syntax tree: its chains, conditions, memberships and values."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from derive.errors import ReadError
from derive.latex import syntax as s
from derive.latex.build import neg
from derive.latex.formula import UNKNOWN_SET, Formula, Step
from derive.latex.lookup import public_names
from derive.latex.membership import (
    domain_of,
    interval_of,
    is_natural,
    is_some_set,
    worded_domain,
)
from derive.latex.names import Names
from derive.latex.opaque import Opaque
from derive.latex.operators import Elaborator
from derive.latex.outline import written
from derive.latex.reach import is_used_outside
from derive.latex.roles import Roles, head_name
from derive.latex.survey import gives_vector
from derive.latex.values import component_of
from derive.latex.wide import doubled, inside_logarithms, says_apart, widened
from derive.terms import Domain, Statement, Vec, shape_of
from derive.terms.context import RELATIONS as STATED


def draft_of(source: str, tree: s.Listing, roles: Roles, notes: tuple[str, ...]) -> Formula:
    """One formula's meaning, its sizes still unknown. Raises `ReadError`."""
    names = Names(source, tree, roles)
    names.notes += notes
    draft = _Draft(source, Elaborator(names, tree))
    draft.find_implicit(tree)
    draft.read_items(tree)
    both = [name for name in names.lone if name in names.members]
    if both:
        at = max(source.find(both[0]), 0)
        raise ReadError(source, at, f"{both[0]} with an index and without", "one or the other")
    both = [name for name in names.lone if name in names.applied & roles.known]
    if both:
        raise ReadError(source, 0, f"{both[0]} as a function and as a variable", "one or the other")
    formula = draft.formula
    return replace(formula, readings=(*formula.readings, *names.notes))


class _Draft:
    """Collects what the chains of one formula say."""

    def __init__(self, source: str, elaborator: Elaborator) -> None:
        self.source = source
        self.elaborator = elaborator
        self.formula = Formula(source)

    def find_implicit(self, tree: s.Listing) -> None:
        """In dσ/dx = σ(1 − σ) the bare σ is σ(x), in ∂f/∂x the f may be f(x, y)."""
        roles, differentiated = self.elaborator.names.roles, self.elaborator.differentiated
        differentiated |= {
            name for x in tree.of(s.Script) if x.primes and (name := head_name(x.base))
        }
        for node in tree.of(s.Fraction):
            parts = self.elaborator.derivative_parts(node)
            if parts is None or len(parts[1]) != 1:
                continue
            name = head_name(parts[1][0])
            differentiated |= {name} if name is not None else set()
            if len(parts[2]) != 1 or len(roles.heads.get(name or "", ())) > 1:
                continue
            variable = s.bare(parts[2][0][0])
            if name is None or not isinstance(variable, s.Name) or name in roles.objects:
                continue
            if name in roles.functions or (name in public_names() and name not in roles.own):
                roles.functions.add(name)
                self.elaborator.implicit = self.elaborator.names.scalar(variable.text)

    def read_items(self, tree: s.Listing) -> None:
        waiting: list[s.Node] = []
        items = list(tree.items)
        for k, item in enumerate(items):
            if isinstance(item, s.Condition):
                self._condition(item)
                continue
            assert isinstance(item, s.Chain)
            if "in" in item.relations:
                self._membership(item, waiting)
                waiting = []
            elif item.relations and not self._counts_up(items, k):
                if waiting:
                    raise self._fail(waiting[0], "a relation, or a formula of its own")
                self._steps(item)
            elif item.relations or (waiting == [] and self._in_count(items, k)):
                continue
            else:
                waiting.append(item)
        if not (waiting and self._in_count(items, 1)):
            self._values(waiting)

    def _fail(self, node: s.Node, expected: str) -> ReadError:
        return self.elaborator.fail(node, expected)

    def _counts_up(self, items: list[s.Node], k: int) -> bool:
        """`i = 1, 2, \\ldots, n` beside a formula: the range of a free index."""
        chain = items[k]
        if k + 2 >= len(items) or not isinstance(chain, s.Chain) or chain.relations != ("=",):
            return False
        letter, first = (None if p is None else s.bare(p) for p in chain.parts)
        if not (isinstance(letter, s.Name) and isinstance(first, s.Number)):
            return False
        return any(isinstance(s.bare(x), s.Dots) for x in items[k + 1 : k + 3])

    def _in_count(self, items: list[s.Node], k: int) -> bool:
        return any(
            isinstance(items[j], s.Chain) and self._counts_up(items, j) for j in range(k)
        ) and all(not getattr(x, "relations", ()) for x in items[k:])

    def _sides(self, chain: s.Chain) -> list[sp.Expr | None]:
        return [None if p is None else self.elaborator.scalar_or_family(p) for p in chain.parts]

    def _members(self, chain: s.Chain, k: sp.Symbol) -> list[sp.Expr | None]:
        """The sides' members at an index."""
        wholes = [None if p is None else self.elaborator.expression(p) for p in chain.parts]
        return [None if w is None else component_of(w, k) for w in wholes]

    def _steps(self, chain: s.Chain) -> None:
        if not set(chain.relations) <= set(STATED):
            self._declaration(chain)
            return
        roles = self.elaborator.names.roles
        listed = any(
            self.elaborator.is_listed(p) or gives_vector(p, roles)
            for p in chain.parts
            if p is not None
        )
        others: list[list[sp.Expr]] = [[] for _ in chain.parts]
        if listed or self._is_of_vectors(chain):
            with self.elaborator.names.componentwise() as k:
                values = self._members(chain, k) if listed else self._sides(chain)
        else:
            values = self._sides(chain)
            others = [[] if p is None else self._other_readings(p, chain) for p in chain.parts]
        steps = []
        for k, relation in enumerate(chain.relations):
            left, right = chain.parts[k], chain.parts[k + 1]
            if left is None or right is None:
                if len(chain.relations) == 1:
                    raise ReadError(
                        self.source, chain.start, "a relation with nothing before it", "a left side"
                    )
                self.elaborator.names.note("the left side before the first relation is missing")
                continue
            statement = Statement(values[k], relation, values[k + 1])
            lefts, rights = ((values[at], *others[at]) for at in (k, k + 1))
            _, *pairs = ((x, y) for x in lefts for y in rights)
            texts = self._slice(left), self._slice(right)
            steps.append(
                Step(
                    statement,
                    *texts,
                    right.start,
                    tuple(Statement(x, relation, y) for x, y in pairs),
                )
            )
        self.formula = replace(self.formula, steps=(*self.formula.steps, *steps))

    def _other_readings(self, side: s.Node, chain: s.Chain) -> list[sp.Expr]:
        """What else a side may say: d/dx of all that follows, Σ_{i≠j} over i and j, ln(a^b)."""
        roles = self.elaborator.names.roles
        place = (side.start, side.end)
        found: list[sp.Expr] = []
        notes = list(self.elaborator.names.notes)
        try:
            for other in (
                widened(side, self.elaborator.is_open_derivative),
                doubled(side, lambda letter: is_used_outside(letter, chain, place, roles))
                if any(map(says_apart, chain.of(s.Chain)))
                else None,
                inside_logarithms(side) if chain.of(s.Function) else None,
            ):
                found += [] if other is None else [self.elaborator.scalar(other)]
        except ReadError:
            pass
        self.elaborator.names.notes[:] = notes
        return found

    def _condition(self, node: s.Condition) -> None:
        """What is said beside a formula: relations become implied, ranges of indices are known."""
        items = node.body.items
        if any(isinstance(s.bare(x), s.Dots) for x in items):
            return
        for item in items:
            chain = s.bare(item)
            if not isinstance(chain, s.Chain):
                continue
            if "in" in chain.relations:
                self._membership(chain, [])
                continue
            values = self._sides(chain)
            if None in values or not set(chain.relations) <= set(STATED):
                raise self._fail(chain, "a condition such as x > 0")
            found = tuple(
                Statement(values[k], sign, values[k + 1]) for k, sign in enumerate(chain.relations)
            )
            self.formula = replace(self.formula, implied=(*self.formula.implied, *found))
            self.elaborator.names.note(f"{self._slice(chain)} read as a condition on the rest")

    def _declaration(self, chain: s.Chain) -> None:
        r"""`x \sim p`, `p \propto q`, `f : R \to R` and z \mapsto z^2."""
        names = self.elaborator.names
        relation, text = chain.relations[0], self._slice(chain)
        first, last = chain.parts[0], chain.parts[-1]
        if first is None or last is None:
            raise self._fail(chain, "something on both sides")
        if relation == "prop" and len(chain.relations) == 1:
            left, right = self.elaborator.scalar(first), self.elaborator.scalar(last)
            product = Opaque.of(rf"\propto {self._slice(last)}", [right])
            names.note(f"{text} read as equal but for a factor that is not known")
            said = Statement(left, "=", product)
            step = Step(said, self._slice(first), self._slice(last), last.start)
            self.formula = replace(self.formula, steps=(*self.formula.steps, step))
        elif relation == "dist" and len(chain.relations) == 1:
            self.elaborator.expression(last)
            subject = self.elaborator.subject(first)
            names.note(f"{text} read as a random value, of which no more is used")
            found = (subject, Domain.REAL)
            self.formula = replace(self.formula, memberships=(*self.formula.memberships, found))
        elif relation in (":", "to"):
            names.note(f"{text} read as where a function goes from and to")
        else:
            raise self._fail(chain, "one relation such as = or <")

    def _is_of_vectors(self, chain: s.Chain) -> bool:
        r"""Whether the sides are vectors: ∇_z of something, with a family z, or products ⊙."""
        names = self.elaborator.names
        self._refuse_mixed_products(chain)
        for script in chain.of(s.Script):
            if isinstance(script.base, s.Differential) and script.base.text == "nabla":
                by = head_name(s.bare(script.sub)) if script.sub is not None else None
                if by is not None and names.is_family(by):
                    return True
        if any(self._is_gradient(x) or self._is_entrywise(x) for x in chain.of(s.Term)):
            return True
        return self._differentiates_by_vector(chain)

    def _refuse_mixed_products(self, chain: s.Chain) -> None:
        r"""In A \odot B = A B, or A \cdot B, the second product is none of entries."""
        terms = chain.of(s.Term)
        entrywise = [term for term in terms if self._is_entrywise(term)]
        arrays = {x.text for term in entrywise for x in term.items if isinstance(x, s.Name)}
        for term in terms if arrays else ():
            for op, one, other in zip(term.ops[1:], term.items, term.items[1:], strict=False):
                pair = s.Term(one.start, other.end, (one, other), ("", op))
                both = {x.text for x in (one, other) if isinstance(x, s.Name)} <= arrays
                dotted = op == "*" and r"\cdot" in self.source[one.end : other.start]
                named = isinstance(one, s.Name) and isinstance(other, s.Name)
                if (op == "" or dotted) and named and both and not self._is_entrywise(pair):
                    raise self._fail(one, r"\odot, or indices: these are arrays")
        for node in chain.of(s.Script) if arrays else ():
            base = node.base if node.sup is not None else None
            # The square of a vector is that of its entries; a matrix has powers of its own.
            if isinstance(base, s.Name) and base.text in arrays and base.text.isupper():
                raise self._fail(node, r"\odot, or indices: these are arrays")

    def _is_entrywise(self, term: s.Term) -> bool:
        r"""Whether a product is one of vectors, by its sign \odot or \circ."""
        if "o" in term.ops or r"\odot" not in self.source:
            return "o" in term.ops
        gaps = zip(term.items, term.items[1:], strict=False)
        return any(r"\odot" in self.source[a.end : b.start] for a, b in gaps)

    def _is_gradient(self, term: s.Term) -> bool:
        r"""\nabla f(x) with a family x."""
        for k, item in enumerate(term.items[:-2]):
            if isinstance(item, s.Differential) and item.text == "nabla":
                group = s.argument_group(term.items[k + 2])
                inner = None if group is None else s.bare(group.body)
                if isinstance(inner, s.Name) and self.elaborator.names.is_family(inner.text):
                    return True
        return False

    def _differentiates_by_vector(self, chain: s.Chain) -> bool:
        """∂(wᵀx)/∂w with a family w, where nothing that is differentiated is a vector itself."""
        names, found = self.elaborator.names, False
        for node in chain.of(s.Fraction):
            parts = self.elaborator.derivative_parts(node)
            if parts is None:
                continue
            _, over, by = parts
            value = s.bare(over[0]) if len(over) == 1 else None
            if isinstance(value, s.Name):
                return False
            variable = s.bare(by[0][0])
            found |= isinstance(variable, s.Name) and names.is_family(variable.text)
        return found

    def _slice(self, node: s.Node) -> str:
        return written(self.source, node)

    def _membership(self, chain: s.Chain, before: list[s.Node]) -> None:
        if chain.relations != ("in",) or chain.parts[0] is None or chain.parts[1] is None:
            raise self._fail(chain, "one membership such as p \\in (0, 1)")
        # In x_1, …, x_n ∈ D the ellipsis is one subject with those around it.
        subjects = [x for x in (*before, chain.parts[0]) if not isinstance(s.bare(x), s.Dots)]
        bounds = interval_of(chain.parts[1])
        domain = domain_of(chain.parts[1])
        if bounds is not None and (domain is None or not all(map(_is_letter, subjects))):
            self._between(chain, subjects, *bounds)
            return
        if domain is None and is_some_set(chain.parts[1]):
            self.elaborator.names.note(f"{self._slice(chain)}: {UNKNOWN_SET}")
            return
        if domain is None:
            raise self._fail(chain.parts[1], "a known set: R, (0, 1), {0, 1}, {-1, 1}, Delta, Z")
        found = tuple((self.elaborator.subject(x), domain) for x in subjects)
        self.formula = replace(self.formula, memberships=(*self.formula.memberships, *found))
        if is_natural(chain.parts[1]):
            # Whether 0 is among the natural numbers, texts do not agree.
            said = tuple(Statement(x, ">=", sp.S.Zero) for x, _ in found if shape_of(x) == ())
            self.formula = replace(self.formula, implied=(*self.formula.implied, *said))

    def _between(
        self, chain: s.Chain, subjects: list[s.Node], ends: tuple[s.Node, s.Node], signs: str
    ) -> None:
        """Bounds on letters are conditions, bounds on anything else are claimed."""
        low, high = (self.elaborator.scalar(x) for x in ends)
        below = "<=" if signs[0] == "[" else "<"
        above = "<=" if signs[1] == "]" else "<"
        for subject in subjects:
            value = self.elaborator.scalar(subject)
            said = [Statement(low, below, value), Statement(value, above, high)]
            said = [x for x in said if sp.oo not in (x.lhs, x.rhs) and neg(sp.oo) != x.lhs]
            if _is_letter(subject):
                self.formula = replace(self.formula, implied=(*self.formula.implied, *said))
                continue
            text, last = self._slice(subject), chain.parts[1] or subject
            steps = tuple(Step(x, text, self._slice(last), last.start) for x in said)
            self.formula = replace(self.formula, steps=(*self.formula.steps, *steps))

    def _values(self, items: list[s.Node]) -> None:
        if not items:
            return
        worded = worded_domain(items[-1])
        if worded is not None:
            found = (self.elaborator.subject(worded[0]), worded[1])
            self.formula = replace(self.formula, memberships=(*self.formula.memberships, found))
            return
        if self.formula.steps:
            raise self._fail(items[0], "a relation, or a formula of its own")
        if any(isinstance(s.bare(x), s.Dots) for x in items) and len(items) > 2:
            place = (items[0].start, items[-1].end)
            whole = s.Listing(*place, tuple(items), (",",) * (len(items) - 1))
            items = [s.Group(*place, whole, "(")]
        group = s.bare(items[0])
        listing = group.body if isinstance(group, s.Group) and len(items) == 1 else None
        listed = listing.items if isinstance(listing, s.Listing) else ()
        if any(isinstance(s.bare(x), s.Dots) for x in listed):
            values = (self.elaborator.expression(group),)
        else:
            values = tuple(self.elaborator.scalar_or_family(x) for x in listed or items)
        lone = values[0] if len(values) == 1 and not isinstance(values[0], Vec) else None
        self.formula = replace(self.formula, expression=lone, values=values)


def _is_letter(node: s.Node) -> bool:
    return isinstance(s.unscripted(s.bare(node)), s.Name)

"""Names and what follows them: members of families, applications, products, derivatives f′."""

from __future__ import annotations

import re

import sympy as sp

from derive.latex import build
from derive.latex import syntax as s
from derive.latex.elaborate import Sequence_
from derive.latex.heads import barred, events_label
from derive.latex.letters import Letters
from derive.latex.lookup import is_private
from derive.latex.notation import FUNCTIONS, PROBABILITIES, parameter_of
from derive.latex.roles import (
    FUNCTION_LETTERS,
    call_indices,
    head_name,
    raised_index,
    walk,
)
from derive.terms import At, Vec, fresh, named_function, real, shape_of

_LOSSES = frozenset({"L", "J", "C", "E", "cal L", "cal J", "cal C", "cal E", "loss", "Loss"})


class Calls(Letters):
    """A name, with the bracket after it where that is its argument."""

    def named(self, seq: Sequence_, at: int) -> tuple[sp.Expr, int]:
        """A name, applied to the bracket after it or not."""
        node = seq[at][1]
        if at + 1 < len(seq) and seq[at + 1][0] == "":
            following = seq[at + 1][1]
            group = following.base if isinstance(following, s.Script) else following
            if isinstance(group, s.Group) and self._may_apply(node, group):
                value = self.called(node, following, group)
                if value is not None:
                    return value, at + 2
        return self.plain(node), at + 1

    def _may_apply(self, node: s.Node, group: s.Group) -> bool:
        name = head_name(node)
        if group.delimiter == "{":
            # Markdown takes the backslash of \{ away.
            return name is not None and self.is_indicator(name) and _has_relation(group)
        return group.delimiter in ("(", "[", r"\{")

    # -- application or product ------------------------------------------------------------------

    def called(self, node: s.Node, following: s.Node, group: s.Group) -> sp.Expr | None:
        """The value of `name(...)`; None if the bracket is a factor of its own."""
        bare_head = node
        primes, power = 0, None
        if isinstance(node, s.Script):
            primes, power = node.primes, node.sup
            bare_head = s.Script(node.start, node.end, node.base, node.sub)
            if node.sub is None:
                bare_head = node.base
        name = head_name(bare_head)
        if name is not None and self.is_indicator(name):
            condition = s.bare(group.body)
            if isinstance(condition, s.Chain | s.Listing) and _has_relation(condition):
                return self._raised(self.indicator(condition), power, following)
        if name is None or group.delimiter in (r"\{", "{"):
            return None
        arguments = list(group.body.items) if isinstance(group.body, s.Listing) else [group.body]
        events = any(isinstance(s.bare(a), s.Chain) for a in arguments)
        if not primes and _is_distribution(name) and events:
            return self._raised(self._probability(name, group), power, following)
        label = None if primes else events_label(name, group)
        if label is not None and self.names.roles.events.issuperset(re.findall(r"[^,|]+", label)):
            return self._raised(self.names.scalar(f"{name}_{label}"), power, following)
        if not primes and self._is_member(name, group):
            parts = call_indices(group, self.names.roles) or []
            value = self.names.member(node, name, parts)
            if group.delimiter == "(":
                self.names.note(f"{name}(...) read as the members of a family")
            return self._raised(value, power, following)
        if group.delimiter != "(" and not self.is_function(name):
            return None
        if not primes and not self._applies(name, bare_head, arguments, group):
            return None
        sub = following.sub if isinstance(following, s.Script) else None
        if _is_distribution(name):
            name = barred(name, group)
        values = self.listed_arguments(group)
        if values is None:
            values = [self.argument(a, self._takes(name, k, a)) for k, a in enumerate(arguments)]
        parameter = None if primes else self._parameter_of(name)
        values += [] if parameter is None else [parameter]
        if primes:
            return self._raised(self._primed(node, name, values, primes), power, following)
        return self._raised(self.apply(node, name, values, sub), power, following)

    def _parameter_of(self, name: str) -> sp.Expr | None:
        """The θ of h_θ(x), which is an argument as x is."""
        letter = parameter_of(name.partition("|")[0])
        if letter is None or self.entries(name):
            return None
        return (
            self.names.family(letter) if self.names.is_family(letter) else self.names.scalar(letter)
        )

    def _is_member(self, name: str, group: s.Group) -> bool:
        if not self.names.is_family(name) or name in self.names.roles.functions:
            return False
        parts = call_indices(group, self.names.roles)
        return parts is not None and len(parts) == self.names.roles.ranks[name]

    def _applies(self, name: str, head: s.Node, arguments: list[s.Node], group: s.Group) -> bool:
        if len(arguments) > 1:
            return True
        if self._is_product(name, head, arguments):
            return False
        if self.is_function(name) and name not in self.names.roles.objects:
            inside = [n for n in walk(group) if isinstance(n, s.Name) and n.text == name]
            # σ(1 − σ): a function is no argument of itself, so its name stands for its value.
            return not (
                inside and name in self.names.roles.functions and self._bare_in(group, name)
            )
        argument = s.bare(arguments[0])
        if name in _LOSSES - self.names.roles.bare and not isinstance(argument, s.Number):
            self.names.note(f"{name}(...) read as a function's value")
            return True
        if self.entries(name) and self.names.is_family(head_name(argument) or ""):
            return True
        if self._distribution(argument) is not None:
            return True
        if isinstance(argument, s.Number):
            raise self.fail(head, "an explicit product sign, or a function throughout")
        if not isinstance(argument, s.Name | s.Script) or (
            isinstance(argument, s.Script)
            and (
                not isinstance(argument.base, s.Name)
                or (argument.sup is not None and not raised_index(argument, self.names.roles))
            )
        ):
            return False
        if self._is_mass(name, argument):
            self.names.note(f"{name}(...) read as a value of its own beside the members")
            return True
        roles = self.names.roles
        if name in self._distributions() or (_is_distribution(name) and name not in roles.bare):
            self.names.note(f"{name}(...) read as a function's value")
            return True
        others = [n for n in walk(self.whole) if head_name(n) == name and n.start != head.start]
        if self.names.is_family(name) or any(not self._before_bracket(n) for n in others):
            raise self.fail(head, "an explicit product sign, or a function throughout")
        self.names.note(f"{name}(...) read as a function's value")
        return True

    def _distributions(self) -> set[str]:
        r"""The names in `x \sim p`."""
        said = [n for n in walk(self.whole) if isinstance(n, s.Chain) and n.relations == ("dist",)]
        return {name for n in said for x in walk(n) if (name := head_name(x)) is not None}

    def _is_mass(self, name: str, argument: s.Node) -> bool:
        """p(x) beside the members p(x_i): a probability of its own."""
        plain = isinstance(argument, s.Name) and not self.names.is_bound(argument.text)
        return plain and _is_distribution(name) and self.names.is_family(name)

    def _is_product(self, name: str, head: s.Node, arguments: list[s.Node]) -> bool:
        """f(1 − f), where f stands for itself elsewhere and nothing makes it a function."""
        roles = self.names.roles
        if name in roles.functions | roles.known or name not in FUNCTION_LETTERS & roles.bare:
            return False
        if isinstance(s.bare(arguments[0]), s.Name | s.Script | s.Number):
            raise self.fail(head, "an explicit product sign, or a function throughout")
        self.names.note(f"{name}(...) read as a product: {name} stands without a bracket elsewhere")
        return True

    def _before_bracket(self, node: s.Node) -> bool:
        rest = self.names.source[node.end :].lstrip()
        return rest.startswith(("(", r"\left(", "}("))

    def _bare_in(self, group: s.Group, name: str) -> bool:
        return any(
            isinstance(n, s.Name) and n.text == name and not self._before_bracket(n)
            for n in walk(group)
        )

    def _raised(self, value: sp.Expr, power: s.Node | None, following: s.Node) -> sp.Expr:
        after = following.sup if isinstance(following, s.Script) else None
        if isinstance(following, s.Script) and following.primes:
            raise self.fail(following, "the prime on the function: f'(x)")
        if power is not None and after is not None:
            raise self.fail(following, "one exponent")
        exponent = power or after
        if exponent is None:
            return value
        if power is not None:
            self.refuse_inverse(power)
        return build.power(value, self.scalar(self.exponent(exponent)))

    def refuse_inverse(self, power: s.Node) -> None:
        r"""f^{-1}(x) is the inverse function to one reader and 1/f(x) to the next."""
        raised = s.bare(power)
        if isinstance(raised, s.Group) and raised.delimiter == "(":
            # f^{(2)}(x) is the second derivative, not a square.
            raise self.fail(power, "primes for a derivative, or an exponent without brackets")
        if isinstance(raised, s.Addition) and raised.signs == ("-",):
            number = s.bare(raised.terms[0])
            if isinstance(number, s.Number) and number.text == "1":
                raise self.fail(
                    power, r"\operatorname{artanh} or the like for an inverse, (f(x))^{-1} for 1/f"
                )

    def _probability(self, name: str, group: s.Group) -> sp.Expr:
        """P(X = x) is P_X(x), the mass of x; of other events a value of its own."""
        variables, values = [], []
        for argument in s.arguments(group):
            event = s.bare(argument)
            if not isinstance(event, s.Chain):
                values.append(self.argument(argument))
                continue
            first, last = (None if p is None else s.bare(p) for p in event.parts[:2])
            if event.relations != ("=",) or not isinstance(first, s.Name) or last is None:
                parts = [self.scalar(p) for p in event.parts if p is not None]
                return self.opaque(group, group, f"{name} of an event", [*values, *parts])
            variables.append(first.text)
            values.append(self.scalar(last))
        mass = barred(f"{name}_{','.join(variables)}", group)
        self.names.note(f"{name}({variables[0]} = ...) read as the mass function {mass}")
        return named_function(mass)(*values)

    # -- arguments and application ---------------------------------------------------------------

    def _takes(self, name: str, position: int, argument: s.Node) -> bool | None:
        """Whether a family is meant there; the x of p(x) = ... is a number if p(x_i) is said."""
        letter = s.bare(argument)
        where = (name.partition("|")[0], position)
        if where in self.names.roles.of_numbers and isinstance(letter, s.Name):
            scripts = (n for n in walk(self.whole) if isinstance(n, s.Script) and n.sub is not None)
            members = {head_name(n.base) for n in scripts}
            if letter.text in self.names.parameters and letter.text not in members:
                return False
        return self._family_at(name, position)

    def _family_at(self, name: str, position: int) -> bool | None:
        """Whether the function takes a family there; None if nothing says so."""
        if name in self.names.roles.parameters:
            known = [self.names.roles.parameters[name]]
        else:
            known = [e.params for e in self.entries(name)]
        there = [bool(shape_of(params[position])) for params in known if position < len(params)]
        return any(there) if there else None

    def argument(self, node: s.Node, takes_family: bool | None = None) -> sp.Expr:
        """An argument: a number, or a whole family by its letter.

        Where a family must stand, z + c is the family of the z_k + c; where a number must
        stand, z is a number even if it has members elsewhere.
        """
        plain = s.bare(node)
        if takes_family is False:
            return self.scalar(node)
        if isinstance(plain, s.Name) and self.names.is_family(plain.text):
            return self.names.family(plain.text)
        if (whole := self._distribution(plain)) is not None:
            return whole
        if self.names.is_vector_member(plain):
            with self.names.unspread():
                return self.expression(node)
        if not takes_family or not isinstance(plain, s.Addition | s.Term | s.Fraction):
            return self.expression(node)
        with self.names.spreading() as families:
            value = self.expression(node)
            k = self.names.spread
        if not families or isinstance(value, Vec):
            return self.expression(node)
        self.names.refuse_vectors(plain)
        return Vec(value, (k, shape_of(families[0])[0]))

    def listed_arguments(self, group: s.Group) -> list[sp.Expr] | None:
        r"""The arguments of f(x_1, \dots, x_n) as one vector; None if there is no ellipsis."""
        if not any(isinstance(s.bare(x), s.Dots) for x in s.arguments(group)):
            return None
        return None if (found := self.components(group)) is None else [found]

    def _distribution(self, node: s.Node) -> sp.Expr | None:
        """H(p(x)), where p(x_i) are the members: the family p."""
        if not isinstance(node, s.Term) or len(node.items) != 2 or node.ops[1]:
            return None
        name, group = head_name(node.items[0]), node.items[1]
        if name is None or not self.names.is_family(name) or not isinstance(group, s.Group):
            return None
        inner = s.bare(group.body)
        if not isinstance(inner, s.Name) or self.names.is_bound(inner.text):
            return None
        self.names.note(f"{name}({inner.text}) read as the family {name}")
        return self.names.family(name)

    def apply(self, node: s.Node, name: str, values: list[sp.Expr], sub: s.Node | None) -> sp.Expr:
        """The application, of a catalogue function if the name and the arguments are one's."""
        indices: list[sp.Expr] = []
        self.names.applied.add(name)
        if sub is not None:
            script = s.Script(node.start, node.end, s.Name(node.start, node.end, name), sub)
            parts = self.names.indices_of(script, name)
            if parts is None:
                raise self.fail(sub, "an index")
            indices = [self.names.index_term(p) for p in parts]
        elif len(values) == 1 and isinstance(values[0], sp.Indexed) and self._takes_family(name):
            indices = list(values[0].indices)
            values = [values[0].base]
        entries = [e for e in self.entries(name) if _fits(e.params, values)]
        if is_private(name) and not any(shape_of(v) for v in values):
            own = name in self.names.roles.functions or len(values) > 1
            entries = [] if own else entries
        if len(entries) > 1:
            known = ", ".join(e.name for e in entries)
            raise self.fail(node, f"a name that means one function of the catalogue ({known})")
        if not entries and name in FUNCTIONS.keys() - {"max", "min"} - self.names.roles.functions:
            return build.call(FUNCTIONS[name], *values, *indices)
        if entries:
            entry = entries[0]
            if entry.name != name:
                self.names.note(f"{name} read as {entry.name}")
            if len(indices) not in (0, len(entry.out)):
                raise self.fail(sub or node, f"{len(entry.out)} index(es) on {name}")
            return entry(*values, *indices)
        return named_function(name)(*values, *indices)

    def _takes_family(self, name: str) -> bool:
        vectors = any(e.out and len(e.params) == 1 for e in self.entries(name))
        return vectors or name in self.names.roles.vector_functions

    # -- composition ------------------------------------------------------------------------------

    def is_composition(self, group: s.Group) -> bool:
        r"""Whether brackets hold f \circ g, both functions."""
        inner = s.bare(group.body)
        if not isinstance(inner, s.Term) or set(inner.ops[1:]) != {"o"}:
            return False
        return all(isinstance(x, s.Name) and self.is_function(x.text) for x in inner.items)

    def check_entrywise(self, seq: Sequence_, at: int) -> None:
        before = seq[at - 1][1]
        if isinstance(before, s.Name) and self.is_function(before.text):
            raise self.fail(before, r"brackets: (f \circ g)(x)")
        self.names.note(r"\circ read as the product entry by entry")

    def composed(self, seq: Sequence_, at: int) -> tuple[sp.Expr, int]:
        r"""(f \circ g)(x) is f(g(x)), with a prime its derivative."""
        node = seq[at][1]
        group = s.unscripted(node)
        assert isinstance(group, s.Group)
        inner = s.bare(group.body)
        assert isinstance(inner, s.Term)
        after = s.argument_group(seq[at + 1][1]) if at + 1 < len(seq) else None
        if after is None or seq[at + 1][0] or isinstance(seq[at + 1][1], s.Script):
            raise self.fail(node, r"the argument of the composition, (f \circ g)(x)")
        value = self.argument(after)
        start, primes = value, node.primes if isinstance(node, s.Script) else 0
        if isinstance(node, s.Script) and (node.sub or node.sup):
            raise self.fail(node, "no script but primes on a composition")
        for item in reversed(inner.items):
            assert isinstance(item, s.Name)
            value = self.apply(item, item.text, [value], None)
        if primes and not isinstance(start, sp.Symbol | sp.Indexed):
            raise self.fail(seq[at + 1][1], "a variable as the argument of the derivative")
        return (self.derivative(value, start, primes) if primes else value), at + 2

    # -- derivatives by primes -------------------------------------------------------------------

    def _primed(self, node: s.Node, name: str, values: list[sp.Expr], primes: int) -> sp.Expr:
        if len(values) != 1:
            raise self.fail(node, "one argument of a function with a prime")
        value = values[0]
        if isinstance(value, sp.Symbol | sp.Indexed):
            return self.derivative(self.apply(node, name, values, None), value, primes)
        t = fresh(real("t"), value.free_symbols)
        inner = self.derivative(self.apply(node, name, [t], None), t, primes)
        return At(inner, t, value)


def _has_relation(node: s.Node) -> bool:
    return any(isinstance(x, s.Chain) and x.relations for x in node.nodes)


def _is_distribution(name: str) -> bool:
    """p, P, q, π and the like, with any label."""
    return name.partition("_")[0] in PROBABILITIES


def _fits(params: tuple[sp.Expr, ...], values: list[sp.Expr]) -> bool:
    return len(params) == len(values) and all(
        len(shape_of(p)) == _rank(v) for p, v in zip(params, values, strict=True)
    )


def _rank(value: sp.Expr) -> int:
    if isinstance(value, Vec):
        return len(value.shape)
    if isinstance(value, sp.IndexedBase):
        return 1 if value.shape is None else len(value.shape)
    return 0

"""What applies to the factors after it: Σ, Π, log without brackets, ∂/∂z, d/dz."""

from __future__ import annotations

import sympy as sp

from derive.latex import build
from derive.latex import syntax as s
from derive.latex.elaborate import Sequence_
from derive.latex.notation import FUNCTIONS, INDEX_LETTERS, INVERSES, OPAQUE, RECIPROCALS
from derive.latex.opaque import Opaque
from derive.latex.reach import implied_letter, is_sample_sum
from derive.latex.roles import bound_letters
from derive.latex.values import MEANS, Values
from derive.terms import (
    NamedFunction,
    cases_of,
    free,
    named_function,
    product_of,
    shape_of,
    sum_of,
)

_Binder = tuple[str, s.Node | None, list[s.Node]]
_PLAIN = s.Name | s.Number | s.Constant
_CHOOSING = Opaque | sp.Indexed | sp.KroneckerDelta | sp.Eq | sp.Ne | sp.IndexedBase
_LIMITS = "limits such as k, k=1 or k \\neq j"


class Elaborator(Values):
    """The whole elaboration of one formula."""

    def factor(self, seq: Sequence_, at: int) -> tuple[sp.Expr, int]:
        node = seq[at][1]
        if isinstance(node, s.Number):
            condition = self._condition_after(seq, at) if node.text == "1" else None
            if condition is not None:
                return self.indicator(condition), at + 2
            return self.item(node), at + 1
        base = node.base if isinstance(node, s.Script) else node
        if isinstance(base, s.Name):
            return self._of_name(seq, at, base.text)
        if isinstance(base, s.Big):
            return self._big(seq, at, base)
        if isinstance(base, s.Integral):
            return self.integral(seq, at)
        if isinstance(base, s.Function):
            return self._function(seq, at, base)
        if isinstance(base, s.Differential):
            return self.differential(seq, at)
        if isinstance(node, s.Fraction):
            parts = self.derivative_parts(node)
            if parts is not None:
                return self.quotient_derivative(seq, at, *parts)
        if isinstance(base, s.Group) and self.is_composition(base):
            return self.composed(seq, at)
        return self.item(node), at + 1

    def _of_name(self, seq: Sequence_, at: int, name: str) -> tuple[sp.Expr, int]:
        """The factor that begins with a name."""
        if self.is_transposed(seq[at][1]):
            return self.dot_product(seq, at)
        if self._is_dot_product(seq, at):
            pair = [*seq[: at + 1], ("", seq[at + 1][1]), *seq[at + 2 :]]
            return self.dot_product(pair, at)
        mean = self.expectation(seq, at) if name in MEANS else None
        return mean or self.named(seq, at)

    def _is_dot_product(self, seq: Sequence_, at: int) -> bool:
        r"""Whether a \cdot b stands here for two vectors."""
        if at + 1 >= len(seq) or seq[at + 1][0] != "*" or self.names.spread is not None:
            return False
        pair = (seq[at][1], seq[at + 1][1])
        families = all(isinstance(x, s.Name) and self.names.is_family(x.text) for x in pair)
        return families and r"\cdot" in self.names.source[pair[0].end : pair[1].start]

    def _condition_after(self, seq: Sequence_, at: int) -> s.Chain | None:
        r"""The condition in 1\{i = j\}, which is 1 where that holds."""
        group = seq[at + 1][1] if at + 1 < len(seq) and not seq[at + 1][0] else None
        inner = s.bare(group.body) if isinstance(group, s.Group) else None
        braced = isinstance(group, s.Group) and group.delimiter == r"\{"
        return inner if braced and isinstance(inner, s.Chain) and inner.relations else None

    # -- sums and products ------------------------------------------------------------------------

    def _big(self, seq: Sequence_, at: int, big: s.Big) -> tuple[sp.Expr, int]:
        node = seq[at][1]
        sub = node.sub if isinstance(node, s.Script) else None
        upper = node.sup if isinstance(node, s.Script) else None
        if is_sample_sum(node, tuple(n for _, n in seq[at + 1 :]), self.names.roles):
            binders: list[_Binder] = [(self.names.roles.sample, None, [])]
            self._note_samples(node)
        elif sub is None:
            letter = implied_letter(tuple(n for _, n in seq[at + 1 :]), self.names.roles)
            if letter is None:
                raise self.fail(node, "the index of the sum below it")
            self.names.note(f"the sum without an index read as a sum over {letter}")
            binders = [(letter, None, [])]
        else:
            binders = self._binders(sub)
        letters = [b[0] for b in binders]
        end = self._body_end(seq, at, set(letters))
        if end == at + 1:
            raise self.fail(node, "what is summed after it")
        limit = None if upper is None else self.scalar(upper)
        starts = {b[0]: sp.S.One if b[1] is None else self.scalar(b[1]) for b in binders}
        whole = [x for x in letters if not starts[x].is_positive]
        with self.names.binding(*letters, whole=whole):
            indices = {x: self.names.scalar(x) for x in letters}
            body = self.term([("", seq[at + 1][1]), *seq[at + 2 : end]])
            for letter in letters:
                extra = self.extra.pop(letter, [])
                if extra:
                    body = build.add(body, *(build.signed(g, self.scalar(t)) for g, t in extra))
        for letter, low, excluded in reversed(binders):
            limits = (indices[letter], starts[letter], limit)
            body = self._bind(big, (low or node, seq[end - 1][1]), body, limits, excluded)
        return body, end

    def _bind(
        self,
        big: s.Big,
        places: tuple[s.Node, s.Node],
        body: sp.Expr,
        limits: tuple[sp.Symbol, sp.Expr, sp.Expr | None],
        excluded: list[s.Node],
    ) -> sp.Expr:
        (place, last), (k, start, limit) = places, limits
        letter = k.name
        if limit is None and k not in free(body):
            raise self.fail(place, f"an upper limit, or a summand that uses {letter}")
        if limit is None and _as_value(k, body) and letter not in INDEX_LETTERS and _is_of(k, body):
            # Σ_x x p(x): the outcomes are values of their own.
            return self.opaque(big, last, f"the sum over {letter}", [body], [k])
        if limit is None and _as_value(k, body):
            raise self.fail(place, f"an upper limit: {letter} is used as a number here")
        if not start.is_positive and any(
            not i.xreplace({k: start}).is_positive
            for m in body.atoms(sp.Indexed)
            for i in m.indices
            if k in i.free_symbols
        ):
            raise self.fail(place, "a sum from 1: members of a family are numbered from 1")
        if excluded:
            others = [self.names.index_term(e) for e in excluded]
            neutral = sp.S.Zero if big.kind == "sum" else sp.S.One
            apart = sp.And(*(sp.Ne(k, e) for e in others))
            body = cases_of((body, apart), (neutral, True))
        top = self.names.unknown_size() if limit is None else limit
        operator = sum_of if big.kind == "sum" else product_of
        if isinstance(body, sp.Sum if big.kind == "sum" else sp.Product):
            return operator(body.function, *body.limits, (k, start, top))
        return operator(body, (k, start, top))

    def _note_samples(self, node: s.Node) -> None:
        fixed = sorted(self.names.parameters & self.names.roles.samples)
        if fixed:
            raise self.fail(node, f"indices: {', '.join(fixed)} is one number at the left")
        own = ", ".join(sorted(self.names.roles.samples))
        self.names.note(
            f"{self.names.source[node.start : node.end].strip()} read as the sum over the samples, "
            f"each with its own {own}"
        )

    def _binders(self, sub: s.Node) -> list[_Binder]:
        """Each bound letter with its lower limit and the values left out."""
        plain = s.bare(sub)
        items = plain.items if isinstance(plain, s.Listing) else (plain,)
        found: list[_Binder] = []
        for item in items:
            item = s.bare(item)
            if isinstance(item, s.Chain):
                self._chain_binder(item, found)
            elif found and found[-1][2]:
                letter, low, excluded = found[-1]
                found[-1] = (letter, low, [*excluded, item])
            else:
                letters = sorted(bound_letters(item))
                if not letters:
                    raise self.fail(item, _LIMITS)
                found += [(letter, None, []) for letter in letters]
        return found

    def _chain_binder(self, chain: s.Chain, found: list[_Binder]) -> None:
        letters = bound_letters(chain)
        value = chain.parts[-1]
        if len(chain.relations) != 1 or len(letters) != 1 or value is None:
            raise self.fail(chain, _LIMITS)
        (letter,) = letters
        if chain.relations[0] == "=":
            found.append((letter, value, []))
        elif chain.relations[0] == "!=":
            for k, (other, low, excluded) in enumerate(found):
                if other == letter:
                    found[k] = (other, low, [*excluded, value])
                    return
            found.append((letter, None, [value]))
        else:
            raise self.fail(chain, _LIMITS)

    def _body_end(self, seq: Sequence_, at: int, letters: set[str]) -> int:
        """The body is the product that follows, up to a sum that binds the same letter again."""
        for k in range(at + 1, len(seq)):
            node = seq[k][1]
            if (
                isinstance(node, s.Script)
                and isinstance(node.base, s.Big)
                and node.sub is not None
                and bound_letters(node.sub) & letters
            ):
                return k
        return len(seq)

    # -- functions with or without brackets --------------------------------------------------------

    def _function(self, seq: Sequence_, at: int, base: s.Function) -> tuple[sp.Expr, int]:
        node = seq[at][1]
        sub = node.sub if isinstance(node, s.Script) else None
        power = node.sup if isinstance(node, s.Script) else None
        if at + 1 >= len(seq) or seq[at + 1][0]:
            raise self.fail(node, f"the argument of {base.text}")
        following = seq[at + 1][1]
        group = following.base if isinstance(following, s.Script) else following
        if base.text == "lim":
            if sub is None or power is not None:
                raise self.fail(node, r"\lim with x \to a below it")
            return self.limit(seq, at, sub)
        if base.text in OPAQUE or (sub is not None and base.text in ("max", "min")):
            if sub is None or power is not None:
                raise self.fail(node, f"what {base.text} is taken over, below it")
            closed = isinstance(group, s.Group)
            after = at + 2 if closed else self._argument_end(seq, at + 1)
            return self.extremum(base.text, sub, following, seq[at + 2 : after]), after
        if isinstance(group, s.Group) and group.delimiter in ("(", "[", r"\{"):
            listed = self.listed_arguments(group)
            if listed is not None and base.text in ("max", "min") and sub is None:
                return named_function(base.text)(*listed), at + 2
            values = listed or [self.argument(a, False) for a in s.arguments(group)]
            after, raised = at + 2, following.sup if isinstance(following, s.Script) else None
            if isinstance(following, s.Script) and (following.primes or following.sub is not None):
                raise self.fail(following, "no script but an exponent here")
        else:
            after, raised = self._argument_end(seq, at + 1), None
            values = [self.term([("", following), *seq[at + 2 : after]])]
            if isinstance(values[0], sp.Mul) and isinstance(s.unscripted(following), s.Name):
                whole = self.names.source[following.start : seq[after - 1][1].end]
                self.names.note(f"{base.text} read as taken of all of {' '.join(whole.split())}")
        primes = node.primes if isinstance(node, s.Script) else 0
        value = self._function_of(base, sub, values, primes)
        if power is not None and raised is not None:
            raise self.fail(following, "one exponent")
        exponent = power if power is not None else raised
        if power is not None:
            self.refuse_inverse(power)
        if exponent is not None:
            value = build.power(value, self.scalar(self.exponent(exponent)))
        return value, after

    def _argument_end(self, seq: Sequence_, start: int) -> int:
        """How far an argument without brackets goes: names and numbers side by side."""
        while start + 1 < len(seq) and isinstance(s.unscripted(seq[start][1]), s.Function):
            start += 1
        base = s.unscripted(seq[start][1])
        if isinstance(base, s.Big):
            return len(seq)
        end = start + 1
        if isinstance(base, s.Name):
            end = self.named_end(seq, start)
            if end > start + 1:
                # ln p(x) f(x) is (ln p(x)) f(x).
                return end
        while end < len(seq) and seq[end][0] == "":
            node = seq[end][1]
            base = node.base if isinstance(node, s.Script) else node
            if isinstance(base, s.Function | s.Big):
                break
            if isinstance(base, s.Group) and self._gap_before(node):
                break
            if not isinstance(base, _PLAIN) or not isinstance(s.unscripted(seq[start][1]), _PLAIN):
                raise self.fail(node, "brackets round the argument of the function before")
            end = self.named_end(seq, end) if isinstance(base, s.Name) else end + 1
        if end < len(seq) and seq[end][0] == "/":
            raise self.fail(seq[end][1], "brackets round the argument of the function before")
        return end

    def _gap_before(self, node: s.Node) -> bool:
        r"""Whether an explicit space stands before a node: \tanh z\,(1 - z) is a product."""
        before = self.names.source[: node.start].rstrip()
        return before.endswith((r"\,", r"\:", r"\;", r"\quad", r"\ ", "~", r"\thinspace"))

    def named_end(self, seq: Sequence_, at: int) -> int:
        """Where a name and its argument end."""
        return self.named(seq, at)[1]

    def _function_of(
        self, base: s.Function, sub: s.Node | None, values: list[sp.Expr], primes: int
    ) -> sp.Expr:
        name = base.text
        if primes:
            return self._primed(base, name, values, primes)
        if name in RECIPROCALS:
            if len(values) != 1 or sub is not None:
                raise self.fail(sub or base, f"one argument of {name}")
            return build.divide(sp.S.One, build.call(RECIPROCALS[name], values[0]))
        if name in INVERSES and sub is None and len(values) == 1:
            return build.inverse_hyperbolic(name, values[0])
        function = FUNCTIONS[name]
        if function in (sp.Max, sp.Min):
            if sub is not None or len(values) < 2:
                raise self.fail(sub or base, f"two or more arguments of {name} in brackets")
            return function(*values, evaluate=False)
        if len(values) != 1:
            raise self.fail(base, f"one argument of {name}")
        if name == "log" and sub is not None:
            return build.divide(build.call(sp.log, values[0]), build.call(sp.log, self.scalar(sub)))
        if sub is not None:
            raise self.fail(sub, f"no subscript on {name}")
        if any(not e.out and len(e.params) == 1 for e in self.entries(name)):
            return self.apply(base, name, values, None)
        if name == "log":
            self.names.note("log read as the natural logarithm")
        return build.call(function, values[0])


def _is_of(k: sp.Symbol, body: sp.Expr) -> bool:
    """Whether a function or a member is taken at an index: only its values may be outcomes."""
    return any(k in x.free_symbols for x in body.atoms(sp.Indexed, NamedFunction))


def _as_value(k: sp.Symbol, term: sp.Basic) -> bool:
    """Whether an index is used as a number, not only to choose members."""
    if isinstance(term, sp.Symbol):
        return bool(term == k)
    if isinstance(term, _CHOOSING):
        return False
    if isinstance(term, NamedFunction) and any(shape_of(a) for a in term.args):
        return False
    if isinstance(term, sp.Sum | sp.Product):
        # Where another sum ends at k, k chooses how many members it has.
        return _as_value(k, term.function)
    return any(_as_value(k, a) for a in term.args)

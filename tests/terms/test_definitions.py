"""Definitions, contexts, statements and decimals: what they give, and what they refuse."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from fractions import Fraction
from types import MappingProxyType

import pytest
import sympy as sp
from hypothesis import example, given
from hypothesis import strategies as st
from plain import value

from derive.errors import DefinitionError
from derive.terms import (
    Context,
    Decimal,
    Definition,
    Domain,
    Hypothesis,
    Membership,
    Partial,
    Statement,
    Vec,
    as_family,
    family,
    free,
    index,
    named_function,
    real,
    shape_of,
    size,
)
from derive.terms.context import RELATIONS

x, y, z = map(real, "xyz")
n, m = size("n"), size("m")
i, j, k = map(index, "ijk")
a, b = family("a", n), family("b", n)
W = family("W", m, n)
v = family("v", n)
f, g = named_function("f"), named_function("g")

DOT = Definition.of(f(v, x), sp.Sum(v[k], (k, 1, n)) * x + n)


# -- definitions ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "body", "name", "params", "general"),
    [
        (x, y + 1, "x", (), True),
        (a[i], b[i] ** 2, "a", (i,), True),
        (W[i, j], a[j], "W", (i, j), True),
        (f(x, y), x * y, "f", (x, y), True),
        (a[1], y, "a", (1,), False),
        (f(sp.S(0)), sp.S(1), "f", (0,), False),
        (f(v, i), v[i], "f", (v, i), True),
    ],
)
def test_a_definition_of_each_shape(
    head: sp.Expr, body: sp.Expr, name: str, params: tuple[sp.Expr, ...], general: bool
) -> None:
    definition = Definition.of(head, body)
    assert (definition.name, definition.params) == (name, params)
    assert definition.general is general
    assert definition.matches(head)
    assert definition.unfold(*params) == body


@pytest.mark.parametrize(
    ("head", "body", "message"),
    [
        (x + y, z, r"definition of x \+ y: only a symbol, a member of a family or a function"),
        (sp.exp(x), z, "rewrite the left side"),
        (sp.S(2), z, "definition of 2: only a symbol"),
        (W[i, i], z, r"definition of W\[i, i\]: a parameter is repeated; name them apart"),
        (f(x, x), z, "a parameter is repeated"),
        (x, x + 1, "its right side mentions x itself; give the new value another name"),
        (a[i], a[i] + 1, "mentions a itself"),
        (a[i], sp.Sum(a[k], (k, 1, n)), "mentions a itself"),
        (f(x), f(x - 1), "mentions f itself"),
    ],
)
def test_what_cannot_be_defined(head: sp.Expr, body: sp.Expr, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        Definition.of(head, body)


def test_a_parameter_is_no_mention() -> None:
    """f(x) := x and f(a) := Σ a_k speak of the parameters, whatever they are called."""
    assert not Definition.of(f(x), x + y).mentions("x")
    assert Definition.of(f(x), x + y).mentions("y")
    assert not Definition.of(f(v), sp.Sum(v[k], (k, 1, n))).mentions("v")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((a,), r"f takes 2 argument\(s\), found 1"),
        ((a, x, y), r"f takes 2 argument\(s\), found 3"),
        ((x, x), r"f: x has 0 index\(es\), v takes 1"),
        ((W, x), r"f: W has 2 index\(es\), v takes 1"),
        ((a, a), r"f: a has 1 index\(es\), x takes 0"),
    ],
)
def test_arguments_that_do_not_fit(arguments: tuple[sp.Expr, ...], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        DOT.unfold(*arguments)


@given(st.integers(1, 3), st.lists(st.fractions(-3, 3, max_denominator=5), min_size=4, max_size=4))
def test_unfolding_takes_the_sizes_of_the_arguments(high: int, values: list[Fraction]) -> None:
    """Σ v_k x + n over a family of m members speaks of m, and its own k captures nothing."""
    *members, scale = values
    c = family("c", m)
    point = {m: Fraction(high), k: Fraction(2), x: scale, c: lambda at: members[at[0] - 1]}
    expected = sum(members[:high]) * scale + high
    assert value(DOT.unfold(c, x), point) == expected
    shifted = DOT.unfold(Vec(c[j] + k, (j, m)), x)
    assert value(shifted, point) == expected + 2 * high * scale
    assert free(shifted) == {m, c, k, x}


def test_members_of_a_definition_as_a_family() -> None:
    definition = Definition.of(a[i], b[i] * k)
    whole = as_family(definition.head, definition.body)
    assert shape_of(whole) == (n,)
    assert DOT.unfold(whole, y) == sp.Sum(b[index("k_1")] * k, (index("k_1"), 1, n)) * y + n


def test_a_definition_matches_its_own_kind_only() -> None:
    member = Definition.of(a[i], b[i])
    assert member.matches(a[3])
    assert not member.matches(b[3])
    assert not member.matches(W[1, 2])
    assert not member.matches(sp.Symbol("a"))
    assert not Definition.of(f(x), x).matches(f(x, y))
    assert not Definition.of(f(x), x).matches(g(x))
    assert not Definition.of(a[1], y).matches(a[2])


# -- contexts -----------------------------------------------------------------------------------


def test_every_change_makes_a_new_context() -> None:
    first = Context()
    changes = [
        first.define(Definition.of(x, y)),
        first.declare(x, Domain.POSITIVE),
        first.assume(Statement(x, ">", 0)),
        first.with_library({"f": DOT}),
        first.depends(x, y),
    ]
    assert first == Context()
    assert all(changed != first for changed in changes)
    assert changes[0].without("x") == first


@pytest.mark.parametrize("attribute", ["definitions", "domains", "library", "dependencies"])
def test_a_context_cannot_be_changed_in_place(attribute: str) -> None:
    context = Context().define(Definition.of(x, y)).declare(x, Domain.REAL).depends(z, y)
    table = getattr(context.with_library({"f": DOT}), attribute)
    assert isinstance(table, MappingProxyType)
    with pytest.raises(TypeError):
        table["new"] = ()  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        setattr(context, attribute, {})


def test_a_library_is_copied() -> None:
    table = {"f": DOT}
    context = Context().with_library(table)
    table.clear()
    assert context.definition_of(f(a, x)) is DOT


def test_later_definitions_shadow() -> None:
    context = Context().define(Definition.of(x, y)).define(Definition.of(x, z))
    found = context.definition_of(x)
    assert found is not None
    assert found.body == z


def test_a_case_stands_before_the_general_definition() -> None:
    general, case = Definition.of(a[i], b[i]), Definition.of(a[1], y)
    both = Context().define(general, case)
    assert both.definition_of(a[1]) == case
    assert both.definition_of(a[2]) == general
    # A general definition replaces all that the name stood for.
    assert both.define(general).definition_of(a[1]) == general


def test_a_case_replaces_the_same_case() -> None:
    context = Context().define(Definition.of(a[1], y), Definition.of(a[1], z))
    assert [d.body for d in context.definitions["a"]] == [z]


@given(st.permutations([(x, y), (y, z), (z, a[1])]))
def test_a_circle_is_found_from_wherever_it_closes(pairs: list[tuple[sp.Expr, sp.Expr]]) -> None:
    context = Context()
    for head, body in pairs[:-1]:
        context = context.define(Definition.of(head, body + 1))
    context.define(Definition.of(pairs[-1][0], pairs[-1][1]))
    back = Definition.of(a[i], x * b[i])
    with pytest.raises(DefinitionError, match=r"defined through itself; break the circle"):
        context.define(Definition.of(pairs[-1][0], pairs[-1][1]), back)


def test_a_circle_through_functions() -> None:
    context = Context().define(Definition.of(f(x), g(x) + 1))
    with pytest.raises(
        DefinitionError, match=r"definition of g\(x\): it is defined through itself"
    ):
        context.define(Definition.of(g(x), f(x)))


def test_the_library_answers_last() -> None:
    context = Context().with_library({"f": Definition.of(f(x), x)})
    assert context.definition_of(f(y)) == Definition.of(f(x), x)
    own = context.define(Definition.of(f(x), x**2))
    found = own.definition_of(f(y))
    assert found is not None
    assert found.body == x**2
    # A caller's f of two arguments hides the library's f of one.
    two = context.define(Definition.of(f(x, y), x * y))
    assert two.definition_of(f(z)) is None
    assert context.without("f").definition_of(f(y)) is None
    assert context.definition_of(sp.S(2)) is None


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (x, Domain.REAL),
        (sp.Symbol("p", positive=True), Domain.POSITIVE),
        (sp.Symbol("p", nonnegative=True), Domain.NONNEGATIVE),
        (sp.Symbol("p", integer=True), Domain.INTEGER),
        (a[i], Domain.UNIT),
        (a, Domain.UNIT),
        (b[i], Domain.REAL),
        (family("q", n, positive=True)[k], Domain.POSITIVE),
    ],
)
def test_domains_as_declared_then_as_assumed(term: sp.Expr, expected: Domain) -> None:
    assert Context().declare(a, Domain.UNIT).domain_of(term) is expected


@pytest.mark.parametrize("domain", Domain)
def test_every_domain_prints(domain: Domain) -> None:
    assert domain.symbol
    assert str(Membership(a, domain)) == f"a is {domain.value}"


def test_dependencies_are_of_names() -> None:
    context = Context().depends(a, x, b)
    assert context.dependencies_of(a[i]) == (x, b)
    assert context.dependencies_of(z) == ()


def test_hypotheses_keep_their_labels() -> None:
    context = Context().assume(Statement(x, ">", y), "x > y").assume(Membership(a, Domain.BINARY))
    assert [str(h) for h in context.hypotheses] == ["x > y", "a is 0 or 1"]
    assert context.hypotheses[0].terms == (x, y)
    assert Hypothesis(Membership(a, Domain.UNIT), "").terms == (a,)


# -- statements and decimals --------------------------------------------------------------------


@pytest.mark.parametrize("relation", RELATIONS)
def test_a_statement_of_each_relation(relation: str) -> None:
    statement = Statement(x, relation, 1)  # type: ignore[arg-type]
    assert statement.rhs is sp.S.One
    assert str(statement) == f"x {relation} 1"


@pytest.mark.parametrize("relation", ["==", "≤", "", "=>"])
def test_an_unknown_relation(relation: str) -> None:
    with pytest.raises(DefinitionError, match=r"expected one of = < <= > >= != ~="):
        Statement(x, relation, y)


@pytest.mark.parametrize("side", ["x", 1.5, None])
def test_a_side_that_is_no_term(side: object) -> None:
    with pytest.raises(DefinitionError, match="is not a SymPy term"):
        Statement(x, "=", side)  # type: ignore[arg-type]


@given(st.integers(0, 10**12), st.integers(0, 10))
@example(0, 3)
@example(5, 0)
@example(100, 2)
def test_a_decimal_is_exact_and_keeps_its_digits(digits: int, places: int) -> None:
    text = str(digits).rjust(places + 1, "0")
    text = f"{text[:-places]}.{text[-places:]}" if places else text
    decimal = Decimal(text)
    assert Fraction(int(decimal.value.p), int(decimal.value.q)) == Fraction(digits, 10**places)
    assert decimal.places == places
    assert str(decimal) == text
    assert decimal == Decimal(decimal.value, places)
    assert decimal != Decimal(decimal.value, places + 1)


def test_a_negative_decimal() -> None:
    assert str(Decimal(sp.Rational(-5, 4), 2)) == "-1.25"
    assert str(Decimal("-0.05")) == "-0.05"
    assert Decimal("-0.05").value == sp.Rational(-1, 20)


def test_a_decimal_stays_as_written_in_a_sum() -> None:
    assert Decimal("0.50") in (x + Decimal("0.50")).args


# -- nodes --------------------------------------------------------------------------------------


def test_a_derivative_needs_a_variable() -> None:
    with pytest.raises(ValueError, match="at least one variable"):
        Partial(x)


def test_a_derivative_never_evaluates() -> None:
    term = Partial(x**2, x, x)
    assert (term.expr, term.variables) == (x**2, (x, x))
    assert Partial(sp.S(1), x) != 0


def test_functions_of_one_name_are_one() -> None:
    assert named_function("f") is f
    assert named_function("f")(x) == f(x)
    assert f(x) != g(x)
    assert f(sp.S(0)).args == (0,)


def test_shapes() -> None:
    assert shape_of(W) == (m, n)
    assert shape_of(W[1, 2]) == shape_of(x) == ()
    assert shape_of(Vec(W[i, j], (i, m), (j, n))) == (m, n)

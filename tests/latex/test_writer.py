"""The writer: a person's order, brackets where they are needed, and the way back."""

from __future__ import annotations

import pytest
import sympy as sp
from headlines import HEADLINES
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.errors import UnsupportedError
from derive.functions import Entry, catalogue
from derive.latex import read_expression
from derive.latex.derivation import differentiate
from derive.latex.text import text
from derive.latex.writer import latex, latex_context
from derive.proof import prove
from derive.terms import (
    At,
    Context,
    Decimal,
    Definition,
    Domain,
    Partial,
    Statement,
    Vec,
    alpha_equal,
    evaluated,
    family,
    free,
    index,
    map_terms,
    named_function,
    real,
    size,
    sum_except,
)

n, m = size("n"), size("m")
i, j, k = index("i"), index("j"), index("k")
x, y, z, L, beta = map(real, ("x", "y", "z", "L", "beta"))
u, v = real("u"), real("v")
t = real("t")
a, ys, zs = (family(name, n) for name in "ayz")
W = family("W", m, n)
sigmoid, softmax, tanh = (named_function(f) for f in ("sigmoid", "softmax", "tanh"))

WRITTEN = {
    r"\sigma(z)\left(1 - \sigma(z)\right)": sigmoid(z) * (1 - sigmoid(z)),
    r"a_j - y_j": a[j] - ys[j],
    r"-\sum_{j=1}^{n} y_j \ln a_j": -sp.Sum(ys[j] * sp.log(a[j]), (j, 1, n)),
    r"a_i(\delta_{ij} - a_j)": a[i] * (sp.KroneckerDelta(i, j) - a[j]),
    r"1 - \tanh^2(z)": 1 - tanh(z) ** 2,
    r"\frac{1}{n} \sum_{i=1}^{n} (a_i - y_i)": sp.Sum(a[i] - ys[i], (i, 1, n)) / n,
    r"\sum_{i=1}^{n} (a_i + y_i)": sp.Sum(a[i] + ys[i], (i, 1, n)),
    r"a_j \sum_{k=1}^{n} y_k - y_j": a[j] * sp.Sum(ys[k], (k, 1, n)) - ys[j],
    r"\left(\sum_{i=1}^{n} a_i\right) \sum_{k=1}^{n} y_k": sp.Sum(a[i], (i, 1, n))
    * sp.Sum(ys[k], (k, 1, n)),
    r"\sum_{k \neq j} z_k": sum_except(zs[k], k, n, j),
    r"\frac{e^{z_i}}{\sum_{k=1}^{n} e^{z_k}}": sp.exp(zs[i]) / sp.Sum(sp.exp(zs[k]), (k, 1, n)),
    r"e^{-z}": sp.exp(-z),
    r"e^{z / y}": sp.exp(z / y),
    r"\frac{1}{2} (x - y)^2": (x - y) ** 2 / 2,
    r"\frac{z^2}{2}": z**2 / 2,
    r"2(x - y)": 2 * (x - y),
    r"-x - y": -x - y,
    r"\sqrt{1 + z^2}": sp.sqrt(1 + z**2),
    r"\frac{\partial L}{\partial z_j}": Partial(L, zs[j]),
    r"\frac{d}{dz} \sigma(z)": Partial(sigmoid(z), z),
    r"\frac{\partial^2 L}{\partial y \partial x}": Partial(L, x, y),
    r"\frac{\partial^2 L}{\partial x^2}": Partial(L, x, x),
    r"\sigma'(\beta z)": At(Partial(sigmoid(t), t), t, beta * z),
    r"\operatorname{softmax}(z)_i": softmax(zs, i),
    r"W_{ij}": W[i, j],
    r"W_{1,j}": W[1, j],
    r"\left|x - y\right|": sp.Abs(x - y),
    r"\max(0, z)": sp.Max(0, z),
    r"\operatorname{sign}(z)": sp.sign(z),
    r"-2.50": Decimal("-2.50"),
    r"\frac{2}{3}": sp.Rational(2, 3),
    r"2 \pi": 2 * sp.pi,
    r"\begin{cases} 1 & \text{if } z > 0 \\ 0 & \text{otherwise} \end{cases}": sp.Piecewise(
        (1, z > 0), (0, True)
    ),
    r"\prod_{k=1}^{n} a_k": sp.Product(a[k], (k, 1, n)),
    r"x - \ln^2(y)": x - sp.log(y) ** 2,
}


@pytest.mark.parametrize("expected", WRITTEN)
def test_written_as_a_person_would(expected: str) -> None:
    assert latex(WRITTEN[expected]) == expected


def test_a_statement_and_a_context() -> None:
    assert latex(Statement(x, "<=", y)) == r"x \leq y"
    context = Context().define(Definition.of(a[i], sigmoid(zs[i])))
    context = context.assume(Statement(sp.Sum(ys[k], (k, 1, n)), "=", sp.S.One))
    assert latex_context(context) == [r"a_i = \sigma(z_i)", r"\sum_{k=1}^{n} y_k = 1"]


def test_a_node_without_notation_is_named() -> None:
    with pytest.raises(UnsupportedError, match="zeta"):
        latex(sp.zeta(z))
    with pytest.raises(UnsupportedError, match="BooleanTrue"):
        latex(sp.true)


def _point(term: sp.Expr) -> sp.Expr:
    """f′ taken at a letter is the derivative in that letter."""
    if isinstance(term, At) and isinstance(term.args[2], sp.Symbol | sp.Indexed):
        inner, variable, value = term.args
        return inner.xreplace({variable: value})
    return term


def _same(one: sp.Expr, other: sp.Expr, context: Context) -> bool:
    left, right = (evaluated(map_terms(t, _point)) for t in (one, other))
    if alpha_equal(left, right) or alpha_equal(sp.expand(left), sp.expand(right)):
        return True
    return prove(Statement(left, "=", right), context).status == "proved"


def _declared(term: sp.Expr) -> Context:
    """A context in which the term's own letters are declared."""
    context = Context().with_library(catalogue.definitions)
    for letter in sorted(free(term), key=str):
        if isinstance(letter, sp.IndexedBase) or not letter.is_integer:
            context = context.declare(letter, Domain.REAL)
    return context


def _assert_reads_back(term: sp.Expr, context: Context) -> None:
    written = latex(term)
    read = read_expression(written, context)
    assert _same(term, read, context), f"{written}: {term} came back as {read}"


@pytest.mark.parametrize("expected", [w for w in WRITTEN if w != "-2.50"])
def test_the_examples_read_back(expected: str) -> None:
    _assert_reads_back(WRITTEN[expected], _declared(WRITTEN[expected]))


@pytest.mark.parametrize("name", HEADLINES)
def test_every_line_of_a_headline_reads_back(name: str) -> None:
    expr, variables, context, _ = HEADLINES[name]
    found = differentiate(expr, *variables, context=context)
    for part in (*found.lemmas, found):
        for line in part.lines:
            _assert_reads_back(line.expr, context)


PRINTABLE = list(catalogue.values())


@pytest.mark.parametrize("entry", PRINTABLE, ids=lambda e: e.name)
def test_every_entry_and_its_derivation_read_back(entry: Entry) -> None:
    context = Context().with_library(catalogue.definitions)
    for p in entry.params:
        context = context.declare(p, entry.domains.get(p, Domain.REAL))
    first = entry.params[0]
    if isinstance(first, sp.IndexedBase):
        free = [name for name in "jlmq" if index(name) not in entry.out]
        first = first[tuple(index(name) for name in free[: len(first.shape)])]
    found = differentiate(entry.head, first, context=context)
    for term in (entry.head, entry.formula, *(line.expr for line in found.lines)):
        _assert_reads_back(term, context)


_letters = st.sampled_from([x, u, v, zs[j], a[j], ys[j], W[i, j], sp.Integer(2), sp.Integer(-1)])


def _grown(inner: st.SearchStrategy[sp.Expr]) -> st.SearchStrategy[sp.Expr]:
    return st.one_of(
        st.builds(sp.Add, inner, inner),
        st.builds(sp.Mul, inner, inner),
        st.builds(lambda f: f**2, inner),
        st.builds(lambda f: 1 / (2 + f**2), inner),
        st.builds(sp.exp, inner),
        st.builds(lambda f: sp.log(1 + f**2), inner),
        st.builds(sigmoid, inner),
        st.builds(sp.Abs, inner),
        st.builds(lambda f: sp.Sum(f * a[k], (k, 1, n)), inner),
        st.builds(lambda f: sp.Sum(f.subs(j, k) + ys[k], (k, 1, n)), inner),
        st.builds(lambda f, g: sp.Max(f, g), inner, inner),
    )


terms = st.recursive(_letters, _grown, max_leaves=6)


@settings(max_examples=60, deadline=None)
@given(terms)
def test_whatever_is_written_reads_back(term: sp.Expr) -> None:
    _assert_reads_back(term, _declared(term))


@settings(max_examples=60, deadline=None)
@given(terms)
def test_brackets_are_balanced_in_both_forms(term: sp.Expr) -> None:
    for written in (latex(term), text(term)):
        assert written.count("(") == written.count(")")
        assert written.count("{") == written.count("}")


def test_a_vector_by_its_entry() -> None:
    assert latex(softmax(Vec(W[i, k], (k, n)), j)).endswith("_j")

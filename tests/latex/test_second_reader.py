"""A second reader, latex2sympy2, agrees wherever both read and mean the same mathematics."""

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.latex import read_expression

second = pytest.importorskip("latex2sympy2")

# What latex2sympy2 reads well: no log without a base, no bare Σ, no primes, no families.
SHARED = [
    r"\frac{1}{1 + x}",
    r"x^2 + 2 x y - y^2",
    r"\frac{x - y}{x + y}",
    r"-x^{2}",
    r"\sqrt{x^2 + 1}",
    r"\sqrt[3]{x}",
    r"e^{-x}",
    r"\frac{e^{x} - e^{-x}}{e^{x} + e^{-x}}",
    r"\ln(1 + x^2)",
    r"\sin(x) \cos(y)",
    r"\left|x - y\right|",
    r"\frac{\frac{x}{y}}{\frac{a}{b}}",
    r"x \cdot y \times z",
    r"\tanh(x)",
    r"x - (y - z)",
    r"x - y - z",
    r"2^{x + 1} \cdot 3",
    r"\sum_{k=1}^{5} k^2",
]


@pytest.mark.parametrize("text", SHARED)
def test_same_value(text: str) -> None:
    _compare(text)


_LEAVES = st.sampled_from(["x", "y", "z", "2", "3", "7", r"\pi"])


def _composed(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    return st.one_of(
        pair.map(lambda p: rf"\frac{{{p[0]}}}{{{p[1]}}}"),
        pair.map(lambda p: f"({p[0]} + {p[1]})"),
        pair.map(lambda p: rf"\left({p[0]} - {p[1]}\right)"),
        pair.map(lambda p: rf"{p[0]} \cdot {p[1]}"),
        inner.map(lambda x: f"({x})^{{2}}"),
        inner.map(lambda x: f"-{x}"),
        inner.map(lambda x: rf"\sqrt{{{x}}}"),
        inner.map(lambda x: f"e^{{{x}}}"),
        inner.map(lambda x: rf"\sin({x})"),
        inner.map(lambda x: rf"\left|{x}\right|"),
    )


@settings(max_examples=80, deadline=None)
@given(st.recursive(_LEAVES, _composed, max_leaves=6))
def test_same_value_of_whatever_the_fragment_allows(text: str) -> None:
    _compare(text)


def _compare(text: str) -> None:
    ours, theirs = read_expression(text), second.latex2sympy(text)
    for numerator in (2, 3, 5):
        point = sp.Rational(numerator, 7)
        one, other = (
            sp.N(_at(term, {s.name: point + ord(s.name[0]) % 11 for s in term.free_symbols}))
            for term in (ours, theirs)
        )
        defined = [v.is_number and v.is_finite is True and abs(v) < 1e100 for v in (one, other)]
        assert defined[0] == defined[1]
        if all(defined):
            assert abs(one - other) <= 1e-9 * (1 + abs(one))


def _at(term: sp.Expr, values: dict[str, sp.Rational]) -> sp.Expr:
    named = {f: getattr(sp, f.func.__name__)(*f.args) for f in term.atoms(sp.Function)}
    plain = term.xreplace({f: v for f, v in named.items() if f.func.__module__ != "sympy"})
    return plain.subs({s: values[s.name] for s in plain.free_symbols}).doit()

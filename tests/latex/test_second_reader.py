"""A second reader, latex2sympy2, agrees wherever both read and mean the same mathematics."""

import pytest
import sympy as sp

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
    ours, theirs = read_expression(text), second.latex2sympy(text)
    for numerator in (2, 3, 5):
        point = sp.Rational(numerator, 7)
        values = [
            sp.N(_at(term, {s.name: point + ord(s.name[0]) % 11 for s in term.free_symbols}))
            for term in (ours, theirs)
        ]
        assert abs(values[0] - values[1]) < 1e-10


def _at(term: sp.Expr, values: dict[str, sp.Rational]) -> sp.Expr:
    named = {f: getattr(sp, f.func.__name__)(*f.args) for f in term.atoms(sp.Function)}
    plain = term.xreplace({f: v for f, v in named.items() if f.func.__module__ != "sympy"})
    return plain.subs({s: values[s.name] for s in plain.free_symbols}).doit()

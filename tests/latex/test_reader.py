"""What formulas mean: the golden file, one object per name, families, functions, sizes."""

from pathlib import Path

import pytest
import sympy as sp

from derive.catalogue import catalogue
from derive.latex import Formula, read, read_all, read_expression
from derive.latex.writer import latex
from derive.terms import (
    At,
    Context,
    Decimal,
    Definition,
    Domain,
    Membership,
    Partial,
    alpha_equal,
    canonical,
    evaluated,
    family,
    index,
    named_function,
    real,
    size,
    sum_except,
)

GOLDEN = Path(__file__).parent / "golden" / "readings.txt"
BLOCKS = [b.splitlines() for b in GOLDEN.read_text(encoding="utf-8").strip().split("\n\n")]


def shown(formula: Formula) -> list[str]:
    lines = [f"= {step.statement}" for step in formula.steps]
    if not formula.steps:
        lines += [f"= {value}" for value in formula.values]
    lines += [f"@ {subject} in {domain.name}" for subject, domain in formula.memberships]
    return lines + [f"# {reading}" for reading in formula.readings]


@pytest.mark.parametrize("block", BLOCKS, ids=[b[0][2:60] for b in BLOCKS])
def test_golden(block: list[str]) -> None:
    assert shown(read(block[0].removeprefix("> "))) == block[1:]


def test_contract_example_is_one_set_of_objects() -> None:
    softmax, loss, ones, claim = read_all(
        [
            r"a_j = \frac{e^{z_j}}{\sum_k e^{z_k}}",
            r"L = -\sum_j y_j \ln a_j",
            r"\sum_j y_j = 1",
            r"\frac{\partial L}{\partial z_j} = a_j - y_j",
        ]
    )
    n, j = size("n"), index("j")
    a, y, z = family("a", n), family("y", n), family("z", n)
    head = softmax.steps[0].statement.lhs
    assert head == a[j]
    assert head.base.shape == (n,)
    assert claim.steps[0].statement.lhs == Partial(real("L"), z[j])
    assert alpha_equal(ones.steps[0].statement.lhs, sp.Sum(y[j], (j, 1, n)))
    assert loss.steps[0].statement.lhs == real("L")


def test_context_gives_the_objects() -> None:
    m, k = size("m"), index("k")
    z, y = family("z", m), family("y", m)
    body = sp.log(sp.Sum(sp.exp(z[k]), (k, 1, m)))
    context = Context().define(Definition.of(real("L"), body)).declare(y, Domain.ONE_HOT)
    claim = read(r"\frac{\partial L}{\partial z_j} = \sum_i y_i", context).steps[0].statement
    assert claim.lhs == Partial(real("L"), z[index("j")])
    assert claim.rhs == sp.Sum(y[index("i")], (index("i"), 1, m))


def test_context_function_is_applied() -> None:
    t = real("t")
    context = Context().define(Definition.of(named_function("b")(t), t**2))
    assert read_expression("b(x + 1)", context) == named_function("b")(
        sp.Add(real("x"), 1, evaluate=False)
    )


def test_product_where_nothing_is_a_function() -> None:
    x, a, y = real("x"), real("a"), real("y")
    assert read_expression("x(a - y)").args[0] == x
    assert set(read_expression("x(a - y)").free_symbols) == {x, a, y}


def test_nothing_is_evaluated() -> None:
    assert str(read_expression("x/x")) == "x/x"
    assert read_expression(r"\ln x^2").func is sp.log
    assert read_expression(r"0 \cdot x") != 0
    assert read_expression("0.10") == Decimal("0.10")


def test_steps_keep_their_source() -> None:
    source = "L &= a + b \\tag{1} \\\\ &= c"
    first, second = read(source).steps
    assert (first.lhs_latex, first.rhs_latex) == ("L", "a + b")
    assert (second.lhs_latex, second.rhs_latex) == ("a + b", "c")
    assert source[second.offset :] == "c"


def test_row_that_begins_with_a_relation_continues() -> None:
    (step,) = read("= 0.7 + 0.1 = 0.8").steps
    assert step.lhs_latex == "0.7 + 0.1"


def test_upper_limits_name_the_sizes_of_families() -> None:
    (formula,) = read_all([r"L = \sum_i^n \sum_j^m y_{ij} \log a_{ij}"])
    families = {x.base for x in formula.steps[0].statement.rhs.atoms(sp.Indexed)}
    assert {f.shape for f in families} == {(size("n"), size("m"))}


def test_a_letter_of_the_text_becomes_the_missing_size() -> None:
    step = read(r"p = \frac{1}{N} \sum_i D_i").steps[0]
    (limit,) = step.statement.rhs.atoms(sp.Sum).pop().limits
    assert limit[2] == size("N")
    assert size("N") in step.statement.rhs.free_symbols
    assert real("N") not in step.statement.rhs.free_symbols


def test_sum_except() -> None:
    n, i, j = size("n"), index("i"), index("j")
    x = family("x", n)
    assert alpha_equal(read_expression(r"\sum_{i \neq j} x_i"), sum_except(x[i], i, n, j))


def test_derivative_at_a_composite_argument() -> None:
    value = read_expression("f'(2z)")
    assert isinstance(value, At)
    assert value.args[2] == sp.Mul(2, real("z"), evaluate=False)


@pytest.mark.parametrize(
    "spelling",
    [
        r"\frac{\partial L}{\partial w}",
        r"\frac{\partial{L}}{\partial{w}}",
        r"\frac{dL}{dw}",
        r"\frac{\mathrm{d} L}{\mathrm{d} w}",
        r"\frac{{\rm d}L}{{\rm d}w}",
        r"\frac {{\text d}L}{{\text d}w}",
        r"\frac{\partial}{\partial w} L",
        r"\frac{d}{dw}(L)",
        r"\partial L / \partial w",
        r"\partial_w L",
        r"(L)'_w",
    ],
)
def test_every_spelling_of_a_derivative(spelling: str) -> None:
    assert read_expression(spelling) == Partial(real("L"), real("w"))


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        (r"y_i \in \{0, 1\}", Domain.BINARY),
        (r"y \in \{-1, 1\}", Domain.SIGN),
        (r"y \in (0,1)", Domain.UNIT),
        (r"y \in \left(0, \infty\right)", Domain.POSITIVE),
        (r"y \in [0, \infty)", Domain.NONNEGATIVE),
        (r"y \in \Delta", Domain.PROBABILITY),
        (r"y \in \mathbb{R}", Domain.REAL),
        (r"y \text{ one-hot}", Domain.ONE_HOT),
    ],
)
def test_memberships(text: str, domain: Domain) -> None:
    ((subject, found),) = read(text).memberships
    assert found is domain
    assert str(getattr(subject, "label", subject)) == "y"


def test_a_number_where_the_context_takes_one() -> None:
    z, f = real("z"), named_function("f")
    zs, a, i = family("z", size("n")), family("a", size("n")), index("i")
    context = Context().define(Definition.of(f(z), z**2), Definition.of(a[i], f(zs[i])))
    assert read_expression("f'(z)", context) == Partial(f(z), z)
    assert read_expression("f'(z_j)", context) == Partial(f(zs[index("j")]), zs[index("j")])


def test_hypotheses_of_the_context_give_their_objects() -> None:
    p = family("p", size("K"))
    context = Context().assume(Membership(p, Domain.PROBABILITY))
    assert read_expression(r"\sum_i p_i", context) == sp.Sum(
        p[index("i")], (index("i"), 1, size("K"))
    )


@pytest.mark.parametrize("name", list(catalogue))
def test_catalogue_reads_back(name: str) -> None:
    """Formulas and forms of every entry, written and read, are the same terms."""
    entry = catalogue[name]
    context = Context()
    for given in (*entry.params, *entry.out, *entry.sizes):
        context = context.declare(given, Domain.REAL)
    for term in (entry.formula, *entry.forms):
        back = read_expression(latex(term), context)
        assert canonical(evaluated(back)) == canonical(evaluated(term))


def test_the_mean_counts_what_its_sum_runs_over() -> None:
    text = r"\frac{\partial L}{\partial w_j} = \frac{1}{n} \sum_i (a_i - y_i) x_{ij}"
    formula = read(text)
    x = next(m.base for m in formula.steps[0].statement.rhs.atoms(sp.Indexed) if len(m.indices) > 1)
    assert x.shape == (size("n"), size("m"))
    assert formula.readings == ("n read as the number of terms",)

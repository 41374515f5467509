"""What formulas mean: the golden file, one object per name, families, functions, sizes."""

from pathlib import Path

import pytest
import sympy as sp

from derive.functions import catalogue
from derive.latex import Formula, read, read_all, read_expression
from derive.latex.opaque import Opaque
from derive.latex.outline import outline
from derive.latex.writer import latex
from derive.proof import prove
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
from derive.verdicts import verify

GOLDEN = Path(__file__).parent / "golden"
BLOCKS = [
    block.splitlines()
    for name in ("readings.txt", "notation.txt")
    for block in (GOLDEN / name).read_text(encoding="utf-8").strip().split("\n\n")
]


def shown(formula: Formula) -> list[str]:
    lines = [f"= {step.statement}" for step in formula.steps]
    if not formula.steps:
        lines += [f"= {value}" for value in formula.values]
    lines += [f"@ {subject} in {domain.name}" for subject, domain in formula.memberships]
    lines += [f"! {statement}" for statement in formula.implied]
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


def statements(*formulas: str) -> list[str]:
    return [str(step.statement) for f in read_all(formulas) for step in f.steps]


@pytest.mark.parametrize("relation", ["i \\neq j", "i = j", "i > 1", "1 \\leq i"])
def test_an_index_is_one_object_in_all_formulas(relation: str) -> None:
    hypothesis, claim = read_all([relation, r"\frac{\partial a_i}{\partial z_j} = -a_i a_j"])
    wanted = {index("i"), index("j")}
    assert hypothesis.steps[0].statement.lhs.free_symbols <= wanted
    assert hypothesis.steps[0].statement.rhs.free_symbols <= wanted
    assert wanted <= claim.steps[0].statement.rhs.free_symbols


def test_a_letter_alone_is_no_index_because_another_formula_has_one() -> None:
    claim = read_all(["L = k x", r"\sum_i a_i = a_k"])[0].steps[0].statement
    assert claim.rhs == real("k") * real("x")


@pytest.mark.parametrize("limit", ["n-1", "n+1", "2n", "n"])
def test_letters_in_limits_are_natural_numbers(limit: str) -> None:
    step = read(rf"\sum_{{k=1}}^{{{limit}}} b^k = b^n").steps[0].statement
    assert size("n") in step.lhs.free_symbols & step.rhs.free_symbols


def test_a_sum_from_below_one_has_an_index_that_may_be_zero() -> None:
    delta, roots = read_all([r"\sum_{k=0}^{n} \delta_{k0}", r"\sum_{k=-1}^{2} \sqrt{k^2}"])
    for formula, low in ((delta, 0), (roots, -1)):
        assert formula.expression is not None
        ((k, start, _),) = formula.expression.limits
        assert (k.is_integer, k.is_positive, start) == (True, None, low)
        assert k in formula.expression.function.free_symbols


def test_members_in_a_sum_from_zero_stay_in_range() -> None:
    (total,) = read(r"\sum_{k=0}^{t-1} b^k g_{t-k}").values
    k = sp.Symbol("k", integer=True)
    assert total.function.atoms(sp.Indexed).pop().indices == (index("t") - k,)


def test_deltas() -> None:
    i, j = index("i"), index("j")
    square = read(r"\delta_{ij}^2 = \delta_{ij}").steps[0].statement
    assert square.lhs == sp.Pow(sp.KroneckerDelta(i, j), 2, evaluate=False)
    back, mixed = read_all([r"\delta_j = a_j - y_j", r"\delta_{ij} x_i"])
    assert back.steps[0].statement.lhs == family("delta", size("n"))[j]
    assert mixed.expression is not None
    assert mixed.expression.has(sp.KroneckerDelta)
    defined = read(r"\delta_{ij} = a_{ij} - y_{ij}").steps[0].statement.lhs
    assert isinstance(defined, sp.Indexed)
    slope = read(r"\delta_{ij} = \frac{\partial x_i}{\partial x_j}").steps[0].statement.lhs
    assert slope == sp.KroneckerDelta(i, j)


@pytest.mark.parametrize(
    ("formulas", "meaning"),
    [
        ((r"f = \frac12", "y = f(1-f)"), "y = f*(1 - f)"),
        ((r"u = w - \eta h(w-c) + h",), "u = -eta*h*(-c + w) + h + w"),
        (("a_i = x_i", r"a_i(1-a_i) \leq \frac14"), "(1 - a[i])*a[i] <= 1/4"),
        (("f(x) = 2x", "y = f(x+1)"), "y = f(x + 1)"),
        (("s(-x) = 1 - s(x)",), "s(-x) = 1 - s(x)"),
        ((r"y = \tanh z\,(1-z)",), "y = (1 - z)*tanh(z)"),
        ((r"s_{ij} = q_i", r"y = \sum_t s_{it}"), "y = Sum(s[i, t], (t, 1, n))"),
        (("y = |x||y|",), "y = Abs(x)*Abs(y)"),
        (("y = ||x|-1|",), "y = Abs(Abs(x) - 1)"),
        (("y = |x+|z||",), "y = Abs(x + Abs(z))"),
    ],
)
def test_meanings(formulas: tuple[str, ...], meaning: str) -> None:
    assert statements(*formulas)[-1] == meaning


def test_a_size_never_takes_the_name_of_a_value() -> None:
    _, claim = read_all([r"m = \sum_i p_i x_i", r"\sum_i p_i (x_i - m)^2 = 0"])
    assert size("m") not in claim.steps[0].statement.lhs.free_symbols
    assert real("m") in claim.steps[0].statement.lhs.free_symbols


@pytest.mark.parametrize("said", [r"p \in \Delta", r"p \text{ one-hot}"])
def test_what_a_membership_makes_a_vector_is_one_everywhere(said: str) -> None:
    claim, _ = read_all([r"H(p) \geq 0", said])
    assert claim.steps[0].statement.lhs == catalogue["entropy"](family("p", size("n")))


def test_entropies_of_distributions() -> None:
    p = family("p", size("n"))
    step = read("H(p, p) = H(p)").steps[0].statement
    assert (step.lhs, step.rhs) == (catalogue["cross_entropy"](p, p), catalogue["entropy"](p))
    own = read(r"H(p) = -p \ln p - (1-p) \ln (1-p)").steps[0].statement
    assert own.lhs == named_function("H")(real("p"))


def test_a_product_without_brackets_under_a_logarithm_is_noted() -> None:
    assert "log read as taken of all of x y" in read(r"\log x y").readings
    assert not any("taken of all" in r for r in read(r"\ln 2x + \ln y_i").readings)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        (r"x_1 + \dots + x_n", "Sum(x[k], (k, 1, n))"),
        (r"b + w_1 x_1 + w_2 x_2 + \cdots + w_n x_n", "b + Sum(w[k]*x[k], (k, 1, n))"),
        (r"1 + 2 + ... + n", "Sum(k, (k, 1, n))"),
        (r"1 + b + b^2 + \dots + b^n", "b + Sum(b**k, (k, 2, n)) + 1"),
        (r"(x_1 - k)^2 + \dots + (x_n - k)^2", "Sum((-k + x[l])**2, (l, 1, n))"),
        (r"y_{i1} + y_{i2} + \dots + y_{im}", "Sum(y[i, k], (k, 1, m))"),
        (r"x_1 x_2 \cdots x_n y", "y*Product(x[k], (k, 1, n))"),
        (r"f(x_1)f(x_2) \cdots f(x_n)", "Product(f(x[k]), (k, 1, n))"),
    ],
)
def test_ellipses(text: str, meaning: str) -> None:
    formula = read(text)
    assert str(formula.values[0]) == meaning
    assert any("the ellipsis read as" in r for r in formula.readings)


def test_a_sum_over_samples_makes_what_they_have_a_family_in_all_formulas() -> None:
    formulas = read_all(
        [
            r"C = \frac{1}{2n} \sum_x (a - y)^2",
            r"a = \sigma(z)",
            "z = wx + b",
            r"\frac{\partial C}{\partial w} = \frac1n \sum_x (a - y)\sigma'(z) x",
            "g(x) = x^2",
        ]
    )
    shown_as = [str(f.steps[0].statement) for f in formulas]
    assert shown_as == [
        "C = Sum((a[i] - y[i])**2, (i, 1, n))/((2*n))",
        "a[i] = sigmoid(z[i])",
        "z[i] = b + w*x[i]",
        "Partial(C, w) = Sum((a[i] - y[i])*x[i]*Partial(sigmoid(z[i]), z[i]), (i, 1, n))/n",
        "g(x) = x**2",
    ]
    assert any("each with its own a, x, y, z" in r for r in formulas[0].readings)


def test_a_bare_sum_over_samples() -> None:
    assert statements(r"L = \sum [y - f(x)]^2") == ["L = Sum((-f(x[i]) + y[i])**2, (i, 1, n))"]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        (r"z = \theta^\top x", "z = Sum(theta[k]*x[k], (k, 1, n))"),
        (r"z = w^T x + b", "z = b + Sum(w[k]*x[k], (k, 1, n))"),
        (r"z = \mathbf{w}^\top \mathbf{x}", "z = Sum(bold w[k]*bold x[k], (k, 1, n))"),
        (r"L = \lVert a - y \rVert_2^2", "L = Sum((a[k] - y[k])**2, (k, 1, n))"),
        (r"L = \|w\|_1 + \|w\|", "L = Sum(Abs(w[k]), (k, 1, n)) + sqrt(Sum(w[k]**2, (k, 1, n)))"),
        (r"L = ||a_i - y_i||^2", "L = Abs(a[i] - y[i])**2"),
        (r"m = \max_k z_k", "m = max(Vec(z[k], (k, n)))"),
        (r"t = \arg\max_k a_k", "t = argmax(Vec(a[k], (k, n)))"),
        (r"t = \operatorname*{arg\,max}_w L", "t = argmax(Vec(L, (w, oo)))"),
        (r"P(X=1) = p", "P_X(1) = p"),
    ],
)
def test_vectors_extrema_events(text: str, meaning: str) -> None:
    formula = read(text)
    assert [str(step.statement) for step in formula.steps] == [meaning]


def test_gradients_and_products_are_read_component_by_component() -> None:
    shown_as = statements(
        "L = \\sum_i y_i a_i",
        r"\nabla_a L = y",
        r"y \odot a = a \odot y",
        r"\nabla_w g(w) = 2w",
    )
    assert shown_as[1:] == [
        "Partial(L, a[k]) = y[k]",
        "a[k]*y[k] = a[k]*y[k]",
        "Partial(g(w), w) = 2*w",
    ]


def test_conditions_beside_a_formula_are_no_claims() -> None:
    for text in ("f'(x) = 1, x > 0", r"f'(x) = 1 \quad (x > 0)", r"f'(x) = 1 \text{ if $x > 0$}"):
        formula = read(text)
        assert [str(x.statement) for x in formula.steps] == ["Partial(f(x), x) = 1"]
        assert [str(x) for x in formula.implied] == ["x > 0"]
    plain = read(r"x > 0, \quad y > 0")
    assert (len(plain.steps), plain.implied) == (2, ())


def test_what_several_formulas_say_of_a_square() -> None:
    variance, normal, slope = read_all(
        [
            r"\sigma^2 = \frac{1}{m} \sum_i (x_i - \mu)^2",
            r"u_i = \frac{x_i - \mu}{\sigma}",
            r"\frac{\partial L}{\partial \sigma^2} = -\frac{1}{2 \sigma^3}",
        ]
    )
    square = real("sigma^2")
    assert variance.steps[0].statement.lhs == square
    assert sp.sqrt(square) in normal.steps[0].statement.rhs.atoms(sp.Pow)
    assert slope.steps[0].statement.lhs == Partial(real("L"), square)
    activation, deviation = read_all([r"a = \sigma(z)", r"\sigma^2 = s"])
    assert activation.steps[0].statement.rhs == catalogue["sigmoid"](real("z"))
    assert deviation.steps[0].statement.lhs == square


def test_a_bold_letter_is_the_vector_of_its_plain_members() -> None:
    step = read(r"\operatorname{softmax}(\mathbf{z})_i = \frac{e^{z_i}}{\sum_k e^{z_k}}").steps[0]
    assert {str(b) for b in step.statement.lhs.atoms(sp.IndexedBase)} == {"z"}
    two = read_all([r"\mathbf{z} = \mathbf{x}", "z = 2"])
    assert two[0].steps[0].statement.lhs != two[1].steps[0].statement.lhs


def test_logistic_regression_is_read_over_all_samples() -> None:
    model, cost, slope = read_all(
        [
            r"h_\theta(x) = \frac{1}{1 + e^{-\theta^T x}}",
            r"J(\theta) = -\frac1m \sum_{i=1}^m \left[ y^{(i)} \log h_\theta(x^{(i)}) "
            r"+ (1-y^{(i)}) \log(1-h_\theta(x^{(i)})) \right]",
            r"\frac{\partial J(\theta)}{\partial \theta_j} = "
            r"\frac1m \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) x_j^{(i)}",
        ]
    )
    context = Context().define(
        *(Definition.of(f.steps[0].statement.lhs, f.steps[0].statement.rhs) for f in (model, cost))
    )
    assert prove(slope.steps[0].statement, context, 10).status == "proved"


OPAQUE = [
    r"\int_0^1 f(x) \, dx",
    r"\lim_{x \to 0} f(x)",
    r"W^\top W",
    r"\mathbf{W} \mathbf{x}",
    r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
    r"\mathbb{E}[x^2]",
    r"\operatorname{tr}(A B)",
    r"\pm x",
]


@pytest.mark.parametrize("text", OPAQUE)
def test_nothing_is_proved_or_refuted_of_what_is_opaque(text: str) -> None:
    for claim in (rf"{text} = {text}", rf"{text} = 1 + {text}", rf"a + {text} = {text} + a"):
        step = read(claim).steps[0]
        assert prove(step.statement, Context(), 5).status == "undecided"


def test_gaussian_integrals() -> None:
    a, x = real("a"), real("x")
    density = r"\frac{1}{\sqrt{2\pi}} e^{-t^2/2}"
    for text, value in [
        (r"\int_{-\infty}^{\infty} e^{-a x^2} \, dx", sp.sqrt(sp.pi / a)),
        (rf"\int_{{-\infty}}^\infty t^2 {density} \, dt", sp.S.One),
        (rf"\int_{{-\infty}}^\infty t {density} \, dt", sp.S.Zero),
        (rf"\int_{{-\infty}}^x {density} \, dt", (1 + sp.erf(x / sp.sqrt(2))) / 2),
        (r"\int_{-\infty}^\infty e^{-t^2 + t} \, dt", sp.sqrt(sp.pi) * sp.exp(sp.Rational(1, 4))),
    ]:
        assert sp.simplify(read_expression(text) - value) == 0
    for text in (
        r"\int_{-\infty}^\infty e^{t^2} dt",
        r"\int_0^1 e^{-t^3} dt",
        r"\int 9^{9^{9^9}} dt",
    ):
        assert isinstance(read_expression(text), Opaque)


def test_sums_from_zero_run_over_all_members() -> None:
    for text in (r"\sum_{i=0}^{n-1} x_i", r"\sum_{i=1}^{n} x_i"):
        assert str(read_expression(text)) == "Sum(x[i], (i, 1, n))"
    assert str(read_expression(r"\sum_{i=0}^{4} (y[i])^2")) == "Sum(y[i]**2, (i, 1, 5))"
    assert str(read_expression(r"\sum_{j=0}^{m} w_j x^j")) == "Sum(x**j*w[j + 1], (j, 0, m))"


def test_the_logarithm_of_a_name_gives_it_its_meaning() -> None:
    given = [r"\ln L = k \ln \lambda - \lambda"]
    assert verify(r"\frac{\partial \ln L}{\partial \lambda} = \frac{k}{\lambda} - 1", given).status
    for claim, status in ((r"\ln L = k \ln \lambda - \lambda", "proved"), ("L = 1", "refuted")):
        assert verify(claim, given).status == status
    assert outline(r"\log L(p) = \sum_i p_i").lines[0].head is not None
    assert outline(r"\log P(D) = \log \prod_i P(D_i)").lines[0].head is None


def test_a_definition_under_a_condition_on_its_argument_holds_there() -> None:
    given = ["f(x) = x, x > 0"]
    assert verify("f(3) = 3", given).status == "proved"
    assert verify("f(-3) = -3", given).status == "undecided"
    assert outline("f(x) = x, x > 0").lines[0].head is None


def test_a_moment_that_is_defined_is_a_function() -> None:
    given = [
        r"\bar x = \frac1n\sum_{i=1}^n x_i",
        r"\mathrm{Var}(x) = \frac1n\sum_i (x_i - \bar x)^2",
    ]
    verdict = verify(r"\mathrm{Var}(x) = \frac1n\sum_i x_i^2 - \bar x^2", given=given)
    assert verdict.status == "proved"
    assert verify(r"\mathrm{Var}(2X) = 4\mathrm{Var}(X)").status == "undecided"

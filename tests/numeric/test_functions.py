"""The functions that come out: arguments, axes, sums and deltas, cost, errors, source."""

from __future__ import annotations

import ast
import pickle
import subprocess
import sys
import tracemalloc
import warnings
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

from derive.errors import DefinitionError, DeriveError, UnsupportedError
from derive.functions import catalogue
from derive.numeric import compile_entry, compile_expression, module_source
from derive.terms import (
    Context,
    Definition,
    Partial,
    Vec,
    family,
    index,
    named_function,
    real,
    size,
    sum_except,
)

GOLDEN = Path(__file__).parent / "golden"
m, n = size("m"), size("n")
i, j, k, q = (index(name) for name in "ijkq")
x, y, b = real("x"), real("y"), real("b")
u, v, z, R = family("u", n), family("v", n), family("z", n), family("R", m)
W, V = family("W", m, n), family("V", n, m)
softmax = named_function("softmax")
rng = np.random.default_rng(3)


def soft(a):
    e = np.exp(a - a.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


Z, X, U, A, B = (rng.normal(size=s) for s in ((2, 5, 3), (2, 5), (5, 3), (4, 3), (3, 4)))
CASES = [
    (sp.Sum(W[i, k] * u[k], (k, 1, n)), [W, u], [A, U], U @ A.T),
    (sp.Sum(W[i, k] * R[i], (i, 1, m)), [W, R], [A, B], B @ A),
    (sp.Sum(W[i, k] * V[k, j], (k, 1, n)), [W, V], [A, B], A @ B),
    (sp.Sum(W[i, k] * W[j, k], (k, 1, n)), [W], [A], A @ A.T),
    (sp.Sum(W[k, i] * W[k, j], (k, 1, m)), [W], [A], A.T @ A),
    (sp.Sum(W[i, k] * u[k] * v[k], (i, 1, m), (k, 1, n)), [W, u, v], [A, U, U],
     (A @ (U * U).T).sum(0)),
    (sp.Sum(u[i], (i, 1, n)) * x, [u, x], [Z, X], Z.sum(-1) * X),
    (u[i] * v[j], [u, v], [Z, U], Z[..., :, None] * U[..., None, :]),
    (u[j] - v[i], [u, v], [Z, U], Z[..., None, :] - U[..., :, None]),
    (W[1, j] + u[2], [W, u], [A, U], A[0] + U[:, 1, None]),
    (u[n], [u], [U], U[:, -1]),
    (sp.Sum(u[k + 1] - u[k], (k, 1, n - 1)), [u], [U], U[:, -1] - U[:, 0]),
    (sp.Sum(u[k], (k, 2, n)), [u], [U], U[:, 1:].sum(-1)),
    (sp.Sum(u[1] * k, (k, 1, n)), [u], [U], 6 * U[:, 0]),
    (sp.Product(u[k], (k, 1, n)), [u], [U], U.prod(-1)),
    (softmax(z, i) * (sp.KroneckerDelta(i, j) - softmax(z, j)), [z], [Z],
     soft(Z)[..., :, None] * (np.eye(3) - soft(Z)[..., None, :])),
    (sp.Sum(softmax(z, i) * (sp.KroneckerDelta(i, j) - softmax(z, j)) * v[j], (j, 1, n)), [z, v],
     [Z, U], soft(Z) * (U - (soft(Z) * U).sum(-1, keepdims=True))),
    (softmax(z, j) * sp.Sum(v[k], (k, 1, n)) - v[j], [z, v], [Z, U],
     soft(Z) * U.sum(-1, keepdims=True) - U),
    (sum_except(z[k], k, n, j), [z], [Z], Z.sum(-1, keepdims=True) - Z),
    (sum_except(z[k] * z[j], k, n, j), [z], [Z], (Z.sum(-1, keepdims=True) - Z) * Z),
    (sum_except(z[k], k, n, 2), [z], [Z], Z[..., 0] + Z[..., 2]),
    (sum_except(1 / (z[j] - z[k]), k, n, j), [z], [np.array([0.0, 1.0, 3.0])],
     np.array([-4 / 3, 1 / 2, 5 / 6])),
    (sp.KroneckerDelta(i, j) * z[j], [z], [Z], np.eye(3) * Z[..., None]),
    (Vec(W[i, j], (j, n), (i, m)), [W], [A], A.T),
    (u[i] * i, [u], [U], U * np.array([1, 2, 3])),
    (sp.Integer(3), [u, x], [Z, X], np.full((2, 5), 3.0)),
]  # fmt: skip


@pytest.mark.parametrize(("term", "args", "arrays", "wanted"), CASES, ids=lambda c: str(c)[:60])
def test_index_notation(term, args, arrays, wanted):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = compile_expression(term, args)(*arrays)
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12)
    assert np.shape(found) == np.shape(wanted)


def test_arguments_are_families_then_scalars_and_sizes_come_from_shapes():
    term = sp.Sum(v[k] * u[k] * y, (k, 1, n)) / n + x
    f = compile_expression(term)
    assert f.args == ("u", "v", "x", "y")
    assert compile_expression(term, ["y", "x", "v", u]).args == ("y", "x", "v", "u")
    assert compile_expression(x / n).args == ("n", "x")


def test_a_context_gives_names_their_meaning():
    square = Definition.of(named_function("square")(x), x**2)
    mean = Definition.of(sp.Symbol("mean"), sp.Sum(u[k], (k, 1, n)) / n)
    context = Context().define(square, mean)
    f = compile_expression(named_function("square")(sp.Symbol("mean")), context=context)
    assert f.args == ("u",)
    assert f([1.0, 2.0, 6.0]) == 9.0


def test_no_python_loop_and_no_square_array_in_a_gradient():
    """Value and gradient of softmax cross-entropy at 10^6 classes: some arrays of that length."""
    entry = catalogue["softmax_cross_entropy"]
    (logits, target), (classes,) = entry.params, entry.sizes
    gradient = softmax(logits, j) * sp.Sum(target[k], (k, 1, classes)) - target[j]
    f = compile_entry(entry, gradient)
    assert not any(isinstance(node, ast.For | ast.While) for node in ast.walk(_body(f)))
    count = 10**6
    a, t = rng.normal(size=count), np.zeros(count)
    t[7] = 1
    tracemalloc.start()
    value, grad = f.value_and_grad(a, t)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * 8 * count
    np.testing.assert_allclose(grad, soft(a) - t, atol=1e-15)
    np.testing.assert_allclose(value, -np.log(soft(a)[7]), rtol=1e-12)


def _body(f):
    tree = ast.parse(f.source)
    return next(x for x in tree.body if getattr(x, "name", "") == f.name)


def test_shared_work_is_done_once():
    entry = catalogue["softmax_cross_entropy"]
    (logits, target), (classes,) = entry.params, entry.sizes
    gradient = softmax(logits, j) * sp.Sum(target[q], (q, 1, classes)) - target[j]
    source = compile_entry(entry, gradient).source
    assert source[source.index("_value_and_grad") :].count("np.exp") == 1


def test_a_gradient_without_its_index_has_the_shape_of_the_argument():
    f = compile_expression(sp.Sum(u[k], (k, 1, n)), [u], gradient=sp.Integer(1), wrt=u[j])
    _, grad = f.value_and_grad(U)
    np.testing.assert_array_equal(grad, np.ones((5, 3)))
    with pytest.raises(DefinitionError, match="without a gradient"):
        compile_expression(x).value_and_grad(1.0)


def test_results_share_no_memory_with_arguments():
    for term, args in ((x, [x]), (W[i, j], [W]), (u[2], [u]), (Vec(W[i, j], (j, n), (i, m)), [W])):
        a = np.ones({x: (3,), u: (4, 3), W: (4, 3)}[args[0]])
        assert not np.shares_memory(compile_expression(term, args)(a), a)


def test_numbers_in_give_numbers_out():
    f = compile_expression(sp.Piecewise((x, x > 0), (sp.exp(x), True)))
    for value in (2, 2.0, np.float32(2), np.float64(2)):
        assert np.isscalar(f(value))
    assert f(np.float32(2)).dtype == np.float32
    assert f(True) == 1.0
    assert f([1, -1]).dtype == np.float64
    assert compile_expression(x + y)(np.ones(2, np.float32), 1).dtype == np.float32


@pytest.mark.parametrize(
    "entry", [e for e in catalogue.values() if e.family == "activation"], ids=lambda e: e.name
)
def test_nan_goes_through(entry):
    f = compile_entry(entry)
    shape = (3,) if f.source.count('"n"') else ()
    arrays = [np.full(shape, np.nan), *(np.asarray(0.5) for _ in entry.params[1:])]
    assert np.all(np.isnan(f(*arrays)))


@pytest.mark.parametrize(
    ("arrays", "error", "message"),
    [
        (([1.0], [1.0, 2.0]), ValueError, r"v has shape \(2,\), so n = 2; 1 is needed"),
        ((1.0, [1.0]), ValueError, r"u has shape \(\); \(\.\.\., n\) is needed"),
        ((np.ones((2, 3)), np.ones((4, 3))), ValueError, "batch axes do not broadcast"),
        ((["a"], [1.0]), TypeError, "real numbers"),
        (([1j], [1.0]), TypeError, "real numbers"),
    ],
)
def test_what_does_not_fit_is_said(arrays, error, message):
    f = compile_expression(sp.Sum(u[k] * v[k], (k, 1, n)))
    with pytest.raises(error, match=message):
        f(*arrays)


@pytest.mark.parametrize(
    ("term", "args", "message"),
    [
        (named_function("nameless")(x), None, "nameless: nothing says"),
        (Partial(x**2, x), None, "differentiate it first"),
        (x + y, ["x"], "f: y is neither an argument"),
        (x, ["q"], "no 'q'"),
        (x, ["x", "x"], "named twice"),
        (u[i] * family("t", m)[i], None, "index i runs to"),
        (sp.zeta(x), None, "zeta has no NumPy code"),
        (x + sp.I, None, "no real number"),
    ],
)
def test_what_cannot_be_compiled_is_said(term, args, message):
    with pytest.raises(DeriveError, match=message):
        compile_expression(term, args)
    assert issubclass(UnsupportedError, DeriveError)


@pytest.mark.parametrize(
    "name",
    [
        r"\hat{y}",
        "x_{__import__('os').system('true')}",
        '"""\nimport os\n"""',
        "lambda",
        "np",
        "sizes",
        "print",
        "σ",
        "1",
        "",
        "é\\",
    ],
)
def test_names_from_text_never_become_code(name):
    """Whatever a symbol, a family or a function is called, the names in the code are ours."""
    scalar, members = real(name or " "), family("fam" + name, n)
    f = compile_expression(scalar * sp.Sum(members[k], (k, 1, n)) + x, name=name)
    tree = ast.parse(f.source)
    assert {type(node).__name__ for node in tree.body} == {
        "Expr", "ImportFrom", "Import", "FunctionDef",
    }  # fmt: skip
    calls = {a.id for a in ast.walk(tree) if isinstance(a, ast.Name)}
    assert "os" not in calls
    assert "__import__" not in calls
    assert f(*([1.0, 2.0] if a.startswith("fam") else 2.0 for a in f.args)) == 8.0


def test_a_function_can_be_sent_to_another_process():
    f = pickle.loads(pickle.dumps(compile_expression(x**2)))
    assert f(3.0) == 9.0


def test_the_source_stands_on_numpy_alone(tmp_path):
    entry = catalogue["softmax_cross_entropy"]
    path = tmp_path / "generated.py"
    path.write_text(module_source(compile_entry(entry)), encoding="utf-8")
    code = (
        "import sys; import generated; import numpy as np\n"
        "print(generated.softmax_cross_entropy(np.zeros(4), np.eye(4)[0]))\n"
        "assert not {'sympy', 'derive', 'scipy'} & set(sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert float(run.stdout) == pytest.approx(np.log(4))


def test_the_source_reads_as_before():
    """What is printed: to renew the golden file after a change that is meant, delete it."""
    entry = catalogue["softmax_cross_entropy"]
    (logits, target), (classes,) = entry.params, entry.sizes
    gradient = softmax(logits, j) * sp.Sum(target[k], (k, 1, classes)) - target[j]
    source = compile_entry(entry, gradient).source
    path = GOLDEN / "softmax_cross_entropy.py.txt"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_text(source, encoding="utf-8")
        pytest.fail(f"{path.name} was missing; it has been written, read it")
    assert source == path.read_text(encoding="utf-8")


def test_modules_import_numpy_and_special_functions_alone():
    allowed = {"__future__", "typing", "math", "numpy", "numpy.typing", "scipy"}
    for entry in catalogue.values():
        tree = ast.parse(compile_entry(entry).source)
        names = {
            a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names
        }
        names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert names <= allowed, entry.name


def test_what_looks_ready_and_is_not_is_still_checked():
    """The way for small arrays takes none whose shapes say nothing."""
    f = compile_expression(sp.Sum(u[k] * v[k], (k, 1, n)), [u, v])
    with pytest.raises(ValueError, match=r"v has shape \(\)"):
        f(np.ones(3), np.asarray(1.0))
    with pytest.raises(ValueError, match="n = 2; 3 is needed"):
        f(np.ones((4, 3)), np.ones((4, 2)))
    assert f(np.ones((4, 3)), np.ones(3)).shape == (4,)
    g = compile_expression(x * y, [x, y])
    assert g(np.ones(3, np.float32), np.ones(3)).dtype == np.float64
    assert g(np.asarray(2.0), np.ones(3)).shape == (3,)
    with pytest.raises(ValueError, match="broadcast"):
        g(np.ones(3), np.ones(2))

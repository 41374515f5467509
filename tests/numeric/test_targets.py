"""Code for the frameworks: what is printed, what it computes, and what they cannot take."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import derive as dv
from derive.cli import run
from derive.errors import DefinitionError, UnsupportedError
from derive.functions import catalogue
from derive.numeric import check_compiled, kernels, portable, reductions
from derive.numeric.helpers import names_of
from derive.numeric.targets import TARGETS, Target
from derive.terms import shape_of

GOLDEN = Path(__file__).parent / "golden"
# NumPy itself in the place of a framework, so that the helpers are tested without any.
PLAIN = Target(
    "plain",
    "np",
    ("import numpy as np", "from scipy import special"),
    """def _arrays(*values):
    dtype = np.result_type(*values, np.float32)
    return [np.asarray(v, dtype) for v in values]""",
    special="special",
)
SAMPLE = ("sigmoid", "gelu", "huber", "binary_cross_entropy", "softmax_cross_entropy", "softmax")
# What XLA rounds more coarsely than the goal, in units in the last place.
COARSE = {"jax": {"binary_cross_entropy": 100, "rescaled_binary_cross_entropy": 200}}


@pytest.fixture
def plain(monkeypatch):
    """The target "plain" in the table."""
    monkeypatch.setattr("derive.numeric.function.target_of", lambda name: PLAIN)


@pytest.mark.parametrize("name", list(catalogue))
def test_every_entry_is_as_accurate_with_the_portable_helpers(name, plain):
    function = dv.numpy_function(name, grad=True, target="plain")
    with np.errstate(all="ignore"):
        report = check_compiled(function, points=24)
    assert report.ok, str(report)


def test_helpers_go_by_the_same_names():
    ours = set(names_of(portable))
    theirs = {*names_of(kernels), *names_of(reductions)}
    assert ours == theirs - {
        "_mills",
        "_exp_to",
        "_below",
        "_above",
        "_picked",
        "_normal_tail",
        "_squares_fit",
        "_over_zero",
        "_under_zero",
    }


@pytest.mark.parametrize(
    ("name", "target"),
    [("silu", "torch"), ("softmax_cross_entropy", "jax"), ("huber", "numba")],
)
def test_the_source_reads_as_before(name, target):
    """What is printed: to renew a golden file after a change that is meant, delete it."""
    source = dv.numpy_function(name, grad=True, target=target).source
    path = GOLDEN / f"{name}_{target}.py.txt"
    if not path.exists():
        path.write_text(source, encoding="utf-8")
        pytest.fail(f"{path.name} was missing; it has been written, read it")
    assert source == path.read_text(encoding="utf-8")


def test_what_cannot_be_is_said():
    with pytest.raises(DefinitionError, match="no target 'fortran'; there are numpy, torch"):
        dv.numpy_function("sigmoid", target="fortran")
    with pytest.raises(UnsupportedError, match="numba takes elementwise functions alone"):
        dv.numpy_function("softmax", target="numba")


@pytest.mark.parametrize("target", list(TARGETS))
def test_a_framework_that_is_missing_is_named(target):
    if importlib.util.find_spec(target):
        pytest.skip(f"{target} is installed")
    function = dv.numpy_function("sigmoid", target=target)
    with pytest.raises(UnsupportedError, match=r"is not installed; pip install"):
        function(0.5)


def test_the_command_writes_for_a_framework(capsys):
    assert run(["numpy", "sigmoid", "--target", "torch", "--grad"]) == 0
    printed = capsys.readouterr().out
    assert "import torch" in printed
    assert "def sigmoid_value_and_grad(z: Any) -> Any:" in printed
    assert "np." not in printed


def swept(target, name):
    """The report of an entry run by a framework, or a skip."""
    module = pytest.importorskip(target)
    if target == "jax":
        module.config.update("jax_enable_x64", True)
    if TARGETS[target].elementwise and any(map(shape_of, catalogue[name].params)):
        pytest.skip(f"{target} takes elementwise functions alone")
    function = dv.numpy_function(name, grad=True, target=target)
    # XLA takes subnormal numbers for 0.
    report = check_compiled(function, points=60, subnormal=target != "jax")
    limit = COARSE.get(target, {}).get(name, 0)
    assert report.ok or all(f.worst <= limit for f in report.findings), str(report)


@pytest.mark.parametrize("name", SAMPLE)
@pytest.mark.parametrize("target", list(TARGETS))
def test_a_sample_run_by_a_framework(target, name):
    swept(target, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(catalogue) - set(SAMPLE)))
@pytest.mark.parametrize("target", list(TARGETS))
def test_every_entry_run_by_a_framework(target, name):
    swept(target, name)

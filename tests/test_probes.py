"""The ten probe tasks: derived to the closed form, printed, proved, each within its time."""

from __future__ import annotations

import pytest

from bench.probes import KL_IS_EXCESS, TASKS, Task, divergence, timed
from derive.proof import prove

ALL = [pytest.param(t, id=f"{title}: {t.name}") for title, tasks in TASKS.items() for t in tasks]
LIMIT = 1.0


def test_there_are_ten() -> None:
    assert [int(title.split()[0]) for title in TASKS] == list(range(1, 11))


@pytest.mark.parametrize("task", ALL)
def test_a_probe_comes_out(task: Task) -> None:
    seconds, (derivation, latex, status) = timed(task.run)
    assert derivation.result == task.expected
    assert status == "proved"
    assert latex.startswith(r"\begin{align*}")
    assert latex.count("&=") == sum(len(d.lines) for d in (*derivation.lemmas, derivation))
    # Processor time, on a machine that may be busy: the alarm is at four times the figure.
    assert seconds < 4 * LIMIT


@pytest.mark.parametrize("task", ALL)
def test_every_line_of_a_probe_is_proved(task: Task) -> None:
    derivation, _, _ = task.run()
    check = derivation.check()
    assert check, str(check)


def test_kinks_are_part_of_the_rectifiers() -> None:
    for task in TASKS["3 rectifiers"]:
        derivation, _, _ = task.run()
        (kink,) = derivation.kinks
        assert kink.at == 0
        assert "derivative does not exist" in derivation.latex()


def test_kl_is_cross_entropy_minus_entropy() -> None:
    assert prove(KL_IS_EXCESS, divergence).status == "proved"

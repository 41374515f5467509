r"""Claims with arrows: what follows is judged under its premises."""

from __future__ import annotations

import pytest

from derive.verdicts import verify
from derive.verdicts.implications import implications

CLAIMS = [
    (r"\log\frac{p}{1-p} = \theta \iff p = \sigma(\theta)", (r"p \in (0, 1)",), "proved"),
    (r"\log\frac{p}{1-p} = -\theta \iff p = \sigma(\theta)", (r"p \in (0, 1)",), "refuted"),
    (r"|x| = x \iff x \geq 0", (), "proved"),
    (r"|x| = x \iff x > 0", (), "refuted"),
    (r"x > 0 \implies \ln x \leq x - 1", (), "proved"),
    (r"x = 3 \implies x^2 = 9", (), "proved"),
    (r"x^2 = 9 \implies x = 3", (), "refuted"),
    (r"x^2 = 9 \iff x = 3", (), "refuted"),
    (r"a = \sigma(z) \Rightarrow \frac{da}{dz} = a(1-a)", (), "proved"),
    (r"a = \sigma(z) \Rightarrow \frac{da}{dz} = a(1+a)", (), "refuted"),
    (r"x > y \implies e^x > e^y \implies e^{2x} > e^{2y}", (), "proved"),
    (r"1 = 2 \implies 2 = 3", (), "undecided"),
    (r"e^x = 5 \Leftrightarrow x = \ln 5", (), "proved"),
]


@pytest.mark.parametrize(("claim", "assuming", "status"), CLAIMS)
def test_implication(claim: str, assuming: tuple[str, ...], status: str) -> None:
    assert verify(claim, assuming=assuming).status == status


def test_both_directions_are_steps_and_say_where_they_stand() -> None:
    claim = r"x^2 = 9 \iff x = 3"
    there, back = verify(claim).steps
    assert (there.verdict, back.verdict) == ("refuted", "proved")
    assert claim[back.offset :].startswith("9")
    assert claim[there.offset :].startswith("3")


@pytest.mark.parametrize(
    "claim",
    [
        r"x = x",
        r"\begin{cases} x = 1 \implies y & a \end{cases} = 2",
        r"\implies x = 1",
        r"\impliesx",
    ],
)
def test_other_claims_have_no_premises(claim: str) -> None:
    assert implications(claim) == []


def test_an_unread_premise_is_said() -> None:
    for claim in (r"x = \frac{ \implies x = 1", r"x = )y \implies x = 1", r"x = 1 \implies )y = 2"):
        verdict = verify(claim)
        assert verdict.status == "undecided"
        assert verdict.reason.startswith("unread")
        assert ")" not in claim or claim[verdict.steps[0].offset] == ")"

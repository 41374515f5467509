"""The identities of the field: true by a check that does not use derive, and proved by it."""

from __future__ import annotations

import pytest

from bench.identities import IDENTITIES, TOPICS, Identity
from bench.identities.reference import disagreement
from derive.verdicts import Claim
from derive.verdicts.worker import judge_claim

# Not proved yet, with the reason; what is proved one day has to leave the list.
REASONS = {
    "entropies of a softmax, whose exponents are not taken apart": (
        "entropy-of-softmax-nonnegative",
        "ce-above-entropy",
    ),
}
OPEN = {name: reason for reason, names in REASONS.items() for name in names}

every_identity = pytest.mark.parametrize("identity", IDENTITIES, ids=lambda i: i.id)


def test_the_list_is_in_order() -> None:
    names = [identity.id for identity in IDENTITIES]
    assert len(set(names)) == len(names)
    assert {identity.topic for identity in IDENTITIES} == set(TOPICS)
    assert set(OPEN) <= set(names)


def test_most_are_proved() -> None:
    assert len(OPEN) <= len(IDENTITIES) * 0.02


@every_identity
def test_holds_at_random_points(identity: Identity) -> None:
    assert disagreement(identity) == ""


def test_the_check_can_fail() -> None:
    wrong = Identity("wrong", r"\sigma(z) = z", lambda z: (z, z + 1))
    assert disagreement(wrong).startswith("wrong: ")


@every_identity
def test_is_proved_unless_listed(identity: Identity) -> None:
    verdict = judge_claim(Claim(identity.claim, identity.given, identity.assuming))
    assert verdict.status != "refuted", verdict.reason
    if identity.id in OPEN:
        assert verdict.status != "proved", "take it off the list OPEN"
    else:
        assert verdict.status == "proved", verdict.reason

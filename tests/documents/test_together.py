"""What a claim is read with: facts that do not go with it are left out, the others stay."""

from __future__ import annotations

import pytest

from derive.documents.task import Fact, Task
from derive.documents.together import Together
from derive.errors import ReadError


def fact(text: str) -> Fact:
    return Fact(text, "definition", 1)


FITS = [fact(rf"{name} = {name}_1 + {name}_2") for name in "cdghuvw"]


@pytest.mark.parametrize("places", [(0,), (3,), (7,), (0, 4), (2, 3, 9)])
def test_only_what_does_not_read_is_left_out(places: tuple[int, ...]) -> None:
    facts = list(FITS)
    for place in places:
        facts.insert(place, fact(rf"p_{{{place}}} = \frac{{1}}{{"))
    formulas, kept, dropped = Together(Task("c + d = 0"))(facts)
    assert kept == FITS
    assert [f for f in facts if f not in FITS] == dropped
    assert [f.source for f in formulas] == [*(f.text for f in FITS), "c + d = 0"]


@pytest.mark.parametrize("places", [(0,), (3,), (7,), (0, 4), (2, 3, 8)])
def test_what_contradicts_the_claim_is_found_by_halving(places: tuple[int, ...]) -> None:
    facts = list(FITS)
    for place in places:
        facts.insert(place, fact(rf"q_{{ij}} = {place}"))
    together = Together(Task("q_i + q_j = 0"))
    _, kept, dropped = together(facts)
    assert kept == FITS
    assert dropped == [f for f in facts if f not in FITS]
    # Another choice does not try them again, and says that they are left out.
    _, kept, dropped = together(facts[1:])
    assert kept == [f for f in facts[1:] if f in FITS]
    assert dropped == [f for f in facts[1:] if f not in FITS]


def test_of_two_facts_that_contradict_each_other_the_first_stays() -> None:
    first, second = fact("q_{ij} = 1"), fact("q_i = 2")
    together = Together(Task("c + d = 0"))
    assert together([*FITS, first, second])[1:] == ([*FITS, first], [second])
    assert together([second, *FITS])[1:] == ([second, *FITS], [])


def test_a_claim_that_cannot_be_read_is_no_fault_of_the_facts() -> None:
    with pytest.raises(ReadError):
        Together(Task(r"c + \frac{1}{"))(FITS)

"""What a formula says before its names have meanings."""

from __future__ import annotations

import pytest

from derive.latex import read_all
from derive.latex.outline import outline
from derive.verdicts.surroundings import base_context

RIGHT = [
    r"\frac{b}{s}",
    r"\frac{b}{{s}}",
    r"\sqrt{s}",
    r"\binom{n}{k}",
    r"e^{\frac{x}{s}}",
    r"\sum_{i} \frac{x_i}{n}",
    r"\log{s}",
    r"x_{i}",
    r"\mathbf{s}",
]


@pytest.mark.parametrize("right", RIGHT)
def test_a_side_keeps_its_last_brace(right: str) -> None:
    for end in ("", ".", " ,"):
        (line,) = outline(f"a = {right}{end}").lines
        assert line.sides == ("a", right)
        # What a document learns from a formula is read again with the next one.
        read_all([" = ".join(line.sides)], base_context())

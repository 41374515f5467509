"""After judging: what a formula turns out to be, and what the text knows from then on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from derive.documents.facts import SAMPLE_SUM, Facts
from derive.documents.prose import defines_anew, is_item_of, only_states, sets_to_zero
from derive.documents.reported import as_definition
from derive.documents.roles import SET_TO_ZERO
from derive.documents.steps import SAYS_ARGUMENT
from derive.documents.task import Judged, Task
from derive.documents.values import PUTS_IN
from derive.errors import ReadError
from derive.latex.lookup import entries_by_name
from derive.latex.notation import INDEX_LETTERS
from derive.latex.outline import Line, Outline, outline
from derive.verdicts.surroundings import RELATION_SIGNS
from derive.verdicts.verdict import StepVerdict

OPTIMUM = 60
"""How far back the words may be that say what an equation without a name is of, in characters."""

_SLOPE = re.compile(r"\\[dt]?frac\s*\{\s*(?:d|\\partial|\\mathrm|\{?\\rm)|\\nabla|\\partial|[^=]*'")
_FUNCTION = re.compile(r"\\?[A-Za-z]+\s*\(\s*\\?[A-Za-z]+\s*\)")


def settled(shape: Outline, judged: Judged, facts: Facts, said: str) -> Judged:
    """A refuted equation may be a condition on unknowns, or a new meaning for a name."""
    steps = list(judged.steps)
    for line in shape.lines:
        if not line.relations:
            continue
        k = next((i for i, s in enumerate(steps) if s.offset == line.starts[1]), None)
        if k is None or steps[k].verdict in ("proved", "definition"):
            continue
        if steps[k].verdict == "conditional" and not is_its_own_condition(steps[k]):
            continue
        instead = meaning(line, facts, said)
        if instead:
            steps[k] = as_definition(steps[k], instead)
    for line in shape.lines:
        k = next((i for i, s in enumerate(steps) if s.offset == line.starts[-1]), None)
        if k is not None and ends_in_zero(line) and steps[k].verdict in ("refuted", "undecided"):
            steps[k] = as_definition(steps[k], "the derivative before it is set to zero")
    return replace(judged, steps=tuple(steps))


def ends_in_zero(line: Line) -> bool:
    """`\\frac{dL}{dp} = \\frac{k}{p} - n = 0`: the author looks for an optimum."""
    last = (line.relations[-1], line.sides[-1])
    return is_slope(line) and len(line.relations) > 1 and last == ("=", "0")


def is_slope(line: Line) -> bool:
    """Whether a chain begins with a derivative."""
    return _SLOPE.match(line.sides[0]) is not None


def is_its_own_condition(step: StepVerdict) -> bool:
    """Whether a step is true if it is true, as Σ y = 1 beside a loss."""
    claim = f"{step.lhs} {step.relation} {step.rhs}"
    return any(h.replace(" ", "") == claim.replace(" ", "") for h in step.hypotheses)


def meaning(line: Line, facts: Facts, said: str) -> str:
    """What a first step says if it fails as a claim, in words; nothing if it is a claim."""
    if is_condition(line, facts):
        return "a condition on its names; it is used as a hypothesis from here on"
    if is_recurrence(line) and not facts.defined_names() & {_base(line.sides[0])}:
        return "a recurrence: it says how the values follow each other"
    if line.relations[0] == "=" and line.head is None and sets_to_zero(said[-OPTIMUM:]):
        return "" if is_slope(line) else "it holds at the optimum that the words before speak of"
    if line.relations[0] != "=" or line.head is None:
        return ""
    if facts.is_another_case(line.head):
        return f"{line.sides[0]} in another case"
    if not facts.definitions(line.head):
        return "it says more of a name that has conditions"
    if is_new_meaning(line, facts, said):
        return f"{line.sides[0]} gets another meaning here than before"
    return ""


def is_recurrence(line: Line) -> bool:
    """`v_{t+1} = \\beta v_t + g_t`: a member by another one of the same family."""
    shifted = re.fullmatch(r"\\?[A-Za-z]+_\{\w+\s*[+-]\s*\d+\}", line.sides[0].strip())
    return (
        shifted is not None and line.relations[0] == "=" and _base(line.sides[0]) in line.names[1]
    )


def _base(member: str) -> str:
    return member.partition("_")[0].strip().removeprefix("\\")


def is_condition(line: Line, facts: Facts) -> bool:
    """Whether a relation sets what nothing else speaks of: `\\frac{1}{1+e^{-x}} = 0.9`."""
    # What the catalogue says of a function is no condition, nor is a limit.
    names = (line.names[0] | line.names[1]) - set(entries_by_name())
    if len(line.relations) != 1 or not names or r"\lim" in line.sides[0]:
        return False
    if line.relations[0] == "=" and not (line.value(0) or line.value(1)):
        return False
    return not names & facts.defined_names()


def is_new_meaning(line: Line, facts: Facts, said: str) -> bool:
    """Whether an equation that fails gives its left side another meaning than before."""
    assert line.head is not None
    old = facts.definitions(line.head)
    if not old:
        return False
    named = _FUNCTION.fullmatch(line.sides[0].strip()) or only_states(said)
    if is_item_of(said) and old[-1].listed and named:
        # Each item of a list of functions calls its own one f.
        return True
    if old[-1].section != facts.section and only_states(said):
        # What a new section puts first is its own subject.
        return True
    if defines_anew(said) or (SAMPLE_SUM in old[-1].text) != (SAMPLE_SUM in line.sides[1]):
        return True
    known = {f.name for f in facts.stated} | old[-1].names | line.names[0] | INDEX_LETTERS
    return any(n not in known and n.partition("_")[0] not in known for n in line.names[1])


def learn(
    shape: Outline, judged: Judged, task: Task, facts: Facts, place: int, lasting: bool
) -> None:
    """What a judged formula adds to the facts; what does not last holds for the next one only."""
    verdicts = {s.offset: s for s in judged.steps}
    for step in judged.steps:
        _learn_needs(step, task, facts, place)
    for line in shape.lines:
        if "in" in line.relations:
            text = f"{line.sides[0]} \\in {line.sides[1]}"
            facts.add(facts.assume(text, place, line.names[0]))
            continue
        first = verdicts.get(line.starts[1]) if line.relations else None
        if first is None:
            continue
        if line.relations[0] != "=":
            if first.verdict == "definition":
                relation = RELATION_SIGNS.get(first.relation, first.relation)
                text = f"{line.sides[0]} {relation} {line.sides[1]}"
                facts.case = [facts.assume(text, place, line.names[0] | line.names[1])]
        elif is_recurrence(line) and first.verdict == "definition":
            facts.add(facts.steps_of(_base(line.sides[0]), line, place))
        elif line.head is None:
            _learn_condition(line, first, facts, place, lasting)
        else:
            _learn_meaning(line, verdicts, task, facts, place)


def _learn_needs(step: StepVerdict, task: Task, facts: Facts, place: int) -> None:
    """What a step was seen to rest on: values that it puts in, a name that it takes as known."""
    filled = step.reason.startswith(PUTS_IN)
    if not filled and (step.verdict != "conditional" or step.offset in task.consequences):
        return
    for stated in step.hypotheses:
        try:
            shape = outline(stated, facts.words)
        except ReadError:
            continue
        new = [x for x in shape.lines if x.relations == ("=",) and x.head is not None
               and not facts.definitions(x.head) and not x.value(1)]  # fmt: skip
        if filled or len(new) == len(shape.lines):
            facts.add_lines(shape, place)


def _learn_condition(
    line: Line, step: StepVerdict, facts: Facts, place: int, lasting: bool
) -> None:
    """`\\sum_k y_k = 1`, or a derivative that is set to zero, as a hypothesis."""
    set_to_zero = step.reason.startswith(SET_TO_ZERO)
    if not set_to_zero and (step.verdict != "definition" or not (line.value(0) or line.value(1))):
        return
    text = f"{line.sides[0]} = {line.sides[1]}"
    fact = facts.assume(text, place, line.names[0] | line.names[1])
    if lasting or set_to_zero:
        facts.add(fact)
    else:
        # What is said in passing (if P = Q) holds there and then only.
        facts.case = [fact]


def _learn_meaning(
    line: Line, verdicts: Mapping[int, StepVerdict], task: Task, facts: Facts, place: int
) -> None:
    assert line.head is not None
    first = verdicts[line.starts[1]]
    special = first.verdict == "conditional" and line.head.kind == "symbol"
    special |= first.verdict == "proved" and line.value(1) and line.head.kind != "call"
    # What says again what another section said, or sums points up, holds here from now on.
    again = first.verdict == "proved" and first.offset in task.restating | task.from_points
    if first.verdict == "definition" or special or again:
        facts.add_line(line, place)
    for k in range(1, len(line.relations)):
        said = verdicts.get(line.starts[k + 1])
        if said is not None and said.reason == SAYS_ARGUMENT:
            _learn_argument(line.sides[k], line.sides[k + 1], facts, place)


def _learn_argument(left: str, right: str, facts: Facts, place: int) -> None:
    """`\\sigma(z) = \\sigma(wx + b)` says what z is."""
    inner = [re.fullmatch(r"[^(]*\((.*)\)", side) for side in (left, right)]
    if inner[0] is not None and inner[1] is not None:
        facts.add_lines(outline(f"{inner[0][1]} = {inner[1][1]}", facts.words), place)

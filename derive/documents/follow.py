"""Following a document in reading order: what it has defined, what holds where, what it claims."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from derive.documents.pieces import Document, Found, Heading, Piece, Remark, Stretch, Words
from derive.documents.prose import assumes, defines_anew, naming, speaks_of_single_sample
from derive.documents.reported import Reported, as_definition, reported_of, unread
from derive.documents.steps import SAYS_ARGUMENT
from derive.documents.task import Fact, Judged, Task
from derive.documents.values import PUTS_IN
from derive.errors import ReadError
from derive.latex.notation import INDEX_LETTERS
from derive.latex.outline import Line, Outline, outline, with_index

Judge = Callable[[Task], Judged]


SAMPLE = "s"
"""The index that a sum over samples gets where the text writes none."""

SAMPLE_SUM = rf"\sum_{{{SAMPLE}}}"

LONGEST_BRIDGE = 60
"""The longest prose over which a display goes on with the one before, in characters."""

_VISIBLE_EVERYWHERE = frozenset({"definition"})


@dataclass
class Follower:
    """The state of reading: facts so far, the section, the case that prose has set."""

    document: Document
    judge: Judge
    seconds: float
    facts: list[Fact] = field(default_factory=list)
    section: tuple[int, ...] = ()
    titles: dict[tuple[int, ...], str] = field(default_factory=dict)
    words: frozenset[str] = frozenset()
    single: bool = False
    ignoring: bool = False
    expected: str = ""
    case: list[Fact] = field(default_factory=list)
    before: tuple[Outline, Stretch] | None = None
    counter: int = 0
    problems: list[str] = field(default_factory=list)
    said: str = ""
    samples: set[str] = field(default_factory=set)
    seen: frozenset[str] = frozenset()
    expression: Found | None = None

    def __post_init__(self) -> None:
        found: set[str] = set()
        for formula in self.document.formulas:
            try:
                found |= _outline(formula.source.chars).words
            except ReadError:
                continue
        self.words = frozenset(found)

    # -- pieces ---------------------------------------------------------------------------------

    def take(self, piece: Piece) -> Reported | None:
        """Read on by one piece; what is said of it, if it is a formula."""
        if isinstance(piece, Heading):
            self._heading(piece)
        elif isinstance(piece, Words):
            self._words(piece.text)
        elif isinstance(piece, Remark):
            self._remark(piece)
        else:
            return self._formula(piece)
        return None

    def _words(self, text: str) -> None:
        self.single = self.single or speaks_of_single_sample(text)
        self.said = text
        paragraphs = text.split("\n\n")
        if len(paragraphs) > 1 and paragraphs[-1].strip():
            self.case = []
        if len(text.strip()) > LONGEST_BRIDGE:
            self.before = None

    def _heading(self, heading: Heading) -> None:
        self.counter += 1
        outer = tuple(n for n in self.section if n // 100_000 < heading.level)
        self.section = (*outer, heading.level * 100_000 + self.counter)
        self.titles[self.section] = heading.text
        self.single = False
        self.case = []
        self.before = None

    def _remark(self, remark: Remark) -> None:
        line = self.document.position(remark.start)[0]
        if remark.verb == "ignore":
            self.ignoring = True
        elif remark.verb == "expect":
            self.expected = remark.text.split()[0] if remark.text else ""
        else:
            try:
                shape = _outline(remark.text, self.words)
            except ReadError as error:
                said = f"line {line}: derive: {remark.verb} is not understood: {error}"
                self.problems.append(said)
                return
            if remark.verb == "define":
                self._add_lines(shape, line)
            else:
                self._add(Fact(remark.text, "assumption", line, names=shape.names,
                               section=self.section))  # fmt: skip

    # -- formulas -------------------------------------------------------------------------------

    def _formula(self, found: Found) -> Reported:
        if self.ignoring:
            self.ignoring = False
            return Reported(found, "expression", None, "the author asked not to judge this")
        if found.trouble:
            return Reported(found, "unread", "undecided", f"unread: {found.trouble}")
        source = found.source
        try:
            shape = _outline(source.chars, self.words)
            if shape.continues and self.before is not None:
                source = _continued(self.before, source)
                found = replace(found, source=source)
                shape = _outline(source.chars, self.words)
        except ReadError as error:
            self.before = None
            return unread(found, error)
        reported = self._shaped(found, shape)
        expected, self.expected = self.expected, ""
        return replace(reported, expected=expected)

    def _shaped(self, found: Found, shape: Outline) -> Reported:
        line = self.document.position(found.start)[0]
        if shape.lists:
            return Reported(found, "definition", "definition", "a list: it names its members")
        case = _case(shape, found)
        if case and not found.display:
            if shape.lines[0].sides[0] in "nNm" and shape.lines[0].value(1):
                self.single = self.single or shape.lines[0].sides[1] == "1"
            else:
                self.case = [Fact(found.source.chars, "case", line, section=self.section)]
            return Reported(found, "definition", "definition", "a case: what follows is under it")
        if shape.samples:
            found = replace(found, source=self._over_samples(found.source, shape))
            try:
                shape = replace(outline(found.source.chars, self.words), by=shape.by)
            except ReadError as error:
                return Reported(
                    found, "unread", "undecided", f"unread: {error}", offset=error.offset
                )
        task = self._task(found, shape)
        self.seen |= shape.names
        judged = self.judge(task)
        if judged.trouble:
            reason = f"unread: {judged.trouble}"
            return Reported(found, "unread", "undecided", reason, offset=judged.offset)
        if judged.stopped:
            return Reported(found, "claim", "undecided", judged.stopped)
        if not any(x.relations for x in shape.lines):
            named = self._named(found, shape, line)
            self.expression = found
            self.before = (shape, found.source) if found.display else None
            return Reported(found, "expression", None, named or "an expression: it states nothing")
        judged = self._settled(shape, judged)
        self._learn(shape, judged, line, found.display)
        if found.display:
            self.case = []
        self.before = (shape, found.source)
        return reported_of(found, judged)

    def _over_samples(self, source: Stretch, shape: Outline) -> Stretch:
        """`\\sum_x (a - y)^2` with the sample's index written: `\\sum_{s} (a_{s} - y_{s})^2`."""
        text, places = source.chars, list(source.places)
        edits = {}
        for found in shape.samples:
            edits[found.start] = (found.end, SAMPLE_SUM)
            self.samples |= {name for name, _ in found.names} | set(found.letter)
            for _, end in found.names:
                edits[end] = (end, f"_{{{SAMPLE}}}")
        for at in sorted(edits, reverse=True):
            end, new = edits[at]
            text = text[:at] + new + text[end:]
            places[at:end] = [source.place(at)] * len(new)
        return Stretch(text, places)

    def _sample_names(self, facts: list[Fact]) -> set[str]:
        """The letters whose values differ from sample to sample, by what defines them too."""
        names = set(self.samples)
        plain = [f for f in facts if f.kind == "definition" and SAMPLE_SUM not in f.text]
        while more := {f.key for f in plain if f.names & names and f.key == f.name} - names:
            names |= more
        return names

    def _per_sample(self, facts: list[Fact]) -> list[Fact]:
        """What the facts say of every sample: `a = \\sigma(z)` as `a_{s} = \\sigma(z_{s})`."""
        names = self._sample_names(facts)
        found = []
        for f in facts:
            if f.key in names and f.kind == "definition" and f.key == f.name:
                text = with_index(f.text, names, SAMPLE, self.words)
                found.append(replace(f, text=text, key=f"{f.name}_."))
        return found

    def _named(self, found: Found, shape: Outline, line: int) -> str:
        """`denote Σ e^z by S`: prose between two formulas that names the first by the second."""
        if self.expression is None:
            return ""
        sides = naming(self.said, self.expression.source.chars, found.source.chars)
        if sides is None:
            return ""
        self._add_lines(outline(f"{sides[0]} = {sides[1]}", self.words), line)
        return f"a name: {sides[0]} = {sides[1]}"

    def _task(self, found: Found, shape: Outline) -> Task:
        defining: set[int] = set()
        updates: set[int] = set()
        numeric: set[int] = set()
        arithmetic: set[int] = set()
        own: set[str] = set()
        for line in shape.lines:
            if not line.relations:
                continue
            for k in range(len(line.relations)):
                if (line.value(k) or line.value(k + 1)) and (
                    k or line.head is None or self._known(line)
                ):
                    numeric.add(line.starts[k + 1])
                if line.value(k) and line.value(k + 1):
                    arithmetic.add(line.starts[k + 1])
            if line.relations[0] == "=" and line.head is not None:
                if _is_update(line):
                    updates.add(line.starts[1])
                elif self._defines(line):
                    defining.add(line.starts[1])
                    own.add(line.head.key)
        facts = self._relevant(shape, own, bool(numeric))
        return Task(
            found.source.chars,
            tuple(facts),
            frozenset(defining),
            frozenset(updates),
            frozenset(numeric),
            frozenset(arithmetic),
            tuple(sorted(self.words)),
            self._ruled_out(shape, facts),
            frozenset(self._sample_names(facts)) if shape.by else frozenset(),
            shape.names - self.seen,
            self.titles.get(self.section, ""),
            self.seconds,
        )

    def _ruled_out(self, shape: Outline, facts: list[Fact]) -> frozenset[str]:
        """The unstated hypotheses that what the document says speaks against."""
        out = set() if self.single else {"single_sample"}
        sides = [*(f.text for f in facts), *(x for line in shape.lines for x in line.sides)]
        if any(r"\sum" in side for side in sides):
            # Who writes sums out does not leave them to a convention.
            out.add("implied_sum")
        return frozenset(out)

    def _defines(self, line: Line) -> bool:
        """Whether a chain's first equation gives its left side a meaning."""
        head = line.head
        assert head is not None
        here = [f for f in self.facts if self._above(f)]
        if any(f.kind == "assumption" and head.name in f.names for f in here):
            # What follows from a condition on a name is no definition of it.
            return False
        return not any(f.kind == "definition" and f.key == head.key for f in here)

    def _known(self, line: Line) -> bool:
        head = line.head
        return head is not None and any(
            f.key == head.key and f.kind == "definition" and self._above(f) for f in self.facts
        )

    def _above(self, fact: Fact) -> bool:
        """Whether a fact stands in this section or one around it."""
        return self.section[: len(fact.section)] == fact.section

    def _relevant(self, shape: Outline, own: set[str], numeric: bool) -> list[Fact]:
        """The facts that a formula's names lead to, in the order of the document."""
        usable = [f for f in self.facts if f.key not in own or not f.key]
        usable = [f for f in usable if f.kind in _VISIBLE_EVERYWHERE or self._above(f)]
        if not numeric:
            usable = [f for f in usable if f.kind != "value"]
        wanted = set(shape.names)
        chosen: dict[int, None] = {}
        growing = True
        while growing:
            growing = False
            for k, f in enumerate(usable):
                hit = f.name in wanted if f.name else bool(f.names & wanted)
                if k not in chosen and hit:
                    chosen[k] = None
                    wanted |= f.names
                    growing = True
        picked = [
            replace(usable[k], foreign=usable[k].section != self.section) for k in sorted(chosen)
        ]
        if f"_{{{SAMPLE}}}" in "".join([*(f.text for f in picked), *shape.lines[0].sides]):
            picked += self._per_sample(picked)
        return [*picked, *self._bare(picked, wanted, own), *self.case]

    def _bare(self, facts: list[Fact], wanted: set[str], own: set[str]) -> list[Fact]:
        """The definitions of a_i for the bare letter a, where a text goes over to one sample."""
        have = {f.key for f in facts} | own
        found = []
        for fact in facts:
            letter = fact.key.endswith("_.") and fact.name in wanted and fact.name not in have
            text = _without_index(fact.text) if letter and fact.kind == "definition" else None
            if text is not None:
                found.append(replace(fact, text=text, key=fact.name))
        return found

    # -- after judging --------------------------------------------------------------------------

    def _settled(self, shape: Outline, judged: Judged) -> Judged:
        """A refuted equation may be a condition on unknowns, or a new meaning for a name."""
        steps = list(judged.steps)
        for line in shape.lines:
            if not line.relations:
                continue
            k = next((i for i, s in enumerate(steps) if s.offset == line.starts[1]), None)
            if k is None or steps[k].verdict in ("proved", "conditional", "definition"):
                continue
            if self._is_condition(line):
                reason = "a condition on its names; it is used as a hypothesis from here on"
                steps[k] = as_definition(steps[k], reason)
            elif steps[k].relation == "=" and line.head is not None:
                if not any(f.key == line.head.key and f.kind == "definition" for f in self.facts):
                    steps[k] = as_definition(steps[k], "it says more of a name that has conditions")
                elif self._is_new_meaning(line):
                    reason = f"{line.sides[0]} gets another meaning here than before"
                    steps[k] = as_definition(steps[k], reason)
        return replace(judged, steps=tuple(steps))

    def _is_condition(self, line: Line) -> bool:
        names = line.names[0] | line.names[1]
        if len(line.relations) != 1 or not names:
            return False
        if line.relations[0] == "=" and not (line.value(0) or line.value(1)):
            return False
        defined = {
            f.name for f in self.facts if f.kind in ("definition", "value") and self._above(f)
        }
        return not names & defined

    def _is_new_meaning(self, line: Line) -> bool:
        head = line.head
        assert head is not None
        old = [f for f in self.facts if f.key == head.key and f.kind == "definition"]
        if not old:
            return False
        if defines_anew(self.said) or (SAMPLE_SUM in old[-1].text) != (SAMPLE_SUM in line.sides[1]):
            return True
        known = {f.name for f in self.facts} | old[-1].names | line.names[0] | INDEX_LETTERS
        return any(n not in known and n.partition("_")[0] not in known for n in line.names[1])

    def _learn(self, shape: Outline, judged: Judged, place: int, display: bool) -> None:
        """What a judged formula adds to the facts."""
        verdicts = {s.offset: s for s in judged.steps}
        for filled in judged.steps:
            if filled.reason.startswith(PUTS_IN):
                for stated in filled.hypotheses:
                    self._add_lines(_outline(stated, self.words), place)
        lasting = display or assumes(self.said)
        for line in shape.lines:
            if "in" in line.relations:
                text = f"{line.sides[0]} \\in {line.sides[1]}"
                self._add(
                    Fact(text, "assumption", place, names=line.names[0], section=self.section)
                )
                continue
            step = verdicts.get(line.starts[1]) if line.relations else None
            if step is None:
                continue
            if line.relations[0] != "=":
                if step.verdict == "definition":
                    text = f"{line.sides[0]} {step.relation} {line.sides[1]}"
                    names = line.names[0] | line.names[1]
                    self.case = [Fact(text, "assumption", place, names=names)]
                continue
            if line.head is None:
                if step.verdict == "definition" and (line.value(0) or line.value(1)):
                    text = f"{line.sides[0]} = {line.sides[1]}"
                    names = line.names[0] | line.names[1]
                    fact = Fact(text, "assumption", place, names=names, section=self.section)
                    if lasting:
                        self._add(fact)
                    else:
                        # What is said in passing (if P = Q) holds there and then only.
                        self.case = [fact]
                continue
            special = step.verdict == "conditional" and line.head.kind == "symbol"
            special |= step.verdict == "proved" and line.value(1)
            if step.verdict == "definition" or special:
                self._add_line(line, place)
            for k in range(1, len(line.relations)):
                said = verdicts.get(line.starts[k + 1])
                if said is not None and said.reason == SAYS_ARGUMENT:
                    self._add_argument(line.sides[k], line.sides[k + 1], place)

    def _add_argument(self, left: str, right: str, place: int) -> None:
        """`\\sigma(z) = \\sigma(wx + b)` says what z is."""
        inner = [re.fullmatch(r"[^(]*\((.*)\)", side) for side in (left, right)]
        if inner[0] is not None and inner[1] is not None:
            self._add_lines(outline(f"{inner[0][1]} = {inner[1][1]}", self.words), place)

    def _add_lines(self, shape: Outline, place: int) -> None:
        for line in shape.lines:
            if line.relations and line.head is not None:
                self._add_line(line, place)

    def _add_line(self, line: Line, place: int) -> None:
        head = line.head
        assert head is not None
        side = 1
        if _is_update(line):
            while side < len(line.sides) and line.mentions_head(side):
                side += 1
            if side == len(line.sides):
                self.facts = [f for f in self.facts if f.key != head.key or f.kind != "value"]
                return
        kind = "value" if line.value(side) else "definition"
        text = f"{line.sides[0]} = {line.sides[side]}"
        names = line.names[side]
        if head.kind == "call":
            # A function's parameters are its own.
            names -= line.names[0] - {head.name}
        self._add(Fact(text, kind, place, head.name, head.key, names, self.section))

    def _add(self, fact: Fact) -> None:
        def stays(old: Fact) -> bool:
            if not fact.name or old.name != fact.name:
                return True
            return old.key != fact.key and self._above(old)

        self.facts = [*filter(stays, self.facts), fact]


def _outline(source: str, words: Iterable[str] = ()) -> Outline:
    """The outline of a formula. Raises `ReadError`, whatever is wrong with it."""
    try:
        return outline(source, words)
    except ReadError:
        raise
    except RecursionError:
        raise ReadError(source, 0, "a formula nested too deeply", "a simpler one") from None
    except Exception as error:
        # A surprise is no reason to leave the rest of the document unread.
        said = f"internal error: {type(error).__name__}: {error}"
        raise ReadError(source, 0, said, "a formula that can be read") from error


def _is_update(line: Line) -> bool:
    """`w = w − η g`: the right side goes on from the left side's old value."""
    return (
        line.head is not None
        and line.relations[0] == "="
        and line.head.kind in ("symbol", "member")
        and line.mentions_head(1)
    )


def _case(shape: Outline, found: Found) -> bool:
    """`q = j`, `i \\neq j`, `n = 1`: indices and sizes compared."""
    if len(shape.lines) != 1 or len(shape.lines[0].relations) != 1:
        return False
    line = shape.lines[0]
    if line.relations[0] not in ("=", "!="):
        return False
    indices = INDEX_LETTERS | {"N", "K"}
    return line.sides[0] in indices and (line.sides[1] in indices or line.sides[1].isdigit())


def _continued(before: tuple[Outline, Stretch], source: Stretch) -> Stretch:
    """A display that begins with a relation, with the last side of the one before in front."""
    line = before[0].lines[-1]
    place = source.place(0)
    side = line.sides[-1] + " "
    return Stretch(side + source.chars, [*([place] * len(side)), *source.places])


def _without_index(text: str) -> str | None:
    """A definition of a family's member, for the bare letters: `a_i = ...` becomes `a = ...`."""
    head = re.match(r"[^=]*?_\{?([a-z])\}?\s*=", text)
    if head is None or r"\sum" in text:
        return None
    return re.sub(rf"_\{{?{head[1]}\}}?(?![A-Za-z])", " ", text)

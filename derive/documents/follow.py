"""Following a document in reading order: its pieces, what each formula is judged among."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from derive.documents.ahead import defined_after, explained_after, without_refutation
from derive.documents.conditions import (
    compares_indices,
    conditions_after,
    is_condition_before,
)
from derive.documents.facts import Facts, is_at_point, is_update
from derive.documents.learn import learn, meaning, settled
from derive.documents.pieces import Document, Found, Heading, Piece, Remark, Stretch, Words
from derive.documents.prose import (
    assumes,
    begins_anew,
    concludes,
    denies,
    is_item_of,
    naming,
    sets_to_zero,
    speaks_of_single_sample,
)
from derive.documents.reported import Reported, reported_of, unread
from derive.documents.spelling import Samples, continued, is_an_index, with_one_case
from derive.documents.stated import with_old_values, with_values_stated
from derive.documents.task import Fact, Judged, Task
from derive.errors import ReadError
from derive.latex.outline import Line, Outline, outline
from derive.verdicts.hypotheses import leaves_base_open
from derive.verdicts.verdict import StepVerdict

Judge = Callable[[Task], Judged]

LONGEST_BRIDGE = 60
"""The longest prose over which a display goes on with the one before, in characters."""

PROSE = 120
"""How much of the words before a formula may name it, in characters."""

OBJECTIVES = 4
"""How many definitions back the text may mean when it sets a derivative to zero."""


@dataclass
class Follower:
    """The state of reading: facts so far, the section, the case that prose has set."""

    document: Document
    judge: Judge
    seconds: float
    facts: Facts = field(default_factory=Facts)
    samples: Samples = field(default_factory=Samples)
    title: str = ""
    single: bool = False
    ignoring: bool = False
    expected: str = ""
    before: tuple[Outline, Stretch] | None = None
    counter: int = 0
    problems: list[str] = field(default_factory=list)
    said: str = ""
    seen: frozenset[str] = frozenset()
    expression: Found | None = None
    after: dict[int, str] = field(default_factory=dict)
    conditions: frozenset[int] = frozenset()
    paragraph: int = 0
    unread_of: dict[int, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shapes = []
        for formula in self.document.formulas:
            try:
                shapes.append(_outline(formula.source.chars))
            except ReadError:
                continue
        self.after, self.conditions = conditions_after(self.document.pieces)
        self.facts.words = frozenset[str]().union(*(shape.words for shape in shapes))

    # -- pieces ---------------------------------------------------------------------------------

    def take(self, piece: Piece) -> Reported | None:
        """Read on by one piece; what is said of it, if it is a formula."""
        if isinstance(piece, Heading):
            self._heading(piece)
        elif isinstance(piece, Words):
            self._words(piece)
        elif isinstance(piece, Remark):
            self._remark(piece)
        else:
            return self._formula(piece)
        return None

    def _words(self, words: Words) -> None:
        text = words.text
        self.single = self.single or speaks_of_single_sample(text)
        self.said = text
        self.facts.listed = is_item_of(text)
        new = begins_anew(text)
        if new:
            self.paragraph = self.document.position(words.start + new)[0]
        if new and text[new:].strip():
            self.facts.case = []
        if len(text.strip()) > LONGEST_BRIDGE:
            self.before = None

    def _heading(self, heading: Heading) -> None:
        self.counter += 1
        outer = tuple(n for n in self.facts.section if n // 100_000 < heading.level)
        self.facts.section = (*outer, heading.level * 100_000 + self.counter)
        self.title = heading.text
        self.single = False
        self.facts.before = {}
        self.facts.case = []
        self.before = None

    def _remark(self, remark: Remark) -> None:
        line = self.document.position(remark.start)[0]
        if remark.verb == "ignore":
            self.ignoring = True
        elif remark.verb == "expect":
            self.expected = remark.text.split()[0] if remark.text else ""
        else:
            try:
                shape = _outline(remark.text, self.facts.words)
            except ReadError as error:
                said = f"line {line}: derive: {remark.verb} is not understood: {error}"
                self.problems.append(said)
                return
            if remark.verb == "define":
                self.facts.add_lines(shape, line)
            else:
                self.facts.add(self.facts.assume(remark.text, line, shape.names))

    # -- formulas -------------------------------------------------------------------------------

    def _formula(self, found: Found) -> Reported:
        if self.ignoring:
            self.ignoring = False
            return Reported(found, "expression", None, "the author asked not to judge this")
        if found.trouble:
            return Reported(found, "unread", "undecided", f"unread: {found.trouble}")
        if found.start in self.conditions:
            reason = "a condition: what stands before it holds under it"
            return Reported(found, "definition", "definition", reason)
        source, notes = with_one_case(found.source, self.facts.functions())
        try:
            shape = _outline(source.chars, self.facts.words)
            if shape.continues and self.before is not None:
                source = continued(self.before, source)
                shape = _outline(source.chars, self.facts.words)
            found = replace(found, source=source)
        except ReadError as error:
            self.before = None
            return unread(found, error)
        reported = self._under_condition(found, shape)
        expected, self.expected = self.expected, ""
        steps = tuple(map(self._as_written, reported.steps))
        notes = (*notes, *reported.notes)
        return replace(reported, steps=steps, expected=expected, notes=notes)

    def _under_condition(self, found: Found, shape: Outline) -> Reported:
        """What is said of a formula under the condition that the words after it state."""
        stated = self.after.get(found.start)
        if stated is None:
            return self._shaped(found, shape)
        line = self.document.position(found.start)[0]
        case = self.facts.case
        names = _outline(stated, self.facts.words).names
        self.facts.case = [self.facts.assume(stated, line, names)]
        reported = self._shaped(found, shape)
        self.facts.case = case
        return reported

    def _shaped(self, found: Found, shape: Outline) -> Reported:
        line = self.document.position(found.start)[0]
        if shape.lists:
            return Reported(found, "definition", "definition", "a list: it names its members")
        denied = denies(self.said)
        if self._is_case(shape) and not (found.display or denied):
            return self._case(found, shape, line)
        if not (found.display or denied) and is_condition_before(shape, self.said):
            self.facts.case = [self.facts.assume(found.source.chars, line, shape.names)]
            return Reported(found, "definition", "definition", "a case: what follows is under it")
        if shape.samples:
            found = replace(found, source=self.samples.respelled(found.source, shape))
            try:
                shape = replace(outline(found.source.chars, self.facts.words), by=shape.by)
            except ReadError as error:
                return unread(found, error)
        self.facts.samples = self.samples.letters
        task, judged = self._judged(found, shape)
        if any(s.verdict == "refuted" for s in judged.steps):
            pieces, known = self.document.pieces, self.facts.defined_names()
            early = defined_after(pieces, found, shape, known, self.facts.words)
            puzzling = shape.names & self.unread_of.get(self.paragraph, set())
            judged = without_refutation(judged, early, min(puzzling, default=""))
        self.seen |= shape.names
        if judged.trouble:
            self.unread_of.setdefault(self.paragraph, set()).update(shape.names)
            reason = f"unread: {judged.trouble}"
            return Reported(found, "unread", "undecided", reason, offset=judged.offset)
        if judged.stopped:
            return Reported(found, "claim", "undecided", judged.stopped)
        if not any(x.relations for x in shape.lines):
            named = self._named(found, line)
            self.expression = found
            self.before = (shape, found.source) if found.display else None
            return Reported(found, "expression", None, named or "an expression: it states nothing")
        judged = settled(shape, judged, self.facts, self.said)
        if denied and all(s.verdict == "definition" for s in judged.steps):
            return Reported(found, "expression", None, "the text says that this does not hold")
        learn(shape, judged, task, self.facts, line, found.display or assumes(self.said))
        if found.display:
            self.facts.case = []
        self.before = (shape, found.source)
        return reported_of(found, judged)

    def _is_case(self, shape: Outline) -> bool:
        """`q = j`, `i \\neq j`, `n = 1`; but the t of `t = 1` may be a target."""
        if not compares_indices(shape):
            return False
        letter, other = shape.lines[0].sides
        sources = (f.source.chars for f in self.document.formulas)
        return letter in "nNmK" or not other.isdigit() or is_an_index(letter, sources)

    def _case(self, found: Found, shape: Outline, line: int) -> Reported:
        if shape.lines[0].sides[0] in "nNm" and shape.lines[0].value(1):
            self.single = self.single or shape.lines[0].sides[1] == "1"
        else:
            self.facts.case = [Fact(found.source.chars, "case", line, section=self.facts.section)]
        return Reported(found, "definition", "definition", "a case: what follows is under it")

    def _named(self, found: Found, line: int) -> str:
        """`denote Σ e^z by S`: prose between two formulas that names the first by the second."""
        if self.expression is None:
            return ""
        sides = naming(self.said, self.expression.source.chars, found.source.chars)
        if sides is None:
            return ""
        self.facts.add_lines(outline(f"{sides[0]} = {sides[1]}", self.facts.words), line)
        return f"a name: {sides[0]} = {sides[1]}"

    def _as_written(self, step: StepVerdict) -> StepVerdict:
        """A step in the spelling of the document."""

        written = self.samples.as_written
        meant = None if step.suggestion is None else written(step.suggestion)
        needs = tuple(map(written, step.hypotheses))
        return replace(step, lhs=written(step.lhs), rhs=written(step.rhs), suggestion=meant,
                       hypotheses=needs)  # fmt: skip

    # -- tasks ----------------------------------------------------------------------------------

    def _judged(self, found: Found, shape: Outline) -> tuple[Task, Judged]:
        """A formula judged: what says again what another section says is a claim, if it is true."""
        claimed: set[int] = set()
        task = self._task(found, shape, claimed)
        again = task.restating
        if again:
            claims = self._task(found, shape, again)
            judged = self.judge(replace(claims, only=again))
            claimed = {s.offset for s in judged.steps if s.verdict == "proved"} & again
            if claimed:
                task = self._task(found, shape, claimed)
        judged = with_old_values(task, self.judge(task), self.facts.before, self.judge)

        def known() -> list[Fact]:
            own = _Roles.of(shape, self.facts, claimed).own
            return self._known(found, shape).relevant(shape, own, True)

        return task, with_values_stated(task, judged, known, self.paragraph, self.judge)

    def _known(self, found: Found, shape: Outline) -> Facts:
        """The facts so far, and what the words after a formula say of its names."""
        ahead = explained_after(self.document.pieces, found, shape, self.facts.words)
        return self.facts.with_lines(ahead, self.document.position(found.start)[0])

    def _task(self, found: Found, shape: Outline, claimed: frozenset[int] | set[int]) -> Task:
        """The task for a formula; `claimed` are steps that define nothing, though they could."""
        roles = _Roles.of(shape, self.facts, claimed)
        facts = self._known(found, shape).relevant(shape, roles.own, bool(roles.numeric))
        zero = roles.zeros if sets_to_zero(self.said) else set[int]()
        objectives = self._objectives(shape) if zero else []
        facts += [f for f in objectives if f not in facts]
        then = set[int]() if found.display or not concludes(self.said) else roles.zeros
        return Task(
            found.source.chars,
            tuple(facts),
            defining=frozenset(roles.defining),
            updates=frozenset(roles.updates),
            numeric=frozenset(roles.numeric),
            arithmetic=frozenset(roles.arithmetic),
            restating=frozenset(roles.restating),
            from_points=frozenset(roles.from_points),
            zeros=frozenset(zero),
            consequences=frozenset(then),
            soft=frozenset(
                x.starts[1]
                for x in shape.lines
                if x.relations and meaning(x, self.facts, self.said)
            ),
            objectives=tuple(f.name for f in objectives),
            words=tuple(sorted(self.facts.words)),
            without=self._ruled_out(shape, facts),
            samples=frozenset(self.facts.sample_names(facts)) if shape.by else frozenset(),
            fresh=shape.names - self.seen,
            heading=self.title,
            said=self.said[-PROSE:],
            seconds=self.seconds,
        )

    def _objectives(self, shape: Outline) -> list[Fact]:
        """What a derivative that is set to zero may be the derivative of, the last one last."""
        known = [f for f in self.facts.stated if f.kind == "definition" and self.facts.is_near(f)]
        return [f for f in known if f.names & shape.names][-OBJECTIVES:]

    def _ruled_out(self, shape: Outline, facts: list[Fact]) -> frozenset[str]:
        """The unstated hypotheses that what the document says speaks against."""
        out = set() if self.single else {"single_sample"}
        sides = [*(f.text for f in facts), *(x for line in shape.lines for x in line.sides)]
        if not leaves_base_open(sides):
            out.add("other_base")
        if any(r"\sum" in side for side in sides):
            # Who writes sums out does not leave them to a convention.
            out.add("implied_sum")
        return frozenset(out)


@dataclass
class _Roles:
    """What the steps of a formula are, by the offsets of their right sides; `own` are the keys
    of what it defines."""

    defining: set[int] = field(default_factory=set)
    updates: set[int] = field(default_factory=set)
    numeric: set[int] = field(default_factory=set)
    arithmetic: set[int] = field(default_factory=set)
    restating: set[int] = field(default_factory=set)
    from_points: set[int] = field(default_factory=set)
    zeros: set[int] = field(default_factory=set)
    own: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, shape: Outline, facts: Facts, claimed: Iterable[int]) -> _Roles:
        found = cls()
        for line in shape.lines:
            if line.relations:
                found._take(line, facts, claimed)
        return found

    def _take(self, line: Line, facts: Facts, claimed: Iterable[int]) -> None:
        head = line.head
        known = head is not None and facts.is_known(head)
        for k in range(len(line.relations)):
            if (line.value(k) or line.value(k + 1)) and (k or head is None or known):
                self.numeric.add(line.starts[k + 1])
            if line.value(k) and line.value(k + 1):
                self.arithmetic.add(line.starts[k + 1])
        first = line.starts[1]
        if line.relations[0] != "=":
            return
        if head is None:
            if line.value(1) and len(line.relations) == 1:
                self.zeros.add(first)
        elif is_update(line):
            self.updates.add(first)
        elif facts.is_given_at_points(head) and not is_at_point(line):
            self.from_points.add(first)
        elif not facts.is_known(head) and not facts.is_conditioned(head):
            if (facts.definitions(head) or facts.has_arguments(head)) and not line.value(1):
                self.restating.add(first)
            if first not in claimed:
                self.defining.add(first)
                self.own.add(head.key)


def _outline(source: str, words: Iterable[str] = ()) -> Outline:
    """The outline of a formula. Raises `ReadError`, whatever is wrong with it."""
    try:
        shape = outline(source, words)
        return replace(shape, lines=tuple(map(_with_plain_head, shape.lines)))
    except ReadError:
        raise
    except RecursionError:
        raise ReadError(source, 0, "a formula nested too deeply", "a simpler one") from None
    except Exception as error:
        # A surprise is no reason to leave the rest of the document unread.
        said = f"internal error: {type(error).__name__}: {error}"
        raise ReadError(source, 0, said, "a formula that can be read") from error


def _with_plain_head(line: Line) -> Line:
    """A chain whose left side, E[(X − μ)²], names nothing."""
    return replace(line, head=None) if line.head is not None and "?" in line.head.key else line

"""What a document has stated so far: its definitions, values and hypotheses, by section."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from derive.documents.bare import without_arguments
from derive.documents.task import Fact
from derive.latex.head import Head
from derive.latex.outline import Line, Outline, plain, with_index

SAMPLE = "s"
"""The index that a sum over samples gets where the text writes none."""

SAMPLE_SUM = rf"\sum_{{{SAMPLE}}}"

CASES, ROWS, END = r"\begin{cases} ", r" \\ ", r" \end{cases}"

_AT_POINT = re.compile(r"\(\s*\\?[A-Za-z]\w*\s*=\s*-?\d+\s*\)")

_VISIBLE_EVERYWHERE = frozenset({"definition"})


@dataclass
class Facts:
    """The facts so far, in the order of the document.

    `section` is where the reading is; `case` what holds for the next formula only; `samples`
    are the letters that a sum over samples was taken of; `listed` says that the formula at hand
    is an item of a list; `before` are the values that updates of this section have replaced.
    """

    words: frozenset[str] = frozenset()
    section: tuple[int, ...] = ()
    stated: list[Fact] = field(default_factory=list)
    case: list[Fact] = field(default_factory=list)
    samples: set[str] = field(default_factory=set)
    listed: bool = False
    before: dict[str, Fact] = field(default_factory=dict)

    # -- what is known --------------------------------------------------------------------------

    def is_near(self, fact: Fact) -> bool:
        """Whether a fact stands in this section or one around it."""
        return self.section[: len(fact.section)] == fact.section

    def definitions(self, head: Head) -> list[Fact]:
        """The definitions of what stands at a left side, wherever they are."""
        return [f for f in self.stated if f.key == head.key and f.kind == "definition"]

    def is_known(self, head: Head) -> bool:
        """Whether this section, or one around it, defines what stands at a left side."""
        return any(self.is_near(f) for f in self.definitions(head))

    def functions(self) -> set[str]:
        """The names that are defined here by what they do to an argument."""
        return {f.name for f in self.stated if f.params and self.is_near(f)}

    def has_arguments(self, head: Head) -> bool:
        """Whether what stands at a left side alone is a function of something here."""
        near = (f for f in self.stated if self.is_near(f))
        return head.kind == "symbol" and any(f.params and f.name == head.name for f in near)

    def is_given_at_points(self, head: Head) -> bool:
        """Whether what is known of a function here is its values at points: P(X=1), P(X=0)."""
        near = [f for f in self.definitions(head) if self.is_near(f)]
        return head.kind == "call" and bool(near) and all(f.at_point for f in near)

    def is_conditioned(self, head: Head) -> bool:
        """Whether a condition on the name holds here: what follows from it is no definition."""
        near = (f for f in self.stated if self.is_near(f))
        return any(f.kind == "assumption" and head.name in f.names for f in near)

    def defined_names(self) -> set[str]:
        """The names that have a meaning or a value here."""
        kinds = ("definition", "value")
        return {f.name for f in self.stated if f.kind in kinds and self.is_near(f)}

    # -- what is learned ------------------------------------------------------------------------

    def add(self, fact: Fact) -> None:
        """State a fact; a definition takes the place of the one that it shadows."""

        def stays(old: Fact) -> bool:
            if not fact.name or old.name != fact.name:
                return True
            apart = fact.at_point and old.at_point and plain(old.left) != plain(fact.left)
            return (apart or old.key != fact.key) and self.is_near(old)

        self.stated = [*filter(stays, self.stated), fact]

    def assume(self, text: str, place: int, names: frozenset[str]) -> Fact:
        """A hypothesis of this section; it is returned, not yet stated."""
        return Fact(text, "assumption", place, names=names, section=self.section)

    def steps_of(self, name: str, line: Line, place: int) -> Fact:
        """A recurrence w_{t+1} = f(w_t): what it says of the family w; not yet stated."""
        text = f"{line.sides[0]} = {line.sides[1]}"
        key, names = f"{name}_.", line.names[1]
        return Fact(text, "definition", place, name, key, names, self.section)

    def add_lines(self, shape: Outline, place: int) -> None:
        """State what the chains of a formula define."""
        for line in shape.lines:
            if line.relations and line.head is not None:
                self.add_line(line, place)

    def add_line(self, line: Line, place: int) -> None:
        """State what a chain's left side stands for."""
        head = line.head
        assert head is not None
        side = 1
        if is_update(line):
            self._keep_value(head)
            while side < len(line.sides) and line.mentions_head(side):
                side += 1
            if side == len(line.sides):
                self._forget_value(head)
                return
        kind = "value" if line.value(side) else "definition"
        text = f"{line.sides[0]} = {line.sides[side]}"
        # A function's parameters are its own.
        params = line.names[0] - {head.name} if head.kind == "call" else frozenset[str]()
        limits = [f.text for f in self.case if f.kind == "assumption" and f.names & params]
        if params:
            # With c > 0, f(x) = ... says of c what holds from there on.
            self.stated += [f for f in self.case if f.kind == "assumption" and not f.names & params]
        if head.kind == "call" and limits:
            # f(x) = x for x > 0 says nothing of f elsewhere; another line may.
            kind, text = "definition", self._by_cases(line, side, limits[0])
        names = line.names[side] - params
        point = is_at_point(line)
        if point:
            # P(X = 1) = 0.3 says what P is, at a point; P(X = 1) = p that p is a probability.
            kind = "definition"
            if line.sides[side] in line.names[side]:
                inside = f"0 < {line.sides[side]} < 1"
                self.add(self.assume(inside, place, line.names[side]))
        self.add(Fact(text, kind, place, head.name, head.key, names, self.section, params=params,
                      at_point=point, partial=bool(limits), listed=self.listed))  # fmt: skip

    def with_lines(self, lines: Iterable[Line], place: int) -> Facts:
        """These facts and what some chains define, where nothing here says it yet."""
        more = replace(self, stated=list(self.stated), case=[])
        for line in lines:
            if line.head is not None and not self.is_known(line.head):
                more.add_line(line, place)
        return replace(more, case=self.case)

    def _by_cases(self, line: Line, side: int, limit: str) -> str:
        """A function that is given in several lines, each for its own case, as one definition."""
        assert line.head is not None
        rows = [f"{line.sides[side]} & {limit}"]
        for old in self.definitions(line.head):
            if old.partial and old.left == line.sides[0]:
                rows.insert(0, old.text.partition(CASES)[2].removesuffix(END))
        return f"{line.sides[0]} = {CASES}{ROWS.join(rows)}{END}"

    def is_another_case(self, head: Head) -> bool:
        """Whether a function is known under conditions only, and not under the present one."""
        known = [f for f in self.definitions(head) if f.partial and self.is_near(f)]
        return bool(known and self.case) and not any(
            limit.text in f.text for f in known for limit in self.case
        )

    def _keep_value(self, head: Head) -> None:
        """What an update replaces: the values of one step are often all computed from the old."""
        old = next((f for f in self.definitions_or_values(head) if f.kind == "value"), None)
        if old is not None:
            self.before[head.key] = old

    def definitions_or_values(self, head: Head) -> list[Fact]:
        """What is known of a left side in this section, or in one around it."""
        return [f for f in self.stated if f.key == head.key and self.is_near(f)]

    def _forget_value(self, head: Head) -> None:
        self.stated = [f for f in self.stated if f.key != head.key or f.kind != "value"]

    # -- what a formula needs -------------------------------------------------------------------

    def relevant(self, shape: Outline, own: Iterable[str], numeric: bool) -> list[Fact]:
        """The facts that a formula's names lead to, in the order of the document.

        `own` are the keys that the formula itself defines; values matter to numeric steps only.
        """
        own = set(own)
        usable = [f for f in self.stated if f.key not in own or not f.key]
        usable = [f for f in usable if f.kind in _VISIBLE_EVERYWHERE or self.is_near(f)]
        if not numeric:
            usable = [f for f in usable if f.kind != "value"]
        bound = self._own_parameters(shape)
        usable = [f for f in usable if f.section == self.section or f.name not in bound]
        spoken = [usable[k].text for k in self._reached(usable, set(shape.names))]
        usable = list(without_arguments(usable, spoken, shape))
        wanted = set(shape.names)
        chosen = self._reached(usable, wanted)
        picked = [replace(usable[k], foreign=usable[k].section != self.section) for k in chosen]
        if f"_{{{SAMPLE}}}" in "".join([*(f.text for f in picked), *shape.lines[0].sides]):
            picked += self._per_sample(picked)
        spoken = [side for line in shape.lines for side in line.sides]
        return [*picked, *self._bare(picked, wanted, own, spoken), *self.case]

    def _reached(self, usable: list[Fact], wanted: set[str]) -> list[int]:
        """The places of the facts that the wanted names lead to; they add to what is wanted."""
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
        return sorted(chosen)

    def _own_parameters(self, shape: Outline) -> set[str]:
        """The letters of `f(z) = …` that are f's parameters: no other section's z is meant."""
        found: set[str] = set()
        for line in shape.lines:
            if line.head is not None and line.head.kind == "call":
                found |= line.names[0] - {line.head.name}
        return found

    def sample_names(self, facts: Iterable[Fact]) -> set[str]:
        """The letters whose values differ from sample to sample, by what defines them too."""
        names = set(self.samples)
        plain = [f for f in facts if f.kind == "definition" and SAMPLE_SUM not in f.text]
        while more := {f.key for f in plain if f.names & names and f.key == f.name} - names:
            names |= more
        return names

    def _per_sample(self, facts: list[Fact]) -> Iterator[Fact]:
        """What the facts say of every sample: `a = \\sigma(z)` as `a_{s} = \\sigma(z_{s})`."""
        names = self.sample_names(facts)
        for f in facts:
            if f.key in names and f.kind == "definition" and f.key == f.name:
                text = with_index(f.text, names, SAMPLE, self.words)
                yield replace(f, text=text, key=f"{f.name}_.")

    def _bare(
        self, facts: list[Fact], wanted: set[str], own: set[str], spoken: list[str]
    ) -> Iterator[Fact]:
        """The definitions of a_i for the bare letter a, where a text goes over to one sample."""
        have = {f.key for f in facts} | own
        texts = [*spoken, *(f.text for f in facts)]
        found: dict[str, Fact] = {}
        for fact in facts:
            letter = fact.key.endswith("_.") and fact.name in wanted and fact.name not in have
            text = _without_index(fact.text) if letter and fact.kind == "definition" else None
            if text is not None:
                found[fact.name] = replace(fact, text=text, key=fact.name)
        # What one of these says of another letter is asked for too: a = σ(z), and z.
        while near := [n for n, f in found.items() if _stands_alone(f.left.strip(), texts)]:
            texts += [found[n].text.partition(" = ")[2] for n in near]
            yield from (found.pop(n) for n in near)


def is_update(line: Line) -> bool:
    """`w = w − η g`: the right side goes on from the left side's old value."""
    return (
        line.head is not None
        and line.relations[0] == "="
        and line.head.kind in ("symbol", "member")
        and line.mentions_head(1)
    )


def is_at_point(line: Line) -> bool:
    """`P(X = 1) = p`: the left side names one value of a variable."""
    assert line.head is not None
    return line.head.kind == "call" and bool(_AT_POINT.search(line.sides[0]))


def _stands_alone(letter: str, texts: Iterable[str]) -> bool:
    """Whether a letter stands in one of these texts with nothing below it."""
    begins = "" if letter.startswith("\\") else r"(?<![A-Za-z\\])"
    alone = re.compile(rf"{begins}{re.escape(letter)}(?![A-Za-z]|\s*[_{{}}]*_)")
    return any(alone.search(text) for text in texts)


def _without_index(text: str) -> str | None:
    """A definition of a family's member, for the bare letters: `a_i = ...` becomes `a = ...`."""
    head = re.match(r"[^=]*?_\{?([a-z])\}?\s*=", text)
    if head is None or r"\sum" in text:
        return None
    bare = re.sub(rf"_(?:{head[1]}(?![A-Za-z])|\{{{head[1]}\}})", " ", text)
    # Of h_t = f(h_{t-1}) there is no version without an index.
    return None if re.search(rf"_\{{[^{{}}]*{head[1]}", bare) else bare

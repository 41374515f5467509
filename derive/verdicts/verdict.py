"""What `verify` says of a claim: one verdict for each step and the worst of them for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from derive.proof import Counterexample
from derive.proof.certificate import Lines

Status = Literal["proved", "refuted", "conditional", "undecided", "definition"]

# The worst comes first: a claim is as good as its worst step.
ORDER: tuple[Status, ...] = ("refuted", "undecided", "conditional", "proved", "definition")


@dataclass(frozen=True)
class StepVerdict:
    """One relation of a claim, judged by itself.

    `lhs` and `rhs` are the source's LaTeX. When the step before was refuted, `lhs` is the last
    side that stands. `hypotheses` are what the verdict rests on (LaTeX); `suggestion` what was
    probably meant (LaTeX: a right side, or an equation with another left side); `proof` the
    lines of the proof.
    """

    lhs: str
    rhs: str
    relation: str
    verdict: Status
    reason: str
    hypotheses: tuple[str, ...] = ()
    counterexample: Counterexample | None = None
    suggestion: str | None = None
    seconds: float = 0.0
    offset: int = 0
    proof: Sequence[str] = ()

    def unsure(self, reason: str) -> StepVerdict:
        """The step if nothing can be said of it after all."""
        return replace(self, verdict="undecided", reason=reason, counterexample=None,
                       suggestion=None, hypotheses=())  # fmt: skip

    def explained(self) -> StepVerdict:
        """The step with every rule in its proof, if that has not left its process yet."""
        proof = self.proof.explained() if isinstance(self.proof, Lines) else self.proof
        return replace(self, proof=proof)

    @property
    def correction(self) -> str | None:
        """The whole equation that was probably meant (LaTeX): mostly with the same left side."""
        if self.suggestion is None or _is_equation(self.suggestion):
            return self.suggestion
        return f"{self.lhs} = {self.suggestion}"

    def as_json(self) -> dict[str, Any]:
        """The step in the shape that scripts rely on."""
        point = self.counterexample
        return {
            "lhs": self.lhs,
            "rhs": self.rhs,
            "relation": self.relation,
            "verdict": self.verdict,
            "hypotheses": list(self.hypotheses),
            "counterexample": None
            if point is None
            else {"assignment": dict(point.assignment), "lhs": point.lhs, "rhs": point.rhs},
            "suggestion": self.suggestion,
            "reason": self.reason,
            "seconds": round(self.seconds, 4),
            "proof": list(self.proof),
        }


def _is_equation(latex: str) -> bool:
    """Whether an equals sign stands outside of all braces, unlike that of a sum's limits."""
    depth = 0
    for char in latex:
        depth += (char == "{") - (char == "}")
        if char == "=" and not depth:
            return True
    return False


@dataclass(frozen=True)
class Verdict:
    """The verdict on a whole claim.

    `status`, `reason`, `hypotheses`, `counterexample` and `suggestion` are those of the worst
    step; `readings` say what was assumed in reading the claim.
    """

    status: Status
    reason: str
    hypotheses: tuple[str, ...] = ()
    counterexample: Counterexample | None = None
    suggestion: str | None = None
    steps: tuple[StepVerdict, ...] = ()
    seconds: float = 0.0
    readings: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, steps: Sequence[StepVerdict], seconds: float, readings: Sequence[str] = ()
    ) -> Verdict:
        """The verdict that these steps amount to; there has to be at least one."""
        worst = min(steps, key=lambda step: ORDER.index(step.verdict))
        hypotheses = tuple(dict.fromkeys(h for step in steps for h in step.hypotheses))
        return cls(
            worst.verdict,
            worst.reason,
            worst.hypotheses if worst.verdict == "refuted" else hypotheses,
            worst.counterexample,
            worst.suggestion,
            tuple(steps),
            seconds,
            tuple(readings),
        )

    def explained(self) -> Verdict:
        """The verdict with every rule in the proofs of its steps."""
        return replace(self, steps=tuple(step.explained() for step in self.steps))

    def as_json(self, identity: object = None) -> dict[str, Any]:
        """The verdict in the shape that scripts rely on."""
        return {
            "id": identity,
            "verdict": self.status,
            "reason": self.reason,
            "steps": [step.as_json() for step in self.steps],
            "readings": list(self.readings),
            "seconds": round(self.seconds, 4),
        }

    def __bool__(self) -> bool:
        return self.status == "proved"

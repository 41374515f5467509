"""The prover: exact normal forms, rigorous counterexamples, four verdicts."""

from derive.proof.prover import prove
from derive.proof.verdict import Counterexample, Outcome, Status

__all__ = ["Counterexample", "Outcome", "Status", "prove"]

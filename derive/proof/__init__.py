"""The prover: exact normal forms, rigorous counterexamples, four verdicts."""

from derive.proof.assumptions import prepare
from derive.proof.certificate import Certificate
from derive.proof.checker import CheckError, check
from derive.proof.layers import with_layers
from derive.proof.prover import prove
from derive.proof.recurrences import unrolled
from derive.proof.verdict import Counterexample, Outcome, Status

__all__ = [
    "Certificate",
    "CheckError",
    "Counterexample",
    "Outcome",
    "Status",
    "check",
    "prepare",
    "prove",
    "unrolled",
    "with_layers",
]

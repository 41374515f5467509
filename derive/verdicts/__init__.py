"""Verdicts on claims, and the theorems that are replayed."""

from derive.verdicts.claims import verify
from derive.verdicts.theorem import KinkTheorem, NetworkTheorem, Theorem, load_theorems
from derive.verdicts.verdict import StepVerdict, Verdict
from derive.verdicts.worker import Claim, Worker, verify_many

__all__ = [
    "Claim",
    "KinkTheorem",
    "NetworkTheorem",
    "StepVerdict",
    "Theorem",
    "Verdict",
    "Worker",
    "load_theorems",
    "verify",
    "verify_many",
]

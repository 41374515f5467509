"""True identities of the field, by topic: what the prover is measured on."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

from bench.identities.record import Identity

TOPICS = (
    "scalars",
    "symmetries",
    "logsumexp",
    "information",
    "losses",
    "normalization",
    "attention",
    "regression",
    "optimizers",
    "sums",
    "inequalities",
    "bounds",
    "series",
    "networks",
    "further",
    "numbers",
    "kinks",
    "notation",
)


def _collect() -> tuple[Identity, ...]:
    return tuple(
        replace(identity, topic=topic)
        for topic in TOPICS
        for identity in import_module(f"bench.identities.{topic}").IDENTITIES
    )


IDENTITIES = _collect()

__all__ = ["IDENTITIES", "TOPICS", "Identity"]

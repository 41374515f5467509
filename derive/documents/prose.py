"""What the words around formulas say: cases, single samples."""

from __future__ import annotations

import re

_SINGLE = re.compile(
    r"\b(?:one|single|each|per[- ]|individual|einzeln\w*|ein)\s*"
    r"(?:training\s+)?(?:sample|example|instance|observation|point|beispiel|datenpunkt)"
    r"|\bper[- ](?:sample|example)|[单一]个?样本|单样本",
    re.IGNORECASE,
)


def speaks_of_single_sample(text: str) -> bool:
    """Whether prose says that a single sample is meant."""
    return _SINGLE.search(text) is not None

"""What `derive check` prints."""

from __future__ import annotations

import json
from collections.abc import Iterable

from derive.documents.check import Checked
from derive.documents.follow import summary

OK, FOUND_WRONG, BAD_CALL = 0, 1, 2


def show(checked: Iterable[Checked], form: str, annotate: bool) -> int:
    """Print what was found; the exit status."""
    files = list(checked)
    total = summary(r for c in files for r in c.reports)
    print(json.dumps({"files": [c.as_json() for c in files], "summary": total}))
    if any(c.trouble for c in files):
        return BAD_CALL
    return FOUND_WRONG if total["refuted"] else OK

"""The part of the SARIF 2.1.0 schema that the reports use, as data: objects and their members.

Taken from the OASIS standard. A member's type is a Python type, a set of the values that it may
have, the name of an object, or a list of one of these; `REQUIRED` members must be there, and
others than those listed do not exist (`additionalProperties` is false throughout).
"""

from __future__ import annotations

from typing import Any

LEVELS = {"none", "note", "warning", "error"}
OBJECTS: dict[str, dict[str, Any]] = {
    "log": {"$schema": str, "version": {"2.1.0"}, "runs": ["run"]},
    "run": {"tool": "tool", "invocations": ["invocation"], "results": ["result"],
            "columnKind": {"utf16CodeUnits", "unicodeCodePoints"}},
    "tool": {"driver": "toolComponent"},
    "toolComponent": {"name": str, "version": str, "rules": ["reportingDescriptor"]},
    "reportingDescriptor": {"id": str, "shortDescription": "multiformatMessageString",
                            "fullDescription": "multiformatMessageString",
                            "defaultConfiguration": "reportingConfiguration"},
    "multiformatMessageString": {"text": str},
    "reportingConfiguration": {"level": LEVELS},
    "invocation": {"executionSuccessful": bool, "toolExecutionNotifications": ["notification"]},
    "notification": {"level": LEVELS, "message": "message"},
    "message": {"text": str},
    "result": {"ruleId": str, "level": LEVELS, "message": "message", "locations": ["location"]},
    "location": {"physicalLocation": "physicalLocation"},
    "physicalLocation": {"artifactLocation": "artifactLocation", "region": "region"},
    "artifactLocation": {"uri": str},
    "region": {"startLine": int, "startColumn": int, "endLine": int, "endColumn": int},
}  # fmt: skip
REQUIRED = {
    "log": {"version", "runs"},
    "run": {"tool"},
    "tool": {"driver"},
    "toolComponent": {"name"},
    "reportingDescriptor": {"id"},
    "multiformatMessageString": {"text"},
    "invocation": {"executionSuccessful"},
    "notification": {"message"},
    "result": {"message"},
}


def faults(value: Any, kind: Any = "log", at: str = "log") -> list[str]:
    """What in a record is not as the schema says, with where it stands."""
    if isinstance(kind, list):
        if not isinstance(value, list):
            return [f"{at}: not an array"]
        return [f for k, x in enumerate(value) for f in faults(x, kind[0], f"{at}[{k}]")]
    if isinstance(kind, set):
        return [] if value in kind else [f"{at}: {value!r} is none of {sorted(kind)}"]
    if isinstance(kind, type):
        fine = isinstance(value, kind) and (kind is not int or (value >= 1 and value is not True))
        return [] if fine else [f"{at}: {value!r} is no {kind.__name__}"]
    if not isinstance(value, dict):
        return [f"{at}: not an object"]
    members = OBJECTS[kind]
    found = [f"{at}: no {name}" for name in sorted(REQUIRED.get(kind, set()) - set(value))]
    found += [f"{at}: {name} does not exist" for name in sorted(set(value) - set(members))]
    for name in sorted(set(value) & set(members)):
        found += faults(value[name], members[name], f"{at}.{name}")
    return found

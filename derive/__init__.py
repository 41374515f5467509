"""derive: the calculus of neural networks, proved, printed and run.

    import derive as dv
    from sympy import symbols

    z = symbols("z", real=True)
    d = dv.differentiate(dv.sigmoid(z), z)   # a Derivation; d.result == σ(z)(1 − σ(z))
    dv.verify(r"\\sigma'(z) = \\sigma(z)(1 - \\sigma(z))").status
    f = dv.numpy_function(d.result)

Every function of the catalogue is an attribute: `dv.softmax(z, i)`. Names are imported when
they are first used, so that `derive --help` does not wait for SymPy.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_PUBLIC = {
    "differentiate": "derive.api",
    "model": "derive.api",
    "Model": "derive.api",
    "numpy_function": "derive.api",
    "check_numeric": "derive.api",
    "show": "derive.api",
    "verify": "derive.verdicts.claims",
    "verify_many": "derive.verdicts.worker",
    "Claim": "derive.verdicts.worker",
    "Theorem": "derive.verdicts.theorem",
    "KinkTheorem": "derive.verdicts.theorem",
    "NetworkTheorem": "derive.verdicts.theorem",
    "load_theorems": "derive.verdicts.theorem",
    "prove": "derive.proof",
    "matrix_forms": "derive.matrix",
    "catalogue": "derive.functions",
    "Entry": "derive.functions",
    "Kink": "derive.functions",
    "read": "derive.latex",
    "read_expression": "derive.latex",
    "DeriveError": "derive.errors",
    **dict.fromkeys(
        (
            "At",
            "Context",
            "Decimal",
            "Definition",
            "Domain",
            "Hypothesis",
            "Membership",
            "Partial",
            "Statement",
            "Vec",
            "family",
            "index",
            "real",
            "size",
            "sum_except",
        ),
        "derive.terms",
    ),
}


def __getattr__(name: str) -> Any:
    # The public names that are packages too have to be looked up as what they are to users.
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    if not name.startswith("_"):
        entries = import_module("derive.functions").catalogue
        if name in entries:
            return entries[name]
    raise AttributeError(f"module 'derive' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC, *import_module("derive.functions").catalogue])

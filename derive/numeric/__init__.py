"""NumPy code from terms in index notation: vectorised, stable, and readable."""

from derive.numeric.check import NumericReport, check_compiled, check_own
from derive.numeric.function import (
    NumpyFunction,
    compile_entry,
    compile_expression,
    module_source,
)
from derive.numeric.rewrites import REWRITES, stable
from derive.numeric.rewrites.shapes import Rewrite

__all__ = [
    "REWRITES",
    "NumericReport",
    "NumpyFunction",
    "Rewrite",
    "check_compiled",
    "check_own",
    "compile_entry",
    "compile_expression",
    "module_source",
    "stable",
]

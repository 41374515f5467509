"""NumPy code from terms in index notation: vectorised, stable, and readable."""

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
    "NumpyFunction",
    "Rewrite",
    "compile_entry",
    "compile_expression",
    "module_source",
    "stable",
]

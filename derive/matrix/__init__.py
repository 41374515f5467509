"""Matrix notation: read with its shapes checked, translated to indices, and written back."""

from derive.matrix.forms import matrix_forms, with_matrices
from derive.matrix.notation import matrix_latex
from derive.matrix.reader import Matrices, ShapeError, declared_arrays, is_matrix_text
from derive.matrix.shapes import Inferred, inferred, may_have_shapes
from derive.matrix.values import Value

__all__ = [
    "Inferred",
    "Matrices",
    "ShapeError",
    "Value",
    "declared_arrays",
    "inferred",
    "is_matrix_text",
    "matrix_forms",
    "matrix_latex",
    "may_have_shapes",
    "with_matrices",
]

"""Matrix notation: read with its shapes checked, translated to indices, and written back."""

from derive.matrix.forms import matrix_forms, with_matrices
from derive.matrix.notation import matrix_latex
from derive.matrix.reader import Matrices, ShapeError, declared_arrays, is_matrix_text
from derive.matrix.values import Value

__all__ = [
    "Matrices",
    "ShapeError",
    "Value",
    "declared_arrays",
    "is_matrix_text",
    "matrix_forms",
    "matrix_latex",
    "with_matrices",
]

"""LaTeX in both directions: formulas are read here, derivations are set here."""

from derive.latex.formula import Formula, Step
from derive.latex.notation import latex_to_name, name_to_latex
from derive.latex.reader import read, read_all, read_expression

__all__ = [
    "Formula",
    "Step",
    "latex_to_name",
    "name_to_latex",
    "read",
    "read_all",
    "read_expression",
]

"""Differentiation line by line, one named rule each, and the way back to a wanted form."""

from derive.calculus.backward import Backward, ErrorTerm, backward
from derive.calculus.derivation import Check, CheckedLine, Derivation, Line
from derive.calculus.network import Network
from derive.calculus.rules import RULES, Rule
from derive.calculus.strategy import differentiate

__all__ = [
    "RULES",
    "Backward",
    "Check",
    "CheckedLine",
    "Derivation",
    "ErrorTerm",
    "Line",
    "Network",
    "Rule",
    "backward",
    "differentiate",
]

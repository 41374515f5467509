"""Differentiation line by line, one named rule each, and the way back to a wanted form."""

from derive.calculus.derivation import Check, CheckedLine, Derivation, Line
from derive.calculus.rules import RULES, Rule
from derive.calculus.strategy import differentiate

__all__ = ["RULES", "Check", "CheckedLine", "Derivation", "Line", "Rule", "differentiate"]

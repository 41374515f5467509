"""The catalogue: every function that `derive` knows by name, one declarative entry each."""

from derive.functions.entry import Entry, Kink
from derive.functions.registry import Catalogue, catalogue

__all__ = ["Catalogue", "Entry", "Kink", "catalogue"]

"""The catalogue: every function that `derive` knows by name, one declarative entry each."""

from derive.catalogue.entry import Entry, Kink
from derive.catalogue.registry import Catalogue, catalogue

__all__ = ["Catalogue", "Entry", "Kink", "catalogue"]

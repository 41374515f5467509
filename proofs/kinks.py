"""At every kink of the catalogue, the subgradient is the interval that its entry lists.

A reduction takes its kinks over from the loss of one sample, so that one's are stated.
"""

import sympy as sp

from derive.functions import catalogue
from derive.verdicts.theorem import KinkTheorem, declared

KINKS = tuple(
    KinkTheorem(
        f"{entry.name}_kink_{number}",
        f"{entry.title}: the subgradient at {kink.variable} = {kink.at}",
        entry.head,
        kink.variable,
        kink.at,
        kink.low,
        kink.high,
        declared(entry.domains),
        entries=(entry.name,),
    )
    for entry in catalogue.values()
    for number, kink in enumerate(entry.kinks, start=1)
    if kink.low is not None and kink.high is not None and not entry.formula.has(sp.Sum)
)

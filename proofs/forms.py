"""Every other form that an entry of the catalogue lists is equal to its formula."""

from derive.functions import catalogue
from derive.terms import Statement
from derive.verdicts.theorem import Theorem, declared

FORMS = tuple(
    Theorem(
        f"{entry.name}_form_{number}",
        f"{entry.title}: another form of the same function",
        Statement(entry.head, "=", form),
        declared(entry.domains),
        entries=(entry.name,),
    )
    for entry in catalogue.values()
    for number, form in enumerate(entry.forms, start=1)
)

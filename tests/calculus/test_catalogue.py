"""Every entry of the catalogue is derived in every parameter, and the prover proves each line."""

from __future__ import annotations

import pytest
import sympy as sp

from derive.calculus import Derivation, differentiate
from derive.functions import Entry, catalogue
from derive.terms import Context, Domain, Partial, index

CASES = [(entry, p) for entry in catalogue.values() for p in entry.params]
SMOOTH = [(e, p) for e, p in CASES if not e.kinks]
SCALAR = [(e, p) for e, p in CASES if e.kinks and not e.sizes]


def _name(case: object) -> str:
    return case.name if isinstance(case, Entry) else str(case)


def _derived(entry: Entry, parameter: sp.Expr) -> Derivation:
    context = Context().with_library(catalogue.definitions)
    for p, domain in entry.domains.items():
        # A label that a derivative is taken by moves freely.
        if p != parameter or domain not in (Domain.SIGN, Domain.BINARY):
            context = context.declare(p, domain)
    variable = parameter
    if isinstance(parameter, sp.IndexedBase):
        names = [c for c in "jlmq" if index(c) not in entry.out]
        variable = parameter[tuple(index(c) for c in names[: len(parameter.shape)])]
    return differentiate(entry.head, variable, context=context)


@pytest.mark.parametrize(("entry", "parameter"), CASES, ids=_name)
def test_a_closed_form_comes_out(entry: Entry, parameter: sp.Expr) -> None:
    found = _derived(entry, parameter)
    assert found.lines
    assert not found.result.has(Partial)
    assert not any(isinstance(x, sp.Dummy) for x in found.result.atoms(sp.Symbol))


@pytest.mark.slow
@pytest.mark.parametrize(("entry", "parameter"), SMOOTH, ids=_name)
def test_every_line_of_a_smooth_entry_is_proved(entry: Entry, parameter: sp.Expr) -> None:
    check = _derived(entry, parameter).check()
    assert check, str(check)


@pytest.mark.parametrize(("entry", "parameter"), SCALAR, ids=_name)
def test_no_line_of_an_entry_with_kinks_is_refuted(entry: Entry, parameter: sp.Expr) -> None:
    lines = _derived(entry, parameter).check().lines
    assert all(line.outcome.status != "refuted" for line in lines)
    assert any(line.outcome.status == "proved" for line in lines)

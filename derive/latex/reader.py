"""Read formulas: the whole of each, with one meaning, or a `ReadError` that says where and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import sympy as sp

from derive.errors import DefinitionError, ReadError
from derive.latex.counting import counted_from_one
from derive.latex.draft import draft_of
from derive.latex.ellipsis import written_out
from derive.latex.formula import Formula
from derive.latex.lookup import public_names
from derive.latex.roles import Roles
from derive.latex.shared import with_shared_names
from derive.latex.sizes import Sizes, resize
from derive.latex.survey import survey
from derive.latex.tokens import tokenize
from derive.latex.trees import tree_of
from derive.latex.words import words_of
from derive.terms import Context, Statement, free, parts, real, size

EMPTY = Context()


def read(latex: str, context: Context = EMPTY, *, also: Sequence[str] = ()) -> Formula:
    """Read one formula in a context; the formulas in `also` help to tell what its names are.

    Raises `ReadError` for anything that is not understood.
    """
    return read_all([*also, latex], context)[-1]


def read_expression(latex: str, context: Context = EMPTY) -> sp.Expr:
    """Read a lone expression. Raises `ReadError`, for a relation too."""
    formula = read(latex, context)
    if formula.expression is None:
        raise ReadError(latex, 0, "a relation or a list", "a single expression")
    return formula.expression


def read_all(
    formulas: Sequence[str], context: Context = EMPTY, *, words: Iterable[str] = ()
) -> list[Formula]:
    """Read formulas together: the same name is the same object, of the same size, in all.

    `words` are names of several letters that other formulas of the same text introduce.
    Raises `ReadError` (its `source` is the formula at fault).
    """
    known = words_of(map(tokenize, formulas), [*_context_words(context), *words])
    pairs = [written_out(tree_of(f, known)) for f in formulas]
    trees, shared = with_shared_names([tree for tree, _ in pairs], _names_in(context))
    trees, counted = counted_from_one(trees)
    roles = survey(trees, context, public_names())
    drafts = [
        draft_of(f, tree, roles, (*notes, *shared, *counted))
        for f, tree, (_, notes) in zip(formulas, trees, pairs, strict=True)
    ]
    return _with_sizes(drafts, roles)


def _names_in(context: Context) -> list[str]:
    names = [str(x) for x in context.domains]
    for name, group in context.definitions.items():
        names.append(name)
        names += [str(x) for d in group for x in d.body.free_symbols]
    for h in context.hypotheses:
        names += [str(x) for term in h.terms for x in term.free_symbols]
    return names


def _context_words(context: Context) -> list[str]:
    return sorted({n.partition("[")[0].partition("_")[0] for n in _names_in(context)})


# -- sizes --------------------------------------------------------------------------------------


def _terms(formula: Formula) -> list[sp.Expr]:
    said = [x for step in formula.steps for x in (step.statement, *step.others)]
    said += formula.implied
    found = [t for x in said for t in (x.lhs, x.rhs)]
    return [*found, *formula.values, *(subject for subject, _ in formula.memberships)]


def _values(drafts: list[Formula]) -> set[str]:
    """The letters that are no sizes: what an equation defines, and the m of x_i − m."""
    found: set[str] = set()
    for draft in drafts:
        heads = (x.statement.lhs for x in draft.steps if x.statement.relation == "=")
        found |= {x.name for x in heads if isinstance(x, sp.Symbol)}
        for term in _terms(draft):
            for total in parts(term, sp.Add):
                if any(_is_member(x) for x in total.args):
                    bare = (-a if a.is_Mul else a for a in total.args)
                    found |= {x.name for x in bare if x.is_Symbol}
    return found


def _is_member(term: sp.Expr) -> bool:
    return isinstance(term, sp.Indexed) or (
        isinstance(term, sp.Mul) and any(isinstance(f, sp.Indexed) for f in term.args)
    )


def _with_sizes(drafts: list[Formula], roles: Roles) -> list[Formula]:
    sizes = Sizes()
    said = [(draft, _terms(draft)) for draft in drafts]
    for draft, terms in said:
        try:
            heads = [x.statement.lhs for x in draft.steps if x.statement.relation == "="]
            sizes.collect(terms, heads)
        except DefinitionError as error:
            raise ReadError(draft.source, 0, str(error), "one size for each index") from error
    if not sizes.unknown:
        return drafts
    taken = set(roles.objects) | set(roles.bound) | set(roles.ranks)
    used = [{getattr(x, "label", x) for term in terms for x in free(term)} for _, terms in said]
    letters = {x.name for found in used for x in found if not isinstance(x, sp.Dummy)}
    letters -= set(roles.bound) | set(roles.ranks) | set(roles.objects) | _values(drafts)
    table: dict[sp.Basic, sp.Basic] = dict(sizes.names(letters, taken | letters))
    adopted = {real(x.name) for x in table.values() if isinstance(x, sp.Symbol)}
    drafts = [_with_size_notes(d, x & adopted) for d, x in zip(drafts, used, strict=True)]
    for found in list(table.values()):
        if isinstance(found, sp.Symbol):
            table[real(found.name)] = size(found.name)
    return [_resized(d, table) for d in drafts]


def _with_size_notes(draft: Formula, adopted: set[sp.Symbol]) -> Formula:
    """Says which letters were taken for sizes because a size was missing."""
    notes = tuple(f"{x} read as the number of terms" for x in sorted(map(str, adopted)))
    return replace(draft, readings=(*draft.readings, *notes)) if notes else draft


def _resized(draft: Formula, table: dict[sp.Basic, sp.Basic]) -> Formula:
    def statement(x: Statement) -> Statement:
        return Statement(resize(x.lhs, table), x.relation, resize(x.rhs, table))

    return replace(
        draft,
        steps=tuple(
            replace(x, statement=statement(x.statement), others=tuple(map(statement, x.others)))
            for x in draft.steps
        ),
        implied=tuple(statement(x) for x in draft.implied),
        expression=None if draft.expression is None else resize(draft.expression, table),
        memberships=tuple((resize(x, table), d) for x, d in draft.memberships),
        values=tuple(resize(x, table) for x in draft.values),
    )

"""A derivation that prints itself: LaTeX, Markdown, plain text, HTML; and shows in Jupyter."""

from __future__ import annotations

import html as _html
import json as _json
from collections.abc import Callable
from dataclasses import dataclass, fields

import sympy as sp

from derive import calculus
from derive.calculus.derivation import Line
from derive.calculus.strategy import InTermsOf
from derive.functions import Kink
from derive.latex.text import text
from derive.latex.writer import latex
from derive.terms import Context, Statement, name_of

Show = Callable[[sp.Expr], str]

MATRIX = "In matrix notation"
"""What stands before the forms of a derivation in matrix notation."""


@dataclass(frozen=True)
class Block:
    """What stands together: the terms that are equal from the start, then the lines."""

    heads: tuple[sp.Expr, ...]
    lines: tuple[Line, ...]
    context: Context

    def rows(self) -> list[str]:
        """LaTeX rows: claim, =, line, reason."""
        head = " = ".join(map(latex, self.heads))
        rows = []
        for position, line in enumerate(self.lines):
            left = f"{head} " if position == 0 else ""
            rows.append(f"{left}&= {latex(line.expr)} && {_reason(line)}")
        return rows or [head]

    def text(self) -> str:
        """Plain text, the reasons at the right."""
        head = " = ".join(map(text, self.heads))
        pad = " " * len(head)
        lines = [
            (f"{pad if position else head} = {text(line.expr)}", _spoken(line, self.context))
            for position, line in enumerate(self.lines)
        ]
        width = min(72, max((len(formula) for formula, _ in lines), default=0))
        rows = [f"{formula:<{width}}   {reason}".rstrip() for formula, reason in lines]
        return "\n".join(rows or [head])


@dataclass(frozen=True)
class MatrixForm:
    """One equation of matrices, such as ∂L/∂W = δ xᵀ: as LaTeX, and as one line of plain text."""

    latex: str
    text: str


class Printable:
    """What prints itself as LaTeX, Markdown, plain text, HTML and JSON, and shows in Jupyter.

    `matrix` is what its results are in matrix notation, where they have one.
    """

    matrix: tuple[MatrixForm, ...] = ()

    def blocks(self) -> tuple[Block, ...]:
        """What is printed, in order."""
        raise NotImplementedError

    def said(self, show: Show) -> tuple[str, ...]:
        """What is to be said of kinks and conditions, with formulas as `show` writes them."""
        raise NotImplementedError

    def remarks(self) -> tuple[str, ...]:
        """What is to be said of kinks and conditions, with formulas between dollars."""
        return self.said(lambda term: f"${latex(term)}$")

    def latex(self) -> str:
        """One `align*`, aligned at =, each line with its reason; then a remark on each kink."""
        body = " \\\\[1ex]\n".join(" \\\\\n".join(b.rows()) for b in self.blocks())
        remarks = "".join(f"\n{remark}" for remark in self.remarks())
        formulas = _ALIGNED.format(body)
        if self.matrix:
            formulas += f"\n{MATRIX}:\n{_ALIGNED.format(self._matrix_rows())}"
        return formulas + remarks

    def _matrix_rows(self) -> str:
        """Aligned at the first =."""
        return " \\\\\n".join(form.latex.replace(" = ", " &= ", 1) for form in self.matrix)

    def _aligned(self) -> list[str]:
        return [
            "\\begin{aligned}\n" + " \\\\\n".join(b.rows()) + "\n\\end{aligned}"
            for b in self.blocks()
        ]

    def markdown(self) -> str:
        """Markdown with display formulas."""
        parts = [f"$$\n{block}\n$$" for block in self._aligned()]
        if self.matrix:
            rows = f"\\begin{{aligned}}\n{self._matrix_rows()}\n\\end{{aligned}}"
            parts.append(f"{MATRIX}:\n\n$$\n{rows}\n$$")
        return "\n\n".join([*parts, *self.remarks()]) + "\n"

    def text(self) -> str:
        """Plain Unicode text for a terminal, each reason at the right."""
        matrix = "\n".join([f"{MATRIX}:", *(f"  {form.text}" for form in self.matrix)])
        parts = [*(b.text() for b in self.blocks()), *([matrix] if self.matrix else ())]
        return "\n\n".join([*parts, *self.said(text)])

    def json(self) -> str:
        """One JSON object: what is derived, its lines with their rules, and what is said of it."""
        derived = [
            {
                "claim": [latex(head) for head in b.heads],
                "lines": [
                    {"latex": latex(x.expr), "rule": x.rule, "reason": _spoken(x, b.context)[1:-1]}
                    for x in b.lines
                ],
            }
            for b in self.blocks()
        ]
        matrix = [form.latex for form in self.matrix]
        return _json.dumps(
            {"derived": derived, "matrix": matrix, "remarks": self.remarks()}, ensure_ascii=False
        )

    def html(self) -> str:
        """A page by itself: the formulas as LaTeX for MathJax to set, and the plain text."""
        blocks = [rf"\[{block}\]" for block in self._aligned()]
        blocks += [rf"\[{form.latex}\]" for form in self.matrix]
        formulas = _html.escape("\n".join(blocks))
        title = _html.escape(f"Derivation of {text(self.blocks()[-1].heads[-1])}")
        return _PAGE.format(title=title, formulas=formulas, plain=_html.escape(self.text()))

    def _repr_latex_(self) -> str:
        return self.latex()

    def _repr_markdown_(self) -> str:
        return self.markdown()

    def __str__(self) -> str:
        return self.text()


@dataclass(frozen=True, eq=False)
class Derivation(Printable, calculus.Derivation):
    """A derivation with its printed forms.

    `result` is the derivative, `check()` proves every line again, and the printed forms show
    the derivations that it rests on first.
    """

    matrix: tuple[MatrixForm, ...] = ()

    def blocks(self) -> tuple[Block, ...]:
        """The derivations that it rests on, then its own lines."""
        parts = (*self.lemmas, self)
        return tuple(Block((part.claim,), part.lines, self.context) for part in parts)

    def said(self, show: Show) -> tuple[str, ...]:
        """A sentence on each kink, else on each condition."""
        if self.kinks:
            return tuple(_remark(k, show) for k in self.kinks)
        return tuple(f"This holds where {show(c.lhs)} is not 0." for c in self.conditions)

    def __str__(self) -> str:
        return self.text()


@dataclass(frozen=True, eq=False)
class Backward(Printable, calculus.Backward):
    """The gradients of a network with their printed forms: lemmas, error terms, gradients."""

    matrix: tuple[MatrixForm, ...] = ()

    def blocks(self) -> tuple[Block, ...]:
        """Every lemma before the first part that needs it; a named error term by its name."""
        found: list[Block] = []
        seen: set[tuple[sp.Expr, sp.Expr]] = set()
        for part in self.parts:
            for lemma in part.local.lemmas:
                if (lemma.claim, lemma.result) not in seen:
                    seen.add((lemma.claim, lemma.result))
                    found.append(Block((lemma.claim,), lemma.lines, self.context))
            heads = (part.name, part.claim) if part.shared else (part.claim,)
            found.append(Block(heads, part.lines, self.context))
        return tuple(found)

    def said(self, show: Show) -> tuple[str, ...]:
        """A sentence on each condition, and on each kink of an activation."""
        conditions = dict.fromkeys(c for part in self.parts for c in part.local.conditions)
        lemmas = (x for part in self.parts for x in (*part.local.lemmas, part.local))
        kinks = dict.fromkeys(_remark(k, show) for lemma in lemmas for k in lemma.kinks)
        return (*kinks, *(f"This holds where {show(c.lhs)} is not 0." for c in conditions))

    def __str__(self) -> str:
        return self.text()


def backward(context: Context, loss: sp.Expr, *variables: sp.Expr) -> Backward:
    """`derive.calculus.backward`, with a result that prints itself."""
    found = calculus.backward(context, loss, *variables)
    return Backward(**{f.name: getattr(found, f.name) for f in fields(found)})


def differentiate(
    expr: sp.Expr,
    *variables: sp.Expr,
    context: Context | None = None,
    towards: sp.Expr | None = None,
    in_terms_of: InTermsOf = "value",
) -> Derivation:
    """`derive.calculus.differentiate`, with a result that prints itself."""
    found = calculus.differentiate(
        expr, *variables, context=context, towards=towards, in_terms_of=in_terms_of
    )
    return Derivation(found.claim, found.lines, found.context, found.kinks, found.conditions)


def _reason(line: Line) -> str:
    r"""The reason as LaTeX: \text{definition of } \sigma."""
    if line.hypotheses and line.rule == "hypothesis":
        return r"\text{since } " + r",\ ".join(line.hypotheses)
    if line.rule == "definition" and line.about:
        return rf"\text{{definition of }} {_name(line.about[0])}"
    words = rf"\text{{{line.reason}}}"
    return words + (r"\text{, } " + r",\ ".join(line.hypotheses) if line.hypotheses else "")


def _name(term: sp.Expr) -> str:
    """What is defined, by its name alone."""
    if isinstance(term, sp.Function):
        return latex(term).partition("(")[0].removesuffix(r"\left")
    return latex(term)


def _spoken(line: Line, context: Context) -> str:
    """The reason as plain text."""
    if line.hypotheses and line.rule == "hypothesis":
        facts = {h.label: h.statement for h in context.hypotheses}
        said = (
            f"{text(fact.lhs)} {fact.relation} {text(fact.rhs)}"
            if isinstance(fact := facts.get(label), Statement)
            else label
            for label in line.hypotheses
        )
        return f"[since {', '.join(said)}]"
    if line.rule == "definition" and line.about:
        return f"[definition of {name_of(line.about[0])}]"
    return f"[{line.reason}]"


def _remark(kink: Kink, show: Show) -> str:
    """One sentence on a point where the derivative does not exist."""
    place = f"{show(kink.variable)} = {show(kink.at)}"
    if kink.low is None or kink.high is None:
        return f"At {place} the function jumps: it has no derivative and no subgradient there."
    said = ", ".join(f"{name} returns {show(value)}" for name, value in kink.conventions.items())
    sentence = (
        f"At {place} the derivative does not exist; the subgradient is the interval from "
        f"{show(kink.low)} to {show(kink.high)}"
    )
    return f"{sentence} ({said})." if said else f"{sentence}."


_ALIGNED = "\\begin{{align*}}\n{}\n\\end{{align*}}"

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>body {{ font-family: serif; margin: 2rem auto; max-width: 60rem }}
pre {{ background: #f6f6f6; padding: 1rem; overflow-x: auto }}</style>
</head>
<body>
<h1>{title}</h1>
<div class="math">
{formulas}
</div>
<pre>{plain}</pre>
</body>
</html>
"""

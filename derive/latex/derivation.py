"""A derivation that prints itself: LaTeX, Markdown, plain text, HTML; and shows in Jupyter."""

from __future__ import annotations

import html as _html
from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from derive import calculus
from derive.calculus.derivation import Line
from derive.calculus.strategy import InTermsOf
from derive.catalogue import Kink
from derive.latex.text import text
from derive.latex.writer import latex
from derive.terms import Context, Statement, name_of

Show = Callable[[sp.Expr], str]


@dataclass(frozen=True, eq=False)
class Derivation(calculus.Derivation):
    """A derivation with its printed forms.

    `result` is the derivative, `check()` proves every line again, and the printed forms show
    the derivations that it rests on first.
    """

    def latex(self) -> str:
        """One `align*`, aligned at =, each line with its reason; then a remark on each kink."""
        blocks = [_rows(part) for part in (*self.lemmas, self)]
        body = " \\\\[1ex]\n".join(" \\\\\n".join(rows) for rows in blocks)
        remarks = "".join(f"\n{remark}" for remark in self.remarks())
        return f"\\begin{{align*}}\n{body}\n\\end{{align*}}{remarks}"

    def markdown(self) -> str:
        """Markdown with display formulas."""
        parts = []
        for part in (*self.lemmas, self):
            body = " \\\\\n".join(_rows(part))
            parts.append(f"$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n$$")
        return "\n\n".join([*parts, *self.remarks()]) + "\n"

    def text(self) -> str:
        """Plain Unicode text for a terminal, each reason at the right."""
        blocks = []
        for part in (*self.lemmas, self):
            head = text(part.claim)
            pad = " " * len(head)
            lines = [
                (f"{pad if position else head} = {text(line.expr)}", _spoken(line, self.context))
                for position, line in enumerate(part.lines)
            ]
            width = min(72, max((len(formula) for formula, _ in lines), default=0))
            rows = [f"{formula:<{width}}   {reason}".rstrip() for formula, reason in lines]
            blocks.append("\n".join(rows or [head]))
        return "\n\n".join([*blocks, *self._remarks(text)])

    def html(self) -> str:
        """A page by itself: the formulas as LaTeX for MathJax to set, and the plain text."""
        formulas = _html.escape("\n".join(rf"\[{block}\]" for block in self._aligned()))
        plain = _html.escape(self.text())
        title = _html.escape(f"Derivation of {text(self.claim)}")
        return _PAGE.format(title=title, formulas=formulas, plain=plain)

    def remarks(self) -> tuple[str, ...]:
        """What is to be said of kinks and conditions, with formulas between dollars."""
        return self._remarks(lambda term: f"${latex(term)}$")

    def _remarks(self, show: Show) -> tuple[str, ...]:
        if self.kinks:
            return tuple(_remark(k, show) for k in self.kinks)
        return tuple(f"This holds where {show(c.lhs)} is not 0." for c in self.conditions)

    def _aligned(self) -> list[str]:
        return [
            "\\begin{aligned}\n" + " \\\\\n".join(_rows(part)) + "\n\\end{aligned}"
            for part in (*self.lemmas, self)
        ]

    def _repr_latex_(self) -> str:
        return self.latex()

    def _repr_markdown_(self) -> str:
        return self.markdown()

    def __str__(self) -> str:
        return self.text()


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


def _rows(part: calculus.Derivation) -> list[str]:
    """The rows of one derivation: claim, =, line, reason."""
    head = latex(part.claim)
    rows = []
    for position, line in enumerate(part.lines):
        left = f"{head} " if position == 0 else ""
        rows.append(f"{left}&= {latex(line.expr)} && {_reason(line)}")
    return rows or [head]


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

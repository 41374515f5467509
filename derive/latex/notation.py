"""The notation table, read in both directions: letters, accents, functions, relations, names.

A name is spelt without LaTeX in a term: `alpha`, `hat y`, `bold W`, `x_new`, `theta^*`,
`P_data`. The spelling is `styles base _subscript ^superscript`, styles and Greek letters
by their words; `name_to_latex` prints it and `latex_to_name` reads it back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import sympy as sp

GREEK = frozenset(
    re.findall(
        r"\w+",
        """alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu
    xi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi
    Upsilon Phi Psi Omega Sigma ell""",
    )
)
"""Letters that are a command; a name spells them without the backslash (π is a number)."""

INDEX_LETTERS = frozenset("ijklmnpqrstc")
"""A subscript of these letters is an index; other letters are one where a sum binds them."""

SAMPLE_LETTERS = frozenset(
    {"x", "y", "a", "z", "t", "o", "X", "Y", "Z", "A"}
    | {f"{style} {letter}" for style in ("hat", "bold", "tilde") for letter in "xyaz"}
)
"""Letters for what each sample has of its own: input, target, output."""

PARAMETER_LETTERS = frozenset(
    {"w", "b", "W", "theta", "lambda", "eta", "alpha", "beta", "gamma", "epsilon", "n", "m", "N"}
)
"""Letters for what all samples share."""

_SUBSCRIBED = frozenset({"theta", "Theta", "phi", "psi", "omega", "w", "W", "bold theta", "bold w"})


def parameter_of(function: str) -> str | None:
    """The letter that a function's name carries as a parameter: θ for `h_theta`, else None."""
    letter = function.partition("_")[2]
    return letter if letter in _SUBSCRIBED else None


STYLES: Mapping[str, str] = MappingProxyType(
    {
        "hat": "hat",
        "bar": "bar",
        "tilde": "tilde",
        "vec": "vec",
        "dot": "dot",
        "mathbf": "bold",
        "mathcal": "cal",
        "mathbb": "bb",
        "mathscr": "scr",
        "mathfrak": "frak",
        "mathsf": "sf",
        "widehat": "hat",
        "widetilde": "tilde",
        "overline": "bar",
        "boldsymbol": "bold",
        "bm": "bold",
        "pmb": "bold",
    }
)
"""Commands that change which letter is meant, and the word for it in a name (first is printed)."""

ACCENTS = frozenset({"hat", "bar", "tilde", "vec", "dot"})
"""The styles that say what was done to a letter, not in which type it is set."""

PREFIXES: Mapping[str, str] = MappingProxyType({"d": "d", "Delta": r"\Delta "})
"""Letters that make a new name of the one after them: dz, Δw."""

_STYLE_COMMAND = {word: command for command, word in reversed(list(STYLES.items()))}

UPRIGHT = frozenset({"mathrm", "text", "textrm", "operatorname", "mathit", "textit", "mbox"})
"""Commands whose argument is one multi-letter name (or, in \\text, words)."""

FUNCTIONS: Mapping[str, type[sp.Function]] = MappingProxyType(
    {
        "exp": sp.exp,
        "log": sp.log,
        "ln": sp.log,
        "sin": sp.sin,
        "cos": sp.cos,
        "tan": sp.tan,
        "arcsin": sp.asin,
        "arccos": sp.acos,
        "arctan": sp.atan,
        "sinh": sp.sinh,
        "cosh": sp.cosh,
        "tanh": sp.tanh,
        "erf": sp.erf,
        "erfc": sp.erfc,
        "sign": sp.sign,
        "sgn": sp.sign,
        "max": sp.Max,
        "min": sp.Min,
    }
)
"""Functions that LaTeX or people have a word for."""

RECIPROCALS: Mapping[str, type[sp.Function]] = MappingProxyType(
    {
        "sech": sp.cosh,
        "csch": sp.sinh,
        "coth": sp.tanh,
        "sec": sp.cos,
        "csc": sp.sin,
        "cot": sp.tan,
    }
)
"""Functions that are one over another."""

INVERSES = frozenset({"arsinh", "asinh", "arcsinh", "arcosh", "acosh", "arccosh"}) | frozenset(
    {"artanh", "atanh", "arctanh"}
)
"""Words for inverse hyperbolic functions, which are logarithms."""

OPAQUE = frozenset({"argmax", "argmin", "sup", "inf", "lim"})
"""Words for values of which no more is said than where they come from."""

ABBREVIATIONS = frozenset({"CE", "KL", "FL", "JS", "BN", "LN", "TP", "FP", "TN", "FN", "PE", "Pr"})
"""Names of two letters that are no products."""

OPAQUE_COMMANDS = frozenset({"sup", "inf", "lim"})
"""Those with a LaTeX command of their own."""

MATRICES = frozenset({"matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "smallmatrix"})
"""Environments of rows of entries."""

PROBABILITIES = frozenset({"P", "Pr", "p", "bb P", "q", "Q", "hat p", "hat q", "pi", "cal N"})
"""Letters for distributions: a bar between their arguments says which are given."""

COMMAND_FUNCTIONS = frozenset(FUNCTIONS) - {"erf", "erfc", "sign", "sgn"}
"""Those with a LaTeX command of their own; the others are set with \\operatorname."""

FUNCTION_LATEX: Mapping[type[sp.Function], str] = MappingProxyType(
    {
        function: f"\\{word}" if word in COMMAND_FUNCTIONS else rf"\operatorname{{{word}}}"
        for word, function in reversed(list(FUNCTIONS.items()))
        if word not in {"log", "sgn"}
    }
)
"""How a SymPy function is printed (the natural logarithm is \\ln)."""

RELATIONS: Mapping[str, str] = MappingProxyType(
    {
        "=": "=",
        ":=": "=",
        r"\equiv": "=",
        r"\triangleq": "=",
        r"\coloneqq": "=",
        r"\doteq": "=",
        r"\leftarrow": "=",
        r"\gets": "=",
        r"\approx": "~=",
        r"\simeq": "~=",
        r"\neq": "!=",
        r"\ne": "!=",
        "≠": "!=",
        "<": "<",
        r"\lt": "<",
        ">": ">",
        r"\gt": ">",
        r"\leq": "<=",
        r"\le": "<=",
        r"\leqslant": "<=",
        "≤": "<=",
        r"\geq": ">=",
        r"\ge": ">=",
        r"\geqslant": ">=",
        "≥": ">=",
        "≈": "~=",
        r"\propto": "prop",
        r"\sim": "dist",
        r"\to": "to",
        r"\rightarrow": "to",
        r"\longrightarrow": "to",
        r"\mapsto": "to",
        ":": ":",
        r"\colon": ":",
    }
)
"""A relation as written, and its sign in a `Statement` (or a word for what states none)."""

RELATION_LATEX: Mapping[str, str] = MappingProxyType(
    {"=": "=", "~=": r"\approx", "!=": r"\neq", "<": "<", ">": ">", "<=": r"\leq", ">=": r"\geq"}
)

_NAME = re.compile(r"(?P<base>[^_^]+)(?:_(?P<sub>[^^]+))?(?:\^(?P<sup>.+))?\Z")


def name_to_latex(name: str) -> str:
    r"""Print a name: `x_new` is `x_{\text{new}}`, `hat y` is `\hat{y}`, `alpha` is `\alpha`.

    >>> name_to_latex("hat y_new")
    '\\hat{y}_{\\text{new}}'
    """
    match = _NAME.match(name)
    if match is None:
        return rf"\mathrm{{{name}}}"
    *styles, letter = match["base"].split(" ")
    text = _letter_latex(letter)
    for style in reversed(styles):
        if style in PREFIXES:
            text = PREFIXES[style] + text
        else:
            text = rf"\{_STYLE_COMMAND.get(style, 'mathrm')}{{{text}}}"
    if match["sub"]:
        text += "_" + _script_latex(match["sub"])
    if match["sup"]:
        text += "^" + _script_latex(match["sup"])
    return text


def _letter_latex(letter: str) -> str:
    if letter in GREEK or letter == "pi":
        return f"\\{letter}"
    return letter if len(letter) == 1 else rf"\mathrm{{{letter}}}"


def _script_latex(script: str) -> str:
    """A subscript or superscript: one character stands alone, words are upright."""
    if script in GREEK:
        return f"{{\\{script}}}"
    if len(script) == 1:
        return script
    if script.isalpha() or not script.replace(" ", "").isdigit():
        inner = "".join(_piece_latex(p) for p in re.findall(r"[^\W\d_]+|\W|\d+|_", script))
        return f"{{{inner}}}"
    return f"{{{script}}}"


def _piece_latex(piece: str) -> str:
    if piece in GREEK:
        return f"\\{piece} "
    return rf"\text{{{piece}}}" if piece.isalpha() and len(piece) > 1 else piece


def latex_to_name(
    base: str, styles: tuple[str, ...] = (), subscript: str = "", superscript: str = ""
) -> str:
    """The spelling of a name from its parts (already free of LaTeX: `alpha`, `new`)."""
    name = " ".join((*styles, base))
    if subscript:
        name += f"_{subscript}"
    return name + (f"^{superscript}" if superscript else "")

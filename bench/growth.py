"""Claims of growing size: more terms, more definitions one inside the other."""

from __future__ import annotations

from derive.verdicts import Claim

LETTERS = "abcdfghkmpqrstuv"


def slope_of_sigmoids(terms: int) -> Claim:
    """d/dz of a sum of sigmoids with a weight and a rate each."""
    pairs = [(f"w_{{{k}}}", f"\\sigma(u_{{{k}}}z)", f"u_{{{k}}}") for k in range(1, terms + 1)]
    value = " + ".join(f"{w}{s}" for w, s, _ in pairs)
    slope = " + ".join(f"{w}{u}{s}(1 - {s})" for w, s, u in pairs)
    return Claim(rf"\frac{{d}}{{dz}}\left({value}\right) = {slope}")


def log_of_product(terms: int) -> Claim:
    """ln of a product of powers, written out."""
    names = [f"x_{{{k}}}" for k in range(1, terms + 1)]
    product = "".join(f"{x}^{{{k + 1}}}" for k, x in enumerate(names))
    logs = " + ".join(rf"{k + 1}\ln {x}" for k, x in enumerate(names))
    return Claim(rf"\ln\left({product}\right) = {logs}", (), ("x_i > 0",))


def square_of_sum(terms: int) -> Claim:
    """(x_1 + … + x_m)² multiplied out."""
    names = [f"x_{{{k}}}" for k in range(1, terms + 1)]
    squares = [f"{x}^2" for x in names]
    mixed = [f"2{x}{y}" for i, x in enumerate(names) for y in names[i + 1 :]]
    return Claim(f"({' + '.join(names)})^2 = {' + '.join(squares + mixed)}")


def nested_activations(depth: int) -> Claim:
    """The slope of tanh of tanh of …, each by a name of its own."""
    names = LETTERS[:depth]
    given = tuple(
        rf"{name} = \tanh({inner})" for name, inner in zip(names, "x" + names, strict=False)
    )
    factors = "".join(f"(1-{name}^2)" for name in names)
    return Claim(rf"\frac{{\partial {names[-1]}}}{{\partial x}} = {factors}", given)


def nested_affine(depth: int) -> Claim:
    """Definitions that each use the one before, and no function at all."""
    names = LETTERS[:depth]
    given = tuple(f"{name} = 2{inner} + 1" for name, inner in zip(names, "x" + names, strict=False))
    return Claim(f"{names[-1]} = {2**depth}x + {2**depth - 1}", given)


TABLES = {
    "terms, slope of a sum of sigmoids": (slope_of_sigmoids, (1, 2, 4, 8, 16, 32)),
    "terms, logarithm of a product": (log_of_product, (1, 2, 4, 8, 16, 32)),
    "terms, square of a sum": (square_of_sum, (2, 4, 8, 16, 32)),
    "definitions, affine": (nested_affine, (1, 2, 4, 8, 12, 16)),
    "definitions, tanh of tanh": (nested_activations, (1, 2, 4, 8, 12, 16)),
}

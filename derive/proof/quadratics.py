"""The sign of a quadratic polynomial in several generators, by completing squares over ℚ."""

from __future__ import annotations

from flint import fmpq

from derive.proof.field import Field
from derive.proof.polynomials import Poly
from derive.proof.signs import ANY, NONNEGATIVE, POSITIVE, Sign, times

MAX_GENERATORS = 8


def sign_of_quadratic(field: Field, poly: Poly) -> Sign:
    """Nonnegative if it is a sum of squares, positive if a positive number remains."""
    used = field.used(poly)
    if int(poly.total_degree()) != 2 or not 2 <= len(used) <= MAX_GENERATORS:
        return ANY
    for scale in (1, -1):
        rest = _without_squares(_matrix(field, poly, scale))
        if rest is not None:
            sign = POSITIVE if rest > 0 else NONNEGATIVE
            return sign if scale > 0 else times(sign, frozenset((-1,)))
    return ANY


def _matrix(field: Field, poly: Poly, scale: int) -> list[list[fmpq]]:
    """The symmetric matrix over the generators and, last, 1."""
    place = {g: i for i, g in enumerate(field.used(poly))}
    n = len(place) + 1
    matrix = [[fmpq(0)] * n for _ in range(n)]
    for powers, c in field.terms(poly):
        spots = [place[g] for g, e in powers for _ in range(e)]
        i, j = sorted([*spots, n - 1, n - 1][:2])
        matrix[i][j] += c * scale / 2
        matrix[j][i] += c * scale / 2
    return matrix


def _without_squares(matrix: list[list[fmpq]]) -> fmpq | None:
    """The number that remains when squares are taken off row by row; None if it is no sum."""
    n = len(matrix)
    for i in range(n - 1):
        pivot = matrix[i][i]
        if pivot < 0 or (pivot == 0 and any(matrix[i][j] != 0 for j in range(i + 1, n))):
            return None
        if pivot == 0:
            continue
        for j in range(i + 1, n):
            factor = matrix[i][j] / pivot
            for k in range(i + 1, n):
                matrix[j][k] -= factor * matrix[i][k]
    return matrix[-1][-1] if matrix[-1][-1] >= 0 else None

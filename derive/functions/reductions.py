"""From the loss of one sample to that of a batch: sum, mean and weighted mean.

The entry itself is the reduction "none": numerically it broadcasts over the batch.
"""

from __future__ import annotations

import sympy as sp

from derive.functions.entry import Entry, Kink
from derive.terms import Domain, Vec, family, index, shape_of, size, substitute

n = size("n")
i = index("i")
w = family("w", n)


class _Batch:
    """A loss over n samples: its first `lifted` parameters get a leading batch axis."""

    def __init__(self, base: Entry, lifted: int) -> None:
        self.base = base
        self.params = tuple(
            family(str(p), n, *shape_of(p)) if position < lifted else p
            for position, p in enumerate(base.params)
        )
        many = dict(zip(base.params[:lifted], self.params, strict=False))
        self._sample = {p: _member(m, shape_of(p)) for p, m in many.items()}
        self.domains = {many.get(p, p): d for p, d in base.domains.items()}

    def of_sample(self, term: sp.Expr) -> sp.Expr:
        """A term over the base's parameters, for sample i."""
        return substitute(term, self._sample)

    def total(self, term: sp.Expr, weight: sp.Expr = sp.S.One) -> sp.Expr:
        """Σ_i of a term over the base's parameters, its numeric factor in front."""
        factor, body = term.as_coeff_Mul()
        return factor * sp.Sum(weight * self.of_sample(body), (i, 1, n))

    def kinks(self, scale: sp.Expr) -> tuple[Kink, ...]:
        """The kinks in sample i's prediction, where the sample's loss counts `scale` times."""

        def scaled(slope: sp.Expr | None) -> sp.Expr | None:
            return None if slope is None else scale * self.of_sample(slope)

        return tuple(
            Kink(
                self.of_sample(kink.variable),
                self.of_sample(kink.at),
                scaled(kink.low),
                scaled(kink.high),
                {name: scale * self.of_sample(slope) for name, slope in kink.conventions.items()},
            )
            for kink in self.base.kinks
        )


def _member(many: sp.IndexedBase, shape: tuple[sp.Expr, ...]) -> sp.Expr:
    """What sample i has of a lifted parameter: a scalar, or a family of that shape."""
    axes = tuple(index(name) for name in ("k", "l")[: len(shape)])
    entry = many[(i, *axes)]
    return Vec(entry, *zip(axes, shape, strict=True)) if shape else entry


def reductions(
    base: Entry,
    *,
    class_weighted: Entry | None = None,
    lifted: int = 2,
    sum_aliases: tuple[str, ...] = (),
    mean_aliases: tuple[str, ...] = (),
) -> tuple[Entry, ...]:
    """The entries `*_sum`, `*_mean` and `*_weighted_mean` of a non-negative loss of one sample.

    The first `lifted` parameters (prediction and target) become families over the samples,
    with the batch axis first; the others stay shared. The weighted mean is Σ w_i ℓ_i / Σ w_i
    with a weight for each sample. Where `class_weighted` is given (the same loss with class
    weights as its last parameter), sample i weighs Σ_k w_k y_ik instead, as in PyTorch's
    NLLLoss and CrossEntropyLoss.
    """
    batch = _Batch(base, lifted)
    low, high = base.range.inf, base.range.sup
    opened = low not in base.range
    hull, unbounded = sp.Interval(low, high, opened), sp.Interval(low, sp.oo, opened)
    total = batch.total(base.formula)
    factor, body = total.as_coeff_Mul()
    kinds = [
        _reduced(batch, "sum", total, sp.S.One, unbounded, sum_aliases),
        _reduced(batch, "mean", sp.Mul(factor, 1 / n, body), 1 / n, hull, mean_aliases),
    ]
    if class_weighted is not None:
        batch = _Batch(class_weighted, lifted)
        weights = batch.total(_sample_weight(class_weighted))
        formula = batch.total(class_weighted.formula) / weights
        kinds.append(_reduced(batch, "weighted mean", formula, 1 / weights, hull, name=base.name))
    else:
        weights = sp.Sum(w[i], (i, 1, n))
        formula = batch.total(base.formula, w[i]) / weights
        batch.params, batch.domains = (*batch.params, w), {**batch.domains, w: Domain.POSITIVE}
        kinds.append(_reduced(batch, "weighted mean", formula, w[i] / weights, hull))
    return tuple(kinds)


def _sample_weight(loss: Entry) -> sp.Expr:
    """Σ_k w_k y_k: the weight of the class of a one-hot target."""
    target, weights = loss.params[1], loss.params[-1]
    k = index("k")
    return sp.Sum(weights[k] * target[k], (k, 1, *shape_of(target)))


def _reduced(
    batch: _Batch,
    kind: str,
    formula: sp.Expr,
    scale: sp.Expr,
    values: sp.Set,
    aliases: tuple[str, ...] = (),
    *,
    name: str | None = None,
) -> Entry:
    base = batch.base
    return Entry(
        name=f"{name or base.name}_{kind.replace(' ', '_')}",
        title=f"{base.title}, {kind} over the samples",
        family=base.family,
        params=batch.params,
        formula=formula,
        symbol=_subscripted(base.symbol, rf"\text{{{kind}}}"),
        aliases=aliases,
        domains=batch.domains,
        range=values,
        kinks=batch.kinks(scale),
        note=base.note,
        sources=base.sources,
    )


def _subscripted(symbol: str, label: str) -> str:
    """A symbol with a label added to its subscript: LaTeX allows only one subscript."""
    head, separator, before = symbol.partition("_")
    inside = f"{before.removeprefix('{').removesuffix('}')}," if separator else ""
    return f"{head}_{{{inside}{label}}}"

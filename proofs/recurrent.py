"""One step of an RNN, an LSTM and a GRU cell backward, under any loss of the new state."""

import sympy as sp

from derive.functions import catalogue
from derive.terms import Context, Definition, Partial, Statement, family, index, real, size, sum_of
from derive.verdicts.theorem import NetworkTheorem, Theorem, library

sigmoid, tanh = catalogue["sigmoid"], catalogue["tanh"]
n, d = size("n"), size("d")
i, j, k = index("i"), index("j"), index("k")
L = real("L")
before, h, b = family("h_old", n), family("h", n), family("b", n)
U, W, x = family("U", n, n), family("W", n, d), family("x", d)

drive = sum_of(U[i, j] * before[j], (j, 1, n)) + sum_of(W[i, j] * x[j], (j, 1, d)) + b[i]
cell = library().define(Definition.of(h[i], tanh(drive))).depends(L, h)
error = (1 - h[i] ** 2) * Partial(L, h[i])

RNN = tuple(
    Theorem(f"rnn_{name}", title, Statement(Partial(L, variable), "=", right), cell, ("tanh",))
    for name, title, variable, right in (
        ("recurrent_weight", "∂L/∂U_ij = (1 − h_i²) ∂L/∂h_i h′_j", U[i, j], error * before[j]),
        ("input_weight", "∂L/∂W_ij = (1 − h_i²) ∂L/∂h_i x_j", W[i, j], error * x[j]),
        ("bias", "∂L/∂b_i = (1 − h_i²) ∂L/∂h_i", b[i], error),
        (
            "state",
            "∂L/∂h′_j = Σ_i U_ij (1 − h_i²) ∂L/∂h_i",
            before[j],
            sum_of(U[i, j] * error, (i, 1, n)),
        ),
        (
            "input",
            "∂L/∂x_j = Σ_i W_ij (1 − h_i²) ∂L/∂h_i",
            x[j],
            sum_of(W[i, j] * error, (i, 1, n)),
        ),
    )
)

forget, write, output, fresh = (family(name, n) for name in "fiog")
at_forget, at_write, at_output, at_fresh = (family(f"z_{name}", n) for name in "fiog")
c_before, c = family("c_old", n), family("c", n)
gates = (
    Definition.of(forget[k], sigmoid(at_forget[k])),
    Definition.of(write[k], sigmoid(at_write[k])),
    Definition.of(output[k], sigmoid(at_output[k])),
    Definition.of(fresh[k], tanh(at_fresh[k])),
)
remember = Definition.of(c[k], forget[k] * c_before[k] + write[k] * fresh[k])
emit = Definition.of(h[k], output[k] * tanh(c[k]))
emitting = library().define(*gates, emit).depends(L, h)
remembering = library().define(*gates, remember).depends(L, c)
g, carried = Partial(L, h[k]), Partial(L, c[k])

LSTM = tuple(
    Theorem(
        f"lstm_{name}",
        title,
        Statement(Partial(L, variable), "=", right),
        context,
        entries=("sigmoid", "tanh"),
    )
    for name, title, context, variable, right in (
        (
            "cell",
            "∂L/∂c = ∂L/∂h ⊙ o ⊙ (1 − tanh² c)",
            emitting,
            c[k],
            g * output[k] * (1 - tanh(c[k]) ** 2),
        ),
        (
            "output_gate",
            "∂L/∂z_o = ∂L/∂h ⊙ tanh c ⊙ o(1 − o)",
            emitting,
            at_output[k],
            g * tanh(c[k]) * output[k] * (1 - output[k]),
        ),
        (
            "old_cell",
            "∂L/∂c′ = ∂L/∂c ⊙ f",
            remembering,
            c_before[k],
            carried * forget[k],
        ),
        (
            "forget_gate",
            "∂L/∂z_f = ∂L/∂c ⊙ c′ ⊙ f(1 − f)",
            remembering,
            at_forget[k],
            carried * c_before[k] * forget[k] * (1 - forget[k]),
        ),
        (
            "input_gate",
            "∂L/∂z_i = ∂L/∂c ⊙ g ⊙ i(1 − i)",
            remembering,
            at_write[k],
            carried * fresh[k] * write[k] * (1 - write[k]),
        ),
        (
            "candidate",
            "∂L/∂z_g = ∂L/∂c ⊙ i ⊙ (1 − g²)",
            remembering,
            at_fresh[k],
            carried * write[k] * (1 - fresh[k] ** 2),
        ),
    )
)


def gated(context: Context, gates: str) -> Context:
    """With z^g = W^g x + U^g h′ + b^g for each gate."""
    for gate in gates:
        into, back, shift = (
            family(f"W^{gate}", n, d),
            family(f"U^{gate}", n, n),
            family(f"b^{gate}", n),
        )
        drive = sum_of(into[k, j] * x[j], (j, 1, d)) + sum_of(back[k, j] * before[j], (j, 1, n))
        context = context.define(Definition.of(family(f"z_{gate}", n)[k], drive + shift[k]))
    return context


G, C = family("G", n), family("C", n)
whole = Definition.of(L, sum_of(G[k] * h[k] + C[k] * c[k], (k, 1, n)))
new_cell = C[k] + G[k] * output[k] * (1 - tanh(c[k]) ** 2)
LSTM_ERRORS = {
    "f": new_cell * c_before[k] * forget[k] * (1 - forget[k]),
    "i": new_cell * fresh[k] * write[k] * (1 - write[k]),
    "o": G[k] * tanh(c[k]) * output[k] * (1 - output[k]),
    "g": new_cell * write[k] * (1 - fresh[k] ** 2),
}


def backward_through(errors: dict[str, sp.Expr], by: str, size: sp.Expr) -> sp.Expr:
    """Σ over the gates of (W^g)ᵀ δ^g at j."""
    terms = (sum_of(family(f"{by}^{g}", n, size)[k, j] * e, (k, 1, n)) for g, e in errors.items())
    return sp.Add(*terms)


lstm = NetworkTheorem(
    "lstm",
    "an LSTM cell in one piece: weights, biases, input, old state and old cell",
    L,
    {
        **{family(f"W^{g}", n, d)[k, j]: e * x[j] for g, e in LSTM_ERRORS.items()},
        **{family(f"U^{g}", n, n)[k, j]: e * before[j] for g, e in LSTM_ERRORS.items()},
        **{family(f"b^{g}", n)[k]: e for g, e in LSTM_ERRORS.items()},
        x[j]: backward_through(LSTM_ERRORS, "W", d),
        before[j]: backward_through(LSTM_ERRORS, "U", n),
        c_before[k]: new_cell * forget[k],
    },
    gated(library(), "fiog").define(*gates, remember, emit, whole),
    entries=("sigmoid", "tanh"),
)

reset, update = family("r", n), family("u", n)
gru_candidate = (
    sum_of(family("W^c", n, d)[k, j] * x[j], (j, 1, d))
    + sum_of(family("U^c", n, n)[k, j] * reset[j] * before[j], (j, 1, n))
    + family("b^c", n)[k]
)
fresh_error = G[k] * (1 - update[k]) * (1 - fresh[k] ** 2)
update_error = G[k] * (before[k] - fresh[k]) * update[k] * (1 - update[k])
reset_error = (
    sum_of(fresh_error.subs(k, i) * family("U^c", n, n)[i, k], (i, 1, n))
    * before[k]
    * reset[k]
    * (1 - reset[k])
)
gru = NetworkTheorem(
    "gru",
    "a GRU cell in one piece, h = u ⊙ h′ + (1 − u) ⊙ tanh(W x + U (r ⊙ h′) + b)",
    L,
    {
        family("W^c", n, d)[k, j]: fresh_error * x[j],
        family("U^c", n, n)[k, j]: fresh_error * reset[j] * before[j],
        family("b^c", n)[k]: fresh_error,
        family("W^u", n, d)[k, j]: update_error * x[j],
        family("U^r", n, n)[k, j]: reset_error * before[j],
    },
    gated(library(), "ru").define(
        Definition.of(reset[k], sigmoid(family("z_r", n)[k])),
        Definition.of(update[k], sigmoid(family("z_u", n)[k])),
        Definition.of(fresh[k], tanh(gru_candidate)),
        Definition.of(h[k], update[k] * before[k] + (1 - update[k]) * fresh[k]),
        Definition.of(L, sum_of(G[k] * h[k], (k, 1, n))),
    ),
    entries=("sigmoid", "tanh"),
)

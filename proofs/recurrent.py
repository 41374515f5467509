"""One step of an RNN cell and of an LSTM cell backward, under any loss of the new state."""

from derive.functions import catalogue
from derive.terms import Definition, Partial, Statement, family, index, real, size, sum_of
from derive.verdicts.theorem import Theorem, library

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

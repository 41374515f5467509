"""a^{[l]} = σ(z^{[l]}) speaks of every layer: claims about other layers than the formulas name."""

import pytest

import derive

NET = (r"z^{[l]} = w^{[l]} a^{[l-1]} + b^{[l]}", r"a^{[l]} = \sigma(z^{[l]})")
AHEAD = (r"z^{(l+1)}_k = \sum_j w^{(l+1)}_{kj} a^{(l)}_j", r"a^{(l)}_j = \sigma(z^{(l)}_j)")
UNITS = (
    r"z^{(l)}_k = \sum_j w^{(l)}_{kj} a^{(l-1)}_j + b^{(l)}_k",
    r"a^{(l)}_j = \sigma(z^{(l)}_j)",
)
LAST = (r"z^{(L)} = w^{(L)} a^{(L-1)} + b^{(L)}", r"a^{(L)} = \sigma(z^{(L)})")
SKIP = (r"a^{[l]} = w^{[l]} a^{[l-1]} + a^{[l-2]}",)
PLAIN = (r"C = (a^{[2]} - y)^2", r"a^{[l]} = \sigma(w^{[l]} a^{[l-1]})")


@pytest.mark.parametrize(
    ("claim", "given"),
    [
        (r"\frac{\partial z^{[l]}}{\partial z^{[l-1]}} = w^{[l]} \sigma'(z^{[l-1]})", NET),
        (r"\frac{\partial z^{[l+1]}}{\partial z^{[l]}} = w^{[l+1]} \sigma'(z^{[l]})", NET),
        (r"\frac{\partial z^{[l]}}{\partial b^{[l-1]}} = w^{[l]} \sigma'(z^{[l-1]})", NET),
        (r"\frac{\partial z^{[l]}}{\partial a^{[l-1]}} = w^{[l]}", NET),
        (r"a^{[l]} = \sigma(w^{[l]} \sigma(z^{[l-1]}) + b^{[l]})", NET),
        (r"\frac{\partial a^{[l]}}{\partial a^{[l-2]}} = 1 + w^{[l]} w^{[l-1]}", SKIP),
        (
            r"\frac{\partial z^{(l+1)}_k}{\partial z^{(l)}_j} = w^{(l+1)}_{kj} \sigma'(z^{(l)}_j)",
            UNITS,
        ),
        (
            r"\frac{\partial z^{(l)}_k}{\partial w^{(l-1)}_{ji}}"
            r" = w^{(l)}_{kj} \sigma'(z^{(l-1)}_j) a^{(l-2)}_i",
            UNITS,
        ),
        (
            r"\frac{\partial C}{\partial w^{[1]}}"
            r" = 2(a^{[2]} - y) a^{[2]} (1 - a^{[2]}) w^{[2]} a^{[1]} (1 - a^{[1]}) a^{[0]}",
            PLAIN,
        ),
        (r"\delta^l = w^{l+1} w^{l+2} \delta^{l+2}", (r"\delta^{l} = w^{l+1} \delta^{l+1}",)),
    ],
)
def test_formulas_of_every_layer(claim: str, given: tuple[str, ...]) -> None:
    assert derive.verify(claim, given=given).status == "proved"


@pytest.mark.parametrize(
    ("claim", "given"),
    [
        (r"\frac{\partial z^{[l]}}{\partial z^{[l-1]}} = w^{[l]}", NET),
        (r"\frac{\partial z^{[l]}}{\partial b^{[l-1]}} = 0", NET),
        (r"\frac{\partial a^{[l]}}{\partial w^{[l-1]}} = 0", NET),
        (r"\frac{\partial a^{[l]}}{\partial a^{[l-2]}} = 1", SKIP),
        (r"\frac{\partial z^{(l)}_k}{\partial w^{(l)}_{ji}} = a^{(l-1)}_i", UNITS),
        (r"\frac{\partial C}{\partial w^{[1]}} = 0", PLAIN),
        # What enters the first layer may be anything.
        (r"a^{[l-1]} \geq 0", (r"a^{[l]} = \max(0, z^{[l]})",)),
    ],
)
def test_wrong_formulas_are_refuted(claim: str, given: tuple[str, ...]) -> None:
    assert derive.verify(claim, given=given).status == "refuted"


@pytest.mark.parametrize(
    ("claim", "given"),
    [
        (r"\frac{\partial z^{(l+1)}_k}{\partial z^{(l-1)}_j} = 0", AHEAD),
        (r"\frac{\partial z^{(L)}}{\partial b^{(L-1)}} = 0", LAST),
        (
            r"\frac{\partial z^{(L)}}{\partial b^{(L-1)}} = w^{(L)} a^{(L-1)} (1 - a^{(L-1)})",
            LAST,
        ),
        (
            r"\frac{\partial C}{\partial w^{(l)}} = 0",
            (r"C = (a^{(L)} - y)^2", r"a^{(l)} = \sigma(w^{(l)} a^{(l-1)})"),
        ),
    ],
)
def test_what_one_layer_does_not_say_of_another_is_open(claim: str, given: tuple[str, ...]) -> None:
    assert derive.verify(claim, given=given).status == "undecided"


def test_letters_that_are_no_layers() -> None:
    verdict = derive.verify(r"x^o = w^o x", given=[r"x^h = w^h x"])
    assert verdict.status != "proved"
    assert derive.verify(r"\frac{\partial K}{\partial x} = W^K",
                         given=["Q = W^Q x", "K = W^K x"]).status == "proved"  # fmt: skip

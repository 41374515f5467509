"""h_t = f(h_{t-1}) speaks of every t: claims about a few steps of it."""

import pytest

import derive

CELL = r"h_t = \tanh(w h_{t-1} + u x_t)"
MOMENTUM = (r"m_t = \beta m_{t-1} + g_t", r"w_{t+1} = w_t - \eta m_t")
RETURN = (r"G_t = r_t + \gamma G_{t+1}",)
LSTM = (
    r"f_t = \sigma(a h_{t-1} + b x_t)",
    r"c_t = f_t c_{t-1} + i_t g_t",
    r"h_t = o_t \tanh(c_t)",
)


@pytest.mark.parametrize(
    ("claim", "given"),
    [
        (r"\frac{\partial h_t}{\partial h_{t-1}} = w (1 - h_t^2)", (CELL,)),
        (r"\frac{\partial h_{t+1}}{\partial h_t} = w (1 - h_{t+1}^2)", (CELL,)),
        (
            r"\frac{\partial h_t}{\partial h_{t-2}} = w^2 (1 - h_t^2)(1 - h_{t-1}^2)",
            (CELL,),
        ),
        (r"\frac{\partial h_t}{\partial x_t} = u (1 - h_t^2)", (CELL,)),
        (
            r"\frac{\partial h_t}{\partial w}"
            r" = (1 - h_t^2)(h_{t-1} + w \frac{\partial h_{t-1}}{\partial w})",
            (CELL,),
        ),
        (
            r"\frac{\partial L}{\partial h_{t-1}} = 2 (h_t - y) w (1 - h_t^2)",
            (CELL, r"L = (h_t - y)^2"),
        ),
        (r"\frac{\partial o_t}{\partial h_{t-1}} = v w (1 - h_t^2)", (CELL, r"o_t = v h_t")),
        (r"w_{t+1} = w_t - \eta g_t - \eta \beta m_{t-1}", MOMENTUM),
        (r"G_t = r_t + \gamma r_{t+1} + \gamma^2 G_{t+2}", RETURN),
        (r"\frac{\partial h_t}{\partial c_t} = o_t (1 - \tanh^2(c_t))", LSTM),
        (r"\frac{\partial x_{l+1}}{\partial x_l} = 1 + f'(x_l)", (r"x_{l+1} = x_l + f(x_l)",)),
        (
            r"\frac{\partial h_{t,i}}{\partial h_{t-1,j}} = (1 - h_{t,i}^2) w_{ij}",
            (r"h_{t,i} = \tanh(\sum_k w_{ik} h_{t-1,k} + x_{t,i})",),
        ),
    ],
)
def test_steps_of_a_recurrence(claim: str, given: tuple[str, ...]) -> None:
    assert derive.verify(claim, given=given).status == "proved"


@pytest.mark.parametrize(
    ("claim", "given"),
    [
        (r"\frac{\partial h_t}{\partial h_{t-1}} = w (1 - h_{t-1}^2)", (CELL,)),
        (r"\frac{\partial h_t}{\partial h_{t-2}} = w^2 (1 - h_t^2)", (CELL,)),
        (r"w_{t+1} = w_t - \eta g_t + \eta \beta m_{t-1}", MOMENTUM),
        (r"G_t = r_t + \gamma r_{t+1} + \gamma G_{t+2}", RETURN),
        (r"\frac{\partial c_t}{\partial c_{t-1}} = i_t", LSTM),
    ],
)
def test_wrong_steps_are_refuted(claim: str, given: tuple[str, ...]) -> None:
    verdict = derive.verify(claim, given=given)
    assert verdict.status == "refuted"
    assert verdict.steps[0].counterexample is not None


@pytest.mark.parametrize(
    ("claim", "given"),
    [
        (r"\frac{\partial h_t}{\partial w} = (1 - h_t^2) h_{t-1}", (CELL,)),
        (r"\frac{\partial c_t}{\partial c_{t-1}} = f_t", LSTM),
    ],
)
def test_what_is_held_fixed_is_said(claim: str, given: tuple[str, ...]) -> None:
    verdict = derive.verify(claim, given=given)
    assert verdict.status == "conditional"
    assert verdict.steps[0].hypotheses == (r"h_{t-1} \text{ held fixed}",)


@pytest.mark.parametrize(
    "claim",
    [
        r"h_s = \tanh(w h_t)",  # two letters
        r"\sum_{t=1}^n h_t = 0",  # every member
        r"h_{2t} = h_t",  # no number of steps
        r"h_{t} = h_{t-40}",  # too many steps
    ],
)
def test_what_is_not_a_few_steps_is_left_open(claim: str) -> None:
    assert derive.verify(claim, given=(CELL,)).status == "undecided"

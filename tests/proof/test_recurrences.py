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


LINEAR = r"h_t = w h_{t-1} + g_t"
DRIVEN = (r"h_t = w h_{t-1} + g_t", r"g_t = u x_t")


@pytest.mark.parametrize(
    ("claim", "given"),
    [
        # What enters before the first member that is reached moves it.
        (r"\frac{\partial h_t}{\partial g_{t-1}} = 0", (LINEAR,)),
        (r"\frac{\partial L}{\partial g_{t-1}} = 0", (LINEAR, "L = h_t^2")),
        (r"\frac{\partial h_t}{\partial x_{t-1}} = 0", DRIVEN),
        (r"\frac{\partial h_t}{\partial u} = x_t", DRIVEN),
        (r"\frac{\partial V_t}{\partial r_{t+1}} = 0", (r"V_t = r_t + \gamma V_{t+1}",)),
        (r"\frac{\partial h_t}{\partial x_{t-1}} = 1", ("h_t = h_{t-1} + x_t", "x_t = 2 x_{t-1}")),
        # h_0 is a member too.
        (r"\frac{\partial h_3}{\partial h_0} = 0", (LINEAR,)),
        (r"\frac{\partial h_t}{\partial h_0} = 0", (LINEAR,)),
        (r"\frac{\partial h_T}{\partial h_1} = 0", (LINEAR,)),
        # The first member need not be made of others.
        ("h_1 = 0", ("h_t = h_{t-1} - h_{t-1}",)),
        (r"h_1 \geq 0", ("h_t = |h_{t-1}|",)),
        (r"h_t \geq 0", ("h_{t+1} = |h_t|",)),
        (r"h_{t-1} \geq 0", ("h_t = |h_{t-1}|",)),
        (r"h_n \geq 0", ("h_t = |h_{t-1}|",)),
        (r"V_{t+1} \geq 0", ("V_t = |V_{t+1}|",)),
    ],
)
def test_steps_that_are_not_taken_are_not_left_out(claim: str, given: tuple[str, ...]) -> None:
    assert derive.verify(claim, given=given).status != "proved"


@pytest.mark.parametrize(
    ("claim", "given"),
    [
        (r"\frac{\partial h_t}{\partial g_{t-1}} = w", (LINEAR,)),
        (r"\frac{\partial h_3}{\partial g_2} = w", (LINEAR,)),
        (r"\frac{\partial h_t}{\partial g_k} = w^{t-k}", (LINEAR,)),
        (r"\frac{\partial h_T}{\partial h_t} = w^{T-t}", (LINEAR,)),
        ("h_t = w^t h_0", ("h_t = w h_{t-1}",)),
        (r"m_t = \sum_{k=1}^t \beta^{t-k} g_k", (r"m_t = \beta m_{t-1} + g_t", "m_0 = 0")),
        ("x_{10} = w^{10} x_0", ("x_{t+1} = w x_t",)),
        ("h_{t+1} = h_t", ("h_t = |h_{t-1}|",)),
        ("h_{t-1} > 1", ("h_t = h_{t-1} - 1", "h_t > 0")),
    ],
)
def test_a_few_steps_do_not_refute_what_all_of_them_say(claim: str, given: tuple[str, ...]) -> None:
    stated = [g for g in given if "=" in g]
    assumed = [g for g in given if "=" not in g]
    assert derive.verify(claim, given=stated, assuming=assumed).status != "refuted"


@pytest.mark.parametrize(
    ("claim", "assuming"),
    [
        ("h_3 = w^3 h_0", ("h_t = w h_{t-1}",)),
        ("h_2 = 3", ("h_t = h_{t-1} + 1", "h_0 = 1")),
        ("F_5 = 5", ("F_t = F_{t-1} + F_{t-2}", "F_0 = 0", "F_1 = 1")),
        (r"m_2 = \beta g_1 + g_2", (r"m_t = \beta m_{t-1} + g_t", "m_0 = 0")),
        (r"\frac{\partial h_2}{\partial w} = 2 w", ("h_t = w h_{t-1}", "h_0 = 1")),
        ("h_t = h_{t-2} + 2", ("h_t = h_{t-1} + g_t", "g_t = 1")),
        (r"\frac{\partial h_t}{\partial x_t} = 2 x_t", ("h_t = w h_{t-1} + g_t", "g_t = x_t^2")),
        (r"\frac{\partial w_{t+1}}{\partial g_t} = -\eta", MOMENTUM),
    ],
)
def test_members_that_are_numbered_and_first_values(claim: str, assuming: tuple[str, ...]) -> None:
    assert derive.verify(claim, assuming=assuming).status == "proved"


@pytest.mark.parametrize(
    ("claim", "given"),
    [
        ("a_4 = 4", ("a_{i+1} = a_i + 1", "a_1 = 0")),
        ("a_4 = 3", ("a_{i+1} = a_i + 1", "a_0 = 0")),
        (r"\frac{\partial a_2}{\partial w} = w u", ("a_{i+1} = w a_i", "a_0 = u")),
    ],
)
def test_first_values_that_are_defined(claim: str, given: tuple[str, ...]) -> None:
    assert derive.verify(claim, given=given).status == "refuted"


def test_what_fails_at_one_of_the_first_times_is_refuted() -> None:
    given = (r"v_t = \beta v_{t-1} + g_t", "v_0 = 0", r"w_t = w_{t-1} - \eta v_t")
    claim = r"w_t - w_{t-1} = \beta (w_{t-1} - w_{t-2}) {} \eta g_t"
    assert derive.verify(claim.replace("{}", "-"), given=given).status == "proved"
    assert derive.verify(claim.replace("{}", "+"), given=given).status == "refuted"


def test_derivatives_by_what_does_not_move_the_members() -> None:
    given = ("h_t = w h_{t-1}", r"L = \sum_t v h_t")
    assert derive.verify(r"\frac{\partial L}{\partial v} = 0", given=given).status != "proved"
    assert derive.verify(r"\frac{\partial L}{\partial w} = 0", given=given).status != "proved"

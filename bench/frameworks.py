"""What the frameworks that are installed take for the same values and gradients.

None of them is needed: `make compare` installs them. Arguments are handed over before the clock
starts; PyTorch runs eagerly in one thread, JAX compiled by jit, numexpr in one thread.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any

Calls = dict[str, Callable[[], Any]]


def framework_calls(name: str, both: bool, arguments: list[Any]) -> Calls:
    """For each framework that is installed and knows the function: a call of it."""
    found: Calls = {}
    for title, make in (("PyTorch", _torch), ("JAX", _jax), ("numexpr", _numexpr)):
        module = title.lower().removeprefix("py")
        if importlib.util.find_spec(module):
            call = make(importlib.import_module(module), name, both, arguments)
            if call is not None:
                found[title] = call
    return found


def _torch(torch: Any, name: str, both: bool, arguments: list[Any]) -> Callable[[], Any] | None:
    f = torch.nn.functional
    table = {
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "softplus": f.softplus,
        "log_sigmoid": f.logsigmoid,
        "silu": f.silu,
        "gelu": f.gelu,
        "relu": f.relu,
        "leaky_relu": lambda z, a: f.leaky_relu(z, a.item()),
        "elu": lambda z, a: f.elu(z, a.item()),
        "mish": f.mish,
        "softsign": f.softsign,
        "huber": lambda a, y, d: f.huber_loss(a, y, reduction="none", delta=d.item()),
        "sigmoid_cross_entropy": lambda z, y: f.binary_cross_entropy_with_logits(
            z, y, reduction="none"
        ),
        "binary_cross_entropy": lambda a, y: f.binary_cross_entropy(a, y, reduction="none"),
        "softmax": lambda z: torch.softmax(z, -1),
        "log_softmax": lambda z: torch.log_softmax(z, -1),
        "logsumexp": lambda z: torch.logsumexp(z, -1),
        "softmax_cross_entropy": lambda z, y: f.cross_entropy(z, y, reduction="none"),
    }
    if name not in table:
        return None
    torch.set_num_threads(1)
    function, tensors = table[name], [torch.from_numpy(a) for a in arguments]
    if not both:
        return lambda: function(*tensors)
    ones = torch.ones_like(function(*tensors))

    def value_and_grad() -> Any:
        z = tensors[0].detach().requires_grad_(True)
        value = function(z, *tensors[1:])
        return value, torch.autograd.grad(value, z, ones)[0]

    return value_and_grad


def _jax(jax: Any, name: str, both: bool, arguments: list[Any]) -> Callable[[], Any] | None:
    jax.config.update("jax_enable_x64", True)
    nn, jnp = jax.nn, jax.numpy
    table = {
        "sigmoid": nn.sigmoid,
        "tanh": jnp.tanh,
        "softplus": nn.softplus,
        "log_sigmoid": nn.log_sigmoid,
        "silu": nn.silu,
        "gelu": lambda z: nn.gelu(z, approximate=False),
        "relu": nn.relu,
        "leaky_relu": nn.leaky_relu,
        "elu": nn.elu,
        "mish": nn.mish,
        "softsign": nn.soft_sign,
        "softmax": nn.softmax,
        "log_softmax": nn.log_softmax,
        "logsumexp": lambda z: nn.logsumexp(z, axis=-1),
        "softmax_cross_entropy": lambda z, y: -(y * nn.log_softmax(z)).sum(-1),
    }
    if name not in table:
        return None
    function, arrays = table[name], [jnp.asarray(a) for a in arguments]

    def value_and_grad(*inputs: Any) -> Any:
        value, back = jax.vjp(lambda z: function(z, *inputs[1:]), inputs[0])
        return value, back(jnp.ones_like(value))[0]

    compiled = jax.jit(value_and_grad if both else function)
    return lambda: jax.block_until_ready(compiled(*arrays))


def _numexpr(numexpr: Any, name: str, both: bool, arguments: list[Any]) -> Any:
    table = {
        "sigmoid": "1/(1 + exp(-z))",
        "tanh": "tanh(z)",
        "softplus": "where(z > 0, z, 0) + log1p(exp(-abs(z)))",
        "silu": "z/(1 + exp(-z))",
        "relu": "where(z > 0, z, 0)",
        "leaky_relu": "where(z > 0, z, a*z)",
        "elu": "where(z > 0, z, a*expm1(z))",
        "softsign": "z/(1 + abs(z))",
    }
    if both or name not in table:
        return None
    numexpr.set_num_threads(1)
    names = dict(zip("za", arguments, strict=False))
    return lambda: numexpr.evaluate(table[name], local_dict=names)

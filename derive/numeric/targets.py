"""The same code for PyTorch, JAX and Numba: a thin printer over what the compiler writes.

Generated code calls NumPy's functions by name and helpers that are all in `portable`; a target
says what its framework calls them. The source is ours alone, so the names can be told by eye.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from derive.errors import DefinitionError, UnsupportedError

_TORCH = '''def _arrays(*values: Any) -> list[Any]:
    """The values as tensors of the floating dtype that they have in common."""
    tensors = [torch.as_tensor(v) for v in values]
    dtype = tensors[0].dtype
    for t in tensors[1:]:
        dtype = torch.promote_types(dtype, t.dtype)
    if not dtype.is_floating_point:
        dtype = torch.get_default_dtype()
    return [t.to(dtype) for t in tensors]


def _array(x: Any, dtype: Any = None) -> Any:
    """A tensor of its own."""
    return torch.as_tensor(x, dtype=dtype).clone()


def _broadcast_to(x: Any, shape: Any) -> Any:
    """The value spread over a shape."""
    return torch.broadcast_to(torch.as_tensor(x), shape)'''

_JAX = '''def _arrays(*values: Any) -> list[Any]:
    """The values as arrays of the floating dtype that they have in common."""
    arrays = [jnp.asarray(v) for v in values]
    dtype = jnp.result_type(*arrays, jnp.float32)
    return [a.astype(dtype) for a in arrays]'''

_NUMBA = '''@njit(inline="always")
def _where(test: Any, yes: Any, no: Any) -> Any:
    """One of two numbers."""
    return yes if test else no


@njit(inline="always")
def _clip(x: Any, low: Any, high: Any) -> Any:
    """The number between two others; nan stays."""
    return low if x < low else high if x > high else x'''


@dataclass(frozen=True)
class Target:
    """A framework: its imports, what it calls NumPy's functions, and what it needs besides.

    `elementwise` says that a function is compiled for one number at a time: it has no families.
    """

    name: str
    module: str
    imports: tuple[str, ...]
    prelude: str
    names: Mapping[str, str] = field(default_factory=dict)
    special: str = ""
    elementwise: bool = False

    def spelled(self, code: str) -> str:
        """Code over NumPy in the framework's words."""
        code = re.sub(r"\bnp\.(\w+)", lambda m: self.names.get(m[1], f"{self.module}.{m[1]}"), code)
        code = re.sub(r"\bspecial\.(\w+)", lambda m: self._special(m[1]), code)
        if self.elementwise:
            return code.replace(".astype(dtype)", " * 1.0").replace("[()]", "")
        if self.name == "torch":
            code = code.replace(".astype(dtype)", ".to(dtype)").replace(", optimize=True)", ")")
            return re.sub(r"\baxis([12])=", r"dim\1=", code)
        return code

    def _special(self, name: str) -> str:
        found = self.names.get(f"special.{name}", f"{self.special}.{name}")
        if not self.special or found == "":
            raise UnsupportedError(f"{self.name} has no {name}; use another target")
        return found


TARGETS: Mapping[str, Target] = MappingProxyType(
    {
        "torch": Target(
            "torch",
            "torch",
            ("import torch",),
            _TORCH,
            MappingProxyType(
                {
                    "array": "_array",
                    "broadcast_to": "_broadcast_to",
                    "asarray": "torch.as_tensor",
                    "power": "torch.pow",
                    "rint": "torch.round",
                    "mod": "torch.remainder",
                    "vecdot": "torch.linalg.vecdot",
                    "concatenate": "torch.cat",
                    "special.gamma": "",
                }
            ),
            "torch.special",
        ),
        "jax": Target(
            "jax",
            "jnp",
            ("import jax", "import jax.numpy as jnp"),
            _JAX,
            MappingProxyType({"special.psi": "jax.scipy.special.digamma"}),
            "jax.scipy.special",
        ),
        "numba": Target(
            "numba",
            "np",
            ("import math", "import numpy as np", "from numba import guvectorize, njit, vectorize"),
            _NUMBA,
            MappingProxyType(
                {
                    "where": "_where",
                    "clip": "_clip",
                    "frexp": "math.frexp",
                    "special.gammaln": "math.lgamma",
                    "special.erfinv": "",
                    "special.psi": "",
                }
            ),
            "math",
            elementwise=True,
        ),
    }
)


def target_of(name: str) -> Target:
    """The target of this name. Raises `DefinitionError` for any other."""
    if name not in TARGETS:
        raise DefinitionError(f"no target {name!r}; there are numpy, {', '.join(TARGETS)}")
    return TARGETS[name]

#!/usr/bin/env bash
# What derive does, in one run: prove, derive, verify (one true, one false), run.
set -euo pipefail
BIN=${BIN:-.venv/bin}
BUILD=${BUILD:-build}

say() { printf '\n\033[1m$ %s\033[0m\n' "$*"; }

run() {
    local shown=("$@") i
    for i in "${!shown[@]}"; do
        [[ ${shown[i]} =~ ^[a-zA-Z0-9_./-]+$ ]] || shown[i]="'${shown[i]}'"
    done
    say "${shown[*]}"
    "$BIN/$1" "${@:2}"
}

run derive prove proofs/
run derive show sigmoid

softmax='a_j = \frac{e^{z_j}}{\sum_k e^{z_k}}'
cross_entropy='L = -\sum_j y_j \ln a_j'
run derive verify '\frac{\partial L}{\partial z_j} = a_j - y_j' \
    --given "$softmax" --given "$cross_entropy" --assume '\sum_j y_j = 1'

# A refuted formula exits with status 1: anything else here is a failure of the demo.
status=0
run derive verify '\frac{\partial L}{\partial z_j} = y_j - a_j' \
    --given "$softmax" --given "$cross_entropy" --assume '\sum_j y_j = 1' || status=$?
if [[ $status -ne 1 ]]; then
    echo "demo: a false formula ended with exit status $status, expected 1" >&2
    exit 1
fi

mkdir -p "$BUILD"
run derive numpy softmax_cross_entropy --grad -o "$BUILD/softmax_cross_entropy.py"
say "python, with the generated file, at logits of 1000, 0 and -1000"
PYTHONPATH=$BUILD "$BIN/python" - <<'PYTHON'
import numpy as np
from softmax_cross_entropy import softmax_cross_entropy_value_and_grad

value, gradient = softmax_cross_entropy_value_and_grad(
    np.array([1000.0, 0.0, -1000.0]), np.array([0.0, 1.0, 0.0])
)
print("value   ", value)
print("gradient", gradient)
PYTHON

# Everything here works on a fresh clone: the environment is made on first use.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
BUILD := build
# An index with builds of PyTorch for the CPU; without it pip takes what its own index has.
TORCH_INDEX ?=
ONE_THREAD := OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 \
	XLA_FLAGS="--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

.PHONY: demo test check bench accuracy compare soundness sweep clean

demo: $(READY)
	@BIN=$(BIN) BUILD=$(BUILD) bash demo.sh

test: $(READY)
	$(BIN)/pytest -n auto -m "not slow"

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)
	@$(BIN)/python -m bench.timings
	@$(BIN)/python -m bench.probes
	@$(BIN)/python -m bench.depth
	@$(BIN)/python -m bench.prover
	@$(BIN)/python -m bench.documents
	@$(ONE_THREAD) $(BIN)/python -m bench.numeric

# Errors of generated NumPy code, of lambdify and of SciPy, in units in the last place.
accuracy: $(READY)
	@$(BIN)/python -m bench.accuracy

# False neighbours of every theorem, and theorems in other words: nothing false may be proved.
# What was judged stays in build/soundness until a source changes, so that it can be interrupted.
soundness: $(READY)
	@$(BIN)/python -m bench.soundness
	@$(BIN)/python -m bench.metamorphic

# What the tests do not need: gradients of a network against PyTorch's, generated code run by the
# frameworks, and how fast these are. PyTorch without the gigabytes of CUDA, which nothing here uses.
compare: $(READY)
	@echo "Installing PyTorch, JAX, Numba and numexpr (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		$(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) torch==2.13.0
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[frameworks]'
	@$(BIN)/python -m bench.compare
	@$(BIN)/pytest -m "slow or not slow" tests/numeric/test_targets.py
	@$(ONE_THREAD) $(BIN)/python -m bench.numeric

# The slow sweeps: many more points and functions than `make test` has time for.
sweep: $(READY)
	$(BIN)/pytest -n auto -m slow

clean:
	rm -rf $(VENV) $(BUILD)

$(READY): pyproject.toml
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "derive needs Python 3.11 or later; name one: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Installing into $(VENV) (once) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

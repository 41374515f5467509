# Everything here works on a fresh clone: the environment is made on first use.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
BUILD := build

.PHONY: demo test check bench compare soundness sweep clean

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

# False neighbours of every theorem, and theorems in other words: nothing false may be proved.
# What was judged stays in build/soundness until a source changes, so that it can be interrupted.
soundness: $(READY)
	@$(BIN)/python -m bench.soundness
	@$(BIN)/python -m bench.metamorphic

# The gradients of a network against PyTorch, which the tests do not need.
compare: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[frameworks]'
	@$(BIN)/python -m bench.compare

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

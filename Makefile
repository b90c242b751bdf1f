# Two commands do everything: `make demo` and `make test`. Each does the set-up it needs, and nothing twice.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: setup demo test test-library check lint types layers bench lock clean

setup: $(INSTALLED)

# uv where it is installed, pip otherwise: both install the very same locked versions, hashes checked. The lock names
# everything, so nothing is resolved: pip before 23.3 forgets a pin when a dependency asks for that package's extra.
$(INSTALLED): requirements.lock pyproject.toml
	@if command -v uv >/dev/null 2>&1; then \
	  test -x $(BIN)/python || uv venv --quiet --python "$(PYTHON)" $(VENV); \
	  uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock && \
	  uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .; \
	else \
	  test -x $(BIN)/python || $(PYTHON) -m venv $(VENV); \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .; \
	fi
	@touch $(INSTALLED)

demo: setup
	@$(BIN)/monitor demo

test: setup
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile

# For a further interpreter: all but the tests that drive whole programs or a browser, which are the longest and the same
# on every one.
test-library: setup
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile --ignore tests/whole --ignore tests/browser \
	  --ignore tests/test_benches.py --ignore tests/pipeline/test_pipeline_shared.py

lint: setup
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: setup
	@$(BIN)/mypy

layers: setup
	@$(BIN)/lint-imports

# Everything that CI runs, on this machine's interpreter.
check: lint types layers test

# Every bench, the others too where one fails. What they measure on is looked for in ../shared.
bench: setup
	@failed=""; for bench in $$(grep -l __main__ bench/*.py); do \
	  echo "== $$bench"; $(BIN)/python $$bench || failed="$$failed $$bench"; \
	done; \
	if test -n "$$failed"; then echo "failed, or had nothing to measure on:$$failed" >&2; exit 1; fi

# The lock carries versions and hashes and no addresses; it serves every platform and every Python from 3.11 on.
lock:
	uv pip compile pyproject.toml --extra postgres --extra backfill --extra embeddings --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --quiet --output-file requirements.lock

clean:
	rm -rf $(VENV) build dist

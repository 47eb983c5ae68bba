# Two commands on a fresh machine with Python 3.11 or newer: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SAMPLE := tests/sample/catalog.pdf
# The corpus of real files is optional: accuracy and some tests use it where it is, and say so where it is not.
ifneq ($(wildcard ../shared/corpus/manifest.json),)
export QUARRY_CORPUS ?= $(abspath ../shared/corpus)
endif
NAME ?=

.PHONY: setup demo test lint serve rehearse bench accuracy sample clean

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "error: Python 3.11 or newer is needed (make PYTHON=python3.12 ...)")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(STAMP)
	$(BIN)/python -m flows.pdf $(SAMPLE)

test: $(STAMP)
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

serve: $(STAMP)
	$(BIN)/python -m deployments.serve

rehearse: $(STAMP)
	$(BIN)/python tests/endpoints/rehearse.py $(SAMPLE)

bench: $(STAMP)
	$(BIN)/python tests/bench/run.py $(NAME)

accuracy: $(STAMP)
	$(BIN)/python tests/accuracy/run.py $(NAME)

sample: $(STAMP)
	$(BIN)/python tests/sample/make_catalog.py

clean:
	rm -rf $(VENV) *.egg-info .pytest_cache .mypy_cache .ruff_cache

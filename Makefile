# Two commands do everything on a fresh Debian or Ubuntu machine: `make demo` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEBS := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
TEST_DEBS := poppler-utils qpdf
JOBS ?= 2

.PHONY: help demo test lint types contract unit reports lowest bench validate system system-test clean

help:           ## list the targets
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## */  \1\t/' | expand -t 14

demo: system $(STAMP)  ## set up, audit the bundled log, print where the PDF lies
	@$(BIN)/careaudit demo

test: system-test $(STAMP) lint types contract unit  ## set up, then lint, types, contract and all tests

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

contract: $(STAMP)
	$(BIN)/lint-imports --no-cache

# Each worker keeps to its own core: threads of linear algebra on small tables only wait.
unit: $(STAMP)
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

reports: $(STAMP)  ## write the committed example reports again
	$(BIN)/python tests/rebuild_reports.py

bench: $(STAMP)  ## time audits of 1 M and 10 M generated decisions, and phrases in 1 M messages
	$(BIN)/python tests/benchmarks/scale.py
	$(BIN)/python tests/benchmarks/terms.py

validate: $(STAMP)  ## simulate audits and intervals, and write docs/validation.md (20 minutes)
	OPENBLAS_NUM_THREADS=1 $(BIN)/python tests/validation/run.py

lowest:         ## run the tests on the lowest versions that pyproject.toml allows
	PYTHON=$(PYTHON) tests/lowest/run

# A failing install leaves no stamp, so the next run tries again.
$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "careaudit needs Python 3.11 or newer; say make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || tests/system-packages python3-venv
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --group dev --editable .
	@touch $(STAMP)

# WeasyPrint needs Pango, which no Python package carries.
system:
	@tests/system-packages $(DEBS)

system-test:
	@tests/system-packages $(DEBS) $(TEST_DEBS)

clean:          ## remove what the targets made
	rm -rf $(VENV) careaudit-demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

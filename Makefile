# `make` alone lists what there is to do. Only Python 3.11+ and make are needed; everything else is installed into .venv.

PYTHON ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.11,$(shell \
	$(name) -c 'import sys; sys.version_info >= (3, 11) and print("$(name)")' 2>/dev/null)) python3)
PY := .venv/bin/python
UV := .venv/bin/uv
TEST := $(PY) -m pytest tests --ignore tests/benchmarks -n 2 --dist worksteal
INSTALL := @$(PYTHON) invoice_app/running/installing.py
COMPILE := --quiet pip compile --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help run build sample owner test lint machine bench lock clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

run: ## Install, migrate, build what changed and serve on http://localhost:8000 (PORT= changes it)
	$(INSTALL) run
	@exec $(PY) -m invoice_app.running

build: ## Build the pages only
	$(INSTALL) run
	@$(PY) -m invoice_app.running.building

sample: ## Load the sample data into an empty database
	$(INSTALL) run
	@$(PY) -m invoice_app.demo

owner: ## Set up an empty production database: the organisation and its first owner
	$(INSTALL) run
	@$(PY) -m invoice_app.running.founding

test: ## Install what tests need, check the code, run every test in real parts and a real browser
	$(INSTALL) test
	@$(PY) -m tests.chromium
	@$(MAKE) --no-print-directory lint
	$(TEST) -m "not browser"
	$(TEST) -m browser

lint: ## Style, types and the direction of imports
	$(INSTALL) test
	$(PY) -m ruff check
	$(PY) -m mypy
	.venv/bin/lint-imports

machine: ## Let more random lives of invoices look for a broken rule (MONEY_LIVES= sets how many)
	$(INSTALL) test
	$(PY) -m pytest tests/stateful -n 2 --timeout 0

bench: ## Measure speed, size and memory against their bars, alone on the machine
	$(INSTALL) test
	@$(PY) -m tests.chromium
	$(PY) -m pytest tests/benchmarks -s -q

lock: ## Resolve the dependencies of pyproject.toml anew, with hashes
	$(INSTALL) test
	$(UV) $(COMPILE) pyproject.toml -o requirements.txt
	$(UV) $(COMPILE) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt

clean: ## Remove what was built and installed; data in var/ stays
	rm -rf .venv .web .builds .states .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

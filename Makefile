# Bedside's commands. `make help` lists them; everything installs into .venv and nothing else is touched.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
# How many tests run side by side, each with its own PostgreSQL; what to give pytest, e.g. ARGS="-k triage -x".
WORKERS ?= 2
ARGS ?=
LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header $(if $(UPGRADE),--upgrade)

# A stamp that is older than a lock, and only that, makes pip run. The development lock holds all of the other, so it
# alone is installed where both are missing. A folder that was moved loses its stamps: its scripts point elsewhere.
.NOTPARALLEL:
RUNTIME := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
ifneq ($(shell cat $(VENV)/.location 2>/dev/null),$(CURDIR))
$(shell rm -f $(RUNTIME) $(DEV))
endif

$(RUNTIME): requirements.lock pyproject.toml scripts/install.sh
	@bash scripts/install.sh requirements.lock
	@touch $@

$(DEV): requirements-dev.lock pyproject.toml scripts/install.sh
	@bash scripts/install.sh requirements-dev.lock
	@touch $(RUNTIME) $@

# Bytecode beforehand, also where PYTHONDONTWRITEBYTECODE is set: a start must not compile.
COMPILED := $(VENV)/.compiled
$(COMPILED): $(RUNTIME) $(shell find src -name '*.py' 2>/dev/null)
	@$(BIN)/python -m compileall -q -j 0 src
	@touch $@

# The pages. The script compares digests, so it is asked each time and mostly does nothing.
.PHONY: web
web: ## Build the pages into web/dist (Node.js 20 or newer)
	@bash scripts/web.sh build

##@ Run
.PHONY: up
up: $(COMPILED) ## Install what is missing and start Bedside with sample data on 127.0.0.1:8000 (Ctrl-C stops it)
	@bash scripts/web.sh build --optional
	@SAMPLE_DATA="$${SAMPLE_DATA-true}" exec $(BIN)/bedside up

.PHONY: install
install: $(COMPILED) ## Install Bedside into .venv without starting it

##@ Check
.PHONY: check
check: $(DEV) ## Check format, lint, types, imports, file sizes, docs, secrets, licences, registry hosts, API, migrations
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash scripts/check.sh

.PHONY: test
test: $(DEV) $(COMPILED) ## Run every test (WORKERS=2 side by side; ARGS="-k triage" to choose)
	@bash scripts/web.sh build
	@bash scripts/browser.sh >/dev/null
	@bash scripts/prometheus.sh >/dev/null || true  # its tests say that they were skipped
	@cd web && npm run --silent test
	@TMPDIR=$$(bash scripts/scratch.sh) $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

.PHONY: screenshots
screenshots: $(DEV) $(COMPILED) ## Write a picture of each page, light and dark, wide and narrow, to var/screenshots
	@bash scripts/web.sh build
	@bash scripts/browser.sh >/dev/null
	@$(BIN)/python scripts/screenshots.py $(ARGS)

.PHONY: bench
bench: $(DEV) $(COMPILED) ## Measure Bedside (benchmarks/) and print the numbers beside their targets
	@$(BIN)/python -m benchmarks $(ARGS)

##@ Change
.PHONY: fmt
fmt: $(DEV) ## Format the code and mend what the linter can
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@cd web && npm run --silent fmt

.PHONY: openapi
openapi: $(DEV) ## Write docs/openapi.json anew from the API
	@$(BIN)/python scripts/openapi.py --write

.PHONY: settings
settings: $(DEV) ## Write docs/settings.md anew from the settings that the code declares
	@$(BIN)/python scripts/settings_page.py --write

.PHONY: checks
checks: $(DEV) ## Write docs/ops-checks.md anew from the checks that the code declares
	@$(BIN)/python scripts/checks_page.py --write

.PHONY: lock
lock: $(DEV) ## Pin the dependencies of pyproject.toml anew, with hashes (UPGRADE=1 takes the newest)
	@$(LOCK) --group build --output-file requirements.lock
	@$(LOCK) --group build --group dev --constraint requirements.lock --output-file requirements-dev.lock

.PHONY: secrets
secrets: $(DEV) ## Record today's findings of the secrets scan as known, after you have looked at each
	@$(BIN)/python scripts/check_secrets.py --write

.PHONY: clean
clean: ## Remove .venv and what the tools cache (never var/, where the data lives)
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis htmlcov .coverage build dist
	@find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +

.PHONY: help
help: ## Show this list
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

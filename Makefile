# Everything a developer does here, by name. `make` alone lists it.

BIN := .venv/bin
INSTALLED := .venv/.installed
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
WORKERS ?= 3
EXAMPLES ?= 100000
ARGS ?=
SEEDS ?= 100
SEED ?=
JOBS ?= 1

LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-header --no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo demo-reset test algebra bench chaos simulate mutants lint format screenshots migrate lock

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / {printf "  \033[36m%-12s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(INSTALLED) ## start everything with a local stand-in for Procore; Ctrl-C stops it (ARGS=--check: start, look, stop)
	@exec $(BIN)/python -m devtools.demo $(ARGS)

demo-reset: $(INSTALLED) ## forget the demo's data
	@$(BIN)/python -m devtools.demo --reset

test: $(INSTALLED) ## the whole test suite (ARGS="-k inbox" for a part, WORKERS=4 for more processes)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --no-loadscope-reorder $(ARGS)

algebra: $(INSTALLED) ## decide and merge: 100,000 random examples of their laws (EXAMPLES=n for another number)
	@ALGEBRA_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest -n0 --durations=0 tests/unit/sync/test_merge_algebra.py $(ARGS)

bench: $(INSTALLED) ## latency, calls, throughput, memory, killed workers (ARGS="latency --small" for a part); docs/scaling.md
	@$(BIN)/python -m benchmarks $(ARGS)

simulate: $(INSTALLED) ## random schedules with faults (SEEDS=1000 [SEED=first] [JOBS=2] [ARGS="--shrink --trace 60"]); docs/simulation.md
	@$(BIN)/python -m tests.simulation --seeds $(SEEDS) $(if $(SEED),--seed $(SEED)) --jobs $(JOBS) $(ARGS)

mutants: $(INSTALLED) ## one mechanism removed at a time: does a seed find it? (SEEDS=2000 JOBS=2 ARGS="--only outbox"); docs/simulation.md
	@$(BIN)/python -m tests.simulation.mutants --seeds $(SEEDS) --jobs $(JOBS) $(ARGS)

chaos: $(INSTALLED) ## kill -9 of web, worker and Redis under load, both databases (ARGS="--kills 20 --seed 7"); docs/chaos.md
	@$(BIN)/python -m benchmarks.chaos $(ARGS)

lint: $(INSTALLED) ## formatter, linter, type checker, import contracts, templates
	@$(BIN)/python -m devtools.lint

format: $(INSTALLED) ## put code and templates into shape
	@$(BIN)/python -m devtools.lint --fix

screenshots: $(INSTALLED) ## every screen as a picture, into instance/screenshots (ARGS=--docs: also the documentation's)
	@$(BIN)/python -m devtools.screenshots $(ARGS)

migrate: $(INSTALLED) ## bring the database of DATABASE_URL up to date
	@$(BIN)/flask --app wsgi db upgrade

lock: $(INSTALLED) ## pin requirements*.in again, with hashes (UPGRADE=1: newest versions)
	$(LOCK) requirements.in --output-file requirements.txt
	$(LOCK) requirements-dev.in --constraint requirements.txt --output-file requirements-dev.txt

$(INSTALLED): requirements-dev.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; found: $$(python3 --version 2>&1)." \
		"Name another one with: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$(PYTHON) is too old: Python 3.11 or newer is needed." >&2; exit 1; }
	@test ! -L .venv || { echo ".venv is a link: bring the environment it leads to up to date where it lives." >&2; exit 1; }
	@$(PYTHON) -m venv --clear .venv || \
		{ echo "No virtual environment can be made. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing the locked requirements into .venv (once, about half a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

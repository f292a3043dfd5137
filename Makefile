# Bare `make` lists what it can do; each target says what it is for after two hashes.
SHELL := /bin/sh
PYTHON_ENV := .venv/bin
# A worker that dies ends the run: the work of its group would be waited for without end.
PYTEST_ARGS ?= -n 2 --dist loadgroup --max-worker-restart=0
# One test of a soak takes longer than any other may; what hangs still ends, with the place where it hung.
SOAK_SECONDS ?= 14400
T ?= tests
BENCH ?=

.DEFAULT_GOAL := help
.PHONY: help bootstrap run test soak check fix serve screens bench package strings lock clean

help: ## list these targets
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

bootstrap: ## prepare this checkout (all other targets do it by themselves)
	@scripts/bootstrap.sh

run: bootstrap ## open the desktop on a throw-away demo vault beside a demo server; a tour where there is no display
	@$(PYTHON_ENV)/python main.py demo

test: ## run every test; one file or folder with T=tests/unit
	@scripts/bootstrap.sh --tests
	@$(PYTHON_ENV)/python -m pytest $(PYTEST_ARGS) $(T)

soak: ## the same faults, provinces and registers as in `make test`, many times over (hours); FAULT_SHARE=0.1 a tenth
	@scripts/bootstrap.sh --tests
	@TONGCDS_SOAK=1 $(PYTHON_ENV)/python -m pytest -rP -o faulthandler_timeout=$(SOAK_SECONDS) $(PYTEST_ARGS) \
		tests/faults tests/sim tests/registers \
		tests/property/test_replicas.py tests/property/test_unreceived.py \
		tests/e2e/test_b4_cut_exchange.py tests/e2e/test_attachments.py tests/e2e/test_server.py \
		tests/unit/server/test_b3_repeated_pushes.py tests/unit/sync/test_repair.py \
		tests/e2e/test_a10_clock.py tests/e2e/test_window.py tests/e2e/test_recovery.py \
		tests/unit/storage/test_keyslots.py tests/unit/storage/test_slot_kinds.py \
		tests/unit/storage/test_passphrases.py tests/unit/actions/test_lease.py

check: bootstrap ## format, lint, types, layers, catalogues, rules of the house
	@$(PYTHON_ENV)/ruff format --check --quiet .
	@$(PYTHON_ENV)/ruff check --quiet .
	@$(PYTHON_ENV)/mypy
	@$(PYTHON_ENV)/lint-imports
	@$(PYTHON_ENV)/python scripts/strings.py check
	@$(PYTHON_ENV)/python -m pytest -q tests/meta

fix: bootstrap ## put format and simple lint in order
	@$(PYTHON_ENV)/ruff check --fix --quiet . || true
	@$(PYTHON_ENV)/ruff format --quiet .

serve: bootstrap ## a local server with a commune of invented people
	@$(PYTHON_ENV)/python -m tongcds.server demo

screens: bootstrap ## pictures of every screen in every language, into build/screens
	@$(PYTHON_ENV)/python main.py screens --out build/screens

bench: bootstrap ## run a benchmark: make bench BENCH=save; without BENCH all of them
	@$(PYTHON_ENV)/python -m benchmarks $(BENCH)

package: bootstrap ## build the desktop program and run its self-test
	@packaging/build.sh

strings: bootstrap ## extract messages, bring the catalogues up to date, compile them
	@$(PYTHON_ENV)/python scripts/strings.py update

lock: bootstrap ## resolve pyproject.toml anew into the lock files (needs uv)
	@scripts/lock.sh

clean: ## remove what can be built again, but not .venv
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# Kadai. `make` lists what it can do. Only Python 3.11 or newer is needed beforehand.

PYTHON ?= python3
# More arguments for pytest: make test ARGS="-k loans -x"
ARGS ?=

# Loans with known schedules, for make golden.
CASES ?= ../shared/golden/progressive_schedules.json

VENV := .venv/bin
PY := $(VENV)/python
WITH_SERVERS := $(PY) -m config.embedded with --
# `python -m config.run`, except that Ctrl-C while it still loads is not answered by a traceback.
QUIET_START := "import os, runpy, signal; signal.signal(signal.SIGINT, lambda *_: os._exit(130)); \
  runpy.run_module('config.run', run_name='__main__', alter_sys=True)"
# What the bench's packages need and dev.txt has.
IN_DEV := asgiref babel certifi charset-normalizer dj-database-url django idna requests sqlparse \
  typing-extensions tzdata urllib3
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.PHONY: help env run demo test test-servers browser servers golden lint format lock css bench clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

env: ## The virtual environment .venv, exactly as locked (instant when current)
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo "Kadai needs Python 3.11 or newer and there is no $(PYTHON): install it," \
	    "or name another, for example \`make run PYTHON=python3.12\`." >&2; exit 1; }
	@$(PYTHON) .ci/env.py

run: env ## Everything on this machine, with demo data; prints addresses and logins; Ctrl-C stops it
	@exec $(PY) -c $(QUIET_START)

demo: env ## A guided tour: starts an instance of its own and walks through a loan
	@exec $(PY) -m config.demo

test: env browser ## Every test, on embedded servers of their own (ARGS="…" goes to pytest)
	@exec $(WITH_SERVERS) $(PY) -m pytest $(ARGS)

test-servers: env browser servers ## Every test, on Debian's own Postgres and Redis
	@exec $(PY) -m config.embedded with-system -- $(PY) -m pytest $(ARGS)

golden: env ## Simulated loans against known schedules (CASES=file; needs no database)
	@$(PY) .ci/golden.py "$(CASES)"

bench: env .venv/bench ## Speed, as ratios to other things on the same server (ARGS="--sizes 10k,100k")
	@exec $(PY) -m config.embedded with-durable -- env DJANGO_SETTINGS_MODULE=bench.settings \
	  PYTHONPATH=.venv/bench KADAI_LOG_LEVEL=WARNING $(PY) manage.py bench $(ARGS)

.venv/bench: requirements/bench.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --upgrade \
	  --target $@ -r $<
	@touch $@

browser:
	@.ci/browser

servers:
	@.ci/servers

lint: env ## Style, types, layers, missing migrations, missing translations
	@$(VENV)/ruff check --quiet .
	@$(VENV)/ruff format --quiet --check .
	@$(VENV)/mypy --no-error-summary .
	@out=$$($(VENV)/lint-imports 2>&1) || { echo "$$out"; exit 1; }
	@$(WITH_SERVERS) $(PY) manage.py makemigrations --check --dry-run --verbosity 1 >/dev/null || { \
	  echo "Some models have changed and have no migration: run manage.py makemigrations." >&2; exit 1; }
	@$(PY) manage.py translations --check
	@echo "lint: clean"

format: env ## Rewrite the code the way lint wants it
	@$(VENV)/ruff check --quiet --fix . || true
	@$(VENV)/ruff format --quiet .

lock: ## Choose versions anew: requirements/*.in to requirements/*.txt (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: see https://docs.astral.sh/uv/" >&2; exit 1; }
	@$(COMPILE) --upgrade -o requirements/runtime.txt requirements/runtime.in
	@$(COMPILE) --upgrade -c requirements/runtime.txt -o requirements/dev.txt requirements/dev.in
	@$(COMPILE) --upgrade -c requirements/dev.txt $(addprefix --no-emit-package ,$(IN_DEV)) \
	  -o requirements/bench.txt requirements/bench.in

css: ## The pages' style sheet anew from static/src (needs Node; the built file is committed)
	@npm ci --no-audit --no-fund --loglevel=error
	@npm run --silent css

clean: ## Remove caches; keeps .venv and the data in .kadai
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results staticfiles
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +

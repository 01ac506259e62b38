# The commands of the project. `make demo` and `make test` work on a fresh Debian or Ubuntu machine
# that has Python 3.11 or newer, make and git, and nothing else.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000
DATA_DIR ?= .demo
RESET ?=
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help setup setup-dev demo test check format bench wheel lock tables icons translations clean

help:  ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# The lock pins every package by hash and names no host: pip takes them from wherever it is set up to.
$(VENV)/.runtime: deploy/requirements.txt pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r deploy/requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r deploy/requirements-build.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: deploy/requirements-dev.txt $(VENV)/.runtime
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r deploy/requirements-dev.txt
	touch $@

# Where no npm is on the path, the one that PyPI carries is installed into the environment.
node_modules/.package-lock.json: package.json package-lock.json | $(VENV)/.runtime
	command -v npm >/dev/null || $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r deploy/requirements-node.txt
	npm ci --no-audit --no-fund --loglevel=error
	touch $@

BROWSER_SOURCES := $(wildcard fieldapp/static/*.mjs fieldapp/static/js/*.js fieldapp/static/js/*/*.js fieldapp/static/js/*/*/*.js fieldapp/static/css/*.css fieldapp/static/css/*/*.css fieldapp/static/img/*)
fieldapp/static/built/manifest.json: node_modules/.package-lock.json $(BROWSER_SOURCES)
	node fieldapp/static/build.mjs

CATALOGUES := $(patsubst %.po,%.mo,$(wildcard fieldapp/translations/*/LC_MESSAGES/*.po))
%.mo: %.po | $(VENV)/.runtime
	$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

setup: $(VENV)/.runtime fieldapp/static/built/manifest.json $(CATALOGUES)  ## Virtual environment, browser assets, catalogues
setup-dev: setup $(VENV)/.dev

demo: setup  ## Serve the demonstration (HOST=, PORT=, DATA_DIR=, RESET=1)
	$(BIN)/fieldapp demo --host $(HOST) --port $(PORT) --data-dir $(DATA_DIR) $(if $(RESET),--reset)

test: setup-dev  ## All tests, on both databases and in a real browser
	bash deploy/test-machine.sh
	$(BIN)/pytest -n 2 --dist loadgroup

check: setup-dev  ## Lint, formatting, types, import contracts, catalogues
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	npx --no-install biome check --error-on-warnings fieldapp/static tests/field
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: setup-dev  ## Format and fix what can be fixed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	npx --no-install biome check --write fieldapp/static tests/field

bench: setup-dev  ## Measure against the numbers promised; says pass or falls short
	bash deploy/test-machine.sh
	$(BIN)/python -m benchmarks

translations: setup-dev  ## Bring the catalogues up to date with the sentences in the code
	$(BIN)/pybabel --quiet extract -F fieldapp/translations/babel.cfg -k Message -k Counted:1,2 -k N_ --no-location --sort-output -o fieldapp/translations/messages.pot .
	$(BIN)/pybabel --quiet update -i fieldapp/translations/messages.pot -d fieldapp/translations --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width 110
	rm fieldapp/translations/messages.pot

wheel: setup  ## Build the wheel, with everything in it, into dist/
	$(BIN)/python -m build --wheel --no-isolation

tables: setup-dev  ## Rebuild the geospatial tables from their sources
	$(BIN)/python -m geodata.tables.build

icons: setup-dev  ## Draw the icons of the phone app anew from icon.svg
	$(BIN)/python deploy/draw_icons.py

# Needs uv. Versions move only here.
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-find-links
lock:  ## Pin the newest allowed versions, by hash, naming no host
	$(COMPILE) --upgrade pyproject.toml -o deploy/requirements.txt
	$(COMPILE) --upgrade --group build -o deploy/requirements-build.txt
	$(COMPILE) --upgrade --group test --group check --group tables -c deploy/requirements.txt -o deploy/requirements-dev.txt
	$(COMPILE) --upgrade --group node -o deploy/requirements-node.txt
	npm install --package-lock-only --no-audit --no-fund

clean:  ## Remove everything that set-up made
	rm -rf $(VENV) node_modules fieldapp/static/built dist

# Everything runs in .venv, made from hash-locked files on first use. A Python of 3.11 or newer with pip is all it needs.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory

PACKAGES := attestations verifier api countersign
CODE := $(PACKAGES) fixtures bench tests docs release
BIN := .venv/bin
PYTHON := $(BIN)/python
UV ?= uv
MINUTES ?= 60
KILLS ?= 2000
UPGRADE ?= --upgrade
RESOLVE = $(UV) pip compile pyproject.toml --quiet $(UPGRADE) --universal --python-version 3.11 --no-build \
    --generate-hashes --custom-compile-command "make lock"

# Nothing of the caller's Python reaches in, and nothing of ours warns about what is no problem here.
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONWARNINGS PYTHONDONTWRITEBYTECODE VIRTUAL_ENV PIP_REQUIRE_VIRTUALENV PIP_USER
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
export PIP_ROOT_USER_ACTION := ignore
export PYTHONNOUSERSITE := 1

.PHONY: help
help: ## show this list
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

.PHONY: demo
demo: .venv/.demo ## a good build verified, then the same with one thing wrong at a time
	@$(PYTHON) -m fixtures.demo

.PHONY: test
test: .venv/.dev ## the whole suite
	@$(PYTHON) -m pytest -n auto --maxprocesses 4

.PHONY: check
check: .venv/.dev ## format, lint, types, import contracts, generated pages
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/mypy
	@$(BIN)/lint-imports --cache-dir .cache/import-linter
	@$(PYTHON) -m docs.pages --check

.PHONY: docs
docs: .venv/.dev ## write the pages that are made from tables
	@$(PYTHON) -m docs.pages

.PHONY: format
format: .venv/.dev ## format and mend what ruff can mend
	@$(BIN)/ruff check --fix $(CODE)
	@$(BIN)/ruff format $(CODE)

.PHONY: bench
bench: .venv/.dev ## the budgets measured: bench.json and docs/performance.md
	@$(PYTHON) -m bench

.PHONY: soak
soak: .venv/.dev ## every parser fuzzed, for MINUTES=60 in all (found: .cache/soak); a service killed KILLS=2000 times
	@$(PYTHON) -m tests.soak --minutes $(MINUTES)
	@$(PYTHON) -m tests.soak.kills --kills $(KILLS)

.PHONY: attacks
attacks: .venv/.dev ## every attack on updates, through ours, apt, gpgv and tuf: is it as docs/reference/update-attacks.md says
	@$(PYTHON) -m tests.updates --check

.PHONY: properties
properties: .venv/.dev ## the properties, drawn anew and at length
	@$(PYTHON) -m pytest -n auto --maxprocesses 4 -m hypothesis --hypothesis-profile soak

.PHONY: dist
dist: .venv/.dev ## what is handed out, into dist/: wheel, source, offline tar, SBOM, manifest, provenance (KEY=… signs)
	@$(PYTHON) -m release $(if $(KEY),--key $(KEY))

.PHONY: lock
lock: ## resolve requirements/*.txt anew (needs uv on the PATH, or UV=…; UPGRADE= keeps what is pinned)
	@$(RESOLVE) --group build --output-file requirements/core.txt
	@$(RESOLVE) --group demo --constraints requirements/core.txt --output-file requirements/demo.txt
	@$(RESOLVE) --extra formats --extra keys --extra report --constraints requirements/demo.txt --output-file requirements/offline.txt
	@$(RESOLVE) --extra server --extra formats --extra keys --extra report --constraints requirements/offline.txt --output-file requirements/server.txt
	@$(RESOLVE) --group dev --extra server --extra formats --extra keys --extra report --constraints requirements/server.txt --constraints requirements/demo.txt --constraints requirements/offline.txt --output-file requirements/dev.txt
	@! grep -nE '://|--(extra-)?index-url|--find-links' requirements/*.txt

.PHONY: oracles
oracles: ## install the foreign tools that differential tests ask (Debian packages; needs root)
	apt-get install --yes --no-install-recommends gnupg gpgv minisign openssh-client openssl softhsm2
	mkdir -p .cache/debian && cd .cache/debian && apt-get download hello

.PHONY: clean
clean: ## remove everything that make made
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist bench.json
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

# The first Python on the PATH that is new enough. Debian splits ensurepip off: there that Python's own pip does the work.
.venv/.made:
	@for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	    if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        $$python -m venv --clear .venv >/dev/null 2>&1 || $$python -m venv --clear --without-pip .venv; \
	        echo $$python >$@; exit 0; \
	    fi; \
	done; echo "countersign needs Python 3.11 or newer, and none is on the PATH" >&2; exit 1

PIP = $$($(PYTHON) -m pip --version >/dev/null 2>&1 && echo $(PYTHON) -m pip || echo $$(cat .venv/.made) -m pip --python $(PYTHON))
INSTALL = $(PIP) install --quiet --no-warn-script-location
# A lock names all there is to install. Left to look for more, pip takes an extra of what is locked for something else.
LOCKED = $(INSTALL) --no-deps --only-binary :all: --require-hashes --requirement

.venv/.core: requirements/core.txt pyproject.toml | .venv/.made
	@echo "installing $< into .venv" >&2
	@$(LOCKED) $<
	@$(INSTALL) --no-index --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.demo: requirements/demo.txt .venv/.core
	@$(LOCKED) $<
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.demo
	@echo "installing $< into .venv" >&2
	@$(LOCKED) $<
	@$(PIP) check >&2
	@touch $@

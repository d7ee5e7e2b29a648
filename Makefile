# Rxflow. Each target sets up what it needs and does nothing twice. `make help` lists them.
SHELL := /bin/bash
PYTHON ?= python3
PY := .venv/bin/python
SERVE ?= yes
PORT ?= 8000
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo test check benchmark screenshots assets messages format clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: .venv/.run assets messages ## run the main job on a signed prescription, then serve the doors (SERVE=no ends after the job)
	$(PY) manage.py demo run --serve $(SERVE) --port $(PORT)

test: .venv/.dev assets messages browser ## run every test on a real PostgreSQL
	$(PY) -m pytest -n 2 --dist worksteal tests

check: .venv/.dev assets messages ## lint, types, arrows, migrations, deploy checks
	$(PY) scripts/check.py

benchmark: .venv/.dev assets messages ## measure, ours beside the limit, in one interleaved run
	$(PY) -m benchmarks

screenshots: .venv/.dev assets messages browser ## picture every page in both widths and languages under var/screenshots
	@mkdir -p var/screenshots
	RXFLOW_SCREENSHOTS=var/screenshots $(PY) -m pytest -n 2 tests/browser
	@echo "pictures are in var/screenshots"

assets: .venv/.run ## static files and fonts from npm, by the lock file
	@$(PY) scripts/assets.py

messages: .venv/.run ## compile the translations
	@$(PY) scripts/messages.py

format: .venv/.dev ## format the code
	$(PY) -m ruff check --fix -q . ; $(PY) -m ruff format -q .

clean: ## remove everything that the targets made
	rm -rf .venv var node_modules

.PHONY: browser
browser: .venv/.dev
	@$(PY) scripts/system.py

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed.")'
	$(PYTHON) -m venv .venv

.venv/.run: .venv/bin/python requirements/run.txt
	.venv/bin/pip install -q --require-hashes -r requirements/run.txt
	@touch $@

.venv/.dev: .venv/.run requirements/dev.txt
	.venv/bin/pip install -q --require-hashes -r requirements/dev.txt
	@touch $@

# Kiln's commands. Each prepares what it needs by itself; `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help demo up down test check bench lock clean local dev
PY := .venv/bin/python
ARGS ?=

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: local ## build an image from a zip on this machine, and watch it (ARGS="--speed 60")
	@$(PY) -m localcloud demo $(ARGS)

up: local ## start the local cloud and leave it running (ARGS="--port 7072")
	@$(PY) -m localcloud up --detach $(ARGS)

down: local ## stop the local cloud
	@$(PY) -m localcloud down $(ARGS)

test: dev ## run every test (ARGS="-k artifact")
	@$(PY) -m pytest -n 2 --dist worksteal $(ARGS)

DOCS := tests/cli/test_docs.py tests/imaging/recipe/test_recipes_documentation.py \
	tests/localcloud/image_builder/test_coverage_document.py

check: dev ## lint, docstrings, types, import rules, rules of the repository, documents
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PY) -m pytest -q tests/repository $(DOCS)

bench: dev ## measure; prints the numbers with their conditions
	@$(PY) -m benchmarks $(ARGS)

lock: dev ## pin every dependency anew (ARGS="--upgrade")
	@scripts/lock $(ARGS)

clean: ## remove what the commands made: .venv, Azurite, caches, the local cloud's files
	@if [ -d .localcloud ] && [ -x $(PY) ]; then $(PY) -m localcloud down; fi
	rm -rf .venv .localcloud localcloud/npm/node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

local:
	@scripts/set-up local

dev:
	@scripts/set-up dev

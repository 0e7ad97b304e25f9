# Two commands are enough: `make demo` and `make test`. Everything else is for those who change Quell.
# Needs python3 with pip, and make. uv is fetched into .uv-tool where a machine has none.

UV  := scripts/uv
DEV := $(UV) run --frozen
ARGS ?=

.PHONY: help demo test lint format bench validate docs clean

help:            ## say what can be made
	@grep -hE '^[a-z]+: *.*##' Makefile | sed -E 's/^([a-z]+):[^#]*## */  make \1\t/' | expand -t 20

demo:            ## run the main job and say where the picture is
	$(UV) sync --frozen --inexact --no-dev --quiet
	$(UV) run --frozen --no-dev quell demo $(ARGS)

test:            ## all tests that take seconds, on two cores
	$(DEV) pytest -n 2 $(ARGS)

lint:            ## style, types, and who may import whom
	$(DEV) ruff check
	$(DEV) ruff format --check
	$(DEV) pyright
	$(DEV) lint-imports

format:          ## bring the sources into house style
	$(DEV) ruff check --fix
	$(DEV) ruff format

bench:           ## speed against peers and against the limit of the machine; writes benchmarks/results
	$(UV) run --frozen --group peers python -m benchmarks $(ARGS)

validate:        ## checks against the sources that take minutes
	$(DEV) pytest -m slow $(ARGS)
	$(DEV) python validation/phenomena.py
	$(DEV) python validation/causes.py
	$(DEV) python validation/beyond_drugs.py 64
	$(DEV) python validation/neuroimmune.py
	$(DEV) python validation/tolerance.py
	$(DEV) python validation/oracles.py
	$(DEV) python validation/harm.py

docs:            ## build the pages into docs/_build
	$(UV) run --frozen --group docs sphinx-build -W --keep-going -q docs docs/_build

clean:           ## remove what was built here
	rm -rf .venv .uv-tool* .pytest_cache .ruff_cache .hypothesis .import_linter_cache docs/_build

# Every target sets up what it needs; on a fresh machine `make demo` or `make test` is the first and only command.
# PYTHON=/path/to/python3.12 chooses the interpreter; otherwise the newest of 3.13, 3.12, 3.11 is taken.

SHELL := bash
READY := .venv/.ready
PY := .venv/bin/python
# One more than there are cores: tests wait for LibreOffice and for the disk.
WORKERS := $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )))
PYTEST := $(PY) -m pytest -n $(WORKERS) --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: help demo test soak oldest lint fmt bench wheels pictures programs clean
.DEFAULT_GOAL := help

help:  ## what can be made
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

demo: $(READY)  ## play one whole round for Gunma and say where the books lie
	.venv/bin/xlsx-pdca demo

test: $(READY) programs  ## all tests but the exhaustive ones, with branch coverage
	$(PYTEST) -m "not soak" --cov --cov-report=term:skip-covered --durations=15

soak: $(READY) programs  ## the exhaustive tests (may take hours)
	$(PYTEST) -m soak --hypothesis-profile=soak --timeout 7200 --durations=15

oldest: .venv-oldest/.ready programs  ## the tests with the oldest permitted dependencies, on Python 3.11
	.venv-oldest/bin/python -m pytest -n $(WORKERS) --maxprocesses 4 --dist loadfile --no-loadscope-reorder -m "not soak"

lint: $(READY)  ## ruff, mypy, import contract
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

fmt: $(READY)  ## format the code and repair what ruff can repair
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

bench: $(READY)  ## measure, beside what one would write with openpyxl or pandas
	$(PY) benchmarks/run.py

wheels: $(READY)  ## wheels/: everything to install without Internet, here and on 64-bit Windows
	$(PY) tools/wheels.py wheels

pictures: $(READY) programs  ## docs/images/: the pictures of the READMEs, made anew from the demonstration
	$(PY) tools/make_pictures.py

programs:  # LibreOffice, Gnumeric, fonts: installed by apt-get for root, else named
	@tools/programs

$(READY): pyproject.toml tools/setup tools/oldest.py
	@tools/setup .venv

.venv-oldest/.ready: pyproject.toml tools/setup tools/oldest.py
	@tools/setup .venv-oldest --oldest

clean:  ## remove what was made here, except the environments
	rm -rf build dist wheels demo demo_[0-9]* .coverage* htmlcov .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# make run    sets up and shows the whole line on bundled sample sites
# make test   sets up and runs the tests
PYTHON ?= python3
VENV := .venv
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check

# Crawls and tests start many processes: each would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run test lint types contracts check lock clean

help:
	@sed -n '1,2s/^# //p' Makefile

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "需要 Python 3.11 或更新版本；可用 make setup PYTHON=python3.12 指定"; \
	    echo "Python 3.11 or newer is needed; name it with: make setup PYTHON=python3.12"; exit 2; }
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --require-hashes -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

run: setup
	$(VENV)/bin/dibao demo $(ARGS)

test: setup
	$(VENV)/bin/python -m pytest -q -n 2 --dist worksteal $(ARGS)

check: setup
	$(PIP) install --quiet --require-hashes -r requirements-ci.lock
	$(MAKE) lint types contracts

lint:
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

types:
	$(VENV)/bin/mypy

contracts:
	$(VENV)/bin/lint-imports

lock:
	$(PIP) install --quiet uv
	$(VENV)/bin/python -m uv pip compile pyproject.toml --group test --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
	$(VENV)/bin/python -m uv pip compile pyproject.toml --group test --group ci \
	  --constraint requirements.lock --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header -q -o requirements-ci.lock

clean:
	rm -rf $(VENV) .dibao-demo dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis

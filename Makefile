# Everything runs in .venv; nothing has to be installed by hand.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
CLIENTS := tests/braze/public_clients

.PHONY: install demo up test check coverage bench build clean

install: $(STAMP)

# Without `--group` (pip 25.1) the dev requirements are read from pyproject.toml by the one line below.
$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -c "import tomllib; print('\n'.join(tomllib.load(open('pyproject.toml', 'rb'))['dependency-groups']['dev']))" > $(VENV)/dev-requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --requirement $(VENV)/dev-requirements.txt
	touch $@

# A client of Braze that needs node, for its test; without npm, or when it fails, that test is skipped.
$(CLIENTS)/node_modules: $(CLIENTS)/package.json
	if command -v npm >/dev/null; then npm install --prefix $(CLIENTS) --no-audit --no-fund || true; fi
	mkdir -p $@
	touch $@

demo: $(STAMP)
	$(BIN)/stampcard play --all --live

up: $(STAMP)
	$(BIN)/stampcard up

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/mypy

test: $(STAMP) $(CLIENTS)/node_modules
	$(BIN)/pytest -n auto --dist worksteal

coverage: $(STAMP)
	$(BIN)/stampcard coverage

# `make bench ARGS=--large` also loads a million profiles.
bench: $(STAMP)
	$(BIN)/python -m tests.bench $(ARGS)

build: $(STAMP)
	$(BIN)/python -m build

clean:
	rm -rf $(VENV) dist build

# Everything runs in .venv; nothing has to be installed by hand.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
NODE := tests/braze/public_clients/node_modules tests/contracts/prism/node_modules
VENDORS := braze punchh voucherify antavo

.PHONY: install demo up test check contracts coverage bench build clean

install: $(STAMP)

# Without `--group` (pip 25.1) the dev requirements are read from pyproject.toml by the one line below.
$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -c "import tomllib; print('\n'.join(tomllib.load(open('pyproject.toml', 'rb'))['dependency-groups']['dev']))" > $(VENV)/dev-requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --requirement $(VENV)/dev-requirements.txt
	touch $@

# What tests need of node: a client of Braze, and Prism. Without npm, or when it fails, those tests are skipped.
$(NODE): %/node_modules: %/package.json
	if command -v npm >/dev/null; then npm install --prefix $* --no-audit --no-fund || true; fi
	mkdir -p $@
	touch $@

demo: $(STAMP)
	$(BIN)/stampcard play --all --live

up: $(STAMP)
	$(BIN)/stampcard up

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/mypy

test: $(STAMP) $(NODE)
	$(BIN)/pytest -n auto --dist worksteal

# Each vendor's fake against its contract, as an integrator's CI checks a server: two at a time, about half a minute.
contracts: $(STAMP)
	$(MAKE) --no-print-directory -j2 $(VENDORS:%=contract-%)

$(VENDORS:%=contract-%): contract-%:
	$(BIN)/stampcard check $* --max-examples 1 --max-calls 0

coverage: $(STAMP)
	$(BIN)/stampcard coverage

# `make bench ARGS=--large` also loads a million profiles.
bench: $(STAMP)
	$(BIN)/python -m tests.bench $(ARGS)

build: $(STAMP)
	$(BIN)/python -m build

clean:
	rm -rf $(VENV) dist build

# make run: set up and start.  make test: set up and run every test.  make lint, make bench, make fuzz, make pictures.
# make test-older: the backend's tests with the older OpenAI libraries, in an environment of its own.
VENV := .venv
BIN := $(VENV)/bin
OLDER := .venv-older
PYTHON ?= python3
# Four workers on two cores: many a test waits.
PYTEST := -m pytest -n 4 --dist loadfile
ESLINT := eslint@10.15.0 @eslint/js@10.0.1 globals@17.14.0
NODE_IS_ENOUGH := const [major, minor] = process.versions.node.split("."); process.exit(Number(major * 100 + +minor < 2019))

# Where an environment forbids it, every process would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test test-older lint lint-script bench fuzz pictures browser clean

run: $(VENV)/.app
	@$(BIN)/python app.py $(ARGS)

test: $(VENV)/.test browser
	@$(BIN)/python $(PYTEST) $(ARGS)

test-older: $(OLDER)/.test
	@$(OLDER)/bin/python $(PYTEST) tests/backend $(ARGS)

lint: $(VENV)/.lint lint-script
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

# Where node and npm are. Nothing else needs them: the workbench itself puts the browser's modules together.
lint-script:
	@if node -e '$(NODE_IS_ENOUGH)' 2>/dev/null && command -v npm >/dev/null; then \
	  $(MAKE) -s $(VENV)/.eslint && NODE_PATH=$(VENV)/node_modules $(VENV)/node_modules/.bin/eslint assets eslint.config.js; \
	else echo "No npm, or no node of version 20.19 or newer: the JavaScript was not linted."; fi

bench: $(VENV)/.test browser
	@$(BIN)/python -m tests.bench $(ARGS)

# A hundred thousand changed streams, where CI tries two thousand; FUZZ=… for another number.
fuzz: $(VENV)/.test
	@FUZZ=$${FUZZ:-100000} $(BIN)/python $(PYTEST) --dist load tests/fuzz $(ARGS)

pictures: $(VENV)/.test browser
	@$(BIN)/python -m tests.browser.pictures $(ARGS)

# Debian's Chromium without its windows, which nobody sees here: a page costs it a third less work. It is installed when
# this user may; any other will do. Under CI a missing browser fails the tests.
browser:
	@found=$$(for name in chromium-headless-shell chromium chromium-browser google-chrome; do command -v $$name; done); \
	case "$$found" in *-headless-shell*) exit 0;; esac; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  export DEBIAN_FRONTEND=noninteractive; apt-get update -qq; \
	  apt-get install -y -qq chromium-headless-shell >/dev/null || [ "$$found" ] || apt-get install -y -qq chromium >/dev/null; \
	elif [ -z "$$found" ]; then \
	  echo "No Chromium found: the browser tests will be skipped. On Debian: sudo apt-get install chromium-headless-shell"; \
	fi

$(VENV)/bin/python $(OLDER)/bin/python: %/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=…")'
	@echo "Setting up, once: about a minute."
	@$(PYTHON) -m venv $*

$(VENV)/.app: pyproject.toml constraints.txt | $(VENV)/bin/python
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.test: $(VENV)/.app
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

$(VENV)/.lint: $(VENV)/.app
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[lint]'
	@touch $@

# What constraints-older.txt names takes the place of the newest generation, the rest is the same.
$(OLDER)/.test: pyproject.toml constraints.txt constraints-older.txt | $(OLDER)/bin/python
	@{ grep -v -e '^openai==' -e '^openai-agents==' constraints.txt; cat constraints-older.txt; } > $(OLDER)/constraints.txt
	@$(OLDER)/bin/python -m pip install -q --disable-pip-version-check -c $(OLDER)/constraints.txt -e '.[test]'
	@touch $@

$(VENV)/.eslint: Makefile | $(VENV)/bin/python
	@npm install --silent --fetch-timeout=30000 --fetch-retries=1 --no-save --no-package-lock --no-audit --no-fund --ignore-scripts --prefix $(VENV) $(ESLINT)
	@touch $@

clean:
	@rm -rf $(VENV) $(OLDER)

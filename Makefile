# Each target is one line that a person could type. Needs Python 3.11 or later and nothing else.
PYTHON ?= python3
BIN := .venv/bin
.PHONY: run test lint lock vendor bench docs

run: .venv/stamp  ## database, web and worker on http://127.0.0.1:8000/
	@exec $(BIN)/jiesu up

test: .venv/stamp  ## all tests, on a private database of their own
	$(BIN)/python -m pytest -n 2 -q

lint: .venv/stamp  ## style, types, floors
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy --strict src && $(BIN)/lint-imports

lock:  ## choose versions anew; needs uv
	uv lock --upgrade && uv export --quiet --format requirements-txt --no-emit-project --no-header --no-annotate --output-file requirements.lock

vendor: .venv/stamp  ## fetch the browser's libraries anew, checked against their hashes
	$(BIN)/python tools/vendor.py

bench: .venv/stamp  ## measure; writes docs/benchmarks.md
	$(BIN)/python -m tools.bench

docs: .venv/stamp  ## write the generated documents
	$(BIN)/python -m jiesu.law.coverage --write docs/law.md
	$(BIN)/python -m jiesu.cases.lifecycle.drawing --write docs/lifecycle.md
	DJANGO_SETTINGS_MODULE=jiesu.config.settings $(BIN)/python -c "import django; django.setup(); from jiesu.insight.document import text; open('docs/figures.md', 'w').write(text())"

.venv/stamp: requirements.lock pyproject.toml
	@$(PYTHON) tools/make_venv.py

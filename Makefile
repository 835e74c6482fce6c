# make run and make test do all set-up themselves; it is skipped where it has been done.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: setup run test lint format bench calibrate train clean browser

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	test -d .venv || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip setuptools -c constraints.txt
	$(BIN)/pip install --quiet torch -c constraints.txt
	$(BIN)/pip install --quiet --no-build-isolation -c constraints.txt -e '.[dev]'
	touch $(READY)

run: $(READY)
	$(BIN)/article-qa serve

test: $(READY) browser
	$(BIN)/python -m pytest

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY)
	$(BIN)/python -m benchmarks.results

calibrate: $(READY)
	$(BIN)/python -m benchmarks.calibrate

train: $(READY)
	$(BIN)/python -m training
	$(BIN)/python -m training reader

clean:
	rm -rf .venv .article-qa build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

# The page is tested in Chromium; as root it is installed, elsewhere those tests are skipped and say so.
browser:
	@command -v chromium >/dev/null || \
	  { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
	  echo "chromium is not installed: the browser tests will be skipped"

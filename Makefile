# Everything runs from a bare clone: `make run` opens the dashboard on sample data, `make test` runs the tests.
# Needs Python 3.11 or newer, make and git; what else is missing is installed by apt where that is possible.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
APT := $(shell [ "$$(id -u)" = 0 ] || echo sudo -n) apt-get
export OPENBLAS_NUM_THREADS ?= 1
# some images forbid Python to keep what it compiled, and every process of the tests would compile anew
unexport PYTHONDONTWRITEBYTECODE
# one process a core, whole files each: the browser tests share a server
SPREAD := -n logical --dist loadfile

.PHONY: run setup test test-all check bench lock clean

run: .venv/run  ## open the dashboard on sample data
	$(BIN)/socialroi demo

setup: .venv/run  ## make .venv with the `socialroi` command in it

.venv/bin/python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "socialroi needs Python 3.11 or newer; set PYTHON=/path/to/python"; exit 1; }
	@"$(PYTHON)" -m venv .venv >/dev/null 2>&1 || { rm -rf .venv; $(APT) update -qq && $(APT) install -y -qq python3-venv && "$(PYTHON)" -m venv .venv; }

.venv/run: .venv/bin/python requirements/run.lock pyproject.toml
	@echo "Installing what socialroi needs into .venv (once; a minute or two) ..."
	@$(PIP) --require-hashes -r requirements/run.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/test: .venv/run requirements/test.lock
	@echo "Installing what the tests need into .venv ..."
	@$(PIP) --require-hashes -r requirements/test.lock
	@touch $@

# the browser tests drive Debian's Chromium through Playwright, which needs libatomic; they fail, not skip, without
chromium: ; @{ command -v chromium && ldconfig -p | grep libatomic.so.1; } >/dev/null || { $(APT) update -qq && $(APT) install -y -qq chromium libatomic1 fonts-dejavu-core >/dev/null; }
.PHONY: chromium

test: .venv/test chromium check  ## everything that runs in minutes
	$(BIN)/python -m pytest -m "not slow" $(SPREAD)

test-all: .venv/test .venv-peers .venv-spark java chromium check  ## the long checks too: planted truth, peers
	$(BIN)/python -m pytest $(SPREAD)

check: .venv/test  ## format, lint, types, arrows
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

promises: .venv/test chromium  ## every promise of the README with its counts; writes its table (hours)
	$(BIN)/python tests/promises/promise_table.py
.PHONY: promises

sbom: .venv/run  ## the bill of materials (CycloneDX), from the lock file alone
	@$(BIN)/python -m socialroi.cli.supply requirements/run.lock
.PHONY: sbom

bench: .venv/test  ## side-by-side measurements, see benchmarks/README.md
	$(BIN)/python benchmarks/intake.py
	$(BIN)/python benchmarks/study.py

.venv-peers: requirements/peers.lock
	@"$(PYTHON)" -m venv $@
	@$@/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/peers.lock
	@touch $@

# the tests of the cluster start a real one on loopback, which needs Java; they fail, not skip, without
java: ; @command -v java >/dev/null || { $(APT) update -qq && $(APT) install -y -qq openjdk-17-jre-headless >/dev/null; }
.PHONY: java

.venv-spark: requirements/spark.lock
	@"$(PYTHON)" -m venv $@
	@$@/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/spark.lock
	@touch $@

bench-peers: .venv-peers  ## our statistics beside the libraries that do the same
	PYTHONPATH=. .venv-peers/bin/python benchmarks/causal.py
	PYTHONPATH=. .venv-peers/bin/python benchmarks/stats.py
.PHONY: bench-peers

lock: .venv/test  ## refresh requirements/*.lock from requirements/*.in (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/run.lock requirements/run.in
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/test.lock requirements/test.in
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/sign-in.lock requirements/sign-in.in
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/bench.lock requirements/bench.in
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/peers.lock requirements/peers.in
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/spark.lock requirements/spark.in

tour: .venv/test chromium  ## docs/tour.md: one picture a page, on sample data
	$(BIN)/python docs/make_tour.py
.PHONY: tour

clean:
	rm -rf .venv .venv-peers .venv-spark

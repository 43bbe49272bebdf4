# Everything runs as root, because Asterisk's own Debian is entered by chroot; elsewhere sudo asks.
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
# The first Python that is new enough.
PYTHON ?= python3
VENV := .venv/bin

.PHONY: setup demo test bench storm promise clean

setup:
	@$(SUDO) $(PYTHON) -m lab.setup

# make demo ONCE=1 ends after the play, with another status than 0 if a step of it failed.
demo: setup
	@$(SUDO) $(VENV)/python -m lab.demo $(if $(ONCE),--once)

test: setup
	$(SUDO) $(VENV)/ruff check .
	$(SUDO) $(VENV)/ruff format --check .
	$(SUDO) $(VENV)/mypy
	$(SUDO) $(VENV)/python -m pytest -n 2 --dist worksteal $(ARGS)

bench: setup
	@$(SUDO) $(VENV)/python -m bench $(ARGS)

# Ten minutes of transfers and faults at random: make storm ARGS="--seconds 60 --seed 7"; var/bench/storm.json.
storm: setup
	@$(SUDO) $(VENV)/python -m bench.storm $(ARGS)

# The promise over random histories, for as long as it takes: about a million steps (an hour).
promise: setup
	$(SUDO) HYPOTHESIS_PROFILE=long $(VENV)/python -m pytest -n 2 tests/core/test_promise.py tests/core/test_exchange.py

# What one run leaves behind, and what is made of this tree. The cache of what is expensive stays.
clean:
	$(SUDO) rm -rf var .venv build irmacall.egg-info irmacall/web/static/build irmacall/web/frontend/node_modules
	$(SUDO) rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis

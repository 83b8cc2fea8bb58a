.DEFAULT_GOAL := help
.PHONY: help run watch logs reset clean update test histories mutants docs fuzz lint format bench build deploy sync upgrade delete scan environment environments

PORT ?= 4566
ENV ?= default
# JavaScript, CSS and HTML; npm keeps it in its own cache, here where the home is not writable
NPM_CACHE = $(shell mkdir -p "$$HOME/.npm" 2>/dev/null || echo $(CURDIR)/.cache/npm)
test histories fuzz lint format: export npm_config_cache ?= $(NPM_CACHE)
BIOME := npx --yes @biomejs/biome@2.6.8
export SAM_CLI_TELEMETRY := 0
# where SAM keeps what it knows of this machine: the home may not be writable
export __SAM_CLI_APP_DIR := $(CURDIR)/.cache/sam-cli

help:  ## what there is
	@awk -F ':.*## ' '/^##@ /{print "\n" substr($$0, 5)} /^[a-z-]+:.*## /{printf "  make %-11s  %s\n", $$1, $$2}' $(MAKEFILE_LIST)

environment:  ## make or refresh .venv, which every other command does by itself
	@scripts/environment.sh .venv

environments:
	@scripts/environment.sh .venv .venv-ministack

##@ On this machine

run: environments  ## the whole stack on this machine, with demo data, until Ctrl-C (PORT=4566; policies enforced: ARGS=--enforce-iam)
	@exec .venv/bin/python -m scripts.local_stack run --port $(PORT) $(ARGS)

watch: environments  ## redeploy what changes to the stack that runs, within seconds
	@exec .venv/bin/python -m scripts.local_stack watch

logs: environments  ## follow its logs (ARGS="--function enroll --level WARNING --request <id>")
	@exec .venv/bin/python -m scripts.local_stack logs $(ARGS)

reset:  ## forget the local stack's data
	@if [ -f .venv/.stamp ]; then .venv/bin/python -m scripts.local_stack reset; else rm -rf .local; fi

clean: reset  ## remove all that the other commands have made: environments, builds, data, results
	rm -rf .venv .venv-ministack .venv-bench .venv-scan .cache .local .aws-sam .hypothesis .mypy_cache .pytest_cache .ruff_cache .schemathesis test-results

##@ Checks

test: environments  ## every test, in parallel (one file: ARGS=tests/unit/test_deploy.py; some: ARGS="tests/unit -k points")
	@.venv/bin/python -m pytest -n auto $(ARGS)

mutants: environment  ## remove each condition and each check, one at a time: a test must fail (ARGS="--only persistence/")
	@.venv/bin/python -m scripts.mutants $(ARGS)

docs: environment  ## write docs/openapi.json and docs/asyncapi.json from the code
	@.venv/bin/python -m scripts.api_documents

histories: environment  ## a hundred thousand operations at once, faults at every call, and checks the results (ARGS="--only seats --seed 7")
	@nice .venv/bin/python -m tests.support.histories $(ARGS)
	@nice .venv/bin/python -m pytest -n auto --long tests/integration/faults

lint: environment  ## style, types and the template
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/sam validate --lint
	.venv/bin/python -m scripts.api_documents --check --lint
	$(BIOME) ci --error-on-warnings

format: environment  ## rewrite the sources in the project's style
	.venv/bin/ruff check --fix
	.venv/bin/ruff format
	$(BIOME) check --write

update: environment  ## raise every dependency to the newest version that fits, and pin it
	@scripts/pins.sh --upgrade

fuzz: environment  ## made-up requests by the thousand, a list of strings known to break programs, and sequences at a running stack
	@.venv/bin/python -m pytest -n auto --long tests/functional/fuzz
	@.venv/bin/python -m scripts.fuzz $(ARGS)

bench: environment  ## measure what the project promises about speed and cost (ARGS="--quick --only P1,P3")
	@.venv/bin/python -m benchmarks $(ARGS)

##@ On AWS

# `sam build` looks on the PATH for the interpreter it builds for
build deploy sync: export PATH := $(CURDIR)/.venv/bin:$(PATH)
build: environment  ## build for AWS (ENV=dev or prod: an environment of samconfig.toml)
	@.venv/bin/python -m scripts.deploy --env $(ENV) --build-only $(ARGS)

deploy: environment  ## build, deploy to AWS and try it; asks what it must know the first time (ENV=dev or prod)
	@.venv/bin/python -m scripts.deploy --env $(ENV) $(ARGS)

sync: environment  ## deploy what changes to a stack for development, until Ctrl-C (ENV=dev)
	@.venv/bin/python -m scripts.deploy --env $(ENV) --sync $(ARGS)

upgrade: environment  ## move the table to the layout of the deployed release, while it is in use (ENV=dev or prod)
	@.venv/bin/python -m scripts.cli upgrade --env $(ENV) $(ARGS)

delete: environment  ## delete the stack, after a question (ENV=dev or prod)
	@.venv/bin/python -m scripts.deploy --env $(ENV) --delete $(ARGS)

scan:  ## look for what is insecure in the template (in an environment of its own)
	@scripts/environment.sh .venv-scan
	@.venv-scan/bin/checkov --config-file .checkov.yaml

# Balaikota. `make run` starts everything on a machine with Go and Node;
# `make test` runs what CI runs. `make help` lists the rest.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

BIN := bin/balaikota
# The version is the nearest tag and commit; a shallow clone has the commit
# alone, an unpacked archive neither.
VERSION = $(shell git -c safe.directory='$(CURDIR)' describe --tags --always --dirty 2>/dev/null || echo unversioned)
# Stamping from the ldflags works where Go's own look at the repository does
# not: another user's clone, an archive.
export GOFLAGS := $(strip $(shell go env GOFLAGS 2>/dev/null) -buildvcs=false)
GO_BUILD = CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)'

NPM := npm --prefix frontend
MODULES := frontend/node_modules/.package-lock.json
PAGE := frontend/dist/index.html
# Folders stand in the list too: their time changes when a file goes.
PAGE_SOURCES := $(shell find frontend backend/i18n -mindepth 1 \( -name node_modules -o -name 'dist*' -o -name tests -o -name test-results -o -name '*.go' \) -prune -o -print 2>/dev/null)

# What is handed to `balaikota serve` by `make run`, as in
# make run ARGS='--addr 127.0.0.1:9090'
ARGS ?=

.PHONY: help
help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: need-go need-node need-postgres need-voice build ## install what is missing, build, start the server and the simulated city; Ctrl-C stops all
	@exec $(BIN) serve --simulate $(ARGS)

.PHONY: build
build: need-go $(PAGE) ## build bin/balaikota, frontend included
	@mkdir -p $(dir $(BIN))
	@$(GO_BUILD) -o $(BIN) ./cmd/balaikota

.PHONY: frontend
frontend: $(PAGE) ## build the pages that the binary carries

$(MODULES): frontend/package-lock.json | need-node
	$(NPM) ci --no-audit --no-fund
	@touch $@

$(PAGE): $(MODULES) $(PAGE_SOURCES)
	$(NPM) run build
	@touch $@ frontend/dist/.gitkeep

.PHONY: test
test: ## run everything that CI runs (installs Postgres, Chromium and espeak-ng where it may)
	@.ci/test all

.PHONY: check
check: ## the part of test that runs no program of ours: format, vet, lint, types, generated files
	@.ci/test static

.PHONY: lint
lint: ## golangci-lint, pinned; installs it below .cache
	@.ci/need lint
	@.cache/bin/golangci-lint run ./...

.PHONY: generate
generate: $(MODULES) ## write again what is generated: docs/openapi.json, docs/config.md, docs/connectors.md, TypeScript types
	@.ci/generate

.PHONY: fmt
fmt: $(MODULES) ## format Go and frontend sources
	@gofmt -w $$(git ls-files -co --exclude-standard '*.go')
	@$(NPM) run --silent fmt

.PHONY: bench
bench: build need-postgres ## measure; beside the floors of ../shared/tools when they are there
	@.ci/bench

.PHONY: fuzz
fuzz: ## fuzz every decoder for FUZZTIME each (default 30s)
	@.ci/fuzz

.PHONY: nightly
nightly: ## test, fuzz each decoder for a minute, the long runs, ten minutes of load: some hours
	@.ci/nightly

.PHONY: clean
clean: ## remove what was built; never the data in ./var
	@rm -rf bin frontend/dist/assets $(PAGE) frontend/node_modules .cache

.PHONY: need-go need-node need-postgres need-voice
need-go need-node need-postgres need-voice:
	@.ci/need $(@:need-%=%)

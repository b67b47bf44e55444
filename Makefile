# `make demo` and `make test` need Go, Python 3 and Node; everything else is
# installed, pinned, into the user's cache. CAPSULE_CACHE moves that cache.

GO ?= go
CACHE := $(or $(CAPSULE_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/capsule)

QUICKSTART := separate-file-examples/quickstart
LINT := $(CACHE)/lint
RUFF := $(LINT)/python/bin/ruff
PEER := $(CACHE)/bench/installed
TSC := $(LINT)/js/node_modules/.bin/tsc
PLATFORMS := darwin/amd64 darwin/arm64 windows/amd64 windows/arm64 linux/arm64

.PHONY: help demo test test-go test-guests lint lint-go lint-python lint-js vet-platforms bench soak conformance fuzz generate check-generated

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

demo: ## Build and run the quickstart: one WIT world, a Python and a JavaScript guest
	@echo 'compiling capsule-gen; the first time, all of this takes a minute or two'
	$(GO) run ./cmd/capsule-gen generate --config $(QUICKSTART)/capsule.toml
	$(GO) run ./cmd/capsule-gen build --config $(QUICKSTART)/capsule.toml --available
	cd $(QUICKSTART) && $(GO) run ./host

test: test-go test-guests ## Run every test; sets up the guest toolchains it needs

test-go: ## The quick tests: Go alone
	$(GO) test ./...

# One package at a time: two would compile the same engines twice, at a gigabyte each.
test-guests: $(TSC) ## Tests with guests built by the real toolchains
	$(GO) test -tags guests -p 1 -timeout 30m ./testsuite/... ./cmd/... ./hostruntime/internal/canon

bench: $(PEER) ## Figures: start, instantiate, first and steady call, metering; beside wasmtime's
	$(GO) run ./testsuite/bench -peer $(CACHE)/bench/bin/python

soak: ## Random tasks for SOAK (1h), a third hostile: endings as expected, no growth
	$(GO) run ./testsuite/soak -for $(or $(SOAK),1h) $(if $(SEED),-seed $(SEED))

conformance: ## Random types and values, as in definitions.py and wasmtime, SEED draws others; determinism in 20 processes
	$(GO) test -tags conformance -v -run TestMemoryIsDefinitionsPys ./hostruntime/internal/canon -seed $(or $(SEED),1)
	$(GO) test -tags conformance -v -timeout 30m ./testsuite/differential -seed $(or $(SEED),1)
	$(GO) test -tags guests -v -timeout 30m ./testsuite/determinism -runs 20
	$(GO) test -tags conformance -v -timeout 30m -run TestMutated ./testsuite/spec -seed $(or $(SEED),1) -mutations 20000

fuzz: ## Fuzz every target for FUZZTIME each
	./testsuite/fuzz.sh $(or $(FUZZTIME),30m)

generate: ## Regenerate everything that is generated
	$(GO) generate ./...

check-generated: generate ## Fail when regenerating changes anything
	@test -z "$$(git status --porcelain)" || { git status --short; git diff; echo 'generated files are stale: run make generate and commit'; exit 1; }

lint: lint-go lint-python lint-js vet-platforms ## gofmt, vet, staticcheck, ruff, tsc

lint-go:
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo 'gofmt: run gofmt -w on the files above'; exit 1; }
	$(GO) vet ./...
	$(GO) vet -tags guests ./...
	$(GO) vet -tags conformance ./testsuite/differential ./testsuite/spec ./hostruntime/internal/canon
	$(GO) tool staticcheck -tags guests ./...

lint-python: $(RUFF)
	$(RUFF) format --check .
	$(RUFF) check .

lint-js: $(TSC)
	for e in quickstart eval judge arena agent; do $(TSC) -p separate-file-examples/$$e/tsconfig.json || exit 1; done

vet-platforms:
	@for p in $(PLATFORMS); do \
		echo "vet $$p"; GOOS=$${p%/*} GOARCH=$${p#*/} CGO_ENABLED=0 $(GO) vet ./... || exit 1; \
	done

# The cache is the user's alone, or capsule-gen refuses it.
$(CACHE):
	mkdir -p -m 700 $@

$(RUFF): sdk/python/lint/requirements.txt | $(CACHE)
	python3 -m venv $(LINT)/python
	$(LINT)/python/bin/pip install -q --require-hashes --only-binary :all: -r $<
	@touch $@

$(PEER): testsuite/bench/peer/requirements.txt | $(CACHE)
	python3 -m venv $(CACHE)/bench
	$(CACHE)/bench/bin/pip install -q --require-hashes --only-binary :all: -r $<
	@touch $@

$(TSC): sdk/js/lint/package-lock.json | $(CACHE)
	mkdir -p $(LINT)/js && cp sdk/js/lint/package.json sdk/js/lint/package-lock.json $(LINT)/js/
	cd $(LINT)/js && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

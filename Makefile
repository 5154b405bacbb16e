# What people type. `make help` lists it; each target does all the set-up that it needs.

# Passes of make bench: 1, or 10 with BASE, the commit to hold the working tree against.
COUNT      ?=
BASE       ?=
SEED       ?=
DIM        ?=
SUITE      ?= miniature
MODELS     ?=
PRECISIONS ?=
ARGS       ?=
MODEL      ?= llama3.2-mini
RESULTS    ?= $(lastword $(sort $(filter-out %.base.txt %.sweep.txt,$(wildcard results/*.txt))))
# What the table of make bench shows; FILTER='*' is everything (-filter of benchstat).
FILTER     ?= .unit:(sec/op OR F1 OR weighted-F1 OR drift OR unparsed OR joules/op OR gCO2/op OR prompt-tok/s OR eval-tok/s)

STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
MODULES     = $(patsubst %/go.mod,%,$(wildcard go.mod tools/*/go.mod))
EACH        = set -e; for dir in $(patsubst go.mod,.,$(MODULES)); do echo "== module $$dir"; (cd $$dir &&
FLAGS       = -suite '$(SUITE)' -models '$(MODELS)' -precisions '$(PRECISIONS)' $(ARGS)

.PHONY: help
help: ## list what there is to make
	@echo 'usage: make TARGET [SUITE=paper] [COUNT=6] [BASE=main] [SEED=1] [DIM=threads] [MODELS=a,b] [PRECISIONS=f16,q4_K_M|all] [ARGS="-grid FRA -set FILE"] [FILTER="*"]'
	@sed -n 's/^\([a-z]*\):.*## /  \1: /p' Makefile | awk -F': ' '{ printf "%-10s %s\n", $$1, $$2 }'

.PHONY: server
server: ## build the pinned Ollama server into the user cache, once
	@go -C tools/ollama run .

# One process a pass over all pairs, COUNT times, see tools/measure. BASE=COMMIT takes turns with it and ends with
# the gate's verdict. The built binary is called: go run would flatten its exit status.
.PHONY: bench
bench: server ## measure every pair COUNT times, into results/, and print the table by precision; or beside BASE=COMMIT
	@go build -o results/measure ./tools/measure
	@results/measure $(if $(COUNT),-count '$(COUNT)') $(if $(SEED),-seed '$(SEED)') -base '$(BASE)' \
		$(if $(MODELS)$(PRECISIONS),-subset) -filter '$(FILTER)' -- $(FLAGS)

.PHONY: sweep
sweep: server ## measure every pair by each value of DIM (batch, tokens, cache, threads, kv-cache, flash-attention; also threads=1,4), in one table
	@test -n '$(DIM)' || { echo 'make sweep: say what to vary, as in make sweep DIM=threads'; exit 2; }
	@go build -o results/measure ./tools/measure
	@results/measure $(if $(COUNT),-count '$(COUNT)') $(if $(SEED),-seed '$(SEED)') -sweep '$(DIM)' -filter '$(FILTER)' -- $(FLAGS)

.PHONY: models
models: server ## download what SUITE (or MODELS) lacks: make models SUITE=paper; go run ./tools/models lists what it would take
	@go run ./tools/models -suite '$(SUITE)' -models '$(MODELS)' -precisions '$(PRECISIONS)' -pull $(ARGS)

# -count=1: go test remembers a pass, and does not see that a server has changed.
.PHONY: test
test: server ## run all tests of all modules, the live ones included
	@$(EACH) go test -count=1 -timeout 20m ./...); done
	@echo '== the trainer, with the kernel that made the weights'; GOEXPERIMENT=simd go test -count=1 -short ./tools/miniature/...

.PHONY: race
race: server ## the same under the race detector
	@$(EACH) go test -count=1 -race -short -timeout 20m ./...); done

.PHONY: gate
gate: ## hold the newest results (or RESULTS=FILE) against golden; the built binary exits 0, 1, 2 or 3
	@test -n "$(RESULTS)" || { echo 'make gate: no results yet: run make bench, or name a file with RESULTS=FILE'; exit 2; }
	@go build -o results/gate ./tools/gate
	@results/gate -golden golden $(RESULTS)

.PHONY: golden
golden: ## record the newest results (or RESULTS=FILE; measured first if there are none) as golden; ACCEPT="why" if they are worse
	@if [ -z "$(RESULTS)" ]; then $(MAKE) bench && $(MAKE) golden; else \
		go run ./tools/golden -suite '$(SUITE)' $(if $(ACCEPT),-accept-regression '$(ACCEPT)') $(RESULTS) && \
		{ git status --short golden 2>/dev/null || true; }; fi

.PHONY: report
report: ## print the newest results (or RESULTS=FILE) as a table and write results/report.html
	@test -n "$(RESULTS)" || { echo 'make report: no results yet: run make bench, or name a file with RESULTS=FILE'; exit 2; }
	@go run ./tools/report -html results/report.html $(RESULTS)

.PHONY: train
train: ## train the miniature MODEL again, bit for bit (minutes)
	GOEXPERIMENT=simd go run ./tools/miniature -model $(MODEL) -o fixtures/models/$(MODEL).gguf

.PHONY: lint
lint: ## gofmt, go vet and staticcheck over all modules
	@test -z "$$(gofmt -l .)" || { echo 'gofmt would change:'; gofmt -l .; exit 1; }
	@$(EACH) go vet ./... && go run $(STATICCHECK) ./...); done

# The registry's module is tests alone: what they need takes minutes to build for each platform.
.PHONY: cross
cross: MODULES := $(filter-out tools/registry,$(MODULES))
cross: ## build everything for the other platforms
	@for target in linux/arm64 darwin/arm64 windows/amd64; do echo "== $$target"; \
		$(EACH) \
		export CGO_ENABLED=0 GOOS=$${target%/*} GOARCH=$${target#*/}; go build -o /dev/null ./... && go vet ./...); done || exit 1; done

.PHONY: clean
clean: ## remove results (the server stays in the user cache)
	rm -rf results

# huiyin: run "make help".

GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
TEMPL    := github.com/a-h/templ/cmd/templ@v0.3.977

# A static binary without paths of the machine that built it.
export CGO_ENABLED := 0
export GOFLAGS     := $(strip $(GOFLAGS) -trimpath)

FUZZTIME ?= 30s
BENCH    ?= .
EVAL     ?= ../shared/data

.DEFAULT_GOAL := help
.PHONY: help run build test generate lint eval fuzz bench need-go

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## build, and serve a demonstration city at http://127.0.0.1:8080; Ctrl-C stops everything
	@exec bin/huiyin serve --demo

build: need-go ## build bin/huiyin, and nothing else
	@go build -ldflags='-s -w' -o bin/huiyin ./cmd/huiyin

test: need-go ## everything CI runs: vet and all tests, on a throw-away database
	@scripts/need-chromium.sh
	go vet ./...
	go run ./pg/pgtest/withdb -- go test -timeout 20m ./...

generate: need-go ## make the generated files anew: pages from *.templ, style sheets and scripts
	go run $(TEMPL) generate
	go run ./cmd/assets

lint: need-go ## run the linters, and look for code that newer Go writes shorter
	go run $(GOLANGCI) run ./...
	@found=$$(go fix -diff ./...); test -z "$$found" || { echo "$$found"; exit 1; }

eval: build ## measure mail, routing, masking and calendar on the data in the directory EVAL (../shared/data)
	@scripts/eval.sh "$(EVAL)"

fuzz: need-go ## run each fuzz target for FUZZTIME (30s)
	@scripts/fuzz.sh $(FUZZTIME)

bench: need-go ## run the Go benchmarks that match BENCH (all), on a throw-away database
	go run ./pg/pgtest/withdb -- go test -run '^$$' -bench '$(BENCH)' -benchmem ./...

need-go:
	@scripts/need-go.sh

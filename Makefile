# Throughline. "make run" starts it, "make test" tests it; "make help" lists the rest.
.DEFAULT_GOAL := help
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
GO := go
TOOL := $(GO) tool -modfile=tools/go.mod
# nomsgpack leaves out gin's readers of formats that nothing here speaks: 6 MB of
# program, most of which an idle process would keep in memory.
export GOFLAGS := -buildvcs=false -tags=nomsgpack

.PHONY: help check build run test test-race lint fmt generate verify secrets vulncheck sbom bench fuzz db-reset css screens golden

help: ## list what there is to make
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 12

check:
	@scripts/check-go

build: check ## build bin/throughline
	@$(GO) build -o bin/throughline ./cmd/throughline

run: check ## start Throughline with demo data on http://localhost:8080
	@scripts/install-postgres
	@$(GO) build -o bin/throughline ./cmd/throughline
	@exec bin/throughline demo

# Services and the technical base run under the race detector, the rest without.
RACED := ./internal/... ./services/...
test: check ## run every test: unit, database, HTTP, browser
	@DATABASE_URL= TEST_DATABASE_URL= scripts/install-postgres
	@scripts/install-chromium
	@scripts/install-gcc
	@$(GO) run ./scripts/testrun \
		-count=1 -p 2 -timeout 10m -race $(RACED) \
		-- -count=1 -p 2 -timeout 10m $$($(GO) list ./... | grep -v -e '^throughline/internal' -e '^throughline/services')

test-race: check ## run every test under the race detector
	@DATABASE_URL= TEST_DATABASE_URL= scripts/install-postgres
	@scripts/install-chromium
	@scripts/install-gcc
	@$(GO) run ./scripts/testrun -count=1 -p 2 -timeout 20m -race ./...

lint: check ## look for mistakes the compiler does not find
	@$(TOOL) golangci-lint run ./...

fmt: check ## lay out the code as lint wants it
	@$(TOOL) golangci-lint fmt ./...

generate: check ## write again what is generated from other files
	@$(TOOL) templ generate -log-level warn
	@$(GO) generate ./...

verify: check ## fail on a generated file that is not up to date, a secret, a known fault in a library
	@scripts/verify
	@$(GO) run ./scripts/secrets
	@$(GO) run ./scripts/vulncheck

secrets: check ## look for passwords, keys and tokens in the files and their history
	@$(GO) run ./scripts/secrets

vulncheck: check ## ask the database of known faults about what the program calls
	@$(GO) run ./scripts/vulncheck

sbom: build ## list what the binary is made of in bin/throughline.cdx.json (CycloneDX)
	@$(GO) run ./scripts/sbom bin/throughline > bin/throughline.cdx.json
	@echo "bin/throughline.cdx.json"

bench: check ## measure the operations of performance.md; fails under a target
	@scripts/install-postgres
	@$(GO) run ./cmd/throughline bench

fuzz: check ## run each fuzz test for FUZZTIME (30s)
	@scripts/fuzz

db-reset: build ## delete the demo data; the next start makes it anew
	@bin/throughline demo reset

css: ## rebuild the stylesheet and scripts of web/static (needs Node)
	@sh web/scss/build.sh

screens: build ## save a picture of every page under docs/screens
	@scripts/install-postgres
	@scripts/install-chromium
	@SCREENS=1 $(GO) test -count=1 -run '^TestEveryPageCanBeUsedByEverybody$$' ./e2e

golden: check ## accept what the golden-file tests now get
	@UPDATE_GOLDEN=1 $(GO) test -count=1 -run 'Golden' ./...

# `make` alone prints the list of targets. Everything but lint, fmt and verify needs only Go.

GO       ?= go
ARGS     ?=
BENCH    ?= .
FUZZ     ?= .
FUZZTIME ?= 30s

# The linter takes minutes to build, so it is kept outside the clone, one folder per version.
LINT_VERSION := v2.11.4
LINT_DIR     := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/understudy/golangci-lint-$(LINT_VERSION)
LINT         := $(LINT_DIR)/golangci-lint

# Without a C compiler some systems have no race detector; the tests then run without it.
RACE := $(shell $(GO) list -race errors >/dev/null 2>&1 && echo -race)

.PHONY: help run test check journeys bench fuzz lint fmt generate verify build clean tidy unchanged
.NOTPARALLEL:

help:
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## build and start the sandbox (make run ARGS='--seed 7')
	@exec bin/understudy serve $(ARGS)

test: ## run every test, suites against an in-process sandbox included
	@test -n "$(RACE)" || echo "no C compiler: testing without the race detector"
	$(GO) test $(RACE) -shuffle=on -timeout 30m ./...
	@test -z "$(RACE)" || { set -x; $(GO) test -shuffle=on -timeout 30m ./suites; } # what repeats whole suites, without the detector

check: build ## check every contract on an in-process sandbox (make check ARGS='--insurer allianz')
	@bin/understudy check $(ARGS)

journeys: build ## make every journey with tools that nobody here wrote (needs node, curl and openssl)
	suites/journeys/run.sh bin/understudy

bench: ## run the benchmarks (make bench BENCH=Quote)
	@dirs=$$(find . \( -name testdata -o -name '.?*' \) -prune -o -name '*_test.go' -exec grep -l '^func Benchmark' {} + | sed 's|/[^/]*$$||' | sort -u); \
	test -n "$$dirs" || { echo "no benchmarks"; exit 1; }; \
	set -x; $(GO) test -run='^$$' -bench='$(BENCH)' -benchmem $$dirs

fuzz: ## fuzz every target for a while (make fuzz FUZZ=Parse FUZZTIME=5m)
	@found=$$($(GO) test -list='^Fuzz.*$(FUZZ)' ./...) || { printf '%s\n' "$$found"; exit 1; }; \
	targets=$$(printf '%s\n' "$$found" | awk ' \
		/^Fuzz/ { name[n++] = $$1 } \
		/^ok/   { while (n > 0) print name[--n], $$2 }'); \
	test -n "$$targets" || { echo "no fuzz target matches $(FUZZ)"; exit 1; }; \
	printf '%s\n' "$$targets" | { bad=0; while read -r name package; do \
		echo "== $$name $$package"; \
		$(GO) test -run='^$$' -fuzz="^$$name\$$" -fuzztime=$(FUZZTIME) "$$package" </dev/null || bad=1; \
	done; exit $$bad; }

lint: $(LINT) ## run golangci-lint, built once and kept
	$(LINT) run

fmt: $(LINT) ## format with gofumpt and goimports
	$(LINT) fmt

generate: ## write the generated parts of the documentation
	$(GO) generate ./...

verify: fmt tidy generate unchanged ## format, tidy and generate must change nothing that is committed

build: ## build bin/understudy
	CGO_ENABLED=0 $(GO) build -buildvcs=auto -o bin/understudy ./cmd/understudy

clean: ## remove what the other targets leave in the tree
	rm -rf bin reports

tidy:
	$(GO) mod tidy

unchanged:
	@git diff --exit-code
	@new=$$(git ls-files --others --exclude-standard); test -z "$$new" || { printf 'not committed:\n%s\n' "$$new"; exit 1; }

$(LINT):
	@echo "building golangci-lint $(LINT_VERSION), once; this takes some minutes"
	GOBIN=$(LINT_DIR) CGO_ENABLED=0 $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)

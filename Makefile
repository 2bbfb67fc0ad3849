# Signalbox. `make demo` and `make test` do all the set-up they need; `make help` lists the rest.

SHELL := /bin/bash
PREFIX ?= /usr/local
SECONDS ?= 60
SEED ?= 1
ONLY ?=
# Tests find the public suites and the seeds here; absent, those tests say that they were skipped.
export SIGNALBOX_SUITES ?= $(abspath ../shared/conformance)
export SIGNALBOX_SEEDS ?= $(abspath ../shared/seeds)

# Flags that SwiftPM calls unsafe stay out of the manifest, where they would block dependants.
# Measured: public types across modules are as fast as in one module only with the first.
RELEASE := -c release -Xswiftc -cross-module-optimization
STATIC := $(RELEASE) --static-swift-stdlib --scratch-path .build/static -Xlinker --gc-sections -Xlinker -s
SIGNALBOX := .build/static/release/signalbox

# Freed memory stays with the process, as in one that lives long; else it depends on what stands last
# in the heap whether each sample gives megabytes back, which takes as long as reading JSON does.
KEPT_MEMORY := MALLOC_TRIM_THRESHOLD_=33554432 MALLOC_MMAP_THRESHOLD_=33554432

.PHONY: help deps demo demo-llm test check lint build bench bench-peers check-drawings fuzz fuzz-differential soak conformance golden install clean

help:
	@printf '%s\n' \
	  'make demo         check, price, refuse, run and replay an example flow' \
	  'make demo-llm     the same with a small real language model from PyPI' \
	  'make test         all tests' \
	  'make check        lint, build without warnings, test' \
	  'make bench        figures, one a line; ONLY=prefix for some of them' \
	  'make bench-peers  the same tasks in other engines from PyPI' \
	  'make check-drawings  whether Mermaid (from PyPI) reads our drawings' \
  'make conformance  the public suites in SIGNALBOX_SUITES' \
	  'make soak         the large properties in full, and 200 runs at once that are killed and stopped' \
	  'make fuzz         fuzz targets, SECONDS=60 each' \
	  'make fuzz-differential  generated expressions beside cel-cpp from PyPI, SEED=1' \
	  'make golden       rewrite golden files' \
	  'make install      install the command line under PREFIX=/usr/local' \
	  'make clean        remove what was built'

deps:
	@scripts/deps

demo: deps $(SIGNALBOX)
	@SIGNALBOX=$(abspath $(SIGNALBOX)) examples/demo.sh

demo-llm: deps $(SIGNALBOX)
	@SIGNALBOX=$(abspath $(SIGNALBOX)) examples/demo-llm.sh

# Always asks SwiftPM, which knows what is out of date.
.PHONY: $(SIGNALBOX)
$(SIGNALBOX): deps
	@swift build $(STATIC) --product signalbox 2>&1 | scripts/quiet-build

test: deps
	@swift build --build-tests 2>&1 | scripts/quiet-build
	swift test --skip-build

lint:
	swift format lint --strict --recursive Sources Tests Package.swift

build: deps
	swift build --build-tests

check: deps lint build test

bench: deps
	@swift build $(RELEASE) --product benchmarks 2>&1 | scripts/quiet-build
	@swift build $(STATIC) --product signalbox 2>&1 | scripts/quiet-build
	@SIGNALBOX=$(abspath $(SIGNALBOX)) $(KEPT_MEMORY) .build/release/benchmarks $(ONLY)
	@[[ "expr.metering_overhead" != "$(ONLY)"* ]] || scripts/bench-metering

bench-peers: deps
	@scripts/bench-peers $(ONLY)

check-drawings: deps $(SIGNALBOX)
	@scripts/check-drawings $(SIGNALBOX) examples/*.yaml Tests/CompilerTests/Corpus/valid/*.yaml Tests/DefinitionTests/corpus/valid/*.yaml

soak: deps
	SIGNALBOX_SOAK=1 swift test $(RELEASE) -Xswiftc -enable-testing --scratch-path .build/soak
	swift test --package-path examples/testing --scratch-path .build/example
	@swift build $(STATIC) --product signalbox 2>&1 | scripts/quiet-build
	@scripts/soak-runs $(abspath $(SIGNALBOX))

conformance: deps
	@swift build --product conformance 2>&1 | scripts/quiet-build
	@scripts/conformance .build/debug/conformance

golden: deps
	SIGNALBOX_GOLDEN=1 swift test

fuzz: deps
	@scripts/fuzz $(SECONDS)

fuzz-differential: deps
	@scripts/fuzz-differential 110000 $(SEED)

install: deps $(SIGNALBOX)
	install -D -m 755 $(SIGNALBOX) $(DESTDIR)$(PREFIX)/bin/signalbox
	$(SIGNALBOX) completions bash | install -D -m 644 /dev/stdin $(DESTDIR)$(PREFIX)/share/bash-completion/completions/signalbox
	$(SIGNALBOX) completions zsh | install -D -m 644 /dev/stdin $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_signalbox

clean:
	rm -rf .build fuzz/out

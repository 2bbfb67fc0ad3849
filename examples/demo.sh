#!/usr/bin/env bash
# The road of one flow: checked, priced, refused by a small budget, run under its own, replayed.
set -uo pipefail
cd "$(dirname "$0")/.."
signalbox=${SIGNALBOX:-signalbox}
flow=examples/customer-support.yaml
store=$(mktemp -d)
trap 'rm -rf "$store"' EXIT
export SIGNALBOX_STORE=$store/runs.db

step() {
  printf '\n\033[1m$ signalbox %s\033[0m\n' "$*"
  "$signalbox" "$@"
}

expect() {
  local wanted=$1
  shift
  step "$@"
  local code=$?
  if [[ $code -ne $wanted ]]; then
    echo "demo: exit $code where $wanted was expected" >&2
    exit 1
  fi
  printf 'exit %s\n' "$code"
}

expect 0 check "$flow"
expect 0 plan "$flow"
expect 3 plan "$flow" --budget 0.01
expect 3 run "$flow" -i examples/inputs/customer-support.json --budget 0.01
expect 0 run "$flow" -i examples/inputs/customer-support.json \
  --scenario "a clear question is answered without a person"
run=$("$signalbox" runs -o jsonl | head -n 1 | sed 's/.*"run":"\([^"]*\)".*/\1/')
expect 0 show "$run"
expect 0 replay "$run"

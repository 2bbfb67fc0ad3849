#!/usr/bin/env bash
# Shows what the command line does; run it with `make demo`.
set -euo pipefail
signalbox version
signalbox explain

#!/bin/sh
# make bench: cost of monitoring as ratios, and the long form of the exact-count test.
#   BENCH="calls redis own keys" chooses sections; ROUNDS and PAIRS shorten it.
set -eu
: "${O:=build}"
python3 tests/bench/run.py --rounds "${ROUNDS:-10}" --redis-pairs "${PAIRS:-20}" ${BENCH:-}

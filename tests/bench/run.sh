#!/bin/sh
# make bench: cost of monitoring as ratios, what an event of each family costs, how many a second get
# through, which map counts cheapest, what rules and their conditions cost (RULES=FILE; hits: on running programs), and
# the long forms of two live tests: 50 rounds of exact counts, and a consumer that is stopped for a minute under load.
#   BENCH="calls timing redis own keys hits capture events peak maps state rules conditions exact stop" chooses sections; ROUNDS and PAIRS
#   shorten it.
set -eu
: "${O:=build}"
: "${BENCH:=calls timing redis own keys hits capture events peak maps state rules conditions exact stop}"
measured=
for section in $BENCH; do
	case $section in
	calls | timing | redis | own | keys | hits | capture) measured="$measured $section" ;;
	esac
done
# shellcheck disable=SC2086
[ -z "$measured" ] || python3 tests/bench/run.py --rounds "${ROUNDS:-10}" --redis-pairs "${PAIRS:-20}" $measured
for section in $BENCH; do
	case $section in
	calls | timing | redis | own | keys | hits | capture) ;;
	events) echo && "$O/tests/bench/bench_events" families "${ROUNDS:-10}" ;;
	peak) echo && "$O/tests/bench/bench_events" peak ;;
	maps) echo && "$O/tests/bench/bench_maps" "$O/tests/bench/bench_maps.bpf.o" ;;
	state) echo && "$O/tests/bench/bench_state" ;;
	rules) echo && "$O/tests/bench/bench_rules" "${RULES:-../shared/cases/rules/falco_rules.yaml}" ;;
	conditions) echo && "$O/tests/bench/bench_filter" "${RULES:-../shared/cases/rules/falco_rules.yaml}" ;;
	exact) echo && ROUNDS=50 "$O/tests/live/test_counts" ;;
	stop) echo && SAKER_STOP_SECONDS=60 "$O/tests/live/test_loss" ;;
	*) echo "bench: unknown section $section (calls timing redis own keys hits capture events peak maps state rules conditions exact stop)" >&2 && exit 2 ;;
	esac
done

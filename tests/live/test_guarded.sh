#!/bin/sh
# The programs for kernels that preempt others (probe/guard.h), on this one: exact counts, parameters,
# durations, bytes, full tables. They find perf's tracepoints through tracefs.
set -u
export LIVE_GUARDED=1 ROUNDS=2
[ -d /sys/kernel/tracing/events ] || [ -n "${GUARDED_MOUNTED:-}" ] ||
	GUARDED_MOUNTED=1 exec unshare -m sh -c 'mount -t tracefs tracefs /sys/kernel/tracing && exec sh "$0"' "$0"
for test in test_counts test_params_file test_timing test_objects test_full_tables; do
	"${O:-build}/tests/live/$test"
	rc=$?
	[ $rc -eq 0 ] || { echo "test_guarded: $test: status $rc"; exit $rc; }
done

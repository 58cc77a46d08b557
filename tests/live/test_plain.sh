#!/bin/sh
# The programs for kernels without task storage, on this one: exact counts, loss, contents under
# threads, parameters. That they load on such a kernel is for tests/kernels to say.
set -u
export LIVE_PLAIN=1
for test in test_counts test_loss test_corruption test_params_file; do
	"${O:-build}/tests/live/$test"
	rc=$?
	[ $rc -eq 0 ] || { echo "test_plain: $test: status $rc"; exit $rc; }
done

#!/bin/sh
# The programs for kernels without task storage, on this one: exact counts, loss, contents under
# threads, parameters; then with tail calls by second programs. That they load on such a kernel is for tests/kernels to say.
set -u
export LIVE_PLAIN=1
run() {
	"${O:-build}/tests/live/$1"
	rc=$?
	[ $rc -eq 0 ] || { echo "test_plain: $1: status $rc"; exit $rc; }
}
for test in test_counts test_loss test_corruption test_params_file; do run $test; done
export LIVE_RELAYED=1
for test in test_loss test_params_process test_uring; do run $test; done

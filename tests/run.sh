#!/bin/sh
# Runs test programs one after another; the last line of each tells its outcome.
#   run.sh [--live] PROGRAM...
# A live test that cannot run here exits with 77: skipped with its reason, an error with LIVE=require.
set -u
live=0
[ "${1:-}" = --live ] && { live=1; shift; }
failed=0 passed=0 skipped=0
for t in "$@"; do
	name=$(basename "$t")
	case $t in *.sh) sh "$t" ;; *) "$t" ;; esac
	rc=$?
	if [ $rc -eq 0 ]; then
		passed=$((passed + 1)); echo "PASS $name"
	elif [ $rc -eq 77 ] && [ $live -eq 1 ] && [ "${LIVE:-try}" != require ]; then
		skipped=$((skipped + 1)); echo "SKIP $name"
	else
		failed=$((failed + 1)); echo "FAIL $name (status $rc)"
	fi
done
echo "tests: $passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]

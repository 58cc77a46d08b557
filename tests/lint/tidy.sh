#!/bin/sh
# tidy.sh BUILD FILE...: clang-tidy on some files. What it did not find is not shown.
build=$1
shift
out=$(clang-tidy --quiet --warnings-as-errors='*' "$@" -- -std=gnu11 -D_GNU_SOURCE -I. -isystem "$build" \
	-Wall -Wextra -Wno-unused-parameter 2> /dev/null)
rc=$?
[ $rc -eq 0 ] || printf '%s\n' "$out"
exit $rc

#!/bin/sh
# tidy.sh BUILD FILE...: clang-tidy on some files. What it did not find is not shown, and what it
# finds in the generated skeletons (build/probe/NAME.skel.h) is not ours to change.
build=$1
shift
out=$(clang-tidy --quiet --warnings-as-errors='*' "$@" -- -std=gnu11 -D_GNU_SOURCE -I. -isystem "$build" \
	-Wall -Wextra -Wno-unused-parameter 2> /dev/null)
rc=$?
[ $rc -eq 0 ] && exit 0
all=$(printf '%s\n' "$out" | grep -c ' error: ')
foreign=$(printf '%s\n' "$out" | grep -c '\.skel\.h:.* error: ')
# No error at all: clang-tidy itself failed.
[ "$all" -gt 0 ] && [ "$all" -eq "$foreign" ] && exit 0
printf '%s\n' "$out"
exit $rc

#!/bin/sh
# run.sh PROGRAM NAME SECONDS: runs a fuzzer on its corpus (corpus/NAME, dictionary NAME.dict) for some
# seconds. New inputs go to a folder beside the program, never to the tree; a crash's input stays
# there and its path is printed.
set -u
program=$1 name=$2 seconds=$3
here=$(dirname "$0")
work=$(dirname "$program")/$name.work
mkdir -p "$work/found" "$work/crashes" || exit 1
set -- -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
	-artifact_prefix="$work/crashes/"
[ -f "$here/$name.dict" ] && set -- "$@" -dict="$here/$name.dict"
set -- "$@" "$work/found"
[ -d "$here/corpus/$name" ] && set -- "$@" "$here/corpus/$name"
if "$program" "$@" > "$work/log" 2>&1; then
	echo "PASS $name ($(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log") inputs)"
else
	echo "FAIL $name: $work/log"
	grep -E '^(==|SUMMARY|#[0-9] )|Test unit written' "$work/log" | head -20
	exit 1
fi

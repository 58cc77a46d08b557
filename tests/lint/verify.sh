#!/bin/sh
# Loads every BPF program, also those for kernels without task storage (plain/NAME) and for those that
# preempt programs (guarded/NAME), and compares how many instructions the verifier walked through with
# tests/lint/verified.txt, or verified-COMPILER.txt
# where CLANG is not clang. A program that is new, gone, or grew by more than a tenth is an error;
# ACCEPT=1 records what is there now. The verifier of another kernel series counts differently: there
# the programs only have to load. Without privileges it is skipped, unless LIVE=require.
set -u
compiler=${CLANG:-clang}
[ "$compiler" = clang ] && recorded=tests/lint/verified.txt || recorded=tests/lint/verified-$compiler.txt
series=$(uname -r | cut -d. -f1,2)
tool=${O:-build}/tests/lint/verify
now=$(mktemp) || exit 1
trap 'rm -f "$now"' EXIT

"$tool" > "$now"
rc=$?
for variant in plain guarded; do
	[ $rc -eq 0 ] || break
	# Perf's tracepoints are found through tracefs.
	unshare -m sh -c 'test -d /sys/kernel/tracing/events || mount -t tracefs tracefs /sys/kernel/tracing; exec "$@"' \
		sh "$tool" $variant > "$now.variant"
	rc=$?
	sed "s,^,$variant/," "$now.variant" >> "$now"
	rm -f "$now.variant"
done
if [ $rc -eq 77 ] && [ "${LIVE:-try}" != require ]; then
	echo "SKIP verify"
	exit 0
fi
[ $rc -eq 0 ] || { echo "FAIL verify"; exit 1; }

if [ -n "${ACCEPT:-}" ]; then
	{
		echo "# Instructions that the verifier walked through, by program."
		echo "kernel $series"
		sort "$now"
	} > "$recorded"
	echo "verify: recorded $(wc -l < "$now") programs"
	exit 0
fi

awk -v series="$series" '
	/^#/ { next }
	NR == FNR && $1 == "kernel" { same = $2 == series; next }
	NR == FNR { old[$1] = $2; next }
	{
		now[$1] = $2
		total += $2
		if (!($1 in old)) { print "verify: " $1 " is new (" $2 " instructions)"; bad = 1 }
		else if (same && $2 > old[$1] * 1.1) {
			print "verify: " $1 " grew from " old[$1] " to " $2 " instructions"; bad = 1
		} else if (same && $2 * 1.1 < old[$1])
			print "verify: " $1 " shrank from " old[$1] " to " $2 " instructions"
	}
	END {
		for (name in old) if (!(name in now)) { print "verify: " name " is gone"; bad = 1 }
		print "verify: " length(now) " programs, " total " instructions" (same ? "" : ", recorded on another kernel")
		if (bad) print "verify: make verify ACCEPT=1 records what is there now"
		exit bad
	}' "$recorded" "$now" && { echo "PASS verify"; exit 0; }
echo "FAIL verify"
exit 1

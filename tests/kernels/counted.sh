#!/bin/sh
# Where programs can only count (`saker doctor` names tail_call): counts are exact, the screen's own
# view works, and the stream says why it does not. Runs in a guest.
set -u
bytes=3000
fail() { echo "counted: $1"; exit 1; }

saker -b -n 1000 --json -v syscalls --output /tmp/rows -- dd if=/dev/zero of=/dev/null bs=1 count=$bytes 2> /tmp/said ||
	fail "-b: status $?: $(cat /tmp/said)"
counted=$(grep '"final":true' /tmp/rows | sed 's/.*"syscall":"write"[^}]*"calls_total":\([0-9]*\).*/\1/')
# What dd says at its end may be a write more.
[ "$counted" -ge $bytes ] && [ "$counted" -le $((bytes + 4)) ] || fail "$counted writes counted, made $bytes"
saker -b -n 1 -v processes > /tmp/rows 2> /tmp/said || fail "-b: status $?: $(cat /tmp/said)"
grep -q saker /tmp/rows || fail "no row of a process"
saker doctor > /tmp/doctor || fail "doctor says that it cannot run"
if grep -q 'no events' /tmp/doctor; then
	saker stream -- true > /tmp/rows 2> /tmp/said && fail "stream: no error"
	grep -q 'tail calls are not supported' /tmp/said || fail "stream: $(cat /tmp/said)"
fi
exit 0

#!/bin/sh
# The program itself in a guest: its counts are exact, the screen's own view works, and the stream
# shows a call with its file.
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
saker stream -- sh -c ': < /etc/passwd' > /tmp/rows 2> /tmp/said || fail "stream: status $?: $(cat /tmp/said)"
grep -q 'open.*/etc/passwd' /tmp/rows || fail "stream: no open of /etc/passwd: $(tail -n 3 /tmp/rows)"
exit 0

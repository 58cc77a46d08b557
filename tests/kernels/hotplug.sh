#!/bin/sh
# A CPU that comes up while saker runs, and goes again: calls made on it are counted and streamed, none
# lost. Runs in a guest of two CPUs; saker starts while the second is off.
set -u
online=/sys/devices/system/cpu/cpu1/online
reads=3000
work="echo 1 > $online
taskset 2 dd if=/dev/zero of=/dev/null bs=1 count=$reads 2> /dev/null
echo 0 > $online
taskset 1 dd if=/dev/zero of=/dev/null bs=1 count=$reads 2> /dev/null"

# fail WHAT: the CPU is on again for the tests that follow.
fail() { echo "hotplug: $1"; echo 1 > $online; exit 1; }

echo 0 > $online || fail "the CPU cannot be taken off"
saker stream --json --output /tmp/lines -- sh -c "$work" 2> /tmp/totals || fail "stream: status $?: $(cat /tmp/totals)"
streamed=$(grep '"proc.name":"dd"' /tmp/lines | grep '"evt.type":"write"' | grep -c '"fd":"1"')
[ "$streamed" -eq $((2 * reads)) ] || fail "$streamed writes streamed of $((2 * reads)): $(cat /tmp/totals)"

echo 0 > $online 2> /dev/null
saker -b -n 1000 --json -v syscalls --output /tmp/rows -- sh -c "$work" 2> /tmp/totals || fail "-b: status $?: $(cat /tmp/totals)"
counted=$(grep '"final":true' /tmp/rows | sed 's/.*"syscall":"write"[^}]*"calls_total":\([0-9]*\).*/\1/')
[ "$counted" -ge $((2 * reads)) ] || fail "$counted writes counted, made $((2 * reads))"
echo 1 > $online

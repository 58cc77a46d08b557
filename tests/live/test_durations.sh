#!/bin/sh
# Durations, slow and failed calls, threads and errors on the command line: what an operator asks for and
# a script reads. Loads are this script's own children.
# shellcheck disable=SC2015 # "a || bad" is meant
set -u

O=${O:-build}
saker=$(cd "$O" && pwd)/saker
checks=0
failed=0

if [ "$(id -u)" -ne 0 ]; then
	echo "skipped: needs root"
	exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

bad() {
	failed=$((failed + 1))
	echo "FAIL $*"
}

# check NAME PYTHON: lines holds the objects of the file `out`.
check() {
	checks=$((checks + 1))
	python3 -c "
import json, sys
lines = [json.loads(line) for line in open('out')]
ok = ($2)
sys.exit(0 if ok else 1)" || bad "$1: $(head -c 600 out)"
}

# Sleeps, fails and is quick.
cat > load.py <<'END'
import os, time
for i in range(3):
    time.sleep(0.03)
for i in range(200):
    os.getppid()
for i in range(5):
    try:
        os.stat('/nonexistent-%d' % i)
    except OSError:
        pass
END

# stream: durations of all, of none that cannot have one.
"$saker" stream --json --output out -- python3 load.py 2> err || bad "stream: $(cat err)"
check 'sleeps are timed' "
	[l['latency_ns'] >= 30000000 for l in lines if l['evt.type'] == 'clock_nanosleep'] == [True] * 3"
check 'quick calls are timed' "
	len([l for l in lines if l['evt.type'] == 'getppid' and 0 < l['latency_ns'] < 30000000]) >= 200"
check 'the end of a process has no duration' "
	all(l['latency_ns'] is None for l in lines if l['evt.type'] == 'procexit')"

# Slow calls alone, in every way to write the least duration.
for least in 25 25ms 25000us .025s 25000000ns; do
	"$saker" stream --json --min-duration $least --output out -- python3 load.py 2> err ||
		bad "--min-duration $least: $(cat err)"
	check "--min-duration $least" "
		len([l for l in lines if l['evt.type'] == 'clock_nanosleep']) == 3 and
		all(l['latency_ns'] >= 25000000 for l in lines)"
done

# Failed calls alone.
"$saker" stream --json --failed --output out -- python3 load.py 2> err || bad "--failed: $(cat err)"
check '--failed' "
	len([l for l in lines if '/nonexistent-' in json.dumps(l['args'])]) == 5 and
	all(l['evt.rawres'] < 0 for l in lines)"
"$saker" stream --json --failed --min-duration 10s --output out -- python3 load.py 2> err
check '--failed and slow' 'lines == []'

# What a descriptor was at the call, not a moment later.
cat > reuse.py <<'END'
import os
for i in range(3):
    fd = os.open('first', os.O_CREAT)
    for call in lambda: os.write(fd, b'x'), lambda: os.ftruncate(fd, 0):
        try:
            call()
        except OSError:
            pass
    os.close(fd)
    os.close(os.open('second', os.O_CREAT))
END
for choice in --failed '--min-duration 1ns'; do
	# shellcheck disable=SC2086
	"$saker" stream --json $choice --output out -- python3 reuse.py 2> err || bad "names, $choice: $(cat err)"
	check "names, $choice" "
		[l['fd.name'].split('/')[-1] for l in lines
		 if l['evt.type'] in ('write', 'ftruncate') and l['evt.rawres'] < 0] == ['first'] * 6"
done
"$saker" -b -v errors --json --output out -- python3 reuse.py 2> err || bad "names, errors: $(cat err)"
check 'names, errors' "
	[r['last_target'].split('/')[-1] for r in lines[-1]['rows'] if r['errno'] == 'EBADF'] == ['first']"

# Times of system calls: of the interval and since the start.
"$saker" -b -v syscalls --json -d 0.5 --output out -- python3 load.py 2> err || bad "syscalls: $(cat err)"
check 'times of system calls' "
	[(r['timed_total'], r['calls_total'], r['time_total'] >= 90000000, r['max_ns'] >= 30000000)
	 for r in lines[-1]['rows'] if r['syscall'] == 'clock_nanosleep'] == [(3, 3, True, True)]"
check 'timing is said' "all(l['health'].get('timing') for l in lines)"
# The view of processes needs no durations.
"$saker" -b -v processes --json -d 0.2 --output out -- python3 load.py 2> err
check 'no timing without its columns' "not any(l['health'].get('timing') for l in lines)"

# Errors: exact, and what they were about.
"$saker" -b -v errors --json -d 0.2 --output out -- python3 load.py 2> err || bad "errors: $(cat err)"
check 'errors' "
	[r['errors_total'] >= 5 and r['meaning'] == 'No such file or directory' and r['last_target'] is not None
	 for r in lines[-1]['rows'] if r['errno'] == 'ENOENT'] == [True]"
"$saker" -b -v failures --json -d 0.2 --output out -- python3 load.py 2> err
check 'failures' "any(r['errno'] == 'ENOENT' and r['errors_total'] >= 5 for r in lines[-1]['rows'])"

# Slow calls: a lock that is waited for. Sleeps are no slow calls.
cat > locks.py <<'END'
import fcntl, os, time
lock = open('lock', 'w')
fcntl.flock(lock, fcntl.LOCK_EX)
if os.fork() == 0:
    other = open('lock', 'w')
    fcntl.flock(other, fcntl.LOCK_EX)
    time.sleep(0.5) # the name of its descriptor is looked up while it lives
    os._exit(0)
time.sleep(1)
fcntl.flock(lock, fcntl.LOCK_UN)
os.wait()
END
"$saker" -b -v slow --json -d 5 --output out -- python3 locks.py 2> err || bad "slow: $(cat err)"
check 'slow' "
	[r['kind'] for r in lines[-1]['rows'] if r['syscall'] == 'flock' and
	 r['duration_ns'] >= 500000000] == ['lock'] and
	not any(r['syscall'] in ('clock_nanosleep', 'wait4') for l in lines for r in l['rows'])"

# By what was waited for: the file that is locked, in a cell from 537 ms on.
"$saker" -b -v slow_by_target --json -d 5 --output out -- python3 locks.py 2> err || bad "groups: $(cat err)"
check 'slow by target' "
	[(r['calls_kept'], r['syscall'], sum(r['hist'][11:])) for r in lines[-1]['rows']
	 if r['kind'] == 'lock' and r['target'].endswith('/lock')] == [(1, 'flock', 1)]"
"$saker" -b -v slow_by_process --json -d 5 --output out -- python3 locks.py 2> err || bad "groups: $(cat err)"
check 'slow by process' "
	[(r['calls_kept'] >= 1, r['max_ns'] >= 500000000) for r in lines[-1]['rows']
	 if r['max_target'] and r['max_target'].endswith('/lock')] == [(True, True)]"

# Rules see quick calls, and what no rule looks at stays in the kernel all the same.
cat > rule.yaml <<'END'
- rule: the script is opened
  desc: d
  condition: evt.type=openat and fd.name endswith /load.sh
  output: "opened %fd.name"
  priority: WARNING
END
echo 'dd if=/dev/zero of=/dev/null bs=1 count=50000 2> /dev/null' > load.sh
"$saker" -b -v slow --json --no-default-rules --rules rule.yaml --alerts alerts --output out -- sh -c 'cat load.sh > /dev/null; sh load.sh' \
	2> err || bad "slow with rules: $(cat err)"
check 'slow with rules' "lines[-1]['health']['calls'] > 100000 and lines[-1]['health']['events'] < 20000"
grep -q 'opened .*/load.sh' alerts || bad "slow with rules: no alert: $(cat alerts)"
"$saker" -b -v errors --json --no-default-rules --rules rule.yaml --alerts alerts2 --output out -- sh load.sh 2> err ||
	bad "errors with rules: $(cat err)"
check 'errors with rules' "lines[-1]['health']['calls'] > 100000 and lines[-1]['health']['events'] < 20000"
grep -q 'opened .*/load.sh' alerts2 || bad "errors with rules: no alert: $(cat alerts2)"

# Threads, and the call that each is in.
cat > threads.py <<'END'
import threading, time
wait = threading.Event()
for i in range(3):
    threading.Thread(target=wait.wait, daemon=True).start()
time.sleep(3)
END
"$saker" -b -v threads --json -d 0.3 --output out -- python3 threads.py 2> err || bad "threads: $(cat err)"
check 'since when is at least' "
	[row['at_least'] for line in lines for row in line['rows'] if row['in_call_ns'] is not None] and
	all('in_call_ns' in row['at_least'] for line in lines for row in line['rows'] if row['in_call_ns'] is not None)"
check 'threads' "
	any(sorted(r['in_call'] or '' for r in l['rows']) == ['clock_nanosleep'] + ['futex'] * 3 for l in lines)"
check 'since when' "
	max(r['in_call_ns'] or 0 for l in lines for r in l['rows'] if r['in_call'] == 'futex') >= 200000000"

# What is wrong is said.
for wrong in '' 0 5x 1.5ns -1 4000s; do
	checks=$((checks + 1))
	"$saker" stream --min-duration "$wrong" > out 2> err
	[ $? -eq 2 ] && grep -q 'expected a duration' err || bad "--min-duration '$wrong': $(cat err)"
done
echo "test_durations: $checks checks, $failed failed"
[ $failed -eq 0 ]

#!/bin/sh
# Captures of the running kernel: what is read back is what was shown then, nothing of other processes
# is in them, whatever ends a recording leaves a file that can be read, and another reader agrees.
# Watches only what it starts.
set -u
saker=$(cd "${O:-build}" && pwd)/saker
"$saker" doctor > /dev/null 2>&1 || { echo "test_capture: this machine cannot run the probe"; exit 77; }
root=$(mktemp -d) || exit 1
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
cd "$root" || exit 1
failed=0
HOME=$root
export HOME

bad() {
	echo "test_capture: $*"
	failed=$((failed + 1))
}

same() {
	cmp -s "$1" "$2" || bad "$3: $(cmp "$1" "$2" 2>&1)"
}

# The number of events that the last sentence on standard error names.
said() {
	sed -n 's/.*: \([0-9]*\) events.*/\1/p; s/.*holds \([0-9]*\) events.*/\1/p' err | tail -1
}

cat > load.sh <<'END'
i=0
while [ $i -lt 40 ]; do
	echo line$i > file$i
	read -r line < file$i
	mv file$i old$i
	rm old$i
	i=$((i + 1))
done
cat missing
mkdir d; cd d; rmdir ../d
END
cat > flood.sh <<'END'
while :; do read -r line < load.sh; done
END

# --- the golden property: lines and tables are those of then ---
"$saker" stream -w a.scap --output live.txt -- busybox sh load.sh 2> err < /dev/null
"$saker" stream -r a.scap > replay.txt || bad "stream -r: status $?"
[ "$(wc -l < live.txt)" -gt 300 ] || bad "the load made $(wc -l < live.txt) events"
[ "$(wc -l < live.txt)" = "$(said)" ] || bad "$(wc -l < live.txt) lines, and: $(cat err)"
same live.txt replay.txt "lines of the stream"
"$saker" stream --json -w a.scap.gz --output live.json -- busybox sh load.sh 2> err < /dev/null
"$saker" stream --json -r a.scap.gz > replay.json
same live.json replay.json "lines of stream --json, gzip"
gzip -t a.scap.gz || bad "gzip does not take a.scap.gz"
for view in processes syscalls threads files conn uring; do
	"$saker" -b --json -v $view -d 0.2 -w b.scap --output live.json -- \
		busybox sh -c 'busybox sh load.sh; busybox sleep 0.5' 2> err < /dev/null
	"$saker" -b --json -v $view -r b.scap > replay.json
	tail -1 live.json > last.json
	same last.json replay.json "view $view at the end"
	"$saker" -b --json -v $view -n 2 -r b.scap | head -2 > replay.json
	head -2 live.json > first.json
	same first.json replay.json "two intervals of view $view"
done

# Bytes that were not counted then are those of the events; two readers of one file are two rows.
busybox head -c 5000 /dev/zero > bytes
"$saker" record -w o.scap -- busybox sh -c 'busybox dd if=bytes of=copy bs=1000; busybox wc -c bytes' > /dev/null 2> err < /dev/null
"$saker" -b -v files --json -r o.scap > replay.json
python3 - <<'END' || bad "bytes by file of a capture: $(cat replay.json)"
import json
rows = {row["path"].rsplit("/", 1)[-1]: row for row in json.loads(open("replay.json").readlines()[-1])["rows"]}
assert rows["bytes"]["read_total"] == 10000 and rows["bytes"]["procs"] == 2
assert rows["copy"]["write_total"] == 5000 and rows["copy"]["read_total"] == 0
END

# --- without root, scope, standard input, -n ---
cp a.scap public.scap && chmod 644 public.scap
chmod 755 .
if setpriv --reuid 65534 --regid 65534 --clear-groups true 2> /dev/null; then
	HOME=/ setpriv --reuid 65534 --regid 65534 --clear-groups "$saker" stream -r public.scap \
		> other.txt 2> err || bad "not root: $(cat err)"
	same live.txt other.txt "lines, not root"
fi
"$saker" stream -r - < a.scap > other.txt
same live.txt other.txt "lines, from standard input"
"$saker" stream -r a.scap --comm rm > some.txt
grep -c ' rm (' live.txt > wanted.txt
wc -l < some.txt > got.txt
same wanted.txt got.txt "lines of --comm rm"
"$saker" record -w n.scap -n 100 -- busybox sh load.sh 2> err < /dev/null
[ "$("$saker" stream -r n.scap | wc -l)" = 100 ] || bad "record -n 100: $(cat err)"

# --- record: durations; what FILTER, --failed and --min-duration leave of the file ---
holds_lines() { # NAME PYTHON: about the list `events` of `stream -r FILE`, lines.json
	python3 -c "
import json, sys
events = [json.loads(line) for line in open('lines.json')]
sys.exit(0 if ($2) else 1)" || bad "$1: $(cut -c1-200 lines.json | head -4)"
}
# What other events are named by; a shell and cat do nothing else that changes it.
STATE="{'execve', 'vfork', 'clone', 'clone3', 'exit_group', 'procexit', 'openat', 'close', 'dup2', 'dup3', 'fcntl', \
	'prctl', 'chdir'}"
"$saker" record -w d.scap -- busybox sleep 0.05 2> err < /dev/null
"$saker" stream --json -r d.scap > lines.json
holds_lines "record measures" "[e['latency_ns'] >= 50000000 for e in events if 'nanosleep' in e['evt.type']] == [True]"
"$saker" record -w f.scap evt.type=openat -- cat load.sh > /dev/null 2> err < /dev/null
"$saker" stream --json -r f.scap > lines.json
[ "$(wc -l < lines.json)" = "$(said)" ] || bad "record FILTER: $(wc -l < lines.json) lines, and: $(cat err)"
holds_lines "record FILTER" "{e['evt.type'] for e in events} - $STATE == set()
	and {'execve', 'openat', 'procexit'} <= {e['evt.type'] for e in events}
	and [e.get('fd.name') for e in events if e['evt.type'] == 'close'].count('$root/load.sh') == 1"
"$saker" stream --json -r f.scap evt.type=openat > lines.json
holds_lines "stream -r FILTER" "{e['evt.type'] for e in events} == {'openat'}
	and [e.get('fd.name') for e in events].count('$root/load.sh') == 1"
[ "$("$saker" -b -v opens --format csv -r f.scap 'fd.name endswith load.sh' | grep -c load.sh)" = 1 ] ||
	bad "-b -r FILTER: $("$saker" -b -v opens -r f.scap 'fd.name endswith load.sh')"
"$saker" -b -v opens --format csv -r f.scap 'fd.name endswith load.sh' | grep -q libc &&
	bad "-b -r FILTER shows other events"
"$saker" record -w f.scap --failed -- sh -c 'cat missing; cat load.sh' > /dev/null 2> err < /dev/null
"$saker" stream --json -r f.scap > lines.json
holds_lines "record --failed" "all(e['evt.type'] in $STATE or e['evt.rawres'] < 0 for e in events)
	and [e['evt.res'] for e in events if e['args'].get('name', '').endswith('missing')] == ['ENOENT']"
"$saker" stream --json --failed -r f.scap > lines.json
holds_lines "stream --failed -r" "events and all(e['evt.rawres'] < 0 for e in events)"
"$saker" record -w f.scap --min-duration 40 -- sh -c 'busybox sleep 0.05' 2> err < /dev/null
"$saker" stream --json --min-duration 40 -r f.scap > lines.json
holds_lines "record --min-duration" "all(e['latency_ns'] >= 40000000 for e in events)
	and any('nanosleep' in e['evt.type'] for e in events)"
"$saker" stream -w g.scap --output live.txt --failed evt.type=openat -- cat load.sh missing \
	> /dev/null 2> err < /dev/null
"$saker" stream --failed -r g.scap evt.type=openat > replay.txt
grep -q missing live.txt || bad "stream --failed FILTER -w: $(cat live.txt err)"
same live.txt replay.txt "lines of --failed FILTER"
"$saker" stream -r g.scap | grep -q ' read [1-9].*load.sh' || bad "-w of stream FILTER does not have all"

# --- nothing of other processes: neither arguments nor users ---
busybox sleep 31.4159 &
stranger=$!
"$saker" record -w own.scap -- busybox true 2> err < /dev/null
grep -qaF 31.4159 own.scap && bad "a process that is not in scope is in the capture"
grep -qaF daemon own.scap && bad "a user that does not occur is in the capture"
kill $stranger

# --- the file: mode, owner, links ---
[ "$(stat -c %a own.scap)" = 600 ] || bad "mode $(stat -c %a own.scap)"
SUDO_UID=65534 SUDO_GID=65534 "$saker" record -w owned.scap -- busybox true 2> err < /dev/null
[ "$(stat -c %u:%g owned.scap)" = 65534:65534 ] || bad "owner $(stat -c %u:%g owned.scap)"
ln -s elsewhere link.scap
"$saker" record -w link.scap -- busybox true 2> err < /dev/null
[ $? -eq 2 ] && grep -q 'symbolic link' err && [ ! -e elsewhere ] || bad "a link: $(cat err)"

# --- whatever ends it: what is there can be read, and the sentence says how much that is ---
holds() {
	"$saker" stream -r "$1" > lines 2> remark || bad "$2: cannot be read: $(cat remark)"
	count=$(grep -cv '^-- ' lines) # lost ones are said in lines of their own
	[ "$count" = "$(said)" ] || bad "$2: $count events, and: $(cat err)"
}
for sig in TERM HUP; do
	"$saker" record -w $sig.scap.gz -- busybox sh flood.sh 2> err < /dev/null &
	pid=$!
	until [ -s $sig.scap.gz ]; do sleep 0.1; done
	sleep 0.5
	kill -$sig $pid
	wait $pid
	holds $sig.scap.gz "SIG$sig"
	[ ! -s remark ] || bad "SIG$sig: $(cat remark)"
done
"$saker" record -w killed.scap -- busybox sh flood.sh 2> err < /dev/null &
pid=$!
until [ "$(stat -c %s killed.scap 2> /dev/null || echo 0)" -gt 300000 ]; do sleep 0.1; done
kill -KILL $pid
wait $pid 2> /dev/null
"$saker" stream -r killed.scap > lines 2> remark || bad "SIGKILL: $(cat remark)"
[ "$(wc -l < lines)" -gt 100 ] || bad "SIGKILL: $(wc -l < lines) lines"
# The kernel ends a write between two pages when such a signal comes (generic_perform_write()): then the
# last block is cut.
grep -qE 'its writer did not come to the end; it holds [0-9]+ events|ends within the block at byte [0-9]+; [0-9]+ events before it' remark ||
	bad "SIGKILL: $(cat remark)"
# Blocks have lengths of whole words: an odd number of bytes ends within one.
busybox sh flood.sh &
flood=$!
"$saker" record -w - -p $flood -M 20 2> err < /dev/null | head -c 99999 > part.scap
kill $flood
grep -q '^saker: -: [0-9]* events' err || bad "closed pipe: $(cat err)"
"$saker" stream -r part.scap > lines 2> remark || bad "part of a capture: $(cat remark)"
grep -q 'ends within the block at byte' remark || bad "part of a capture: $(cat remark)"
# COMMAND does not die of it.
cat > bounded.sh <<'END'
i=0
while [ $i -lt 30000 ]; do
	read -r line < load.sh
	i=$((i + 1))
done
touch went-on
exit "$1"
END
for name in full.scap full.scap.gz; do
	[ $name = full.scap ] && given=3 || given=0
	rm -f went-on
	unshare -m sh -c 'mkdir -p small && mount -t tmpfs -o size=700k tmpfs small &&
		"$1" record -w "small/$2" -- busybox sh bounded.sh "$3"; s=$?; cp "small/$2" .; exit $s' \
		sh "$saker" $name $given > /dev/null 2> err < /dev/null
	[ $? -eq $((given ? given : 1)) ] || bad "full disk: status, $(cat err)"
	[ -e went-on ] || bad "full disk: COMMAND did not go on: $(cat err)"
	grep -q 'the recording has ended, COMMAND goes on' err || bad "full disk: $(cat err)"
	grep -q 'No space left on device; it holds [0-9]* events' err || bad "full disk: $(cat err)"
	sed -n '/it holds/p' err > one && mv one err
	holds $name "full disk"
	[ -s lines ] || bad "full disk: nothing in $name"
	grep -q 'ends within' remark && bad "full disk: $name has part of a block"
done

# --- what is no capture is refused with its place ---
wrong() {
	"$saker" stream -r "$1" > lines 2> remark
	[ $? -eq 2 ] && grep -qF -- "$2" remark || bad "$1: $(cat remark)"
	for how in '' --json '--format csv'; do
		# shellcheck disable=SC2086
		"$saker" -b $how -r "$1" > table 2> remark
		[ $? -eq 2 ] && [ ! -s table ] && grep -qF -- "$2" remark || bad "-b $how -r $1: $(cat table remark)"
	done
}
wrong nosuch.scap 'nosuch.scap: No such file or directory'
wrong . 'Is a directory'
wrong load.sh 'byte 0: not a capture'
head -c 20 a.scap > short.scap
"$saker" stream -r short.scap > lines 2> remark || bad "short: $(cat remark)"
{ head -c 200 a.scap; head -c 3000 /dev/zero; } > zeros.scap
wrong zeros.scap 'byte '
gzip -k zeros.scap
wrong zeros.scap.gz ' of the unpacked data: '
gzip -k short.scap
"$saker" stream -r short.scap.gz > lines 2> remark
grep -q 'ends within the block at byte [0-9]* of the unpacked data;' remark || bad "a cut .gz: $(cat remark)"

# --- sysdig reads it: the same events, names and results ---
# What dup2 does is younger than the one of Debian 12: names are those of who opens files itself.
if command -v sysdig > /dev/null; then
	cat > names.sh <<'END'
touch a
md5sum load.sh flood.sh nosuch
wc load.sh
mkdir d
mv a b
rm b nosuch
rmdir d
END
	"$saker" record -w names.scap -- sh names.sh > /dev/null 2> err < /dev/null
	"$saker" stream --json -r names.scap > events.json
	sysdig -r names.scap -p '*%evt.dir %evt.type %proc.name %evt.res %fd.name' > sysdig.txt 2> err ||
		bad "sysdig: $(cat err)"
	python3 - > compared.txt <<'END' || bad "sysdig does not see what saker sees: $(head -5 compared.txt)"
import json
import os
HERE = os.getcwd()
NAMED = {"md5sum", "wc", "mkdir", "mv", "rm", "rmdir"}
TYPES = {"openat", "read", "write", "close", "rename", "unlink", "mkdir", "rmdir", "chdir", "execve"}
ours, theirs = [], []
for line in open("events.json"):
    event = json.loads(line)
    if event["evt.type"] in TYPES:
        name = event.get("fd.name", "")
        named = name.startswith(HERE) and event["evt.res"] == "SUCCESS" and event["proc.name"] in NAMED
        ours.append((event["evt.type"], event["proc.name"], event["evt.res"], name if named else ""))
for line in open("sysdig.txt", errors="replace"):
    way, kind, proc, res, *name = line.rstrip("\n").split(" ", 4)
    if way == "<" and kind in TYPES:
        name = name[0] if name else ""
        named = name.startswith(HERE) and res == "SUCCESS" and proc in NAMED
        theirs.append((kind, proc, res, name if named else ""))
print(len(ours), "events here,", len(theirs), "there")
differ = [(a, b) for a, b in zip(ours, theirs) if a != b]
print(*differ[:4], sep="\n")
assert len(ours) == len(theirs) > 100 and not differ
assert sum(1 for event in ours if event[3]) > 5
END
fi

# --- both ends of a connection have their own row, as where they are counted ---
cat > ends.py <<'END'
import socket
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
peer, _ = server.accept()
client.send(b"x" * 1000)
peer.recv(1000)
peer.send(b"yy")
client.recv(2)
END
"$saker" record -w ends.scap -- python3 ends.py 2> err < /dev/null || bad "record: $(cat err)"
"$saker" -b -r ends.scap -v conn --format csv > ends.csv || bad "conn: status $?"
python3 -c "
import csv
rows = [(r['rx_total'], r['tx_total']) for r in csv.DictReader(open('ends.csv')) if r['proto'] == 'tcp']
assert sorted(rows) == [('1000', '2'), ('2', '1000')], rows" || bad "conn: $(cat ends.csv)"

[ $failed -eq 0 ] || exit 1
echo "test_capture: all passed"

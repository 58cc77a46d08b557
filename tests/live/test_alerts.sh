#!/bin/sh
# Rules on the running kernel: what triggers them is told, what only looks like it is not; lines,
# JSON, the view, captures, wrong rules. Watches only what it starts, in a folder of its own.
set -u
saker=$(cd "${O:-build}" && pwd)/saker
[ "$(id -u)" = 0 ] || { echo "skipped: needs root"; exit 77; }
command -v python3 > /dev/null || { echo "skipped: python3 is not installed"; exit 77; }
root=$(mktemp -d) || exit 1
trap 'rm -rf "$root"' EXIT
cd "$root" || exit 1
HOME=$root
export HOME
failed=0
bad() {
	echo "test_alerts: $*"
	failed=$((failed + 1))
}

echo secret > vault
ln -s vault alias
cat > rules.yaml << END
- rule: Vault written
  desc: the vault is opened for writing
  condition: evt.type in (open, openat, openat2, creat) and evt.is_open_write = true and fd.name = $root/vault
  output: vault written (file=%fd.name user=%user.name command=%proc.cmdline parent=%proc.pname gparent=%proc.aname[2])
  priority: CRITICAL
  tags: [files, vault]
- rule: Shell runs
  desc: a shell is started by a shell
  condition: evt.type in (execve, execveat) and evt.res = SUCCESS and proc.name = sh and proc.pname = sh
  output: shell in a shell (%proc.cmdline)
  priority: NOTICE
END
cat > load.sh << 'END'
cat vault > out
cat < vault > out
echo x > other
echo x >> vault
echo x >> ./././vault
cd / && echo x >> "$1/alias" && cd "$1"
echo x >> "/proc/self/root$1/vault"
sh -c ': a child; exit 0' &
wait
END

# names FILE: rule and via of every JSON line, in order.
names() {
	python3 -c '
import json, sys
for line in open(sys.argv[1]):
    alert = json.loads(line)
    print(alert["priority"], alert["rule"], alert.get("via", "called"), sep=":")' "$1" | tr ' ' _ | tr '\n' ' '
}
want="Critical:Vault_written:called Critical:Vault_written:called Critical:Vault_written:resolved Critical:Vault_written:resolved Notice:Shell_runs:called "

"$saker" alerts --json --rules rules.yaml -- sh load.sh "$root" > json 2> err || bad "alerts --json: status $?: $(cat err)"
[ ! -s err ] || bad "alerts --json: said $(cat err)"
[ "$(names json)" = "$want" ] || bad "hits: $(names json), wanted $want"
python3 - json "$root/vault" << 'END' || failed=$((failed + 1))
import json, sys
first = json.loads(open(sys.argv[1]).readline())
wrong = []
if set(first) != {"hostname", "output", "output_fields", "priority", "rule", "source", "tags", "time"}:
    wrong.append("keys %s" % sorted(first))
fields = first["output_fields"]
want = {"fd.name": sys.argv[2], "user.name": "root", "proc.pname": "saker", "container.id": "host"}
if any(fields.get(name) != want[name] for name in want):
    wrong.append("fields %s" % fields)
if not fields["proc.cmdline"].startswith("sh load.sh"):
    wrong.append("command %r" % fields["proc.cmdline"])
if first["tags"] != ["files", "vault"] or first["source"] != "syscall":
    wrong.append("tags %s" % first["tags"])
if wrong:
    sys.exit("test_alerts: first hit: " + "; ".join(wrong))
END

cp json live.json

# The same as text: time, priority, output.
"$saker" alerts --rules rules.yaml -- sh load.sh "$root" > text 2> err || bad "alerts: status $?: $(cat err)"
grep -cE '^[0-9:]{8}\.[0-9]{9}: Critical vault written \(file=' text | grep -qx 4 || bad "text: $(cat text)"
[ "$(grep -c 'via=resolved$' text)" = 2 ] || bad "via in the text: $(cat text)"

# Options: priority, names, a number of hits; COMMAND's status.
"$saker" alerts --json --priority error --rules rules.yaml -- sh load.sh "$root" > json 2> err
[ "$(names json | grep -c Shell)" = 0 ] || bad "--priority error: $(names json)"
"$saker" alerts --json --names called --rules rules.yaml -- sh load.sh "$root" > json 2> err
[ "$(names json)" = "Critical:Vault_written:called Critical:Vault_written:called Notice:Shell_runs:called " ] ||
	bad "--names called: $(names json)"
"$saker" alerts -n 1 --rules rules.yaml -- sh load.sh "$root" > text 2> err
[ "$(wc -l < text)" = 1 ] || bad "-n 1: $(cat text)"
"$saker" alerts --rules rules.yaml -- sh -c 'exit 5' > text 2> err
[ $? -eq 5 ] || bad "status of COMMAND is lost"

# A capture gives the same hits, also in the view.
"$saker" record -w cap.scap -- sh load.sh "$root" 2> err || bad "record: $(cat err)"
"$saker" alerts -r cap.scap --json --rules rules.yaml > json 2> err || bad "alerts -r: $(cat err)"
[ "$(names json)" = "$want" ] || bad "hits of a capture: $(names json)"
# Ancestors outside the scope of the recording are known there too.
fields() { python3 -c '
import json, sys
for line in open(sys.argv[1]):
    print(sorted(json.loads(line)["output_fields"].items()))' "$1"; }
fields live.json > live.fields
fields json > read.fields
grep -q "proc.aname\[2\]', '[^']" live.fields || bad "no ancestor: $(head -1 live.fields)"
cmp -s live.fields read.fields || bad "fields differ in the capture: $(diff live.fields read.fields | head -4)"
"$saker" -b -r cap.scap --json -v hits --rules rules.yaml > rows 2> err || bad "-b -r: $(cat err)"
python3 - rows << 'END' || failed=$((failed + 1))
import json, sys
rows = [row for line in open(sys.argv[1]) for row in json.loads(line)["rows"]]
got = [(row["priority"], row["rule"], row["via"], row["process"]) for row in rows]
want = [("crit", "Vault written", via, "sh") for via in ("called", "called", "resolved", "resolved")]
want.append(("notice", "Shell runs", "called", "sh"))
if got != want or not rows[0]["output"].startswith("vault written (file="):
    sys.exit("test_alerts: rows are %s, wanted %s" % (got, want))
END
"$saker" -b --json -d 0.1 -v hits --rules rules.yaml -- sh load.sh "$root" > rows 2> err || bad "-b: $(cat err)"
[ "$(grep -o '"rule":"Vault written"' rows | wc -l)" = 4 ] || bad "hits of -b: $(cat rows)"

# The views of rules and hits by rule have them without being told so.
for view in rules hits_by_rule hits_by_priority; do
	"$saker" -b --json -v $view -- sh -c 'cat < /etc/shadow > /dev/null' > rows 2> err || bad "$view: $(cat err)"
	python3 -c "import json; exit(not json.loads(open('rows').readlines()[-1])['rows'])" ||
		bad "$view: $(tail -1 rows)"
done

# Where rules look at opens for writing alone, the kernel sends no others.
head -6 rules.yaml > opens.yaml
cat > reads.sh << 'END'
i=0
while [ $i -lt 500 ]; do
	read -r x < vault
	i=$((i + 1))
done
echo x >> vault
END
"$saker" -b --json -v hits --no-default-rules --rules opens.yaml -- sh reads.sh > rows 2> err
python3 - rows << 'END' || failed=$((failed + 1))
import json, sys
last = json.loads(open(sys.argv[1]).read().splitlines()[-1])
if last["health"]["events"] >= 400:
    sys.exit("test_alerts: %d events for one open for writing among 500" % last["health"]["events"])
END

# Floods of one kind: the first come at once, the others as one, and the numbers add up.
cat > flood.sh << 'END'
i=0
while [ $i -lt 200 ]; do
	echo x >> vault
	i=$((i + 1))
done
sh -c ': other'
END
"$saker" alerts --json --rules rules.yaml -- sh flood.sh > json 2> err || bad "flood: $(cat err)"
python3 - json << 'END' || failed=$((failed + 1))
import json, sys
alerts = [json.loads(line) for line in open(sys.argv[1])]
vault = [a for a in alerts if a["rule"] == "Vault written"]
first = [a for a in vault if "repeated" not in a]
rest = sum(a.get("repeated", 0) for a in vault)
if len(first) != 5 or rest != 195:
    sys.exit("test_alerts: %d came at once, %d as others" % (len(first), rest))
if " times in " not in vault[-1]["output"] or vault[-1]["repeated_since"] < first[-1]["time"]:
    sys.exit("test_alerts: the last is %s" % vault[-1])
if not any(a["rule"] == "Shell runs" for a in alerts):
    sys.exit("test_alerts: a flood hides other alerts")
END
"$saker" alerts --json --throttle 0 --rules rules.yaml -- sh flood.sh > json 2> err || bad "flood: $(cat err)"
[ "$(grep -c Vault json)" = 200 ] || bad "--throttle 0: $(grep -c Vault json) of 200"

# Both rules that match, or the first.
sed 's/Shell runs/Shell runs again/' rules.yaml | tail -6 | cat rules.yaml - > both.yaml
"$saker" alerts --json --rules both.yaml -- sh -c 'sh -c ": a"; :' > json 2> err
[ "$(names json)" = "Notice:Shell_runs:called " ] || bad "first: $(names json)"
"$saker" alerts --json --rule-matching all --rules both.yaml -- sh -c 'sh -c ": a"; :' > json 2> err
[ "$(names json)" = "Notice:Shell_runs:called Notice:Shell_runs_again:called " ] || bad "all: $(names json)"

# Beside any mode to a file: appended, 0600, opened anew on SIGHUP.
for mode in -b stream "record -w cap2.scap" "alerts --json"; do
	rm -f file
	# shellcheck disable=SC2086
	"$saker" $mode --rules rules.yaml --alerts file -- sh load.sh "$root" > text 2> err || bad "$mode --alerts: $(cat err)"
	[ "$(grep -c 'Critical vault written' file)" = 4 ] || bad "$mode --alerts: $(cat file)"
	[ "$(stat -c %a file)" = 600 ] || bad "$mode --alerts: mode $(stat -c %a file)"
done
"$saker" stream --rules rules.yaml --alerts file --alerts-format json -- sh load.sh "$root" > text 2> err
[ "$(wc -l < file)" = 10 ] || bad "appended: $(cat file)"
tail -5 file > json
[ "$(names json)" = "$want" ] || bad "--alerts-format json: $(names json)"
cat > rotate.sh << 'END'
echo x >> vault
while [ ! -s file ]; do sleep 0.05; done
mv file file.1
kill -HUP $PPID
while [ ! -e file ]; do sleep 0.05; done
echo x >> vault
END
rm -f file
timeout 20 "$saker" alerts --rules rules.yaml --alerts file -- sh rotate.sh > text 2> err || bad "SIGHUP: status $?: $(cat err)"
[ "$(cat file.1 file | wc -l)" = 2 ] || bad "SIGHUP: $(cat file.1), $(cat file)"

# Rules follow their files: a new text, a wrong one (those before stay), a new file in a folder.
mkdir rules.d
cp rules.yaml rules.d/a.yaml
cat > reload.sh << 'END'
# said N TEXT: waits until standard error has so many lines with the text.
said() {
	i=0
	while [ "$(grep -c "$2" err)" -lt "$1" ] && [ $i -lt 400 ]; do
		sleep 0.05
		i=$((i + 1))
	done
}
echo x >> vault
sed 's/output: vault written/output: vault changed/' rules.d/a.yaml > new
mv new rules.d/a.yaml
said 1 reloaded:
echo x >> vault
cp rules.d/a.yaml good
sed 's/fd.name =/fd.nam =/' good > rules.d/a.yaml
said 1 'not reloaded:'
echo x >> vault
cp good rules.d/a.yaml
said 2 'reloaded:'
sed -n '/Shell runs/,$p' good | sed 's/Shell runs/Echo runs/; s/and proc.name = sh and proc.pname = sh/and proc.name = echo/' > rules.d/b.yaml
said 3 reloaded:
/bin/echo > /dev/null
echo x >> vault
END
timeout 120 "$saker" alerts --json --rules rules.d -- sh reload.sh > json 2> err || bad "reload: status $?: $(cat err)"
[ "$(grep -oE 'vault (written|changed)' json | tr '\n' ,)" = "vault written,vault changed,vault changed,vault changed," ] ||
	bad "reload: $(grep -oE 'vault (written|changed)' json | tr '\n' ,)"
grep -q '"rule":"Echo runs"' json || bad "a new file in the folder has no effect"
grep -q "rules not reloaded: rules.d/a.yaml:3:.*fd.nam; did you mean .*; those before stay" err ||
	bad "reload: said $(cat err)"

# What cannot be written is said and makes the status 1, and the rest goes on.
"$saker" alerts --rules rules.yaml --alerts /dev/full -- sh load.sh "$root" > text 2> err
[ $? -eq 1 ] || bad "/dev/full: no status 1"
grep -q 'alerts cannot be written to /dev/full: No space left on device; 1 are missing' err || bad "/dev/full: $(cat err)"
[ "$(grep -c 'vault written' text)" = 4 ] || bad "/dev/full: $(cat text)"
ln -s file.1 link
"$saker" alerts --rules rules.yaml --alerts link -- true > text 2> err
[ $? -eq 2 ] || bad "a link: no status 2"
grep -q 'is a symbolic link' err || bad "a link: $(cat err)"
ln file.1 file.2
"$saker" alerts --rules rules.yaml --alerts file.2 -- true > text 2> err
grep -q 'a hard link' err || bad "a file with two names: $(cat err)"

# The system's log: a socket of our own in its place, which is made anew meanwhile.
cat > log.py << 'END'
import os, socket, sys
def listen():
    log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    log.bind("log")
    return log
log = listen()
open("ready", "w").close()
out = open("messages", "wb", 0)
out.write(log.recv(65536) + b"\n")
log.close()
os.unlink("log")
log = listen()
open("again", "w").close()
out.write(log.recv(65536) + b"\n")
END
python3 log.py &
python=$!
while [ ! -e ready ]; do sleep 0.05; done
cat > twice.sh << 'END'
echo x >> vault
while [ ! -e again ]; do sleep 0.05; done
echo x >> vault
END
timeout 20 "$saker" stream --rules rules.yaml --alerts-syslog --syslog-socket "$root/log" -- sh twice.sh > text 2> err ||
	bad "syslog: status $?: $(cat err)"
wait $python
# Facility user (1), severity critical (2).
grep -cE '^<10>[A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8} saker\[[0-9]+\]: [0-9:.]+: Critical vault written' messages | grep -qx 2 ||
	bad "syslog: $(cat messages)"

# Wrong use, before anything is loaded.
wants() {
	text=$1
	shift
	"$saker" "$@" > out 2> err
	rc=$?
	[ $rc -eq 2 ] || bad "saker $*: status $rc"
	grep -qF -- "$text" err || bad "saker $*: said $(cat err)"
	[ ! -s out ] || bad "saker $*: printed $(cat out)"
}
printf -- '- rule: a\n  desc: b\n  condition: evt.typ = open\n  output: c\n  priority: INFO\n' > wrong.yaml
wants 'leaves no rules' alerts --no-default-rules
wants 'wrong.yaml' alerts --rules wrong.yaml
wants 'nothing.yaml' alerts --rules nothing.yaml
wants 'expected emergency' alerts --priority hot --rules rules.yaml
wants 'expected called or both' alerts --names all --rules rules.yaml
wants 'no rule of priority' alerts --priority emergency --rules rules.yaml
wants 'FILTER' alerts --rules rules.yaml evt.type=open
wants 'stream shows no hits' stream --rules rules.yaml
wants '/nowhere: No such file' alerts --rules rules.yaml --alerts-syslog --syslog-socket /nowhere
[ $failed -eq 0 ]

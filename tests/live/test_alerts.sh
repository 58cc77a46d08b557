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
"$saker" -b --json -v hits --rules opens.yaml -- sh reads.sh > rows 2> err
python3 - rows << 'END' || failed=$((failed + 1))
import json, sys
last = json.loads(open(sys.argv[1]).read().splitlines()[-1])
if last["health"]["events"] >= 400:
    sys.exit("test_alerts: %d events for one open for writing among 500" % last["health"]["events"])
END

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
wants 'saker alerts --rules FILE' alerts
wants 'wrong.yaml' alerts --rules wrong.yaml
wants 'nothing.yaml' alerts --rules nothing.yaml
wants 'expected emergency' alerts --priority hot --rules rules.yaml
wants 'expected called or both' alerts --names all --rules rules.yaml
wants 'no rule of priority' alerts --priority emergency --rules rules.yaml
wants 'FILTER' alerts --rules rules.yaml evt.type=open
wants '--rules' stream --rules rules.yaml
[ $failed -eq 0 ]

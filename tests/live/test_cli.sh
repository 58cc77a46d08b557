#!/bin/sh
# The program as a shell sees it: statuses, sentences, pipes that close, signals, COMMAND, output
# files, no root, two at once. Watches only what it starts.
set -u
saker=$(cd "${O:-build}" && pwd)/saker
here=$(cd "$(dirname "$0")" && pwd)
root=$(mktemp -d) || exit 1
trap 'rm -rf "$root"' EXIT
cd "$root" || exit 1
failed=0
checks=0
# A config of the machine must not decide.
HOME=$root
export HOME

bad() {
	echo "test_cli: $*"
	failed=$((failed + 1))
}

# wants STATUS TEXT ARG...: runs saker; TEXT is a part of its standard error, "" wants silence. The
# limit is there for what hangs; a virtual machine may stand still for half a minute.
wants() {
	status=$1 text=$2
	shift 2
	checks=$((checks + 1))
	timeout -k 5 120 "$saker" "$@" > out 2> err < /dev/null
	got=$?
	[ $got -eq "$status" ] || bad "saker $*: status $got, wanted $status: $(cat err)"
	if [ -z "$text" ]; then
		[ ! -s err ] || bad "saker $*: standard error not empty: $(cat err)"
	else
		grep -qF -- "$text" err || bad "saker $*: standard error is: $(cat err)"
		[ "$(wc -l < err)" -le 2 ] || bad "saker $*: more than two lines: $(cat err)"
	fi
}

# --- bad input: needs no privileges, must be refused before anything is loaded ---
wants 2 'saker: stream shows no hits of rules: --alerts FILE or --alerts-syslog go with --rules, or saker alerts' \
	stream --rules x
wants 2 'did you mean --theme?' --tehme dark
wants 2 'saker: FILTER, column 1: ' -b evt.typ=open
"$saker" check -e 'proc.name=sh' > out 2> err && [ "$(cat out)" = 'proc.name = sh' ] && [ ! -s err ] ||
	bad "check -e: $(cat out err)"
"$saker" check -e 'proc.nam=sh' > out 2> err && bad 'check -e takes what is wrong'
grep -q 'did you mean proc.name?' err && [ ! -s out ] || bad "check -e: $(cat out err)"
wants 2 'did you mean openat?' stream evt.type=opnat
wants 2 'saker: FILTER, column 9: expected an operator' stream evt.type
wants 2 'saker: -r nosuch.scap: No such file or directory' stream -r nosuch.scap
wants 2 'saker: record needs a file' record
wants 2 'saker: -p 0: expected' -p 0
wants 2 'saker: -p 4194304: no such process' -b -p 4194304
wants 2 'saker: -u nosuchuser: no such user' -u nosuchuser
wants 2 'saker: --comm 1234567890123456: expected' --comm 1234567890123456
wants 2 'saker: -d 0.05: expected' -d 0.05
wants 2 'saker: -n 0: expected' -b -n 0
wants 2 'saker: -M nan: expected' -b -M nan
wants 2 'saker: --format xml: expected text, json or csv' -b --format xml
wants 2 'saker: -v processs: no such view; did you mean processes?' -b -v processs
wants 2 'saker: --view qqqqqqqq: no such view; there are processes, syscalls, ' -b --view qqqqqqqq
wants 2 'this view shows one event' -b -v event
wants 2 'saker: --theme drak: ' --theme drak
wants 2 'buffer size 3M is not a power of two; the nearest valid size is 4M' -b --buffer-size 3M
wants 2 'buffer size 512K is less than the smallest' -b --buffer-size 512K
wants 2 'buffer preset 11 is not in 1..10' -b --buffer-preset 11
wants 2 'CPUs per buffer are more than' -b --cpus-per-buffer 4000
wants 2 'saker: -s: 40000 bytes' -b -s 40000
wants 2 'saker: --memory 1M: expected at least 16M' -b --memory 1M
wants 2 'saker: nosuch.yaml: No such file or directory' -b --config nosuch.yaml
wants 2 'saker: list vews: no such subject; did you mean views?' list vews
wants 2 'the monitor needs a terminal; saker -b prints its views'
wants 2 'the monitor needs a terminal; saker -b prints its views' -v opens
printf 'view: processes\ndealy: 2\n' > bad.yaml
wants 2 'saker: bad.yaml:2:1: unknown key dealy; did you mean delay?' -b --config bad.yaml
mkdir -p .config/saker/views
printf 'view: syscals\n' > .config/saker/config.yaml
wants 2 "saker: $root/.config/saker/config.yaml:1:7 syscals: no such view; did you mean syscalls?" -b
rm .config/saker/config.yaml
printf 'name: mine\ntitle: Mine\nentity: process\ncolumns: [pid, nosuch]\n' > .config/saker/views/mine.yaml
wants 2 'views/mine.yaml:4:' -b
rm -r .config
printf 'x\033[31mx\n' > hostile
wants 2 'x\x1b[31mx' "$(cat hostile)"

# --- what needs neither root nor a probe ---
for words in --help -V 'list views' 'list columns' 'list events' 'list syscalls' 'list themes' \
	'list keys' 'list options' 'list rules' 'list rule-codes'; do
	# shellcheck disable=SC2086 # split on purpose
	wants 0 '' $words
	[ -s out ] || bad "saker $words: prints nothing"
done
for subject in views columns events syscalls themes keys options; do
	wants 0 '' list $subject --json
	python3 -c 'import json, sys; sys.exit(not len(json.load(open("out"))))' || bad "list $subject --json"
done
"$saker" --help | grep -q -- '--cpus-per-buffer N' || bad '--help lacks an option'

# --- rule files: no privileges, no probe ---
mkdir rules.d
printf -- '- {list: l, items: [sh]}\n' > rules.d/10.yaml
cat > rules.d/20.yml << 'EOF'
- rule: shell
  desc: a shell
  condition: evt.type = execve and proc.name in (l)
  output: shell %proc.name
  priority: NOTICE
EOF
printf -- '- macro: m\n  condition: evt.type = open and (\n' > wrong.yaml
printf 'not a rule file\n' > rules.d/ignored.txt
wants 0 '' check rules.d
grep -qx 'rules.d/20.yml: Ok' out || bad "check rules.d: $(cat out)"
grep -qx '1 rule, 0 macros, 1 list' out || bad "check rules.d: $(cat out)"
cat > above.yaml << 'END'
- rule: Password hashes read
  condition: and proc.name != backup
  override:
    condition: append
END
wants 0 '' check above.yaml
[ "$(sed '$d' out)" = 'above.yaml: Ok' ] || bad "check above.yaml: $(cat out)"
grep -q 'rules, .* lists, with the default rules beneath$' out || bad "check above.yaml: $(cat out)"
wants 1 '' check above.yaml wrong.yaml
wants 1 '' check rules.d wrong.yaml
grep -qx 'wrong.yaml: Invalid' out || bad "check wrong.yaml: $(cat out)"
grep -qF 'macro condition: (wrong.yaml:2:14)' out || bad "check wrong.yaml: $(cat out)"
wants 1 '' check --json nowhere.yaml
python3 -c 'import json; r = json.load(open("out"))["falco_load_results"][0]
assert r["successful"] is False and r["errors"][0]["code"] == "LOAD_ERR_FILE_READ", r' ||
	bad "check nowhere.yaml --json: $(cat out)"
wants 2 'saker: check needs a rule file' check
wants 0 '' list rules --rules rules.d
grep -q '^Notice .*yes .*shell$' out || bad "list rules: $(cat out)"
wants 0 '' list rules --json --rules rules.d
python3 -c 'import json; r = json.load(open("out"))[0]
assert r["name"] == "shell" and r["lists"] == ["l"] and r["events"] == ["execve"], r' ||
	bad "list rules --json: $(cat out)"
# Default rules: behind those of files; a folder beside the config file adds to them or replaces them.
names() { "$saker" list rules --json "$@" | python3 -c 'import json, sys
rules = [r["name"] for r in json.load(sys.stdin)]
print(len(rules), rules[0], rules[-1], sep=", ")'; }
mine() { printf -- '- {rule: %s, desc: d, condition: evt.type = open, output: o, priority: info}\n' "$1"; }
built_in=$(names | cut -d, -f1)
[ "$built_in" -ge 20 ] || bad "default rules: $(names)"
case $(names --rules rules.d) in "$((built_in + 1)), shell, "*) ;; *) bad "with a file: $(names --rules rules.d)" ;; esac
[ "$(names --no-default-rules --rules rules.d)" = '1, shell, shell' ] || bad "--no-default-rules: $(names --no-default-rules --rules rules.d)"
mkdir -p .config/saker/rules
mine site > .config/saker/rules/site.yaml
case $(names) in "$((built_in + 1)), site, "*) ;; *) bad "a folder of rules: $(names)" ;; esac
mine ours > .config/saker/rules/default.yaml
[ "$(names)" = '2, site, ours' ] || bad "default.yaml in it: $(names)"
echo '- {rule: ours, desc: d, condition: evt.typ = open, output: o, priority: info}' > .config/saker/rules/default.yaml
"$saker" list rules > out 2> err
[ $? -eq 2 ] && grep -qF '/rules/default.yaml:1:' err || bad "a wrong default.yaml: $(cat err)"
rm -r .config
checks=$((checks + 1))
"$saker" list rules --rules wrong.yaml > out 2> err
[ $? -eq 2 ] && grep -qF 'LOAD_ERR_COMPILE_CONDITION' err || bad "list rules of a wrong file: $(cat err)"

"$saker" list columns | head -1 > /dev/null || bad 'list into a closed pipe'
"$saker" --help > /dev/full 2> err && bad 'a full disk is not noticed'
grep -qx 'saker: cannot write to standard output: No space left on device' err || bad "a full disk: $(cat err)"
"$saker" list fields > /dev/full 2> err && bad 'a full disk is not noticed by list'
grep -qx 'saker: cannot write to standard output: No space left on device' err || bad "list, a full disk: $(cat err)"

# --- the completion offers what the parser takes ---
O=$(dirname "$saker") sh "$here/../../man/make.sh" man || bad 'the pages cannot be made'
offers() { # offers WORD... -- LINE...: the last word of LINE is what is completed
	wanted=
	while [ "$1" != -- ]; do
		wanted="$wanted $1"
		shift
	done
	shift
	checks=$((checks + 1))
	bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _saker; printf "%s\n" "${COMPREPLY[@]}"' \
		bash man/saker.bash saker "$@" > offered 2> err || bad "completion of $*: $(cat err)"
	for word in $wanted; do
		grep -qxF -e "$word" offered || bad "completion of $*: no $word in $(cat offered)"
	done
}
"$saker" list modes --json | python3 -c 'import json, sys
print(*(row["subcommand"] for row in json.load(sys.stdin) if row["subcommand"]))' > subcommands
# shellcheck disable=SC2046
offers $(cat subcommands) record doctor -- ''
offers views fields modes subjects -- list ''
offers hostile -- record -w host
offers hostile -- -r host
offers signals -- --events sig
for subject in $(tail -n +2 offered) $("$saker" list subjects | tail -n +2); do
	[ "$subject" = rules ] || wants 0 '' list "$subject"
done
"$saker" list options --json > options.json
python3 -c 'import json, sys
for row in json.load(open("options.json")):
    print(*(["-" + row["letter"]] if row["letter"] else []), *(["--" + row["name"]] if row["name"] else []))' > flags
# shellcheck disable=SC2046
offers $(cat flags) -- -b -
# Every option and synopsis is in the page and in --help.
"$saker" --help > help
for word in $(cat flags); do
	grep -qF -e "$word" help || bad "--help has no $word"
	sed 's/\\-/-/g; s/\\f[A-Z]//g' man/saker.1 | grep -qF -e "$word" || bad "saker.1 has no $word"
done
"$saker" list modes --json | python3 -c 'import json, sys
page = open("man/saker.1").read().replace("\\-", "-")
for font in "BIR":
    page = page.replace("\\f" + font, "")
help = open("help").read()
for row in json.load(sys.stdin):
    assert row["synopsis"] in page.splitlines(), row
    assert row["synopsis"] in help, row' 2> err || bad "a synopsis is missing: $(cat err)"

# --- without privileges: one sentence and what to do, status 1 ---
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
	cp "$saker" "$root/saker" && chmod 755 "$root" "$root/saker"
	for words in '-b -n 1' 'stream -n 1' '-b -n 1 -- true'; do
		# shellcheck disable=SC2086 # split on purpose
		timeout 30 setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
			"$root/saker" $words > out 2> err
		got=$?
		[ $got -eq 1 ] || bad "nobody: saker $words: status $got: $(cat err)"
		grep -q 'CAP_' err || bad "nobody: saker $words: no capability named: $(cat err)"
		[ ! -s out ] || bad "nobody: saker $words: prints something"
	done
	timeout 30 setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
		"$root/saker" doctor > out 2> err
	[ $? -eq 1 ] || bad "nobody: doctor finds nothing wrong"
	grep -q 'FAIL' out || bad "nobody: doctor: $(cat out)"
	grep -q 'not supported' out && bad "nobody: what cannot be tried is called missing: $(cat out)"
fi

if [ "$(id -u)" != 0 ]; then
	echo 'test_cli: no root: nothing was loaded'
	[ $failed -eq 0 ] && exit 77
	exit 1
fi

# --- the running kernel ---
wants 0 '' doctor
wants 0 '' doctor --json
python3 - << 'EOF' || bad 'doctor --json'
import json
report = json.load(open("out"))
assert report["ok"] is True and all(check["found"] for check in report["checks"])
EOF

wants 0 '' -b -n 2 -d 0.1
[ "$(grep -c '^saker ' out)" -eq 2 ] || bad "-b -n 2 prints $(grep -c '^saker ' out) tables"
wants 0 '' -b -n 3 -d 0.1 --json
python3 - << 'EOF' || bad '-b -n 3 --json'
import json
lines = [json.loads(line) for line in open("out")]
assert [line.get("final", False) for line in lines] == [False, False, False, True], len(lines)
assert all(line["view"] == "processes" and line["rows"] for line in lines)
assert lines[0]["time_ns"] < lines[1]["time_ns"] < lines[2]["time_ns"] <= lines[3]["time_ns"]
assert set(lines[0]["health"]) >= {"calls", "events", "drops", "lag_ns"}
EOF
wants 0 '' -b -n 2 -d 0.1 --format csv -v syscalls
python3 - << 'EOF' || bad '-b --format csv'
import csv
rows = list(csv.reader(open("out", newline="")))
assert rows[0][:2] == ["time_ns", "syscall"] and len(rows) > 2
assert len({len(row) for row in rows}) == 1 and len({row[0] for row in rows[1:]}) == 2
EOF
wants 0 '' -b -M 0.5 -d 0.2 --json
[ "$(wc -l < out)" -ge 2 ] || bad '-M: no intervals'

# Statuses of COMMAND.
wants 0 '' -b --output table -- true
wants 3 '' -b --output table -- sh -c 'exit 3'
wants 127 'saker: nosuchprogram: command not found' -b -- nosuchprogram
wants 126 'saker: /etc/passwd: Permission denied' -b -- /etc/passwd
# shellcheck disable=SC2016 # for the inner shell
wants 137 '' -b --output table -- sh -c 'kill -9 $$'
# shellcheck disable=SC2016 # for the inner shell
wants 143 '' stream --output table -- sh -c 'kill $$'
wants 5 '' stream --json --output lines -- sh -c 'exit 5'
wants 0 '' -b --output table -- sh -c 'echo from command'
[ "$(cat out)" = 'from command' ] || bad "COMMAND's output: $(cat out)"
grep -q ' final$' table || bad '-b with COMMAND: no final table'

# What COMMAND did is complete: the counts after its end, the events of its last moments.
cat > calls.sh << 'EOF'
i=0
while [ $i -lt 1000 ]; do kill -0 $$; i=$((i + 1)); done
: > one; : > two; : > three
EOF
wants 0 '' -b -d 60 -v syscalls --json --output counts -- sh calls.sh
python3 - << 'EOF' || bad 'counts of COMMAND'
import json
lines = [json.loads(line) for line in open("counts")]
assert len(lines) == 1 and lines[0]["final"] is True
calls = {row["syscall"]: row["calls_total"] for row in lines[0]["rows"]}
assert calls["kill"] == 1000, calls.get("kill")
assert calls["execve"] == 1, calls["execve"]
EOF
wants 0 '' stream --json --output lines -- sh calls.sh
python3 - << 'EOF' || bad 'events of COMMAND'
import json
lines = [json.loads(line) for line in open("lines")]
events = [line for line in lines if "evt.type" in line]
assert sum(line["evt.type"] == "kill" for line in events) == 1000
opened = [line["args"].get("name", "") for line in events if line["evt.type"] == "openat"]
assert [name.split("/")[-1] for name in opened][-3:] == ["one", "two", "three"], opened[-3:]
assert len({line["evt.num"] for line in events}) == len(events)
assert all(set(line) >= {"evt.num", "evt.time", "thread.tid", "proc.pid", "proc.name", "container.id",
                         "evt.type", "evt.res", "latency_ns", "args"} for line in events)
EOF
# FILTER: what it accepts and nothing else, in lines and in views; -n counts what is shown.
wants 0 '' stream --json --output lines 'evt.type = openat and (evt.failed = true' or \
	'evt.arg.name endswith two)' -- sh -c 'cat missing 2> cat.err; : > two; : > three'
python3 - << 'EOF' || bad 'events that FILTER accepts'
import json
lines = [json.loads(line) for line in open("lines")]
events = [line for line in lines if "evt.type" in line]
assert events and all(line["evt.type"] == "openat" for line in events)
names = [line["args"].get("name", "") for line in events]
assert "missing" in names and names[-1].endswith("two"), names
assert all(line["evt.res"] != "0" or name.endswith("two") for line, name in zip(events, names))
EOF
wants 0 '' -b -d 60 -v opens --json --output counts evt.arg.name endswith two -- \
	sh -c ': > one; : > two; : > three'
python3 - << 'EOF' || bad 'a view of what FILTER accepts'
import json
rows = [row for line in open("counts") for row in json.loads(line)["rows"]]
assert [row["path"].split("/")[-1] for row in rows] == ["two"], rows
EOF
wants 0 '' stream -n 3 --output lines evt.type=kill -- sh calls.sh
[ "$(grep -c ' kill ' lines)" -eq 3 ] || bad "stream -n 3 FILTER prints $(cat lines)"
wants 0 '' stream -n 5 --output lines -- sh calls.sh
[ "$(wc -l < lines)" -eq 5 ] || bad "stream -n 5 prints $(wc -l < lines) lines"

# Of events each interval shows those that came in it: every open once.
wants 0 '' -b -d 0.2 -v opens --json --output counts -- \
	sh -c ': > one; sleep 0.5; : > two; sleep 0.5; : > three'
python3 - << 'EOF' || bad 'opens by interval'
import json
tables = [json.loads(line)["rows"] for line in open("counts")]
rows = [row for table in tables for row in table]
assert len({row["num"] for row in rows}) == len(rows), "an event is there twice"
where = [[i for i, table in enumerate(tables) for row in table if row["called"] == name]
         for name in ("one", "two", "three")]
assert [len(found) for found in where] == [1, 1, 1], where
assert where[0][0] < where[1][0] < where[2][0], where
EOF
wants 0 '' -b -n 1 -d 0.1 -v health --json
python3 -c 'import json; assert json.loads(open("out").readline())["rows"]' || bad 'no buffers in -v health'

# Scope: of two that run, only the named one is there.
sleep 300 &
one=$!
sleep 300 &
two=$!
wants 0 '' -b -n 1 -d 0.1 --json -p $one
python3 - $one << 'EOF' || bad '-p PID'
import json, sys
rows = json.loads(open("out").readline())["rows"]
assert [row["pid"] for row in rows] == [int(sys.argv[1])], rows
EOF
wants 0 '' -b -n 1 -d 0.1 --json --comm sleep -u root
python3 - $one $two << 'EOF' || bad '--comm NAME -u USER'
import json, sys
pids = {row["pid"] for row in json.loads(open("out").readline())["rows"]}
assert pids >= {int(sys.argv[1]), int(sys.argv[2])}, pids
EOF
kill $one $two
wait $one $two 2> err

# The monitor, in a terminal, ends by itself and leaves nothing behind.
for words in '-n 2 -d 0.1' '-M 0.5 -v stream -- sleep 300'; do
	checks=$((checks + 1))
	TERM=xterm timeout -k 5 60 script -qec "$saker $words" screen < /dev/null > out 2> err
	got=$?
	[ $got -eq 0 ] || bad "saker $words in a terminal: status $got"
	grep -q 'drop' screen || bad "saker $words in a terminal: no screen"
done
TERM=nosuch timeout -k 5 60 script -qec "$saker -n 1" screen < /dev/null > out 2> err
[ $? -eq 1 ] || bad 'an unknown terminal is not refused'
grep -q "terminal 'nosuch' is not known" out || bad "an unknown terminal: $(cat out)"

# Output files.
wants 2 'saker: --output /nosuchfolder/x: No such file or directory' -b --output /nosuchfolder/x
wants 0 '' -b -n 1 -d 0.1 --output made
[ "$(stat -c %a made)" = 600 ] || bad "--output: mode $(stat -c %a made)"
# A file that is there is made anew: its other name keeps text and mode.
echo older-than-this-run > there && chmod 644 there && ln there other
wants 0 '' -b -n 1 -d 0.1 --output there
[ "$(stat -c %a there)" = 600 ] || bad "--output: mode of an old file $(stat -c %a there)"
grep -q older-than there && bad '--output: the old text is still there'
[ "$(cat other)" = older-than-this-run ] || bad "--output: the old file's other name lost its text"
[ "$(stat -c %a other)" = 644 ] || bad '--output: the mode of another name changed'
# A link is never followed, whether it leads somewhere or not.
ln -s other link && ln -s nowhere dangling
wants 2 'saker: --output link: is a symbolic link; name the file itself' -b -n 1 --output link
wants 2 'saker: --output dangling: is a symbolic link; name the file itself' -b -n 1 --output dangling
wants 2 'saker: --output made/x: Not a directory' -b -n 1 --output made/x
wants 2 "saker: --output $root: Is a directory" -b -n 1 --output "$root"
[ "$(cat other)" = older-than-this-run ] || bad '--output: a link was followed'
[ ! -e nowhere ] || bad '--output: a link to nowhere was followed'
# Devices, fifos and the streams are written as they are.
mkfifo fifo && chmod 644 fifo
cat fifo > from_fifo &
reader=$!
wants 0 '' -b -n 1 -d 0.1 --output fifo
wait $reader
grep -q '^saker ' from_fifo || bad '--output: nothing came through a fifo'
[ "$(stat -c %a fifo)" = 644 ] || bad '--output: the mode of a fifo changed'
wants 0 '' -b -n 1 -d 0.1 --output /dev/stdout
grep -q '^saker ' out || bad '--output /dev/stdout: nothing'
"$saker" -b -n 1 -d 0.1 --output /dev/stderr > out 2> err
[ ! -s out ] && grep -q '^saker ' err || bad '--output /dev/stderr: nothing'
SUDO_UID=65534 SUDO_GID=65534 "$saker" -b -n 1 -d 0.1 --output given 2> err
[ "$(stat -c %u:%g:%a given)" = 65534:65534:600 ] || bad "--output through sudo: $(stat -c %u:%g:%a given)"
ln given kept && chown 0 given
SUDO_UID=65534 SUDO_GID=65534 "$saker" -b -n 1 -d 0.1 --output given 2> err
[ "$(stat -c %u given)" = 65534 ] || bad '--output through sudo: a file made anew is not the caller'\''s'
[ "$(stat -c %u kept)" = 0 ] || bad '--output through sudo: an old file changed its owner'
wants 1 'saker: cannot write to /dev/full: No space left on device' -b -n 1 -d 0.1 --output /dev/full

# Pipes that close: quiet, status 0, at once. Something happens all the time in what is watched.
touch busy
(while [ -e busy ]; do sleep 0.05; done) &
ticker=$!
for words in '-b -d 0.1' '-b -d 0.1 --json' '-b -d 0.1 --format csv' 'stream' 'stream --json'; do
	checks=$((checks + 1))
	# shellcheck disable=SC2086 # split on purpose
	{
		timeout -k 5 120 "$saker" $words -p $ticker 2> err
		echo $? > status
	} | head -1 > first
	[ "$(cat status)" = 0 ] || bad "saker $words into head: status $(cat status)"
	[ -s first ] || bad "saker $words into head: no line"
	[ ! -s err ] || bad "saker $words into head: $(cat err)"
done
rm busy
wait $ticker
# Also when there is nothing to write.
{
	timeout -k 5 120 "$saker" stream --comm nosuchcommand 2> err
	echo $? > status
} | true
[ "$(cat status)" = 0 ] || bad "an idle stream into a closed pipe: status $(cat status)"

# Signals: a clean end with totals, in both modes; a second saker is not disturbed.
"$saker" -b -d 0.2 --json --output first.json 2> first.err &
first=$!
"$saker" stream --json --comm nosuchcommand --output second.json 2> second.err &
second=$!
"$saker" -b -d 0.2 -n 4 --json > third.json 2> third.err
[ $? -eq 0 ] || bad "a third saker: $(cat third.err)"
[ "$(wc -l < third.json)" -eq 5 ] || bad "a third saker: $(wc -l < third.json) lines"
kill -TERM $first
wait $first
[ $? -eq 0 ] || bad 'SIGTERM: -b does not end with 0'
kill -INT $second
wait $second
[ $? -eq 0 ] || bad 'SIGINT: stream does not end with 0'
for err in first.err second.err; do
	grep -qE '^saker: (>= )?[0-9]+ calls, [0-9]+ events, [0-9]+ lost$' $err || bad "$err: $(cat $err)"
done
tail -1 first.json | grep -q '"final":true' || bad 'SIGTERM: no final object'
for mode in '-b -d 0.2' 'stream --comm nosuchcommand'; do
	# shellcheck disable=SC2086
	"$saker" $mode --output ended.txt 2> err &
	run=$!
	until [ -e ended.txt ]; do sleep 0.1; done
	sleep 1
	kill -QUIT $run
	wait $run
	got=$?
	rm -f ended.txt
	[ $got -eq 0 ] && grep -q ' lost$' err || bad "SIGQUIT: $mode: status $got: $(cat err)"
done

# A signal is handed to COMMAND, whose status is returned.
"$saker" -b -d 0.2 --output table -- sleep 30 2> err &
run=$!
sleep 1
kill -TERM $run
wait $run
got=$?
[ $got -eq 143 ] || bad "SIGTERM with COMMAND: status $got: $(cat err)"
# COMMAND does not outlive a run that ends first.
wants 0 '' -b -d 0.1 -n 1 --output table -- sh -c 'echo $$ > pid; exec sleep 30'
kill -0 "$(cat pid)" 2> err && bad 'COMMAND outlives the run'

# A reader who takes nothing: a run that is over ends at a signal, and COMMAND with it.
mkfifo unread
exec 3<> unread
"$saker" stream --json -M 0.5 -- sh -c 'echo $$ > pid; while :; do /bin/true; done' > unread 2> err 3>&- &
run=$!
tries=0
while kill -0 $run 2> err && [ $tries -lt 50 ]; do
	sleep 0.2
	[ $tries -lt 5 ] || kill -TERM $run 2> err
	tries=$((tries + 1))
done
[ $tries -lt 50 ] || bad 'an unread pipe holds saker'
kill -KILL $run 2> err
wait $run
exec 3>&-
tries=0
while kill -0 "$(cat pid)" 2> err && [ $tries -lt 50 ]; do
	sleep 0.1
	tries=$((tries + 1))
done
[ $tries -lt 50 ] || bad 'COMMAND outlives a killed saker'
# A flood does not put off the end.
wants 0 '' stream -M 1 --output flood -- sh -c 'while :; do /bin/true; done'
echo "test_cli: $checks checks, $failed failed"
[ $failed -eq 0 ]

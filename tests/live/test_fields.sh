#!/bin/sh
# Fields of a process that the test starts are what /proc says of it. The process is a shell in a
# session of its own, with a child; each writes down what /proc says and then opens a file of its own
# name, by which its event is found.
set -u
saker=$(cd "${O:-build}" && pwd)/saker
[ "$(id -u)" = 0 ] || { echo "skipped: the probe needs root"; exit 77; }
root=$(mktemp -d) || exit 1
trap 'rm -rf "$root"' EXIT
failed=0

cat > "$root/say.sh" << 'END'
# say.sh NAME: facts of this shell in NAME.proc, by the names of fields.
cd "$ROOT/folder" || exit 1
p=/proc/$$
stat() { sed 's/.*) //' $p/stat | cut -d' ' -f"$1"; }
status() { sed -n "s/^$1:[[:blank:]]*//p" $p/status; }
{
	echo "proc.pid=$$"
	echo "proc.ppid=$(stat 2)"
	echo "proc.pgid=$(stat 3)"
	echo "proc.sid=$(stat 4)"
	echo "proc.tty=$(stat 5)"
	echo "proc.name=$(cat $p/comm)"
	echo "proc.exe=$(tr '\0' '\n' < $p/cmdline | head -n 1)"
	echo "proc.exepath=$(readlink $p/exe)"
	echo "proc.cmdline=$(cat $p/comm) $(tr '\0' '\n' < $p/cmdline | tail -n +2 | paste -sd' ')"
	echo "proc.cwd=$(readlink $p/cwd)/"
	echo "proc.root=$(readlink $p/root)"
	echo "proc.env[MARK]=$MARK"
	echo "proc.pname=$(cat /proc/"$(stat 2)"/comm)"
	echo "proc.vpid=$(status NSpid | tr '\t' '\n' | tail -n 1)"
	echo "thread.tid=$$"
	echo "user.uid=$(status Uid | cut -f2)"
	echo "group.gid=$(status Gid | cut -f2)"
	login=$(cat $p/loginuid)
	[ "$login" = 4294967295 ] && login=-1
	echo "user.loginuid=$login"
	echo "proc.exe_ino=$(command stat -L -c %i $p/exe)"
	echo "proc.exe_ino.mtime=$(($(command stat -L -c %Y $p/exe)))"
	echo "proc.fdlimit=$(ulimit -n)"
	echo "proc.is_sid_leader=$([ "$(stat 4)" = $$ ] && echo true || echo false)"
	echo "user.name=$(id -un)"
	echo "group.name=$(id -gn)"
} > "$ROOT/$1.proc"
[ "$1" = child ] || MARK=inner sh "$ROOT/say.sh" child
: < "$ROOT/$1.mark"
END
mkdir "$root/folder"
: > "$root/parent.mark"
: > "$root/child.mark"
names="proc.pid proc.ppid proc.pgid proc.sid proc.tty proc.name proc.exe proc.exepath proc.cmdline proc.cwd proc.root
	proc.env[MARK] proc.pname proc.vpid thread.tid user.uid group.gid user.loginuid proc.exe_ino
	proc.exe_ino.mtime proc.fdlimit proc.is_sid_leader user.name group.name"
format='*%fd.name'
for name in $names; do
	format="$format	$name=%$name"
done
ROOT=$root MARK=outer "$saker" stream -o "$format" --output "$root/out" -- setsid --wait sh "$root/say.sh" parent \
	2> "$root/err" || { echo "test_fields: $(cat "$root/err")"; failed=1; }
for who in parent child; do
	grep "^$root/$who.mark	" "$root/out" | head -n 1 | tr '\t' '\n' |
		sed 's/^\(proc.exe_ino.mtime=[0-9]*\)[0-9]\{9\}$/\1/' > "$root/$who.got"
	[ -s "$root/$who.proc" ] && [ -s "$root/$who.got" ] || {
		echo "test_fields: $who: no event"
		failed=1
	}
	while IFS= read -r line; do
		grep -qxF -- "$line" "$root/$who.got" || {
			echo "test_fields: $who: /proc says $line, the fields $(grep -F -- "${line%%=*}=" "$root/$who.got")"
			failed=1
		}
	done < "$root/$who.proc"
done
# --json: the fields as an object, numbers as numbers.
"$saker" stream -o '%proc.pid %proc.name %evt.failed' --json --output "$root/json" -- sh -c : 2> "$root/err"
python3 - "$root/json" << 'END' || failed=1
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
if not rows or any(sorted(r) != ["evt.failed", "proc.name", "proc.pid"] or type(r["proc.pid"]) is not int
                   or type(r["evt.failed"]) is not bool for r in rows):
    sys.exit("test_fields: --json: %r" % rows[:3])
END
# A line without all its values is not printed; with an asterisk it is.
"$saker" stream -o '%evt.asynctype' --output "$root/none" -- sh -c : 2> /dev/null
[ -s "$root/none" ] && { echo "test_fields: lines without values: $(head -n 1 "$root/none")"; failed=1; }
"$saker" stream -o '*%evt.asynctype' --output "$root/all" -- sh -c : 2> /dev/null
[ "$(sort -u "$root/all")" = "<NA>" ] || { echo "test_fields: $(head -n 1 "$root/all")"; failed=1; }
exit $failed

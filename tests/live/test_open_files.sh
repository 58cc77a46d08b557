#!/bin/sh
# Open files of a process with files of every kind are what /proc and ss say: as a view looks at them,
# of what was there before saker as well; and as a capture that followed every call ends.
set -u
saker=$(cd "${O:-build}" && pwd)/saker
here=$(cd "$(dirname "$0")" && pwd)/open_files
[ "$(id -u)" = 0 ] || { echo "skipped: the probe needs root"; exit 77; }
root=$(mktemp -d) || exit 1
trap 'kill $life 2> /dev/null; rm -rf "$root"' EXIT
failed=0
life=

fail() { echo "test_open_files: $*"; failed=1; }
await() { # WORD: the process has said it
	for _ in $(seq 200); do
		grep -qx "$1" "$root/said" && return 0
		sleep 0.05
	done
	fail "no '$1' from the process"
	return 1
}
look() { # WHAT
	"$saker" -b -n 1 -d 0.3 -v fds -p "$life" --json 2> "$root/err" | head -n 1 |
		/usr/bin/python3 "$here/compare.py" "$life" "$1" || fail "looked at: $1: $(cat "$root/err")"
}
follow() { # WHAT
	"$saker" -b -v fds -r "$root/$1.scap" --json 2> "$root/err" |
		/usr/bin/python3 "$here/compare.py" "$life" "$1, followed" followed ||
		fail "followed: $1: $(cat "$root/err")"
}
record() { # WHAT
	"$saker" record -w "$root/$1.scap" -p "$life" 2> "$root/record" &
	recorder=$!
	for _ in $(seq 200); do
		[ -s "$root/$1.scap" ] && break
		sleep 0.05
	done
	sleep 0.3
}
stop_record() {
	kill -INT $recorder
	wait $recorder
}

mkfifo "$root/orders"
mkdir "$root/folder"
echo text > "$root/folder/plain"
/usr/bin/python3 "$here/life.py" "$root/folder" < "$root/orders" > "$root/said" 2> "$root/life.err" &
life=$!
exec 3> "$root/orders"
await ready || { cat "$root/life.err"; exit 1; }
look before
record change
echo >&3
await altered || cat "$root/life.err"
sleep 0.3
stop_record
look changed
follow change
record exec
echo >&3
await after || cat "$root/life.err"
sleep 0.3
stop_record
look executed
follow exec
exec 3>&-
wait $life
[ $failed -eq 0 ] && echo "test_open_files: open files are what /proc and ss say"
exit $failed

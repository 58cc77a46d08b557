#!/bin/sh
# A file that a rule names, written under each of its names in a container: called, relative, through a
# symbolic link, /proc/self/root, a hard link, and by io_uring. A capture of that gives the same hits.
# shellcheck disable=SC2154,SC2034 # of host.sh
set -u
# shellcheck source=/dev/null
. "$(dirname "$0")/rules/host.sh"
programs
image
CAPTURE="-w $root/names.scap"
table names.txt || exit 1
"$saker" alerts --json --throttle 0 --rules "$root/mark.yaml" -r "$root/names.scap" > "$root/read.json" 2> "$root/err" ||
	{ echo "alerts -r: $(cat "$root/err")"; exit 1; }
python3 "$rules/run.py" check "$rules/names.txt" "$root/read.json" "$root/rules.json"

#!/bin/sh
# Names of real containers: podman and runc run one each, in folders of their own; what saker shows
# of their processes is what the runtime says.
set -u
saker=$(cd "${O:-build}" && pwd)/saker
[ "$(id -u)" = 0 ] || { echo "skipped: podman and runc need root"; exit 77; }
for tool in podman runc busybox python3; do
	command -v $tool > /dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
root=$(mktemp -d) || exit 1
failed=0
CONTAINERS_CONF=$root/containers.conf
export CONTAINERS_CONF
podman() {
	command podman --root "$root/graph" --runroot "$root/run" --tmpdir "$root/tmp" \
		--storage-driver overlay --cgroup-manager cgroupfs --events-backend file --runtime runc "$@"
}
id=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
cleanup() {
	podman rm -f -t 0 -a > /dev/null 2>&1
	runc --root "$root/runc" kill "$id" KILL > /dev/null 2>&1
	runc --root "$root/runc" delete -f "$id" > /dev/null 2>&1
	umount -q -l "$root/graph/overlay" 2> /dev/null
	rm -rf "$root"
}
trap cleanup EXIT

# No raised limits and no network: neither is needed, and a sandboxed machine refuses them.
cat > "$CONTAINERS_CONF" << 'END'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
pids_limit = 0
netns = "none"
END
mkdir -p "$root/fs/bin" "$root/fs/proc" "$root/fs/sys" "$root/fs/dev" "$root/fs/etc" "$root/fs/tmp"
cp "$(command -v busybox)" "$root/fs/bin/busybox"
ln -s busybox "$root/fs/bin/sleep"
ln -s busybox "$root/fs/bin/sh"
# Users of its own: who is 4321 in there nobody else knows. A link out of the root stays in it.
printf 'root:x:0:0::/root:/bin/sh\nkeeper:x:4321:77::/srv/keeper:/bin/sh\n' > "$root/fs/etc/users"
ln -s /etc/users "$root/fs/etc/passwd"
printf 'root:x:0:\ntill:x:77:\n' > "$root/fs/etc/group"
tar -C "$root/fs" -cf "$root/fs.tar" .

# sees PID COLUMN WANT [OPTION...]: within some refreshes the row of PID has that value in a column.
sees() {
	pid=$1 column=$2 want=$3
	shift 3
	[ $# -gt 0 ] || set -- -p "$pid"
	"$saker" -b -v processes --json -d 0.2 -n 50 "$@" 2> "$root/err" |
		python3 -c '
import json, sys
pid, column, want = int(sys.argv[1]), sys.argv[2], sys.argv[3]
got = "no row"
for line in sys.stdin:
    for row in json.loads(line)["rows"]:
        if row["pid"] == pid:
            got = row[column]
    if got == want:
        sys.exit(0)
sys.exit("%s of %d is %r, wanted %r" % (column, pid, got, want))' "$pid" "$column" "$want" || {
		echo "test_container: $(cat "$root/err")"
		failed=$((failed + 1))
	}
}

podman import "$root/fs.tar" localhost/saker-test:7 > "$root/log" 2>&1 &&
	podman run -d --name shop --network none localhost/saker-test:7 /bin/sleep 300 > "$root/cid" 2>> "$root/log" ||
	{ echo "test_container: podman: $(cat "$root/log")"; exit 1; }
pid=$(podman inspect -f '{{.State.Pid}}' shop)
sees "$pid" container shop
sees "$pid" container_image localhost/saker-test:7
sees "$pid" container_id "$(cut -c1-12 "$root/cid")"
# The view of containers: one row of it, found while nothing in it makes a call.
"$saker" -b -v containers --json -d 0.2 -n 20 -p "$pid" 2> "$root/err" | python3 -c '
import json, sys
want = {"name": "shop", "container_id": sys.argv[1], "engine": "podman", "procs": 1, "image": "localhost/saker-test:7"}
for line in sys.stdin:
    rows = json.loads(line)["rows"]
if len(rows) != 1 or any(rows[0][key] != want[key] for key in want):
    sys.exit("containers: %s, wanted %s" % (rows, want))' "$(cut -c1-12 "$root/cid")" || failed=$((failed + 1))
# A capture has what the runtime said.
# end_when CONDITION: ends $watcher when that is true, or after a minute.
end_when() {
	for _ in $(seq 300); do
		$1 && break
		sleep 0.2
	done
	kill -INT $watcher
	wait $watcher
}
"$saker" record -w "$root/c.scap" -p "$pid" 2> "$root/err" &
watcher=$!
end_when "[ -s $root/c.scap ]"
sees "$pid" container shop -r "$root/c.scap"
sees "$pid" container_image localhost/saker-test:7 -r "$root/c.scap"

# --container: by name, id and digits; live, in a stream, in a record and over a capture.
# only_in WHAT COMMAND...: all lines of JSON have this container id, and there are some.
only_in() {
	want=$1
	shift
	"$@" 2> "$root/err" | python3 -c '
import json, sys
rows = []
for line in sys.stdin:
    line = json.loads(line)
    rows += [row["container_id"] for row in line["rows"]] if "rows" in line else [line["container.id"]]
wrong = [row for row in rows if row != sys.argv[1]]
if wrong or not rows:
    sys.exit("%d rows, of another container: %s" % (len(rows), wrong[:3]))' "$want" || {
		echo "test_container: $*: $(cat "$root/err")"
		failed=$((failed + 1))
	}
}
short=$(cut -c1-12 "$root/cid")
for value in shop "$(cut -c1-5 "$root/cid")"; do
	only_in "$short" "$saker" -b -v processes --json -n 1 -d 0.2 --container "$value"
done
# One that is not there yet: its first exec and its end are seen, with its name, live and over a capture.
format='%container.name %container.image.tag %evt.type %proc.name %proc.exepath'
late() {
	podman run --rm --name late --network none localhost/saker-test:7 /bin/sleep 1 > "$root/log" 2>&1 ||
		{ echo "test_container: podman: $(cat "$root/log")"; exit 1; }
}
# with_late WANTED FILE COMMAND...: runs until the container came and went and WANTED is true of FILE;
# the command is there when its file is.
with_late() {
	wanted=$1 out=$2
	shift 2
	"$@" 2> "$root/err" &
	watcher=$!
	for _ in $(seq 300); do
		[ -s "$out" ] && break
		sleep 0.1
	done
	late
	end_when "$wanted"
}
recorded() {
	"$saker" stream -r "$root/late.scap" --container late -o "$format" > "$root/late.txt" 2> "$root/late.err"
	grep -q '^late 7 procexit sleep' "$root/late.txt"
}
with_late recorded "$root/late.scap" "$saker" record -w "$root/late.scap" --container late --container shop
recorded && grep -q '^late 7 execve sleep /bin/busybox$' "$root/late.txt" && ! grep -v '^late 7 ' "$root/late.txt" ||
	{ echo "test_container: record of a late container: $(head -5 "$root/late.txt") $(cat "$root/err" "$root/late.err")"; failed=$((failed + 1)); }
# Its counts are there although it lived for a moment between two refreshes.
counted() {
	python3 -c '
import json, sys
rows = []
for line in open(sys.argv[1]):
    if line.endswith("\n"): # the last one may be being written
        rows += [row for row in json.loads(line)["rows"] if row["pid"]]
if [row for row in rows if row["container"] != "late"] or not [row for row in rows if row["calls_total"] > 5]:
    sys.exit("table of a late container: %s" % rows)' "$root/late.json" > "$root/late.txt" 2>&1
}
with_late counted "$root/late.json" "$saker" -b -v processes --json --container late -d 3 --output "$root/late.json"
counted || { echo "test_container: $(cat "$root/late.txt" "$root/err")"; failed=$((failed + 1)); }

# Users and groups are those of the container's own root, also over a capture; it is a row of its own.
podman run -d --name till --user 4321:77 --network none localhost/saker-test:7 /bin/sh -c 'while :; do /bin/sleep 0.2; done' > "$root/till" 2> "$root/log" ||
	{ echo "test_container: podman: $(cat "$root/log")"; exit 1; }
format='%container.name %user.name %user.uid %user.homedir %user.shell %group.name'
want='till keeper 4321 /srv/keeper /bin/sh till'
till_recorded() {
	"$saker" stream -r "$root/till.scap" -o "$format" evt.type=execve > "$root/users_r" 2> "$root/late.err"
	[ -s "$root/users_r" ]
}
"$saker" record -w "$root/till.scap" --container till 2> "$root/err" &
watcher=$!
end_when till_recorded
"$saker" stream --container till --output "$root/users" -o "$format" evt.type=execve 2>> "$root/err" &
watcher=$!
end_when "[ -s $root/users ]"
for said in users users_r; do
	[ "$(tail -1 "$root/$said")" = "$want" ] ||
		{ echo "test_container: $said: $(cat "$root/$said"), wanted $want $(cat "$root/err")"; failed=$((failed + 1)); }
done
"$saker" -b -v users --json -d 0.2 -n 100 2> "$root/err" | python3 -c '
import json, sys
for line in sys.stdin:
    rows = json.loads(line)["rows"]
    mine = [(row["user"], row["uid"]) for row in rows if row["container"] == "till"]
    others = [row for row in rows if row["user"] == "keeper" and row["container"] != "till"]
    if mine == [("keeper", 4321)] and not others:
        sys.exit(0)
sys.exit("users: %s" % rows)' || failed=$((failed + 1))
# Alerts are of the container alone, although the host does the same.
cat > "$root/sleeps.yaml" << 'END'
- rule: a sleep
  desc: d
  condition: evt.type=execve and proc.name=sleep
  output: "slept in=%container.name"
  priority: WARNING
END
"$saker" -b -v processes -d 0.5 --container till --no-default-rules --rules "$root/sleeps.yaml" --alerts "$root/slept" > "$root/out" 2> "$root/err" &
watcher=$!
for _ in $(seq 300); do
	/bin/sleep 0.1
	[ "$(grep -c slept "$root/slept" 2> /dev/null)" -ge 3 ] 2> /dev/null && break
done
kill -INT $watcher
wait $watcher
grep -q 'in=till' "$root/slept" && ! grep -v 'in=till' "$root/slept" ||
	{ echo "test_container: --alerts with --container: $(tail -3 "$root/slept") $(cat "$root/err")"; failed=$((failed + 1)); }
podman rm -f -t 0 till > /dev/null 2>&1

# --host-root: everything is read below it, here with other users.
mkdir "$root/host"
# shellcheck disable=SC2016
unshare -m sh -c 'mount --rbind / "$1/host" && mount -t tmpfs none "$1/host/etc" && echo "boss:x:0:0::/boss:/bin/b" > "$1/host/etc/passwd" &&
	HOST_ROOT=$1/host exec "$2" -b -v processes --json -n 100 -d 0.2 -p "$3"' sh "$root" "$saker" "$pid" 2> "$root/err" | python3 -c '
import json, sys
rows = []
for line in sys.stdin:
    rows = json.loads(line)["rows"]
    if [(row["container"], row["container_image"]) for row in rows] == [("shop", "localhost/saker-test:7")]:
        sys.exit(0)
sys.exit("--host-root: %s" % rows)' || { cat "$root/err"; failed=$((failed + 1)); }

# A layout of docker that no docker has files for (imitated by runc): the id stands for the name.
mkdir "$root/bundle" && cp -a "$root/fs" "$root/bundle/rootfs" && (cd "$root/bundle" && runc spec)
python3 - "$root/bundle/config.json" "/docker/$id" << 'END'
import json, sys
spec = json.load(open(sys.argv[1]))
spec["process"].update(terminal=False, args=["/bin/sleep", "300"], rlimits=[])
spec["linux"]["cgroupsPath"] = sys.argv[2]
json.dump(spec, open(sys.argv[1], "w"))
END
runc --root "$root/runc" run -d --bundle "$root/bundle" --pid-file "$root/pid" "$id" \
	< /dev/null > "$root/log" 2>&1 || { echo "test_container: runc: $(cat "$root/log")"; exit 1; }
pid=$(cat "$root/pid")
short=$(printf %s "$id" | cut -c1-12)
sees "$pid" container_id "$short"
sees "$pid" container "$short"
[ $failed -eq 0 ]

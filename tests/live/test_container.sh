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
	umount -q "$root/graph/overlay" 2> /dev/null
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
"$saker" record -w "$root/c.scap" -p "$pid" -M 4 2> "$root/err"
sees "$pid" container shop -r "$root/c.scap"
sees "$pid" container_image localhost/saker-test:7 -r "$root/c.scap"

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

#!/bin/sh
# What saker says of containers is what their runtimes say, field by field: docker, podman with a pod,
# containerd, systemd-nspawn and lxc run one each, in folders of their own and without a network.
# Kubernetes is imitated by ctr, with the cgroup and the annotations of its CRI plugin (the plugin itself:
# test_container_cri.sh); CRI-O by runc, with the cgroup alone.
set -u
saker=$(cd "${O:-build}" && pwd)/saker
[ "$(id -u)" = 0 ] || { echo "skipped: runtimes need root"; exit 77; }
for tool in podman runc dockerd docker ctr containerd systemd-nspawn lxc-execute busybox python3; do
	command -v $tool > /dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
docker_client=/usr/bin/docker
[ -x $docker_client ] || docker_client=docker
root=$(mktemp -d) || exit 1
failed=0
CONTAINERS_CONF=$root/containers.conf
export CONTAINERS_CONF
podman() {
	command podman --root "$root/graph" --runroot "$root/run" --tmpdir "$root/tmp" \
		--storage-driver overlay --cgroup-manager cgroupfs --events-backend file --runtime runc "$@"
}
docker() { $docker_client -H "unix://$root/docker.sock" "$@"; }
CONTAINERD_ADDRESS=$root/containerd.sock
export CONTAINERD_ADDRESS
kube=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
crio=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
lxc=sakerlxc$$ nspawn=sakernsp$$
cleanup() {
	[ -z "${nspawn_pid:-}" ] || kill -TERM "$nspawn_pid" 2> /dev/null
	lxc-stop -P "$root/lxc" -n $lxc -k > /dev/null 2>&1
	docker rm -f saker-docker saker-docker2 saker-idle > /dev/null 2>&1
	podman pod rm -f -t 0 -a > /dev/null 2>&1
	podman rm -f -t 0 -a > /dev/null 2>&1
	for id in "default sakerbox" "k8s.io $kube"; do
		ctr -n "${id% *}" tasks kill -s KILL "${id#* }" > /dev/null 2>&1
		ctr -n "${id% *}" tasks rm -f "${id#* }" > /dev/null 2>&1
		ctr -n "${id% *}" containers rm "${id#* }" > /dev/null 2>&1
	done
	runc --root "$root/runc" kill "$crio" KILL > /dev/null 2>&1
	runc --root "$root/runc" delete -f "$crio" > /dev/null 2>&1
	for pid in "$root/dockerd.pid" "$root/containerd.pid"; do
		[ ! -s "$pid" ] || kill "$(cat "$pid")" 2> /dev/null
	done
	# Both have unmounted what they mounted when they have ended.
	wait
	grep -o "${root}[^ ]*" /proc/self/mounts | sort -r | while read -r mount; do umount -q -l "$mount"; done
	rm -rf "$root"
}
trap cleanup EXIT

# --- a root file system, and what runs in each container: a program that is started again and again ---
cat > "$CONTAINERS_CONF" << 'END'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
pids_limit = 0
netns = "none"
END
mkdir -p "$root/fs/bin" "$root/fs/usr" "$root/fs/proc" "$root/fs/sys" "$root/fs/dev" "$root/fs/etc" "$root/fs/tmp" "$root/data"
cp "$(command -v busybox)" "$root/fs/bin/busybox"
ln -s busybox "$root/fs/bin/sleep"
ln -s busybox "$root/fs/bin/sh"
touch "$root/fs/etc/os-release"
tar -C "$root/fs" -cf "$root/fs.tar" .
loop='while :; do /bin/sleep 0.2; done'

# --- the runtimes ---
dockerd --data-root "$root/docker" --exec-root "$root/docker-run" --pidfile "$root/dockerd.pid" -H "unix://$root/docker.sock" \
	--iptables=false --ip6tables=false --bridge=none --ip-forward=false --ip-masq=false --storage-driver=overlay2 \
	> "$root/dockerd.log" 2>&1 &
cat > "$root/containerd.toml" << END
version = 2
root = "$root/containerd"
state = "$root/containerd-run"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "$CONTAINERD_ADDRESS"
END
containerd -c "$root/containerd.toml" > "$root/containerd.log" 2>&1 &
echo $! > "$root/containerd.pid"
mkdir -p "$root/lxc/$lxc"
cat > "$root/lxc/$lxc/config" << END
lxc.rootfs.path = dir:$root/lxcfs
lxc.cap.drop = sys_resource
lxc.apparmor.profile = unconfined
lxc.net.0.type = empty
lxc.mount.entry = $root/data tmp none bind,ro 0 0
END
cp -a "$root/fs" "$root/lxcfs"
cp -a "$root/fs" "$root/nspfs"
lxc-execute -P "$root/lxc" -n $lxc -- /bin/sh -c "$loop" > "$root/lxc.log" 2>&1 < /dev/null &
systemd-nspawn -q -D "$root/nspfs" --register=no --keep-unit --private-network -M $nspawn --bind-ro="$root/data:/data" \
	/bin/sh -c "$loop" > "$root/nspawn.log" 2>&1 < /dev/null &
nspawn_pid=$!
podman import "$root/fs.tar" localhost/saker-test:7 > "$root/podman.log" 2>&1 &&
	podman pod create --name saker-pod --network none --infra-image localhost/saker-test:7 --infra-command "/bin/sleep 300" >> "$root/podman.log" 2>&1 &&
	podman run -d --pod saker-pod --name saker-podman --label team=x -v "$root/data:/data:ro" localhost/saker-test:7 /bin/sh -c "$loop" >> "$root/podman.log" 2>&1 ||
	{ echo "test_container_runtimes: podman: $(cat "$root/podman.log")"; exit 1; }
mkdir "$root/bundle" && cp -a "$root/fs" "$root/bundle/rootfs" && (cd "$root/bundle" && runc spec)
python3 - "$root/bundle/config.json" "/kubepods.slice/kubepods-pod1.slice/crio-$crio.scope" "$loop" << 'END'
import json, sys
spec = json.load(open(sys.argv[1]))
spec["process"].update(terminal=False, args=["/bin/sh", "-c", sys.argv[3]], rlimits=[])
spec["linux"]["cgroupsPath"] = sys.argv[2]
json.dump(spec, open(sys.argv[1], "w"))
END
runc --root "$root/runc" run -d --bundle "$root/bundle" "$crio" < /dev/null > "$root/runc.log" 2>&1 ||
	{ echo "test_container_runtimes: runc: $(cat "$root/runc.log")"; exit 1; }
for _ in $(seq 150); do
	docker version > /dev/null 2>&1 && ctr version > /dev/null 2>&1 && break
	sleep 0.2
done
docker import "$root/fs.tar" localhost/saker-test:8 > "$root/docker.log" 2>&1 &&
	docker run -d --name saker-docker --label a=b --label c=d -v "$root/data:/data:ro" --network none --pid host --ulimit nofile=1024:1024 \
		--health-cmd "/bin/sleep 0.01" --health-interval 1s \
		localhost/saker-test:8 /bin/sh -c "$loop" >> "$root/docker.log" 2>&1 &&
	docker create --name saker-idle --network none localhost/saker-test:8 /bin/sh >> "$root/docker.log" 2>&1 ||
	{ echo "test_container_runtimes: docker: $(cat "$root/docker.log" "$root/dockerd.log" | tail -20)"; exit 1; }
docker save localhost/saker-test:8 > "$root/image.tar"
for namespace in default k8s.io; do
	ctr -n $namespace images import "$root/image.tar" > "$root/ctr.log" 2>&1 ||
		{ echo "test_container_runtimes: ctr: $(tail -20 "$root/ctr.log" "$root/containerd.log")"; exit 1; }
done
ctr run -d --label team=y localhost/saker-test:8 sakerbox /bin/sh -c "$loop" > "$root/ctr.log" 2>&1 &&
	ctr -n k8s.io run -d --cgroup "/kubepods/burstable/podu-1/$kube" --annotation io.kubernetes.cri.container-type=container \
		--annotation io.kubernetes.cri.container-name=nginx --annotation io.kubernetes.cri.image-name=localhost/saker-test:8 \
		--annotation io.kubernetes.cri.sandbox-name=web-0 --annotation io.kubernetes.cri.sandbox-namespace=prod \
		--annotation io.kubernetes.cri.sandbox-uid=u-1 --annotation "io.kubernetes.cri.sandbox-id=$crio" \
		localhost/saker-test:8 "$kube" /bin/sh -c "$loop" >> "$root/ctr.log" 2>&1 ||
	{ echo "test_container_runtimes: ctr: $(cat "$root/ctr.log")"; exit 1; }

# --- what saker says: one event of each ---
fields='*%container.full_id|%container.id|%container.name|%container.type|%container.image|%container.image.repository'
fields="$fields|%container.image.tag|%container.image.id|%container.image.digest|%container.privileged|%container.host_pid"
fields="$fields|%container.host_network|%container.host_ipc|%container.labels|%container.mounts|%container.start_ts"
fields="$fields|%k8s.pod.name|%k8s.ns.name|%k8s.pod.uid|%k8s.pod.full_sandbox_id"
execs="evt.type=execve and container.id!=host"
ids="$(docker inspect -f '{{.Id}}' saker-docker) $(podman inspect -f '{{.Id}}' saker-podman) sakerbox $kube $crio $lxc $nspawn"
# said_twice FILE: there are two events of each.
said_twice() {
	for id in $ids; do
		[ "$(grep "^$id|" "$1" 2> /dev/null | wc -l)" -ge 2 ] || return 1
	done
}
replayed() {
	"$saker" stream -r "$root/all.scap" -o "$fields" "$execs" > "$root/said_r" 2> "$root/replay_err"
	said_twice "$root/said_r"
}
# until_true CONDITION COMMAND...: COMMAND runs until CONDITION is true, or for two minutes.
until_true() {
	condition=$1
	shift
	"$@" 2>> "$root/err" &
	watcher=$!
	for _ in $(seq 240); do
		$condition && break
		sleep 0.5
	done
	kill -INT $watcher
	wait $watcher
}
until_true replayed "$saker" record -w "$root/all.scap" "$execs"
replayed
until_true "said_twice $root/said" "$saker" stream --output "$root/said" -o "$fields" "$execs"
docker inspect saker-docker > "$root/docker.json"
docker image inspect localhost/saker-test:8 > "$root/docker-image.json"
podman inspect saker-podman > "$root/podman.json"
ctr containers info sakerbox > "$root/ctr.json"
ctr images ls > "$root/ctr-images"
python3 - "$root" "$kube" "$crio" $lxc $nspawn << 'END' || failed=1
import json, sys
root, kube, crio, lxc, nspawn = sys.argv[1:]
docker = json.load(open(root + "/docker.json"))[0]
podman = json.load(open(root + "/podman.json"))[0]
ctr = json.load(open(root + "/ctr.json"))
ctr_digest = [line.split()[2] for line in open(root + "/ctr-images") if line.startswith(ctr["Image"] + " ")][0]
NAMES = ("full_id id name type image repository tag image_id digest privileged host_pid host_network "
         "host_ipc labels mounts start pod namespace uid sandbox").split()
NONE = "<NA>"
false = "false"
common = dict(privileged=false, host_pid=false, host_network=false, host_ipc=false, pod=NONE, namespace=NONE, uid=NONE, sandbox=NONE)

def mounts_of(inspected):
    return ",".join("%s:%s:%s:%s:%s" % (m["Source"], m["Destination"], m.get("Mode", ""), str(m["RW"]).lower(), m["Propagation"])
                    for m in inspected["Mounts"])

want = {
    docker["Id"]: dict(common, name=docker["Name"].lstrip("/"), type="docker", image=docker["Config"]["Image"],
                       repository="localhost/saker-test", tag="8", image_id=docker["Image"][7:19], digest=NONE, host_pid="true",
                       labels={"a:b", "c:d"}, mounts=mounts_of(docker)),
    podman["Id"]: dict(common, name=podman["Name"], type="podman", image=podman["ImageName"], repository="localhost/saker-test",
                       tag="7", image_id=podman["Image"][:12], digest=podman["ImageDigest"], sandbox=podman["Pod"] and None),
    "sakerbox": dict(common, name="sakerbox", type="containerd", image=ctr["Image"], repository="localhost/saker-test", tag="8",
                     digest=ctr_digest, labels={"%s:%s" % label for label in ctr["Labels"].items()}),
    kube: dict(common, name="nginx", type="cri", image="localhost/saker-test:8", repository="localhost/saker-test", tag="8",
               pod="web-0", namespace="prod", uid="u-1", sandbox=crio),
    crio: dict(name=NONE, type="cri-o", image=NONE, privileged=NONE),
    lxc: dict(name=lxc, type="lxc", image=NONE, privileged="true"),
    nspawn: dict(name=nspawn, type="systemd-nspawn", image="nspfs", host_network=false),
}
bad = 0
for file in "said", "said_r":
    said = {}
    for line in open("%s/%s" % (root, file)):
        row = dict(zip(NAMES, line.rstrip("\n").split("|")))
        said[row["full_id"]] = row
    for full_id, wanted in want.items():
        row = said.get(full_id)
        if not row:
            print("%s: no event of %s; there are %s" % (file, wanted["type"], sorted(said)))
            bad += 1
            continue
        for name, value in wanted.items():
            got = set(row[name].split(",")) if isinstance(value, set) else row[name]
            if value is not None and got != value:
                print("%s: %s of %s is %r, its runtime says %r" % (file, name, wanted["type"], got, value))
                bad += 1
    for full_id in (lxc, nspawn):
        if full_id in said and root + "/data:/" not in said[full_id]["mounts"]:
            print("%s: mounts of %s: %s" % (file, full_id, said[full_id]["mounts"]))
            bad += 1
sys.exit(bad != 0)
END

# --- the health check, which docker starts from outside, and nothing else is one ---
"$saker" stream --output "$root/health" -o '*%proc.cmdline|%container.name|%container.healthcheck' \
	"evt.type=execve and proc.is_container_healthcheck=true" 2>> "$root/err" &
watcher=$!
for _ in $(seq 300); do
	[ -s "$root/health" ] && break
	sleep 0.1
done
kill -INT $watcher
wait $watcher
grep -q '^[^|]*sleep 0.01|saker-docker|/bin/sleep 0.01$' "$root/health" && ! grep -q 'sleep 0.2|' "$root/health" ||
	{ echo "test_container_runtimes: health check: $(head -5 "$root/health")"; failed=1; }

# --- made and never started, and given another name: a look at the files some seconds later tells ---
# rows_are WHAT NAME:PROCS...: the view gets to have rows of these names; procs: none, or some.
rows_are() {
	what=$1
	shift
	"$saker" -b -v containers --json -d 0.3 --output "$root/rows.json" 2>> "$root/err" &
	watcher=$!
	[ "$what" = listed ] || {
		until_rows saker-docker:some saker-podman:some
		docker rename saker-docker saker-docker2 > "$root/log" 2>&1 && podman rename saker-podman saker-podman2 >> "$root/log" 2>&1 ||
			{ echo "test_container_runtimes: rename: $(cat "$root/log")"; failed=1; }
	}
	until_rows "$@" || {
		echo "test_container_runtimes: $what: wanted rows $*; the last ones: $(tail -1 "$root/rows.json" | cut -c1-2000)"
		failed=1
	}
	kill -INT $watcher
	wait $watcher
}
until_rows() {
	for _ in $(seq 100); do
		sleep 0.3
		python3 - "$root/rows.json" "$@" << 'END' 2> /dev/null && return 0
import json, sys
rows = json.loads(open(sys.argv[1]).read().split("\n")[-2])["rows"]
rows = {(row["name"], "some" if row["procs"] else "none") for row in rows}
sys.exit(not rows.issuperset(tuple(want.split(":")) for want in sys.argv[2:]))
END
	done
	return 1
}
podman create --name saker-pidle --network none localhost/saker-test:7 /bin/sh > "$root/log" 2>&1 || failed=1
rows_are listed saker-idle:none saker-pidle:none saker-docker:some
rows_are renamed saker-docker2:some saker-podman2:some saker-idle:none

[ $failed -eq 0 ] || cat "$root/err"
[ $failed -eq 0 ]

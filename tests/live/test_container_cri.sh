#!/bin/sh
# Pods of a real containerd, made over its Container Runtime Interface as a kubelet makes them: what
# saker says of them is what the runtime says over the same interface, field by field. Containers of
# `ctr` beside them. The network plugin alone is imitated: a script that answers with an address.
set -u
saker=$(cd "${O:-build}" && pwd)/saker
here=$(cd tests/live/cri && pwd)
[ "$(id -u)" = 0 ] || { echo "skipped: containerd needs root"; exit 77; }
for tool in containerd ctr runc busybox /usr/bin/python3; do
	command -v $tool > /dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
/usr/bin/python3 -c 'import grpc' 2> /dev/null || { echo "skipped: python3-grpcio is not installed"; exit 77; }
root=$(mktemp -d) || exit 1
failed=0 containerd=
CONTAINERD_ADDRESS=$root/c.sock
export CONTAINERD_ADDRESS
cri() {
	command=$1
	shift
	/usr/bin/python3 "$here/cri.py" "$command" "$@"
}
cleanup() {
	if [ -n "$containerd" ]; then
		cri remove "$root/c.sock" > /dev/null 2>&1
		ctr tasks kill -s KILL sakerbox > /dev/null 2>&1
		ctr tasks rm -f sakerbox > /dev/null 2>&1
		ctr containers rm sakerbox > /dev/null 2>&1
		kill "$containerd" 2> /dev/null
		wait "$containerd" 2> /dev/null
	fi
	grep -o "${root}[^ ]*" /proc/self/mounts | sort -r | while read -r mount; do umount -q -l "$mount"; done
	rm -rf "$root"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# --- an image, a network plugin, the runtime ---
mkdir -p "$root/fs/bin" "$root/fs/proc" "$root/fs/sys" "$root/fs/dev" "$root/fs/etc" "$root/fs/tmp" "$root/cni" "$root/net.d" "$root/logs" "$root/data"
cp "$(command -v busybox)" "$root/fs/bin/busybox"
ln -s busybox "$root/fs/bin/sleep"
ln -s busybox "$root/fs/bin/sh"
tar -C "$root/fs" -cf "$root/fs.tar" .
cri image localhost/saker-test:9 "$root/fs.tar" "$root/image.tar" || exit 1
cat > "$root/cni/stub" << 'END'
#!/bin/sh
case $CNI_COMMAND in
ADD) echo '{"cniVersion":"0.4.0","interfaces":[{"name":"eth0","sandbox":"'"$CNI_NETNS"'"}],"ips":[{"version":"4","interface":0,"address":"10.88.7.5/24"}]}' ;;
VERSION) echo '{"cniVersion":"0.4.0","supportedVersions":["0.3.1","0.4.0"]}' ;;
esac
END
chmod +x "$root/cni/stub"
ln "$root/cni/stub" "$root/cni/loopback"
echo '{"cniVersion":"0.4.0","name":"stub","plugins":[{"type":"stub"}]}' > "$root/net.d/1.conflist"
cat > "$root/config.toml" << END
version = 2
root = "$root/root"
state = "$root/state"
[grpc]
  address = "$root/c.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/saker-test:9"
  restrict_oom_score_adj = true
  disable_apparmor = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$root/cni"
    conf_dir = "$root/net.d"
END
containerd -c "$root/config.toml" > "$root/log" 2>&1 &
containerd=$!
for _ in $(seq 300); do
	ctr version > /dev/null 2>&1 && break
	sleep 0.1
done
for namespace in k8s.io default; do
	ctr -n $namespace images import "$root/image.tar" > "$root/ctr.log" 2>&1 ||
		{ echo "test_container_cri: ctr: $(tail -5 "$root/ctr.log" "$root/log")"; exit 1; }
done

# --- two pods: one with an address and probes, one on the host's network; a container of ctr ---
/usr/bin/python3 - "$root" << 'END'
import json, sys
root = sys.argv[1]
loop = ["/bin/sh", "-c", "while :; do /bin/sleep 0.2; done"]
applied = {"kind": "Pod", "spec": {"containers": [
    {"name": "other", "livenessProbe": {"exec": {"command": ["/no"]}}},
    {"name": "nginx", "livenessProbe": {"exec": {"command": ["/bin/sh", "-c", "true"]}},
     "readinessProbe": {"exec": {"command": ["/bin/ready", "-q"]}}}]}}

def pod(name, uid, network, containers, **more):
    labels = {"io.kubernetes.pod.name": name, "io.kubernetes.pod.namespace": "prod", "io.kubernetes.pod.uid": uid}
    for one in containers:
        one.update(image="localhost/saker-test:9", command=loop, annotations={"io.kubernetes.container.restartCount": "2"})
        one["labels"] = dict(labels, **{"io.kubernetes.container.name": one["name"]})
    with open("%s/%s.json" % (root, name), "w") as file:
        json.dump({"name": name, "uid": uid, "namespace": "prod", "network": network, "logs": root + "/logs",
                   "labels": dict(labels, **more.get("labels", {})), "annotations": more.get("annotations", {}),
                   "cgroup": "/kubepods/burstable/pod" + uid, "containers": containers}, file)

pod("web-0", "u-1", 0, [{"name": "nginx", "attempt": 2, "mounts": {root + "/data": "/data"}}, {"name": "idle", "start": False}], labels={"app": "web", "odd": "a=b,c"},
    annotations={"kubectl.kubernetes.io/last-applied-configuration": json.dumps(applied)})
pod("db-0", "u-2", 2, [{"name": "store"}], labels={"app": "db"})
END
for pod in web-0 db-0; do
	cri run "$root/c.sock" "$root/$pod.json" > "$root/$pod.ids" 2> "$root/cri.log" ||
		{ echo "test_container_cri: $(tail -3 "$root/cri.log"; tail -5 "$root/log")"; exit 1; }
done
ctr run -d --label team=y localhost/saker-test:9 sakerbox /bin/sh -c 'while :; do /bin/sleep 0.2; done' > "$root/ctr.log" 2>&1 ||
	{ echo "test_container_cri: ctr: $(cat "$root/ctr.log")"; exit 1; }

# --- what saker says: one event of each, live and over a capture ---
fields='*%container.full_id|%container.name|%container.type|%container.image|%container.image.repository|%container.image.tag'
fields="$fields|%container.image.id|%container.image.digest|%container.labels|%container.mounts|%container.ip|%container.cni.json"
fields="$fields|%container.start_ts|%container.liveness_probe|%container.readiness_probe|%k8s.pod.name|%k8s.ns.name|%k8s.pod.uid"
fields="$fields|%k8s.pod.id|%k8s.pod.full_sandbox_id|%k8s.pod.ip|%k8s.pod.cni.json|%k8s.pod.labels|%k8s.pod.label.app|%container.privileged"
fields="$fields|%container.host_network|%container.host_pid"
filter='evt.type=execve and container.type in (cri, containerd)'
# follow KIND OUT COMMAND...: the command runs until what it wrote is what the runtime says; the last
# comparison speaks.
follow() {
	kind=$1
	shift
	"$@" 2>> "$root/err" &
	watcher=$!
	for _ in $(seq 60); do
		sleep 0.5
		[ "$kind" != said_r ] || "$saker" stream -r "$root/all.scap" -o "$fields" "$filter" > "$root/said_r" 2> /dev/null
		/usr/bin/python3 "$here/compare.py" "$root" "$kind" > /dev/null 2>&1 && break
		kill -0 $watcher 2> /dev/null || break
	done
	kill -INT $watcher 2> /dev/null
	wait $watcher
	[ "$kind" != said_r ] || "$saker" stream -r "$root/all.scap" -o "$fields" "$filter" > "$root/said_r" 2>> "$root/err"
	/usr/bin/python3 "$here/compare.py" "$root" "$kind" || failed=1
}
cri say "$root/c.sock" > "$root/runtime.json" || failed=1
ctr containers info sakerbox > "$root/ctr.json" || failed=1
ctr images ls > "$root/images"
follow said "$saker" stream -o "$fields" --output "$root/said" "$filter"
follow said_r "$saker" record -w "$root/all.scap" "$filter"
# Rows of the view: the sandboxes, which make no calls, and a container that was made and never started.
follow rows "$saker" -b -v containers --json -d 0.3 --output "$root/rows.json"
[ $failed -eq 0 ] || cat "$root/err"
[ $failed -eq 0 ]

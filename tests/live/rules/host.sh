# shellcheck shell=sh
# For tests of rules, which include it: a folder of programs to act with, a container that does what is
# written to its FIFO, and a run of saker over a table. Sets $root, $programs, $fifo; ends the test where
# something is missing. Everything is in a folder of its own and goes when the test ends.
saker=$(cd "${O:-build}" && pwd)/saker
act=$(cd "${O:-build}" && pwd)/tests/live/rules_act
rules=$(cd "$(dirname "$0")" && pwd)/rules
[ "$(id -u)" = 0 ] || { echo "skipped: needs root"; exit 77; }
[ -x "$act" ] || { echo "$act is not built"; exit 1; }
for tool in podman runc busybox python3 bash; do
	command -v $tool > /dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
root=$(mktemp -d) || exit 1
chmod 755 "$root"
programs=$root/programs
fifo=$root/share/do
HOME=$root
CONTAINERS_CONF=$root/containers.conf
PODMAN_OPTIONS="--root $root/graph --runroot $root/run --tmpdir $root/tmp --storage-driver overlay --cgroup-manager cgroupfs --events-backend file --runtime runc"
export HOME CONTAINERS_CONF PODMAN_OPTIONS programs root
# shellcheck disable=SC2086 # split on purpose
podman() { command podman $PODMAN_OPTIONS "$@"; }
cleanup() {
	podman rm -f -t 0 -a > /dev/null 2>&1
	umount -q -l "$root/graph/overlay" 2> /dev/null
	rm -rf "$root"
}
trap cleanup EXIT

# programs NAME...: act under these names, on the host and in the image.
programs() {
	mkdir -p "$programs"
	for name in act rules-mark "$@"; do
		cp "$act" "$programs/$name"
	done
	PATH=$programs:$PATH
	export PATH
}

# image: busybox, the programs, and empty folders that a system has.
image() {
	fs=$root/fs
	mkdir -p "$fs/bin" "$fs/proc" "$fs/sys" "$fs/dev" "$fs/tmp" "$fs/mnt" "$fs/share" "$fs/var/log" "$fs/run" \
		"$fs/root/.ssh" "$fs/root/.aws" "$fs/usr/bin" "$fs/etc/pam.d" "$fs/etc/cron.d" "$fs/etc/systemd/system" \
		"$fs/var/run/secrets/kubernetes.io/serviceaccount"
	cp "$(command -v busybox)" "$fs/bin/busybox"
	for applet in sh cat cp ln rm mkdir echo touch chmod sleep grep true; do
		ln -s busybox "$fs/bin/$applet"
	done
	cp "$programs"/* "$fs/bin/"
	echo root:x:0:0::/root:/bin/sh > "$fs/etc/passwd"
	echo root:*:1:0:99999:7::: > "$fs/etc/shadow"
	tar -C "$fs" -cf "$root/fs.tar" . && podman import "$root/fs.tar" localhost/saker-rules:1 > "$root/log" 2>&1 ||
		{ echo "$0: podman import: $(cat "$root/log")"; exit 1; }
}

# No raised limits and no network: neither is needed, and a sandboxed machine refuses them.
cat > "$CONTAINERS_CONF" << 'END'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
pids_limit = 0
netns = "none"
END
mkdir -p "$root/share"
mkfifo "$fifo" "$fifo.out"
cat > "$root/mark.yaml" << 'END'
- rule: Mark
  desc: the next command begins
  condition: evt.type = execve and evt.res = SUCCESS and proc.name = rules-mark
  output: mark %proc.args
  priority: DEBUG
END
cat > "$root/load.sh" << 'END'
# Starts the container, waits until its name is known, runs the table.
# shellcheck disable=SC2086 # split on purpose
podman $PODMAN_OPTIONS run -d --name acts $RIGHTS -v "$root/share:/share" localhost/saker-rules:1 \
	/bin/act serve /share/do > "$root/log" 2>&1 || { cat "$root/log" >&2; exit 1; }
# Rows about it begin when its name is known: that takes some refreshes.
sleep 4
python3 "$1/run.py" load "$2" "$programs" "$root/share/do" acts
END

# What the container may do: all but what this machine itself does not allow, and no disk of the host.
RIGHTS="--cap-add all --cap-drop SYS_RESOURCE --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt unmask=ALL"
export RIGHTS
CAPTURE= # perhaps -w FILE

# table NAME [OPTION...]: runs a table under saker with these options. Status 1: something is wrong.
table() {
	name=$1
	shift
	# shellcheck disable=SC2086 # perhaps a command before it
	$saker list rules --json "$@" > "$root/rules.json" 2> "$root/err" || { cat "$root/err"; return 1; }
	# shellcheck disable=SC2086
	$saker alerts --json --throttle 0 --output "$root/alerts.json" $CAPTURE --rules "$root/mark.yaml" "$@" -- setsid -w \
		sh "$root/load.sh" "$rules" "$rules/$name" > "$root/out" 2> "$root/err"
	rc=$?
	[ $rc -eq 0 ] || { echo "saker: status $rc: $(cat "$root/err")"; return 1; }
	python3 "$rules/run.py" check "$rules/$name" "$root/alerts.json" "$root/rules.json"
}

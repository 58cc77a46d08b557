#!/bin/sh
# Every stable rule of upstream on the running kernel, unchanged: what triggers it is told, with all that the
# host knows of it, and what only looks like it is not. The commands are in rules/stable.txt.
# shellcheck disable=SC2154,SC2034 # of host.sh
set -u
# shellcheck source=/dev/null
. "$(dirname "$0")/rules/host.sh"
stable=$(cd "$(dirname "$0")/../../../shared/cases/rules" 2> /dev/null && pwd)/falco_rules.yaml
[ -r "$stable" ] || { echo "skipped: no ../shared/cases/rules/falco_rules.yaml"; exit 77; }
programs debugfs nc ncat nginx passwd shred ssh sshd
image
# One of the rules asks what a name stands for: the list of hosts of this test alone says it.
echo "10.96.0.1 kubernetes.default.svc.cluster.local" > "$root/hosts"
real=$saker
cat > "$root/saker" << END
#!/bin/sh
mount --bind "$root/hosts" /etc/hosts && exec "$real" "\$@"
END
chmod 755 "$root/saker"
saker="unshare -m $root/saker"
# One is about privileged containers.
export RIGHTS="--privileged --cap-drop SYS_RESOURCE"
table stable.txt --no-default-rules --rules "$stable"

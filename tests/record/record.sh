#!/bin/sh
# record.sh NAME...: makes the captures tests/record/NAME.scap.gz anew, as root, from the programs beside
# them: NAME.sh, run by busybox. What is recorded is the load alone: in a network and host name of
# its own, in the root cgroups, with an empty environment, in an empty folder. The texts that go with
# a capture are made by `make golden ACCEPT=1`.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
saker=$(cd "$here/../.." && pwd)/${O:-build}/saker
if [ "${1:-}" != --inside ]; then
	exec unshare -n -u -- sh "$0" --inside "$@"
fi
shift
hostname recorded
busybox ifconfig lo up
for procs in /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/*/cgroup.procs; do
	[ ! -e "$procs" ] || echo $$ > "$procs" || :
done
folder=/tmp/saker-record program=/tmp/saker-record.program
cp "$saker" $program
for name in "$@"; do
	rm -rf $folder && mkdir $folder && cp "$here/$name.sh" $folder/load.sh
	(cd $folder && env -i PATH=/usr/bin $program record -w $folder/file.scap.gz -- \
		busybox sh load.sh < /dev/null > /dev/null 2>&1) || :
	mv $folder/file.scap.gz "$here/$name.scap.gz"
	chmod 644 "$here/$name.scap.gz"
done
rm -rf $folder $program

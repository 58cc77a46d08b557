#!/bin/sh
# A machine at work for a while, two minutes here and SOAK_SECONDS in `make soak`: builds, container
# starts, connections over the loopback, short-lived processes. What saker keeps does not grow beyond
# its limit, no row is of an unknown process, and at the end the table is what /proc says.
set -u
saker=$(cd "${O:-build}" && pwd)/saker
here=$(cd "$(dirname "$0")" && pwd)
[ "$(id -u)" = 0 ] || { echo "skipped: the probe needs root"; exit 77; }
for tool in gcc python3; do
	command -v $tool > /dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
exec /usr/bin/python3 "$here/soak/soak.py" "$saker" "${SOAK_SECONDS:-120}"

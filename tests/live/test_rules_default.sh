#!/bin/sh
# Every default rule on the running kernel: what triggers it is told, with all that the host knows of it, and
# what only looks like it is not. The commands are in rules/default.txt.
# shellcheck disable=SC2154,SC2034 # of host.sh
set -u
# shellcheck source=/dev/null
. "$(dirname "$0")/rules/host.sh"
programs apk auditctl bpftool crontab dpkg fio gdb ksh logrotate nc nginx setenforce ssh tcpdump unix_chkpwd useradd xmrig
image
table default.txt

#!/usr/bin/python3
"""compare.py PID WHAT [followed]: a table of open files as JSON on stdin is what /proc and ss say of
PID. Prints what differs, one line each."""
import json
import os
import re
import stat
import subprocess
import sys

pid = int(sys.argv[1])
what = sys.argv[2]
followed = len(sys.argv) > 3
TYPES = [("anon_inode:[eventfd]", "event"), ("anon_inode:[eventpoll]", "eventpoll"),
         ("anon_inode:[timerfd]", "timerfd"), ("anon_inode:[signalfd]", "signalfd"),
         ("anon_inode:inotify", "inotify"), ("anon_inode:[io_uring]", "io_uring"),
         ("anon_inode:[pidfd]", "pidfd"), ("pidfd:", "pidfd"), ("pipe:", "pipe"),
         ("/memfd:", "memfd")]
failed = 0
unknown = []


def differs(text):
    global failed
    failed = 1
    print("%s: %s" % (what, text))


def sockets():
    """By inode: (netid, state, recvq, sendq, local, remote) as ss says."""
    found = {}
    text = subprocess.run(["ss", "-H", "-t", "-u", "-x", "-a", "-n", "-e"], capture_output=True,
                          text=True, check=True).stdout
    for line in text.splitlines():
        words = line.split()
        ino = re.search(r"\bino:(\d+)", line)
        if words[0] in ("tcp", "udp") and ino:
            found[int(ino.group(1))] = words[:6]
        elif words[0].startswith("u_"):
            found[int(words[5])] = words[:4] + [words[4]]
    return found


def address(text):
    return re.sub(r"%\w+", "", text).replace("*:*", "").replace("0.0.0.0:*", "").replace("[::]:*", "")


def kind(link, mode):
    for prefix, name in TYPES:
        if link.startswith(prefix):
            return name
    return "directory" if stat.S_ISDIR(mode) else "pipe" if stat.S_ISFIFO(mode) else "file"


def flags(text):
    bits = int(text, 8)
    access = bits & 3
    out = "-" if access == os.O_WRONLY else "r"
    out += "-" if access == os.O_RDONLY else "w"
    for bit, letter in ((os.O_APPEND, "a"), (os.O_NONBLOCK, "n"), (os.O_DIRECT, "d"), (os.O_DSYNC, "s")):
        if bits & bit:
            out += letter
    return out + ("c" if bits & os.O_CLOEXEC else "")


def check_socket(fd, row, known):
    netid, state, queue, most, local = known[:5]
    remote = known[5] if netid in ("tcp", "udp") else ""
    if netid.startswith("u_"):
        if row["type"] != "unix":
            differs("fd %d is %s, not unix" % (fd, row["type"]))
        name = local if local != "*" else None
        if name and row["name"] != name:
            differs("fd %d is %s, ss says %s" % (fd, row["name"], name))
    else:
        if row["proto"] != netid:
            differs("fd %d speaks %s, not %s" % (fd, row["proto"], netid))
        wanted = (address(local), address(remote))
        got = (row["local"] or "", row["remote"] or "")
        # A socket that is bound to no port has no ends.
        if wanted[0].endswith(":0"):
            wanted = ("", "")
        if got != wanted:
            differs("fd %d: ends %s, ss says %s" % (fd, got, wanted))
    if (state == "LISTEN") != (row["role"] == "listen"):
        differs("fd %d: role %s, state %s" % (fd, row["role"], state))
    # Who began a connection that came in a message nobody told the one who follows.
    passed = 1 if followed else 0
    if netid == "tcp" and state == "ESTAB" and row["role"] not in ("client", "server"):
        unknown.append(fd)
    if len(unknown) > passed:
        differs("fd %d is connected, role '%s'" % (fd, row["role"]))


def main():
    rows = {}
    for line in sys.stdin:
        rows = {row["fd"]: row for row in json.loads(line)["rows"] if row.get("pid") == pid}
    base = "/proc/%d/fd" % pid
    truth = {int(fd): os.readlink("%s/%s" % (base, fd)) for fd in os.listdir(base)}
    known = sockets()
    if set(rows) != set(truth):
        differs("too many: %s, missing: %s" % (
            {fd: rows[fd]["name"] for fd in set(rows) - set(truth)},
            {fd: truth[fd] for fd in set(truth) - set(rows)}))
    for fd in sorted(set(rows) & set(truth)):
        row, link = rows[fd], truth[fd]
        at = os.stat("%s/%d" % (base, fd))
        info = open("/proc/%d/fdinfo/%d" % (pid, fd)).read()
        mine = flags(re.search(r"flags:\s*(\d+)", info).group(1))
        if row["flags"] != mine:
            differs("fd %d (%s): flags %s, fdinfo says %s" % (fd, link, row["flags"], mine))
        if row["ino"] and row["ino"] != at.st_ino:
            differs("fd %d (%s): inode %s, not %d" % (fd, link, row["ino"], at.st_ino))
        if not followed and not row["ino"]:
            differs("fd %d (%s) has no inode" % (fd, link))
        dev = "%d:%d" % (os.major(at.st_dev), os.minor(at.st_dev))
        if row["dev"] and row["dev"] != dev:
            differs("fd %d (%s): device %s, not %s" % (fd, link, row["dev"], dev))
        if link.startswith("socket:"):
            if at.st_ino in known:
                check_socket(fd, row, known[at.st_ino])
            continue
        # Followed, a file keeps the name that it was opened by.
        if followed:
            link = link.removesuffix(" (deleted)") if not link.startswith("/memfd:") else link
            row["name"] = (row["name"] or "").removesuffix(" (deleted)") if link[:7] != "/memfd:" else row["name"]
        if row["name"] != link:
            differs("fd %d is %s, /proc says %s" % (fd, row["name"], link))
        if row["type"] != kind(link, at.st_mode):
            differs("fd %d (%s): type %s, not %s" % (fd, link, row["type"], kind(link, at.st_mode)))
    if not rows:
        differs("no rows")
    print("%s: %d open files, %s" % (what, len(truth), "differs" if failed else "equal"))
    sys.exit(failed)


main()

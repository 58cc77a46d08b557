#!/usr/bin/python3
"""soak.py SAKER SECONDS: see ../test_soak.sh. All load is below one process, which saker is scoped to;
it stops by itself."""
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

saker, seconds = sys.argv[1], float(sys.argv[2])
MEMORY_MB = 24
DELAY = 1
failed = []
root = tempfile.mkdtemp(prefix="saker_soak_")


def fail(text):
    failed.append(text)
    print("test_soak:", text)


# --- load: in a child, whose tree is watched ---

SOURCE = "#include <stdio.h>\nint main(void) { return printf(\"%d\\n\", NUMBER) < 0; }\n"


def builds(end):
    """A small make: compile, link, run, remove; one after another."""
    number = 0
    while time.time() < end:
        number += 1
        name = "%s/prog%d" % (root, number % 8)
        with open(name + ".c", "w") as file:
            file.write(SOURCE.replace("NUMBER", str(number)))
        subprocess.run(["gcc", "-O1", "-o", name, name + ".c"], check=True)
        subprocess.run([name], stdout=subprocess.DEVNULL, check=True)
        os.unlink(name)


def bursts(end):
    """At most 40 processes at once that live for some milliseconds."""
    while time.time() < end:
        children = [subprocess.Popen(["true"]) for _ in range(40)]
        for child in children:
            child.wait()
        time.sleep(0.2)


def connections(end):
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            conn, _ = server.accept()
            with conn:
                while conn.recv(4096):
                    conn.send(b"y" * 512)

    threading.Thread(target=serve, daemon=True).start()
    while time.time() < end:
        with socket.create_connection(server.getsockname()) as client:
            for _ in range(50):
                client.send(b"x" * 512)
                client.recv(4096)
        time.sleep(0.01)


def containers(end):
    """runc starts and removes one after another, where it is installed."""
    busybox, runc = shutil.which("busybox"), shutil.which("runc")
    if not busybox or not runc:
        return
    bundle = root + "/bundle"
    os.makedirs(bundle + "/rootfs/bin")
    os.makedirs(bundle + "/rootfs/proc")
    shutil.copy(busybox, bundle + "/rootfs/bin/busybox")
    subprocess.run([runc, "spec"], cwd=bundle, check=True)
    with open(bundle + "/config.json") as file:
        spec = json.load(file)
    spec["process"]["terminal"] = False
    spec["process"]["args"] = ["/bin/busybox", "sleep", "0.3"]
    spec["process"].pop("rlimits", None)
    spec["root"]["readonly"] = True
    spec["linux"]["namespaces"] = [n for n in spec["linux"]["namespaces"] if n["type"] != "network"]
    with open(bundle + "/config.json", "w") as file:
        json.dump(spec, file)
    number = 0
    while time.time() < end:
        number += 1
        subprocess.run([runc, "--root", root + "/runc", "run", "-b", bundle,
                        "sakersoak%d-%d" % (os.getpid(), number)], stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.5)


def load(end, ready):
    """The loads, then quiet: some processes that stay are what the last table is compared of."""
    kinds = []
    for kind in (builds, bursts, connections, containers):
        pid = os.fork()
        if not pid:
            status = 1
            try:
                kind(end)
                status = 0
            finally:
                os._exit(status)
        kinds.append(pid)
    bad = [pid for pid in kinds if os.waitpid(pid, 0)[1]]
    stay = [subprocess.Popen(["sleep", "1000"]) for _ in range(5)]
    stay.append(subprocess.Popen(["sh", "-c", "sleep 1000 & sleep 1000"]))
    time.sleep(0.5)
    os.write(ready, b"bad" if bad else b"quiet")
    signal.pause()


# --- what is watched ---

def rss_mb(pid):
    with open("/proc/%d/statm" % pid) as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


def tree_of(top):
    """pid -> (ppid, name) of a process and all below it, as /proc says."""
    found = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % name) as file:
                text = file.read()
        except OSError:
            continue
        comm = text[text.index("(") + 1:text.rindex(")")]
        found[int(name)] = (int(text[text.rindex(")") + 2:].split()[1]), comm)
    below, grew = {top}, True
    while grew:
        more = {pid for pid, row in found.items() if row[0] in below} - below
        below |= more
        grew = bool(more)
    return {pid: found[pid] for pid in below if pid in found}


def check_rows(rows, ended):
    for row in rows:
        if row["pid"] is None:  # ended processes of a program, or what is in no process
            continue
        if not row["command"] or not row["name"] or "?" in (row["name"], row["command"]):
            ended.append("pid %s is '%s', '%s'" % (row["pid"], row["name"], row["command"]))


def differences(rows, truth):
    alive = {row["pid"]: (row["ppid"], row["name"])
             for row in rows if row["pid"] is not None and row["state"] != "X"}
    return ["pid %d: %s, /proc says %s" % (pid, alive.get(pid), truth.get(pid))
            for pid in sorted(set(alive) | set(truth)) if alive.get(pid) != truth.get(pid)]


def watch(top, ready):
    command = [saker, "-b", "-v", "processes", "--json", "-d", str(DELAY), "-p", str(top),
               "--memory", "%dM" % MEMORY_MB, "--output", root + "/out"]
    child = subprocess.Popen(command, stderr=open(root + "/err", "w"))
    sizes, unknown, lines, read = [], [], 0, 0
    word = b""
    last = None
    rest = ""
    quiet = 0  # tables that began after the load had ended
    wrong = [""]
    file = None
    while wrong and quiet < 20 and child.poll() is None:
        time.sleep(DELAY)
        sizes.append(rss_mb(child.pid))
        file = file or (open(root + "/out") if os.path.exists(root + "/out") else None)
        rest += file.read() if file else ""
        while "\n" in rest:
            line, rest = rest.split("\n", 1)
            last = json.loads(line)
            lines += 1
            read += len(last["rows"])
            check_rows(last["rows"], unknown)
            quiet += bool(word)
            if quiet:
                wrong = differences(last["rows"], tree_of(top))
        if not word and select_ready(ready):
            word = os.read(ready, 16)
    if child.poll() is not None:
        fail("saker has ended: %s" % open(root + "/err").read())
        return
    truth = tree_of(top)
    child.send_signal(signal.SIGINT)
    child.wait()
    if word != b"quiet":
        fail("a part of the load failed")
    if unknown:
        fail("unknown processes: %s" % unknown[:5])
    if wrong:
        fail("at the end %s" % wrong)
    warm = max(sizes[:max(len(sizes) // 3, 1)])
    if max(sizes) > warm + MEMORY_MB / 2 or max(sizes) > 120:
        fail("memory grew: %.1f MiB at first, then %.1f" % (warm, max(sizes)))
    print("test_soak: %d tables, %d rows; %.1f MiB at first, %.1f at most, limit of the state %d; "
          "%d processes at the end" % (lines, read, warm, max(sizes), MEMORY_MB, len(truth)))


def select_ready(fd):
    return bool(select.select([fd], [], [], 0)[0])


def main():
    read, write = os.pipe()
    top = os.fork()
    if not top:
        os.setpgid(0, 0)
        os.close(read)
        load(time.time() + seconds, write)
        os._exit(0)
    os.close(write)
    try:
        watch(top, read)
    finally:
        try:
            os.killpg(top, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(top, 0)
        shutil.rmtree(root, ignore_errors=True)
    sys.exit(1 if failed else 0)


main()

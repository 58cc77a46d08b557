#!/bin/sh
# Lives of processes that tables could get wrong: a pid that is used again at once, a zombie, one that is
# stopped and one that is traced, an exec by a thread that is not the leader, vfork, an orphan. At the
# end each row is what /proc says, and what ended before is there with how it ended.
set -u
saker=$(cd "${O:-build}" && pwd)/saker
[ "$(id -u)" = 0 ] || { echo "skipped: the probe needs root"; exit 77; }
command -v strace > /dev/null || { echo "skipped: strace is not installed"; exit 77; }
exec /usr/bin/python3 - "$saker" << 'END'
import ctypes, json, os, signal, subprocess, sys, tempfile, threading, time

saker = sys.argv[1]
libc = ctypes.CDLL(None)
failed = []


def named(name, then):
    """A child of that name."""
    pid = os.fork()
    if not pid:
        libc.prctl(15, name.encode(), 0, 0, 0)
        then()
        os._exit(0)
    while open("/proc/%d/comm" % pid).read().strip().startswith("python"):
        pass  # it has not named itself yet
    return pid


def again(pid, name):
    """A child with a pid that was used before; it lives."""
    for _ in range(50):
        with open("/proc/sys/kernel/ns_last_pid", "w") as file:
            file.write(str(pid - 1))
        got = named(name, signal.pause)
        if got == pid:
            return True
        os.kill(got, signal.SIGKILL)
        os.waitpid(got, 0)
    return False


def exec_by_thread():
    def run():
        os.execv("/bin/sleep", ["sleep", "1001"])
    threading.Thread(target=run).start()
    signal.pause()


def orphan():
    if not os.fork():
        libc.prctl(15, b"orphan", 0, 0, 0)
        signal.pause()


def life(go, told):
    os.setpgid(0, 0)
    os.read(go, 1)
    lives = {}
    first = named("first", lambda: time.sleep(0.05))
    os.waitpid(first, 0)
    lives["reused"] = first if again(first, "second") else 0
    lives["zombie"] = named("zombie", lambda: os._exit(3))
    stopped = named("stopped", signal.pause)
    os.kill(stopped, signal.SIGSTOP)
    lives["stopped"] = stopped
    lives["by_thread"] = named("thread", exec_by_thread)
    lives["spawned"] = os.posix_spawn("/bin/sleep", ["sleep", "1002"], os.environ)
    traced = named("traced", signal.pause)
    lives["traced"] = traced
    lives["strace"] = os.posix_spawnp("strace", ["strace", "-o", "/dev/null", "-p", str(traced)], os.environ,
                                      file_actions=[(os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0)])
    parent = named("parent", orphan)
    os.waitpid(parent, 0)
    lives["killed"] = named("killed", signal.pause)
    os.kill(lives["killed"], signal.SIGTERM)
    os.waitpid(lives["killed"], 0)
    time.sleep(0.5)
    os.write(told, json.dumps(lives).encode())
    signal.pause()


def proc(pid):
    with open("/proc/%d/stat" % pid) as file:
        text = file.read()
    rest = text[text.rindex(")") + 2:].split()
    return text[text.index("(") + 1:text.rindex(")")], rest[0], int(rest[1])


go, start = os.pipe()
told, said = os.pipe()
top = os.fork()
if not top:
    life(go, said)
out = tempfile.mkdtemp(prefix="saker_lives_")
try:
    child = subprocess.Popen([saker, "-b", "-v", "processes", "--json", "-d", "0.5", "-p", str(top), "--output",
                              out + "/out"], stderr=open(out + "/err", "w"))
    time.sleep(2)
    os.write(start, b"x")
    lives = json.loads(os.read(told, 4096))
    time.sleep(1.5)
    truth = {name: proc(pid) for name, pid in lives.items() if name != "killed" and pid}
    child.send_signal(signal.SIGINT)
    child.wait()
    rows = [json.loads(line) for line in open(out + "/out")][-1]["rows"]
    alive = {row["pid"]: row for row in rows if row["state"] != "X"}
    dead = [(row["pid"], row["name"], row["exit_code"]) for row in rows if row["state"] == "X"]
    if not lives["reused"]:
        failed.append("the pid could not be used again")
    for name, (comm, state, ppid) in truth.items():
        row = alive.get(lives[name])
        if name == "zombie":
            if (lives[name], "zombie", "3") not in dead:
                failed.append("the zombie is %s, dead are %s" % (row, dead))
            continue
        if not row or (row["name"], row["state"], row["ppid"]) != (comm, state, ppid):
            failed.append("%s is %s, /proc says %s" % (
                name, row and (row["name"], row["state"], row["ppid"]), (comm, state, ppid)))
    if (lives["reused"], "first", "0") not in dead:
        failed.append("who had the pid before is not among %s" % dead)
    if (lives["killed"], "killed", "SIGTERM") not in dead:
        failed.append("who was killed is not among %s" % dead)
    by_thread = alive.get(lives["by_thread"])
    if not by_thread or by_thread["command"] != "sleep 1001":
        failed.append("the exec of a thread: %s" % (by_thread and by_thread["command"]))
    if len(set(row["pid"] for row in alive.values())) != len(alive):
        failed.append("two living rows of one pid")
    if not any(row["name"] == "orphan" and row["ppid"] != 0 for row in alive.values()):
        failed.append("no orphan")
    if any(not row["name"] or not row["command"] for row in rows):
        failed.append("a row without a name")
finally:
    os.killpg(top, signal.SIGKILL)
    os.waitpid(top, 0)
    subprocess.run(["rm", "-rf", out])
for text in failed:
    print("test_lives:", text)
if not failed:
    print("test_lives: %d rows are what /proc says" % len(truth))
sys.exit(1 if failed else 0)
END

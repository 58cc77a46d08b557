#!/bin/sh
# A bounded bomb of processes, 1,500 that live and 3,000 that end, in the smallest memory limit: the
# limit holds, what is missing is said, the sums of calls are all there, and the process that is looked
# at keeps its row and its files.
set -u
saker=$(cd "${O:-build}" && pwd)/saker
[ "$(id -u)" = 0 ] || { echo "skipped: the probe needs root"; exit 77; }
exec /usr/bin/python3 - "$saker" << 'END'
import json, os, signal, subprocess, sys, tempfile, time

saker = sys.argv[1]
LIVING, ENDED, CALLS = 1500, 3000, 20
failed = []


def bomb(go, done):
    os.setpgid(0, 0)
    os.read(go, 1)
    for i in range(ENDED):
        if not os.fork():
            for _ in range(CALLS):
                os.getppid()
            os._exit(0)
        os.wait()
    for i in range(LIVING):
        if not os.fork():
            for _ in range(CALLS):
                os.getppid()
            signal.pause()
            os._exit(0)
    os.write(done, b"x")
    signal.pause()


go, start = os.pipe()
done, said = os.pipe()
top = os.fork()
if not top:
    bomb(go, said)
out = tempfile.mkdtemp(prefix="saker_bomb_")
try:
    child = subprocess.Popen([saker, "-b", "-v", "processes", "--json", "-d", "0.5", "-p", str(top), "--memory",
                              "16M", "--output", out + "/out"], stderr=open(out + "/err", "w"))
    time.sleep(2)
    os.write(start, b"x")
    os.read(done, 1)
    time.sleep(2)
    with open("/proc/%d/statm" % child.pid) as file:
        rss = int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20
    child.send_signal(signal.SIGINT)
    child.wait()
    last = [json.loads(line) for line in open(out + "/out")][-1]
    health, rows = last["health"], last["rows"]
    if "rows_evicted" not in health and "roomless" not in health:
        failed.append("nothing is missing: %s" % health)
    if rss > 80:
        failed.append("%.1f MiB" % rss)
    if not any(row["pid"] == top for row in rows):
        failed.append("the process that was there first has no row")
    least = (LIVING + ENDED) * CALLS
    if health["calls"] < least:
        failed.append("%d calls, at least %d were made" % (health["calls"], least))
    print("test_fork_bomb: %d rows, health %s, %.1f MiB" % (len(rows), health, rss))
finally:
    os.killpg(top, signal.SIGKILL)
    os.waitpid(top, 0)
    subprocess.run(["rm", "-rf", out])
for text in failed:
    print("test_fork_bomb:", text)
sys.exit(1 if failed else 0)
END

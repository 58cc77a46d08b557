#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What monitoring costs on this machine, as ratios.

Every round starts each monitor in turn around the same loads, so that drift of the machine hits all
alike; a figure is the median over the rounds of monitored / bare of the same round, with its range.
Monitors are scoped to the bench's own process tree wherever they copy events.

  run.py [--rounds N] [--redis-pairs N] [--quick] [--json FILE] SECTION...
Sections: calls timing redis own keys hits capture (default: all).
"""
import argparse, atexit, json, os, pty, re, select, shutil, signal, statistics, struct, subprocess, sys, tempfile
import termios, fcntl, time

BUILD = os.environ.get("O", "build")
SAKER = os.path.abspath(os.path.join(BUILD, "saker"))
TOOL = lambda name: os.path.abspath(os.path.join(BUILD, "tests/bench", name))
DEVNULL = subprocess.DEVNULL
COUNTS = {"getppid": 300000, "read": 300000, "open": 60000, "exec": 40}
NOPS = 200000  # of io_uring
LONG_READS = 600000  # five times, of the capture that is read


def summary(values):
    return "%.3g (%.3g..%.3g)" % (statistics.median(values), min(values), max(values))


def wait_until(test, seconds=40):
    end = time.time() + seconds
    while time.time() < end:
        if test():
            return True
        time.sleep(0.02)
    return False


class Monitor:
    """A monitor process around loads; `with` starts it, waits until it sees calls, and ends it."""

    def __init__(self, argv, ready):
        self.argv, self.ready = argv, ready

    def __enter__(self):
        if not self.argv:
            return self
        self.out = tempfile.NamedTemporaryFile(prefix="saker-bench-")
        self.process = subprocess.Popen(self.argv, stdin=subprocess.PIPE, stdout=self.out, stderr=subprocess.STDOUT)
        if not wait_until(lambda: self.ready(self)):
            raise SystemExit("bench: %s did not start: %s" % (self.argv, open(self.out.name).read()[-500:]))
        return self

    def __exit__(self, *_):
        if not self.argv:
            return
        self.process.stdin.close()
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def size(self):
        return os.path.getsize(self.out.name)


def settled(monitor):
    """Output has begun: saker prints when all its programs are loaded, the others when they are attached."""
    return monitor.size() > 0


def saker(*args):
    return Monitor([SAKER, *args], settled)


def monitors():
    me, other = str(os.getpid()), begun(["sleep", "100000"])
    table = {
        "bare": Monitor(None, None),
        "empty hook": Monitor([TOOL("hook"), TOOL("hook.bpf.o")], settled),
        "default view": saker("-b", "-v", "processes"),
        "everything streamed": saker("-b", "-v", "stream", "-p", me),
        "focused elsewhere": saker("-b", "-v", "stream", "-p", str(other.pid)),
    }
    if shutil.which("bpftrace"):
        table["bpftrace count"] = Monitor(
            ["bpftrace", "-e", 'BEGIN { printf("ready\\n"); } tracepoint:raw_syscalls:sys_exit { @[pid, args->id] = count(); }'],
            settled)
    return table, other


def run_load(kind, prefix=()):
    count = COUNTS.get(kind, NOPS) if not prefix else max(COUNTS[kind] // 30, 10)
    result = subprocess.run([*prefix, TOOL("load"), kind, str(count)], stdout=subprocess.PIPE, stderr=DEVNULL, check=True)
    cpu, wall = map(float, result.stdout.split())
    # A fork's cost is in the child too, and a tracer's is in neither: those by the wall.
    return wall if kind == "exec" or prefix else cpu


def bench_calls(rounds, report):
    table, other = monitors()
    figures = {}
    for _ in range(rounds):
        for name, monitor in table.items():
            with monitor:
                if monitor.argv:
                    time.sleep(0.3)
                for kind in COUNTS:
                    figures.setdefault((name, kind), []).append(run_load(kind))
        if shutil.which("strace"):
            for kind in COUNTS:
                figures.setdefault(("strace -f -c", kind), []).append(run_load(kind, ("strace", "-f", "-c", "-o", "/dev/null")))
    other.kill()
    other.wait()
    print("\ncalls: ns of one operation (CPU time; exec and strace: wall), and median ratio to bare of the same round (range)")
    for kind in COUNTS:
        bare = figures[("bare", kind)]
        hook = figures[("empty hook", kind)]
        for name in [*table, "strace -f -c"]:
            if (name, kind) not in figures:
                continue
            own = figures[(name, kind)]
            ratios = [a / b for a, b in zip(own, bare)]
            above = statistics.median(a - b for a, b in zip(own, hook))
            print("  %-8s %-20s %10.1f ns   x%-22s %+10.1f ns above the empty hook" %
                  (kind, name, statistics.median(own), summary(ratios), above))
            report["%s/%s" % (kind, name)] = {"ns": own, "ratio": ratios}


STABLE = "../shared/cases/rules/falco_rules.yaml"
FLOOD = 150000  # opens, in each of two processes, five times


def hit_monitors(*view):
    """The default view without rules, with the default rules, with the stable ones of upstream, with both."""
    rules = {"no rules": (), "default": ("--alerts", "/dev/null")}
    if os.path.exists(STABLE):
        rules["stable"] = ("--no-default-rules", "--rules", STABLE)
        rules["both"] = ("--rules", STABLE)
    return {name: saker("-b", "-v", "processes", *view, *options) for name, options in rules.items()}


def bench_hits(rounds, report):
    """What rules add to calls that they look at and to others, and what a flood of opens loses."""
    monitors = hit_monitors()
    kinds = {"getppid": 300000, "read": 300000, "open": 60000, "connect": 60000, "exec": 40}
    figures = {}
    for _ in range(rounds):
        for name, monitor in monitors.items():
            with monitor:
                time.sleep(0.5)
                for kind, count in kinds.items():
                    COUNTS[kind] = count
                    figures.setdefault((name, kind), []).append(run_load(kind))
    COUNTS.pop("connect", None)
    print("\nhits: ns of one operation (CPU time; exec: wall) in the default view, and what rules add (median of %d rounds, range)" % rounds)
    for kind in kinds:
        for name in monitors:
            own, off = figures[(name, kind)], figures[("no rules", kind)]
            print("  %-8s %-9s %10.1f ns   %s" % (kind, name, statistics.median(own), summary([a - b for a, b in zip(own, off)])))
            report["hits/%s/%s" % (kind, name)] = {"ns": own}
    print("\nhits: a flood of opens from two processes: opens a second, events delivered and lost")
    for name, monitor in hit_monitors("--json").items():
        with monitor:
            time.sleep(0.5)
            begin = time.time()
            loads = [subprocess.Popen([TOOL("load"), "open", str(FLOOD)], stdout=DEVNULL) for _ in range(2)]
            for load in loads:
                load.wait()
            took = time.time() - begin
            time.sleep(1.5)
            monitor.process.send_signal(signal.SIGINT)
            monitor.process.wait(20)
            # The last line is what ends it all, then totals for people.
            lines = [line for line in open(monitor.out.name, errors="replace") if line.startswith("{")]
            health = json.loads(lines[-1])["health"]
        print("  %-9s %10.0f/s   %10d delivered %10d lost" % (name, 10 * FLOOD / took, health["events"], health["drops"]))
        report["hits/flood/%s" % name] = {"rate": 10 * FLOOD / took, **health}


def bench_timing(rounds, report):
    """What measuring durations adds to a call: the same monitor with and without, in interleaved pairs."""
    monitors = {"off": saker("-b", "-v", "processes"), "on": saker("-b", "-v", "syscalls")}
    kinds = [kind for kind in COUNTS if kind != "exec"]
    figures = {}
    for _ in range(rounds):
        for name, monitor in monitors.items():
            with monitor:
                time.sleep(0.3)
                for kind in kinds:
                    figures.setdefault((name, kind), []).append(run_load(kind))
    print("\ndurations: ns of one operation with durations off and on, and what on adds (median of %d pairs, range)" % rounds)
    for kind in kinds:
        off, on = figures[("off", kind)], figures[("on", kind)]
        added = [b - a for a, b in zip(off, on)]
        print("  %-8s off %8.1f   on %8.1f   +%s ns" % (kind, statistics.median(off), statistics.median(on), summary(added)))
        report["timing/" + kind] = {"off": off, "on": on}


def bench_objects(rounds, report):
    """Bytes by file and socket, off and on, on a 1-byte read; a request of io_uring, bare and counted."""
    cases = [("read", "by file", saker("-b", "-v", "processes"), saker("-b", "-v", "files")),
             ("nop", "io_uring counted", Monitor(None, None), saker("-b", "-v", "uring"))]
    figures = {}
    for _ in range(rounds):
        for kind, _, off, on in cases:
            for name, monitor in (("off", off), ("on", on)):
                with monitor:
                    time.sleep(0.3)
                    figures.setdefault((kind, name), []).append(run_load(kind))
    print("\nobjects: ns of one operation without and with, and what it adds (median of %d pairs, range)" % rounds)
    for kind, what, _, _ in cases:
        off, on = figures[(kind, "off")], figures[(kind, "on")]
        added = [b - a for a, b in zip(off, on)]
        print("  %-5s %-17s without %8.1f   with %8.1f   +%s ns" %
              (kind, what, statistics.median(off), statistics.median(on), summary(added)))
        report["objects/" + kind] = {"off": off, "on": on}


def redis_benchmark(port):
    out = subprocess.run(["redis-benchmark", "-h", "127.0.0.1", "-p", str(port), "-t", "get", "-n", "60000", "-c", "20", "--csv"],
                         stdout=subprocess.PIPE, stderr=DEVNULL, check=True).stdout.decode()
    return float(out.strip().splitlines()[-1].split(",")[1].strip('"'))


def bench_redis(pairs, report):
    if not shutil.which("redis-server"):
        print("\nredis: skipped, no redis-server")
        return
    port = 17979
    server = subprocess.Popen(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
                              stdout=DEVNULL, stderr=DEVNULL)
    time.sleep(1)
    table, other = monitors()
    names = ["default view", "everything streamed"]
    ratios = {name: [] for name in names}
    rates = {name: [] for name in ["bare", *names]}
    try:
        for _ in range(pairs):
            bare = redis_benchmark(port)
            rates["bare"].append(bare)
            for name in names:
                with table[name]:
                    time.sleep(0.3)
                    rate = redis_benchmark(port)
                rates[name].append(rate)
                ratios[name].append(rate / bare)
    finally:
        for process in (server, other):
            process.kill()
            process.wait()
    print("\nredis-benchmark GET: requests/s, and median ratio to bare of the same pair (range), %d pairs" % pairs)
    print("  %-20s %10.0f /s" % ("bare", statistics.median(rates["bare"])))
    for name in names:
        print("  %-20s %10.0f /s   x%s" % (name, statistics.median(rates[name]), summary(ratios[name])))
        report["redis/" + name] = {"rate": rates[name], "ratio": ratios[name]}


def cpu_seconds(pid):
    with open("/proc/%d/stat" % pid) as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mib(pid):
    with open("/proc/%d/status" % pid) as status:
        for line in status:
            if line.startswith("RssAnon"):
                anon = int(line.split()[1])
            if line.startswith("VmRSS"):
                total = int(line.split()[1])
    return total / 1024, anon / 1024


def map_mib(pid):
    """Kernel memory of the BPF maps and rings that the process holds, each counted once."""
    maps = {}
    for fd in os.listdir("/proc/%d/fdinfo" % pid):
        try:
            with open("/proc/%d/fdinfo/%s" % (pid, fd)) as info:
                fields = dict(line.split(":", 1) for line in info if ":" in line)
        except OSError:
            continue
        if "map_id" in fields:
            maps[fields["map_id"].strip()] = int(fields["memlock"])
    return sum(maps.values()) / (1 << 20)


class Terminal:
    """saker in a pseudo terminal of 80x24."""

    def __init__(self, *args):
        self.start = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm-256color"
            os.execv(SAKER, [SAKER, *args])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))

    def read(self, seconds):
        """What arrives within the time; b"" when nothing does, or the program has ended."""
        ready, _, _ = select.select([self.fd], [], [], seconds)
        try:
            return os.read(self.fd, 65536) if ready else b""
        except OSError:
            return b""

    def drain(self, quiet):
        while self.read(quiet):
            pass

    def until(self, needle, seconds):
        seen, end = b"", time.perf_counter() + seconds
        while needle not in seen and time.perf_counter() < end:
            seen += self.read(0.05)
        return needle in seen

    def close(self):
        os.write(self.fd, b"q")
        self.drain(0.3)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def begun(argv):
    """A process that does not outlive the bench, however that ends."""
    process = subprocess.Popen(argv)
    atexit.register(process.kill)
    return process


def flood():
    """Two processes that open, read and close as fast as they can, until killed."""
    code = "import os\nwhile True:\n f=os.open('/dev/null',0)\n os.read(f,1)\n os.close(f)\n"
    return [begun([sys.executable, "-c", code]) for _ in range(2)]


def bench_keys(report):
    print("\nscreen: start to first rows, key to frame (ms)")
    starts = []
    for _ in range(10):
        terminal = Terminal()
        if terminal.until(b"PID", 10):
            starts.append((time.perf_counter() - terminal.start) * 1000)
        terminal.drain(0.2)
        terminal.close()
    print("  first screen %s ms, %d of 10 starts" % (summary(starts), len(starts)))
    report["first_screen_ms"] = starts
    for state in ("idle", "flooded"):
        load = flood() if state == "flooded" else []
        # Rows to move between.
        load += [begun(["sleep", "1000"]) for _ in range(3)]
        terminal = Terminal("-p", str(os.getpid()))
        terminal.until(b"PID", 10)
        if state == "flooded":
            os.write(terminal.fd, b"s")
        time.sleep(1.5)
        times = []
        for i in range(200):
            while terminal.read(0):
                pass
            begin = time.perf_counter()
            os.write(terminal.fd, b"\x1b[B" if i % 2 else b"\x1b[A")
            if terminal.read(1.0):
                times.append((time.perf_counter() - begin) * 1000)
            time.sleep(0.01)
        terminal.close()
        for process in load:
            process.kill()
            process.wait()
        times.sort()
        p50, p99 = times[len(times) // 2], times[int(len(times) * 0.99) - 1]
        print("  key to frame, %-8s p50 %.1f  p99 %.1f  max %.1f  (%d keys)" % (state, p50, p99, times[-1], len(times)))
        report["key_ms/" + state] = times


def bench_own(report):
    print("\nown cost: CPU of one core, memory of the process, memory in the kernel")
    for state in ("idle", "loaded"):
        load = flood() if state == "loaded" else []
        for mode in (["processes"], ["stream", "-p", str(os.getpid())]):
            with saker("-b", "-v", *mode) as monitor:
                time.sleep(1.5)
                before, begin = cpu_seconds(monitor.process.pid), time.time()
                time.sleep(8)
                share = (cpu_seconds(monitor.process.pid) - before) / (time.time() - begin) * 100
                rss, anon = rss_mib(monitor.process.pid)
                maps = map_mib(monitor.process.pid)
            print("  %-8s view %-10s %5.2f %% CPU   RSS %.1f MiB (anonymous %.1f)   BPF maps and rings %.1f MiB" %
                  (state, mode[0], share, rss, anon, maps))
            report["own/%s/%s" % (state, mode[0])] = {"cpu_pct": share, "rss_mib": rss, "maps_mib": maps}
        for process in load:
            process.kill()
            process.wait()


def watched_load(arguments, count=COUNTS["read"]):
    """One load as COMMAND of saker: its CPU and wall ns a call, and what saker said."""
    done = subprocess.run([SAKER, *arguments, "--", TOOL("load"), "read", str(count)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=True, text=True)
    return (*map(float, done.stdout.split()), done.stderr)


def bench_capture(rounds, report):
    """Size of a capture of 1-byte reads, what recording costs beside streaming, how fast a long one is read."""
    folder = tempfile.TemporaryDirectory(prefix="saker-bench-")
    plain, packed = (os.path.join(folder.name, name) for name in ("a.scap", "a.scap.gz"))
    modes = {"stream": ["stream", "--output", "/dev/null"], "plain": ["record", "-w", plain], "gzip": ["record", "-w", packed]}
    cpu, rate, sizes, reads, lost = {}, {}, {}, [], 0
    for _ in range(rounds):
        for name, arguments in modes.items():
            own, wall, said = watched_load(arguments)
            cpu.setdefault(name, []).append(own)
            rate.setdefault(name, []).append(1e9 / wall)
            found = re.search(r": (\d+) events, (\d+) bytes", said)
            if found:
                sizes.setdefault(name, []).append(int(found[2]) / int(found[1]))
                lost += sum(map(int, re.findall(r"(\d+)(?: events)? lost", said)))
    _, _, said = watched_load(["record", "-w", packed, "--buffer-size", "64M"], LONG_READS)
    events = int(re.search(r": (\d+) events", said)[1])
    for _ in range(3):
        begin = time.perf_counter()
        subprocess.run([SAKER, "-b", "-r", packed], stdout=DEVNULL, stderr=DEVNULL, check=True)
        reads.append(events / (time.perf_counter() - begin))
    folder.cleanup()
    print("\ncapture: 1-byte reads by COMMAND, %d rounds, %d events lost while recording" % (rounds, lost))
    for name in modes:
        size = "%s bytes an event" % summary(sizes[name]) if name in sizes else ""
        ratios = [a / b for a, b in zip(cpu[name], cpu["stream"])]
        print("  %-6s %8.1f ns a read  x%s beside stream   %s /s   %s" %
              (name, statistics.median(cpu[name]), summary(ratios), summary(rate[name]), size))
    print("  -b -r reads %s events/s, of a gzip capture of %d events" % (summary(reads), events))
    report["capture"] = {"cpu_ns": cpu, "rate": rate, "bytes": sizes, "read": reads, "lost": lost}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--redis-pairs", type=int, default=20)
    parser.add_argument("--json")
    parser.add_argument("sections", nargs="*", default=[])
    args = parser.parse_args()
    if os.geteuid() != 0:
        raise SystemExit("bench: needs root")
    sections = args.sections or ["calls", "timing", "redis", "own", "keys", "hits", "capture"]
    report = {}
    if "calls" in sections:
        bench_calls(args.rounds, report)
    if "timing" in sections:
        bench_timing(args.rounds, report)
        bench_objects(args.rounds, report)
    if "redis" in sections:
        bench_redis(args.redis_pairs, report)
    if "own" in sections:
        bench_own(report)
    if "keys" in sections:
        bench_keys(report)
    if "hits" in sections:
        bench_hits(args.rounds, report)
    if "capture" in sections:
        bench_capture(args.rounds, report)
    if args.json:
        with open(args.json, "w") as out:
            json.dump(report, out, indent=1)


if __name__ == "__main__":
    main()

#!/bin/sh
# The monitor on a capture, in a terminal of its own and without privileges: why a rule did not match
# an event whose process is another program by the end of the capture, conditions that have the file read
# again, and how many events they take; files that are no capture.
set -u
saker=$(cd "${O:-build}" && pwd)/saker
record=$(pwd)/tests/record/files.scap.gz
PYTHONPATH=$(pwd)/tests/live/monitor
export PYTHONPATH
command -v python3 > /dev/null || { echo "skipped: python3 is not installed"; exit 77; }
root=$(mktemp -d) || exit 1
trap 'rm -rf "$root"' EXIT
cd "$root" || exit 1
HOME=$root
export HOME
cat > rules.yaml << 'END'
- rule: Load read
  desc: the script is read
  condition: evt.type = openat and fd.name endswith /load.sh and proc.name = nobody
  output: o
  priority: WARNING
- rule: Any load read
  desc: the script is read by anybody
  condition: evt.type = openat and fd.name endswith /load.sh
  output: o
  priority: WARNING
END
cat > drive.py << 'END'
import gzip, os, subprocess, sys
from monitor_pty import Monitor

saker, record = sys.argv[1:]

def rows(condition):
    """How many events saker stream finds: what the monitor has to have."""
    out = subprocess.run([saker, "stream", "-r", record, condition], stdout=subprocess.PIPE,
                         check=True).stdout
    return len(out.splitlines())

m = Monitor("test_monitor_capture", [saker, "-r", record, "-v", "stream", "--no-default-rules",
                                     "--rules", "rules.yaml"])
total = rows("evt.num > 0")
m.show(" %d/%d " % (total, total), "all events")
m.press("\x1b[H")
m.show(" 1/%d " % total, "the first event")
m.press("w")
m.wait_for("Why does a rule match, or not?", "the rules to ask about")
m.press("load\r")
m.show("it does not match: parts with * decide", "an answer")
# As it was then: it became another program.
m.show("saker-record.pr -> proc.name = nobody", "the name of then")
m.press("\x7f")
for condition in "evt.type = openat", "proc.name = cat and evt.failed = true":
    # In one frame, so that the line above is drawn whole. The prompt has no key to draw anew.
    m.press(":\x15filter %s" % condition)
    m.wait_for("%d of %d events in memory match" % (rows(condition), total),
               "how many it takes, while it is typed")
    m.press("\r")
    m.wait_for("the capture is read again", "a condition")
    m.show(" %d/%d " % (rows(condition), rows(condition)), condition)
# The condition that is there to begin with goes as soon as one types.
m.press(":stream\r")
m.show(" %d/%d " % (rows(condition), rows(condition)), "a view by its name")
# What is wrong stays in the line, to be mended.
m.press(":filter fd.nam = x\r")
m.wait_for("no field is called 'fd.nam'", "a field that there is not")
m.press("\x15filter evt.type = read\r")
m.wait_for("the capture is read again", "the condition, mended")
m.show(" %d/%d " % (rows("evt.type = read"), rows("evt.type = read")), "the condition, mended")
# Hits are of all events, whatever the condition.
m.press("8")
m.show("hits > (evt.type = read)", "the condition beside hits")
m.show("Any load read", "a hit of another call")
m.press(":stream\r")
m.show("stream > evt.type = read", "the condition of the stream")
# A process of the first event is another program now.
m.press(":\x15filter\r")
m.show(" %d/%d " % (total, total), "no condition")
m.press(":\x15evt.num < 3 and proc.name = busybox")
m.wait_for("~2 of %d events in memory match" % total, "what is known now is not what was then")
m.press("\x15filter\r")
m.show(" %d/%d " % (total, total), "no condition")
# What is around a hit of a capture, as a capture: its events again, with the names of then.
m.press("8")
m.wait_for("Any load read", "a hit")
m.press("aw\x15around.scap.gz\r")
m.wait_for("processes; saker -r reads it", "a capture of what is around the hit")
line = "%evt.type %evt.res %proc.name %fd.name %user.name"
def lines(name, condition):
    return subprocess.run([saker, "stream", "-r", name, "-o", line, condition],
                          stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
around = lines("around.scap.gz", "evt.num > 0")
whole = lines(record, "evt.num > 0")
if len(around) < 50 or set(around) - set(whole):
    m.fail("the capture has %d events, not in the first: %s"
           % (len(around), sorted(set(around) - set(whole))[:5]))
m.leave()

m = Monitor("test_monitor_capture", [saker, "-r", record, "-v", "hits", "--no-default-rules",
                                     "--rules", "rules.yaml", "--readonly"])
m.wait_for("Any load read", "a hit")
m.press("aw")
m.wait_for("--readonly: it writes no capture", "nothing is written with --readonly")
m.leave()

# What is no capture opens no screen; one that is cut shows what is there.
with gzip.open(record) as file:
    data = file.read()
for name, content, said in (("text.scap", b"root:x:0:0:root:/root:/bin/bash\n", "not a capture"),
                            ("empty.scap", b"", "too short to be a capture")):
    with open(name, "wb") as file:
        file.write(content)
    m = Monitor("test_monitor_capture", [saker, "-r", name])
    m.wait_for("saker: %s: byte 0: %s" % (name, said), "no capture")
    while m.read_for(0.2):
        pass
    status = os.waitpid(m.pid, 0)[1]
    if os.waitstatus_to_exitcode(status) != 2:
        m.fail("%s: it ended with status %d" % (name, status))
with open("cut.scap", "wb") as file:
    file.write(data[:len(data) - 10])
m = Monitor("test_monitor_capture", [saker, "-r", "cut.scap", "-v", "stream"])
m.show("ends within the block at byte", "a capture that is cut")
m.leave()

# From a pipe it can be read but once.
m = Monitor("test_monitor_capture", ["/bin/sh", "-c", "zcat %s | %s -r /dev/fd/3 -v stream 3<&0 </dev/tty"
                                     % (record, saker)])
m.show(" %d/%d " % (total, total), "all events of a pipe")
m.press(":\x15filter fd.num = 3\r")
m.wait_for("comes from a pipe takes its condition", "a condition for a pipe")
m.leave()
END
timeout 300 python3 drive.py "$saker" "$record"

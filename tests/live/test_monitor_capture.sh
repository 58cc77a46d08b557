#!/bin/sh
# The monitor on a capture, in a terminal of its own and without privileges: why a rule did not match
# an event whose process is another program by the end of the capture, and conditions that have the file read again.
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
END
cat > drive.py << 'END'
import subprocess, sys
from monitor_pty import Monitor

saker, record = sys.argv[1:]

def rows(condition):
    """How many events saker stream finds: what the monitor has to have."""
    out = subprocess.run([saker, "stream", "-r", record, condition], stdout=subprocess.PIPE,
                         check=True).stdout
    return len(out.splitlines())

m = Monitor("test_monitor_capture", [saker, "-r", record, "-v", "stream", "--no-default-rules",
                                     "--rules", "rules.yaml"])
m.press("\x1b[H")
m.show("1/%d" % rows("evt.num > 0"), "all events")
m.press("w")
m.wait_for("Why does a rule match, or not?", "the rules to ask about")
m.press("load\r")
m.show("it does not match: parts with * decide", "an answer")
# As it was then: it became another program.
m.show("saker-record.pr -> proc.name = nobody", "the name of then")
m.press("\x7f")
for condition in "evt.type = openat", "proc.name = sh and evt.failed = true":
    m.press(":\x15filter %s\r" % condition)
    m.wait_for("the capture is read again", "a condition")
    m.show(" %d/%d " % (rows(condition), rows(condition)), condition)
m.press(":\x15filter\r")
m.show(" %d/%d " % (rows("evt.num > 0"), rows("evt.num > 0")), "no condition")
m.leave()

# From a pipe it can be read but once.
m = Monitor("test_monitor_capture", ["/bin/sh", "-c", "zcat %s | %s -r /dev/fd/3 -v stream 3<&0 </dev/tty"
                                     % (record, saker)])
m.press("\x1b[H")
m.show("1/%d" % rows("evt.num > 0"), "all events of a pipe")
m.press(":\x15filter fd.num = 3\r")
m.wait_for("comes from a pipe takes its condition", "a condition for a pipe")
m.leave()
END
timeout 300 python3 drive.py "$saker" "$record"

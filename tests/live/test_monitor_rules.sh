#!/bin/sh
# The monitor in a terminal of its own: a hit on screen, rules that follow their file, a wrong file,
# why another rule did not match, a capture of what is around the hit, a rule that is muted, a signal to a process of the test's own.
set -u
saker=$(cd "${O:-build}" && pwd)/saker
PYTHONPATH=$(pwd)/tests/live/monitor
export PYTHONPATH
[ "$(id -u)" = 0 ] || { echo "skipped: needs root"; exit 77; }
command -v python3 > /dev/null || { echo "skipped: python3 is not installed"; exit 77; }
root=$(mktemp -d) || exit 1
trap 'rm -rf "$root"' EXIT
cd "$root" || exit 1
HOME=$root
export HOME
cat > rules.yaml << END
- rule: Vault written
  desc: the vault is opened for writing
  condition: evt.type in (open, openat, openat2, creat) and evt.is_open_write = true and fd.name = $root/vault
  output: first words (%proc.name)
  priority: CRITICAL
- rule: Cellar written
  desc: another file
  condition: evt.type in (open, openat, openat2, creat) and fd.name = $root/cellar
  output: cellar
  priority: CRITICAL
END
cat > drive.py << 'END'
import json, os, re, shutil, signal, subprocess, sys
from monitor_pty import Monitor

victim = subprocess.Popen(["sleep", "600"])
load = "while :; do echo x > vault; sleep 0.2; done"
m = Monitor("test_monitor_rules",
            [sys.argv[1], "--no-default-rules", "--rules", "rules.yaml", "-v", "hits",
             "-p", str(victim.pid), "--", "sh", "-c", load])
m.cleanup.append(victim)

def change(old, new):
    text = open("rules.yaml").read()
    assert old in text
    with open("new", "w") as out:
        out.write(text.replace(old, new))
    os.rename("new", "rules.yaml")

m.wait_for("first words (sh)", "a hit")
change("first words", "other words")
m.wait_for("other words (sh)", "a file that changed")
change("fd.name = $root/vault".replace("$root", os.getcwd()), "fd.nam = x")
m.wait_for("rules not reloaded: rules.yaml:3:", "a wrong file")
change("fd.nam = x", "fd.name = %s/vault" % os.getcwd())
change("other words", "third words")
m.wait_for("third words (sh)", "a file that is right again")
# With the next table at the latest.
for _ in range(60):
    if "not reloaded" not in m.screen("third words (sh)", "the screen again"):
        break
else:
    m.fail("the error stays on screen")
m.press("w")
m.wait_for("Why does a rule match, or not?", "the rules to ask about")
m.press("cell\r")
m.show("it does not match: parts with * decide", "an answer")
m.show("Cellar written (Critical, rules.yaml:", "the rule")
m.show("%s/vault -> fd.name = %s/cellar" % (os.getcwd(), os.getcwd()), "what decided")
m.press("wvault\r")
m.show("it matches", "another answer")
m.press("\x7f")
m.press("aw\x15around.scap\r")
m.wait_for("processes; saker -r reads it", "a capture of what happened around the hit")
m.press("aw\x15around.scap\r")
m.wait_for("is there already; nothing was written", "a file that is there")
# The line stays with what is wrong; what is put there to begin with goes as soon as one types.
m.press("\x15no/such/folder\r")
m.wait_for("No such file or directory", "no folder")
m.press("\x15again.scap\r")
m.wait_for("processes; saker -r reads it", "the capture under another name")
m.press("awtyped.scap\r")
m.wait_for("processes; saker -r reads it", "a name typed over the one that was there")
if not os.path.exists("typed.scap"):
    m.fail("there is no file of the name that was typed: %s" % os.listdir("."))
# The hit is in it again, with its process and what that had open; sysdig reads it too.
out = subprocess.run([sys.argv[1], "alerts", "-r", "around.scap", "--no-default-rules", "--rules", "rules.yaml"],
                     stdout=subprocess.PIPE, check=True).stdout.decode()
if "third words (sh)" not in out:
    m.fail("the capture has no hit: %s" % out)
# Its tables count the events in it.
table = json.loads(subprocess.run([sys.argv[1], "-b", "-r", "around.scap", "-v", "syscalls", "--json"],
                                  stdout=subprocess.PIPE, check=True).stdout)
opens = [row["calls_total"] for row in table["rows"] if row["syscall"] == "openat"]
lines = subprocess.run([sys.argv[1], "stream", "-r", "around.scap", "evt.type=openat"],
                       stdout=subprocess.PIPE, check=True).stdout.count(b"\n")
if opens != [lines] or not lines:
    m.fail("of %d events of openat %s are counted" % (lines, opens))
if shutil.which("sysdig"):
    out = subprocess.run(["sysdig", "-r", "around.scap", "-p", "*%evt.type %proc.name %proc.cmdline %fd.name"],
                         stdout=subprocess.PIPE, check=True).stdout.decode()
    if not re.search("openat sh sh -c while.* %s/vault" % os.getcwd(), out):
        m.fail("sysdig does not see the hit: %s" % out[-1500:])
m.press("R")
m.wait_for("Vault written", "the view of rules")
m.press("am")
m.wait_for("is muted here", "a rule is muted")
m.press("1")
m.redraw()
m.wait_for("sleep 600", "the process is in the table")
m.press("f600\r")
m.redraw()
m.wait_for("sleep 600", "the process alone")
m.press("kt")
m.wait_for("SIGTERM to sleep[%d]? y or n" % victim.pid, "the question")
m.press("n")
m.wait_for("nothing was sent", "no")
if victim.poll() is not None:
    m.fail("the process ended, nobody said yes")
m.press("kt")
m.wait_for("SIGTERM to sleep[%d]? y or n" % victim.pid, "the question again")
m.press("y")
# What the line had before is not drawn again.
m.wait_for("sent to pid", "yes")
if victim.wait(timeout=60) != -signal.SIGTERM:
    m.fail("the process ended otherwise")
m.leave()
END
timeout 300 python3 drive.py "$saker"

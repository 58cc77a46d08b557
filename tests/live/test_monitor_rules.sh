#!/bin/sh
# The monitor in a terminal of its own: a hit on screen, rules that follow their file, a wrong file,
# a rule that is muted, a signal to a process of the test's own.
set -u
saker=$(cd "${O:-build}" && pwd)/saker
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
END
cat > drive.py << 'END'
import fcntl, os, pty, re, select, signal, struct, subprocess, sys, termios, time

saker = sys.argv[1]
victim = subprocess.Popen(["sleep", "600"])
pid, fd = pty.fork()
if pid == 0:
    os.environ["TERM"] = "xterm"
    load = "while :; do echo x > vault; sleep 0.2; done"
    os.execv(saker, [saker, "--no-default-rules", "--rules", "rules.yaml", "-v", "hits", "-p", str(victim.pid), "--", "sh", "-c", load])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
os.kill(pid, signal.SIGWINCH)
seen = ""

def read_for(seconds):
    global seen
    if select.select([fd], [], [], seconds)[0]:
        try:
            data = os.read(fd, 65536).decode("utf-8", "replace")
        except OSError:
            return False
        # Words stay, what moves the cursor becomes a blank.
        seen += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|[\r\n]", " ", data)
    return True

def wait_for(text, what):
    global seen
    end = time.time() + 60
    while text not in seen:
        if time.time() > end or not read_for(0.2):
            os.kill(pid, signal.SIGKILL)
            victim.kill()
            sys.exit("test_monitor_rules: %s: no %r in %r" % (what, text, seen[-1500:]))
    seen = ""

def press(keys):
    os.write(fd, keys.encode())

def redraw():
    global seen
    seen = ""
    press("\x0c")

def change(old, new):
    text = open("rules.yaml").read()
    assert old in text
    with open("new", "w") as out:
        out.write(text.replace(old, new))
    os.rename("new", "rules.yaml")

wait_for("first words (sh)", "a hit")
change("first words", "other words")
wait_for("other words (sh)", "a file that changed")
change("fd.name =", "fd.nam =")
wait_for("rules not reloaded: rules.yaml:3:", "a wrong file")
change("fd.nam =", "fd.name =")
change("other words", "third words")
wait_for("third words (sh)", "a file that is right again")
redraw()
wait_for("third words (sh)", "the screen again")
if "not reloaded" in seen:
    sys.exit("test_monitor_rules: the error stays on screen")
press("R")
wait_for("Vault written", "the view of rules")
press("am")
wait_for("is muted here", "a rule is muted")
press("1")
redraw()
wait_for("sleep 600", "the process is in the table")
press("f600\r")
redraw()
wait_for("sleep 600", "the process alone")
press("kt")
wait_for("SIGTERM to sleep[%d]? y or n, then Enter" % victim.pid, "the question")
press("n\r")
wait_for("nothing was sent", "no")
if victim.poll() is not None:
    sys.exit("test_monitor_rules: the process ended, nobody said yes")
press("kt")
wait_for("SIGTERM to sleep[%d]? y or n, then Enter" % victim.pid, "the question again")
press("y\r")
# What the line had before is not drawn again.
wait_for("sent to pid", "yes")
if victim.wait(timeout=60) != -signal.SIGTERM:
    sys.exit("test_monitor_rules: the process ended otherwise")
press("q")
while read_for(0.2) and os.waitpid(pid, os.WNOHANG)[0] == 0:
    pass
END
timeout 300 python3 drive.py "$saker"

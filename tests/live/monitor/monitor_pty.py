"""The monitor in a terminal of its own: what it shows as words, and keys for it."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time


class Monitor:
    """Runs argv in a terminal; name is said before what is wrong."""

    def __init__(self, name, argv, rows=24, cols=100):
        self.name, self.seen, self.cleanup = name, "", []
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm"
            os.execv(argv[0], argv)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)

    def fail(self, what):
        os.kill(self.pid, signal.SIGKILL)
        for child in self.cleanup:
            child.kill()
        sys.exit("%s: %s" % (self.name, what))

    def read_for(self, seconds):
        if select.select([self.fd], [], [], seconds)[0]:
            try:
                data = os.read(self.fd, 65536).decode("utf-8", "replace")
            except OSError:
                return False
            # Words stay, what moves the cursor becomes a blank.
            self.seen += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|[\r\n]", " ", data)
        return True

    def wait_for(self, text, what):
        """Until the text was drawn; then nothing was seen yet."""
        end = time.time() + 60
        while text not in self.seen:
            if time.time() > end or not self.read_for(0.2):
                self.fail("%s: no %r in %r" % (what, text, self.seen[-1500:]))
        self.seen = ""

    def press(self, keys):
        os.write(self.fd, keys.encode())

    def redraw(self):
        """What is on screen is drawn whole."""
        self.seen = ""
        self.press("\x0c")

    def screen(self, text, what):
        """What is on a screen that has the text."""
        self.redraw()
        end = time.time() + 60
        while text not in self.seen:
            if time.time() > end or not self.read_for(0.2):
                self.fail("%s: no %r on screen: %r" % (what, text, self.seen[-1500:]))
        self.read_for(0.5)  # the rest of it
        return self.seen

    def show(self, text, what):
        """The same, until the screen has the text."""
        end = time.time() + 60
        while True:
            self.redraw()
            until = time.time() + 0.5
            while time.time() < until:
                if not self.read_for(0.1):
                    self.fail("%s: it ended" % what)
                if text in self.seen:
                    return
            if time.time() > end:
                self.fail("%s: no %r on screen: %r" % (what, text, self.seen[-1500:]))

    def leave(self):
        self.press("q")
        while self.read_for(0.2):
            pass
        status = os.waitpid(self.pid, 0)[1]
        if status:
            self.fail("it ended with status %d" % status)

#!/usr/bin/python3
"""A process with files of every kind. life.py FOLDER [after]: says "ready", waits for a line, changes
what it has open, says "altered", waits, executes itself with what an exec leaves open, says "after" and
waits for the end of its input."""
import array
import ctypes
import errno
import fcntl
import os
import socket
import sys

folder = sys.argv[1]
libc = ctypes.CDLL(None, use_errno=True)
X86 = os.uname().machine == "x86_64"
NR = dict(timerfd_create=283, signalfd4=289, inotify_init1=294, io_uring_setup=425, pidfd_open=434,
          close_range=436, epoll_create1=291, dup3=292) if X86 else \
     dict(timerfd_create=85, signalfd4=74, inotify_init1=26, io_uring_setup=425, pidfd_open=434,
          close_range=436, epoll_create1=20, dup3=24)


def call(name, *args):
    result = libc.syscall(NR[name], *args)
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return result


def path(name):
    return os.path.join(folder, name)


def say(word):
    os.write(1, (word + "\n").encode())


def wait():
    while True:
        byte = os.read(0, 1)
        if byte in (b"\n", b""):
            return byte


def listener(backlog=5):
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen(backlog)
    return sock


def every_kind(tag):
    """Opens one of each; what is returned keeps them open."""
    kept = []
    os.open(path("plain"), os.O_RDONLY)
    os.set_inheritable(os.open(path("log" + tag), os.O_WRONLY | os.O_CREAT | os.O_APPEND), True)
    os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    gone = os.open(path("gone" + tag), os.O_RDWR | os.O_CREAT)
    os.unlink(path("gone" + tag))
    os.dup2(gone, 200 + len(tag))
    os.open("/dev/null", os.O_RDWR | os.O_NONBLOCK)
    os.symlink(path("plain"), path("link" + tag))
    os.open(path("link" + tag), os.O_RDONLY)
    os.pipe2(os.O_NONBLOCK)
    for fd in os.pipe2(os.O_CLOEXEC):
        os.set_inheritable(fd, True)
    os.eventfd(0, os.EFD_NONBLOCK)
    call("epoll_create1", os.O_CLOEXEC)
    call("timerfd_create", 1, os.O_NONBLOCK)
    call("signalfd4", -1, ctypes.byref(ctypes.c_uint64(1 << 9)), 8, os.O_CLOEXEC)
    call("inotify_init1", os.O_NONBLOCK)
    os.memfd_create("mem" + tag)
    call("pidfd_open", os.getpid(), 0)
    call("io_uring_setup", 4, (ctypes.c_char * 120)())
    server = listener()
    client = socket.create_connection(server.getsockname())
    accepted, _ = server.accept()
    six = socket.socket(socket.AF_INET6)
    six.bind(("::1", 0))
    six.listen(7)
    udp = socket.socket(type=socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    peer = socket.socket(type=socket.SOCK_DGRAM)
    peer.connect(udp.getsockname())
    named = socket.socket(socket.AF_UNIX)
    named.bind(path("sock" + tag))
    named.listen(3)
    to_named = socket.socket(socket.AF_UNIX)
    to_named.connect(path("sock" + tag))
    from_named, _ = named.accept()
    hidden = socket.socket(socket.AF_UNIX)
    hidden.bind("\0saker" + tag + str(os.getpid()))
    hidden.listen(2)
    kept += [server, client, accepted, six, udp, peer, named, to_named, from_named, hidden]
    kept += socket.socketpair()
    kept.append(socket.socket())
    kept.append(socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0))
    return kept


def pass_rights():
    """A descriptor of a file and one of a connection, opened by a child."""
    ours, theirs = socket.socketpair()
    server = listener()
    child = os.fork()
    if not child:
        file = os.open(path("passed"), os.O_RDWR | os.O_CREAT)
        conn = socket.create_connection(server.getsockname())
        theirs.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                                 array.array("i", [file, conn.fileno()]))])
        os._exit(0)
    data, control, _, _ = ours.recvmsg(1, 256, socket.MSG_CMSG_CLOEXEC)
    os.waitpid(child, 0)
    got = array.array("i")
    got.frombytes(control[0][2])
    theirs.close()
    return [ours, server, got]


def late_connect():
    """Succeeds after the call returned, which the socket says when it is asked."""
    server = listener()
    client = socket.socket()
    client.setblocking(False)
    code = client.connect_ex(server.getsockname())
    if code not in (0, errno.EINPROGRESS):
        sys.exit("connect: %d" % code)
    accepted, _ = server.accept()
    if client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        sys.exit("SO_ERROR")
    return [server, client, accepted]


def refused_connect():
    """Nobody listens any more."""
    server = listener()
    address = server.getsockname()
    server.close()
    client = socket.socket()
    client.setblocking(False)
    client.connect_ex(address)
    client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    return [client]


def change():
    kept = every_kind("2") + pass_rights() + late_connect() + refused_connect()
    # Another peer for a datagram socket, then none.
    one, two = [socket.socket(type=socket.SOCK_DGRAM) for _ in range(2)]
    one.bind(("127.0.0.1", 0))
    two.bind(("127.0.0.1", 0))
    moving = socket.socket(type=socket.SOCK_DGRAM)
    moving.connect(one.getsockname())
    moving.send(b"1")
    moving.connect(two.getsockname())
    moving.send(b"2")
    kept += [one, two, moving]
    first = os.open(path("plain"), os.O_RDONLY)
    fcntl.fcntl(first, fcntl.F_DUPFD, 300)
    fcntl.fcntl(first, fcntl.F_DUPFD_CLOEXEC, 300)
    os.dup2(first, 310, inheritable=False)
    os.dup2(first, 311)
    call("dup3", first, 312, os.O_CLOEXEC)
    fcntl.fcntl(310, fcntl.F_SETFD, 0)
    fcntl.fcntl(311, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
    fcntl.ioctl(312, 0x5450)  # FIONCLEX
    fcntl.fcntl(first, fcntl.F_SETFL, os.O_NONBLOCK)
    os.close(first)
    for fd in range(320, 330):
        os.dup2(1, fd)
    call("close_range", 322, 324, 0)
    call("close_range", 326, 327, 4)  # CLOSE_RANGE_CLOEXEC
    # A child changes a table of its own.
    child = os.fork()
    if not child:
        os.closerange(3, 400)
        os._exit(0)
    os.waitpid(child, 0)
    return kept


if len(sys.argv) > 2:
    say("after")
    while wait():
        pass
    sys.exit(0)
before = every_kind("")
say("ready")
wait()
after = change()
say("altered")
wait()
os.execv(sys.executable, [sys.executable, sys.argv[0], folder, "after"])

#!/bin/sh
# Fields of descriptors: a program opens files by a link and by relative names, sockets on loopback and
# what has no name; what the fields say of its events is what the program knows.
set -u
saker=$(cd "${O:-build}" && pwd)/saker
[ "$(id -u)" = 0 ] || { echo "skipped: the probe needs root"; exit 77; }
root=$(mktemp -d) || exit 1
trap 'rm -rf "$root"' EXIT
mkdir "$root/dir"
echo hello > "$root/dir/file"
ln -s dir/file "$root/link"
cat > "$root/play.py" << 'END'
import os, select, socket, sys

root = sys.argv[1]
os.chdir(root)
want = open(root + "/want", "w")


def say(call, fd, **fields):
    """The last event of this call on this descriptor has these fields."""
    print(call, fd, *(f"{k}={v}" for k, v in fields.items()), sep="\t", file=want)


fd = os.open("link", os.O_RDONLY)
os.read(fd, 3)
inode = os.fstat(fd)
say("read", fd, type="file", typechar="f", name=root + "/link", realname=root + "/dir/file", filename="link",
    directory=root, ino=inode.st_ino, major=os.major(inode.st_dev), minor=os.minor(inode.st_dev), server="false")
folder = os.open("dir", os.O_RDONLY | os.O_DIRECTORY)
try:
    os.open("missing/../none", os.O_RDONLY)
except OSError:
    pass
inner = os.open("file", os.O_RDONLY, dir_fd=folder)
os.read(inner, 1)
say("read", inner, name=root + "/dir/file", realname=root + "/dir/file", directory=root + "/dir")
listener = socket.create_server(("127.0.0.1", 0))
port = listener.getsockname()[1]
client = socket.create_connection(("127.0.0.1", port))
server, peer = listener.accept()
own = client.getsockname()[1]
name = f"127.0.0.1:{own}->127.0.0.1:{port}"
client.send(b"ping")
server.recv(10)
say("sendto", client.fileno(), type="ipv4", typechar="4", name=name, l4="tcp", family="ip", server="false",
    connected="true", cport=own, sport=port, lport=own, rport=port, cip="127.0.0.1", rip="127.0.0.1")
say("recvfrom", server.fileno(), type="ipv4", name=name, l4="tcp", server="true", cport=own, sport=port,
    lport=port, rport=own, connected="true")
mapped = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
mapped.bind(("::1", 0))
speaker = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
speaker.sendto(b"hi", ("::1", mapped.getsockname()[1]))
say("sendto", speaker.fileno(), type="ipv6", typechar="6", l4="udp", connected="false", changed="true",
    sip="::1", sport=mapped.getsockname()[1])
one, two = os.pipe()
os.write(two, b"x")
say("write", two, type="pipe", typechar="p")
memory = os.memfd_create("mine")
os.write(memory, b"x")
say("write", memory, type="memfd", typechar="m")
poller = select.epoll()
poller.poll(0)
say("epoll_wait", poller.fileno(), type="eventpoll", typechar="l")
left, right = socket.socketpair()
left.send(b"x")
say("sendto", left.fileno(), type="unix", typechar="u", family="unix")
want.close()
END
format='*%evt.type	%fd.num	type=%fd.type	typechar=%fd.typechar	name=%fd.name	realname=%fd.realname	filename=%fd.filename'
format="$format	directory=%fd.directory	ino=%fd.ino	major=%fd.dev.major	minor=%fd.dev.minor	server=%fd.is_server"
format="$format	l4=%fd.l4proto	family=%fd.sockfamily	connected=%fd.connected	changed=%fd.name_changed	cport=%fd.cport"
format="$format	sport=%fd.sport	lport=%fd.lport	rport=%fd.rport	cip=%fd.cip	sip=%fd.sip	rip=%fd.rip	res=%evt.res"
"$saker" stream -o "$format" --output "$root/out" -- python3 "$root/play.py" "$root" 2> "$root/err" || {
	echo "test_fields_fd: $(cat "$root/err")"
	exit 1
}
python3 - "$root" << 'END'
import sys

root = sys.argv[1]
events = [line.rstrip("\n").split("\t") for line in open(root + "/out")]
bad = 0
for line in open(root + "/want"):
    call, fd, *fields = line.rstrip("\n").split("\t")
    found = [e for e in events if e[:2] == [call, fd]]
    if not any(all(f in e for f in fields) for e in found):
        names = [f.split("=")[0] for f in fields]
        got = [[f for f in e if f.split("=")[0] in names] for e in found[-3:]]
        print(f"test_fields_fd: {call} {fd}: wanted {fields}, got {got}")
        bad += 1
failed = [e for e in events if "res=ENOENT" in e and f"name={root}/none" in e and "typechar=f" in e]
if not failed:
    print("test_fields_fd: no failed open of", root + "/none")
sys.exit(1 if bad or not failed else 0)
END

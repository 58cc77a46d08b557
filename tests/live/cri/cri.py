#!/usr/bin/python3
"""A client of the Container Runtime Interface, as much as the test of its containers needs:

    cri.py image NAME ROOTFS.tar OUT.tar     an archive of an image, as `docker save` writes it
    cri.py run SOCKET FILE                   a pod and its containers as FILE says; prints their ids
    cri.py say SOCKET                        what the runtime says of all of them, JSON
    cri.py remove SOCKET                     ends and removes them

Messages are written and read here, by the numbers of kubernetes/cri-api, runtime/v1/api.proto."""
import hashlib
import io
import json
import sys
import tarfile


# --- protocol buffers ---

def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7f | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def message(*fields):
    """(number, value) each: a text, a number, bytes of a message, or a map of texts; None is left out."""
    out = b""
    for number, value in fields:
        if value is None:
            continue
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
            continue
        if isinstance(value, dict):
            entries = [message((1, key), (2, text)) for key, text in value.items()]
        else:
            entries = [value.encode() if isinstance(value, str) else value]
        for entry in entries:
            out += varint(number << 3 | 2) + varint(len(entry)) + entry
    return out


def fields_of(data):
    """{number: [value, ...]}"""
    fields, at = {}, 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7f) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = number()
        if key & 7 == 0:
            value = number()
        else:
            assert key & 7 == 2, key
            length = number()
            value = data[at:at + length]
            at += length
        fields.setdefault(key >> 3, []).append(value)
    return fields


def text(fields, number):
    return fields.get(number, [b""])[0].decode()


def inside(fields, number):
    return fields_of(fields.get(number, [b""])[0])


def texts_map(fields, number):
    entries = [fields_of(entry) for entry in fields.get(number, [])]
    return {text(entry, 1): text(entry, 2) for entry in entries}


# --- the interface ---

class Runtime:
    def __init__(self, path):
        import grpc
        self.channel = grpc.insecure_channel("unix://" + path)

    def ask(self, method, *fields):
        name = "/runtime.v1.%s" % (method if "/" in method else "RuntimeService/" + method)
        return fields_of(self.channel.unary_unary(name)(message(*fields), timeout=60))


def run(runtime, pod):
    metadata = message((1, pod["name"]), (2, pod["uid"]), (3, pod["namespace"]), (4, 0))
    namespaces = message((1, pod["network"]), (2, 1))
    config = message((1, metadata), (3, pod["logs"]), (6, pod["labels"]), (7, pod["annotations"]),
                     (8, message((1, pod["cgroup"]), (2, message((1, namespaces))))))
    sandbox = text(runtime.ask("RunPodSandbox", (1, config)), 1)
    ids = {"sandbox": sandbox}
    for one in pod["containers"]:
        own = message((1, message((1, one["name"]), (2, one.get("attempt", 0)))), (2, message((1, one["image"]))),
                      *[(3, word) for word in one["command"]],
                      *[(7, message((1, inner), (2, outer), (3, 1))) for outer, inner in one.get("mounts", {}).items()],
                      (9, one["labels"]), (10, one["annotations"]), (11, one["name"] + ".log"), (15, message((2, message((3, namespaces))))))
        ids[one["name"]] = text(runtime.ask("CreateContainer", (1, sandbox), (2, own), (3, config)), 1)
        if one.get("start", True):
            runtime.ask("StartContainer", (1, ids[one["name"]]))
    print(json.dumps(ids))


def say_pod(runtime, sandbox):
    answer = runtime.ask("PodSandboxStatus", (1, sandbox), (2, 1))
    status = inside(answer, 1)
    metadata = inside(status, 2)
    verbose = json.loads(texts_map(answer, 2)["info"])
    return {"name": text(metadata, 1), "uid": text(metadata, 2), "namespace": text(metadata, 3),
            "created": status[4][0], "ip": text(inside(status, 5), 1), "labels": texts_map(status, 7),
            "annotations": texts_map(status, 8), "cni": verbose.get("cniResult")}


def say(runtime):
    said = {"containers": {}, "pods": {}}
    for item in runtime.ask("ListPodSandbox").get(1, []):
        identity = text(fields_of(item), 1)
        said["pods"][identity] = say_pod(runtime, identity)
    for item in runtime.ask("ListContainers").get(1, []):
        item = fields_of(item)
        image = inside(runtime.ask("ImageService/ImageStatus", (1, message((1, text(inside(item, 4), 1))))), 1)
        status = inside(runtime.ask("ContainerStatus", (1, text(item, 1))), 1)
        said["containers"][text(item, 1)] = {
            "sandbox": text(item, 2), "name": text(inside(item, 3), 1), "image": text(inside(item, 4), 1),
            "image_ref": text(item, 5), "state": item.get(6, [0])[0], "created": item[7][0], "labels": texts_map(item, 8),
            "started": status.get(5, [0])[0], "digests": [digest.decode() for digest in image.get(3, [])],
            "mounts": [[text(mount, 2), text(mount, 1), mount.get(3, [0])[0]] for mount in map(fields_of, status.get(14, []))]}
    print(json.dumps(said))


def remove(runtime):
    for item in runtime.ask("ListPodSandbox").get(1, []):
        identity = text(fields_of(item), 1)
        runtime.ask("StopPodSandbox", (1, identity))
        runtime.ask("RemovePodSandbox", (1, identity))


def image(name, rootfs, out):
    layer = open(rootfs, "rb").read()
    config = {"architecture": {"x86_64": "amd64", "aarch64": "arm64"}[__import__("os").uname().machine], "os": "linux",
              "config": {"Cmd": ["/bin/sleep", "3000"], "Labels": {"maintainer": "me"}},
              "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]}}
    manifest = [{"Config": "config.json", "RepoTags": [name], "Layers": ["layer.tar"]}]
    with tarfile.open(out, "w") as tar:
        for path, data in (("config.json", json.dumps(config).encode()), ("layer.tar", layer),
                           ("manifest.json", json.dumps(manifest).encode())):
            entry = tarfile.TarInfo(path)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))


def main(command, *args):
    if command == "image":
        image(*args)
    elif command == "run":
        run(Runtime(args[0]), json.load(open(args[1])))
    elif command == "say":
        say(Runtime(args[0]))
    elif command == "remove":
        remove(Runtime(args[0]))
    else:
        sys.exit("cri.py: no command %s" % command)


main(*sys.argv[1:])

#!/usr/bin/python3
"""compare.py FOLDER said|said_r|rows: what saker said of containers against what their runtime said, see
../test_container_cri.sh."""
import json
import sys

root, kind = sys.argv[1:]
NONE = "<NA>"
NAMES = ("full_id name type image repository tag image_id digest labels mounts ip cni start liveness readiness pod namespace "
         "uid id sandbox pod_ip pod_cni pod_labels app privileged host_network host_pid").split()
runtime = json.load(open(root + "/runtime.json"))
ctr = json.load(open(root + "/ctr.json"))
image_digest = [line.split()[2] for line in open(root + "/images") if line.startswith("localhost/saker-test:9 ")][0]
bad = 0


def check(where, name, got, want):
    global bad
    if got != want:
        print("%s: %s is %r, the runtime says %r" % (where, name, got, want))
        bad += 1


def joined(labels):
    return {"%s:%s" % item for item in labels.items()}


def as_set(text):
    """Labels have no commas but one: its two halves are joined again."""
    parts = text.replace("odd:a=b,c", "odd:a=b;c").split(",")
    return {part.replace("a=b;c", "a=b,c") for part in parts}


want = {}
running = {identity: one for identity, one in runtime["containers"].items() if one["state"] == 1}
idle = {identity: one for identity, one in runtime["containers"].items() if one["state"] != 1}
for identity, one in running.items():
    pod = runtime["pods"][one["sandbox"]]
    repository, tag = one["image"].rsplit(":", 1)
    ip = pod["ip"] or NONE
    cni = pod["cni"] or NONE
    want[identity] = dict(
        name=one["name"], type="cri", image=one["image"], repository=repository, tag=tag, image_id=one["image_ref"][7:19],
        digest=(one["digests"] or ["@" + image_digest])[0].split("@")[1], labels=joined(one["labels"]), ip=ip, cni=cni, pod_ip=ip,
        pod_cni=cni, pod=pod["name"], namespace=pod["namespace"], uid=pod["uid"], id=pod["uid"], sandbox=one["sandbox"],
        privileged="false", host_pid="false", host_network="true" if pod["name"] == "db-0" else "false",
        pod_labels=joined(pod["labels"]), app=pod["labels"]["app"],
        liveness="/bin/sh -c true" if one["name"] == "nginx" else NONE,
        readiness="/bin/ready -q" if one["name"] == "nginx" else NONE)
want["sakerbox"] = dict(name="sakerbox", type="containerd", image=ctr["Image"], repository="localhost/saker-test", tag="9",
                        digest=image_digest, labels=joined(ctr["Labels"]), pod=NONE, pod_ip=NONE, pod_labels=NONE, cni=NONE)
check("the runtime", "containers", len(want), 3)

check("the runtime", "containers that never started", [one["name"] for one in idle.values()], ["idle"])


def compare_events(file):
    said = {}
    for line in open("%s/%s" % (root, file)):
        row = dict(zip(NAMES, line.rstrip("\n").split("|")))
        if len(row) == len(NAMES):
            said[row["full_id"]] = row
    for identity, wanted in want.items():
        where = "%s: %s" % (file, wanted["name"])
        if identity not in said:
            check(where, "its event", "missing", identity)
            continue
        for name, value in wanted.items():
            got = said[identity][name]
            if isinstance(value, set):
                got = as_set(got)
            elif isinstance(value, dict):
                got = got != NONE and json.loads(got)
            check(where, name, got, value)
        if identity not in running:
            continue
        one = running[identity]
        # The first process starts between the calls that create and start the container.
        check(where, "start_ts", one["created"] <= int(said[identity]["start"].replace(NONE, "0")) <= one["started"], True)
        for source, destination, _ in one["mounts"]:
            check(where, "mounts", [mount for mount in said[identity]["mounts"].split(",") if source in mount],
                  ["%s:%s:ro:false:rprivate" % (source, destination)])


def compare_rows():
    lines = open(root + "/rows.json").read().split("\n")[:-1]
    rows = {row["container_id"]: row for row in json.loads(lines[-1])["rows"]}
    wanted = [(identity, pod["name"], 1) for identity, pod in runtime["pods"].items()]
    wanted += [(identity, one["name"], 0) for identity, one in idle.items()]
    for identity, name, procs in wanted:
        row = rows.get(identity[:12])
        if not row:
            check("view", "row of " + name, None, identity[:12])
            continue
        check("view: " + name, "name", row["name"], name)
        check("view: " + name, "image", row["image"], "localhost/saker-test:9")
        check("view: " + name, "procs", row["procs"], procs)


if kind == "rows":
    compare_rows()
else:
    compare_events(kind)
sys.exit(bad != 0)

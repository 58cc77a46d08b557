#!/usr/bin/python3
"""compare.py FOLDER: what saker said of containers against what their runtime said, see
../test_container_cri.sh."""
import json
import sys

root = sys.argv[1]
NONE = "<NA>"
NAMES = ("full_id name type image repository tag image_id digest labels mounts ip cni start liveness readiness pod namespace "
         "uid id sandbox pod_ip pod_cni pod_labels app privileged host_network host_pid").split()
runtime = json.load(open(root + "/runtime.json"))
ctr = json.load(open(root + "/ctr.json"))
rows = {row["container_id"]: row for row in json.load(open(root + "/rows.json"))["rows"]}
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
for identity, one in runtime["containers"].items():
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

for file in "said", "said_r":
    said = {}
    for line in open("%s/%s" % (root, file)):
        row = dict(zip(NAMES, line.rstrip("\n").split("|")))
        said.setdefault(row["full_id"], row)
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
                got = json.loads(got)
            check(where, name, got, value)
    for identity, one in runtime["containers"].items():
        if identity not in said:
            continue
        where = "%s: %s" % (file, one["name"])
        # The first process starts between the calls that create and start the container.
        check(where, "start_ts", one["created"] <= int(said[identity]["start"]) <= one["started"], True)
        for source, destination, _ in one["mounts"]:
            check(where, "mounts", [mount for mount in said[identity]["mounts"].split(",") if source in mount],
                  ["%s:%s:ro:false:rprivate" % (source, destination)])

for identity, pod in runtime["pods"].items():
    row = rows.get(identity[:12])
    if not row:
        check("view", "row of the sandbox of " + pod["name"], None, identity[:12])
        continue
    for name, column in (("name", "name"), ("name", "pod"), ("namespace", "pod_namespace")):
        if column in row:
            check("view: sandbox of %s" % pod["name"], column, row[column], pod[name])
    check("view: sandbox of %s" % pod["name"], "image", row["image"], "localhost/saker-test:9")
    check("view: sandbox of %s" % pod["name"], "procs", row["procs"], 1)
sys.exit(bad != 0)

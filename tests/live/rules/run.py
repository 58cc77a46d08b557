#!/usr/bin/env python3
# A table of rules, each with what must trigger it and a near miss (see default.txt), run while saker
# watches:
#   run.py load TABLE PROGRAMS FIFO CONTAINER   runs all commands, one after another, with a mark before each
#   run.py check TABLE ALERTS RULES             looks at the alerts between the marks; RULES: list rules --json
# A mark is a program called rules-mark, which a rule of the test tells of. Status 1: something is wrong.
import json
import os
import pty
import subprocess
import sys

# What no host of this test can answer: there is no cluster.
NEVER = {"k8s.pod.name", "k8s.ns.name"}
# On the host there is no image.
NOT_ON_HOST = {"container.image.repository", "container.image.tag", "container.start_ts"}


def read(path):
    """Rows: {"rule", "where", "hit", "miss", "empty", "is"}; the commands of a key are in the order of the file."""
    rows = []
    for number, line in enumerate(open(path), 1):
        line = line.rstrip("\n")
        if not line or line.startswith("#"):
            continue
        key, _, value = line.partition(" ")
        value = value.strip()
        if key == "rule":
            rows.append({"rule": value, "where": "host", "hit": [], "miss": [], "empty": set(), "is": []})
        elif key == "where":
            rows[-1]["where"] = value
        elif key in ("hit", "miss", "is"):
            rows[-1][key].append(value)
        elif key == "empty":
            rows[-1]["empty"] |= set(value.split())
        else:
            sys.exit(f"{path}:{number}: no key {key}")
    return rows


def steps(rows):
    for at, row in enumerate(rows):
        for kind in ("hit", "miss"):
            for n, command in enumerate(row[kind]):
                yield f"{at}.{kind}.{n}", row, kind, command


class Load:
    def __init__(self, programs, fifo, container):
        self.programs, self.fifo, self.container = programs, fifo, container

    def host(self, command):
        return subprocess.run(["sh", "-c", command], stdin=subprocess.DEVNULL).returncode

    def inside(self, command):
        with open(self.fifo, "w") as to:
            to.write(command + "\n")
        with open(self.fifo + ".out") as answer:
            return int(answer.read() or 1)

    def terminal(self, command):
        words = ["podman"] + os.environ["PODMAN_OPTIONS"].split() + ["exec", "-i", "-t", self.container, "/bin/sh", "-c", command]
        return os.waitstatus_to_exitcode(pty.spawn(words, lambda fd: os.read(fd, 1024)))

    def run(self, where, command):
        return {"host": self.host, "container": self.inside, "terminal": self.terminal}[where](command)


def load(table, programs, fifo, container):
    runner, failed = Load(programs, fifo, container), 0
    for name, row, _, command in steps(read(table)):
        subprocess.run([f"{programs}/rules-mark", name], check=True)
        status = runner.run(row["where"], command)
        if status != 0:
            print(f"{row['rule']}: {command}: status {status}", file=sys.stderr)
            failed = 1
    subprocess.run([f"{programs}/rules-mark", "end"], check=True)
    return failed


def by_step(path):
    """The alerts behind each mark."""
    found, name = {}, None
    for line in open(path):
        alert = json.loads(line)
        if alert["rule"] == "Mark":
            name = alert["output_fields"]["proc.args"]
            found[name] = []
        else:
            found.setdefault(name, []).append(alert)
    return found


def missing(alert, row):
    fields = alert["output_fields"]
    may = NEVER | row["empty"] | (NOT_ON_HOST if fields.get("container.id") == "host" else set())
    return [name for name, value in fields.items() if value in (None, "", "<NA>") and name not in may]


def unlike(alert, row):
    """What the row says of the alert's fields, and of `via`, that is not so."""
    fields = {**alert["output_fields"], "via": alert.get("via", "called")}
    return [want for want in row["is"] if fields.get(want.partition("=")[0]) != want.partition("=")[2]]


def check(table, alerts, rules):
    rows, found, wrong = read(table), by_step(alerts), []
    for name, row, kind, command in steps(rows):
        if name not in found:
            wrong.append(f"{row['rule']}: no mark of: {command}")
            continue
        told = [alert for alert in found[name] if alert["rule"] == row["rule"]]
        others = sorted({alert["rule"] for alert in found[name]})
        if kind == "miss" and told:
            wrong.append(f"{row['rule']}: matches a near miss: {command}: {told[0]['output']}")
        if kind == "hit" and not told:
            wrong.append(f"{row['rule']}: does not match: {command} (others: {others})")
        for alert in told if kind == "hit" else []:
            if missing(alert, row):
                wrong.append(f"{row['rule']}: nothing in {missing(alert, row)}: {alert['output']}")
            if unlike(alert, row):
                wrong.append(f"{row['rule']}: not {unlike(alert, row)}: {command}: {alert['output']}")
    names = [rule["name"] for rule in json.load(open(rules)) if rule["enabled"]]
    # A table of one rule is about names of files, not about rules.
    for name in sorted(set(names) - {row["rule"] for row in rows}) if len({row["rule"] for row in rows}) > 1 else []:
        wrong.append(f"{name}: is not in the table")
    for row in rows:
        if row["rule"] not in names:
            wrong.append(f"{row['rule']}: no such rule")
        for kind in ("hit", "miss"):
            if not any(other[kind] for other in rows if other["rule"] == row["rule"]):
                wrong.append(f"{row['rule']}: has no {kind}")
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit({"load": load, "check": check}[sys.argv[1]](*sys.argv[2:]))

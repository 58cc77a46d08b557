#!/usr/bin/env python3
# Replaces the lines @NAME@ of a page by what the program SAKER prints about itself, and by the table of
# style roles, which it does not list. An unknown name or an empty table is an error.
import json
import os
import re
import subprocess
import sys

saker = sys.argv[1]


def rows(subject):
    text = subprocess.run([saker, "list", subject, "--json"], check=True, capture_output=True, text=True).stdout
    found = json.loads(text)
    # Rows of one group stand together, in the order in which groups first appear.
    order = list(dict.fromkeys(row.get("group") for row in found))
    found.sort(key=lambda row: order.index(row.get("group")))
    if not found:
        sys.exit(f"tables.py: list {subject} is empty")
    return found


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text[:1] in (".", "'") else text


def version():
    return subprocess.run([saker, "-V"], check=True, capture_output=True, text=True).stdout.split()[1]


def synopsis(option):
    names = [f"\\fB\\-{option['letter']}\\fR"] if option["letter"] else []
    if option["name"]:
        names.append(f"\\fB\\-\\-{roff(option['name'])}\\fR")
    return ", ".join(names) + (f" \\fI{roff(option['argument'])}\\fR" if option["argument"] else "")


def modes():
    """One line each: the program and its words in bold, what stands for something in italics."""
    out = []
    for row in rows("modes"):
        words = []
        for word in re.split(r"([\s\[\]|]+|\.\.\.)", row["synopsis"]):
            mark = "I" if re.fullmatch(r"[A-Z]+", word) else "B" if re.match(r"[-a-z]", word) else ""
            words.append(f"\\f{mark}{roff(word)}\\fR" if mark else word)
        out += ([".br"] if out else []) + ["".join(words)]
    return out


def subjects():
    names = [row["subject"] for row in rows("subjects")]
    return [f".BR {name} ," for name in names[:-1]] + [f".BR {names[-1]} ."]


def options():
    out, group = [], None
    for option in rows("options"):
        if option["group"] != group:
            group = option["group"]
            out.append(f".SS {roff(group)}")
        out += [".TP", synopsis(option), roff(option["help"][0].upper() + option["help"][1:]) + "."]
    return out


def config():
    out = []
    for option in rows("options"):
        if option["config"]:
            out += [".TP", f"\\fB{roff(option['config'])}\\fR",
                    f"As {synopsis(option)}."]
    return out


def tagged(subject, name, text):
    out = []
    for row in rows(subject):
        out += [".TP", f"\\fB{roff(name(row))}\\fR", roff(text(row))]
    return out


def keys():
    out, group = [], None
    for row in rows("keys"):
        if row["group"] != group:
            group = row["group"]
            out.append(f".SS {roff(group)}")
        out += [".TP", f"\\fB{roff(row['key'])}\\fR", roff(row["help"])]
    return out


def views():
    return tagged("views", lambda r: r["name"], lambda r: r["help"])


def view_keys():
    """Keys that open a view, but those that are requests too: the request wins."""
    requests = [row["key"] for row in rows("keys")]
    out = []
    for row in rows("views"):
        if row["key"] and row["key"] not in requests:
            out += [".TP", f"\\fB{roff(row['key'])}\\fR", roff(row["title"]) + "."]
    return out


def roles():
    path = os.path.join(os.path.dirname(__file__), "../tui/roles.def")
    with open(path) as file:
        found = re.findall(r'^ROLE\(\w+, "(\w+)", "(.*)"\)$', file.read(), flags=re.M)
    if not found:
        sys.exit("tables.py: no roles")
    out = []
    for name, text in found:
        out += [".TP", f"\\fB{roff(name)}\\fR", roff(text[0].upper() + text[1:]) + "."]
    return out


def themes():
    return tagged("themes", lambda r: r["name"], lambda r: "Built in.")


def columns():
    out, entity = [], None
    for row in rows("columns"):
        if row["entity"] != entity:
            entity = row["entity"]
            out.append(f".SS Rows that are: {roff(entity)}")
        out += [".TP", f"\\fB{roff(row['column'])}\\fR ({roff(row['header'])})", roff(row["help"])]
    return out


def fields():
    out, group = [], None
    for row in rows("fields"):
        if row["group"] != group:
            group = row["group"]
            out.append(f".SS {roff(group)}")
        name = row["field"]
        if row["argument"]:
            name += {"[number]": "[N]", "[name]": "[NAME]"}.get(row["argument"], "[ARGUMENT]")
        marks = f" (\\fI{roff(row['marks'])}\\fR)" if row["marks"] else ""
        out += [".TP", f"\\fB{roff(name)}\\fR {row['type']}{marks}", roff(row["help"])]
    return out


def rule_codes():
    out, severity = [], None
    for row in rows("rule-codes"):
        if row["severity"] != severity:
            severity = row["severity"]
            out.append(f".SS {severity.capitalize()}s")
        out += [".TP", f"\\fB{roff(row['code'])}\\fR", roff(row["help"])]
    return out


def default_rules():
    """What each says of itself; MITRE's numbers behind the priority."""
    # Those that are built in, whatever the user's folders hold.
    empty = {**os.environ, "HOME": "/nonexistent", "XDG_CONFIG_HOME": "/nonexistent"}
    text = subprocess.run([saker, "list", "rules", "--json"], check=True, capture_output=True, text=True, env=empty).stdout
    out = []
    for rule in json.loads(text):
        numbers = " ".join(tag for tag in rule["tags"] if re.fullmatch(r"T\d{4}(\.\d{3})?", tag))
        out += [".TP", f"\\fB{roff(rule['name'])}\\fR ({rule['priority']}; {numbers})", roff(" ".join(rule["description"].split()))]
    if not out:
        sys.exit("tables.py: no default rules")
    return out


def words(subject, key):
    return " ".join(row[key] for row in rows(subject) if row[key])


def option_words(wanted=lambda option: True):
    found = []
    for option in rows("options"):
        if not wanted(option):
            continue
        found += [f"-{option['letter']}"] if option["letter"] else []
        found += [f"--{option['name']}"] if option["name"] else []
    return " ".join(found)


BLOCKS = {"synopsis": modes, "subjects": subjects, "options": options, "config": config, "keys": keys, "view-keys": view_keys, "views": views,
          "themes": themes, "roles": roles, "columns": columns, "fields": fields, "rule-codes": rule_codes,
          "default-rules": default_rules}
INLINE = {"version": version, "option-words": option_words, "value-words": lambda: option_words(lambda o: o["argument"]),
          "file-words": lambda: option_words(lambda o: "FILE" in o["argument"]).replace(" ", " | "),
          "mode-words": lambda: words("modes", "subcommand"), "subject-words": lambda: words("subjects", "subject"),
          "view-words": lambda: words("views", "name"), "theme-words": lambda: words("themes", "name")}

for line in sys.stdin:
    block = re.fullmatch(r"@([a-z-]+)@\n", line)
    if block:
        print("\n".join(BLOCKS[block.group(1)]()))
    else:
        print(re.sub(r"@([a-z]+(?:-[a-z]+)*)@", lambda m: INLINE[m.group(1)](), line), end="")

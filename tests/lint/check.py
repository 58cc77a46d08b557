#!/usr/bin/env python3
# The rules of the house that no compiler knows. check.py ROOT FILE...: prints FILE:LINE: RULE: what,
# one per finding; status 1 when there are any. self_test.sh plants a violation of each.
import os
import re
import sys

# Who may include whose headers (a folder means its own files, not its subfolders').
INCLUDES = {
    "probe/schema": ["probe/schema"],
    "probe/bpf": ["probe/schema", "probe/bpf", "probe/bpf/*"],
    "probe": ["probe", "probe/schema", "probe/bpf"],
    "state/base": ["state/base"],
    "state/filter": ["probe/schema", "state", "state/base", "state/filter"],
    "state/rules": ["probe/schema", "state", "state/base", "state/filter", "state/rules"],
    "state": ["probe/schema", "state", "state/base"],
    "views": ["probe/schema", "state", "state/base", "state/filter", "views"],
    "tui": ["probe", "probe/schema", "state", "state/base", "state/filter", "state/rules",
            "views", "tui"],
}
# Libraries that only one place knows: header pattern, files that may include it.
LIBRARIES = [
    (r"(n?curses|term|panel)\.h|ncursesw/.*", r"tui/screen\.c"),
    (r"bpf/.*|linux/bpf\.h", r"probe/[^/]*\.[ch]|probe/bpf/.*|tests/.*"),
]
FILE_LINES = 800
FUNCTION_LINES = 80
NESTING = 4
PARAMETERS = 5
COLUMNS = 100
BAD_NAMES = r"(^|_)(utils?|helpers?|misc|common)(_|\.|$)"
BAD_CALLS = r"\b(system|popen|strcpy|strcat|sprintf|vsprintf|gets)\s*\("
BAD_WORDS = [
    (r"\b(TODO|FIXME|XXX)\b", "finish it or leave it out"),
    (r"(?i)\bissue\s*#?\s*\d", "the project speaks of itself alone"),
    (r"(?i)\bas requested\b|\bper the (brief|task|issue)\b", "the project speaks of itself alone"),
]

# What kernels lack goes through one place of the programs each: pattern, that place, what to use.
WRAPPED = [
    (r"\bbpf_get_current_task(_btf)?\s*\(", r"probe/bpf/extract/current\.h", "task_current()"),
    (r"\bbpf_task_pt_regs\s*\(", r"probe/bpf/extract/current\.h", "task_regs()"),
    (r"\bbpf_task_storage_\w+\s*\(", r"probe/bpf/count/task_map\.h", "thread_counts_find(), stamp_find()"),
    (r"\bbpf_probe_read_user_str\s*\(", r"probe/bpf/extract/user_text\.h", "user_text()"),
    (r"^__noinline\b", r"", "SUBPROG or static"),
]


class Checker:
    def __init__(self, root):
        self.root = root
        self.findings = 0

    def report(self, path, line, rule, what):
        print(f"{path}:{line}: {rule}: {what}")
        self.findings += 1

    def check(self, path):
        if re.search(BAD_NAMES, os.path.basename(path)):
            self.report(path, 1, "name", "a file is one noun, not a drawer")
        with open(os.path.join(self.root, path), errors="replace") as file:
            text = file.read()
        lines = text.split("\n")
        self.check_words(path, lines)
        if not path.endswith((".c", ".h", ".def")):
            return
        self.check_lines(path, lines)
        if path.endswith(".def"):
            return
        if len(lines) - 1 > FILE_LINES:
            self.report(path, len(lines) - 1, "file-size", f"more than {FILE_LINES} lines")
        code = strip(text)
        self.check_includes(path, lines)
        self.check_calls(path, code.split("\n"))
        if path.startswith("probe/bpf/"):
            self.check_wrapped(path, code.split("\n"))
        self.check_functions(path, code.split("\n"))

    def check_words(self, path, lines):
        if path.startswith("tests/lint/"):
            return
        for number, line in enumerate(lines, 1):
            for pattern, why in BAD_WORDS:
                if re.search(pattern, line):
                    self.report(path, number, "word", why)

    def check_lines(self, path, lines):
        if not lines[0].startswith("/* SPDX-License-Identifier: "):
            self.report(path, 1, "license", "no SPDX line")
        for number, line in enumerate(lines, 1):
            if line != line.rstrip():
                self.report(path, number, "blank", "blanks at the end of the line")
            if len(line.expandtabs(8)) > COLUMNS and not path.endswith(".def"):
                self.report(path, number, "width", f"more than {COLUMNS} columns")

    def check_includes(self, path, lines):
        folder = os.path.dirname(path)
        layer = next((f for f in sorted(INCLUDES, key=len, reverse=True)
                      if folder == f or folder.startswith(f + "/")), None)
        for number, line in enumerate(lines, 1):
            match = re.match(r'\s*#\s*include\s+([<"])([^>"]+)[>"]', line)
            if not match:
                continue
            name = match.group(2)
            if match.group(1) == "<":
                for pattern, places in LIBRARIES:
                    if re.fullmatch(pattern, name) and not re.fullmatch(places, path):
                        self.report(path, number, "library", f"<{name}> has no place here")
            elif layer:
                target = os.path.normpath(os.path.join(folder, name))
                if not os.path.exists(os.path.join(self.root, target)):
                    target = os.path.normpath(name)
                into = os.path.dirname(target)
                if not any(into == a or a.endswith("/*") and into.startswith(a[:-1])
                           for a in INCLUDES[layer]):
                    self.report(path, number, "include", f"{layer}/ may not include {target}")

    def check_calls(self, path, lines):
        for number, line in enumerate(lines, 1):
            match = re.search(BAD_CALLS, line)
            if match:
                self.report(path, number, "call", f"{match.group(1)}() is forbidden")
            if "//" in line:
                self.report(path, number, "comment", "comments are /* */")
            # The kernel's own names (kuid_t) must be spelled as its type information has them.
            if re.search(r"\btypedef\s+(struct|union|enum)\b", line) and path != "probe/bpf/kernel.h":
                self.report(path, number, "typedef", "no typedef for structs")

    def check_wrapped(self, path, lines):
        for number, line in enumerate(lines, 1):
            for pattern, place, use in WRAPPED:
                if re.search(pattern, line) and not re.fullmatch(place, path):
                    self.report(path, number, "wrapped", f"not every kernel has this: use {use}")

    def check_functions(self, path, lines):
        for start, line in enumerate(lines):
            if line != "{":
                continue
            end = next((i for i in range(start, len(lines)) if lines[i].startswith("}")), start)
            head = start - 1
            while head > 0 and re.match(r"[\s#]", lines[head]):
                head -= 1
            heading = " ".join(lines[head:start])
            match = re.search(r"(\w+)\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)\s*$", heading)
            if not match:
                continue
            name = match.group(1)
            if end - start + 1 > FUNCTION_LINES:
                self.report(path, start + 1, "function-size", f"{name}: more than {FUNCTION_LINES} lines")
            parameters = re.sub(r"\([^()]*\)", "", match.group(2))
            if parameters.count(",") + 1 > PARAMETERS:
                self.report(path, start + 1, "parameters", f"{name}: more than {PARAMETERS}")
            self.check_nesting(path, lines, start, end)

    def check_nesting(self, path, lines, start, end):
        depth = 0
        for number in range(start, end + 1):
            # Braces of initialisers are data, not nesting.
            opened = len(re.findall(r"(?<![=,({] )(?<!\])\{", lines[number]))
            depth += opened - (lines[number].count("}") - (lines[number].count("{") - opened))
            if depth > NESTING + 1:
                self.report(path, number + 1, "nesting", f"deeper than {NESTING}")
                return


def strip(text):
    """Blanks out comments, strings and characters; lines stay where they are."""
    def blank(match):
        found = match.group(0)
        if found.startswith("/*"):
            return re.sub(r"[^\n]", " ", found)
        return found[0] + " " * (len(found) - 2) + found[-1]
    return re.sub(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def main():
    checker = Checker(sys.argv[1])
    for path in sys.argv[2:]:
        checker.check(path)
    return 1 if checker.findings else 0


if __name__ == "__main__":
    sys.exit(main())

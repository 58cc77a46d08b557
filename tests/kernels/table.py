#!/usr/bin/env python3
# table.py HERE OUT KERNEL...: prints what came of the guests (OUT/KERNEL.results) as a table, kernel x
# test, and compares the verified instructions with those of HERE/results.txt. ACCEPT=1 records them
# there; what was not run stays as it was. Status 1: a test failed, or a kernel's verifier walks
# through more than a tenth more than was recorded.
import os
import re
import sys

HEAD = "# Made by `make kernels ACCEPT=1`: what ran in guests, under emulation. - is left out, . was not run.\n"
VERIFIED = ["programs", "instructions", "largest"]  # of all programs; of the largest one
GROWTH = 1.1


def tests_read(path):
    """Names of tests, of those that are left out somewhere (pattern, reason), and kernels with few
    tests: {pattern: (tests, reason)}."""
    names, left_out, few = [], {}, {}
    for line in open(path):
        words, _, reason = line.partition(" : ")
        words = words.split()
        if words and words[0] == "@":
            few[words[1]] = (words[2:], reason.strip())
        elif words and not line.startswith("#"):
            names.append(words[0])
            for pattern in words[1:]:
                if pattern not in ("short", "alone"):
                    left_out.setdefault(words[0], []).append((pattern, reason.strip()))
    return names, left_out, few


def table_read(path):
    """{kernel: {row: cell}} of a table as table_text() writes it."""
    cells = {}
    if os.path.exists(path):
        lines = [line.split() for line in open(path) if line.strip() and not line.startswith("#")]
        for row in lines[1:]:
            for kernel, cell in zip(lines[0][1:], row[1:]):
                cells.setdefault(kernel, {})
                if cell not in ("-", "."):
                    cells[kernel][row[0]] = cell
    return cells


def results_read(path):
    cells, verified = {}, []
    for line in open(path):
        what, name, *rest = line.split()
        if what == "release":
            cells["release"] = re.sub(r"-(cloud-)?(amd64|arm64)$", "", name)
        elif what == "verified":
            verified.append(int(rest[0]))
        else:
            cells[name] = rest[0]
    if verified:
        cells.update(zip(VERIFIED, map(str, (len(verified), sum(verified), max(verified)))))
    return cells


def order(kernel):
    series, machine = kernel.split("-")
    return machine.split("+")[0], [int(part) for part in series.split(".")], kernel


def table_text(cells, tests, left_out, few):
    kernels = sorted(cells, key=order)
    rows = [["kernel"] + kernels]
    for name in ["release"] + VERIFIED + tests:
        row = [name]
        for kernel in kernels:
            out = any(re.fullmatch(p, kernel) for p, _ in left_out.get(name, []))
            out |= any(re.fullmatch(p, kernel) and name in tests and name not in these
                       for p, (these, _) in few.items())
            row.append("-" if out else cells[kernel].get(name, "."))
        if any(cell not in "-." for cell in row[1:]):
            rows.append(row)
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    for name in [row[0] for row in rows]:
        lines += [f"# {name}: not on {pattern}: {why}" for pattern, why in left_out.get(name, [])]
    lines += [f"# {pattern}: {why}" for pattern, (_, why) in few.items()]
    return "\n".join(lines) + "\n"


def faults(kernel, now, before):
    found = [f"{kernel}: {name} failed" for name, cell in now.items() if cell == "FAIL"]
    for name in VERIFIED:
        if name not in now:
            continue
        if name not in before:
            found.append(f"{kernel}: {name} {now[name]} is not recorded")
        elif name == "programs" and int(now[name]) < int(before[name]):
            found.append(f"{kernel}: {before[name]} programs before, now {now[name]}")
        elif name != "programs" and int(now[name]) > GROWTH * int(before[name]):
            found.append(f"{kernel}: {name} grew from {before[name]} to {now[name]}")
    return found


def main(here, out, kernels):
    tests, left_out, few = tests_read(os.path.join(here, "tests.txt"))
    record = os.path.join(here, "results.txt")
    recorded = table_read(record)
    accept = bool(os.environ.get("ACCEPT"))
    now, found = {}, []
    for kernel in kernels:
        now[kernel] = results_read(os.path.join(out, kernel + ".results"))
        found += faults(kernel, now[kernel], now[kernel] if accept else recorded.get(kernel, {}))
        recorded[kernel] = {**recorded.get(kernel, {}), **now[kernel]}
    print(table_text(now, tests, left_out, few), end="")
    if accept:
        with open(record, "w") as file:
            file.write(HEAD + table_text(recorded, tests, left_out, few))
    for fault in found:
        print("kernels: " + fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))

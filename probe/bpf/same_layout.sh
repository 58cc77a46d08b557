#!/bin/sh
# same_layout.sh A.skel.h B.skel.h: may the loader use the skeleton of A for the bytes of B? Their data
# must lie at the same places; maps and programs must be the same, in any order.
set -eu
layout() {
	sed -n '/__elf_bytes(size_t \*sz)$/q; /s->[a-z]*\[/d; /struct bpf_[a-z]* \*/!p' "$1"
	sed -n 's/.*->\(.*\)\[[0-9]*\]\.name = /\1 /p' "$1" | sort
}
layout "$1" > "$2.a"
layout "$2" > "$2.b"
diff "$2.a" "$2.b" || { echo "$2: not the layout of $1" >&2; exit 1; }
rm -f "$2.a" "$2.b"

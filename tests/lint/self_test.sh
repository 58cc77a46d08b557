#!/bin/sh
# Plants a violation of each rule of check.py and of clang-format in a folder of its own, and wants
# exactly that rule to be named. A rule that finds nothing is as bad as none.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(mktemp -d) || exit 1
trap 'rm -rf "$root"' EXIT
failed=0
licence='/* SPDX-License-Identifier: Apache-2.0 */'

# plant RULE PATH: standard input is the file behind the licence line; RULE "" wants none.
plant() {
	rule=$1 path=$2
	mkdir -p "$root/$(dirname "$path")"
	{ [ "$rule" = license ] || echo "$licence"; cat; } > "$root/$path"
	found=$(cd "$root" && python3 "$here/check.py" . "$path" | sed 's/^[^ ]* \([a-z-]*\):.*/\1/' | sort -u)
	if [ "$found" != "$rule" ]; then
		echo "self-test: $path: wanted '$rule', found '$found'"
		failed=1
	fi
}

lines() { i=0; while [ $i -lt "$1" ]; do echo "$2"; i=$((i + 1)); done; }

mkdir -p "$root/tui" "$root/probe/schema" "$root/state"
for h in tui/x.h probe/probe.h probe/schema/event.h state/state.h; do echo "$licence" > "$root/$h"; done

echo '#include "tui/x.h"' | plant include state/up.c
echo '#include "../probe/probe.h"' | plant include views/across.c
echo '#include "probe/probe.h"' | plant include state/to_probe.c
echo '#include "state/state.h"' | plant include probe/schema/up.c
echo '#include "probe.h"' | plant "" probe/own.c
echo '#include "probe/schema/event.h"' | plant "" views/down.c
echo '#include <bpf/libbpf.h>' | plant library state/bpf.c
echo '#include <bpf/libbpf.h>' | plant library probe/schema/bpf.c
echo '#include <bpf/libbpf.h>' | plant "" probe/bpf_user.c
echo '#include <ncurses.h>' | plant library tui/draw.c
echo '#include <ncurses.h>' | plant "" tui/screen.c
lines 801 'int x;' | plant file-size state/long.c
lines 798 'int x;' | plant "" state/short.c
{ echo 'int f(void)'; echo '{'; lines 79 '	g();'; echo '}'; } | plant function-size state/long_function.c
{ echo 'int f(void)'; echo '{'; lines 78 '	g();'; echo '}'; } | plant "" state/fit_function.c
printf 'int f(int a, int b, int c,\n      int d, int e, int g)\n{\n}\n' | plant parameters state/parameters.c
printf 'int f(int a, int b, int (*c)(int, int), int d, int e)\n{\n}\n' | plant "" state/five.c
printf 'int f(void)\n{\n\tif (a) {\n\tif (b) {\n\tif (c) {\n\tif (d) {\n\tif (e) {\n\t}\n\t}\n\t}\n\t}\n\t}\n}\n' |
	plant nesting state/deep.c
echo 'int x;' | plant name state/utils.c
echo 'int x;' | plant name state/string_helpers.c
echo 'int x;' | plant name tui/misc.h
echo 'int x;' | plant name views/common.h
for call in system popen strcpy strcat sprintf gets; do
	printf 'void f(void)\n{\n\t%s(x);\n}\n' $call | plant call "state/call_$call.c"
done
printf 'void f(void)\n{\n\tsnprintf(a, b, "system(x) // y");\n}\n' | plant "" state/no_call.c
for call in bpf_get_current_task_btf bpf_get_current_task bpf_task_pt_regs bpf_task_storage_get bpf_probe_read_user_str; do
	printf 'void f(void)\n{\n\t%s();\n}\n' $call | plant wrapped "probe/bpf/family/$call.h"
done
printf '__noinline int f(int *p)\n{\n\treturn *p;\n}\n' | plant wrapped probe/bpf/subprogram.h
printf 'static __noinline int f(int *p)\n{\n\treturn *p;\n}\n' | plant "" probe/bpf/static.h
printf 'int x; // why\n' | plant comment state/comment.c
printf 'typedef struct x y;\n' | plant typedef state/typedef.c
printf 'int x; \n' | plant blank state/blank.c
lines 1 "/* $(lines 30 'wide' | tr '\n' ' ')*/" | plant width state/wide.c
echo 'int x;' | plant license state/licence.c
for word in TODO FIXME; do echo "/* $word: later */" | plant word "state/word_$word.c"; done
echo '/* see issue 12 */' | plant word state/word_issue.c
echo 'As requested, it does.' | plant word README.md

printf '%s\nint f( void ){return 1;}\n' "$licence" > "$root/format.c"
if clang-format --style=file:"$here/../../.clang-format" --dry-run -Werror "$root/format.c" 2> /dev/null; then
	echo "self-test: clang-format accepts an unformatted file"
	failed=1
fi
printf 'int f(char *p);\nint f(char *p)\n{\n\treturn p ? 0 : *p;\n}\n' > "$root/tidy.c"
if clang-tidy --quiet --config-file="$here/../../.clang-tidy" "$root/tidy.c" -- > /dev/null 2>&1; then
	echo "self-test: clang-tidy accepts a null dereference"
	failed=1
fi
exit $failed
